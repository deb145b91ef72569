//! What a parameter accepts, in words: for refusals and for the catalog that the C API lists.

use std::fmt;

use super::print::number;
use super::suggest::listing;
use crate::catalog::{Interval, Kinds, Parameter};

/// `(0, inf)`, `[0, 1)`; nothing for [`Interval::ANY`].
impl fmt::Display for Interval {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Interval::ANY {
            return Ok(());
        }
        let open = if self.low_open { '(' } else { '[' };
        let close = if self.high_open { ')' } else { ']' };
        write!(formatter, "{open}{}, {}{close}", number(self.low), number(self.high))
    }
}

/// What may be given beside the kinds of value, as the catalog of the C API shows it: the words, the interval of the
/// numbers, or both: `logits | probs`, `(0, inf)`, `auto | (0, inf)`. Empty where every value of the kinds will do.
pub fn range_text(parameter: &Parameter) -> String {
    let mut choices: Vec<String> = parameter.words.iter().map(|word| (*word).to_owned()).collect();
    let range = parameter.range.to_string();
    if !range.is_empty() {
        choices.push(range);
    }
    choices.join(" | ")
}

/// What a parameter accepts, to follow "accepts" in a sentence.
pub(super) fn accepted(parameter: &Parameter) -> String {
    /// Longer lists of words are cut, so that the rest of the sentence fits into a message.
    const WORDS_BYTES: usize = 80;
    let has = |kind| parameter.kinds.contains(kind);
    let range = match parameter.range.to_string() {
        range if range.is_empty() => range,
        range => format!(" in {range}"),
    };
    let mut parts = Vec::new();
    if has(Kinds::NUMBER) {
        parts.push(format!("a number{range}"));
    } else if has(Kinds::INTEGER) {
        parts.push(format!("an integer{range}"));
    }
    if has(Kinds::NUMBERS) {
        parts.push(format!("a list of numbers{range}"));
    } else if has(Kinds::INTEGERS) {
        parts.push(format!("a list of integers{range}"));
    }
    let mut words = Vec::new();
    if has(Kinds::BOOLEAN) {
        words.extend(["true", "false"]);
    }
    if has(Kinds::WORD) {
        words.extend(parameter.words);
    }
    if words.iter().map(|word| word.len() + 2).sum::<usize>() > WORDS_BYTES {
        parts.push(listing(&words, WORDS_BYTES));
    } else {
        parts.extend(words.iter().map(|word| (*word).to_owned()));
    }
    if has(Kinds::OPERAND) {
        parts.push("an @operand".to_owned());
    }
    if has(Kinds::NONE) && !words.contains(&"none") {
        parts.push("none".to_owned());
    }
    match parts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} or {last}", first.join(", ")),
        None => "nothing".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(kinds: Kinds, range: Interval, words: &'static [&'static str]) -> Parameter {
        Parameter { name: "p", kinds, default: "", range, words, summary: "" }
    }

    #[test]
    fn intervals_show_which_ends_belong_to_them() {
        assert_eq!(Interval::POSITIVE.to_string(), "(0, inf)");
        assert_eq!(Interval::NON_NEGATIVE.to_string(), "[0, inf)");
        assert_eq!(Interval::UNIT.to_string(), "[0, 1]");
        assert_eq!(Interval::BELOW_ONE.to_string(), "[0, 1)");
        assert_eq!(Interval::open(-1.5, 1e-9).to_string(), "(-1.5, 1e-9)");
        assert_eq!(Interval::open(f64::NEG_INFINITY, 0.0).to_string(), "(-inf, 0)");
        assert_eq!(Interval::ANY.to_string(), "");
    }

    #[test]
    fn ranges_for_the_catalog() {
        let both = Kinds::WORD.or(Kinds::NUMBER);
        assert_eq!(range_text(&parameter(Kinds::WORD, Interval::ANY, &["logits", "probs"])), "logits | probs");
        assert_eq!(range_text(&parameter(Kinds::NUMBER, Interval::POSITIVE, &[])), "(0, inf)");
        assert_eq!(range_text(&parameter(both, Interval::UNIT, &["auto"])), "auto | [0, 1]");
        assert_eq!(range_text(&parameter(Kinds::BOOLEAN, Interval::ANY, &[])), "");
    }

    #[test]
    fn accepted_values_in_words() {
        let number_list_operand = Kinds::NUMBER.or(Kinds::NUMBERS).or(Kinds::OPERAND).or(Kinds::NONE);
        for (parameter, words) in [
            (parameter(Kinds::NUMBER, Interval::POSITIVE, &[]), "a number in (0, inf)"),
            (parameter(Kinds::INTEGER.or(Kinds::NONE), Interval::ANY, &[]), "an integer or none"),
            (parameter(Kinds::BOOLEAN, Interval::ANY, &[]), "true or false"),
            (parameter(Kinds::WORD, Interval::ANY, &["none", "sum", "mean"]), "none, sum or mean"),
            (parameter(Kinds::INTEGERS, Interval::ANY, &[]), "a list of integers"),
            (
                parameter(number_list_operand, Interval::UNIT, &[]),
                "a number in [0, 1], a list of numbers in [0, 1], an @operand or none",
            ),
            (parameter(Kinds::WORD.or(Kinds::NONE), Interval::ANY, &["none"]), "none"),
        ] {
            assert_eq!(accepted(&parameter), words);
        }
    }

    #[test]
    fn many_words_are_cut() {
        const WORDS: [&str; 12] = ["a_rather_long_word"; 12];
        let text = accepted(&parameter(Kinds::WORD.or(Kinds::NONE), Interval::ANY, &WORDS));
        assert!(text.len() < 100 && text.ends_with("… or none"), "{text}");
    }
}
