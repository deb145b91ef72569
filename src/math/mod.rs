//! Arithmetic that gives the same bits everywhere: elementary functions and sums written over one scalar trait.
//!
//! Every function here is free of branches on data and of calls, so that a loop over a block compiles to vector code at
//! whatever width a SIMD level offers. Rust neither contracts nor reassociates floating point, so width cannot
//! change a result; the only operation that needs hardware is the fused multiply-add, which [`real::Emulated`]
//! reproduces exactly where the hardware has none.

pub mod bits;
pub mod elementary;
pub mod hyperbolic;
pub mod logistic;
pub mod real;
pub mod sum;

pub use bits::FloatBits;
pub use elementary::{AnyPower, Power, RowExp, Square, exp, exp_of_negative, ln, ln_1p, ln_1p_up_to_one};
pub use hyperbolic::{Tanh, tanh};
pub use logistic::{Logistic, Missed};
pub use real::{Real, Scalar};
pub use sum::Sum;
