//! The short walk of a call for value and gradient without weights, which is most calls.

use std::ops::Range;

use smallvec::SmallVec;

use super::walk::{BLOCK, TaskWork};
use super::{Jet, Kernel};
use crate::engine::level::Work;
use crate::math::sum::{LANES, Lanes};
use crate::math::{Real, Scalar, Sum};
use crate::tensor::{Split, SplitRun, View, prefetch};

/// A call for value and gradient without weights.
pub struct Everyday<'a, S, K> {
    pub kernel: K,
    pub input: Elements<'a, S>,
    pub target: Option<Elements<'a, S>>,
    pub gradient: Option<Gradient<'a, S>>,
    pub derivative_factor: f64,
}

/// How many elements ahead of the block they are asked for, so that they arrive while it is computed.
const AHEAD: usize = 4 * BLOCK;

/// A block of elements, on the stack, and cleared no further than it is used: small calls feel that.
type Buffer<S> = SmallVec<[S; BLOCK]>;

/// What a kernel reads: lent where it lies in memory just so, or else copied block by block.
#[derive(Clone, Copy)]
pub enum Elements<'a, S> {
    Lent(&'a [S]),
    Copied(&'a View<'a>),
}

/// Where a gradient goes: to memory, or by way of a buffer.
pub enum Gradient<'a, S> {
    Lent(SplitRun<'a, S>),
    Copied(Split<'a>),
}

impl<'a, S> Elements<'a, S> {
    /// What can be lent, or else a view, which is kept in its place.
    #[inline(always)]
    pub fn of(lent: Option<&'a [S]>, place: &'a mut Option<View<'a>>, view: impl FnOnce() -> View<'a>) -> Self {
        match lent {
            Some(elements) => Elements::Lent(elements),
            None => Elements::Copied(place.insert(view())),
        }
    }
}

impl<S: Scalar> Elements<'_, S> {
    /// Some elements, with others behind them that make them whole lanes.
    #[inline(always)]
    fn block<'b>(&'b self, range: Range<usize>, buffer: &'b mut Buffer<S>) -> &'b [S] {
        let count = range.len();
        if let Elements::Lent(elements) = self
            && count.is_multiple_of(LANES)
        {
            prefetch(elements, range.start + AHEAD..range.end + AHEAD);
            return &elements[range];
        }
        buffer.resize(count.next_multiple_of(LANES), S::default());
        match self {
            Elements::Lent(elements) => buffer[..count].copy_from_slice(&elements[range]),
            Elements::Copied(view) => view.read(range.start, &mut buffer[..count]),
        }
        buffer
    }
}

impl<S: Scalar, K: Kernel> Work<S> for TaskWork<'_, Everyday<'_, S, K>> {
    type Output = Option<Sum>;

    #[inline(always)]
    fn run<R: Real<Storage = S>>(self) -> Option<Sum> {
        let Everyday { kernel, input, target, gradient, derivative_factor } = self.job;
        let kernel = *kernel;
        let first = self.range.start;
        let (mut lent, mut copied) = match gradient {
            Some(Gradient::Lent(split)) => (Some(split.part(self.task)?), None),
            Some(Gradient::Copied(split)) => (None, Some(split.part(self.task)?)),
            None => (None, None),
        };
        let factor = R::from_f64(*derivative_factor);
        let mut lanes = Lanes::<LANES>::default();
        let (mut input_buffer, mut target_buffer) = (Buffer::<S>::new(), Buffer::<S>::new());
        let (mut gradient_buffer, mut values) = (Buffer::<S>::new(), Buffer::<S>::new());
        values.resize(BLOCK.min(self.range.len().next_multiple_of(LANES)), S::default());
        for start in self.range.clone().step_by(BLOCK) {
            let end = self.range.end.min(start + BLOCK);
            // Single elements are slow, so that what is left over is filled up to whole lanes in the buffers.
            let cut = end - (end - start) % LANES;
            for range in [start..cut, cut..end] {
                let count = range.len();
                if count == 0 {
                    continue;
                }
                let input = input.block(range.clone(), &mut input_buffer);
                let target = match target {
                    Some(target) => &target.block(range.clone(), &mut target_buffer)[..input.len()],
                    None => input,
                };
                let values = &mut values[..input.len()];
                if gradient.is_none() {
                    values_of::<S, R, K>(kernel, input, target, values);
                } else {
                    let place = range.start - first..range.end - first;
                    let output = match &mut lent {
                        Some(gradient) if count == input.len() => &mut gradient[place.clone()],
                        _ => {
                            gradient_buffer.resize(input.len(), S::default());
                            &mut gradient_buffer[..]
                        }
                    };
                    values_and_gradient_of::<S, R, K>(kernel, input, target, values, output, factor);
                    match (&mut lent, &mut copied) {
                        (Some(gradient), _) if count < values.len() => {
                            gradient[place].copy_from_slice(&gradient_buffer[..count]);
                        }
                        (_, Some(gradient)) => gradient.write(range.start, &gradient_buffer[..count]),
                        _ => {}
                    }
                }
                lanes.add::<R>(&values[..count]);
            }
        }
        Some(lanes.fold())
    }
}

/// Values of a block. As arguments, the slices are known not to overlap, which the vectoriser needs to know.
#[inline(always)]
fn values_of<S: Scalar, R: Real<Storage = S>, K: Kernel>(kernel: K, input: &[S], target: &[S], values: &mut [S]) {
    // Whole lanes, as the blocks are: no code for single elements is made.
    let count = input.len() / LANES * LANES;
    let (input, target, values) = (&input[..count], &target[..count], &mut values[..count]);
    for index in 0..count {
        let jet: Jet<R> = kernel.jet(R::load(input[index]), R::load(target[index]), R::ONE);
        values[index] = jet.value.store();
    }
}

/// Values and gradient of a block.
#[inline(always)]
fn values_and_gradient_of<S: Scalar, R: Real<Storage = S>, K: Kernel>(
    kernel: K,
    input: &[S],
    target: &[S],
    values: &mut [S],
    gradient: &mut [S],
    factor: R,
) {
    let count = input.len() / LANES * LANES;
    let (input, target) = (&input[..count], &target[..count]);
    let (values, gradient) = (&mut values[..count], &mut gradient[..count]);
    for index in 0..count {
        let jet: Jet<R> = kernel.jet(R::load(input[index]), R::load(target[index]), R::ONE);
        values[index] = jet.value.store();
        gradient[index] = (jet.gradient * factor).store();
    }
}
