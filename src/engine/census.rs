//! What is learned from labels, masks and weights before anything is written.

use std::ops::Range;

use super::{Operands, Shares};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::math::Sum;

/// The number of elements looked at together.
pub const BLOCK: usize = 256;

/// What counts, and how much.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Census {
    /// Loss elements that are neither masked nor ignored.
    pub count: u64,
    /// The sum of their weights, if it was asked for.
    pub weight: Sum,
    /// Whether every target is 0 or 1, if that was asked for.
    pub binary: bool,
}

impl Census {
    /// Everything counts once.
    pub fn of_all(count: usize) -> Census {
        Census { count: count as u64, weight: Sum::ZERO.plus(count as f64), binary: false }
    }

    fn join(&mut self, other: Census) {
        self.count += other.count;
        self.weight = self.weight.join(other.weight);
        self.binary &= other.binary;
    }
}

/// Looks at every target of a call in which each counts once, a block at a time, where they are lent or else read.
///
/// # Errors
/// What `refuse` says of the first target that `accepts` does not, and of its place. `accepts` is asked about blocks.
pub fn check_all<T: Copy + Default + Sync>(
    context: Option<&Context>,
    elements: usize,
    lent: Option<&[T]>,
    read: impl Fn(usize, &mut [T]) + Sync,
    accepts: impl Fn(&[T]) -> bool + Sync,
    refuse: impl Fn(T, usize) -> Error + Sync,
) -> Result<Census> {
    let work = |_task: usize, range: Range<usize>| {
        let mut buffer = None;
        // What is lent needs no buffer, and the fewer questions the better.
        let block = if lent.is_some() { range.len().max(1) } else { BLOCK };
        for start in range.clone().step_by(block) {
            let end = range.end.min(start + block);
            let targets = match lent {
                Some(targets) => &targets[start..end],
                None => {
                    let buffer = &mut buffer.get_or_insert_with(|| [T::default(); BLOCK])[..end - start];
                    read(start, buffer);
                    buffer
                }
            };
            if !accepts(targets)
                && let Some(bad) = targets.chunks(1).position(|target| !accepts(target))
            {
                return Err(refuse(targets[bad], start + bad));
            }
        }
        Ok(())
    };
    Shares::of(elements, 1, BLOCK).map_reduce(context, work, |()| ())?;
    Ok(Census::of_all(elements))
}

/// One block of a census: which elements count (all true at first), and the weight of each (all 1 at first).
pub struct Block {
    /// The elements.
    pub range: Range<usize>,
    /// Whether each counts; masked ones already do not.
    pub counts: [bool; BLOCK],
    /// The weight of each, sample weights already multiplied in.
    pub weights: [f64; BLOCK],
}

/// Counts loss elements block by block. `inspect` clears `counts` for ignored elements, multiplies class weights into
/// `weights`, refuses labels, and says whether all targets of the block are binary. Without it, and without masks and
/// weights, all elements are alike and not walked: averages over nothing may be more than memory has room for.
///
/// # Errors
/// The first refusal in the order of the elements.
pub fn take(
    context: Option<&Context>,
    elements: usize,
    operands: &Operands<'_>,
    inspect: Option<impl Fn(&mut Block) -> Result<bool> + Sync>,
) -> Result<Census> {
    if inspect.is_none() && operands.mask.is_none() && operands.sample_weight.is_none() {
        return Ok(Census { binary: true, ..Census::of_all(elements) });
    }
    let mask = operands.mask.map(|mask| mask.elements());
    let sample_weight = operands.sample_weight.map(|weight| weight.elements());
    let mut census = Census { binary: true, ..Census::default() };
    let shares = Shares::of(elements, 1, BLOCK);
    let work = |_task: usize, range: Range<usize>| {
        let mut census = Census { binary: true, ..Census::default() };
        let mut start = range.start;
        while start < range.end {
            let end = range.end.min(start + BLOCK);
            let length = end - start;
            let mut block = Block { range: start..end, counts: [true; BLOCK], weights: [1.0; BLOCK] };
            if let Some(weight) = &sample_weight {
                weight.read(start, &mut block.weights[..length]);
            }
            if let Some(mask) = &mask {
                let mut values = [0.0_f64; BLOCK];
                mask.read(start, &mut values[..length]);
                for (counts, value) in block.counts.iter_mut().zip(values) {
                    *counts = value != 0.0;
                }
            }
            if let Some(inspect) = &inspect {
                census.binary &= inspect(&mut block)?;
            }
            for (&counts, &weight) in block.counts[..length].iter().zip(&block.weights) {
                if counts {
                    census.count += 1;
                    census.weight = census.weight.plus(weight);
                }
            }
            start = end;
        }
        Ok(census)
    };
    shares.map_reduce(context, work, |part| census.join(part))?;
    Ok(census)
}
