//! Softmax cross-entropy of a last linear layer, L = CE(x·Wᵀ + b), from its inputs and its matrix, without a matrix of
//! logits in memory.
//!
//! Rows are worked on in blocks and classes in tiles ([`blocks`]). For each block the logits are one product, tile by
//! tile, and each tile leaves a few sums of each row ([`tiles`]); their joint gives the row's loss and what its
//! exponentials are multiplied by ([`rows`]). Then each tile turns, in place, into the gradient by the logits, and two
//! more products give the gradients by input and matrix ([`products`]). Where a block's logits fit the memory that is
//! allowed, that is all; where they do not, they are computed again, to the same bits ([`sweep`]). The first block is
//! larger where it may be: its logits wait in the bytes that the matrix's gradient will overwrite, tile by tile.
//!
//! Each element of a [product](super::product) is a sum in the order of the inner dimension, so tiles can be cut in any
//! way that the shape suggests. Sums over classes and over rows are cut by shape alone and joined in their order: threads
//! cannot change a bit.

pub mod blocks;
pub mod products;
pub mod rows;
pub mod scratch;
pub mod sweep;
pub mod tiles;

use super::softmax::{Weights, census_of_rows, check_label_dtype};
use super::target::{refuse_shape, required};
use super::{Call, Census, Family, LayerOperand, Names, Operands, computes_in_double};
use crate::context::Context;
use crate::error::{Error, Result, Status};
use crate::math::Sum;
use crate::tensor::Shape;

/// Cross-entropy of the softmax of a linear layer, with its options.
pub struct LinearCrossEntropy {
    /// Weights of the classes.
    pub class_weight: Weights,
    /// How much of each target is spread evenly over the classes.
    pub label_smoothing: f64,
    /// The label that is left out.
    pub ignore_index: Option<i64>,
    /// c, where a logit x becomes c·tanh(x/c).
    pub softcap: Option<f64>,
    /// The factor of the squared logarithm of each row's sum of exponentials.
    pub z_loss: f64,
}

/// The three extents of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Rows of the input: its elements without its last dimension.
    pub rows: usize,
    /// Numbers in a row: the input's last dimension.
    pub width: usize,
    /// Rows of the matrix.
    pub classes: usize,
}

/// The matrix of the layer; its presence was checked when operands were bound.
fn matrix<'a>(operands: &Operands<'a>) -> Result<LayerOperand<'a>> {
    operands.weight.ok_or_else(|| Error::new(Status::Internal, "a layer was evaluated without its weight"))
}

impl Sizes {
    /// The extents of checked operands.
    fn of(operands: &Operands<'_>) -> Result<Sizes> {
        let input = operands.input.shape();
        let last = input.rank() - 1;
        let classes = matrix(operands)?.tensor.shape().extents()[0];
        Ok(Sizes { rows: input.without(last).elements(), width: input.extents()[last], classes })
    }
}

impl Family for LinearCrossEntropy {
    fn shape(&self, operands: &Operands<'_>) -> Result<Shape> {
        let (input, target, weight) = (operands.input.shape(), required(operands)?, matrix(operands)?.tensor);
        let Some(last) = input.rank().checked_sub(1) else {
            let message = "input is a single number; expected rows of numbers, in its last dimension";
            return Err(Error::new(Status::InvalidShape, message));
        };
        let width = input.extents()[last];
        let &[classes, columns] = weight.shape().extents() else {
            let message = format!("weight has shape {}; expected [classes, {width}]", weight.shape());
            return Err(Error::new(Status::InvalidShape, message));
        };
        if columns != width {
            let expected = Shape::new(&[classes, width]).expect("two dimensions");
            let because = "as many columns as the last dimension of input";
            return Err(refuse_shape("weight", weight.shape(), &expected, because));
        }
        let rows = input.without(last);
        let mut dense = rows;
        dense.push(classes);
        if target.shape() == &dense && dense != rows {
            let message = "target has a number for each class; this loss takes labels alone, one for each row of input";
            return Err(Error::new(Status::Unsupported, message));
        }
        if target.shape() != &rows {
            let because = "the shape of input without its last dimension, for labels";
            return Err(refuse_shape("target", target.shape(), &rows, because));
        }
        check_label_dtype(target)?;
        if classes == 0 && rows.elements() > 0 {
            let message = format!("weight has shape {}, with no classes", weight.shape());
            return Err(Error::new(Status::InvalidShape, message));
        }
        let of_classes = Shape::new(&[classes]).expect("one dimension");
        if let Some(bias) = operands.bias.map(|bias| bias.tensor).filter(|bias| bias.shape() != &of_classes) {
            let because = "one number for each row of weight";
            return Err(refuse_shape("bias", bias.shape(), &of_classes, because));
        }
        self.class_weight.check("class_weight", operands.parameter, classes)?;
        Ok(rows)
    }

    fn census(
        &self,
        context: Option<&Context>,
        operands: &Operands<'_>,
        names: &Names<'_>,
        _elements: usize,
        weigh: bool,
    ) -> Result<Census> {
        let Sizes { classes, .. } = Sizes::of(operands)?;
        let rows = (operands.input.shape().rank() - 1, classes, true);
        census_of_rows(context, operands, names, rows, self.ignore_index, weigh, &self.class_weight)
    }

    fn has_hessian(&self) -> bool {
        false
    }

    fn evaluate(&self, call: &Call<'_>) -> Result<Sum> {
        if computes_in_double(call.operands.input.dtype()) {
            sweep::evaluate::<f64>(self, call)
        } else {
            sweep::evaluate::<f32>(self, call)
        }
    }
}
