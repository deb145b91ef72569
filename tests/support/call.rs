//! One call of a loss together with the memory of its operands and results.

use losskit::error::Result;
use losskit::tensor::Dtype;
use losskit::{Context, Loss, Operand};

use super::{Arrangement, Array, Random};

/// An operand and where its derivatives go.
#[derive(Clone)]
pub struct Given {
    pub name: String,
    pub array: Array,
    pub gradient: Option<Array>,
    pub hessian: Option<Array>,
    pub accumulate: bool,
    /// Writes the gradient over the operand itself.
    pub in_place: bool,
}

impl Given {
    pub fn new(name: &str, array: Array) -> Given {
        Given { name: name.into(), array, gradient: None, hessian: None, accumulate: false, in_place: false }
    }

    /// The same operand, with its gradient wanted in the given type.
    pub fn with_gradient(mut self, dtype: Dtype) -> Given {
        self.gradient = Some(Array::filled(dtype, self.array.shape(), Arrangement::Contiguous, f64::NAN));
        self
    }

    /// The same operand, with the diagonal of its Hessian wanted in the given type.
    pub fn with_hessian(mut self, dtype: Dtype) -> Given {
        self.hessian = Some(Array::filled(dtype, self.array.shape(), Arrangement::Contiguous, f64::NAN));
        self
    }

    /// The same operand and outputs in another layout.
    pub fn arranged(&self, arrangement: Arrangement) -> Given {
        Given {
            array: self.array.arranged(arrangement),
            gradient: self.gradient.as_ref().map(|array| array.arranged(arrangement)),
            hessian: self.hessian.as_ref().map(|array| array.arranged(arrangement)),
            ..self.clone()
        }
    }

    fn operand(&mut self) -> Operand<'_> {
        let Given { name, array, gradient, hessian, accumulate, in_place } = self;
        let hessian = hessian.as_mut().map(Array::output);
        let (tensor, gradient) = if *in_place {
            let (tensor, gradient) = array.in_place();
            (tensor, Some(gradient))
        } else {
            (array.tensor(), gradient.as_mut().map(Array::output))
        };
        Operand { gradient, hessian, accumulate: *accumulate, ..Operand::new(name, tensor) }
    }
}

/// Calls the loss.
pub fn evaluate(loss: &Loss, context: Option<&Context>, given: &mut [Given], value: Option<&mut Array>) -> Result<()> {
    let operands: Vec<Operand<'_>> = given.iter_mut().map(Given::operand).collect();
    loss.eval(context, &operands, value.map(Array::output))
}

/// The shape of the value of this call.
pub fn value_shape(loss: &Loss, given: &[Given]) -> Result<Vec<usize>> {
    let operands: Vec<Operand<'_>> =
        given.iter().map(|given| Operand::new(&given.name, given.array.tensor())).collect();
    loss.value_shape(&operands).map(|shape| shape.extents().to_vec())
}

/// Calls the loss and gives back its value as the given type.
pub fn value_of(loss: &Loss, context: Option<&Context>, given: &mut [Given], dtype: Dtype) -> Result<Array> {
    let shape = value_shape(loss, given)?;
    let mut value = Array::filled(dtype, &shape, Arrangement::Contiguous, f64::NAN);
    evaluate(loss, context, given, Some(&mut value))?;
    Ok(value)
}

/// Value as f64 and gradient by the first operand in its own type.
pub fn run(loss: &Loss, given: &[Given]) -> (Vec<f64>, Vec<f64>) {
    let mut given = given.to_vec();
    given[0] = given[0].clone().with_gradient(given[0].array.dtype());
    let value = value_of(loss, None, &mut given, Dtype::F64).unwrap_or_else(|error| panic!("{loss}: {error}"));
    (value.numbers(), given[0].gradient.as_ref().expect("asked for").numbers())
}

/// The positions of the operands whose gradients a loss offers.
pub fn differentiated(loss: &Loss, given: &[Given]) -> Vec<usize> {
    let offered = |given: &Given| loss.operands().iter().any(|info| info.name == given.name && info.has_gradient);
    (0..given.len()).filter(|&position| offered(&given[position])).collect()
}

/// Refuses arrays that differ in a bit, whatever their layouts; all NaN are alike.
pub fn same_bits(what: &str, found: &Array, expected: &Array) {
    assert_eq!(found.shape(), expected.shape(), "{what}: shapes");
    if found.is_copy_of(expected) {
        return;
    }
    for index in 0..expected.count() {
        let (found, expected) = (found.get(index), expected.get(index));
        let same = found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan();
        assert!(same, "{what}[{index}]: {found:e} instead of {expected:e}");
    }
}

pub fn parse(text: &str) -> Loss {
    Loss::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

pub fn pair(input: Array, target: Array) -> Vec<Given> {
    vec![Given::new("input", input), Given::new("target", target)]
}

pub fn logits(seed: u64, shape: &[usize]) -> Array {
    Array::new(Dtype::F32, shape, &Random::new(seed).numbers(shape.iter().product(), -4.0, 4.0))
}

pub fn labels(seed: u64, rows: usize, classes: usize) -> Array {
    let mut random = Random::new(seed);
    Array::new(Dtype::I64, &[rows], &(0..rows).map(|_| random.below(classes) as f64).collect::<Vec<f64>>())
}
