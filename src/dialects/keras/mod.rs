//! Keras 3: the loss classes of `keras.losses`, with `y_pred` as input and `y_true` as target.
//!
//! What Keras does differently from losskit: elementwise losses are averaged over their last axis first, and that
//! average is the loss element that sample weights and masks belong to; probabilities are held within [1e-7, 1 − 1e-7],
//! both ends rounded to the input's type; rows of probabilities are divided by their sum; a mean over nothing is 0.

pub mod binary;
pub mod categorical;
pub mod hinge;
pub mod overlap;
pub mod regression;

use crate::catalog::{ArgumentError, Arguments, Interval, Parameter};
use crate::compose::{Divisor, Empty, Reduction, Term};
use crate::engine::Family;
use crate::losses::common::{boolean, integer, number, roles, word};

/// `keras.config.epsilon()`
const EPSILON: f64 = 1e-7;

/// `reduction`
const REDUCTION: &[Parameter] = &[word(
    "reduction",
    &["sum_over_batch_size", "mean", "sum", "mean_with_sample_weight", "none"],
    "How loss elements become the value; sum_over_batch_size and mean divide by their number, masked ones left out.",
)];

const FROM_LOGITS: Parameter = boolean("from_logits", "false", "Whether the input is logits instead of probabilities.");
const AXIS: Parameter = integer("axis", "-1", "The dimension of the classes, counted from the end if negative.");
const LABEL_SMOOTHING: Parameter =
    number("label_smoothing", "0", Interval::UNIT, "The share of each target that is spread evenly.");
const GAMMA: Parameter =
    number("gamma", "2", Interval::NON_NEGATIVE, "How strongly what is predicted well is played down.");

/// The name of this module's reference.
const REFERENCE: &str = "Keras 3, keras.losses.";

/// A term of this dialect.
fn term(arguments: &Arguments, family: impl Family + 'static) -> Result<Term, ArgumentError> {
    let empty = Empty::Zero;
    let reduction = match arguments.word("reduction") {
        "none" => Reduction::None,
        "sum" => Reduction::Sum,
        "mean_with_sample_weight" => Reduction::Mean { divisor: Divisor::WeightUnlessScalar, empty },
        _ => Reduction::Mean { divisor: Divisor::Count, empty },
    };
    Ok(Term { family: Box::new(family), reduction, roles: roles(arguments, None) })
}
