//! exp, ln and their kin, within about one unit in the last place, from the smallest subnormal to infinity.

use super::real::Real;

/// eˣ. Subnormal results are rounded once; NaN stays NaN.
#[inline(always)]
pub fn exp<R: Real>(x: R) -> R {
    let (mantissa, shifted) = exp_parts(x.at_least(R::EXP_LOW).at_most(R::EXP_HIGH), R::ZERO);
    let result = mantissa.scale(shifted);
    if x < R::EXP_LOW { R::ZERO } else { result }
}

/// eˣ for x ≤ 0, to the same bits with fewer operations.
#[inline(always)]
pub fn exp_of_negative<R: Real>(x: R) -> R {
    let (mantissa, shifted) = exp_parts(x.at_least(R::EXP_LOW), R::ZERO);
    let result = mantissa.scale_down(shifted);
    if x < R::EXP_LOW { R::ZERO } else { result }
}

/// e^(x−y) for x ≤ y, with the rounding error of the difference carried along.
///
/// A softmax subtracts the row's maximum from each logit. For a difference of −50, half a unit in the last place of the
/// difference is already 30 units of the exponential, so the error term is worth its six operations.
/// −∞ − y gives exactly 0 for finite y.
#[inline(always)]
pub fn exp_difference<R: Real>(x: R, y: R) -> R {
    let difference = x - y;
    let back = difference - x;
    let error = (x - (difference - back)) - (y + back);
    let (mantissa, shifted) = exp_parts(difference.at_least(R::EXP_LOW), error);
    let result = mantissa.scale_down(shifted);
    // The tail of an infinite difference is NaN; what it is the tail of decides.
    if difference < R::EXP_LOW { R::ZERO } else { result }
}

/// e^(x+tail), for a tail far smaller than x, as a mantissa in [½, 2] and n + ROUNDER, where the result is mantissa ·
/// 2ⁿ.
#[inline(always)]
fn exp_parts<R: Real>(x: R, tail: R) -> (R, R) {
    let shifted = x.mul_add(R::LOG2_E, R::ROUNDER);
    let n = -(shifted - R::ROUNDER);
    let r = n.mul_add(R::LN_2, x);
    let r = n.mul_add(R::LN_2_TAIL, r) + tail;
    let polynomial = horner(r, R::EXP).mul_add(r, R::ONE);
    (polynomial.mul_add(r, R::ONE), shifted)
}

/// The natural logarithm: −∞ at 0, NaN below.
#[inline(always)]
pub fn ln<R: Real>(x: R) -> R {
    let (mantissa, exponent) = x.split();
    let finite = ln_of_parts(mantissa - R::ONE, exponent, R::ZERO);
    ln_at_edges(x, finite)
}

/// ln(1 + x), accurate for small x: −∞ at −1, NaN below.
#[inline(always)]
pub fn ln_1p<R: Real>(x: R) -> R {
    let sum = R::ONE + x;
    ln_1p_of(x, sum, R::ONE / sum)
}

/// ln(1 + x) where 1 + x and its inverse are at hand.
#[inline(always)]
pub fn ln_1p_of<R: Real>(x: R, sum: R, inverse: R) -> R {
    let lost = if x > R::ONE { R::ONE - (sum - x) } else { x - (sum - R::ONE) };
    let (mantissa, exponent) = sum.split();
    // Near 1 the argument itself is exact; elsewhere what the sum lost is added back to first order.
    let near = exponent == R::ZERO;
    let f = if near { x } else { mantissa - R::ONE };
    let correction = if near { R::ZERO } else { lost * inverse };
    let finite = ln_of_parts(f, exponent, correction);
    ln_at_edges(sum, finite)
}

/// ln((1+f)·2ᵏ) + tail by 2 atanh(f/(2+f)), arranged so that the leading term f is added last.
#[inline(always)]
fn ln_of_parts<R: Real>(f: R, exponent: R, tail: R) -> R {
    let s = f / (R::TWO + f);
    let z = s * s;
    let rest = z * horner(z, R::LN);
    let half_square = R::HALF * f * f;
    let low = exponent.mul_add(R::LN_2_TAIL, tail);
    let correction = half_square - (s.mul_add(half_square + rest, low));
    exponent.mul_add(R::LN_2, f - correction)
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
fn horner<R: Real>(x: R, coefficients: &[R]) -> R {
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
