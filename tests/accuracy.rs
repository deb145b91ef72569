//! How far elementary functions are from the truth, and that multiply-add is the same with and without hardware.
//!
//! Run with `--nocapture` to see the largest error of each function.

mod support;

use losskit::math::real::{Emulated, Fused, MultiplyAdd};
use losskit::math::{Logistic, Real, RowExp, Scalar, Sum, exp, ln, ln_1p, tanh};
use proptest::prelude::*;

use support::Random;
use support::ulp::{error_f32, error_f64};

type Single = <f32 as Scalar>::Fused;
type Double = <f64 as Scalar>::Fused;

/// Every 4093rd f32 of all there are (4093 is a prime, so that mantissas of all kinds occur), and the edges.
fn singles() -> impl Iterator<Item = f32> {
    let edges = [0.0, -0.0, 1.0, -1.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, f32::MAX, f32::MIN_POSITIVE];
    let neighbours =
        [1.0_f32.next_down(), 1.0_f32.next_up(), (-1.0_f32).next_up(), (-1.0_f32).next_down(), f32::from_bits(1)];
    (0..=u32::MAX).step_by(4093).map(f32::from_bits).chain(edges).chain(neighbours)
}

fn check_f32(name: &str, of: impl Fn(f32) -> f32, truth: impl Fn(f64) -> f64) {
    let mut worst = (0.0, 0.0);
    for x in singles() {
        let error = error_f32(of(x), truth(f64::from(x)));
        if error > worst.0 {
            worst = (error, x);
        }
    }
    println!("{name}: at most {:.3} ulp, at {:e}", worst.0, worst.1);
    assert!(worst.0 <= 1.5, "{name}({:e}) is off by {} ulp", worst.1, worst.0);
}

#[test]
fn functions_of_f32() {
    check_f32("exp", |x| exp(Single::load(x)).store(), f64::exp);
    check_f32("ln", |x| ln(Single::load(x)).store(), f64::ln);
    check_f32("ln_1p", |x| ln_1p(Single::load(x)).store(), f64::ln_1p);
    let logistic = |x| Logistic::of(Single::load(x));
    check_f32("logistic p", |x| logistic(x).p.store(), |x| 1.0 / (1.0 + (-x).exp()));
    check_f32("logistic q", |x| logistic(x).q.store(), |x| 1.0 / (1.0 + x.exp()));
    let softplus = |x: f64| if x.is_nan() { x } else { x.max(0.0) + (-x.abs()).exp().ln_1p() };
    check_f32("-ln p", |x| logistic(x).minus_ln_p.store(), |x| softplus(-x));
    check_f32("-ln q", |x| logistic(x).minus_ln_q.store(), softplus);
    check_f32("tanh", |x| tanh(Single::load(x)).store(), f64::tanh);
}

/// Against e^(x−y) where y is the largest logit, after taking off the power of two by which both are divided.
#[test]
fn exponentials_of_a_row_of_f32() {
    let mut random = Random::new(41);
    let mut worst = 0.0_f64;
    for size in [60.0, 88.0, 1e4, 1e6, 1e9, 1e30] {
        for _ in 0..100_000 {
            let largest = random.between(-size, size) as f32;
            let x = largest - random.between(0.0, 110.0) as f32;
            let row = RowExp::below(Single::load(largest));
            let top = f64::from(row.of(Single::load(largest)).store());
            let power = f64::from(row.top.store() - Single::ROUNDER.store());
            let scaled = |x: f32| (f64::from(x) - f64::from(row.offset.store()) - power * std::f64::consts::LN_2).exp();
            assert!((0.5..2.0).contains(&top), "the largest of {largest:e} is {top}");
            worst = worst.max(error_f32(row.of(Single::load(x)).store(), scaled(x)));
        }
    }
    println!("exponentials of a row: at most {worst:.3} ulp");
    assert!(worst <= 1.0, "exponentials of a row are off by {worst} ulp");
}

#[test]
fn exponentials_of_a_row_at_its_edges() {
    let row = |largest: f32| move |x: f32| RowExp::below(Single::load(largest)).of(Single::load(x)).store();
    assert_eq!(row(3.0)(f32::NEG_INFINITY), 0.0);
    assert_eq!(row(3.0)(f32::MIN), 0.0);
    assert_eq!(row(f32::MAX)(f32::MAX), 1.0);
    assert_eq!(row(f32::MAX)(f32::MAX.next_down()), 0.0);
    assert_eq!(row(f32::MIN)(f32::MIN), 1.0);
    assert_eq!(row(f32::INFINITY)(1.0), 0.0);
    assert!(row(3.0)(f32::NAN).is_nan());
    assert!(row(f32::INFINITY)(f32::INFINITY).is_nan());
    assert!(row(f32::NEG_INFINITY)(f32::NEG_INFINITY).is_nan());
    let double = |largest, x| RowExp::below(Double::load(largest)).of(Double::load(x)).store();
    assert_eq!(double(1e300, 1e300), 1.0);
    assert_eq!(double(1e300, -1e300), 0.0);
    assert_eq!(double(0.0, -745.0), 5e-324);
    assert_eq!(double(0.0, -746.0), 0.0);
}

type Function = fn(Double) -> Double;

/// Arguments with results to some 32 digits: the nearest f64 and what is missing.
type Table = &'static [(f64, f64, f64)];

const EXP: Table = &[
    (1e-17, 1.0, 1e-17),
    (1e-05, 1.00001000005, 9.70188425858504e-17),
    (0.1, 1.1051709180756477, -8.149523913327619e-17),
    (0.5, 1.6487212707001282, -4.731568479435833e-17),
    (1.0, std::f64::consts::E, 1.4456468917292502e-16),
    (-1.0, 0.36787944117144233, -1.2428753672788363e-17),
    (-0.3465735902799727, 0.7071067811865475, 3.163259306795559e-17),
    (10.25, 28282.541920334977, 1.6137346351068288e-12),
    (-50.3, 1.4288530305087674e-22, 5.5629786993936424e-39),
    (88.7, 3.325986980250579e+38, -2.558061914428818e+21),
    (-104.5, 4.132631113961384e-46, -3.5881298122980494e-62),
    (350.7, 2.0280320004216163e+152, 8.382436942854442e+135),
    (-350.7, 4.930888663453564e-153, -4.0398962546290896e-169),
    (709.75, 1.7398368732641605e+308, 4.077104310933529e+291),
    (-708.3, 2.450295530965988e-308, 0.0),
    (-720.5, 1.2326102893e-313, 0.0),
];

const LN: Table = &[
    (5e-324, -744.4400719213812, -4.422444340918698e-14),
    (3e-310, -712.7027665394861, 5.060294180236257e-14),
    (f64::MIN_POSITIVE, -708.3964185322641, -2.7475416721234714e-14),
    (1e-200, -460.51701859880916, 2.2080942657241066e-14),
    (0.1, -2.3025850929940455, -1.7150243628057985e-16),
    (0.5, -std::f64::consts::LN_2, -2.3190468138462996e-17),
    (0.7071067811865475, -0.34657359027997275, 1.0775909101525876e-17),
    (0.7071067811865477, -0.3465735902799724, -8.272506549266096e-18),
    (0.99, -0.01005033585350145, 4.341832787901688e-19),
    (0.9999999999999999, -1.1102230246251565e-16, -6.162975822039155e-33),
    (1.0000000000000002, 2.2204460492503128e-16, 3.649214750845877e-48),
    (1.01, 0.009950330853168092, -3.736425524726216e-19),
    (1.5, 0.4054651081081644, -2.8811380259626426e-18),
    (3.7, 1.308332819650179, -8.256475934401426e-17),
    (10.0, std::f64::consts::LN_10, -2.1707562233822494e-16),
    (10000000000.0, 23.025850929940457, -3.94399383981999e-16),
    (f64::MAX, 709.782712893384, 2.3636017071323592e-14),
];

const LN_1P: Table = &[
    (1e-17, 1e-17, -5.000000000000001e-35),
    (1e-08, 9.999999950000001e-09, -4.779087200456198e-25),
    (-1e-08, -1.0000000050000001e-08, 5.0978583839376875e-25),
    (0.001, 0.0009995003330835331, 3.8971025988294614e-20),
    (-0.001, -0.0010005003335835335, -2.4776547035721437e-20),
    (0.3, 0.26236426446749106, -1.6067257209028454e-17),
    (-0.3, -0.35667494393873234, -2.6895094047056423e-17),
    (-0.4142, -0.5347768445885039, -2.8892379434508193e-17),
    (0.4143, 0.3466347090443171, -8.89323695693367e-19),
    (0.5, 0.4054651081081644, -2.8811380259626426e-18),
    (-0.5, -std::f64::consts::LN_2, -2.3190468138462996e-17),
    (-0.999, -6.907755278982136, -2.369515526854508e-16),
    (-0.9999999999999999, -36.7368005696771, -6.739832990259606e-16),
    (1.0, std::f64::consts::LN_2, 2.3190468138462996e-17),
    (2.5, 1.252762968495368, -6.097690852192957e-17),
    (1000.0, 6.90875477931522, 1.6736394835204341e-16),
    (1e+17, 39.14394658089878, -1.0157503206494484e-15),
    (1e+300, 690.7755278982137, 2.3747660028800243e-14),
];

const TANH: Table = &[
    (1e-300, 1e-300, 0.0),
    (1e-09, 1e-09, -3.3333333333333338e-28),
    (-1e-05, -9.999999999666668e-06, 4.5758701526937e-22),
    (0.1, 0.09966799462495582, 3.542433877641546e-18),
    (-0.1732, -0.17148863386990512, -7.430111901466613e-18),
    (0.3465, 0.33326791814661283, 1.7103574464853177e-17),
    (0.1733, 0.17158569137000115, 5.668731442582862e-19),
    (0.3, 0.2913126124515909, -6.4602656586469586e-18),
    (0.549, 0.4997703566046211, 1.4937251055586414e-17),
    (-0.75, -0.6351489523872873, -1.7012977006564836e-17),
    (1.0, 0.7615941559557649, 3.7090214482164924e-17),
    (2.5, 0.9866142981514303, -2.4529238788172874e-17),
    (-9.0, -0.999999969540041, 2.5991562562660026e-17),
    (19.0, 0.9999999999999999, 4.823964662155506e-17),
    (25.0, 1.0, -3.8574996959278356e-22),
    (-1000.0, -1.0, 0.0),
];

#[test]
fn functions_of_f64() {
    let functions: [(&str, Table, Function); 4] =
        [("exp", EXP, exp), ("ln", LN, ln), ("ln_1p", LN_1P, ln_1p), ("tanh", TANH, tanh)];
    for (name, table, of) in functions {
        let mut worst = 0.0_f64;
        for &(x, truth, missing) in table {
            let error = error_f64(of(Double::load(x)).store(), truth, missing);
            assert!(error <= 1.5, "{name}({x:e}) is off by {error} ulp");
            worst = worst.max(error);
        }
        println!("{name} of f64: at most {worst:.3} ulp");
    }
    let edges: [(f64, f64, f64, f64); 4] = [
        (f64::INFINITY, f64::INFINITY, f64::INFINITY, f64::INFINITY),
        (f64::NEG_INFINITY, 0.0, f64::NAN, f64::NAN),
        (0.0, 1.0, f64::NEG_INFINITY, 0.0),
        (f64::NAN, f64::NAN, f64::NAN, f64::NAN),
    ];
    for (x, e, l, l1) in edges {
        for (name, of, expected) in [("exp", exp as Function, e), ("ln", ln, l), ("ln_1p", ln_1p, l1)] {
            let found = of(Double::load(x)).store();
            assert!(found == expected || found.is_nan() && expected.is_nan(), "{name}({x}) is {found}");
        }
    }
    assert_eq!(ln_1p(Double::load(-1.0)).store(), f64::NEG_INFINITY);
    for x in [0.0, -0.0, f64::from_bits(1), -f64::MIN_POSITIVE, 1e-17] {
        assert_eq!(tanh(Double::load(x)).store().to_bits(), x.to_bits(), "tanh({x:e})");
    }
    assert_eq!([f64::INFINITY, f64::NEG_INFINITY].map(|x| tanh(Double::load(x)).store()), [1.0, -1.0]);
    assert!(tanh(Double::load(f64::NAN)).store().is_nan());
}

/// A number of one of the kinds that make rounding hard, as bits of a type with `mantissa` bits in its fraction.
fn awkward(random: &mut Random, width: u32, mantissa: u32) -> u64 {
    let sign_and_exponent = width - mantissa;
    let bits = random.bits() >> (64 - width);
    let fraction = (1 << mantissa) - 1;
    let bias = ((1_u64 << (sign_and_exponent - 2)) - 1) << mantissa;
    let near_one = (bits & (1 << (width - 1))) | (bias + ((random.below(64) as u64) << mantissa) - (32 << mantissa));
    match random.below(8) {
        0 => bits,
        1 => bits & (1 << (width - 1) | fraction),
        2 => bits & !fraction,
        3 => near_one,
        4 => near_one | fraction,
        5 => near_one | (bits & (fraction >> (mantissa / 2)) << (mantissa / 2)),
        _ => near_one | (bits & fraction),
    }
}

#[test]
fn emulated_multiply_add_of_f32_is_exact() {
    let mut random = Random::new(43);
    let check = |[a, b, c]: [f32; 3]| {
        let (found, expected) = (Emulated::single(a, b, c), Fused::single(a, b, c));
        let same = found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan();
        assert!(same, "{a:e} * {b:e} + {c:e} is {found:e} instead of {expected:e}");
    };
    for _ in 0..2_000_000 {
        let mut number = || f32::from_bits(awkward(&mut random, 32, 23) as u32);
        let [a, b, c] = [number(), number(), number()];
        check([a, b, c]);
        // A tie, or close to it: the addend is near half a unit of the product, or the product nearly cancels it.
        check([a, b, a * b * 2.0_f32.powi(-24)]);
        check([a, b, -(a * b)]);
    }
    let edges =
        [0.0, -0.0, 1.0, -1.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, f32::MAX, f32::MIN_POSITIVE, 1e-45, -1e-45];
    for a in edges {
        for b in edges {
            edges.iter().for_each(|&c| check([a, b, c]));
        }
    }
}

#[test]
fn emulated_multiply_add_of_f64_is_exact() {
    let mut random = Random::new(47);
    for _ in 0..300_000 {
        let mut number = || f64::from_bits(awkward(&mut random, 64, 52));
        let (a, b, c) = (number(), number(), number());
        let (found, expected) = (Emulated::double(a, b, c), Fused::double(a, b, c));
        assert!(found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan(), "{a:e} * {b:e} + {c:e}");
        // Products of 53 bits by 53 bits have 106, which two numbers hold: the second is what multiply-add gives.
        let (a, b) = (1.0 + a.abs().fract(), 1.0 + b.abs().fract());
        if a.is_finite() && b.is_finite() {
            let exact = u128::from((a * 2.0_f64.powi(52)) as u64) * u128::from((b * 2.0_f64.powi(52)) as u64);
            let rounded = a * b;
            let rest = exact as i128 - ((rounded * 2.0_f64.powi(52)) as i128) * (1 << 52);
            assert_eq!(Emulated::double(a, b, -rounded), rest as f64 * 2.0_f64.powi(-104), "{a:e} * {b:e}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn logarithm_undoes_exponential(x in -700.0..700.0_f64) {
        let back = ln(exp(Double::load(x))).store();
        prop_assert!((back - x).abs() <= 4.0 * f64::EPSILON * x.abs().max(1.0), "{x:e} becomes {back:e}");
    }

    #[test]
    fn exponential_turns_sums_into_products(x in -300.0..300.0_f64, y in -300.0..300.0_f64) {
        // The sum is exact in whole 2⁻²⁰.
        let grid = |number: f64| (number * 1_048_576.0).round() / 1_048_576.0;
        let (x, y) = (grid(x), grid(y));
        let [left, right, both] = [x, y, x + y].map(|number| exp(Double::load(number)).store());
        prop_assert!((left * right - both).abs() <= 4.0 * f64::EPSILON * both, "{x} and {y}");
    }

    #[test]
    fn logistic_parts_belong_together(x in -700.0..700.0_f64) {
        let Logistic { p, q, minus_ln_p, minus_ln_q, .. } = Logistic::of(Double::load(x));
        let mirrored = Logistic::of(Double::load(-x));
        prop_assert_eq!((p.store(), minus_ln_p.store()), (mirrored.q.store(), mirrored.minus_ln_q.store()));
        prop_assert!((p.store() + q.store() - 1.0).abs() <= f64::EPSILON);
        prop_assert!((minus_ln_p.store() - minus_ln_q.store() + x).abs() <= 4.0 * f64::EPSILON * x.abs().max(1.0));
    }

    #[test]
    fn sums_are_rounded_once(terms in prop::collection::vec(-1_000_000_000_000_i64..1_000_000_000_000, 0..200)) {
        // Scaled integers of very different sizes, whose exact sum is known.
        let scale = |index: usize, term: i64| term as f64 * if index.is_multiple_of(2) { 1.0 } else { 2.0_f64.powi(30) };
        let exact: i128 = terms.iter().enumerate()
            .map(|(index, &term)| i128::from(term) << if index.is_multiple_of(2) { 0 } else { 30 }).sum();
        let add = |sum: Sum, (index, &term): (usize, &i64)| sum.plus(scale(index, term));
        let forwards = terms.iter().enumerate().fold(Sum::ZERO, add);
        let backwards = terms.iter().enumerate().rev().fold(Sum::ZERO, add);
        let (left, right) = terms.split_at(terms.len() / 2);
        let halves = left.iter().enumerate().fold(Sum::ZERO, add).join(
            right.iter().enumerate().fold(Sum::ZERO, |sum, (index, term)| add(sum, (index + left.len(), term))));
        for sum in [forwards, backwards, halves] {
            prop_assert_eq!(sum.value(), exact as f64);
        }
    }
}
