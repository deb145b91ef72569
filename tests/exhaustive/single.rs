//! Every f32. The truth is the C library's f64, whose own error is some 10⁻⁹ of a unit of f32.

use super::support::ulp::error_f32;
use super::{Errors, Function, apply, on_all_cores};

/// Numbers at a time: they stay in the first cache.
const BLOCK: usize = 1024;

/// Blocks that one thread takes at a time.
const BLOCKS: u64 = 1024;

#[inline(always)]
fn measure(function: Function, start: u32, truth: impl Fn(f64) -> f64, errors: &mut Errors<f32>) {
    let (mut inputs, mut outputs) = ([0.0; BLOCK], [0.0; BLOCK]);
    inputs.iter_mut().zip(start..=u32::MAX).for_each(|(input, bits)| *input = f32::from_bits(bits));
    apply(function, &inputs, &mut outputs);
    for (&x, &found) in inputs.iter().zip(&outputs) {
        errors.add(x, error_f32(found, truth(f64::from(x))));
    }
}

fn block(function: Function, start: u32, errors: &mut Errors<f32>) {
    // Each arm is a loop of its own around its own function.
    match function {
        Function::Exp => measure(function, start, f64::exp, errors),
        Function::Ln => measure(function, start, f64::ln, errors),
        Function::Ln1p => measure(function, start, f64::ln_1p, errors),
        Function::Softplus => {
            let softplus = |x: f64| if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() };
            measure(function, start, softplus, errors);
        }
        Function::Sigmoid => measure(function, start, |x| 1.0 / (1.0 + (-x).exp()), errors),
        Function::Tanh => measure(function, start, f64::tanh, errors),
    }
}

#[test]
#[ignore = "takes minutes: make exhaustive"]
fn every_f32() {
    let all = 1_u64 << 32;
    let piece = BLOCK as u64 * BLOCKS;
    for (function, allowed) in Function::ALL {
        let errors = on_all_cores(all / piece, |index| {
            let mut errors = Errors::none(0.0);
            for start in (index * piece..(index + 1) * piece).step_by(BLOCK) {
                block(function, start as u32, &mut errors);
            }
            errors
        });
        assert_eq!(errors.count, all);
        errors.print(function, "f32");
        assert!(errors.worst <= allowed, "{function:?}({:e}) is off by {} ulp", errors.at, errors.worst);
    }
}
