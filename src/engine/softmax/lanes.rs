//! The arithmetic of one class of the rows that are walked together, one lane for each row.
//!
//! Slices come as arguments, because then they are known not to overlap, and their length is not a constant: loops of a
//! known length are unrolled to single elements instead of being vectorised.

use crate::math::{Real, RowExp, Scalar};

/// Raises each row's largest logit, passing over NaN. The larger one goes to another place, because in the same one it
/// would become a masked store, for which the next class's load has to wait.
#[inline(always)]
pub fn raise<S: Scalar>(max: &[S], logits: &[S], larger: &mut [S]) {
    let count = logits.len();
    let (max, larger) = (&max[..count], &mut larger[..count]);
    for index in 0..count {
        larger[index] = if logits[index] > max[index] { logits[index] } else { max[index] };
    }
}

/// The scale of each row's exponentials.
pub struct Scales<'l, S> {
    pub max: &'l [S],
    pub offset: &'l [S],
    pub low: &'l [S],
    pub top: &'l [S],
}

/// Exponentials; the same without the largest ones, of which there are several if logits tie; and their number so far.
#[inline(always)]
pub fn exponentials<S: Scalar, R: Real<Storage = S>>(
    scales: &Scales<'_, S>,
    logits: &[S],
    exponentials: &mut [S],
    terms: &mut [S],
    ties: &mut [S],
) {
    let count = logits.len();
    let (max, offset) = (&scales.max[..count], &scales.offset[..count]);
    let (low, top) = (&scales.low[..count], &scales.top[..count]);
    let (exponentials, terms, ties) = (&mut exponentials[..count], &mut terms[..count], &mut ties[..count]);
    for index in 0..count {
        let (offset, low, top) = (R::load(offset[index]), R::load(low[index]), R::load(top[index]));
        let e = RowExp { offset, low, top }.of(R::load(logits[index]));
        exponentials[index] = e.store();
        let is_largest = logits[index] == max[index];
        terms[index] = R::only_if(!is_largest, e).store();
        ties[index] = (R::load(ties[index]) + R::only_if(is_largest, R::ONE)).store();
    }
}

/// Takes the numbers of a class for the rows that are labelled with it; what is chosen is −0 at first.
#[inline(always)]
pub fn choose<S: Scalar, R: Real<Storage = S>>(labels: &[S], class: S, numbers: &[S], chosen: &mut [S]) {
    let count = labels.len();
    let (numbers, chosen) = (&numbers[..count], &mut chosen[..count]);
    for index in 0..count {
        // A sum, because a choice between what is new and what is there becomes a masked store, for which the next class's
        // load has to wait. With −0, because that leaves every number as it is, both zeros among them.
        let number = if labels[index] == class { R::load(numbers[index]) } else { -R::ZERO };
        chosen[index] = (R::load(chosen[index]) + number).store();
    }
}

/// The gradient of a class: each row's own number where the row is labelled with it, or else the exponential times each
/// row's factor; rows that do not count become zero.
#[inline(always)]
pub fn scale<S: Scalar, R: Real<Storage = S>>(
    elements: &mut [S],
    (labels, class): (&[S], S),
    labelled: &[S],
    factors: &[S],
    counts: &[S],
) {
    let count = elements.len();
    let (labels, labelled) = (&labels[..count], &labelled[..count]);
    let (factors, counts) = (&factors[..count], &counts[..count]);
    for index in 0..count {
        let scaled = R::load(elements[index]) * R::load(factors[index]);
        let gradient = if labels[index] == class { R::load(labelled[index]) } else { scaled };
        elements[index] = R::only_if(counts[index] != S::default(), gradient).store();
    }
}

/// The number of each row's class.
#[inline(always)]
pub fn pick<S: Scalar>(numbers: &[S], pitch: usize, classes: &[usize], out: &mut [S]) {
    debug_assert!(classes.iter().all(|&class| class * pitch < numbers.len()), "a class that the tile lacks");
    // Held inside, which costs less than the question whether it is.
    let Some(last) = numbers.len().checked_sub(1) else { return };
    for (index, (out, &class)) in out.iter_mut().zip(classes).enumerate() {
        *out = numbers[(class * pitch + index).min(last)];
    }
}
