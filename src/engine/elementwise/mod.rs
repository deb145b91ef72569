//! Losses of one input element and one target element.

use super::census::{self, Census};
use super::level::Level;
use super::target::{refuse_dtype, refuse_label, refuse_shape, resolve_axis};
use super::{Call, Curvature, Family, Names, Operands, Output, Shares, Short, computes_in_double};
use crate::context::Context;
use crate::error::Result;
use crate::math::{Real, Scalar, Sum};
use crate::tensor::{Shape, Tensor, axis_last};

mod cost;
mod everyday;
mod short;
mod steps;
mod stored;
mod targets;
mod walk;

use everyday::{Elements, Everyday, Views};
pub use targets::Targets;
use targets::all_binary;
use walk::{BLOCK, Job, TaskWork};

/// A loss element and its derivatives with respect to the input.
#[derive(Clone, Copy, Debug)]
pub struct Jet<R> {
    /// The loss.
    pub value: R,
    /// Its first derivative.
    pub gradient: R,
    /// Its second derivative.
    pub hessian: R,
}

/// The arithmetic of one elementwise loss.
pub trait Kernel: Copy + Send + Sync + 'static {
    /// Value and derivatives at one element. `weight` is the element of the loss's own tensor parameter, or 1.
    /// Implementations are `#[inline(always)]`, free of calls, and choose instead of branching.
    fn jet<R: Real>(&self, input: R, target: R, weight: R) -> Jet<R>;

    /// The kernel for targets that a census has seen, where that matters.
    #[must_use]
    fn for_targets(self, _census: &Census) -> Self {
        self
    }
}

/// The loss's own tensor parameter along one axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Along {
    /// The axis, from the end if negative.
    pub axis: i64,
    /// The numbers, or nothing if they come as an operand.
    pub numbers: Option<Vec<f64>>,
    /// The parameter's name, for messages.
    pub name: &'static str,
}

/// An elementwise loss with its options.
pub struct Elementwise<K> {
    /// The arithmetic.
    pub kernel: K,
    /// What targets may be.
    pub targets: Targets,
    /// Targets that are left out.
    pub ignore_index: Option<i64>,
    /// The tensor parameter.
    pub along: Option<Along>,
    /// The axis over which elements are averaged into one loss element (Keras), from the end if negative.
    pub averaged: Option<i64>,
    /// How second derivatives are wanted.
    pub curvature: Curvature,
}

impl<K> Elementwise<K> {
    /// A loss without options beyond its kernel's.
    pub fn new(kernel: K, targets: Targets, curvature: Curvature) -> Elementwise<K> {
        Elementwise { kernel, targets, ignore_index: None, along: None, averaged: None, curvature }
    }

    fn averaged_axis(&self, shape: &Shape) -> Result<Option<usize>> {
        match self.averaged {
            // A lone number is its own mean.
            Some(_) if shape.rank() == 0 => Ok(None),
            Some(axis) => resolve_axis(axis, shape.rank(), "input", "axis").map(Some),
            None => Ok(None),
        }
    }

    /// The parameter's tensor repeated over the input's shape, and its axis.
    fn spread<'t>(&'t self, operands: &Operands<'t>) -> Result<Option<Tensor<'t>>> {
        let Some(along) = &self.along else {
            return Ok(None);
        };
        let shape = operands.input.shape();
        let axis = resolve_axis(along.axis, shape.rank(), "input", "axis")?;
        let numbers = along.numbers.as_ref().and_then(|numbers| Tensor::from_slice(numbers, &[numbers.len()]));
        let Some(tensor) = numbers.or(operands.parameter.copied()) else {
            return Ok(None);
        };
        let expected = Shape::new(&[shape.extents()[axis]]).expect("one dimension");
        if tensor.shape() != &expected {
            let because = format!("the extent of input's dimension {axis}");
            return Err(refuse_shape(along.name, tensor.shape(), &expected, &because));
        }
        let mut spread = tensor;
        for (dimension, &extent) in shape.extents().iter().enumerate().filter(|&(dimension, _)| dimension != axis) {
            spread = spread.repeated(dimension, extent);
        }
        Ok(Some(spread))
    }

    fn check_target(&self, target: &Tensor<'_>, input: &Tensor<'_>) -> Result<()> {
        let float_only = matches!(self.targets, Targets::Numbers);
        if float_only && !target.dtype().is_float() {
            return Err(refuse_dtype("target", target, "a floating-point type"));
        }
        if target.shape() != input.shape() {
            return Err(refuse_shape("target", target.shape(), input.shape(), "the shape of input"));
        }
        Ok(())
    }
}

impl<K: Kernel> Family for Elementwise<K> {
    fn shape(&self, operands: &Operands<'_>) -> Result<Shape> {
        let input = operands.input;
        if let Some(target) = operands.target {
            self.check_target(target, input)?;
        }
        self.spread(operands)?;
        let averaged = self.averaged_axis(input.shape())?;
        Ok(match averaged {
            None => *input.shape(),
            Some(axis) => input.shape().without(axis),
        })
    }

    fn census(
        &self,
        context: Option<&Context>,
        operands: &Operands<'_>,
        names: &Names<'_>,
        elements: usize,
        weigh: bool,
    ) -> Result<Census> {
        let rule = operands.target.and_then(|target| self.targets.rule(target.dtype()));
        let detect = self.targets == Targets::Detected;
        let uniform = operands.mask.is_none() && self.ignore_index.is_none();
        if uniform && rule.is_none() && !detect && !weigh {
            return Ok(Census::of_all(elements));
        }
        let target = operands.target;
        if let (Some(rule), Some(target)) = (rule, target)
            && uniform
            && self.averaged.is_none()
            && !(weigh && operands.sample_weight.is_some())
        {
            let refuse = |index| refuse_label(names.target, target, index, rule.expected);
            return rule.check_all(context, target, refuse);
        }
        let view = target.map(|target| target.elements());
        // An averaged loss has fewer elements than targets, and no rule that a mask could excuse.
        let inspects = self.averaged.is_none() && (rule.is_some() || self.ignore_index.is_some());
        let inspect = inspects.then_some(|block: &mut census::Block| {
            let (Some(target), Some(view)) = (target, &view) else {
                return Ok(true);
            };
            let mut labels = [0.0_f64; census::BLOCK];
            let labels = &mut labels[..block.range.len()];
            view.read(block.range.start, labels);
            for (position, &label) in labels.iter().enumerate() {
                if self.ignore_index.is_some_and(|ignored| label == ignored as f64) {
                    block.counts[position] = false;
                }
                if let Some(rule) = rule
                    && block.counts[position]
                    && !rule.accepts(label)
                {
                    return Err(refuse_label(names.target, target, block.range.start + position, rule.expected));
                }
            }
            Ok(true)
        });
        let mut census = census::take(context, elements, operands, inspect)?;
        if detect && let Some(view) = view {
            census.binary = all_binary(context, &view)?;
        }
        Ok(census)
    }

    fn has_hessian(&self) -> bool {
        true
    }

    fn evaluate(&self, call: &Call<'_>) -> Result<Sum> {
        if computes_in_double(call.operands.input.dtype()) {
            self.evaluate_in::<f64>(call)
        } else {
            self.evaluate_in::<f32>(call)
        }
    }

    fn has_short(&self) -> bool {
        let is_plain = self.ignore_index.is_none() && self.along.is_none() && self.averaged.is_none();
        is_plain && self.targets != Targets::Detected
    }

    fn evaluate_short(&self, level: Level, short: &mut Short<'_>, derivative_factor: f64) -> Option<Sum> {
        match short {
            Short::Single(lent) => self.evaluate_lent(level, lent, derivative_factor),
            Short::Double(lent) => self.evaluate_lent(level, lent, derivative_factor),
        }
    }
}

impl<K: Kernel> Elementwise<K> {
    fn evaluate_in<'c, S: Scalar>(&'c self, call: &'c Call<'c>) -> Result<Sum> {
        let operands = call.operands;
        let input = operands.input;
        let rank = input.shape().rank();
        let averaged = self.averaged_axis(input.shape())?;
        let group = averaged.map_or(1, |axis| input.shape().extents()[axis]);
        // The mean over the averaged axis is part of the loss element.
        let mean = |sum: Sum| if averaged.is_some() { Sum::ZERO.plus(sum.value() / group as f64) } else { sum };
        // The averaged axis goes last, and what has one number per loss element is repeated along it.
        let order = averaged.map(|axis| axis_last(rank, axis));
        let full = |tensor: &Tensor<'c>| match &order {
            Some((order, count)) => tensor.permuted(&order[..*count]).elements(),
            None => tensor.elements(),
        };
        let repeated = |tensor: &Tensor<'c>| match averaged {
            Some(_) => tensor.repeated(rank - 1, group).elements(),
            None => tensor.elements(),
        };
        let divided = |Output { tensor, accumulate }: Output<'c>, share: usize| match &order {
            Some((order, count)) => tensor.permuted(&order[..*count]).split_elements(share, accumulate),
            None => tensor.split_elements(share, accumulate),
        };
        if group != 0 && self.is_everyday(call) {
            let direct = !operands.replaced && averaged.is_none_or(|axis| axis + 1 == rank);
            let shares = Shares::of(input.layout().elements(), 1, BLOCK);
            let kernel = self.kernel.for_targets(call.census);
            let gradient = call.outputs.gradient;
            let runs = if direct {
                Elements::of_runs(input, operands.target, gradient, shares.share(), &kernel)
            } else {
                None
            };
            let mut views = None;
            let everyday = Everyday::<S, K> {
                kernel,
                elements: runs.unwrap_or_else(|| {
                    Elements::Any(views.insert(Views {
                        input: operands.of_input(full(input)),
                        target: operands.target.map(full),
                        gradient: gradient.map(|output| {
                            let split = divided(output, shares.share());
                            if split.streams() && cost::outlasts_memory(&kernel) { split.in_caches() } else { split }
                        }),
                    }))
                }),
                derivative_factor: call.scale.derivatives / group as f64,
            };
            let level = call.level();
            let work = |task, range| level.run::<S, _>(TaskWork { job: &everyday, task, range });
            return shares.sum(call.context, work).map(mean);
        }
        let total = input.layout().elements();
        if group == 0 {
            // A mean over no elements, in each of the loss elements, of which there may be some.
            if let Some(output) = call.outputs.values {
                output.fill(f64::NAN);
            }
            let is_empty = averaged.is_some_and(|axis| input.shape().without(axis).elements() == 0);
            return Ok(if is_empty { Sum::ZERO } else { Sum::ZERO.plus(f64::NAN) });
        }
        // Values that are not reduced are sums of whole groups, so tasks must not cut through one.
        let by_group = call.outputs.values.is_some() && group != 1;
        let (units, unit) = if by_group { (total / group.max(1), group) } else { (total, 1) };
        let shares = Shares::of(units, unit, if by_group { 1 } else { BLOCK });
        let split = |output: Option<Output<'c>>| output.map(|output| divided(output, shares.share() * unit));
        let parameter = self.spread(operands)?;
        let values = |output: Output<'c>| output.tensor.split_elements(shares.share(), output.accumulate);
        let job = Job {
            kernel: self.kernel.for_targets(call.census),
            input: operands.of_input(full(input)),
            target: operands.target.map(full),
            gradient: split(call.outputs.gradient),
            derivative_factor: call.scale.derivatives / group as f64,
            curvature: self.curvature,
            ignore_index: self.ignore_index.map(|label| label as f64),
            weight: parameter.as_ref().map(full),
            sample_weight: operands.sample_weight.map(repeated),
            mask: operands.mask.map(repeated),
            grad_output: operands.grad_output.map(repeated),
            values: call.outputs.values.map(values),
            hessian: split(call.outputs.hessian),
            group: if by_group { group } else { 1 },
            value_factor: if by_group { call.scale.values / group as f64 } else { call.scale.values },
        };
        let level = call.level();
        let work = |task, range| level.run::<S, _>(TaskWork { job: &job, task, range });
        shares.sum(call.context, work).map(mean)
    }

    /// Whether a call wants no more than value and gradient, unweighted.
    fn is_everyday(&self, call: &Call<'_>) -> bool {
        let Call { operands, outputs, .. } = call;
        let weighted = operands.sample_weight.is_some() || operands.mask.is_some() || operands.grad_output.is_some();
        let more = outputs.values.is_some() || outputs.hessian.is_some();
        !weighted && !more && self.ignore_index.is_none() && self.along.is_none()
    }
}
