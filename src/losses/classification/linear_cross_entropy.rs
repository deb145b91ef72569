//! Cross-entropy of a last linear layer: the logits are input·weightᵀ + bias, and never lie in memory all at once.

use crate::catalog::{ArgumentError, Arguments, Declaration, Interval, Kinds, Parameter};
use crate::compose::Term;
use crate::engine::linear::LinearCrossEntropy;
use crate::losses::classification::cross_entropy::SMOOTHING;
use crate::losses::common::{
    CLASS_WEIGHT, IGNORE_INDEX, INPUT, REDUCTION, TARGET, WEIGHTS, number, operand, refuse, term, weights,
};

/// `linear_cross_entropy`
pub static DECLARATION: Declaration = Declaration {
    name: "linear_cross_entropy",
    summary: "Cross-entropy of the softmax of a linear layer, from the layer's input and weight, without its logits.",
    formula: "cross_entropy(input * weight^T + bias) + z_loss * log(sum_c exp(logit_c))^2",
    details: "input is [..., D], weight [classes, D], bias [classes], and targets are labels of the input's shape \
              without its last dimension; dense targets are refused. Gradients are those of input, weight and bias, and \
              each is written if its buffer is given. Extra memory is bounded whatever the number of rows and classes: \
              a matrix of logits never exists, nor does one of their gradient. label_smoothing s makes t into (1-s)t + \
              s/C; class_weight multiplies the cross-entropy but not z_loss, while sample_weight multiplies both. \
              softcap c turns each logit x into c*tanh(x/c) first. Everything is computed in the input's type, in f32 \
              for half precision, whatever the types of weight and bias. Gradients of weight are added up in that type \
              and rounded once. Products of matrices are sums of fused multiply-adds in the order of the inner \
              dimension: the same bits at any number of threads, and on every machine that has the instruction.",
    tasks: &["multiclass"],
    reference: "Wijmans et al., Cut your losses in large-vocabulary language models (2024); PyTorch \
                linear_cross_entropy; z-loss of PaLM (2022); logit soft-capping of Gemma 2 (2024).",
    parameters: &[CLASS_WEIGHT, &[SMOOTHING, SOFTCAP, Z_LOSS], IGNORE_INDEX, INPUT, LAYER, TARGET, WEIGHTS, REDUCTION],
    build,
};

const SOFTCAP: Parameter = number(
    "softcap",
    "none",
    Interval::POSITIVE,
    "The bound c of the logits, each of which becomes c*tanh(x/c) before the softmax.",
)
.or(Kinds::NONE);

const Z_LOSS: Parameter =
    number("z_loss", "0", Interval::NON_NEGATIVE, "A factor of the squared logarithm of the sum of exponentials.");

const LAYER: &[Parameter] = &[
    operand("weight", "@weight", "The matrix of the layer, one row for each class; it is differentiated too."),
    operand("bias", "@bias", "What the layer adds to the logits, where the call has it; it is differentiated too.")
        .or(Kinds::NONE),
];

fn build(arguments: &Arguments) -> Result<Term, ArgumentError> {
    let family = LinearCrossEntropy {
        class_weight: weights(arguments, "class_weight"),
        label_smoothing: arguments.number("label_smoothing").unwrap_or(0.0),
        ignore_index: arguments.integer("ignore_index"),
        softcap: arguments.number("softcap"),
        z_loss: arguments.number("z_loss").unwrap_or(0.0),
    };
    let mut term = term(arguments, family, Some("class_weight"))?;
    for (parameter, earlier) in [("weight", &["input"][..]), ("bias", &["input", "weight"])] {
        let bound = arguments.operand(parameter);
        if let Some(other) = earlier.iter().find(|other| bound.is_some() && arguments.operand(other) == bound) {
            let name = bound.unwrap_or_default();
            let message = format!("{other} and {parameter} are both @{name}; each needs an operand of its own");
            return Err(refuse(parameter, message));
        }
    }
    term.roles.weight = arguments.operand("weight").map(str::to_owned);
    term.roles.bias = arguments.operand("bias").map(str::to_owned);
    Ok(term)
}
