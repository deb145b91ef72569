//! Losses over a row of scores that hold the worst class against the true one:
//!
//! L = max(floor, max_c s_c + offset − Σ_c t_c x_c), where s_c is the class's score adjusted by its target.
//!
//! The subgradient goes to the first class that attains the maximum; it is 0 at the floor.

use std::ops::Range;

use super::census::Census;
use super::softmax::{Accepts, PerClass, Weights, census_of_rows, rows_of};
use super::target::required;
use super::{Call, Family, Names, Operands, Output, Shares, computes_in_double, level::Work, take_part};
use crate::context::Context;
use crate::error::{Error, Result, Status};
use crate::math::sum::{LANES, Lanes};
use crate::math::{Real, Scalar, Sum};
use crate::tensor::{Part, Shape, Split, View};

/// Classes processed together.
const BLOCK: usize = 256;

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
    input: View<'a>,
    dense: Option<View<'a>>,
    labels: Option<View<'a>>,
    ignored: Option<i64>,
    weights: &'a PerClass<S>,
    classes: usize,
    sample_weight: Option<View<'a>>,
    mask: Option<View<'a>>,
    grad_output: Option<View<'a>>,
    values: Option<Split<'a>>,
    gradient: Option<Split<'a>>,
    value_factor: f64,
    derivative_factor: f64,
}

impl<K: Kernel> Margin<K> {
    fn evaluate_in<'c, S: Scalar>(&'c self, call: &'c Call<'c>) -> Result<Sum> {
        let operands = &call.operands;
        let (axis, classes, labels) = rows_of(operands, self.axis, self.accepts, self.ignore_index)?;
        let target = required(operands)?;
        let weights = self.class_weight.of::<S>(operands.parameter, classes)?;
        let input = operands.of_input(operands.input.rows(axis));
        let shares = Shares::of(input.count(), classes, 1);
        let split = |output: Output<'c>| output.tensor.split_rows(axis, shares.share(), output.accumulate);
        let job = Job {
            kernel: self.kernel,
            input,
            dense: (!labels).then(|| target.rows(axis)),
            labels: labels.then(|| target.elements()),
            ignored: self.ignore_index,
            weights: &weights,
            classes,
            sample_weight: operands.sample_weight.map(|tensor| tensor.elements()),
            mask: operands.mask.map(|tensor| tensor.elements()),
            grad_output: operands.grad_output.map(|tensor| tensor.elements()),
            values: call.outputs.values.map(|output| output.tensor.split_elements(shares.share(), output.accumulate)),
            gradient: call.outputs.gradient.map(split),
            value_factor: call.scale.values,
            derivative_factor: call.scale.derivatives,
        };
        let mut sum = Sum::ZERO;
        let level = call.level();
        let work = |task: usize, range: Range<usize>| {
            let result = level.run::<S, _>(TaskWork { job: &job, task, range });
            result.ok_or_else(|| Error::new(Status::Internal, "the executor ran a task twice"))
        };
        shares.map_reduce(call.context, work, |part| sum = sum.join(part))?;
        Ok(sum)
    }
}

struct TaskWork<'j, S, K> {
    job: &'j Job<'j, S, K>,
    task: usize,
    range: Range<usize>,
}

impl<S: Scalar, K: Kernel> Work<S> for TaskWork<'_, S, K> {
    type Output = Option<Sum>;

    #[inline(always)]
    fn run<R: Real<Storage = S>>(self) -> Option<Sum> {
        let job = self.job;
        let mut values = take_part(&job.values, self.task)?;
        let mut gradient = take_part(&job.gradient, self.task)?;
        let mut sum = Sum::ZERO;
        for index in self.range {
            let (value, weight, counts) = row::<S, R, K>(job, index, &mut gradient);
            if counts {
                sum = sum.plus(value * weight);
            }
            if let Some(values) = &mut values {
                values.write(index, &[if counts { value * weight * job.value_factor } else { 0.0 }]);
            }
        }
        Some(sum)
    }
}

/// Value, weight and whether it counts, of one row; its gradient is written.
#[inline(always)]
fn row<S: Scalar, R: Real<Storage = S>, K: Kernel>(
    job: &Job<'_, S, K>,
    index: usize,
    gradient: &mut Option<Part<'_>>,
) -> (f64, f64, bool) {
    let label = job.labels.as_ref().map(|labels| labels.label(index));
    let masked = job.mask.as_ref().is_some_and(|mask| mask.element(index) == 0.0);
    let ignored = job.ignored.is_some() && label == job.ignored;
    let counts = !masked && !ignored;
    let weight = job.sample_weight.as_ref().map_or(1.0, |weight| weight.element(index));
    let classes = job.classes;
    let label = label.filter(|_| counts).and_then(|label| usize::try_from(label).ok()).unwrap_or(usize::MAX);
    let scores = scan::<S, R, K>(job, index, label);
    let margin = R::from_f64(job.kernel.offset()) + (scores.worst - R::from_f64(scores.true_score));
    let holds = job.kernel.has_floor() && margin <= R::ZERO;
    let value = R::only_if(!holds, margin).to_f64() * scores.class_weight;
    if let Some(gradient) = gradient {
        let upstream = job.grad_output.as_ref().map_or(1.0, |output| output.element(index));
        let factor = scores.class_weight * weight * upstream * job.derivative_factor;
        let factor = R::from_f64(factor);
        let mut block = [S::default(); BLOCK];
        for start in (0..classes).step_by(BLOCK) {
            let columns = start..classes.min(start + BLOCK);
            let targets = targets::<S, R, K>(job, index, label, columns.clone());
            for (place, class) in columns.clone().enumerate() {
                let target = R::load(targets[place]);
                let worst = R::only_if(class == scores.worst_class, job.kernel.slope(target));
                let slope = (worst - target) * factor;
                // NaN in a row makes its whole gradient NaN.
                let slope = if margin.is_nan() { margin } else { slope };
                block[place] = R::only_if(counts && !holds, slope).store();
            }
            gradient.write_row(index, columns.clone(), &block[..columns.len()]);
        }
    }
    (value, weight, counts)
}

struct Scores<R> {
    worst: R,
    worst_class: usize,
    true_score: f64,
    class_weight: f64,
}

#[inline(always)]
fn scan<S: Scalar, R: Real<Storage = S>, K: Kernel>(job: &Job<'_, S, K>, index: usize, label: usize) -> Scores<R> {
    let classes = job.classes;
    let (mut worst, mut worst_class) = (-R::INFINITY, 0);
    let mut true_score = Lanes::<LANES>::default();
    let mut class_weight = Sum::ZERO;
    let mut buffer = [S::default(); BLOCK];
    for start in (0..classes).step_by(BLOCK) {
        let columns = start..classes.min(start + BLOCK);
        let count = columns.len();
        job.input.read_row(index, columns.clone(), &mut buffer);
        let targets = targets::<S, R, K>(job, index, label, columns.clone());
        let mut products = [S::default(); BLOCK];
        let mut adjusted = [S::default(); BLOCK];
        for place in 0..count {
            let (score, target) = (R::load(buffer[place]), R::load(targets[place]));
            products[place] = target.weigh(score).store();
            adjusted[place] = job.kernel.adjusted(score, target).store();
        }
        true_score.add::<R>(&products[..count]);
        for place in 0..count {
            let candidate = R::load(adjusted[place]);
            // NaN is worst of all, and stays.
            if candidate > worst || candidate.is_nan() {
                (worst, worst_class) = (candidate, start + place);
            }
            let target = targets[place].to_f64();
            if target != 0.0 {
                class_weight = class_weight.plus(target * job.weights.weight(start + place).to_f64());
            }
        }
    }
    let class_weight = if job.weights.is_one() { 1.0 } else { class_weight.value() };
    Scores { worst, worst_class, true_score: true_score.fold().value(), class_weight }
}

#[inline(always)]
fn targets<S: Scalar, R: Real<Storage = S>, K>(
    job: &Job<'_, S, K>,
    index: usize,
    label: usize,
    columns: Range<usize>,
) -> [S; BLOCK] {
    let mut targets = [S::default(); BLOCK];
    match &job.dense {
        Some(dense) => dense.read_row(index, columns, &mut targets),
        None if columns.contains(&label) => targets[label - columns.start] = R::ONE.store(),
        None => {}
    }
    targets
}
