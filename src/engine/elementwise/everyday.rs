//! The short walk of a call for value and gradient without weights, which is most calls.

use std::ops::Range;

use super::walk::TaskWork;
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

/// Elements processed together: the more, the less is lost between blocks.
const BLOCK: usize = 1024;

/// The same where blocks are copied: shorter runs go past the caches while the next ones are computed.
const COPIED_BLOCK: usize = 256;

/// Up to this many elements are a small call, which feels every array that is cleared.
const SMALL: usize = 128;

/// How many bytes ahead of the block elements are asked for, so that they arrive while it is computed.
const AHEAD: usize = 4096;

/// From this many bytes on, elements are asked for ahead: fewer are in the caches, or come in time by themselves.
const ASKED_FOR: usize = 1 << 20;

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
    fn block<'b>(&'b self, range: Range<usize>, buffer: &'b mut [S]) -> &'b [S] {
        let count = range.len();
        if let Elements::Lent(elements) = self
            && count.is_multiple_of(LANES)
        {
            if size_of_val(*elements) >= ASKED_FOR {
                let ahead = AHEAD / size_of::<S>();
                prefetch(elements, range.start + ahead..range.end + ahead);
            }
            return &elements[range];
        }
        let padded = &mut buffer[..count.next_multiple_of(LANES)];
        match self {
            Elements::Lent(elements) => padded[..count].copy_from_slice(&elements[range]),
            Elements::Copied(view) => view.read(range.start, &mut padded[..count]),
        }
        padded
    }
}

impl<S: Scalar, K: Kernel> Everyday<'_, S, K> {
    /// Whether everything lies in memory just so.
    fn is_lent(&self) -> bool {
        let lent = |elements: &Elements<'_, S>| matches!(elements, Elements::Lent(_));
        let gradient_lent = !matches!(self.gradient, Some(Gradient::Copied(_)));
        lent(&self.input) && self.target.as_ref().is_none_or(lent) && gradient_lent
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
        // Buffers for what is not lent, or is no whole lanes.
        let is_lent = self.job.is_lent();
        let mut ends = [[S::default(); LANES]; 3];
        let mut blocks = (!is_lent).then_some([[S::default(); COPIED_BLOCK]; 3]);
        let [input_buffer, target_buffer, gradient_buffer] = match &mut blocks {
            Some(blocks) => blocks.each_mut().map(<[S; COPIED_BLOCK]>::as_mut_slice),
            None => ends.each_mut().map(<[S; LANES]>::as_mut_slice),
        };
        let (mut few_values, mut values) = ([S::default(); SMALL], None);
        let values: &mut [S] =
            if self.range.len() <= SMALL { &mut few_values } else { values.insert([S::default(); BLOCK]) };
        let block = if is_lent { BLOCK } else { COPIED_BLOCK };
        for start in self.range.clone().step_by(block) {
            let end = self.range.end.min(start + block);
            // Single elements are slow, so that what is left over is filled up to whole lanes in the buffers.
            let cut = end - (end - start) % LANES;
            for range in [start..cut, cut..end] {
                let count = range.len();
                if count == 0 {
                    continue;
                }
                let place = range.start - first..range.end - first;
                let input = input.block(range.clone(), input_buffer);
                let target = match target {
                    Some(target) => target.block(range, target_buffer),
                    None => input,
                };
                let values = &mut values[..input.len()];
                if gradient.is_none() {
                    values_of::<S, R, K>(kernel, input, target, values);
                } else {
                    let output = match &mut lent {
                        Some(gradient) if count == input.len() => &mut gradient[place.clone()],
                        _ => &mut gradient_buffer[..input.len()],
                    };
                    values_and_gradient_of::<S, R, K>(kernel, input, target, values, output, factor);
                    match (&mut lent, &mut copied) {
                        (Some(gradient), _) if count < values.len() => {
                            gradient[place].copy_from_slice(&gradient_buffer[..count]);
                        }
                        (_, Some(gradient)) => gradient.write(place.start + first, &gradient_buffer[..count]),
                        _ => {}
                    }
                }
                if count < values.len() {
                    clear_behind(values, count);
                }
                lanes.add::<R>(values);
            }
        }
        Some(lanes.fold())
    }
}

/// Zeros what was only there to make whole lanes.
#[inline(always)]
fn clear_behind<S: Scalar>(values: &mut [S], count: usize) {
    for (index, value) in values.iter_mut().enumerate() {
        *value = if index < count { *value } else { S::default() };
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
