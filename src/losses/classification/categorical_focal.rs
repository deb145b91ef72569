//! Categorical focal loss: L = Σ_c α_c (1−p_c)^γ (−t_c ln p_c).
//!
//! With z = ln p, q = 1−p and m = −z/q (which tends to 1 as p does): ℓ = −z q^γ, ℓ′ = −q^γ (1 + γ p m) and
//! ℓ″ = γ p q^(γ−1) (2 + z + m (γ−1) p).

use crate::catalog::{ArgumentError, Arguments, Declaration, Interval, Kinds, Parameter};
use crate::compose::Term;
use crate::engine::softmax::source::Logits;
use crate::engine::softmax::{self, Accepts, Kernel, Softmax, Weights};
use crate::losses::common::{
    HESSIAN, IGNORE_INDEX, INPUT, REDUCTION, TARGET, WEIGHTS, curvature, number, term, weights, word,
};
use crate::math::{AnyPower, Power, Real, Square};

use super::cross_entropy::AXIS;
use super::focal::GAMMA;

/// `categorical_focal`
pub static DECLARATION: Declaration = Declaration {
    name: "categorical_focal",
    summary: "Cross-entropy of a softmax in which classes that are predicted well count less.",
    formula: "sum_c alpha_c * (1 - p_c)^gamma * (-t_c * log p_c), p = softmax(x)",
    details: "A single alpha multiplies every class, as in Keras; a list has one number for each class. alpha does not \
              enter the divisor. gamma=0 is cross_entropy. The exact second derivative may be negative.",
    tasks: &["multiclass", "segmentation"],
    reference: "Lin et al., Focal loss for dense object detection (2017); Keras CategoricalFocalCrossentropy.",
    parameters: &[&[FROM, AXIS, GAMMA, ALPHA], IGNORE_INDEX, INPUT, TARGET, WEIGHTS, REDUCTION, HESSIAN],
    build,
};

const FROM: Parameter = word("from", &["logits"], "What the input is.");
const ALPHA: Parameter = number("alpha", "none", Interval::NON_NEGATIVE, "A factor for all classes, or one for each.")
    .or(Kinds::NUMBERS)
    .or(Kinds::NONE);

fn build(arguments: &Arguments) -> Result<Term, ArgumentError> {
    match arguments.number("gamma") {
        Some(gamma) if gamma != 2.0 => build_with(arguments, AnyPower(gamma)),
        _ => build_with(arguments, Square),
    }
}

fn build_with(arguments: &Arguments, power: impl Power) -> Result<Term, ArgumentError> {
    let family = Softmax {
        kernel: CategoricalFocal { power },
        source: Logits,
        axis: arguments.integer("axis").unwrap_or(1),
        class_weight: Weights::Uniform(1.0),
        alpha: weights(arguments, "alpha"),
        label_smoothing: 0.0,
        smooth_over_last: false,
        ignore_index: arguments.integer("ignore_index"),
        accepts: Accepts::Either,
        curvature: Some(curvature(arguments)),
    };
    term(arguments, family, None)
}

/// The arithmetic.
#[derive(Clone, Copy)]
pub struct CategoricalFocal<P> {
    /// x^γ
    pub power: P,
}

impl<P: Power> Kernel for CategoricalFocal<P> {
    #[inline(always)]
    fn term<R: Real>(&self, minus_ln_p: R, p: R, q: R) -> softmax::Term<R> {
        let gamma = self.power.exponent::<R>();
        let q_gamma = self.power.of(q, crate::math::ln(q));
        let certain = q <= R::ZERO;
        let ratio = if certain { R::ONE } else { minus_ln_p / q };
        // p ln p and p m are 0 where p is, however large ln p.
        let p_ratio = p.weigh(ratio);
        let p_log = p.weigh(minus_ln_p);
        let bend = gamma * (R::TWO * p - p_log + p * p_ratio * (gamma - R::ONE));
        softmax::Term {
            value: q_gamma.weigh(minus_ln_p),
            first: -q_gamma * (R::ONE + gamma * p_ratio),
            second: R::only_if(!certain, bend * q_gamma / q),
        }
    }
}
