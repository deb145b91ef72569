//! What holds for every loss: what counts, what is confined to its own row, and what calls add up to.

mod support;

use losskit::Loss;
use losskit::error::Status;
use losskit::tensor::Dtype;

use support::call::{value_of, value_shape};
use support::cases::{self, Case, Target};
use support::{Array, Given, Random, evaluate, same_bits};

fn parse(text: &str) -> Loss {
    Loss::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn pair(input: Array, target: Array) -> Vec<Given> {
    let dtype = input.dtype();
    vec![Given::new("input", input).with_gradient(dtype), Given::new("target", target)]
}

fn gradient(given: &[Given]) -> Vec<f64> {
    given[0].gradient.as_ref().expect("asked for").numbers()
}

/// Value and gradient.
fn run(loss: &Loss, given: &[Given]) -> (Vec<f64>, Vec<f64>) {
    let mut given = given.to_vec();
    given[0] = given[0].clone().with_gradient(given[0].array.dtype());
    let value = value_of(loss, None, &mut given, Dtype::F64).unwrap_or_else(|error| panic!("{loss}: {error}"));
    (value.numbers(), gradient(&given))
}

fn logits(seed: u64, shape: &[usize]) -> Array {
    Array::new(Dtype::F32, shape, &Random::new(seed).numbers(shape.iter().product(), -4.0, 4.0))
}

fn labels(seed: u64, rows: usize, classes: usize) -> Array {
    let mut random = Random::new(seed);
    Array::new(Dtype::I64, &[rows], &(0..rows).map(|_| random.below(classes) as f64).collect::<Vec<f64>>())
}

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

/// A NaN in one loss element is seen there, in the sum, and nowhere else; an element that is masked shows nothing of it.
#[test]
fn nan_stays_in_its_own_row() {
    for case in cases::all().filter(|case| case.target != Target::Labels || !case.arguments.contains("ignore")) {
        let given = case.given(case.shape, Dtype::F32, 53);
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
        // Regions of several classes are masked pixel by pixel, rows and elements one by one: the last holds the last number.
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

#[test]
fn scalars_are_one_element_calls() {
    for case in cases::all().filter(|case| !case.loss.starts_with("keras.")) {
        let loss = case.loss("");
        let (input, target) = (0.625, if case.target == Target::Soft { 0.25 } else { 1.0 });
        let rank_zero = loss.scalar(input, target);
        let Ok([value, slope, curvature]) = rank_zero else {
            let error = rank_zero.expect_err("not a number");
            let elementwise =
                ["mse", "mae", "huber", "bce", "focal", "hinge", "squared_hinge", "l1", "l2"].contains(&case.loss);
            assert!(!elementwise || case.arguments.contains("pos_weight="), "{loss}: {error}");
            assert!(
                matches!(error.status, Status::InvalidShape | Status::Unsupported | Status::InvalidArgument),
                "{error}"
            );
            continue;
        };
        let mut given = vec![Given::new("input", Array::new(Dtype::F64, &[1], &[input])).with_hessian(Dtype::F64)];
        if case.target != Target::None {
            given.push(Given::new("target", Array::new(Dtype::F64, &[1], &[target])));
        }
        let mut given = [vec![given[0].clone().with_gradient(Dtype::F64)], given[1..].to_vec()].concat();
        let expected = value_of(&loss, None, &mut given, Dtype::F64).expect("a value").get(0);
        let hessian = given[0].hessian.as_ref().expect("asked for").get(0);
        assert_eq!([value, slope, curvature], [expected, gradient(&given)[0], hessian], "{loss}");
    }
    assert_eq!(parse("mse").scalar(3.0, 1.0).expect("numbers"), [4.0, 4.0, 2.0]);
    assert_eq!(parse("l2").scalar(3.0, f64::NAN).expect("numbers"), [9.0, 6.0, 2.0]);
}

#[test]
fn shapes_and_operands_are_told_before_a_call() {
    for case in cases::all() {
        let given = case.given(case.shape, Dtype::F32, 71);
        for reduction in case.reductions() {
            let loss = case.loss(&format!("reduction={reduction}"));
            let shape = value_shape(&loss, &given).expect("operands that fit");
            assert_eq!(loss.is_reduced(), *reduction != "none");
            assert!(shape.is_empty() || !loss.is_reduced(), "{loss}: {shape:?}");
            // A value of that shape is accepted, and one of another is not.
            let mut value = Array::new(Dtype::F64, &shape, &vec![0.0; shape.iter().product()]);
            evaluate(&loss, None, &mut given.clone(), Some(&mut value))
                .unwrap_or_else(|error| panic!("{loss}: {error}"));
            let mut other = Array::new(Dtype::F64, &[2, 1, 97], &[0.0; 194]);
            let error = evaluate(&loss, None, &mut given.clone(), Some(&mut other)).expect_err("another shape");
            assert_eq!(error.status, Status::InvalidShape, "{loss}: {error}");
        }
        let loss = case.loss("");
        let required: Vec<&str> =
            loss.operands().iter().filter(|info| info.required).map(|info| info.name.as_str()).collect();
        let names: Vec<&str> = given.iter().map(|given| given.name.as_str()).collect();
        assert_eq!(required, names, "{loss}");
        assert!(
            loss.operands()[0].has_gradient && loss.operands().iter().skip(1).all(|info| !info.has_gradient),
            "{loss}"
        );
        for left_out in 0..given.len() {
            let mut given = given.clone();
            let name = given.remove(left_out).name;
            let error = evaluate(&loss, None, &mut given, None).expect_err("an operand is missing");
            assert!(error.status == Status::InvalidArgument && error.message.contains(&name), "{loss}: {error}");
        }
    }
}

#[test]
fn softmax_does_not_see_a_shift_of_a_row() {
    for spec in
        ["cross_entropy(reduction=none)", "categorical_focal(reduction=none)", "multiclass_hinge(reduction=none)"]
    {
        // Numbers of a few bits, so that a shift by a power of two is exact.
        let grid: Vec<f64> =
            Random::new(81).numbers(12, -4.0, 4.0).iter().map(|x| (x * 256.0).round() / 256.0).collect();
        let shifted: Vec<f64> =
            grid.iter().enumerate().map(|(index, x)| x + [1024.0, -2048.0, 64.0][index / 4]).collect();
        let target = labels(82, 3, 4);
        let at = |numbers: &[f64]| run(&parse(spec), &pair(Array::new(Dtype::F32, &[3, 4], numbers), target.clone()));
        assert_eq!(at(&grid), at(&shifted), "{spec}");
    }
}

#[test]
fn rows_may_come_in_any_order() {
    for case in cases::all().filter(|case| case.target == Target::Labels && case.shape.len() == 2) {
        let shape = [7, case.shape[1]];
        let given = case.given(&shape, Dtype::F32, 91);
        let loss = case.loss("reduction=none");
        let (values, slopes) = run(&loss, &given);
        let order = [3, 6, 0, 5, 1, 4, 2];
        let mut permuted = given.clone();
        for (row, &from) in order.iter().enumerate() {
            permuted[1].array.set(row, given[1].array.get(from));
            for class in 0..shape[1] {
                permuted[0].array.set(row * shape[1] + class, given[0].array.get(from * shape[1] + class));
            }
        }
        let found = run(&loss, &permuted);
        for (row, &from) in order.iter().enumerate() {
            assert_eq!(found.0[row].to_bits(), values[from].to_bits(), "{loss}");
            let classes = |row: usize| row * shape[1]..(row + 1) * shape[1];
            assert_eq!(found.1[classes(row)], slopes[classes(from)], "{loss}");
        }
    }
}

#[test]
fn micro_batches_add_up_to_the_batch() {
    let whole_case = |loss: &str| loss == "mse" || loss == "bce" || loss == "cross_entropy" || loss == "squared_hinge";
    for case in cases::all().filter(|case| whole_case(case.loss) && case.shape.len() == 2 && case.classes == 1) {
        let (rows, columns) = (37, case.shape[1]);
        let given = case.given(&[rows, columns], Dtype::F32, 95);
        let (values, _) = run(&case.loss("reduction=none"), &given);
        let counted = case.arguments.contains("ignore").then(|| rows - rows.div_ceil(3));
        let divisor = counted.unwrap_or(values.len()) as f64;
        if case.arguments.contains("ignore") && case.target != Target::Labels {
            continue;
        }
        let whole = run(&case.loss("reduction=mean"), &given);
        let (mut sum, mut slopes) = (0.0, Vec::new());
        for (start, end) in [(0, 5), (5, 21), (21, 22), (22, 37)] {
            let part = |given: &Given| {
                let width = given.array.count() / rows;
                if given.array.shape().first() != Some(&rows) {
                    return given.clone();
                }
                let shape = [&[end - start], &given.array.shape()[1..]].concat();
                let numbers = &given.array.numbers()[start * width..end * width];
                Given::new(&given.name, Array::new(given.array.dtype(), &shape, numbers))
            };
            let mut parts: Vec<Given> = given.iter().map(part).collect();
            parts.push(Given::new("denominator", Array::new(Dtype::F64, &[], &[divisor])));
            let (value, slope) = run(&case.loss("reduction=mean, denominator=@denominator"), &parts);
            sum += value[0];
            slopes.extend(slope);
        }
        assert_eq!(slopes, whole.1, "{}", case.spec(""));
        let close = (sum - whole.0[0]).abs() <= 2.0 * f64::EPSILON * whole.0[0];
        assert!(close && sum as f32 == whole.0[0] as f32, "{}: {sum:e} instead of {:e}", case.spec(""), whole.0[0]);
    }
}

#[test]
fn canonical_text_makes_the_same_loss() {
    let sums = ["0.7*cross_entropy(label_smoothing=0.1) + 3e-1*dice(activation=softmax) - 1e-4*l2(input=@weights)"];
    let texts = cases::all().map(|case| case.spec("")).chain(sums.map(str::to_owned));
    for text in texts {
        let loss = parse(&text);
        let again = parse(&loss.to_string());
        assert_eq!(again.to_string(), loss.to_string(), "{text}");
        assert_eq!(again.operands(), loss.operands(), "{text}");
    }
    for case in cases::all() {
        let given = case.given(case.shape, Dtype::F64, 97);
        let mut values = [case.loss(""), parse(&case.loss("").to_string())]
            .map(|loss| value_of(&loss, None, &mut given.clone(), Dtype::F64).expect("a value"));
        let [found, expected] = &mut values;
        same_bits(&case.spec(""), found, expected);
    }
}

#[test]
fn labels_of_any_integer_width_and_whole_floats_are_the_same() {
    for case in cases::all().filter(|case| case.target == Target::Labels && !case.arguments.contains("-100")) {
        let given = case.given(case.shape, Dtype::F64, 99);
        let expected = run(&case.loss(""), &given);
        for dtype in [Dtype::I8, Dtype::U8, Dtype::I16, Dtype::I32, Dtype::F16, Dtype::Bf16, Dtype::F32, Dtype::F64] {
            let mut given = given.clone();
            given[1].array = given[1].array.cast(dtype);
            assert_eq!(run(&case.loss(""), &given), expected, "{} with {dtype} labels", case.spec(""));
        }
    }
}

/// Weights of zero count in `mean`, not in `weighted_mean`, and multiply everything by zero in both.
#[test]
fn weights_of_zero() {
    let case: Case = cases::all().find(|case| case.loss == "mse").expect("a case");
    let mut given = case.given(&[4], Dtype::F64, 101);
    let (values, _) = run(&case.loss("reduction=none"), &given);
    given.push(Given::new("sample_weight", Array::new(Dtype::F64, &[4], &[1.0, 0.0, 0.0, 1.0])));
    let sum = values[0] + values[3];
    assert_eq!(run(&case.loss("reduction=mean"), &given).0, [sum / 4.0]);
    assert_eq!(run(&case.loss("reduction=weighted_mean"), &given).0, [sum / 2.0]);
    assert_eq!(run(&case.loss("reduction=weighted_mean"), &given).1[1..3], [0.0, 0.0]);
    assert_eq!(
        run(&case.loss("reduction=mean, sample_weight=none"), &given[..2]).0,
        [values.iter().sum::<f64>() / 4.0]
    );
}
