//! Few classes: a tile of rows side by side, one class after another. Each row is a lane, so nothing is ever folded, and
//! images with strided classes are read as they lie.

use std::ops::Range;

use super::lanes::{Scales, exponentials, pick, raise, scale};
use super::source::{Source, Stats};
use super::tile::{MOST_ROWS, Numbers};
use super::{Job, Kernel, Labelled, Parts, Target, Term};
use crate::engine::Curvature;
use crate::math::sum::{LANES, Lanes};
use crate::math::{Real, RowExp, Scalar, Sum, ln_1p};
use crate::tensor::Columns;

/// Numbers of a tile of rows: class c of row i is at `c * pitch + i`.
struct Tile<'t, S> {
    /// The exponentials, and later the gradient in their place.
    exponential: &'t mut [S],
    target: &'t mut [S],
    hessian: &'t mut [S],
}

/// Numbers of which a row has one.
struct Lane<S> {
    label: [usize; MOST_ROWS],
    max: [S; MOST_ROWS],
    rest: [S; MOST_ROWS],
    tail: [S; MOST_ROWS],
    inverse: [S; MOST_ROWS],
    total: [f64; MOST_ROWS],
    /// V and S.
    first: [S; MOST_ROWS],
    second: [S; MOST_ROWS],
    /// The gradient at the label, and the factor of every other exponential, of a labelled row.
    labelled: [S; MOST_ROWS],
    others: [S; MOST_ROWS],
    /// 1 where the row counts, else 0.
    counts: [S; MOST_ROWS],
    weight: [f64; MOST_ROWS],
    /// The factor of derivatives.
    factor: [f64; MOST_ROWS],
}

/// The sum over some rows, with their derivatives written.
#[inline(always)]
pub fn rows<S: Scalar, R: Real<Storage = S>, K: Kernel, P: Source>(
    job: &Job<'_, S, K, P>,
    parts: &mut Parts<'_>,
    range: Range<usize>,
) -> Sum {
    let pitch = job.pitch;
    let zero = S::default();
    let none = [zero; MOST_ROWS];
    let elements = job.classes * pitch;
    // Made where they stay: a buffer that is returned is copied whole.
    let (mut input, mut exponential) = (Numbers::<S>::new(), Numbers::<S>::new());
    let (mut target, mut hessian) = (Numbers::<S>::new(), Numbers::<S>::new());
    input.resize(elements, zero);
    exponential.resize(elements, zero);
    target.resize(if matches!(job.target, Target::Dense(_)) { elements } else { 0 }, zero);
    hessian.resize(if parts.hessian.is_some() { elements } else { 0 }, zero);
    let mut tile = Tile { exponential: &mut exponential, target: &mut target, hessian: &mut hessian };
    let mut lane = Lane {
        label: [0; MOST_ROWS],
        max: none,
        rest: none,
        tail: none,
        inverse: none,
        total: [0.0; MOST_ROWS],
        first: none,
        second: none,
        labelled: none,
        others: none,
        counts: none,
        weight: [1.0; MOST_ROWS],
        factor: [job.derivative_factor; MOST_ROWS],
    };
    let mut sum = Lanes::<LANES>::default();
    let mut start = range.start;
    while start < range.end {
        let count = pitch.min(range.end - start);
        let width = count.next_multiple_of(LANES).min(MOST_ROWS);
        let columns = job.input.columns(start..start + count, &mut input, pitch);
        read_targets::<S, K, P>(job, &mut tile, &mut lane, start..start + count, width);
        normalise::<S, R, P>(columns, &mut tile, &mut lane, job.classes, width);
        let values = if job.is_sparse() {
            accumulate_labelled::<S, R, K, P>(job, columns, &tile, &mut lane, width)
        } else {
            accumulate::<S, R, K, P>(job, columns, &tile, &mut lane, width)
        };
        let mut weighted = [0.0_f64; MOST_ROWS];
        for index in 0..width {
            let counts = lane.counts[index] != zero;
            weighted[index] = if counts { values[index] * lane.weight[index] } else { 0.0 };
        }
        sum.add::<<f64 as Scalar>::Fused>(&weighted[..width]);
        if let Some(output) = &mut parts.values {
            for value in &mut weighted {
                *value *= job.value_factor;
            }
            output.write(start, &weighted[..count]);
        }
        if parts.gradient.is_some() || parts.hessian.is_some() {
            let labelled = P::EXPONENTIAL && job.is_sparse();
            if !labelled || parts.hessian.is_some() {
                derive::<S, R, K, P>(job, columns, &mut tile, &lane, parts.hessian.is_some(), width);
            }
            if labelled {
                scale_exponentials::<S, R>(tile.exponential, &lane, pitch, width);
            }
            if let Some(gradient) = &mut parts.gradient {
                gradient.write_transposed(start, count, tile.exponential, pitch);
            }
            if let Some(hessian) = &mut parts.hessian {
                hessian.write_transposed(start, count, tile.hessian, pitch);
            }
        }
        start += count;
    }
    sum.fold()
}

/// Reads labels or dense targets, and what weighs each row. Rows beyond the last do not count.
#[inline(always)]
fn read_targets<S: Scalar, K, P>(
    job: &Job<'_, S, K, P>,
    tile: &mut Tile<'_, S>,
    lane: &mut Lane<S>,
    rows: Range<usize>,
    width: usize,
) {
    let Range { start, end } = rows;
    let count = end - start;
    let mut labels = [0; MOST_ROWS];
    match &job.target {
        Target::Labels(view) => view.read_labels(start, &mut labels[..count]),
        Target::Dense(view) => view.read_transposed(start, count, tile.target, job.pitch),
    }
    for index in 0..width {
        lane.label[index] = job.class_of(labels[index]);
        lane.counts[index] = S::from_f64(f64::from(u8::from(index < count)));
    }
    if job.rows.are_uniform() {
        return;
    }
    for index in 0..count {
        let factors = job.rows.factors(start + index, labels[index]);
        lane.counts[index] = S::from_f64(f64::from(u8::from(factors.counts)));
        lane.weight[index] = factors.weight;
        lane.factor[index] = factors.derivative(job.derivative_factor);
    }
}

/// The sums that the classes of a row share.
#[inline(always)]
fn normalise<S: Scalar, R: Real<Storage = S>, P: Source>(
    input: Columns<'_, S>,
    tile: &mut Tile<'_, S>,
    lane: &mut Lane<S>,
    classes: usize,
    width: usize,
) {
    let mut rest = Lanes::<MOST_ROWS>::default();
    let mut largest = [R::ONE.store(); MOST_ROWS];
    let none = [S::default(); MOST_ROWS];
    let mut terms = none;
    if P::EXPONENTIAL {
        lane.max = [(-R::INFINITY).store(); MOST_ROWS];
        for class in 0..classes {
            raise(&mut lane.max[..width], input.column(class, width));
        }
        let (mut offset, mut low, mut top, mut ties) = (none, none, none, none);
        for index in 0..width {
            let max = R::load(lane.max[index]);
            let row = RowExp::below(max);
            (offset[index], low[index], top[index]) = (row.offset.store(), row.low.store(), row.top.store());
            largest[index] = row.of(max).store();
        }
        let scales = Scales { max: &lane.max, offset: &offset, low: &low, top: &top };
        let pitch = tile.exponential.len() / classes;
        for (class, raised) in tile.exponential.chunks_exact_mut(pitch).enumerate() {
            // The largest class is left out of the sum: what remains is 1 − p of it, without cancellation.
            exponentials::<S, R>(&scales, input.column(class, width), raised, &mut terms, &mut ties);
            rest.add_each::<R>(&terms[..width]);
        }
        // Of several equal largest classes, only one is left out.
        for index in 0..width {
            terms[index] = ((R::load(ties[index]) - R::ONE).at_least(R::ZERO) * R::load(largest[index])).store();
        }
        rest.add_each::<R>(&terms[..width]);
    } else if P::RATIO {
        for class in 0..classes {
            rest.add_each::<R>(input.column(class, width));
        }
    }
    for index in 0..width {
        let (max, largest) = (R::load(lane.max[index]), R::load(largest[index]));
        let (stats, odds) = Stats::<R>::without_tail::<P>(max, largest, rest.lane(index).value());
        lane.rest[index] = stats.rest.store();
        lane.total[index] = stats.total;
        terms[index] = odds.store();
        lane.inverse[index] = stats.inverse.store();
    }
    for (tail, &odds) in lane.tail[..width].iter_mut().zip(&terms) {
        *tail = ln_1p(R::load(odds)).store();
    }
}

#[inline(always)]
fn stats<S: Scalar, R: Real<Storage = S>>(lane: &Lane<S>, index: usize) -> Stats<R> {
    Stats {
        max: R::load(lane.max[index]),
        rest: R::load(lane.rest[index]),
        total: lane.total[index],
        tail: R::load(lane.tail[index]),
        inverse: R::load(lane.inverse[index]),
    }
}

/// Losses, V and S of rows in which only the labelled class has a target.
#[inline(always)]
fn accumulate_labelled<S: Scalar, R: Real<Storage = S>, K: Kernel, P: Source>(
    job: &Job<'_, S, K, P>,
    columns: Columns<'_, S>,
    tile: &Tile<'_, S>,
    lane: &mut Lane<S>,
    width: usize,
) -> [f64; MOST_ROWS] {
    let mut input = [S::default(); MOST_ROWS];
    let mut exponential = [S::default(); MOST_ROWS];
    let mut weight = [S::default(); MOST_ROWS];
    pick(columns.numbers, columns.pitch, &lane.label[..width], &mut input);
    pick(tile.exponential, job.pitch, &lane.label[..width], &mut exponential);
    for (weight, &class) in weight.iter_mut().zip(&lane.label[..width]) {
        *weight = job.weights.weight(class);
    }
    let mut values = [0.0_f64; MOST_ROWS];
    for index in 0..width {
        let stats = stats::<S, R>(lane, index);
        let class = job.source.class(R::load(input[index]), R::load(exponential[index]), &stats);
        let Term { value, first, second } = job.kernel.term(class.minus_ln_p, class.p, class.q);
        let a = R::load(weight[index]);
        values[index] = a.weigh(value).to_f64();
        let first = R::only_if(class.passes, a.weigh(first));
        lane.first[index] = first.store();
        lane.second[index] = R::only_if(class.passes, a.weigh(second)).store();
        let labelled = Labelled::of(first, class.free_q, stats.total, lane.factor[index]);
        lane.labelled[index] = labelled.gradient.store();
        lane.others[index] = labelled.factor.store();
    }
    values
}

/// The gradient of labelled rows from their exponentials, in place.
#[inline(always)]
fn scale_exponentials<S: Scalar, R: Real<Storage = S>>(
    exponential: &mut [S],
    lane: &Lane<S>,
    pitch: usize,
    width: usize,
) {
    for row in exponential.chunks_exact_mut(pitch) {
        scale::<S, R>(&mut row[..width], &lane.others, &lane.counts);
    }
    for index in 0..width {
        let gradient = R::load(lane.labelled[index]);
        exponential[lane.label[index] * pitch + index] =
            R::only_if(lane.counts[index] != S::default(), gradient).store();
    }
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
) -> [S; MOST_ROWS] {
    let mut targets = [S::default(); MOST_ROWS];
    match &job.target {
        Target::Dense(_) => targets[..job.pitch].copy_from_slice(&tile.target[class * job.pitch..][..job.pitch]),
        Target::Labels(_) => {
            for (target, &label) in targets.iter_mut().zip(&lane.label) {
                *target = R::only_if(label == class, R::ONE).store();
            }
        }
    }
    targets
}

/// Losses, V and S of rows with any targets.
#[inline(always)]
fn accumulate<S: Scalar, R: Real<Storage = S>, K: Kernel, P: Source>(
    job: &Job<'_, S, K, P>,
    columns: Columns<'_, S>,
    tile: &Tile<'_, S>,
    lane: &mut Lane<S>,
    width: usize,
) -> [f64; MOST_ROWS] {
    let mut values = Lanes::<MOST_ROWS>::default();
    let mut totals = Lanes::<MOST_ROWS>::default();
    let mut seconds = Lanes::<MOST_ROWS>::default();
    let zero = [S::default(); MOST_ROWS];
    let (mut value_terms, mut first_terms, mut second_terms) = (zero, zero, zero);
    for number in 0..job.classes {
        let targets = targets::<S, R, K, P>(job, tile, lane, number);
        let input = columns.column(number, width);
        let exponential = &tile.exponential[number * job.pitch..][..width];
        for index in 0..width {
            let stats = stats::<S, R>(lane, index);
            let class = job.source.class(R::load(input[index]), R::load(exponential[index]), &stats);
            let term: Term<R> = job.kernel.term(class.minus_ln_p, class.p, class.q);
            let a = target_weight(job, number, R::load(targets[index]));
            value_terms[index] = a.weigh(term.value).store();
            first_terms[index] = R::only_if(class.passes, a.weigh(term.first)).store();
            second_terms[index] = R::only_if(class.passes, a.weigh(term.second)).store();
        }
        values.add_each::<R>(&value_terms[..width]);
        totals.add_each::<R>(&first_terms[..width]);
        seconds.add_each::<R>(&second_terms[..width]);
    }
    let mut sums = [0.0_f64; MOST_ROWS];
    for index in 0..width {
        sums[index] = values.lane(index).value();
        lane.first[index] = S::from_f64(totals.lane(index).value());
        lane.second[index] = S::from_f64(seconds.lane(index).value());
    }
    sums
}

/// Derivatives, the gradient in place of the exponentials.
#[inline(always)]
fn derive<S: Scalar, R: Real<Storage = S>, K: Kernel, P: Source>(
    job: &Job<'_, S, K, P>,
    columns: Columns<'_, S>,
    tile: &mut Tile<'_, S>,
    lane: &Lane<S>,
    second_order: bool,
    width: usize,
) {
    let pitch = job.pitch;
    let sparse = job.is_sparse();
    // The gradient of a labelled softmax row is made from its exponentials, which are left for that.
    let in_place = P::EXPONENTIAL && sparse;
    let Curvature { bound, scale, least } = job.curvature;
    let (scale, least) = (R::from_f64(if bound { 2.0 * scale } else { scale }), R::from_f64(least));
    for number in 0..job.classes {
        let targets = targets::<S, R, K, P>(job, tile, lane, number);
        let input = columns.column(number, width);
        let exponential = &mut tile.exponential[number * pitch..][..width];
        let mut nothing = [S::default(); MOST_ROWS];
        let hessian = if second_order { &mut tile.hessian[number * pitch..][..width] } else { &mut nothing[..width] };
        for index in 0..width {
            let stats = stats::<S, R>(lane, index);
            let x = R::load(input[index]);
            let class = job.source.class(x, R::load(exponential[index]), &stats);
            let (total, total_second) = (R::load(lane.first[index]), R::load(lane.second[index]));
            let (v, s) = if sparse {
                let labelled = lane.label[index] == number;
                (R::only_if(labelled, total), R::only_if(labelled, total_second))
            } else {
                let term: Term<R> = job.kernel.term(class.minus_ln_p, class.p, class.q);
                let a = target_weight(job, number, R::load(targets[index]));
                (R::only_if(class.passes, a.weigh(term.first)), R::only_if(class.passes, a.weigh(term.second)))
            };
            let factor = R::from_f64(lane.factor[index]);
            let gradient = job.source.gradient(x, &class, v, total, &stats) * factor;
            if !in_place {
                exponential[index] = R::only_if(lane.counts[index] != S::default(), gradient).store();
            }
            if second_order {
                let second = job.source.hessian(x, &class, v, s, total, total_second);
                let second = (second * scale).at_least(least) * factor;
                hessian[index] = R::only_if(lane.counts[index] != S::default(), second).store();
            }
        }
    }
}
