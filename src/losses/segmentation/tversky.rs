//! Tversky: 1 − (I + a)/(I + α(P − I) + β(T − I) + b), with I = Σ p t, P = Σ p and T = Σ t over a region.

use crate::catalog::{ArgumentError, Arguments, Declaration, Interval, Parameter};
use crate::compose::Term;
use crate::engine::overlap::Ratio;
use crate::losses::common::{CLASS_WEIGHT, IGNORE_INDEX, INPUT, REDUCTION, TARGET, WEIGHTS, number};

use super::OVERLAP;

/// `tversky`
pub static DECLARATION: Declaration = Declaration {
    name: "tversky",
    summary: "Overlap in which false positives and false negatives weigh differently.",
    formula: "1 - (I + smooth_nr)/(I + alpha*(P - I) + beta*(T - I) + smooth_dr), \
              I = sum p*t, P = sum p, T = sum t",
    details: "A region is one class of one sample. alpha weighs false positives P - I, beta false negatives T \
              - I; alpha = beta = 1/2 is dice. Masked and ignored pixels leave every sum, after the \
              activation. The divisor of a mean is the number of regions that have a pixel left.",
    tasks: &["segmentation"],
    reference: "Salehi, Erdogmus and Gholipour, Tversky loss function (2017); MONAI TverskyLoss.",
    parameters: &[OVERLAP, &[ALPHA, BETA], CLASS_WEIGHT, IGNORE_INDEX, INPUT, TARGET, WEIGHTS, REDUCTION],
    build,
};

const ALPHA: Parameter = number("alpha", "0.5", Interval::NON_NEGATIVE, "The weight of false positives.");
const BETA: Parameter = number("beta", "0.5", Interval::NON_NEGATIVE, "The weight of false negatives.");

fn build(arguments: &Arguments) -> Result<Term, ArgumentError> {
    let alpha = arguments.number("alpha").unwrap_or(0.5);
    let beta = arguments.number("beta").unwrap_or(0.5);
    super::build(arguments, Ratio::tversky(alpha, beta))
}
