//! Losses over a row of classes that are functions of each class's log-probability, weighted by the target:
//!
//! L = Σ_c a_c ℓ(ln p_c), where a_c = weight_c · target_c.
//!
//! With v_c = a_c ℓ′(ln p_c) and V = Σ v_c, a softmax gives ∂L/∂x_j = v_j (1−p_j) − p_j (V − v_j), and with
//! s_c = a_c ℓ″(ln p_c) and S = Σ s_c, ∂²L/∂x_j² = s_j (1−p_j)² + p_j² (S − s_j) − V p_j (1−p_j). So a loss is one
//! function ℓ with two derivatives ([`Kernel`]), and everything else is here.
//!
//! Few classes are walked across rows, thirty-two rows at a time ([`across`]); many classes along the row ([`along`]).
//! The number of classes alone decides, so that no layout changes a bit.

mod across;
mod along;
mod block;
mod lanes;
pub mod source;

use std::ops::Range;

use smallvec::SmallVec;

use super::census::{self, Census};
use super::target::{refuse_dtype, refuse_label, refuse_shape, required, resolve_axis};
use super::{Call, Curvature, Family, Names, Operands, Output, Shares, computes_in_double, take_part};
use crate::context::Context;
use crate::engine::level::Work;
use crate::error::{Error, Result, Status};
use crate::math::{Real, Scalar, Sum};
use crate::tensor::{NOT_A_LABEL, Part, Shape, Split, Tensor, View};
use source::Source;

/// Rows of at most this many classes are walked across.
const FEW_CLASSES: usize = 64;

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

/// Weights of the classes.
#[derive(Clone, Debug, PartialEq)]
pub enum Weights {
    /// All the same.
    Uniform(f64),
    /// One for each class.
    List(Vec<f64>),
    /// One for each class, from the call's parameter operand.
    Operand,
}

impl Weights {
    /// The weights of `classes` classes.
    pub fn of<S: Scalar>(&self, operand: Option<&Tensor<'_>>, classes: usize) -> Result<PerClass<S>> {
        let mut weights = PerClass { uniform: S::from_f64(1.0), list: SmallVec::new() };
        let refused = |_| Error::new(Status::OutOfMemory, "no memory for class weights");
        match (self, operand) {
            (Weights::List(numbers), _) => {
                weights.list.try_reserve(classes).map_err(refused)?;
                weights.list.extend(numbers.iter().map(|&number| S::from_f64(number)));
            }
            (Weights::Operand, Some(operand)) => {
                weights.list.try_reserve(classes).map_err(refused)?;
                weights.list.resize(classes, S::default());
                operand.elements().read(0, &mut weights.list);
            }
            (Weights::Uniform(number), _) => weights.uniform = S::from_f64(*number),
            (Weights::Operand, None) => {}
        }
        Ok(weights)
    }

    /// Refuses weights that are not one for each class.
    pub fn check(&self, name: &str, operand: Option<&Tensor<'_>>, classes: usize) -> Result<()> {
        let found = match (self, operand) {
            (Weights::List(numbers), _) => Shape::new(&[numbers.len()]).expect("one dimension"),
            (Weights::Operand, Some(operand)) => *operand.shape(),
            _ => return Ok(()),
        };
        let expected = Shape::new(&[classes]).expect("one dimension");
        if found == expected {
            Ok(())
        } else {
            Err(refuse_shape(name, &found, &expected, "one number for each class of input"))
        }
    }
}

/// The weights of the classes of one call: one number for all, or a list.
#[derive(Clone, Debug)]
pub struct PerClass<S> {
    uniform: S,
    list: SmallVec<[S; FEW_CLASSES]>,
}

impl<S: Scalar> PerClass<S> {
    /// The weight of a class.
    #[inline(always)]
    pub fn weight(&self, class: usize) -> S {
        if self.list.is_empty() { self.uniform } else { self.list[class] }
    }

    /// The weights of some classes, unless all have the same.
    #[inline(always)]
    fn block(&self, classes: Range<usize>) -> Option<&[S]> {
        if self.list.is_empty() { None } else { Some(&self.list[classes]) }
    }

    /// Whether every class weighs 1.
    pub fn is_one(&self) -> bool {
        self.list.is_empty() && self.uniform.to_f64() == 1.0
    }

    /// Multiplies the weights by others.
    fn multiply(&mut self, other: &PerClass<S>) {
        if self.list.is_empty() && !other.list.is_empty() {
            self.list.clone_from(&other.list);
            for weight in &mut self.list {
                *weight = S::from_f64(weight.to_f64() * self.uniform.to_f64());
            }
        } else {
            self.uniform = S::from_f64(self.uniform.to_f64() * other.uniform.to_f64());
            for (class, weight) in self.list.iter_mut().enumerate() {
                *weight = S::from_f64(weight.to_f64() * other.weight(class).to_f64());
            }
        }
    }
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

/// What targets may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepts {
    /// Labels or dense targets, told apart by rank.
    Either,
    /// Labels only.
    Labels,
    /// Dense targets only.
    Dense,
}

/// The class axis, the number of classes, and whether targets are labels, after checking shapes.
pub fn rows_of(
    operands: &Operands<'_>,
    axis: i64,
    accepts: Accepts,
    ignore_index: Option<i64>,
) -> Result<(usize, usize, bool)> {
    let (input, target) = (operands.input, required(operands)?);
    let rank = input.shape().rank();
    // A lone row has its classes in its only dimension.
    let axis = if axis == 1 && rank == 1 { 0 } else { resolve_axis(axis, rank, "input", "axis")? };
    let classes = input.shape().extents()[axis];
    let labels_shape = input.shape().without(axis);
    let labels = match accepts {
        Accepts::Labels => true,
        Accepts::Dense => false,
        Accepts::Either => target.shape().rank() != rank,
    };
    let (expected, because) = if labels {
        (labels_shape, "the shape of input without its class axis, for labels")
    } else {
        (*input.shape(), "the shape of input, for dense targets")
    };
    if target.shape() != &expected {
        return Err(refuse_shape("target", target.shape(), &expected, because));
    }
    if labels && target.dtype() == crate::tensor::Dtype::Bool {
        return Err(refuse_dtype(
            "target",
            target,
            "an integer type, or whole numbers in a floating-point type, for labels",
        ));
    }
    if !labels && ignore_index.is_some() {
        let message = "ignore_index needs labels; dense targets are left out with mask";
        return Err(Error::new(Status::Unsupported, message));
    }
    if classes == 0 && labels_shape.elements() > 0 {
        return Err(Error::new(Status::InvalidShape, format!("input has shape {}, with no classes", input.shape())));
    }
    Ok((axis, classes, labels))
}

/// Counts rows, refusing labels outside the classes, and weighing each row by its class.
pub fn census_of_rows(
    context: Option<&Context>,
    operands: &Operands<'_>,
    names: &Names<'_>,
    (axis, classes, labels): (usize, usize, bool),
    ignore_index: Option<i64>,
    weigh: bool,
    weights: Option<&PerClass<f64>>,
) -> Result<Census> {
    let target = required(operands)?;
    let rows = operands.input.shape().without(axis).elements();
    if !labels && operands.mask.is_none() && !weigh {
        return Ok(Census::of_all(rows));
    }
    let label_view = labels.then(|| target.elements());
    let dense_view = (!labels).then(|| target.rows(axis));
    let is_class = |label: i64| usize::try_from(label).is_ok_and(|label| label < classes);
    let refuse = |label: i64, index: usize| {
        let expected = match label {
            NOT_A_LABEL => "is not a whole number".to_string(),
            _ => format!("is outside [0, {classes})"),
        };
        refuse_label(names.target, target, index, &expected)
    };
    let uniform = operands.mask.is_none() && ignore_index.is_none() && weights.is_none();
    if let Some(view) = label_view.filter(|_| uniform && (!weigh || operands.sample_weight.is_none())) {
        return census::check_all(context, rows, |range| {
            let mut labels = [0; census::BLOCK];
            let labels = &mut labels[..range.len()];
            view.read_labels(range.start, labels);
            if labels.iter().fold(true, |fit, &label| fit & is_class(label)) {
                return Ok(());
            }
            let bad = labels.iter().position(|&label| !is_class(label)).unwrap_or(0);
            Err(refuse(labels[bad], range.start + bad))
        });
    }
    census::take(context, rows, operands, |block| {
        if let Some(view) = &label_view {
            let mut labels = [0; census::BLOCK];
            let labels = &mut labels[..block.range.len()];
            view.read_labels(block.range.start, labels);
            for (position, &label) in labels.iter().enumerate() {
                block.counts[position] &= ignore_index != Some(label);
                if !block.counts[position] {
                    continue;
                }
                if !is_class(label) {
                    return Err(refuse(label, block.range.start + position));
                }
                block.weights[position] *= weights.map_or(1.0, |weights| weights.weight(label as usize));
            }
        } else if let (Some(view), Some(weights)) = (&dense_view, weights) {
            for (position, row) in block.range.clone().enumerate() {
                let mut weight = Sum::ZERO;
                for class in 0..classes {
                    let mut target = [0.0_f64];
                    view.read_row(row, class..class + 1, &mut target);
                    weight = weight.plus(weights.weight(class) * target[0]);
                }
                block.weights[position] *= weight.value();
            }
        }
        Ok(true)
    })
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
        let weights = match (weigh, &self.class_weight) {
            // Without class weights a row weighs what its sample weight says, whatever its targets sum to.
            (false, _) | (true, Weights::Uniform(_)) => None,
            (true, weights) => Some(weights.of::<f64>(operands.parameter, rows.1)?),
        };
        census_of_rows(context, operands, names, rows, self.ignore_index, weigh, weights.as_ref())
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

/// Everything that the tasks of one call share.
struct Job<'a, S, K, P> {
    kernel: K,
    source: P,
    input: View<'a>,
    target: Target<'a>,
    /// Class weight and alpha together, one for each class.
    weights: &'a PerClass<S>,
    classes: usize,
    /// The rows walked together where classes are few. A constant, which the compiler must not know: it would unroll
    /// the loops over them.
    pitch: usize,
    /// The share of each target that stays, and what every class gets instead.
    keep: f64,
    spread: f64,
    sample_weight: Option<View<'a>>,
    mask: Option<View<'a>>,
    grad_output: Option<View<'a>>,
    values: Option<Split<'a>>,
    gradient: Option<Split<'a>>,
    hessian: Option<Split<'a>>,
    curvature: Curvature,
    value_factor: f64,
    derivative_factor: f64,
}

enum Target<'a> {
    Labels { view: View<'a>, ignored: Option<i64> },
    Dense(View<'a>),
}

/// The parts of the outputs that belong to one task.
struct Parts<'p> {
    values: Option<Part<'p>>,
    gradient: Option<Part<'p>>,
    hessian: Option<Part<'p>>,
}

impl<K: Kernel, P: Source> Softmax<K, P> {
    fn evaluate_in<'c, S: Scalar>(&'c self, call: &'c Call<'c>) -> Result<Sum> {
        let operands = &call.operands;
        let (axis, classes, labels) = rows_of(operands, self.axis, self.accepts, self.ignore_index)?;
        let target = required(operands)?;
        let mut weights = self.class_weight.of::<S>(operands.parameter, classes)?;
        let alpha = self.alpha.of::<S>(operands.parameter, classes)?;
        weights.multiply(&alpha);
        let input = operands.of_input(operands.input.rows(axis));
        let extents = operands.input.shape().extents();
        let smoothed_over = if self.smooth_over_last { extents[extents.len() - 1] } else { classes };
        let across = classes <= FEW_CLASSES;
        let shares = Shares::of(input.count(), classes, if across { across::ROWS } else { 1 });
        let split = |output: Output<'c>| output.tensor.split_rows(axis, shares.share(), output.accumulate);
        let job = Job {
            kernel: self.kernel,
            source: self.source,
            input,
            target: if labels {
                Target::Labels { view: target.elements(), ignored: self.ignore_index }
            } else {
                Target::Dense(target.rows(axis))
            },
            weights: &weights,
            classes,
            pitch: across::ROWS,
            keep: 1.0 - self.label_smoothing,
            spread: self.label_smoothing / smoothed_over as f64,
            sample_weight: operands.sample_weight.map(|tensor| tensor.elements()),
            mask: operands.mask.map(|tensor| tensor.elements()),
            grad_output: operands.grad_output.map(|tensor| tensor.elements()),
            values: call.outputs.values.map(|output| output.tensor.split_elements(shares.share(), output.accumulate)),
            gradient: call.outputs.gradient.map(split),
            hessian: call.outputs.hessian.map(split),
            curvature: self.curvature.unwrap_or(Curvature::EXACT),
            value_factor: call.scale.values,
            derivative_factor: call.scale.derivatives,
        };
        let mut sum = Sum::ZERO;
        let level = call.level();
        let work = |task: usize, range: Range<usize>| {
            let work = TaskWork { job: &job, task, range, across };
            let result = level.run::<S, _>(work);
            result.ok_or_else(|| Error::new(Status::Internal, "the executor ran a task twice"))
        };
        shares.map_reduce(call.context, work, |part| sum = sum.join(part))?;
        Ok(sum)
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
            values: take_part(&self.job.values, self.task)?,
            gradient: take_part(&self.job.gradient, self.task)?,
            hessian: take_part(&self.job.hessian, self.task)?,
        };
        Some(if self.across {
            across::rows::<S, R, K, P>(self.job, &mut parts, self.range)
        } else {
            along::rows::<S, R, K, P>(self.job, &mut parts, self.range)
        })
    }
}

/// The gradient of a softmax row in which only the labelled class has a target: its own, and what each exponential is
/// multiplied by to give the others'.
#[derive(Clone, Copy)]
struct Labelled<R> {
    gradient: R,
    factor: R,
}

impl<R: Real> Labelled<R> {
    /// From v of the labelled class and the row's factor of derivatives: ∂L/∂x is v q at the label, −v p elsewhere.
    #[inline(always)]
    fn of(v: R, q: R, total: f64, derivative: f64) -> Labelled<R> {
        let scaled = v.to_f64() * derivative;
        Labelled { gradient: R::from_f64(scaled * q.to_f64()), factor: R::from_f64(-scaled / total) }
    }
}

/// What one row adds besides its classes: whether it counts, its weight, and its factor of derivatives.
#[derive(Clone, Copy)]
struct RowFactors {
    counts: bool,
    weight: f64,
    derivative: f64,
}

impl<S, K, P> Job<'_, S, K, P> {
    /// Whether every row counts once, so that all have the same factors.
    fn is_uniform(&self) -> bool {
        let ignores = matches!(self.target, Target::Labels { ignored: Some(_), .. });
        !ignores && self.mask.is_none() && self.sample_weight.is_none() && self.grad_output.is_none()
    }

    /// The factors of a row whose label, if it has one, is known.
    #[inline(always)]
    fn row_factors(&self, row: usize, label: i64) -> RowFactors {
        let masked = self.mask.as_ref().is_some_and(|mask| mask.element(row) == 0.0);
        let ignored = matches!(&self.target, Target::Labels { ignored: Some(ignored), .. } if label == *ignored);
        let weight = self.sample_weight.as_ref().map_or(1.0, |weight| weight.element(row));
        let upstream = self.grad_output.as_ref().map_or(1.0, |output| output.element(row));
        RowFactors { counts: !masked && !ignored, weight, derivative: weight * upstream * self.derivative_factor }
    }

    /// The class that stands for a label: labels of rows that do not count may be anything.
    #[inline(always)]
    fn class_of(&self, label: i64) -> usize {
        (label.max(0) as usize).min(self.classes - 1)
    }

    /// Whether only the labelled class has a target other than zero.
    #[inline(always)]
    fn is_sparse(&self) -> bool {
        matches!(self.target, Target::Labels { .. }) && self.spread == 0.0
    }
}
