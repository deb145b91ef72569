//! Few classes: a tile of rows side by side, one class after another. Each row is a lane, which keeps the worst class that
//! it has come across, so nothing is ever folded, and images with strided classes are read as they lie.

use std::ops::Range;

use super::{Job, Kernel, Parts, Target};
use crate::engine::softmax::lanes::choose;
use crate::engine::softmax::tile::{self, Numbers, number_rows};
use crate::math::sum::{LANES, Lanes};
use crate::math::{Real, Scalar, Sum};
use crate::tensor::Columns;

/// The most rows of a tile. There is so little to compute that memory is waited for, which likes long columns.
pub const MOST_ROWS: usize = 128;

type PerRow<T> = tile::PerRow<T, MOST_ROWS>;

/// Numbers of which a row has one.
struct Lane<S> {
    /// The label as a number, which may be any where the row does not count.
    label_number: PerRow<S>,
    /// The largest s, or NaN if any is.
    worst: PerRow<S>,
    /// The first class that has it, as a number.
    worst_class: PerRow<S>,
    /// Σ t x
    true_score: PerRow<S>,
    /// What slopes are multiplied by.
    factor: PerRow<S>,
    /// 1 where slopes count, else 0: there the gradient is zero, whatever it is made of.
    slopes: PerRow<S>,
    /// 1 where the row counts, else 0.
    counts: PerRow<S>,
    class_weight: PerRow<f64>,
    weight: PerRow<f64>,
    upstream: PerRow<f64>,
}

/// The targets of a tile of rows.
#[derive(Clone, Copy)]
enum Targets<'t, S> {
    /// 1 at each row's label and 0 elsewhere.
    Labels,
    Dense(Columns<'t, S>),
}

/// The targets of one class, one for each row. What has a loop over rows is compiled for each kind.
trait Column<S>: Copy {
    /// The target of one row.
    fn target<R: Real<Storage = S>>(&self, index: usize) -> R;
}

/// 1 where the label is the class and 0 elsewhere.
#[derive(Clone, Copy)]
struct Labelled<'t, S> {
    labels: &'t [S],
    class: S,
}

impl<S: Scalar> Column<S> for Labelled<'_, S> {
    #[inline(always)]
    fn target<R: Real<Storage = S>>(&self, index: usize) -> R {
        R::only_if(self.labels[index] == self.class, R::ONE)
    }
}

impl<S: Scalar> Column<S> for &[S] {
    #[inline(always)]
    fn target<R: Real<Storage = S>>(&self, index: usize) -> R {
        R::load(self[index])
    }
}

/// The sum over some rows, with their derivatives written.
#[inline(always)]
pub fn rows<S: Scalar, R: Real<Storage = S>, K: Kernel>(
    job: &Job<'_, S, K>,
    parts: &mut Parts<'_>,
    range: Range<usize>,
) -> Sum {
    let (zero, pitch) = (S::default(), job.pitch);
    let none = PerRow::default();
    let elements = job.classes * pitch;
    // Scores, and later the gradient, which no longer needs them.
    let (mut numbers, mut dense) = (Numbers::<S>::default(), Numbers::<S>::default());
    let numbers = numbers.cleared(elements);
    let dense = dense.cleared(if matches!(job.target, Target::Dense(_)) { elements } else { 0 });
    let mut lane = Lane {
        label_number: none,
        worst: none,
        worst_class: none,
        true_score: none,
        factor: none,
        slopes: none,
        counts: none,
        class_weight: PerRow::of(1.0),
        weight: PerRow::of(1.0),
        upstream: PerRow::of(1.0),
    };
    let mut sum = Lanes::<LANES>::default();
    let mut start = range.start;
    while start < range.end {
        let count = pitch.min(range.end - start);
        let width = count.next_multiple_of(LANES).min(MOST_ROWS);
        let rows = start..start + count;
        read_rows::<S, R, K>(job, &mut lane, rows.clone(), width);
        let targets = match &job.target {
            Target::Labels(_) => Targets::Labels,
            Target::Dense(view) => Targets::Dense(view.columns(rows.clone(), dense, pitch)),
        };
        let input = job.input.columns(rows, numbers, pitch);
        scan::<S, R, K>(job, input, targets, &mut lane, width);
        weigh_classes::<S, K>(job, targets, &mut lane, width);
        let margins = settle::<S, R, K>(job, &mut lane, width);
        let mut values = PerRow::default();
        for index in 0..width {
            let value = margins[index].to_f64() * lane.class_weight[index] * lane.weight[index];
            values[index] = if lane.counts[index] != zero { value } else { 0.0 };
        }
        sum.add(&values[..width]);
        if let Some(output) = &mut parts.values {
            for index in 0..width {
                let value = values[index] * job.value_factor;
                values[index] = if lane.counts[index] != zero { value } else { 0.0 };
            }
            output.write(start, &values[..count]);
        }
        if let Some(output) = &mut parts.gradient {
            derive::<S, R, K>(job, targets, &lane, numbers, width);
            output.write_transposed(start, count, numbers, pitch);
        }
        start += count;
    }
    sum.fold()
}

/// Reads labels and what weighs each row. Rows beyond the last do not count.
#[inline(always)]
fn read_rows<S: Scalar, R: Real<Storage = S>, K>(
    job: &Job<'_, S, K>,
    lane: &mut Lane<S>,
    rows: Range<usize>,
    width: usize,
) {
    let Range { start, end } = rows;
    let count = end - start;
    let mut labels = PerRow::default();
    if let Target::Labels(view) = &job.target {
        view.read_labels(start, &mut labels[..count]);
    }
    number_rows::<S, R>(&labels[..width], count, &mut lane.label_number[..width], &mut lane.counts[..width]);
    if job.rows.are_uniform() {
        return;
    }
    for index in 0..count {
        let factors = job.rows.factors(start + index, labels[index]);
        lane.counts[index] = S::from_f64(f64::from(u8::from(factors.counts)));
        lane.weight[index] = factors.weight;
        lane.upstream[index] = factors.upstream;
    }
}

/// Looks at every class of a tile for the worst and the true one.
#[inline(always)]
fn scan<S: Scalar, R: Real<Storage = S>, K: Kernel>(
    job: &Job<'_, S, K>,
    input: Columns<'_, S>,
    targets: Targets<'_, S>,
    lane: &mut Lane<S>,
    width: usize,
) {
    let Lane { label_number, worst, worst_class, true_score, .. } = lane;
    worst[..width].fill((-R::INFINITY).store());
    worst_class[..width].fill(S::default());
    match targets {
        Targets::Labels => {
            true_score[..width].fill((-R::ZERO).store());
            for class in 0..job.classes {
                let (number, scores) = (S::from_f64(class as f64), input.column(class, width));
                choose::<S, R>(&label_number[..width], class, scores, true_score);
                let targets = Labelled { labels: &label_number[..width], class: number };
                raise_worst::<S, R, K>(job.kernel, R::load(number), scores, targets, worst, worst_class);
            }
        }
        Targets::Dense(columns) => {
            let mut products = PerRow::default();
            let mut sums = Lanes::<MOST_ROWS>::default();
            for class in 0..job.classes {
                let (number, scores) = (S::from_f64(class as f64), input.column(class, width));
                let targets = columns.column(class, width);
                raise_worst::<S, R, K>(job.kernel, R::load(number), scores, targets, worst, worst_class);
                multiply::<S, R>(targets, scores, &mut products);
                sums.add_each(&products[..width]);
            }
            for index in 0..width {
                true_score[index] = S::from_f64(sums.lane(index).value());
            }
        }
    }
}

/// Takes s of a class where it is larger than all before.
#[inline(always)]
fn raise_worst<S: Scalar, R: Real<Storage = S>, K: Kernel>(
    kernel: K,
    class: R,
    scores: &[S],
    targets: impl Column<S>,
    worst: &mut [S],
    worst_class: &mut [S],
) {
    let (worst, worst_class) = (&mut worst[..scores.len()], &mut worst_class[..scores.len()]);
    for index in 0..scores.len() {
        let adjusted = kernel.adjusted(R::load(scores[index]), targets.target(index));
        let (before, class_before) = (R::load(worst[index]), R::load(worst_class[index]));
        // NaN is taken and stays, because nothing is larger. Of equal ones the first stays.
        let takes = (adjusted > before) | adjusted.is_nan();
        // Sums with zero, because a choice between what is new and what is there becomes a masked store, for which the
        // next class's load has to wait.
        worst[index] = (R::only_if(takes, adjusted) + R::only_if(!takes, before)).store();
        worst_class[index] = (class_before + R::only_if(takes, class - class_before)).store();
    }
}

/// t x of a class.
#[inline(always)]
fn multiply<S: Scalar, R: Real<Storage = S>>(targets: &[S], scores: &[S], products: &mut [S]) {
    let (scores, products) = (&scores[..targets.len()], &mut products[..targets.len()]);
    for index in 0..targets.len() {
        products[index] = R::load(targets[index]).weigh(R::load(scores[index])).store();
    }
}

/// The weight of each row's true class, or of its classes by their targets.
#[inline(always)]
fn weigh_classes<S: Scalar, K>(job: &Job<'_, S, K>, targets: Targets<'_, S>, lane: &mut Lane<S>, width: usize) {
    if job.weights.is_one() {
        return;
    }
    let mut sums = Lanes::<MOST_ROWS>::default();
    let mut terms = PerRow::default();
    for class in 0..job.classes {
        let weight = job.weights.weight(class).to_f64();
        match targets {
            Targets::Labels => {
                let class = S::from_f64(class as f64);
                for (term, &label) in terms.iter_mut().zip(&lane.label_number[..width]) {
                    *term = if label == class { weight } else { 0.0 };
                }
            }
            Targets::Dense(columns) => {
                for (term, target) in terms.iter_mut().zip(columns.column(class, width)) {
                    *term = target.to_f64() * weight;
                }
            }
        }
        sums.add_each(&terms[..width]);
    }
    for index in 0..width {
        lane.class_weight[index] = sums.lane(index).value();
    }
}

/// The margins, held at the floor, and from them what slopes are multiplied by.
#[inline(always)]
fn settle<S: Scalar, R: Real<Storage = S>, K: Kernel>(
    job: &Job<'_, S, K>,
    lane: &mut Lane<S>,
    width: usize,
) -> PerRow<S> {
    let Lane { worst, true_score, factor, slopes, counts, class_weight, weight, upstream, .. } = lane;
    let mut margins = PerRow::default();
    for index in 0..width {
        let scaled = class_weight[index] * weight[index] * upstream[index] * job.derivative_factor;
        factor[index] = S::from_f64(scaled);
    }
    let offset = R::from_f64(job.kernel.offset());
    for index in 0..width {
        let margin = offset + (R::load(worst[index]) - R::load(true_score[index]));
        let holds = job.kernel.has_floor() & (margin <= R::ZERO);
        margins[index] = R::only_if(!holds, margin).store();
        slopes[index] = R::only_if(!holds & (counts[index] != S::default()), R::ONE).store();
        // NaN in a row makes its whole gradient NaN.
        factor[index] = if margin.is_nan() { margin.store() } else { factor[index] };
    }
    margins
}

/// The gradient of a tile: (slope of s, if it is the worst class, − target) times the factor.
#[inline(always)]
fn derive<S: Scalar, R: Real<Storage = S>, K: Kernel>(
    job: &Job<'_, S, K>,
    targets: Targets<'_, S>,
    lane: &Lane<S>,
    gradient: &mut [S],
    width: usize,
) {
    for (class, gradient) in gradient.chunks_exact_mut(job.pitch).enumerate() {
        let (number, gradient) = (S::from_f64(class as f64), &mut gradient[..width]);
        match targets {
            Targets::Labels => {
                let targets = Labelled { labels: &lane.label_number[..width], class: number };
                derive_class::<S, R, K>(job.kernel, number, targets, lane, gradient);
            }
            Targets::Dense(columns) => {
                derive_class::<S, R, K>(job.kernel, number, columns.column(class, width), lane, gradient);
            }
        }
    }
}

/// The gradient of one class.
#[inline(always)]
fn derive_class<S: Scalar, R: Real<Storage = S>, K: Kernel>(
    kernel: K,
    class: S,
    targets: impl Column<S>,
    lane: &Lane<S>,
    gradient: &mut [S],
) {
    let count = gradient.len();
    let (worst_class, factor, slopes) = (&lane.worst_class[..count], &lane.factor[..count], &lane.slopes[..count]);
    for index in 0..count {
        let target = targets.target::<R>(index);
        let slope = R::only_if(worst_class[index] == class, kernel.slope(target));
        let scaled = (slope - target) * R::load(factor[index]);
        gradient[index] = R::only_if(slopes[index] != S::default(), scaled).store();
    }
}
