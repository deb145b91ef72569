//! Writing: parts of outputs, each handed out once.

use std::marker::PhantomData;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use half::{bf16, f16};

use super::columns::ColumnsMut;
use super::read::{View, Widen};
use super::transpose::transpose;
use super::walk::{Block, Walk};
use super::{halves, stream};
use crate::math::{FloatBits, Scalar};
use crate::tensor::{Dtype, Element};

/// An output, divided among tasks.
pub struct Split<'a> {
    pointer: *mut u8,
    dtype: Dtype,
    walk: Walk,
    /// Units per part. A unit is a piece of a group of rows.
    share: usize,
    group: usize,
    piece: usize,
    /// The first unit of the first part.
    first: usize,
    accumulate: bool,
    /// Whether stores go past the caches.
    streams: bool,
    taken: AtomicU64,
    lifetime: PhantomData<&'a mut [u8]>,
}

// SAFETY: (once) threads can only get at disjoint parts.
unsafe impl Send for Split<'_> {}
// SAFETY: as above.
unsafe impl Sync for Split<'_> {}

impl Split<'_> {
    /// Divides memory that the maker of the tensor vouched for.
    #[inline(always)]
    pub(super) fn new(pointer: *mut u8, dtype: Dtype, walk: Walk, share: usize, accumulate: bool) -> Self {
        let taken = AtomicU64::new(0);
        let streams = !accumulate && streams(walk.count.saturating_mul(walk.extent), dtype.size());
        Split {
            pointer,
            dtype,
            walk,
            share,
            group: 1,
            piece: 1,
            first: 0,
            accumulate,
            streams,
            taken,
            lifetime: PhantomData,
        }
    }

    /// The largest number of parts.
    pub const MOST: usize = 64;

    /// Deals pieces of `piece` rows, none of which crosses from one group of `group` rows into the next, instead of
    /// rows, from one of the pieces on.
    #[must_use]
    pub fn in_pieces(mut self, group: usize, piece: usize, first: usize) -> Self {
        (self.group, self.piece, self.first) = (group.max(1), piece.max(1), first);
        self
    }

    /// Does not write past the caches, whatever its size: for what is read again soon.
    #[must_use]
    pub fn in_caches(mut self) -> Self {
        self.streams = false;
        self
    }

    /// Whether what is written goes past the caches.
    pub fn streams(&self) -> bool {
        self.streams
    }

    /// The first row of a unit.
    fn first_row(&self, unit: usize) -> usize {
        if self.group == 1 {
            return unit.min(self.walk.count);
        }
        let pieces = self.group.div_ceil(self.piece);
        let within = (unit % pieces).saturating_mul(self.piece).min(self.group);
        (unit / pieces).saturating_mul(self.group).saturating_add(within).min(self.walk.count)
    }

    /// The rows of one task, the first time that they are asked for.
    pub fn part(&self, task: usize) -> Option<Part<'_>> {
        // Monotonic in the task, so parts of different tasks are disjoint.
        let row = |task: usize| self.first_row(task.saturating_mul(self.share).saturating_add(self.first));
        let start = row(task);
        let end = row(task + 1).max(start);
        first_time(&self.taken, task).then_some(Part { split: self, rows: start..end })
    }
}

/// Whether an output of this size is written past the caches where it is overwritten.
pub(super) fn streams(elements: usize, size: usize) -> bool {
    stream::STREAMS && elements >= stream::STREAMED_BYTES / size
}

/// Whether a task is asked for the first time, noting that it was.
pub(super) fn first_time(taken: &AtomicU64, task: usize) -> bool {
    assert!(task < Split::MOST, "more parts than an output can have");
    let bit = 1 << task;
    taken.fetch_or(bit, Ordering::Relaxed) & bit == 0
}

/// Some rows of an output, owned by one task.
pub struct Part<'s> {
    split: &'s Split<'s>,
    rows: Range<usize>,
}

impl Drop for Part<'_> {
    /// Whoever waits for the task sees what it wrote.
    fn drop(&mut self) {
        if self.split.streams {
            stream::fence();
        }
    }
}

impl Part<'_> {
    #[inline(always)]
    fn check(&self, start: usize, count: usize) {
        let inside = start >= self.rows.start && start <= self.rows.end && count <= self.rows.end - start;
        assert!(inside, "rows of another task");
    }

    /// Stores or adds elements, for a split of single elements.
    #[inline(never)]
    pub fn write<T: Scalar>(&mut self, start: usize, values: &[T]) {
        self.check(start, values.len());
        self.split.walk.runs(start, values.len(), |position, offset, spacing, length| {
            self.store(offset, spacing, Block::column(length), &values[position..]);
        });
    }

    /// Stores or adds one number everywhere in this part.
    pub fn fill(&mut self, value: f64) {
        for row in self.rows.clone() {
            let offset = self.split.walk.row(row, &(0..self.split.walk.extent));
            for column in 0..self.split.walk.extent {
                self.store(offset + column as isize * self.split.walk.stride, 0, Block::column(1), &[value]);
            }
        }
    }

    /// Whether what is written goes past the caches.
    pub fn streams(&self) -> bool {
        self.split.streams
    }

    /// Lends some columns of a row to be overwritten if they lie in memory just so.
    #[inline(always)]
    pub fn run_of_row<T: FloatBits>(&mut self, row: usize, columns: Range<usize>) -> Option<&mut [T]> {
        let walk = &self.split.walk;
        if self.split.accumulate || self.split.dtype != T::DTYPE || (walk.stride != 1 && walk.extent > 1) {
            return None;
        }
        self.check(row, 1);
        let offset = walk.row(row, &columns);
        // SAFETY: (reach) neighbours inside the row, of this type, which any bits are one of; (distinct, once) only this
        // part uses them.
        Some(unsafe { std::slice::from_raw_parts_mut(self.split.pointer.cast::<T>().offset(offset), columns.len()) })
    }

    /// How many numbers of a type there is room for from a row's first column on, until it is written: one for each column
    /// at most, in the row and in the next, if that is this part's too and follows without a gap. No narrower ones, so
    /// that the row may be written over those that were fetched; none if it is added to. The next row must leave nothing,
    /// and not be written, before this one's numbers were fetched.
    #[inline(always)]
    pub fn room_in_row<T: Scalar>(&self, row: usize) -> usize {
        let Split { ref walk, dtype, accumulate, .. } = *self.split;
        let extent = walk.extent;
        let is_free = !accumulate && (walk.stride == 1 || extent <= 1) && dtype.size() <= size_of::<T>();
        if !is_free {
            return 0;
        }
        let distance = || walk.row(row + 1, &(0..extent)) - walk.row(row, &(0..extent));
        let is_followed = row + 1 < self.rows.end && distance() == extent as isize;
        let columns = if is_followed { 2 * extent } else { extent };
        extent.min(columns * dtype.size() / size_of::<T>())
    }

    /// Leaves numbers where a row and the next will be written, from a place among those that there is room for.
    #[inline(always)]
    pub fn leave_in_row<T: Scalar>(&mut self, row: usize, start: usize, numbers: &[T]) {
        let place = self.room_from::<T>(row, start, numbers.len());
        // SAFETY: (reach) bytes of the row and the next; (distinct, once) only this part uses them.
        unsafe { std::ptr::copy_nonoverlapping(numbers.as_ptr().cast(), place, size_of_val(numbers)) };
    }

    /// Numbers that were left in a row, from a place on.
    #[inline(always)]
    pub fn fetch_from_row<T: Scalar>(&self, row: usize, start: usize, out: &mut [T]) {
        let place = self.room_from::<T>(row, start, out.len());
        // SAFETY: (reach, distinct) as above, whatever these bytes hold is a number; they need not be aligned.
        unsafe { std::ptr::copy_nonoverlapping(place, out.as_mut_ptr().cast(), size_of_val(out)) };
    }

    /// The first byte of some numbers that there is room for from a row on.
    #[inline(always)]
    fn room_from<T: Scalar>(&self, row: usize, start: usize, count: usize) -> *mut u8 {
        self.check(row, 1);
        let room = self.room_in_row::<T>(row);
        assert!(start <= room && count <= room - start, "more than there is room for");
        let Split { pointer, dtype, ref walk, .. } = *self.split;
        let first = walk.row(row, &(0..walk.extent)) * dtype.size() as isize;
        pointer.wrapping_offset(first).wrapping_add(start * size_of::<T>())
    }

    /// Stores or adds some columns of a row.
    #[inline(never)]
    pub fn write_row<T: Scalar>(&mut self, row: usize, columns: Range<usize>, values: &[T]) {
        self.check(row, 1);
        let offset = self.split.walk.row(row, &columns);
        self.store(offset, self.split.walk.stride, Block::column(columns.len()), values);
    }

    /// Stores or adds rows `start..start + rows` from a transposed block: column c of the rows is at `values[c *
    /// pitch..]`.
    #[inline(never)]
    pub fn write_transposed<T: Scalar>(&mut self, start: usize, rows: usize, values: &[T], pitch: usize) {
        self.check(start, rows);
        let Walk { extent, stride, .. } = self.split.walk;
        let copies = !self.split.accumulate && self.split.dtype == T::DTYPE && stride == 1 && extent > 1;
        self.split.walk.runs(start, rows, |position, offset, spacing, length| {
            if copies {
                let values = &values[position..(extent - 1) * pitch + position + length];
                // SAFETY: (reach) runs lie in the layout, columns in the row, and `values` reaches to the end of the last
                // one; (distinct, once) only this part uses them.
                unsafe {
                    let first = self.split.pointer.cast::<T>().offset(offset);
                    transpose((values.as_ptr(), pitch as isize), (first, spacing), extent, length);
                }
                return;
            }
            let block = Block { length, columns: extent, stride, pitch };
            self.store(offset, spacing, block, &values[position..]);
        });
    }

    /// Lends rows `start..start + rows` column by column, to be overwritten or changed, where they are of this type, not
    /// added to, and neighbours in each column.
    #[inline(always)]
    pub fn columns<T: Scalar>(&mut self, start: usize, rows: usize) -> Option<ColumnsMut<'_, T>> {
        self.check(start, rows);
        let Split { pointer, dtype, walk, accumulate, .. } = *self.split;
        let mut first = None;
        walk.runs(start, rows, |_, offset, spacing, length| {
            first = (spacing == 1 && length == rows).then_some(offset);
        });
        let first = first.filter(|_| !accumulate && dtype == T::DTYPE)?;
        // SAFETY: (reach) the first row's first column lies in the layout, as the others do, whose rows are these; (distinct)
        // no two elements share memory; (once) they belong to this part, which is borrowed as long.
        Some(unsafe { ColumnsMut::new(pointer.cast::<T>().offset(first), rows, walk.stride, walk.extent) })
    }

    /// Copies rows `start..start + rows` back transposed: column c of the rows goes to `out[c * pitch..]`. For numbers
    /// that wait in an output for what takes their place.
    pub fn read_transposed<T: Scalar>(&self, start: usize, rows: usize, out: &mut [T], pitch: usize) {
        self.check(start, rows);
        let Split { pointer, dtype, walk, .. } = *self.split;
        // (reach) rows of this part, inside the layout; (distinct) which only this part writes, and this borrows.
        View::new(pointer, dtype, walk, false).read_transposed(start, rows, out, pitch);
    }

    #[inline(always)]
    fn store<T: Scalar>(&self, offset: isize, spacing: isize, block: Block, values: &[T]) {
        let Split { pointer, dtype, accumulate, streams, .. } = *self.split;
        let (start, how) = ((offset, spacing), (accumulate, streams));
        // SAFETY: (reach) the callers checked the rows and columns; (distinct, once) only this part uses them. Outputs
        // are floating point: other types were refused before.
        unsafe {
            match dtype {
                Dtype::F32 => put::<f32, T>(pointer, start, block, how, values, |value| value as f32),
                Dtype::F64 => put::<f64, T>(pointer, start, block, how, values, |value| value),
                Dtype::F16 => put::<f16, T>(pointer, start, block, how, values, |value| f16::from_f32(to_odd(value))),
                Dtype::Bf16 => {
                    put::<bf16, T>(pointer, start, block, how, values, |value| bf16::from_f32(to_odd(value)))
                }
                _ => unreachable!("an output of type {dtype}"),
            }
        }
    }
}

/// Rounds to f32 so that a second rounding, to a half-precision type, is the only one that counts: what is not exact
/// gets an odd last bit, which no tie of the narrower type has (Boldo and Melquiond, 2008).
#[inline(always)]
fn to_odd(value: f64) -> f32 {
    let nearest = value as f32;
    let bits = nearest.to_bits();
    let inexact = nearest.is_finite() && f64::from(nearest) != value;
    if !inexact || bits & 1 == 1 {
        nearest
    } else if value.abs() > f64::from(nearest).abs() {
        f32::from_bits(bits + 1)
    } else {
        f32::from_bits(bits - 1)
    }
}

/// Stores or adds columns of evenly spaced elements, rounding them once.
///
/// # Safety
/// `pointer` plus `offset + column * stride + i * spacing` elements of `Stored` may be read and written for every column
/// and element of the block.
#[inline(always)]
unsafe fn put<Stored: Widen + Element + Default, T: Scalar>(
    pointer: *mut u8,
    (offset, spacing): (isize, isize),
    block: Block,
    (accumulate, streams): (bool, bool),
    values: &[T],
    round: impl Fn(f64) -> Stored,
) {
    // SAFETY: the caller's, in every branch; a T with the dtype of f32 is an f32.
    unsafe {
        let first = pointer.cast::<Stored>().offset(offset);
        if Stored::IS_HALF && !accumulate && spacing == 1 && T::DTYPE == Dtype::F32 {
            let values = std::slice::from_raw_parts(values.as_ptr().cast::<f32>(), values.len());
            return halves::narrow_columns(first, block, streams, values);
        }
        for column in 0..block.columns {
            let first = first.offset(column as isize * block.stride);
            let values = &values[column * block.pitch..][..block.length];
            if accumulate {
                for (step, value) in values.iter().enumerate() {
                    let place = first.offset(step as isize * spacing);
                    place.write(round(place.read().widen() + value.to_f64()));
                }
            } else if streams && spacing == 1 && T::DTYPE == Stored::DTYPE {
                stream::copy(std::slice::from_raw_parts_mut(first.cast::<T>(), values.len()), values);
            } else if spacing == 1 {
                for (step, value) in values.iter().enumerate() {
                    first.add(step).write(round(value.to_f64()));
                }
            } else {
                for (step, value) in values.iter().enumerate() {
                    first.offset(step as isize * spacing).write(round(value.to_f64()));
                }
            }
        }
    }
}
