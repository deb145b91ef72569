//! Many classes: along the row, a block of classes at a time.

mod dense;
mod labelled;
mod lent;

use std::ops::Range;

use smallvec::SmallVec;

use super::block::{self, BLOCK, Classes, Shared, blocks};
use super::largest::{largest_of, position_of};
use super::source::{Source, Stats};
use super::{Job, Kernel, Parts, RowFactors, Target};
use crate::engine::converted::Converted;
use crate::math::sum::{LANES, Lanes};
use crate::math::{Real, RowExp, Scalar, Sum};
use crate::tensor::Part;
use lent::LentRow;

/// The sum over some rows, with their derivatives written.
#[inline(always)]
pub fn rows<S: Scalar, R: Real<Storage = S>, K: Kernel, P: Source>(
    job: &Job<'_, S, K, P>,
    parts: &mut Parts<'_>,
    range: Range<usize>,
) -> Sum {
    let mut buffers = Buffers::<S>::default();
    buffers.uniform.resize(BLOCK.min(job.classes), job.weights.weight(0));
    if job.is_sparse() {
        labelled::rows::<S, R, K, P>(job, parts, range, &mut buffers)
    } else {
        dense::rows::<S, R, K, P>(job, parts, range, &mut buffers)
    }
}

/// The bytes of the next row that are asked for at once, where the loop reads the input as it lies: more would have to
/// wait for the first of them.
const PREFETCHED: usize = 512;

/// A block of classes, on the stack, and cleared no further than it is used.
type Buffer<S> = SmallVec<[S; BLOCK]>;

/// Buffers for blocks that do not lie in memory just so.
#[derive(Default)]
struct Buffers<S: Scalar> {
    input: Buffer<S>,
    target: Buffer<S>,
    /// The weight of every class where all have the same.
    uniform: Buffer<S>,
    values: Buffer<S>,
    derivatives: Buffer<S>,
}

/// Where the exponentials of a row wait until its gradient is made of them.
enum Waiting<'w, 'p, S> {
    /// Nowhere: they are computed again, to the same bits.
    Nowhere,
    /// In a run of numbers.
    Run(&'w mut [S]),
    /// The first ones in the bytes where the gradient of the row and the next will be, which have room for so many.
    Packed(&'w mut Part<'p>, usize),
}

/// How many of a block's exponentials wait where there is room for so many of a row's.
#[inline(always)]
fn kept_of(columns: &Range<usize>, room: usize) -> usize {
    room.saturating_sub(columns.start).min(columns.len())
}

/// The sums over a row: its loss, V and S.
#[derive(Clone, Copy)]
struct Totals<R> {
    value: f64,
    first: R,
    second: R,
}

/// One row of one call.
struct Row<'r, 'a, S, K, P> {
    job: &'r Job<'a, S, K, P>,
    index: usize,
    label: usize,
    factors: RowFactors,
    lent: LentRow<'r, S>,
}

impl<'r, 'a, S: Scalar, K: Kernel, P: Source> Row<'r, 'a, S, K, P> {
    /// A row of this label.
    #[inline(always)]
    fn of(job: &'r Job<'a, S, K, P>, index: usize, label: i64, factors: RowFactors) -> Self {
        Row { job, index, label: job.class_of(label), factors, lent: LentRow::of(job.input, index) }
    }

    /// The input of some classes, by way of the buffer where it is not lent.
    #[inline(always)]
    fn block<'b>(&'b self, columns: Range<usize>, buffer: &'b mut Buffer<S>) -> &'b [S] {
        if let LentRow::Itself(row) = self.lent {
            return &row[columns];
        }
        buffer.resize(columns.len(), S::default());
        if !self.lent.widen(columns.clone(), buffer) {
            self.job.input.read_row(self.index, columns, buffer);
        }
        buffer
    }
}

impl<S: Scalar, K: Kernel, P: Source> Row<'_, '_, S, K, P> {
    #[inline(always)]
    fn write_zeros(&self, parts: &mut Parts<'_>, buffers: &mut Buffers<S>) {
        for columns in blocks(self.job.classes) {
            for output in [&mut parts.gradient, &mut parts.hessian].into_iter().flatten() {
                buffers.derivatives.clear();
                buffers.derivatives.resize(columns.len(), S::default());
                output.write_row(self.index, columns.clone(), &buffers.derivatives);
            }
        }
    }

    /// The largest logit of a row and its class, if it is a row of logits.
    #[inline(always)]
    fn largest(&self, buffers: &mut Buffers<S>) -> (S, usize) {
        if !P::EXPONENTIAL {
            return (S::default(), 0);
        }
        let (mut max, mut found_in) = (S::from_f64(f64::NEG_INFINITY), 0..0);
        for columns in blocks(self.job.classes) {
            let best = match self.lent.largest(columns.clone()) {
                Some(best) => best,
                None => largest_of(self.block(columns.clone(), &mut buffers.input)),
            };
            if best > max {
                (max, found_in) = (best, columns);
            }
        }
        let start = found_in.start;
        let input = self.block(found_in, &mut buffers.input);
        (max, start + position_of(input, max))
    }

    /// The sum that the classes share, without the largest class where it is of exponentials, which are left to wait.
    #[inline(always)]
    fn sum<R: Real<Storage = S>>(
        &self,
        (max, largest): (S, usize),
        waiting: Waiting<'_, '_, S>,
        buffers: &mut Buffers<S>,
    ) -> f64 {
        if !P::EXPONENTIAL && !P::RATIO {
            return 0.0;
        }
        let (mut run, mut packed) = match waiting {
            Waiting::Nowhere => (None, None),
            Waiting::Run(run) => (Some(run), None),
            Waiting::Packed(part, room) => (None, Some((part, room))),
        };
        let row = RowExp::below(R::load(max));
        let mut lanes = Lanes::<LANES>::default();
        for columns in blocks(self.job.classes) {
            if P::RATIO {
                lanes.add(self.block(columns.clone(), &mut buffers.input));
                continue;
            }
            let exponential = match &mut run {
                Some(run) => &mut run[columns.clone()],
                None => {
                    buffers.values.resize(columns.len(), S::default());
                    &mut buffers.values[..]
                }
            };
            self.exponentials_ahead(row, columns.clone(), exponential, &mut buffers.input);
            // The largest class is left out of the sum: what remains is 1 − p of it, without cancellation.
            if columns.contains(&largest) {
                let e = std::mem::take(&mut exponential[largest - columns.start]);
                lanes.add(exponential);
                exponential[largest - columns.start] = e;
            } else {
                lanes.add(exponential);
            }
            if let Some((part, room)) = &mut packed {
                let kept = kept_of(&columns, *room);
                part.leave_in_row(self.index, columns.start.min(*room), &exponential[..kept]);
            }
        }
        lanes.fold_terms::<S>().value()
    }

    /// The exponentials of some classes, while the same classes of the next row are on their way: it is looked through for
    /// its largest logit before there is anything to compute.
    #[inline(always)]
    fn exponentials_ahead<R: Real<Storage = S>>(
        &self,
        row: RowExp<R>,
        columns: Range<usize>,
        out: &mut [S],
        buffer: &mut Buffer<S>,
    ) {
        if !self.job.prefetches {
            return self.exponentials(row, columns, out, buffer);
        }
        match self.lent {
            LentRow::Itself(run) => self.exponentials_by_piece(row, run, columns, out),
            LentRow::Bf16(run) => self.exponentials_by_piece(row, run, columns, out),
            _ => {
                self.job.input.prefetch_row(self.index + 1, columns.clone());
                self.exponentials(row, columns, out, buffer);
            }
        }
    }

    /// The same of classes that the loop can read, some at a time.
    #[inline(always)]
    fn exponentials_by_piece<R: Real<Storage = S>, T: Converted<S>>(
        &self,
        row: RowExp<R>,
        run: &[T],
        columns: Range<usize>,
        out: &mut [S],
    ) {
        let together = PREFETCHED / size_of::<T>();
        for start in columns.clone().step_by(together) {
            let piece = start..columns.end.min(start + together);
            self.job.input.prefetch_row(self.index + 1, piece.clone());
            block::exponentials(row, &run[piece], &mut out[start - columns.start..]);
        }
    }

    /// The exponentials of some classes, by way of the buffer where the loop cannot read the input.
    #[inline(always)]
    fn exponentials<R: Real<Storage = S>>(
        &self,
        row: RowExp<R>,
        columns: Range<usize>,
        out: &mut [S],
        buffer: &mut Buffer<S>,
    ) {
        match self.lent {
            LentRow::Bf16(run) => block::exponentials(row, &run[columns], out),
            _ => block::exponentials(row, self.block(columns, buffer), out),
        }
    }

    /// What the classes share, for the arithmetic of blocks.
    #[inline(always)]
    fn shared<R: Real<Storage = S>>(&self, stats: Stats<R>) -> Shared<R, K, P> {
        let job = self.job;
        Shared {
            kernel: job.kernel,
            source: job.source,
            stats,
            row: RowExp::below(stats.max),
            keep: R::from_f64(job.keep),
            spread: R::from_f64(job.spread),
            factor: R::from_f64(self.factors.derivative(job.derivative_factor)),
        }
    }

    /// The row's part of the sum of losses, which is written where losses are not reduced.
    #[inline(always)]
    fn report(&self, value: f64, parts: &mut Parts<'_>) -> f64 {
        let RowFactors { counts, weight, .. } = self.factors;
        let weighted = value * weight;
        if let Some(output) = &mut parts.values {
            output.write(self.index, &[if counts { weighted * self.job.value_factor } else { 0.0 }]);
        }
        if counts { weighted } else { 0.0 }
    }

    /// The classes of a block.
    #[inline(always)]
    fn classes<'b>(
        &'b self,
        columns: Range<usize>,
        input: &'b mut Buffer<S>,
        target: &'b mut Buffer<S>,
        uniform: &'b Buffer<S>,
    ) -> Classes<'b, S> {
        let count = columns.len();
        let weight = self.job.weights.block(columns.clone()).unwrap_or(uniform);
        let input = self.block(columns.clone(), input);
        let target = match &self.job.target {
            Target::Dense(view) => view.block_of_row(self.index, columns, target),
            Target::Labels(_) => {
                target.clear();
                target.resize(count, S::default());
                if columns.contains(&self.label) {
                    target[self.label - columns.start] = S::from_f64(1.0);
                }
                target
            }
        };
        Classes { input: &input[..count], target: &target[..count], weight: &weight[..count] }
    }

    /// The gradient of any row. It may take the input's place, so it comes last.
    #[inline(always)]
    fn derive<R: Real<Storage = S>>(
        &self,
        shared: Shared<R, K, P>,
        totals: Totals<R>,
        gradient: &mut Option<Part<'_>>,
        buffers: &mut Buffers<S>,
    ) {
        let Buffers { input, target, uniform, derivatives, .. } = buffers;
        for columns in blocks(self.job.classes) {
            let Some(gradient) = gradient else { break };
            let classes = self.classes(columns.clone(), input, target, uniform);
            derivatives.resize(columns.len(), S::default());
            block::gradients(shared, totals.first, classes, derivatives);
            gradient.write_row(self.index, columns, derivatives);
        }
    }

    /// The diagonal of the Hessian of any row.
    #[inline(always)]
    fn derive_second<R: Real<Storage = S>>(
        &self,
        shared: Shared<R, K, P>,
        totals: Totals<R>,
        hessian: &mut Option<Part<'_>>,
        buffers: &mut Buffers<S>,
    ) {
        let Buffers { input, target, uniform, derivatives, .. } = buffers;
        for columns in blocks(self.job.classes) {
            let Some(hessian) = hessian else { break };
            let classes = self.classes(columns.clone(), input, target, uniform);
            derivatives.resize(columns.len(), S::default());
            block::hessians(shared, (totals.first, totals.second), self.job.curvature, classes, derivatives);
            hessian.write_row(self.index, columns, derivatives);
        }
    }
}
