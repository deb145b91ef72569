//! The parameters that losses share, and how arguments become options of the engine.

use crate::catalog::{ArgumentError, Arguments, Interval, Kinds, Parameter, Value};
use crate::compose::{Denominator, Divisor, Empty, Reduction, Roles, Term};
use crate::engine::softmax::Weights;
use crate::engine::{Curvature, Family};

/// A parameter that is a number.
pub const fn number(name: &'static str, default: &'static str, range: Interval, summary: &'static str) -> Parameter {
    Parameter { name, kinds: Kinds::NUMBER, default, range, words: &[], summary }
}

/// A parameter that is a whole number.
pub const fn integer(name: &'static str, default: &'static str, summary: &'static str) -> Parameter {
    Parameter { name, kinds: Kinds::INTEGER, default, range: Interval::ANY, words: &[], summary }
}

/// A parameter that is true or false.
pub const fn boolean(name: &'static str, default: &'static str, summary: &'static str) -> Parameter {
    Parameter { name, kinds: Kinds::BOOLEAN, default, range: Interval::ANY, words: &[], summary }
}

/// A parameter that is one of some words, the first by default.
pub const fn word(name: &'static str, words: &'static [&'static str], summary: &'static str) -> Parameter {
    Parameter { name, kinds: Kinds::WORD, default: words[0], range: Interval::ANY, words, summary }
}

/// A parameter that names an operand.
pub const fn operand(name: &'static str, default: &'static str, summary: &'static str) -> Parameter {
    Parameter { name, kinds: Kinds::OPERAND, default, range: Interval::ANY, words: &[], summary }
}

impl Parameter {
    /// The same parameter, accepting more kinds of value.
    #[must_use]
    pub const fn or(mut self, kinds: Kinds) -> Parameter {
        self.kinds = self.kinds.or(kinds);
        self
    }
}

/// `input`
pub const INPUT: &[Parameter] = &[operand("input", "@input", "The operand that is differentiated.")];

/// `target`
pub const TARGET: &[Parameter] = &[operand("target", "@target", "The operand that the input is compared with.")];

/// `sample_weight`, `mask`
pub const WEIGHTS: &[Parameter] = &[
    operand("sample_weight", "@sample_weight", "A factor for each loss element, where the call has it.")
        .or(Kinds::NONE),
    operand("mask", "@mask", "Zero where a loss element is left out, where the call has it.").or(Kinds::NONE),
];

/// `sample_weight`, `mask` of losses of another shape than a batch, which only take them when asked.
pub const WEIGHTS_ON_REQUEST: &[Parameter] = &[
    operand("sample_weight", "none", "A factor for each element.").or(Kinds::NONE),
    operand("mask", "none", "Zero where an element is left out.").or(Kinds::NONE),
];

const REDUCTIONS: &[&str] = &["mean", "sum", "none", "weighted_mean"];
const REDUCTION_SUMMARY: &str =
    "How loss elements become the value: mean divides by how many count, weighted_mean by the sum of their weights.";
const DENOMINATOR: Parameter = number(
    "denominator",
    "none",
    Interval::POSITIVE,
    "Replaces the divisor of a mean, so that parts of a batch add up.",
)
.or(Kinds::OPERAND)
.or(Kinds::NONE);
const EMPTY: Parameter = word("empty", &["zero", "nan", "error"], "What a mean over nothing is.");

/// `reduction`, `denominator`, `empty`
pub const REDUCTION: &[Parameter] = &[word("reduction", REDUCTIONS, REDUCTION_SUMMARY), DENOMINATOR, EMPTY];

/// `reduction`, `denominator`, `empty` of losses that are sums by nature.
pub const REDUCTION_SUM: &[Parameter] =
    &[word("reduction", &["sum", "mean", "none", "weighted_mean"], REDUCTION_SUMMARY), DENOMINATOR, EMPTY];

const HESSIAN_SCALE: Parameter =
    number("hessian_scale", "1", Interval::POSITIVE, "A factor of each unreduced second derivative.");
const HESSIAN_MIN: Parameter =
    number("hessian_min", "none", Interval::NON_NEGATIVE, "A floor of each scaled second derivative.").or(Kinds::NONE);

/// `hessian`, `hessian_scale`, `hessian_min` of losses whose Hessian has no bound of its own.
pub const HESSIAN: &[Parameter] =
    &[word("hessian", &["exact"], "Which second derivative: the exact one."), HESSIAN_SCALE, HESSIAN_MIN];

/// `hessian`, `hessian_scale`, `hessian_min` of softmax cross-entropy.
pub const HESSIAN_OR_BOUND: &[Parameter] = &[
    word(
        "hessian",
        &["exact", "bound"],
        "The diagonal of the exact Hessian, p(1-p), or its row sums' bound, 2p(1-p), which boosting divides by.",
    ),
    HESSIAN_SCALE,
    HESSIAN_MIN,
];

/// `ignore_index`
pub const IGNORE_INDEX: &[Parameter] =
    &[integer("ignore_index", "none", "The label of elements that are left out.").or(Kinds::NONE)];

/// `class_weight`
pub const CLASS_WEIGHT: &[Parameter] = &[Parameter {
    name: "class_weight",
    kinds: Kinds::NUMBERS.or(Kinds::OPERAND).or(Kinds::NONE),
    default: "none",
    range: Interval::NON_NEGATIVE,
    words: &[],
    summary: "A factor for each class; it enters the divisor of weighted_mean.",
}];

/// A refusal that points at a parameter.
pub fn refuse(parameter: &'static str, message: impl Into<String>) -> ArgumentError {
    ArgumentError { parameter, message: message.into() }
}

/// A term from its family and the arguments that all losses have.
pub fn term(
    arguments: &Arguments,
    family: impl Family + 'static,
    parameter: Option<&str>,
) -> Result<Term, ArgumentError> {
    Ok(Term { family: Box::new(family), reduction: reduction(arguments)?, roles: roles(arguments, parameter) })
}

/// The operands of a loss; `parameter` names the parameter that may be bound to a tensor of its own.
pub fn roles(arguments: &Arguments, parameter: Option<&str>) -> Roles {
    let bound = |name: &str| match arguments.find(name) {
        Some(Value::Operand(operand)) => Some(operand.clone()),
        _ => None,
    };
    Roles {
        input: bound("input").unwrap_or_default(),
        target: bound("target"),
        weight: None,
        bias: None,
        sample_weight: bound("sample_weight"),
        mask: bound("mask"),
        parameter: parameter.and_then(bound),
    }
}

fn reduction(arguments: &Arguments) -> Result<Reduction, ArgumentError> {
    let denominator = match arguments.value("denominator") {
        Value::Number(number) => Some(Denominator::Number(*number)),
        Value::Operand(name) => Some(Denominator::Operand(name.clone())),
        _ => None,
    };
    let empty = match arguments.word("empty") {
        "nan" => Empty::Nan,
        "error" => Empty::Error,
        _ => Empty::Zero,
    };
    let word = arguments.word("reduction");
    let divisor = match (word, denominator) {
        ("none" | "sum", Some(_)) => {
            let message = format!("denominator needs reduction=mean or weighted_mean; found reduction={word}");
            return Err(refuse("denominator", message));
        }
        ("none", None) => return Ok(Reduction::None),
        ("sum", None) => return Ok(Reduction::Sum),
        (_, Some(given)) => Divisor::Given(given),
        ("weighted_mean", None) => Divisor::Weight,
        _ => Divisor::Count,
    };
    Ok(Reduction::Mean { divisor, empty })
}

/// How second derivatives are wanted.
pub fn curvature(arguments: &Arguments) -> Curvature {
    Curvature {
        bound: arguments.word("hessian") == "bound",
        scale: arguments.number("hessian_scale").unwrap_or(1.0),
        least: arguments.number("hessian_min").unwrap_or(f64::NEG_INFINITY),
    }
}

/// A parameter that weighs classes.
pub fn weights(arguments: &Arguments, name: &str) -> Weights {
    match arguments.value(name) {
        Value::Numbers(numbers) => Weights::List(numbers.clone()),
        Value::Operand(_) => Weights::Operand,
        Value::Number(number) => Weights::Uniform(*number),
        _ => Weights::Uniform(1.0),
    }
}
