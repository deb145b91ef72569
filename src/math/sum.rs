//! Sums that do not depend on how the work was divided, and that round once.
//!
//! Terms are dealt to a fixed number of lanes, each lane adds its own in an order that depends on their number alone, and
//! the lanes are folded in a fixed tree. f32 terms are added in f64; f64 terms in a pair of f64 that carries what each
//! addition lost.

use super::real::Scalar;

/// The number of lanes: a multiple of every vector width in use.
pub const LANES: usize = 16;

/// A sum of f64 with the part that did not fit: about 106 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sum {
    high: f64,
    low: f64,
}

impl Sum {
    /// The sum of nothing.
    pub const ZERO: Sum = Sum { high: 0.0, low: 0.0 };

    /// Adds one term.
    #[inline(always)]
    #[must_use]
    pub fn plus(self, term: f64) -> Sum {
        let high = self.high + term;
        let back = high - self.high;
        let error = (self.high - (high - back)) + (term - back);
        Sum { high, low: self.low + error }
    }

    /// Adds another sum.
    #[inline(always)]
    #[must_use]
    pub fn join(self, other: Sum) -> Sum {
        let joined = self.plus(other.high);
        Sum { high: joined.high, low: joined.low + other.low }
    }

    /// The sum, rounded once. An overflow to infinity stays infinite, unless another sum was joined that overflowed to
    /// the other infinity.
    #[inline(always)]
    pub fn value(self) -> f64 {
        let total = self.high + self.low;
        if self.high.is_finite() { total } else { self.high }
    }
}

/// Adds four terms to each sum. As arguments, the slices are known not to overlap, which the vectoriser needs to know.
#[inline(always)]
fn add_four_each<S: Scalar>(high: &mut [f64], low: &mut [f64], first: &[S], second: &[S], third: &[S], fourth: &[S]) {
    let width = high.len();
    let (low, first, second) = (&mut low[..width], &first[..width], &second[..width]);
    let (third, fourth) = (&third[..width], &fourth[..width]);
    for lane in 0..width {
        let half = Sum { high: first[lane].to_f64(), low: 0.0 }.plus(second[lane].to_f64());
        let other = Sum { high: third[lane].to_f64(), low: 0.0 }.plus(fourth[lane].to_f64());
        let sum = Sum { high: high[lane], low: low[lane] }.join(half.join(other));
        (high[lane], low[lane]) = (sum.high, sum.low);
    }
}

/// One accumulator for each of N lanes.
#[derive(Clone, Copy, Debug)]
pub struct Lanes<const N: usize = LANES> {
    high: [f64; N],
    low: [f64; N],
}

impl<const N: usize> Default for Lanes<N> {
    #[inline(always)]
    fn default() -> Lanes<N> {
        Lanes { high: [0.0; N], low: [0.0; N] }
    }
}

impl<const N: usize> Lanes<N> {
    /// Adds terms; the first of them goes to lane 0. Only the last call may pass a number that is not a multiple of 4 N,
    /// or the lanes of later terms shift, and with them which four are added together.
    #[inline(always)]
    pub fn add<S: Scalar>(&mut self, terms: &[S]) {
        let mut fours = terms.chunks_exact(4 * N);
        for terms in fours.by_ref() {
            self.add_four(terms);
        }
        let mut chunks = fours.remainder().chunks_exact(N);
        for chunk in chunks.by_ref() {
            self.add_chunk(chunk.try_into().expect("a chunk has N terms"));
        }
        let rest = chunks.remainder();
        if !rest.is_empty() {
            let mut padded = [S::default(); N];
            padded[..rest.len()].copy_from_slice(rest);
            self.add_chunk(&padded);
        }
    }

    /// Adds four terms to each lane, as one: a lane waits for the last addition to it.
    #[inline(always)]
    pub fn add_four<S: Scalar>(&mut self, terms: &[S]) {
        if S::IS_NARROW {
            for lane in 0..N {
                let first = terms[lane].to_f64() + terms[N + lane].to_f64();
                let second = terms[2 * N + lane].to_f64() + terms[3 * N + lane].to_f64();
                self.high[lane] += first + second;
            }
        } else {
            let width = std::hint::black_box(N);
            let part = |part: usize| &terms[part * N..][..width];
            let sums = (&mut self.high[..width], &mut self.low[..width]);
            add_four_each(sums.0, sums.1, part(0), part(1), part(2), part(3));
        }
    }

    /// Adds one term to each lane.
    #[inline(always)]
    pub fn add_chunk<S: Scalar>(&mut self, chunk: &[S; N]) {
        // Terms narrower than f64 leave f64 lanes 29 bits to spare: they need no correction.
        if S::IS_NARROW {
            for lane in 0..N {
                self.high[lane] += chunk[lane].to_f64();
            }
        } else {
            self.add_each(&chunk[..std::hint::black_box(N)]);
        }
    }

    /// Adds one term to each of the first lanes. The number of terms may be known at run time only: loops over many
    /// lanes of a known number are unrolled instead of being vectorised.
    #[inline(always)]
    pub fn add_each<S: Scalar>(&mut self, terms: &[S]) {
        if S::IS_NARROW {
            for (high, term) in self.high.iter_mut().zip(terms) {
                *high += term.to_f64();
            }
        } else {
            for ((high, low), term) in self.high.iter_mut().zip(&mut self.low).zip(terms) {
                let sum = Sum { high: *high, low: *low }.plus(term.to_f64());
                (*high, *low) = (sum.high, sum.low);
            }
        }
    }

    /// Adds a term of each of four lists to each of the first lanes, as one.
    #[inline(always)]
    pub fn add_of_four<S: Scalar>(&mut self, [a, b, c, d]: [&[S]; 4]) {
        let count = a.len();
        let (high, low) = (&mut self.high[..count], &mut self.low[..count]);
        if S::IS_NARROW {
            let (b, c, d) = (&b[..count], &c[..count], &d[..count]);
            for index in 0..count {
                high[index] += (a[index].to_f64() + b[index].to_f64()) + (c[index].to_f64() + d[index].to_f64());
            }
        } else {
            add_four_each(high, low, a, b, c, d);
        }
    }

    /// Adds numbers of the compute type that are in f64 already; whole chunks of N.
    #[inline(always)]
    pub fn add_values<S: Scalar>(&mut self, terms: &[f64]) {
        for chunk in terms.as_chunks::<N>().0 {
            if S::IS_NARROW {
                for lane in 0..N {
                    self.high[lane] += chunk[lane];
                }
            } else {
                self.add_each(&chunk[..std::hint::black_box(N)]);
            }
        }
    }

    /// Begins the first lanes anew.
    #[inline(always)]
    pub fn clear(&mut self, lanes: usize) {
        self.high[..lanes].fill(0.0);
        self.low[..lanes].fill(0.0);
    }

    /// The sum in one lane.
    #[inline(always)]
    pub fn lane(&self, lane: usize) -> Sum {
        Sum { high: self.high[lane], low: self.low[lane] }
    }

    /// The sums in the first lanes, of terms of the compute type.
    #[inline(always)]
    pub fn values<S: Scalar>(&self, out: &mut [f64]) {
        let count = out.len();
        if S::IS_NARROW {
            out.copy_from_slice(&self.high[..count]);
        } else {
            for (lane, out) in out.iter_mut().enumerate() {
                *out = self.lane(lane).value();
            }
        }
    }

    /// All lanes of terms of the compute type folded: those of f32 without corrections, which take as long as a hundred
    /// terms.
    #[inline(always)]
    pub fn fold_terms<S: Scalar>(&self) -> Sum {
        if !S::IS_NARROW {
            return self.fold();
        }
        // Hidden, or the pairs that are added here would become the vectors of the loops before.
        let (mut high, mut width) = (std::hint::black_box(self.high), N / 2);
        while width > 0 {
            for lane in 0..width {
                high[lane] += high[lane + width];
            }
            width /= 2;
        }
        Sum { high: high[0], low: 0.0 }
    }

    /// All lanes folded, halves onto halves.
    #[inline(always)]
    pub fn fold(&self) -> Sum {
        const { assert!(N.is_power_of_two()) };
        let Lanes { mut high, mut low } = *self;
        let mut width = N / 2;
        while width > 0 {
            for lane in 0..width {
                let left = Sum { high: high[lane], low: low[lane] };
                let sum = left.join(Sum { high: high[lane + width], low: low[lane + width] });
                (high[lane], low[lane]) = (sum.high, sum.low);
            }
            width /= 2;
        }
        Sum { high: high[0], low: low[0] }
    }
}
