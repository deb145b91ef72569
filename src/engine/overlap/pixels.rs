//! The two passes over pixels: sums of regions, and gradients from them.

use smallvec::SmallVec;

use super::{Activation, Geometry, Overlap, Region, Slopes, TileRange, reserve};
use crate::engine::level::Work;
use crate::engine::target::required;
use crate::engine::{Call, Operands, Output, Shares};
use crate::error::{Error, Result, Status};
use crate::math::sum::{LANES, Lanes};
use crate::math::{Logistic, Real, RowExp, Scalar, Sum};
use crate::tensor::{Part, View};

/// Elements of a tile that lie on the stack; a tile of very many classes goes to the heap.
const TILE: usize = 2048;

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

/// A tile: class c of pixel i is at `c * pitch + i`.
struct Tile<S> {
    probability: SmallVec<[S; TILE]>,
    target: SmallVec<[S; TILE]>,
    gradient: SmallVec<[S; TILE]>,
    counts: SmallVec<[bool; 256]>,
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
        let tile = (TILE / geometry.classes.max(1)).clamp(LANES, 256) / LANES * LANES;
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

    fn empty_tile(&self) -> Result<Tile<S>> {
        let elements = self.tile * self.geometry.classes;
        let buffer = || {
            let mut buffer = SmallVec::new();
            buffer
                .try_reserve(elements)
                .map_err(|_| Error::new(Status::OutOfMemory, "no memory for a tile of pixels"))?;
            buffer.resize(elements, S::default());
            Ok(buffer)
        };
        Ok(Tile {
            probability: buffer()?,
            target: buffer()?,
            gradient: buffer()?,
            counts: SmallVec::from_elem(true, self.tile),
        })
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
            let mut tile = self.empty_tile()?;
            for piece in pieces {
                let group = piece / self.pieces;
                let mut regions = SmallVec::<[Region; 16]>::new();
                reserve(&mut regions, regions_of_group)?;
                regions.resize(regions_of_group, Region::default());
                level.run::<S, _>(SumWork { pixels: self, piece, tile: &mut tile, regions: &mut regions });
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
            let mut tile = self.empty_tile()?;
            for piece in pieces {
                let work = GradientWork { pixels: self, piece, tile: &mut tile, slopes, part: &mut part };
                level.run::<S, _>(work);
            }
            Ok(())
        };
        shares.map_reduce(call.context, work, |()| ())
    }

    /// Reads a tile, applies the activation and generates targets.
    #[inline(always)]
    fn load<R: Real<Storage = S>>(&self, range: TileRange, tile: &mut Tile<S>) {
        let (count, pitch) = (range.len(), self.tile);
        self.input.read_transposed(range.start, count, &mut tile.probability, pitch);
        self.load_targets::<R>(range.clone(), tile);
        if let Some(mask) = &self.mask {
            for (index, counts) in tile.counts[..count].iter_mut().enumerate() {
                *counts &= mask.element(range.start + index) != 0.0;
            }
        }
        match self.activation {
            Activation::None => {}
            Activation::Sigmoid => {
                for (x, q) in tile.probability.iter_mut().zip(&mut tile.gradient) {
                    let logistic = Logistic::of(R::load(*x));
                    *x = logistic.p.store();
                    // 1 − p, which cannot be had from p without cancellation, waits where the gradient will be.
                    *q = logistic.q.store();
                }
            }
            Activation::Softmax => softmax::<S, R>(&mut tile.probability, self.geometry.classes, pitch),
        }
    }

    #[inline(always)]
    fn load_targets<R: Real<Storage = S>>(&self, range: TileRange, tile: &mut Tile<S>) {
        tile.counts.fill(true);
        if !self.geometry.labels {
            self.target.read_transposed(range.start, range.len(), &mut tile.target, self.tile);
            return;
        }
        tile.target.fill(S::default());
        for (index, pixel) in range.enumerate() {
            let mut label = [None];
            self.target.read_labels(pixel, &mut label);
            if self.ignored.is_some() && label[0] == self.ignored {
                tile.counts[index] = false;
            } else if let Some(class) = label[0].and_then(|label| usize::try_from(label).ok())
                && class < self.geometry.classes
            {
                tile.target[class * self.tile + index] = R::ONE.store();
            }
        }
    }
}

/// The softmax over classes of each pixel of a tile, in place.
#[inline(always)]
fn softmax<S: Scalar, R: Real<Storage = S>>(tile: &mut [S], classes: usize, pitch: usize) {
    let mut max = [S::default(); 256];
    let mut sum = [0.0_f64; 256];
    let (max, sum) = (&mut max[..pitch], &mut sum[..pitch]);
    max.fill((-R::INFINITY).store());
    for row in tile.chunks_exact(pitch).take(classes) {
        for (max, &x) in max.iter_mut().zip(row) {
            *max = if x > *max { x } else { *max };
        }
    }
    for row in tile.chunks_exact_mut(pitch).take(classes) {
        for ((x, sum), &max) in row.iter_mut().zip(sum.iter_mut()).zip(&*max) {
            *x = RowExp::below(R::load(max)).of(R::load(*x)).store();
            *sum += x.to_f64();
        }
    }
    for row in tile.chunks_exact_mut(pitch).take(classes) {
        for (x, &sum) in row.iter_mut().zip(&*sum) {
            *x = (R::load(*x) / R::from_f64(sum)).store();
        }
    }
}

struct SumWork<'w, 'a, S> {
    pixels: &'w Pixels<'a, S>,
    piece: usize,
    tile: &'w mut Tile<S>,
    /// The sums of the piece's group, all zero at first.
    regions: &'w mut [Region],
}

impl<S: Scalar> Work<S> for SumWork<'_, '_, S> {
    type Output = ();

    #[inline(always)]
    fn run<R: Real<Storage = S>>(self) {
        let SumWork { pixels, piece, tile, regions } = self;
        let geometry = &pixels.geometry;
        let range = pixels.pixels_of(piece);
        for start in range.clone().step_by(pixels.tile) {
            let count = pixels.tile.min(range.end - start);
            pixels.load::<R>(start..start + count, tile);
            let counted = tile.counts[..count].iter().filter(|&&counts| counts).count();
            for class in geometry.first_class..geometry.classes {
                let place = class * pixels.tile;
                let p = &tile.probability[place..place + count];
                let t = &tile.target[place..place + count];
                let counts = &tile.counts[..count];
                let squared = pixels.squared;
                let region = Region {
                    intersection: sum_of::<S, R>(p, t, counts, |p, t| p * t),
                    input: sum_of::<S, R>(p, t, counts, |p, _| if squared { p * p } else { p }),
                    target: sum_of::<S, R>(p, t, counts, |_, t| if squared { t * t } else { t }),
                    pixels: counted,
                };
                regions[if geometry.keeps_classes { class - geometry.first_class } else { 0 }].join(&region);
            }
        }
    }
}

/// The sum of a term over the pixels of one class that count.
#[inline(always)]
fn sum_of<S: Scalar, R: Real<Storage = S>>(p: &[S], t: &[S], counts: &[bool], term: impl Fn(R, R) -> R) -> Sum {
    let mut terms = [S::default(); 256];
    let terms = &mut terms[..p.len()];
    for (index, out) in terms.iter_mut().enumerate() {
        *out = R::only_if(counts[index], term(R::load(p[index]), R::load(t[index]))).store();
    }
    let mut lanes = Lanes::<LANES>::default();
    lanes.add::<R>(terms);
    lanes.fold()
}

struct GradientWork<'w, 'a, 'p, S> {
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
            pixels.load::<R>(start..start + count, tile);
            for class in 0..geometry.classes {
                let place = class * pixels.tile;
                let has_region = class >= geometry.first_class;
                let region = if geometry.keeps_classes { class.saturating_sub(geometry.first_class) } else { 0 };
                let slopes = if has_region { slopes[group + region] } else { Slopes::default() };
                let by_intersection = R::from_f64(slopes.by_intersection);
                let by_input = R::from_f64(slopes.by_input);
                for index in place..place + count {
                    let (p, t) = (R::load(tile.probability[index]), R::load(tile.target[index]));
                    let size = if pixels.squared { R::TWO * p } else { R::ONE };
                    let by_probability = by_intersection * t + by_input.weigh(size);
                    let chain = match pixels.activation {
                        Activation::Sigmoid => p * R::load(tile.gradient[index]),
                        Activation::None | Activation::Softmax => R::ONE,
                    };
                    tile.gradient[index] = by_probability.weigh(chain).store();
                }
            }
            if pixels.activation == Activation::Softmax {
                softmax_chain::<S, R>(tile, geometry.classes, pixels.tile);
            }
            for class in 0..geometry.classes {
                let place = class * pixels.tile;
                for index in 0..count {
                    if !tile.counts[index] {
                        tile.gradient[place + index] = S::default();
                    }
                }
            }
            part.write_transposed(start, count, &tile.gradient, pixels.tile);
        }
    }
}

/// From derivatives by probabilities to derivatives by logits: p (g − Σ p g).
#[inline(always)]
fn softmax_chain<S: Scalar, R: Real<Storage = S>>(tile: &mut Tile<S>, classes: usize, pitch: usize) {
    let mut mean = [0.0_f64; 256];
    let mean = &mut mean[..pitch];
    for class in 0..classes {
        let place = class * pitch;
        for (index, mean) in mean.iter_mut().enumerate() {
            // In f64 the product of two f32 is exact.
            *mean += tile.probability[place + index].to_f64() * tile.gradient[place + index].to_f64();
        }
    }
    for class in 0..classes {
        let place = class * pitch;
        for (index, &mean) in mean.iter().enumerate() {
            let (p, g) = (R::load(tile.probability[place + index]), R::load(tile.gradient[place + index]));
            tile.gradient[place + index] = (p * (g - R::from_f64(mean))).store();
        }
    }
}
