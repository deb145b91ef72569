//! Margin losses over rows of few and of many classes, which are walked in two ways, against the formula, class by class.
//!
//! Scores and targets are multiples of a quarter, so that nothing is rounded and many of them tie.

mod support;

use losskit::tensor::Dtype;

use support::call::{parse, run};
use support::{Arrangement, Array, Given, Random};

const SPECIAL: [f64; 6] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 4096.0, 0.0, -0.0];

/// A row with these scores and targets: its loss and gradient.
fn expected(name: &str, scores: &[f64], targets: &[f64]) -> (f64, Vec<f64>) {
    let keras = name == "categorical_hinge";
    // What a target of zero leaves out is out, be it infinite.
    let product = |target: f64, score: f64| if target == 0.0 { 0.0 } else { target * score };
    let adjusted = |class: usize| match keras {
        true => product(1.0 - targets[class], scores[class]),
        false => scores[class] + 0.5 * (1.0 - targets[class]),
    };
    let (mut worst, mut worst_class, mut truth) = (f64::NEG_INFINITY, 0, 0.0);
    let mut has_nan = false;
    for class in 0..scores.len() {
        has_nan |= adjusted(class).is_nan();
        if adjusted(class) > worst {
            (worst, worst_class) = (adjusted(class), class);
        }
        truth += product(targets[class], scores[class]);
    }
    let loss = if keras { 1.0 + (worst - truth) } else { worst - truth };
    if has_nan || loss.is_nan() {
        return (f64::NAN, vec![f64::NAN; scores.len()]);
    }
    if keras && loss <= 0.0 {
        return (0.0, vec![0.0; scores.len()]);
    }
    let mut gradient: Vec<f64> = targets.iter().map(|target| -target).collect();
    gradient[worst_class] += if keras { 1.0 - targets[worst_class] } else { 1.0 };
    (loss, gradient)
}

/// Scores of some rows, every fourth of which has a number that is special, or none but zeros of either sign.
fn scores(random: &mut Random, rows: usize, classes: usize) -> Vec<f64> {
    let mut scores: Vec<f64> = (0..rows * classes).map(|_| random.below(33) as f64 / 4.0 - 4.0).collect();
    for row in (0..rows).step_by(4) {
        let special = SPECIAL[random.below(SPECIAL.len())];
        if special == 0.0 {
            (row * classes..(row + 1) * classes).for_each(|place| scores[place] = [0.0, -0.0][random.below(2)]);
        } else {
            scores[row * classes + random.below(classes)] = special;
        }
    }
    scores
}

fn check(name: &str, dtype: Dtype, (rows, classes): (usize, usize), labelled: bool, arrangement: Arrangement) {
    let mut random = Random::new((rows * 1000 + classes) as u64);
    let input = Array::new(dtype, &[rows, classes], &scores(&mut random, rows, classes));
    let (mut dense, mut labels) = (vec![0.0; rows * classes], vec![0.0; rows]);
    for row in 0..rows {
        let label = random.below(classes);
        if !labelled {
            (0..classes).for_each(|class| dense[row * classes + class] = random.below(5) as f64 / 4.0);
        } else if random.below(5) > 0 {
            (labels[row], dense[row * classes + label]) = (label as f64, 1.0);
        } else {
            labels[row] = -100.0;
        }
    }
    let target = match labelled {
        true => Array::new(Dtype::I64, &[rows], &labels),
        false => Array::new(dtype, &[rows, classes], &dense),
    };
    let options = match (name, labelled) {
        ("multiclass_hinge", true) => "margin=0.5, ignore_index=-100, ",
        ("multiclass_hinge", false) => "margin=0.5, ",
        (_, true) => "ignore_index=-100, ",
        (_, false) => "",
    };
    let loss = parse(&format!("{name}({options}reduction=none)"));
    let given = [Given::new("input", input.arranged(arrangement)), Given::new("target", target)];
    let (values, slopes) = run(&loss, &given);
    for row in 0..rows {
        let places = row * classes..(row + 1) * classes;
        let row_scores: Vec<f64> = places.clone().map(|place| input.get(place)).collect();
        let (value, gradient) = match labels[row] < 0.0 {
            true => (0.0, vec![0.0; classes]),
            false => expected(name, &row_scores, &dense[places.clone()]),
        };
        let same = |found: f64, expected: f64| found == expected || found.is_nan() && expected.is_nan();
        let what = format!("{loss}, {dtype:?} {rows} by {classes}, row {row}: {row_scores:?}");
        assert!(same(values[row], value), "{what}: {} instead of {value}", values[row]);
        for (&found, expected) in slopes[places].iter().zip(gradient) {
            assert!(same(found, expected), "{what}: a slope of {found} instead of {expected}");
        }
    }
}

#[test]
fn rows_of_few_and_many_classes_follow_the_formula() {
    for name in ["multiclass_hinge", "categorical_hinge"] {
        for classes in [1, 2, 3, 10, 31, 63, 64, 65, 130, 600] {
            for rows in [1, 15, 16, 17, 129] {
                for labelled in [true, false] {
                    check(name, Dtype::F32, (rows, classes), labelled, Arrangement::Contiguous);
                    check(name, Dtype::F64, (rows, classes), labelled, Arrangement::Transposed);
                }
            }
        }
    }
}

#[test]
fn in_half_precision_too() {
    for dtype in [Dtype::Bf16, Dtype::F16] {
        for classes in [5, 64, 65] {
            check("multiclass_hinge", dtype, (33, classes), true, Arrangement::Contiguous);
            check("categorical_hinge", dtype, (33, classes), false, Arrangement::Strided);
        }
    }
}
