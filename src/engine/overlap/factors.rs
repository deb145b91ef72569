//! What regions have besides their pixels.

use super::Overlap;
use super::geometry::Geometry;
use crate::engine::Operands;
use crate::engine::softmax::PerClass;
use crate::tensor::{Tensor, View};

/// Weight, mask and upstream gradient of regions.
pub struct RegionFactors<'a> {
    sample_weight: Option<View<'a>>,
    mask: Option<View<'a>>,
    grad_output: Option<View<'a>>,
    class_weights: &'a PerClass<f64>,
    first_class: usize,
    /// Whether regions have a class of their own.
    by_class: bool,
}

impl<'a> RegionFactors<'a> {
    /// Of a call whose geometry is known.
    pub fn new(loss: &Overlap, operands: &Operands<'a>, geometry: &Geometry, class_weights: &'a PerClass<f64>) -> Self {
        let view = |tensor: Option<&Tensor<'a>>| tensor.map(|tensor| geometry.by_region(*tensor).elements());
        RegionFactors {
            sample_weight: view(operands.sample_weight),
            mask: view(operands.mask.filter(|_| loss.masks_regions)),
            grad_output: view(operands.grad_output),
            class_weights,
            first_class: geometry.first_class,
            by_class: geometry.keeps_classes,
        }
    }

    /// Whether every region counts once.
    pub fn are_alike(&self) -> bool {
        let uniform = !self.by_class || self.class_weights.is_one();
        uniform && self.mask.is_none() && self.sample_weight.is_none()
    }

    /// Whether a region is not masked.
    pub fn counts(&self, region: usize) -> bool {
        self.mask.as_ref().is_none_or(|mask| mask.element(region) != 0.0)
    }

    /// The weight of a region of a class.
    pub fn weight(&self, region: usize, class: usize) -> f64 {
        let class_weight = if self.by_class { self.class_weights.weight(self.first_class + class) } else { 1.0 };
        class_weight * self.sample_weight.as_ref().map_or(1.0, |weight| weight.element(region))
    }

    /// The upstream gradient of a region.
    pub fn upstream(&self, region: usize) -> f64 {
        self.grad_output.as_ref().map_or(1.0, |output| output.element(region))
    }
}
