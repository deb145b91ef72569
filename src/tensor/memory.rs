//! The one place where elements of borrowed tensors are read and written.
//!
//! A [`Tensor`] is what a caller lends: validated on construction, never dereferenced here. A [`View`] of it is how an
//! engine walks it: a sequence of rows, each of `extent` elements (1 for losses that know no rows). Reads copy a block of
//! rows or of one row into a buffer of the compute type, or lend the memory itself when it already is one. Outputs are
//! handed out as [`Part`]s of disjoint rows, each at most once, so that threads never meet.
//!
//! This module is the exception to "unsafe lives in `capi/`": safe Rust cannot express strided outputs shared between
//! threads, nor an output in place of its input. Its obligations are three, and each `unsafe` block names those it rests on:
//!
//! - **reach**: the constructor's caller guarantees memory for every element of the layout, aligned, for the lifetime;
//!   every access asserts that its rows and columns lie in the layout.
//! - **distinct**: no two elements of an output share memory, and no output shares memory with another tensor, except a
//!   gradient with exactly its own operand; that operand is marked viewed through [`View::copying`] and is never lent as a slice.
//! - **once**: a part of an output is handed out at most once, and parts are disjoint.

use std::marker::PhantomData;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use half::{bf16, f16};

use super::layout::axis_last;
use super::{Dtype, Layout, Shape};
use crate::math::Scalar;

/// A tensor that is read.
#[derive(Clone, Copy)]
pub struct Tensor<'a> {
    pointer: *const u8,
    dtype: Dtype,
    layout: Layout,
    lifetime: PhantomData<&'a [u8]>,
}

// SAFETY: a tensor is read like a shared slice; what it shares with an output is only read by the task that writes there.
unsafe impl Send for Tensor<'_> {}
// SAFETY: as above.
unsafe impl Sync for Tensor<'_> {}

/// A tensor that is written.
///
/// It may be copied, as a pointer may; [`crate::Loss`] refuses a call in which two outputs share memory before it writes.
#[derive(Clone, Copy)]
pub struct TensorMut<'a> {
    pointer: *mut u8,
    dtype: Dtype,
    layout: Layout,
    lifetime: PhantomData<&'a mut [u8]>,
}

/// A Rust type that lies in memory as one of the dtypes does.
pub trait Element: Copy + 'static {
    /// The dtype of the same layout.
    const DTYPE: Dtype;
}

macro_rules! elements {
    ($($type:ty => $dtype:ident),*) => {
        $(impl Element for $type {
            const DTYPE: Dtype = Dtype::$dtype;
        })*
    };
}

elements!(f32 => F32, f64 => F64, f16 => F16, bf16 => Bf16, i8 => I8, u8 => U8, i16 => I16, i32 => I32, i64 => I64,
    bool => Bool);

impl<'a> Tensor<'a> {
    /// A tensor at a raw address.
    ///
    /// # Safety
    /// For `'a`, every element that `layout` reaches from `pointer` lies in memory that may be read, aligned for `dtype`, and
    /// is not written except through a [`TensorMut`] that obeys the rules of this module.
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
    fn relaid(mut self, layout: Layout) -> Tensor<'a> {
        self.layout = layout;
        self
    }

    /// The same elements with the dimensions in another order.
    #[must_use]
    pub fn permuted(self, order: &[usize]) -> Tensor<'a> {
        self.relaid(self.layout.permuted(order))
    }

    /// The same elements, repeated along a new dimension.
    #[must_use]
    pub fn repeated(self, position: usize, extent: usize) -> Tensor<'a> {
        self.relaid(self.layout.repeated(position, extent))
    }

    /// As a sequence of single elements, in row-major order.
    pub fn elements(&self) -> View<'a> {
        self.view(self.layout, 1, 0)
    }

    /// As a sequence of rows along one dimension; the others count the rows, in row-major order.
    pub fn rows(&self, axis: usize) -> View<'a> {
        let (outer, extent, stride) = outer_and_row(&self.layout, axis);
        self.view(outer, extent, stride)
    }

    fn view(&self, outer: Layout, extent: usize, stride: isize) -> View<'a> {
        View {
            pointer: self.pointer,
            dtype: self.dtype,
            walk: Walk { count: outer.elements(), outer: outer.coalesced(), extent, stride },
            lendable: true,
            lifetime: PhantomData,
        }
    }
}

impl<'a> TensorMut<'a> {
    /// A tensor at a raw address.
    ///
    /// # Safety
    /// For `'a`, every element that `layout` reaches from `pointer` lies in memory that may be read and written, aligned for
    /// `dtype`; all elements are at different places; and nothing else uses them, except a [`Tensor`] of the same
    /// pointer and layout that is marked viewed through [`View::copying`].
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
        array: &mut ndarray::ArrayViewMut<'a, E, D>,
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
    pub fn permuted(mut self, order: &[usize]) -> TensorMut<'a> {
        self.layout = self.layout.permuted(order);
        self
    }

    /// Divides the elements, in row-major order, among tasks of `share` elements each.
    pub(crate) fn split_elements(self, share: usize, accumulate: bool) -> Split<'a> {
        let layout = self.layout;
        self.split(layout, 1, 0, share, accumulate)
    }

    /// Divides the rows along one dimension among tasks of `share` rows each.
    pub(crate) fn split_rows(self, axis: usize, share: usize, accumulate: bool) -> Split<'a> {
        let (outer, extent, stride) = outer_and_row(&self.layout, axis);
        self.split(outer, extent, stride, share, accumulate)
    }

    fn split(self, outer: Layout, extent: usize, stride: isize, share: usize, accumulate: bool) -> Split<'a> {
        let walk = Walk { count: outer.elements(), outer: outer.coalesced(), extent, stride };
        Split {
            pointer: self.pointer,
            dtype: self.dtype,
            walk,
            share,
            group: 1,
            piece: 1,
            accumulate,
            taken: AtomicU64::new(0),
            lifetime: PhantomData,
        }
    }
}

fn outer_and_row(layout: &Layout, axis: usize) -> (Layout, usize, isize) {
    let (order, count) = axis_last(layout.shape().rank(), axis);
    let outer = layout.permuted(&order[..count - 1]);
    (outer, layout.shape().extents()[axis], layout.strides()[axis])
}

/// Rows of `extent` elements, `stride` apart, each starting where the coalesced `outer` layout says.
#[derive(Clone, Copy)]
struct Walk {
    count: usize,
    outer: Layout,
    extent: usize,
    stride: isize,
}

impl Walk {
    /// Visits the offsets of rows `start..start + count` as evenly spaced runs: (position, offset, spacing, length).
    #[inline(always)]
    fn runs(&self, start: usize, count: usize, mut visit: impl FnMut(usize, isize, isize, usize)) {
        assert!(start <= self.count && count <= self.count - start, "rows beyond the tensor");
        let (extents, strides) = (self.outer.shape().extents(), self.outer.strides());
        match extents.len() {
            0 => visit(0, 0, 0, count),
            1 => visit(0, start as isize * strides[0], strides[0], count),
            rank => {
                let last = extents[rank - 1];
                let (mut line, mut column) = (start / last, start % last);
                let mut position = 0;
                while position < count {
                    let length = (last - column).min(count - position);
                    let offset = column as isize * strides[rank - 1] + Self::offset(line, extents, strides);
                    visit(position, offset, strides[rank - 1], length);
                    position += length;
                    line += 1;
                    column = 0;
                }
            }
        }
    }

    /// The offset of a flat index over all dimensions but the last.
    fn offset(mut line: usize, extents: &[usize], strides: &[isize]) -> isize {
        let mut offset = 0;
        for dimension in (0..extents.len() - 1).rev() {
            offset += (line % extents[dimension]) as isize * strides[dimension];
            line /= extents[dimension];
        }
        offset
    }

    #[inline(always)]
    fn row(&self, row: usize, columns: &Range<usize>) -> isize {
        assert!(columns.start <= columns.end && columns.end <= self.extent, "columns beyond the row");
        let mut found = 0;
        self.runs(row, 1, |_, offset, _, _| found = offset);
        found + columns.start as isize * self.stride
    }
}

/// How an engine reads a tensor.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pointer: *const u8,
    dtype: Dtype,
    walk: Walk,
    lendable: bool,
    lifetime: PhantomData<&'a [u8]>,
}

// SAFETY: a view only reads memory that nobody writes, or (distinct) that only the task which owns the same rows writes.
unsafe impl Send for View<'_> {}
// SAFETY: as above.
unsafe impl Sync for View<'_> {}

/// A stored number, widened without loss (i64 beyond 2⁵³ is rounded).
trait Widen: Copy {
    fn widen(self) -> f64;
}

macro_rules! widen {
    ($($type:ty),*) => {
        $(impl Widen for $type {
            #[inline(always)]
            fn widen(self) -> f64 {
                self as f64
            }
        })*
    };
}

widen!(f32, f64, i8, u8, i16, i32, i64);

impl Widen for f16 {
    #[inline(always)]
    fn widen(self) -> f64 {
        f64::from(self.to_f32())
    }
}

impl Widen for bf16 {
    #[inline(always)]
    fn widen(self) -> f64 {
        f64::from(self.to_f32())
    }
}

/// A byte of a boolean tensor: a host may store any non-zero byte for true.
#[derive(Clone, Copy)]
struct Truth(u8);

impl Widen for Truth {
    #[inline(always)]
    fn widen(self) -> f64 {
        f64::from(u8::from(self.0 != 0))
    }
}

macro_rules! for_dtype {
    ($dtype:expr, $stored:ident => $body:expr) => {
        match $dtype {
            Dtype::F32 => {
                type $stored = f32;
                $body
            }
            Dtype::F64 => {
                type $stored = f64;
                $body
            }
            Dtype::F16 => {
                type $stored = f16;
                $body
            }
            Dtype::Bf16 => {
                type $stored = bf16;
                $body
            }
            Dtype::I8 => {
                type $stored = i8;
                $body
            }
            Dtype::U8 => {
                type $stored = u8;
                $body
            }
            Dtype::I16 => {
                type $stored = i16;
                $body
            }
            Dtype::I32 => {
                type $stored = i32;
                $body
            }
            Dtype::I64 => {
                type $stored = i64;
                $body
            }
            Dtype::Bool => {
                type $stored = Truth;
                $body
            }
        }
    };
}

impl<'a> View<'a> {
    /// The same view, which copies and never lends: for an input whose place in memory the gradient takes.
    #[must_use]
    pub fn copying(mut self) -> View<'a> {
        self.lendable = false;
        self
    }

    /// The number of rows, or of elements where rows have one.
    pub fn count(&self) -> usize {
        self.walk.count
    }

    /// The elements of a row.
    pub fn extent(&self) -> usize {
        self.walk.extent
    }

    /// Copies elements `start..start + out.len()`, for a view of single elements.
    #[inline(never)]
    pub fn read<T: Scalar>(&self, start: usize, out: &mut [T]) {
        for_dtype!(self.dtype, Stored => self.walk.runs(start, out.len(), |position, offset, spacing, length| {
            // SAFETY: (reach) runs lie in the layout.
            unsafe { copy::<Stored, T>(self.pointer, offset, spacing, &mut out[position..position + length]) }
        }));
    }

    /// Whether [`View::run`] lends.
    pub fn lends<T: Scalar>(&self) -> bool {
        self.lendable && self.dtype == T::DTYPE && self.walk.outer.is_run()
    }

    /// Lends elements `start..start + count` if they lie in memory just so, for a view of single elements.
    #[inline(always)]
    pub fn run<T: Scalar>(&self, start: usize, count: usize) -> Option<&[T]> {
        if !self.lends::<T>() {
            return None;
        }
        assert!(start <= self.walk.count && count <= self.walk.count - start, "elements beyond the tensor");
        // SAFETY: (reach) the elements are neighbours inside the layout; (distinct) no output shares them.
        Some(unsafe { std::slice::from_raw_parts(self.pointer.cast::<T>().add(start), count) })
    }

    /// Copies some columns of one row.
    #[inline(never)]
    pub fn read_row<T: Scalar>(&self, row: usize, columns: Range<usize>, out: &mut [T]) {
        let offset = self.walk.row(row, &columns);
        let out = &mut out[..columns.len()];
        // SAFETY: (reach) the columns lie in the row, the row in the layout.
        for_dtype!(self.dtype, Stored => unsafe { copy::<Stored, T>(self.pointer, offset, self.walk.stride, out) });
    }

    /// Lends some columns of one row if they lie in memory just so.
    #[inline(always)]
    pub fn run_of_row<T: Scalar>(&self, row: usize, columns: Range<usize>) -> Option<&[T]> {
        if !self.lendable || self.dtype != T::DTYPE || (self.walk.stride != 1 && self.walk.extent > 1) {
            return None;
        }
        let offset = self.walk.row(row, &columns);
        // SAFETY: (reach) the columns are neighbours inside the row; (distinct) no output shares them.
        Some(unsafe { std::slice::from_raw_parts(self.pointer.cast::<T>().offset(offset), columns.len()) })
    }

    /// Copies rows `start..start + rows` transposed: column c of the rows goes to `out[c * pitch..]`.
    #[inline(never)]
    pub fn read_transposed<T: Scalar>(&self, start: usize, rows: usize, out: &mut [T], pitch: usize) {
        let Walk { extent, stride, .. } = self.walk;
        for_dtype!(self.dtype, Stored => self.walk.runs(start, rows, |position, offset, spacing, length| {
            for column in 0..extent {
                let place = column * pitch + position;
                let offset = offset + column as isize * stride;
                // SAFETY: (reach) runs lie in the layout, columns in the row.
                unsafe { copy::<Stored, T>(self.pointer, offset, spacing, &mut out[place..place + length]) }
            }
        }));
    }

    /// One element, widened, for a view of single elements.
    pub fn element(&self, index: usize) -> f64 {
        let mut element = [0.0];
        self.read(index, &mut element);
        element[0]
    }

    /// Copies elements as labels: whole numbers, or `None` for NaN, infinities and fractions.
    #[inline(never)]
    pub fn read_labels(&self, start: usize, out: &mut [Option<i64>]) {
        if self.dtype == Dtype::I64 {
            self.walk.runs(start, out.len(), |position, offset, spacing, length| {
                for (step, label) in out[position..position + length].iter_mut().enumerate() {
                    // SAFETY: (reach) runs lie in the layout. An i64 does not fit into f64, so it takes no detour.
                    *label = Some(unsafe { *self.pointer.cast::<i64>().offset(offset + step as isize * spacing) });
                }
            });
            return;
        }
        for (step, label) in out.iter_mut().enumerate() {
            let number = self.element(start + step);
            *label = (number.fract() == 0.0 && number.abs() < 9e18).then_some(number as i64);
        }
    }
}

/// Copies evenly spaced elements, converting them.
///
/// # Safety
/// `pointer` plus `offset + i * spacing` elements of `Stored` may be read for every i below `out.len()`.
#[inline(always)]
unsafe fn copy<Stored: Widen, T: Scalar>(pointer: *const u8, offset: isize, spacing: isize, out: &mut [T]) {
    // SAFETY: the caller's.
    let first = unsafe { pointer.cast::<Stored>().offset(offset) };
    if spacing == 1 {
        for (step, element) in out.iter_mut().enumerate() {
            // SAFETY: the caller's.
            *element = T::from_f64(unsafe { first.add(step).read() }.widen());
        }
    } else {
        for (step, element) in out.iter_mut().enumerate() {
            // SAFETY: the caller's.
            *element = T::from_f64(unsafe { first.offset(step as isize * spacing).read() }.widen());
        }
    }
}

/// An output, divided among tasks.
pub struct Split<'a> {
    pointer: *mut u8,
    dtype: Dtype,
    walk: Walk,
    /// Units per part. A unit is a piece of a group of rows.
    share: usize,
    group: usize,
    piece: usize,
    accumulate: bool,
    taken: AtomicU64,
    lifetime: PhantomData<&'a mut [u8]>,
}

// SAFETY: (once) threads can only get at disjoint parts.
unsafe impl Send for Split<'_> {}
// SAFETY: as above.
unsafe impl Sync for Split<'_> {}

impl Split<'_> {
    /// The largest number of parts.
    pub const MOST: usize = 64;

    /// Deals pieces of `piece` rows, none of which crosses from one group of `group` rows into the next, instead of rows.
    #[must_use]
    pub fn in_pieces(mut self, group: usize, piece: usize) -> Self {
        (self.group, self.piece) = (group.max(1), piece.max(1));
        self
    }

    /// Whether [`Part::run`] lends.
    pub fn lends<T: Scalar>(&self) -> bool {
        !self.accumulate && self.dtype == T::DTYPE && self.walk.outer.is_run()
    }

    /// The first row of a unit.
    fn first_row(&self, unit: usize) -> usize {
        let pieces = self.group.div_ceil(self.piece);
        let within = (unit % pieces).saturating_mul(self.piece).min(self.group);
        (unit / pieces).saturating_mul(self.group).saturating_add(within).min(self.walk.count)
    }

    /// The rows of one task, the first time that they are asked for.
    pub fn part(&self, task: usize) -> Option<Part<'_>> {
        assert!(task < Self::MOST, "more parts than an output can have");
        let bit = 1 << task;
        let before = self.taken.fetch_or(bit, Ordering::Relaxed);
        // Monotonic in the task, so parts of different tasks are disjoint.
        let start = self.first_row(task.saturating_mul(self.share));
        let end = self.first_row((task + 1).saturating_mul(self.share)).max(start);
        (before & bit == 0).then_some(Part { split: self, rows: start..end })
    }
}

/// Some rows of an output, owned by one task.
pub struct Part<'s> {
    split: &'s Split<'s>,
    rows: Range<usize>,
}

impl Part<'_> {
    #[inline(always)]
    fn check(&self, start: usize, count: usize) {
        let inside = start >= self.rows.start && start <= self.rows.end && count <= self.rows.end - start;
        assert!(inside, "rows of another task");
    }

    /// Lends elements to be overwritten if they lie in memory just so, for a split of single elements.
    #[inline(always)]
    pub fn run<T: Scalar>(&mut self, start: usize, count: usize) -> Option<&mut [T]> {
        if !self.split.lends::<T>() {
            return None;
        }
        self.check(start, count);
        // SAFETY: (reach) neighbours inside the layout; (distinct, once) only this part uses them.
        Some(unsafe { std::slice::from_raw_parts_mut(self.split.pointer.cast::<T>().add(start), count) })
    }

    /// Stores or adds elements, for a split of single elements.
    #[inline(never)]
    pub fn write<T: Scalar>(&mut self, start: usize, values: &[T]) {
        self.check(start, values.len());
        self.split.walk.runs(start, values.len(), |position, offset, spacing, length| {
            self.store(offset, spacing, &values[position..position + length]);
        });
    }

    /// Stores or adds one number everywhere in this part.
    pub fn fill(&mut self, value: f64) {
        for row in self.rows.clone() {
            let offset = self.split.walk.row(row, &(0..self.split.walk.extent));
            for column in 0..self.split.walk.extent {
                self.store(offset + column as isize * self.split.walk.stride, 0, &[value]);
            }
        }
    }

    /// Lends some columns of a row to be overwritten if they lie in memory just so.
    #[inline(always)]
    pub fn run_of_row<T: Scalar>(&mut self, row: usize, columns: Range<usize>) -> Option<&mut [T]> {
        let walk = &self.split.walk;
        if self.split.accumulate || self.split.dtype != T::DTYPE || (walk.stride != 1 && walk.extent > 1) {
            return None;
        }
        self.check(row, 1);
        let offset = walk.row(row, &columns);
        // SAFETY: (reach) neighbours inside the row; (distinct, once) only this part uses them.
        Some(unsafe { std::slice::from_raw_parts_mut(self.split.pointer.cast::<T>().offset(offset), columns.len()) })
    }

    /// Stores or adds some columns of a row.
    #[inline(never)]
    pub fn write_row<T: Scalar>(&mut self, row: usize, columns: Range<usize>, values: &[T]) {
        self.check(row, 1);
        let offset = self.split.walk.row(row, &columns);
        self.store(offset, self.split.walk.stride, &values[..columns.len()]);
    }

    /// Stores or adds rows `start..start + rows` from a transposed block: column c of the rows is at `values[c * pitch..]`.
    #[inline(never)]
    pub fn write_transposed<T: Scalar>(&mut self, start: usize, rows: usize, values: &[T], pitch: usize) {
        self.check(start, rows);
        let Walk { extent, stride, .. } = self.split.walk;
        self.split.walk.runs(start, rows, |position, offset, spacing, length| {
            for column in 0..extent {
                let place = column * pitch + position;
                self.store(offset + column as isize * stride, spacing, &values[place..place + length]);
            }
        });
    }

    #[inline(always)]
    fn store<T: Scalar>(&self, offset: isize, spacing: isize, values: &[T]) {
        let Split { pointer, dtype, accumulate, .. } = *self.split;
        // SAFETY: (reach) the callers checked the rows and columns; (distinct, once) only this part uses them. Outputs are
        // floating point: other types were refused before.
        unsafe {
            match dtype {
                Dtype::F32 => put::<f32, T>(pointer, offset, spacing, accumulate, values, |value| value as f32),
                Dtype::F64 => put::<f64, T>(pointer, offset, spacing, accumulate, values, |value| value),
                Dtype::F16 => put::<f16, T>(pointer, offset, spacing, accumulate, values, f16::from_f64),
                Dtype::Bf16 => put::<bf16, T>(pointer, offset, spacing, accumulate, values, bf16::from_f64),
                _ => unreachable!("an output of type {dtype}"),
            }
        }
    }
}

/// Stores or adds evenly spaced elements, rounding them once.
///
/// # Safety
/// `pointer` plus `offset + i * spacing` elements of `Stored` may be read and written for every i below `values.len()`.
#[inline(always)]
unsafe fn put<Stored: Widen, T: Scalar>(
    pointer: *mut u8,
    offset: isize,
    spacing: isize,
    accumulate: bool,
    values: &[T],
    round: impl Fn(f64) -> Stored,
) {
    for (step, value) in values.iter().enumerate() {
        // SAFETY: the caller's.
        unsafe {
            let place = pointer.cast::<Stored>().offset(offset + step as isize * spacing);
            let before = if accumulate { place.read().widen() } else { 0.0 };
            let after = if accumulate { before + value.to_f64() } else { value.to_f64() };
            place.write(round(after));
        }
    }
}
