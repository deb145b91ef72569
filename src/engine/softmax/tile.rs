//! How many rows of few classes are walked side by side.

use crate::engine::aligned::Aligned;
use crate::math::sum::LANES;
use crate::math::{Real, Scalar};
use crate::tensor::Room;

/// Rows of at most this many classes are walked across.
pub const FEW_CLASSES: usize = 64;

/// The most classes, each a place in memory, that a machine reads ahead of by itself.
pub const FOLLOWED_CLASSES: usize = 8;

/// The elements of a tile, which in f32 stays in the first-level cache with what is made of it.
const TILE: usize = 32 * FEW_CLASSES;

/// Numbers of which a row of a tile has one.
pub type PerRow<T, const ROWS: usize> = Aligned<T, ROWS>;

/// Numbers of a tile, on the stack.
pub type Numbers<S> = Room<S, TILE>;

/// The rows of a tile: the fewer the classes, the more, if there are so many and the family walks so many.
pub fn pitch(classes: usize, rows: usize, most: usize) -> usize {
    let most = (TILE / classes.max(1)).min(most) / LANES * LANES;
    rows.next_multiple_of(LANES).clamp(LANES, most)
}

/// Writes each row's label as a number, exact for so few classes and as wide as what is chosen by it; and 1 for each of
/// the first `count` rows, which are there, 0 for what fills the vectors up.
#[inline(always)]
pub fn number_rows<S: Scalar, R: Real<Storage = S>>(labels: &[i64], count: usize, numbers: &mut [S], counts: &mut [S]) {
    for (number, &label) in numbers.iter_mut().zip(labels) {
        // By way of a byte, which holds so few classes and widens without a conversion from 64 bits.
        *number = S::from_f64(f64::from(label as u8));
    }
    for (index, counts) in counts.iter_mut().enumerate() {
        *counts = R::only_if(index < count, R::ONE).store();
    }
}
