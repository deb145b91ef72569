//! One value against one parameter: is it of an accepted kind, in range, one of the words?

use super::ast::{Form, Number, Value as Node};
use super::describe::accepted;
use super::diagnostic::{Fault, clip, quote};
use super::grammar::parse_value;
use super::suggest::nearest;
use crate::catalog::{Kinds, Parameter, Value};

/// The value of a parameter that is not given; an error says what is wrong with its declaration.
pub(super) fn default_value(parameter: &Parameter) -> Result<Value, Fault> {
    check(parameter, &parse_value(parameter.default)?)
}

/// The checked value of a parameter.
pub(super) fn check(parameter: &Parameter, node: &Node<'_>) -> Result<Value, Fault> {
    let has = |kind| parameter.kinds.contains(kind);
    match &node.form {
        Form::Number(number) if has(Kinds::NUMBER) || has(Kinds::INTEGER) => {
            let whole = !has(Kinds::NUMBER);
            check_number(parameter, number, whole, node.span.start, "").map(Value::Number)
        }
        Form::List(items) if items.is_empty() && (has(Kinds::NUMBERS) || has(Kinds::INTEGERS)) => {
            Err(refuse(parameter, node.span.start, "an empty list"))
        }
        Form::List(items) if has(Kinds::NUMBERS) || has(Kinds::INTEGERS) => {
            let whole = !has(Kinds::NUMBERS);
            let numbers = items.iter().map(|item| check_item(parameter, item, whole));
            numbers.collect::<Result<_, _>>().map(Value::Numbers)
        }
        // A declared word goes first: a parameter may have a word `none`, as `reduction` does.
        Form::Word(word) | Form::Text(word) if has(Kinds::WORD) && parameter.words.contains(word) => {
            Ok(Value::Word((*word).to_owned()))
        }
        Form::Word("none") | Form::Text("none") if has(Kinds::NONE) => Ok(Value::None),
        Form::Word("true") if has(Kinds::BOOLEAN) => Ok(Value::Boolean(true)),
        Form::Word("false") if has(Kinds::BOOLEAN) => Ok(Value::Boolean(false)),
        Form::Operand(name) if has(Kinds::OPERAND) => Ok(Value::Operand((*name).to_owned())),
        _ => Err(refuse(parameter, node.span.start, &(found(node) + &repair(parameter, node)))),
    }
}

fn check_item(parameter: &Parameter, item: &Node<'_>, whole: bool) -> Result<f64, Fault> {
    match &item.form {
        Form::Number(number) => check_number(parameter, number, whole, item.span.start, " in the list"),
        Form::List(_) => Err(refuse(parameter, item.span.start, "a list inside the list")),
        _ => Err(refuse(parameter, item.span.start, &(found(item) + " in the list"))),
    }
}

/// The number, when it is in range and, where asked, whole. `place` follows it in a refusal.
fn check_number(parameter: &Parameter, number: &Number<'_>, whole: bool, at: usize, place: &str) -> Result<f64, Fault> {
    let literal = clip(number.literal, LITERAL_BYTES);
    if !parameter.range.contains(number.value) || whole && number.value.fract() != 0.0 {
        return Err(refuse(parameter, at, &(literal + place)));
    }
    if let Some(reason) = whole.then(|| inexact(number)).flatten() {
        return Err(refuse(parameter, at, &format!("{literal}{place}, which {reason}")));
    }
    Ok(number.value)
}

/// Why a whole number would not arrive as it was written, if so. Written with an exponent, it names the nearest double.
fn inexact(number: &Number<'_>) -> Option<&'static str> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if !(-LIMIT..LIMIT).contains(&number.value) {
        return Some("does not fit in 64 bits");
    }
    let digits = number.literal.trim_start_matches(['+', '-']).trim_ascii_start();
    match digits.parse::<i128>() {
        Ok(magnitude) if number.value.abs() as i128 != magnitude => Some("no 64-bit float holds exactly"),
        _ => None,
    }
}

/// What a number may take of a sentence.
const LITERAL_BYTES: usize = 40;

fn refuse(parameter: &Parameter, at: usize, found: &str) -> Fault {
    Fault::new(at, format!("{} accepts {}; found {found}", parameter.name, accepted(parameter)))
}

/// A value that was given, in words.
fn found(node: &Node<'_>) -> String {
    match &node.form {
        Form::Number(number) => clip(number.literal, LITERAL_BYTES),
        Form::Word(word) => quote(word),
        Form::Text(text) => format!("the text {}", quote(text)),
        Form::List(_) => "a list".to_owned(),
        Form::Operand(name) => format!("the operand {}", quote(&format!("@{name}"))),
        Form::Loss(loss) => format!("a loss, {}", quote(&loss.full_name())),
    }
}

/// What may have been meant by a value of the wrong kind, as the end of a sentence.
fn repair(parameter: &Parameter, node: &Node<'_>) -> String {
    let has = |kind| parameter.kinds.contains(kind);
    match &node.form {
        Form::Word(word) | Form::Text(word) => {
            let mut words = Vec::new();
            if has(Kinds::WORD) {
                words.extend(parameter.words);
            }
            if has(Kinds::BOOLEAN) {
                words.extend(["true", "false"]);
            }
            if has(Kinds::NONE) {
                words.push("none");
            }
            match nearest(word, words.into_iter().map(|word| (word, word))) {
                Some(near) => format!("; did you mean {near}?"),
                None if has(Kinds::OPERAND) && matches!(node.form, Form::Word(_)) => {
                    format!("; did you mean {}?", clip(&format!("@{word}"), LITERAL_BYTES))
                }
                None => String::new(),
            }
        }
        Form::Number(number) if has(Kinds::NUMBERS) || has(Kinds::INTEGERS) => {
            format!("; did you mean [{}]?", clip(number.literal, LITERAL_BYTES))
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Interval;

    fn parameter(kinds: Kinds, range: Interval) -> Parameter {
        Parameter { name: "p", kinds, default: "none", range, words: &["none", "mean", "sum"], summary: "" }
    }

    fn value(kinds: Kinds, range: Interval, text: &str) -> Result<Value, (usize, String)> {
        let node = parse_value(text).unwrap_or_else(|fault| panic!("{text}: {}", fault.sentence));
        check(&parameter(kinds, range), &node).map_err(|fault| (fault.at, fault.sentence))
    }

    #[track_caller]
    fn refused(kinds: Kinds, range: Interval, text: &str, at: usize, sentence: &str) {
        assert_eq!(value(kinds, range, text), Err((at, sentence.to_owned())));
    }

    #[test]
    fn each_kind_takes_its_own_values_and_no_others() {
        const KINDS: [Kinds; 8] = [
            Kinds::NUMBER,
            Kinds::INTEGER,
            Kinds::BOOLEAN,
            Kinds::WORD,
            Kinds::NUMBERS,
            Kinds::INTEGERS,
            Kinds::OPERAND,
            Kinds::NONE,
        ];
        for (text, takers) in [
            ("1", Kinds::NUMBER.or(Kinds::INTEGER)),
            ("-2.0", Kinds::NUMBER.or(Kinds::INTEGER)),
            ("1e3", Kinds::NUMBER.or(Kinds::INTEGER)),
            ("-0.5", Kinds::NUMBER),
            ("1e300", Kinds::NUMBER),
            ("true", Kinds::BOOLEAN),
            ("false", Kinds::BOOLEAN),
            ("mean", Kinds::WORD),
            ("\"sum\"", Kinds::WORD),
            ("none", Kinds::WORD.or(Kinds::NONE)),
            ("\"none\"", Kinds::WORD.or(Kinds::NONE)),
            ("[]", Kinds(0)),
            ("[1, -1]", Kinds::NUMBERS.or(Kinds::INTEGERS)),
            ("[0.5, 1]", Kinds::NUMBERS),
            ("@mean", Kinds::OPERAND),
            ("other", Kinds(0)),
            ("True", Kinds(0)),
            ("\"true\"", Kinds(0)),
            ("\"1\"", Kinds(0)),
            ("\"@mean\"", Kinds(0)),
            ("[mean]", Kinds(0)),
            ("[none]", Kinds(0)),
            ("[[1]]", Kinds(0)),
            ("[@x]", Kinds(0)),
            ("mse()", Kinds(0)),
            ("keras.mean", Kinds(0)),
        ] {
            for kind in KINDS {
                let taken = value(kind, Interval::ANY, text).is_ok();
                assert_eq!(taken, takers.contains(kind), "{text} as {kind:?}");
            }
        }
    }

    #[test]
    fn none_is_a_word_where_it_is_declared_as_one() {
        let both = Kinds::WORD.or(Kinds::NONE);
        assert_eq!(value(both, Interval::ANY, "none"), Ok(Value::Word("none".to_owned())));
        assert_eq!(value(Kinds::NONE, Interval::ANY, "none"), Ok(Value::None));
    }

    #[test]
    fn numbers_lie_in_the_range() {
        refused(Kinds::NUMBER, Interval::POSITIVE, "0", 0, "p accepts a number in (0, inf); found 0");
        refused(Kinds::NUMBER, Interval::BELOW_ONE, "1.00", 0, "p accepts a number in [0, 1); found 1.00");
        refused(
            Kinds::NUMBERS,
            Interval::NON_NEGATIVE,
            "[0, 1, - 2]",
            7,
            "p accepts a list of numbers in [0, inf); found - 2 in the list",
        );
        assert_eq!(value(Kinds::NUMBER, Interval::UNIT, "1"), Ok(Value::Number(1.0)));
        assert_eq!(value(Kinds::NUMBERS, Interval::UNIT, "[0, 1]"), Ok(Value::Numbers(vec![0.0, 1.0])));
    }

    #[test]
    fn whole_numbers_are_what_was_written() {
        let integer = |text| value(Kinds::INTEGER, Interval::ANY, text);
        assert_eq!(integer("9007199254740992"), Ok(Value::Number(9_007_199_254_740_992.0)));
        assert_eq!(integer("-9223372036854775808"), Ok(Value::Number(-9_223_372_036_854_775_808.0)));
        assert_eq!(integer("-9.223372036854776e18"), Ok(Value::Number(-9_223_372_036_854_775_808.0)));
        for text in ["9007199254740993", "- 9007199254740993"] {
            let sentence = format!("p accepts an integer; found {text}, which no 64-bit float holds exactly");
            refused(Kinds::INTEGER, Interval::ANY, text, 0, &sentence);
        }
        for text in ["9223372036854775808", "1e19", "-1e300"] {
            let sentence = format!("p accepts an integer; found {text}, which does not fit in 64 bits");
            refused(Kinds::INTEGER, Interval::ANY, text, 0, &sentence);
        }
        refused(Kinds::INTEGER, Interval::ANY, "0.5", 0, "p accepts an integer; found 0.5");
        refused(Kinds::INTEGERS, Interval::ANY, "[1, 0.5]", 4, "p accepts a list of integers; found 0.5 in the list");
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_named() {
        let any = Interval::ANY;
        refused(Kinds::INTEGERS, any, "mse(delta=1)", 0, "p accepts a list of integers; found a loss, 'mse'");
        refused(
            Kinds::INTEGERS,
            any,
            "[keras.mse]",
            1,
            "p accepts a list of integers; found a loss, 'keras.mse' in the list",
        );
        refused(Kinds::INTEGERS, any, "[1, [2]]", 4, "p accepts a list of integers; found a list inside the list");
        refused(Kinds::INTEGERS, any, "1", 0, "p accepts a list of integers; found 1; did you mean [1]?");
        refused(Kinds::NUMBER, any, "[1]", 0, "p accepts a number; found a list");
        refused(Kinds::NUMBER, any, "inf", 0, "p accepts a number; found 'inf'");
        refused(Kinds::NUMBER, any, "@w", 0, "p accepts a number; found the operand '@w'");
        refused(Kinds::BOOLEAN, any, "True", 0, "p accepts true or false; found 'True'; did you mean true?");
        refused(
            Kinds::BOOLEAN,
            any,
            "\"true\"",
            0,
            "p accepts true or false; found the text 'true'; did you mean true?",
        );
        refused(Kinds::WORD, any, "maen", 0, "p accepts none, mean or sum; found 'maen'; did you mean mean?");
        refused(Kinds::OPERAND, any, "weights", 0, "p accepts an @operand; found 'weights'; did you mean @weights?");
    }

    #[test]
    fn defaults_are_checked_like_values() {
        let mut declared = parameter(Kinds::NUMBER, Interval::POSITIVE);
        declared.default = "1e-5";
        assert_eq!(default_value(&declared), Ok(Value::Number(1e-5)));
        for broken in ["0", "word", "1 2", ""] {
            declared.default = broken;
            assert!(default_value(&declared).is_err(), "{broken:?}");
        }
    }
}
