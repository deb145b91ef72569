//! `keras.categorical_crossentropy`, `keras.sparse_categorical_crossentropy`, `keras.categorical_focal_crossentropy`.

use super::{AXIS, EPSILON, FROM_LOGITS, GAMMA, LABEL_SMOOTHING, REDUCTION, REFERENCE, term};
use crate::catalog::{ArgumentError, Arguments, Declaration, Interval, Kinds, Parameter, Value};
use crate::compose::Term;
use crate::engine::Curvature;
use crate::engine::softmax::source::{ClippedLogits, ClippedRatio, Logits, Source};
use crate::engine::softmax::{Accepts, Kernel, Softmax, Weights};
use crate::losses::classification::categorical_focal::CategoricalFocal;
use crate::losses::classification::cross_entropy::MinusLog;
use crate::losses::common::{INPUT, TARGET, WEIGHTS, integer, number, weights};
use crate::math::{AnyPower, Power, Square};

const DETAILS: &str = "Probabilities are divided by their sum over axis, then held within [1e-7, 1 - 1e-7], where the \
                       gradient is 0. label_smoothing s makes t into (1-s)t + s/K, where K is the last dimension, also when \
                       axis is another.";

/// `keras.categorical_crossentropy`
pub static CATEGORICAL_CROSSENTROPY: Declaration = Declaration {
    name: "keras.categorical_crossentropy",
    summary: "Keras's CategoricalCrossentropy, for dense targets.",
    formula: "-sum_c t_c * log(p_c / sum p)",
    details: DETAILS,
    tasks: &["multiclass", "segmentation"],
    reference: REFERENCE,
    parameters: &[&[FROM_LOGITS, LABEL_SMOOTHING, AXIS], REDUCTION, INPUT, TARGET, WEIGHTS],
    build: |arguments| build_cross_entropy(arguments, Accepts::Dense),
};

/// `keras.sparse_categorical_crossentropy`
pub static SPARSE_CATEGORICAL_CROSSENTROPY: Declaration = Declaration {
    name: "keras.sparse_categorical_crossentropy",
    summary: "Keras's SparseCategoricalCrossentropy, for labels.",
    formula: "-log(p_y / sum p)",
    details: "Probabilities are divided by their sum over axis, then held within [1e-7, 1 - 1e-7], where the gradient is 0. \
              Rows with the label ignore_class are left out like masked ones.",
    tasks: &["multiclass", "segmentation"],
    reference: REFERENCE,
    parameters: &[&[FROM_LOGITS, IGNORE_CLASS], REDUCTION, &[AXIS], INPUT, TARGET, WEIGHTS],
    build: |arguments| build_cross_entropy(arguments, Accepts::Labels),
};

/// `keras.categorical_focal_crossentropy`
pub static CATEGORICAL_FOCAL_CROSSENTROPY: Declaration = Declaration {
    name: "keras.categorical_focal_crossentropy",
    summary: "Keras's CategoricalFocalCrossentropy, for dense targets.",
    formula: "sum_c alpha * (1 - p_c)^gamma * (-t_c * log p_c)",
    details: DETAILS,
    tasks: &["multiclass", "segmentation"],
    reference: REFERENCE,
    parameters: &[&[ALPHA, GAMMA, FROM_LOGITS, LABEL_SMOOTHING, AXIS], REDUCTION, INPUT, TARGET, WEIGHTS],
    build: |arguments| match arguments.number("gamma") {
        Some(gamma) if gamma != 2.0 => build_focal(arguments, AnyPower(gamma)),
        _ => build_focal(arguments, Square),
    },
};

const IGNORE_CLASS: Parameter = integer("ignore_class", "none", "The label of rows that are left out.").or(Kinds::NONE);
const ALPHA: Parameter =
    number("alpha", "0.25", Interval::NON_NEGATIVE, "A factor for all classes, or one for each of the last dimension.")
        .or(Kinds::NUMBERS);

fn build_cross_entropy(arguments: &Arguments, accepts: Accepts) -> Result<Term, ArgumentError> {
    let uniform = Weights::Uniform(1.0);
    if arguments.boolean("from_logits") {
        build(arguments, MinusLog, Logits, accepts, uniform)
    } else {
        build(arguments, MinusLog, ClippedRatio(EPSILON), accepts, uniform)
    }
}

fn build_focal(arguments: &Arguments, power: impl Power) -> Result<Term, ArgumentError> {
    let kernel = CategoricalFocal { power };
    let alpha = weights(arguments, "alpha");
    if arguments.boolean("from_logits") {
        build(arguments, kernel, ClippedLogits(EPSILON), Accepts::Dense, alpha)
    } else {
        build(arguments, kernel, ClippedRatio(EPSILON), Accepts::Dense, alpha)
    }
}

fn build(
    arguments: &Arguments,
    kernel: impl Kernel,
    source: impl Source,
    accepts: Accepts,
    alpha: Weights,
) -> Result<Term, ArgumentError> {
    let optional = |name: &str| match arguments.find(name) {
        Some(Value::Number(number)) => Some(*number),
        _ => None,
    };
    let family = Softmax {
        kernel,
        source,
        axis: arguments.integer("axis").unwrap_or(-1),
        class_weight: Weights::Uniform(1.0),
        alpha,
        label_smoothing: optional("label_smoothing").unwrap_or(0.0),
        smooth_over_last: true,
        ignore_index: optional("ignore_class").map(|label| label as i64),
        accepts,
        curvature: source.has_hessian().then_some(Curvature::EXACT),
    };
    term(arguments, family)
}
