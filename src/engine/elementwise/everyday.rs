//! The short walk of a call for value and gradient without weights, which is most calls.

use std::ops::Range;

use half::{bf16, f16};

use super::Kernel;
use super::steps::Steps;
use super::stored::Stored;
use super::walk::TaskWork;
use crate::engine::Output;
use crate::engine::aligned::Aligned;
use crate::engine::level::Work;
use crate::math::sum::Lanes;
use crate::math::{Real, Scalar, Sum};
use crate::tensor::{
    Dtype, Part, Split, SplitRun, Tensor, View, copy_past_caches, fence, narrow_f16, prefetch, widen_f16,
};

/// A call for value and gradient without weights.
pub struct Everyday<'a, S, K> {
    pub kernel: K,
    pub input: Elements<'a, S>,
    pub target: Option<Elements<'a, S>>,
    pub gradient: Option<Gradient<'a, S>>,
    pub derivative_factor: f64,
    /// Whether the gradient is written past the caches, by way of a buffer.
    pub streams: bool,
}

/// Elements that go by way of a buffer together: few, so that they go past the caches while the next ones are computed.
const STEP: usize = 256;

/// Room for a step.
type Step<T> = Aligned<T, STEP>;

/// What lies so many bytes behind a step is asked for while the step goes past the caches. Otherwise the arithmetic of a
/// step waits for its memory, and the memory of the next one for that arithmetic.
const AHEAD: usize = 4096;

/// What a kernel reads: where it lies in memory just so, in the compute type or in a half-precision type, or else
/// copied block by block.
#[derive(Clone, Copy)]
pub enum Elements<'a, S> {
    Lent(&'a [S]),
    Bf16(&'a [bf16]),
    F16(&'a [f16]),
    Copied(&'a View<'a>),
}

/// Where a gradient goes: to memory itself, or by way of a buffer.
pub enum Gradient<'a, S> {
    Lent(SplitRun<'a, S>),
    Bf16(SplitRun<'a, bf16>),
    F16(SplitRun<'a, f16>),
    Copied(&'a Split<'a>),
}

/// The same, of a tensor that may be lent, by its type.
macro_rules! lent {
    ($S:ident, $of:expr, $kind:ident) => {
        if let Some(run) = $of {
            Some($kind::Lent(run))
        } else if $S::DTYPE == Dtype::F32 {
            // The order of the types is that of how often they are met.
            $of.map($kind::Bf16).or_else(|| $of.map($kind::F16))
        } else {
            None
        }
    };
}

impl<'a, S: Scalar> Elements<'a, S> {
    /// Of a tensor, where it may be lent and lies in memory just so.
    #[inline(always)]
    pub fn lent(tensor: &Tensor<'a>, lends: bool) -> Option<Self> {
        if !lends { None } else { lent!(S, tensor.run(), Elements) }
    }

    /// Some elements, by way of the buffer where they are not lent in the compute type.
    #[inline(always)]
    fn block<'b>(&'b self, range: Range<usize>, buffer: &'b mut [S]) -> &'b [S] {
        let buffer = if self.is_lent() { buffer } else { &mut buffer[..range.len()] };
        match self {
            Elements::Lent(elements) => return &elements[range],
            Elements::Bf16(elements) => {
                for (element, stored) in buffer.iter_mut().zip(&elements[range]) {
                    *element = stored.widen();
                }
            }
            Elements::F16(elements) => widen_f16(&elements[range], buffer),
            Elements::Copied(view) => view.read(range.start, buffer),
        }
        buffer
    }

    fn bf16(&self) -> Option<&'a [bf16]> {
        match self {
            Elements::Bf16(elements) => Some(elements),
            _ => None,
        }
    }

    fn is_lent(&self) -> bool {
        matches!(self, Elements::Lent(_))
    }

    /// Asks for what will be computed some steps after these elements, if it lies in memory just so.
    #[inline(always)]
    fn fetch_after(&self, range: &Range<usize>) {
        match self {
            Elements::Lent(elements) => fetch_after(elements, range),
            Elements::Bf16(elements) => fetch_after(elements, range),
            Elements::F16(elements) => fetch_after(elements, range),
            Elements::Copied(_) => {}
        }
    }
}

#[inline(always)]
fn fetch_after<T>(elements: &[T], range: &Range<usize>) {
    let (ahead, end) = (AHEAD / size_of::<T>(), elements.len());
    prefetch(&elements[end.min(range.start + ahead)..end.min(range.end + ahead)]);
}

impl<'a, S: Scalar> Gradient<'a, S> {
    /// Of an output, divided among tasks of `share` elements, where its elements may be lent.
    #[inline(always)]
    pub fn lent(output: Output<'a>, share: usize, lends: bool) -> Option<Self> {
        if !lends || output.accumulate { None } else { lent!(S, output.tensor.split_run(share), Gradient) }
    }

    /// Whether it is lent and large enough to be written past the caches.
    pub fn streams(&self) -> bool {
        match self {
            Gradient::Lent(split) => split.streams(),
            Gradient::Bf16(split) => split.streams(),
            Gradient::F16(split) => split.streams(),
            Gradient::Copied(_) => false,
        }
    }

    fn is_lent(&self) -> bool {
        matches!(self, Gradient::Lent(_))
    }
}

/// A task's share of a gradient.
enum Share<'p, S> {
    Lent(&'p mut [S]),
    Bf16(&'p mut [bf16]),
    F16(&'p mut [f16]),
    Copied(Part<'p>),
}

impl<'p, S: Scalar> Share<'p, S> {
    /// The share of a task; nothing if another thread was given it.
    #[inline(always)]
    fn of(gradient: &'p Gradient<'_, S>, task: usize) -> Option<Self> {
        Some(match gradient {
            Gradient::Lent(split) => Share::Lent(split.part(task)?),
            Gradient::Bf16(split) => Share::Bf16(split.part(task)?),
            Gradient::F16(split) => Share::F16(split.part(task)?),
            Gradient::Copied(split) => Share::Copied(split.part(task)?),
        })
    }
}

/// Where a run is written: itself or, past the caches, by way of a buffer. Whoever wrote there calls [`hand_over`]. Two
/// functions, because a closure that is not inlined would be compiled without the level's instructions.
#[inline(always)]
fn place_for<'r, T>(run: &'r mut [T], streams: bool, buffer: &'r mut [T]) -> &'r mut [T] {
    if streams { &mut buffer[..run.len()] } else { run }
}

/// Writes what lies in the buffer past the caches, if it lies there.
#[inline(always)]
fn hand_over<T: Copy>(run: &mut [T], streams: bool, buffer: &[T]) {
    if streams {
        copy_past_caches(run, &buffer[..run.len()]);
    }
}

impl<S: Scalar, K: Kernel> Work<S> for TaskWork<'_, Everyday<'_, S, K>> {
    /// The sum over the share; nothing if another thread was given the same share.
    type Output = Option<Sum>;

    #[inline(always)]
    fn run<R: Real<Storage = S>>(self) -> Option<Sum> {
        let Everyday { kernel, input, target, gradient, derivative_factor, streams } = self.job;
        let range = self.range;
        let mut share = match gradient {
            Some(gradient) => Some(Share::of(gradient, self.task)?),
            None => None,
        };
        let target = target.as_ref().unwrap_or(input);
        let streams = *streams;
        let is_lent = input.is_lent() && target.is_lent() && gradient.as_ref().is_none_or(Gradient::is_lent);
        // Of one type that the arithmetic itself converts.
        let is_bf16 = input.bf16().is_some() && target.bf16().is_some() && matches!(gradient, Some(Gradient::Bf16(_)));
        let as_they_lie = (is_lent || is_bf16) && !streams;
        // Made where they stay: a buffer that is returned is copied whole.
        let (mut buffers, mut half_buffers) = (None, None);
        let [input_buffer, target_buffer, gradient_buffer] = if as_they_lie {
            [&mut [], &mut [], &mut []] as [&mut [S]; 3]
        } else {
            buffers.insert([Step::default(); 3]).each_mut().map(|step| &mut **step)
        };
        let (bf16_buffer, f16_buffer): (&mut [bf16], &mut [f16]) = if streams {
            let (bf16, f16) = half_buffers.insert((Step::default(), Step::default()));
            (bf16, f16)
        } else {
            (&mut [], &mut [])
        };
        let size = if as_they_lie { range.len().max(1) } else { STEP };
        let factor = R::from_f64(*derivative_factor);
        let mut steps = Steps { kernel: *kernel, factor, lanes: Lanes::default() };
        for start in range.clone().step_by(size) {
            let block = start..range.end.min(start + size);
            let place = block.start - range.start..block.end - range.start;
            let count = block.len();
            if let (Some(Share::Bf16(share)), Some(input), Some(target)) = (&mut share, input.bf16(), target.bf16()) {
                let run = place_for(&mut share[place.clone()], streams, bf16_buffer);
                steps.add(&input[block.clone()], &target[block.clone()], Some(run));
            } else {
                let run = match &mut share {
                    None => None,
                    Some(Share::Lent(share)) if !streams => Some(&mut share[place.clone()]),
                    Some(_) => Some(&mut gradient_buffer[..count]),
                };
                let input = input.block(block.clone(), input_buffer);
                steps.add(input, target.block(block.clone(), target_buffer), run);
            }
            if streams {
                input.fetch_after(&block);
                target.fetch_after(&block);
            }
            match &mut share {
                None => {}
                Some(Share::Lent(share)) => hand_over(&mut share[place], streams, gradient_buffer),
                Some(Share::Bf16(share)) => {
                    let run = &mut share[place];
                    if !is_bf16 {
                        for (stored, &value) in place_for(run, streams, bf16_buffer).iter_mut().zip(&*gradient_buffer) {
                            *stored = bf16::narrow(value);
                        }
                    }
                    hand_over(run, streams, bf16_buffer);
                }
                Some(Share::F16(share)) => {
                    let run = &mut share[place];
                    narrow_f16(place_for(run, streams, f16_buffer), &gradient_buffer[..count]);
                    hand_over(run, streams, f16_buffer);
                }
                Some(Share::Copied(part)) => part.write(start, &gradient_buffer[..count]),
            }
        }
        if streams {
            // Whoever waits for the task sees what it wrote.
            fence();
        }
        Some(steps.lanes.fold_terms::<S>())
    }
}
