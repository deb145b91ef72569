//! Focal loss: ℓ = α_t (1−p_t)^γ bce(x, t), with p_t = p t + (1−p)(1−t) and α_t = α t + (1−α)(1−t).
//!
//! With M = 1−p_t, B = bce and ρ = M′/M = (1−2t) p q / M, all by x:
//! ℓ′ = α_t M^γ (γ ρ B + B′) and ℓ″ = α_t M^γ (γ ρ G + G′), where G = γ ρ B + B′, G′ = γ (ρ′ B + ρ B′) + p q and
//! ρ′ = ρ (q − p − ρ).

use crate::catalog::{ArgumentError, Arguments, Declaration, Interval, Kinds, Parameter};
use crate::compose::Term;
use crate::engine::elementwise::{Elementwise, Jet, Kernel, Targets};
use crate::losses::common::{HESSIAN, IGNORE_INDEX, INPUT, REDUCTION, TARGET, WEIGHTS, curvature, number, term, word};
use crate::math::{AnyPower, Logistic, Missed, Power, Real, Square};

/// `focal`
pub static DECLARATION: Declaration = Declaration {
    name: "focal",
    summary: "Binary cross-entropy in which elements that are predicted well count less.",
    formula: "alpha_t * (1 - p_t)^gamma * bce(x, t), p_t = p*t + (1-p)*(1-t), alpha_t = alpha*t + (1-alpha)*(1-t)",
    details: "Without alpha, alpha_t is 1. gamma=0 is bce. Derivatives are finite everywhere, for gamma below 1 too. The \
              exact second derivative may be negative.",
    tasks: &["binary", "multilabel", "segmentation"],
    reference: "Lin et al., Focal loss for dense object detection (2017); torchvision sigmoid_focal_loss.",
    parameters: &[&[FROM, GAMMA, ALPHA], IGNORE_INDEX, INPUT, TARGET, WEIGHTS, REDUCTION, HESSIAN],
    build,
};

const FROM: Parameter = word("from", &["logits"], "What the input is.");

/// The exponent of focal losses.
pub const GAMMA: Parameter =
    number("gamma", "2", Interval::NON_NEGATIVE, "How strongly what is predicted well is played down.");

const ALPHA: Parameter =
    number("alpha", "none", Interval::UNIT, "The weight of positives; negatives have 1-alpha.").or(Kinds::NONE);

fn build(arguments: &Arguments) -> Result<Term, ArgumentError> {
    match arguments.number("gamma") {
        Some(gamma) if gamma != 2.0 => build_with(arguments, AnyPower(gamma)),
        _ => build_with(arguments, Square),
    }
}

fn build_with(arguments: &Arguments, power: impl Power) -> Result<Term, ArgumentError> {
    let kernel = Focal { power, alpha: arguments.number("alpha") };
    let family = Elementwise {
        ignore_index: arguments.integer("ignore_index"),
        ..Elementwise::new(kernel, Targets::Probabilities, curvature(arguments))
    };
    term(arguments, family, None)
}

/// The arithmetic.
#[derive(Clone, Copy)]
pub struct Focal<P> {
    /// x^γ
    pub power: P,
    /// α
    pub alpha: Option<f64>,
}

impl<P: Power> Kernel for Focal<P> {
    #[inline(always)]
    fn jet<R: Real>(&self, input: R, target: R, _weight: R) -> Jet<R> {
        let logistic = Logistic::of(input);
        let Logistic { p, q, .. } = logistic;
        let (t, rest) = (target, R::ONE - target);
        let gamma = self.power.exponent::<R>();
        let alpha = match self.alpha {
            Some(alpha) => R::from_f64(alpha) * t + R::from_f64(1.0 - alpha) * rest,
            None => R::ONE,
        };
        let Missed { value: missed, ln: ln_missed, slope: missed_slope, ratio } = logistic.missed(t, rest);
        let loss = logistic.cross_entropy(input, (t, rest), R::ONE);
        let slope = rest * p - t * q;
        let modulation = alpha * self.power.of(missed, ln_missed);
        let inner = gamma * ratio.weigh(loss) + slope;
        let ratio_slope = ratio * (q - p - ratio);
        let inner_slope = gamma * (ratio_slope.weigh(loss) + ratio * slope) + p * q;
        Jet {
            value: modulation.weigh(loss),
            gradient: alpha * self.power.slope_of_product((missed, ln_missed), (missed_slope, ratio), (loss, slope)),
            hessian: modulation.weigh(gamma * ratio * inner + inner_slope),
        }
    }
}
