//! The arithmetic of one class of the rows that are walked together, one lane for each row.
//!
//! Slices come as arguments, because then they are known not to overlap, and their length is not a constant: loops of a
//! known length are unrolled to single elements instead of being vectorised.

use crate::math::{Real, RowExp, Scalar};

/// The first numbers of four lists. Without a loop or a closure: the lengths must be known before loops are vectorised.
#[inline(always)]
fn cut<T>([a, b, c, d]: [&[T]; 4], count: usize) -> [&[T]; 4] {
    [&a[..count], &b[..count], &c[..count], &d[..count]]
}

/// Four classes, from one on, as numbers.
#[inline(always)]
fn four_numbers<S: Scalar>(class: usize) -> [S; 4] {
    let class = class as f64;
    [S::from_f64(class), S::from_f64(class + 1.0), S::from_f64(class + 2.0), S::from_f64(class + 3.0)]
}

/// The larger, passing over NaN in the first.
#[inline(always)]
fn larger_of<S: Scalar>(logit: S, max: S) -> S {
    if logit > max { logit } else { max }
}

/// Raises each row's largest logit, passing over NaN. The larger one goes to another place, because in the same one it
/// would become a masked store, for which the next class's load has to wait.
#[inline(always)]
pub fn raise<S: Scalar>(max: &[S], logits: &[S], larger: &mut [S]) {
    let count = logits.len();
    let (max, larger) = (&max[..count], &mut larger[..count]);
    for index in 0..count {
        larger[index] = larger_of(logits[index], max[index]);
    }
}

/// The same by four classes.
#[inline(always)]
pub fn raise_by_four<S: Scalar>(max: &[S], logits: [&[S]; 4], larger: &mut [S]) {
    let count = larger.len();
    let (max, [a, b, c, d]) = (&max[..count], cut(logits, count));
    for index in 0..count {
        let (a, b, c, d) = (a[index], b[index], c[index], d[index]);
        larger[index] = larger_of(d, larger_of(c, larger_of(b, larger_of(a, max[index]))));
    }
}

/// An exponential held against its row's largest so far: the larger and the smaller of both.
///
/// All the smaller ones are what a row leaves beside its largest, of which there may be several that are equal: so the
/// largest is kept out of the sum without a search for its class. NaN is the smaller one, and so in the sum.
#[inline(always)]
fn set_apart<R: Real>(e: R, largest: R) -> (R, R) {
    (if e > largest { e } else { largest }, if largest < e { largest } else { e })
}

/// Exponentials of one class, the largest ones of their rows with these, in another place for the reason of [`raise`],
/// and what is left of each row.
#[inline(always)]
pub fn exponentials<S: Scalar, R: Real<Storage = S>>(
    max: &[S],
    logits: &[S],
    out: &mut [S],
    largest: &[S],
    larger: &mut [S],
    smaller: &mut [S],
) {
    let count = max.len();
    let (logits, out, largest) = (&logits[..count], &mut out[..count], &largest[..count]);
    let (larger, smaller) = (&mut larger[..count], &mut smaller[..count]);
    for index in 0..count {
        let e = RowExp::below(R::load(max[index])).of(R::load(logits[index]));
        let (high, low) = set_apart(e, R::load(largest[index]));
        (out[index], larger[index], smaller[index]) = (e.store(), high.store(), low.store());
    }
}

/// The same for four classes together, which share the numbers of their rows. Of what is left of a row there are four.
#[inline(always)]
pub fn exponentials_of_four<S: Scalar, R: Real<Storage = S>>(
    max: &[S],
    logits: [&[S]; 4],
    [first, second, third, fourth]: [&mut [S]; 4],
    largest: &[S],
    larger: &mut [S],
    [a_left, b_left, c_left, d_left]: [&mut [S]; 4],
) {
    exponentials_of_each::<S, R>(
        max, logits, first, second, third, fourth, largest, larger, a_left, b_left, c_left, d_left,
    );
}

/// The same, with every slice an argument of its own.
#[allow(clippy::too_many_arguments)]
#[inline(always)]
fn exponentials_of_each<S: Scalar, R: Real<Storage = S>>(
    max: &[S],
    logits: [&[S]; 4],
    first: &mut [S],
    second: &mut [S],
    third: &mut [S],
    fourth: &mut [S],
    largest: &[S],
    larger: &mut [S],
    a_left: &mut [S],
    b_left: &mut [S],
    c_left: &mut [S],
    d_left: &mut [S],
) {
    let count = max.len();
    let (largest, larger, [a, b, c, d]) = (&largest[..count], &mut larger[..count], cut(logits, count));
    let (first, second) = (&mut first[..count], &mut second[..count]);
    let (third, fourth) = (&mut third[..count], &mut fourth[..count]);
    let (a_left, b_left) = (&mut a_left[..count], &mut b_left[..count]);
    let (c_left, d_left) = (&mut c_left[..count], &mut d_left[..count]);
    for index in 0..count {
        let row = RowExp::below(R::load(max[index]));
        let e = row.of(R::load(a[index]));
        let (high, low) = set_apart(e, R::load(largest[index]));
        (first[index], a_left[index]) = (e.store(), low.store());
        let e = row.of(R::load(b[index]));
        let (high, low) = set_apart(e, high);
        (second[index], b_left[index]) = (e.store(), low.store());
        let e = row.of(R::load(c[index]));
        let (high, low) = set_apart(e, high);
        (third[index], c_left[index]) = (e.store(), low.store());
        let e = row.of(R::load(d[index]));
        let (high, low) = set_apart(e, high);
        (fourth[index], d_left[index]) = (e.store(), low.store());
        larger[index] = high.store();
    }
}

/// A number where the row is labelled with its class, or else what changes nothing in a sum.
///
/// What is chosen is a sum, because a choice between what is new and what is there becomes a masked store, for which the
/// next class's load has to wait. With −0, because that leaves every number as it is, both zeros among them.
#[inline(always)]
fn chosen_of<R: Real>(is_label: bool, number: R) -> R {
    if is_label { number } else { -R::ZERO }
}

/// Takes the numbers of a class for the rows that are labelled with it; what is chosen is −0 at first.
#[inline(always)]
pub fn choose<S: Scalar, R: Real<Storage = S>>(labels: &[S], class: usize, numbers: &[S], chosen: &mut [S]) {
    let count = numbers.len();
    let (labels, chosen) = (&labels[..count], &mut chosen[..count]);
    let class = S::from_f64(class as f64);
    for index in 0..count {
        let number = chosen_of(labels[index] == class, R::load(numbers[index]));
        chosen[index] = (R::load(chosen[index]) + number).store();
    }
}

/// The same for four classes, from one on.
#[inline(always)]
pub fn choose_of_four<S: Scalar, R: Real<Storage = S>>(
    labels: &[S],
    class: usize,
    numbers: [&[S]; 4],
    chosen: &mut [S],
) {
    let count = chosen.len();
    let (labels, [a, b, c, d]) = (&labels[..count], cut(numbers, count));
    let classes = four_numbers::<S>(class);
    for index in 0..count {
        let (label, sum) = (labels[index], R::load(chosen[index]));
        let (a, b, c, d) = (R::load(a[index]), R::load(b[index]), R::load(c[index]), R::load(d[index]));
        let sum = sum + chosen_of(label == classes[0], a) + chosen_of(label == classes[1], b);
        chosen[index] = (sum + chosen_of(label == classes[2], c) + chosen_of(label == classes[3], d)).store();
    }
}

/// What makes the gradient of labelled rows of their exponentials.
#[derive(Clone, Copy)]
pub struct Gradient<'l, S> {
    pub labels: &'l [S],
    /// Each row's own number at its label.
    pub labelled: &'l [S],
    /// What every other exponential is multiplied by.
    pub factors: &'l [S],
}

impl<'l, S: Scalar> Gradient<'l, S> {
    #[inline(always)]
    fn first(self, count: usize) -> Gradient<'l, S> {
        let Gradient { labels, labelled, factors } = self;
        Gradient { labels: &labels[..count], labelled: &labelled[..count], factors: &factors[..count] }
    }

    #[inline(always)]
    fn of<R: Real<Storage = S>>(&self, index: usize, class: S, exponential: S) -> S {
        let (label, labelled) = (self.labels[index], R::load(self.labelled[index]));
        let scaled = R::load(exponential) * R::load(self.factors[index]);
        if label == class { labelled.store() } else { scaled.store() }
    }
}

/// The gradient of a class in the place of its exponentials.
#[inline(always)]
pub fn scale<S: Scalar, R: Real<Storage = S>>(rows: Gradient<'_, S>, class: usize, elements: &mut [S]) {
    let count = elements.len();
    let (rows, class) = (rows.first(count), S::from_f64(class as f64));
    for index in 0..count {
        elements[index] = rows.of::<R>(index, class, elements[index]);
    }
}

/// The same for four classes together, from one on.
#[inline(always)]
pub fn scale_four<S: Scalar, R: Real<Storage = S>>(
    rows: Gradient<'_, S>,
    class: usize,
    first: &mut [S],
    second: &mut [S],
    third: &mut [S],
    fourth: &mut [S],
) {
    let count = first.len();
    let (second, third, fourth) = (&mut second[..count], &mut third[..count], &mut fourth[..count]);
    let rows = rows.first(count);
    let [a, b, c, d] = four_numbers::<S>(class);
    for index in 0..count {
        first[index] = rows.of::<R>(index, a, first[index]);
        second[index] = rows.of::<R>(index, b, second[index]);
        third[index] = rows.of::<R>(index, c, third[index]);
        fourth[index] = rows.of::<R>(index, d, fourth[index]);
    }
}

/// Makes what belongs to rows that do not count zero.
#[inline(always)]
pub fn clear<S: Scalar, R: Real<Storage = S>>(counts: &[S], elements: &mut [S]) {
    let counts = &counts[..elements.len()];
    for index in 0..elements.len() {
        elements[index] = R::only_if(counts[index] != S::default(), R::load(elements[index])).store();
    }
}
