//! From a region's slopes to derivatives by the input.

use super::Slopes;
use super::tile::Targets;
use crate::math::{Real, Scalar};

/// The derivatives of one class by its probabilities.
#[inline(always)]
pub fn by_probability<S: Scalar, R: Real<Storage = S>, T: Targets<R>>(
    p: &[S],
    target: T,
    slopes: Slopes,
    squared: bool,
    gradient: &mut [S],
) {
    let (target, gradient) = (target.first(p.len()), &mut gradient[..p.len()]);
    let (by_intersection, by_input) = (R::from_f64(slopes.by_intersection), R::from_f64(slopes.by_input));
    for index in 0..p.len() {
        let (p, t) = (R::load(p[index]), target.of(index));
        let size = if squared { R::TWO * p } else { R::ONE };
        let slope = by_intersection * t + by_input.weigh(size);
        gradient[index] = slope.weigh(R::ONE).store();
    }
}

/// From derivatives by probabilities to derivatives by logits where those are independent: p (1 − p) g, in place of 1 − p.
#[inline(always)]
pub fn sigmoid_chain<S: Scalar, R: Real<Storage = S>>(p: &[S], g: &[S], complement: &mut [S]) {
    let (p, g) = (&p[..complement.len()], &g[..complement.len()]);
    for index in 0..complement.len() {
        let chain = R::load(p[index]) * R::load(complement[index]);
        complement[index] = R::load(g[index]).weigh(chain).store();
    }
}

/// Adds p g to the mean of each pixel's derivatives. In f64 the product of two f32 is exact.
#[inline(always)]
pub fn add_to_mean<S: Scalar>(p: &[S], g: &[S], mean: &mut [f64]) {
    let (p, g) = (&p[..mean.len()], &g[..mean.len()]);
    for index in 0..mean.len() {
        mean[index] += p[index].to_f64() * g[index].to_f64();
    }
}

/// From derivatives by probabilities to derivatives by logits: p (g − Σ p g), in place of p.
#[inline(always)]
pub fn softmax_chain<S: Scalar, R: Real<Storage = S>>(p: &mut [S], g: &[S], mean: &[S]) {
    let (g, mean) = (&g[..p.len()], &mean[..p.len()]);
    for index in 0..p.len() {
        p[index] = (R::load(p[index]) * (R::load(g[index]) - R::load(mean[index]))).store();
    }
}
