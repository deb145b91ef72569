//! The two passes over pixels: sums of regions, and gradients from them.

use smallvec::SmallVec;

use super::tile::{MOST_PIXELS, RegionLanes, TILE, Tile, by_probability, clear, sigmoid, softmax, softmax_chain};
use super::{Activation, Geometry, Overlap, Region, Slopes, TileRange, reserve};
use crate::engine::level::Work;
use crate::engine::target::required;
use crate::engine::{Call, Operands, Output, Shares};
use crate::error::{Error, Result, Status};
use crate::math::sum::LANES;
use crate::math::{Real, Scalar};
use crate::tensor::{Part, View};

/// Elements of a piece of a region: the unit that tasks are dealt.
const PIECE: usize = 16_384;

/// Everything that the tasks of one call share.
pub struct Pixels<'a, S> {
    geometry: Geometry,
    activation: Activation,
    squared: bool,
    ignored: Option<i64>,
    input: View<'a>,
    target: View<'a>,
    mask: Option<View<'a>>,
    /// Pixels per tile.
    tile: usize,
    /// Pixels per piece, and pieces per group of pixels.
    piece: usize,
    pieces: usize,
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
            piece,
            pieces: geometry.pixels.div_ceil(piece),
            geometry: geometry.clone(),
            scalar: std::marker::PhantomData,
        })
    }

    fn shares(&self) -> Shares {
        Shares::of(self.geometry.outer * self.pieces, self.piece * self.geometry.classes, 1)
    }

    /// The pixels of a piece, as flat indices over all groups.
    fn pixels_of(&self, piece: usize) -> TileRange {
        let (outer, piece) = (piece / self.pieces, piece % self.pieces);
        let start = (piece * self.piece).min(self.geometry.pixels);
        let end = (start + self.piece).min(self.geometry.pixels);
        outer * self.geometry.pixels + start..outer * self.geometry.pixels + end
    }

    /// Makes room in a tile where it stays: one that is returned would be copied.
    fn make_room(&self, tile: &mut Tile<S>) -> Result<()> {
        for buffer in [&mut tile.probability, &mut tile.target, &mut tile.gradient] {
            reserve(buffer, self.tile * self.geometry.classes)?;
            buffer.resize(self.tile * self.geometry.classes, S::default());
        }
        Ok(())
    }

    /// I, P and T of every region.
    pub fn sum_regions(&self, call: &Call<'_>) -> Result<SmallVec<[Region; 16]>> {
        let geometry = &self.geometry;
        let regions_of_group = geometry.region_classes();
        let mut regions = SmallVec::<[Region; 16]>::new();
        let total = geometry.outer * regions_of_group;
        reserve(&mut regions, total)?;
        regions.resize(total, Region::default());
        let level = call.level();
        let work = |_task: usize, pieces: TileRange| {
            let mut sums = SmallVec::<[(usize, Region); 16]>::new();
            let mut lanes = SmallVec::<[RegionLanes; 4]>::new();
            let mut tile = Tile::default();
            self.make_room(&mut tile)?;
            for piece in pieces {
                let group = piece / self.pieces;
                let mut regions = SmallVec::<[Region; 16]>::new();
                reserve(&mut regions, regions_of_group)?;
                regions.resize(regions_of_group, Region::default());
                lanes.clear();
                reserve(&mut lanes, regions_of_group)?;
                lanes.resize(regions_of_group, RegionLanes::default());
                let work = SumWork { pixels: self, piece, tile: &mut tile, lanes: &mut lanes, regions: &mut regions };
                level.run::<S, _>(work);
                reserve(&mut sums, regions_of_group)?;
                let numbered = regions.into_iter().enumerate();
                sums.extend(numbered.map(|(class, region)| (group * regions_of_group + class, region)));
            }
            Ok(sums)
        };
        self.shares().map_reduce(call.context, work, |sums| {
            for (index, region) in sums {
                regions[index].join(&region);
            }
        })?;
        Ok(regions)
    }

    /// The gradient of every element from the slopes of its region.
    pub fn write_gradient(&self, call: &Call<'_>, output: Output<'_>, slopes: &[Slopes]) -> Result<()> {
        let (order, rank) = self.geometry.input_order();
        let shares = self.shares();
        let tensor = output.tensor.permuted(&order[..rank]);
        let split = match self.geometry.class_axis {
            Some(_) => tensor.split_rows(rank - 1, shares.share(), output.accumulate),
            None => tensor.split_elements(shares.share(), output.accumulate),
        };
        let split = split.in_pieces(self.geometry.pixels, self.piece);
        let level = call.level();
        let work = |task: usize, pieces: TileRange| {
            let left_over = || Error::new(Status::Internal, "the executor ran a task twice");
            let mut part = split.part(task).ok_or_else(left_over)?;
            let mut tile = Tile::default();
            self.make_room(&mut tile)?;
            for piece in pieces {
                let work = GradientWork { pixels: self, piece, tile: &mut tile, slopes, part: &mut part };
                level.run::<S, _>(work);
            }
            Ok(())
        };
        shares.map_reduce(call.context, work, |()| ())
    }

    /// Reads a tile, applies the activation and generates targets. Gives the number of pixels that count.
    #[inline(always)]
    fn load<R: Real<Storage = S>>(&self, range: TileRange, tile: &mut Tile<S>) -> usize {
        let (count, pitch) = (range.len(), self.tile);
        tile.left_out.clear();
        tile.left_out.resize(count, false);
        tile.left_out.resize(pitch, true);
        self.load_targets::<R>(range.clone(), tile);
        if let Some(mask) = &self.mask {
            let mut values = [0.0_f64; MOST_PIXELS];
            mask.read(range.start, &mut values[..count]);
            for (left_out, &value) in tile.left_out[..count].iter_mut().zip(&values) {
                *left_out |= value == 0.0;
            }
        }
        if self.activation == Activation::Softmax {
            // The gradient's place is free until there is one.
            let input = self.input.columns(range, &mut tile.gradient, pitch);
            softmax::<S, R>(input, &mut tile.probability, pitch);
        } else {
            self.input.read_transposed(range.start, count, &mut tile.probability, pitch);
        }
        if self.activation == Activation::Sigmoid {
            sigmoid::<S, R>(&mut tile.probability, &mut tile.gradient);
        }
        let counted = tile.left_out.iter().filter(|&&left_out| !left_out).count();
        if counted < pitch {
            clear(&mut tile.probability, &tile.left_out);
            clear(&mut tile.target, &tile.left_out);
        }
        counted
    }

    /// Reads or generates targets, and notes pixels whose label is ignored.
    #[inline(always)]
    fn load_targets<R: Real<Storage = S>>(&self, range: TileRange, tile: &mut Tile<S>) {
        if !self.geometry.labels {
            self.target.read_transposed(range.start, range.len(), &mut tile.target, self.tile);
            return;
        }
        tile.target.fill(S::default());
        let mut labels = [0; MOST_PIXELS];
        let labels = &mut labels[..range.len()];
        self.target.read_labels(range.start, labels);
        for (index, &label) in labels.iter().enumerate() {
            tile.left_out[index] = self.ignored == Some(label);
            if let Ok(class) = usize::try_from(label)
                && class < self.geometry.classes
            {
                tile.target[class * self.tile + index] = R::ONE.store();
            }
        }
    }
}

struct SumWork<'w, 'a, S: Scalar> {
    pixels: &'w Pixels<'a, S>,
    piece: usize,
    tile: &'w mut Tile<S>,
    /// One for each region of the piece's group, all zero at first.
    lanes: &'w mut [RegionLanes],
    regions: &'w mut [Region],
}

impl<S: Scalar> Work<S> for SumWork<'_, '_, S> {
    type Output = ();

    #[inline(always)]
    fn run<R: Real<Storage = S>>(self) {
        let SumWork { pixels, piece, tile, lanes, regions } = self;
        let geometry = &pixels.geometry;
        let range = pixels.pixels_of(piece);
        let mut counted = 0;
        for start in range.clone().step_by(pixels.tile) {
            let end = range.end.min(start + pixels.tile);
            counted += pixels.load::<R>(start..end, tile);
            for class in geometry.first_class..geometry.classes {
                let place = class * pixels.tile..(class + 1) * pixels.tile;
                let region = if geometry.keeps_classes { class - geometry.first_class } else { 0 };
                let (p, t) = (&tile.probability[place.clone()], &tile.target[place]);
                lanes[region].add::<S, R>(p, t, pixels.squared);
            }
        }
        let classes = if geometry.keeps_classes { 1 } else { geometry.classes - geometry.first_class };
        for (region, lanes) in regions.iter_mut().zip(lanes) {
            *region = lanes.fold(counted * classes);
        }
    }
}

struct GradientWork<'w, 'a, 'p, S: Scalar> {
    pixels: &'w Pixels<'a, S>,
    piece: usize,
    tile: &'w mut Tile<S>,
    slopes: &'w [Slopes],
    part: &'w mut Part<'p>,
}

impl<S: Scalar> Work<S> for GradientWork<'_, '_, '_, S> {
    type Output = ();

    #[inline(always)]
    fn run<R: Real<Storage = S>>(self) {
        let GradientWork { pixels, piece, tile, slopes, part } = self;
        let geometry = &pixels.geometry;
        let range = pixels.pixels_of(piece);
        let group = piece / pixels.pieces * geometry.region_classes();
        for start in range.clone().step_by(pixels.tile) {
            let count = pixels.tile.min(range.end - start);
            let counted = pixels.load::<R>(start..start + count, tile);
            for class in 0..geometry.classes {
                let place = class * pixels.tile..(class + 1) * pixels.tile;
                let has_region = class >= geometry.first_class;
                let region = if geometry.keeps_classes { class.saturating_sub(geometry.first_class) } else { 0 };
                let slopes = if has_region { slopes[group + region] } else { Slopes::default() };
                let Tile { probability, target, gradient, .. } = &mut *tile;
                let (p, t) = (&probability[place.clone()], &target[place.clone()]);
                by_probability::<S, R>(p, t, slopes, pixels.squared, pixels.activation, &mut gradient[place]);
            }
            if pixels.activation == Activation::Softmax {
                softmax_chain::<S, R>(&tile.probability, &mut tile.gradient, pixels.tile);
            }
            if counted < count {
                clear(&mut tile.gradient, &tile.left_out);
            }
            part.write_transposed(start, count, &tile.gradient, pixels.tile);
        }
    }
}
