//! The C ABI: raw pointers in, checked values to the rest of the library, statuses out. Nothing else here.
//!
//! Each exported function is one call of [`guard::guard`], which turns errors and panics into a status and a message.
//! The documentation comments of this module are those of `include/losskit.h`.

#![allow(non_camel_case_types)]
#![warn(clippy::missing_safety_doc)]

pub mod advise;
pub mod catalog;
pub mod context;
pub mod error;
pub mod guard;
pub mod loss;
mod pair;
pub mod pointer;
pub mod tensor;
