//! How many rows of few classes are walked side by side.

use std::ops::{Deref, DerefMut};

use crate::math::sum::LANES;
use crate::tensor::Room;

/// Rows of at most this many classes are walked across.
pub const FEW_CLASSES: usize = 64;

/// The most classes, each a place in memory, that a machine reads ahead of by itself.
pub const FOLLOWED_CLASSES: usize = 8;

/// The elements of a tile, which in f32 stays in the first-level cache with what is made of it.
const TILE: usize = 32 * FEW_CLASSES;

/// Numbers of which a row of a tile has one, in cache lines of their own: a vector that lies across two of them costs two
/// loads, and is not there yet when it was stored just before.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub struct PerRow<T, const ROWS: usize>([T; ROWS]);

impl<T: Copy, const ROWS: usize> PerRow<T, ROWS> {
    /// The same number for each.
    #[inline(always)]
    pub fn of(number: T) -> Self {
        PerRow([number; ROWS])
    }
}

impl<T: Default + Copy, const ROWS: usize> Default for PerRow<T, ROWS> {
    #[inline(always)]
    fn default() -> Self {
        PerRow::of(T::default())
    }
}

impl<T, const ROWS: usize> Deref for PerRow<T, ROWS> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const ROWS: usize> DerefMut for PerRow<T, ROWS> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

/// Numbers of a tile, on the stack.
pub type Numbers<S> = Room<S, TILE>;

/// The rows of a tile: the fewer the classes, the more, if there are so many and the family walks so many.
pub fn pitch(classes: usize, rows: usize, most: usize) -> usize {
    let most = (TILE / classes.max(1)).min(most) / LANES * LANES;
    rows.next_multiple_of(LANES).clamp(LANES, most)
}
