//! What holds for every text: a spec that prints and reads back the same, or a refusal that points at a place in it.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{Spec, fixture, parse_with};
use crate::catalog::{CATALOG, Declaration, Kinds, Parameter};
use crate::error::{Error, Status};

/// The losses of the library and those of the fixture that it does not have, so that every kind of value occurs.
fn catalog() -> Vec<&'static Declaration> {
    let ours = |name| CATALOG.iter().any(|declaration| declaration.name == name);
    let rest = fixture::CATALOG.iter().copied().filter(|declaration| !ours(declaration.name));
    CATALOG.iter().copied().chain(rest).collect()
}

fn parse(text: &str) -> Result<Spec, Error> {
    parse_with(text, &catalog())
}

/// Spec text of a number in the parameter's range.
fn number_in(parameter: &'static Parameter, whole: bool) -> BoxedStrategy<String> {
    let (low, high) = (parameter.range.low.max(-1e3), parameter.range.high.min(1e3));
    let written = |value: f64, form: u8| match form {
        0 => format!("{value}"),
        1 => format!("{value:e}"),
        2 => format!("{value:E}"),
        _ => format!("{}{value:?}", if value.is_sign_negative() { "" } else { "+" }),
    };
    let few = prop_oneof![Just(0.0), Just(1.0), Just(0.5), Just(1e-4), Just(1e-300), Just(3e200), Just(-100.0)];
    let numbers = prop_oneof![low..=high, few]
        .prop_map(move |value| if whole { value.round().min(1e18) } else { value })
        .prop_map(move |value| if parameter.range.contains(value) { value } else { (low + high) / 2.0 })
        .prop_map(move |value| if whole { value.round() } else { value });
    (numbers, 0..4u8).prop_map(move |(value, form)| written(value, form)).boxed()
}

/// Spec text of a value that the parameter accepts.
fn value_of(parameter: &'static Parameter) -> BoxedStrategy<String> {
    let has = |kind| parameter.kinds.contains(kind);
    let mut forms: Vec<BoxedStrategy<String>> = Vec::new();
    if has(Kinds::NUMBER) || has(Kinds::INTEGER) {
        forms.push(number_in(parameter, !has(Kinds::NUMBER)));
    }
    if has(Kinds::NUMBERS) || has(Kinds::INTEGERS) {
        let items = vec(number_in(parameter, !has(Kinds::NUMBERS)), 1..4);
        forms.push(items.prop_map(|items| format!("[{}]", items.join(" ,"))).boxed());
    }
    if has(Kinds::WORD) {
        let word = (select(parameter.words), any::<bool>());
        forms
            .push(word.prop_map(|(word, quoted)| if quoted { format!("\"{word}\"") } else { word.to_owned() }).boxed());
    }
    if has(Kinds::BOOLEAN) {
        forms.push(select(vec!["true", "false"]).prop_map(str::to_owned).boxed());
    }
    if has(Kinds::OPERAND) {
        forms.push("@[A-Za-z_][A-Za-z0-9_]{0,6}".boxed());
    }
    if has(Kinds::NONE) {
        forms.push(Just("none".to_owned()).boxed());
    }
    forms.push(Just(parameter.default.to_owned()).boxed());
    proptest::strategy::Union::new(forms).boxed()
}

/// Text of one loss with some of its parameters in any order.
fn loss() -> impl Strategy<Value = String> {
    (0..catalog().len()).prop_flat_map(|position| {
        let declaration = catalog()[position];
        let parameters: Vec<&'static Parameter> = declaration.parameters().collect();
        let values: Vec<BoxedStrategy<String>> = parameters.iter().map(|parameter| value_of(parameter)).collect();
        let given = vec(any::<bool>(), parameters.len());
        let order = Just((0..parameters.len()).collect::<Vec<_>>()).prop_shuffle();
        (values, given, order, select(vec!["", " ", "\n\t "])).prop_map(move |(values, given, order, blank)| {
            let arguments = order.iter().filter(|&&at| given[at]);
            let arguments = arguments.map(|&at| format!("{}{blank}={blank}{}", parameters[at].name, values[at]));
            let arguments: Vec<String> = arguments.collect();
            format!("{}{blank}({blank}{})", declaration.name, arguments.join(", "))
        })
    })
}

/// A valid text.
fn text() -> impl Strategy<Value = String> {
    let coefficient = prop_oneof![Just(String::new()), (-1e3..1e3f64).prop_map(|number| format!("{number}*"))];
    let term = (select(vec!["+", "-"]), coefficient, loss());
    vec(term.prop_map(|(sign, coefficient, loss)| format!("{sign}{coefficient}{loss}")), 1..4)
        .prop_map(|terms| terms.join(" "))
}

/// A change that mostly makes a valid text invalid.
#[derive(Clone, Debug)]
enum Mutation {
    Remove(Index, usize),
    Insert(Index, String),
    Replace(Index, char),
    Double(Index, Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let piece = prop_oneof![
        "[-+*(),=.@\"'\\[\\] \n\t_a-z0-9]{1,3}",
        select(vec!["none", "1e999", "@", "mse(", "[[", "))", "é", "\u{200b}", "\0", "true", "-", "nan"])
            .prop_map(str::to_owned),
        vec(select(vec!["(", "[", "mse(a=", "x", "9", "日本"]), 1..200).prop_map(|pieces| pieces.concat()),
    ];
    prop_oneof![
        (any::<Index>(), 1..5usize).prop_map(|(at, count)| Mutation::Remove(at, count)),
        (any::<Index>(), piece).prop_map(|(at, piece)| Mutation::Insert(at, piece)),
        (any::<Index>(), any::<char>()).prop_map(|(at, character)| Mutation::Replace(at, character)),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Mutation::Double(from, to)),
    ]
}

fn mutate(text: &str, mutation: &Mutation) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let place = |index: &Index| index.index(text.chars().count() + 1);
    match mutation {
        Mutation::Remove(at, count) => {
            let start = place(at);
            let end = (start + count).min(characters.len());
            characters.drain(start..end);
        }
        Mutation::Insert(at, piece) => {
            characters.splice(place(at)..place(at), piece.chars());
        }
        Mutation::Replace(at, character) => {
            if let Some(slot) = characters.get_mut(place(at)) {
                *slot = *character;
            }
        }
        Mutation::Double(from, to) => {
            let (from, to) = (place(from).min(place(to)), place(from).max(place(to)));
            let piece: Vec<char> = characters[from..to].to_vec();
            characters.splice(to..to, piece);
        }
    }
    characters.into_iter().collect()
}

/// Either the text prints and reads back the same, or the refusal is well-formed and its caret is under its index.
fn holds(text: &str) -> Result<(), TestCaseError> {
    match parse(text) {
        Ok(spec) => {
            let canonical = spec.to_string();
            let again = parse(&canonical);
            prop_assert_eq!(again.as_ref(), Ok(&spec), "canonical text {:?}", &canonical);
            prop_assert_eq!(again.map(|spec| spec.to_string()), Ok(canonical));
        }
        Err(error) => points_at_a_place(text, &error)?,
    }
    Ok(())
}

fn points_at_a_place(text: &str, error: &Error) -> Result<(), TestCaseError> {
    let shown = |character: char| {
        let kept = !character.is_control() && !matches!(u32::from(character), 0x2000..=0x206f | 0xfeff);
        if kept { character } else { ' ' }
    };
    prop_assert_eq!(error.status, Status::InvalidSpec);
    prop_assert!(error.message.len() <= 239, "{} bytes", error.message.len());
    let index = error.index.expect("every refusal has a place");
    prop_assert!(text.is_char_boundary(index), "{} of {}", index, text.len());

    let lines: Vec<&str> = error.message.split('\n').collect();
    let [sentence, quoted, caret] = lines[..] else {
        return Err(TestCaseError::fail(format!("not three lines: {:?}", error.message)));
    };
    prop_assert!(!sentence.is_empty() && !sentence.contains("something else"), "{}", sentence);
    prop_assert!(caret.ends_with('^') && caret.trim_start() == "^");
    let column = caret.len() - 1;
    let quoted: Vec<char> = quoted.chars().collect();
    prop_assert!(column <= quoted.len());

    // From the caret on, the quotation is what follows the index, and before it what leads up to it.
    let cut_after = quoted.len() - column < text[index..].chars().count() || quoted.last() == Some(&'…');
    let after = &quoted[column..quoted.len() - usize::from(cut_after && quoted.len() > column)];
    let expected: Vec<char> = text[index..].chars().take(after.len()).map(shown).collect();
    let after: Vec<char> = after.iter().copied().map(shown).collect();
    prop_assert_eq!(after, expected);
    let cut_before = usize::from(column < text[..index].chars().count() || quoted.first() == Some(&'…'));
    let before: Vec<char> = quoted[cut_before.min(column)..column].iter().rev().copied().map(shown).collect();
    let expected: Vec<char> = text[..index].chars().rev().take(before.len()).map(shown).collect();
    prop_assert_eq!(before, expected);
    // At least a few characters around the place are shown where the text has them.
    prop_assert!(column >= text[..index].chars().count().min(8), "column {}", column);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn valid_texts_parse_and_round_trip(text in text()) {
        prop_assert!(parse(&text).is_ok(), "{}", parse(&text).unwrap_err());
        holds(&text)?;
    }

    #[test]
    fn mutated_texts_parse_or_are_refused(text in text(), mutations in vec(mutation(), 1..4)) {
        let mutated = mutations.iter().fold(text, |text, mutation| mutate(&text, mutation));
        holds(&mutated)?;
    }

    #[test]
    fn any_text_parses_or_is_refused(bytes in vec(any::<u8>(), 0..300)) {
        holds(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn any_tokens_parse_or_are_refused(
        tokens in vec(
            select(vec![
                "mse", "huber", "delta", "keras", ".", "(", ")", "[", "]", ",", "=", "*", "+", "-", "@", "\"", "1", "0.5",
                "1e9", "none", "true", "sum", " ", "\n", "x", "'", "é",
            ]),
            0..40,
        )
    ) {
        holds(&tokens.concat())?;
    }

    #[test]
    fn every_finite_number_reads_back(bits in any::<u64>()) {
        let number = f64::from_bits(bits);
        prop_assume!(number.is_finite());
        let text = format!("{}*mse", super::print::number(number));
        let read = parse(&text).map(|spec| spec.terms[0].coefficient.to_bits());
        prop_assert_eq!(read, Ok(bits), "{}", text);
    }

    #[test]
    fn every_refusal_of_a_loss_is_shown(text in text(), message in ".{0,300}", argument in any::<Index>()) {
        let spec = parse(&text).unwrap();
        let term = &spec.terms[spec.terms.len() - 1];
        let names: Vec<&'static str> = term.arguments.declaration.parameters().map(|parameter| parameter.name).collect();
        let parameter = if names.is_empty() { "" } else { names[argument.index(names.len())] };
        let message = format!("refused: {message}");
        points_at_a_place(&text, &super::refuse(&text, &term.location, &crate::catalog::ArgumentError { parameter, message }))?;
    }
}
