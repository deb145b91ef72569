//! How a Rust program uses losskit with ndarray: any view goes in, derivatives come out in place.

use losskit::error::Status;
use losskit::tensor::{Tensor, TensorMut};
use losskit::{Context, Loss, Operand};
use ndarray::{Array1, Array2, Array3, ArrayD, Axis, IxDyn, Zip, arr0, array, s};

#[test]
fn a_training_step() {
    let loss: Loss = "cross_entropy(label_smoothing=0.1)".parse().expect("a loss");
    let logits: Array2<f32> = array![[2.0, -1.0, 0.5], [0.0, 0.0, 0.0]];
    let labels: Array1<i64> = array![0, 2];
    let mut gradient = Array2::<f32>::zeros(logits.dim());

    let input = Tensor::from_array(&logits.view()).expect("at most 8 dimensions");
    let target = Tensor::from_array(&labels.view()).expect("at most 8 dimensions");
    let mut gradient_view = gradient.view_mut();
    let output = TensorMut::from_array(&mut gradient_view);
    let value = loss.eval_pair(None, &input, Some(&target), output.as_ref()).expect("a value");

    // Row 1 knows nothing: ln 3, and p − t' = 1/3 − t'.
    let first = {
        let exps = logits.row(0).mapv(|x| f64::from(x).exp());
        let log_sum = exps.sum().ln();
        let smoothed = [0.9 + 0.1 / 3.0, 0.1 / 3.0, 0.1 / 3.0];
        (0..3).map(|class| smoothed[class] * (log_sum - f64::from(logits[[0, class]]))).sum::<f64>()
    };
    assert!((value - 0.5 * (first + 3.0_f64.ln())).abs() < 1e-6);
    assert!((gradient[[1, 2]] - 0.5 * (1.0 / 3.0 - (0.9 + 0.1 / 3.0))).abs() < 1e-7);
    assert!(gradient.sum_axis(Axis(1)).iter().all(|sum| sum.abs() < 1e-7));
}

#[test]
fn views_of_any_stride() {
    let loss: Loss = "mse(reduction=sum)".parse().expect("a loss");
    let table = Array2::from_shape_fn((6, 8), |(row, column)| row as f64 - 0.5 * column as f64);
    // Every other row from the last, and columns 1, 4 and 7.
    let input = table.slice(s![..;-2, 1..;3]);
    let target = Array2::<f64>::ones((3, 3));
    let mut gradients = Array2::<f64>::from_elem((3, 6), f64::NAN);
    let mut places = gradients.slice_mut(s![.., ..;2]);

    let value = loss.eval_pair(
        None,
        &Tensor::from_array(&input).expect("2 dimensions"),
        Tensor::from_array(&target.t()).as_ref(),
        TensorMut::from_array(&mut places).as_ref(),
    );
    let expected: f64 = Zip::from(input).and(&target).fold(0.0, |sum, x, y| sum + (x - y) * (x - y));
    assert_eq!(value.expect("a value"), expected);
    assert_eq!(places, 2.0 * (&input - &target));
    // What lies between the columns is nobody's.
    assert!(gradients.slice(s![.., 1..;2]).iter().all(|number| number.is_nan()));
}

#[test]
fn unreduced_values_weights_and_masks() {
    let loss: Loss = "bce(reduction=none)".parse().expect("a loss");
    let logits: Array2<f32> = array![[0.0, 3.0], [-2.0, f32::NAN]];
    let labels: Array2<u8> = array![[1, 0], [0, 1]];
    let weights: Array2<f32> = array![[2.0, 1.0], [1.0, 1.0]];
    let mask: Array2<bool> = array![[true, true], [true, false]];
    let mut values = Array2::<f32>::zeros((2, 2));
    let mut gradient = Array2::<f64>::zeros((2, 2));
    let mut hessian = Array2::<f32>::zeros((2, 2));

    let mut gradient_view = gradient.view_mut();
    let mut hessian_view = hessian.view_mut();
    let mut values_view = values.view_mut();
    let tensor = |operand| Tensor::from_array(operand).expect("2 dimensions");
    let operands = [
        Operand {
            gradient: TensorMut::from_array(&mut gradient_view),
            hessian: TensorMut::from_array(&mut hessian_view),
            ..Operand::new("input", tensor(&logits.view()))
        },
        Operand::new("target", Tensor::from_array(&labels.view()).expect("2 dimensions")),
        Operand::new("sample_weight", tensor(&weights.view())),
        Operand::new("mask", Tensor::from_array(&mask.view()).expect("2 dimensions")),
    ];
    assert_eq!(loss.value_shape(&operands).expect("a shape").extents(), [2, 2]);
    loss.eval(None, &operands, TensorMut::from_array(&mut values_view)).expect("values");

    assert_eq!(values[[0, 0]], 2.0 * std::f32::consts::LN_2);
    assert_eq!((gradient[[0, 0]], hessian[[0, 0]]), (-1.0, 0.5));
    assert!((f64::from(values[[0, 1]]) - (1.0 + 3.0_f64.exp()).ln()).abs() < 1e-6);
    // The masked element holds NaN, and counts for nothing.
    assert_eq!((values[[1, 1]], gradient[[1, 1]], hessian[[1, 1]]), (0.0, 0.0, 0.0));
}

#[test]
fn several_terms_and_a_pool() {
    let loss: Loss = "cross_entropy(axis=-1) + 0.5*l2(input=@weights)".parse().expect("a loss");
    let context = Context::with_threads(2).expect("threads");
    let logits = Array3::<f64>::from_shape_fn((2, 3, 4), |(a, b, c)| (a + 2 * b) as f64 * 0.25 - c as f64);
    let labels = Array2::<i32>::from_shape_fn((2, 3), |(a, b)| ((a + b) % 4) as i32);
    let weights = ArrayD::<f64>::from_elem(IxDyn(&[3, 2]), 0.5);
    let (mut by_logits, mut by_weights) = (Array3::<f64>::zeros((2, 3, 4)), ArrayD::<f64>::ones(IxDyn(&[3, 2])));
    let mut value = arr0(0.0_f64);

    let (mut by_logits_view, mut by_weights_view) = (by_logits.view_mut(), by_weights.view_mut());
    let mut value_view = value.view_mut();
    let operands = [
        Operand {
            gradient: TensorMut::from_array(&mut by_logits_view),
            ..Operand::new("input", Tensor::from_array(&logits.view()).expect("3 dimensions"))
        },
        Operand::new("target", Tensor::from_array(&labels.view()).expect("2 dimensions")),
        Operand {
            gradient: TensorMut::from_array(&mut by_weights_view),
            accumulate: true,
            ..Operand::new("weights", Tensor::from_array(&weights.view()).expect("2 dimensions"))
        },
    ];
    loss.eval(Some(&context), &operands, TensorMut::from_array(&mut value_view)).expect("a value");

    // 0.5 Σ w² = 0.75 and its slope w, on top of the 1 that was there.
    assert!(value[()] > 0.75);
    assert!(by_weights.iter().all(|&slope| slope == 1.5));
    assert!(by_logits.sum_axis(Axis(2)).iter().all(|sum| sum.abs() < 1e-15));
    let names: Vec<&str> = loss.operands().iter().map(|operand| operand.name.as_str()).collect();
    assert_eq!(names[..3], ["input", "target", "weights"]);
}

#[test]
fn refusals_are_sentences() {
    let loss: Loss = "mse".parse().expect("a loss");
    let (three, four) = (Array1::<f32>::zeros(3), Array1::<f32>::zeros(4));
    let tensor = |array| Tensor::from_array(array).expect("1 dimension");
    let refused = loss.eval_pair(None, &tensor(&three.view()), Some(&tensor(&four.view())), None);
    let error = refused.expect_err("shapes differ");
    assert_eq!(error.status, Status::InvalidShape);
    assert!(error.message.contains("[3]") && error.message.contains("[4]"), "{error}");
    let error = "mse(reduction=average)".parse::<Loss>().expect_err("no such word");
    assert_eq!((error.status, error.index), (Status::InvalidSpec, Some(14)), "{error}");
    let nine = ArrayD::<f32>::zeros(IxDyn(&[1; 9]));
    assert!(Tensor::from_array(&nine.view()).is_none());
}
