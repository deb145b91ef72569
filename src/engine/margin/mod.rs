//! Losses over a row of scores that hold the worst class against the true one:
//!
//! L = max(floor, max_c s_c + offset − Σ_c t_c x_c), where s_c is the class's score adjusted by its target.
//!
//! The subgradient goes to the first class that attains the maximum; it is 0 at the floor.
//!
//! Few classes are walked across rows, a tile of rows at a time ([`across`]); many classes along the row ([`along`]).
//! The number of classes alone decides, so that no layout changes a bit.

mod across;
mod along;

use std::ops::Range;

use super::census::Census;
use super::softmax::tile::{FEW_CLASSES, pitch};
use super::softmax::{Accepts, PerClass, RowOperands, Target, Weights, census_of_rows, rows_of};
use super::target::required;
use super::{Call, Family, Names, Operands, Output, Shares, computes_in_double, level::Work, take_part};
use crate::context::Context;
use crate::error::Result;
use crate::math::{Real, Scalar, Sum};
use crate::tensor::{Part, Shape, Split, View};

/// The arithmetic of one loss of this family.
pub trait Kernel: Copy + Send + Sync + 'static {
    /// s of a class from its score and target.
    fn adjusted<R: Real>(&self, score: R, target: R) -> R;
    /// ds/dx of a class from its target.
    fn slope<R: Real>(&self, target: R) -> R;
    /// What is added to the largest s.
    fn offset(&self) -> f64;
    /// Whether the loss is held at zero from below.
    fn has_floor(&self) -> bool;
}

/// A margin loss with its options.
pub struct Margin<K> {
    /// The arithmetic.
    pub kernel: K,
    /// The dimension of the classes, from the end if negative.
    pub axis: i64,
    /// Weights of rows by their true class; they enter a weighted mean's divisor.
    pub class_weight: Weights,
    /// The label that is left out.
    pub ignore_index: Option<i64>,
    /// Whether targets may be labels, dense, or both.
    pub accepts: Accepts,
}

impl<K: Kernel> Family for Margin<K> {
    fn shape(&self, operands: &Operands<'_>) -> Result<Shape> {
        let (axis, classes, _) = rows_of(operands, self.axis, self.accepts, self.ignore_index)?;
        self.class_weight.check("class_weight", operands.parameter, classes)?;
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
        false
    }

    fn evaluate(&self, call: &Call<'_>) -> Result<Sum> {
        if computes_in_double(call.operands.input.dtype()) {
            self.evaluate_in::<f64>(call)
        } else {
            self.evaluate_in::<f32>(call)
        }
    }
}

/// Everything that the tasks of one call share.
struct Job<'a, S, K> {
    kernel: K,
    input: &'a View<'a>,
    target: Target<'a>,
    weights: &'a PerClass<S>,
    classes: usize,
    /// The rows walked together where classes are few.
    pitch: usize,
    rows: &'a RowOperands<'a>,
    values: &'a Option<Split<'a>>,
    gradient: &'a Option<Split<'a>>,
    value_factor: f64,
    derivative_factor: f64,
}

/// The parts of the outputs that belong to one task.
struct Parts<'p> {
    values: Option<Part<'p>>,
    gradient: Option<Part<'p>>,
}

impl<K: Kernel> Margin<K> {
    fn evaluate_in<'c, S: Scalar>(&'c self, call: &'c Call<'c>) -> Result<Sum> {
        let operands = call.operands;
        let (axis, classes, labels) = rows_of(operands, self.axis, self.accepts, self.ignore_index)?;
        let target = required(operands)?;
        let mut weights = PerClass::<S>::one();
        weights.multiply(&self.class_weight, operands.parameter, classes)?;
        // Views and splits stay where they are made: they are slow to move.
        let input = operands.input.rows(axis);
        let copied = operands.replaced.then(|| input.copying());
        let input = copied.as_ref().unwrap_or(&input);
        let target = if labels { target.elements() } else { target.rows(axis) };
        let across = classes <= FEW_CLASSES;
        let pitch = if across { pitch(classes, input.count(), across::MOST_ROWS) } else { 1 };
        let shares = Shares::of(input.count(), classes, pitch);
        let split = |output: Output<'c>| output.tensor.split_rows(axis, shares.share(), output.accumulate);
        let rows = RowOperands::of(operands, self.ignore_index);
        let values = call.outputs.values.map(|output| output.tensor.split_elements(shares.share(), output.accumulate));
        let gradient = call.outputs.gradient.map(split);
        let job = Job {
            kernel: self.kernel,
            input,
            target: if labels { Target::Labels(&target) } else { Target::Dense(&target) },
            weights: &weights,
            classes,
            pitch,
            rows: &rows,
            values: &values,
            gradient: &gradient,
            value_factor: call.scale.values,
            derivative_factor: call.scale.derivatives,
        };
        let level = call.level();
        let work = |task, range| level.run::<S, _>(TaskWork { job: &job, task, range, across });
        shares.sum(call.context, work)
    }
}

struct TaskWork<'j, S, K> {
    job: &'j Job<'j, S, K>,
    task: usize,
    range: Range<usize>,
    across: bool,
}

impl<S: Scalar, K: Kernel> Work<S> for TaskWork<'_, S, K> {
    type Output = Option<Sum>;

    #[inline(always)]
    fn run<R: Real<Storage = S>>(self) -> Option<Sum> {
        let mut parts = Parts {
            values: take_part(self.job.values, self.task)?,
            gradient: take_part(self.job.gradient, self.task)?,
        };
        Some(if self.across {
            across::rows::<S, R, K>(self.job, &mut parts, self.range)
        } else {
            along::rows::<S, R, K>(self.job, &mut parts, self.range)
        })
    }
}
