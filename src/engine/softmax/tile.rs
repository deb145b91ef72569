//! How many rows of few classes are walked side by side.

use crate::engine::aligned::Aligned;
use crate::math::sum::LANES;
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
