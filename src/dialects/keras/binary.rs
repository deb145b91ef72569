//! `keras.binary_crossentropy`, `keras.binary_focal_crossentropy`.

use super::{AXIS, EPSILON, FROM_LOGITS, GAMMA, LABEL_SMOOTHING, REDUCTION, REFERENCE, term};
use crate::catalog::{ArgumentError, Arguments, Declaration, Interval, Parameter};
use crate::compose::Term;
use crate::engine::Curvature;
use crate::engine::elementwise::{Elementwise, Jet, Kernel, Targets};
use crate::losses::classification::bce::{Binary, FromLogits};
use crate::losses::common::{INPUT, TARGET, WEIGHTS, boolean, number};
use crate::math::{AnyPower, Logistic, Power, Real, Square, ln};

/// `keras.binary_crossentropy`
pub static BINARY_CROSSENTROPY: Declaration = Declaration {
    name: "keras.binary_crossentropy",
    summary: "Keras's BinaryCrossentropy.",
    formula: "mean over axis of -(t*log p + (1 - t)*log(1 - p))",
    details: "Probabilities are held within [1e-7, 1 - 1e-7], where the gradient is 0. label_smoothing s makes t into \
              t(1-s) + s/2. The mean over axis is the loss element.",
    tasks: &["binary", "multilabel"],
    reference: REFERENCE,
    parameters: &[&[FROM_LOGITS, LABEL_SMOOTHING, AXIS], REDUCTION, INPUT, TARGET, WEIGHTS],
    build: |arguments| {
        let binary = binary(arguments);
        if arguments.boolean("from_logits") {
            build(arguments, FromLogits(binary))
        } else {
            build(arguments, Clipped(binary))
        }
    },
};

/// `keras.binary_focal_crossentropy`
pub static BINARY_FOCAL_CROSSENTROPY: Declaration = Declaration {
    name: "keras.binary_focal_crossentropy",
    summary: "Keras's BinaryFocalCrossentropy.",
    formula: "mean over axis of w * (1 - p_t)^gamma * -(t*log p + (1 - t)*log(1 - p)), p_t = t*p + (1-t)*(1-p)",
    details: "The logarithms take probabilities held within [1e-7, 1 - 1e-7], also those of logits; p_t does not. w is \
              alpha*t + (1-alpha)*(1-t) with apply_class_balancing, else 1. The mean over axis is the loss element.",
    tasks: &["binary", "multilabel"],
    reference: REFERENCE,
    parameters: &[&[BALANCING, ALPHA, GAMMA, FROM_LOGITS, LABEL_SMOOTHING, AXIS], REDUCTION, INPUT, TARGET, WEIGHTS],
    build: |arguments| match arguments.number("gamma") {
        Some(gamma) if gamma != 2.0 => build_focal(arguments, AnyPower(gamma)),
        _ => build_focal(arguments, Square),
    },
};

const BALANCING: Parameter = boolean("apply_class_balancing", "false", "Whether alpha is used.");
const ALPHA: Parameter = number("alpha", "0.25", Interval::UNIT, "The weight of positives; negatives have 1-alpha.");

fn binary(arguments: &Arguments) -> Binary {
    Binary { pos_weight: 1.0, smoothing: arguments.number("label_smoothing").unwrap_or(0.0) }
}

fn build(arguments: &Arguments, kernel: impl Kernel) -> Result<Term, ArgumentError> {
    let averaged = arguments.integer("axis");
    let family = Elementwise { averaged, ..Elementwise::new(kernel, Targets::Anything, Curvature::EXACT) };
    term(arguments, family)
}

fn build_focal(arguments: &Arguments, power: impl Power) -> Result<Term, ArgumentError> {
    let alpha = if arguments.boolean("apply_class_balancing") { arguments.number("alpha") } else { None };
    let focal = Focal { binary: binary(arguments), power, alpha };
    if arguments.boolean("from_logits") { build(arguments, FocalLogits(focal)) } else { build(arguments, focal) }
}

/// Binary cross-entropy of a probability held within Keras's clip, and its derivatives by the probability.
#[inline(always)]
fn clipped<R: Real>(binary: Binary, free: Logistic<R>, target: R) -> Jet<R> {
    let (positive, negative) = binary.parts(target, R::ONE);
    let p = free.p.at_least(R::from_f64(EPSILON)).at_most(R::from_f64(1.0 - EPSILON));
    let passes = p == free.p || p.is_nan();
    // Inside the clip the logarithms and 1 − p are known without cancellation.
    let q = if passes { free.q } else { R::ONE - p };
    let minus_ln_p = if passes { free.minus_ln_p } else { -ln(p) };
    let minus_ln_q = if passes { free.minus_ln_q } else { -ln(q) };
    Jet {
        value: positive.weigh(minus_ln_p) + negative.weigh(minus_ln_q),
        gradient: R::only_if(passes, (negative * p - positive * q) / (p * q)),
        hessian: R::only_if(passes, positive / (p * p) + negative / (q * q)),
    }
}

/// A probability with its complement and logarithms.
#[inline(always)]
fn probability<R: Real>(p: R) -> Logistic<R> {
    let q = R::ONE - p;
    let (minus_ln_p, minus_ln_q) = (-ln(p), -ln(q));
    Logistic { p, q, minus_ln_p, minus_ln_q, tail: minus_ln_p.at_most(minus_ln_q) }
}

/// The input is a probability.
#[derive(Clone, Copy)]
struct Clipped(Binary);

impl Kernel for Clipped {
    #[inline(always)]
    fn jet<R: Real>(&self, input: R, target: R, _weight: R) -> Jet<R> {
        clipped(self.0, probability(input), target)
    }
}

/// w M^γ B with M = 1 − p_t and B the clipped cross-entropy; by p, M′ = 1−2t.
#[derive(Clone, Copy)]
struct Focal<P> {
    binary: Binary,
    power: P,
    alpha: Option<f64>,
}

impl<P: Power> Focal<P> {
    #[inline(always)]
    fn jet_of<R: Real>(&self, free: Logistic<R>, target: R) -> Jet<R> {
        let (t, rest) = self.binary.parts(target, R::ONE);
        let gamma = self.power.exponent::<R>();
        let weight = match self.alpha {
            Some(alpha) => R::from_f64(alpha) * t + R::from_f64(1.0 - alpha) * rest,
            None => R::ONE,
        };
        let missed = t * free.q + rest * free.p;
        let change = rest - t;
        let modulation = self.power.of(missed, ln(missed));
        // M^(γ−1) M′ and M^(γ−2) M′² through M^γ, which is 0 with M.
        let ratio = if missed == R::ZERO { R::ZERO } else { change / missed };
        let Jet { value, gradient, hessian } = clipped(self.binary, free, target);
        let inner = gamma * ratio.weigh(value) + gradient;
        let bend = gamma * (gamma - R::ONE) * ratio * ratio.weigh(value) + R::TWO * gamma * ratio * gradient + hessian;
        Jet {
            value: weight * modulation.weigh(value),
            gradient: weight * modulation.weigh(inner),
            hessian: weight * modulation.weigh(bend),
        }
    }
}

impl<P: Power> Kernel for Focal<P> {
    #[inline(always)]
    fn jet<R: Real>(&self, input: R, target: R, _weight: R) -> Jet<R> {
        self.jet_of(probability(input), target)
    }
}

/// The input is a logit, of which Keras takes the logistic function first.
#[derive(Clone, Copy)]
struct FocalLogits<P>(Focal<P>);

impl<P: Power> Kernel for FocalLogits<P> {
    #[inline(always)]
    fn jet<R: Real>(&self, input: R, target: R, _weight: R) -> Jet<R> {
        let free = Logistic::of(input);
        let Logistic { p, q, .. } = free;
        let inner = self.0.jet_of(free, target);
        let variance = p * q;
        Jet {
            value: inner.value,
            gradient: variance.weigh(inner.gradient),
            hessian: variance * variance.weigh(inner.hessian) + variance * (q - p).weigh(inner.gradient),
        }
    }
}
