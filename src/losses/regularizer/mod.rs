//! Penalties on parameters: losses without a target.

pub mod l1;
pub mod l2;
