//! What holds for every loss: shapes and operands, order and shift, types of labels, and what calls add up to.

mod support;

use losskit::error::Status;
use losskit::tensor::Dtype;

use support::call::{labels, pair, parse, run, value_of, value_shape};
use support::cases::{self, Target};
use support::{Array, Given, Random, evaluate, same_bits};

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
            let listed = ["pos_weight=[", "pos_weight=@"].iter().any(|list| case.arguments.contains(list));
            assert!(!elementwise || listed, "{loss}: {error}");
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
        assert_eq!(
            [value, slope, curvature],
            [expected, given[0].gradient.as_ref().expect("asked for").get(0), hessian],
            "{loss}"
        );
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
        // What a layer adds may be left out.
        let names: Vec<&str> = given.iter().map(|given| given.name.as_str()).filter(|&name| name != "bias").collect();
        assert_eq!(required, names, "{loss}");
        for info in loss.operands() {
            let of_layer = case.has_parameter("weight") && ["weight", "bias"].contains(&info.name.as_str());
            assert_eq!(info.has_gradient, info.name == "input" || of_layer, "{loss}: {}", info.name);
        }
        for left_out in 0..names.len() {
            let mut given = given.clone();
            let name = given.remove(left_out).name;
            let error = evaluate(&loss, None, &mut given, None).expect_err("an operand is missing");
            assert!(error.status == Status::InvalidArgument && error.message.contains(&name), "{loss}: {error}");
        }
    }
}

#[test]
fn softmax_sees_a_shift_of_a_row_in_the_last_bits_at_most() {
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
        let (here, there) = (at(&grid), at(&shifted));
        let both = here.0.iter().chain(&here.1).zip(there.0.iter().chain(&there.1));
        for (here, there) in both {
            assert!((here - there).abs() <= 1e-6 * here.abs(), "{spec}: {here} becomes {there}");
        }
    }
}

#[test]
fn rows_may_come_in_any_order() {
    for case in cases::all().filter(|case| case.target == Target::Labels && case.shape.len() == 2) {
        let shape = [7, case.shape[1]];
        let given = case.given(&shape, Dtype::F32, 91);
        let loss = case.loss("reduction=none");
        assert_eq!(given[1].name, "target");
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
