//! Memory for what a task computes with.

use std::mem::MaybeUninit;

use crate::math::Scalar;

/// Room for `N` numbers, from the beginning of a cache line on. Nothing is in it until a part of it is asked for, so that
/// a small call clears little.
#[repr(align(64))]
pub struct Room<T, const N: usize>(MaybeUninit<[T; N]>);

impl<T, const N: usize> Default for Room<T, N> {
    #[inline(always)]
    fn default() -> Self {
        Room(MaybeUninit::uninit())
    }
}

impl<T: Scalar, const N: usize> Room<T, N> {
    /// The first numbers, all zero.
    #[inline(always)]
    pub fn cleared(&mut self, count: usize) -> &mut [T] {
        assert!(count <= N, "more numbers than there is room for");
        let first = self.0.as_mut_ptr().cast::<T>();
        // SAFETY: (reach) the first of N numbers, which are borrowed; no bit set is the number 0.
        unsafe {
            first.write_bytes(0, count);
            std::slice::from_raw_parts_mut(first, count)
        }
    }
}
