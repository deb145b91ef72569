//! Shapes and strides, without memory.

use std::fmt;

/// The largest number of dimensions.
pub const MAX_RANK: usize = 8;

/// The extents of a tensor, at most [`MAX_RANK`] of them.
#[derive(Clone, Copy, Eq, Default)]
pub struct Shape {
    rank: usize,
    extents: [usize; MAX_RANK],
}

impl PartialEq for Shape {
    /// One extent after the other: a shape that was just written is slow to compare as a block of memory.
    #[inline]
    fn eq(&self, other: &Shape) -> bool {
        self.rank == other.rank && self.extents().iter().zip(other.extents()).all(|(own, other)| own == other)
    }
}

impl Shape {
    /// A shape from its extents; `None` if there are more than [`MAX_RANK`].
    pub fn new(extents: &[usize]) -> Option<Shape> {
        let mut shape = Shape { rank: extents.len(), extents: [0; MAX_RANK] };
        shape.extents.get_mut(..extents.len())?.copy_from_slice(extents);
        Some(shape)
    }

    /// The extents.
    pub fn extents(&self) -> &[usize] {
        &self.extents[..self.rank]
    }

    /// The number of dimensions.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// The number of elements; 1 for rank 0.
    #[inline]
    pub fn elements(&self) -> usize {
        self.extents().iter().product()
    }

    /// The shape without one dimension.
    #[must_use]
    pub fn without(&self, axis: usize) -> Shape {
        let mut shape = Shape::default();
        for (dimension, &extent) in self.extents().iter().enumerate() {
            if dimension != axis {
                shape.push(extent);
            }
        }
        shape
    }

    /// Whether it is another shape without one dimension.
    pub fn is_without(&self, other: &Shape, axis: usize) -> bool {
        let others = other.extents().iter().enumerate().filter(|&(dimension, _)| dimension != axis);
        self.rank + 1 == other.rank && self.extents().iter().zip(others).all(|(own, (_, other))| own == other)
    }

    /// Appends a dimension. The caller keeps the rank within [`MAX_RANK`].
    pub fn push(&mut self, extent: usize) {
        self.extents[self.rank] = extent;
        self.rank += 1;
    }
}

impl fmt::Display for Shape {
    /// `[2, 3]`
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[")?;
        for (dimension, extent) in self.extents().iter().enumerate() {
            let separator = if dimension == 0 { "" } else { ", " };
            write!(formatter, "{separator}{extent}")?;
        }
        formatter.write_str("]")
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// A shape with a stride, in elements, for each dimension.
#[derive(Clone, Copy, Debug, Default)]
pub struct Layout {
    shape: Shape,
    strides: [isize; MAX_RANK],
    /// Known to be row-major without gaps, which spares most questions. A layout without the mark may be so, too.
    contiguous: bool,
    /// Known to fill memory from its first element to its last, in whatever order of dimensions.
    gapless: bool,
}

impl PartialEq for Layout {
    fn eq(&self, other: &Layout) -> bool {
        self.shape == other.shape && self.strides() == other.strides()
    }
}

impl Layout {
    /// A row of no elements.
    pub const EMPTY: Layout = Layout {
        shape: Shape { rank: 1, extents: [0; MAX_RANK] },
        strides: [1; MAX_RANK],
        contiguous: true,
        gapless: true,
    };

    /// Row-major without gaps.
    #[inline]
    pub fn contiguous(shape: Shape) -> Layout {
        let mut layout = Layout { shape, strides: [0; MAX_RANK], contiguous: true, gapless: true };
        layout.close_gaps();
        layout
    }

    /// Makes it the layout of a single number.
    #[inline(always)]
    pub fn clear(&mut self) {
        self.shape.rank = 0;
        (self.contiguous, self.gapless) = (true, true);
    }

    /// Appends a dimension. The caller keeps the rank within [`MAX_RANK`], and closes gaps or notices their absence
    /// after the last one.
    #[inline(always)]
    pub fn push(&mut self, extent: usize, stride: isize) {
        self.strides[self.shape.rank] = stride;
        self.shape.push(extent);
        (self.contiguous, self.gapless) = (false, false);
    }

    /// Forgets strides and makes it row-major without gaps.
    #[inline(always)]
    pub fn close_gaps(&mut self) {
        let mut stride = 1_isize;
        for dimension in (0..self.shape.rank).rev() {
            self.strides[dimension] = stride;
            stride = stride.wrapping_mul(self.shape.extents[dimension].max(1) as isize);
        }
        (self.contiguous, self.gapless) = (true, true);
    }

    /// Finds out whether it is row-major without gaps.
    pub fn notice_gaps(&mut self) {
        let mut stride = 1_isize;
        self.contiguous = true;
        for dimension in (0..self.shape.rank).rev() {
            let extent = self.shape.extents[dimension];
            self.contiguous &= extent == 1 || self.strides[dimension] == stride;
            stride = stride.wrapping_mul(extent.max(1) as isize);
        }
        self.gapless = self.contiguous;
    }

    /// With the given strides; `None` if there are not as many as dimensions.
    pub fn strided(shape: Shape, strides: &[isize]) -> Option<Layout> {
        if strides.len() != shape.rank {
            return None;
        }
        let mut layout = Layout { shape, strides: [0; MAX_RANK], contiguous: false, gapless: false };
        layout.strides[..strides.len()].copy_from_slice(strides);
        layout.notice_gaps();
        Some(layout)
    }

    /// The shape.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The strides, in elements.
    pub fn strides(&self) -> &[isize] {
        &self.strides[..self.shape.rank]
    }

    /// The number of elements.
    pub fn elements(&self) -> usize {
        self.shape.elements()
    }

    /// The lowest and highest element offset that is reached; `None` for no elements, or on overflow.
    #[inline]
    pub fn reach(&self) -> Option<(isize, isize)> {
        if self.contiguous {
            return isize::try_from(self.elements())
                .ok()?
                .checked_sub(1)
                .filter(|&last| last >= 0)
                .map(|last| (0, last));
        }
        let (mut low, mut high) = (0_isize, 0_isize);
        for (&extent, &stride) in self.shape.extents().iter().zip(self.strides()) {
            let steps = isize::try_from(extent).ok()?.checked_sub(1)?;
            if steps < 0 {
                return None;
            }
            let span = stride.checked_mul(steps)?;
            if span < 0 {
                low = low.checked_add(span)?;
            } else {
                high = high.checked_add(span)?;
            }
        }
        Some((low, high))
    }

    /// The same elements with the dimensions in another order.
    #[must_use]
    pub fn permuted(&self, order: &[usize]) -> Layout {
        let mut layout = Layout::default();
        for &dimension in order {
            layout.push(self.shape.extents[dimension], self.strides[dimension]);
        }
        // Whatever the order, unless dimensions are left out.
        layout.gapless = self.gapless && order.len() == self.shape.rank;
        layout
    }

    /// With fewer elements along one dimension.
    #[must_use]
    pub fn narrowed(&self, axis: usize, extent: usize) -> Layout {
        let mut layout = *self;
        layout.shape.extents[axis] = extent;
        layout.notice_gaps();
        layout
    }

    /// The same elements, each repeated along a new dimension.
    #[must_use]
    pub fn repeated(&self, position: usize, extent: usize) -> Layout {
        let mut layout = Layout::default();
        for dimension in 0..=self.shape.rank {
            if dimension == position {
                layout.push(extent, 0);
            } else {
                let source = if dimension < position { dimension } else { dimension - 1 };
                layout.push(self.shape.extents[source], self.strides[source]);
            }
        }
        layout
    }

    /// The same elements in the same order with as few dimensions as possible.
    #[must_use]
    pub fn coalesced(&self) -> Layout {
        self.coalesced_but(|_| false)
    }

    /// The places of its rows along one dimension, in the same order, with as few dimensions as possible.
    #[must_use]
    pub fn coalesced_without(&self, axis: usize) -> Layout {
        self.coalesced_but(|dimension| dimension == axis)
    }

    #[inline(always)]
    fn coalesced_but(&self, leaves_out: impl Fn(usize) -> bool) -> Layout {
        let mut layout = Layout::default();
        for (dimension, (&extent, &stride)) in self.shape.extents().iter().zip(self.strides()).enumerate() {
            if extent == 1 || leaves_out(dimension) {
                continue;
            }
            let rank = layout.shape.rank;
            if rank > 0 && layout.strides[rank - 1] == stride.wrapping_mul(extent as isize) {
                layout.shape.extents[rank - 1] *= extent;
                layout.strides[rank - 1] = stride;
            } else {
                layout.push(extent, stride);
            }
        }
        layout
    }

    /// Whether it is known to fill memory from its first element to its last.
    pub fn is_gapless(&self) -> bool {
        self.gapless
    }

    /// Whether it is known to be row-major without gaps.
    pub fn is_contiguous(&self) -> bool {
        self.contiguous
    }
}

/// Moves `axis` to the end of the order of `rank` dimensions.
pub fn axis_last(rank: usize, axis: usize) -> ([usize; MAX_RANK], usize) {
    let mut order = [0; MAX_RANK];
    let mut count = 0;
    for dimension in (0..rank).filter(|&dimension| dimension != axis) {
        order[count] = dimension;
        count += 1;
    }
    order[count] = axis;
    (order, count + 1)
}
