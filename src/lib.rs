//! Loss functions for native machine-learning systems: values, gradients and Hessian diagonals.
//!
//! # What a loss is here
//!
//! A line of text, `0.7*cross_entropy(label_smoothing=0.1) + 1e-4*l2(input=@weights)`, that [`Loss::parse`] turns into
//! an object which never changes, and [`Loss::eval`] evaluates on named tensors that the caller lends:
//!
//! ```
//! use losskit::tensor::{Tensor, TensorMut};
//!
//! let loss = losskit::Loss::parse("cross_entropy(label_smoothing=0.1)")?;
//! let logits = [2.0_f32, -1.0, 0.5, 0.0, 1.0, 3.0];
//! let labels = [0_i64, 2];
//! let mut gradient = [0.0_f32; 6];
//! let value = loss.eval_pair(
//!     None,
//!     &Tensor::from_slice(&logits, &[2, 3]).unwrap(),
//!     Tensor::from_slice(&labels, &[2]).as_ref(),
//!     TensorMut::from_slice(&mut gradient, &[2, 3]).as_ref(),
//! )?;
//! assert!((value - 0.3639).abs() < 1e-4);
//! # Ok::<(), losskit::error::Error>(())
//! ```
//!
//! # The path of a call, and where each step lives
//!
//! 1. **Text** ([`spec`]): tokens, syntax tree, then names and values checked against the [`catalog`]; a refusal has a
//!    caret under the place. The catalog is a list of [`catalog::Declaration`]s, each in the file of its loss
//!    ([`losses`]; other frameworks' vocabularies in [`dialects`]).
//! 2. **Loss** ([`compose`]): each declaration's `build` makes a [`compose::Term`]: a family with a kernel, a
//!    reduction, and the names of the operands it reads. A [`Loss`] is a weighted sum of terms.
//! 3. **Call**: `compose::bind` finds each term's operands among those of the call and checks shapes, dtypes and
//!    overlaps; a census (`engine::census`) looks at every label, mask and weight and gives the divisor. Nothing has
//!    been written so far, and all that can be refused has been.
//! 4. **Walk** ([`engine`]): the term's family divides the work by its shape ([`engine::shares`]), hands the shares to
//!    the [`context`], and in each share walks blocks that stay in the cache, compiled for the machine's SIMD level
//!    ([`engine::level`]). The loss itself is one function of a few numbers, the kernel.
//! 5. **Numbers** ([`math`]): elementary functions that give the same bits at every level, and sums that give the same
//!    bits at every number of threads.
//! 6. **Memory** ([`tensor`]): borrowed tensors of any strides; the one place that touches their elements.
//!
//! [`capi`] puts the C ABI on top of this, and [`advise`] answers which loss to use.
//!
//! # Where code may be unsafe
//!
//! In [`capi`], which meets raw pointers; in `tensor/memory/`, which reads and writes elements for everyone; in
//! `engine/level.rs`, which enters a SIMD level; and in `engine/product/large.rs`, which hands matrices to the crate that
//! multiplies them. Every other module forbids it.

#![deny(missing_docs)]

#[forbid(unsafe_code)]
pub mod advise;
pub mod capi;
#[forbid(unsafe_code)]
pub mod catalog;
#[forbid(unsafe_code)]
pub mod compose;
#[forbid(unsafe_code)]
pub mod context;
#[forbid(unsafe_code)]
pub mod dialects;
pub mod engine;
#[forbid(unsafe_code)]
pub mod error;
#[forbid(unsafe_code)]
pub mod losses;
#[forbid(unsafe_code)]
pub mod math;
#[forbid(unsafe_code)]
mod quiet;
#[forbid(unsafe_code)]
pub mod spec;
pub mod tensor;

pub use compose::{Loss, Operand, OperandInfo};
pub use context::Context;
