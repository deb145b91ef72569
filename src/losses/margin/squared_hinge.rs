//! Squared hinge: ℓ = max(0, m − y x)²; with s = max(0, m − y x), ℓ′ = −2 y s, and ℓ″ = 2y² inside the margin.

use crate::catalog::{ArgumentError, Arguments, Declaration};
use crate::compose::Term;
use crate::engine::Census;
use crate::engine::elementwise::{Jet, Kernel};
use crate::losses::common::{HESSIAN, IGNORE_INDEX, INPUT, REDUCTION, TARGET, WEIGHTS};
use crate::math::Real;

use super::hinge::{LABELS, MARGIN, Margin, build_with};

/// `squared_hinge`
pub static DECLARATION: Declaration = Declaration {
    name: "squared_hinge",
    summary: "The square of hinge: smooth at the edge of the margin, harsher deep inside it.",
    formula: "max(0, margin - y*x)^2",
    details: "Labels as for hinge. The second derivative is 2 inside the margin, 0 at its edge and beyond.",
    tasks: &["max-margin", "binary"],
    reference: "Chang, Hsieh and Lin, Coordinate descent method for large-scale L2-loss linear SVM (2008).",
    parameters: &[&[MARGIN, LABELS], IGNORE_INDEX, INPUT, TARGET, WEIGHTS, REDUCTION, HESSIAN],
    build,
};

fn build(arguments: &Arguments) -> Result<Term, ArgumentError> {
    build_with(arguments, SquaredHinge(Margin::of(arguments)))
}

/// The arithmetic.
#[derive(Clone, Copy)]
pub struct SquaredHinge(pub Margin);

impl Kernel for SquaredHinge {
    #[inline(always)]
    fn jet<R: Real>(&self, input: R, target: R, _weight: R) -> Jet<R> {
        let (shortfall, label) = self.0.shortfall(input, target);
        let beyond = shortfall <= R::ZERO;
        let short = R::only_if(!beyond, shortfall);
        Jet {
            value: short * short,
            gradient: R::only_if(!beyond, -R::TWO * label * short),
            hessian: R::only_if(!beyond, R::TWO * label * label),
        }
    }

    fn for_targets(self, census: &Census) -> Self {
        SquaredHinge(self.0.for_targets(census))
    }
}
