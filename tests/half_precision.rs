//! f16 and bf16: the f32 computation on the same numbers, rounded once.

mod support;

use half::{bf16, f16};
use losskit::Loss;
use losskit::tensor::{Dtype, Element, Tensor, TensorMut};
use ndarray::{Array2, s};

use support::call::{differentiated, value_of};
use support::cases::{self, Case};
use support::{Array, Given, evaluate, same_bits};

const HALVES: [Dtype; 2] = [Dtype::F16, Dtype::Bf16];

/// The operands in one type: those that were of floating point.
fn cast(given: &[Given], dtype: Dtype) -> Vec<Given> {
    let cast = |given: &Given| {
        let array = if given.array.dtype().is_float() { given.array.cast(dtype) } else { given.array.clone() };
        Given::new(&given.name, array)
    };
    given.iter().map(cast).collect()
}

struct Results {
    value: Array,
    gradients: Vec<Array>,
    hessian: Option<Array>,
}

/// Calls with outputs of one type.
fn run(loss: &Loss, mut given: Vec<Given>, outputs: Dtype) -> Results {
    let places = differentiated(loss, &given);
    for &place in &places {
        given[place] = given[place].clone().with_gradient(outputs);
    }
    if loss.operands()[0].has_hessian {
        given[0] = given[0].clone().with_hessian(outputs);
    }
    let value = value_of(loss, None, &mut given, outputs).unwrap_or_else(|error| panic!("{loss}: {error}"));
    let gradients = places.iter().map(|&place| given[place].gradient.clone().expect("asked for")).collect();
    Results { value, gradients, hessian: given.swap_remove(0).hessian }
}

fn same(loss: &Loss, how: &str, found: &Results, expected: &Results, outputs: Dtype) {
    same_bits(&format!("{loss}, {how}: value"), &found.value, &expected.value.cast(outputs));
    assert_eq!(found.gradients.len(), expected.gradients.len());
    for (index, (found, expected)) in found.gradients.iter().zip(&expected.gradients).enumerate() {
        same_bits(&format!("{loss}, {how}: gradient {index}"), found, &expected.cast(outputs));
    }
    if let (Some(found), Some(expected)) = (&found.hessian, &expected.hessian) {
        same_bits(&format!("{loss}, {how}: hessian"), found, &expected.cast(outputs));
    }
}

fn each_call(mut visit: impl FnMut(&Loss, Vec<Given>)) {
    for case in cases::all() {
        for weighed in [false, true] {
            let mut given = case.given(case.shape, Dtype::F32, 21);
            if weighed {
                given.extend(case.weights(&given, Dtype::F32, 22));
            }
            let binding = if weighed { Case::WEIGHED } else { "" };
            let separator = if weighed { ", " } else { "" };
            let loss = case.loss(&format!("{binding}{separator}reduction={}", if weighed { "none" } else { "mean" }));
            visit(&loss, given);
        }
    }
}

#[test]
fn every_loss_computes_in_f32_and_rounds_once() {
    each_call(|loss, given| {
        for half in HALVES {
            let narrow = cast(&given, half);
            let wide = cast(&narrow, Dtype::F32);
            // Outputs of f64 hold what the f32 computation found, before it is rounded to any narrower type.
            let expected = run(loss, wide, Dtype::F64);
            same(loss, &format!("{half} in and out"), &run(loss, narrow.clone(), half), &expected, half);
            same(loss, &format!("{half} in, f32 out"), &run(loss, narrow, Dtype::F32), &expected, Dtype::F32);
        }
    });
}

#[test]
fn operands_of_several_types_go_together() {
    each_call(|loss, given| {
        let narrow = cast(&given, Dtype::F16);
        let expected = run(loss, cast(&narrow, Dtype::F32), Dtype::F64);
        let mut mixed = narrow;
        for given in &mut mixed[1..] {
            // What a target is compared with is of its own type; weights may be of any.
            if given.name == "target" && given.array.dtype().is_float() {
                given.array = given.array.cast(Dtype::F32);
            } else if given.name == "sample_weight" {
                given.array = given.array.cast(Dtype::F64);
            }
        }
        same(loss, "mixed", &run(loss, mixed, Dtype::F16), &expected, Dtype::F16);
    });
}

#[test]
fn accumulation_rounds_once() {
    each_call(|loss, given| {
        for half in HALVES {
            let narrow = cast(&given, half);
            let exact = run(loss, cast(&narrow, Dtype::F32), Dtype::F64).gradients;
            for (place, exact) in differentiated(loss, &narrow).into_iter().zip(exact) {
                let start = 0.337;
                let mut given = narrow.clone();
                let before = Array::new(half, exact.shape(), &vec![start; exact.count()]);
                given[place].gradient = Some(before.clone());
                given[place].accumulate = true;
                evaluate(loss, None, &mut given, None).unwrap_or_else(|error| panic!("{loss}: {error}"));
                let sums: Vec<f64> = exact.numbers().iter().zip(before.numbers()).map(|(new, old)| old + new).collect();
                let expected = Array::new(half, exact.shape(), &sums);
                let found = given[place].gradient.as_ref().expect("there");
                same_bits(&format!("{loss}, {} accumulated in {half}", given[place].name), found, &expected);
            }
        }
    });
}

#[test]
fn in_place_is_as_out_of_place() {
    each_call(|loss, given| {
        for half in HALVES {
            let mut given = cast(&given, half);
            let expected = run(loss, given.clone(), half).gradients;
            let places = differentiated(loss, &given);
            places.iter().for_each(|&place| given[place].in_place = true);
            evaluate(loss, None, &mut given, None).unwrap_or_else(|error| panic!("{loss}: {error}"));
            for (&place, expected) in places.iter().zip(&expected) {
                let what = format!("{loss}, {} in {half} in place", given[place].name);
                same_bits(&what, &given[place].array, expected);
            }
        }
    });
}

/// The gradient 2(x − t) of every number there is, subnormals, infinities and NaN included.
#[test]
fn every_number_is_read_and_written_exactly() {
    let loss = Loss::parse("mse(reduction=sum)").expect("a loss");
    let patterns = 0..=u16::MAX;
    for half in HALVES {
        let widen =
            |bits: u16| if half == Dtype::F16 { f16::from_bits(bits).to_f32() } else { bf16::from_bits(bits).to_f32() };
        let narrow = |number: f32| {
            if half == Dtype::F16 { f16::from_f32(number).to_f64() } else { bf16::from_f32(number).to_f64() }
        };
        let numbers: Vec<f64> = patterns.clone().map(|bits| f64::from(widen(bits))).collect();
        let input = Array::new(half, &[numbers.len()], &numbers);
        let target = Array::new(half, &[numbers.len()], &vec![0.75; numbers.len()]);
        let mut given = [Given::new("input", input).with_gradient(half), Given::new("target", target)];
        evaluate(&loss, None, &mut given, None).expect("a gradient");
        let gradient = given[0].gradient.as_ref().expect("asked for");
        for bits in patterns.clone() {
            let expected = narrow(2.0 * (widen(bits) - 0.75));
            let found = gradient.get(usize::from(bits));
            let same = found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan();
            assert!(same, "{half} {bits:#06x}: {found:e} instead of {expected:e}");
        }
    }
}

/// Value and gradient of elementwise losses that lie in memory just so, of as many elements as vectors hold and of others.
fn check_lengths<T: Element + PartialEq + std::fmt::Debug>(narrow: fn(f32) -> T, widen: fn(T) -> f32) {
    for text in ["mse", "huber(delta=0.5)", "hinge(labels=binary)", "bce", "focal", "l2"] {
        let loss = Loss::parse(text).unwrap();
        for count in [0, 1, 2, 15, 16, 17, 31, 63, 64, 65, 79, 80, 127, 128, 129, 300] {
            let input: Vec<T> = (0..count).map(|index| narrow((index * 37 % 101) as f32 / 20.0 - 2.5)).collect();
            let target: Vec<T> = (0..count).map(|index| narrow((index * 7 % 3 % 2) as f32)).collect();
            let wide = |numbers: &[T]| numbers.iter().map(|&number| widen(number)).collect::<Vec<f32>>();
            let (wide_input, wide_target) = (wide(&input), wide(&target));
            let (mut found, mut expected) = (vec![narrow(7.0); count], vec![0.0_f32; count]);
            let shape = [count];
            let has_target = text != "l2";
            let wide_target = Tensor::from_slice(&wide_target, &shape).filter(|_| has_target);
            let output = TensorMut::from_slice(&mut expected, &shape).unwrap();
            let input_tensor = Tensor::from_slice(&wide_input, &shape).unwrap();
            let value = loss.eval_pair(None, &input_tensor, wide_target.as_ref(), Some(&output)).unwrap();
            let target = Tensor::from_slice(&target, &shape).filter(|_| has_target);
            let output = TensorMut::from_slice(&mut found, &shape).unwrap();
            let input = Tensor::from_slice(&input, &shape).unwrap();
            for gradient in [None, Some(&output)] {
                let answer = loss.eval_pair(None, &input, target.as_ref(), gradient);
                let answer = answer.unwrap_or_else(|error| panic!("{text} of {count} {}s: {error}", T::DTYPE));
                assert_eq!(answer.to_bits(), value.to_bits(), "{text} of {count} {}s", T::DTYPE);
            }
            let expected: Vec<T> = expected.iter().map(|&slope| narrow(slope)).collect();
            assert_eq!(found, expected, "{text} of {count} {}s", T::DTYPE);
        }
    }
}

#[test]
fn elements_of_any_number_that_lie_in_memory_just_so() {
    check_lengths::<bf16>(bf16::from_f32, bf16::to_f32);
    check_lengths::<f16>(f16::from_f32, f16::to_f32);
}

/// The bytes between rows are nobody's: neither what waits nor the gradient may touch them.
#[test]
fn rows_with_gaps_are_those_without_and_leave_what_lies_between() {
    let loss = Loss::parse("cross_entropy").unwrap();
    for classes in [65, 4096, 4097, 5003] {
        const ROWS: usize = 5;
        let input = Array2::from_shape_fn((ROWS, classes), |(row, class)| {
            bf16::from_f32(((row * 59 + class * 37) % 101) as f32 / 10.0 - 5.0)
        });
        let labels: Vec<i64> = (0..ROWS).map(|row| (row * 613 % classes) as i64).collect();
        let target = Tensor::from_slice(&labels, &[ROWS]);
        let tensor = Tensor::from_array(&input.view()).unwrap();
        let mut expected = Array2::from_elem((ROWS, classes), bf16::ZERO);
        let mut view = expected.view_mut();
        let output = TensorMut::from_array(&mut view);
        let value = loss.eval_pair(None, &tensor, target.as_ref(), output.as_ref()).unwrap();
        for gap in [1, 2, 3] {
            let mark = bf16::from_f32(77.0);
            let mut wide = Array2::from_elem((ROWS, classes + gap), mark);
            let mut gradient = wide.slice_mut(s![.., ..classes]);
            let output = TensorMut::from_array(&mut gradient);
            let found = loss.eval_pair(None, &tensor, target.as_ref(), output.as_ref()).unwrap();
            assert_eq!(found.to_bits(), value.to_bits(), "{classes} classes");
            assert_eq!(wide.slice(s![.., ..classes]), expected, "{classes} classes, {gap} between rows");
            assert!(wide.slice(s![.., classes..]).iter().all(|&beside| beside == mark), "{classes} classes");
        }
    }
}
