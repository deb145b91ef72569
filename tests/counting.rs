//! What counts and what does not: means over nothing, masked and ignored elements, NaN, infinities and weights of zero.

mod support;

use losskit::error::Status;
use losskit::tensor::Dtype;

use support::call::{labels, logits, pair, parse, run};
use support::cases::{self, Case, Target};
use support::{Array, Given, evaluate};

#[test]
fn a_mean_over_nothing_is_what_the_policy_says() {
    for case in cases::all().filter(|case| case.has_parameter("empty")) {
        let mut given = case.given(case.shape, Dtype::F32, 51);
        let [_, mut mask] = case.weights(&given, Dtype::F32, 52);
        mask.array = Array::new(Dtype::U8, mask.array.shape(), &vec![0.0; mask.array.count()]);
        given.push(mask);
        let bound = "mask=@mask, reduction=mean";
        let zero = run(&case.loss(bound), &given);
        assert!(zero.0 == [0.0] && zero.1.iter().all(|&slope| slope == 0.0), "{}", case.spec(bound));
        let nan = run(&case.loss(&format!("{bound}, empty=nan")), &given);
        assert!(nan.0[0].is_nan() && nan.1.iter().all(|slope| slope.is_nan()), "{} as nan", case.spec(bound));
        let mut given = given.clone();
        given[0] = given[0].clone().with_gradient(Dtype::F32);
        let before = given[0].gradient.clone().expect("there");
        let error =
            evaluate(&case.loss(&format!("{bound}, empty=error")), None, &mut given, None).expect_err("nothing counts");
        assert_eq!(error.status, Status::Empty, "{error}");
        assert!(given[0].gradient.as_ref().expect("there").is_copy_of(&before), "{} was written to", case.spec(bound));
        // A sum over nothing is a sum.
        let sum = run(&case.loss("mask=@mask, reduction=sum, empty=nan"), &given);
        assert!(sum.0 == [0.0] && sum.1.iter().all(|&slope| slope == 0.0), "{} as a sum", case.spec(bound));
    }
}

#[test]
fn tensors_without_elements_are_empty_too() {
    for (text, input, target) in
        [("mse", vec![0], vec![0]), ("cross_entropy", vec![0, 4], vec![0]), ("l2", vec![3, 0], vec![])]
    {
        let mut given = vec![Given::new("input", Array::new(Dtype::F32, &input, &[]))];
        if text != "l2" {
            let dtype = if text == "mse" { Dtype::F32 } else { Dtype::I64 };
            given.push(Given::new("target", Array::new(dtype, &target, &[])));
        }
        assert_eq!(run(&parse(text), &given).0, [0.0], "{text}");
        let nan = run(&parse(&format!("{text}(reduction=mean, empty=nan)")), &given);
        assert!(nan.0[0].is_nan(), "{text}");
    }
}

/// A NaN in one loss element is seen there, in the sum, and nowhere else; an element that is masked shows nothing of
/// it.
#[test]
fn nan_stays_in_its_own_row() {
    for case in cases::all().filter(|case| case.target != Target::Labels || !case.arguments.contains("ignore")) {
        let mut given = case.given(case.shape, Dtype::F32, 53);
        if case.target == Target::Labels {
            // Where the input is probabilities, only that of the label is looked at: let it be the last one.
            let last = given[1].array.count() - 1;
            given[1].array.set(last, (case.class_count(case.shape) - 1) as f64);
        }
        let loss = case.loss("reduction=none");
        let (clean, clean_slopes) = run(&loss, &given);
        let mut spoilt = given.clone();
        // The last element belongs to the last row.
        let last = spoilt[0].array.count() - 1;
        let whole = spoilt[0].array.get(last);
        spoilt[0].array.set(last, f64::NAN);
        let (values, slopes) = run(&loss, &spoilt);
        let ill: Vec<usize> = (0..values.len()).filter(|&index| values[index].is_nan()).collect();
        let spreads = case.arguments.contains("activation=softmax") || case.arguments.contains("batch=true");
        assert!(!ill.is_empty() && (spreads || ill.len() == 1), "{}: NaN at {ill:?}", case.spec("reduction=none"));
        for index in (0..values.len()).filter(|index| !ill.contains(index)) {
            assert_eq!(values[index].to_bits(), clean[index].to_bits(), "{}[{index}]", case.spec("reduction=none"));
        }
        if values.len() > 1 && !spreads {
            let same =
                slopes.iter().zip(&clean_slopes).filter(|(found, clean)| found.to_bits() == clean.to_bits()).count();
            assert!(
                same >= slopes.len() - slopes.len() / values.len().min(slopes.len()),
                "{}",
                case.spec("reduction=none")
            );
        }
        assert!(run(&case.loss("reduction=sum"), &spoilt).0[0].is_nan(), "{}", case.spec("reduction=sum"));

        let [_, mut mask] = case.weights(&given, Dtype::F32, 54);
        let count = mask.array.count();
        if count == 1 {
            continue;
        }
        mask.array = Array::new(Dtype::U8, mask.array.shape(), &vec![1.0; count]);
        mask.array.set(count - 1, 0.0);
        // Regions of several classes are masked pixel by pixel, rows and elements one by one: the last holds the last
        // number.
        let masked = case.loss("mask=@mask, reduction=mean");
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, whole] {
            let mut given = given.clone();
            given[0].array.set(last, number);
            given.push(mask.clone());
            let (value, slopes) = run(&masked, &given);
            given[0].array.set(last, whole);
            let expected = run(&masked, &given);
            assert_eq!((value, slopes), expected, "{} with {number} in what is masked", case.spec("mask=@mask"));
        }
    }
}

#[test]
fn ignored_rows_hold_what_they_like() {
    for spec in [
        "cross_entropy(ignore_index=-100)",
        "categorical_focal(ignore_index=-100)",
        "multiclass_hinge(ignore_index=-100)",
        "categorical_hinge(ignore_index=-100)",
        "keras.sparse_categorical_crossentropy(from_logits=true, ignore_class=-100)",
    ] {
        let loss = parse(spec);
        let (input, mut target) = (logits(61, &[4, 5]), labels(62, 4, 5));
        target.set(2, -100.0);
        let expected = run(&loss, &pair(input.clone(), target.clone()));
        assert!(expected.1[10..15].iter().all(|&slope| slope == 0.0), "{spec}");
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut spoilt = input.clone();
            (10..15).for_each(|index| spoilt.set(index, number));
            assert_eq!(run(&loss, &pair(spoilt, target.clone())), expected, "{spec} with {number}");
        }
        // The mean is that of the other rows.
        let keep = [0, 1, 3];
        let rows: Vec<f64> = keep.iter().flat_map(|row| input.numbers()[row * 5..row * 5 + 5].to_vec()).collect();
        let others: Vec<f64> = keep.iter().map(|&row| target.get(row)).collect();
        let given = pair(Array::new(Dtype::F32, &[3, 5], &rows), Array::new(Dtype::I64, &[3], &others));
        assert_eq!(run(&loss, &given).0, expected.0, "{spec}");
    }
    for spec in ["bce(ignore_index=-1)", "focal(ignore_index=-1)", "hinge(labels=binary, ignore_index=-1)"] {
        let target = Array::new(Dtype::I8, &[4], &[1.0, 0.0, -1.0, 1.0]);
        let expected = run(&parse(spec), &pair(Array::new(Dtype::F32, &[4], &[0.5, -1.0, 0.0, 2.0]), target.clone()));
        let spoilt = run(&parse(spec), &pair(Array::new(Dtype::F32, &[4], &[0.5, -1.0, f64::NAN, 2.0]), target));
        assert_eq!(spoilt, expected, "{spec}");
        assert_eq!(expected.1[2], 0.0, "{spec}");
    }
}

#[test]
fn a_logit_of_minus_infinity_is_a_probability_of_zero() {
    let infinite = f64::NEG_INFINITY;
    let input = Array::new(Dtype::F32, &[2, 3], &[1.0, infinite, -0.5, infinite, 0.25, infinite]);
    let smaller = Array::new(Dtype::F32, &[1, 2], &[1.0, -0.5]);
    for loss in ["cross_entropy", "categorical_focal"] {
        let loss = parse(&format!("{loss}(reduction=none)"));
        let (values, slopes) = run(&loss, &pair(input.clone(), Array::new(Dtype::I32, &[2], &[0.0, 1.0])));
        let without = run(&loss, &pair(smaller.clone(), Array::new(Dtype::I32, &[1], &[0.0])));
        assert_eq!((values[0], [slopes[0], slopes[2]]), (without.0[0], [without.1[0], without.1[1]]), "{loss}");
        assert_eq!(slopes[1], 0.0, "{loss}");
        assert_eq!((values[1], &slopes[3..]), (0.0, &[0.0; 3][..]), "{loss}");
        // Dense targets of zero keep 0 log 0 out.
        let dense = Array::new(Dtype::F32, &[2, 3], &[0.5, 0.0, 0.5, 0.0, 1.0, 0.0]);
        let (values, slopes) = run(&loss, &pair(input.clone(), dense));
        assert!(values.iter().chain(&slopes).all(|number| number.is_finite()), "{loss}: {values:?} {slopes:?}");
        let (values, _) = run(&loss, &pair(input.clone(), Array::new(Dtype::I32, &[2], &[1.0, 1.0])));
        assert_eq!(values[0], f64::INFINITY, "{loss}");
    }
}

/// Weights of zero count in `mean`, not in `weighted_mean`, and multiply everything by zero in both.
#[test]
fn weights_of_zero() {
    let case: Case = cases::all().find(|case| case.loss == "mse").expect("a case");
    let mut given = case.given(&[2, 2], Dtype::F64, 101);
    let (values, _) = run(&case.loss("reduction=none"), &given);
    given.push(Given::new("sample_weight", Array::new(Dtype::F64, &[2, 2], &[1.0, 0.0, 0.0, 1.0])));
    let sum = values[0] + values[3];
    assert_eq!(run(&case.loss("reduction=mean"), &given).0, [sum / 4.0]);
    assert_eq!(run(&case.loss("reduction=weighted_mean"), &given).0, [sum / 2.0]);
    assert_eq!(run(&case.loss("reduction=weighted_mean"), &given).1[1..3], [0.0, 0.0]);
    assert_eq!(
        run(&case.loss("reduction=mean, sample_weight=none"), &given[..2]).0,
        [values.iter().sum::<f64>() / 4.0]
    );
}
