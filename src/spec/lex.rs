//! The tokens of a text: words, numbers, quoted texts and operands, each with the blanks that follow it.

use winnow::ascii::{digit0, digit1, multispace0};
use winnow::combinator::{alt, opt, preceded, terminated};
use winnow::error::{ErrMode, ParserError};
use winnow::prelude::*;
use winnow::stream::{LocatingSlice, Location, Stream};
use winnow::token::{one_of, take_till, take_while};

use super::ast::{Number, Word};
use super::diagnostic::{Fault, quote};

/// The text that is left to read, which knows its place in the whole.
pub(super) type Input<'t> = LocatingSlice<&'t str>;
/// What a parser gives: `Backtrack` says that it is not what comes next, `Cut` that the text is wrong.
pub(super) type Parsed<T> = ModalResult<T, Fault>;

impl<'t> ParserError<Input<'t>> for Fault {
    type Inner = Fault;

    fn from_input(input: &Input<'t>) -> Fault {
        // Made for every alternative that is tried in vain, so it must cost nothing; [`expect`] finds the words.
        Fault::new(input.current_token_start(), String::new())
    }

    fn into_inner(self) -> Result<Fault, Fault> {
        Ok(self)
    }
}

/// The parser, which must succeed here: otherwise the text is refused, naming what was expected.
pub(super) fn expect<'t, O>(
    mut parser: impl Parser<Input<'t>, O, ErrMode<Fault>>,
    expected: &str,
) -> impl Parser<Input<'t>, O, ErrMode<Fault>> {
    move |input: &mut Input<'t>| {
        let start = input.checkpoint();
        parser.parse_next(input).map_err(|error| match error {
            ErrMode::Backtrack(_) => {
                input.reset(&start);
                ErrMode::Cut(unexpected(input, expected))
            }
            other => other,
        })
    }
}

/// The refusal of what comes next.
pub(super) fn unexpected(input: &Input<'_>, expected: &str) -> Fault {
    let found = found(input.as_ref());
    Fault::new(input.current_token_start(), format!("expected {expected}; found {found}"))
}

/// What comes next, in words.
fn found(rest: &str) -> String {
    let Some(first) = rest.chars().next() else {
        return "the end of the text".to_owned();
    };
    let signed = usize::from(matches!(first, '+' | '-'));
    let run = rest[signed..].find(|character| !in_word(character)).unwrap_or(rest.len() - signed);
    if run > 0 {
        return quote(&rest[..signed + run]);
    }
    match first {
        '\'' => "a single quote (words are bare or in double quotes)".to_owned(),
        _ if first.is_ascii_graphic() => quote(&rest[..1]),
        _ if first.is_alphanumeric() => quote(&rest[..first.len_utf8()]),
        _ => format!("the character U+{:04X}", u32::from(first)),
    }
}

fn begins_word(character: char) -> bool {
    character.is_ascii_alphabetic() || character == '_'
}

fn in_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// A token and the blanks after it.
fn token<'t, O>(parser: impl Parser<Input<'t>, O, ErrMode<Fault>>) -> impl Parser<Input<'t>, O, ErrMode<Fault>> {
    terminated(parser, multispace0)
}

/// One character of punctuation.
pub(super) fn symbol<'t>(character: char) -> impl Parser<Input<'t>, char, ErrMode<Fault>> {
    token(character)
}

/// `+` or `-`: whether it is a minus.
pub(super) fn sign(input: &mut Input<'_>) -> Parsed<bool> {
    token(one_of(['+', '-']).map(|character| character == '-')).parse_next(input)
}

/// The letters of a word, without the blanks after it.
fn letters<'t>(input: &mut Input<'t>) -> Parsed<&'t str> {
    (one_of(begins_word), take_while(0.., in_word)).take().parse_next(input)
}

/// A bare word.
pub(super) fn word<'t>(input: &mut Input<'t>) -> Parsed<Word<'t>> {
    let (text, span) = token(letters.with_span()).parse_next(input)?;
    Ok(Word { text, span })
}

/// `@name`: the name.
pub(super) fn operand<'t>(input: &mut Input<'t>) -> Parsed<&'t str> {
    token(preceded('@', expect(letters, "the name of an operand right after '@'"))).parse_next(input)
}

/// `"text"`: what stands between the quotes.
pub(super) fn text<'t>(input: &mut Input<'t>) -> Parsed<&'t str> {
    let start = input.current_token_start();
    let inside = preceded('"', take_till(0.., '"')).parse_next(input)?;
    match opt(symbol('"')).parse_next(input)? {
        Some(_) => Ok(inside),
        None => Err(ErrMode::Cut(Fault::new(start, "this quote is never closed"))),
    }
}

/// A number with an optional sign.
pub(super) fn number<'t>(input: &mut Input<'t>) -> Parsed<Number<'t>> {
    let ((minus, (value, _)), literal) = (opt(sign), (magnitude, ())).with_taken().parse_next(input)?;
    multispace0.parse_next(input)?;
    Ok(Number { value: if minus == Some(true) { -value } else { value }, literal })
}

/// A number without sign, without the blanks after it.
fn magnitude(input: &mut Input<'_>) -> Parsed<f64> {
    let start = input.checkpoint();
    let at = input.current_token_start();
    let refuse = |sentence: String| Err(ErrMode::Cut(Fault::new(at, sentence)));

    let mantissa = alt(((digit1, opt(('.', digit0))).take(), ('.', digit1).take()));
    let exponent = (one_of(['e', 'E']), opt(one_of(['+', '-'])), digit1);
    let ((mantissa, _), literal) = (mantissa, opt(exponent)).with_taken().parse_next(input)?;
    if input.starts_with(|character| in_word(character) || character == '.') {
        input.reset(&start);
        let end = input.find(|character| !in_word(character) && character != '.');
        let run = &input[..end.unwrap_or(input.len())];
        return refuse(format!("{} is not a number", quote(run)));
    }
    // What the grammar above accepts, Rust's own decimal conversion reads and rounds correctly.
    match literal.parse::<f64>() {
        Ok(value) if value.is_infinite() => refuse(format!("the number {} is too large", quote(literal))),
        Ok(0.0) if mantissa.contains(|digit| matches!(digit, '1'..='9')) => {
            refuse(format!("the number {} is too small: it would become 0", quote(literal)))
        }
        Ok(value) => Ok(value),
        Err(_) => refuse(format!("{} is not a number", quote(literal))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<'t, O>(
        mut parser: impl FnMut(&mut Input<'t>) -> Parsed<O>,
        text: &'t str,
    ) -> Result<(O, &'t str), (usize, String)> {
        let mut input = Input::new(text);
        match parser(&mut input) {
            Ok(value) => Ok((value, *input.as_ref())),
            Err(error) => {
                let fault = error.into_inner().expect("no parser asks for more text");
                Err((fault.at, fault.sentence))
            }
        }
    }

    #[test]
    fn numbers_read_as_the_nearest_double() {
        for (text, value) in [
            ("1", 1.0),
            ("1.", 1.0),
            (".5", 0.5),
            ("0.1", 0.1),
            ("1e-4", 1e-4),
            ("2.5E+3", 2500.0),
            ("-100", -100.0),
            ("- 100", -100.0),
            ("+.5e1", 5.0),
            ("0e-999", 0.0),
            ("4.9e-324", 5e-324),
            ("1.7976931348623157e308", f64::MAX),
        ] {
            let (number, rest) = read(number, text).unwrap();
            assert_eq!((number.value, number.literal, rest), (value, text, ""));
        }
        assert!(read(number, "-0").unwrap().0.value.is_sign_negative());
        assert_eq!(read(number, "3 , x").unwrap().1, ", x");
    }

    #[test]
    fn what_is_nearly_a_number_is_refused() {
        for (text, at, sentence) in [
            ("0x10", 0, "'0x10' is not a number"),
            ("-1_000", 1, "'1_000' is not a number"),
            ("1.2.3", 0, "'1.2.3' is not a number"),
            ("1e", 0, "'1e' is not a number"),
            ("1e999", 0, "the number '1e999' is too large"),
            ("-1e-999", 1, "the number '1e-999' is too small: it would become 0"),
        ] {
            assert_eq!(read(number, text).unwrap_err(), (at, sentence.to_owned()));
        }
    }

    #[test]
    fn words_texts_and_operands() {
        let (word, rest) = read(word, "_Focal2 \n\t(x").unwrap();
        assert_eq!((word.text, word.span, rest), ("_Focal2", 0..7, "(x"));
        assert_eq!(read(text, "\"mean\" ,").unwrap(), ("mean", ","));
        assert_eq!(read(operand, "@weights )").unwrap(), ("weights", ")"));

        assert_eq!(read(text, "\"mean").unwrap_err(), (0, "this quote is never closed".to_owned()));
        let (at, sentence) = read(operand, "@ weights").unwrap_err();
        assert_eq!(at, 1);
        assert!(sentence.contains("right after '@'"), "{sentence}");
    }

    #[test]
    fn what_was_found_is_named() {
        for (rest, words) in [
            ("", "the end of the text"),
            ("delta=1", "'delta'"),
            ("12abc", "'12abc'"),
            (")x", "')'"),
            ("-inf)", "'-inf'"),
            ("+ mae", "'+'"),
            ("'mean'", "a single quote (words are bare or in double quotes)"),
            ("é", "'é'"),
            ("\u{200b}", "the character U+200B"),
            ("\u{a0}", "the character U+00A0"),
            ("\u{0}", "the character U+0000"),
        ] {
            assert_eq!(found(rest), words);
        }
        assert!(found(&"w".repeat(10_000)).len() < 60);
    }

    #[test]
    fn expectations_name_the_place() {
        let mut input = Input::new("mse ]");
        word(&mut input).unwrap();
        let error = expect(symbol(')'), "')'").parse_next(&mut input).unwrap_err();
        assert_eq!(error, ErrMode::Cut(Fault::new(4, "expected ')'; found ']'")));
    }
}
