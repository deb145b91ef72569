//! The sums of regions while they are walked.

use super::Region;
use super::tile::{Targets, count_of};
use crate::math::sum::{LANES, Lanes};
use crate::math::{Real, Scalar};

/// I, P and T of a region.
#[derive(Clone, Copy, Default)]
pub struct RegionLanes {
    intersection: Lanes,
    input: Lanes,
    target: Lanes,
    /// The part of T that is a number of labels.
    labelled: usize,
}

impl RegionLanes {
    /// Adds the pixels of one class to I and P. The buffers are as long as they are.
    #[inline(always)]
    pub fn add_input<S: Scalar, R: Real<Storage = S>, T: Targets<R>>(
        &mut self,
        p: &[S],
        target: T,
        squared: bool,
        [products, squares]: [&mut [S]; 2],
    ) {
        multiply::<S, R, T>(p, target, products);
        if squared {
            square::<S, R>(p, squares);
            add_both([&mut self.intersection, &mut self.input], products, squares);
        } else {
            add_both([&mut self.intersection, &mut self.input], products, p);
        }
    }

    /// Adds the pixels of one class to T. The buffer is as long as they are.
    #[inline(always)]
    pub fn add_target<S: Scalar, R: Real<Storage = S>>(&mut self, target: &[S], squared: bool, squares: &mut [S]) {
        if squared {
            square::<S, R>(target, squares);
            self.target.add(squares);
        } else {
            self.target.add(target);
        }
    }

    /// Adds the labels of one class to T, squared or not.
    #[inline(always)]
    pub fn add_labels(&mut self, labels: &[u32], class: u32) {
        self.labelled += count_of(labels, class);
    }

    #[inline(always)]
    pub fn fold(&self, pixels: usize) -> Region {
        let target = self.target.fold().plus(self.labelled as f64);
        Region { intersection: self.intersection.fold(), input: self.input.fold(), target, pixels }
    }
}

/// Adds terms to two sums together, so that neither waits for its own last addition, in registers meanwhile.
#[inline(always)]
fn add_both<S: Scalar>(sums: [&mut Lanes; 2], first: &[S], second: &[S]) {
    let [a, b] = sums;
    let (mut a_lanes, mut b_lanes) = (*a, *b);
    let (first, second) = (first.as_chunks::<LANES>().0, second.as_chunks::<LANES>().0);
    for (first, second) in first.iter().zip(second) {
        a_lanes.add_chunk(first);
        b_lanes.add_chunk(second);
    }
    (*a, *b) = (a_lanes, b_lanes);
}

#[inline(always)]
fn multiply<S: Scalar, R: Real<Storage = S>, T: Targets<R>>(p: &[S], target: T, out: &mut [S]) {
    let (target, out) = (target.first(p.len()), &mut out[..p.len()]);
    for index in 0..p.len() {
        out[index] = (R::load(p[index]) * target.of(index)).store();
    }
}

#[inline(always)]
fn square<S: Scalar, R: Real<Storage = S>>(numbers: &[S], out: &mut [S]) {
    let out = &mut out[..numbers.len()];
    for index in 0..numbers.len() {
        let number = R::load(numbers[index]);
        out[index] = (number * number).store();
    }
}
