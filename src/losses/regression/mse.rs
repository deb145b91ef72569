//! Squared error: ℓ = (x−y)², ℓ′ = 2(x−y), ℓ″ = 2.

use crate::catalog::{ArgumentError, Arguments, Declaration};
use crate::compose::Term;
use crate::engine::elementwise::{Elementwise, Jet, Kernel, Targets};
use crate::losses::common::{HESSIAN, INPUT, REDUCTION, TARGET, WEIGHTS, curvature, term};
use crate::math::Real;

/// `mse`
pub static DECLARATION: Declaration = Declaration {
    name: "mse",
    summary: "Squared error: the negative log-likelihood of Gaussian noise, up to a factor.",
    formula: "(x - y)^2",
    details: "Without the factor 1/2 that some libraries put in front: the gradient is 2(x - y).",
    tasks: &["regression"],
    reference: "Gauss, Theoria motus corporum coelestium (1809); PyTorch MSELoss.",
    parameters: &[INPUT, TARGET, WEIGHTS, REDUCTION, HESSIAN],
    build,
};

fn build(arguments: &Arguments) -> Result<Term, ArgumentError> {
    term(arguments, Elementwise::new(Squared, Targets::Numbers, curvature(arguments)), None)
}

/// The arithmetic.
#[derive(Clone, Copy)]
pub struct Squared;

impl Kernel for Squared {
    #[inline(always)]
    fn jet<R: Real>(&self, input: R, target: R, _weight: R) -> Jet<R> {
        let error = input - target;
        Jet { value: error * error, gradient: R::TWO * error, hessian: R::TWO }
    }
}
