//! Few classes: thirty-two rows side by side, one class after another. Each row is a lane, so nothing is ever folded,
//! and images with strided classes are read as they lie.

use std::ops::Range;

use smallvec::SmallVec;

use super::source::{Source, Stats};
use super::{FEW_CLASSES, Job, Kernel, Parts, RowFactors, Target, Term};
use crate::engine::Curvature;
use crate::math::sum::Lanes;
use crate::math::{Real, Scalar, Sum, exp_difference, ln_1p};

/// Rows walked together.
pub const ROWS: usize = 32;

/// Numbers of a tile of rows: class c of row i is at `c * ROWS + i`.
struct Tile<'t, S> {
    input: &'t mut [S],
    /// e^(x−max), and later the gradient in its place.
    exponential: &'t mut [S],
    target: &'t mut [S],
    hessian: &'t mut [S],
}

/// On the stack, and cleared no further than the classes need.
type Numbers<S> = SmallVec<[S; ROWS * FEW_CLASSES]>;

/// Numbers of which a row has one.
struct Lane<S> {
    max: [S; ROWS],
    largest: [S; ROWS],
    label: [S; ROWS],
    rest: [S; ROWS],
    tail: [S; ROWS],
    inverse: [S; ROWS],
    total: [S; ROWS],
    total_second: [S; ROWS],
    factor: [S; ROWS],
    /// 1 where the row counts, else 0.
    counts: [S; ROWS],
}

/// The sum over some rows, with their derivatives written.
#[inline(always)]
pub fn rows<S: Scalar, R: Real<Storage = S>, K: Kernel, P: Source>(
    job: &Job<'_, S, K, P>,
    parts: &mut Parts<'_>,
    range: Range<usize>,
) -> Sum {
    let zero = S::default();
    let none = [zero; ROWS];
    let elements = job.classes * ROWS;
    // Made where they stay: a buffer that is returned is copied whole.
    let (mut input, mut exponential) = (Numbers::<S>::new(), Numbers::<S>::new());
    let (mut target, mut hessian) = (Numbers::<S>::new(), Numbers::<S>::new());
    input.resize(elements, zero);
    exponential.resize(elements, zero);
    target.resize(if matches!(job.target, Target::Dense(_)) { elements } else { 0 }, zero);
    hessian.resize(if parts.hessian.is_some() { elements } else { 0 }, zero);
    let mut tile =
        Tile { input: &mut input, exponential: &mut exponential, target: &mut target, hessian: &mut hessian };
    let mut lane = Lane {
        max: none,
        largest: none,
        label: none,
        rest: none,
        tail: none,
        inverse: none,
        total: none,
        total_second: none,
        factor: none,
        counts: none,
    };
    let mut sum = Sum::ZERO;
    let mut start = range.start;
    while start < range.end {
        let count = ROWS.min(range.end - start);
        job.input.read_transposed(start, count, tile.input, ROWS);
        let factors = read_targets::<S, K, P>(job, &mut tile, &mut lane, start, count);
        normalise::<S, R, P>(&mut tile, &mut lane, job.classes);
        let values = if job.is_sparse() {
            accumulate_labelled::<S, R, K, P>(job, &tile, &mut lane)
        } else {
            accumulate::<S, R, K, P>(job, &tile, &mut lane)
        };
        for (index, factors) in factors[..count].iter().enumerate() {
            if factors.counts {
                sum = sum.plus(values.lane(index).value() * factors.weight);
            }
            if let Some(output) = &mut parts.values {
                let value = values.lane(index).value() * factors.weight * job.value_factor;
                output.write(start + index, &[if factors.counts { value } else { 0.0 }]);
            }
        }
        if parts.gradient.is_some() || parts.hessian.is_some() {
            for (factor, factors) in lane.factor.iter_mut().zip(&factors) {
                *factor = S::from_f64(factors.derivative);
            }
            derive::<S, R, K, P>(job, &mut tile, &lane, parts.hessian.is_some());
            if let Some(gradient) = &mut parts.gradient {
                gradient.write_transposed(start, count, tile.exponential, ROWS);
            }
            if let Some(hessian) = &mut parts.hessian {
                hessian.write_transposed(start, count, tile.hessian, ROWS);
            }
        }
        start += count;
    }
    sum
}

/// Reads labels or dense targets, and what weighs each row.
#[inline(always)]
fn read_targets<S: Scalar, K, P>(
    job: &Job<'_, S, K, P>,
    tile: &mut Tile<'_, S>,
    lane: &mut Lane<S>,
    start: usize,
    count: usize,
) -> [RowFactors; ROWS] {
    let mut labels = [None; ROWS];
    match &job.target {
        Target::Labels { view, .. } => view.read_labels(start, &mut labels[..count]),
        Target::Dense(view) => view.read_transposed(start, count, tile.target, ROWS),
    }
    let mut factors = [RowFactors { counts: false, weight: 0.0, derivative: 0.0 }; ROWS];
    for index in 0..count {
        factors[index] = job.row_factors(start + index, labels[index]);
        // A label that does not count may be anything; class 0 stands in and is never used.
        let label = labels[index].filter(|_| factors[index].counts).unwrap_or(0);
        lane.label[index] = S::from_f64(label as f64);
        lane.counts[index] = S::from_f64(f64::from(u8::from(factors[index].counts)));
    }
    factors
}

/// The sums that the classes of a row share.
#[inline(always)]
fn normalise<S: Scalar, R: Real<Storage = S>, P: Source>(tile: &mut Tile<'_, S>, lane: &mut Lane<S>, classes: usize) {
    if P::EXPONENTIAL {
        lane.max = [(-R::INFINITY).store(); ROWS];
        lane.largest = [S::default(); ROWS];
        for class in 0..classes {
            let input: &[S; ROWS] = row_of(tile.input, class);
            let number = S::from_f64(class as f64);
            for index in 0..ROWS {
                let larger = input[index] > lane.max[index];
                lane.max[index] = if larger { input[index] } else { lane.max[index] };
                lane.largest[index] = if larger { number } else { lane.largest[index] };
            }
        }
    }
    let mut rest = Lanes::<ROWS>::default();
    let mut terms = [S::default(); ROWS];
    for class in 0..classes {
        let input: &[S; ROWS] = row_of(tile.input, class);
        if P::EXPONENTIAL {
            let number = S::from_f64(class as f64);
            let exponential = row_of_mut(tile.exponential, class);
            for index in 0..ROWS {
                let e = exp_difference(R::load(input[index]), R::load(lane.max[index]));
                exponential[index] = e.store();
                terms[index] = R::only_if(lane.largest[index] != number, e).store();
            }
            rest.add_chunk::<R>(&terms);
        } else if P::RATIO {
            rest.add_chunk::<R>(input);
        }
    }
    for index in 0..ROWS {
        let sum = R::from_f64(rest.lane(index).value());
        // A row without a largest logit is all NaN or −∞: there is no distribution.
        let lost = P::EXPONENTIAL && R::load(lane.max[index]) == -R::INFINITY;
        lane.rest[index] = if lost { R::NAN.store() } else { sum.store() };
    }
    for index in 0..ROWS {
        let sum = R::load(lane.rest[index]);
        lane.tail[index] = ln_1p(sum).store();
        lane.inverse[index] = if P::RATIO { (R::ONE / sum).store() } else { (R::ONE / (R::ONE + sum)).store() };
    }
}

#[inline(always)]
fn row_of<S>(tile: &[S], class: usize) -> &[S; ROWS] {
    tile[class * ROWS..(class + 1) * ROWS].try_into().expect("a row of the tile")
}

#[inline(always)]
fn row_of_mut<S>(tile: &mut [S], class: usize) -> &mut [S; ROWS] {
    (&mut tile[class * ROWS..(class + 1) * ROWS]).try_into().expect("a row of the tile")
}

#[inline(always)]
fn stats<S: Scalar, R: Real<Storage = S>>(lane: &Lane<S>, index: usize) -> Stats<R> {
    Stats {
        max: R::load(lane.max[index]),
        rest: R::load(lane.rest[index]),
        tail: R::load(lane.tail[index]),
        inverse: R::load(lane.inverse[index]),
    }
}

/// Losses, V and S of rows in which only the labelled class has a target.
#[inline(always)]
fn accumulate_labelled<S: Scalar, R: Real<Storage = S>, K: Kernel, P: Source>(
    job: &Job<'_, S, K, P>,
    tile: &Tile<'_, S>,
    lane: &mut Lane<S>,
) -> Lanes<ROWS> {
    let mut input = [S::default(); ROWS];
    let mut exponential = [S::default(); ROWS];
    let mut weight = [S::default(); ROWS];
    for index in 0..ROWS {
        let class = (lane.label[index].to_f64() as usize).min(job.classes - 1);
        input[index] = tile.input[class * ROWS + index];
        exponential[index] = tile.exponential[class * ROWS + index];
        weight[index] = job.weights.weight(class);
    }
    let mut values = [S::default(); ROWS];
    for index in 0..ROWS {
        let stats = stats::<S, R>(lane, index);
        let largest = lane.largest[index] == lane.label[index];
        let class = job.source.class(R::load(input[index]), R::load(exponential[index]), largest, &stats);
        let Term { value, first, second } = job.kernel.term(class.minus_ln_p, class.p, class.q);
        let a = R::load(weight[index]);
        values[index] = a.weigh(value).store();
        lane.total[index] = R::only_if(class.passes, a.weigh(first)).store();
        lane.total_second[index] = R::only_if(class.passes, a.weigh(second)).store();
    }
    let mut lanes = Lanes::<ROWS>::default();
    lanes.add_chunk::<R>(&values);
    lanes
}

/// The weight a of a class: its weight times its target.
#[inline(always)]
fn target_weight<S: Scalar, R: Real<Storage = S>, K, P>(job: &Job<'_, S, K, P>, class: usize, target: R) -> R {
    R::load(job.weights.weight(class)) * (R::from_f64(job.keep) * target + R::from_f64(job.spread))
}

/// The targets of one class.
#[inline(always)]
fn targets<S: Scalar, R: Real<Storage = S>, K, P>(
    job: &Job<'_, S, K, P>,
    tile: &Tile<'_, S>,
    lane: &Lane<S>,
    class: usize,
) -> [S; ROWS] {
    match &job.target {
        Target::Dense(_) => *row_of(tile.target, class),
        Target::Labels { .. } => {
            let number = S::from_f64(class as f64);
            let mut targets = [S::default(); ROWS];
            for (target, &label) in targets.iter_mut().zip(&lane.label) {
                *target = R::only_if(label == number, R::ONE).store();
            }
            targets
        }
    }
}

/// Losses, V and S of rows with any targets.
#[inline(always)]
fn accumulate<S: Scalar, R: Real<Storage = S>, K: Kernel, P: Source>(
    job: &Job<'_, S, K, P>,
    tile: &Tile<'_, S>,
    lane: &mut Lane<S>,
) -> Lanes<ROWS> {
    let mut values = Lanes::<ROWS>::default();
    let mut totals = Lanes::<ROWS>::default();
    let mut seconds = Lanes::<ROWS>::default();
    let zero = [S::default(); ROWS];
    let (mut value_terms, mut first_terms, mut second_terms) = (zero, zero, zero);
    for number in 0..job.classes {
        let targets = targets::<S, R, K, P>(job, tile, lane, number);
        let input: &[S; ROWS] = row_of(tile.input, number);
        let exponential: &[S; ROWS] = row_of(tile.exponential, number);
        let place = S::from_f64(number as f64);
        for index in 0..ROWS {
            let stats = stats::<S, R>(lane, index);
            let largest = lane.largest[index] == place;
            let class = job.source.class(R::load(input[index]), R::load(exponential[index]), largest, &stats);
            let term: Term<R> = job.kernel.term(class.minus_ln_p, class.p, class.q);
            let a = target_weight(job, number, R::load(targets[index]));
            value_terms[index] = a.weigh(term.value).store();
            first_terms[index] = R::only_if(class.passes, a.weigh(term.first)).store();
            second_terms[index] = R::only_if(class.passes, a.weigh(term.second)).store();
        }
        values.add_chunk::<R>(&value_terms);
        totals.add_chunk::<R>(&first_terms);
        seconds.add_chunk::<R>(&second_terms);
    }
    for index in 0..ROWS {
        lane.total[index] = S::from_f64(totals.lane(index).value());
        lane.total_second[index] = S::from_f64(seconds.lane(index).value());
    }
    values
}

/// Derivatives, the gradient in place of the exponentials.
#[inline(always)]
fn derive<S: Scalar, R: Real<Storage = S>, K: Kernel, P: Source>(
    job: &Job<'_, S, K, P>,
    tile: &mut Tile<'_, S>,
    lane: &Lane<S>,
    second_order: bool,
) {
    let sparse = job.is_sparse();
    let Curvature { bound, scale, least } = job.curvature;
    let (scale, least) = (R::from_f64(if bound { 2.0 * scale } else { scale }), R::from_f64(least));
    for number in 0..job.classes {
        let targets = targets::<S, R, K, P>(job, tile, lane, number);
        let place = S::from_f64(number as f64);
        let input: &[S; ROWS] = row_of(tile.input, number);
        let exponential: &mut [S; ROWS] = row_of_mut(tile.exponential, number);
        let mut nothing = [S::default(); ROWS];
        let hessian = if second_order { row_of_mut(tile.hessian, number) } else { &mut nothing };
        for index in 0..ROWS {
            let stats = stats::<S, R>(lane, index);
            let x = R::load(input[index]);
            let largest = lane.largest[index] == place;
            let class = job.source.class(x, R::load(exponential[index]), largest, &stats);
            let (total, total_second) = (R::load(lane.total[index]), R::load(lane.total_second[index]));
            let (v, s) = if sparse {
                let labelled = lane.label[index] == place;
                (R::only_if(labelled, total), R::only_if(labelled, total_second))
            } else {
                let term: Term<R> = job.kernel.term(class.minus_ln_p, class.p, class.q);
                let a = target_weight(job, number, R::load(targets[index]));
                (R::only_if(class.passes, a.weigh(term.first)), R::only_if(class.passes, a.weigh(term.second)))
            };
            let factor = R::load(lane.factor[index]);
            let gradient = job.source.gradient(x, &class, v, total, &stats) * factor;
            exponential[index] = R::only_if(lane.counts[index] != S::default(), gradient).store();
            if second_order {
                let second = job.source.hessian(x, &class, v, s, total, total_second);
                let second = (second * scale).at_least(least) * factor;
                hessian[index] = R::only_if(lane.counts[index] != S::default(), second).store();
            }
        }
    }
}
