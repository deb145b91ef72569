//! Where rows start, and in which runs they lie.

use std::ops::Range;

use crate::tensor::Layout;

/// Rows of `extent` elements, `stride` apart, each starting where the coalesced `outer` layout says.
#[derive(Clone, Copy)]
pub(super) struct Walk {
    pub(super) count: usize,
    pub(super) outer: Layout,
    pub(super) extent: usize,
    pub(super) stride: isize,
}

/// Columns that are read or written together.
#[derive(Clone, Copy)]
pub(super) struct Block {
    /// The rows of each.
    pub(super) length: usize,
    pub(super) columns: usize,
    /// The distance of columns in a tensor.
    pub(super) stride: isize,
    /// Their distance in a buffer.
    pub(super) pitch: usize,
}

impl Block {
    /// One column.
    #[inline(always)]
    pub(super) fn column(length: usize) -> Block {
        Block { length, columns: 1, stride: 0, pitch: 0 }
    }
}

impl Walk {
    /// Single elements, in row-major order.
    #[inline(always)]
    pub(super) fn of_elements(layout: &Layout) -> Walk {
        Walk { count: layout.elements(), outer: layout.coalesced(), extent: 1, stride: 0 }
    }

    /// Rows along one dimension; the others count the rows, in row-major order.
    #[inline(always)]
    pub(super) fn of_rows(layout: &Layout, axis: usize) -> Walk {
        let outer = layout.coalesced_without(axis);
        let (extent, stride) = (layout.shape().extents()[axis], layout.strides()[axis]);
        Walk { count: outer.elements(), outer, extent, stride }
    }

    /// Visits the offsets of rows `start..start + count` as evenly spaced runs: (position, offset, spacing, length).
    #[inline(always)]
    pub(super) fn runs(&self, start: usize, count: usize, mut visit: impl FnMut(usize, isize, isize, usize)) {
        assert!(start <= self.count && count <= self.count - start, "rows beyond the tensor");
        if count == 0 {
            return;
        }
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
    pub(super) fn row(&self, row: usize, columns: &Range<usize>) -> isize {
        assert!(columns.start <= columns.end && columns.end <= self.extent, "columns beyond the row");
        let mut found = 0;
        self.runs(row, 1, |_, offset, _, _| found = offset);
        found + columns.start as isize * self.stride
    }
}
