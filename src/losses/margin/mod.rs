//! Losses of scores against a margin.

pub mod categorical_hinge;
pub mod hinge;
pub mod multiclass_hinge;
pub mod squared_hinge;
