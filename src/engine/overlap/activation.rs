//! From the input to probabilities, a tile at a time.

use super::tile::MOST_PIXELS;
use crate::engine::softmax::lanes::raise;
use crate::math::sum::Lanes;
use crate::math::{Logistic, Real, RowExp, Scalar};
use crate::tensor::{Columns, ColumnsMut};

/// The logistic function in place. 1 − p, which cannot be had from p without cancellation, goes apart.
#[inline(always)]
pub fn sigmoid<S: Scalar, R: Real<Storage = S>>(numbers: &mut [S], complement: &mut [S]) {
    let complement = &mut complement[..numbers.len()];
    for index in 0..numbers.len() {
        let logistic = Logistic::of(R::load(numbers[index]));
        numbers[index] = logistic.p.store();
        complement[index] = logistic.q.store();
    }
}

/// Numbers that each pixel has once, which the softmax of a tile leaves behind: they are made once, because clearing
/// them for each tile would cost as much as a class.
pub struct PixelScales<S> {
    max: [S; MOST_PIXELS],
    offset: [S; MOST_PIXELS],
    low: [S; MOST_PIXELS],
    top: [S; MOST_PIXELS],
    sum: Lanes<MOST_PIXELS>,
    total: [S; MOST_PIXELS],
    inverse: [S; MOST_PIXELS],
}

impl<S: Scalar> Default for PixelScales<S> {
    #[inline(always)]
    fn default() -> Self {
        let none = [S::default(); MOST_PIXELS];
        let sum = Lanes::default();
        PixelScales { max: none, offset: none, low: none, top: none, sum, total: none, inverse: none }
    }
}

/// The exponentials of all classes, and what [`divide`] makes probabilities of them with. Where these will go is asked
/// for meanwhile.
#[inline(always)]
pub fn exponentials<S: Scalar, R: Real<Storage = S>>(
    input: Columns<'_, S>,
    tile: &mut [S],
    scales: &mut PixelScales<S>,
    pitch: usize,
    goal: Option<&ColumnsMut<'_, S>>,
) {
    let PixelScales { max, offset, low, top, sum, total, inverse } = scales;
    // There is no total yet, so that its place is free; whichever of both has the largest logits is read before there is.
    let (mut max, mut larger) = (max, &mut *total);
    max[..pitch].fill((-R::INFINITY).store());
    for class in 0..tile.len() / pitch {
        raise(max, input.column(class, pitch), larger);
        std::mem::swap(&mut max, &mut larger);
    }
    for index in 0..pitch {
        let row = RowExp::below(R::load(max[index]));
        (offset[index], low[index], top[index]) = (row.offset.store(), row.low.store(), row.top.store());
    }
    sum.clear(pitch);
    for (class, row) in tile.chunks_exact_mut(pitch).enumerate() {
        if let Some(goal) = goal {
            goal.prefetch(class, 0);
        }
        let scales = [&offset[..pitch], &low[..pitch], &top[..pitch]];
        exponentials_of_class::<S, R>(input.column(class, pitch), scales, row);
        // Apart, because numbers of two widths in one loop halve its vectors.
        sum.add_each(row);
    }
    for index in 0..pitch {
        total[index] = S::from_f64(sum.lane(index).value());
    }
    for index in 0..pitch {
        inverse[index] = (R::ONE / R::load(total[index])).store();
    }
}

/// The exponentials of one class.
#[inline(always)]
fn exponentials_of_class<S: Scalar, R: Real<Storage = S>>(input: &[S], [offset, low, top]: [&[S]; 3], row: &mut [S]) {
    let count = row.len();
    let (input, offset, low, top) = (&input[..count], &offset[..count], &low[..count], &top[..count]);
    for index in 0..count {
        let (offset, low, top) = (R::load(offset[index]), R::load(low[index]), R::load(top[index]));
        row[index] = RowExp { offset, low, top }.of(R::load(input[index])).store();
    }
}

/// Divides the exponentials of one class by the totals of their pixels.
///
/// The quotient is the one that a division rounds to (Markstein, 1990), for exponentials of at least 2⁻¹⁰² in f32, below
/// which it may be off by a unit in the last place: so the
/// softmax of a single class is exactly 1, which a product with the inverse is not. A division for each class costs
/// as much as half an exponential.
#[inline(always)]
pub fn divide<S: Scalar, R: Real<Storage = S>>(exponentials: &[S], scales: &PixelScales<S>, p: &mut [S]) {
    let count = p.len();
    let (exponentials, total, inverse) = (&exponentials[..count], &scales.total[..count], &scales.inverse[..count]);
    for index in 0..count {
        p[index] = quotient(R::load(exponentials[index]), R::load(total[index]), R::load(inverse[index])).store();
    }
}

/// a/b from the rounded 1/b.
#[inline(always)]
fn quotient<R: Real>(a: R, b: R, inverse: R) -> R {
    let near = a * inverse;
    let rest = (-near).mul_add(b, a);
    rest.mul_add(inverse, near)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers whose bits look random, the same each time.
    fn noise() -> impl FnMut() -> u64 {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        }
    }

    #[test]
    fn a_quotient_by_the_inverse_is_rounded_as_a_division_is() {
        let mut next = noise();
        for _ in 0..1_000_000 {
            let (a, b, exponent) = (next(), next(), (next() % 80) as i32);
            let a = f32::from_bits(0x3f80_0000 | (a >> 41) as u32) * 0.5_f32.powi(exponent);
            let b = f32::from_bits(0x3f80_0000 | (b >> 41) as u32) * 2.0_f32.powi(exponent % 12 - 1);
            let found = quotient::<<f32 as Scalar>::Portable>(Real::load(a), Real::load(b), Real::load(1.0 / b));
            assert_eq!(found.store().to_bits(), (a / b).to_bits(), "{a:e} / {b:e}");
        }
        for _ in 0..1_000_000 {
            let (a, b, exponent) = (next(), next(), (next() % 400) as i32);
            let a = f64::from_bits(0x3ff0 << 48 | a >> 12) * 0.5_f64.powi(exponent);
            let b = f64::from_bits(0x3ff0 << 48 | b >> 12) * 2.0_f64.powi(exponent % 12 - 1);
            let found = quotient::<<f64 as Scalar>::Portable>(Real::load(a), Real::load(b), Real::load(1.0 / b));
            assert_eq!(found.store().to_bits(), (a / b).to_bits(), "{a:e} / {b:e}");
        }
    }
}
