//! Tensors without elements whose other extents are vast: each call gives what small extents give, and at once. Here no
//! clock says so: a walk over extents that no memory stands behind would not end.

mod support;

use std::collections::BTreeSet;

use losskit::Loss;
use losskit::catalog::CATALOG;
use losskit::tensor::Dtype;
use support::call::{differentiated, parse, value_of, value_shape};
use support::cases::{self, Case, Target};
use support::{Arrangement, Array, Given, evaluate};

const VAST: usize = 1 << 40;

/// The root of it, where two vast extents stand side by side.
const WIDE: usize = 1 << 20;

/// Shapes without elements, and what a small analogue has in their place.
const SHAPES: &[(&[usize], &[usize])] = &[
    (&[VAST, 0], &[2, 0]),
    (&[0, VAST], &[0, 2]),
    (&[VAST, 1, 0], &[2, 1, 0]),
    (&[1, VAST, 0], &[1, 2, 0]),
    (&[0, VAST, 1], &[0, 2, 1]),
    (&[WIDE, WIDE, 0], &[2, 4, 0]),
    (&[WIDE, 0, WIDE], &[2, 0, 4]),
    (&[VAST, 3, 0], &[2, 3, 0]),
    (&[VAST, 0, 3], &[2, 0, 3]),
    (&[0, 3, VAST], &[0, 3, 2]),
    (&[VAST, 0, 3, 3], &[2, 0, 3, 3]),
    (&[0, VAST, 3, 3], &[0, 2, 3, 3]),
    (&[VAST, 3, 0, 2], &[2, 3, 0, 2]),
    (&[2, 3, VAST, 0], &[2, 3, 5, 0]),
];

/// What a call has besides what its loss needs.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Extras {
    Nothing,
    Derivatives,
    Weights,
}

/// Nothing where the elements that the call needs are too many for a test.
fn array(dtype: Dtype, shape: &[usize]) -> Option<Array> {
    let elements: usize = shape.iter().product();
    (elements < 100).then(|| Array::new(dtype, shape, &vec![1.0; elements]))
}

fn without(shape: &[usize], axis: usize) -> Vec<usize> {
    let mut shape = shape.to_vec();
    shape.remove(axis);
    shape
}

/// The operands of a call of this case, if its classes are in a dimension of the shape.
fn operands(case: &Case, loss: &Loss, shape: &[usize], extras: Extras) -> Option<Vec<Given>> {
    let mut classes = *shape.get(case.classes)?;
    if case.has_parameter("weight") {
        // A layer needs classes where there are rows, and each has as many numbers as a row.
        let rows: usize = shape[..shape.len() - 1].iter().product();
        classes = if rows == 0 { 0 } else { 3 };
    }
    let mut given = Vec::new();
    for info in loss.operands() {
        let array = match info.name.as_str() {
            "input" => array(Dtype::F32, shape)?,
            "target" if case.target == Target::Labels => array(Dtype::I64, &without(shape, case.classes))?,
            "target" => array(Dtype::F32, shape)?,
            "weight" => array(Dtype::F32, &[classes, *shape.last()?])?,
            "class_weight" | "pos_weight" | "bias" => array(Dtype::F32, &[classes])?,
            "sample_weight" if extras == Extras::Weights => array(Dtype::F32, &value_shape_of(case, &given)?)?,
            "mask" if extras == Extras::Weights => {
                let by_pixel = ["dice", "jaccard", "tversky"].contains(&case.loss);
                let shape = if by_pixel { without(shape, case.classes) } else { value_shape_of(case, &given)? };
                array(Dtype::U8, &shape)?
            }
            _ => continue,
        };
        given.push(Given::new(&info.name, array));
    }
    if extras == Extras::Derivatives {
        for place in differentiated(loss, &given) {
            given[place] = given[place].clone().with_gradient(Dtype::F32);
        }
        if loss.operands()[0].has_hessian {
            given[0] = given[0].clone().with_hessian(Dtype::F32);
        }
    }
    Some(given)
}

/// The shape of the loss elements; nothing for operands that do not fit together.
fn value_shape_of(case: &Case, given: &[Given]) -> Option<Vec<usize>> {
    value_shape(&case.loss("reduction=none"), given).ok()
}

/// The reductions of a loss, with each rule for what has nothing to divide by.
fn reductions(case: &Case) -> Vec<String> {
    let mut reductions = Vec::new();
    for word in case.reductions() {
        if word.contains("mean") && case.has_parameter("empty") {
            reductions.extend(["zero", "nan", "error"].map(|empty| format!("reduction={word}, empty={empty}")));
        } else {
            reductions.push(format!("reduction={word}"));
        }
    }
    reductions
}

/// Value or status of a call, as text: so NaN is NaN, and a zero has its sign.
fn answer(loss: &Loss, given: Option<Vec<Given>>) -> Option<String> {
    let mut given = given?;
    let mut value = Array::filled(Dtype::F64, &[], Arrangement::Contiguous, 7.0);
    let place = loss.is_reduced().then_some(&mut value);
    Some(match evaluate(loss, None, &mut given, place) {
        Ok(()) => format!("{:?}", value.get(0)),
        Err(error) => format!("{:?}", error.status),
    })
}

#[test]
fn every_loss_answers_for_vast_extents_without_elements_as_for_small_ones() {
    let mut answered = BTreeSet::new();
    for case in cases::all() {
        for reduction in reductions(&case) {
            for extras in [Extras::Nothing, Extras::Derivatives, Extras::Weights] {
                let weighed = if extras == Extras::Weights { Case::WEIGHED } else { "" };
                let separator = if weighed.is_empty() { "" } else { ", " };
                let loss = case.loss(&format!("{reduction}{separator}{weighed}"));
                for (vast, small) in SHAPES {
                    let Some(found) = answer(&loss, operands(&case, &loss, vast, extras)) else { continue };
                    let expected = answer(&loss, operands(&case, &loss, small, extras));
                    assert_eq!(Some(&found), expected.as_ref(), "{loss} on {vast:?}, {extras:?}");
                    if found.contains(char::is_numeric) {
                        answered.insert(case.loss);
                    }
                }
            }
        }
    }
    let all: BTreeSet<&str> = CATALOG.iter().map(|declaration| declaration.name).collect();
    assert_eq!(answered, all, "each loss has a value for some shape");
}

#[test]
fn regions_that_share_their_classes_count_however_many_have_none() {
    for (options, expected) in [
        ("axis=[1, 2]", "0.0"),
        ("axis=[1, 2], empty=error", "0.0"),
        ("axis=[1, 2], empty=nan, reduction=weighted_mean", "0.0"),
        ("axis=[1, 2], include_background=false, activation=softmax, reduction=sum", "0.0"),
        ("axis=[2], empty=error", "Empty"),
        ("axis=[2], empty=nan", "NaN"),
    ] {
        for loss in ["dice", "jaccard", "tversky"] {
            let loss = parse(&format!("{loss}({options})"));
            for vast in [false, true] {
                let shape = [if vast { VAST } else { 2 }, 0, 3];
                let empty = || Array::new(Dtype::F32, &shape, &[]);
                let given = vec![Given::new("input", empty()).with_gradient(Dtype::F32), Given::new("target", empty())];
                assert_eq!(answer(&loss, Some(given)).as_deref(), Some(expected), "{loss} on {shape:?}");
            }
        }
    }
}

#[test]
fn regions_without_classes_cost_nothing_wherever_their_values_go() {
    for (loss, shape, values) in [
        ("keras.dice(axis=[-1], reduction=none)", &[2, 3, 0][..], &[2, 3][..]),
        ("keras.tversky(axis=[1, 2], reduction=none)", &[2, 3, 0], &[2]),
        ("keras.tversky(reduction=none)", &[3, 0], &[]),
        ("dice(axis=[1, 2], reduction=none)", &[2, 0, 40], &[2]),
        ("jaccard(batch=true, reduction=sum)", &[2, 0, 40], &[]),
    ] {
        let loss = parse(loss);
        let empty = || Array::new(Dtype::F32, shape, &[]);
        let mut given = [Given::new("input", empty()).with_gradient(Dtype::F32), Given::new("target", empty())];
        let value = value_of(&loss, None, &mut given, Dtype::F64).unwrap_or_else(|error| panic!("{loss}: {error}"));
        assert_eq!(value.shape(), values, "{loss}");
        assert!(value.numbers().iter().all(|number| number.to_bits() == 0), "{loss}: {:?}", value.numbers());
    }
}

/// The value of a layer of rows without numbers, whose logits are all 0.
fn layer_of_nothing(options: &str, classes: usize, bias: bool) -> f64 {
    let mut given = vec![
        Given::new("input", Array::new(Dtype::F32, &[2, 0], &[])).with_gradient(Dtype::F32),
        Given::new("target", Array::new(Dtype::I64, &[2], &[classes as f64 - 1.0, 0.0])),
        Given::new("weight", Array::new(Dtype::F32, &[classes, 0], &[])).with_gradient(Dtype::F32),
    ];
    if bias {
        given.push(Given::new("bias", Array::new(Dtype::F32, &[classes], &vec![0.0; classes])));
    }
    let loss = parse(&format!("linear_cross_entropy({options})"));
    let value = value_of(&loss, None, &mut given, Dtype::F64).unwrap_or_else(|error| panic!("{loss}: {error}"));
    value.get(0)
}

#[test]
fn classes_of_which_nothing_is_known_are_equally_likely_however_many() {
    for options in ["", "label_smoothing=0.2", "softcap=2, z_loss=0.5", "ignore_index=0, label_smoothing=0.1"] {
        for classes in [1, 2, 255, 256, 257, 1000, 5000] {
            let (found, expected) =
                (layer_of_nothing(options, classes, false), layer_of_nothing(options, classes, true));
            assert_eq!(found.to_bits(), expected.to_bits(), "{classes} classes, {options}: {found} {expected}");
        }
        let logarithm = (VAST as f64).ln();
        let expected = if options.contains("z_loss") { logarithm + 0.5 * logarithm * logarithm } else { logarithm };
        let found = layer_of_nothing(options, VAST, false);
        assert!((found - expected).abs() < 1e-12 * expected, "{options}: {found} instead of {expected}");
    }
}
