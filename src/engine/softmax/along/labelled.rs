//! Rows in which only the labelled class has a target, some of them together: their exponentials are summed up one row
//! after another, then comes for all of them what a row has once, then one gradient after another.

use std::ops::Range;

use half::bf16;

use super::super::block::{self, blocks};
use super::super::scalars::RowScalars;
use super::super::source::Source;
use super::super::{Job, Kernel, Parts, RowFactors, Target};
use super::{Buffers, Row, Totals, Waiting, kept_of};
use crate::engine::converted::Converted;
use crate::math::sum::LANES;
use crate::math::{Real, Scalar, Sum};
use crate::tensor::{Part, Room};

/// The most rows that go together.
const MOST_ROWS: usize = 32;

/// The elements of rows that go together. In f32, input and gradient stay in the first-level cache from pass to pass.
const ELEMENTS: usize = 4 * 1024;

/// Where the exponentials of the rows of a task wait until gradients are made of them.
#[derive(Clone, Copy, PartialEq)]
enum Wait {
    /// Nowhere.
    Nowhere,
    /// Where the gradient will be, which lies in memory just so.
    InPlace,
    /// In a buffer that holds all rows that go together.
    Beside,
    /// In the bytes where the gradient of the row and the next will be, as far as there is room.
    Packed,
}

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
    let wait = Wait::of::<S, K, P>(job, &mut parts.gradient, range.clone());
    let mut room = Room::<S, ELEMENTS>::default();
    let beside = room.cleared(if wait == Wait::Beside { together.min(range.len()) * job.classes } else { 0 });
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
                let waiting = match beside.chunks_exact_mut(job.classes).nth(place) {
                    Some(run) => Waiting::Run(run),
                    None => row.waiting(&mut parts.gradient, wait),
                };
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
                let beside = beside.chunks_exact_mut(job.classes).nth(place);
                row.derive_from::<R>(&scalars, place, wait, beside, parts, buffers);
            } else {
                row.write_zeros(parts, buffers);
            }
            sum = sum.plus(row.report(scalars.value[place], parts));
        }
        start += count;
    }
    sum
}

impl Wait {
    /// Of some rows, which all lie alike.
    #[inline(always)]
    fn of<S: Scalar, K: Kernel, P: Source>(
        job: &Job<'_, S, K, P>,
        gradient: &mut Option<Part<'_>>,
        rows: Range<usize>,
    ) -> Wait {
        let makes_exponentials = P::EXPONENTIAL && !rows.is_empty();
        let Some(gradient) = gradient.as_mut().filter(|_| makes_exponentials) else { return Wait::Nowhere };
        if job.input.lends() && gradient.run_of_row::<S>(rows.start, 0..job.classes).is_some() {
            Wait::InPlace
        } else if job.classes <= ELEMENTS {
            Wait::Beside
        } else if job.input.lends() {
            // One row at a time: it may use the room of the next.
            Wait::Packed
        } else {
            // A gradient in the input's place: the input is needed again.
            Wait::Nowhere
        }
    }
}

impl<S: Scalar, K: Kernel, P: Source> Row<'_, '_, S, K, P> {
    /// Where exponentials wait in the gradient's place.
    #[inline(always)]
    fn waiting<'w, 'p>(&self, gradient: &'w mut Option<Part<'p>>, wait: Wait) -> Waiting<'w, 'p, S> {
        match (gradient, wait) {
            (Some(gradient), Wait::InPlace) => {
                gradient.run_of_row(self.index, 0..self.job.classes).map_or(Waiting::Nowhere, Waiting::Run)
            }
            (Some(gradient), Wait::Packed) => {
                let room = gradient.room_in_row::<S>(self.index);
                Waiting::Packed(gradient, room)
            }
            _ => Waiting::Nowhere,
        }
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
        wait: Wait,
        mut beside: Option<&mut [S]>,
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
        let room = match self.waiting(&mut parts.gradient, wait) {
            Waiting::Run(run) => {
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
            let exponentials = if let Some(run) = &mut beside {
                &mut run[columns.clone()]
            } else {
                derivatives.resize(columns.len(), S::default());
                // What is written is no wider, so it stays behind what waits.
                let (waited, others) = derivatives.split_at_mut(kept_of(&columns, room));
                gradient.fetch_from_row(self.index, columns.start.min(room), waited);
                self.exponentials(shared.row, columns.start + waited.len()..columns.end, others, input);
                &mut derivatives[..]
            };
            self.write_scaled(factor, columns, exponentials, labelled, gradient);
        }
    }

    /// Writes the gradient of some classes, which is made of their exponentials.
    #[inline(always)]
    fn write_scaled<R: Real<Storage = S>>(
        &self,
        factor: R,
        columns: Range<usize>,
        exponentials: &mut [S],
        labelled: S,
        gradient: &mut Part<'_>,
    ) {
        let label = columns.contains(&self.label).then(|| self.label - columns.start);
        if S::IS_NARROW
            && let Some(run) = gradient.run_of_row::<bf16>(self.index, columns.clone())
        {
            block::scale_to(factor, exponentials, run);
            if let Some(label) = label {
                run[label] = bf16::narrow(labelled);
            }
            return;
        }
        block::scale(factor, exponentials);
        if let Some(label) = label {
            exponentials[label] = labelled;
        }
        gradient.write_row(self.index, columns, exponentials);
    }
}

#[cfg(test)]
mod tests {
    use half::{bf16, f16};

    use crate::Loss;
    use crate::tensor::{Element, Tensor, TensorMut};

    /// Gradient of rows in a half-precision type beside that of the widened rows, rounded.
    fn check<T: Element + PartialEq + std::fmt::Debug>(zero: T, round: impl Fn(f32) -> T, widen: impl Fn(T) -> f32) {
        let loss = Loss::parse("cross_entropy(reduction=sum)").unwrap();
        for classes in [65, 511, 512, 513, 1000, 1023, 1024, 1025, 2049, 4096, 4097, 5003, 9216] {
            const ROWS: usize = 7;
            let stored: Vec<T> =
                (0..ROWS * classes).map(|index| round((index * 37 % 101) as f32 / 10.0 - 5.0)).collect();
            let wide: Vec<f32> = stored.iter().map(|&number| widen(number)).collect();
            let labels: Vec<i64> = (0..ROWS).map(|row| (row * 613 % classes) as i64).collect();
            let (mut narrow, mut single) = (vec![zero; wide.len()], vec![0.0_f32; wide.len()]);
            let shape = [ROWS, classes];
            let target = Tensor::from_slice(&labels, &[ROWS]);
            let output = TensorMut::from_slice(&mut narrow, &shape);
            let input = Tensor::from_slice(&stored, &shape).unwrap();
            let found = loss.eval_pair(None, &input, target.as_ref(), output.as_ref()).unwrap();
            let output = TensorMut::from_slice(&mut single, &shape);
            let input = Tensor::from_slice(&wide, &shape).unwrap();
            let expected = loss.eval_pair(None, &input, target.as_ref(), output.as_ref()).unwrap();
            assert_eq!(found.to_bits(), expected.to_bits(), "{classes} classes");
            for (place, (&found, &expected)) in narrow.iter().zip(&single).enumerate() {
                assert_eq!(found, round(expected), "{place} of {classes} classes");
            }
        }
    }

    /// Wherever a row's exponentials wait, or whether they are made again, must make no difference.
    #[test]
    fn a_gradient_of_half_precision_is_that_of_single_precision_rounded() {
        check(bf16::ZERO, bf16::from_f32, bf16::to_f32);
        check(f16::ZERO, f16::from_f32, f16::to_f32);
    }
}
