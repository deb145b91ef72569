//! Types whose numbers the arithmetic itself converts, one by one, in the loops that compute with them.

use half::bf16;

use crate::math::Scalar;
use crate::tensor::{narrow_bf16, widen_bf16};

/// A type that numbers are stored in, of arithmetic in `S`.
pub trait Converted<S>: Copy + Default {
    /// In the compute type, without loss.
    fn widen(self) -> S;
    /// Rounded to this type.
    fn narrow(value: S) -> Self;
}

impl<S: Scalar> Converted<S> for S {
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
impl<S: Scalar> Converted<S> for bf16 {
    #[inline(always)]
    fn widen(self) -> S {
        S::from_f64(f64::from(widen_bf16(self)))
    }

    #[inline(always)]
    fn narrow(value: S) -> bf16 {
        narrow_bf16(value.to_f64() as f32)
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
