//! Cross-entropy: L = −Σ_c w_c t_c ln p_c. As a function of ln p it is −ln p, so ℓ′ = −1 and ℓ″ = 0.

use crate::catalog::{ArgumentError, Arguments, Declaration, Interval, Parameter};
use crate::compose::Term;
use crate::engine::softmax::source::{LogProbabilities, Logits, Probabilities, Source};
use crate::engine::softmax::{self, Accepts, Kernel, Softmax, Weights};
use crate::losses::common::{
    CLASS_WEIGHT, HESSIAN_OR_BOUND, IGNORE_INDEX, INPUT, REDUCTION, TARGET, WEIGHTS, curvature, integer, number,
    refuse, term, weights, word,
};
use crate::math::Real;

/// `cross_entropy`
pub static DECLARATION: Declaration = Declaration {
    name: "cross_entropy",
    summary: "Cross-entropy of a softmax: the negative log-probability of the true class.",
    formula: "-sum_c class_weight_c * t_c * log softmax(x)_c",
    details: "Targets are labels of the input's shape without axis, or dense (one-hot or soft) of the input's shape. \
              label_smoothing s makes t into (1-s)t + s/C. A mean divides by the number of rows that count; PyTorch's \
              mean with class weights is weighted_mean. With from=probs a probability of 0 under a target costs \
              infinity; nothing is clipped or renormalised, and labels read the labelled class alone. On a tensor of \
              rank 1 the class axis is 0.",
    tasks: &["multiclass", "segmentation"],
    reference: "Good, Rational decisions (1952); PyTorch CrossEntropyLoss.",
    parameters: &[
        &[FROM, AXIS],
        CLASS_WEIGHT,
        &[SMOOTHING],
        IGNORE_INDEX,
        INPUT,
        TARGET,
        WEIGHTS,
        REDUCTION,
        HESSIAN_OR_BOUND,
    ],
    build,
};

const FROM: Parameter = word("from", &["logits", "probs", "log_probs"], "What the input is.");

/// The class axis.
pub const AXIS: Parameter = integer("axis", "1", "The dimension of the classes, counted from the end if negative.");

/// How much of a target is spread over the classes.
pub const SMOOTHING: Parameter =
    number("label_smoothing", "0", Interval::UNIT, "The share of each target that is spread evenly over the classes.");

fn build(arguments: &Arguments) -> Result<Term, ArgumentError> {
    let from = arguments.word("from");
    if from != "logits" && curvature(arguments).bound {
        return Err(refuse("hessian", format!("hessian=bound needs from=logits; found from={from}")));
    }
    match from {
        "probs" => build_from(arguments, Probabilities),
        "log_probs" => build_from(arguments, LogProbabilities),
        _ => build_from(arguments, Logits),
    }
}

fn build_from(arguments: &Arguments, source: impl Source) -> Result<Term, ArgumentError> {
    let family = Softmax {
        kernel: MinusLog,
        source,
        axis: arguments.integer("axis").unwrap_or(1),
        class_weight: weights(arguments, "class_weight"),
        alpha: Weights::Uniform(1.0),
        label_smoothing: arguments.number("label_smoothing").unwrap_or(0.0),
        smooth_over_last: false,
        ignore_index: arguments.integer("ignore_index"),
        accepts: Accepts::Either,
        curvature: Some(curvature(arguments)),
    };
    term(arguments, family, Some("class_weight"))
}

/// The arithmetic.
#[derive(Clone, Copy)]
pub struct MinusLog;

impl Kernel for MinusLog {
    #[inline(always)]
    fn term<R: Real>(&self, minus_ln_p: R, _p: R, _q: R) -> softmax::Term<R> {
        softmax::Term { value: minus_ln_p, first: -R::ONE, second: R::ZERO }
    }
}
