//! The arithmetic of a block of classes of one row: loops over slices, which compile to vector code.
//!
//! Slices come as arguments because then they are known not to overlap, which the vectoriser needs to know. No function
//! here is a closure: one that is not inlined is compiled without the level's instructions.

use std::ops::Range;

use super::source::{Class, Source, Stats};
use super::{Kernel, Term};
use crate::engine::Curvature;
use crate::engine::converted::Converted;
use crate::math::{Real, RowExp, Scalar};

/// Classes processed together.
pub const BLOCK: usize = 512;

/// The blocks of a row.
pub fn blocks(classes: usize) -> impl Iterator<Item = Range<usize>> {
    (0..classes).step_by(BLOCK).map(move |start| start..classes.min(start + BLOCK))
}

/// What the classes of a row share.
#[derive(Clone, Copy)]
pub struct Shared<R, K, P> {
    pub kernel: K,
    pub source: P,
    pub stats: Stats<R>,
    pub row: RowExp<R>,
    /// The share of each target that stays, and what every class gets instead.
    pub keep: R,
    pub spread: R,
    /// The factor of derivatives.
    pub factor: R,
}

/// The classes of a block: input, target and class weight of each.
#[derive(Clone, Copy)]
pub struct Classes<'b, S> {
    pub input: &'b [S],
    pub target: &'b [S],
    pub weight: &'b [S],
}

impl<S: Copy> Classes<'_, S> {
    #[inline(always)]
    fn at(&self, index: usize) -> (S, S, S) {
        (self.input[index], self.target[index], self.weight[index])
    }
}

impl<R: Real, K: Kernel, P: Source> Shared<R, K, P> {
    /// One class from its input.
    #[inline(always)]
    pub fn class(&self, x: R) -> Class<R> {
        let e = if P::EXPONENTIAL { self.row.of(x) } else { R::ZERO };
        self.source.class(x, e, &self.stats)
    }

    /// One class with its term ℓ, weighted: a ℓ, v and s.
    #[inline(always)]
    fn weighted(&self, (x, target, weight): (R::Storage, R::Storage, R::Storage)) -> (Class<R>, Term<R>) {
        let class = self.class(R::load(x));
        let Term { value, first, second } = self.kernel.term(class.minus_ln_p, class.p, class.q);
        let a = R::load(weight) * (self.keep * R::load(target) + self.spread);
        let (first, second) = (a.weigh(first), a.weigh(second));
        let term = Term {
            value: a.weigh(value),
            first: R::only_if(class.passes, first),
            second: R::only_if(class.passes, second),
        };
        (class, term)
    }
}

/// eˣ of a block, as the row divides it.
#[inline(always)]
pub fn exponentials<R: Real, T: Converted<R::Storage>>(row: RowExp<R>, input: &[T], out: &mut [R::Storage]) {
    let out = &mut out[..input.len()];
    if row.offset == R::ZERO {
        for index in 0..input.len() {
            out[index] = row.of_shifted(R::load(input[index].widen())).store();
        }
    } else {
        for index in 0..input.len() {
            out[index] = row.of(R::load(input[index].widen())).store();
        }
    }
}

/// Multiplies a block.
#[inline(always)]
pub fn scale<S: Scalar, R: Real<Storage = S>>(factor: R, block: &mut [S]) {
    for element in block {
        *element = (R::load(*element) * factor).store();
    }
}

/// Multiplies a block on the way to where it is stored.
#[inline(always)]
pub fn scale_to<R: Real, T: Converted<R::Storage>>(factor: R, block: &[R::Storage], out: &mut [T]) {
    let out = &mut out[..block.len()];
    for index in 0..block.len() {
        out[index] = T::narrow((R::load(block[index]) * factor).store());
    }
}

/// Values and v.
#[inline(always)]
pub fn terms<S: Scalar, R: Real<Storage = S>, K: Kernel, P: Source>(
    shared: Shared<R, K, P>,
    classes: Classes<'_, S>,
    values: &mut [S],
    firsts: &mut [S],
) {
    for index in 0..classes.input.len() {
        let (_, term) = shared.weighted(classes.at(index));
        values[index] = term.value.store();
        firsts[index] = term.first.store();
    }
}

/// s.
#[inline(always)]
pub fn second_terms<S: Scalar, R: Real<Storage = S>, K: Kernel, P: Source>(
    shared: Shared<R, K, P>,
    classes: Classes<'_, S>,
    seconds: &mut [S],
) {
    for index in 0..classes.input.len() {
        seconds[index] = shared.weighted(classes.at(index)).1.second.store();
    }
}

/// The gradient, given V.
#[inline(always)]
pub fn gradients<S: Scalar, R: Real<Storage = S>, K: Kernel, P: Source>(
    shared: Shared<R, K, P>,
    total: R,
    classes: Classes<'_, S>,
    out: &mut [S],
) {
    for index in 0..classes.input.len() {
        let (class, term) = shared.weighted(classes.at(index));
        let x = R::load(classes.input[index]);
        let gradient = shared.source.gradient(x, &class, term.first, total, &shared.stats);
        out[index] = (gradient * shared.factor).store();
    }
}

/// The diagonal of the Hessian, given V and S.
#[inline(always)]
pub fn hessians<S: Scalar, R: Real<Storage = S>, K: Kernel, P: Source>(
    shared: Shared<R, K, P>,
    (total, total_second): (R, R),
    curvature: Curvature,
    classes: Classes<'_, S>,
    out: &mut [S],
) {
    let scale = R::from_f64(if curvature.bound { 2.0 * curvature.scale } else { curvature.scale });
    let least = R::from_f64(curvature.least);
    for index in 0..classes.input.len() {
        let (class, term) = shared.weighted(classes.at(index));
        let x = R::load(classes.input[index]);
        let second = shared.source.hessian(x, &class, term.first, term.second, total, total_second);
        out[index] = ((second * scale).at_least(least) * shared.factor).store();
    }
}
