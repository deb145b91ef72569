//! Rows in which only the labelled class has a target.

use super::super::lanes::{Gradient, choose, choose_of_four, clear, scale, scale_four};
use super::super::source::Source;
use super::super::{Job, Kernel, Labelled};
use super::{Lane, PerRow, Scratch, in_fours, stats};
use crate::math::{Real, RowExp, Scalar};
use crate::tensor::{Columns, ColumnsMut};

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
    let (fours, others) = in_fours(job.classes);
    let labels = &lane.class[..width];
    for class in fours {
        choose_of_four::<S, R>(labels, class, columns.four_columns(class, width), &mut input[..width]);
    }
    for class in others {
        choose::<S, R>(labels, class, columns.column(class, width), &mut input[..width]);
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
        let e = if P::EXPONENTIAL { RowExp::below(stats.max).of(x) } else { R::ZERO };
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
        let labelled = Labelled::of(first, q, lane.divisor[index], lane.factor[index]);
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
    (classes, all_count): (usize, bool),
    width: usize,
) {
    let Lane { class: labels, labelled, others: factors, counts, .. } = lane;
    let rows = Gradient { labels, labelled, factors };
    let (fours, others) = in_fours(classes);
    for class in fours {
        let [a, b, c, d] = exponential.four_columns(class);
        scale_four::<S, R>(rows, class, &mut a[..width], b, c, d);
    }
    for class in others {
        scale::<S, R>(rows, class, &mut exponential.column(class)[..width]);
    }
    // What lies beyond the last row goes nowhere.
    if !all_count {
        for class in 0..classes {
            clear::<S, R>(counts, &mut exponential.column(class)[..width]);
        }
    }
}
