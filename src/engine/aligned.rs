//! Numbers that are stored and soon read back as vectors.

use std::ops::{Deref, DerefMut};

/// Numbers in cache lines of their own: a vector that lies across two of them costs two
/// loads, and is not there yet when it was stored just before.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub struct Aligned<T, const N: usize>([T; N]);

impl<T: Copy, const N: usize> Aligned<T, N> {
    /// The same number for each.
    #[inline(always)]
    pub fn of(number: T) -> Self {
        Aligned([number; N])
    }
}

impl<T: Default + Copy, const N: usize> Default for Aligned<T, N> {
    #[inline(always)]
    fn default() -> Self {
        Aligned::of(T::default())
    }
}

impl<T, const N: usize> Deref for Aligned<T, N> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const N: usize> DerefMut for Aligned<T, N> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}
