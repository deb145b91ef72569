//! Losses of regions: how much a predicted mask and the true one overlap.

pub mod dice;
pub mod jaccard;
pub mod tversky;

use crate::catalog::{ArgumentError, Arguments, Interval, Kinds, Parameter};
use crate::compose::Term;
use crate::engine::overlap::{Activation, Overlap, Ratio};
use crate::losses::common::{boolean, integer, number, refuse, term, weights, word};

/// The default of smooth_nr and smooth_dr.
const SMOOTHING: f64 = 1e-5;

/// The parameters of every overlap loss.
pub const OVERLAP: &[Parameter] = &[
    word("activation", &["none", "sigmoid", "softmax"], "What turns the input into probabilities."),
    Parameter {
        name: "axis",
        kinds: Kinds::INTEGERS.or(Kinds::NONE),
        default: "none",
        range: Interval::ANY,
        words: &[],
        summary: "The dimensions that are summed over; none means all but 0 and 1.",
    },
    integer("class_axis", "1", "The dimension of the classes, counted from the end if negative."),
    boolean("include_background", "true", "Whether class 0 has regions."),
    boolean("squared", "false", "Whether sizes are sums of squares."),
    number("smooth_nr", "1e-5", Interval::NON_NEGATIVE, "What is added to the numerator."),
    number("smooth_dr", "1e-5", Interval::NON_NEGATIVE, "What is added to the denominator."),
    number("smooth", "none", Interval::NON_NEGATIVE, "Sets both smooth_nr and smooth_dr.").or(Kinds::NONE),
    boolean("batch", "false", "Whether dimension 0 is summed over as well."),
];

/// Makes an overlap loss; its ratio comes without smoothing.
pub fn build(arguments: &Arguments, ratio: Ratio) -> Result<Term, ArgumentError> {
    let smooth = arguments.number("smooth");
    let both = |name: &str| smooth.is_some() && arguments.number(name) != Some(SMOOTHING);
    if both("smooth_nr") || both("smooth_dr") {
        return Err(refuse("smooth", "smooth sets smooth_nr and smooth_dr; give it or them, not both"));
    }
    let smoothing = |name: &str| smooth.or(arguments.number(name)).unwrap_or(0.0);
    let family = Overlap {
        ratio: Ratio { smooth_numerator: smoothing("smooth_nr"), smooth_denominator: smoothing("smooth_dr"), ..ratio },
        activation: match arguments.word("activation") {
            "sigmoid" => Activation::Sigmoid,
            "softmax" => Activation::Softmax,
            _ => Activation::None,
        },
        axis: arguments.numbers("axis").map(|axes| axes.iter().map(|&axis| axis as i64).collect()),
        over_all: false,
        class_axis: arguments.integer("class_axis").unwrap_or(1),
        include_background: arguments.boolean("include_background"),
        squared: arguments.boolean("squared"),
        batch: arguments.boolean("batch"),
        class_weight: weights(arguments, "class_weight"),
        ignore_index: arguments.integer("ignore_index"),
        masks_regions: false,
    };
    term(arguments, family, Some("class_weight"))
}
