//! The arithmetic of the short walk, a few vectors at a time: loops over slices, which compile to vector code.

use super::{Jet, Kernel};
use crate::engine::aligned::Aligned;
use crate::engine::converted::Converted;
use crate::math::Real;
use crate::math::sum::{LANES, Lanes};

/// Elements whose values are added up where they were computed, without a way through memory: that many make one addition
/// to each lane.
pub const TOGETHER: usize = 4 * LANES;

/// A walk over elements, and what their values come to.
pub struct Steps<R, K> {
    pub kernel: K,
    /// The factor of derivatives.
    pub factor: R,
    pub lanes: Lanes<LANES>,
}

impl<R: Real, K: Kernel> Steps<R, K> {
    /// Walks some elements. Only those of the last call may be no multiple of [`TOGETHER`].
    #[inline(always)]
    pub fn add<T: Converted<R::Storage>>(&mut self, input: &[T], target: &[T], mut gradient: Option<&mut [T]>) {
        let Steps { kernel, factor, lanes } = self;
        let (count, left_over) = (input.len(), input.len() % LANES);
        let together = count - count % TOGETHER;
        // Single elements are slow. Less than whole lanes are put behind other numbers, in buffers.
        let padding = LANES.saturating_sub(count);
        let mut buffers = [Aligned::<T, LANES>::default(); 3];
        let [input_buffer, target_buffer, gradient_buffer] = &mut buffers;
        let (input, target) = if padding > 0 {
            input_buffer[padding..].copy_from_slice(input);
            target_buffer[padding..].copy_from_slice(target);
            (&**input_buffer, &**target_buffer)
        } else {
            (input, target)
        };
        // What is left over behind whole lanes is computed with elements before it once more. That and the whole lanes
        // before it come first, although they are added last: their values take a while to come back from memory.
        let mut rest_values = Aligned::<R::Storage, TOGETHER>::default();
        let mut last_values = Aligned::<R::Storage, { 2 * LANES }>::default();
        for is_last in [true, false] {
            let place = if !is_last {
                together..count - left_over
            } else if left_over > 0 {
                input.len() - LANES..input.len()
            } else {
                continue;
            };
            let (input, target) = (&input[place.clone()], &target[place.clone()]);
            let values = if is_last { &mut last_values[..LANES] } else { &mut rest_values[..input.len()] };
            match &mut gradient {
                None => values_of::<R, K, T>(*kernel, input, target, values),
                Some(run) => {
                    let output = if padding > 0 { &mut gradient_buffer[place] } else { &mut run[place] };
                    values_and_gradient_of::<R, K, T>(*kernel, input, target, values, output, *factor);
                }
            }
        }
        let inputs_and_targets = input.as_chunks::<TOGETHER>().0.iter().zip(target.as_chunks::<TOGETHER>().0);
        match &mut gradient {
            None => {
                for (input, target) in inputs_and_targets {
                    let mut values = Aligned::<R::Storage, TOGETHER>::default();
                    values_of::<R, K, T>(*kernel, input, target, &mut values);
                    lanes.add_four(&values);
                }
            }
            Some(run) => {
                for ((input, target), output) in inputs_and_targets.zip(run.as_chunks_mut::<TOGETHER>().0) {
                    let mut values = Aligned::<R::Storage, TOGETHER>::default();
                    values_and_gradient_of::<R, K, T>(*kernel, input, target, &mut values, output, *factor);
                    lanes.add_four(&values);
                }
            }
        }
        lanes.add(&rest_values[..count - left_over - together]);
        if left_over > 0 {
            // The first one left over goes to the first lane, and nothing to those behind the last one.
            lanes.add(&last_values[LANES - left_over..][..LANES]);
        }
        if let (Some(run), 1..) = (gradient, padding) {
            run.copy_from_slice(&gradient_buffer[padding..]);
        }
    }
}

/// Values of some elements. As arguments, the slices are known not to overlap, which the vectoriser needs to know.
#[inline(always)]
fn values_of<R: Real, K: Kernel, T: Converted<R::Storage>>(
    kernel: K,
    input: &[T],
    target: &[T],
    values: &mut [R::Storage],
) {
    // Whole lanes, as they are: no code for single elements is made.
    let count = input.len() / LANES * LANES;
    let (input, target, values) = (&input[..count], &target[..count], &mut values[..count]);
    for index in 0..count {
        let jet: Jet<R> = kernel.jet(R::load(input[index].widen()), R::load(target[index].widen()), R::ONE);
        values[index] = jet.value.store();
    }
}

/// Values and gradient of some elements.
#[inline(always)]
fn values_and_gradient_of<R: Real, K: Kernel, T: Converted<R::Storage>>(
    kernel: K,
    input: &[T],
    target: &[T],
    values: &mut [R::Storage],
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
