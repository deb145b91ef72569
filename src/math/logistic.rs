//! The logistic function with everything that comes with it, from one exponential and one logarithm.

use super::elementary::{exp_of_negative, ln, ln_1p_up_to_one};
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

    /// −a ln p − b ln q of the logit that this is of. The caller may know more of a + b than their rounded sum says.
    #[inline(always)]
    pub fn cross_entropy(&self, logit: R, (a, b): (R, R), both: R) -> R {
        // −ln p and −ln q differ by the logit, so that only the part which the logit contradicts pays for it.
        let contradicted = if logit < R::ZERO { a } else { b };
        both.mul_add(self.tail, contradicted.weigh(logit.abs()))
    }

    /// What p misses of a target t, given 1 − t as well.
    #[inline(always)]
    pub fn missed(&self, t: R, rest: R) -> Missed<R> {
        let Logistic { p, q, minus_ln_p, minus_ln_q, .. } = *self;
        let value = t * q + rest * p;
        let slope = (rest - t) * p * q;
        let (ln_soft, soft_ratio) = (ln(value), slope / value);
        // For t = 1, M is q and the ratio −p; for t = 0, M is p and the ratio q: nothing is divided by a vanishing M.
        let (yes, no) = (t == R::ONE, t == R::ZERO);
        let ln = if yes {
            -minus_ln_q
        } else if no {
            -minus_ln_p
        } else {
            ln_soft
        };
        let ratio = if yes {
            -p
        } else if no {
            q
        } else {
            soft_ratio
        };
        Missed { value, ln, slope, ratio }
    }
}

/// M = 1 − p_t, where p_t = t p + (1−t) q.
#[derive(Clone, Copy, Debug)]
pub struct Missed<R> {
    /// M
    pub value: R,
    /// ln M
    pub ln: R,
    /// M′ = (1−2t) p q, by the logit.
    pub slope: R,
    /// M′/M
    pub ratio: R,
}
