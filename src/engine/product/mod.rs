//! Products of matrices. Each element is a sum of fused multiply-adds in the order of the inner dimension, begun anew
//! every [`DEPTH`] terms: these are its bits, whatever computes it.
//!
//! Large products on an x86-64 of level v3 or v4 are those of the crate gemm ([`large`]), whose kernels load less for each
//! multiplication. All others are those of matrixmultiply, through ndarray.

#[cfg(target_arch = "x86_64")]
mod large;

use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2, Axis, LinalgScalar, Slice};

use super::level::Level;
use crate::math::Scalar;

/// Terms that are added one after another: as many as matrixmultiply takes at once. gemm takes up to 512.
const DEPTH: usize = 256;

/// A scalar that matrices are multiplied in.
pub trait Entry: Scalar + LinalgScalar {
    /// C = A B, or to `add` C += A B, by something faster than matrixmultiply; whether there is such a thing for these
    /// matrices, of which there are at most [`DEPTH`] terms to add.
    #[inline]
    fn multiply_large(_: Level, _: Factors<'_, Self>, _add: bool, _c: &mut ArrayViewMut2<'_, Self>) -> bool {
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
    // Once if there is nothing to add, too: it clears C.
    for start in (0..depth.max(1)).step_by(DEPTH) {
        let inner = Slice::from(start..depth.min(start + DEPTH));
        let (a, b) = (a.slice_axis(Axis(1), inner), b.slice_axis(Axis(0), inner));
        let add = add || start > 0;
        if !S::multiply_large(level, (&a, &b), add, c) {
            general_mat_mul(S::one(), &a, &b, if add { S::one() } else { S::zero() }, c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    /// Numbers whose products and sums are inexact.
    fn numbers<S: Entry>(rows: usize, columns: usize, seed: usize) -> Array2<S> {
        Array2::from_shape_fn((rows, columns), |(row, column)| {
            let hash = (row * 7919 + column * 104_729 + seed) * 2_654_435_761 % 65_521;
            S::from_f64(hash as f64 / 65_521.0 - 0.5)
        })
    }

    fn check<S: Entry>(fused: fn(S, S, S) -> S) {
        for (rows, depth, columns) in [
            (1, 1, 1),
            (17, 3, 17),
            (96, 768, 256),
            (88, 257, 61),
            (64, 258, 64),
            (50, 0, 20),
            (20, 600, 1),
            (31, 515, 300),
        ] {
            let (a, b, before) = (numbers(rows, depth, 1), numbers(depth, columns, 2), numbers::<S>(rows, columns, 3));
            for add in [false, true] {
                let expected = Array2::from_shape_fn((rows, columns), |(row, column)| {
                    let mut total = if add { before[(row, column)] } else { S::zero() };
                    for start in (0..depth).step_by(DEPTH) {
                        let inner = start..depth.min(start + DEPTH);
                        total = total + inner.fold(S::zero(), |sum, k| fused(a[(row, k)], b[(k, column)], sum));
                    }
                    total
                });
                for level in Level::available() {
                    // Every order of A's and B's elements in memory.
                    let (a_across, b_across) =
                        (a.t().as_standard_layout().into_owned(), b.t().as_standard_layout().into_owned());
                    for (a, b) in [
                        (a.view(), b.view()),
                        (a_across.t(), b.view()),
                        (a.view(), b_across.t()),
                        (a_across.t(), b_across.t()),
                    ] {
                        let mut c = before.clone();
                        multiply(level, &a, &b, add, &mut c.view_mut());
                        assert!(c == expected, "{rows}x{depth}x{columns}, add {add}, level {level:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn elements_are_sums_of_fused_multiply_adds_at_every_level() {
        // Without the instruction, matrixmultiply rounds products.
        if Level::best() > Level::Portable {
            check::<f32>(f32::mul_add);
            check::<f64>(f64::mul_add);
        }
    }
}
