//! The grammar: from a text to its syntax tree.
//!
//! ```text
//! spec  := [sign] term { ("+" | "-") term }
//! term  := [ number "*" ] loss
//! loss  := [ dialect "." ] name [ "(" [ key "=" value { "," key "=" value } ] ")" ]
//! value := number | word | "text" | list | "@" operand | loss
//! list  := "[" [ value { "," value } ] "]"
//! ```
//!
//! Blanks and line breaks may stand between any two tokens. One token of lookahead decides everywhere, so reading takes
//! time linear in the text, and the depth of brackets is bounded, so the stack is too.

use winnow::ascii::multispace0;
use winnow::combinator::{alt, opt, peek};
use winnow::error::ErrMode;
use winnow::prelude::*;
use winnow::stream::Location;
use winnow::token::any;

use super::ast::{Argument, Form, Loss, Term, Value};
use super::diagnostic::{Fault, quote};
use super::lex::{Input, Parsed, expect, number, operand, sign, symbol, text, unexpected, word};
use super::{MAX_DEPTH, MAX_TERMS};

/// Reads a whole text.
pub(super) fn parse(text: &str) -> Result<Vec<Term<'_>>, Fault> {
    if text.trim_ascii().is_empty() {
        return Err(Fault::new(0, "the text is empty; expected a loss, for example mse"));
    }
    run(spec, text)
}

/// Reads a text that is a single value, as defaults are written.
pub(super) fn parse_value(text: &str) -> Result<Value<'_>, Fault> {
    run(
        |input: &mut Input<'_>| {
            let value = value(input, 0)?;
            end(input, "the end of the value")?;
            Ok(value)
        },
        text,
    )
}

fn run<'t, O>(mut parser: impl FnMut(&mut Input<'t>) -> Parsed<O>, text: &'t str) -> Result<O, Fault> {
    let mut input = Input::new(text);
    let parsed = multispace0::<_, ErrMode<Fault>>(&mut input).and_then(|_| parser(&mut input));
    parsed.map_err(|error| match error {
        ErrMode::Cut(fault) => fault,
        // The grammar expects what it needs, and its text is complete; this is for what neither of them says.
        ErrMode::Backtrack(_) | ErrMode::Incomplete(_) => unexpected(&input, "something else"),
    })
}

fn refuse<T>(at: usize, sentence: impl Into<String>) -> Parsed<T> {
    Err(ErrMode::Cut(Fault::new(at, sentence)))
}

fn end(input: &mut Input<'_>, expected: &str) -> Parsed<()> {
    if input.is_empty() { Ok(()) } else { Err(ErrMode::Cut(unexpected(input, expected))) }
}

fn spec<'t>(input: &mut Input<'t>) -> Parsed<Vec<Term<'t>>> {
    let mut terms = Vec::new();
    let mut next_sign = Some(opt(sign).parse_next(input)?.unwrap_or(false));
    while let Some(minus) = next_sign {
        if terms.len() == MAX_TERMS {
            let at = input.current_token_start();
            return refuse(at, format!("a spec has at most {MAX_TERMS} terms; this is one more"));
        }
        terms.push(term(input, minus)?);
        next_sign = opt(sign).parse_next(input)?;
    }
    let expected = if input.starts_with('*') {
        "'+', '-' or the end of the text (a coefficient goes before its loss)"
    } else {
        "'+', '-' or the end of the text"
    };
    end(input, expected)?;
    Ok(terms)
}

fn term<'t>(input: &mut Input<'t>, minus: bool) -> Parsed<Term<'t>> {
    let magnitude = match opt(number).parse_next(input)? {
        Some(number) => {
            expect(symbol('*'), "'*' after the coefficient").parse_next(input)?;
            number.value
        }
        None => 1.0,
    };
    let loss = loss(input, 0, "a loss")?;
    if input.starts_with('*') && loss.arguments.is_empty() {
        let found = quote(&loss.full_name());
        return refuse(
            loss.span().start,
            format!("a coefficient is a finite number before its loss, as in 0.5*mse; found {found}"),
        );
    }
    Ok(Term { coefficient: if minus { -magnitude } else { magnitude }, loss })
}

fn loss<'t>(input: &mut Input<'t>, depth: usize, expected: &str) -> Parsed<Loss<'t>> {
    let first = expect(word, expected).parse_next(input)?;
    let (dialect, name) = match opt(symbol('.')).parse_next(input)? {
        Some(_) => {
            let name = expect(word, "the name of a loss after '.'").parse_next(input)?;
            (Some(first), name)
        }
        None => (None, first),
    };
    let arguments =
        if input.starts_with('(') { bracketed(input, depth, ('(', ')'), "',' or ')'", argument)? } else { Vec::new() };
    Ok(Loss { dialect, name, arguments })
}

fn argument<'t>(input: &mut Input<'t>, depth: usize) -> Parsed<Argument<'t>> {
    let name = expect(word, "a parameter, written name=value").parse_next(input)?;
    expect(symbol('='), &format!("'=' and a value after {}", quote(name.text))).parse_next(input)?;
    let value = value(input, depth)?;
    Ok(Argument { name, value })
}

fn value<'t>(input: &mut Input<'t>, depth: usize) -> Parsed<Value<'t>> {
    let start = input.current_token_start();
    let (form, taken) = (|input: &mut Input<'t>| form(input, depth)).with_taken().parse_next(input)?;
    let taken = taken.trim_ascii_end();
    let form = match form {
        // A loss without dialect and brackets looks like any other word; its parameter knows what it means.
        Form::Loss(loss) if taken == loss.name.text => Form::Word(loss.name.text),
        other => other,
    };
    Ok(Value { form, span: start..start + taken.len() })
}

fn form<'t>(input: &mut Input<'t>, depth: usize) -> Parsed<Form<'t>> {
    match opt(peek(any)).parse_next(input)? {
        Some('"') => text(input).map(Form::Text),
        Some('@') => operand(input).map(Form::Operand),
        Some('[') => bracketed(input, depth, ('[', ']'), "',' or ']'", value).map(Form::List),
        Some('+' | '-' | '.' | '0'..='9') => expect(number, "a number").map(Form::Number).parse_next(input),
        _ => loss(input, depth, "a value").map(Form::Loss),
    }
}

/// Items between brackets, separated by commas; possibly none.
fn bracketed<'t, O>(
    input: &mut Input<'t>,
    depth: usize,
    (open, close): (char, char),
    expected: &str,
    item: fn(&mut Input<'t>, usize) -> Parsed<O>,
) -> Parsed<Vec<O>> {
    if depth == MAX_DEPTH {
        let at = input.current_token_start();
        return refuse(at, format!("brackets are nested at most {MAX_DEPTH} deep; this is one more"));
    }
    symbol(open).parse_next(input)?;
    let mut items = Vec::new();
    let mut more = opt(symbol(close)).parse_next(input)?.is_none();
    while more {
        items.push(item(input, depth + 1)?);
        let separator = expect(alt((symbol(','), symbol(close))), expected).parse_next(input)?;
        more = separator == ',';
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree in one line, so that tests can show structure.
    fn sketch(value: &Value<'_>) -> String {
        match &value.form {
            Form::Number(number) => format!("{}", number.value),
            Form::Word(word) => (*word).to_owned(),
            Form::Text(text) => format!("{text:?}"),
            Form::List(items) => format!("[{}]", items.iter().map(sketch).collect::<Vec<_>>().join(" ")),
            Form::Operand(name) => format!("@{name}"),
            Form::Loss(loss) => sketch_loss(loss),
        }
    }

    fn sketch_loss(loss: &Loss<'_>) -> String {
        let arguments =
            loss.arguments.iter().map(|argument| format!("{}={}", argument.name.text, sketch(&argument.value)));
        format!("{}({})", loss.full_name(), arguments.collect::<Vec<_>>().join(" "))
    }

    fn sketch_spec(text: &str) -> String {
        let terms = parse(text).unwrap_or_else(|fault| panic!("{text}: {}", fault.sentence));
        let terms = terms.iter().map(|term| format!("{} {}", term.coefficient, sketch_loss(&term.loss)));
        terms.collect::<Vec<_>>().join("; ")
    }

    fn refused(text: &str) -> (usize, String) {
        let fault = parse(text).err().unwrap_or_else(|| panic!("{text} parses"));
        (fault.at, fault.sentence)
    }

    #[test]
    fn sums_of_losses() {
        assert_eq!(sketch_spec("mse"), "1 mse()");
        assert_eq!(sketch_spec("-mse"), "-1 mse()");
        assert_eq!(sketch_spec("- 0.5*mse + 2*mae"), "-0.5 mse(); 2 mae()");
        assert_eq!(sketch_spec("mse+-0.5*mae - -2 * l1()"), "1 mse(); -0.5 mae(); 2 l1()");
        assert_eq!(sketch_spec("\n keras . huber ( delta\t=\r\n1 ) "), "1 keras.huber(delta=1)");
    }

    #[test]
    fn values_of_every_kind() {
        let text = r#"x(a=-1.5, b=true, c="some text", d=[1, [], [-2, w]], e=@t_1, f=mse(), g=k.m, h=n(p=[q(r=1)]))"#;
        let tree = r#"1 x(a=-1.5 b=true c="some text" d=[1 [] [-2 w]] e=@t_1 f=mse() g=k.m() h=n(p=[q(r=1)]))"#;
        assert_eq!(sketch_spec(text), tree);
    }

    #[test]
    fn spans_cover_tokens_and_not_the_blanks_after_them() {
        let text = "mse + keras . huber ( delta = - 1  , w = [ 1 , 2 ] )";
        let terms = parse(text).unwrap();
        let loss = &terms[1].loss;
        assert_eq!(&text[loss.span()], "keras . huber");
        assert_eq!(&text[loss.arguments[0].span()], "delta = - 1");
        assert_eq!(&text[loss.arguments[0].value.span.clone()], "- 1");
        assert_eq!(&text[loss.arguments[1].value.span.clone()], "[ 1 , 2 ]");
        let Form::List(items) = &loss.arguments[1].value.form else { panic!("a list") };
        assert_eq!(&text[items[1].span.clone()], "2");
    }

    #[test]
    fn each_wrong_place_is_named() {
        for (text, at, sentence) in [
            ("", 0, "the text is empty; expected a loss, for example mse"),
            (" \n\t ", 0, "the text is empty; expected a loss, for example mse"),
            ("+", 1, "expected a loss; found the end of the text"),
            ("mse mae", 4, "expected '+', '-' or the end of the text; found 'mae'"),
            ("mse)", 3, "expected '+', '-' or the end of the text; found ')'"),
            ("mse +", 5, "expected a loss; found the end of the text"),
            ("mse + + mae", 6, "expected a loss; found '+'"),
            ("--mse", 1, "expected a loss; found '-mse'"),
            ("2 mse", 2, "expected '*' after the coefficient; found 'mse'"),
            ("0.5", 3, "expected '*' after the coefficient; found the end of the text"),
            ("2*3*mse", 2, "expected a loss; found '3'"),
            ("1e999*mse", 0, "the number '1e999' is too large"),
            ("a.b.c", 3, "expected '+', '-' or the end of the text; found '.'"),
            ("keras.", 6, "expected the name of a loss after '.'; found the end of the text"),
            ("mse(", 4, "expected a parameter, written name=value; found the end of the text"),
            ("mse(,)", 4, "expected a parameter, written name=value; found ','"),
            ("huber(1)", 6, "expected a parameter, written name=value; found '1'"),
            ("huber(delta)", 11, "expected '=' and a value after 'delta'; found ')'"),
            ("huber(delta=)", 12, "expected a value; found ')'"),
            ("huber(delta=-inf)", 12, "expected a number; found '-inf'"),
            ("huber(delta=1,)", 14, "expected a parameter, written name=value; found ')'"),
            ("huber(delta=1 reduction=sum)", 14, "expected ',' or ')'; found 'reduction'"),
            ("huber(delta=1", 13, "expected ',' or ')'; found the end of the text"),
            ("x(a=[1 2])", 7, "expected ',' or ']'; found '2'"),
            ("x(a=[1,])", 7, "expected a value; found ']'"),
            ("x(a=[1)", 6, "expected ',' or ']'; found ')'"),
            ("x(a='w')", 4, "expected a value; found a single quote (words are bare or in double quotes)"),
            ("x(a=\"w)", 4, "this quote is never closed"),
            ("x(a=2*mse)", 5, "expected ',' or ')'; found '*'"),
            ("mse; mae", 3, "expected '+', '-' or the end of the text; found ';'"),
        ] {
            assert_eq!(refused(text), (at, sentence.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_coefficient_stands_before_its_loss_and_is_finite() {
        for (text, at) in [("mse*0.5", 0), ("inf*mse", 0), ("mae - nan*mse", 6)] {
            let (found, sentence) = refused(text);
            assert_eq!(found, at, "{text}");
            assert!(sentence.starts_with("a coefficient is a finite number before its loss"), "{sentence}");
        }
        let (at, sentence) = refused("huber(delta=1)*2");
        assert_eq!(at, 14);
        assert!(sentence.contains("a coefficient goes before its loss"), "{sentence}");
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth: usize| format!("x(a={}{})", "[".repeat(depth - 1), "]".repeat(depth - 1));
        assert!(parse(&nested(MAX_DEPTH)).is_ok());
        let (at, sentence) = refused(&nested(MAX_DEPTH + 1));
        assert_eq!((at, &nested(MAX_DEPTH + 1)[at..=at]), ("x(a=".len() + MAX_DEPTH - 1, "["));
        assert!(sentence.contains("at most 16 deep"), "{sentence}");

        let (at, _) = refused(&"x(a=".repeat(100_000));
        assert_eq!(at, "x(a=".len() * MAX_DEPTH + 1);
        assert_eq!(refused(&"(".repeat(100_000)).0, 0);
        assert_eq!(refused(&format!("x(a={}", "[".repeat(100_000))).0, 4 + MAX_DEPTH - 1);
    }

    #[test]
    fn the_number_of_terms_is_bounded() {
        let sum = |count: usize| vec!["mse"; count].join("+");
        assert_eq!(parse(&sum(MAX_TERMS)).unwrap().len(), MAX_TERMS);
        let (at, sentence) = refused(&sum(MAX_TERMS + 1));
        assert_eq!(at, "mse+".len() * MAX_TERMS);
        assert!(sentence.contains("at most 64 terms"), "{sentence}");
    }

    #[test]
    fn defaults_are_single_values() {
        assert_eq!(sketch(&parse_value("1e-5").unwrap()), "0.00001");
        assert_eq!(sketch(&parse_value(" [1, 2] ").unwrap()), "[1 2]");
        assert_eq!(sketch(&parse_value("@input").unwrap()), "@input");
        assert!(parse_value("").is_err());
        assert!(parse_value("1 2").is_err());
    }
}
