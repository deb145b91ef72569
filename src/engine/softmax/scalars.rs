//! What a row has once, of some rows side by side: a row by itself would wait for each step of it.
//!
//! Loops go as far as they are told, and not over whole arrays: loops of a known length are unrolled to single elements
//! instead of being vectorised.
//! Numbers of two widths halve a loop's vectors, so what is long in one width, such as a logarithm, has a loop of its own.

use super::Kernel;
use super::source::{Quotients, Source, Stats, over_total};
use super::tile::PerRow;
use crate::math::{Real, RowExp, Scalar, ln_1p};

/// The gradient of a softmax row in which only the labelled class has a target: its own, and what each exponential is
/// multiplied by to give the others'.
#[derive(Clone, Copy)]
struct Labelled<R> {
    gradient: R,
    factor: R,
}

impl<R: Real> Labelled<R> {
    /// From v of the labelled class, the row's divisor and its factor of derivatives: ∂L/∂x is v q at the label, −v p
    /// elsewhere.
    #[inline(always)]
    fn of(v: R, q: R, divisor: f64, derivative: f64) -> Labelled<R> {
        let scaled = v.to_f64() * derivative;
        Labelled {
            gradient: R::from_f64(scaled * q.to_f64()),
            factor: R::from_f64(over_total::<R::Storage>(-scaled, divisor)),
        }
    }
}

/// Numbers of up to `ROWS` rows.
pub struct RowScalars<S, const ROWS: usize> {
    /// The largest logit.
    pub max: PerRow<S, ROWS>,
    /// The largest exponential, which is that of the largest logit, or 1 where there are none.
    pub largest: PerRow<S, ROWS>,
    /// The sum of the other exponentials; for ratios, of all numbers.
    pub sum: PerRow<f64, ROWS>,
    rest: PerRow<S, ROWS>,
    odds: PerRow<S, ROWS>,
    tail: PerRow<S, ROWS>,
    inverse: PerRow<S, ROWS>,
    divisor: PerRow<f64, ROWS>,
    /// The labelled class's input.
    pub input: PerRow<S, ROWS>,
    /// The labelled class's exponential.
    pub exponential: PerRow<S, ROWS>,
    /// The labelled class's weight.
    pub weight: PerRow<S, ROWS>,
    q: PerRow<S, ROWS>,
    /// V, the sum of first derivatives by ln p.
    pub first: PerRow<S, ROWS>,
    /// S, the sum of second ones.
    pub second: PerRow<S, ROWS>,
    /// The factor of derivatives.
    pub factor: PerRow<f64, ROWS>,
    /// The gradient at the label.
    pub labelled: PerRow<S, ROWS>,
    /// What every other exponential is multiplied by to be a gradient.
    pub others: PerRow<S, ROWS>,
    narrow_value: PerRow<S, ROWS>,
    /// The loss.
    pub value: PerRow<f64, ROWS>,
}

impl<S: Scalar, const ROWS: usize> RowScalars<S, ROWS> {
    /// With a factor of derivatives.
    #[inline(always)]
    pub fn of(factor: f64) -> Self {
        let none = PerRow::default();
        RowScalars {
            max: none,
            largest: PerRow::of(S::from_f64(1.0)),
            sum: PerRow::default(),
            rest: none,
            odds: none,
            tail: none,
            inverse: none,
            divisor: PerRow::default(),
            input: none,
            exponential: none,
            weight: none,
            q: none,
            first: none,
            second: none,
            factor: PerRow::of(factor),
            labelled: none,
            others: none,
            narrow_value: none,
            value: PerRow::default(),
        }
    }

    /// What the classes of each row share, from its largest exponential and the sum of the others.
    #[inline(always)]
    pub fn normalise<R: Real<Storage = S>, P: Source>(&mut self, width: usize) {
        let RowScalars { largest, sum, rest, divisor, inverse, odds, tail, .. } = self;
        let (rest, odds) = (&mut rest[..width], &mut odds[..width]);
        divide::<S, R, P>(largest, sum, rest, &mut inverse[..width], odds, &mut divisor[..width]);
        for (tail, &odds) in tail.iter_mut().zip(&*odds) {
            *tail = ln_1p(R::load(odds)).store();
        }
    }

    /// What the classes of a row share.
    #[inline(always)]
    pub fn stats<R: Real<Storage = S>>(&self, index: usize) -> Stats<R> {
        Stats {
            max: R::load(self.max[index]),
            rest: R::load(self.rest[index]),
            tail: R::load(self.tail[index]),
            inverse: R::load(self.inverse[index]),
        }
    }

    /// The exponentials of the largest logit and of the labelled class, where they are not known from elsewhere.
    #[inline(always)]
    pub fn exponentials<R: Real<Storage = S>>(&mut self, width: usize) {
        let RowScalars { max, largest, input, exponential, .. } = self;
        exponentials_of::<S, R>(max, max, &mut largest[..width]);
        exponentials_of::<S, R>(max, input, &mut exponential[..width]);
    }

    /// Loss, V and S of rows in which only the labelled class has a target, and what makes their gradients of their
    /// exponentials.
    #[inline(always)]
    pub fn label<R: Real<Storage = S>, K: Kernel, P: Source>(&mut self, kernel: K, source: P, width: usize) {
        for index in 0..width {
            let stats = self.stats::<R>(index);
            let class = source.class(R::load(self.input[index]), R::load(self.exponential[index]), &stats);
            let term = kernel.term(class.minus_ln_p, class.p, class.q);
            let a = R::load(self.weight[index]);
            self.narrow_value[index] = a.weigh(term.value).store();
            self.first[index] = R::only_if(class.passes, a.weigh(term.first)).store();
            self.second[index] = R::only_if(class.passes, a.weigh(term.second)).store();
            self.q[index] = class.free_q.store();
        }
        let RowScalars { first, q, divisor, factor, labelled, others, narrow_value, value, .. } = self;
        let (labelled, others) = (&mut labelled[..width], &mut others[..width]);
        gradients::<S, R>(first, q, divisor, factor, labelled, others);
        for (value, &narrow) in value[..width].iter_mut().zip(narrow_value.iter()) {
            *value = narrow.to_f64();
        }
    }
}

/// The exponentials of logits of rows whose largest ones are these.
#[inline(always)]
fn exponentials_of<S: Scalar, R: Real<Storage = S>>(max: &[S], logits: &[S], out: &mut [S]) {
    let width = out.len();
    let (max, logits) = (&max[..width], &logits[..width]);
    for index in 0..width {
        out[index] = RowExp::below(R::load(max[index])).of(R::load(logits[index])).store();
    }
}

/// What the sums of each row are divided to. As arguments, slices are known not to overlap, which the vectoriser needs
/// to know of numbers of two widths.
#[inline(always)]
fn divide<S: Scalar, R: Real<Storage = S>, P: Source>(
    largest: &[S],
    sum: &[f64],
    rest: &mut [S],
    inverse: &mut [S],
    odds: &mut [S],
    divisor: &mut [f64],
) {
    let width = rest.len();
    let (largest, sum, inverse) = (&largest[..width], &sum[..width], &mut inverse[..width]);
    let (odds, divisor) = (&mut odds[..width], &mut divisor[..width]);
    for index in 0..width {
        let quotients = Quotients::of::<S, P>(largest[index].to_f64(), sum[index]);
        rest[index] = R::from_f64(quotients.rest).store();
        inverse[index] = R::from_f64(quotients.inverse).store();
        odds[index] = R::from_f64(quotients.odds).store();
        divisor[index] = quotients.divisor;
    }
}

/// What makes the gradients of labelled rows of their exponentials.
#[inline(always)]
fn gradients<S: Scalar, R: Real<Storage = S>>(
    first: &[S],
    q: &[S],
    divisor: &[f64],
    factor: &[f64],
    labelled: &mut [S],
    others: &mut [S],
) {
    let width = labelled.len();
    let (first, q, others) = (&first[..width], &q[..width], &mut others[..width]);
    let (divisor, factor) = (&divisor[..width], &factor[..width]);
    for index in 0..width {
        let made = Labelled::of(R::load(first[index]), R::load(q[index]), divisor[index], factor[index]);
        (labelled[index], others[index]) = (made.gradient.store(), made.factor.store());
    }
}
