//! What several test files share: arrays of any type and layout, calls with the memory that they need, and a table of
//! cases that names every loss with every parameter.

// Each test file is a program of its own and uses a part of this.
#![allow(dead_code, unused_imports)]

pub mod array;
pub mod call;
pub mod cases;
pub mod random;
pub mod record;
pub mod scene;
pub mod ulp;

pub use array::{Arrangement, Array};
pub use call::{Given, evaluate, same_bits};
pub use random::Random;
