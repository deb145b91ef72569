//! The logistic function with everything that comes with it, from one exponential and one logarithm.

use super::elementary::{exp_of_negative, ln_1p_up_to_one};
use super::real::Real;

/// What binary losses need of a logit x; p and q are both accurate to the last bits, however small.
#[derive(Clone, Copy, Debug)]
pub struct Logistic<R> {
    /// p = 1/(1+e⁻ˣ)
    pub p: R,
    /// q = 1 − p, without cancellation.
    pub q: R,
    /// −ln p = softplus(−x)
    pub minus_ln_p: R,
    /// −ln q = softplus(x)
    pub minus_ln_q: R,
    /// The smaller of the two: the other is |x| more.
    pub tail: R,
}

impl<R: Real> Logistic<R> {
    /// The logistic quantities of a logit; exact at ±∞.
    #[inline(always)]
    pub fn of(logit: R) -> Logistic<R> {
        let small = exp_of_negative(-logit.abs());
        let sum = R::ONE + small;
        let larger = R::ONE / sum;
        // What rounding the sum and the quotient lost is added back: 2.3 ulp become 1.4.
        let lost = small - (sum - R::ONE);
        let rough = small * larger;
        let rest = (-rough).mul_add(sum, small) - rough * lost;
        let smaller = rest.mul_add(larger, rough);
        let tail = ln_1p_up_to_one(small);
        let positive = logit >= R::ZERO;
        let (p, q) = if positive { (larger, smaller) } else { (smaller, larger) };
        let minus_ln_p = (-logit).at_least(R::ZERO) + tail;
        let minus_ln_q = logit.at_least(R::ZERO) + tail;
        Logistic { p, q, minus_ln_p, minus_ln_q, tail }
    }
}
