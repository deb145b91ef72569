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

    /// Adds four terms, as one: two of them, the other two, and both to the sum.
    #[inline(always)]
    #[must_use]
    fn plus_four(self, [a, b, c, d]: [f64; 4]) -> Sum {
        let of = |term: f64| Sum { high: term, low: 0.0 };
        self.join(of(a).plus(b).join(of(c).plus(d)))
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

// Terms narrower than f64 leave f64 lanes 29 bits to spare: they need no correction.

/// Adds four terms, as one, to the sum in two places.
#[inline(always)]
fn add_four_terms<S: Scalar>(high: &mut f64, low: &mut f64, terms: [S; 4]) {
    let [a, b, c, d] = terms.map(S::to_f64);
    if S::IS_NARROW {
        *high += (a + b) + (c + d);
    } else {
        let sum = Sum { high: *high, low: *low }.plus_four([a, b, c, d]);
        (*high, *low) = (sum.high, sum.low);
    }
}

/// Adds a term of each of four lists to each of the first sums. As arguments, the slices are known not to overlap, which
/// the vectoriser needs to know.
#[inline(always)]
fn add_four_each<S: Scalar>(high: &mut [f64], low: &mut [f64], [a, b, c, d]: [&[S]; 4]) {
    let count = a.len();
    let (high, low, b, c, d) = (&mut high[..count], &mut low[..count], &b[..count], &c[..count], &d[..count]);
    for lane in 0..count {
        add_four_terms(&mut high[lane], &mut low[lane], [a[lane], b[lane], c[lane], d[lane]]);
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
        for lane in 0..N {
            let terms = [0, 1, 2, 3].map(|part| terms[part * N + lane]);
            add_four_terms(&mut self.high[lane], &mut self.low[lane], terms);
        }
    }

    /// Adds one term to each lane.
    #[inline(always)]
    pub fn add_chunk<S: Scalar>(&mut self, chunk: &[S; N]) {
        if S::IS_NARROW {
            for lane in 0..N {
                self.high[lane] += chunk[lane].to_f64();
            }
        } else {
            // A loop over a known number of lanes would be unrolled to single elements instead of being vectorised.
            self.add_each(&chunk[..std::hint::black_box(N)]);
        }
    }

    /// Adds one term to each of the first lanes.
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
    pub fn add_of_four<S: Scalar>(&mut self, lists: [&[S]; 4]) {
        add_four_each(&mut self.high, &mut self.low, lists);
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
                self.add_chunk(chunk);
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
