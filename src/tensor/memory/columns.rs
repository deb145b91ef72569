//! Columns of a tile of rows: lent where they lie, or in a buffer.

use std::marker::PhantomData;

use super::stream;

/// Numbers column by column: row r of column c is at `c * pitch + r`.
#[derive(Clone, Copy)]
pub struct Columns<'b, T> {
    /// The numbers.
    pub numbers: &'b [T],
    /// The distance of columns.
    pub pitch: usize,
}

impl<'b, T> Columns<'b, T> {
    /// The first rows of a column.
    #[inline(always)]
    pub fn column(&self, column: usize, rows: usize) -> &'b [T] {
        &self.numbers[column * self.pitch..][..rows]
    }

    /// The first rows of four columns, from one on.
    #[inline(always)]
    pub fn four_columns(&self, first: usize, rows: usize) -> [&'b [T]; 4] {
        [
            self.column(first, rows),
            self.column(first + 1, rows),
            self.column(first + 2, rows),
            self.column(first + 3, rows),
        ]
    }
}

/// Numbers column by column, of an output or in a buffer.
pub struct ColumnsMut<'b, T> {
    first: *mut T,
    rows: usize,
    distance: isize,
    count: usize,
    lifetime: PhantomData<&'b mut [T]>,
}

impl<'b, T> ColumnsMut<'b, T> {
    /// The columns of a buffer: row r of column c is at `c * pitch + r`.
    pub fn of(buffer: &'b mut [T], pitch: usize) -> Self {
        let (distance, count) = (pitch as isize, buffer.len() / pitch.max(1));
        ColumnsMut { first: buffer.as_mut_ptr(), rows: pitch, distance, count, lifetime: PhantomData }
    }

    /// Columns of an output, so many elements apart.
    ///
    /// # Safety
    /// All their rows may be read and written for as long as this lives, by nobody else; columns share no memory.
    #[inline(always)]
    pub(super) unsafe fn new(first: *mut T, rows: usize, distance: isize, count: usize) -> Self {
        ColumnsMut { first, rows, distance, count, lifetime: PhantomData }
    }

    /// Asks for a column to be brought into the caches, or for as many of its rows that follow `skipped` ones.
    #[inline(always)]
    pub fn prefetch(&self, column: usize, skipped: usize) {
        let first = self.first.wrapping_offset(column as isize * self.distance).wrapping_add(skipped);
        stream::prefetch_bytes(first.cast(), self.rows * size_of::<T>());
    }

    /// All rows of a column.
    #[inline(always)]
    pub fn column(&mut self, column: usize) -> &mut [T] {
        assert!(column < self.count, "a column beyond the last");
        // SAFETY: (reach) the column was just compared; (once) it is borrowed with this.
        unsafe { self.lend(column) }
    }

    /// All rows of four columns, from one on.
    #[inline(always)]
    pub fn four_columns(&mut self, first: usize) -> [&mut [T]; 4] {
        assert!(self.count >= 4 && first <= self.count - 4, "a column beyond the last");
        // SAFETY: (reach) as above; (distinct, once) four different ones, borrowed with this.
        unsafe { [self.lend(first), self.lend(first + 1), self.lend(first + 2), self.lend(first + 3)] }
    }

    /// All rows of a column.
    ///
    /// # Safety
    /// There is such a column, and nobody else uses it as long as it is lent.
    #[inline(always)]
    unsafe fn lend<'c>(&self, column: usize) -> &'c mut [T] {
        // SAFETY: (reach) whoever made this vouched for as many columns of as many rows; (distinct) they share no memory
        // with each other; (once) the caller's.
        unsafe { std::slice::from_raw_parts_mut(self.first.offset(column as isize * self.distance), self.rows) }
    }
}

/// Rows that will be read later.
pub struct Ahead {
    first: *const u8,
    /// From one column to the next, in bytes.
    distance: isize,
    /// Of each column.
    bytes: usize,
}

impl Ahead {
    /// Columns of so many bytes, so many bytes apart.
    #[inline(always)]
    pub(super) fn new(first: *const u8, distance: isize, bytes: usize) -> Self {
        Ahead { first, distance, bytes }
    }

    /// Asks for one of their columns to be brought into the caches.
    #[inline(always)]
    pub fn prefetch(&self, column: usize) {
        stream::prefetch_bytes(self.first.wrapping_offset(column as isize * self.distance), self.bytes);
    }
}
