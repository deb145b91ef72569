//! Many classes: one row after another, a block of classes at a time.

use std::ops::Range;

use smallvec::SmallVec;

use super::{Job, Kernel, Parts, Target};
use crate::engine::softmax::RowFactors;
use crate::engine::softmax::block::{BLOCK, blocks};
use crate::engine::softmax::largest::Largest;
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
        let Buffers { input, target, products, .. } = buffers;
        let mut search = Search { worst: -R::INFINITY, found_in: 0..0, has_nan: false };
        let mut class_weight = Sum::ZERO;
        let (worst_class, true_score) = if let Target::Dense(view) = &job.target {
            let mut true_score = Lanes::<LANES>::default();
            for columns in blocks(job.classes) {
                job.input.prefetch_row(index + 1, columns.clone());
                let input = job.input.block_of_row(index, columns.clone(), input);
                let target = view.block_of_row(index, columns.clone(), target);
                products.resize(columns.len(), S::default());
                multiply::<S, R>(target, input, products);
                true_score.add(products);
                if !job.weights.is_one() {
                    for (class, target) in columns.clone().zip(target) {
                        class_weight = class_weight.plus(target.to_f64() * job.weights.weight(class).to_f64());
                    }
                }
                search.look(job.kernel, input, target, columns);
            }
            let columns = search.found_in.clone();
            let input = job.input.block_of_row(index, columns.clone(), input);
            let target = view.block_of_row(index, columns, target);
            (search.class(job.kernel, input, target), true_score.fold().value())
        } else {
            let score = job.input.block_of_row(index, label..label + 1, input)[0];
            let adjusted = job.kernel.adjusted(R::load(score), R::ONE);
            let own =
                |columns: &Range<usize>| Own { place: label.wrapping_sub(columns.start).min(BLOCK) as u32, adjusted };
            for columns in blocks(job.classes) {
                job.input.prefetch_row(index + 1, columns.clone());
                let input = job.input.block_of_row(index, columns.clone(), input);
                search.look(job.kernel, input, own(&columns), columns);
            }
            let columns = search.found_in.clone();
            let input = job.input.block_of_row(index, columns.clone(), input);
            class_weight = class_weight.plus(job.weights.weight(label).to_f64());
            (search.class(job.kernel, input, own(&columns)), score.to_f64())
        };
        let worst = if search.has_nan { R::NAN } else { search.worst };
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

/// The targets of a block. What has a loop over classes is compiled for each kind.
trait Targets<R: Real>: Copy {
    /// Those of so many classes and no more, so that a loop over them need not ask how many there are.
    fn of_first(self, count: usize) -> Self;
    /// s of a class from its place in the block and its score.
    fn adjusted<K: Kernel>(&self, kernel: K, place: usize, score: R) -> R;
}

/// The target is 1 at one place, whose s is known, if it lies in the block at all, and 0 elsewhere. Places in a block fit
/// into 32 bits, and a vector holds as many of those as scores.
#[derive(Clone, Copy)]
struct Own<R> {
    place: u32,
    adjusted: R,
}

impl<R: Real> Targets<R> for Own<R> {
    #[inline(always)]
    fn of_first(self, _count: usize) -> Self {
        self
    }

    #[inline(always)]
    fn adjusted<K: Kernel>(&self, kernel: K, place: usize, score: R) -> R {
        let wrong = kernel.adjusted(score, R::ZERO);
        if place as u32 == self.place { self.adjusted } else { wrong }
    }
}

impl<R: Real> Targets<R> for &[R::Storage] {
    #[inline(always)]
    fn of_first(self, count: usize) -> Self {
        &self[..count]
    }

    #[inline(always)]
    fn adjusted<K: Kernel>(&self, kernel: K, place: usize, score: R) -> R {
        kernel.adjusted(score, R::load(self[place]))
    }
}

/// The search for the largest s.
struct Search<R> {
    worst: R,
    /// The classes of the first block that has it.
    found_in: Range<usize>,
    has_nan: bool,
}

impl<R: Real> Search<R> {
    /// Looks at a block.
    #[inline(always)]
    fn look<K: Kernel>(&mut self, kernel: K, input: &[R::Storage], targets: impl Targets<R>, columns: Range<usize>) {
        let (largest, spoilt) = largest_or_nan(kernel, input, targets);
        self.has_nan |= spoilt;
        // As numbers, for which 0 and −0 are equal: the first of the largest classes takes the subgradient.
        if largest > self.worst {
            (self.worst, self.found_in) = (largest, columns);
        }
    }

    /// The first class that has the largest s, from the block that has it.
    #[inline(always)]
    fn class<K: Kernel>(&self, kernel: K, input: &[R::Storage], targets: impl Targets<R>) -> usize {
        let (mut first, targets) = (u32::MAX, targets.of_first(input.len()));
        for place in 0..input.len() {
            let is_worst = targets.adjusted(kernel, place, R::load(input[place])) == self.worst;
            first = first.min(if is_worst { place as u32 } else { u32::MAX });
        }
        self.found_in.start + if first == u32::MAX { 0 } else { first as usize }
    }
}

/// The largest s of a block, and whether any is NaN: then the largest has no meaning.
#[inline(always)]
fn largest_or_nan<R: Real, K: Kernel>(kernel: K, input: &[R::Storage], targets: impl Targets<R>) -> (R, bool) {
    let (mut largest, mut has_nan) = (Largest::of_none(), false);
    let targets = targets.of_first(input.len());
    for place in 0..input.len() {
        let adjusted = targets.adjusted(kernel, place, R::load(input[place]));
        largest = largest.and(adjusted.store());
        has_nan |= adjusted.is_nan();
    }
    (R::load(largest.value()), has_nan)
}

/// t x of a block.
#[inline(always)]
fn multiply<S: Scalar, R: Real<Storage = S>>(target: &[S], input: &[S], products: &mut [S]) {
    let (input, products) = (&input[..target.len()], &mut products[..target.len()]);
    for place in 0..target.len() {
        products[place] = R::load(target[place]).weigh(R::load(input[place])).store();
    }
}

/// Fills a block, with zeros in the one call that the machine does fastest.
#[inline(always)]
fn fill<S: Scalar>(block: &mut [S], number: S) {
    if number.bits() == S::default().bits() {
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
