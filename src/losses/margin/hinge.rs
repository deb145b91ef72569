//! Hinge: ℓ = max(0, m − y x); ℓ′ = −y inside the margin, 0 at its edge and beyond; ℓ″ = 0.

use crate::catalog::{ArgumentError, Arguments, Declaration, Interval, Parameter};
use crate::compose::Term;
use crate::engine::Census;
use crate::engine::elementwise::{Elementwise, Jet, Kernel, Targets};
use crate::losses::common::{HESSIAN, IGNORE_INDEX, INPUT, REDUCTION, TARGET, WEIGHTS, curvature, number, term, word};
use crate::math::Real;

/// `hinge`
pub static DECLARATION: Declaration = Declaration {
    name: "hinge",
    summary: "Zero once the score is on the right side by the margin: the loss of linear support vector machines.",
    formula: "max(0, margin - y*x)",
    details: "labels=signed takes -1 and 1, labels=binary takes 0 and 1; any other label is an error. The subgradient at \
              the edge of the margin is 0.",
    tasks: &["max-margin", "binary"],
    reference: "Cortes and Vapnik, Support-vector networks (1995).",
    parameters: &[&[MARGIN, LABELS], IGNORE_INDEX, INPUT, TARGET, WEIGHTS, REDUCTION, HESSIAN],
    build,
};

/// The margin.
pub const MARGIN: Parameter =
    number("margin", "1", Interval::NON_NEGATIVE, "How far on the right side a score must be to cost nothing.");

/// What labels are.
pub const LABELS: Parameter = word("labels", &["signed", "binary"], "Whether labels are -1 and 1, or 0 and 1.");

fn build(arguments: &Arguments) -> Result<Term, ArgumentError> {
    build_with(arguments, Hinge(Margin::of(arguments)))
}

/// The family of either hinge.
pub fn build_with(arguments: &Arguments, kernel: impl Kernel) -> Result<Term, ArgumentError> {
    let targets = if arguments.word("labels") == "binary" { Targets::Binary } else { Targets::Signed };
    let family = Elementwise {
        ignore_index: arguments.integer("ignore_index"),
        ..Elementwise::new(kernel, targets, curvature(arguments))
    };
    term(arguments, family, None)
}

/// The options of both hinges.
#[derive(Clone, Copy)]
pub struct Margin {
    /// m
    pub margin: f64,
    /// Whether labels are 0 and 1.
    pub binary: bool,
    /// Whether that is found out from the labels (Keras).
    pub detect: bool,
}

impl Margin {
    /// From arguments.
    pub fn of(arguments: &Arguments) -> Margin {
        let margin = arguments.number("margin").unwrap_or(1.0);
        Margin { margin, binary: arguments.word("labels") == "binary", detect: false }
    }

    /// What is short of the margin, if positive, and the signed label.
    #[inline(always)]
    pub fn shortfall<R: Real>(self, input: R, target: R) -> (R, R) {
        let label = if self.binary { R::TWO * target - R::ONE } else { target };
        (R::from_f64(self.margin) - label * input, label)
    }

    /// The options for labels that a census has seen.
    #[must_use]
    pub fn for_targets(self, census: &Census) -> Margin {
        Margin { binary: if self.detect { census.binary } else { self.binary }, ..self }
    }
}

/// The arithmetic.
#[derive(Clone, Copy)]
pub struct Hinge(pub Margin);

impl Kernel for Hinge {
    #[inline(always)]
    fn jet<R: Real>(&self, input: R, target: R, _weight: R) -> Jet<R> {
        let (shortfall, label) = self.0.shortfall(input, target);
        // NaN is not beyond the margin, and stays.
        let beyond = shortfall <= R::ZERO;
        let slope = if shortfall.is_nan() { shortfall } else { -label };
        Jet { value: R::only_if(!beyond, shortfall), gradient: R::only_if(!beyond, slope), hessian: R::ZERO }
    }

    fn for_targets(self, census: &Census) -> Self {
        Hinge(self.0.for_targets(census))
    }
}
