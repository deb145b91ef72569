//! The shortest walk, of a few elements that one task is lent: there, what comes before the first element and after the
//! last one counts.

use super::steps::Steps;
use super::targets::all_either;
use super::{Elementwise, Kernel};
use crate::engine::Lent;
use crate::engine::level::{Level, Work};
use crate::math::sum::Lanes;
use crate::math::{Real, Scalar, Sum};

impl<K: Kernel> Elementwise<K> {
    /// The sum; nothing, and nothing is written, where a target is what it must not be.
    #[inline(always)]
    pub(super) fn evaluate_lent<S: Scalar>(
        &self,
        level: Level,
        lent: &mut Lent<'_, S>,
        derivative_factor: f64,
    ) -> Option<Sum> {
        let other = self.targets.rule(S::DTYPE).map(|rule| rule.other);
        level.run(Short { kernel: &self.kernel, other, lent, derivative_factor })
    }
}

/// A call of a few elements.
struct Short<'c, 'a, S, K> {
    kernel: &'c K,
    /// What targets may be beside 1, if they are one of two numbers.
    other: Option<f64>,
    lent: &'c mut Lent<'a, S>,
    derivative_factor: f64,
}

impl<S: Scalar, K: Kernel> Work<S> for Short<'_, '_, S, K> {
    type Output = Option<Sum>;

    #[inline(always)]
    fn run<R: Real<Storage = S>>(self) -> Option<Sum> {
        let Short { kernel, other, lent: Lent { input, target, gradient }, derivative_factor } = self;
        let (kernel, factor) = (*kernel, R::from_f64(derivative_factor));
        let target = target.unwrap_or(input);
        if let Some(other) = other
            && !all_either::<S, R>(target, S::from_f64(other))
        {
            return None;
        }
        let mut steps = Steps { kernel, factor, lanes: Lanes::default() };
        steps.add(input, target, gradient.as_deref_mut());
        Some(steps.lanes.fold_terms::<S>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Short;
    use crate::tensor::{Tensor, TensorMut};
    use crate::{Context, Loss};

    const LOSSES: [&str; 8] = [
        "mse",
        "huber(delta=0.5)",
        "mae(reduction=sum)",
        "hinge(labels=binary)",
        "squared_hinge(labels=binary)",
        "0.3*bce(pos_weight=2)",
        "focal",
        "l2",
    ];

    /// Value and gradient on either way must have the same bits.
    fn compare<S: Scalar>(short: for<'a> fn(Lent<'a, S>) -> Short<'a>) {
        for (text, count) in
            LOSSES.iter().flat_map(|text| [1, 15, 16, 17, 100, 128, 129, 1000].map(|count| (text, count)))
        {
            let loss = Loss::parse(text).unwrap();
            let input: Vec<S> = (0..count).map(|index| S::from_f64((index * 37 % 101) as f64 / 20.0 - 2.5)).collect();
            let target: Vec<S> = (0..count).map(|index| S::from_f64((index * 7 % 3 % 2) as f64)).collect();
            let target = (*text != "l2").then_some(&target[..]);
            for level in Level::available() {
                let context = Context::serial().at_level(level);
                let (mut long_way, mut short_way) = (vec![S::default(); count], vec![S::default(); count]);
                let tensor = |numbers| Tensor::from_slice(numbers, &[count]).unwrap();
                let output = TensorMut::from_slice(&mut long_way, &[count]).unwrap();
                let tensors = (tensor(&input), target.map(tensor));
                let expected = loss.eval_pair(Some(&context), &tensors.0, tensors.1.as_ref(), Some(&output)).unwrap();
                for gradient in [None, Some(&mut short_way[..])] {
                    let mut call = short(Lent { input: &input, target, gradient });
                    let found = loss.eval_short(Some(&context), 1, &mut call).unwrap();
                    assert_eq!(found.to_bits(), expected.to_bits(), "{text} of {count} {}s at {level:?}", S::DTYPE);
                }
                let bits = |numbers: &[S]| numbers.iter().map(|number| number.bits()).collect::<Vec<_>>();
                assert!(bits(&short_way) == bits(&long_way), "{text} of {count} {}s at {level:?}", S::DTYPE);
            }
        }
    }

    // A constructor is of one lifetime, a closure of any.
    #[allow(clippy::redundant_closure)]
    #[test]
    fn the_shorter_way_gives_the_same_bits() {
        compare::<f32>(|lent| Short::Single(lent));
        compare::<f64>(|lent| Short::Double(lent));
    }

    #[test]
    fn a_target_that_must_not_be_is_left_to_the_longer_way_before_anything_is_written() {
        let loss = Loss::parse("hinge(labels=binary)").unwrap();
        let input = [0.5_f32; 100];
        for place in [0, 50, 99] {
            let (mut target, mut gradient) = ([1.0; 100], [7.0; 100]);
            target[place] = 0.5;
            let lent = Lent { input: &input, target: Some(&target), gradient: Some(&mut gradient) };
            assert!(loss.eval_short(None, 1, &mut Short::Single(lent)).is_none());
            assert!(gradient == [7.0; 100]);
        }
    }
}
