//! The largest of some numbers and its place.

use crate::math::{FloatBits, Scalar};

/// The largest of the numbers so far.
///
/// Bits are compared as integers, which compiles to vector code without being told that no number is NaN. If one of the
/// numbers has no minus sign, the largest is the largest signed integer; if all have one, it is the smallest unsigned one.
#[derive(Clone, Copy)]
pub struct Largest<S: FloatBits> {
    signed: S::SignedBits,
    unsigned: S::Bits,
}

impl<S: FloatBits> Largest<S> {
    /// Of no numbers: −∞.
    #[inline(always)]
    pub fn of_none() -> Largest<S> {
        Largest { signed: S::NEG_INFINITY.signed_bits(), unsigned: S::NEG_INFINITY.bits() }
    }

    /// Of one number more.
    #[inline(always)]
    #[must_use]
    pub fn and(self, number: S) -> Largest<S> {
        Largest { signed: self.signed.max(number.signed_bits()), unsigned: self.unsigned.min(number.bits()) }
    }

    /// The largest. With NaN among them, numbers have no largest: some number comes out, or NaN.
    #[inline(always)]
    pub fn value(self) -> S {
        let has_no_minus = self.signed >= S::SignedBits::default();
        if has_no_minus { S::of_signed_bits(self.signed) } else { S::of_bits(self.unsigned) }
    }
}

/// The largest, −∞ for none. That it has no meaning where there is NaN does a softmax no harm, because everything that
/// follows from the row's exponentials is NaN.
#[inline(always)]
pub fn largest_of<S: FloatBits>(numbers: &[S]) -> S {
    let mut largest = Largest::of_none();
    for &number in numbers {
        largest = largest.and(number);
    }
    largest.value()
}

/// Where a number first is among others; 0 if it is nowhere.
#[inline(always)]
pub fn position_of<S: Scalar>(numbers: &[S], number: S) -> usize {
    const RUN: usize = 64;
    let mut start = 0;
    for run in numbers.as_chunks::<RUN>().0 {
        let mut is_here = false;
        for &x in run {
            is_here |= x == number;
        }
        if is_here {
            break;
        }
        start += RUN;
    }
    // Within a run without an early exit, which would be predicted wrongly.
    let mut first = u32::MAX;
    for (index, &x) in numbers[start..numbers.len().min(start + RUN)].iter().enumerate() {
        first = first.min(if x == number { index as u32 } else { u32::MAX });
    }
    if first == u32::MAX { 0 } else { start + first as usize }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<S: Scalar>() {
        for count in [1, 2, 31, 32, 33, 63, 64, 65, 127, 128, 129, 500] {
            for place in 0..count {
                let mut numbers: Vec<S> = (0..count).map(|index| S::from_f64(-1.0 - (index % 7) as f64)).collect();
                numbers[place] = S::from_f64(-0.5);
                let largest = largest_of(&numbers);
                assert!(largest == S::from_f64(-0.5), "{place} of {count} {}s", S::DTYPE);
                assert_eq!(position_of(&numbers, largest), place, "of {count} {}s", S::DTYPE);
                // Of several, the first.
                numbers[count - 1] = largest;
                assert_eq!(position_of(&numbers, largest), place, "of {count} {}s", S::DTYPE);
            }
        }
    }

    #[test]
    fn is_found_wherever_it_is() {
        check::<f32>();
        check::<f64>();
    }

    #[test]
    fn at_the_edges() {
        let infinite = [f32::NEG_INFINITY; 100];
        assert_eq!(largest_of::<f32>(&infinite), f32::NEG_INFINITY);
        assert_eq!(largest_of::<f32>(&[]), f32::NEG_INFINITY);
        assert_eq!(position_of(&infinite, f32::NEG_INFINITY), 0);
        assert_eq!(position_of(&infinite, f32::NAN), 0);
        let mut zeros = [-0.0_f32; 100];
        assert!(largest_of::<f32>(&zeros).is_sign_negative());
        zeros[70] = 0.0;
        assert_eq!(position_of(&zeros, largest_of::<f32>(&zeros)), 0);
    }
}
