//! A refusal of a text: a sentence, the line it is about, and a caret under the place.
//!
//! The whole message must fit in the C ABI's `message[240]`, so a long text is shown through a window around the place,
//! and whatever is quoted in the sentence is clipped.

use crate::error::{Error, Status};

/// What fits in `lk_error.message` beside its terminating NUL.
const MESSAGE_BYTES: usize = 239;
/// What the sentence may take of it; the rest is for the quoted text and the caret.
const SENTENCE_BYTES: usize = 168;
/// What a word of the text may take in a sentence.
const QUOTE_BYTES: usize = 40;

/// A place in a text, and why it is refused.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fault {
    pub status: Status,
    /// The byte offset, at most the length of the text and on a character's first byte.
    pub at: usize,
    /// One sentence: what was found and what would be accepted.
    pub sentence: String,
}

impl Fault {
    pub fn new(at: usize, sentence: impl Into<String>) -> Fault {
        Fault { status: Status::InvalidSpec, at, sentence: sentence.into() }
    }

    /// The error for the host, quoting `text` with a caret under the place.
    pub fn into_error(self, text: &str) -> Error {
        let sentence = clip(&self.sentence, SENTENCE_BYTES);
        let budget = MESSAGE_BYTES - sentence.len() - "\n\n^".len();
        let (line, column) = window(text, self.at, budget);
        Error::new(self.status, format!("{sentence}\n{line}\n{:column$}^", "")).at(self.at)
    }
}

/// The first byte of the character that byte `at` belongs to, or the end of the text when that comes first.
pub(super) fn character_at(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    // A character has at most four bytes, so this looks at four places at most.
    (0..=at).rev().find(|&start| text.is_char_boundary(start)).unwrap_or(0)
}

/// A piece of the text for use in a sentence: in quotes, on one line and not long.
pub(super) fn quote(piece: &str) -> String {
    format!("'{}'", clip(piece, QUOTE_BYTES))
}

/// The text on one line, cut to at most `limit` bytes with an ellipsis.
pub(super) fn clip(text: &str, limit: usize) -> String {
    // Looking one character past the limit is enough to know whether all of it fits.
    let shown = Side::fill(text.chars(), 0, limit);
    let mut clipped: String = shown.characters.into_iter().collect();
    if shown.cut {
        clipped.push('…');
    }
    clipped
}

/// The part of `text` around byte `at` that fits, as one line, and the column of `at` in it.
///
/// `budget` is for the line and for the blanks before the caret, so a character before the place costs one byte more
/// than a character after it.
fn window(text: &str, at: usize, budget: usize) -> (String, usize) {
    let (before, after) = text.split_at(at);
    // The place itself and what follows get a third at least; what they leave is for what leads up to the place.
    let left = Side::fill(before.chars().rev(), 1, budget - budget / 3);
    let right = Side::fill(after.chars(), 0, budget - left.cost);
    let left = Side::fill(before.chars().rev(), 1, budget - right.cost);

    let mut line = String::with_capacity(budget);
    if left.cut {
        line.push('…');
    }
    let column = left.characters.len() + usize::from(left.cut);
    line.extend(left.characters.iter().rev());
    line.extend(&right.characters);
    if right.cut {
        line.push('…');
    }
    (line, column)
}

/// The characters that fit on one side of the place.
struct Side {
    characters: Vec<char>,
    /// Whether some did not fit, so that an ellipsis stands for them.
    cut: bool,
    /// The bytes they take, with the ellipsis.
    cost: usize,
}

impl Side {
    /// Takes all characters, each at its length and `extra` bytes, or as many as leave room for an ellipsis.
    fn fill(source: impl Iterator<Item = char>, extra: usize, budget: usize) -> Side {
        let ellipsis = '…'.len_utf8() + extra;
        let mut side = Side { characters: Vec::new(), cut: false, cost: 0 };
        for character in source.map(printable) {
            side.characters.push(character);
            side.cost += character.len_utf8() + extra;
            if side.cost > budget {
                side.cut = true;
                break;
            }
        }
        while side.cut && side.cost + ellipsis > budget {
            let Some(last) = side.characters.pop() else { break };
            side.cost -= last.len_utf8() + extra;
        }
        side.cost += if side.cut { ellipsis } else { 0 };
        side
    }
}

/// What stands for a character in a quotation: a blank for all that would break the line or move the caret.
fn printable(character: char) -> char {
    let invisible = matches!(character,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    if character.is_control() || invisible { ' ' } else { character }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str, at: usize, sentence: &str) -> String {
        let error = Fault::new(at, sentence).into_error(text);
        assert_eq!(error.status, Status::InvalidSpec);
        assert_eq!(error.index, Some(at));
        assert!(error.message.len() <= MESSAGE_BYTES, "{} bytes: {}", error.message.len(), error.message);
        error.message
    }

    #[test]
    fn a_short_text_is_shown_whole() {
        assert_eq!(message("huber(delta=0)", 12, "no"), "no\nhuber(delta=0)\n            ^");
        assert_eq!(message("mse(", 4, "no"), "no\nmse(\n    ^");
        assert_eq!(message("", 0, "no"), "no\n\n^");
    }

    #[test]
    fn line_breaks_become_blanks_and_columns_count_characters() {
        assert_eq!(message("mse\n +\té x", 9, "no"), "no\nmse  + é x\n         ^".replace("         ^", "        ^"));
        assert_eq!(message("a\u{202e}\u{feff}b", 7, "no"), "no\na  b\n   ^");
    }

    #[test]
    fn a_long_text_is_windowed_on_both_sides() {
        let text = format!("{}!{}", "a".repeat(400), "b".repeat(400));
        let message = message(&text, 400, &"s".repeat(100));
        let lines: Vec<&str> = message.lines().collect();
        assert!(lines[1].starts_with("…a") && lines[1].ends_with("b…"));
        let column = lines[2].find('^').unwrap();
        assert_eq!(lines[1].chars().nth(column), Some('!'));
        assert!(message.len() > MESSAGE_BYTES - 4, "the room is used: {}", message.len());
    }

    #[test]
    fn the_window_leans_to_the_side_that_has_text() {
        let text = "x".repeat(500);
        let start = message(&text, 0, "no");
        assert!(start.lines().nth(1).unwrap().len() > 225);
        let end = message(&text, 500, "no");
        let line = end.lines().nth(1).unwrap();
        assert!(line.starts_with('…') && line.ends_with('x'));
        assert_eq!(end.lines().nth(2).unwrap().len(), line.chars().count() + 1);
    }

    #[test]
    fn a_long_sentence_leaves_room_for_the_place() {
        let text = "é".repeat(300);
        let message = message(&text, 300, &"long ".repeat(100));
        let lines: Vec<&str> = message.lines().collect();
        assert!(lines[0].ends_with('…') && lines[0].len() <= SENTENCE_BYTES);
        assert!(lines[1].chars().count() > 15);
    }

    #[test]
    fn places_are_moved_to_the_first_byte_of_a_character() {
        let starts = (0..7).map(|at| character_at("aé日", at)).collect::<Vec<_>>();
        assert_eq!(starts, [0, 1, 1, 3, 3, 3, 6]);
        assert_eq!(character_at("aé", 99), 3);
    }

    #[test]
    fn clipping_keeps_what_fits_exactly() {
        assert_eq!(clip("abcdef", 6), "abcdef");
        assert_eq!(clip("abcdefg", 6), "abc…");
        assert_eq!(clip("éééé", 7), "éé…");
        assert_eq!(clip("a\nb", 9), "a b");
        assert_eq!(quote("word"), "'word'");
        assert!(quote(&"w".repeat(1000)).len() <= QUOTE_BYTES + 2);
    }
}
