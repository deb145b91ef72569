//! The spec language: a loss as a line of text.
//!
//! ```text
//! 0.7*cross_entropy(class_weight=[0.2, 0.8]) + 0.3*dice(smooth=1) + 1e-4*l2(input=@weights)
//! ```
//!
//! A text passes through four steps, one file each: tokens (`lex`), the syntax tree (`grammar`, `ast`), the
//! meaning of names and values against the catalog (`resolve`, `check`), and back to canonical text (`print`).
//! Every refusal is an [`Error`] with the byte offset of the place, and a message of three lines that fits into the C
//! ABI's buffer: a sentence, the text on one line, and a caret under the place (`diagnostic`).
//!
//! ```text
//! unknown parameter 'lable_smoothing' of cross_entropy; did you mean 'label_smoothing'?
//! cross_entropy(lable_smoothing=0.1)
//!               ^
//! ```
//!
//! Canonical text names each parameter that differs from its default, in the order of its declaration, and parses to
//! the same spec. Numbers are the shortest that read back the same: plain from 0.001 up to 1e15, else with an exponent.

mod ast;
mod check;
mod describe;
mod diagnostic;
#[cfg(test)]
mod fixture;
mod grammar;
mod lex;
mod print;
#[cfg(test)]
mod properties;
mod resolve;
mod suggest;

use std::fmt;
use std::ops::Range;

pub use describe::range_text;

use crate::catalog::{ArgumentError, Arguments, CATALOG, Declaration};
use crate::error::Error;
use diagnostic::Fault;

/// The longest text, in bytes. What is longer is refused without being read.
pub const MAX_BYTES: usize = 65_536;
/// How deep brackets may be nested.
pub const MAX_DEPTH: usize = 16;
/// How many losses a sum may have.
pub const MAX_TERMS: usize = 64;

/// A weighted sum of losses. Specs are equal when they mean the same, wherever their text stood.
#[derive(Clone, PartialEq)]
pub struct Spec {
    /// The summands, in the order of the text; a parsed spec has at least one.
    pub terms: Vec<TermSpec>,
}

/// One summand of a spec: a coefficient times a loss with its arguments.
#[derive(Clone)]
pub struct TermSpec {
    /// The factor, finite; 1 when none is written. A minus before the term is part of it.
    pub coefficient: f64,
    /// The loss, and a checked value for each of its parameters.
    pub arguments: Arguments,
    /// Where in the text it stood.
    pub location: Location,
}

/// The bytes of the text that a term came from, so that a later refusal can point at them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// The name of the loss, with its dialect.
    pub loss: Range<usize>,
    /// Each given argument: its parameter, and the bytes of `name=value`.
    pub arguments: Vec<(&'static str, Range<usize>)>,
}

impl PartialEq for TermSpec {
    fn eq(&self, other: &TermSpec) -> bool {
        self.coefficient == other.coefficient
            && self.arguments.declaration.name == other.arguments.declaration.name
            && self.arguments.values == other.arguments.values
    }
}

impl fmt::Debug for Spec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Spec({self})")
    }
}

/// Reads a spec of the losses in the [`CATALOG`].
///
/// # Errors
///
/// [`Status::InvalidSpec`](crate::error::Status::InvalidSpec), with the byte offset of the first wrong place as index:
/// the text is blank, longer than [`MAX_BYTES`], nested deeper than [`MAX_DEPTH`], a sum of more than [`MAX_TERMS`],
/// does not follow the grammar, or names a loss, parameter or value that does not exist. Syntax is checked before
/// meaning.
pub fn parse(text: &str) -> Result<Spec, Error> {
    parse_with(text, CATALOG)
}

/// Reads a spec of the losses in a catalog.
pub(crate) fn parse_with(text: &str, catalog: &[&'static Declaration]) -> Result<Spec, Error> {
    read(text, catalog).map_err(|fault| fault.into_error(text))
}

fn read(text: &str, catalog: &[&'static Declaration]) -> Result<Spec, Fault> {
    within_limit(text)?;
    let spec = resolve::resolve(&grammar::parse(text)?, catalog)?;
    // Canonical text must parse too. It can be longer than what was written, `1,1` and `1e14` say, but not eightfold.
    if text.len() > MAX_BYTES / 8 {
        let length = spec.to_string().len();
        if length > MAX_BYTES {
            let sentence = format!("a spec has at most {MAX_BYTES} bytes; in canonical form this one has {length}");
            return Err(Fault::new(0, sentence));
        }
    }
    Ok(spec)
}

fn within_limit(text: &str) -> Result<(), Fault> {
    if text.len() <= MAX_BYTES {
        return Ok(());
    }
    let sentence = format!("a spec has at most {MAX_BYTES} bytes; this text has {}", text.len());
    Err(Fault::new(diagnostic::character_at(text, MAX_BYTES), sentence))
}

/// The error for arguments of a parsed term that each are fine, but that its loss refuses to be built from.
///
/// The caret stands under the argument of the refused parameter, or under the name of the loss when it was not given.
/// `text` is the text that the term was parsed from.
pub fn refuse(text: &str, location: &Location, error: &ArgumentError) -> Error {
    let argument = location.arguments.iter().find(|(name, _)| *name == error.parameter);
    let place = argument.map_or(&location.loss, |(_, span)| span);
    Fault::new(diagnostic::character_at(text, place.start), error.message.as_str()).into_error(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Kinds;
    use crate::error::Status;
    use fixture::parse;

    #[test]
    fn the_message_shows_the_place() {
        let error = parse("cross_entropy(lable_smoothing=0.1)").unwrap_err();
        assert_eq!((error.status, error.index), (Status::InvalidSpec, Some(14)));
        let message = "unknown parameter 'lable_smoothing' of cross_entropy; did you mean 'label_smoothing'?\n\
                       cross_entropy(lable_smoothing=0.1)\n              ^";
        assert_eq!(error.message, message);
    }

    #[test]
    fn a_long_text_is_refused_unread() {
        let padded = |length: usize| "mse".to_owned() + &" ".repeat(length - 3);
        assert!(parse(&padded(MAX_BYTES)).is_ok());
        for length in [MAX_BYTES + 1, 1 << 20, 100_000_000] {
            let error = parse(&padded(length)).unwrap_err();
            assert_eq!((error.status, error.index), (Status::InvalidSpec, Some(MAX_BYTES)));
            let sentence = format!("a spec has at most 65536 bytes; this text has {length}");
            assert_eq!(error.message.lines().next(), Some(sentence.as_str()));
            assert!(error.message.len() <= 239);
        }
        let wide = format!("{}{}", "a", "é".repeat(MAX_BYTES));
        assert_eq!(parse(&wide).unwrap_err().index, Some(MAX_BYTES - 1), "a character's first byte");
    }

    #[test]
    fn a_text_is_refused_when_its_canonical_text_would_be() {
        let list = |item: &str, count: usize| format!("dice(class_weight=[{}])", vec![item; count].join(","));
        for item in ["1", "1e14", "1e-4"] {
            let (fits, exceeds) = (list(item, MAX_BYTES / 18), list(item, MAX_BYTES / (item.len() + 1) - 10));
            let spec = parse(&fits).unwrap();
            assert_eq!(parse(&spec.to_string()).unwrap(), spec);
            let error = parse(&exceeds).unwrap_err();
            assert!(error.message.contains("in canonical form"), "{error}");
            assert!(exceeds.len() <= MAX_BYTES);
        }
    }

    #[test]
    fn deep_nesting_neither_overflows_nor_takes_long() {
        for text in ["(".repeat(60_000), "mse(a=".repeat(10_000), format!("mse(a={}", "[".repeat(60_000))] {
            let error = parse(&text).unwrap_err();
            assert_eq!(error.status, Status::InvalidSpec);
        }
        assert!(parse(&"(".repeat(100_000)).unwrap_err().message.contains("at most 65536 bytes"));
    }

    #[test]
    fn a_later_refusal_points_at_the_argument() {
        let text = "mse + dice(axis=[1], smooth=1)";
        let location = &parse(text).unwrap().terms[1].location;
        let refusal =
            |parameter| ArgumentError { parameter, message: "smooth and smooth_nr do not go together".to_owned() };
        let error = refuse(text, location, &refusal("smooth"));
        assert_eq!((error.status, error.index), (Status::InvalidSpec, Some(21)));
        let caret = format!("smooth and smooth_nr do not go together\n{text}\n{:21}^", "");
        assert_eq!(error.message, caret);
        // A parameter that stands at its default has no place of its own.
        assert_eq!(refuse(text, location, &refusal("batch")).index, Some(6));
        // Not the text it was parsed from: a wrong caret, but no panic.
        assert_eq!(refuse("é", location, &refusal("smooth")).index, Some(2));
    }

    #[test]
    fn equal_specs_mean_the_same() {
        assert_eq!(parse("huber(delta=1)").unwrap(), parse(" huber").unwrap());
        assert_ne!(parse("huber").unwrap(), parse("keras.huber").unwrap());
        assert_ne!(parse("huber").unwrap(), parse("2*huber").unwrap());
        assert_ne!(parse("huber").unwrap(), parse("huber(delta=2)").unwrap());
        assert_ne!(parse("huber").unwrap(), parse("huber + huber").unwrap());
        assert_eq!(format!("{:?}", parse("huber()").unwrap()), "Spec(huber)");
    }

    /// Each name, default and word of a declaration is spec text that means what it says.
    fn assert_sound(declaration: &'static Declaration, catalog: &[&'static Declaration]) {
        let name = declaration.name;
        let prints = |text: &str, canonical: &str| {
            let spec = parse_with(text, catalog).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(spec.to_string(), canonical);
            assert!(std::ptr::eq(spec.terms[0].arguments.declaration, declaration), "{name} is declared twice");
        };
        prints(name, name);
        let names: Vec<&str> = declaration.parameters().map(|parameter| parameter.name).collect();
        for (position, parameter) in declaration.parameters().enumerate() {
            let (key, default) = (parameter.name, parameter.default);
            assert!(!names[..position].contains(&key), "{key} of {name} is declared twice");
            prints(&format!("{name}({key}={default})"), name);
            assert_eq!(parameter.words.is_empty(), !parameter.kinds.contains(Kinds::WORD), "words of {key} of {name}");
            for word in parameter.words.iter().filter(|&&word| word != default) {
                prints(&format!("{name}({key}=\"{word}\")"), &format!("{name}({key}={word})"));
            }
        }
    }

    #[test]
    fn every_declaration_is_sound_as_spec_text() {
        for catalog in [CATALOG, &fixture::CATALOG] {
            catalog.iter().for_each(|declaration| assert_sound(declaration, catalog));
        }
    }

    #[test]
    #[should_panic(expected = "huber is declared twice")]
    fn a_name_declared_twice_is_found() {
        static COPY: Declaration = Declaration { name: "huber", ..fixture::MSE };
        assert_sound(&COPY, &[fixture::CATALOG[1], &COPY]);
    }

    #[test]
    fn the_library_reads_its_own_catalog() {
        for declaration in CATALOG {
            assert_eq!(super::parse(declaration.name).unwrap().terms[0].arguments.declaration.name, declaration.name);
        }
        assert!(super::parse("no_such_loss").is_err());
    }
}
