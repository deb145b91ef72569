//! Cases that once went wrong: empty dimensions, rounding to half precision, labels that rounding makes alike, ties.

use half::{bf16, f16};
use losskit::tensor::{Dtype, Element, Layout, Shape, Tensor, TensorMut};
use losskit::{Loss, Operand};

fn loss(text: &str) -> Loss {
    Loss::parse(text).expect("the spec is valid")
}

#[test]
fn absurd_shapes_without_elements_are_a_mean_over_nothing() {
    let input: [f32; 0] = [];
    let target: [i64; 0] = [];
    let loss = loss("dice(activation=softmax, ignore_index=-100)");
    let value = loss.eval_pair(
        None,
        &Tensor::from_slice(&input, &[1 << 45, 2, 0]).unwrap(),
        Tensor::from_slice(&target, &[1 << 45, 0]).as_ref(),
        None,
    );
    assert_eq!(value.unwrap(), 0.0);
}

#[test]
fn a_mean_over_an_empty_last_axis_is_written() {
    let empty: [f32; 0] = [];
    let tensor = || Tensor::from_slice(&empty, &[3, 0]).unwrap();
    let mut value = [7.0_f32; 3];
    let operands = [Operand::new("input", tensor()), Operand::new("target", tensor())];
    let output = TensorMut::from_slice(&mut value, &[3]);
    loss("keras.mean_squared_error(reduction=none)").eval(None, &operands, output).unwrap();
    assert!(value.iter().all(|value| value.is_nan()), "{value:?}");
}

#[test]
fn a_sum_over_no_loss_elements_is_zero_even_if_each_were_a_mean_over_nothing() {
    let empty: [f32; 0] = [];
    let tensor = Tensor::from_slice(&empty, &[0, 0]).unwrap();
    let value = loss("keras.mean_squared_error(reduction=sum)").eval_pair(None, &tensor, Some(&tensor), None);
    assert_eq!(value.unwrap(), 0.0);
}

#[test]
fn what_is_no_label_is_refused_whatever_is_ignored() {
    let input = [0.0_f32; 4];
    let loss = loss("cross_entropy(ignore_index=-9223372036854775808)");
    for broken in [0.5_f32, f32::NAN, f32::INFINITY] {
        let target = [broken, 1.0];
        let target = Tensor::from_slice(&target, &[2]);
        let refused = loss.eval_pair(None, &Tensor::from_slice(&input, &[2, 2]).unwrap(), target.as_ref(), None);
        let message = refused.expect_err("a broken label").message;
        assert!(message.starts_with("target[0] = ") && message.ends_with("is not a whole number"), "{message}");
    }
}

#[test]
fn strided_nothing_in_place_of_nothing_is_a_mean_over_nothing() {
    let layout = Layout::strided(Shape::new(&[3, 0]).unwrap(), &[5, 1]).unwrap();
    let address = std::ptr::without_provenance_mut::<u8>(4);
    // SAFETY: there are no elements.
    let tensor = unsafe { Tensor::from_raw(address, Dtype::F32, layout) };
    // SAFETY: there are no elements.
    let gradient = unsafe { TensorMut::from_raw(address, Dtype::F32, layout) };
    let value = loss("mse + l2").eval_pair(None, &tensor, Some(&tensor), Some(&gradient));
    assert_eq!(value.unwrap(), 0.0);
}

/// The gradient of a summed squared error at one number against 0.
fn gradient_of_square<I: Element, G: Element>(input: I, zero: I, mut gradient: G) -> G {
    let (input, target) = ([input], [zero]);
    loss("mse(reduction=sum)")
        .eval_pair(
            None,
            &Tensor::from_slice(&input, &[1]).unwrap(),
            Tensor::from_slice(&target, &[1]).as_ref(),
            TensorMut::from_slice(std::slice::from_mut(&mut gradient), &[1]).as_ref(),
        )
        .unwrap();
    gradient
}

#[test]
fn half_precision_is_rounded_once_and_to_nearest() {
    let single = (1.0 + 2.0_f32.powi(-8) + 2.0_f32.powi(-23)) / 2.0;
    assert_eq!(gradient_of_square(single, 0.0, bf16::ZERO).to_f32(), 1.0078125);
    let double = (1.0 + 2.0_f64.powi(-11) + 2.0_f64.powi(-40)) / 2.0;
    assert_eq!(gradient_of_square(double, 0.0, f16::ZERO).to_bits(), 0x3c01);
}

#[test]
fn a_label_is_ignored_for_what_it_is_and_not_for_what_it_rounds_to() {
    let (input, target) = ([5.0_f32, 1.0], [1e-50_f64, 1.0]);
    let value = loss("bce(ignore_index=0)")
        .eval_pair(None, &Tensor::from_slice(&input, &[2]).unwrap(), Tensor::from_slice(&target, &[2]).as_ref(), None)
        .unwrap();
    // softplus(5) and softplus(-1): both elements count.
    let expected = (5.0_f64.exp().ln_1p() + (-1.0_f64).exp().ln_1p()) / 2.0;
    assert!((value - expected).abs() < 1e-6, "{value} against {expected}");
}

#[test]
fn strides_of_single_elements_do_not_stand_in_the_way_of_a_gradient_in_place() {
    let mut numbers = [1.0_f32, 2.0, 3.0];
    let target = [0.0_f32; 3];
    let shape = Shape::new(&[1, 3]).unwrap();
    let pointer = numbers.as_mut_ptr().cast::<u8>();
    // SAFETY: three numbers, read and then replaced by their gradient.
    let input = unsafe { Tensor::from_raw(pointer, Dtype::F32, Layout::strided(shape, &[3, 1]).unwrap()) };
    // SAFETY: the same three numbers.
    let gradient = unsafe { TensorMut::from_raw(pointer, Dtype::F32, Layout::strided(shape, &[1, 1]).unwrap()) };
    let target = Tensor::from_slice(&target, &[1, 3]);
    loss("mse(reduction=sum)").eval_pair(None, &input, target.as_ref(), Some(&gradient)).unwrap();
    assert_eq!(numbers, [2.0, 4.0, 6.0]);
}

#[test]
fn of_equally_bad_classes_the_first_takes_the_subgradient_however_far_apart_and_of_either_zero() {
    let mut input = [-3.0_f32; 1200];
    (input[1], input[550]) = (-0.0, 0.0);
    let mut gradient = [9.0_f32; 1200];
    loss("categorical_hinge")
        .eval_pair(
            None,
            &Tensor::from_slice(&input, &[1, 1200]).unwrap(),
            Tensor::from_slice(&[1100_i64], &[1]).as_ref(),
            TensorMut::from_slice(&mut gradient, &[1, 1200]).as_ref(),
        )
        .unwrap();
    let slopes: Vec<_> = gradient.iter().enumerate().filter(|(_, slope)| **slope != 0.0).collect();
    assert_eq!(slopes, [(1, &1.0), (1100, &-1.0)]);
}

#[test]
fn a_labelled_negative_zero_costs_zero_whatever_the_number_of_classes() {
    let loss = loss("cross_entropy(from=log_probs, reduction=none)");
    for classes in [1, 3, 32, 33, 64, 65, 600] {
        let mut input = vec![-1.0_f32; classes];
        input[0] = -0.0;
        let mut value = [7.0_f32];
        let input = Tensor::from_slice(&input, &[1, classes]).unwrap();
        let target = Tensor::from_slice(&[0_i64], &[1]).unwrap();
        let operands = [Operand::new("input", input), Operand::new("target", target)];
        loss.eval(None, &operands, TensorMut::from_slice(&mut value, &[1])).unwrap();
        assert_eq!(value[0].to_bits(), 0, "{classes} classes: {}", value[0]);
    }
}
