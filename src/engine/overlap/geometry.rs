//! Which dimensions are kept, which are summed, and which holds the classes.

use std::ops::Range;

use super::Overlap;
use crate::engine::Operands;
use crate::engine::target::{required, resolve_axis};
use crate::error::{Error, Result, Status};
use crate::tensor::{MAX_RANK, Shape, Tensor, TensorMut};

/// Elements of a batch, of which a group has as many as it has.
const BATCH: usize = 1 << 20;

/// An input's dimensions, sorted.
#[derive(Clone, Debug)]
pub struct Geometry {
    /// The class axis, if the input has one.
    pub class_axis: Option<usize>,
    /// The number of classes, 1 without a class axis.
    pub classes: usize,
    /// The first class that has regions.
    pub first_class: usize,
    /// Whether each class has regions of its own.
    pub keeps_classes: bool,
    /// Whether targets are labels.
    pub labels: bool,
    /// Groups of pixels: the product of the kept dimensions other than the classes.
    pub outer: usize,
    /// Pixels in each group.
    pub pixels: usize,
    /// The input's shape without the class axis.
    pub pixel_shape: Shape,
    /// The kept dimensions, in the input's order.
    pub value_shape: Shape,
    /// Dimensions of a pixel-shaped tensor: kept ones, then summed ones.
    order: [usize; MAX_RANK],
    /// Where the classes are in the value's shape.
    class_position: Option<usize>,
    rank: usize,
}

impl Geometry {
    /// Sorts the dimensions of a call's input.
    pub fn of(loss: &Overlap, operands: &Operands<'_>) -> Result<Geometry> {
        let input = operands.input.shape();
        let rank = input.rank();
        let summed = summed_dimensions(loss, rank)?;
        let resolved = resolve_axis(loss.class_axis, rank, "input", "class_axis").ok();
        let labels = required(operands)?.shape().rank() != rank;
        let needs_classes = labels
            || loss.activation == super::Activation::Softmax
            || !loss.include_background
            || loss.class_weight != super::Weights::Uniform(1.0);
        if needs_classes && resolved.is_none() {
            resolve_axis(loss.class_axis, rank, "input", "class_axis")?;
        }
        let class_axis = resolved;
        let extents = input.extents();
        let classes = class_axis.map_or(1, |axis| extents[axis]);
        let keeps_classes = class_axis.is_some_and(|axis| !summed[axis]);
        let first_class = usize::from(!loss.include_background).min(classes);

        let (mut order, mut count) = ([0; MAX_RANK], 0);
        let (mut outer, mut pixels) = (1, 1);
        let (mut pixel_shape, mut value_shape) = (Shape::default(), Shape::default());
        let mut class_position = None;
        for kept in [true, false] {
            let mut position = 0;
            for dimension in 0..rank {
                if Some(dimension) == class_axis {
                    continue;
                }
                if summed[dimension] != kept {
                    order[count] = position;
                    count += 1;
                    *(if kept { &mut outer } else { &mut pixels }) *= extents[dimension];
                }
                position += 1;
            }
        }
        for (dimension, &extent) in extents.iter().enumerate() {
            let is_class = Some(dimension) == class_axis;
            if !is_class {
                pixel_shape.push(extent);
            }
            if !summed[dimension] {
                if is_class {
                    class_position = Some(value_shape.rank());
                }
                value_shape.push(if is_class { extent - first_class } else { extent });
            }
        }
        Ok(Geometry {
            class_axis,
            classes,
            first_class,
            keeps_classes,
            labels,
            outer,
            pixels,
            pixel_shape,
            value_shape,
            order,
            class_position,
            rank: count,
        })
    }

    /// The number of classes that have regions of their own, or 1 if all share theirs.
    pub fn region_classes(&self) -> usize {
        if self.keeps_classes { self.classes - self.first_class } else { 1 }
    }

    /// The groups that go through both passes together: as few as are worth dividing among threads, so that the second
    /// pass finds in the caches what the first one left there.
    pub fn batches(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let (outer, elements) = (self.outer, self.pixels * self.classes);
        let batch = (BATCH / elements.max(1)).max(1);
        (0..outer).step_by(batch).map(move |start| start..outer.min(start + batch))
    }

    /// A pixel-shaped tensor with kept dimensions first.
    pub fn by_pixel<'a>(&self, tensor: Tensor<'a>) -> Tensor<'a> {
        tensor.permuted(&self.order[..self.rank])
    }

    /// The order of an input-shaped tensor with kept dimensions first and classes last, and its rank.
    pub fn input_order(&self) -> ([usize; MAX_RANK], usize) {
        let mut order = [0; MAX_RANK];
        for (place, &position) in order.iter_mut().zip(&self.order[..self.rank]) {
            *place = match self.class_axis {
                Some(axis) if position >= axis => position + 1,
                _ => position,
            };
        }
        match self.class_axis {
            Some(axis) => {
                order[self.rank] = axis;
                (order, self.rank + 1)
            }
            None => (order, self.rank),
        }
    }

    /// A value-shaped tensor with classes last.
    pub fn by_region<'a>(&self, tensor: Tensor<'a>) -> Tensor<'a> {
        match self.class_position {
            Some(position) => {
                let (order, count) = crate::tensor::axis_last(self.value_shape.rank(), position);
                tensor.permuted(&order[..count])
            }
            None => tensor,
        }
    }

    /// A value-shaped output with classes last.
    pub fn by_region_mut<'a>(&self, tensor: TensorMut<'a>) -> TensorMut<'a> {
        match self.class_position {
            Some(position) => {
                let (order, count) = crate::tensor::axis_last(self.value_shape.rank(), position);
                tensor.permuted(&order[..count])
            }
            None => tensor,
        }
    }
}

fn summed_dimensions(loss: &Overlap, rank: usize) -> Result<[bool; MAX_RANK]> {
    let mut summed = [false; MAX_RANK];
    if loss.over_all {
        summed[..rank].fill(true);
        return Ok(summed);
    }
    match &loss.axis {
        Some(axes) => {
            for &axis in axes {
                let dimension = resolve_axis(axis, rank, "input", "axis")?;
                if summed[dimension] {
                    let message = format!("axis names dimension {dimension} twice");
                    return Err(Error::new(Status::InvalidShape, message));
                }
                summed[dimension] = true;
            }
        }
        None if rank > 2 => summed[2..rank].fill(true),
        None => {
            let message =
                format!("input has rank {rank}: the default axis, all but 0 and 1, sums over nothing; give axis=[0]");
            return Err(Error::new(Status::InvalidShape, message));
        }
    }
    if loss.batch && rank > 0 {
        summed[0] = true;
    }
    Ok(summed)
}
