//! Losses of regions: 1 − numerator/denominator, both linear in the intersection I = Σ p t and the sizes P and T.
//!
//! Two passes: the first sums I, P and T of each region, the second turns them into derivatives. What a softmax made in
//! the first, the second finds in the gradient's place where it fits there. Dimensions are reordered to kept ones,
//! summed ones, classes; so a region is some consecutive pixels of one class, and pixels are walked in tiles.

mod activation;
mod chain;
mod factors;
mod geometry;
mod passes;
mod pixels;
mod sums;
mod tile;

use std::ops::Range;

use smallvec::SmallVec;

use super::census::Census;
use super::softmax::{Weights, census_of_rows};
use super::target::{refuse_shape, required};
use super::{Call, Family, Names, Operands, computes_in_double};
use crate::context::Context;
use crate::error::{Error, Result, Status};
use crate::math::{Scalar, Sum};
use crate::tensor::Shape;
use factors::RegionFactors;
use geometry::Geometry;
use pixels::Pixels;

/// What turns the input into probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// The input is probabilities already.
    None,
    /// The logistic function of each element.
    Sigmoid,
    /// Softmax over the class axis.
    Softmax,
}

/// 1 − (i·I + a)/(j·I + k·P + l·T + b).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio {
    /// i
    pub intersection: f64,
    /// a
    pub smooth_numerator: f64,
    /// j
    pub below_intersection: f64,
    /// k
    pub below_input: f64,
    /// l
    pub below_target: f64,
    /// b
    pub smooth_denominator: f64,
}

/// The regions whose sums and slopes lie on the stack; those of more go to the heap.
const ON_STACK: usize = 80;

/// A region's sums over the pixels that count.
#[derive(Clone, Copy, Debug, Default)]
pub struct Region {
    intersection: Sum,
    input: Sum,
    target: Sum,
    pixels: usize,
}

impl Region {
    fn join(&mut self, other: &Region) {
        self.intersection = self.intersection.join(other.intersection);
        self.input = self.input.join(other.input);
        self.target = self.target.join(other.target);
        self.pixels += other.pixels;
    }
}

/// A region's loss and its derivatives by I and P.
#[derive(Clone, Copy, Debug, Default)]
struct Slopes {
    value: f64,
    by_intersection: f64,
    by_input: f64,
}

impl Ratio {
    /// 2I/(P + T)
    pub const DICE: Ratio = Ratio::plain(2.0, 0.0, 1.0, 1.0);
    /// I/(P + T − I)
    pub const JACCARD: Ratio = Ratio::plain(1.0, -1.0, 1.0, 1.0);

    /// I/(I + α(P − I) + β(T − I))
    pub const fn tversky(alpha: f64, beta: f64) -> Ratio {
        Ratio::plain(1.0, 1.0 - alpha - beta, alpha, beta)
    }

    const fn plain(intersection: f64, below_intersection: f64, below_input: f64, below_target: f64) -> Ratio {
        Ratio {
            intersection,
            smooth_numerator: 0.0,
            below_intersection,
            below_input,
            below_target,
            smooth_denominator: 0.0,
        }
    }

    /// Where both parts are exactly zero there is nothing to overlap and nothing missed: the ratio counts as 1.
    fn slopes(&self, region: &Region) -> Slopes {
        let (i, p, t) = (region.intersection.value(), region.input.value(), region.target.value());
        let numerator = self.intersection * i + self.smooth_numerator;
        let denominator =
            self.below_intersection * i + self.below_input * p + self.below_target * t + self.smooth_denominator;
        if numerator == 0.0 && denominator == 0.0 {
            return Slopes::default();
        }
        let ratio = numerator / denominator;
        Slopes {
            value: 1.0 - ratio,
            by_intersection: (ratio * self.below_intersection - self.intersection) / denominator,
            by_input: ratio * self.below_input / denominator,
        }
    }
}

/// An overlap loss with its options.
pub struct Overlap {
    /// The formula.
    pub ratio: Ratio,
    /// What turns the input into probabilities.
    pub activation: Activation,
    /// The dimensions summed over; nothing means all but 0 and 1.
    pub axis: Option<Vec<i64>>,
    /// Sums over every dimension (Keras).
    pub over_all: bool,
    /// The dimension of the classes, from the end if negative.
    pub class_axis: i64,
    /// Whether class 0 has regions.
    pub include_background: bool,
    /// P = Σ p² and T = Σ t².
    pub squared: bool,
    /// Sums over dimension 0 as well.
    pub batch: bool,
    /// Weights of the classes' regions; they enter a weighted mean's divisor.
    pub class_weight: Weights,
    /// The label that is left out.
    pub ignore_index: Option<i64>,
    /// Whether a mask is of regions (Keras) instead of pixels.
    pub masks_regions: bool,
}

impl Family for Overlap {
    fn shape(&self, operands: &Operands<'_>) -> Result<Shape> {
        let geometry = Geometry::of(self, operands)?;
        let target = required(operands)?;
        let (expected, because) = if geometry.labels {
            (geometry.pixel_shape, "the shape of input without its class axis, for labels")
        } else {
            (*operands.input.shape(), "the shape of input, for dense targets")
        };
        if target.shape() != &expected {
            return Err(refuse_shape("target", target.shape(), &expected, because));
        }
        if !geometry.labels && self.ignore_index.is_some() {
            let message = "ignore_index needs integer labels; dense targets are left out with mask";
            return Err(Error::new(Status::Unsupported, message));
        }
        self.class_weight.check("class_weight", operands.parameter, geometry.classes)?;
        Ok(geometry.value_shape)
    }

    fn mask_shape(&self, operands: &Operands<'_>, elements: &Shape) -> Shape {
        match Geometry::of(self, operands) {
            Ok(geometry) if !self.masks_regions => geometry.pixel_shape,
            _ => *elements,
        }
    }

    fn census(
        &self,
        context: Option<&Context>,
        operands: &Operands<'_>,
        names: &Names<'_>,
        _elements: usize,
        _weigh: bool,
    ) -> Result<Census> {
        let geometry = Geometry::of(self, operands)?;
        if geometry.labels {
            self.check_labels(context, operands, names, &geometry)?;
        }
        if geometry.pixels == 0 {
            return Ok(Census::default());
        }
        let counted = self.counted_pixels(operands, &geometry)?;
        let weights = self.class_weight.of::<f64>(operands.parameter, geometry.classes)?;
        let factors = RegionFactors::new(self, operands, &geometry, &weights);
        if counted.is_none() && factors.are_alike() {
            // Not walked, for without classes they may be more than memory has room for.
            return Ok(Census::of_all(geometry.outer * geometry.region_classes()));
        }
        let mut census = Census::default();
        for outer in 0..geometry.outer {
            if !counted.as_ref().map_or(geometry.pixels > 0, |counted| counted[outer] > 0) {
                continue;
            }
            for class in 0..geometry.region_classes() {
                let region = outer * geometry.region_classes() + class;
                if factors.counts(region) {
                    census.count += 1;
                    census.weight = census.weight.plus(factors.weight(region, class));
                }
            }
        }
        Ok(census)
    }

    fn has_hessian(&self) -> bool {
        false
    }

    fn evaluate(&self, call: &Call<'_>) -> Result<Sum> {
        if computes_in_double(call.operands.input.dtype()) {
            self.evaluate_in::<f64>(call)
        } else {
            self.evaluate_in::<f32>(call)
        }
    }
}

impl Overlap {
    fn check_labels(
        &self,
        context: Option<&Context>,
        operands: &Operands<'_>,
        names: &Names<'_>,
        geometry: &Geometry,
    ) -> Result<()> {
        // Weights are of regions, not of pixels; they are counted elsewhere.
        let mask = operands.mask.filter(|_| !self.masks_regions);
        let pixels = Operands { sample_weight: None, mask, ..*operands };
        let axis = geometry.class_axis.unwrap_or(0);
        let rows = (axis, geometry.classes, true);
        census_of_rows(context, &pixels, names, rows, self.ignore_index, false, &Weights::Uniform(1.0)).map(|_| ())
    }

    /// For each group of kept dimensions, the number of pixels that count; nothing if all do.
    fn counted_pixels(
        &self,
        operands: &Operands<'_>,
        geometry: &Geometry,
    ) -> Result<Option<SmallVec<[usize; ON_STACK]>>> {
        let mask = operands.mask.filter(|_| !self.masks_regions);
        if mask.is_none() && self.ignore_index.is_none() {
            return Ok(None);
        }
        let mask = mask.map(|mask| geometry.by_pixel(*mask).elements());
        let labels = self.ignore_index.and(operands.target).map(|target| geometry.by_pixel(*target).elements());
        let mut counted = SmallVec::new();
        reserve(&mut counted, geometry.outer)?;
        counted.resize(geometry.outer, 0);
        for (outer, counted) in counted.iter_mut().enumerate() {
            for pixel in outer * geometry.pixels..(outer + 1) * geometry.pixels {
                let masked = mask.as_ref().is_some_and(|mask| mask.element(pixel) == 0.0);
                let ignored = labels.as_ref().is_some_and(|labels| Some(labels.label(pixel)) == self.ignore_index);
                *counted += usize::from(!masked && !ignored);
            }
        }
        Ok(Some(counted))
    }

    fn evaluate_in<S: Scalar>(&self, call: &Call<'_>) -> Result<Sum> {
        let operands = call.operands;
        if operands.input.layout().elements() == 0 {
            // Nothing is missed in regions without elements, of which there may be more than memory has room for.
            if let Some(values) = call.outputs.values {
                values.fill(0.0);
            }
            return Ok(Sum::ZERO);
        }
        let geometry = Geometry::of(self, operands)?;
        let weights = self.class_weight.of::<f64>(operands.parameter, geometry.classes)?;
        let factors = RegionFactors::new(self, operands, &geometry, &weights);
        let pixels = Pixels::<S>::new(self, operands, &geometry)?;
        let classes = geometry.region_classes();
        let values = call.outputs.values.map(|output| {
            let tensor = geometry.by_region_mut(*output.tensor);
            tensor.split_elements((geometry.outer * classes).max(1), output.accumulate)
        });
        let mut values = values.as_ref().and_then(|values| values.part(0));
        let mut sum = Sum::ZERO;
        for groups in geometry.batches() {
            let mut slopes: SmallVec<[Slopes; ON_STACK]> = SmallVec::new();
            reserve(&mut slopes, groups.len() * classes)?;
            let first = groups.start * classes;
            for (index, region) in pixels.sum_regions(call, groups.clone())?.iter().enumerate() {
                let mut slope = Slopes::default();
                if region.pixels > 0 && factors.counts(first + index) {
                    slope = self.ratio.slopes(region);
                    let weight = factors.weight(first + index, index % classes);
                    sum = sum.plus(slope.value * weight);
                    slope.value *= weight * call.scale.values;
                    let factor = weight * factors.upstream(first + index) * call.scale.derivatives;
                    slope.by_intersection *= factor;
                    slope.by_input *= factor;
                }
                if let Some(values) = &mut values {
                    values.write(first + index, &[slope.value]);
                }
                slopes.push(slope);
            }
            if let Some(gradient) = call.outputs.gradient {
                pixels.write_gradient(call, gradient, groups, &slopes)?;
            }
        }
        Ok(sum)
    }
}

/// Makes room, or says that there is none: regions can be as many as elements.
fn reserve<A: smallvec::Array>(list: &mut SmallVec<A>, more: usize) -> Result<()> {
    list.try_reserve(more).map_err(|_| Error::new(Status::OutOfMemory, "no memory for the sums of regions"))
}

/// The pixels of one tile.
type TileRange = Range<usize>;
