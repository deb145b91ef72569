//! How work is divided: by its shape alone, so that the number of threads cannot change a result.

use std::ops::Range;
use std::sync::OnceLock;

use crate::context::Context;
use crate::error::{Error, Result, Status};
use crate::math::Sum;
use crate::tensor::Split;

/// The number of elements that is worth a task.
const GRAIN: usize = 16_384;

/// Below this many elements, waking another thread costs more than it saves.
const WORTH_SHARING: usize = 8 * GRAIN;

/// Units of work (elements, rows or regions) dealt to at most [`Split::MOST`] tasks.
#[derive(Clone, Copy, Debug)]
pub struct Shares {
    units: usize,
    share: usize,
    elements: usize,
}

impl Shares {
    /// Divides `units` of `elements_per_unit` elements each; a share is a multiple of `multiple`.
    pub fn of(units: usize, elements_per_unit: usize, multiple: usize) -> Shares {
        let elements = units.saturating_mul(elements_per_unit);
        let tasks = (elements / GRAIN).clamp(1, Split::MOST);
        let share = units.div_ceil(tasks).next_multiple_of(multiple).max(multiple);
        Shares { units, share, elements }
    }

    /// Fewer elements than these are one task's, whatever their shape.
    pub const UNDIVIDED: usize = 2 * GRAIN;

    /// Units per task; the last has fewer.
    pub fn share(&self) -> usize {
        self.share
    }

    fn tasks(&self) -> usize {
        self.units.div_ceil(self.share)
    }

    fn range(&self, task: usize) -> Range<usize> {
        task * self.share..((task + 1) * self.share).min(self.units)
    }

    /// Runs `work` on every share and adds up the sums, which are nothing for a share that another thread was given.
    ///
    /// # Errors
    /// [`Status::Internal`] if an executor ran a task twice or left it out.
    #[inline(always)]
    pub fn sum(
        &self,
        context: Option<&Context>,
        work: impl Fn(usize, Range<usize>) -> Option<Sum> + Sync,
    ) -> Result<Sum> {
        let twice = || Error::new(Status::Internal, "the executor ran a task twice");
        if self.units > 0 && self.units <= self.share {
            // Most calls are a single share, with nothing to join.
            return work(0, 0..self.units).ok_or_else(twice);
        }
        let mut sum = Sum::ZERO;
        self.map_reduce(context, |task, range| work(task, range).ok_or_else(twice), |part| sum = sum.join(part))?;
        Ok(sum)
    }

    /// Runs `work` on every share and joins the results in the order of the shares.
    ///
    /// # Errors
    /// What a task returned first, in that order; [`Status::Internal`] if an executor left a task out.
    pub fn map_reduce<T: Send + Sync>(
        &self,
        context: Option<&Context>,
        work: impl Fn(usize, Range<usize>) -> Result<T> + Sync,
        mut join: impl FnMut(T),
    ) -> Result<()> {
        let tasks = self.tasks();
        let context = context.filter(|context| context.is_parallel());
        match context {
            Some(context) if tasks > 1 && self.elements >= WORTH_SHARING => self.share_out(context, work, join),
            _ => (0..tasks).try_for_each(|task| work(task, self.range(task)).map(&mut join)),
        }
    }

    /// The same on several threads. Apart, because room for their results is much that most calls do not need.
    #[inline(never)]
    fn share_out<T: Send + Sync>(
        &self,
        context: &Context,
        work: impl Fn(usize, Range<usize>) -> Result<T> + Sync,
        mut join: impl FnMut(T),
    ) -> Result<()> {
        let tasks = self.tasks();
        let results: [OnceLock<Result<T>>; Split::MOST] = [const { OnceLock::new() }; Split::MOST];
        context.for_each(tasks, &|task| {
            // An executor that repeats an index finds the slot taken.
            results[task].get_or_init(|| work(task, self.range(task)));
        })?;
        for (task, result) in results.into_iter().enumerate().take(tasks) {
            let left_out = || Error::new(Status::Internal, format!("the executor did not run task {task} of {tasks}"));
            join(result.into_inner().ok_or_else(left_out)??);
        }
        Ok(())
    }
}
