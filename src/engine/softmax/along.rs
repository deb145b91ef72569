//! Many classes: one row after another, a block of classes at a time. The gradient row holds the exponentials between
//! the passes where it lies in memory just so; otherwise they are computed again, to the same bits.

use std::ops::Range;

use super::source::{Class, Source, Stats};
use super::{Job, Kernel, Labelled, Parts, RowFactors, Target, Term};
use crate::math::sum::{LANES, Lanes};
use crate::math::{Real, RowExp, Scalar, Sum};
use crate::tensor::View;

/// Classes processed together.
const BLOCK: usize = 512;

/// The sum over some rows, with their derivatives written.
#[inline(always)]
pub fn rows<S: Scalar, R: Real<Storage = S>, K: Kernel, P: Source>(
    job: &Job<'_, S, K, P>,
    parts: &mut Parts<'_>,
    range: Range<usize>,
) -> Sum {
    let mut buffers = Buffers::<S>::default();
    let mut sum = Sum::ZERO;
    for index in range {
        let label = job.label(index);
        let factors = job.row_factors(index, label);
        let label = label.filter(|_| factors.counts).and_then(|label| usize::try_from(label).ok()).unwrap_or(0);
        let row = Row { job, index, label, factors };
        let value = row.evaluate::<R>(parts, &mut buffers);
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

/// Buffers for blocks that do not lie in memory just so.
struct Buffers<S> {
    input: [S; BLOCK],
    target: [S; BLOCK],
    exponential: [S; BLOCK],
    gradient: [S; BLOCK],
    hessian: [S; BLOCK],
}

impl<S: Scalar> Default for Buffers<S> {
    #[inline(always)]
    fn default() -> Buffers<S> {
        let zero = [S::default(); BLOCK];
        Buffers { input: zero, target: zero, exponential: zero, gradient: zero, hessian: zero }
    }
}

/// The sums over a row.
#[derive(Clone, Copy)]
struct Totals<R> {
    value: f64,
    first: R,
    second: R,
    labelled: Option<Labelled<R>>,
}

/// One row of one call.
struct Row<'r, 'a, S, K, P> {
    job: &'r Job<'a, S, K, P>,
    index: usize,
    label: usize,
    factors: RowFactors,
}

/// A block of a row: lent, or copied into the buffer.
#[inline(always)]
fn block<'b, S: Scalar>(view: &'b View<'_>, row: usize, columns: Range<usize>, buffer: &'b mut [S; BLOCK]) -> &'b [S] {
    let count = columns.len();
    match view.run_of_row(row, columns.clone()) {
        Some(lent) => lent,
        None => {
            view.read_row(row, columns, &mut buffer[..count]);
            &buffer[..count]
        }
    }
}

fn blocks(classes: usize) -> impl Iterator<Item = Range<usize>> {
    (0..classes).step_by(BLOCK).map(move |start| start..classes.min(start + BLOCK))
}

impl<S: Scalar, K: Kernel, P: Source> Row<'_, '_, S, K, P> {
    #[inline(always)]
    fn evaluate<R: Real<Storage = S>>(&self, parts: &mut Parts<'_>, buffers: &mut Buffers<S>) -> f64 {
        let job = self.job;
        let classes = job.classes;
        let second_order = parts.hessian.is_some();
        let derivatives = parts.gradient.is_some() || second_order;
        if !self.factors.counts {
            self.write_zeros(parts);
            return 0.0;
        }
        // The input must be lent too: where a gradient replaces its input, the input is needed again.
        let mut cache = match &mut parts.gradient {
            Some(gradient) if P::EXPONENTIAL && job.input.run_of_row::<S>(self.index, 0..classes).is_some() => {
                gradient.run_of_row::<S>(self.index, 0..classes)
            }
            _ => None,
        };
        let (stats, exponential) = self.normalise::<R>(cache.as_deref_mut(), buffers);
        let totals = if job.is_sparse() {
            self.labelled_class(&stats, &exponential, buffers)
        } else {
            self.accumulate(&stats, &exponential, buffers)
        };
        if derivatives {
            match (cache, totals.labelled) {
                (Some(cache), Some(labelled)) if !second_order => self.scale_exponentials(cache, labelled),
                _ => self.derive(parts, &stats, &exponential, &totals, buffers),
            }
        }
        totals.value
    }

    #[inline(always)]
    fn write_zeros(&self, parts: &mut Parts<'_>) {
        let zeros = [S::default(); BLOCK];
        for columns in blocks(self.job.classes) {
            for output in [&mut parts.gradient, &mut parts.hessian].into_iter().flatten() {
                output.write_row(self.index, columns.clone(), &zeros);
            }
        }
    }

    /// The largest logit and its class.
    #[inline(always)]
    fn largest<R: Real<Storage = S>>(&self, buffers: &mut Buffers<S>) -> (S, usize) {
        let lowest = (-R::INFINITY).store();
        let (mut max, mut found_in) = (lowest, 0..0);
        for columns in blocks(self.job.classes) {
            let input = block(&self.job.input, self.index, columns.clone(), &mut buffers.input);
            let mut lanes = [lowest; LANES];
            let mut chunks = input.chunks_exact(LANES);
            for chunk in chunks.by_ref() {
                for lane in 0..LANES {
                    lanes[lane] = if chunk[lane] > lanes[lane] { chunk[lane] } else { lanes[lane] };
                }
            }
            for (lane, &x) in lanes.iter_mut().zip(chunks.remainder()) {
                *lane = if x > *lane { x } else { *lane };
            }
            let mut width = LANES / 2;
            while width > 0 {
                for lane in 0..width {
                    lanes[lane] = if lanes[lane + width] > lanes[lane] { lanes[lane + width] } else { lanes[lane] };
                }
                width /= 2;
            }
            let best = lanes[0];
            if best > max {
                (max, found_in) = (best, columns);
            }
        }
        let start = found_in.start;
        let input = block(&self.job.input, self.index, found_in, &mut buffers.input);
        (max, start + input.iter().position(|&x| x == max).unwrap_or(0))
    }

    /// The sums that the classes share, with the exponentials left in the cache.
    #[inline(always)]
    fn normalise<R: Real<Storage = S>>(
        &self,
        mut cache: Option<&mut [S]>,
        buffers: &mut Buffers<S>,
    ) -> (Stats<R>, RowExp<R>) {
        let classes = self.job.classes;
        let (max, largest) = if P::EXPONENTIAL { self.largest::<R>(buffers) } else { (S::default(), 0) };
        let max = R::load(max);
        let row = RowExp::below(max);
        let mut lanes = Lanes::<LANES>::default();
        if P::EXPONENTIAL || P::RATIO {
            for columns in blocks(classes) {
                let input = block(&self.job.input, self.index, columns.clone(), &mut buffers.input);
                if P::RATIO {
                    lanes.add::<R>(input);
                    continue;
                }
                let exponential = match &mut cache {
                    Some(cache) => &mut cache[columns.clone()],
                    None => &mut buffers.exponential[..columns.len()],
                };
                for (e, &x) in exponential.iter_mut().zip(input) {
                    *e = row.of(R::load(x)).store();
                }
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
        (Stats::of::<P>(max, row.of(max), lanes.fold().value()), row)
    }

    #[inline(always)]
    fn class_at<R: Real<Storage = S>>(&self, stats: &Stats<R>, row: &RowExp<R>, x: R) -> Class<R> {
        let e = if P::EXPONENTIAL { row.of(x) } else { R::ZERO };
        self.job.source.class(x, e, stats)
    }

    /// Loss, V and S of a row in which only the labelled class has a target.
    #[inline(always)]
    fn labelled_class<R: Real<Storage = S>>(
        &self,
        stats: &Stats<R>,
        row: &RowExp<R>,
        buffers: &mut Buffers<S>,
    ) -> Totals<R> {
        let input = block(&self.job.input, self.index, self.label..self.label + 1, &mut buffers.input);
        let class = self.class_at(stats, row, R::load(input[0]));
        let Term { value, first, second } = self.job.kernel.term(class.minus_ln_p, class.p, class.q);
        let a = R::load(self.job.weights.weight(self.label));
        let first = R::only_if(class.passes, a.weigh(first));
        let labelled = Labelled::of(first, class.free_q, stats.total, self.factors.derivative);
        Totals {
            value: a.weigh(value).to_f64(),
            first,
            second: R::only_if(class.passes, a.weigh(second)),
            labelled: P::EXPONENTIAL.then_some(labelled),
        }
    }

    /// The targets of a block of classes.
    #[inline(always)]
    fn targets<'b, R: Real<Storage = S>>(&'b self, columns: Range<usize>, buffer: &'b mut [S; BLOCK]) -> &'b [S] {
        match &self.job.target {
            Target::Dense(view) => block(view, self.index, columns, buffer),
            Target::Labels { .. } => {
                let targets = &mut buffer[..columns.len()];
                targets.fill(S::default());
                if columns.contains(&self.label) {
                    targets[self.label - columns.start] = R::ONE.store();
                }
                targets
            }
        }
    }

    #[inline(always)]
    fn target_weight<R: Real<Storage = S>>(&self, class: usize, target: R) -> R {
        let kept = R::from_f64(self.job.keep) * target + R::from_f64(self.job.spread);
        R::load(self.job.weights.weight(class)) * kept
    }

    /// Loss, V and S of a row with any targets.
    #[inline(always)]
    fn accumulate<R: Real<Storage = S>>(
        &self,
        stats: &Stats<R>,
        row: &RowExp<R>,
        buffers: &mut Buffers<S>,
    ) -> Totals<R> {
        let Buffers { input, target, exponential: values, gradient: firsts, hessian: seconds } = buffers;
        let (mut value, mut first, mut second) =
            (Lanes::<LANES>::default(), Lanes::<LANES>::default(), Lanes::<LANES>::default());
        for columns in blocks(self.job.classes) {
            let count = columns.len();
            let input = block(&self.job.input, self.index, columns.clone(), input);
            let target = self.targets::<R>(columns.clone(), target);
            for index in 0..count {
                let class = self.class_at(stats, row, R::load(input[index]));
                let term: Term<R> = self.job.kernel.term(class.minus_ln_p, class.p, class.q);
                let a = self.target_weight(columns.start + index, R::load(target[index]));
                values[index] = a.weigh(term.value).store();
                firsts[index] = R::only_if(class.passes, a.weigh(term.first)).store();
                seconds[index] = R::only_if(class.passes, a.weigh(term.second)).store();
            }
            value.add::<R>(&values[..count]);
            first.add::<R>(&firsts[..count]);
            second.add::<R>(&seconds[..count]);
        }
        Totals {
            value: value.fold().value(),
            first: R::from_f64(first.fold().value()),
            second: R::from_f64(second.fold().value()),
            labelled: None,
        }
    }

    /// The gradient of a labelled row from its exponentials, in place: one multiplication for each class but the
    /// labelled.
    #[inline(always)]
    fn scale_exponentials<R: Real<Storage = S>>(&self, cache: &mut [S], labelled: Labelled<R>) {
        for e in cache.iter_mut() {
            *e = (R::load(*e) * labelled.factor).store();
        }
        cache[self.label] = labelled.gradient.store();
    }

    /// Derivatives of any row.
    #[inline(always)]
    fn derive<R: Real<Storage = S>>(
        &self,
        parts: &mut Parts<'_>,
        stats: &Stats<R>,
        row: &RowExp<R>,
        totals: &Totals<R>,
        buffers: &mut Buffers<S>,
    ) {
        let job = self.job;
        let sparse = job.is_sparse();
        let factor = R::from_f64(self.factors.derivative);
        let curvature = job.curvature;
        let scale = R::from_f64(if curvature.bound { 2.0 * curvature.scale } else { curvature.scale });
        let least = R::from_f64(curvature.least);
        let Buffers { input, target, gradient, hessian, .. } = buffers;
        for columns in blocks(job.classes) {
            let count = columns.len();
            let input = block(&job.input, self.index, columns.clone(), input);
            let target = self.targets::<R>(columns.clone(), target);
            for index in 0..count {
                let number = columns.start + index;
                let x = R::load(input[index]);
                let class = self.class_at(stats, row, x);
                let (v, s) = if sparse {
                    (R::load(target[index]).weigh(totals.first), R::load(target[index]).weigh(totals.second))
                } else {
                    let term: Term<R> = job.kernel.term(class.minus_ln_p, class.p, class.q);
                    let a = self.target_weight(number, R::load(target[index]));
                    (R::only_if(class.passes, a.weigh(term.first)), R::only_if(class.passes, a.weigh(term.second)))
                };
                gradient[index] = match totals.labelled {
                    Some(labelled) if number == self.label => labelled.gradient,
                    Some(labelled) => row.of(x) * labelled.factor,
                    None => job.source.gradient(x, &class, v, totals.first, stats) * factor,
                }
                .store();
                let second = job.source.hessian(x, &class, v, s, totals.first, totals.second);
                hessian[index] = ((second * scale).at_least(least) * factor).store();
            }
            if let Some(output) = &mut parts.gradient {
                output.write_row(self.index, columns.clone(), &gradient[..count]);
            }
            if let Some(output) = &mut parts.hessian {
                output.write_row(self.index, columns.clone(), &hessian[..count]);
            }
        }
    }
}
