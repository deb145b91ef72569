//! Losses of logits or probabilities against classes.

pub mod bce;
pub mod categorical_focal;
pub mod cross_entropy;
pub mod focal;
pub mod linear_cross_entropy;
