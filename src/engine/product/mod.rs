//! Products of matrices. Each element is a sum of fused multiply-adds in the order of the inner dimension, begun anew
//! every [`DEPTH`] terms: these are its bits, whatever computes it.
//!
//! Large products on an x86-64 of level v3 or v4 are those of the crate gemm ([`large`]), whose kernels load less for each
//! multiplication. All others are those of matrixmultiply, through ndarray.

#![deny(unsafe_code)]

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod large;

use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2, Axis, LinalgScalar, Slice};

use super::level::Level;
use crate::math::Scalar;

/// Terms that are added one after another: as many as matrixmultiply takes at once. gemm takes 512 at least.
const DEPTH: usize = 256;

/// A scalar that matrices are multiplied in.
pub trait Entry: Scalar + LinalgScalar {
    /// C += A B by something faster than matrixmultiply; whether there is such a thing for these matrices, of which
    /// there are at most [`DEPTH`] terms to add.
    #[inline]
    fn add_large(_: Level, _: Factors<'_, Self>, _c: &mut ArrayViewMut2<'_, Self>) -> bool {
        false
    }
}

#[cfg(not(target_arch = "x86_64"))]
impl Entry for f32 {}

#[cfg(not(target_arch = "x86_64"))]
impl Entry for f64 {}

/// A and B.
type Factors<'a, S> = (&'a ArrayView2<'a, S>, &'a ArrayView2<'a, S>);

/// C = A B, or to `add` C += A B. The level changes speed, never a bit.
///
/// # Panics
///
/// If the extents of the matrices do not meet.
pub fn multiply<S: Entry>(
    level: Level,
    a: &ArrayView2<'_, S>,
    b: &ArrayView2<'_, S>,
    add: bool,
    c: &mut ArrayViewMut2<'_, S>,
) {
    let depth = a.ncols();
    assert!(b.nrows() == depth && c.dim() == (a.nrows(), b.ncols()), "{:?} {:?} {:?}", a.dim(), b.dim(), c.dim());
    if !add {
        // And added to like any other: of sums that underflow, kernels that store them disagree about the sign.
        c.fill(S::zero());
    }
    for start in (0..depth).step_by(DEPTH) {
        let inner = Slice::from(start..depth.min(start + DEPTH));
        let (a, b) = (a.slice_axis(Axis(1), inner), b.slice_axis(Axis(0), inner));
        if !S::add_large(level, (&a, &b), c) {
            general_mat_mul(S::one(), &a, &b, S::one(), c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    /// Numbers up to half of this size, whose products and sums are inexact.
    fn numbers<S: Entry>(rows: usize, columns: usize, seed: usize, size: f64) -> Array2<S> {
        Array2::from_shape_fn((rows, columns), |(row, column)| {
            let hash = (row * 7919 + column * 104_729 + seed) * 2_654_435_761 % 65_521;
            S::from_f64((hash as f64 / 65_521.0 - 0.5) * size)
        })
    }

    fn check<S: Entry>(fused: fn(S, S, S) -> S, (rows, depth, columns): (usize, usize, usize), size: f64, add: bool) {
        let (a, b) = (numbers::<S>(rows, depth, 1, size), numbers::<S>(depth, columns, 2, size));
        let before = numbers::<S>(rows, columns, 3, size * size);
        let expected = Array2::from_shape_fn((rows, columns), |(row, column)| {
            (0..depth).step_by(DEPTH).fold(if add { before[(row, column)] } else { S::zero() }, |total, start| {
                let inner = start..depth.min(start + DEPTH);
                total + inner.fold(S::zero(), |sum, k| fused(a[(row, k)], b[(k, column)], sum))
            })
        });
        // Every order of A's and B's elements in memory.
        let (a_across, b_across) = (a.t().as_standard_layout().into_owned(), b.t().as_standard_layout().into_owned());
        for level in Level::available() {
            for (a, b) in [(a.view(), b.view()), (a_across.t(), b.view()), (a.view(), b_across.t())] {
                let mut c = before.clone();
                multiply(level, &a, &b, add, &mut c.view_mut());
                let same = c.iter().zip(&expected).all(|(found, expected)| found.bits() == expected.bits());
                assert!(same, "{rows}x{depth}x{columns} of size {size:e}, add {add}, level {level:?}");
            }
        }
    }

    #[test]
    fn elements_are_sums_of_fused_multiply_adds_at_every_level() {
        if Level::best() == Level::Portable {
            // Without the instruction, matrixmultiply rounds products.
            return;
        }
        let small = [(1, 1, 1), (17, 3, 65), (64, 258, 64), (50, 0, 20), (20, 600, 1)];
        let large = [(96, 520, 80), (88, 257, 61), (31, 515, 100)];
        for shape in small.into_iter().chain(large) {
            for add in [false, true] {
                // The second size makes sums that round to zeros of both signs.
                [1.0, 1e-22].into_iter().for_each(|size| check::<f32>(f32::mul_add, shape, size, add));
                [1.0, 1e-162].into_iter().for_each(|size| check::<f64>(f64::mul_add, shape, size, add));
            }
        }
    }
}
