//! Huber: ℓ = ½r² for |r| ≤ δ, δ(|r| − ½δ) beyond, where r = x−y; ℓ′ = r held within ±δ; ℓ″ = 1 inside, 0 outside.

use crate::catalog::{ArgumentError, Arguments, Declaration, Interval, Parameter};
use crate::compose::Term;
use crate::engine::elementwise::{Elementwise, Jet, Kernel, Targets};
use crate::losses::common::{HESSIAN, INPUT, REDUCTION, TARGET, WEIGHTS, curvature, number, term};
use crate::math::Real;

/// `huber`
pub static DECLARATION: Declaration = Declaration {
    name: "huber",
    summary: "Squared error near the target, absolute error far from it.",
    formula: "r^2/2 if |r| <= delta, else delta*(|r| - delta/2), r = x - y",
    details: "With the factor 1/2, so its gradient inside is x - y. At |r| = delta both branches agree in value and \
              gradient; the second derivative there is 1, and 0 beyond.",
    tasks: &["regression"],
    reference: "Huber, Robust estimation of a location parameter (1964); PyTorch HuberLoss.",
    parameters: &[&[DELTA], INPUT, TARGET, WEIGHTS, REDUCTION, HESSIAN],
    build,
};

const DELTA: Parameter = number("delta", "1", Interval::POSITIVE, "Where the square turns into a line.");

fn build(arguments: &Arguments) -> Result<Term, ArgumentError> {
    let kernel = Huber { delta: arguments.number("delta").unwrap_or(1.0) };
    term(arguments, Elementwise::new(kernel, Targets::Numbers, curvature(arguments)), None)
}

/// The arithmetic.
#[derive(Clone, Copy)]
pub struct Huber {
    /// δ
    pub delta: f64,
}

impl Kernel for Huber {
    #[inline(always)]
    fn jet<R: Real>(&self, input: R, target: R, _weight: R) -> Jet<R> {
        let delta = R::from_f64(self.delta);
        let residual = input - target;
        let size = residual.abs();
        // NaN is not beyond: it goes the way of the square, and stays.
        let beyond = size > delta;
        let square = R::HALF * residual * residual;
        let line = delta * (size - R::HALF * delta);
        Jet {
            value: if beyond { line } else { square },
            gradient: residual.at_most(delta).at_least(-delta),
            hessian: R::only_if(!beyond, R::ONE),
        }
    }
}
