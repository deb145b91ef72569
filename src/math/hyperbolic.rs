//! The hyperbolic tangent with its slope, from one exponential: it caps logits softly.

use super::elementary::{horner, reduce};
use super::real::Real;

/// tanh x and what it grows by.
#[derive(Clone, Copy, Debug)]
pub struct Tanh<R> {
    /// tanh x, odd to the last bit, and x itself for small x.
    pub value: R,
    /// 1 − tanh² x, without cancellation.
    pub slope: R,
}

impl<R: Real> Tanh<R> {
    /// Of any number: ±1 with slope 0 at ±∞; NaN stays.
    ///
    /// With m = e^(−2|x|) − 1, tanh |x| is −m/(2+m) and the slope 4(1+m)/(2+m)². The exponential is 2ⁿ·eʳ, so m is
    /// (2ⁿ − 1) + 2ⁿ·r and a smaller rest, which loses nothing where e^(−2|x|) is close to 1. What rounding m, 2+m and
    /// the quotient lost is added back.
    #[inline(always)]
    pub fn of(x: R) -> Tanh<R> {
        let twice = (-(x.abs() + x.abs())).at_least(R::EXP_LOW);
        let (r, shifted) = reduce(twice);
        let power = R::ONE.scale_down(shifted, R::ROUNDER);
        let (whole, part) = (power - R::ONE, power * r);
        let leading = whole + part;
        // For n = 0 the whole is 0, else it is at least ½ and the larger of the two.
        let lost = (part - (leading - whole)) + (power - (whole + R::ONE));
        let polynomial = horner(r, R::EXP);
        let rest = (power * r * r).mul_add(polynomial, lost);
        let m = leading + rest;
        let m_lost = rest - (m - leading);
        let sum = R::TWO + m;
        let sum_lost = (m - (sum - R::TWO)) + m_lost;
        let inverse = R::ONE / sum;
        let rough = m * inverse;
        let remainder = (-rough).mul_add(sum, m) + (m_lost - rough * sum_lost);
        let magnitude = -remainder.mul_add(inverse, rough);
        let result = if x < R::ZERO { -magnitude } else { magnitude };
        let exponential = polynomial.mul_add(r, R::ONE).mul_add(r, R::ONE) * power;
        let half = R::TWO * inverse;
        // The sign of zero.
        Tanh { value: if x == R::ZERO { x } else { result }, slope: exponential * half * half }
    }
}

/// tanh x.
#[inline(always)]
pub fn tanh<R: Real>(x: R) -> R {
    Tanh::of(x).value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{Scalar, real::Lane};

    /// Units in the last place between what was found and the system's own function, which is within one of the truth.
    fn units<S: Scalar>(found: S, expected: f64, unit: f64) -> f64 {
        let least = if size_of::<S>() == 4 { f64::from(f32::MIN_POSITIVE) } else { f64::MIN_POSITIVE };
        (found.to_f64() - expected).abs() / (expected.abs().max(least) * unit)
    }

    #[test]
    fn agrees_with_the_system_from_tiny_to_saturated() {
        for step in -40_000..40_000 {
            let x = f64::from(step) / 1000.0;
            for x in [x, x * 1e-6, x * 1e-30] {
                let single = x as f32;
                let found = Tanh::<<f32 as Scalar>::Fused>::of(Lane::load(single));
                let wide = f64::from(single);
                let slope = wide.cosh().powi(-2);
                assert!(units(found.value.store(), wide.tanh(), f64::from(f32::EPSILON)) < 2.5, "tanh {single}");
                assert!(units(found.slope.store(), slope, f64::from(f32::EPSILON)) < 3.0, "slope at {single}");
                let found = Tanh::<<f64 as Scalar>::Fused>::of(Lane::load(x));
                assert!(units(found.value.store(), x.tanh(), f64::EPSILON) < 3.5, "tanh {x}");
                assert!(units(found.slope.store(), x.cosh().powi(-2), f64::EPSILON) < 80.0, "slope at {x}");
            }
        }
    }

    #[test]
    fn at_the_edges() {
        let of = |x: f32| {
            let found = Tanh::<<f32 as Scalar>::Portable>::of(Lane::load(x));
            (found.value.store(), found.slope.store())
        };
        assert_eq!(of(f32::INFINITY), (1.0, 0.0));
        assert_eq!(of(f32::NEG_INFINITY), (-1.0, 0.0));
        assert_eq!(of(0.0), (0.0, 1.0));
        assert_eq!(of(-0.0).0.to_bits(), (-0.0_f32).to_bits());
        assert!(of(f32::NAN).0.is_nan() && of(f32::NAN).1.is_nan());
        // Smaller than any rounding.
        assert_eq!(of(1e-40), (1e-40, 1.0));
    }
}
