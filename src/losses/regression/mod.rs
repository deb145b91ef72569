//! Losses of numbers against numbers.

pub mod huber;
pub mod mae;
pub mod mse;
