//! losskit's own losses, one file each: its declaration and its arithmetic.

pub mod common;

pub mod classification;
pub mod margin;
pub mod regression;
pub mod regularizer;
pub mod segmentation;
