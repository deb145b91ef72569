//! The largest of some numbers and its place.

use crate::math::{Real, Scalar};

/// The largest, −∞ for none. Numbers with NaN among them have no largest: some number comes out, or NaN. For a softmax
/// that is as good, because everything that follows from the row's exponentials is NaN; others look for NaN themselves.
#[inline(always)]
pub fn largest_of<S: Scalar, R: Real<Storage = S>>(numbers: &[S]) -> S {
    let mut largest = (-R::INFINITY).store().order();
    for number in numbers {
        largest = largest.max(number.order());
    }
    S::of_order(largest)
}

/// Where a number first is among fewer than 2³² others; 0 if it is nowhere. Without a way out, whose time nobody can
/// predict.
#[inline(always)]
pub fn position_of<S: Scalar>(numbers: &[S], number: S) -> usize {
    let mut first = u32::MAX;
    for (index, &x) in numbers.iter().enumerate() {
        first = first.min(if x == number { index as u32 } else { u32::MAX });
    }
    if first == u32::MAX { 0 } else { first as usize }
}
