//! How many rows of few classes are walked side by side.

use smallvec::SmallVec;

use crate::math::sum::LANES;

/// Rows of at most this many classes are walked across.
pub const FEW_CLASSES: usize = 64;

/// The most rows of a tile.
pub const MOST_ROWS: usize = 128;

/// The elements of a tile, which in f32 stays in the first-level cache with what is made of it.
const TILE: usize = 32 * FEW_CLASSES;

/// Numbers of a tile, on the stack, and cleared no further than the classes need.
pub type Numbers<S> = SmallVec<[S; TILE]>;

/// The rows of a tile: the fewer the classes, the more, if there are so many.
pub fn pitch(classes: usize, rows: usize) -> usize {
    let most = (TILE / classes.max(1)).min(MOST_ROWS) / LANES * LANES;
    rows.next_multiple_of(LANES).clamp(LANES, most)
}
