//! Rows of classes and their targets: which is the class axis, which labels are good, and what counts.

use super::Weights;
use crate::context::Context;
use crate::engine::census::{self, Census};
use crate::engine::target::{refuse_dtype, refuse_label, refuse_shape, required, resolve_axis};
use crate::engine::{Names, Operands};
use crate::error::{Error, Result, Status};
use crate::math::Sum;
use crate::tensor::{Dtype, NOT_A_LABEL, Tensor, View};

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

/// The targets of rows.
pub enum Target<'a> {
    /// A label for each row.
    Labels(&'a View<'a>),
    /// A number for each class of each row.
    Dense(&'a View<'a>),
}

impl Target<'_> {
    /// The label of a row, 0 where targets are dense.
    #[inline(always)]
    pub fn label(&self, row: usize) -> i64 {
        match self {
            Target::Labels(view) => view.label(row),
            Target::Dense(_) => 0,
        }
    }
}

/// What the rows of a call have besides their classes.
pub struct RowOperands<'a> {
    ignored: Option<i64>,
    mask: Option<View<'a>>,
    sample_weight: Option<View<'a>>,
    grad_output: Option<View<'a>>,
}

/// What one row has besides its classes: whether it counts, its weight, and its upstream gradient.
#[derive(Clone, Copy)]
pub struct RowFactors {
    /// Whether it is neither masked nor ignored.
    pub counts: bool,
    /// Its sample weight.
    pub weight: f64,
    /// Its upstream gradient.
    pub upstream: f64,
}

impl<'a> RowOperands<'a> {
    /// Of a call, with the label that is left out.
    pub fn of(operands: &Operands<'a>, ignored: Option<i64>) -> RowOperands<'a> {
        // Mostly there are none, and views are slow to move even then.
        let mut rows = RowOperands { ignored, mask: None, sample_weight: None, grad_output: None };
        if let Some(mask) = operands.mask {
            rows.mask = Some(mask.elements());
        }
        if let Some(weight) = operands.sample_weight {
            rows.sample_weight = Some(weight.elements());
        }
        if let Some(upstream) = operands.grad_output {
            rows.grad_output = Some(upstream.elements());
        }
        rows
    }

    /// Whether every row counts once, so that all have the same factors.
    pub fn are_uniform(&self) -> bool {
        self.ignored.is_none() && self.mask.is_none() && self.sample_weight.is_none() && self.grad_output.is_none()
    }

    /// The factors of a row whose label, if it has one, is known.
    #[inline(always)]
    pub fn factors(&self, row: usize, label: i64) -> RowFactors {
        let masked = self.mask.as_ref().is_some_and(|mask| mask.element(row) == 0.0);
        RowFactors {
            counts: !masked && self.ignored != Some(label),
            weight: self.sample_weight.as_ref().map_or(1.0, |weight| weight.element(row)),
            upstream: self.grad_output.as_ref().map_or(1.0, |output| output.element(row)),
        }
    }
}

impl RowFactors {
    /// Of a row that counts once.
    pub const ONE: RowFactors = RowFactors { counts: true, weight: 1.0, upstream: 1.0 };

    /// The row's factor of derivatives, from that of the call.
    #[inline(always)]
    pub fn derivative(&self, factor: f64) -> f64 {
        self.weight * self.upstream * factor
    }
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
    let labels = match accepts {
        Accepts::Labels => true,
        Accepts::Dense => false,
        Accepts::Either => target.shape().rank() != rank,
    };
    if labels && !target.shape().is_without(input.shape(), axis) {
        let because = "the shape of input without its class axis, for labels";
        return Err(refuse_shape("target", target.shape(), &input.shape().without(axis), because));
    }
    if !labels && target.shape() != input.shape() {
        return Err(refuse_shape("target", target.shape(), input.shape(), "the shape of input, for dense targets"));
    }
    if labels {
        check_label_dtype(target)?;
    }
    if !labels && ignore_index.is_some() {
        let message = "ignore_index needs labels; dense targets are left out with mask";
        return Err(Error::new(Status::Unsupported, message));
    }
    if classes == 0 && input.shape().without(axis).elements() > 0 {
        return Err(Error::new(Status::InvalidShape, format!("input has shape {}, with no classes", input.shape())));
    }
    Ok((axis, classes, labels))
}

/// Refuses a type that cannot hold labels.
pub fn check_label_dtype(target: &Tensor<'_>) -> Result<()> {
    if target.dtype() == Dtype::Bool {
        let expected = "an integer type, or whole numbers in a floating-point type, for labels";
        return Err(refuse_dtype("target", target, expected));
    }
    Ok(())
}

/// Counts rows, refusing labels outside the classes, and weighing each row by its class.
pub fn census_of_rows(
    context: Option<&Context>,
    operands: &Operands<'_>,
    names: &Names<'_>,
    (axis, classes, labels): (usize, usize, bool),
    ignore_index: Option<i64>,
    weigh: bool,
    class_weight: &Weights,
) -> Result<Census> {
    let target = required(operands)?;
    let weights = match class_weight {
        // Without class weights a row weighs what its sample weight says, whatever its targets sum to.
        Weights::Uniform(_) => None,
        list => weigh.then(|| list.of::<f64>(operands.parameter, classes)).transpose()?,
    };
    let weights = weights.as_ref();
    let rows = operands.input.shape().without(axis).elements();
    if !labels && operands.mask.is_none() && !weigh {
        return Ok(Census::of_all(rows));
    }
    let is_class = |label: i64| usize::try_from(label).is_ok_and(|label| label < classes);
    let refuse = |label: i64, index: usize| {
        let expected = match label {
            NOT_A_LABEL if target.dtype().is_float() => "is not a whole number".to_string(),
            _ => format!("is outside [0, {classes})"),
        };
        refuse_label(names.target, target, index, &expected)
    };
    let uniform = operands.mask.is_none() && ignore_index.is_none() && weights.is_none();
    if labels && uniform && (!weigh || operands.sample_weight.is_none()) {
        // An i64 is a label as it is; a view of others is made for each block, which costs little beside the copy.
        let lent = target.run::<i64>();
        let read = |start: usize, labels: &mut [i64]| target.elements().read_labels(start, labels);
        // What is below 0 has the sign itself, what is beyond the last class its distance from there. Without a way out,
        // which would keep the loop from being vectorised.
        let last = classes as i64 - 1;
        let accepts =
            |labels: &[i64]| labels.iter().fold(0, |bits, &label| bits | label | (last.wrapping_sub(label))) >= 0;
        return census::check_all(context, rows, lent, read, accepts, refuse);
    }
    let label_view = labels.then(|| target.elements());
    let dense_view = (!labels).then(|| target.rows(axis));
    let inspects = labels || weights.is_some();
    let inspect = inspects.then_some(|block: &mut census::Block| {
        if let Some(view) = &label_view {
            let mut labels = [0; census::BLOCK];
            let labels = &mut labels[..block.range.len()];
            view.read_labels(block.range.start, labels);
            for (position, &label) in labels.iter().enumerate() {
                // What is no label at all cannot be the ignored one.
                block.counts[position] &= ignore_index != Some(label) || label == NOT_A_LABEL;
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
    });
    census::take(context, rows, operands, inspect)
}
