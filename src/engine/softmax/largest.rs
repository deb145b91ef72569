//! The largest logit of a row and its place.

use crate::math::sum::LANES;
use crate::math::{Real, Scalar};

/// The largest of some logits, −∞ for none. A row with NaN has no largest; it gives some number or NaN, which is as good,
/// because everything that follows from the row's exponentials is NaN.
#[inline(always)]
pub fn largest_of<S: Scalar, R: Real<Storage = S>>(input: &[S]) -> S {
    let mut largest = (-R::INFINITY).store().order();
    for logit in input {
        largest = largest.max(logit.order());
    }
    S::of_order(largest)
}

/// Where a logit first is, a chunk at a time; 0 if it is nowhere.
#[inline(always)]
pub fn position_of<S: Scalar>(input: &[S], logit: S) -> usize {
    for (index, chunk) in input.chunks(LANES).enumerate() {
        if chunk.iter().fold(false, |found, &x| found | (x == logit)) {
            return index * LANES + chunk.iter().position(|&x| x == logit).unwrap_or(0);
        }
    }
    0
}
