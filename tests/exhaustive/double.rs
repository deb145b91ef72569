//! Random f64. The truth is the C library's long double, which Rust has no type for: `oracle.c` computes it, in a shared
//! library that `make exhaustive` builds and names in LOSSKIT_ORACLE.

use std::ffi::{CStr, CString};

use super::support::Random;
use super::support::ulp::error_f64;
use super::{Errors, Function, apply, on_all_cores};

const BLOCK: usize = 1024;
const BLOCKS: u64 = 64;

/// A function of `oracle.c`: inputs, nearest f64, what is missing, and how many.
type Truth = unsafe extern "C" fn(*const f64, *mut f64, *mut f64, usize);

fn truth_of(function: Function) -> Truth {
    let path = std::env::var("LOSSKIT_ORACLE").expect("LOSSKIT_ORACLE names the built oracle.c: run `make exhaustive`");
    let path = CString::new(path).expect("a path has no zero byte");
    let name: &CStr = match function {
        Function::Exp => c"oracle_exp",
        Function::Ln => c"oracle_ln",
        Function::Ln1p => c"oracle_ln_1p",
        Function::Softplus => c"oracle_softplus",
        Function::Sigmoid => c"oracle_sigmoid",
        Function::Tanh => c"oracle_tanh",
    };
    // SAFETY: both are strings that end in zero; the library stays open for as long as the process lives, and its
    // functions have the type `Truth`.
    unsafe {
        let library = libc::dlopen(path.as_ptr(), libc::RTLD_NOW);
        assert!(!library.is_null(), "{path:?} could not be opened");
        let symbol = libc::dlsym(library, name.as_ptr());
        assert!(!symbol.is_null(), "{path:?} has no {name:?}");
        std::mem::transmute::<*mut libc::c_void, Truth>(symbol)
    }
}

/// A number that a function is not trivial at: of a third any bits, of a third any exponent from 2⁻⁶⁰ to 2¹⁰, and of a
/// third what the function has trouble with.
fn input(function: Function, random: &mut Random) -> f64 {
    let logarithm = matches!(function, Function::Ln | Function::Ln1p);
    let number = match random.below(3) {
        0 => f64::from_bits(random.bits()),
        1 => scaled(random, -60, 10),
        _ => match function {
            // Around 1, at every distance.
            Function::Ln => 1.0 + scaled(random, -52, -1),
            Function::Ln1p => random.between(-1.0, 2.0),
            Function::Exp => random.between(-746.0, 710.0),
            Function::Softplus | Function::Sigmoid => random.between(-746.0, 50.0),
            Function::Tanh => random.between(-20.0, 20.0),
        },
    };
    // Logarithms of negative numbers are NaN, which one input in sixteen is enough for.
    let below = if matches!(function, Function::Ln1p) { -1.0 } else { 0.0 };
    if logarithm && number < below && random.below(16) != 0 { number.abs() } else { number }
}

/// A random number with an exponent in a range and any sign.
fn scaled(random: &mut Random, low: i32, high: i32) -> f64 {
    let bits = random.bits();
    let exponent = low + random.below((high - low) as usize) as i32;
    let fraction = bits & ((1 << 52) - 1);
    f64::from_bits(bits & (1 << 63) | ((exponent + 1023) as u64) << 52 | fraction)
}

#[test]
#[ignore = "takes minutes: make exhaustive"]
fn a_thousand_million_f64() {
    let wanted: u64 = std::env::var("LOSSKIT_INPUTS").map_or(1_000_000_000, |text| text.parse().expect("a number"));
    for (function, allowed) in Function::ALL {
        let truth = truth_of(function);
        let pieces = wanted.div_ceil(BLOCK as u64 * BLOCKS);
        let errors = on_all_cores(pieces, |index| {
            let mut errors = Errors::none(0.0);
            let mut random = Random::new(index.wrapping_mul(0xD1B5_4A32_D192_ED03));
            let (mut inputs, mut outputs) = ([0.0; BLOCK], [0.0; BLOCK]);
            let (mut nearest, mut missing) = ([0.0; BLOCK], [0.0; BLOCK]);
            for _ in 0..BLOCKS {
                inputs.fill_with(|| input(function, &mut random));
                apply(function, &inputs, &mut outputs);
                // SAFETY: each array has BLOCK numbers.
                unsafe { truth(inputs.as_ptr(), nearest.as_mut_ptr(), missing.as_mut_ptr(), BLOCK) };
                for k in 0..BLOCK {
                    errors.add(inputs[k], error_f64(outputs[k], nearest[k], missing[k]));
                }
            }
            errors
        });
        errors.print(function, "f64");
        assert!(errors.worst <= allowed, "{function:?}({:e}) is off by {} ulp", errors.at, errors.worst);
    }
}
