//! The hyperbolic tangent, which caps logits softly.

use super::elementary::horner;
use super::real::Real;

/// tanh x, odd to the last bit, and x itself for small x.
///
/// With m = e^(−2|x|) − 1 it is −m/(2+m). The exponential is 2ⁿ·eʳ, so m is (2ⁿ − 1) + 2ⁿ·r and a smaller rest, which
/// loses nothing where e^(−2|x|) is close to 1. What rounding m, 2+m and the quotient lost is added back.
#[inline(always)]
pub fn tanh<R: Real>(x: R) -> R {
    let twice = (-(x.abs() + x.abs())).at_least(R::EXP_LOW);
    let shifted = twice.mul_add(R::LOG2_E, R::ROUNDER);
    let n = -(shifted - R::ROUNDER);
    let r = n.mul_add(R::LN_2_TAIL, n.mul_add(R::LN_2, twice));
    let power = R::ONE.scale_down(shifted, R::ROUNDER);
    let (whole, part) = (power - R::ONE, power * r);
    let leading = whole + part;
    // For n = 0 the whole is 0, else it is at least ½ and the larger of the two.
    let lost = (part - (leading - whole)) + (power - (whole + R::ONE));
    let rest = (power * r * r).mul_add(horner(r, R::EXP), lost);
    let m = leading + rest;
    let m_lost = rest - (m - leading);
    let sum = R::TWO + m;
    let sum_lost = (m - (sum - R::TWO)) + m_lost;
    let inverse = R::ONE / sum;
    let rough = m * inverse;
    let remainder = (-rough).mul_add(sum, m) + (m_lost - rough * sum_lost);
    let magnitude = -remainder.mul_add(inverse, rough);
    let result = if x < R::ZERO { -magnitude } else { magnitude };
    // The sign of zero.
    if x == R::ZERO { x } else { result }
}
