//! Rows in which only the labelled class has a target.

use super::super::lanes::{Gradient, choose, choose_of_four, clear, scale, scale_four};
use super::super::scalars::RowScalars;
use super::super::source::Source;
use super::super::{Job, Kernel};
use super::{Lane, in_fours};
use crate::math::{Real, Scalar};
use crate::tensor::{Columns, ColumnsMut};

/// Losses, V and S of rows in which only the labelled class has a target.
#[inline(always)]
pub fn accumulate<S: Scalar, R: Real<Storage = S>, K: Kernel, P: Source>(
    job: &Job<'_, S, K, P>,
    columns: Columns<'_, S>,
    exponentials: &mut ColumnsMut<'_, S>,
    lane: &mut Lane<S>,
    width: usize,
) {
    let RowScalars { input, exponential, weight, .. } = &mut lane.scalars;
    let nothing = (-R::ZERO).store();
    input[..width].fill(nothing);
    exponential[..width].fill(if P::EXPONENTIAL { nothing } else { S::default() });
    let (fours, others) = in_fours(job.classes);
    let labels = &lane.class[..width];
    for class in fours {
        choose_of_four::<S, R>(labels, class, columns.four_columns(class, width), &mut input[..width]);
        if P::EXPONENTIAL {
            let [a, b, c, d] = exponentials.four_columns(class);
            choose_of_four::<S, R>(labels, class, [a, b, c, d], &mut exponential[..width]);
        }
    }
    for class in others {
        choose::<S, R>(labels, class, columns.column(class, width), &mut input[..width]);
        if P::EXPONENTIAL {
            choose::<S, R>(labels, class, &exponentials.column(class)[..width], &mut exponential[..width]);
        }
    }
    match job.weights.block(0..job.classes) {
        None => weight[..width].fill(job.weights.weight(0)),
        Some(weights) => {
            for (weight, &label) in weight[..width].iter_mut().zip(lane.label.iter()) {
                *weight = weights[job.class_of(label)];
            }
        }
    }
    lane.scalars.label::<R, K, P>(job.kernel, job.source, width);
}

/// The gradient of labelled rows from their exponentials, in place.
#[inline(always)]
pub fn scale_exponentials<S: Scalar, R: Real<Storage = S>>(
    exponential: &mut ColumnsMut<'_, S>,
    lane: &Lane<S>,
    (classes, all_count): (usize, bool),
    width: usize,
) {
    let Lane { class: labels, counts, scalars: RowScalars { labelled, others: factors, .. }, .. } = lane;
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
