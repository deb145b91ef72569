//! Everyday calls take no memory from the heap.

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use losskit::tensor::{Dtype, Tensor, TensorMut};
use losskit::{Loss, Operand};

use support::{Array, Random};

/// The system's allocator, counting what the calling thread asks for.
struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    // A thread that is ending has no counter any more, and none of these tests on it.
    let _ = COUNT.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: every call goes on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are the system allocator's conditions.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(work: impl FnOnce()) -> usize {
    let before = COUNT.with(Cell::get);
    work();
    COUNT.with(Cell::get) - before
}

struct Everyday {
    spec: &'static str,
    shape: &'static [usize],
    /// The shape of the target, and how many labels there are; none for numbers as targets.
    target: Option<(&'static [usize], usize)>,
}

const EVERYDAY: &[Everyday] = &[
    Everyday { spec: "mse", shape: &[64, 10], target: None },
    Everyday { spec: "mae", shape: &[64, 10], target: None },
    Everyday { spec: "huber(delta=0.5)", shape: &[640], target: None },
    Everyday { spec: "bce", shape: &[64, 10], target: Some((&[64, 10], 2)) },
    Everyday { spec: "bce(pos_weight=2, label_smoothing=0.1)", shape: &[64, 10], target: Some((&[64, 10], 2)) },
    Everyday { spec: "focal(alpha=0.25)", shape: &[64, 10], target: Some((&[64, 10], 2)) },
    Everyday { spec: "cross_entropy", shape: &[64, 10], target: Some((&[64], 10)) },
    Everyday { spec: "cross_entropy", shape: &[8, 1000], target: Some((&[8], 1000)) },
    Everyday {
        spec: "cross_entropy(label_smoothing=0.1, ignore_index=0)",
        shape: &[64, 10],
        target: Some((&[64], 10)),
    },
    Everyday { spec: "cross_entropy", shape: &[2, 5, 16, 16], target: Some((&[2, 16, 16], 5)) },
    Everyday { spec: "cross_entropy", shape: &[2, 19, 32, 32], target: Some((&[2, 32, 32], 19)) },
    Everyday { spec: "dice(activation=softmax)", shape: &[4, 19, 64, 64], target: Some((&[4, 64, 64], 19)) },
    Everyday { spec: "jaccard(activation=sigmoid)", shape: &[2, 5, 64, 64], target: Some((&[2, 64, 64], 5)) },
    Everyday { spec: "categorical_focal", shape: &[64, 10], target: Some((&[64], 10)) },
    Everyday { spec: "hinge(labels=binary)", shape: &[64, 10], target: Some((&[64, 10], 2)) },
    Everyday { spec: "multiclass_hinge", shape: &[64, 10], target: Some((&[64], 10)) },
    Everyday { spec: "keras.mean_squared_error", shape: &[64, 10], target: None },
    Everyday {
        spec: "keras.sparse_categorical_crossentropy(from_logits=true)",
        shape: &[64, 10],
        target: Some((&[64], 10)),
    },
];

/// Input, target, and a buffer for the gradient.
fn arrays(everyday: &Everyday) -> [Array; 3] {
    let mut random = Random::new(31);
    let mut numbers =
        |shape: &[usize]| Array::new(Dtype::F32, shape, &random.numbers(shape.iter().product(), -2.0, 2.0));
    let input = numbers(everyday.shape);
    let gradient = numbers(everyday.shape);
    let target = match everyday.target {
        None => numbers(everyday.shape),
        Some((shape, labels)) => {
            let labels: Vec<f64> = (0..shape.iter().product()).map(|_| random.below(labels) as f64).collect();
            Array::new(Dtype::I32, shape, &labels)
        }
    };
    [input, target, gradient]
}

fn call(loss: &Loss, input: &Array, target: &Array, gradient: Option<TensorMut<'_>>, hessian: Option<TensorMut<'_>>) {
    let operands = [
        Operand { gradient, hessian, ..Operand::new("input", input.tensor()) },
        Operand::new("target", target.tensor()),
    ];
    let mut number = [0.0_f32];
    loss.eval(None, &operands, TensorMut::from_slice(&mut number, &[])).expect("a value");
    assert!(number[0].is_finite());
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(std::hint::black_box(Box::new(1)))), 1);
    assert_eq!(allocations(|| ()), 0);
}

#[test]
fn everyday_calls_allocate_nothing() {
    let mut complaints = Vec::new();
    for everyday in EVERYDAY {
        let loss = Loss::parse(everyday.spec).expect("a loss");
        let [input, target, mut gradient] = arrays(everyday);
        let mut hessian = gradient.clone();
        let has_hessian = loss.operands()[0].has_hessian;
        // The first call may look at the machine.
        call(&loss, &input, &target, None, None);
        let found = [
            ("value", allocations(|| call(&loss, &input, &target, None, None))),
            ("value and gradient", allocations(|| call(&loss, &input, &target, Some(gradient.output()), None))),
            (
                "all",
                allocations(|| {
                    let hessian = has_hessian.then(|| hessian.output());
                    call(&loss, &input, &target, Some(gradient.output()), hessian);
                }),
            ),
            (
                "pair",
                allocations(|| {
                    let (input, target, gradient) = (input.tensor(), target.tensor(), gradient.output());
                    let value = loss.eval_pair(None, &input, Some(&target), Some(&gradient));
                    assert!(value.expect("a value").is_finite());
                }),
            ),
        ];
        for (what, count) in found.into_iter().filter(|(_, count)| *count > 0) {
            complaints.push(format!("{} {:?}, {what}: {count}", everyday.spec, everyday.shape));
        }
    }
    assert!(complaints.is_empty(), "allocations per call:\n{}", complaints.join("\n"));
}

#[test]
fn regularisers_and_numbers_allocate_nothing() {
    let l2 = Loss::parse("1e-4*l2").expect("a loss");
    let huber = Loss::parse("huber").expect("a loss");
    let weights = [0.5_f32; 300];
    let mut gradient = [0.0_f32; 300];
    let input = Tensor::from_slice(&weights, &[30, 10]).expect("300 numbers");
    let run = || {
        let gradient = TensorMut::from_slice(&mut gradient, &[30, 10]);
        assert!(l2.eval_pair(None, &input, None, gradient.as_ref()).is_ok());
    };
    assert_eq!(allocations(run), 0, "{l2}");
    assert_eq!(allocations(|| assert!(huber.scalar(1.5, 0.25).is_ok())), 0, "{huber}.scalar");
}
