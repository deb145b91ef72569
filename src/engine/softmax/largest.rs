//! The largest of some numbers and its place.

use crate::math::sum::LANES;
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

/// Where a number first is, a chunk at a time; 0 if it is nowhere.
#[inline(always)]
pub fn position_of<S: Scalar>(numbers: &[S], number: S) -> usize {
    for (index, chunk) in numbers.chunks(LANES).enumerate() {
        if chunk.iter().fold(false, |found, &x| found | (x == number)) {
            return index * LANES + chunk.iter().position(|&x| x == number).unwrap_or(0);
        }
    }
    0
}
