//! The elementary functions on every f32 there is, and on a thousand million f64 each: `make exhaustive`.
//!
//! Ignored by `cargo test`, because it takes minutes. The errors are printed; bounds on them are asserted.

mod double;
mod single;
#[path = "../support/mod.rs"]
mod support;

use std::fmt::LowerExp;
use std::sync::atomic::{AtomicU64, Ordering};

use losskit::engine::Level;
use losskit::engine::level::Work;
use losskit::math::{Logistic, Real, Scalar, exp, ln, ln_1p, tanh};

/// What is measured.
#[derive(Clone, Copy, Debug)]
enum Function {
    Exp,
    Ln,
    Ln1p,
    Softplus,
    Sigmoid,
    Tanh,
}

impl Function {
    /// All of them, with the largest error that is allowed, in units in the last place.
    const ALL: [(Function, f64); 6] = [
        (Function::Exp, 1.1),
        (Function::Ln, 1.0),
        (Function::Ln1p, 1.0),
        (Function::Softplus, 1.75),
        (Function::Sigmoid, 1.75),
        (Function::Tanh, 1.2),
    ];
}

/// A function of every number of a block, compiled for each SIMD level as losses are.
struct Map<'b, S> {
    function: Function,
    inputs: &'b [S],
    outputs: &'b mut [S],
}

impl<S: Scalar> Work<S> for Map<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run<R: Real<Storage = S>>(self) {
        let Map { function, inputs, outputs } = self;
        match function {
            Function::Exp => map::<R>(inputs, outputs, exp),
            Function::Ln => map::<R>(inputs, outputs, ln),
            Function::Ln1p => map::<R>(inputs, outputs, ln_1p),
            Function::Softplus => map::<R>(inputs, outputs, |x| Logistic::of(x).minus_ln_q),
            Function::Sigmoid => map::<R>(inputs, outputs, |x| Logistic::of(x).p),
            Function::Tanh => map::<R>(inputs, outputs, tanh),
        }
    }
}

#[inline(always)]
fn map<R: Real>(inputs: &[R::Storage], outputs: &mut [R::Storage], of: impl Fn(R) -> R) {
    for (output, &input) in outputs.iter_mut().zip(inputs) {
        *output = of(R::load(input)).store();
    }
}

fn apply<S: Scalar>(function: Function, inputs: &[S], outputs: &mut [S]) {
    Level::best().run::<S, _>(Map { function, inputs, outputs });
}

/// The errors of some results.
#[derive(Clone, Copy)]
struct Errors<S> {
    worst: f64,
    at: S,
    sum: f64,
    count: u64,
}

impl<S: Copy + LowerExp> Errors<S> {
    fn none(at: S) -> Errors<S> {
        Errors { worst: 0.0, at, sum: 0.0, count: 0 }
    }

    #[inline(always)]
    fn add(&mut self, at: S, error: f64) {
        if error > self.worst {
            (self.worst, self.at) = (error, at);
        }
        self.sum += error;
        self.count += 1;
    }

    fn join(self, other: Errors<S>) -> Errors<S> {
        let larger = if other.worst > self.worst { other } else { self };
        Errors { sum: self.sum + other.sum, count: self.count + other.count, ..larger }
    }

    fn print(&self, function: Function, kind: &str) {
        let Errors { worst, at, sum, count } = self;
        let mean = sum / *count as f64;
        println!("{function:?} of {count} {kind}: at most {worst:.3} ulp, at {at:e}; {mean:.3} on average");
    }
}

/// Does `count` pieces of work on all cores, and joins their errors.
fn on_all_cores<S: Copy + LowerExp + Send>(count: u64, work: impl Fn(u64) -> Errors<S> + Sync) -> Errors<S> {
    let next = AtomicU64::new(0);
    let drain = || {
        let mut total: Option<Errors<S>> = None;
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return total;
            }
            let errors = work(index);
            total = Some(total.map_or(errors, |total| total.join(errors)));
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(drain)).collect();
        let results = threads.into_iter().filter_map(|thread| thread.join().expect("no panic"));
        results.reduce(Errors::join).expect("some work")
    })
}
