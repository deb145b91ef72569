//! Floating-point numbers by their bits, which are in the order of the numbers where signs are equal.

use half::{bf16, f16};

/// A floating-point number that is made of bits as IEEE 754 has them: any bits are one.
pub trait FloatBits: crate::tensor::Element {
    /// Its bits, as an integer without a sign.
    type Bits: Copy + Ord;
    /// Its bits, as an integer with a sign.
    type SignedBits: Copy + Ord + Default;
    /// −∞.
    const NEG_INFINITY: Self;
    /// Its bits.
    fn bits(self) -> Self::Bits;
    /// Its bits, of which the first is the sign of both.
    fn signed_bits(self) -> Self::SignedBits;
    /// The number with these bits.
    fn of_bits(bits: Self::Bits) -> Self;
    /// The number with these bits.
    fn of_signed_bits(bits: Self::SignedBits) -> Self;
}

macro_rules! float_bits {
    ($($float:ty: $bits:ty, $signed:ty;)*) => {
        $(impl FloatBits for $float {
            type Bits = $bits;
            type SignedBits = $signed;
            const NEG_INFINITY: Self = <$float>::NEG_INFINITY;

            #[inline(always)]
            fn bits(self) -> $bits {
                self.to_bits()
            }

            #[inline(always)]
            fn signed_bits(self) -> $signed {
                self.to_bits() as $signed
            }

            #[inline(always)]
            fn of_bits(bits: $bits) -> Self {
                <$float>::from_bits(bits)
            }

            #[inline(always)]
            fn of_signed_bits(bits: $signed) -> Self {
                <$float>::from_bits(bits as $bits)
            }
        })*
    };
}

float_bits! {
    f32: u32, i32;
    f64: u64, i64;
    f16: u16, i16;
    bf16: u16, i16;
}
