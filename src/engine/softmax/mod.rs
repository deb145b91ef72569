//! Losses over a row of classes that are functions of each class's log-probability, weighted by the target:
//!
//! L = Σ_c a_c ℓ(ln p_c), where a_c = weight_c · target_c.
//!
//! With v_c = a_c ℓ′(ln p_c) and V = Σ v_c, a softmax gives ∂L/∂x_j = v_j (1−p_j) − p_j (V − v_j), and with
//! s_c = a_c ℓ″(ln p_c) and S = Σ s_c, ∂²L/∂x_j² = s_j (1−p_j)² + p_j² (S − s_j) − V p_j (1−p_j). So a loss is one
//! function ℓ with two derivatives ([`Kernel`]), and everything else is here.
//!
//! Few classes are walked across rows, a tile of rows at a time ([`across`]); many classes along the row ([`along`]).
//! The number of classes alone decides, so that no layout changes a bit.

mod across;
mod along;
pub(in crate::engine) mod block;
pub(in crate::engine) mod lanes;
pub(in crate::engine) mod largest;
mod rows;
mod scalars;
pub mod source;
pub(in crate::engine) mod tile;
mod weights;

use std::ops::Range;

use super::census::Census;
use super::target::required;
use super::{Call, Curvature, Family, Names, Operands, Output, Shares, computes_in_double, take_part};
use crate::context::Context;
use crate::engine::level::Work;
use crate::error::{Error, Result, Status};
use crate::math::{Real, Scalar, Sum};
use crate::tensor::{Part, Shape, Split, View};
use source::Source;
use tile::FEW_CLASSES;

pub use rows::{Accepts, RowFactors, RowOperands, Target, census_of_rows, check_label_dtype, rows_of};
pub use weights::{PerClass, Weights};

/// ℓ at one class, and its derivatives with respect to ln p.
#[derive(Clone, Copy, Debug)]
pub struct Term<R> {
    /// ℓ
    pub value: R,
    /// ℓ′
    pub first: R,
    /// ℓ″
    pub second: R,
}

/// The arithmetic of one loss of this family.
pub trait Kernel: Copy + Send + Sync + 'static {
    /// ℓ as a function of a class's −ln p, p and q = 1 − p, all accurate. `#[inline(always)]`, free of calls, choosing
    /// instead of branching.
    fn term<R: Real>(&self, minus_ln_p: R, p: R, q: R) -> Term<R>;
}

/// A loss over rows of classes, with its options.
pub struct Softmax<K, P> {
    /// ℓ
    pub kernel: K,
    /// What the input is.
    pub source: P,
    /// The dimension of the classes, from the end if negative.
    pub axis: i64,
    /// Weights that multiply class terms and enter a weighted mean's divisor.
    pub class_weight: Weights,
    /// A factor of class terms that does not enter the divisor, with the parameter's name.
    pub alpha: Weights,
    /// How much of each target is spread evenly over the classes.
    pub label_smoothing: f64,
    /// Keras divides the smoothed share by the last dimension, whatever the class axis.
    pub smooth_over_last: bool,
    /// The label that is left out.
    pub ignore_index: Option<i64>,
    /// Whether targets may be labels, dense, or both.
    pub accepts: Accepts,
    /// How second derivatives are wanted; nothing where they are not offered.
    pub curvature: Option<Curvature>,
}

impl<K: Kernel, P: Source> Family for Softmax<K, P> {
    fn shape(&self, operands: &Operands<'_>) -> Result<Shape> {
        let (axis, classes, _) = rows_of(operands, self.axis, self.accepts, self.ignore_index)?;
        self.class_weight.check("class_weight", operands.parameter, classes)?;
        self.alpha.check("alpha", operands.parameter, classes)?;
        let rank = operands.input.shape().rank();
        if self.smooth_over_last && matches!(self.alpha, Weights::List(_)) && axis + 1 != rank {
            let message = "a list of alpha goes along the last dimension, so it needs axis=-1";
            return Err(Error::new(Status::Unsupported, message));
        }
        Ok(operands.input.shape().without(axis))
    }

    fn census(
        &self,
        context: Option<&Context>,
        operands: &Operands<'_>,
        names: &Names<'_>,
        _elements: usize,
        weigh: bool,
    ) -> Result<Census> {
        let rows = rows_of(operands, self.axis, self.accepts, self.ignore_index)?;
        census_of_rows(context, operands, names, rows, self.ignore_index, weigh, &self.class_weight)
    }

    fn has_hessian(&self) -> bool {
        self.curvature.is_some()
    }

    fn evaluate(&self, call: &Call<'_>) -> Result<Sum> {
        if computes_in_double(call.operands.input.dtype()) {
            self.evaluate_in::<f64>(call)
        } else {
            self.evaluate_in::<f32>(call)
        }
    }
}

/// So much input is asked for ahead; what is smaller stays in caches from where it comes in time by itself.
const PREFETCHED_BYTES: usize = 4 << 20;

/// Everything that the tasks of one call share.
struct Job<'a, S, K, P> {
    kernel: K,
    source: P,
    input: &'a View<'a>,
    target: Target<'a>,
    /// Class weight and alpha together, one for each class.
    weights: &'a PerClass<S>,
    classes: usize,
    /// The rows walked together where classes are few.
    pitch: usize,
    /// Whether the next row is asked for while one is computed.
    prefetches: bool,
    /// The share of each target that stays, and what every class gets instead.
    keep: f64,
    spread: f64,
    rows: &'a RowOperands<'a>,
    values: &'a Option<Split<'a>>,
    gradient: &'a Option<Split<'a>>,
    hessian: &'a Option<Split<'a>>,
    curvature: Curvature,
    value_factor: f64,
    derivative_factor: f64,
}

/// The parts of the outputs that belong to one task.
struct Parts<'p> {
    values: Option<Part<'p>>,
    gradient: Option<Part<'p>>,
    hessian: Option<Part<'p>>,
}

impl<K: Kernel, P: Source> Softmax<K, P> {
    fn evaluate_in<'c, S: Scalar>(&'c self, call: &'c Call<'c>) -> Result<Sum> {
        let operands = call.operands;
        let (axis, classes, labels) = rows_of(operands, self.axis, self.accepts, self.ignore_index)?;
        let target = required(operands)?;
        let mut weights = PerClass::<S>::one();
        weights.multiply(&self.class_weight, operands.parameter, classes)?;
        weights.multiply(&self.alpha, operands.parameter, classes)?;
        // Views and splits stay where they are made: they are slow to move.
        let input = operands.input.rows(axis);
        let copied = operands.replaced.then(|| input.copying());
        let input = copied.as_ref().unwrap_or(&input);
        let target = if labels { target.elements() } else { target.rows(axis) };
        let extents = operands.input.shape().extents();
        let smoothed_over = if self.smooth_over_last { extents[extents.len() - 1] } else { classes };
        let across = classes <= FEW_CLASSES;
        let pitch = if across { tile::pitch(classes, input.count(), across::MOST_ROWS) } else { 1 };
        let shares = Shares::of(input.count(), classes, pitch);
        let split = |output: Output<'c>| {
            let split = output.tensor.split_rows(axis, shares.share(), output.accumulate);
            // Rows of many classes are held up by arithmetic, not by memory.
            if across { split } else { split.in_caches() }
        };
        let rows = RowOperands::of(operands, self.ignore_index);
        let values = call.outputs.values.map(|output| output.tensor.split_elements(shares.share(), output.accumulate));
        let gradient = call.outputs.gradient.map(split);
        let hessian = call.outputs.hessian.map(split);
        let job = Job {
            kernel: self.kernel,
            source: self.source,
            input,
            target: if labels { Target::Labels(&target) } else { Target::Dense(&target) },
            weights: &weights,
            classes,
            pitch,
            prefetches: input.count().saturating_mul(classes) >= PREFETCHED_BYTES / operands.input.dtype().size(),
            keep: 1.0 - self.label_smoothing,
            spread: self.label_smoothing / smoothed_over as f64,
            rows: &rows,
            values: &values,
            gradient: &gradient,
            hessian: &hessian,
            curvature: self.curvature.unwrap_or(Curvature::EXACT),
            value_factor: call.scale.values,
            derivative_factor: call.scale.derivatives,
        };
        let level = call.level();
        let work = |task, range| level.run::<S, _>(TaskWork { job: &job, task, range, across });
        shares.sum(call.context, work)
    }
}

struct TaskWork<'j, S, K, P> {
    job: &'j Job<'j, S, K, P>,
    task: usize,
    range: Range<usize>,
    across: bool,
}

impl<S: Scalar, K: Kernel, P: Source> Work<S> for TaskWork<'_, S, K, P> {
    type Output = Option<Sum>;

    #[inline(always)]
    fn run<R: Real<Storage = S>>(self) -> Option<Sum> {
        let mut parts = Parts {
            values: take_part(self.job.values, self.task)?,
            gradient: take_part(self.job.gradient, self.task)?,
            hessian: take_part(self.job.hessian, self.task)?,
        };
        Some(if self.across {
            across::rows::<S, R, K, P>(self.job, &mut parts, self.range)
        } else {
            along::rows::<S, R, K, P>(self.job, &mut parts, self.range)
        })
    }
}

impl<S, K, P> Job<'_, S, K, P> {
    /// The class that stands for a label: labels of rows that do not count may be anything.
    #[inline(always)]
    fn class_of(&self, label: i64) -> usize {
        (label.max(0) as usize).min(self.classes - 1)
    }

    /// Whether only the labelled class has a target other than zero.
    #[inline(always)]
    fn is_sparse(&self) -> bool {
        matches!(self.target, Target::Labels(_)) && self.spread == 0.0
    }
}
