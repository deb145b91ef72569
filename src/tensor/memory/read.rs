//! Reading: copies into buffers of the compute type, or the memory itself.

use std::marker::PhantomData;
use std::ops::Range;

use half::{bf16, f16};
use smallvec::{Array, SmallVec};

use super::columns::{Ahead, Columns};
use super::transpose::transpose;
use super::walk::{Block, Walk};
use super::{halves, stream};
use crate::math::{FloatBits, Scalar};
use crate::tensor::Dtype;

/// How an engine reads a tensor.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pointer: *const u8,
    dtype: Dtype,
    walk: Walk,
    lendable: bool,
    /// Whether the tensor fills memory from its first element to its last.
    gapless: bool,
    lifetime: PhantomData<&'a [u8]>,
}

// SAFETY: a view only reads memory that nobody writes, or (distinct) that only the task which owns the same rows
// writes.
unsafe impl Send for View<'_> {}
// SAFETY: as above.
unsafe impl Sync for View<'_> {}

/// A stored number, widened without loss (i64 beyond 2⁵³ is rounded).
pub(super) trait Widen: Copy {
    fn widen(self) -> f64;

    /// Widens a run to f32, where that loses nothing or is how the number is computed with.
    #[inline(always)]
    fn widen_run(run: &[Self], out: &mut [f32]) {
        for (out, stored) in out.iter_mut().zip(run) {
            *out = stored.widen() as f32;
        }
    }

    /// Whether this is a half-precision type, whose runs are converted with the machine's best instructions.
    const IS_HALF: bool = false;

    /// Rounds a run of f32 to a half-precision type.
    fn narrow_run(_run: &mut [Self], _values: &[f32]) {}
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
    /// Walks memory that the maker of the tensor vouched for.
    #[inline(always)]
    pub(super) fn new(pointer: *const u8, dtype: Dtype, walk: Walk, gapless: bool) -> View<'a> {
        View { pointer, dtype, walk, lendable: true, gapless, lifetime: PhantomData }
    }

    /// The same view, which copies and never lends: for an input whose place in memory the gradient takes.
    #[must_use]
    pub fn copying(mut self) -> View<'a> {
        self.lendable = false;
        self
    }

    /// Whether it lends what lies in memory just so: not where a gradient takes its place.
    #[inline(always)]
    pub fn lends(&self) -> bool {
        self.lendable
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
            unsafe { copy::<Stored, T>(self.pointer, (offset, spacing), Block::column(length), &mut out[position..]) }
        }));
    }

    /// Copies some columns of one row.
    #[inline(never)]
    pub fn read_row<T: Scalar>(&self, row: usize, columns: Range<usize>, out: &mut [T]) {
        let offset = self.walk.row(row, &columns);
        let out = &mut out[..columns.len()];
        let (start, block) = ((offset, self.walk.stride), Block::column(out.len()));
        // SAFETY: (reach) the columns lie in the row, the row in the layout.
        for_dtype!(self.dtype, Stored => unsafe { copy::<Stored, T>(self.pointer, start, block, out) });
    }

    /// Lends some columns of one row if they lie in memory just so.
    #[inline(always)]
    pub fn run_of_row<T: FloatBits>(&self, row: usize, columns: Range<usize>) -> Option<&[T]> {
        if !self.lendable || self.dtype != T::DTYPE || (self.walk.stride != 1 && self.walk.extent > 1) {
            return None;
        }
        let offset = self.walk.row(row, &columns);
        // SAFETY: (reach) the columns are neighbours inside the row, of this type, which any bits are one of; (distinct) no
        // output shares them.
        Some(unsafe { std::slice::from_raw_parts(self.pointer.cast::<T>().offset(offset), columns.len()) })
    }

    /// Some columns of one row: lent, or copied into the buffer.
    #[inline(always)]
    pub fn block_of_row<'b, T: Scalar, A: Array<Item = T>>(
        &'b self,
        row: usize,
        columns: Range<usize>,
        buffer: &'b mut SmallVec<A>,
    ) -> &'b [T] {
        match self.run_of_row(row, columns.clone()) {
            Some(lent) => lent,
            None => {
                buffer.resize(columns.len(), T::default());
                self.read_row(row, columns, buffer);
                buffer
            }
        }
    }

    /// Asks for some columns of a row to be brought into the caches, where the columns are neighbours and there is such a
    /// row.
    #[inline(always)]
    pub fn prefetch_row(&self, row: usize, columns: Range<usize>) {
        if row < self.walk.count && self.walk.stride == 1 {
            let offset = self.walk.row(row, &columns) * self.dtype.size() as isize;
            stream::prefetch_bytes(self.pointer.wrapping_offset(offset), columns.len() * self.dtype.size());
        }
    }

    /// Some rows that will be read later, column by column: as far as there are such rows and they are neighbours.
    #[inline(always)]
    pub fn ahead(&self, rows: Range<usize>) -> Ahead {
        let size = self.dtype.size();
        let distance = self.walk.stride * size as isize;
        let mut ahead = Ahead::new(self.pointer, distance, 0);
        let (start, end) = (rows.start.min(self.walk.count), rows.end.min(self.walk.count));
        self.walk.runs(start, end.saturating_sub(start), |position, offset, spacing, length| {
            if position == 0 && spacing == 1 {
                ahead = Ahead::new(self.pointer.wrapping_offset(offset * size as isize), distance, length * size);
            }
        });
        ahead
    }

    /// Copies rows `start..start + rows` transposed: column c of the rows goes to `out[c * pitch..]`.
    #[inline(never)]
    pub fn read_transposed<T: Scalar>(&self, start: usize, rows: usize, out: &mut [T], pitch: usize) {
        let Walk { extent, stride, .. } = self.walk;
        if self.dtype == T::DTYPE && stride == 1 && extent > 1 {
            self.walk.runs(start, rows, |position, offset, spacing, length| {
                let out = &mut out[position..(extent - 1) * pitch + position + length];
                // SAFETY: (reach) runs lie in the layout, columns in the row; `out` reaches to the end of the last one.
                unsafe {
                    let first = self.pointer.cast::<T>().offset(offset);
                    transpose((first, spacing), (out.as_mut_ptr(), pitch as isize), length, extent);
                }
            });
            return;
        }
        for_dtype!(self.dtype, Stored => self.walk.runs(start, rows, |position, offset, spacing, length| {
            let block = Block { length, columns: extent, stride, pitch };
            // SAFETY: (reach) runs lie in the layout, columns in the row.
            unsafe { copy::<Stored, T>(self.pointer, (offset, spacing), block, &mut out[position..]) }
        }));
    }

    /// Some rows column by column: lent where there are `pitch` of them, the rows of a column are neighbours and memory
    /// has no gaps, or else copied into the buffer, which is `pitch` numbers for each column.
    #[inline(always)]
    pub fn columns<'b, T: Scalar>(&'b self, rows: Range<usize>, buffer: &'b mut [T], pitch: usize) -> Columns<'b, T> {
        let whole = rows.len() == pitch && self.gapless && self.walk.stride > 0;
        if whole && self.lendable && self.dtype == T::DTYPE {
            let mut first = None;
            self.walk.runs(rows.start, rows.len(), |_, offset, spacing, length| {
                first = (spacing == 1 && length == rows.len()).then_some(offset);
            });
            if let (Some(first), Some(last_column)) = (first, self.walk.extent.checked_sub(1)) {
                let distance = self.walk.stride as usize;
                // SAFETY: (reach) all memory between two elements of a tensor without gaps is its own, from the first
                // row's first column to the last row's last; (distinct) no output shares it.
                let numbers = unsafe {
                    let first = self.pointer.cast::<T>().offset(first);
                    std::slice::from_raw_parts(first, last_column * distance + rows.len())
                };
                return Columns { numbers, pitch: distance };
            }
        }
        self.read_transposed(rows.start, rows.len(), buffer, pitch);
        Columns { numbers: buffer, pitch }
    }

    /// One element, widened, for a view of single elements.
    pub fn element(&self, index: usize) -> f64 {
        let mut element = [0.0];
        self.read(index, &mut element);
        element[0]
    }

    /// Copies elements as labels; what is no whole number becomes [`NOT_A_LABEL`].
    #[inline(never)]
    pub fn read_labels(&self, start: usize, out: &mut [i64]) {
        if self.dtype == Dtype::I64 {
            self.walk.runs(start, out.len(), |position, offset, spacing, length| {
                if spacing == 1 {
                    // SAFETY: (reach) runs lie in the layout; (distinct) outputs are floating point.
                    let run = unsafe { std::slice::from_raw_parts(self.pointer.cast::<i64>().offset(offset), length) };
                    out[position..position + length].copy_from_slice(run);
                    return;
                }
                for (step, label) in out[position..position + length].iter_mut().enumerate() {
                    // SAFETY: (reach) runs lie in the layout. An i64 does not fit into f64, so it takes no detour.
                    *label = unsafe { *self.pointer.cast::<i64>().offset(offset + step as isize * spacing) };
                }
            });
            return;
        }
        let mut numbers = [0.0_f64; 64];
        for (chunk, labels) in out.chunks_mut(numbers.len()).enumerate() {
            let numbers = &mut numbers[..labels.len()];
            self.read(start + chunk * 64, numbers);
            for (label, &number) in labels.iter_mut().zip(&*numbers) {
                *label = if number.fract() == 0.0 && number.abs() < 9e18 { number as i64 } else { NOT_A_LABEL };
            }
        }
    }

    /// One element as a label.
    pub fn label(&self, index: usize) -> i64 {
        let mut label = [0];
        self.read_labels(index, &mut label);
        label[0]
    }
}

/// What a fraction, an infinity or NaN is as a label. No class has this number.
pub const NOT_A_LABEL: i64 = i64::MIN;

/// Copies columns of evenly spaced elements, converting them.
///
/// # Safety
/// `pointer` plus `offset + column * stride + i * spacing` elements of `Stored` may be read for every column and element
/// of the block.
#[inline(always)]
unsafe fn copy<Stored: Widen, T: Scalar>(
    pointer: *const u8,
    (offset, spacing): (isize, isize),
    block: Block,
    out: &mut [T],
) {
    // SAFETY: the caller's.
    let first = unsafe { pointer.cast::<Stored>().offset(offset) };
    if Stored::IS_HALF && spacing == 1 && T::DTYPE == Dtype::F32 {
        // SAFETY: the caller's; a T with this dtype is an f32.
        return unsafe {
            let out = std::slice::from_raw_parts_mut(out.as_mut_ptr().cast(), out.len());
            halves::widen_columns(first, block, out);
        };
    }
    for column in 0..block.columns {
        // SAFETY: the caller's.
        let first = unsafe { first.offset(column as isize * block.stride) };
        let out = &mut out[column * block.pitch..][..block.length];
        if spacing == 1 && T::DTYPE == Dtype::F32 {
            // SAFETY: the caller's; a T with this dtype is an f32.
            let (run, out) = unsafe {
                (
                    std::slice::from_raw_parts(first, out.len()),
                    std::slice::from_raw_parts_mut(out.as_mut_ptr().cast(), out.len()),
                )
            };
            Stored::widen_run(run, out);
        } else if spacing == 1 {
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
}
