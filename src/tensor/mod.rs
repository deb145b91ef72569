//! Borrowed tensors: a pointer, an element type, a shape and strides. Nothing here owns or copies data.

mod dtype;
mod layout;
mod memory;
mod overlap;

pub use dtype::Dtype;
pub use layout::{Layout, MAX_RANK, Shape, axis_last};
pub use memory::{Element, Part, Split, Tensor, TensorMut, View};
pub use overlap::{Extent, are_disjoint, elements_are_distinct};
