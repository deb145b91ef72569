//! Borrowed tensors: a pointer, an element type, a shape and strides. Nothing here owns or copies data.

#[forbid(unsafe_code)]
mod dtype;
#[forbid(unsafe_code)]
mod layout;
mod memory;
#[forbid(unsafe_code)]
mod overlap;

pub use dtype::Dtype;
pub use layout::{Layout, MAX_RANK, Shape, axis_last};
pub use memory::{
    Ahead, Columns, ColumnsMut, Element, NOT_A_LABEL, Part, Room, Split, SplitRun, Tensor, TensorMut, View,
};
pub(crate) use memory::{copy_past_caches, fence, narrow_bf16, narrow_f16, prefetch, widen_bf16, widen_f16};
pub use overlap::{Extent, are_disjoint, elements_are_distinct};
