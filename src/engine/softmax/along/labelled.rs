//! Rows in which only the labelled class has a target, some of them together: their exponentials are summed up one row
//! after another, then comes for all of them what a row has once, then one gradient after another.

use std::ops::Range;

use super::super::block::{self, blocks};
use super::super::scalars::RowScalars;
use super::super::source::Source;
use super::super::{Job, Kernel, Parts, RowFactors, Target};
use super::{Buffers, Row, Totals, Waiting, kept_of};
use crate::math::sum::LANES;
use crate::math::{Real, Scalar, Sum};
use crate::tensor::Part;

/// The most rows that go together.
const MOST_ROWS: usize = 32;

/// The elements of rows that go together. In f32, input and gradient stay in the first-level cache from pass to pass.
const ELEMENTS: usize = 4 * 1024;

/// The sum over some rows, with their derivatives written.
#[inline(always)]
pub fn rows<S: Scalar, R: Real<Storage = S>, K: Kernel, P: Source>(
    job: &Job<'_, S, K, P>,
    parts: &mut Parts<'_>,
    range: Range<usize>,
    buffers: &mut Buffers<S>,
) -> Sum {
    let together = (ELEMENTS / job.classes).clamp(1, MOST_ROWS);
    let mut scalars = RowScalars::<S, MOST_ROWS>::of(job.derivative_factor);
    let in_place = waits_in_place::<S, K, P>(job, &mut parts.gradient, range.clone());
    let mut factors = [RowFactors::ONE; MOST_ROWS];
    let mut sum = Sum::ZERO;
    let mut start = range.start;
    while start < range.end {
        let count = together.min(range.end - start);
        let width = count.next_multiple_of(LANES);
        let mut labels = [0; MOST_ROWS];
        if let Target::Labels(view) = &job.target {
            view.read_labels(start, &mut labels[..count]);
        }
        if !job.rows.are_uniform() {
            for place in 0..count {
                factors[place] = job.rows.factors(start + place, labels[place]);
            }
        }
        // What stands in the place of a row that does not count is used for nothing.
        for place in 0..count {
            let row = Row::of(job, start + place, labels[place], factors[place]);
            if row.factors.counts {
                let waiting = row.waiting(&mut parts.gradient, in_place);
                row.add_to::<R>(&mut scalars, place, waiting, buffers);
            }
        }
        if P::EXPONENTIAL {
            scalars.exponentials::<R>(width);
        }
        scalars.normalise::<R, P>(width);
        scalars.label::<R, K, P>(job.kernel, job.source, width);
        for place in 0..count {
            let row = Row::of(job, start + place, labels[place], factors[place]);
            if row.factors.counts {
                row.derive_from::<R>(&scalars, place, in_place, parts, buffers);
            } else {
                row.write_zeros(parts, buffers);
            }
            sum = sum.plus(row.report(scalars.value[place], parts));
        }
        start += count;
    }
    sum
}

/// Whether exponentials wait where the gradient will be, because it lies in memory just so, which is the same for all rows.
#[inline(always)]
fn waits_in_place<S: Scalar, K: Kernel, P: Source>(
    job: &Job<'_, S, K, P>,
    gradient: &mut Option<Part<'_>>,
    rows: Range<usize>,
) -> bool {
    let is_free = P::EXPONENTIAL && !rows.is_empty() && job.input.lends();
    is_free && gradient.as_mut().is_some_and(|gradient| gradient.run_of_row::<S>(rows.start, 0..job.classes).is_some())
}

impl<S: Scalar, K: Kernel, P: Source> Row<'_, '_, S, K, P> {
    /// Where exponentials wait. Where a gradient replaces its input, the input is needed again.
    #[inline(always)]
    fn waiting<'w, 'p>(&self, gradient: &'w mut Option<Part<'p>>, in_place: bool) -> Waiting<'w, 'p, S> {
        let Some(gradient) = gradient else { return Waiting::Nowhere };
        if in_place {
            return gradient.run_of_row(self.index, 0..self.job.classes).map_or(Waiting::Nowhere, Waiting::InPlace);
        }
        let room = if P::EXPONENTIAL && self.job.input.lends() { gradient.room_in_row::<S>() } else { 0 };
        if room == 0 { Waiting::Nowhere } else { Waiting::Packed(gradient, room) }
    }

    /// Adds the row's exponentials up, and notes what is needed of the row once.
    #[inline(always)]
    fn add_to<R: Real<Storage = S>>(
        &self,
        scalars: &mut RowScalars<S, MOST_ROWS>,
        place: usize,
        waiting: Waiting<'_, '_, S>,
        buffers: &mut Buffers<S>,
    ) {
        let job = self.job;
        scalars.input[place] = self.block(self.label..self.label + 1, &mut buffers.input)[0];
        scalars.weight[place] = job.weights.weight(self.label);
        scalars.factor[place] = self.factors.derivative(job.derivative_factor);
        let largest = self.largest(buffers);
        scalars.max[place] = largest.0;
        scalars.sum[place] = self.sum::<R>(largest, waiting, buffers);
    }

    /// Writes derivatives.
    #[inline(always)]
    fn derive_from<R: Real<Storage = S>>(
        &self,
        scalars: &RowScalars<S, MOST_ROWS>,
        place: usize,
        in_place: bool,
        parts: &mut Parts<'_>,
        buffers: &mut Buffers<S>,
    ) {
        let shared = self.shared(scalars.stats::<R>(place));
        let (first, second) = (R::load(scalars.first[place]), R::load(scalars.second[place]));
        let totals = Totals { value: scalars.value[place], first, second };
        self.derive_second(shared, totals, &mut parts.hessian, buffers);
        if !P::EXPONENTIAL {
            return self.derive(shared, totals, &mut parts.gradient, buffers);
        }
        let (labelled, factor) = (scalars.labelled[place], R::load(scalars.others[place]));
        let room = match self.waiting(&mut parts.gradient, in_place) {
            Waiting::InPlace(run) => {
                block::scale(factor, run);
                run[self.label] = labelled;
                return;
            }
            Waiting::Packed(_, room) => room,
            Waiting::Nowhere => 0,
        };
        let Some(gradient) = &mut parts.gradient else { return };
        let Buffers { input, derivatives, .. } = buffers;
        for columns in blocks(self.job.classes) {
            derivatives.resize(columns.len(), S::default());
            // What is written is no wider, so it stays behind what waits.
            let (waited, others) = derivatives.split_at_mut(kept_of(&columns, room));
            gradient.fetch_from_row(self.index, columns.start.min(room), waited);
            block::scale(factor, waited);
            if !others.is_empty() {
                let input = self.block(columns.start + waited.len()..columns.end, input);
                block::scaled_exponentials(shared.row, factor, input, others);
            }
            if columns.contains(&self.label) {
                derivatives[self.label - columns.start] = labelled;
            }
            gradient.write_row(self.index, columns, derivatives);
        }
    }
}

#[cfg(test)]
mod tests {
    use half::bf16;

    use crate::Loss;
    use crate::tensor::{Tensor, TensorMut};

    /// Whether some of a row's exponentials wait or all are made again must make no difference.
    #[test]
    fn a_gradient_of_half_precision_is_that_of_single_precision_rounded() {
        let loss = Loss::parse("cross_entropy(reduction=sum)").unwrap();
        for classes in [65, 511, 512, 513, 1000, 1023, 1024, 1025, 2049] {
            const ROWS: usize = 7;
            let stored: Vec<bf16> =
                (0..ROWS * classes).map(|index| bf16::from_f32((index * 37 % 101) as f32 / 10.0 - 5.0)).collect();
            let wide: Vec<f32> = stored.iter().map(|number| number.to_f32()).collect();
            let labels: Vec<i64> = (0..ROWS).map(|row| (row * 613 % classes) as i64).collect();
            let (mut narrow, mut single) = (vec![bf16::ZERO; wide.len()], vec![0.0_f32; wide.len()]);
            let shape = [ROWS, classes];
            let target = Tensor::from_slice(&labels, &[ROWS]);
            let output = TensorMut::from_slice(&mut narrow, &shape);
            let input = Tensor::from_slice(&stored, &shape).unwrap();
            let found = loss.eval_pair(None, &input, target.as_ref(), output.as_ref()).unwrap();
            let output = TensorMut::from_slice(&mut single, &shape);
            let input = Tensor::from_slice(&wide, &shape).unwrap();
            let expected = loss.eval_pair(None, &input, target.as_ref(), output.as_ref()).unwrap();
            assert_eq!(found.to_bits(), expected.to_bits(), "{classes} classes");
            for (place, (found, expected)) in narrow.iter().zip(&single).enumerate() {
                assert_eq!(found.to_bits(), bf16::from_f32(*expected).to_bits(), "{place} of {classes} classes");
            }
        }
    }
}
