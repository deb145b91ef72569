//! Outputs that lie in memory just so, divided among tasks.

use std::marker::PhantomData;
use std::sync::atomic::AtomicU64;

use super::write::{first_time, streams};

/// An output without gaps that is overwritten, divided among tasks.
pub struct SplitRun<'a, T> {
    pointer: *mut T,
    count: usize,
    share: usize,
    taken: AtomicU64,
    lifetime: PhantomData<&'a mut [T]>,
}

// SAFETY: (once) threads can only get at disjoint parts.
unsafe impl<T: Send> Send for SplitRun<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for SplitRun<'_, T> {}

impl<T> SplitRun<'_, T> {
    /// Divides memory that the maker of the tensor vouched for.
    #[inline(always)]
    pub(super) fn new(pointer: *mut T, count: usize, share: usize) -> Self {
        SplitRun { pointer, count, share, taken: AtomicU64::new(0), lifetime: PhantomData }
    }

    /// Whether it is large enough to be written past the caches, where it is overwritten.
    pub fn streams(&self) -> bool {
        streams(self.count, size_of::<T>())
    }

    /// The elements of one task, the first time that they are asked for.
    #[allow(clippy::mut_from_ref)]
    pub fn part(&self, task: usize) -> Option<&mut [T]> {
        let start = task.saturating_mul(self.share).min(self.count);
        let end = (task + 1).saturating_mul(self.share).min(self.count);
        // SAFETY: (reach) inside the layout; (distinct) no other tensor shares it; (once) handed out this once.
        first_time(&self.taken, task)
            .then(|| unsafe { std::slice::from_raw_parts_mut(self.pointer.add(start), end - start) })
    }
}
