//! Checks of shapes and labels that families share, with messages that name the place.

use super::Operands;
use crate::error::{Error, Result, Status};
use crate::tensor::{NOT_A_LABEL, Shape, Tensor};

/// The place of a row-major flat index in a shape, as text: `target[1, 3]`, `target[17]`, `target`.
pub fn place(name: &str, shape: &Shape, mut index: usize) -> String {
    let mut coordinates = Vec::new();
    for &extent in shape.extents().iter().rev() {
        coordinates.push((index % extent.max(1)).to_string());
        index /= extent.max(1);
    }
    coordinates.reverse();
    if coordinates.is_empty() { name.to_string() } else { format!("{name}[{}]", coordinates.join(", ")) }
}

/// Refuses a label: `target[17] = 50257 is outside [0, 50257)`.
pub fn refuse_label(name: &str, target: &Tensor<'_>, index: usize, expected: &str) -> Error {
    let found = match target.elements().label(index) {
        NOT_A_LABEL if target.dtype().is_float() => target.elements().element(index).to_string(),
        label => label.to_string(),
    };
    let place = place(name, target.shape(), index);
    Error::new(Status::InvalidTarget, format!("{place} = {found} {expected}")).at(index)
}

/// Refuses operands of different shapes.
pub fn refuse_shape(name: &str, found: &Shape, expected: &Shape, because: &str) -> Error {
    Error::new(Status::InvalidShape, format!("{name} has shape {found}; expected {expected}, {because}"))
}

/// Refuses an operand's type.
pub fn refuse_dtype(name: &str, tensor: &Tensor<'_>, expected: &str) -> Error {
    Error::new(Status::InvalidDtype, format!("{name} is {}; expected {expected}", tensor.dtype()))
}

/// An axis that may count from the end.
pub fn resolve_axis(axis: i64, rank: usize, name: &str, parameter: &str) -> Result<usize> {
    let resolved = if axis < 0 { axis + rank as i64 } else { axis };
    usize::try_from(resolved).ok().filter(|&axis| axis < rank).ok_or_else(|| {
        let message = format!("{parameter}={axis} is not a dimension of {name}, which has rank {rank}");
        Error::new(Status::InvalidShape, message)
    })
}

/// The target of a loss that has one; its presence was checked when operands were bound.
pub fn required<'a>(operands: &Operands<'a>) -> Result<&'a Tensor<'a>> {
    operands.target.ok_or_else(|| Error::new(Status::Internal, "a loss was evaluated without its target"))
}
