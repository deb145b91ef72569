//! Weights of classes: one for all, a list, or an operand.

use std::ops::Range;

use smallvec::SmallVec;

use super::tile::FEW_CLASSES;
use crate::engine::target::refuse_shape;
use crate::error::{Error, Result, Status};
use crate::math::Scalar;
use crate::tensor::{Shape, Tensor};

/// Weights of the classes.
#[derive(Clone, Debug, PartialEq)]
pub enum Weights {
    /// All the same.
    Uniform(f64),
    /// One for each class.
    List(Vec<f64>),
    /// One for each class, from the call's parameter operand.
    Operand,
}

impl Weights {
    /// The weights of `classes` classes.
    pub fn of<S: Scalar>(&self, operand: Option<&Tensor<'_>>, classes: usize) -> Result<PerClass<S>> {
        let mut weights = PerClass::one();
        weights.multiply(self, operand, classes)?;
        Ok(weights)
    }

    /// Refuses weights that are not one for each class.
    pub fn check(&self, name: &str, operand: Option<&Tensor<'_>>, classes: usize) -> Result<()> {
        let found = match (self, operand) {
            (Weights::List(numbers), _) => Shape::new(&[numbers.len()]).expect("one dimension"),
            (Weights::Operand, Some(operand)) => *operand.shape(),
            _ => return Ok(()),
        };
        let expected = Shape::new(&[classes]).expect("one dimension");
        if found == expected {
            Ok(())
        } else {
            Err(refuse_shape(name, &found, &expected, "one number for each class of input"))
        }
    }
}

/// The weights of the classes of one call: one number for all, or a list.
#[derive(Clone, Debug)]
pub struct PerClass<S> {
    uniform: S,
    list: SmallVec<[S; FEW_CLASSES]>,
}

impl<S: Scalar> PerClass<S> {
    /// 1 for every class.
    pub fn one() -> PerClass<S> {
        PerClass { uniform: S::from_f64(1.0), list: SmallVec::new() }
    }

    /// The weight of a class.
    #[inline(always)]
    pub fn weight(&self, class: usize) -> S {
        if self.list.is_empty() { self.uniform } else { self.list[class] }
    }

    /// The weights of some classes, unless all have the same.
    #[inline(always)]
    pub(super) fn block(&self, classes: Range<usize>) -> Option<&[S]> {
        if self.list.is_empty() { None } else { Some(&self.list[classes]) }
    }

    /// Whether every class weighs 1.
    pub fn is_one(&self) -> bool {
        self.list.is_empty() && self.uniform.to_f64() == 1.0
    }

    /// Multiplies the weights by others, in their place: a list is slow to move.
    pub fn multiply(&mut self, others: &Weights, operand: Option<&Tensor<'_>>, classes: usize) -> Result<()> {
        let product = |own: S, other: S| S::from_f64(own.to_f64() * other.to_f64());
        let refused = |_| Error::new(Status::OutOfMemory, "no memory for class weights");
        if let Weights::Uniform(number) = others {
            let number = S::from_f64(*number);
            self.uniform = product(self.uniform, number);
            self.list.iter_mut().for_each(|weight| *weight = product(*weight, number));
            return Ok(());
        }
        let mut list = SmallVec::<[S; FEW_CLASSES]>::new();
        list.try_reserve(classes).map_err(refused)?;
        match (others, operand) {
            (Weights::List(numbers), _) => list.extend(numbers.iter().map(|&number| S::from_f64(number))),
            (Weights::Operand, Some(operand)) => {
                list.resize(classes, S::default());
                operand.elements().read(0, &mut list);
            }
            _ => return Ok(()),
        }
        if self.list.is_empty() {
            self.list.try_reserve(list.len()).map_err(refused)?;
            self.list.resize(list.len(), self.uniform);
        }
        for (weight, &other) in self.list.iter_mut().zip(&list) {
            *weight = product(*weight, other);
        }
        Ok(())
    }
}
