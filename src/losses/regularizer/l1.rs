//! Σ|w|: ℓ′ = sign w, ℓ″ = 0.

use crate::catalog::{ArgumentError, Arguments, Declaration};
use crate::compose::Term;
use crate::engine::elementwise::{Elementwise, Jet, Kernel, Targets};
use crate::losses::common::{HESSIAN, INPUT, REDUCTION_SUM, WEIGHTS_ON_REQUEST, curvature, term};
use crate::math::Real;

/// `l1`
pub static DECLARATION: Declaration = Declaration {
    name: "l1",
    summary: "The sum of magnitudes: drives weights to exactly zero.",
    formula: "|w|, summed",
    details: "The subgradient at 0 is 0. The reduction is sum unless another is asked for.",
    tasks: &["regularization"],
    reference: "Tibshirani, Regression shrinkage and selection via the lasso (1996); Keras regularizers.L1.",
    parameters: &[INPUT, WEIGHTS_ON_REQUEST, REDUCTION_SUM, HESSIAN],
    build,
};

fn build(arguments: &Arguments) -> Result<Term, ArgumentError> {
    term(arguments, Elementwise::new(Magnitude, Targets::Absent, curvature(arguments)), None)
}

/// The arithmetic.
#[derive(Clone, Copy)]
pub struct Magnitude;

impl Kernel for Magnitude {
    #[inline(always)]
    fn jet<R: Real>(&self, input: R, _target: R, _weight: R) -> Jet<R> {
        Jet { value: input.abs(), gradient: input.sign(), hessian: R::ZERO }
    }
}
