//! `keras.mean_squared_error`, `keras.mean_absolute_error`, `keras.huber`.

use super::{REDUCTION, REFERENCE, term};
use crate::catalog::{ArgumentError, Arguments, Declaration, Interval, Parameter};
use crate::compose::Term;
use crate::engine::Curvature;
use crate::engine::elementwise::{Elementwise, Kernel, Targets};
use crate::losses::common::{INPUT, TARGET, WEIGHTS, number};
use crate::losses::regression::{huber::Huber, mae::Absolute, mse::Squared};

const DETAILS: &str = "The mean over the last axis is the loss element: values under reduction=none, sample_weight and mask \
                       have the input's shape without its last dimension.";

/// `keras.mean_squared_error`
pub static MEAN_SQUARED_ERROR: Declaration = Declaration {
    name: "keras.mean_squared_error",
    summary: "Keras's MeanSquaredError.",
    formula: "mean over the last axis of (x - y)^2",
    details: DETAILS,
    tasks: &["regression"],
    reference: REFERENCE,
    parameters: &[REDUCTION, INPUT, TARGET, WEIGHTS],
    build: |arguments| build(arguments, Squared),
};

/// `keras.mean_absolute_error`
pub static MEAN_ABSOLUTE_ERROR: Declaration = Declaration {
    name: "keras.mean_absolute_error",
    summary: "Keras's MeanAbsoluteError.",
    formula: "mean over the last axis of |x - y|",
    details: DETAILS,
    tasks: &["regression"],
    reference: REFERENCE,
    parameters: &[REDUCTION, INPUT, TARGET, WEIGHTS],
    build: |arguments| build(arguments, Absolute),
};

/// `keras.huber`
pub static HUBER: Declaration = Declaration {
    name: "keras.huber",
    summary: "Keras's Huber.",
    formula: "mean over the last axis of (r^2/2 if |r| <= delta, else delta*(|r| - delta/2)), r = x - y",
    details: DETAILS,
    tasks: &["regression"],
    reference: REFERENCE,
    parameters: &[&[DELTA], REDUCTION, INPUT, TARGET, WEIGHTS],
    build: |arguments| build(arguments, Huber { delta: arguments.number("delta").unwrap_or(1.0) }),
};

const DELTA: Parameter = number("delta", "1", Interval::POSITIVE, "Where the square turns into a line.");

fn build(arguments: &Arguments, kernel: impl Kernel) -> Result<Term, ArgumentError> {
    // Keras converts targets of any type.
    let family = Elementwise { averaged: Some(-1), ..Elementwise::new(kernel, Targets::Anything, Curvature::EXACT) };
    term(arguments, family)
}
