//! Jaccard: 1 − (I + a)/(P + T − I + b), with I = Σ p t, P = Σ p and T = Σ t over a region.

use crate::catalog::{ArgumentError, Arguments, Declaration};
use crate::compose::Term;
use crate::engine::overlap::Ratio;
use crate::losses::common::{CLASS_WEIGHT, IGNORE_INDEX, INPUT, REDUCTION, TARGET, WEIGHTS};

use super::OVERLAP;

/// `jaccard`
pub static DECLARATION: Declaration = Declaration {
    name: "jaccard",
    summary: "One minus the Jaccard index (intersection over union) of the predicted region and the true one.",
    formula: "1 - (I + smooth_nr)/(P + T - I + smooth_dr), I = sum p*t, P = sum p, T = sum t",
    details: "A region is one class of one sample. MONAI's jaccard=True keeps a factor 2 above and below, so \
              its smooth_nr and smooth_dr are twice these. Masked and ignored pixels leave every sum, after \
              the activation. The divisor of a mean is the number of regions that have a pixel left.",
    tasks: &["segmentation"],
    reference: "Rahman and Wang, Optimizing intersection-over-union in deep neural networks (2016).",
    parameters: &[OVERLAP, CLASS_WEIGHT, IGNORE_INDEX, INPUT, TARGET, WEIGHTS, REDUCTION],
    build,
};

fn build(arguments: &Arguments) -> Result<Term, ArgumentError> {
    super::build(arguments, Ratio::JACCARD)
}
