//! `keras.hinge`, `keras.squared_hinge`, `keras.categorical_hinge`.

use super::{REDUCTION, REFERENCE, term};
use crate::catalog::{ArgumentError, Arguments, Declaration};
use crate::compose::Term;
use crate::engine::elementwise::{Elementwise, Kernel, Targets};
use crate::engine::softmax::{Accepts, Weights};
use crate::engine::{Curvature, margin};
use crate::losses::common::{INPUT, TARGET, WEIGHTS};
use crate::losses::margin::categorical_hinge::KerasHinge;
use crate::losses::margin::hinge::{Hinge, Margin};
use crate::losses::margin::squared_hinge::SquaredHinge;

const DETAILS: &str = "Labels 0 and 1 become -1 and 1 only if every label of the call is 0 or 1; otherwise labels are used as \
                       they are. The mean over the last axis is the loss element.";

/// `keras.hinge`
pub static HINGE: Declaration = Declaration {
    name: "keras.hinge",
    summary: "Keras's Hinge.",
    formula: "mean over the last axis of max(0, 1 - y*x)",
    details: DETAILS,
    tasks: &["max-margin", "binary"],
    reference: REFERENCE,
    parameters: &[REDUCTION, INPUT, TARGET, WEIGHTS],
    build: |arguments| build(arguments, Hinge(MARGIN)),
};

/// `keras.squared_hinge`
pub static SQUARED_HINGE: Declaration = Declaration {
    name: "keras.squared_hinge",
    summary: "Keras's SquaredHinge.",
    formula: "mean over the last axis of max(0, 1 - y*x)^2",
    details: DETAILS,
    tasks: &["max-margin", "binary"],
    reference: REFERENCE,
    parameters: &[REDUCTION, INPUT, TARGET, WEIGHTS],
    build: |arguments| build(arguments, SquaredHinge(MARGIN)),
};

/// `keras.categorical_hinge`
pub static CATEGORICAL_HINGE: Declaration = Declaration {
    name: "keras.categorical_hinge",
    summary: "Keras's CategoricalHinge.",
    formula: "max(0, 1 + max_c((1 - t_c)*x_c) - sum_c t_c*x_c)",
    details: "Classes are on the last axis; targets are dense. The subgradient at the floor is 0; among equal maxima the \
              first class takes it.",
    tasks: &["max-margin", "multiclass"],
    reference: REFERENCE,
    parameters: &[REDUCTION, INPUT, TARGET, WEIGHTS],
    build: |arguments| {
        let family = margin::Margin {
            kernel: KerasHinge,
            axis: -1,
            class_weight: Weights::Uniform(1.0),
            ignore_index: None,
            accepts: Accepts::Dense,
        };
        term(arguments, family)
    },
};

const MARGIN: Margin = Margin { margin: 1.0, binary: false, detect: true };

fn build(arguments: &Arguments, kernel: impl Kernel) -> Result<Term, ArgumentError> {
    let family = Elementwise { averaged: Some(-1), ..Elementwise::new(kernel, Targets::Detected, Curvature::EXACT) };
    term(arguments, family)
}
