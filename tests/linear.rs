//! linear_cross_entropy against cross_entropy of the logits, at sizes that cross the borders of tiles, blocks and
//! chunks.

mod support;

use losskit::tensor::Dtype;
use losskit::{Context, Loss};

use support::call::value_of;
use support::{Arrangement, Array, Given, Random, evaluate, same_bits};

/// Extents, and whether the logits of a block of rows are kept.
#[derive(Clone, Copy, Debug)]
struct Size {
    rows: usize,
    width: usize,
    classes: usize,
}

const fn size(rows: usize, width: usize, classes: usize) -> Size {
    Size { rows, width, classes }
}

/// One tile; several, the last one narrow; several blocks of rows; pieces of the input's gradient; logits that are
/// computed twice.
const SIZES: &[Size] = &[
    size(1, 1, 1),
    size(5, 3, 7),
    size(70, 20, 256),
    size(33, 300, 700),
    size(1500, 16, 300),
    size(150, 9000, 9),
    size(130, 2, 2500),
    size(65, 3, 100_000),
];

fn operands(size: Size, dtype: Dtype, seed: u64) -> Vec<Given> {
    let Size { rows, width, classes } = size;
    let mut random = Random::new(seed);
    let mut numbers =
        |shape: &[usize], most: f64| Array::new(dtype, shape, &random.numbers(shape.iter().product(), -most, most));
    let reach = 3.0 / (width as f64).sqrt();
    let input = numbers(&[rows, width], 2.0);
    let (weight, bias) = (numbers(&[classes, width], reach), numbers(&[classes], 1.0));
    let labels: Vec<f64> = (0..rows).map(|_| random.below(classes) as f64).collect();
    vec![
        Given::new("input", input),
        Given::new("target", Array::new(Dtype::I64, &[rows], &labels)),
        Given::new("weight", weight),
        Given::new("bias", bias),
    ]
}

/// The logits and, from the gradient by them, the gradients of input, weight and bias: plain loops in f64.
struct Reference {
    value: Vec<f64>,
    gradients: Vec<Vec<f64>>,
}

fn reference(loss: &Loss, size: Size, given: &[Given], softcap: Option<f64>) -> Reference {
    let Size { rows, width, classes } = size;
    let (x, w, b) = (given[0].array.numbers(), given[2].array.numbers(), given[3].array.numbers());
    let (mut logits, mut slopes) = (Vec::new(), Vec::new());
    for row in x.chunks(width) {
        for (weights, bias) in w.chunks(width).zip(&b) {
            let logit = row.iter().zip(weights).map(|(x, w)| x * w).sum::<f64>() + bias;
            let tanh = softcap.map(|bound| (bound * (logit / bound).tanh(), (logit / bound).cosh().powi(-2)));
            let (logit, slope) = tanh.unwrap_or((logit, 1.0));
            logits.push(logit);
            slopes.push(slope);
        }
    }
    let mut pair =
        vec![Given::new("input", Array::new(Dtype::F64, &[rows, classes], &logits)).with_gradient(Dtype::F64)];
    pair.push(given[1].clone());
    pair.extend(given[4..].iter().cloned());
    let value = value_of(loss, None, &mut pair, Dtype::F64).expect("a value").numbers();
    let mut g = pair[0].gradient.as_ref().expect("asked for").numbers();
    g.iter_mut().zip(slopes).for_each(|(g, slope)| *g *= slope);
    let mut gradients = vec![vec![0.0; rows * width], vec![0.0; classes * width], vec![0.0; classes]];
    for row in 0..rows {
        for class in 0..classes {
            let g = g[row * classes + class];
            for column in 0..width {
                gradients[0][row * width + column] += g * w[class * width + column];
                gradients[1][class * width + column] += g * x[row * width + column];
            }
            gradients[2][class] += g;
        }
    }
    Reference { value, gradients }
}

fn close(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let scale = expected.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        let gap = (found - expected).abs();
        assert!(gap <= tolerance * scale, "{what}[{index}]: {found:e} instead of {expected:e} (scale {scale:e})");
    }
}

const DIFFERENTIATED: [usize; 3] = [0, 2, 3];

fn all_gradients(given: &mut [Given], dtype: Dtype) {
    for place in DIFFERENTIATED {
        given[place] = given[place].clone().with_gradient(dtype);
    }
}

fn parse(text: &str) -> Loss {
    Loss::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

/// Options of both losses, and the bound of the logits.
const OPTIONS: &[(&str, Option<f64>)] = &[
    ("", None),
    ("label_smoothing=0.2, reduction=none", None),
    ("ignore_index=0, reduction=weighted_mean", Some(1.5)),
    ("label_smoothing=0.1, reduction=sum, sample_weight=@importance, mask=@kept", Some(4.0)),
];

fn weighed(given: &mut Vec<Given>, options: &str, rows: usize) {
    if options.contains("@kept") {
        let kept: Vec<f64> = (0..rows).map(|row| f64::from(row % 5 != 1)).collect();
        let importance = Random::new(7).numbers(rows, 0.25, 2.0);
        given.push(Given::new("importance", Array::new(Dtype::F64, &[rows], &importance)));
        given.push(Given::new("kept", Array::new(Dtype::U8, &[rows], &kept)));
    }
}

#[test]
fn agrees_with_cross_entropy_of_the_logits() {
    for (round, &size) in SIZES.iter().enumerate() {
        for &(options, softcap) in OPTIONS {
            if round == SIZES.len() - 1 && options.is_empty() {
                continue;
            }
            for (dtype, tolerance) in [(Dtype::F64, 1e-12), (Dtype::F32, 2e-5)] {
                let mut given = operands(size, dtype, 3);
                weighed(&mut given, options, size.rows);
                let plain = parse(&format!("cross_entropy({options})"));
                let expected = reference(&plain, size, &given, softcap);
                let cap = softcap.map_or(String::new(), |bound| format!("softcap={bound}, "));
                let loss = parse(&format!("linear_cross_entropy({cap}{options})"));
                all_gradients(&mut given, dtype);
                let what = format!("{loss} {size:?} {dtype}");
                let value =
                    value_of(&loss, None, &mut given, Dtype::F64).unwrap_or_else(|error| panic!("{what}: {error}"));
                close(&format!("{what} value"), &value.numbers(), &expected.value, tolerance);
                for (place, expected) in DIFFERENTIATED.iter().zip(&expected.gradients) {
                    let found = given[*place].gradient.as_ref().expect("asked for").numbers();
                    close(&format!("{what} {}", given[*place].name), &found, expected, tolerance);
                }
            }
        }
    }
}

/// Sizes at which several blocks of rows meet: with all logits of a block kept, with those of two blocks and more where the
/// matrix's gradient will be, and with logits computed twice.
const BLOCKS: &[(Size, Dtype)] = &[
    (size(1500, 16, 300), Dtype::F32),
    (size(150, 9000, 9), Dtype::F64),
    (size(140, 130, 190_000), Dtype::F32),
    (size(1100, 2, 100_000), Dtype::F64),
];

#[test]
fn wherever_gradients_lie_and_whatever_else_is_asked_for() {
    let context = Context::with_threads(3).expect("threads");
    for &(size, dtype) in BLOCKS {
        let loss = parse("linear_cross_entropy(softcap=5, label_smoothing=0.1, z_loss=0.01)");
        let given = operands(size, dtype, 11);
        let mut expected = given.clone();
        all_gradients(&mut expected, dtype);
        let value = value_of(&loss, None, &mut expected, dtype).expect("a value");
        let compare = |what: &str, found: &[Given], places: &[usize]| {
            for &place in places {
                let own = &found[place];
                let found = if own.in_place { &own.array } else { own.gradient.as_ref().expect("asked for") };
                let what = format!("{size:?}, {what}: {}", own.name);
                same_bits(&what, found, expected[place].gradient.as_ref().expect("asked for"));
            }
        };
        let mut found = given.clone();
        let alone = value_of(&loss, Some(&context), &mut found, dtype).expect("a value");
        same_bits("value alone", &alone, &value);
        // The largest is for what the others do not reach: all gradients at once, of logits computed twice.
        let sets = [&[0, 2, 3][..], &[0], &[2], &[3], &[0, 2], &[2, 3]];
        for places in sets.into_iter().take(if size.classes > 10_000 { 1 } else { sets.len() }) {
            let mut apart = given.clone();
            for &place in places {
                apart[place] = apart[place].clone().with_gradient(dtype);
            }
            let mut strided = apart.clone();
            let mut over = given.clone();
            for &place in places {
                strided[place] = strided[place].arranged(Arrangement::Strided);
                over[place].in_place = true;
            }
            for (what, mut found) in [("apart", apart), ("strided", strided), ("in place", over)] {
                let own = value_of(&loss, Some(&context), &mut found, dtype).expect("a value");
                same_bits(what, &own, &value);
                compare(&format!("{what} {places:?}"), &found, places);
            }
        }
    }
}

#[test]
fn parts_of_a_batch_add_up() {
    for &(size, dtype) in BLOCKS {
        let Size { rows, width, .. } = size;
        let loss = parse(&format!("linear_cross_entropy(denominator={rows})"));
        let mut whole = operands(size, dtype, 17);
        all_gradients(&mut whole, dtype);
        let value = value_of(&loss, None, &mut whole, Dtype::F64).expect("a value").get(0);
        let mut parts = operands(size, dtype, 17);
        let (input, target) = (parts[0].array.numbers(), parts[1].array.numbers());
        all_gradients(&mut parts, dtype);
        let (mut sum, mut by_input) = (0.0, Vec::new());
        for (turn, start) in (0..rows).step_by(rows / 3).enumerate() {
            let end = rows.min(start + rows / 3);
            parts[0] =
                Given::new("input", Array::new(dtype, &[end - start, width], &input[start * width..end * width]))
                    .with_gradient(dtype);
            parts[1] = Given::new("target", Array::new(Dtype::I64, &[end - start], &target[start..end]));
            parts[2].accumulate = turn > 0;
            parts[3].accumulate = turn > 0;
            sum += value_of(&loss, None, &mut parts, Dtype::F64).expect("a value").get(0);
            by_input.extend(parts[0].gradient.as_ref().expect("asked for").numbers());
        }
        let tolerance = if dtype == Dtype::F64 { 1e-12 } else { 2e-5 };
        close(&format!("{size:?} value"), &[sum], &[value], tolerance);
        close(&format!("{size:?} input"), &by_input, &whole[0].gradient.as_ref().expect("there").numbers(), tolerance);
        for place in [2, 3] {
            let of = |given: &[Given]| given[place].gradient.as_ref().expect("asked for").numbers();
            close(&format!("{size:?} {}", whole[place].name), &of(&parts), &of(&whole), tolerance);
        }
    }
}

#[test]
fn what_does_not_count_is_neither_read_nor_counted() {
    let size = size(40, 8, 300);
    let loss = parse("linear_cross_entropy(ignore_index=-100, reduction=none)");
    let clean = operands(size, Dtype::F32, 23);
    let mut poisoned = clean.clone();
    let mut without = clean.clone();
    let gone: Vec<usize> = (0..size.rows).step_by(3).collect();
    for &row in &gone {
        poisoned[1].array.set(row, -100.0);
        without[1].array.set(row, -100.0);
        for column in 0..size.width {
            poisoned[0].array.set(row * size.width + column, [f64::NAN, f64::INFINITY][column % 2]);
        }
    }
    let mut results = Vec::new();
    for mut given in [poisoned, without] {
        all_gradients(&mut given, Dtype::F32);
        let value = value_of(&loss, None, &mut given, Dtype::F32).expect("a value");
        for &row in &gone {
            assert_eq!(value.get(row), 0.0);
            let by_input = given[0].gradient.as_ref().expect("there");
            assert!((0..size.width).all(|column| by_input.get(row * size.width + column) == 0.0));
        }
        results.push(given);
    }
    for place in DIFFERENTIATED {
        let [found, expected] = [0, 1].map(|turn: usize| results[turn][place].gradient.as_ref().expect("there"));
        same_bits("a poisoned row", found, expected);
    }
    // Nothing at all counts: zeros, whatever lay there.
    let mut given = clean;
    (0..size.rows).for_each(|row| given[1].array.set(row, -100.0));
    all_gradients(&mut given, Dtype::F32);
    evaluate(&loss, None, &mut given, None).expect("zeros");
    for place in DIFFERENTIATED {
        assert!(given[place].gradient.as_ref().expect("there").numbers().iter().all(|&number| number == 0.0));
    }
}

#[test]
fn a_class_that_cannot_be_costs_what_it_should() {
    let given = |bias: &[f64], label: f64| {
        vec![
            Given::new("input", Array::new(Dtype::F64, &[1, 1], &[1.0])),
            Given::new("target", Array::new(Dtype::I64, &[1], &[label])),
            Given::new("weight", Array::new(Dtype::F64, &[3, 1], &[0.0, 1.0, 2.0])),
            Given::new("bias", Array::new(Dtype::F64, &[3], bias)),
        ]
    };
    let loss = parse("linear_cross_entropy");
    let value =
        |bias: &[f64], label| value_of(&loss, None, &mut given(bias, label), Dtype::F64).expect("a value").get(0);
    let ruled_out = f64::NEG_INFINITY;
    assert!((value(&[0.0, 0.0, ruled_out], 1.0) - (-1.0_f64).exp().ln_1p()).abs() < 1e-15);
    assert_eq!(value(&[0.0, ruled_out, ruled_out], 0.0), 0.0);
    assert_eq!(value(&[0.0, 0.0, ruled_out], 2.0), f64::INFINITY);
    assert!(value(&[ruled_out; 3], 0.0).is_nan());
    assert!(value(&[0.0, f64::INFINITY, 0.0], 0.0).is_nan());
    assert!(value(&[0.0, f64::NAN, 0.0], 0.0).is_nan());
}

#[test]
fn a_single_class_costs_nothing() {
    for dtype in [Dtype::F32, Dtype::F64] {
        let mut given = operands(size(9, 3, 1), dtype, 29);
        given.push(Given::new("balance", Array::new(dtype, &[1], &[1.37])));
        all_gradients(&mut given, dtype);
        let loss = parse("linear_cross_entropy(label_smoothing=0.3, class_weight=@balance, reduction=none)");
        assert!(value_of(&loss, None, &mut given, dtype).expect("a value").numbers().iter().all(|&value| value == 0.0));
        for place in DIFFERENTIATED {
            assert!(given[place].gradient.as_ref().expect("there").numbers().iter().all(|&slope| slope == 0.0));
        }
    }
}
