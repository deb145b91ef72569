//! What an element costs, as far as it decides how its gradient is written.

use std::cell::Cell;

use super::Kernel;
use crate::math::Real;
use crate::math::real::{Lane, MultiplyAdd};

/// So many fused multiply-adds for an element take longer than memory takes to bring it and to take its gradient: no loss
/// without a function that is made of a polynomial has as many.
const MANY: u32 = 8;

/// Whether the arithmetic of an element takes longer than its way through memory. Such a loss gains nothing by writing
/// past the caches: its stores wait for memory, and with them what is computed next.
pub fn outlasts_memory<K: Kernel>(kernel: &K) -> bool {
    COUNT.set(0);
    let half = Lane::<f32, Counted>::HALF;
    std::hint::black_box(kernel.jet(half, half, half));
    COUNT.get() >= MANY
}

thread_local! {
    static COUNT: Cell<u32> = const { Cell::new(0) };
}

/// Counts multiply-adds while it does them.
#[derive(Clone, Copy, Debug)]
struct Counted;

impl MultiplyAdd for Counted {
    fn single(a: f32, b: f32, c: f32) -> f32 {
        COUNT.set(COUNT.get() + 1);
        a.mul_add(b, c)
    }

    fn double(a: f64, b: f64, c: f64) -> f64 {
        COUNT.set(COUNT.get() + 1);
        a.mul_add(b, c)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::elementwise::Jet;
    use crate::math::exp;

    #[derive(Clone, Copy)]
    struct Cheap;

    impl Kernel for Cheap {
        fn jet<R: Real>(&self, input: R, target: R, weight: R) -> Jet<R> {
            let product = input.mul_add(target, weight);
            Jet { value: product, gradient: target, hessian: R::ZERO }
        }
    }

    #[derive(Clone, Copy)]
    struct Dear;

    impl Kernel for Dear {
        fn jet<R: Real>(&self, input: R, _target: R, _weight: R) -> Jet<R> {
            Jet { value: exp(input), gradient: exp(input), hessian: exp(input) }
        }
    }

    #[test]
    fn an_exponential_is_more_than_memory_takes_and_a_product_is_not() {
        assert!(!outlasts_memory(&Cheap));
        assert!(outlasts_memory(&Dear));
        assert!(!outlasts_memory(&Cheap), "each question begins anew");
    }
}
