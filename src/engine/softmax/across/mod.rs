//! Few classes: a tile of rows side by side, one class after another. Each row is a lane, so nothing is ever folded, and
//! images with strided classes are read as they lie.

mod dense;
mod labelled;

use std::ops::Range;

use super::lanes::{exponentials, exponentials_of_four, raise, raise_by_four};
use super::scalars::RowScalars;
use super::source::Source;
use super::tile::{self, FOLLOWED_CLASSES, Numbers, number_rows};
use super::{Job, Kernel, Parts, Target};
use crate::math::sum::{LANES, Lanes};
use crate::math::{Real, Scalar, Sum};
use crate::tensor::{Ahead, Columns, ColumnsMut};

/// The most rows of a tile. More would only be more to clear before small calls.
pub const MOST_ROWS: usize = 64;

type PerRow<T> = tile::PerRow<T, MOST_ROWS>;

/// Numbers of a tile of rows: class c of row i is at `c * pitch + i`.
struct Tile<'t, S> {
    /// The exponentials, and later the gradient in their place: where it goes to, or in a buffer.
    exponential: ColumnsMut<'t, S>,
    target: &'t mut [S],
    hessian: &'t mut [S],
}

/// Numbers of which a row has one.
struct Lane<S> {
    /// The label, which may be anything where the row does not count.
    label: PerRow<i64>,
    /// The same as a number.
    class: PerRow<S>,
    /// 1 where the row counts, else 0.
    counts: PerRow<S>,
    sample_weight: PerRow<f64>,
    /// What makes losses and gradients of its sums.
    scalars: RowScalars<S, MOST_ROWS>,
}

/// Room for what a step needs for itself, and fills before it reads.
type Scratch<S> = [PerRow<S>; 5];

/// The sum over some rows, with their derivatives written.
#[inline(always)]
pub fn rows<S: Scalar, R: Real<Storage = S>, K: Kernel, P: Source>(
    job: &Job<'_, S, K, P>,
    parts: &mut Parts<'_>,
    range: Range<usize>,
) -> Sum {
    let pitch = job.pitch;
    let none = PerRow::default();
    let elements = job.classes * pitch;
    // Made where they stay: a buffer that is returned is copied whole.
    let (mut input, mut exponential) = (Numbers::<S>::default(), Numbers::<S>::default());
    let (mut target, mut hessian) = (Numbers::<S>::default(), Numbers::<S>::default());
    let (input, exponential) = (input.cleared(elements), exponential.cleared(elements));
    let target = target.cleared(if matches!(job.target, Target::Dense(_)) { elements } else { 0 });
    let hessian = hessian.cleared(if parts.hessian.is_some() { elements } else { 0 });
    let mut lane = Lane {
        label: PerRow::default(),
        class: none,
        counts: none,
        sample_weight: PerRow::of(1.0),
        scalars: RowScalars::of(job.derivative_factor),
    };
    let mut scratch: Scratch<S> = [none; 5];
    let second_order = parts.hessian.is_some();
    let derives = parts.gradient.is_some() || second_order;
    let mut sum = Lanes::<LANES>::default();
    let mut start = range.start;
    while start < range.end {
        let count = pitch.min(range.end - start);
        let width = count.next_multiple_of(LANES);
        let columns = job.input.columns(start..start + count, input, pitch);
        // No closure, because one that is not inlined is compiled without the level's instructions.
        let goal = match &mut parts.gradient {
            Some(part) if P::EXPONENTIAL && count == pitch && !part.streams() => part.columns(start, count),
            _ => None,
        };
        let is_lent = goal.is_some();
        let mut tile = Tile {
            exponential: goal.unwrap_or_else(|| ColumnsMut::of(exponential, pitch)),
            target: &mut *target,
            hessian: &mut *hessian,
        };
        let next = if job.classes > FOLLOWED_CLASSES { start + count..start + 2 * count } else { 0..0 };
        let ahead = job.input.ahead(next);
        read_targets::<S, R, K, P>(job, &mut tile, &mut lane, start..start + count, width);
        normalise::<S, R, P>(columns, &ahead, &mut tile, &mut lane.scalars, &mut scratch, job.classes, width);
        if job.is_sparse() {
            labelled::accumulate::<S, R, K, P>(job, columns, &mut tile.exponential, &mut lane, width);
        } else {
            dense::accumulate::<S, R, K, P>(job, columns, &mut tile, &mut lane, second_order, width);
        }
        add_values::<S, K, P>(job, &mut lane, &mut sum, count, width);
        if let Some(output) = &mut parts.values {
            for value in lane.scalars.value.iter_mut() {
                *value *= job.value_factor;
            }
            output.write(start, &lane.scalars.value[..count]);
        }
        if derives {
            let labelled = P::EXPONENTIAL && job.is_sparse();
            if !labelled || second_order {
                dense::derive::<S, R, K, P>(job, columns, &mut tile, &lane, (labelled, second_order), width);
            }
            if labelled {
                let rows = (job.classes, job.rows.are_uniform());
                labelled::scale_exponentials::<S, R>(&mut tile.exponential, &lane, rows, width);
            }
            if let Some(gradient) = parts.gradient.as_mut().filter(|_| !is_lent) {
                gradient.write_transposed(start, count, exponential, pitch);
            }
            if let Some(output) = &mut parts.hessian {
                output.write_transposed(start, count, hessian, pitch);
            }
        }
        start += count;
    }
    sum.fold()
}

/// Reads labels or dense targets, and what weighs each row. Rows beyond the last do not count.
#[inline(always)]
fn read_targets<S: Scalar, R: Real<Storage = S>, K, P>(
    job: &Job<'_, S, K, P>,
    tile: &mut Tile<'_, S>,
    lane: &mut Lane<S>,
    rows: Range<usize>,
    width: usize,
) {
    let Range { start, end } = rows;
    let count = end - start;
    match &job.target {
        Target::Labels(view) => view.read_labels(start, &mut lane.label[..count]),
        Target::Dense(view) => view.read_transposed(start, count, tile.target, job.pitch),
    }
    number_rows::<S, R>(&lane.label[..width], count, &mut lane.class[..width], &mut lane.counts[..width]);
    if job.rows.are_uniform() {
        return;
    }
    for index in 0..count {
        let factors = job.rows.factors(start + index, lane.label[index]);
        lane.counts[index] = S::from_f64(f64::from(u8::from(factors.counts)));
        lane.sample_weight[index] = factors.weight;
        lane.scalars.factor[index] = factors.derivative(job.derivative_factor);
    }
}

/// Weighs the rows' values, makes those 0 that do not count, and adds them.
#[inline(always)]
fn add_values<S: Scalar, K, P>(
    job: &Job<'_, S, K, P>,
    lane: &mut Lane<S>,
    sum: &mut Lanes<LANES>,
    count: usize,
    width: usize,
) {
    let values = &mut lane.scalars.value[..width];
    if job.rows.are_uniform() {
        values[count..].fill(0.0);
        return sum.add_values::<S>(values);
    }
    for (index, value) in values.iter_mut().enumerate() {
        let weighted = *value * lane.sample_weight[index];
        *value = if lane.counts[index] != S::default() { weighted } else { 0.0 };
    }
    // Products with weights have no bits to spare in f64.
    sum.add(values);
}

/// The first classes that are gone through four at a time, which share what is loaded of their rows; the others follow
/// one at a time.
#[inline(always)]
fn in_fours(classes: usize) -> (impl Iterator<Item = usize>, Range<usize>) {
    let rest = classes - classes % 4;
    ((0..rest).step_by(4), rest..classes)
}

/// The sums that the classes of a row share. The next tile is asked for meanwhile: all of it at once would have to wait
/// for its beginning.
#[inline(always)]
fn normalise<S: Scalar, R: Real<Storage = S>, P: Source>(
    input: Columns<'_, S>,
    ahead: &Ahead,
    tile: &mut Tile<'_, S>,
    scalars: &mut RowScalars<S, MOST_ROWS>,
    [other, a_left, b_left, c_left, d_left]: &mut Scratch<S>,
    classes: usize,
    width: usize,
) {
    let mut rest = Lanes::<MOST_ROWS>::default();
    if P::EXPONENTIAL {
        scalars.largest[..width].fill(S::default());
        let (mut max, mut larger) = (&mut scalars.max[..width], &mut other[..width]);
        max.fill((-R::INFINITY).store());
        let (fours, others) = in_fours(classes);
        for class in fours {
            raise_by_four(max, input.four_columns(class, width), larger);
            std::mem::swap(&mut max, &mut larger);
        }
        for class in others {
            raise(max, input.column(class, width), larger);
            std::mem::swap(&mut max, &mut larger);
        }
        // Whichever of both places holds them now, the next step reads them here.
        larger.copy_from_slice(max);
        let max = &scalars.max[..width];
        let (mut largest, mut larger) = (&mut scalars.largest[..width], &mut other[..width]);
        let (fours, others) = in_fours(classes);
        // The largest class is left out of the sum: what remains is 1 − p of it, without cancellation.
        for class in fours {
            let left = [&mut a_left[..width], &mut b_left[..width], &mut c_left[..width], &mut d_left[..width]];
            let logits = input.four_columns(class, width);
            (class..class + 4).for_each(|class| ahead.prefetch(class));
            exponentials_of_four::<S, R>(max, logits, tile.exponential.four_columns(class), largest, larger, left);
            std::mem::swap(&mut largest, &mut larger);
            rest.add_of_four([&a_left[..width], &b_left[..width], &c_left[..width], &d_left[..width]]);
        }
        for class in others {
            ahead.prefetch(class);
            let (logits, out) = (input.column(class, width), &mut tile.exponential.column(class)[..width]);
            exponentials::<S, R>(max, logits, out, largest, larger, &mut a_left[..width]);
            std::mem::swap(&mut largest, &mut larger);
            rest.add_each(&a_left[..width]);
        }
        larger.copy_from_slice(largest);
    } else {
        for class in 0..classes {
            ahead.prefetch(class);
            if P::RATIO {
                rest.add_each(input.column(class, width));
            }
        }
    }
    rest.values::<S>(&mut scalars.sum[..width]);
    scalars.normalise::<R, P>(width);
}
