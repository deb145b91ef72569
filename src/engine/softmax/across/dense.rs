//! Rows with any targets, and second derivatives.

use super::super::source::Source;
use super::super::{Job, Kernel, Target, Term};
use super::{Lane, MOST_ROWS, PerRow, Tile};
use crate::engine::Curvature;
use crate::math::sum::Lanes;
use crate::math::{Real, Scalar};
use crate::tensor::Columns;

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
) -> PerRow<S> {
    let mut targets = PerRow::default();
    match &job.target {
        Target::Dense(_) => targets[..job.pitch].copy_from_slice(&tile.target[class * job.pitch..][..job.pitch]),
        Target::Labels(_) => {
            let class = S::from_f64(class as f64);
            for (target, &label) in targets.iter_mut().zip(lane.class.iter()) {
                *target = R::only_if(label == class, R::ONE).store();
            }
        }
    }
    targets
}

/// Losses, V and S of rows with any targets.
#[inline(always)]
pub fn accumulate<S: Scalar, R: Real<Storage = S>, K: Kernel, P: Source>(
    job: &Job<'_, S, K, P>,
    columns: Columns<'_, S>,
    tile: &mut Tile<'_, S>,
    lane: &mut Lane<S>,
    second_order: bool,
    width: usize,
) {
    let mut values = Lanes::<MOST_ROWS>::default();
    let mut totals = Lanes::<MOST_ROWS>::default();
    let mut seconds = Lanes::<MOST_ROWS>::default();
    let zero = PerRow::default();
    let (mut value_terms, mut first_terms, mut second_terms) = (zero, zero, zero);
    for number in 0..job.classes {
        let targets = targets::<S, R, K, P>(job, tile, lane, number);
        let input = columns.column(number, width);
        let exponential = &tile.exponential.column(number)[..width];
        for index in 0..width {
            let stats = lane.scalars.stats::<R>(index);
            let class = job.source.class(R::load(input[index]), R::load(exponential[index]), &stats);
            let term: Term<R> = job.kernel.term(class.minus_ln_p, class.p, class.q);
            let a = target_weight(job, number, R::load(targets[index]));
            value_terms[index] = a.weigh(term.value).store();
            first_terms[index] = R::only_if(class.passes, a.weigh(term.first)).store();
            second_terms[index] = R::only_if(class.passes, a.weigh(term.second)).store();
        }
        values.add_each(&value_terms[..width]);
        totals.add_each(&first_terms[..width]);
        if second_order {
            seconds.add_each(&second_terms[..width]);
        }
    }
    for index in 0..width {
        lane.scalars.value[index] = values.lane(index).value();
        lane.scalars.first[index] = S::from_f64(totals.lane(index).value());
        lane.scalars.second[index] = S::from_f64(seconds.lane(index).value());
    }
}

/// Derivatives, the gradient in place of the exponentials, unless these are left for whoever makes it of them.
#[inline(always)]
pub fn derive<S: Scalar, R: Real<Storage = S>, K: Kernel, P: Source>(
    job: &Job<'_, S, K, P>,
    columns: Columns<'_, S>,
    tile: &mut Tile<'_, S>,
    lane: &Lane<S>,
    (leaves_exponentials, second_order): (bool, bool),
    width: usize,
) {
    let pitch = job.pitch;
    let sparse = job.is_sparse();
    let Curvature { bound, scale, least } = job.curvature;
    let (scale, least) = (R::from_f64(if bound { 2.0 * scale } else { scale }), R::from_f64(least));
    for number in 0..job.classes {
        // Of labelled rows V and S say it all.
        let targets = if sparse { PerRow::default() } else { targets::<S, R, K, P>(job, tile, lane, number) };
        let class_number = S::from_f64(number as f64);
        let input = columns.column(number, width);
        let exponential = &mut tile.exponential.column(number)[..width];
        let mut nothing = PerRow::default();
        let hessian = if second_order { &mut tile.hessian[number * pitch..][..width] } else { &mut nothing[..width] };
        for index in 0..width {
            let stats = lane.scalars.stats::<R>(index);
            let x = R::load(input[index]);
            let class = job.source.class(x, R::load(exponential[index]), &stats);
            let (total, total_second) = (R::load(lane.scalars.first[index]), R::load(lane.scalars.second[index]));
            let (v, s) = if sparse {
                let labelled = lane.class[index] == class_number;
                (R::only_if(labelled, total), R::only_if(labelled, total_second))
            } else {
                let term: Term<R> = job.kernel.term(class.minus_ln_p, class.p, class.q);
                let a = target_weight(job, number, R::load(targets[index]));
                (R::only_if(class.passes, a.weigh(term.first)), R::only_if(class.passes, a.weigh(term.second)))
            };
            let factor = R::from_f64(lane.scalars.factor[index]);
            let gradient = job.source.gradient(x, &class, v, total, &stats) * factor;
            if !leaves_exponentials {
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
