//! Multiclass hinge of Crammer and Singer: L = max_c (x_c + m (1−t_c)) − Σ t_c x_c.

use crate::catalog::{ArgumentError, Arguments, Declaration};
use crate::compose::Term;
use crate::engine::margin::{self, Kernel};
use crate::engine::softmax::Accepts;
use crate::losses::classification::cross_entropy::AXIS;
use crate::losses::common::{CLASS_WEIGHT, IGNORE_INDEX, INPUT, REDUCTION, TARGET, WEIGHTS, term, weights};
use crate::math::Real;

use super::hinge::MARGIN;

/// `multiclass_hinge`
pub static DECLARATION: Declaration = Declaration {
    name: "multiclass_hinge",
    summary: "The worst wrong class against the true one, each wrong class with a margin on top.",
    formula: "max_c(x_c + margin*[c != y]) - x_y",
    details: "With dense targets t: max_c(x_c + margin*(1 - t_c)) - sum_c t_c*x_c. Among equal maxima the first class takes \
              the subgradient, so it is 0 where the true class leads by the margin unless an earlier class ties.",
    tasks: &["max-margin", "multiclass"],
    reference: "Crammer and Singer, On the algorithmic implementation of multiclass kernel-based vector machines (2001); \
                Optax multiclass_hinge_loss.",
    parameters: &[&[AXIS, MARGIN], CLASS_WEIGHT, IGNORE_INDEX, INPUT, TARGET, WEIGHTS, REDUCTION],
    build,
};

fn build(arguments: &Arguments) -> Result<Term, ArgumentError> {
    let family = margin::Margin {
        kernel: CrammerSinger { margin: arguments.number("margin").unwrap_or(1.0) },
        axis: arguments.integer("axis").unwrap_or(1),
        class_weight: weights(arguments, "class_weight"),
        ignore_index: arguments.integer("ignore_index"),
        accepts: Accepts::Either,
    };
    term(arguments, family, Some("class_weight"))
}

/// The arithmetic.
#[derive(Clone, Copy)]
pub struct CrammerSinger {
    /// m
    pub margin: f64,
}

impl Kernel for CrammerSinger {
    #[inline(always)]
    fn adjusted<R: Real>(&self, score: R, target: R) -> R {
        score + R::from_f64(self.margin) * (R::ONE - target)
    }

    #[inline(always)]
    fn slope<R: Real>(&self, _target: R) -> R {
        R::ONE
    }

    fn offset(&self) -> f64 {
        0.0
    }

    fn has_floor(&self) -> bool {
        false
    }
}
