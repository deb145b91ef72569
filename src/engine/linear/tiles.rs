//! Tiles of logits: the sums of each row over a tile's classes, and the tile's way to the gradient by its logits.

use super::blocks::TILE;
use super::rows::{Objective, Outcome, Row, Stats};
use crate::engine::level::Work;
use crate::engine::softmax::largest::{largest_of, position_of};
use crate::engine::softmax::{PerClass, block};
use crate::math::sum::{LANES, Lanes};
use crate::math::{Real, RowExp, Scalar, Sum, Tanh};

/// A tile: the logits of some rows and of up to [`TILE`] neighbouring classes, row after row.
pub struct Tile<'t, S> {
    /// The logits.
    pub logits: &'t mut [S],
    /// The number of classes.
    pub width: usize,
    /// The first class.
    pub first: usize,
    /// The rows.
    pub rows: &'t [Row],
    /// The weights of all classes.
    pub class_weight: &'t PerClass<S>,
    /// The options.
    pub objective: Objective,
}

/// Adds the bias and, where they are wanted, makes the sums of each row.
pub struct Scan<'t, S> {
    /// The logits, fresh from the product.
    pub tile: Tile<'t, S>,
    /// The bias of these classes; empty if there is none.
    pub bias: &'t [S],
    /// One for each row; empty if none are wanted.
    pub stats: &'t mut [Stats<S>],
}

impl<S: Scalar> Work<S> for Scan<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run<R: Real<Storage = S>>(self) {
        let Tile { logits, width, first, rows, class_weight, objective } = self.tile;
        let mut capped = [S::default(); TILE];
        for (index, row) in logits.chunks_exact_mut(width).enumerate() {
            for (x, &b) in row.iter_mut().zip(self.bias) {
                *x = (R::load(*x) + R::load(b)).store();
            }
            let Some(stats) = self.stats.get_mut(index) else { continue };
            let seen = match objective.softcap {
                Some(bound) => {
                    cap::<R>(bound, row, &mut capped[..width]);
                    &capped[..width]
                }
                None => &*row,
            };
            *stats = sums_of::<R>(seen);
            if let Some(&labelled) = rows[index].label.checked_sub(first).and_then(|place| seen.get(place)) {
                stats.labelled = labelled;
            }
            if objective.spread > 0.0 {
                stats.weighted = minus_weighted(seen, first, class_weight);
            }
        }
    }
}

/// Turns logits into the derivatives by them.
pub struct Differentiate<'t, S> {
    /// The logits with their bias; then the derivatives.
    pub tile: Tile<'t, S>,
    /// The outcomes of the rows.
    pub outcomes: &'t [Outcome],
    /// Where the derivatives of each class are added up; empty if that is not wanted.
    pub sums: &'t mut [f64],
}

impl<S: Scalar> Work<S> for Differentiate<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run<R: Real<Storage = S>>(self) {
        let Tile { logits, width, first, rows, class_weight, objective } = self.tile;
        let mut slopes = [S::default(); TILE];
        for ((row, outcome), about) in logits.chunks_exact_mut(width).zip(self.outcomes).zip(rows) {
            if let Some(bound) = objective.softcap {
                cap_in_place::<R>(bound, row, &mut slopes[..width]);
            }
            let max = R::from_f64(outcome.max);
            let exponentials = RowExp::below(max);
            let factor = R::from_f64(outcome.factor / exponentials.of(max).to_f64());
            for x in row.iter_mut() {
                *x = (exponentials.of(R::load(*x)) * factor).store();
            }
            if objective.spread > 0.0 {
                let spread = R::from_f64(-outcome.spread);
                for (class, x) in row.iter_mut().enumerate() {
                    *x = spread.mul_add(R::load(class_weight.weight(first + class)), R::load(*x)).store();
                }
            }
            if let Some(labelled) = about.label.checked_sub(first).and_then(|place| row.get_mut(place)) {
                *labelled = S::from_f64(outcome.labelled);
            }
            if objective.softcap.is_some() {
                for (x, &slope) in row.iter_mut().zip(&slopes[..width]) {
                    *x = (R::load(*x) * R::load(slope)).store();
                }
            }
            for (sum, x) in self.sums.iter_mut().zip(row.iter()) {
                *sum += x.to_f64();
            }
        }
    }
}

#[inline(always)]
fn cap<R: Real>(bound: f64, row: &[R::Storage], capped: &mut [R::Storage]) {
    let bound = R::from_f64(bound);
    for (capped, &x) in capped.iter_mut().zip(row) {
        *capped = (bound * Tanh::of(R::load(x) / bound).value).store();
    }
}

#[inline(always)]
fn cap_in_place<R: Real>(bound: f64, row: &mut [R::Storage], slopes: &mut [R::Storage]) {
    let bound = R::from_f64(bound);
    for (slope, x) in slopes.iter_mut().zip(row) {
        let tanh = Tanh::of(R::load(*x) / bound);
        *x = (bound * tanh.value).store();
        *slope = tanh.slope.store();
    }
}

/// The largest logit and the sum of the others' exponentials.
#[inline(always)]
fn sums_of<R: Real>(row: &[R::Storage]) -> Stats<R::Storage> {
    let max = largest_of(row);
    if R::load(max) == -R::INFINITY {
        let rest = if row.iter().any(|&x| R::load(x).is_nan()) { f64::NAN } else { 0.0 };
        return Stats { max, rest, ..Stats::default() };
    }
    let exponentials = RowExp::below(R::load(max));
    let mut terms = [R::Storage::default(); TILE];
    let terms = &mut terms[..row.len()];
    block::exponentials(exponentials, row, terms);
    let top = std::mem::take(&mut terms[position_of(row, max)]);
    let mut lanes = Lanes::<LANES>::default();
    lanes.add(terms);
    Stats { max, rest: lanes.fold().value() / top.to_f64(), ..Stats::default() }
}

/// −Σ w x. Products of f32 are exact in f64, so that what Σ w times the largest logit leaves of it is the loss.
#[inline(always)]
fn minus_weighted<S: Scalar>(row: &[S], first: usize, class_weight: &PerClass<S>) -> Sum {
    let mut terms = [0.0_f64; TILE];
    let terms = &mut terms[..row.len()];
    for (class, (term, x)) in terms.iter_mut().zip(row).enumerate() {
        let weight = class_weight.weight(first + class).to_f64();
        *term = if weight == 0.0 { 0.0 } else { -(weight * x.to_f64()) };
    }
    let mut lanes = Lanes::<LANES>::default();
    lanes.add(terms);
    lanes.fold()
}
