//! exp, ln and their kin, within about one unit in the last place, from the smallest subnormal to infinity.

use super::real::Real;

/// eˣ. Subnormal results are rounded once; NaN stays NaN.
#[inline(always)]
pub fn exp<R: Real>(x: R) -> R {
    let (mantissa, shifted) = exp_parts(x.at_least(R::EXP_LOW).at_most(R::EXP_HIGH));
    mantissa.scale(shifted)
}

/// eˣ for x ≤ 0, to the same bits with fewer operations.
#[inline(always)]
pub fn exp_of_negative<R: Real>(x: R) -> R {
    let (mantissa, shifted) = exp_parts(x.at_least(R::EXP_LOW));
    mantissa.scale_down(shifted, R::ROUNDER)
}

/// The exponentials of the logits of one row, all divided by the same power of two: eˣ·2⁻ᴺ, where N is chosen so that
/// the largest lies in [½, 2].
///
/// A softmax that subtracts the largest logit first loses what the subtraction rounds away: for a difference of −50,
/// half a unit in its last place is 30 units of the exponential. Here every logit is reduced by itself, x = n ln 2 + r,
/// which is exact, and the power of two comes off the integer n.
#[derive(Clone, Copy, Debug)]
pub struct RowExp<R> {
    /// Subtracted first: 0, unless logits are so large that n ln 2 would not be exact. Then neighbours are so far
    /// apart that the difference itself is exact wherever its exponential is not 0.
    pub offset: R,
    /// Below this, the exponential is 0.
    pub low: R,
    /// N, as [`Real::scale_down`] wants it.
    pub top: R,
}

impl<R: Real> RowExp<R> {
    /// For a row whose largest logit is this. If it is infinite, its exponential is NaN, and every other is 0 or NaN.
    #[inline(always)]
    pub fn below(max: R) -> RowExp<R> {
        let near = max.abs() < R::REDUCIBLE;
        let offset = if near { R::ZERO } else { max };
        let top = if near { max } else { R::ZERO };
        RowExp { offset, low: top + R::EXP_LOW, top: top.mul_add(R::LOG2_E, R::ROUNDER) }
    }

    /// eˣ·2⁻ᴺ for an x that is not above the largest. −∞ gives 0, NaN gives NaN.
    #[inline(always)]
    pub fn of(&self, x: R) -> R {
        self.of_shifted(x - self.offset)
    }

    /// The same for an x from which the offset is subtracted already, or need not be, because it is 0.
    #[inline(always)]
    pub fn of_shifted(&self, x: R) -> R {
        let (mantissa, shifted) = exp_parts(x.at_least(self.low));
        mantissa.scale_down(shifted, self.top)
    }
}

/// eˣ as a mantissa in [½, 2] and n + ROUNDER, where the result is mantissa · 2ⁿ.
#[inline(always)]
fn exp_parts<R: Real>(x: R) -> (R, R) {
    let (r, shifted) = reduce(x);
    let polynomial = horner(r, R::EXP).mul_add(r, R::ONE);
    (polynomial.mul_add(r, R::ONE), shifted)
}

/// x = n ln 2 + r as r and n + ROUNDER.
#[inline(always)]
pub(super) fn reduce<R: Real>(x: R) -> (R, R) {
    let shifted = x.mul_add(R::LOG2_E, R::ROUNDER);
    let n = -(shifted - R::ROUNDER);
    (n.mul_add(R::LN_2_TAIL, n.mul_add(R::LN_2, x)), shifted)
}

/// The natural logarithm: −∞ at 0, NaN below.
#[inline(always)]
pub fn ln<R: Real>(x: R) -> R {
    let (mantissa, exponent) = x.split();
    let finite = ln_of_parts(mantissa - R::ONE, exponent, R::ZERO);
    ln_at_edges(x, finite)
}

/// ln(1 + x) for 0 ≤ x ≤ 1, in fewer operations: no power of two need be split off. NaN stays NaN.
#[inline(always)]
pub fn ln_1p_up_to_one<R: Real>(x: R) -> R {
    // 1 + x = 2 (1 + (x−1)/2), and from ½ on (x−1)/2 is exact.
    let halved = x >= R::HALF;
    let f = if halved { x.mul_add(R::HALF, -R::HALF) } else { x };
    let (leading, low) = (R::only_if(halved, R::LN_2), R::only_if(halved, R::LN_2_TAIL));
    leading + (f - below_logarithm(f, low))
}

/// ln(1 + x), accurate for small x: −∞ at −1, NaN below.
#[inline(always)]
pub fn ln_1p<R: Real>(x: R) -> R {
    let sum = R::ONE + x;
    let lost = if x > R::ONE { R::ONE - (sum - x) } else { x - (sum - R::ONE) };
    let (mantissa, exponent) = sum.split();
    // Near 1 the argument itself is exact; elsewhere what the sum lost is added back to first order.
    let near = exponent == R::ZERO;
    let f = if near { x } else { mantissa - R::ONE };
    let correction = if near { R::ZERO } else { lost / sum };
    let finite = ln_of_parts(f, exponent, correction);
    ln_at_edges(sum, finite)
}

/// ln((1+f)·2ᵏ) + tail.
#[inline(always)]
fn ln_of_parts<R: Real>(f: R, exponent: R, tail: R) -> R {
    let low = exponent.mul_add(R::LN_2_TAIL, tail);
    exponent.mul_add(R::LN_2, f - below_logarithm(f, low))
}

/// f − ln(1+f) − low, so that the leading term f is added last: ln(1+f) = 2 atanh s for s = f/(2+f), |s| ≤ 1/5.
#[inline(always)]
fn below_logarithm<R: Real>(f: R, low: R) -> R {
    let s = f / (R::TWO + f);
    let z = s * s;
    let half_square = R::HALF * f * f;
    half_square - s.mul_add(z.mul_add(horner(z, R::LN), half_square), low)
}

#[inline(always)]
fn ln_at_edges<R: Real>(x: R, finite: R) -> R {
    if x > R::ZERO {
        if x < R::INFINITY { finite } else { R::INFINITY }
    } else if x == R::ZERO {
        -R::INFINITY
    } else {
        // Negative or NaN.
        R::NAN
    }
}

#[inline(always)]
pub(super) fn horner<R: Real>(x: R, coefficients: &[R]) -> R {
    let mut result = coefficients[0];
    for &coefficient in &coefficients[1..] {
        result = result.mul_add(x, coefficient);
    }
    result
}

/// The power function of a non-negative number: a loss fixes the exponent when it is made.
pub trait Power: Copy + Send + Sync + 'static {
    /// x^exponent, given ln x; 0⁰ = 1.
    fn of<R: Real>(self, x: R, ln_x: R) -> R;

    /// The exponent.
    fn exponent<R: Real>(self) -> R;

    /// The slope of a product of x^exponent and a factor, from what x and the factor grow by: of x, the slope and its ratio
    /// to x.
    #[inline(always)]
    fn slope_of_product<R: Real>(self, (x, ln_x): (R, R), (_slope, ratio): (R, R), factor: (R, R)) -> R {
        let (factor, factor_slope) = factor;
        self.of(x, ln_x).weigh(self.exponent::<R>() * ratio.weigh(factor) + factor_slope)
    }
}

/// The exponent 2, which focal losses use unless told otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Square;

/// Any exponent of at least zero.
#[derive(Clone, Copy, Debug)]
pub struct AnyPower(pub f64);

impl Power for Square {
    #[inline(always)]
    fn of<R: Real>(self, x: R, _ln_x: R) -> R {
        x * x
    }

    #[inline(always)]
    fn exponent<R: Real>(self) -> R {
        R::TWO
    }

    /// Without the ratio, which costs a division.
    #[inline(always)]
    fn slope_of_product<R: Real>(self, (x, _): (R, R), (slope, _ratio): (R, R), factor: (R, R)) -> R {
        let (factor, factor_slope) = factor;
        x * x.mul_add(factor_slope, (R::TWO * slope).weigh(factor))
    }
}

impl Power for AnyPower {
    #[inline(always)]
    fn of<R: Real>(self, _x: R, ln_x: R) -> R {
        exp(self.exponent::<R>().weigh(ln_x))
    }

    #[inline(always)]
    fn exponent<R: Real>(self) -> R {
        R::from_f64(self.0)
    }
}
