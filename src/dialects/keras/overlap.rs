//! `keras.dice`, `keras.tversky`.

use super::{EPSILON, REDUCTION, REFERENCE, term};
use crate::catalog::{ArgumentError, Arguments, Declaration, Interval, Kinds, Parameter};
use crate::compose::Term;
use crate::engine::overlap::{Activation, Overlap, Ratio};
use crate::engine::softmax::Weights;
use crate::losses::common::{INPUT, TARGET, WEIGHTS, number};

/// `keras.dice`
pub static DICE: Declaration = Declaration {
    name: "keras.dice",
    summary: "Keras's Dice.",
    formula: "1 - 2*I/(P + T + 1e-7), I = sum p*t, P = sum p, T = sum t",
    details: "Without axis everything is summed, the batch and the classes too. With axis=[1, 2] masks of shape [batch, \
              height, width, class] give one loss element for each sample and class. An empty region that is predicted \
              empty costs 1.",
    tasks: &["segmentation"],
    reference: REFERENCE,
    parameters: &[&[AXIS], REDUCTION, INPUT, TARGET, WEIGHTS],
    build: |arguments| build(arguments, Ratio::DICE),
};

/// `keras.tversky`
pub static TVERSKY: Declaration = Declaration {
    name: "keras.tversky",
    summary: "Keras's Tversky.",
    formula: "1 - I/(I + alpha*(T - I) + beta*(P - I) + 1e-7), I = sum p*t, P = sum p, T = sum t",
    details: "alpha weighs false negatives T - I and beta false positives P - I: the reverse of tversky. Otherwise as \
              keras.dice.",
    tasks: &["segmentation"],
    reference: REFERENCE,
    parameters: &[&[ALPHA, BETA, AXIS], REDUCTION, INPUT, TARGET, WEIGHTS],
    build: |arguments| {
        let alpha = arguments.number("alpha").unwrap_or(0.5);
        let beta = arguments.number("beta").unwrap_or(0.5);
        build(arguments, Ratio::tversky(beta, alpha))
    },
};

const ALPHA: Parameter = number("alpha", "0.5", Interval::NON_NEGATIVE, "The weight of false negatives.");
const BETA: Parameter = number("beta", "0.5", Interval::NON_NEGATIVE, "The weight of false positives.");
const AXIS: Parameter = Parameter {
    name: "axis",
    kinds: Kinds::INTEGERS.or(Kinds::INTEGER).or(Kinds::NONE),
    default: "none",
    range: Interval::ANY,
    words: &[],
    summary: "The dimensions that are summed over; none means all.",
};

fn build(arguments: &Arguments, ratio: Ratio) -> Result<Term, ArgumentError> {
    let listed = arguments.numbers("axis").map(|axes| axes.iter().map(|&axis| axis as i64).collect());
    let axis = listed.or(arguments.integer("axis").map(|axis| vec![axis]));
    let family = Overlap {
        ratio: Ratio { smooth_denominator: EPSILON, ..ratio },
        activation: Activation::None,
        over_all: axis.is_none(),
        axis,
        class_axis: -1,
        include_background: true,
        squared: false,
        batch: false,
        class_weight: Weights::Uniform(1.0),
        ignore_index: None,
        masks_regions: true,
    };
    term(arguments, family)
}
