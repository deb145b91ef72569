//! Dice: 1 − (2I + a)/(P + T + b), with I = Σ p t, P = Σ p and T = Σ t over a region.

use crate::catalog::{ArgumentError, Arguments, Declaration};
use crate::compose::Term;
use crate::engine::overlap::Ratio;
use crate::losses::common::{CLASS_WEIGHT, IGNORE_INDEX, INPUT, REDUCTION, TARGET, WEIGHTS};

use super::OVERLAP;

/// `dice`
pub static DECLARATION: Declaration = Declaration {
    name: "dice",
    summary: "One minus the Dice coefficient (F1) of the predicted region and the true one.",
    formula: "1 - (2*I + smooth_nr)/(P + T + smooth_dr), I = sum p*t, P = sum p, T = sum t",
    details: "A region is one class of one sample. With smooth=0 an empty region that is predicted empty, 0/0, \
              costs 0. Masked and ignored pixels leave every sum, after the activation. The divisor of a mean \
              is the number of regions that have a pixel left.",
    tasks: &["segmentation"],
    reference: "Milletari, Navab and Ahmadi, V-Net (2016); MONAI DiceLoss.",
    parameters: &[OVERLAP, CLASS_WEIGHT, IGNORE_INDEX, INPUT, TARGET, WEIGHTS, REDUCTION],
    build,
};

fn build(arguments: &Arguments) -> Result<Term, ArgumentError> {
    super::build(arguments, Ratio::DICE)
}
