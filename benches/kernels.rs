//! Single kernels in the cache, one thread: `cargo bench --bench kernels`, or with a name, `… -- focal`.
//!
//! For working on one kernel. What counts is `make bench`, which measures beside others and beyond the caches.

use divan::Bencher;
use divan::counter::ItemsCount;
use losskit::Loss;
use losskit::tensor::{Tensor, TensorMut};

fn main() {
    divan::main();
}

/// Numbers between -4 and 4, the same each time.
fn scores(count: usize) -> Vec<f32> {
    let mut state = 12345_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 2_097_152.0 - 4.0
    };
    (0..count).map(|_| next()).collect()
}

/// Value and gradient of a loss of elements; targets are -1 and 1 for hinges, 0 and 1 for others.
#[divan::bench(args = ["mse", "mae", "huber", "bce", "focal", "hinge", "squared_hinge"], consts = [100, 10_000])]
fn elements<const COUNT: usize>(bencher: Bencher, spec: &str) {
    let loss = Loss::parse(spec).expect("a loss");
    let input = scores(COUNT);
    let low = if spec.contains("hinge") { -1.0 } else { 0.0 };
    let target: Vec<f32> = scores(COUNT + 7)[7..].iter().map(|&x| if x > 0.0 { 1.0 } else { low }).collect();
    let mut gradient = vec![0.0_f32; COUNT];
    bencher.counter(ItemsCount::new(COUNT)).bench_local(|| {
        let input = Tensor::from_slice(&input, &[COUNT]).expect("an input");
        let value = loss.eval_pair(
            None,
            &input,
            Tensor::from_slice(&target, &[COUNT]).as_ref(),
            TensorMut::from_slice(&mut gradient, &[COUNT]).as_ref(),
        );
        value.expect("a value")
    });
}

/// Value and gradient of a loss of a softmax, from labels.
#[divan::bench(
    args = ["cross_entropy", "cross_entropy(label_smoothing=0.1)", "categorical_focal", "multiclass_hinge"],
    consts = [10, 1000]
)]
fn rows<const CLASSES: usize>(bencher: Bencher, spec: &str) {
    const ROWS: usize = 64;
    let loss = Loss::parse(spec).expect("a loss");
    let input = scores(ROWS * CLASSES);
    let labels: Vec<i64> = (0..ROWS).map(|row| (row * 7919 % CLASSES) as i64).collect();
    let mut gradient = vec![0.0_f32; ROWS * CLASSES];
    bencher.counter(ItemsCount::new(ROWS * CLASSES)).bench_local(|| {
        let input = Tensor::from_slice(&input, &[ROWS, CLASSES]).expect("an input");
        let value = loss.eval_pair(
            None,
            &input,
            Tensor::from_slice(&labels, &[ROWS]).as_ref(),
            TensorMut::from_slice(&mut gradient, &[ROWS, CLASSES]).as_ref(),
        );
        value.expect("a value")
    });
}

/// Value and gradient of losses over the pixels of two images of four classes.
#[divan::bench(args = ["cross_entropy", "dice(activation=softmax)", "jaccard(activation=softmax)"])]
fn images(bencher: Bencher, spec: &str) {
    const SHAPE: [usize; 4] = [2, 4, 64, 64];
    let loss = Loss::parse(spec).expect("a loss");
    let count = SHAPE.iter().product();
    let input = scores(count);
    let labels: Vec<i64> = (0..count / 4).map(|pixel| (pixel * 7919 % 4) as i64).collect();
    let mut gradient = vec![0.0_f32; count];
    bencher.counter(ItemsCount::new(count)).bench_local(|| {
        let input = Tensor::from_slice(&input, &SHAPE).expect("an input");
        let value = loss.eval_pair(
            None,
            &input,
            Tensor::from_slice(&labels, &[2, 64, 64]).as_ref(),
            TensorMut::from_slice(&mut gradient, &SHAPE).as_ref(),
        );
        value.expect("a value")
    });
}
