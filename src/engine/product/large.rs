//! Large products, by the kernels and loops of the crate gemm.
//!
//! Its inner crates are called, and not its front, because that asks files and another process (`lscpu`) for the sizes of
//! caches, and keeps as much memory as one of them for each thread that ever called it: nothing for a library to do in
//! its host.

use gemm_common::Parallelism;
use gemm_common::cache::CACHE_INFO;
use gemm_common::gemm::gemm_basic_generic;
use gemm_common::simd::{MixedSimd, V3, V4};
use ndarray::ArrayViewMut2;

use super::{Entry, Factors};
use crate::engine::level::Level;

/// With fewer rows or columns, gemm adds in orders of its own.
const SMALLEST_EXTENT: usize = 17;

/// With no more of both, it takes as much memory as there is cache.
const SMALL: usize = 64;

/// With fewer terms, it adds in an order of its own, too.
const SHALLOWEST: usize = 3;

/// With smaller caches, it divides by zero.
const SMALLEST_CACHE: usize = 256 << 10;

/// Whether an emulated processor, which may say anything, says of its caches what gemm can divide matrices by.
fn caches_are_plausible() -> bool {
    let [first, second, third] = *CACHE_INFO;
    first.associativity.max(2) * first.cache_line_bytes.max(64) <= first.cache_bytes.max(32 << 10)
        && second.cache_bytes >= SMALLEST_CACHE
        && (third.cache_bytes == 0 || third.cache_bytes >= SMALLEST_CACHE)
}

macro_rules! kernel {
    ($name:ident, $scalar:ident, $simd:ident, $($kernels:ident)::+) => {
        /// # Safety
        ///
        /// The extents of A and B meet those of C, and the machine has the instructions of the level.
        #[inline(never)]
        unsafe fn $name((a, b): Factors<'_, $scalar>, c: &mut ArrayViewMut2<'_, $scalar>) -> bool {
            use $($kernels)::+ as kernels;
            let Some(simd) = <$simd as MixedSimd<$scalar, $scalar, $scalar, $scalar>>::try_new() else { return false };
            let ([a_row, a_column], [b_row, b_column]) = (strides(a.strides()), strides(b.strides()));
            let [c_row, c_column] = strides(c.strides());
            let ((rows, depth), columns) = (a.dim(), b.ncols());
            const LANES: usize = <$simd as MixedSimd<$scalar, $scalar, $scalar, $scalar>>::SIMD_WIDTH;
            const ROWS: usize = kernels::MR_DIV_N * LANES;
            // Its vectors go down the columns of its C, and ours lie along rows: it multiplies the matrices turned over.
            // SAFETY: the views vouch for every element that their extents and strides reach, and C is borrowed alone.
            // Kernels and constants are those of one module of gemm. The rest is the caller's.
            unsafe {
                #[rustfmt::skip]
                gemm_basic_generic::<
                    $simd, $scalar, LANES, ROWS, { kernels::NR }, { kernels::MR_DIV_N }, { kernels::H_M }, { kernels::H_N },
                >(
                    simd, columns, rows, depth,
                    c.as_mut_ptr(), c_row, c_column, true,
                    b.as_ptr(), b_row, b_column,
                    a.as_ptr(), a_row, a_column,
                    1.0, 1.0, false, false, false,
                    |x, y, sum| $scalar::mul_add(x, y, sum),
                    &kernels::UKR, &kernels::H_UKR, false, Parallelism::None,
                );
            }
            true
        }
    };
}

kernel!(single_v3, f32, V3, gemm_f32::microkernel::fma::f32);
kernel!(single_v4, f32, V4, gemm_f32::microkernel::avx512f::f32);
kernel!(double_v3, f64, V3, gemm_f64::microkernel::fma::f64);
kernel!(double_v4, f64, V4, gemm_f64::microkernel::avx512f::f64);

/// The strides of two dimensions.
fn strides(strides: &[isize]) -> [isize; 2] {
    [strides[0], strides[1]]
}

macro_rules! entry {
    ($scalar:ident, $v3:ident, $v4:ident) => {
        impl Entry for $scalar {
            fn add_large(level: Level, (a, b): Factors<'_, Self>, c: &mut ArrayViewMut2<'_, Self>) -> bool {
                let ((rows, depth), columns) = (a.dim(), b.ncols());
                // What is below rests on it, whoever calls.
                assert!(b.nrows() == depth && c.dim() == (rows, columns), "the extents of the matrices meet");
                let is_large = rows.min(columns) >= SMALLEST_EXTENT && rows.max(columns) > SMALL && depth >= SHALLOWEST;
                if !is_large || !caches_are_plausible() {
                    return false;
                }
                match level.min(Level::best()) {
                    Level::Portable => false,
                    // SAFETY: the extents were checked, and `best` found the instructions on this machine.
                    Level::V3 => unsafe { $v3((a, b), c) },
                    // SAFETY: as above.
                    Level::V4 => unsafe { $v4((a, b), c) },
                }
            }
        }
    };
}

entry!(f32, single_v3, single_v4);
entry!(f64, double_v3, double_v4);
