//! Overlap losses keep a softmax in the gradient's place between their passes where it fits there. Where it does not, it
//! is made twice: to the same bits.

use losskit::tensor::{Element, Tensor, TensorMut};
use losskit::{Loss, Operand};
use ndarray::{Array4, ArrayView, ArrayViewMut};

/// Images, classes, rows and columns of pixels. The large ones are several batches of an image each, of which no row of
/// tiles comes out even, with more classes than a machine reads ahead of by itself.
const SHAPES: [[usize; 4]; 4] = [[2, 1, 5, 7], [3, 4, 11, 37], [2, 3, 40, 100], [2, 19, 211, 283]];

const SPECS: [&str; 5] = [
    "dice(activation=softmax, reduction=sum)",
    "dice(activation=softmax, ignore_index=0, include_background=false, reduction=sum)",
    "jaccard(activation=softmax, batch=true, reduction=sum)",
    "dice(activation=softmax, squared=true, reduction=sum)",
    "tversky(activation=softmax, axis=[1, 2, 3], reduction=sum)",
];

trait Number: Element + Default + PartialEq + std::fmt::Debug {
    fn of(number: f32) -> Self;
}

impl Number for f32 {
    fn of(number: f32) -> f32 {
        number
    }
}

impl Number for f64 {
    fn of(number: f32) -> f64 {
        f64::from(number) / 3.0
    }
}

/// Scores and labels, the same each time.
fn scene<T: Number>(shape: [usize; 4]) -> (Vec<T>, Vec<i64>) {
    let mut state = 12345_u32;
    let mut next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 8
    };
    let [images, classes, height, width] = shape;
    let scores = (0..images * classes * height * width).map(|_| T::of(next() as f32 / 2_097_152.0 - 4.0)).collect();
    (scores, (0..images * height * width).map(|_| (next() as usize % classes) as i64).collect())
}

fn evaluate(spec: &str, input: Operand<'_>, labels: &[i64], [images, _, height, width]: [usize; 4]) -> f64 {
    let target = Tensor::from_slice(labels, &[images, height, width]).unwrap();
    let mut value = [f64::NAN];
    let output = TensorMut::from_slice(&mut value, &[]);
    Loss::parse(spec).unwrap().eval(None, &[input, Operand::new("target", target)], output).unwrap();
    value[0]
}

fn agrees<T: Number>(spec: &str, shape: [usize; 4]) {
    let (scores, labels) = scene::<T>(shape);
    let what = format!("{spec} on {shape:?} of {}", T::DTYPE);
    let input = || Operand::new("input", Tensor::from_slice(&scores, &shape).unwrap());

    let mut kept = vec![T::default(); scores.len()];
    let gradient = TensorMut::from_slice(&mut kept, &shape);
    let value = evaluate(spec, Operand { gradient, ..input() }, &labels, shape);
    assert!(value.is_finite(), "{what}: {value}");
    assert!(kept.iter().any(|&derivative| derivative != T::default()) || shape[1] == 1, "{what}: no gradient");

    let mut added = vec![T::default(); scores.len()];
    let gradient = TensorMut::from_slice(&mut added, &shape);
    let found = evaluate(spec, Operand { gradient, accumulate: true, ..input() }, &labels, shape);
    assert_eq!(found, value, "{what}, accumulated");
    assert!(added == kept, "{what}: the accumulated gradient differs");

    let mut last = Array4::from_elem([shape[0], shape[2], shape[3], shape[1]], T::default());
    let mut view: ArrayViewMut<'_, T, _> = last.view_mut().permuted_axes([0, 3, 1, 2]);
    let gradient = TensorMut::from_array(&mut view);
    let found = evaluate(spec, Operand { gradient, ..input() }, &labels, shape);
    assert_eq!(found, value, "{what}, classes last");
    let expected = ArrayView::from_shape(shape, &kept).unwrap();
    assert!(last.view().permuted_axes([0, 3, 1, 2]) == expected, "{what}: the gradient differs with classes last");

    let mut replaced = scores.clone();
    let address = replaced.as_mut_ptr();
    let layout = *Tensor::from_slice(&replaced, &shape).unwrap().layout();
    // SAFETY: the tensors span the vector, which is used by nothing else meanwhile; they are of one place and layout.
    let (tensor, gradient) = unsafe {
        (
            Tensor::from_raw(address.cast(), T::DTYPE, layout),
            Some(TensorMut::from_raw(address.cast(), T::DTYPE, layout)),
        )
    };
    let found = evaluate(spec, Operand { gradient, ..Operand::new("input", tensor) }, &labels, shape);
    assert_eq!(found, value, "{what}, in place");
    assert!(replaced == kept, "{what}: the gradient in place differs");

    let found = evaluate(spec, input(), &labels, shape);
    assert_eq!(found, value, "{what}, without a gradient");
}

#[test]
fn a_softmax_that_is_kept_gives_the_same_bits_as_one_that_is_made_again() {
    for shape in SHAPES {
        for spec in SPECS {
            agrees::<f32>(spec, shape);
            agrees::<f64>(spec, shape);
        }
    }
}

#[test]
fn nothing_is_written_for_a_label_that_is_no_class() {
    let shape = [2, 4, 11, 37];
    let (scores, mut labels) = scene::<f32>(shape);
    for wrong in [-1, 4, i64::MIN, i64::MAX] {
        for place in [0, 500, labels.len() - 1] {
            let right = std::mem::replace(&mut labels[place], wrong);
            let mut gradient = vec![7.0_f32; scores.len()];
            let target = Tensor::from_slice(&labels, &[2, 11, 37]);
            let refused = Loss::parse("dice(activation=softmax)").unwrap().eval_pair(
                None,
                &Tensor::from_slice(&scores, &shape).unwrap(),
                target.as_ref(),
                TensorMut::from_slice(&mut gradient, &shape).as_ref(),
            );
            assert!(refused.is_err(), "{wrong} at {place}");
            assert!(gradient.iter().all(|&derivative| derivative == 7.0), "{wrong} at {place}: something was written");
            labels[place] = right;
        }
    }
}
