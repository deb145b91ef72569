//! Absolute error: ℓ = |x−y|, ℓ′ = sign(x−y), ℓ″ = 0.

use crate::catalog::{ArgumentError, Arguments, Declaration};
use crate::compose::Term;
use crate::engine::elementwise::{Elementwise, Jet, Kernel, Targets};
use crate::losses::common::{HESSIAN, INPUT, REDUCTION, TARGET, WEIGHTS, curvature, term};
use crate::math::Real;

/// `mae`
pub static DECLARATION: Declaration = Declaration {
    name: "mae",
    summary: "Absolute error: fits the median, so a few outliers do not move it.",
    formula: "|x - y|",
    details: "The subgradient at x = y is 0. The second derivative is 0; boosting that wants 1 asks for hessian_min=1.",
    tasks: &["regression"],
    reference: "Laplace (1774); PyTorch L1Loss.",
    parameters: &[INPUT, TARGET, WEIGHTS, REDUCTION, HESSIAN],
    build,
};

fn build(arguments: &Arguments) -> Result<Term, ArgumentError> {
    term(arguments, Elementwise::new(Absolute, Targets::Numbers, curvature(arguments)), None)
}

/// The arithmetic.
#[derive(Clone, Copy)]
pub struct Absolute;

impl Kernel for Absolute {
    #[inline(always)]
    fn jet<R: Real>(&self, input: R, target: R, _weight: R) -> Jet<R> {
        let error = input - target;
        Jet { value: error.abs(), gradient: error.sign(), hessian: R::ZERO }
    }
}
