//! The catalog: what every loss is called, computes and accepts, declared once beside its arithmetic.
//!
//! A [`Declaration`] is all that the rest of the library knows about a loss: the spec language checks text against
//! it, the C API lists it, and the typed C++ and Go options and the reference page are generated from it.

use crate::compose::Term;
use crate::dialects::keras;
use crate::losses::{classification, margin, regression, regularizer, segmentation};

/// One loss: its words, its parameters, and how to make it.
pub struct Declaration {
    /// The name in a spec, with its dialect: `huber`, `keras.huber`.
    pub name: &'static str,
    /// One sentence: what it measures.
    pub summary: &'static str,
    /// The formula per element, row or region.
    pub formula: &'static str,
    /// Subgradients, clamp constants, divisor, and the conventions chosen where frameworks disagree.
    pub details: &'static str,
    /// The tasks it suits.
    pub tasks: &'static [&'static str],
    /// Where the definition comes from.
    pub reference: &'static str,
    /// Its parameters in canonical order: its own first, then the groups it shares with other losses.
    pub parameters: &'static [&'static [Parameter]],
    /// Makes the loss from checked arguments.
    pub build: fn(&Arguments) -> Result<Term, ArgumentError>,
}

impl Declaration {
    /// All parameters, in canonical order.
    pub fn parameters(&self) -> impl Iterator<Item = &'static Parameter> + use<> {
        self.parameters.iter().flat_map(|group| group.iter())
    }
}

/// One parameter of a loss.
#[derive(Debug)]
pub struct Parameter {
    /// The word before `=`.
    pub name: &'static str,
    /// The kinds of value it accepts.
    pub kinds: Kinds,
    /// The value when it is not given, as spec text: `1e-5`, `logits`, `none`, `@input`.
    pub default: &'static str,
    /// The interval that a number, or each number of a list, must lie in.
    pub range: Interval,
    /// The words it accepts, when it accepts words.
    pub words: &'static [&'static str],
    /// One sentence: what it does.
    pub summary: &'static str,
}

/// A set of value kinds. The bits are the C ABI's `LK_KIND_…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(pub u32);

impl Kinds {
    /// A finite number.
    pub const NUMBER: Kinds = Kinds(1);
    /// A whole number.
    pub const INTEGER: Kinds = Kinds(2);
    /// `true` or `false`.
    pub const BOOLEAN: Kinds = Kinds(4);
    /// One of the parameter's words.
    pub const WORD: Kinds = Kinds(8);
    /// A list of numbers, `[0.2, 0.8]`.
    pub const NUMBERS: Kinds = Kinds(16);
    /// A list of whole numbers, `[1, 2]`.
    pub const INTEGERS: Kinds = Kinds(32);
    /// A tensor of the call, `@name`.
    pub const OPERAND: Kinds = Kinds(64);
    /// The word `none`.
    pub const NONE: Kinds = Kinds(128);

    /// Both sets together.
    pub const fn or(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }

    /// Whether every kind of `other` is in this set.
    pub const fn contains(self, other: Kinds) -> bool {
        self.0 & other.0 == other.0
    }
}

/// An interval of finite numbers, each end open or closed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// Whether the lower end itself is outside.
    pub low_open: bool,
    /// The upper end.
    pub high: f64,
    /// Whether the upper end itself is outside.
    pub high_open: bool,
}

impl Interval {
    /// Every finite number.
    pub const ANY: Interval = Interval::open(f64::NEG_INFINITY, f64::INFINITY);
    /// `(0, inf)`.
    pub const POSITIVE: Interval = Interval::open(0.0, f64::INFINITY);
    /// `[0, inf)`.
    pub const NON_NEGATIVE: Interval = Interval { low: 0.0, low_open: false, high: f64::INFINITY, high_open: true };
    /// `[0, 1]`.
    pub const UNIT: Interval = Interval { low: 0.0, low_open: false, high: 1.0, high_open: false };
    /// `[0, 1)`.
    pub const BELOW_ONE: Interval = Interval { low: 0.0, low_open: false, high: 1.0, high_open: true };

    /// The interval without its ends.
    pub const fn open(low: f64, high: f64) -> Interval {
        Interval { low, low_open: true, high, high_open: true }
    }

    /// Whether the number lies inside.
    pub fn contains(&self, number: f64) -> bool {
        let above = if self.low_open { number > self.low } else { number >= self.low };
        let below = if self.high_open { number < self.high } else { number <= self.high };
        above && below
    }
}

/// A value as given in a spec, or by default.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `none`
    None,
    /// A finite number; also holds whole numbers.
    Number(f64),
    /// `true` or `false`
    Boolean(bool),
    /// A word such as `mean`.
    Word(String),
    /// A list of numbers.
    Numbers(Vec<f64>),
    /// `@name`, without the `@`.
    Operand(String),
}

/// The checked arguments of one loss: a value for each declared parameter, in canonical order.
#[derive(Clone)]
pub struct Arguments {
    /// The loss they belong to.
    pub declaration: &'static Declaration,
    /// One value for each of `declaration.parameters()`.
    pub values: Vec<Value>,
}

/// A refusal by a loss's `build` of arguments that are each fine but do not go together.
#[derive(Debug, PartialEq)]
pub struct ArgumentError {
    /// The parameter to put the caret under.
    pub parameter: &'static str,
    /// What was found and what would be accepted.
    pub message: String,
}

impl Arguments {
    /// The value of a parameter. Asking for one that is not declared is a defect of the loss's file.
    pub fn value(&self, name: &str) -> &Value {
        self.find(name).unwrap_or_else(|| panic!("{} declares no parameter {name}", self.declaration.name))
    }

    /// The value of a parameter, if this loss declares it.
    pub fn find(&self, name: &str) -> Option<&Value> {
        let position = self.declaration.parameters().position(|parameter| parameter.name == name)?;
        self.values.get(position)
    }

    /// A number; `None` for the word `none` or another kind.
    pub fn number(&self, name: &str) -> Option<f64> {
        match self.value(name) {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// A whole number; `None` for the word `none` or another kind.
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.number(name).map(|number| number as i64)
    }

    /// A boolean parameter.
    pub fn boolean(&self, name: &str) -> bool {
        matches!(self.value(name), Value::Boolean(true))
    }

    /// A word, or the empty string for another kind.
    pub fn word(&self, name: &str) -> &str {
        match self.value(name) {
            Value::Word(word) => word,
            _ => "",
        }
    }

    /// A list of numbers; `None` for another kind.
    pub fn numbers(&self, name: &str) -> Option<&[f64]> {
        match self.value(name) {
            Value::Numbers(numbers) => Some(numbers),
            _ => None,
        }
    }

    /// The name of an operand; `None` for another kind.
    pub fn operand(&self, name: &str) -> Option<&str> {
        match self.value(name) {
            Value::Operand(operand) => Some(operand),
            _ => None,
        }
    }
}

/// Every loss, in the order in which documentation lists them: the single line that registers a loss.
pub static CATALOG: &[&Declaration] = &[
    &regression::mse::DECLARATION,
    &regression::mae::DECLARATION,
    &regression::huber::DECLARATION,
    &classification::cross_entropy::DECLARATION,
    &classification::linear_cross_entropy::DECLARATION,
    &classification::bce::DECLARATION,
    &classification::focal::DECLARATION,
    &classification::categorical_focal::DECLARATION,
    &margin::hinge::DECLARATION,
    &margin::squared_hinge::DECLARATION,
    &margin::multiclass_hinge::DECLARATION,
    &margin::categorical_hinge::DECLARATION,
    &segmentation::dice::DECLARATION,
    &segmentation::jaccard::DECLARATION,
    &segmentation::tversky::DECLARATION,
    &regularizer::l1::DECLARATION,
    &regularizer::l2::DECLARATION,
    &keras::regression::MEAN_SQUARED_ERROR,
    &keras::regression::MEAN_ABSOLUTE_ERROR,
    &keras::regression::HUBER,
    &keras::binary::BINARY_CROSSENTROPY,
    &keras::binary::BINARY_FOCAL_CROSSENTROPY,
    &keras::categorical::CATEGORICAL_CROSSENTROPY,
    &keras::categorical::SPARSE_CATEGORICAL_CROSSENTROPY,
    &keras::categorical::CATEGORICAL_FOCAL_CROSSENTROPY,
    &keras::hinge::HINGE,
    &keras::hinge::SQUARED_HINGE,
    &keras::hinge::CATEGORICAL_HINGE,
    &keras::overlap::DICE,
    &keras::overlap::TVERSKY,
];

/// The loss of that name.
pub fn find(name: &str) -> Option<&'static Declaration> {
    CATALOG.iter().copied().find(|declaration| declaration.name == name)
}
