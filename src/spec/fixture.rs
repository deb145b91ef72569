//! A small catalog for tests of the language, with a parameter of every kind.

use crate::catalog::{Declaration, Interval, Kinds, Parameter};
use crate::error::Error;

use super::Spec;

/// Reads a spec of the losses below.
pub(super) fn parse(text: &str) -> Result<Spec, Error> {
    super::parse_with(text, &CATALOG)
}

pub(super) static CATALOG: [&Declaration; 7] =
    [&MSE_LOSS, &HUBER, &CROSS_ENTROPY, &DICE, &L2, &KERAS_HUBER, &KERAS_MEAN_SQUARED_ERROR];

/// A loss without parameters, from which the others differ.
pub(super) const MSE: Declaration = Declaration {
    name: "mse",
    summary: "",
    formula: "",
    details: "",
    tasks: &[],
    reference: "",
    parameters: &[],
    build: |_| unreachable!("the language builds nothing"),
};

const fn parameter(name: &'static str, kinds: Kinds, default: &'static str) -> Parameter {
    Parameter { name, kinds, default, range: Interval::ANY, words: &[], summary: "" }
}

const fn within(parameter: Parameter, range: Interval) -> Parameter {
    Parameter { range, ..parameter }
}

const fn one_of(parameter: Parameter, words: &'static [&'static str]) -> Parameter {
    Parameter { words, ..parameter }
}

/// A positive number.
pub(super) const DELTA: Parameter = within(parameter("delta", Kinds::NUMBER, "1"), Interval::POSITIVE);

static REDUCTION: [Parameter; 1] = [one_of(parameter("reduction", Kinds::WORD, "mean"), &["none", "sum", "mean"])];
static COMMON: [Parameter; 3] = [
    parameter("sample_weight", Kinds::OPERAND.or(Kinds::NONE), "@sample_weight"),
    parameter("mask", Kinds::OPERAND.or(Kinds::NONE), "@mask"),
    within(parameter("denominator", Kinds::NUMBER.or(Kinds::OPERAND).or(Kinds::NONE), "none"), Interval::POSITIVE),
];

static MSE_LOSS: Declaration = MSE;
static HUBER: Declaration = Declaration { name: "huber", parameters: &[&[DELTA], &REDUCTION, &COMMON], ..MSE };
static CROSS_ENTROPY: Declaration = Declaration {
    name: "cross_entropy",
    parameters: &[
        &[
            one_of(parameter("from", Kinds::WORD, "logits"), &["logits", "probs", "log_probs"]),
            parameter("axis", Kinds::INTEGER, "1"),
            within(
                parameter("class_weight", Kinds::NUMBERS.or(Kinds::OPERAND).or(Kinds::NONE), "none"),
                Interval::NON_NEGATIVE,
            ),
            within(parameter("label_smoothing", Kinds::NUMBER, "0"), Interval::BELOW_ONE),
            parameter("ignore_index", Kinds::INTEGER.or(Kinds::NONE), "none"),
        ],
        &REDUCTION,
        &COMMON,
    ],
    ..MSE
};
static DICE: Declaration = Declaration {
    name: "dice",
    parameters: &[
        &[
            parameter("axis", Kinds::INTEGERS.or(Kinds::NONE), "none"),
            within(parameter("smooth_nr", Kinds::NUMBER, "1e-5"), Interval::NON_NEGATIVE),
            within(parameter("smooth", Kinds::NUMBER.or(Kinds::NONE), "none"), Interval::NON_NEGATIVE),
            parameter("batch", Kinds::BOOLEAN, "false"),
            parameter("class_weight", Kinds::NUMBERS.or(Kinds::OPERAND).or(Kinds::NONE), "none"),
        ],
        &REDUCTION,
        &COMMON,
    ],
    ..MSE
};
static L2: Declaration =
    Declaration { name: "l2", parameters: &[&[parameter("input", Kinds::OPERAND, "@input")], &REDUCTION], ..MSE };
static KERAS_HUBER: Declaration = Declaration { name: "keras.huber", parameters: &[&[DELTA], &REDUCTION], ..MSE };
static KERAS_MEAN_SQUARED_ERROR: Declaration = Declaration { name: "keras.mean_squared_error", ..MSE };
