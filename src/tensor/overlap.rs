//! Which tensors share memory. Outputs must have every element to themselves; where that cannot be shown, they are
//! refused.

use super::layout::Layout;

/// A tensor's bytes: address of its first element, element size, layout. Not empty.
#[derive(Clone, Copy)]
pub struct Extent<'a> {
    /// Of the first element.
    pub address: usize,
    /// Bytes per element.
    pub size: usize,
    /// Where the elements lie.
    pub layout: &'a Layout,
}

/// Whether all elements are certainly at different places: each stride steps over all that the smaller ones reach.
pub fn elements_are_distinct(layout: &Layout) -> bool {
    if layout.is_contiguous() {
        return true;
    }
    let mut reached = 1_usize;
    for (extent, stride) in by_stride(layout) {
        if stride < reached {
            return false;
        }
        reached += stride * (extent - 1);
    }
    true
}

/// Whether the two certainly have no byte in common.
#[inline]
pub fn are_disjoint(first: Extent<'_>, second: Extent<'_>) -> bool {
    let (Some(a), Some(b)) = (interval(first), interval(second)) else {
        return false;
    };
    if a.1 <= b.0 || b.1 <= a.0 {
        return true;
    }
    // Two arrays without gaps that are not apart do meet.
    let both_filled = first.layout.is_contiguous() && second.layout.is_contiguous();
    !both_filled && interleave(first, second, a.0, b.0)
}

/// Whether both repeat at one distance and fit into it side by side: columns of one matrix, or fields of one record.
fn interleave(first: Extent<'_>, second: Extent<'_>, first_low: usize, second_low: usize) -> bool {
    let mut distance = 0_usize;
    // Try each distance at which one of them repeats; dimensions below it must fit inside.
    for (_, stride) in by_stride(first.layout).chain(by_stride(second.layout)) {
        let candidate = stride * first.size;
        if candidate == distance || candidate == 0 {
            continue;
        }
        distance = candidate;
        let (Some(first_width), Some(second_width)) = (width_below(first, distance), width_below(second, distance))
        else {
            continue;
        };
        let shift = (second_low as i128 - first_low as i128).rem_euclid(distance as i128) as usize;
        if shift >= first_width && shift + second_width <= distance {
            return true;
        }
    }
    false
}

/// The bytes that the dimensions nearer than `distance` reach, if all farther ones step by multiples of it.
fn width_below(extent: Extent<'_>, distance: usize) -> Option<usize> {
    let mut width = extent.size;
    for (count, stride) in by_stride(extent.layout) {
        let step = stride * extent.size;
        if !step.is_multiple_of(distance) {
            width += step * (count - 1);
        }
    }
    (width <= distance).then_some(width)
}

/// First and past-the-last byte.
#[inline]
fn interval(extent: Extent<'_>) -> Option<(usize, usize)> {
    if extent.layout.is_contiguous() {
        let bytes = extent.layout.elements().checked_mul(extent.size)?;
        return Some((extent.address, extent.address.checked_add(bytes)?));
    }
    strided_interval(extent)
}

fn strided_interval(extent: Extent<'_>) -> Option<(usize, usize)> {
    let (low, high) = extent.layout.reach()?;
    let size = extent.size as isize;
    let start = extent.address.checked_add_signed(low.checked_mul(size)?)?;
    let end = extent.address.checked_add_signed(high.checked_mul(size)?)?.checked_add(extent.size)?;
    Some((start, end))
}

/// The dimensions of more than one element, nearest first, with strides as magnitudes.
fn by_stride(layout: &Layout) -> impl Iterator<Item = (usize, usize)> {
    let mut dimensions = [(0_usize, 0_usize); super::MAX_RANK];
    let mut count = 0;
    for (&extent, &stride) in layout.shape().extents().iter().zip(layout.strides()) {
        if extent > 1 {
            dimensions[count] = (extent, stride.unsigned_abs());
            count += 1;
        }
    }
    dimensions[..count].sort_unstable_by_key(|&(_, stride)| stride);
    dimensions.into_iter().take(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::Shape;

    fn layout(shape: &[usize], strides: &[isize]) -> Layout {
        Layout::strided(Shape::new(shape).unwrap(), strides).unwrap()
    }

    fn disjoint(first: (usize, &Layout), second: (usize, &Layout)) -> bool {
        let extent = |(address, layout)| Extent { address, size: 4, layout };
        are_disjoint(extent(first), extent(second)) && are_disjoint(extent(second), extent(first))
    }

    #[test]
    fn distinct_elements() {
        assert!(elements_are_distinct(&layout(&[2, 3], &[3, 1])));
        assert!(elements_are_distinct(&layout(&[2, 3], &[1, 2])));
        assert!(elements_are_distinct(&layout(&[2, 1], &[1, 0])));
        assert!(!elements_are_distinct(&layout(&[2, 3], &[0, 1])));
        assert!(!elements_are_distinct(&layout(&[2, 3], &[2, 1])));
    }

    #[test]
    fn neighbours_and_interleaved_columns_are_disjoint() {
        let row = layout(&[8], &[1]);
        assert!(disjoint((64, &row), (96, &row)));
        assert!(!disjoint((64, &row), (92, &row)));
        let column = layout(&[8], &[2]);
        assert!(disjoint((64, &column), (68, &column)));
        assert!(!disjoint((64, &column), (72, &column)));
        let half = layout(&[4, 3], &[6, 1]);
        assert!(disjoint((64, &half), (76, &half)));
        assert!(!disjoint((64, &half), (72, &half)));
    }
}
