//! Rows: what is known of their logits, tile after tile, and what follows from it.
//!
//! With weights w, targets t′ = (1−s)·t + s/C, u_c = w_c t′_c and Z = ln Σ eˣ, the loss of a row is
//! Σ u_c (Z − x_c) + z Z², so ∂/∂x_j = p_j (Σ u_c + 2 z Z) − u_j.

use super::LinearCrossEntropy;
use crate::engine::level::Work;
use crate::engine::softmax::PerClass;
use crate::math::{Real, Scalar, Sum, exp_of_negative, ln_1p};

/// A row that counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Row {
    /// Which row of the input.
    pub index: usize,
    /// Its class.
    pub label: usize,
    /// Its sample weight.
    pub weight: f64,
    /// The factor of its derivatives.
    pub derivative: f64,
}

/// The sums over some classes of one row.
#[derive(Clone, Copy, Debug)]
pub struct Stats<S> {
    /// The largest logit.
    pub max: S,
    /// The logit of the label, once its tile was seen.
    pub labelled: S,
    /// Σ e^(x − max) over all classes but the largest: what remains is 1 − p of it, without cancellation.
    pub rest: f64,
    /// −Σ w x, if labels are smoothed.
    pub weighted: Sum,
}

impl<S: Scalar> Default for Stats<S> {
    #[inline(always)]
    fn default() -> Stats<S> {
        Stats { max: S::from_f64(f64::NEG_INFINITY), labelled: S::default(), rest: 0.0, weighted: Sum::ZERO }
    }
}

/// What is the same for every row.
#[derive(Clone, Copy, Debug)]
pub struct Objective {
    /// The share of each target that stays.
    pub keep: f64,
    /// What every class gets instead.
    pub spread: f64,
    /// The sum of the class weights, if labels are smoothed or every weight is 1.
    pub weights: f64,
    /// The factor of Z².
    pub z_loss: f64,
    /// The bound of the logits.
    pub softcap: Option<f64>,
}

impl Objective {
    /// The options for so many classes.
    pub fn of<S: Scalar>(options: &LinearCrossEntropy, class_weight: &PerClass<S>, classes: usize) -> Objective {
        let spread = options.label_smoothing / classes as f64;
        let mut weights = Sum::ZERO;
        if class_weight.is_one() {
            // Not added up, for there may be more of them than memory has room for.
            weights = weights.plus(classes as f64);
        } else if spread > 0.0 {
            (0..classes).for_each(|class| weights = weights.plus(class_weight.weight(class).to_f64()));
        }
        Objective {
            keep: 1.0 - options.label_smoothing,
            spread,
            weights: weights.value(),
            z_loss: options.z_loss,
            softcap: options.softcap,
        }
    }
}

/// What follows from a row's logits.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcome {
    /// The loss, without the sample weight.
    pub value: f64,
    /// The largest logit.
    pub max: f64,
    /// The derivative by a logit is this times e^(x − max), less `spread` times the class's weight.
    pub factor: f64,
    /// What smoothing takes off the derivative of a class of weight 1.
    pub spread: f64,
    /// The derivative by the labelled logit.
    pub labelled: f64,
}

/// Joins the sums of the tiles of a chunk, in their order, to what is known of each row.
pub struct Join<'r, S> {
    /// One after another: the rows of each tile.
    pub tiles: &'r [Stats<S>],
    /// The first class of the chunk.
    pub first: usize,
    /// Classes in a tile.
    pub width: usize,
    /// The rows.
    pub rows: &'r [Row],
    /// What is known of each.
    pub known: &'r mut [Stats<f64>],
}

impl<S: Scalar> Work<f64> for Join<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run<R: Real<Storage = f64>>(self) {
        for (tile, stats) in self.tiles.chunks_exact(self.rows.len()).enumerate() {
            let start = self.first + tile * self.width;
            for ((row, seen), known) in self.rows.iter().zip(stats).zip(self.known.iter_mut()) {
                let max = seen.max.to_f64();
                let below = |smaller: f64, larger: f64| exp_of_negative(R::load(smaller - larger)).store();
                if max > known.max {
                    known.rest = (known.rest + 1.0) * below(known.max, max) + seen.rest;
                    known.max = max;
                } else if max == f64::NEG_INFINITY {
                    // No class here has a share, but one may be NaN.
                    known.rest += seen.rest;
                } else {
                    known.rest += (seen.rest + 1.0) * below(max, known.max);
                }
                if row.label >= start && row.label < start + self.width {
                    known.labelled = seen.labelled.to_f64();
                }
                known.weighted = known.weighted.join(seen.weighted);
            }
        }
    }
}

/// Makes the outcome of each row from its sums over all classes.
pub struct Conclude<'r, S> {
    /// The options.
    pub objective: Objective,
    /// The weights of the classes.
    pub class_weight: &'r PerClass<S>,
    /// The rows.
    pub rows: &'r [Row],
    /// Their sums.
    pub known: &'r [Stats<f64>],
    /// Their outcomes.
    pub outcomes: &'r mut [Outcome],
}

impl<S: Scalar> Work<f64> for Conclude<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run<R: Real<Storage = f64>>(self) {
        for ((row, known), outcome) in self.rows.iter().zip(self.known).zip(self.outcomes) {
            let weight = self.class_weight.weight(row.label).to_f64();
            *outcome = conclude::<R>(&self.objective, row, known, weight);
        }
    }
}

#[inline(always)]
fn conclude<R: Real<Storage = f64>>(objective: &Objective, row: &Row, known: &Stats<f64>, weight: f64) -> Outcome {
    let Objective { keep, spread, weights, z_loss, .. } = *objective;
    let Stats { max, labelled, weighted, .. } = *known;
    // Without a finite largest logit there are no probabilities.
    let rest = if max.abs() < f64::INFINITY { known.rest } else { f64::NAN };
    let tail = ln_1p(R::load(rest)).store();
    let log_sum = max + tail;
    let own = keep * weight;
    let mut value = R::load(own).weigh(R::load((max - labelled) + tail)).store();
    let mut total = own;
    if spread > 0.0 {
        // Σ w (Z − x)
        value += spread * weighted.plus(weights * max).plus(weights * tail).value();
        total += spread * weights;
    }
    if z_loss > 0.0 {
        value += z_loss * log_sum * log_sum;
        total += 2.0 * z_loss * log_sum;
    }
    let sum = rest + 1.0;
    let is_largest = labelled == max;
    let share = if is_largest { 1.0 } else { exp_of_negative(R::load(labelled - max)).store() } / sum;
    let others = if is_largest { rest / sum } else { 1.0 - share };
    let target = own + spread * weight;
    Outcome {
        value,
        max,
        factor: total / sum * row.derivative,
        spread: spread * row.derivative,
        labelled: (share * (total - target) - target * others) * row.derivative,
    }
}
