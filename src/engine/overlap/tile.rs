//! A tile of pixels: its probabilities, its targets and which of its pixels count.

use smallvec::SmallVec;

use super::activation::PixelScales;
use crate::math::{Real, Scalar};

/// Elements of a tile, which lie on the stack. A tile of more, of as many classes, goes to the heap.
pub const TILE: usize = 2048;

/// The most pixels in a tile.
pub const MOST_PIXELS: usize = 256;

/// The label of a pixel whose label is none of the classes, or that is left out. More classes than this fit no memory.
const NO_CLASS: u32 = u32::MAX;

/// A tile: class c of pixel i is at `c * pitch + i`. Pixels beyond the last and those that do not count are zero.
pub struct Tile<S: Scalar> {
    pub probability: SmallVec<[S; TILE]>,
    /// Dense targets.
    pub target: SmallVec<[S; TILE]>,
    /// Until there is a gradient, exponentials or 1 − p.
    pub gradient: SmallVec<[S; TILE]>,
    /// The class of each pixel, where targets are labels.
    pub labels: [u32; MOST_PIXELS],
    /// Pixels beyond the last, masked or ignored.
    pub left_out: [bool; MOST_PIXELS],
    /// For numbers of one class.
    pub buffers: [[S; MOST_PIXELS]; 2],
    pub scales: PixelScales<S>,
    /// The mean of each pixel's derivatives.
    pub mean: [f64; MOST_PIXELS],
}

impl<S: Scalar> Default for Tile<S> {
    #[inline(always)]
    fn default() -> Self {
        Tile {
            probability: SmallVec::new(),
            target: SmallVec::new(),
            gradient: SmallVec::new(),
            labels: [NO_CLASS; MOST_PIXELS],
            left_out: [true; MOST_PIXELS],
            buffers: [[S::default(); MOST_PIXELS]; 2],
            scales: PixelScales::default(),
            mean: [0.0; MOST_PIXELS],
        }
    }
}

/// The targets of one class.
pub trait Targets<R>: Copy {
    /// Those of the first pixels only.
    fn first(self, count: usize) -> Self;
    /// The target of a pixel.
    fn of(self, pixel: usize) -> R;
}

/// Targets that are numbers.
#[derive(Clone, Copy)]
pub struct Dense<'t, S>(pub &'t [S]);

impl<S: Scalar, R: Real<Storage = S>> Targets<R> for Dense<'_, S> {
    #[inline(always)]
    fn first(self, count: usize) -> Self {
        Dense(&self.0[..count])
    }

    #[inline(always)]
    fn of(self, pixel: usize) -> R {
        R::load(self.0[pixel])
    }
}

/// Targets that are 1 where the label is the class, else 0: chosen where they are used, which costs less than to write
/// them down.
#[derive(Clone, Copy)]
pub struct Labelled<'t> {
    pub labels: &'t [u32],
    pub class: u32,
}

impl<R: Real> Targets<R> for Labelled<'_> {
    #[inline(always)]
    fn first(self, count: usize) -> Self {
        Labelled { labels: &self.labels[..count], ..self }
    }

    #[inline(always)]
    fn of(self, pixel: usize) -> R {
        R::only_if(self.labels[pixel] == self.class, R::ONE)
    }
}

/// Labels as narrow as the numbers that they are compared beside.
#[inline(always)]
pub fn narrow(labels: &[i64], classes: usize, out: &mut [u32]) {
    for (out, &label) in out.iter_mut().zip(labels) {
        // What is negative becomes larger than any class.
        *out = if (label as u64) < classes as u64 { label as u32 } else { NO_CLASS };
    }
}

/// The number of labels that are this class.
#[inline(always)]
pub fn count_of(labels: &[u32], class: u32) -> usize {
    labels.iter().map(|&label| u32::from(label == class)).sum::<u32>() as usize
}

/// Gives pixels that are left out no class.
#[inline(always)]
pub fn clear_labels(labels: &mut [u32], left_out: &[bool]) {
    for (label, &left_out) in labels.iter_mut().zip(left_out) {
        *label = if left_out { NO_CLASS } else { *label };
    }
}

/// Makes pixels that are left out zero, whatever they were.
#[inline(always)]
pub fn clear<S: Scalar>(numbers: &mut [S], left_out: &[bool]) {
    for row in numbers.chunks_exact_mut(left_out.len()) {
        for (number, &left_out) in row.iter_mut().zip(left_out) {
            *number = if left_out { S::default() } else { *number };
        }
    }
}
