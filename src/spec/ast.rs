//! What the grammar reads from a text, before any name in it has a meaning.
//!
//! Every node remembers the bytes it came from, so that whoever refuses it later can point at it.

use std::ops::Range;

/// One summand: a coefficient and a loss.
#[derive(Debug)]
pub(super) struct Term<'t> {
    pub coefficient: f64,
    pub loss: Loss<'t>,
}

/// `dialect.name(arguments)`.
#[derive(Debug)]
pub(super) struct Loss<'t> {
    pub dialect: Option<Word<'t>>,
    pub name: Word<'t>,
    pub arguments: Vec<Argument<'t>>,
}

/// `name=value`.
#[derive(Debug)]
pub(super) struct Argument<'t> {
    pub name: Word<'t>,
    pub value: Value<'t>,
}

/// A bare word.
#[derive(Clone, Debug)]
pub(super) struct Word<'t> {
    pub text: &'t str,
    pub span: Range<usize>,
}

/// A finite number, with its sign, and the literal it was read from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number<'t> {
    pub value: f64,
    /// The literal with its sign; blanks may stand between the two.
    pub literal: &'t str,
}

/// A value of any kind.
#[derive(Debug)]
pub(super) struct Value<'t> {
    pub form: Form<'t>,
    pub span: Range<usize>,
}

/// The kinds of value that the grammar tells apart. `true`, `false` and `none` are words here.
#[derive(Debug)]
pub(super) enum Form<'t> {
    Number(Number<'t>),
    Word(&'t str),
    /// The inside of a quoted text.
    Text(&'t str),
    List(Vec<Value<'t>>),
    /// The name after the `@`.
    Operand(&'t str),
    Loss(Loss<'t>),
}

impl Loss<'_> {
    /// The bytes of the name, with its dialect.
    pub fn span(&self) -> Range<usize> {
        let start = self.dialect.as_ref().map_or(self.name.span.start, |dialect| dialect.span.start);
        start..self.name.span.end
    }

    /// The name as the catalog spells it.
    pub fn full_name(&self) -> String {
        match &self.dialect {
            Some(dialect) => format!("{}.{}", dialect.text, self.name.text),
            None => self.name.text.to_owned(),
        }
    }
}

impl Argument<'_> {
    /// The bytes from the name to the end of the value.
    pub fn span(&self) -> Range<usize> {
        self.name.span.start..self.value.span.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_its_dialect_spans_both_words() {
        let word = |text, span| Word { text, span };
        let mut loss = Loss { dialect: Some(word("keras", 2..7)), name: word("huber", 9..14), arguments: Vec::new() };
        assert_eq!(loss.span(), 2..14);
        assert_eq!(loss.full_name(), "keras.huber");
        loss.dialect = None;
        assert_eq!(loss.span(), 9..14);
        assert_eq!(loss.full_name(), "huber");
    }

    #[test]
    fn an_argument_spans_name_and_value() {
        let argument = Argument {
            name: Word { text: "delta", span: 6..11 },
            value: Value { form: Form::Word("none"), span: 14..18 },
        };
        assert_eq!(argument.span(), 6..18);
    }
}
