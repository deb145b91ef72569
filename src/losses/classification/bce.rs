//! Binary cross-entropy: ℓ = −w t ln p − (1−t) ln(1−p), where w is pos_weight.
//!
//! From logits p = σ(x), ℓ′ = (1−t) p − w t (1−p) and ℓ″ = (w t + 1 − t) p (1−p).

use crate::catalog::{ArgumentError, Arguments, Declaration, Interval, Kinds, Parameter, Value};
use crate::compose::Term;
use crate::engine::elementwise::{Along, Elementwise, Jet, Kernel, Targets};
use crate::losses::common::{
    HESSIAN, IGNORE_INDEX, INPUT, REDUCTION, TARGET, WEIGHTS, curvature, integer, number, term, word,
};
use crate::math::{Logistic, Real, ln, ln_1p};

/// `bce`
pub static DECLARATION: Declaration = Declaration {
    name: "bce",
    summary: "Binary cross-entropy: the negative log-probability of a yes or no, for each element on its own.",
    formula: "-(pos_weight * t * log p + (1 - t) * log(1 - p)), p = sigmoid(x)",
    details: "Targets are 0 or 1 as integers, or probabilities as floating-point numbers. label_smoothing s makes t into \
              t(1-s) + s/2. pos_weight does not enter the divisor. With from=probs logarithms are held at -100 and the \
              gradient's divisor p(1-p) at 1e-12, as in PyTorch.",
    tasks: &["binary", "multilabel", "segmentation"],
    reference: "Cox, The regression analysis of binary sequences (1958); PyTorch BCEWithLogitsLoss and BCELoss.",
    parameters: &[&[FROM, POS_WEIGHT, AXIS, SMOOTHING], IGNORE_INDEX, INPUT, TARGET, WEIGHTS, REDUCTION, HESSIAN],
    build,
};

const FROM: Parameter = word("from", &["logits", "probs"], "What the input is.");
const POS_WEIGHT: Parameter =
    number("pos_weight", "1", Interval::NON_NEGATIVE, "A factor of the positive part: one number, or one along axis.")
        .or(Kinds::NUMBERS)
        .or(Kinds::OPERAND);
const AXIS: Parameter = integer("axis", "-1", "The dimension that a list or operand of pos_weight goes along.");
const SMOOTHING: Parameter =
    number("label_smoothing", "0", Interval::UNIT, "The share of each target that is split between yes and no.");

fn build(arguments: &Arguments) -> Result<Term, ArgumentError> {
    let smoothing = arguments.number("label_smoothing").unwrap_or(0.0);
    let binary = Binary { pos_weight: arguments.number("pos_weight").unwrap_or(1.0), smoothing };
    let along = match arguments.value("pos_weight") {
        Value::Numbers(numbers) => Some(Some(numbers.clone())),
        Value::Operand(_) => Some(None),
        _ => None,
    };
    let axis = arguments.integer("axis").unwrap_or(-1);
    let along = along.map(|numbers| Along { axis, numbers, name: "pos_weight" });
    match arguments.word("from") {
        "probs" => build_with(arguments, FromProbabilities(binary), along),
        _ => build_with(arguments, FromLogits(binary), along),
    }
}

fn build_with(arguments: &Arguments, kernel: impl Kernel, along: Option<Along>) -> Result<Term, ArgumentError> {
    let family = Elementwise {
        ignore_index: arguments.integer("ignore_index"),
        along,
        ..Elementwise::new(kernel, Targets::Probabilities, curvature(arguments))
    };
    term(arguments, family, Some("pos_weight"))
}

/// The options of both forms.
#[derive(Clone, Copy)]
pub struct Binary {
    /// The factor of the positive part where it is one number.
    pub pos_weight: f64,
    /// The share of a target that is split between 0 and 1.
    pub smoothing: f64,
}

impl Binary {
    /// The weights of ln p and ln(1−p), without sign.
    #[inline(always)]
    pub fn parts<R: Real>(self, target: R, weight: R) -> (R, R) {
        let half = R::from_f64(0.5 * self.smoothing);
        let keep = R::from_f64(1.0 - self.smoothing);
        let positive = keep * target + half;
        let negative = keep * (R::ONE - target) + half;
        (R::from_f64(self.pos_weight) * weight * positive, negative)
    }
}

/// The input is a logit.
#[derive(Clone, Copy)]
pub struct FromLogits(pub Binary);

impl Kernel for FromLogits {
    #[inline(always)]
    fn jet<R: Real>(&self, input: R, target: R, weight: R) -> Jet<R> {
        let (positive, negative) = self.0.parts(target, weight);
        let logistic = Logistic::of(input);
        Jet {
            value: logistic.cross_entropy(input, (positive, negative), positive + negative),
            gradient: negative * logistic.p - positive * logistic.q,
            hessian: (positive + negative) * logistic.p * logistic.q,
        }
    }
}

/// The input is a probability.
#[derive(Clone, Copy)]
pub struct FromProbabilities(pub Binary);

impl Kernel for FromProbabilities {
    #[inline(always)]
    fn jet<R: Real>(&self, input: R, target: R, weight: R) -> Jet<R> {
        let (positive, negative) = self.0.parts(target, weight);
        let (p, q) = (input, R::ONE - input);
        let most = R::from_f64(100.0);
        let variance = (p * q).at_least(R::from_f64(1e-12));
        Jet {
            value: positive.weigh((-ln(p)).at_most(most)) + negative.weigh((-ln_1p(-p)).at_most(most)),
            // Not as the logits' form: p is exact here, and a target close to it would cancel rounded products.
            gradient: (negative + positive).mul_add(p, -positive) / variance,
            hessian: positive.weigh(R::ONE / (p * p)) + negative.weigh(R::ONE / (q * q)),
        }
    }
}
