//! What rows of the input are: logits, probabilities or log-probabilities, and how derivatives reach them.

use crate::math::{Real, Scalar, exp, ln, ln_1p};

/// The sums of a row that its classes share. Exponentials are those of [`crate::math::RowExp`].
#[derive(Clone, Copy, Debug)]
pub struct Stats<R> {
    /// The largest logit.
    pub max: R,
    /// The sum of the exponentials of all classes but the largest; or Σ x for ratios.
    pub rest: R,
    /// ln(total/largest), so that −ln p = (max − x) + tail without cancellation.
    pub tail: R,
    /// 1/total; or 1/Σ x for ratios.
    pub inverse: R,
}

impl<R: Real> Stats<R> {
    /// From the largest logit and the row's quotients.
    #[inline(always)]
    pub fn of(max: R, quotients: Quotients) -> Stats<R> {
        let Quotients { rest, inverse, odds, .. } = quotients;
        let [rest, inverse, odds] = [rest, inverse, odds].map(R::from_f64);
        Stats { max, rest, tail: ln_1p(odds), inverse }
    }
}

/// What the sums of a row are divided to, in f64: where many rows are walked together, apart from what is rounded to f32,
/// because numbers of two widths in one loop halve its vectors.
#[derive(Clone, Copy, Debug)]
pub struct Quotients {
    /// The sum of the exponentials of all classes but the largest; or Σ x for ratios.
    pub rest: f64,
    /// 1/total; or 1/Σ x for ratios.
    pub inverse: f64,
    /// What [`over_total`] divides by.
    pub divisor: f64,
    /// What the tail is the logarithm of, less 1: rest/largest.
    pub odds: f64,
}

impl Quotients {
    /// From the largest exponential and the sum of the others; `rest` alone where there are none. For the compute type S.
    #[inline(always)]
    pub fn of<S: Scalar, P: Source>(largest: f64, rest: f64) -> Quotients {
        let total = if P::EXPONENTIAL { largest + rest } else { rest };
        if P::EXPONENTIAL && S::IS_NARROW {
            // One division, which costs more than all else here, with bits to spare for f32.
            let inverses = 1.0 / (largest * total);
            let inverse = largest * inverses;
            return Quotients { rest, inverse, divisor: inverse, odds: rest * total * inverses };
        }
        let inverse = 1.0 / total;
        let divisor = if S::IS_NARROW { inverse } else { total };
        Quotients { rest, inverse, divisor, odds: rest / largest }
    }
}

/// A number divided by the total, of which the divisor is kept: its inverse where f64 has bits to
/// spare for it, itself where the compute type is f64.
#[inline(always)]
pub fn over_total<S: Scalar>(number: f64, divisor: f64) -> f64 {
    if S::IS_NARROW { number * divisor } else { number / divisor }
}

/// One class of a row.
#[derive(Clone, Copy, Debug)]
pub struct Class<R> {
    /// −ln p
    pub minus_ln_p: R,
    /// The probability.
    pub p: R,
    /// 1 − p, without cancellation.
    pub q: R,
    /// The probability before a clip, through which derivatives go.
    pub free_p: R,
    /// 1 − free_p, without cancellation.
    pub free_q: R,
    /// Whether derivatives pass, which they do not where a clip holds p.
    pub passes: bool,
}

/// How the input turns into probabilities.
pub trait Source: Copy + Send + Sync + 'static {
    /// Whether rows are normalised by the sum of exponentials, so that `e` and the maximum are needed.
    const EXPONENTIAL: bool;
    /// Whether rows are normalised by their plain sum.
    const RATIO: bool;

    /// Whether second derivatives are offered.
    fn has_hessian(self) -> bool {
        true
    }

    /// A class from its input x and, for exponentials, its exponential.
    fn class<R: Real>(self, x: R, e: R, stats: &Stats<R>) -> Class<R>;

    /// ∂L/∂x from v of the class and the row's V.
    fn gradient<R: Real>(self, x: R, class: &Class<R>, v: R, total: R, stats: &Stats<R>) -> R;

    /// ∂²L/∂x² from v and s of the class and the row's V and S.
    fn hessian<R: Real>(self, x: R, class: &Class<R>, v: R, s: R, total: R, total_s: R) -> R;
}

/// p = softmax(x).
#[derive(Clone, Copy, Debug)]
pub struct Logits;

/// p = x.
#[derive(Clone, Copy, Debug)]
pub struct Probabilities;

/// ln p = x.
#[derive(Clone, Copy, Debug)]
pub struct LogProbabilities;

/// Keras: p = x/Σx, held within [clip, 1−clip].
#[derive(Clone, Copy, Debug)]
pub struct ClippedRatio(pub f64);

/// Keras: p = softmax(x), held within [clip, 1−clip].
#[derive(Clone, Copy, Debug)]
pub struct ClippedLogits(pub f64);

#[inline(always)]
fn softmax_class<R: Real>(x: R, e: R, stats: &Stats<R>) -> Class<R> {
    let p = e * stats.inverse;
    let q = if x == stats.max { stats.rest * stats.inverse } else { R::ONE - p };
    Class { minus_ln_p: (stats.max - x) + stats.tail, p, q, free_p: p, free_q: q, passes: true }
}

#[inline(always)]
fn softmax_gradient<R: Real>(class: &Class<R>, v: R, total: R) -> R {
    v * class.free_q - class.free_p * (total - v)
}

impl Source for Logits {
    const EXPONENTIAL: bool = true;
    const RATIO: bool = false;

    #[inline(always)]
    fn class<R: Real>(self, x: R, e: R, stats: &Stats<R>) -> Class<R> {
        softmax_class(x, e, stats)
    }

    #[inline(always)]
    fn gradient<R: Real>(self, _x: R, class: &Class<R>, v: R, total: R, _stats: &Stats<R>) -> R {
        softmax_gradient(class, v, total)
    }

    #[inline(always)]
    fn hessian<R: Real>(self, _x: R, class: &Class<R>, v: R, s: R, total: R, total_s: R) -> R {
        let _ = v;
        let Class { p, q, .. } = *class;
        s * q * q + (total_s - s) * p * p - total * p * q
    }
}

#[inline(always)]
fn unclipped<R: Real>(minus_ln_p: R, p: R) -> Class<R> {
    let q = R::ONE - p;
    Class { minus_ln_p, p, q, free_p: p, free_q: q, passes: true }
}

impl Source for Probabilities {
    const EXPONENTIAL: bool = false;
    const RATIO: bool = false;

    #[inline(always)]
    fn class<R: Real>(self, x: R, _e: R, _stats: &Stats<R>) -> Class<R> {
        unclipped(-ln(x), x)
    }

    #[inline(always)]
    fn gradient<R: Real>(self, x: R, _class: &Class<R>, v: R, _total: R, _stats: &Stats<R>) -> R {
        v.weigh(R::ONE / x)
    }

    #[inline(always)]
    fn hessian<R: Real>(self, x: R, _class: &Class<R>, v: R, s: R, _total: R, _total_s: R) -> R {
        (s - v).weigh(R::ONE / (x * x))
    }
}

impl Source for LogProbabilities {
    const EXPONENTIAL: bool = false;
    const RATIO: bool = false;

    #[inline(always)]
    fn class<R: Real>(self, x: R, _e: R, _stats: &Stats<R>) -> Class<R> {
        unclipped(-x, exp(x))
    }

    #[inline(always)]
    fn gradient<R: Real>(self, _x: R, _class: &Class<R>, v: R, _total: R, _stats: &Stats<R>) -> R {
        v
    }

    #[inline(always)]
    fn hessian<R: Real>(self, _x: R, _class: &Class<R>, _v: R, s: R, _total: R, _total_s: R) -> R {
        s
    }
}

/// Holds a probability within [clip, 1−clip], both ends rounded to its type as Keras rounds them.
#[inline(always)]
fn clipped<R: Real>(free: Class<R>, clip: f64) -> Class<R> {
    let (low, high) = (R::from_f64(clip), R::from_f64(1.0 - clip));
    let p = free.p.at_least(low).at_most(high);
    let passes = p == free.p;
    // Inside the clip the logarithm and 1 − p are known without cancellation.
    let minus_ln_p = if passes { free.minus_ln_p } else { -ln(p) };
    let q = if passes { free.q } else { R::ONE - p };
    Class { minus_ln_p, p, q, passes, ..free }
}

impl Source for ClippedRatio {
    const EXPONENTIAL: bool = false;
    const RATIO: bool = true;

    #[inline(always)]
    fn class<R: Real>(self, x: R, _e: R, stats: &Stats<R>) -> Class<R> {
        let ratio = x / stats.rest;
        clipped(unclipped(-ln(ratio), ratio), self.0)
    }

    #[inline(always)]
    fn gradient<R: Real>(self, x: R, _class: &Class<R>, v: R, total: R, stats: &Stats<R>) -> R {
        v.weigh(R::ONE / x) - total * stats.inverse
    }

    // Never asked for.
    #[inline(always)]
    fn hessian<R: Real>(self, _x: R, _class: &Class<R>, _v: R, _s: R, _total: R, _total_s: R) -> R {
        R::ZERO
    }

    fn has_hessian(self) -> bool {
        false
    }
}

impl Source for ClippedLogits {
    const EXPONENTIAL: bool = true;
    const RATIO: bool = false;

    #[inline(always)]
    fn class<R: Real>(self, x: R, e: R, stats: &Stats<R>) -> Class<R> {
        clipped(softmax_class(x, e, stats), self.0)
    }

    #[inline(always)]
    fn gradient<R: Real>(self, _x: R, class: &Class<R>, v: R, total: R, _stats: &Stats<R>) -> R {
        softmax_gradient(class, v, total)
    }

    // Never asked for.
    #[inline(always)]
    fn hessian<R: Real>(self, _x: R, _class: &Class<R>, _v: R, _s: R, _total: R, _total_s: R) -> R {
        R::ZERO
    }

    fn has_hessian(self) -> bool {
        false
    }
}
