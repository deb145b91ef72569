//! The scalar that kernels compute with: f32 or f64, with a fused multiply-add that is exact at every SIMD level.

use std::cmp::Ordering;
use std::fmt::Debug;
use std::marker::PhantomData;
use std::ops::{Add, Div, Mul, Neg, Sub};

use super::bits::FloatBits;

/// A number type that tensors hold and kernels compute in: f32 or f64.
pub trait Scalar: FloatBits + Default + Debug + PartialOrd + Send + Sync + 'static {
    /// The scalar on a machine with a hardware fused multiply-add.
    type Fused: Real<Storage = Self>;
    /// The scalar with the fused multiply-add emulated, bit for bit.
    type Portable: Real<Storage = Self>;
    /// Whether f64 holds it with 29 bits to spare: sums of such terms and quotients in f64 need no correction.
    const IS_NARROW: bool = size_of::<Self>() < size_of::<f64>();
    /// Exact widening.
    fn to_f64(self) -> f64;
    /// Rounding to nearest, ties to even.
    fn from_f64(value: f64) -> Self;
}

/// How `a * b + c` is rounded once: by the machine, or by us.
pub trait MultiplyAdd: Copy + Debug + Send + Sync + 'static {
    /// `a * b + c` with one rounding.
    fn single(a: f32, b: f32, c: f32) -> f32;
    /// `a * b + c` with one rounding.
    fn double(a: f64, b: f64, c: f64) -> f64;
}

/// The machine's own instruction.
#[derive(Clone, Copy, Debug)]
pub struct Fused;

/// The same result without the instruction.
#[derive(Clone, Copy, Debug)]
pub struct Emulated;

impl MultiplyAdd for Fused {
    #[inline(always)]
    fn single(a: f32, b: f32, c: f32) -> f32 {
        a.mul_add(b, c)
    }

    #[inline(always)]
    fn double(a: f64, b: f64, c: f64) -> f64 {
        a.mul_add(b, c)
    }
}

impl MultiplyAdd for Emulated {
    /// The product of two f32 is exact in f64. The sum is rounded to odd there, which makes the second rounding, to
    /// f32, the only one that counts (Boldo and Melquiond, 2008).
    #[inline(never)]
    fn single(a: f32, b: f32, c: f32) -> f32 {
        let product = f64::from(a) * f64::from(b);
        let addend = f64::from(c);
        let sum = product + addend;
        let back = sum - product;
        let error = (product - (sum - back)) + (addend - back);
        let bits = sum.to_bits();
        let inexact = error.abs() > 0.0;
        let away = (error > 0.0) == (sum > 0.0);
        let odd = if away { bits.wrapping_add(1) } else { bits.wrapping_sub(1) };
        let rounded = if inexact && bits & 1 == 0 { odd } else { bits };
        f64::from_bits(rounded) as f32
    }

    /// There is no wider type to borrow; the C library's `fma` is exact.
    #[inline(never)]
    fn double(a: f64, b: f64, c: f64) -> f64 {
        a.mul_add(b, c)
    }
}

/// What kernels need of a number. Comparisons are IEEE: false for NaN.
pub trait Real:
    Copy
    + Debug
    + PartialEq
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + 'static
{
    /// How it lies in memory.
    type Storage: Scalar;
    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// One half.
    const HALF: Self;
    /// Positive infinity.
    const INFINITY: Self;
    /// Not a number.
    const NAN: Self;
    /// Two.
    const TWO: Self;
    /// Adding this to a small number leaves that number, rounded to an integer, in the low bits.
    const ROUNDER: Self;
    /// log2(e).
    const LOG2_E: Self;
    /// ln 2, rounded; the rest is in [`Real::LN_2_TAIL`].
    const LN_2: Self;
    /// ln 2 minus [`Real::LN_2`].
    const LN_2_TAIL: Self;
    /// Here the exponential rounds to zero, with half a unit to spare.
    const EXP_LOW: Self;
    /// Above this, the exponential is infinite.
    const EXP_HIGH: Self;
    /// Below this magnitude, x − n ln 2 is exact for the nearest n, and n + [`Real::ROUNDER`] is.
    const REDUCIBLE: Self;
    /// Coefficients c of exp r = 1 + r + r²(c₀ + c₁r + …), highest first, for |r| ≤ ½ ln 2.
    const EXP: &'static [Self];
    /// Coefficients c of 2 atanh s = 2s + s³(c₀ + c₁s² + …), highest first, for |s| ≤ 1/5.
    const LN: &'static [Self];

    /// From memory.
    fn load(stored: Self::Storage) -> Self;
    /// To memory.
    fn store(self) -> Self::Storage;
    /// A constant, rounded to this type.
    fn from_f64(value: f64) -> Self;
    /// Exact widening.
    fn to_f64(self) -> f64;
    /// `self * factor + addend`, rounded once.
    fn mul_add(self, factor: Self, addend: Self) -> Self;
    /// The magnitude.
    fn abs(self) -> Self;
    /// `self * 2^n`, where `shifted` is `n + ROUNDER`; correct into the subnormals when `self` is in [½, 2].
    fn scale(self, shifted: Self) -> Self;
    /// `self * 2^(n − N)` for n ≤ N, in fewer operations, where `shifted` is `n + ROUNDER` and `top` is `N + ROUNDER`.
    fn scale_down(self, shifted: Self, top: Self) -> Self;
    /// Mantissa in [√½, √2) and exponent of a positive finite number.
    fn split(self) -> (Self, Self);

    /// Whether it is not a number.
    #[inline(always)]
    #[allow(clippy::eq_op)]
    fn is_nan(self) -> bool {
        self != self
    }

    /// The smaller; `other` when `self` is NaN is not chosen: NaN in `self` stays.
    #[inline(always)]
    fn at_most(self, other: Self) -> Self {
        if self > other { other } else { self }
    }

    /// The larger; NaN in `self` stays.
    #[inline(always)]
    fn at_least(self, other: Self) -> Self {
        if self < other { other } else { self }
    }

    /// −1, 0 or 1 as its sign is; NaN stays.
    #[inline(always)]
    fn sign(self) -> Self {
        let sign = if self > Self::ZERO { Self::ONE } else { self };
        if self < Self::ZERO { -Self::ONE } else { sign }
    }

    /// `value` where the condition holds, else zero, whatever `value` is.
    #[inline(always)]
    fn only_if(condition: bool, value: Self) -> Self {
        if condition { value } else { Self::ZERO }
    }

    /// `self * value` with 0 · ∞ = 0: what a weight of zero leaves out is out.
    #[inline(always)]
    fn weigh(self, value: Self) -> Self {
        if self == Self::ZERO { Self::ZERO } else { self * value }
    }
}

/// A scalar together with how its multiply-add is done.
#[derive(Clone, Copy, Debug)]
pub struct Lane<T, M>(T, PhantomData<M>);

impl<T: PartialEq, M> PartialEq for Lane<T, M> {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T: PartialOrd, M> PartialOrd for Lane<T, M> {
    #[inline(always)]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.0.partial_cmp(&other.0)
    }

    // The default methods go through `partial_cmp`, which does not vectorise.
    #[inline(always)]
    fn lt(&self, other: &Self) -> bool {
        self.0 < other.0
    }

    #[inline(always)]
    fn le(&self, other: &Self) -> bool {
        self.0 <= other.0
    }

    #[inline(always)]
    fn gt(&self, other: &Self) -> bool {
        self.0 > other.0
    }

    #[inline(always)]
    fn ge(&self, other: &Self) -> bool {
        self.0 >= other.0
    }
}

macro_rules! lane_operator {
    ($trait:ident, $method:ident) => {
        impl<T: $trait<Output = T>, M> $trait for Lane<T, M> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Lane($trait::$method(self.0, other.0), PhantomData)
            }
        }
    };
}

lane_operator!(Add, add);
lane_operator!(Sub, sub);
lane_operator!(Mul, mul);
lane_operator!(Div, div);

impl<T: Neg<Output = T>, M> Neg for Lane<T, M> {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        Lane(-self.0, PhantomData)
    }
}

macro_rules! lane_real {
    ($scalar:ident, $bits:ident, $signed:ident, $fma:ident, $mantissa:literal, $bias:literal, rounder $rounder:expr, tail $tail:expr, range $low:expr, $high:expr,
     exp [$($exp:expr),*], ln [$($ln:expr),*]) => {
        impl Scalar for $scalar {
            type Fused = Lane<$scalar, Fused>;
            type Portable = Lane<$scalar, Emulated>;

            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }

            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $scalar
            }
        }

        impl<M: MultiplyAdd> Real for Lane<$scalar, M> {
            type Storage = $scalar;
            const ZERO: Self = Lane(0.0, PhantomData);
            const ONE: Self = Lane(1.0, PhantomData);
            const HALF: Self = Lane(0.5, PhantomData);
            const INFINITY: Self = Lane($scalar::INFINITY, PhantomData);
            const NAN: Self = Lane($scalar::NAN, PhantomData);
            const TWO: Self = Lane(2.0, PhantomData);
            const ROUNDER: Self = Lane($rounder, PhantomData);
            const LOG2_E: Self = Lane(std::$scalar::consts::LOG2_E, PhantomData);
            const LN_2: Self = Lane(std::$scalar::consts::LN_2, PhantomData);
            const LN_2_TAIL: Self = Lane($tail, PhantomData);
            const EXP_LOW: Self = Lane($low, PhantomData);
            const EXP_HIGH: Self = Lane($high, PhantomData);
            const REDUCIBLE: Self = Lane(((1 as $bits) << ($mantissa - 2)) as $scalar, PhantomData);
            const EXP: &'static [Self] = &[$(Lane($exp, PhantomData)),*];
            const LN: &'static [Self] = &[$(Lane($ln, PhantomData)),*];

            #[inline(always)]
            fn load(stored: $scalar) -> Self {
                Lane(stored, PhantomData)
            }

            #[inline(always)]
            fn store(self) -> $scalar {
                self.0
            }

            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                Lane(value as $scalar, PhantomData)
            }

            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self.0)
            }

            #[inline(always)]
            fn mul_add(self, factor: Self, addend: Self) -> Self {
                Lane(M::$fma(self.0, factor.0, addend.0), PhantomData)
            }

            #[inline(always)]
            fn abs(self) -> Self {
                Lane(self.0.abs(), PhantomData)
            }

            #[inline(always)]
            fn scale(self, shifted: Self) -> Self {
                // Two steps, so that 2^n itself need not be representable: only the second one can round.
                let exponent = shifted.0.to_bits().wrapping_sub(($rounder as $scalar).to_bits());
                // The exponent is small: adding an even offset keeps it positive for the shift.
                let half = (exponent.wrapping_add(4096) >> 1).wrapping_sub(2048);
                let rest = exponent.wrapping_sub(half);
                let first = $scalar::from_bits(half.wrapping_add($bias) << $mantissa);
                let second = $scalar::from_bits(rest.wrapping_add($bias) << $mantissa);
                Lane(self.0 * first * second, PhantomData)
            }

            #[inline(always)]
            fn scale_down(self, shifted: Self, top: Self) -> Self {
                // First to 2^(n − N + lift), which is normal, then by a constant: only the second step can round.
                let lift = (2 * $mantissa + 18) as $bits;
                let base = top.0.to_bits().wrapping_sub($bias + lift);
                let lifted = $scalar::from_bits(shifted.0.to_bits().wrapping_sub(base) << $mantissa);
                let lower = $scalar::from_bits(($bias - lift) << $mantissa);
                Lane(self.0 * lifted * lower, PhantomData)
            }

            #[inline(always)]
            fn split(self) -> (Self, Self) {
                let subnormal = self.0 < $scalar::MIN_POSITIVE;
                let lift = (1 as $bits) << ($mantissa + 1);
                let normal = if subnormal { self.0 * lift as $scalar } else { self.0 };
                let sqrt_half = std::$scalar::consts::FRAC_1_SQRT_2.to_bits();
                let shifted = normal.to_bits().wrapping_sub(sqrt_half);
                let exponent = ((shifted as $signed) >> $mantissa) as $bits;
                let mantissa = (shifted & (((1 as $bits) << $mantissa) - 1)).wrapping_add(sqrt_half);
                // An integer becomes a number in the low bits of the rounder, without a conversion instruction.
                let number = $scalar::from_bits(exponent.wrapping_add(($rounder as $scalar).to_bits())) - $rounder;
                let number = if subnormal { number - ($mantissa + 1) as $scalar } else { number };
                (Lane($scalar::from_bits(mantissa), PhantomData), Lane(number, PhantomData))
            }
        }
    };
}

// The polynomials are Chebyshev economisations, made at 60 digits; they are off by at most 0.003 ulp (f32) and
// 0.005 ulp (f64).
lane_real!(f32, u32, i32, single, 23, 127, rounder 12582912.0, tail -1.904_654_3e-9, range -104.5, 89.0,
    exp [1.989_198_1e-4, 1.393_454_2e-3, 8.333_31e-3, 4.166_645_7e-2, 0.166_666_67, 0.5],
    ln [0.237_473_45, 0.285_327_45, 0.400_003_11, 0.666_666_66]);
lane_real!(f64, u64, i64, double, 52, 1023, rounder 6755399441055744.0, tail 2.319_046_813_846_3e-17,
    range -745.5, 710.0,
    exp [2.091544229778011522e-9, 2.510627473357329469e-8, 2.755727181021979957e-7, 2.755725283351690975e-6,
         2.480158732700718673e-5, 1.984126987686435493e-4, 1.388888888888332667e-3, 8.3333333333255447e-3,
         4.166666666666667007e-2, 0.1666666666666667144, 0.5],
    ln [0.1360401570712407746, 0.1321036048513261983, 0.1538883467780191507, 0.1818173845472302558,
        0.2222222303780724188, 0.2857142856733918926, 0.4000000000000780055, 0.6666666666666666423]);
