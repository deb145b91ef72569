//! losskit
#![allow(missing_docs)]
pub mod advise;
pub mod capi;
pub mod catalog;
pub mod compose;
pub mod context;
pub mod dialects;
pub mod engine;
pub mod error;
pub mod losses;
pub mod math;
mod quiet;
pub mod spec;
pub mod tensor;

pub use compose::{Loss, Operand, OperandInfo};
pub use context::Context;
