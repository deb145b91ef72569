//! The one place where elements of borrowed tensors are read and written.
//!
//! A [`Tensor`] is what a caller lends: validated on construction, never dereferenced here. A [`View`] of it is how an
//! engine walks it: a sequence of rows, each of `extent` elements (1 for losses that know no rows). Reads copy a block
//! of rows or of one row into a buffer of the compute type, or lend the memory itself when it already is one. Outputs
//! are handed out as [`Part`]s of disjoint rows, each at most once, so that threads never meet.
//!
//! This module is the exception to "unsafe lives in `capi/`": safe Rust cannot express strided outputs shared between
//! threads, nor an output in place of its input. Its obligations are three, and each `unsafe` block names those it
//! rests on:
//!
//! - **reach**: the constructor's caller guarantees memory for every element of the layout, aligned, for the lifetime;
//!   every access asserts that its rows and columns lie in the layout.
//! - **distinct**: no two elements of an output share memory, and no output shares memory with another tensor, except a
//!   gradient with exactly its own operand; an operand that its gradient replaces is viewed through [`View::copying`] and
//!   never lent as a slice.
//! - **once**: a part of an output is handed out at most once, and parts are disjoint.

mod columns;
mod halves;
mod read;
mod room;
mod run;
mod stream;
mod transpose;
#[forbid(unsafe_code)]
mod walk;
mod write;

use std::marker::PhantomData;
use std::ops::Range;

use half::{bf16, f16};

use super::{Dtype, Layout, Shape};
use crate::error::Result;
use walk::Walk;

pub use columns::{Ahead, Columns, ColumnsMut};
pub(crate) use halves::{narrow_bf16, narrow_f16, widen_bf16, widen_f16};
pub use read::{NOT_A_LABEL, View};
pub use room::Room;
pub use run::SplitRun;
pub(crate) use stream::{copy as copy_past_caches, fence, prefetch};
pub use write::{Part, Split};

/// A tensor that is read.
#[derive(Clone, Copy)]
pub struct Tensor<'a> {
    pointer: *const u8,
    dtype: Dtype,
    layout: Layout,
    lifetime: PhantomData<&'a [u8]>,
}

// SAFETY: a tensor is read like a shared slice; what it shares with an output is only read by the task that writes
// there.
unsafe impl Send for Tensor<'_> {}
// SAFETY: as above.
unsafe impl Sync for Tensor<'_> {}

/// A tensor that is written.
///
/// It may be copied, as a pointer may; [`crate::Loss`] refuses a call in which two outputs share memory before it
/// writes.
#[derive(Clone, Copy)]
pub struct TensorMut<'a> {
    pointer: *mut u8,
    dtype: Dtype,
    layout: Layout,
    lifetime: PhantomData<&'a mut [u8]>,
}

mod sealed {
    pub trait Sealed {}
}

/// A Rust type that lies in memory as one of the dtypes does. Code that lends memory relies on that, so no other crate can
/// add to them.
pub trait Element: sealed::Sealed + Copy + 'static {
    /// The dtype of the same layout.
    const DTYPE: Dtype;
}

macro_rules! elements {
    ($($type:ty => $dtype:ident),*) => {
        $(impl sealed::Sealed for $type {}
        impl Element for $type {
            const DTYPE: Dtype = Dtype::$dtype;
        })*
    };
}

elements!(f32 => F32, f64 => F64, f16 => F16, bf16 => Bf16, i8 => I8, u8 => U8, i16 => I16, i32 => I32, i64 => I64,
    bool => Bool);

impl Default for Tensor<'_> {
    /// No elements.
    #[inline(always)]
    fn default() -> Self {
        let pointer = std::ptr::without_provenance(Dtype::F32.size());
        Tensor { pointer, dtype: Dtype::F32, layout: Layout::EMPTY, lifetime: PhantomData }
    }
}

impl Default for TensorMut<'_> {
    /// No elements.
    #[inline(always)]
    fn default() -> Self {
        let pointer = std::ptr::without_provenance_mut(Dtype::F32.size());
        TensorMut { pointer, dtype: Dtype::F32, layout: Layout::EMPTY, lifetime: PhantomData }
    }
}

impl<'a> Tensor<'a> {
    /// Becomes the tensor whose type and address `find` gives, after it wrote the layout.
    ///
    /// # Safety
    /// As [`Tensor::from_raw`], for what `find` gives. If it fails, the layout is without meaning.
    #[inline(always)]
    pub(crate) unsafe fn locate(&mut self, find: impl FnOnce(&mut Layout) -> Result<(Dtype, *mut u8)>) -> Result<()> {
        let (dtype, pointer) = find(&mut self.layout)?;
        (self.dtype, self.pointer) = (dtype, pointer);
        Ok(())
    }

    /// A tensor at a raw address.
    ///
    /// # Safety
    /// For `'a`, every element that `layout` reaches from `pointer` lies in memory that may be read, aligned for
    /// `dtype`, and is not written except through a [`TensorMut`] that obeys the rules of this module.
    pub unsafe fn from_raw(pointer: *const u8, dtype: Dtype, layout: Layout) -> Tensor<'a> {
        Tensor { pointer, dtype, layout, lifetime: PhantomData }
    }

    /// A row-major tensor over a slice; `None` when the number of elements differs from the shape's.
    pub fn from_slice<E: Element>(elements: &'a [E], shape: &[usize]) -> Option<Tensor<'a>> {
        let shape = Shape::new(shape)?;
        (shape.elements() == elements.len()).then_some(Tensor {
            pointer: elements.as_ptr().cast(),
            dtype: E::DTYPE,
            layout: Layout::contiguous(shape),
            lifetime: PhantomData,
        })
    }

    /// A tensor over an ndarray view of at most eight dimensions.
    pub fn from_array<E: Element, D: ndarray::Dimension>(array: &ndarray::ArrayView<'a, E, D>) -> Option<Tensor<'a>> {
        let layout = Layout::strided(Shape::new(array.shape())?, array.strides())?;
        // SAFETY: (reach) a view owns the right to read all that its shape and strides reach, for 'a.
        Some(unsafe { Tensor::from_raw(array.as_ptr().cast(), E::DTYPE, layout) })
    }

    /// The element type.
    pub fn dtype(&self) -> Dtype {
        self.dtype
    }

    /// Shape and strides.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The shape.
    pub fn shape(&self) -> &Shape {
        self.layout.shape()
    }

    /// The address of the first element.
    pub fn address(&self) -> usize {
        self.pointer as usize
    }

    /// The same memory in another layout that reaches no further, such as a permutation or repetition of this one.
    fn relaid(&self, layout: Layout) -> Tensor<'a> {
        Tensor { layout, ..*self }
    }

    /// The same elements with the dimensions in another order.
    #[must_use]
    pub fn permuted(&self, order: &[usize]) -> Tensor<'a> {
        self.relaid(self.layout.permuted(order))
    }

    /// The same elements, repeated along a new dimension.
    #[must_use]
    pub fn repeated(&self, position: usize, extent: usize) -> Tensor<'a> {
        self.relaid(self.layout.repeated(position, extent))
    }

    /// The elements themselves, in row-major order, where they lie in memory just so. Not for an operand that its
    /// gradient replaces.
    #[inline(always)]
    pub(crate) fn run<T: Element>(&self) -> Option<&'a [T]> {
        let is_run = self.dtype == T::DTYPE && self.layout.is_contiguous();
        // SAFETY: (reach) a contiguous layout reaches its elements and no others; (distinct) the caller says so.
        is_run.then(|| unsafe { std::slice::from_raw_parts(self.pointer.cast(), self.layout.elements()) })
    }

    /// As a sequence of single elements, in row-major order.
    pub fn elements(&self) -> View<'a> {
        View::new(self.pointer, self.dtype, Walk::of_elements(&self.layout), self.layout.is_gapless())
    }

    /// As a sequence of rows along one dimension; the others count the rows, in row-major order.
    pub fn rows(&self, axis: usize) -> View<'a> {
        View::new(self.pointer, self.dtype, Walk::of_rows(&self.layout, axis), self.layout.is_gapless())
    }
}

impl<'a> TensorMut<'a> {
    /// Becomes the tensor whose type and address `find` gives, after it wrote the layout.
    ///
    /// # Safety
    /// As [`TensorMut::from_raw`], for what `find` gives. If it fails, the layout is without meaning.
    #[inline(always)]
    pub(crate) unsafe fn locate(&mut self, find: impl FnOnce(&mut Layout) -> Result<(Dtype, *mut u8)>) -> Result<()> {
        let (dtype, pointer) = find(&mut self.layout)?;
        (self.dtype, self.pointer) = (dtype, pointer);
        Ok(())
    }

    /// A tensor at a raw address.
    ///
    /// # Safety
    /// For `'a`, every element that `layout` reaches from `pointer` lies in memory that may be read and written,
    /// aligned for `dtype`; all elements are at different places; and nothing else uses them, except a [`Tensor`] of
    /// the same pointer and layout that is viewed through [`View::copying`].
    pub unsafe fn from_raw(pointer: *mut u8, dtype: Dtype, layout: Layout) -> TensorMut<'a> {
        TensorMut { pointer, dtype, layout, lifetime: PhantomData }
    }

    /// A row-major tensor over a slice; `None` when the number of elements differs from the shape's.
    pub fn from_slice<E: Element>(elements: &'a mut [E], shape: &[usize]) -> Option<TensorMut<'a>> {
        let shape = Shape::new(shape)?;
        (shape.elements() == elements.len()).then_some(TensorMut {
            pointer: elements.as_mut_ptr().cast(),
            dtype: E::DTYPE,
            layout: Layout::contiguous(shape),
            lifetime: PhantomData,
        })
    }

    /// A tensor over an ndarray view of at most eight dimensions.
    pub fn from_array<E: Element, D: ndarray::Dimension>(
        array: &'a mut ndarray::ArrayViewMut<'_, E, D>,
    ) -> Option<TensorMut<'a>> {
        let layout = Layout::strided(Shape::new(array.shape())?, array.strides())?;
        // SAFETY: (reach, distinct) a mutable view owns all that its shape and strides reach, for 'a.
        Some(unsafe { TensorMut::from_raw(array.as_mut_ptr().cast(), E::DTYPE, layout) })
    }

    /// The element type.
    pub fn dtype(&self) -> Dtype {
        self.dtype
    }

    /// Shape and strides.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The shape.
    pub fn shape(&self) -> &Shape {
        self.layout.shape()
    }

    /// The address of the first element.
    pub fn address(&self) -> usize {
        self.pointer as usize
    }

    /// The same elements with the dimensions in another order.
    #[must_use]
    pub fn permuted(&self, order: &[usize]) -> TensorMut<'a> {
        TensorMut { layout: self.layout.permuted(order), ..*self }
    }

    /// The part of it that lies in a range of one dimension.
    #[must_use]
    pub(crate) fn narrowed(&self, axis: usize, range: Range<usize>) -> TensorMut<'a> {
        let extent = self.layout.shape().extents()[axis];
        assert!(range.start < range.end && range.end <= extent, "a range beyond the tensor");
        let offset = range.start as isize * self.layout.strides()[axis];
        // SAFETY: (reach) the first element of the range is one of the layout's.
        let pointer = unsafe { self.pointer.offset(offset * self.dtype.size() as isize) };
        TensorMut { pointer, layout: self.layout.narrowed(axis, range.len()), ..*self }
    }

    /// Divides the elements among tasks of `share` elements each, where they lie in memory just so.
    #[inline(always)]
    pub(crate) fn split_run<T: Element>(&self, share: usize) -> Option<SplitRun<'a, T>> {
        let is_run = self.dtype == T::DTYPE && self.layout.is_contiguous();
        is_run.then(|| SplitRun::new(self.pointer.cast(), self.layout.elements(), share))
    }

    /// Divides the elements, in row-major order, among tasks of `share` elements each.
    pub(crate) fn split_elements(&self, share: usize, accumulate: bool) -> Split<'a> {
        Split::new(self.pointer, self.dtype, Walk::of_elements(&self.layout), share, accumulate)
    }

    /// Divides the rows along one dimension among tasks of `share` rows each.
    pub(crate) fn split_rows(&self, axis: usize, share: usize, accumulate: bool) -> Split<'a> {
        Split::new(self.pointer, self.dtype, Walk::of_rows(&self.layout, axis), share, accumulate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_output_is_lent_to_whoever_adds_up_in_its_place() {
        let mut numbers = vec![0.0_f32; stream::STREAMED_BYTES / size_of::<f32>()];
        let count = numbers.len();
        let output = TensorMut::from_slice(&mut numbers, &[count]).unwrap();
        let split = output.split_run::<f32>(count).unwrap();
        assert_eq!(split.streams(), stream::STREAMS);
    }
}
