//! A row's input where it lies, in the types that loops convert by themselves or a block at a time.

use std::ops::Range;

use half::{bf16, f16};

use super::super::largest::largest_of;
use crate::engine::converted::Converted;
use crate::math::Scalar;
use crate::tensor::{View, widen_f16};

/// A row's input, if its columns are neighbours and no output takes their place.
#[derive(Clone, Copy)]
pub enum LentRow<'r, S> {
    /// In the compute type.
    Itself(&'r [S]),
    /// Of losses that compute in f32, as the following.
    Bf16(&'r [bf16]),
    F16(&'r [f16]),
    /// It must be copied.
    Nothing,
}

impl<'r, S: Scalar> LentRow<'r, S> {
    /// All columns of a row.
    #[inline(always)]
    pub fn of(input: &'r View<'_>, row: usize) -> Self {
        let columns = 0..input.extent();
        if let Some(run) = input.run_of_row(row, columns.clone()) {
            return LentRow::Itself(run);
        }
        if S::IS_NARROW {
            if let Some(run) = input.run_of_row(row, columns.clone()) {
                return LentRow::Bf16(run);
            }
            if let Some(run) = input.run_of_row(row, columns) {
                return LentRow::F16(run);
            }
        }
        LentRow::Nothing
    }

    /// Copies some columns, in the compute type, to a buffer of as many, if they are lent.
    #[inline(always)]
    pub fn widen(&self, columns: Range<usize>, buffer: &mut [S]) -> bool {
        match *self {
            LentRow::Itself(run) => buffer.copy_from_slice(&run[columns]),
            LentRow::Bf16(run) => {
                for (out, &stored) in buffer.iter_mut().zip(&run[columns]) {
                    *out = stored.widen();
                }
            }
            LentRow::F16(run) => widen_f16(&run[columns], buffer),
            LentRow::Nothing => return false,
        }
        true
    }

    /// The largest of some columns, which has the bits that the largest of the widened numbers has; nothing if they must
    /// be copied.
    #[inline(always)]
    pub fn largest(&self, columns: Range<usize>) -> Option<S> {
        match *self {
            LentRow::Itself(run) => Some(largest_of(&run[columns])),
            LentRow::Bf16(run) => Some(largest_of(&run[columns]).widen()),
            LentRow::F16(run) => Some(S::from_f64(largest_of(&run[columns]).to_f64())),
            LentRow::Nothing => None,
        }
    }
}
