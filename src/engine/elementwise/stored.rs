//! Types that elements are stored in, and how the arithmetic reads and writes them.

use half::{bf16, f16};

use crate::math::Scalar;
use crate::tensor::{narrow_bf16, narrow_f16, widen_bf16, widen_f16};

/// A type that elements are stored in, of a loss that computes in `S`.
pub trait Stored<S>: Copy + Default {
    /// Whether runs are converted apart, before the arithmetic and behind it, instead of number by number: by
    /// instructions that a compiler does not choose by itself.
    const BY_RUNS: bool = false;

    /// In the compute type, without loss.
    fn widen(self) -> S;
    /// Rounded to this type.
    fn narrow(value: S) -> Self;

    /// A run in the compute type. As long as it is the slice for the result.
    #[inline(always)]
    fn widen_run(run: &[Self], out: &mut [S]) {
        for (out, &stored) in out.iter_mut().zip(run) {
            *out = stored.widen();
        }
    }

    /// Rounds a run to this type. As long as it is the slice of numbers.
    #[inline(always)]
    fn narrow_run(run: &mut [Self], values: &[S])
    where
        S: Copy,
    {
        for (stored, &value) in run.iter_mut().zip(values) {
            *stored = Self::narrow(value);
        }
    }
}

impl<S: Scalar> Stored<S> for S {
    #[inline(always)]
    fn widen(self) -> S {
        self
    }

    #[inline(always)]
    fn narrow(value: S) -> S {
        value
    }
}

/// For losses that compute in f32; in f64 this would round twice.
impl<S: Scalar> Stored<S> for bf16 {
    #[inline(always)]
    fn widen(self) -> S {
        S::from_f64(f64::from(widen_bf16(self)))
    }

    #[inline(always)]
    fn narrow(value: S) -> bf16 {
        narrow_bf16(value.to_f64() as f32)
    }
}

impl<S: Scalar> Stored<S> for f16 {
    const BY_RUNS: bool = true;

    #[inline(always)]
    fn widen(self) -> S {
        S::from_f64(self.to_f64())
    }

    #[inline(always)]
    fn narrow(value: S) -> f16 {
        f16::from_f64(value.to_f64())
    }

    #[inline(always)]
    fn widen_run(run: &[f16], out: &mut [S]) {
        widen_f16(run, out);
    }

    #[inline(always)]
    fn narrow_run(run: &mut [f16], values: &[S]) {
        narrow_f16(run, values);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bf16_is_widened_as_the_crate_does() {
        for bits in 0..=u16::MAX {
            let stored = bf16::from_bits(bits);
            let widened: f32 = stored.widen();
            assert!(widened == stored.to_f32() || (widened.is_nan() && stored.is_nan()), "{bits:#06x}");
        }
    }

    #[test]
    fn numbers_are_rounded_to_bf16_as_the_crate_does() {
        // Every upper half with the lower halves that rounding turns on.
        for upper in 0..=u32::from(u16::MAX) {
            for lower in [0, 1, 0x7fff, 0x8000, 0x8001, 0xffff] {
                let value = f32::from_bits(upper << 16 | lower);
                assert_eq!(bf16::narrow(value).to_bits(), bf16::from_f32(value).to_bits(), "{value:e}");
            }
        }
    }
}
