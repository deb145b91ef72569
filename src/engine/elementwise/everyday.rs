//! The short walk of a call for value and gradient without weights, which is most calls.

use std::ops::Range;

use half::bf16;

use super::Kernel;
use super::steps::{End, Run, RunMut, Step, Steps};
use super::walk::TaskWork;
use crate::engine::Output;
use crate::engine::level::Work;
use crate::math::sum::Lanes;
use crate::math::{Real, Scalar, Sum};
use crate::tensor::{Dtype, Part, Split, SplitRun, Tensor, View, copy_past_caches, fence, prefetch};

/// A call for value and gradient without weights.
pub struct Everyday<'a, S, K> {
    pub kernel: K,
    pub input: Elements<'a, S>,
    pub target: Option<Elements<'a, S>>,
    pub gradient: Option<Gradient<'a, S>>,
    pub derivative_factor: f64,
}

/// Elements processed together: the more, the less is lost between blocks.
pub const BLOCK: usize = 1024;

/// The same where blocks are copied: shorter runs go past the caches while the next ones are computed.
const COPIED_BLOCK: usize = 256;

/// How many bytes ahead of the block elements are asked for, so that they arrive while it is computed.
const AHEAD: usize = 4096;

/// From this many bytes on, elements are asked for ahead: fewer are in the caches, or come in time by themselves.
const ASKED_FOR: usize = 1 << 20;

/// What a kernel reads: where it lies in memory just so, in the compute type or in a half-precision type, or else
/// copied block by block.
#[derive(Clone, Copy)]
pub enum Elements<'a, S> {
    Lent(&'a [S]),
    Bf16(&'a [bf16]),
    Copied(&'a View<'a>),
}

/// Where a gradient goes: to memory itself, or by way of a buffer.
pub enum Gradient<'a, S> {
    Lent(SplitRun<'a, S>),
    Bf16(SplitRun<'a, bf16>),
    Copied(&'a Split<'a>),
}

impl<'a, S: Scalar> Elements<'a, S> {
    /// Of a tensor, where it may be lent and lies in memory just so.
    #[inline(always)]
    pub fn lent(tensor: &Tensor<'a>, lends: bool) -> Option<Self> {
        if !lends {
            None
        } else if let Some(run) = tensor.run() {
            Some(Elements::Lent(run))
        } else if S::DTYPE == Dtype::F32 {
            tensor.run().map(Elements::Bf16)
        } else {
            None
        }
    }

    /// Some elements.
    #[inline(always)]
    fn block<'b>(&'b self, range: Range<usize>, buffer: &'b mut [S]) -> Run<'b, S> {
        match self {
            Elements::Lent(elements) => {
                ask_ahead(elements, &range);
                Run::Same(&elements[range])
            }
            Elements::Bf16(elements) => {
                ask_ahead(elements, &range);
                Run::Bf16(&elements[range])
            }
            Elements::Copied(view) => {
                let block = &mut buffer[..range.len()];
                view.read(range.start, block);
                Run::Same(block)
            }
        }
    }

    fn is_copied(&self) -> bool {
        matches!(self, Elements::Copied(_))
    }
}

/// Asks for the elements that follow soon after a block.
#[inline(always)]
fn ask_ahead<T>(elements: &[T], block: &Range<usize>) {
    if size_of_val(elements) >= ASKED_FOR {
        let ahead = AHEAD / size_of::<T>();
        prefetch(elements, block.start + ahead..block.end + ahead);
    }
}

impl<'a, S: Scalar> Gradient<'a, S> {
    /// Of an output, divided among tasks of `share` elements, where its elements may be lent.
    #[inline(always)]
    pub fn lent(output: Output<'a>, share: usize, lends: bool) -> Option<Self> {
        if !lends || output.accumulate {
            None
        } else if let Some(split) = output.tensor.split_run(share) {
            Some(Gradient::Lent(split))
        } else if S::DTYPE == Dtype::F32 {
            output.tensor.split_run(share).map(Gradient::Bf16)
        } else {
            None
        }
    }
}

/// A task's share of a gradient.
enum Share<'p, S> {
    Lent(&'p mut [S]),
    Bf16(&'p mut [bf16]),
    Copied(Part<'p>),
}

impl<'p, S: Scalar> Share<'p, S> {
    /// The share of a task; nothing if another thread was given it.
    #[inline(always)]
    fn of(gradient: &'p Gradient<'_, S>, task: usize) -> Option<Self> {
        Some(match gradient {
            Gradient::Lent(split) => Share::Lent(split.part(task)?),
            Gradient::Bf16(split) => Share::Bf16(split.part(task)?),
            Gradient::Copied(split) => Share::Copied(split.part(task)?),
        })
    }
}

impl<S> Gradient<'_, S> {
    /// Whether it is lent and written past the caches, by way of a buffer.
    fn streams(&self) -> bool {
        match self {
            Gradient::Lent(split) => split.streams(),
            Gradient::Bf16(split) => split.streams(),
            Gradient::Copied(_) => false,
        }
    }

    fn is_copied(&self) -> bool {
        matches!(self, Gradient::Copied(_))
    }
}

impl<S: Scalar, K: Kernel> Work<S> for TaskWork<'_, Everyday<'_, S, K>> {
    /// The sum over the share; nothing if another thread was given the same share.
    type Output = Option<Sum>;

    #[inline(always)]
    fn run<R: Real<Storage = S>>(self) -> Option<Sum> {
        let Everyday { kernel, input, target, gradient, derivative_factor } = self.job;
        let range = self.range;
        let mut share = match gradient {
            Some(gradient) => Some(Share::of(gradient, self.task)?),
            None => None,
        };
        let streams = gradient.as_ref().is_some_and(Gradient::streams);
        let copies = input.is_copied()
            || target.as_ref().is_some_and(Elements::is_copied)
            || gradient.as_ref().is_some_and(Gradient::is_copied);
        let widens = matches!(input, Elements::Bf16(_))
            || matches!(target, Some(Elements::Bf16(_)))
            || matches!(gradient, Some(Gradient::Bf16(_)));
        let (mut buffers, mut half_buffer) = (None, None);
        let [input_buffer, target_buffer, gradient_buffer] = if copies || streams {
            buffers.insert([[S::default(); COPIED_BLOCK]; 3]).each_mut().map(<[S; COPIED_BLOCK]>::as_mut_slice)
        } else {
            [&mut [], &mut [], &mut []] as [&mut [S]; 3]
        };
        let half_buffer: &mut [bf16] = if streams { half_buffer.insert([bf16::ZERO; COPIED_BLOCK]) } else { &mut [] };
        let size = if copies || streams { COPIED_BLOCK } else { BLOCK };
        // Made where they stay: a buffer that is returned is copied whole.
        let (mut values, mut ends, mut widened) = (Step::default(), [End::default(); 3], None);
        let mut steps = Steps {
            kernel: *kernel,
            factor: R::from_f64(*derivative_factor),
            lanes: Lanes::default(),
            values: &mut values,
            buffers: if widens {
                widened.insert([Step::default(); 3]).each_mut().map(|step| step.0.as_mut_slice())
            } else {
                ends.each_mut().map(|end| end.0.as_mut_slice())
            },
        };
        for start in range.clone().step_by(size) {
            let end = range.end.min(start + size);
            let place = start - range.start..end - range.start;
            let count = place.len();
            let input = input.block(start..end, input_buffer);
            let target = target.as_ref().map_or(input, |target| target.block(start..end, target_buffer));
            let output = match &mut share {
                None => RunMut::Nowhere,
                Some(Share::Lent(share)) if !streams => RunMut::Same(&mut share[place.clone()]),
                Some(Share::Bf16(share)) if !streams => RunMut::Bf16(&mut share[place.clone()]),
                Some(Share::Bf16(_)) => RunMut::Bf16(&mut half_buffer[..count]),
                Some(Share::Lent(_) | Share::Copied(_)) => RunMut::Same(&mut gradient_buffer[..count]),
            };
            steps.add(input, target, output);
            match &mut share {
                Some(Share::Lent(share)) if streams => copy_past_caches(&mut share[place], &gradient_buffer[..count]),
                Some(Share::Bf16(share)) if streams => copy_past_caches(&mut share[place], &half_buffer[..count]),
                Some(Share::Copied(part)) => part.write(start, &gradient_buffer[..count]),
                _ => {}
            }
        }
        if streams {
            // Whoever waits for the task sees what it wrote.
            fence();
        }
        Some(steps.lanes.fold())
    }
}
