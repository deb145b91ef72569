//! How pixels are divided among tasks, for each of the two passes over them.

use std::ops::Range;

use smallvec::SmallVec;

use super::passes::{GradientWork, SumWork};
use super::sums::RegionLanes;
use super::tile::{MOST_PIXELS, TILE, Tile};
use super::{Activation, Geometry, ON_STACK, Overlap, Region, Slopes, TileRange, reserve};
use crate::engine::softmax::tile::FOLLOWED_CLASSES;
use crate::engine::target::required;
use crate::engine::{Call, Operands, Output, Shares};
use crate::error::{Error, Result, Status};
use crate::math::Scalar;
use crate::math::sum::LANES;
use crate::tensor::{Part, Split, View};

/// Elements of a piece of a region: the unit that tasks are dealt.
const PIECE: usize = 16_384;

/// The regions of a group that a task adds up on the stack, and the sums of its pieces that lie there: more go to the heap.
const REGIONS: usize = 20;
const SUMS: usize = 2 * ON_STACK;

/// Everything that the tasks of one call share.
pub struct Pixels<'a, S> {
    pub(super) geometry: Geometry,
    pub(super) activation: Activation,
    pub(super) squared: bool,
    pub(super) ignored: Option<i64>,
    pub(super) input: View<'a>,
    pub(super) target: View<'a>,
    pub(super) mask: Option<View<'a>>,
    /// Pixels per tile.
    pub(super) tile: usize,
    /// Whether what the next tile needs is asked for: so many classes are more than a machine follows by itself.
    pub(super) prefetches: bool,
    /// Pixels per piece, and pieces per group of pixels.
    piece: usize,
    pub(super) pieces: usize,
    scalar: std::marker::PhantomData<S>,
}

impl<'a, S: Scalar> Pixels<'a, S> {
    /// Prepares to walk a call's operands.
    pub fn new(loss: &Overlap, operands: &Operands<'a>, geometry: &Geometry) -> Result<Pixels<'a, S>> {
        let (order, rank) = geometry.input_order();
        let input = operands.input.permuted(&order[..rank]);
        let target = required(operands)?;
        // Without a class axis each pixel is a row of one.
        let view = |tensor: crate::tensor::Tensor<'a>| match geometry.class_axis {
            Some(_) => tensor.rows(rank - 1),
            None => tensor.elements(),
        };
        let tile = (TILE / geometry.classes.max(1)).clamp(LANES, MOST_PIXELS) / LANES * LANES;
        let piece = (PIECE / geometry.classes.max(1)).max(1).next_multiple_of(tile);
        Ok(Pixels {
            activation: loss.activation,
            squared: loss.squared,
            ignored: loss.ignore_index,
            input: operands.of_input(view(input)),
            target: if geometry.labels {
                geometry.by_pixel(*target).elements()
            } else {
                view(target.permuted(&order[..rank]))
            },
            mask: operands.mask.filter(|_| !loss.masks_regions).map(|mask| geometry.by_pixel(*mask).elements()),
            tile,
            prefetches: geometry.classes > FOLLOWED_CLASSES,
            piece,
            pieces: geometry.pixels.div_ceil(piece),
            geometry: geometry.clone(),
            scalar: std::marker::PhantomData,
        })
    }

    /// How the pieces of some groups are dealt.
    fn shares(&self, groups: &Range<usize>) -> Shares {
        Shares::of(groups.len() * self.pieces, self.piece * self.geometry.classes, 1)
    }

    /// The pixels of a piece, as flat indices over all groups.
    pub(super) fn pixels_of(&self, piece: usize) -> TileRange {
        let (outer, piece) = (piece / self.pieces, piece % self.pieces);
        let start = (piece * self.piece).min(self.geometry.pixels);
        let end = (start + self.piece).min(self.geometry.pixels);
        outer * self.geometry.pixels + start..outer * self.geometry.pixels + end
    }

    /// Makes room in a tile where it stays: one that is returned would be copied.
    fn make_room(&self, tile: &mut Tile<S>) -> Result<()> {
        let elements = self.tile * self.geometry.classes;
        let target = if self.geometry.labels { 0 } else { elements };
        let Tile { probability, target: dense, gradient, .. } = tile;
        for (buffer, elements) in [(probability, elements), (dense, target), (gradient, elements)] {
            reserve(buffer, elements)?;
            buffer.resize(elements, S::default());
        }
        Ok(())
    }

    /// Divides the gradient of some groups as their pixels are divided. What is read again must not leave the caches.
    fn split<'o>(&self, output: Output<'o>, groups: &Range<usize>, read_again: bool) -> Split<'o> {
        let (order, rank) = self.geometry.input_order();
        let share = self.shares(groups).share();
        let tensor = output.tensor.permuted(&order[..rank]);
        let split = match self.geometry.class_axis {
            Some(_) => tensor.split_rows(rank - 1, share, output.accumulate),
            None => tensor.split_elements(share, output.accumulate),
        };
        let split = split.in_pieces(self.geometry.pixels, self.piece, groups.start * self.pieces);
        if read_again { split.in_caches() } else { split }
    }

    /// Whether probabilities wait in the gradient's place until the sums are known, which spares making them twice. They
    /// must fit there, be overwritten anyway, and be all that the gradient needs of the input: a sigmoid's needs 1 − p.
    fn keeps(&self, output: &Output<'_>) -> bool {
        self.activation == Activation::Softmax && !output.accumulate && output.tensor.dtype() == S::DTYPE
    }

    /// I, P and T of every region of some groups. Leaves probabilities in the gradient's place where they fit there.
    pub fn sum_regions(&self, call: &Call<'_>, groups: Range<usize>) -> Result<SmallVec<[Region; ON_STACK]>> {
        let regions_of_group = self.geometry.region_classes();
        let mut regions = SmallVec::<[Region; ON_STACK]>::new();
        let total = groups.len() * regions_of_group;
        reserve(&mut regions, total)?;
        regions.resize(total, Region::default());
        let level = call.level();
        let keeps = call.outputs.gradient.filter(|output| self.keeps(output));
        let split = keeps.map(|output| self.split(output, &groups, true));
        let work = |task: usize, pieces: TileRange| {
            let mut kept = split.as_ref().map(|split| take(split, task)).transpose()?;
            let mut sums = SmallVec::<[(usize, Region); SUMS]>::new();
            reserve(&mut sums, pieces.len().saturating_mul(regions_of_group))?;
            let mut lanes = SmallVec::<[RegionLanes; REGIONS]>::new();
            reserve(&mut lanes, regions_of_group)?;
            let mut regions = SmallVec::<[Region; REGIONS]>::new();
            reserve(&mut regions, regions_of_group)?;
            let mut tile = Tile::default();
            self.make_room(&mut tile)?;
            for piece in pieces {
                let group = piece / self.pieces;
                regions.clear();
                regions.resize(regions_of_group, Region::default());
                lanes.clear();
                lanes.resize(regions_of_group, RegionLanes::default());
                level.run::<S, _>(SumWork {
                    pixels: self,
                    piece: groups.start * self.pieces + piece,
                    tile: &mut tile,
                    lanes: &mut lanes,
                    regions: &mut regions,
                    kept: kept.as_mut(),
                });
                let numbered = regions.iter().enumerate();
                sums.extend(numbered.map(|(class, region)| (group * regions_of_group + class, *region)));
            }
            Ok(sums)
        };
        self.shares(&groups).map_reduce(call.context, work, |sums| {
            for (index, region) in sums {
                regions[index].join(&region);
            }
        })?;
        Ok(regions)
    }

    /// The gradient of every element of some groups from the slopes of their regions.
    pub fn write_gradient(
        &self,
        call: &Call<'_>,
        output: Output<'_>,
        groups: Range<usize>,
        slopes: &[Slopes],
    ) -> Result<()> {
        let keeps = self.keeps(&output);
        let split = self.split(output, &groups, keeps);
        let level = call.level();
        let work = |task: usize, pieces: TileRange| {
            let mut part = take(&split, task)?;
            let mut tile = Tile::default();
            self.make_room(&mut tile)?;
            for piece in pieces {
                let first = piece / self.pieces * self.geometry.region_classes();
                let slopes = &slopes[first..first + self.geometry.region_classes()];
                let piece = groups.start * self.pieces + piece;
                let work = GradientWork { pixels: self, piece, tile: &mut tile, slopes, part: &mut part, keeps };
                level.run::<S, _>(work);
            }
            Ok(())
        };
        self.shares(&groups).map_reduce(call.context, work, |()| ())
    }
}

/// A task's part of an output.
fn take<'s>(split: &'s Split<'_>, task: usize) -> Result<Part<'s>> {
    split.part(task).ok_or_else(|| Error::new(Status::Internal, "the executor ran a task twice"))
}
