//! Derivatives against differences, in f64: of every loss, with every parameter, under every reduction.
//!
//! Inputs are drawn at random, so none lies within the step of a kink.

mod support;

use losskit::Loss;
use losskit::tensor::Dtype;

use support::call::{differentiated, value_of};
use support::cases::{self, Case};
use support::{Array, Given, Random, evaluate, same_bits};

const STEP: f64 = 1e-5;
const TOLERANCE: f64 = 1e-6;

/// Σ grad_output · value, with the operand at `position` as it stands.
fn objective(loss: &Loss, given: &[Given]) -> f64 {
    let mut bare: Vec<Given> = given.iter().map(|given| Given::new(&given.name, given.array.clone())).collect();
    let value = value_of(loss, None, &mut bare, Dtype::F64).unwrap_or_else(|error| panic!("{loss}: {error}"));
    match given.iter().find(|given| given.name == "grad_output") {
        Some(upstream) => value.numbers().iter().zip(upstream.array.numbers()).map(|(v, g)| v * g).sum(),
        None => value.numbers().iter().sum(),
    }
}

fn difference(given: &mut [Given], position: usize, index: usize, mut of: impl FnMut(&mut [Given]) -> f64) -> f64 {
    let number = given[position].array.get(index);
    let mut at = |number| {
        given[position].array.set(index, number);
        of(given)
    };
    let slope = (at(number + STEP) - at(number - STEP)) / ((number + STEP) - (number - STEP));
    at(number);
    slope
}

fn largest(numbers: &[f64]) -> f64 {
    numbers.iter().fold(0.0, |most, number| most.max(number.abs()))
}

/// Compares the derivatives by one operand with differences; its buffers begin with what they are to be added to, if
/// anything.
fn check(what: &str, loss: &Loss, mut given: Vec<Given>, position: usize, accumulate: bool) {
    let info = loss.operands().iter().find(|info| info.name == given[position].name).expect("an operand of the loss");
    let start = if accumulate { 0.5 } else { f64::NAN };
    let shape = given[position].array.shape().to_vec();
    let buffer = || Array::new(Dtype::F64, &shape, &vec![start; shape.iter().product()]);
    given[position].gradient = Some(buffer());
    given[position].hessian = info.has_hessian.then(buffer);
    given[position].accumulate = accumulate;
    evaluate(loss, None, &mut given, None).unwrap_or_else(|error| panic!("{what}: {error}"));
    let added = if accumulate { start } else { 0.0 };
    let written = |array: &Array| array.numbers().iter().map(|number| number - added).collect::<Vec<f64>>();
    let gradient = written(given[position].gradient.as_ref().expect("asked for"));
    let hessian = given[position].hessian.as_ref().map(written);

    given[position] = Given::new(&given[position].name, given[position].array.clone());
    let scale = largest(&gradient).max(objective(loss, &given).abs());
    for (index, found) in gradient.iter().enumerate() {
        let expected = difference(&mut given, position, index, |given| objective(loss, given));
        let close = (found - expected).abs() <= TOLERANCE * scale;
        assert!(close, "{what}: gradient[{index}] is {found:e}, differences say {expected:e}");
    }
    let Some(hessian) = hessian else { return };
    let scale = largest(&hessian).max(largest(&gradient));
    for (index, found) in hessian.iter().enumerate() {
        let expected = difference(&mut given, position, index, |given| {
            given[position] = given[position].clone().with_gradient(Dtype::F64);
            evaluate(loss, None, given, None).unwrap_or_else(|error| panic!("{what}: {error}"));
            given[position].gradient.as_ref().expect("asked for").get(index)
        });
        let close = (found - expected).abs() <= TOLERANCE * scale;
        assert!(close, "{what}: hessian[{index}] is {found:e}, differences say {expected:e}");
    }
}

/// Compares the derivatives by every operand that the loss offers them of.
fn check_all(what: &str, loss: &Loss, given: &[Given], accumulate: bool) {
    for position in differentiated(loss, given) {
        check(&format!("{what} by {}", given[position].name), loss, given.to_vec(), position, accumulate);
    }
}

fn upstream(loss: &Loss, given: &[Given]) -> Given {
    let shape = support::call::value_shape(loss, given).expect("operands that fit");
    let numbers = Random::new(7).numbers(shape.iter().product(), 0.5, 1.5);
    Given::new("grad_output", Array::new(Dtype::F64, &shape, &numbers))
}

fn seed(case: &Case) -> u64 {
    case.spec("").bytes().fold(1, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)))
}

fn each_case(mut visit: impl FnMut(&Case, Vec<Given>)) {
    cases::all().for_each(|case| visit(&case, case.given(case.shape, Dtype::F64, seed(&case))));
}

#[test]
fn the_table_forgets_nothing() {
    let forgotten = cases::forgotten();
    assert!(forgotten.is_empty(), "tests/support/cases.rs has no case for {}", forgotten.join(", "));
}

#[test]
fn under_every_reduction() {
    each_case(|case, given| {
        for reduction in case.reductions() {
            let loss = case.loss(&format!("reduction={reduction}"));
            check_all(&loss.to_string(), &loss, &given, false);
        }
    });
}

#[test]
fn with_weights_masks_upstream_gradients_and_accumulation() {
    each_case(|case, mut given| {
        given.extend(case.weights(&given, Dtype::F64, 3));
        for reduction in case.reductions() {
            let loss = case.loss(&format!("{}, reduction={reduction}", Case::WEIGHED));
            let mut given = given.clone();
            given.push(upstream(&loss, &given));
            check_all(&format!("{loss} with everything"), &loss, &given, true);
        }
    });
}

#[test]
fn with_denominators() {
    each_case(|case, given| {
        if !case.has_parameter("denominator") {
            return;
        }
        let number = case.loss("reduction=mean, denominator=3.5");
        check_all(&number.to_string(), &number, &given, false);
        let operand = case.loss("reduction=weighted_mean, denominator=@denominator");
        let mut with = given.clone();
        with.push(Given::new("denominator", Array::new(Dtype::F64, &[], &[3.5])));
        check_all(&operand.to_string(), &operand, &with, false);
        let mut bare = given;
        let found = value_of(&operand, None, &mut with, Dtype::F64).expect("a value");
        same_bits(&operand.to_string(), &found, &value_of(&number, None, &mut bare, Dtype::F64).expect("a value"));
    });
}

#[test]
fn hessians_are_scaled_and_floored() {
    each_case(|case, mut given| {
        let info = case.loss("").operands()[0].clone();
        assert_eq!(info.has_hessian, case.loss("").operands().iter().any(|operand| operand.has_hessian));
        if !case.has_parameter("hessian_scale") {
            return;
        }
        let mut hessian = |more: &str| {
            let loss = case.loss(&format!("reduction=none{more}"));
            given[0] = Given::new("input", given[0].array.clone()).with_hessian(Dtype::F64);
            evaluate(&loss, None, &mut given, None).unwrap_or_else(|error| panic!("{loss}: {error}"));
            given[0].hessian.as_ref().expect("asked for").numbers()
        };
        let plain = hessian("");
        let scaled = hessian(", hessian_scale=2");
        let expected: Vec<f64> = plain.iter().map(|number| 2.0 * number).collect();
        assert_eq!(scaled, expected, "{}", case.spec("hessian_scale=2"));
        if case.arguments.is_empty() {
            // Without weights of classes, the floor is visible as it is.
            let floored = hessian(", hessian_min=0.125");
            for (index, (floored, plain)) in floored.iter().zip(&plain).enumerate() {
                assert_eq!(*floored, plain.max(0.125), "{}[{index}]", case.spec("hessian_min=0.125"));
            }
        }
    });
}

#[test]
fn the_bound_of_cross_entropy_is_twice_its_hessian() {
    each_case(|case, mut given| {
        if case.loss != "cross_entropy" || case.arguments.contains("from=") {
            return;
        }
        let mut hessian = |more: &str| {
            given[0] = Given::new("input", given[0].array.clone()).with_hessian(Dtype::F64);
            evaluate(&case.loss(more), None, &mut given, None).expect("a Hessian");
            given[0].hessian.as_ref().expect("asked for").numbers()
        };
        let (bound, exact) = (hessian("hessian=bound"), hessian("hessian=exact"));
        for (index, (bound, exact)) in bound.iter().zip(exact).enumerate() {
            assert!((bound - 2.0 * exact).abs() <= 1e-15 * bound.abs(), "{}[{index}]", case.spec(""));
        }
    });
}

#[test]
fn operands_may_have_any_name() {
    let names = ["input", "target", "weight"];
    each_case(|case, given| {
        if case.arguments.contains("weight=@weight") {
            return;
        }
        let mut renamed = given.clone();
        let mut bindings = Vec::new();
        for operand in renamed.iter_mut().filter(|operand| names.contains(&operand.name.as_str())) {
            bindings.push(format!("{0}=@my_{0}", operand.name));
            operand.name = format!("my_{}", operand.name);
        }
        let (plain, bound) = (case.loss(""), case.loss(&bindings.join(", ")));
        let mut results = Vec::new();
        for (loss, mut given) in [(plain, given), (bound, renamed)] {
            let places = differentiated(&loss, &given);
            for &place in &places {
                given[place] = given[place].clone().with_gradient(Dtype::F64);
            }
            let value = value_of(&loss, None, &mut given, Dtype::F64).unwrap_or_else(|error| panic!("{loss}: {error}"));
            let gradients = places.iter().map(|&place| given[place].gradient.clone().expect("asked for"));
            results.push((value, gradients.collect::<Vec<Array>>()));
        }
        same_bits(&case.spec("value"), &results[1].0, &results[0].0);
        assert_eq!(results[1].1.len(), results[0].1.len(), "{}", case.spec(""));
        for (found, expected) in results[1].1.iter().zip(&results[0].1) {
            same_bits(&case.spec("gradient"), found, expected);
        }
    });
}

#[test]
fn of_weighted_sums() {
    let mut random = Random::new(11);
    let mut numbers =
        |shape: &[usize]| Array::new(Dtype::F64, shape, &random.numbers(shape.iter().product(), -2.0, 2.0));
    let given = [
        Given::new("input", numbers(&[2, 3, 2, 2])),
        Given::new("target", Array::new(Dtype::U8, &[2, 2, 2], &[0.0, 2.0, 1.0, 1.0, 2.0, 0.0, 0.0, 1.0])),
        Given::new("weights", numbers(&[4, 3])),
        Given::new("grad_output", Array::new(Dtype::F64, &[], &[-1.75])),
    ];
    let text = "0.7*cross_entropy(label_smoothing=0.1) + 0.3*dice(activation=softmax) + 1e-2*l2(input=@weights)";
    let loss = Loss::parse(text).expect("a loss");
    for accumulate in [false, true] {
        check(text, &loss, given.to_vec(), 0, accumulate);
        check(text, &loss, given.to_vec(), 2, accumulate);
    }
    // Two terms of one input have a Hessian between them.
    let loss =
        Loss::parse("0.5*cross_entropy + 2*cross_entropy(label_smoothing=0.25) + l2(input=@weights)").expect("a loss");
    check("cross-entropy twice", &loss, given.to_vec(), 0, false);
    check("cross-entropy twice", &loss, given.to_vec(), 2, true);
    // A layer's matrix is regularised, and is the input of another loss.
    let text = "linear_cross_entropy(weight=@weights, softcap=2) + 0.25*l2(input=@weights) + 0.5*l1(input=@offset)";
    let loss = Loss::parse(&text.replace("weight=@weights", "weight=@weights, bias=@offset")).expect("a loss");
    let layer = [
        Given::new("input", numbers(&[5, 3])),
        Given::new("target", Array::new(Dtype::I32, &[5], &[0.0, 3.0, 1.0, 2.0, 2.0])),
        given[2].clone(),
        Given::new("offset", numbers(&[4])),
    ];
    for accumulate in [false, true] {
        check_all("a layer and its regularisers", &loss, &layer, accumulate);
    }
    // Unreduced terms keep their shape.
    let loss = Loss::parse("0.5*mse(reduction=none) - 3*huber(delta=0.75, reduction=none)").expect("a loss");
    let pair = [Given::new("input", numbers(&[3, 4])), Given::new("target", numbers(&[3, 4]))];
    let mut given = pair.to_vec();
    given.push(upstream(&loss, &given));
    check("unreduced terms", &loss, given, 0, true);
}
