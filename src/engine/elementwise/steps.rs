//! The arithmetic of the short walk, a step of a few elements at a time: loops over slices, which compile to vector code.

use super::stored::Stored;
use super::{Jet, Kernel};
use crate::engine::aligned::Aligned;
use crate::math::sum::{LANES, Lanes};
use crate::math::{Real, Scalar};

/// Elements whose values are added up before the next ones are computed. The fewer, the better the machine does both at
/// once, because additions wait for each other; the more, the less is lost between loops.
pub const STEP: usize = 256;

/// Room for a step.
pub type Step<T> = Aligned<T, STEP>;

/// The steps of a walk over elements, and what they come to.
pub struct Steps<'w, S, R, K, const LENGTH: usize> {
    pub kernel: K,
    /// The factor of derivatives.
    pub factor: R,
    pub lanes: Lanes<LANES>,
    /// Room for the values of a step.
    pub values: &'w mut Aligned<S, LENGTH>,
}

impl<S: Scalar, R: Real<Storage = S>, K: Kernel, const LENGTH: usize> Steps<'_, S, R, K, LENGTH> {
    /// Walks a block of elements, of which only the last may be no whole lanes.
    #[inline(always)]
    pub fn add<T: Stored<S>>(&mut self, input: &[T], target: &[T], mut gradient: Option<&mut [T]>) {
        let Steps { kernel, factor, lanes, values } = self;
        let left_over = input.len() % LANES;
        let whole = input.len() - left_over;
        // Single elements are slow. A block that is less than whole lanes is put behind other numbers, in buffers.
        let padding = LANES.saturating_sub(input.len());
        let mut buffers = [Aligned::<T, LANES>::default(); 3];
        let [input_buffer, target_buffer, gradient_buffer] = &mut buffers;
        let (input, target) = if padding > 0 {
            input_buffer[padding..].copy_from_slice(input);
            target_buffer[padding..].copy_from_slice(target);
            (&**input_buffer, &**target_buffer)
        } else {
            (input, target)
        };
        // What is left over behind whole lanes is computed with elements before it once more. It comes first, although it
        // is added up last: its values are read from another place than they were written to, which takes a while.
        let mut last_values = Aligned::<S, { 2 * LANES }>::default();
        let mut is_last = left_over > 0;
        let mut step = if is_last { input.len() - LANES..input.len() } else { 0..whole.min(LENGTH) };
        loop {
            let (input, target) = (&input[step.clone()], &target[step.clone()]);
            let values = if is_last { &mut last_values[..LANES] } else { &mut values[..input.len()] };
            match &mut gradient {
                None => values_of::<S, R, K, T>(*kernel, input, target, values),
                Some(run) => {
                    let output = if padding > 0 { &mut **gradient_buffer } else { &mut run[step.clone()] };
                    values_and_gradient_of::<S, R, K, T>(*kernel, input, target, values, output, *factor);
                }
            }
            let added = if is_last { 0 } else { step.end };
            if !is_last {
                lanes.add(values);
            }
            if added == whole {
                break;
            }
            (step, is_last) = (added..whole.min(added + LENGTH), false);
        }
        if left_over > 0 {
            // The first one left over goes to the first lane, and nothing to those behind the last one.
            lanes.add(&last_values[LANES - left_over..][..LANES]);
        }
        if let (Some(run), 1..) = (gradient, padding) {
            run.copy_from_slice(&gradient_buffer[padding..]);
        }
    }
}

/// Values of a step. As arguments, the slices are known not to overlap, which the vectoriser needs to know.
#[inline(always)]
fn values_of<S: Scalar, R: Real<Storage = S>, K: Kernel, T: Stored<S>>(
    kernel: K,
    input: &[T],
    target: &[T],
    values: &mut [S],
) {
    // Whole lanes, as the steps are: no code for single elements is made.
    let count = input.len() / LANES * LANES;
    let (input, target, values) = (&input[..count], &target[..count], &mut values[..count]);
    for index in 0..count {
        let jet: Jet<R> = kernel.jet(R::load(input[index].widen()), R::load(target[index].widen()), R::ONE);
        values[index] = jet.value.store();
    }
}

/// Values and gradient of a step.
#[inline(always)]
fn values_and_gradient_of<S: Scalar, R: Real<Storage = S>, K: Kernel, T: Stored<S>>(
    kernel: K,
    input: &[T],
    target: &[T],
    values: &mut [S],
    gradient: &mut [T],
    factor: R,
) {
    let count = input.len() / LANES * LANES;
    let (input, target) = (&input[..count], &target[..count]);
    let (values, gradient) = (&mut values[..count], &mut gradient[..count]);
    for index in 0..count {
        let jet: Jet<R> = kernel.jet(R::load(input[index].widen()), R::load(target[index].widen()), R::ONE);
        values[index] = jet.value.store();
        gradient[index] = T::narrow((jet.gradient * factor).store());
    }
}
