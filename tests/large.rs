//! Gradients so large that they are written past the caches: at any alignment, in any type, by any number of threads, and
//! with nothing written beside them.

use half::{bf16, f16};
use losskit::tensor::{Element, Layout, Shape, Tensor, TensorMut};
use losskit::{Context, Loss};

/// A little more than 16 MiB of 16-bit numbers, and a few more than a whole number of blocks.
const COUNT: usize = (8 << 20) + 259;
const MARGIN: usize = 40;

/// The gradient of a summed squared error against 0, 2x, between margins that must stay as they are.
fn check<T: Element + PartialEq + std::fmt::Debug>(
    from: impl Fn(f32) -> T,
    (offset, threads): (usize, usize),
    repeated: bool,
) {
    let number = |index: usize| (index % 251) as f32 - 125.0;
    let (zero, canary) = (from(0.0), from(77.0));
    let input: Vec<T> = (0..COUNT).map(|index| from(number(index))).collect();
    let mut memory: Vec<T> = std::iter::repeat_n(canary, COUNT + 2 * MARGIN).collect();
    let loss = Loss::parse("mse(reduction=sum)").unwrap();
    let context = Context::with_threads(threads).unwrap();
    let shape = Shape::new(&[COUNT]).unwrap();
    // One number repeated is read by way of a buffer, and with it all else; as many as there are elements are not.
    let zeros = vec![zero; if repeated { 1 } else { COUNT }];
    let layout = Layout::strided(shape, &[if repeated { 0 } else { 1 }]).unwrap();
    // SAFETY: the layout reaches as many numbers as there are.
    let target = unsafe { Tensor::from_raw(zeros.as_ptr().cast(), T::DTYPE, layout) };
    let (start, end) = (MARGIN + offset, MARGIN + offset + COUNT);
    let gradient = TensorMut::from_slice(&mut memory[start..end], &[COUNT]).unwrap();
    let input_tensor = Tensor::from_slice(&input, &[COUNT]).unwrap();
    loss.eval_pair(Some(&context), &input_tensor, Some(&target), Some(&gradient)).unwrap();
    assert!(memory[..start].iter().chain(&memory[end..]).all(|&beside| beside == canary), "written beside");
    for (index, &found) in memory[start..end].iter().enumerate() {
        assert_eq!(found, from(2.0 * number(index)), "element {index} of {}, offset {offset}", T::DTYPE);
    }
}

#[test]
fn f32_at_any_alignment() {
    for place in [(0, 1), (1, 2), (3, 3), (5, 1), (13, 2)] {
        check(|number| number, place, place.0 == 1);
    }
}

#[test]
fn other_types() {
    for repeated in [false, true] {
        check(f64::from, (1, 2), repeated);
        check(bf16::from_f32, (1, 2), repeated);
        check(f16::from_f32, (3, 2), repeated);
    }
}
