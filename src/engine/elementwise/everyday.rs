//! The short walk of a call for value and gradient without weights, which is most calls.

use std::ops::Range;

use half::{bf16, f16};

use super::steps::{Steps, TOGETHER};
use super::stored::Stored;
use super::walk::TaskWork;
use super::{Kernel, cost};
use crate::engine::aligned::Aligned;
use crate::engine::level::Work;
use crate::engine::{Output, take_part};
use crate::math::sum::Lanes;
use crate::math::{Real, Scalar, Sum};
use crate::tensor::{Element, Split, SplitRun, Tensor, View, copy_past_caches, fence, prefetch};

/// A call for value and gradient without weights.
pub struct Everyday<'a, S, K> {
    pub kernel: K,
    pub elements: Elements<'a, S>,
    pub derivative_factor: f64,
}

/// What a call reads and writes, by how it lies in memory.
pub enum Elements<'a, S> {
    /// All of the compute type.
    Computed(Runs<'a, S>),
    /// All of bf16, where f32 is the compute type.
    Bf16(Runs<'a, bf16>),
    /// All of f16, where f32 is the compute type.
    F16(Runs<'a, f16>),
    /// Of any types and strides. They stay where they were made: they are slow to move.
    Any(&'a Views<'a>),
}

/// Input, target and gradient of one type and without gaps.
pub struct Runs<'a, T> {
    input: &'a [T],
    target: Option<&'a [T]>,
    gradient: Option<SplitRun<'a, T>>,
    /// Whether the gradient is written past the caches, by way of a buffer.
    streams: bool,
}

/// Input, target and gradient by way of buffers.
pub struct Views<'a> {
    pub input: View<'a>,
    pub target: Option<View<'a>>,
    pub gradient: Option<Split<'a>>,
}

/// Elements that go by way of a buffer together: few, so that they go past the caches while the next ones are computed.
const STEP: usize = 256;

/// Bytes of a tensor that go past the caches together, or fewer: what is asked for meanwhile must not hold up what is
/// computed next.
const STREAMED_TOGETHER: usize = 512;

// A step that is not the last is a whole number of those that are added up together, in every type.
const _: () = assert!(STEP.is_multiple_of(TOGETHER) && (STREAMED_TOGETHER / size_of::<f64>()).is_multiple_of(TOGETHER));

/// Room for a step.
pub type Step<T> = Aligned<T, STEP>;

/// What lies so many bytes ahead of a step is asked for while the step goes past the caches. Otherwise the arithmetic of a
/// step waits for its memory, and the memory of the next one for that arithmetic.
const AHEAD: usize = 4096;

impl<'a, S: Scalar> Elements<'a, S> {
    /// Tensors of one type and without gaps, with the gradient divided among tasks of `share` elements.
    #[inline(always)]
    pub fn of_runs(
        input: &Tensor<'a>,
        target: Option<&Tensor<'a>>,
        gradient: Option<Output<'a>>,
        share: usize,
        kernel: &impl Kernel,
    ) -> Option<Self> {
        // The order of the types is that of how often they are met.
        if let Some(runs) = Runs::of(input, target, gradient, share, kernel) {
            Some(Elements::Computed(runs))
        } else if !S::IS_NARROW {
            None
        } else if let Some(runs) = Runs::of(input, target, gradient, share, kernel) {
            Some(Elements::Bf16(runs))
        } else {
            Runs::of(input, target, gradient, share, kernel).map(Elements::F16)
        }
    }
}

impl<'a, T: Element> Runs<'a, T> {
    #[inline(always)]
    fn of(
        input: &Tensor<'a>,
        target: Option<&Tensor<'a>>,
        gradient: Option<Output<'a>>,
        share: usize,
        kernel: &impl Kernel,
    ) -> Option<Self> {
        let input = input.run()?;
        let target = match target {
            Some(target) => Some(target.run()?),
            None => None,
        };
        let gradient: Option<SplitRun<'a, T>> = match gradient {
            Some(output) if output.accumulate => return None,
            Some(output) => Some(output.tensor.split_run(share)?),
            None => None,
        };
        let streams = gradient.as_ref().is_some_and(SplitRun::streams) && !cost::outlasts_memory(kernel);
        Some(Runs { input, target, gradient, streams })
    }
}

impl<S: Scalar, K: Kernel> Work<S> for TaskWork<'_, Everyday<'_, S, K>> {
    /// The sum over the share; nothing if another thread was given the same share.
    type Output = Option<Sum>;

    #[inline(always)]
    fn run<R: Real<Storage = S>>(self) -> Option<Sum> {
        let Everyday { kernel, elements, derivative_factor } = self.job;
        let factor = R::from_f64(*derivative_factor);
        let mut steps = Steps { kernel: *kernel, factor, lanes: Lanes::default() };
        match elements {
            Elements::Computed(runs) => add_runs(&mut steps, runs, self.task, self.range)?,
            // The condition spares code that no call in f64 comes to.
            Elements::Bf16(runs) if S::IS_NARROW => add_runs(&mut steps, runs, self.task, self.range)?,
            Elements::F16(runs) if S::IS_NARROW => add_runs(&mut steps, runs, self.task, self.range)?,
            Elements::Bf16(_) | Elements::F16(_) => unreachable!("half-precision types are computed in f32"),
            Elements::Any(views) => add_views(&mut steps, views, self.task, self.range)?,
        }
        Some(steps.lanes.fold_terms::<S>())
    }
}

/// Walks a task's share where it lies; nothing if another thread was given the same share.
#[inline(always)]
fn add_runs<R: Real, K: Kernel, T: Stored<R::Storage>>(
    steps: &mut Steps<R, K>,
    runs: &Runs<'_, T>,
    task: usize,
    range: Range<usize>,
) -> Option<()> {
    let mut share = match &runs.gradient {
        Some(gradient) => Some(gradient.part(task)?),
        None => None,
    };
    let (target, streams) = (runs.target.unwrap_or(runs.input), runs.streams);
    // Made where they stay: a buffer that is returned is copied whole.
    let (mut buffer, mut room) = (None, None);
    let size = if streams {
        STEP.min(STREAMED_TOGETHER / size_of::<T>())
    } else if T::HAS_ROOM {
        STEP
    } else {
        range.len().max(1)
    };
    for start in range.clone().step_by(size) {
        let block = start..range.end.min(start + size);
        let place = block.start - range.start..block.end - range.start;
        let run = match &mut share {
            Some(_) if streams => Some(&mut buffer.get_or_insert_with(Step::default)[..place.len()]),
            Some(share) => Some(&mut share[place.clone()]),
            None => None,
        };
        let room = room.get_or_insert_with(T::Room::default);
        T::add(steps, room, &runs.input[block.clone()], &target[block.clone()], run);
        if let (Some(share), Some(buffer)) = (&mut share, &buffer) {
            fetch_ahead(runs.input, &block);
            if let Some(target) = runs.target {
                fetch_ahead(target, &block);
            }
            copy_past_caches(&mut share[place.clone()], &buffer[..place.len()]);
        }
    }
    if streams {
        // Whoever waits for the task sees what it wrote.
        fence();
    }
    Some(())
}

/// Asks for what will be computed some steps later than these elements.
#[inline(always)]
fn fetch_ahead<T>(elements: &[T], block: &Range<usize>) {
    let (ahead, end) = (AHEAD / size_of::<T>(), elements.len());
    prefetch(&elements[end.min(block.start + ahead)..end.min(block.end + ahead)]);
}

/// Walks a task's share by way of buffers; nothing if another thread was given the same share.
#[inline(always)]
fn add_views<R: Real, K: Kernel>(
    steps: &mut Steps<R, K>,
    views: &Views<'_>,
    task: usize,
    range: Range<usize>,
) -> Option<()> {
    let mut part = take_part(&views.gradient, task)?;
    let mut buffers = [Step::<R::Storage>::default(); 3];
    for start in range.clone().step_by(STEP) {
        let count = STEP.min(range.end - start);
        let [input, target, gradient] = buffers.each_mut().map(|buffer| &mut buffer[..count]);
        views.input.read(start, input);
        let target = match &views.target {
            Some(view) => {
                view.read(start, target);
                &*target
            }
            None => &*input,
        };
        steps.add(input, target, part.is_some().then_some(&mut *gradient));
        if let Some(part) = &mut part {
            part.write(start, gradient);
        }
    }
    Some(())
}
