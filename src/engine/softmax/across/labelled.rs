//! Rows in which only the labelled class has a target.

use super::super::lanes::{choose, pick, scale};
use super::super::source::Source;
use super::super::{Job, Kernel, Labelled};
use super::{Lane, PerRow, Scratch, stats};
use crate::math::{Real, RowExp, Scalar};
use crate::tensor::{Columns, ColumnsMut};

/// Up to this many classes, it costs less to look at all of them for the labelled one than to fetch it row by row.
const MOST_CHOSEN: usize = 32;

#[inline(always)]
fn row_exp<S: Scalar, R: Real<Storage = S>>(lane: &Lane<S>, index: usize) -> RowExp<R> {
    let (offset, low, top) = (lane.offset[index], lane.low[index], lane.top[index]);
    RowExp { offset: R::load(offset), low: R::load(low), top: R::load(top) }
}

/// Losses, V and S of rows in which only the labelled class has a target.
#[inline(always)]
pub fn accumulate<S: Scalar, R: Real<Storage = S>, K: Kernel, P: Source>(
    job: &Job<'_, S, K, P>,
    columns: Columns<'_, S>,
    lane: &mut Lane<S>,
    [input, weight, value, q]: &mut Scratch<S>,
    width: usize,
) {
    input[..width].fill((-R::ZERO).store());
    if job.classes <= MOST_CHOSEN {
        for class in 0..job.classes {
            let (number, labels) = (S::from_f64(class as f64), &lane.class[..width]);
            choose::<S, R>(labels, number, columns.column(class, width), input);
        }
    } else {
        let classes = classes(job, lane);
        pick(columns.numbers, columns.pitch, &classes[..width], input);
    }
    match job.weights.block(0..job.classes) {
        None => weight[..width].fill(job.weights.weight(0)),
        Some(weights) => {
            for (weight, &class) in weight.iter_mut().zip(classes(job, lane).iter()) {
                *weight = weights[class];
            }
        }
    }
    for index in 0..width {
        let stats = stats::<S, R>(lane, index);
        let x = R::load(input[index]);
        // Made once more, which costs less than to look for it among the classes.
        let e = if P::EXPONENTIAL { row_exp::<S, R>(lane, index).of(x) } else { R::ZERO };
        let class = job.source.class(x, e, &stats);
        let term = job.kernel.term(class.minus_ln_p, class.p, class.q);
        let a = R::load(weight[index]);
        value[index] = a.weigh(term.value).store();
        lane.first[index] = R::only_if(class.passes, a.weigh(term.first)).store();
        lane.second[index] = R::only_if(class.passes, a.weigh(term.second)).store();
        q[index] = class.free_q.store();
    }
    // Apart, because numbers of two widths in one loop halve its vectors.
    for index in 0..width {
        let (first, q) = (R::load(lane.first[index]), R::load(q[index]));
        let labelled = Labelled::of(first, q, lane.total[index], lane.factor[index]);
        lane.labelled[index] = labelled.gradient.store();
        lane.others[index] = labelled.factor.store();
        lane.value[index] = value[index].to_f64();
    }
}

/// The labelled class of each row, or any where the row does not count.
#[inline(always)]
fn classes<S, K, P>(job: &Job<'_, S, K, P>, lane: &Lane<S>) -> PerRow<usize> {
    let mut classes = PerRow::default();
    for (class, &label) in classes.iter_mut().zip(lane.label.iter()) {
        *class = job.class_of(label);
    }
    classes
}

/// The gradient of labelled rows from their exponentials, in place.
#[inline(always)]
pub fn scale_exponentials<S: Scalar, R: Real<Storage = S>>(
    exponential: &mut ColumnsMut<'_, S>,
    lane: &Lane<S>,
    classes: usize,
    width: usize,
) {
    let Lane { class: labels, labelled, others, counts, .. } = lane;
    for class in 0..classes {
        let (number, column) = (S::from_f64(class as f64), &mut exponential.column(class)[..width]);
        scale::<S, R>(column, (&labels[..width], number), &labelled[..width], others, counts);
    }
}
