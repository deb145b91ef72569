//! A loss together with operands, to be run in different ways whose results are compared.

use losskit::tensor::Dtype;
use losskit::{Context, Loss};

use super::call::{differentiated, value_shape};
use super::cases::{self, Case};
use super::{Arrangement, Array, Given, Random, evaluate, same_bits};

/// What a call gives back.
pub struct Results {
    pub value: Array,
    /// Of every operand that has one.
    pub gradients: Vec<Array>,
    pub hessian: Option<Array>,
}

/// A loss with operands large enough that work is divided.
pub struct Scene {
    pub loss: Loss,
    pub given: Vec<Given>,
}

impl Scene {
    pub fn new(case: &Case, more: &str, shape: &[usize], dtype: Dtype, weighed: bool) -> Scene {
        let mut given = case.given(shape, dtype, 5);
        if weighed {
            given.extend(case.weights(&given, dtype, 6));
        }
        let loss = if weighed { case.loss(&format!("{}, {more}", Case::WEIGHED)) } else { case.loss(more) };
        if weighed {
            let shape = value_shape(&loss, &given).expect("operands that fit");
            let numbers = Random::new(8).numbers(shape.iter().product(), -1.0, 1.0);
            given.push(Given::new("grad_output", Array::new(dtype, &shape, &numbers)));
        }
        for place in differentiated(&loss, &given) {
            given[place] = given[place].clone().with_gradient(dtype);
        }
        if loss.operands()[0].has_hessian {
            given[0] = given[0].clone().with_hessian(dtype);
        }
        Scene { loss, given }
    }

    pub fn run(&self, context: Option<&Context>) -> Results {
        Self::run_with(&self.loss, self.given.clone(), context, Arrangement::Contiguous)
    }

    pub fn run_with(
        loss: &Loss,
        mut given: Vec<Given>,
        context: Option<&Context>,
        arrangement: Arrangement,
    ) -> Results {
        let shape = value_shape(loss, &given).expect("operands that fit");
        let mut value = Array::filled(given[0].array.dtype(), &shape, arrangement, f64::NAN);
        evaluate(loss, context, &mut given, Some(&mut value)).unwrap_or_else(|error| panic!("{loss}: {error}"));
        let hessian = given[0].hessian.clone();
        let places = differentiated(loss, &given).into_iter();
        let gradients = places.map(|place| given[place].gradient.clone().unwrap_or(given[place].array.clone()));
        Results { value, gradients: gradients.collect(), hessian }
    }
}

pub fn same_results(loss: &Loss, how: &str, found: &Results, expected: &Results) {
    same_bits(&format!("{loss}, {how}: value"), &found.value, &expected.value);
    assert_eq!(found.gradients.len(), expected.gradients.len());
    for (index, (found, expected)) in found.gradients.iter().zip(&expected.gradients).enumerate() {
        same_bits(&format!("{loss}, {how}: gradient {index}"), found, expected);
    }
    assert_eq!(found.hessian.is_some(), expected.hessian.is_some());
    if let (Some(found), Some(expected)) = (&found.hessian, &expected.hessian) {
        same_bits(&format!("{loss}, {how}: hessian"), found, expected);
    }
}

/// One scene of every loss at sizes that are divided: few and many classes for rows, and images. `narrow` shapes are
/// for tests of something other than the division of work.
pub fn each_scene(wide: bool, mut visit: impl FnMut(&Scene)) {
    let mut seen = Vec::new();
    for case in cases::all().filter(|case| !case.arguments.contains('[')) {
        let with_bias = case.arguments.contains("bias=@bias");
        let key = (case.loss, case.shape.len(), case.classes, case.target == cases::Target::Labels, with_bias);
        if seen.contains(&key) {
            continue;
        }
        seen.push(key);
        let mut shapes = vec![match (case.shape.len(), wide) {
            (2, true) => vec![27_001, 5],
            (2, false) => vec![203, 21],
            (3, true) => vec![9, 5, 3_001],
            (3, false) => vec![9, 5, 103],
            (_, true) => vec![3, 4, 125, 91],
            (_, false) => vec![3, 4, 11, 37],
        }];
        let has_classes =
            (case.has_parameter("axis") || case.has_parameter("weight")) && case.shape.len() == 2 && case.classes == 1;
        if has_classes {
            shapes.push(if wide { vec![43, 3_203] } else { vec![13, 309] });
        }
        for (index, shape) in shapes.iter().enumerate() {
            let weighed = index == 0 && !wide || case.target == cases::Target::Labels;
            let more = if weighed { "reduction=none" } else { "reduction=mean" };
            visit(&Scene::new(&case, more, shape, Dtype::F32, weighed));
        }
        if !wide {
            visit(&Scene::new(&case, "reduction=sum", &shapes[0], Dtype::F64, true));
        }
    }
}
