//! Scratch memory: taken before anything is written, so that a call that lacks it is refused whole.

use std::sync::{Mutex, MutexGuard, PoisonError};

use smallvec::SmallVec;

use crate::error::{Error, Result, Status};
use crate::tensor::Split;

/// Memory for so many numbers.
pub fn room<T: Clone + Default>(count: usize) -> Result<Vec<T>> {
    let mut numbers = Vec::new();
    numbers.try_reserve_exact(count).map_err(|_| {
        let bytes = count.saturating_mul(size_of::<T>());
        Error::new(Status::OutOfMemory, format!("no memory for {bytes} bytes of scratch space"))
    })?;
    numbers.resize(count, T::default());
    Ok(numbers)
}

/// A buffer cut into one slot for each task.
pub struct Slots<'a, T>(SmallVec<[Mutex<&'a mut [T]>; Split::MOST]>);

impl<'a, T> Slots<'a, T> {
    /// Slots of `share` numbers; the last may have fewer. Of an empty buffer, every slot is empty. There are no more than
    /// tasks, so that they need no memory besides: outputs may be written already.
    pub fn of(buffer: &'a mut [T], share: usize) -> Slots<'a, T> {
        Slots(buffer.chunks_mut(share.max(1)).take(Split::MOST).map(Mutex::new).collect())
    }

    /// The slot of a task.
    pub fn of_task(&self, task: usize) -> Option<MutexGuard<'_, &'a mut [T]>> {
        self.0.get(task).map(|slot| slot.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_of_more_than_the_tasks_need_take_no_memory() {
        let mut buffer = [0_u8; 3 * Split::MOST];
        let slots = Slots::of(&mut buffer, 1);
        assert!(!slots.0.spilled());
        assert!(slots.of_task(Split::MOST - 1).is_some() && slots.of_task(Split::MOST).is_none());
    }
}
