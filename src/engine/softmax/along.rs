//! Many classes: one row after another, a block of classes at a time. The gradient row holds the exponentials between
//! the passes where it lies in memory just so; otherwise they are computed again, to the same bits.

use std::ops::Range;

use smallvec::SmallVec;

use super::block::{self, BLOCK, Classes, Shared, blocks};
use super::largest::{largest_of, position_of};
use super::source::{Quotients, Source, Stats};
use super::{Job, Kernel, Labelled, Parts, RowFactors, Target, Term};
use crate::math::sum::{LANES, Lanes};
use crate::math::{Real, RowExp, Scalar, Sum};
use crate::tensor::Part;

/// The sum over some rows, with their derivatives written.
#[inline(always)]
pub fn rows<S: Scalar, R: Real<Storage = S>, K: Kernel, P: Source>(
    job: &Job<'_, S, K, P>,
    parts: &mut Parts<'_>,
    range: Range<usize>,
) -> Sum {
    let mut buffers = Buffers::<S>::default();
    buffers.uniform.resize(BLOCK.min(job.classes), job.weights.weight(0));
    let mut ahead = None;
    let mut sum = Sum::ZERO;
    let end = range.end;
    for index in range {
        let label = job.target.label(index);
        let factors = job.rows.factors(index, label);
        let row = Row { job, index, end, label: job.class_of(label), factors };
        let value = row.evaluate::<R>(parts, &mut buffers, &mut ahead);
        if factors.counts {
            sum = sum.plus(value * factors.weight);
        }
        if let Some(output) = &mut parts.values {
            let value = value * factors.weight * job.value_factor;
            output.write(index, &[if factors.counts { value } else { 0.0 }]);
        }
    }
    sum
}

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
    /// Behind the task's last row.
    end: usize,
    label: usize,
    factors: RowFactors,
}

impl<S: Scalar, K: Kernel, P: Source> Row<'_, '_, S, K, P> {
    /// The loss of the row, with its derivatives written. What is known ahead is the largest logit of this row and its
    /// class, and then that of the next.
    #[inline(always)]
    fn evaluate<R: Real<Storage = S>>(
        &self,
        parts: &mut Parts<'_>,
        buffers: &mut Buffers<S>,
        ahead: &mut Option<(S, usize)>,
    ) -> f64 {
        let job = self.job;
        // Taken by every row, counted or not: it is of no other.
        let known = ahead.take();
        if !self.factors.counts {
            self.write_zeros(parts, buffers);
            return 0.0;
        }
        // The input must be lent too: where a gradient replaces its input, the input is needed again.
        let mut cache = match &mut parts.gradient {
            Some(gradient) if P::EXPONENTIAL && job.input.run_of_row::<S>(self.index, 0..job.classes).is_some() => {
                gradient.run_of_row::<S>(self.index, 0..job.classes)
            }
            _ => None,
        };
        let largest = match known {
            Some(largest) => largest,
            None => self.largest::<R>(self.index, buffers),
        };
        let (stats, divisor, row) = self.normalise::<R>(largest, cache.as_deref_mut(), buffers);
        // A row of one block is over before its sum is folded, for which all that follows waits: meanwhile, the next row.
        if self.job.classes <= BLOCK && self.index + 1 < self.end {
            *ahead = Some(self.largest::<R>(self.index + 1, buffers));
        }
        let shared = Shared {
            kernel: job.kernel,
            source: job.source,
            stats,
            row,
            keep: R::from_f64(job.keep),
            spread: R::from_f64(job.spread),
            factor: R::from_f64(self.factors.derivative(self.job.derivative_factor)),
        };
        if !job.is_sparse() {
            let totals = self.accumulate(shared, buffers, parts.hessian.is_some());
            self.derive(shared, totals, parts, buffers);
            return totals.value;
        }
        let (totals, labelled) = self.labelled_class(shared, divisor, buffers);
        // The gradient may take the input's place, so it comes last.
        if let Some(cache) = cache {
            self.derive_second(shared, totals, &mut parts.hessian, buffers);
            block::scale(labelled.factor, cache);
            cache[self.label] = labelled.gradient.store();
        } else if let (Some(gradient), true) = (&mut parts.gradient, P::EXPONENTIAL) {
            self.derive_second(shared, totals, &mut parts.hessian, buffers);
            self.derive_labelled(row, labelled, gradient, buffers);
        } else {
            self.derive(shared, totals, parts, buffers);
        }
        totals.value
    }

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
    fn largest<R: Real<Storage = S>>(&self, index: usize, buffers: &mut Buffers<S>) -> (S, usize) {
        if !P::EXPONENTIAL {
            return (S::default(), 0);
        }
        let (mut max, mut found_in): (S, _) = ((-R::INFINITY).store(), 0..0);
        for columns in blocks(self.job.classes) {
            let input = self.job.input.block_of_row(index, columns.clone(), &mut buffers.input);
            let best = largest_of::<S, R>(input);
            if best.order() > max.order() {
                (max, found_in) = (best, columns);
            }
        }
        let start = found_in.start;
        let input = self.job.input.block_of_row(index, found_in, &mut buffers.input);
        (max, start + position_of(input, max))
    }

    /// The sums that the classes share, with the exponentials left in the cache.
    #[inline(always)]
    fn normalise<R: Real<Storage = S>>(
        &self,
        (max, largest): (S, usize),
        mut cache: Option<&mut [S]>,
        buffers: &mut Buffers<S>,
    ) -> (Stats<R>, f64, RowExp<R>) {
        let max = R::load(max);
        let row = RowExp::below(max);
        let mut lanes = Lanes::<LANES>::default();
        if P::EXPONENTIAL || P::RATIO {
            for columns in blocks(self.job.classes) {
                let input = self.job.input.block_of_row(self.index, columns.clone(), &mut buffers.input);
                if P::RATIO {
                    lanes.add::<R>(input);
                    continue;
                }
                let exponential = match &mut cache {
                    Some(cache) => &mut cache[columns.clone()],
                    None => {
                        buffers.values.resize(columns.len(), S::default());
                        &mut buffers.values[..]
                    }
                };
                // The next row is looked through for its largest logit before there is anything to compute.
                self.job.input.prefetch_row(self.index + 1, columns.clone());
                block::exponentials(row, input, exponential);
                // The largest class is left out of the sum: what remains is 1 − p of it, without cancellation.
                if columns.contains(&largest) {
                    let e = std::mem::take(&mut exponential[largest - columns.start]);
                    lanes.add::<R>(exponential);
                    exponential[largest - columns.start] = e;
                } else {
                    lanes.add::<R>(exponential);
                }
            }
        }
        let largest = if P::EXPONENTIAL { row.of(max).to_f64() } else { 1.0 };
        let quotients = Quotients::of::<S, P>(largest, lanes.fold().value());
        (Stats::of(max, quotients), quotients.divisor, row)
    }

    /// Loss, V and S of a row in which only the labelled class has a target, and its gradient if it is a softmax.
    #[inline(always)]
    fn labelled_class<R: Real<Storage = S>>(
        &self,
        shared: Shared<R, K, P>,
        divisor: f64,
        buffers: &mut Buffers<S>,
    ) -> (Totals<R>, Labelled<R>) {
        let input = self.job.input.block_of_row(self.index, self.label..self.label + 1, &mut buffers.input);
        let class = shared.class(R::load(input[0]));
        let Term { value, first, second } = self.job.kernel.term(class.minus_ln_p, class.p, class.q);
        let a = R::load(self.job.weights.weight(self.label));
        let first = R::only_if(class.passes, a.weigh(first));
        let second = R::only_if(class.passes, a.weigh(second));
        let labelled = Labelled::of(first, class.free_q, divisor, self.factors.derivative(self.job.derivative_factor));
        (Totals { value: a.weigh(value).to_f64(), first, second }, labelled)
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
        let input = self.job.input.block_of_row(self.index, columns.clone(), input);
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

    /// Loss, V and S of a row with any targets.
    #[inline(always)]
    fn accumulate<R: Real<Storage = S>>(
        &self,
        shared: Shared<R, K, P>,
        buffers: &mut Buffers<S>,
        second_order: bool,
    ) -> Totals<R> {
        let Buffers { input, target, uniform, values, derivatives } = buffers;
        let (mut value, mut first, mut second) =
            (Lanes::<LANES>::default(), Lanes::<LANES>::default(), Lanes::<LANES>::default());
        for columns in blocks(self.job.classes) {
            let classes = self.classes(columns.clone(), input, target, uniform);
            values.resize(columns.len(), S::default());
            derivatives.resize(columns.len(), S::default());
            block::terms(shared, classes, values, derivatives);
            value.add::<R>(values);
            first.add::<R>(derivatives);
            if second_order {
                block::second_terms(shared, classes, derivatives);
                second.add::<R>(derivatives);
            }
        }
        let [first, second] = [first, second].map(|sum| R::from_f64(sum.fold().value()));
        Totals { value: value.fold().value(), first, second }
    }

    /// The gradient of a labelled softmax row whose exponentials were not kept.
    #[inline(always)]
    fn derive_labelled<R: Real<Storage = S>>(
        &self,
        row: RowExp<R>,
        labelled: Labelled<R>,
        gradient: &mut Part<'_>,
        buffers: &mut Buffers<S>,
    ) {
        for columns in blocks(self.job.classes) {
            let input = self.job.input.block_of_row(self.index, columns.clone(), &mut buffers.input);
            let derivatives = &mut buffers.derivatives;
            derivatives.resize(columns.len(), S::default());
            block::scaled_exponentials(row, labelled.factor, input, derivatives);
            if columns.contains(&self.label) {
                derivatives[self.label - columns.start] = labelled.gradient.store();
            }
            gradient.write_row(self.index, columns, derivatives);
        }
    }

    /// Derivatives of any row.
    #[inline(always)]
    fn derive<R: Real<Storage = S>>(
        &self,
        shared: Shared<R, K, P>,
        totals: Totals<R>,
        parts: &mut Parts<'_>,
        buffers: &mut Buffers<S>,
    ) {
        self.derive_second(shared, totals, &mut parts.hessian, buffers);
        let Buffers { input, target, uniform, derivatives, .. } = buffers;
        for columns in blocks(self.job.classes) {
            let Some(gradient) = &mut parts.gradient else { break };
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
