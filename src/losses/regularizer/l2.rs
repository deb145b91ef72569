//! Σw²: ℓ′ = 2w, ℓ″ = 2.

use crate::catalog::{ArgumentError, Arguments, Declaration};
use crate::compose::Term;
use crate::engine::elementwise::{Elementwise, Jet, Kernel, Targets};
use crate::losses::common::{HESSIAN, INPUT, REDUCTION_SUM, WEIGHTS_ON_REQUEST, curvature, term};
use crate::math::Real;

/// `l2`
pub static DECLARATION: Declaration = Declaration {
    name: "l2",
    summary: "The sum of squares: shrinks weights.",
    formula: "w^2, summed",
    details: "Without the factor 1/2, as Keras: weight decay of PyTorch with coefficient c is c/2 times this. The reduction is sum unless another is asked for.",
    tasks: &["regularization"],
    reference: "Hoerl and Kennard, Ridge regression (1970); Keras regularizers.L2.",
    parameters: &[INPUT, WEIGHTS_ON_REQUEST, REDUCTION_SUM, HESSIAN],
    build,
};

fn build(arguments: &Arguments) -> Result<Term, ArgumentError> {
    term(arguments, Elementwise::new(Square, Targets::Absent, curvature(arguments)), None)
}

/// The arithmetic.
#[derive(Clone, Copy)]
pub struct Square;

impl Kernel for Square {
    #[inline(always)]
    fn jet<R: Real>(&self, input: R, _target: R, _weight: R) -> Jet<R> {
        Jet { value: input * input, gradient: R::TWO * input, hessian: R::TWO }
    }
}
