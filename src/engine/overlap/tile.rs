//! The arithmetic of a tile of pixels: loops over slices, which compile to vector code.

use smallvec::SmallVec;

use super::{Activation, Region, Slopes};
use crate::engine::softmax::lanes::raise;
use crate::math::sum::{LANES, Lanes};
use crate::math::{Logistic, Real, RowExp, Scalar};
use crate::tensor::Columns;

/// Elements of a tile that lie on the stack; a tile of very many classes goes to the heap.
pub const TILE: usize = 2048;

/// A tile: class c of pixel i is at `c * pitch + i`. Pixels beyond the last and those that do not count are zero.
#[derive(Default)]
pub struct Tile<S: Scalar> {
    pub probability: SmallVec<[S; TILE]>,
    pub target: SmallVec<[S; TILE]>,
    pub gradient: SmallVec<[S; TILE]>,
    /// Pixels beyond the last, masked or ignored.
    pub left_out: SmallVec<[bool; MOST_PIXELS]>,
}

/// The most pixels in a tile.
pub const MOST_PIXELS: usize = 256;

/// Makes pixels that are left out zero, whatever they were.
#[inline(always)]
pub fn clear<S: Scalar>(numbers: &mut [S], left_out: &[bool]) {
    for row in numbers.chunks_exact_mut(left_out.len()) {
        for (number, &left_out) in row.iter_mut().zip(left_out) {
            *number = if left_out { S::default() } else { *number };
        }
    }
}

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

/// The softmax over classes of each pixel of a tile.
#[inline(always)]
pub fn softmax<S: Scalar, R: Real<Storage = S>>(input: Columns<'_, S>, tile: &mut [S], pitch: usize) {
    let none = [S::default(); MOST_PIXELS];
    let (mut max, mut offset, mut low, mut top, mut total) = (none, none, none, none, none);
    let mut sum = Lanes::<MOST_PIXELS>::default();
    max.fill((-R::INFINITY).store());
    for class in 0..tile.len() / pitch {
        raise(&mut max[..pitch], input.column(class, pitch));
    }
    for index in 0..pitch {
        let row = RowExp::below(R::load(max[index]));
        (offset[index], low[index], top[index]) = (row.offset.store(), row.low.store(), row.top.store());
    }
    for (class, row) in tile.chunks_exact_mut(pitch).enumerate() {
        exponentials::<S, R>(input.column(class, pitch), [&offset[..pitch], &low[..pitch], &top[..pitch]], row);
        // Apart, because numbers of two widths in one loop halve its vectors.
        sum.add_each::<R>(row);
    }
    for index in 0..pitch {
        total[index] = S::from_f64(sum.lane(index).value());
    }
    for row in tile.chunks_exact_mut(pitch) {
        // A quotient and not a product with the inverse: the softmax of a single class is exactly 1.
        for (x, &total) in row.iter_mut().zip(&total) {
            *x = (R::load(*x) / R::load(total)).store();
        }
    }
}

/// The exponentials of one class.
#[inline(always)]
fn exponentials<S: Scalar, R: Real<Storage = S>>(input: &[S], [offset, low, top]: [&[S]; 3], row: &mut [S]) {
    let count = row.len();
    let (input, offset, low, top) = (&input[..count], &offset[..count], &low[..count], &top[..count]);
    for index in 0..count {
        let (offset, low, top) = (R::load(offset[index]), R::load(low[index]), R::load(top[index]));
        row[index] = RowExp { offset, low, top }.of(R::load(input[index])).store();
    }
}

/// The sums of a region while it is walked.
#[derive(Clone, Copy, Default)]
pub struct RegionLanes {
    intersection: Lanes<LANES>,
    input: Lanes<LANES>,
    target: Lanes<LANES>,
}

impl RegionLanes {
    /// Adds the pixels of one class.
    #[inline(always)]
    pub fn add<S: Scalar, R: Real<Storage = S>>(&mut self, p: &[S], t: &[S], squared: bool) {
        for (p, t) in p.chunks_exact(LANES).zip(t.chunks_exact(LANES)) {
            let none = [S::default(); LANES];
            let (mut intersection, mut input, mut target) = (none, none, none);
            for lane in 0..LANES {
                let (p, t) = (R::load(p[lane]), R::load(t[lane]));
                intersection[lane] = (p * t).store();
                input[lane] = if squared { p * p } else { p }.store();
                target[lane] = if squared { t * t } else { t }.store();
            }
            self.intersection.add_chunk::<R>(&intersection);
            self.input.add_chunk::<R>(&input);
            self.target.add_chunk::<R>(&target);
        }
    }

    #[inline(always)]
    pub fn fold(&self, pixels: usize) -> Region {
        let (intersection, input) = (self.intersection.fold(), self.input.fold());
        Region { intersection, input, target: self.target.fold(), pixels }
    }
}

/// The derivatives of one class by its probabilities, or by its logits where those are independent.
#[inline(always)]
pub fn by_probability<S: Scalar, R: Real<Storage = S>>(
    p: &[S],
    t: &[S],
    slopes: Slopes,
    squared: bool,
    activation: Activation,
    gradient: &mut [S],
) {
    let (t, gradient) = (&t[..p.len()], &mut gradient[..p.len()]);
    let by_intersection = R::from_f64(slopes.by_intersection);
    let by_input = R::from_f64(slopes.by_input);
    let chained = activation == Activation::Sigmoid;
    for index in 0..p.len() {
        let (p, t) = (R::load(p[index]), R::load(t[index]));
        let size = if squared { R::TWO * p } else { R::ONE };
        let slope = by_intersection * t + by_input.weigh(size);
        let chain = if chained { p * R::load(gradient[index]) } else { R::ONE };
        gradient[index] = slope.weigh(chain).store();
    }
}

/// From derivatives by probabilities to derivatives by logits: p (g − Σ p g).
#[inline(always)]
pub fn softmax_chain<S: Scalar, R: Real<Storage = S>>(probability: &[S], gradient: &mut [S], pitch: usize) {
    let mut mean = [0.0_f64; MOST_PIXELS];
    for (p, g) in probability.chunks_exact(pitch).zip(gradient.chunks_exact(pitch)) {
        for ((mean, p), g) in mean.iter_mut().zip(p).zip(g) {
            // In f64 the product of two f32 is exact.
            *mean += p.to_f64() * g.to_f64();
        }
    }
    for (p, g) in probability.chunks_exact(pitch).zip(gradient.chunks_exact_mut(pitch)) {
        for ((g, p), &mean) in g.iter_mut().zip(p).zip(&mean) {
            *g = (R::load(*p) * (R::load(*g) - R::from_f64(mean))).store();
        }
    }
}
