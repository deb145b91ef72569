//! Rows in which only the labelled class has a target, some of them together: their exponentials are summed up one row
//! after another, then comes for all of them what a row has once, then one gradient after another.

use std::ops::Range;

use super::super::block::{self, blocks};
use super::super::once::Once;
use super::super::source::Source;
use super::super::{Job, Kernel, Parts, RowFactors, Target};
use super::{Buffers, Row, Totals, Waiting};
use crate::math::sum::LANES;
use crate::math::{Real, Scalar, Sum};
use crate::tensor::Part;

/// The most rows that go together.
const MOST_ROWS: usize = 32;

/// The elements of rows that go together. Input and gradient stay in the first-level cache from pass to pass.
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
    let mut once = Once::<S, MOST_ROWS>::of(job.derivative_factor);
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
                row.add_to::<R>(&mut once, place, waiting, buffers);
            }
        }
        if P::EXPONENTIAL {
            once.exponentials::<R>(width);
        } else {
            once.largest[..width].fill(R::ONE.store());
        }
        once.normalise::<R, P>(width);
        once.label::<R, K, P>(job.kernel, job.source, width);
        for place in 0..count {
            let row = Row::of(job, start + place, labels[place], factors[place]);
            if row.factors.counts {
                row.derive_from::<R>(&once, place, in_place, parts, buffers);
            } else {
                row.write_zeros(parts, buffers);
            }
            sum = sum.plus(row.report(once.value[place], parts));
        }
        start += count;
    }
    sum
}

/// Whether exponentials wait where the gradient will be: both it and the input lie in memory just so, which is the same
/// for all rows.
#[inline(always)]
fn waits_in_place<S: Scalar, K: Kernel, P: Source>(
    job: &Job<'_, S, K, P>,
    gradient: &mut Option<Part<'_>>,
    rows: Range<usize>,
) -> bool {
    let (all, any) = (0..job.classes, rows.start);
    P::EXPONENTIAL
        && !rows.is_empty()
        && job.input.run_of_row::<S>(any, all.clone()).is_some()
        && gradient.as_mut().is_some_and(|gradient| gradient.run_of_row::<S>(any, all).is_some())
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
        Waiting::Packed(gradient, room)
    }

    /// Adds the row's exponentials up, and notes what is needed of the row once.
    #[inline(always)]
    fn add_to<R: Real<Storage = S>>(
        &self,
        once: &mut Once<S, MOST_ROWS>,
        place: usize,
        waiting: Waiting<'_, '_, S>,
        buffers: &mut Buffers<S>,
    ) {
        let job = self.job;
        once.input[place] = self.block(self.label..self.label + 1, &mut buffers.input)[0];
        once.weight[place] = job.weights.weight(self.label);
        once.factor[place] = self.factors.derivative(job.derivative_factor);
        let largest = self.largest(buffers);
        once.max[place] = largest.0;
        once.sum[place] = self.sum::<R>(largest, waiting, buffers);
    }

    /// Writes derivatives.
    #[inline(always)]
    fn derive_from<R: Real<Storage = S>>(
        &self,
        once: &Once<S, MOST_ROWS>,
        place: usize,
        in_place: bool,
        parts: &mut Parts<'_>,
        buffers: &mut Buffers<S>,
    ) {
        let shared = self.shared(once.stats::<R>(place));
        let (first, second) = (R::load(once.first[place]), R::load(once.second[place]));
        let totals = Totals { value: once.value[place], first, second };
        self.derive_second(shared, totals, &mut parts.hessian, buffers);
        if !P::EXPONENTIAL {
            return self.derive(shared, totals, &mut parts.gradient, buffers);
        }
        let (labelled, factor) = (once.labelled[place], R::load(once.others[place]));
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
            if columns.end <= room {
                // What is written is no wider, so it stays behind what waits.
                gradient.fetch_from_row(self.index, columns.start, derivatives);
                block::scale(factor, derivatives);
            } else {
                let input = self.block(columns.clone(), input);
                block::scaled_exponentials(shared.row, factor, input, derivatives);
            }
            if columns.contains(&self.label) {
                derivatives[self.label - columns.start] = labelled;
            }
            gradient.write_row(self.index, columns, derivatives);
        }
    }
}
