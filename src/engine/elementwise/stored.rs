//! Types that elements are stored in, and how the arithmetic reads and writes them.

use half::{bf16, f16};

use super::Kernel;
use super::everyday::Step;
use super::steps::Steps;
use crate::math::{Real, Scalar};
use crate::tensor::{narrow_bf16, narrow_f16, widen_bf16, widen_f16};

/// A type that elements are stored in, of a loss that computes in `S`: how some of them are computed.
pub trait Stored<S: Scalar>: Copy + Default {
    /// Room that is needed meanwhile.
    type Room: Default;
    /// Whether no more than a step is computed at once, because there is room for no more.
    const HAS_ROOM: bool;

    /// Adds the values of some elements up, and writes their gradient.
    fn add<R: Real<Storage = S>, K: Kernel>(
        steps: &mut Steps<R, K>,
        room: &mut Self::Room,
        input: &[Self],
        target: &[Self],
        gradient: Option<&mut [Self]>,
    );
}

/// A type whose numbers the arithmetic itself converts, one by one.
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

macro_rules! converted {
    ($stored:ty) => {
        impl<S: Scalar> Stored<S> for $stored {
            type Room = ();
            const HAS_ROOM: bool = false;

            #[inline(always)]
            fn add<R: Real<Storage = S>, K: Kernel>(
                steps: &mut Steps<R, K>,
                (): &mut (),
                input: &[Self],
                target: &[Self],
                gradient: Option<&mut [Self]>,
            ) {
                steps.add(input, target, gradient);
            }
        }
    };
}

converted!(S);
converted!(bf16);

/// Converted apart, before the arithmetic and behind it: by instructions that a compiler does not choose by itself.
impl<S: Scalar> Stored<S> for f16 {
    type Room = [Step<S>; 3];
    const HAS_ROOM: bool = true;

    #[inline(always)]
    fn add<R: Real<Storage = S>, K: Kernel>(
        steps: &mut Steps<R, K>,
        room: &mut [Step<S>; 3],
        input: &[f16],
        target: &[f16],
        mut gradient: Option<&mut [f16]>,
    ) {
        let [wide_input, wide_target, wide_gradient] = room.each_mut().map(|wide| &mut wide[..input.len()]);
        widen_f16(input, wide_input);
        widen_f16(target, wide_target);
        steps.add::<S>(wide_input, wide_target, gradient.is_some().then_some(&mut *wide_gradient));
        if let Some(gradient) = &mut gradient {
            narrow_f16(gradient, wide_gradient);
        }
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
