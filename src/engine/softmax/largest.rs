//! The largest logit of a row and its place.

use super::lanes;
use crate::math::sum::LANES;
use crate::math::{Real, Scalar};

/// The larger of each lane and its logit, passing over NaN.
#[inline(always)]
fn raise<S: Scalar>(lanes: &mut [S; LANES], logits: &[S]) {
    let logits: &[S; LANES] = logits.try_into().expect("as many logits as lanes");
    for lane in 0..LANES {
        lanes[lane] = if logits[lane] > lanes[lane] { logits[lane] } else { lanes[lane] };
    }
}

/// The largest of some logits, passing over NaN.
#[inline(always)]
pub fn largest_of<S: Scalar, R: Real<Storage = S>>(input: &[S]) -> S {
    // Four chains, because one comparison waits for the one before.
    let lowest = [(-R::INFINITY).store(); LANES];
    let (mut first, mut second, mut third, mut fourth) = (lowest, lowest, lowest, lowest);
    let mut quarters = input.chunks_exact(4 * LANES);
    for chunk in quarters.by_ref() {
        raise(&mut first, &chunk[..LANES]);
        raise(&mut second, &chunk[LANES..2 * LANES]);
        raise(&mut third, &chunk[2 * LANES..3 * LANES]);
        raise(&mut fourth, &chunk[3 * LANES..]);
    }
    let mut chunks = quarters.remainder().chunks_exact(LANES);
    for chunk in chunks.by_ref() {
        raise(&mut second, chunk);
    }
    lanes::raise(&mut third, chunks.remainder());
    raise(&mut first, &second);
    raise(&mut third, &fourth);
    raise(&mut first, &third);
    first[1..].iter().fold(first[0], |largest, &x| if x > largest { x } else { largest })
}

/// Where a logit first is, a chunk at a time; 0 if it is nowhere.
#[inline(always)]
pub fn position_of<S: Scalar>(input: &[S], logit: S) -> usize {
    for (index, chunk) in input.chunks(LANES).enumerate() {
        if chunk.iter().fold(false, |found, &x| found | (x == logit)) {
            return index * LANES + chunk.iter().position(|&x| x == logit).unwrap_or(0);
        }
    }
    0
}
