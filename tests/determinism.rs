//! The same bits whatever the threads, the SIMD level, the layout in memory and the place of the gradient.

mod support;

use std::sync::Mutex;

use losskit::context::Executor;
use losskit::engine::Level;
use losskit::tensor::Dtype;
use losskit::{Context, Loss};

use support::call::{differentiated, value_of};
use support::cases;
use support::scene::{Scene, each_scene, same_results};
use support::{Arrangement, Array, Given, Random, evaluate, same_bits};

/// An executor that runs everything on the calling thread, in an order of its own, some of it more than once.
struct Odd(fn(usize) -> Vec<usize>);

impl Executor for Odd {
    fn parallel_for(&self, count: usize, task: &(dyn Fn(usize) + Sync)) {
        (self.0)(count).into_iter().for_each(task);
    }
}

/// An executor that runs every task on two threads at once.
struct Twice;

impl Executor for Twice {
    fn parallel_for(&self, count: usize, task: &(dyn Fn(usize) + Sync)) {
        std::thread::scope(|scope| {
            scope.spawn(|| (0..count).for_each(task));
            scope.spawn(|| (0..count).rev().for_each(task));
        });
    }
}

/// An executor that leaves out the last task.
struct Forgetful(Mutex<bool>);

impl Executor for Forgetful {
    fn parallel_for(&self, count: usize, task: &(dyn Fn(usize) + Sync)) {
        *self.0.lock().expect("not poisoned") |= count > 1;
        (0..count - 1).for_each(task);
    }
}

fn with_threads(threads: usize) -> Context {
    Context::with_threads(threads).expect("threads")
}

fn in_place(given: &[Given]) -> Vec<Given> {
    let mut given = given.to_vec();
    for given in given.iter_mut().filter(|given| given.gradient.is_some()) {
        given.gradient = None;
        given.in_place = true;
    }
    given
}

#[test]
fn every_loss_on_threads_and_on_a_hasty_executor() {
    let pool = with_threads(3);
    let twice = Context::with_executor(Box::new(Twice));
    each_scene(true, |scene| {
        let expected = scene.run(None);
        same_results(&scene.loss, "3 threads", &scene.run(Some(&pool)), &expected);
        // In place, a task that ran twice would read what it wrote.
        let found = Scene::run_with(&scene.loss, in_place(&scene.given), Some(&twice), Arrangement::Contiguous);
        same_results(&scene.loss, "in place, twice at once", &found, &expected);
    });
}

#[test]
fn every_family_at_any_number_of_threads_and_on_odd_executors() {
    let on = |order| Context::with_executor(Box::new(Odd(order)));
    let contexts = [
        ("1 thread", with_threads(1)),
        ("2 threads", with_threads(2)),
        ("7 threads", with_threads(7)),
        ("backwards", on(|count| (0..count).rev().collect())),
        (
            "odd first, all repeated",
            on(|count| {
                let odd_first = (1..count).step_by(2).chain((0..count).step_by(2));
                odd_first.chain(0..count).collect()
            }),
        ),
    ];
    each_scene(true, |scene| {
        let name = scene.loss.to_string();
        if !["mse", "cross_entropy", "linear_cross_entropy", "multiclass_hinge", "dice"]
            .iter()
            .any(|family| name.starts_with(family))
        {
            return;
        }
        let expected = scene.run(None);
        for (how, context) in &contexts {
            same_results(&scene.loss, how, &scene.run(Some(context)), &expected);
        }
    });
}

#[test]
fn at_every_level() {
    let levels: Vec<Level> = Level::available().collect();
    assert!(levels.contains(&Level::Portable) && levels.contains(&Level::best()));
    each_scene(false, |scene| {
        let expected = scene.run(None);
        for &level in &levels {
            let context = Context::serial().at_level(level);
            assert_eq!(context.level(), level);
            same_results(&scene.loss, &format!("{level:?}"), &scene.run(Some(&context)), &expected);
        }
    });
}

#[test]
fn in_any_layout_and_in_place() {
    each_scene(false, |scene| {
        let expected = scene.run(None);
        for arrangement in Arrangement::ALL {
            let laid: Vec<Given> = scene.given.iter().map(|given| given.arranged(arrangement)).collect();
            let over = in_place(&laid);
            for (how, given) in [("out of place", laid), ("in place", over)] {
                let found = Scene::run_with(&scene.loss, given, None, arrangement);
                same_results(&scene.loss, &format!("{arrangement:?} {how}"), &found, &expected);
            }
        }
    });
}

#[test]
fn one_operand_in_another_layout_than_the_rest() {
    each_scene(false, |scene| {
        let expected = scene.run(None);
        for position in 0..scene.given.len() {
            for arrangement in [Arrangement::Transposed, Arrangement::Strided] {
                let mut given = scene.given.clone();
                given[position] = given[position].arranged(arrangement);
                let found = Scene::run_with(&scene.loss, given, None, Arrangement::Contiguous);
                let how = format!("{} {arrangement:?}", scene.given[position].name);
                same_results(&scene.loss, &how, &found, &expected);
            }
        }
    });
}

#[test]
fn whatever_else_is_asked_for() {
    each_scene(false, |scene| {
        let expected = scene.run(None);
        let bare: Vec<Given> = scene.given.iter().map(|given| Given::new(&given.name, given.array.clone())).collect();
        let value = value_of(&scene.loss, None, &mut bare.clone(), expected.value.dtype()).expect("a value");
        same_bits(&format!("{}: value alone", scene.loss), &value, &expected.value);
        for (place, expected) in differentiated(&scene.loss, &bare).into_iter().zip(&expected.gradients) {
            let mut given = bare.clone();
            given[place] = given[place].clone().with_gradient(expected.dtype());
            evaluate(&scene.loss, None, &mut given, None).expect("a gradient");
            let gradient = given[place].gradient.as_ref().expect("asked for");
            same_bits(&format!("{}: gradient of {} alone", scene.loss, given[place].name), gradient, expected);
        }
    });
}

#[test]
fn weighted_sums_too() {
    let text = "0.7*cross_entropy(label_smoothing=0.2) + 0.3*multiclass_hinge + 1e-4*l2";
    let loss = Loss::parse(text).expect("a loss");
    let mut random = Random::new(17);
    let (rows, classes) = (27_001, 5);
    let labels: Vec<f64> = (0..rows).map(|_| random.below(classes) as f64).collect();
    let input = Array::new(Dtype::F32, &[rows, classes], &random.numbers(rows * classes, -3.0, 3.0));
    let given = vec![
        Given::new("input", input).with_gradient(Dtype::F32),
        Given::new("target", Array::new(Dtype::I32, &[rows], &labels)),
    ];
    let scene = Scene { loss, given };
    let expected = scene.run(None);
    let context = Context::with_threads(3).expect("threads");
    same_results(&scene.loss, "3 threads", &scene.run(Some(&context)), &expected);
    let found = Scene::run_with(&scene.loss, in_place(&scene.given), Some(&context), Arrangement::Contiguous);
    same_results(&scene.loss, "in place", &found, &expected);
    let laid: Vec<Given> = scene.given.iter().map(|given| given.arranged(Arrangement::Transposed)).collect();
    let found = Scene::run_with(&scene.loss, laid, None, Arrangement::Contiguous);
    same_results(&scene.loss, "transposed", &found, &expected);
}

#[test]
fn an_executor_that_leaves_work_out_is_noticed() {
    let case = cases::all().find(|case| case.loss == "mse").expect("a case");
    let scene = Scene::new(&case, "reduction=mean", &[500, 500], Dtype::F32, false);
    let context = Context::with_executor(Box::new(Forgetful(Mutex::new(false))));
    let mut given = scene.given.clone();
    let error = evaluate(&scene.loss, Some(&context), &mut given, None).expect_err("a task was left out");
    assert_eq!(error.status, losskit::error::Status::Internal);
    assert!(error.message.contains("executor"), "{error}");
}
