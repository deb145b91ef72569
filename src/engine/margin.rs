//! Losses over a row of scores that hold the worst class against the true one:
//!
//! L = max(floor, max_c s_c + offset − Σ_c t_c x_c), where s_c is the class's score adjusted by its target.
//!
//! The subgradient goes to the first class that attains the maximum; it is 0 at the floor.

use std::ops::Range;

use smallvec::SmallVec;

use super::census::Census;
use super::softmax::block::{BLOCK, blocks};
use super::softmax::largest::{largest_of, position_of};
use super::softmax::{Accepts, PerClass, RowFactors, RowOperands, Weights, census_of_rows, rows_of};
use super::target::required;
use super::{Call, Family, Names, Operands, Output, Shares, computes_in_double, level::Work, take_part};
use crate::context::Context;
use crate::error::{Error, Result, Status};
use crate::math::sum::{LANES, Lanes};
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
    input: View<'a>,
    dense: Option<View<'a>>,
    labels: Option<View<'a>>,
    weights: &'a PerClass<S>,
    classes: usize,
    rows: RowOperands<'a>,
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
            weights: &weights,
            classes,
            rows: RowOperands::of(operands, self.ignore_index),
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
        let mut buffers = Buffers::<S>::default();
        let mut sum = Sum::ZERO;
        for index in self.range {
            let label = job.labels.as_ref().map_or(0, |labels| labels.label(index));
            let factors = job.rows.factors(index, label);
            let row = Row { job, index, label: label as usize };
            if !factors.counts {
                row.write_gradient::<R>(&mut gradient, &mut buffers, Slopes::All(R::ZERO));
                if let Some(values) = &mut values {
                    values.write(index, &[0.0]);
                }
                continue;
            }
            let value = row.evaluate::<R>(factors, &mut gradient, &mut buffers);
            sum = sum.plus(value * factors.weight);
            if let Some(values) = &mut values {
                values.write(index, &[value * factors.weight * job.value_factor]);
            }
        }
        Some(sum)
    }
}

/// Blocks of one row, on the stack, and cleared no further than they are used.
#[derive(Default)]
struct Buffers<S: Scalar> {
    input: SmallVec<[S; BLOCK]>,
    target: SmallVec<[S; BLOCK]>,
    adjusted: SmallVec<[S; BLOCK]>,
    products: SmallVec<[S; BLOCK]>,
}

/// What a row's classes come to.
struct Scores<R> {
    worst: R,
    worst_class: usize,
    true_score: f64,
    class_weight: f64,
}

/// The gradient of a row.
#[derive(Clone, Copy)]
enum Slopes<R> {
    /// The same for every class.
    All(R),
    /// (slope of s, if it is the worst class, − target) times the factor.
    Of { worst_class: usize, factor: R },
}

/// One row of one call. Its label is 0 where there is none.
struct Row<'r, 'a, S, K> {
    job: &'r Job<'a, S, K>,
    index: usize,
    label: usize,
}

impl<S: Scalar, K: Kernel> Row<'_, '_, S, K> {
    /// The value, not yet multiplied by the row's weight; the gradient is written.
    #[inline(always)]
    fn evaluate<R: Real<Storage = S>>(
        &self,
        RowFactors { weight, upstream, .. }: RowFactors,
        gradient: &mut Option<Part<'_>>,
        buffers: &mut Buffers<S>,
    ) -> f64 {
        let job = self.job;
        let scores = self.scan::<R>(buffers);
        let margin = R::from_f64(job.kernel.offset()) + (scores.worst - R::from_f64(scores.true_score));
        let holds = job.kernel.has_floor() && margin <= R::ZERO;
        let factor = R::from_f64(scores.class_weight * weight * upstream * job.derivative_factor);
        let slopes = if holds {
            Slopes::All(R::ZERO)
        } else if margin.is_nan() {
            // NaN in a row makes its whole gradient NaN.
            Slopes::All(margin)
        } else {
            Slopes::Of { worst_class: scores.worst_class, factor }
        };
        self.write_gradient(gradient, buffers, slopes);
        R::only_if(!holds, margin).to_f64() * scores.class_weight
    }

    /// Looks at every class.
    #[inline(always)]
    fn scan<R: Real<Storage = S>>(&self, buffers: &mut Buffers<S>) -> Scores<R> {
        let Row { job, index, label } = *self;
        let Buffers { input, target, adjusted, products } = buffers;
        let (mut worst, mut worst_class): (S, _) = ((-R::INFINITY).store(), 0);
        let mut has_nan = false;
        let (mut true_score, mut true_scores) = (0.0, Lanes::<LANES>::default());
        let mut class_weight = Sum::ZERO;
        for columns in blocks(job.classes) {
            job.input.prefetch_row(index + 1, columns.clone());
            let input = job.input.block_of_row(index, columns.clone(), input);
            adjusted.resize(columns.len(), S::default());
            if let Some(dense) = &job.dense {
                let target = dense.block_of_row(index, columns.clone(), target);
                products.resize(columns.len(), S::default());
                adjust::<S, R, K>(job.kernel, input, target, adjusted, products);
                true_scores.add::<R>(products);
                if !job.weights.is_one() {
                    for (class, target) in columns.clone().zip(target) {
                        class_weight = class_weight.plus(target.to_f64() * job.weights.weight(class).to_f64());
                    }
                }
            } else {
                adjust_wrong::<S, R, K>(job.kernel, input, adjusted);
                if columns.contains(&label) {
                    let score = input[label - columns.start];
                    true_score = score.to_f64();
                    adjusted[label - columns.start] = job.kernel.adjusted(R::load(score), R::ONE).store();
                }
            }
            has_nan |= any_nan::<S, R>(adjusted);
            let largest = largest_of::<S, R>(adjusted);
            // As numbers, for which 0 and −0 are equal: the first of the largest classes takes the subgradient.
            if largest > worst {
                (worst, worst_class) = (largest, columns.start + position_of(adjusted, largest));
            }
        }
        let worst = if has_nan { R::NAN } else { R::load(worst) };
        if job.dense.is_none() {
            class_weight = Sum::ZERO.plus(job.weights.weight(label).to_f64());
        } else {
            true_score = true_scores.fold().value();
        }
        let class_weight = if job.weights.is_one() { 1.0 } else { class_weight.value() };
        Scores { worst, worst_class, true_score, class_weight }
    }

    #[inline(always)]
    fn write_gradient<R: Real<Storage = S>>(
        &self,
        gradient: &mut Option<Part<'_>>,
        buffers: &mut Buffers<S>,
        slopes: Slopes<R>,
    ) {
        let Some(gradient) = gradient else { return };
        let Row { job, index, label } = *self;
        let Buffers { target, adjusted: block, .. } = buffers;
        for columns in blocks(job.classes) {
            block.clear();
            match slopes {
                Slopes::All(slope) => block.resize(columns.len(), slope.store()),
                Slopes::Of { worst_class, factor } => {
                    let worst = columns.contains(&worst_class).then(|| worst_class - columns.start);
                    let mut worst_target = R::only_if(worst_class == label, R::ONE);
                    // NaN for a weight that is NaN or infinite, as everywhere else.
                    block.resize(columns.len(), (R::ZERO * factor).store());
                    if let Some(dense) = &job.dense {
                        let target = dense.block_of_row(index, columns.clone(), target);
                        scale_targets(factor, target, block);
                        worst_target = worst.map_or(R::ZERO, |place| R::load(target[place]));
                    } else if columns.contains(&label) {
                        block[label - columns.start] = (-factor).store();
                    }
                    if let Some(place) = worst {
                        block[place] = ((job.kernel.slope(worst_target) - worst_target) * factor).store();
                    }
                }
            }
            gradient.write_row(index, columns, block);
        }
    }
}

/// s and t x of a block.
#[inline(always)]
fn adjust<S: Scalar, R: Real<Storage = S>, K: Kernel>(
    kernel: K,
    input: &[S],
    target: &[S],
    adjusted: &mut [S],
    products: &mut [S],
) {
    let count = input.len();
    let (target, adjusted, products) = (&target[..count], &mut adjusted[..count], &mut products[..count]);
    for place in 0..count {
        let (score, target) = (R::load(input[place]), R::load(target[place]));
        products[place] = target.weigh(score).store();
        adjusted[place] = kernel.adjusted(score, target).store();
    }
}

/// s of classes whose target is 0.
#[inline(always)]
fn adjust_wrong<S: Scalar, R: Real<Storage = S>, K: Kernel>(kernel: K, input: &[S], adjusted: &mut [S]) {
    for (adjusted, &score) in adjusted.iter_mut().zip(input) {
        *adjusted = kernel.adjusted(R::load(score), R::ZERO).store();
    }
}

/// Whether a block has NaN.
#[inline(always)]
fn any_nan<S: Scalar, R: Real<Storage = S>>(block: &[S]) -> bool {
    block.iter().fold(false, |found, &score| found | R::load(score).is_nan())
}

/// The gradient of classes that are not the worst.
#[inline(always)]
fn scale_targets<S: Scalar, R: Real<Storage = S>>(factor: R, target: &[S], out: &mut [S]) {
    for (out, &target) in out.iter_mut().zip(target) {
        *out = ((R::ZERO - R::load(target)) * factor).store();
    }
}
