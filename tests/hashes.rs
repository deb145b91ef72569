//! The bits of every loss, against hashes in the tree: at every level of SIMD instructions, at any number of threads,
//! on the host's executor, and on every architecture that this is compiled for.
//!
//! Other tests compare two runs on one machine. This one compares a run with what another machine computed. After a
//! change that is meant to change bits, `make hashes` writes the file anew.

mod support;

use std::path::{Path, PathBuf};

use losskit::context::Executor;
use losskit::engine::Level;
use losskit::tensor::Dtype;
use losskit::{Context, Loss};

use support::cases::{self, Case, Input, Target};
use support::scene::{Results, Scene, each_scene};
use support::{Array, Given, Random};

/// One line of the file: what is computed, and the hashes of value, gradients and Hessian.
struct Line {
    what: String,
    hashes: String,
}

/// What is done with a scene and the word for its numbers.
type Visit<'v> = dyn FnMut(&Scene, &str) + 'v;

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/hashes.tsv")
}

/// The 64-bit hash of Fowler, Noll and Vo (1a) over the elements' bits. All NaN are alike.
fn hash<'a>(arrays: impl IntoIterator<Item = &'a Array>) -> String {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    for number in arrays.into_iter().flat_map(Array::numbers) {
        let number = if number.is_nan() { f64::NAN } else { number };
        for byte in number.to_bits().to_le_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
    }
    format!("{hash:016x}")
}

fn line(scene: &Scene, numbers: &str, results: &Results) -> Line {
    let input = &scene.given[0].array;
    let shape: Vec<String> = input.shape().iter().map(usize::to_string).collect();
    // Its presence does not show in the text, because the name is the default.
    let bias = if scene.given.iter().any(|given| given.name == "bias") { ", bias" } else { "" };
    let hessian = results.hessian.as_ref().map_or("-".to_owned(), |hessian| hash([hessian]));
    Line {
        what: format!("{}\t{:?}\t{}\t{numbers}{bias}", scene.loss, input.dtype(), shape.join("x")),
        hashes: format!("{}\t{}\t{hessian}", hash([&results.value]), hash(&results.gradients)),
    }
}

/// Sizes at which blocks end within a lane, a cache line and a row.
fn narrow(case: &Case) -> Vec<usize> {
    let mut shape = match case.shape.len() {
        2 => vec![203, 21],
        3 => vec![9, 5, 103],
        _ => vec![3, 4, 11, 37],
    };
    if case.arguments.contains('[') {
        // Lists of weights in the table are for three classes.
        shape[case.classes] = shape[case.classes] - case.class_count(&shape) + 3;
    }
    shape
}

/// Every loss with every option in every type, with inputs far beyond where probabilities become subnormal, and with
/// rows in which several classes have the largest input.
fn narrow_scenes(visit: &mut Visit) {
    for case in cases::all() {
        let shape = narrow(&case);
        let target = format!("{:?}", case.target).to_lowercase();
        for (dtype, more, weighed) in [
            (Dtype::F32, "reduction=sum", true),
            (Dtype::F64, "reduction=none", true),
            (Dtype::F16, "reduction=mean", false),
            (Dtype::Bf16, "reduction=none", false),
        ] {
            visit(&Scene::new(&case, more, &shape, dtype, weighed), &format!("typical, {target}"));
        }
        if case.input == Input::Scores {
            let mut otherwise = |numbers: &str, dtype: Dtype, change: &dyn Fn(f64) -> f64| {
                let mut scene = Scene::new(&case, "reduction=none", &shape, dtype, false);
                let input = &mut scene.given[0].array;
                let changed: Vec<f64> = input.numbers().iter().map(|&number| change(number)).collect();
                *input = Array::new(dtype, &shape, &changed);
                visit(&scene, &format!("{numbers}, {target}"));
            };
            for (dtype, factor) in [(Dtype::F32, 45.0), (Dtype::F64, 320.0)] {
                otherwise("extreme", dtype, &|number| number * factor);
                if matches!(case.target, Target::Labels | Target::Soft) {
                    otherwise("tied", dtype, &|number| number.clamp(-1.0, 1.0).round());
                }
            }
        }
    }
}

/// Every loss at sizes that are divided among threads, and a sum of several.
fn wide_scenes(visit: &mut Visit) {
    each_scene(true, |scene| {
        let labels = scene.given.get(1).is_some_and(|given| given.array.dtype() == Dtype::I64);
        visit(scene, if labels { "wide, labels" } else { "wide" });
    });
    for dtype in [Dtype::F32, Dtype::F64, Dtype::F16, Dtype::Bf16] {
        let text = "0.7*cross_entropy(label_smoothing=0.2) + 0.3*multiclass_hinge + 1e-4*l2";
        let loss = Loss::parse(text).expect("a loss");
        let mut random = Random::new(17);
        let (rows, classes) = (27_001, 5);
        let labels: Vec<f64> = (0..rows).map(|_| random.below(classes) as f64).collect();
        let input = Array::new(dtype, &[rows, classes], &random.numbers(rows * classes, -3.0, 3.0));
        let target = Array::new(Dtype::I32, &[rows], &labels);
        let given = vec![Given::new("input", input).with_gradient(dtype), Given::new("target", target)];
        visit(&Scene { loss, given }, "wide, labels");
    }
}

fn lines_at(context: Option<&Context>, scenes: fn(&mut Visit)) -> Vec<Line> {
    let mut lines = Vec::new();
    scenes(&mut |scene, numbers| lines.push(line(scene, numbers, &scene.run(context))));
    lines
}

/// Compares with the lines of the file; all of them must be there, in any order.
fn compare(how: &str, found: &[Line]) {
    let text = std::fs::read_to_string(file()).expect("tests/vectors/hashes.tsv is there: `make hashes` writes it");
    let expected: std::collections::BTreeMap<&str, &str> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            // The hashes are the last three columns.
            let columns: Vec<(usize, &str)> = line.match_indices('\t').collect();
            let (place, _) = columns[columns.len() - 3];
            (&line[..place], &line[place + 1..])
        })
        .collect();
    let mut wrong = Vec::new();
    for Line { what, hashes } in found {
        match expected.get(what.as_str()) {
            Some(&wanted) if wanted == hashes => (),
            Some(wanted) => wrong.push(format!("{what}: found {hashes}, expected {wanted}")),
            None => wrong.push(format!("{what}: not in the file")),
        }
    }
    let shown = wrong.iter().take(12).cloned().collect::<Vec<_>>().join("\n");
    assert!(
        wrong.is_empty(),
        "{how}: {} of {} cases differ from tests/vectors/hashes.tsv (value, gradient, hessian); if bits were meant to \
         change, run `make hashes`\n{shown}",
        wrong.len(),
        found.len()
    );
}

/// Deals the tasks to four threads, from the last to the first.
struct Dealing;

impl Executor for Dealing {
    fn parallel_for(&self, count: usize, task: &(dyn Fn(usize) + Sync)) {
        std::thread::scope(|scope| {
            for thread in 0..4 {
                scope.spawn(move || (0..count).rev().filter(|index| index % 4 == thread).for_each(task));
            }
        });
    }
}

#[test]
fn at_every_level() {
    for level in Level::available() {
        let context = Context::serial().at_level(level);
        let mut lines = lines_at(Some(&context), narrow_scenes);
        lines.extend(lines_at(Some(&context), wide_scenes));
        println!("{} cases at level {level:?} of {}", lines.len(), std::env::consts::ARCH);
        compare(&format!("level {level:?}"), &lines);
    }
}

#[test]
fn at_any_number_of_threads_and_on_the_hosts_executor() {
    for threads in [1, 2, 3, 7] {
        let context = Context::with_threads(threads).expect("threads");
        compare(&format!("{threads} threads"), &lines_at(Some(&context), wide_scenes));
    }
    let context = Context::with_executor(Box::new(Dealing));
    compare("the host's executor", &lines_at(Some(&context), wide_scenes));
}

#[test]
fn every_line_of_the_file_is_a_case() {
    let mut known: Vec<String> = Vec::new();
    let mut visit = |scene: &Scene, numbers: &str| known.push(line(scene, numbers, &scene.run(None)).what);
    narrow_scenes(&mut visit);
    wide_scenes(&mut visit);
    known.sort();
    let repeated = known.windows(2).find(|pair| pair[0] == pair[1]);
    assert!(repeated.is_none(), "two cases of one name: {repeated:?}");
    let text = std::fs::read_to_string(file()).expect("the file is there");
    let lines = text.lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!(lines, known.len(), "lines of tests/vectors/hashes.tsv, and cases: run `make hashes`");
}

#[test]
#[ignore = "writes the file: make hashes"]
fn write_the_file() {
    let mut text = String::from(
        "# The bits of results, hashed; tests/hashes.rs reads this, and `make hashes` writes it.\n\
         # spec, type, shape, numbers, then the hashes of value, gradients and Hessian; - where there is none.\n",
    );
    let mut lines = lines_at(None, narrow_scenes);
    lines.extend(lines_at(None, wide_scenes));
    for Line { what, hashes } in lines {
        text += &format!("{what}\t{hashes}\n");
    }
    std::fs::write(file(), text).expect("the file can be written");
}
