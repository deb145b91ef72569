//! The arithmetic of the short walk, a step of a few elements at a time: loops over slices, which compile to vector code.

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

    /// Some elements, with others behind them that make them whole lanes.
    #[inline(always)]
    fn step<'s>(&'s self, start: usize, end: usize, buffer: &'s mut [S]) -> &'s [S] {
        let padded = (end - start).next_multiple_of(LANES);
        match self {
            Run::Same(run) if padded == end - start => return &run[start..end],
            Run::Same(run) => buffer[..end - start].copy_from_slice(&run[start..end]),
            Run::Bf16(run) => widen(&run[start..end], &mut buffer[..end - start]),
        }
        &buffer[..padded]
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
        // Single elements are slow, so that what is left over is filled up to whole lanes in the buffers.
        let whole = count - count % LANES;
        let mut start = 0;
        while start < count {
            let end = if start < whole { whole.min(start + STEP) } else { count };
            let input = input.step(start, end, input_buffer);
            let target = target.step(start, end, target_buffer);
            let values = &mut values.0[..input.len()];
            if let RunMut::Nowhere = gradient {
                values_of::<S, R, K>(kernel, input, target, values);
            } else {
                let direct = start < whole;
                let output = match &mut gradient {
                    RunMut::Same(run) if direct => &mut run[start..end],
                    _ => &mut gradient_buffer[..input.len()],
                };
                values_and_gradient_of::<S, R, K>(kernel, input, target, values, output, factor);
                match &mut gradient {
                    RunMut::Same(run) if !direct => {
                        run[start..end].copy_from_slice(&gradient_buffer[..end - start]);
                    }
                    RunMut::Bf16(run) => narrow(&mut run[start..end], &gradient_buffer[..end - start]),
                    _ => {}
                }
            }
            clear_behind(values, end - start);
            lanes.add::<R>(values);
            start = end;
        }
    }
}

/// Zeros what was only there to make whole lanes.
#[inline(always)]
fn clear_behind<S: Scalar>(values: &mut [S], count: usize) {
    if count < values.len() {
        for (index, value) in values.iter_mut().enumerate() {
            *value = if index < count { *value } else { S::default() };
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
