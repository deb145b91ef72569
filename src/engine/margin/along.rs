//! Many classes: one row after another, a block of classes at a time.

use std::ops::Range;

use smallvec::SmallVec;

use super::{Job, Kernel, Parts, Target};
use crate::engine::softmax::RowFactors;
use crate::engine::softmax::block::{BLOCK, blocks};
use crate::engine::softmax::largest::position_of;
use crate::math::sum::{LANES, Lanes};
use crate::math::{Real, Scalar, Sum};
use crate::tensor::Part;

/// The sum over some rows, with their derivatives written.
#[inline(always)]
pub fn rows<S: Scalar, R: Real<Storage = S>, K: Kernel>(
    job: &Job<'_, S, K>,
    parts: &mut Parts<'_>,
    range: Range<usize>,
) -> Sum {
    let mut buffers = Buffers::<S>::default();
    let mut sum = Sum::ZERO;
    for index in range {
        let label = job.target.label(index);
        let factors = job.rows.factors(index, label);
        let row = Row { job, index, label: label as usize };
        let left_out = (0.0, Slopes::All(R::ZERO));
        let (value, slopes) = if factors.counts { row.evaluate::<R>(factors, &mut buffers) } else { left_out };
        if let Some(gradient) = &mut parts.gradient {
            row.write_gradient(gradient, &mut buffers, slopes);
        }
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

/// Blocks of one row, on the stack, and cleared no further than they are used.
type Buffer<S> = SmallVec<[S; BLOCK]>;

/// Buffers for blocks that do not lie in memory just so.
#[derive(Default)]
struct Buffers<S: Scalar> {
    input: Buffer<S>,
    target: Buffer<S>,
    adjusted: Buffer<S>,
    products: Buffer<S>,
    gradient: Buffer<S>,
}

/// What a row's classes come to.
struct Scores<R> {
    worst: R,
    worst_class: usize,
    true_score: f64,
    class_weight: f64,
}

/// The gradient of a row.
#[derive(Clone, Copy)]
enum Slopes<R> {
    /// The same for every class.
    All(R),
    /// (slope of s, if it is the worst class, − target) times the factor.
    Of { worst_class: usize, factor: R },
}

/// One row of one call. Its label is 0 where there is none.
struct Row<'r, 'a, S, K> {
    job: &'r Job<'a, S, K>,
    index: usize,
    label: usize,
}

impl<S: Scalar, K: Kernel> Row<'_, '_, S, K> {
    /// The value, not yet multiplied by the row's weight, and what the gradient is.
    #[inline(always)]
    fn evaluate<R: Real<Storage = S>>(&self, factors: RowFactors, buffers: &mut Buffers<S>) -> (f64, Slopes<R>) {
        let job = self.job;
        let scores = self.scan::<R>(buffers);
        let margin = R::from_f64(job.kernel.offset()) + (scores.worst - R::from_f64(scores.true_score));
        let holds = job.kernel.has_floor() && margin <= R::ZERO;
        let factor = scores.class_weight * factors.weight * factors.upstream * job.derivative_factor;
        let slopes = if holds {
            Slopes::All(R::ZERO)
        } else if margin.is_nan() {
            // NaN in a row makes its whole gradient NaN.
            Slopes::All(margin)
        } else {
            Slopes::Of { worst_class: scores.worst_class, factor: R::from_f64(factor) }
        };
        (R::only_if(!holds, margin).to_f64() * scores.class_weight, slopes)
    }

    /// Looks at every class.
    #[inline(always)]
    fn scan<R: Real<Storage = S>>(&self, buffers: &mut Buffers<S>) -> Scores<R> {
        let Row { job, index, label } = *self;
        let Buffers { input, target, adjusted, products, .. } = buffers;
        let (mut worst, mut worst_class): (S, _) = ((-R::INFINITY).store(), 0);
        let mut has_nan = false;
        let (mut true_score, mut true_scores) = (0.0, Lanes::<LANES>::default());
        let mut class_weight = Sum::ZERO;
        for columns in blocks(job.classes) {
            job.input.prefetch_row(index + 1, columns.clone());
            let input = job.input.block_of_row(index, columns.clone(), input);
            adjusted.resize(columns.len(), S::default());
            match &job.target {
                Target::Dense(view) => {
                    let target = view.block_of_row(index, columns.clone(), target);
                    products.resize(columns.len(), S::default());
                    adjust::<S, R, K>(job.kernel, input, target, adjusted, products);
                    true_scores.add::<R>(products);
                    if !job.weights.is_one() {
                        for (class, target) in columns.clone().zip(target) {
                            class_weight = class_weight.plus(target.to_f64() * job.weights.weight(class).to_f64());
                        }
                    }
                }
                Target::Labels(_) => {
                    adjust_wrong::<S, R, K>(job.kernel, input, adjusted);
                    if columns.contains(&label) {
                        let score = input[label - columns.start];
                        true_score = score.to_f64();
                        adjusted[label - columns.start] = job.kernel.adjusted(R::load(score), R::ONE).store();
                    }
                }
            }
            let (largest, spoilt) = largest_or_nan::<S, R>(adjusted);
            has_nan |= spoilt;
            // As numbers, for which 0 and −0 are equal: the first of the largest classes takes the subgradient.
            if largest > worst {
                (worst, worst_class) = (largest, columns.start + position_of(adjusted, largest));
            }
        }
        let worst = if has_nan { R::NAN } else { R::load(worst) };
        if let Target::Dense(_) = job.target {
            true_score = true_scores.fold().value();
        } else {
            class_weight = Sum::ZERO.plus(job.weights.weight(label).to_f64());
        }
        let class_weight = if job.weights.is_one() { 1.0 } else { class_weight.value() };
        Scores { worst, worst_class, true_score, class_weight }
    }

    #[inline(always)]
    fn write_gradient<R: Real<Storage = S>>(&self, output: &mut Part<'_>, buffers: &mut Buffers<S>, slopes: Slopes<R>) {
        let Buffers { target, gradient, .. } = buffers;
        let every = 0..self.job.classes;
        // In its place, unless it shall go past the caches; all at once where no target is looked at.
        let at_once = !output.streams() && matches!(self.job.target, Target::Labels(_));
        if at_once && let Some(lent) = output.run_of_row::<S>(self.index, every.clone()) {
            return self.derive(every, slopes, target, lent);
        }
        for columns in blocks(every.end) {
            gradient.resize(columns.len(), S::default());
            self.derive(columns.clone(), slopes, target, gradient);
            output.write_row(self.index, columns, gradient);
        }
    }

    /// The gradient of a block.
    #[inline(always)]
    fn derive<R: Real<Storage = S>>(
        &self,
        columns: Range<usize>,
        slopes: Slopes<R>,
        target: &mut Buffer<S>,
        gradient: &mut [S],
    ) {
        let Row { job, index, label } = *self;
        let (worst_class, factor) = match slopes {
            Slopes::All(slope) => return fill(gradient, slope.store()),
            Slopes::Of { worst_class, factor } => (worst_class, factor),
        };
        let worst = columns.contains(&worst_class).then(|| worst_class - columns.start);
        let mut worst_target = R::only_if(worst_class == label, R::ONE);
        if let Target::Dense(view) = &job.target {
            let target = view.block_of_row(index, columns, target);
            scale_targets(factor, target, gradient);
            worst_target = worst.map_or(R::ZERO, |place| R::load(target[place]));
        } else {
            // NaN for a weight that is NaN or infinite, as everywhere else.
            fill(gradient, (R::ZERO * factor).store());
            if columns.contains(&label) {
                gradient[label - columns.start] = (-factor).store();
            }
        }
        if let Some(place) = worst {
            gradient[place] = ((job.kernel.slope(worst_target) - worst_target) * factor).store();
        }
    }
}

/// s and t x of a block.
#[inline(always)]
fn adjust<S: Scalar, R: Real<Storage = S>, K: Kernel>(
    kernel: K,
    input: &[S],
    target: &[S],
    adjusted: &mut [S],
    products: &mut [S],
) {
    let count = input.len();
    let (target, adjusted, products) = (&target[..count], &mut adjusted[..count], &mut products[..count]);
    for place in 0..count {
        let (score, target) = (R::load(input[place]), R::load(target[place]));
        products[place] = target.weigh(score).store();
        adjusted[place] = kernel.adjusted(score, target).store();
    }
}

/// s of classes whose target is 0.
#[inline(always)]
fn adjust_wrong<S: Scalar, R: Real<Storage = S>, K: Kernel>(kernel: K, input: &[S], adjusted: &mut [S]) {
    for (adjusted, &score) in adjusted.iter_mut().zip(input) {
        *adjusted = kernel.adjusted(R::load(score), R::ZERO).store();
    }
}

/// The largest of a block, and whether any is NaN: then the largest has no meaning.
#[inline(always)]
fn largest_or_nan<S: Scalar, R: Real<Storage = S>>(block: &[S]) -> (S, bool) {
    let (mut largest, mut has_nan) = ((-R::INFINITY).store().order(), false);
    for &score in block {
        largest = largest.max(score.order());
        has_nan |= R::load(score).is_nan();
    }
    (S::of_order(largest), has_nan)
}

/// Fills a block, with zeros in the one call that the machine does fastest.
#[inline(always)]
fn fill<S: Scalar>(block: &mut [S], number: S) {
    if number.order() == S::default().order() {
        block.fill(S::default());
    } else {
        block.fill(number);
    }
}

/// The gradient of classes that are not the worst.
#[inline(always)]
fn scale_targets<S: Scalar, R: Real<Storage = S>>(factor: R, target: &[S], out: &mut [S]) {
    for (out, &target) in out.iter_mut().zip(target) {
        *out = ((R::ZERO - R::load(target)) * factor).store();
    }
}
