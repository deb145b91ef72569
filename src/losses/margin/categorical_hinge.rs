//! Categorical hinge of Keras: L = max(0, 1 + max_c (1−t_c) x_c − Σ t_c x_c).

use crate::catalog::{ArgumentError, Arguments, Declaration};
use crate::compose::Term;
use crate::engine::margin::{self, Kernel};
use crate::engine::softmax::Accepts;
use crate::losses::classification::cross_entropy::AXIS;
use crate::losses::common::{CLASS_WEIGHT, IGNORE_INDEX, INPUT, REDUCTION, TARGET, WEIGHTS, term, weights};
use crate::math::Real;

/// `categorical_hinge`
pub static DECLARATION: Declaration = Declaration {
    name: "categorical_hinge",
    summary: "The worst wrong class against the true one, as Keras defines it.",
    formula: "max(0, 1 + max_c((1 - t_c)*x_c) - sum_c t_c*x_c)",
    details: "The inner maximum includes the true class with the score 0, so it never falls below 0 for labels: where all \
              wrong scores are negative the margin is measured from 0. multiclass_hinge does without. The subgradient \
              at the floor is 0; among equal maxima the first class takes it.",
    tasks: &["max-margin", "multiclass"],
    reference: "Keras CategoricalHinge.",
    parameters: &[&[AXIS], CLASS_WEIGHT, IGNORE_INDEX, INPUT, TARGET, WEIGHTS, REDUCTION],
    build,
};

fn build(arguments: &Arguments) -> Result<Term, ArgumentError> {
    let family = margin::Margin {
        kernel: KerasHinge,
        axis: arguments.integer("axis").unwrap_or(1),
        class_weight: weights(arguments, "class_weight"),
        ignore_index: arguments.integer("ignore_index"),
        accepts: Accepts::Either,
    };
    term(arguments, family, Some("class_weight"))
}

/// The arithmetic.
#[derive(Clone, Copy)]
pub struct KerasHinge;

impl Kernel for KerasHinge {
    #[inline(always)]
    fn adjusted<R: Real>(&self, score: R, target: R) -> R {
        (R::ONE - target).weigh(score)
    }

    #[inline(always)]
    fn slope<R: Real>(&self, target: R) -> R {
        R::ONE - target
    }

    fn offset(&self) -> f64 {
        1.0
    }

    fn has_floor(&self) -> bool {
        true
    }
}
