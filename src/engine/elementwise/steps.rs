//! The arithmetic of the short walk, a step of a few elements at a time: loops over slices, which compile to vector code.

use std::ops::Range;

use half::bf16;

use super::{Jet, Kernel};
use crate::math::sum::{LANES, Lanes};
use crate::math::{Real, Scalar};

/// Elements whose values are added up before the next ones are computed. The fewer, the better the machine does both at
/// once, because additions wait for each other; the more, the less is lost between loops.
const STEP: usize = 256;

/// Numbers in cache lines of their own: what is read back so soon must not lie across two of them.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub struct Aligned<A>(pub A);

/// Elements where they lie, in the compute type or in a half-precision type.
#[derive(Clone, Copy)]
pub enum Run<'r, S> {
    Same(&'r [S]),
    Bf16(&'r [bf16]),
}

/// Where a gradient goes.
pub enum RunMut<'r, S> {
    Nowhere,
    Same(&'r mut [S]),
    Bf16(&'r mut [bf16]),
}

impl<S: Scalar> Run<'_, S> {
    fn len(&self) -> usize {
        match self {
            Run::Same(run) => run.len(),
            Run::Bf16(run) => run.len(),
        }
    }

    /// Some elements, with as many others before them as `padding` says.
    #[inline(always)]
    fn step<'s>(&'s self, elements: Range<usize>, padding: usize, buffer: &'s mut [S]) -> &'s [S] {
        let length = padding + elements.len();
        match self {
            Run::Same(run) if padding == 0 => return &run[elements],
            Run::Same(run) => buffer[padding..length].copy_from_slice(&run[elements]),
            Run::Bf16(run) => widen(&run[elements], &mut buffer[padding..length]),
        }
        &buffer[..length]
    }
}

/// Room for a step.
pub type Step<S> = Aligned<[S; STEP]>;

/// Room for what is no whole lanes.
pub type End<S> = Aligned<[S; LANES]>;

impl<S: Scalar, const N: usize> Default for Aligned<[S; N]> {
    #[inline(always)]
    fn default() -> Self {
        Aligned([S::default(); N])
    }
}

/// The steps of a walk over elements, and what they come to.
pub struct Steps<'w, S, R, K> {
    pub kernel: K,
    /// The factor of derivatives.
    pub factor: R,
    pub lanes: Lanes<LANES>,
    pub values: &'w mut Step<S>,
    /// For input, target and gradient: of a step where anything is of another type than the compute type, or else of
    /// whole lanes.
    pub buffers: [&'w mut [S]; 3],
}

impl<S: Scalar, R: Real<Storage = S>, K: Kernel> Steps<'_, S, R, K> {
    /// Walks a block of elements, of which only the last may be no whole lanes.
    #[inline(always)]
    pub fn add(&mut self, input: Run<'_, S>, target: Run<'_, S>, mut gradient: RunMut<'_, S>) {
        let Steps { kernel, factor, lanes, values, buffers } = self;
        let (kernel, factor) = (*kernel, *factor);
        let [input_buffer, target_buffer, gradient_buffer] = buffers;
        let count = input.len();
        let whole = count - count % LANES;
        let mut start = 0;
        while start < count {
            let end = if start < whole { whole.min(start + STEP) } else { count };
            // Single elements are slow: before what is left over, elements are repeated to make it whole lanes, or else,
            // where there are none, room in the buffers.
            let skipped = (end - start).next_multiple_of(LANES) - (end - start);
            let repeated = skipped.min(start);
            let (padding, step) = (skipped - repeated, start - repeated..end);
            let input = input.step(step.clone(), padding, input_buffer);
            let target = target.step(step.clone(), padding, target_buffer);
            let length = input.len();
            if let RunMut::Nowhere = gradient {
                values_of::<S, R, K>(kernel, input, target, &mut values.0[..length]);
            } else {
                let output = match &mut gradient {
                    RunMut::Same(run) if padding == 0 => &mut run[step.clone()],
                    _ => &mut gradient_buffer[..length],
                };
                values_and_gradient_of::<S, R, K>(kernel, input, target, &mut values.0[..length], output, factor);
                match &mut gradient {
                    RunMut::Same(run) if padding > 0 => run[step].copy_from_slice(&gradient_buffer[padding..length]),
                    RunMut::Bf16(run) => narrow(&mut run[step], &gradient_buffer[padding..length]),
                    _ => {}
                }
            }
            if skipped > 0 {
                // The first one left over goes to the first lane, and nothing to those behind the last one.
                values.0[LANES..2 * LANES].fill(S::default());
            }
            lanes.add::<R>(&values.0[skipped..skipped + length]);
            start = end;
        }
    }
}

/// Widens a run.
#[inline(always)]
fn widen<S: Scalar>(run: &[bf16], out: &mut [S]) {
    for (out, stored) in out.iter_mut().zip(run) {
        *out = S::from_f64(f64::from(stored.to_f32()));
    }
}

/// Rounds a run of f32.
#[inline(always)]
fn narrow<S: Scalar>(run: &mut [bf16], values: &[S]) {
    for (stored, value) in run.iter_mut().zip(values) {
        *stored = bf16::from_f32(value.to_f64() as f32);
    }
}

/// Values of a step. As arguments, the slices are known not to overlap, which the vectoriser needs to know.
#[inline(always)]
fn values_of<S: Scalar, R: Real<Storage = S>, K: Kernel>(kernel: K, input: &[S], target: &[S], values: &mut [S]) {
    // Whole lanes, as the steps are: no code for single elements is made.
    let count = input.len() / LANES * LANES;
    let (input, target, values) = (&input[..count], &target[..count], &mut values[..count]);
    for index in 0..count {
        let jet: Jet<R> = kernel.jet(R::load(input[index]), R::load(target[index]), R::ONE);
        values[index] = jet.value.store();
    }
}

/// Values and gradient of a step.
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
