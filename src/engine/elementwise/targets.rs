//! What targets may be, and the look at all of them before anything is written.

use std::ops::Range;

use crate::context::Context;
use crate::engine::Shares;
use crate::engine::census::{self, Census};
use crate::engine::level::{Level, Work};
use crate::error::{Error, Result};
use crate::math::{Real, Scalar};
use crate::tensor::{Dtype, Tensor, View};

/// What targets may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Targets {
    /// The loss has none.
    Absent,
    /// Floating-point numbers.
    Numbers,
    /// 0 or 1 as an integer, or a probability as a floating-point number.
    Probabilities,
    /// Exactly 0 or 1.
    Binary,
    /// Exactly −1 or 1.
    Signed,
    /// Any number of any type.
    Anything,
    /// Any number of any type; whether all are 0 or 1 is found out first.
    Detected,
}

impl Targets {
    /// What a target of this type must be, if it must be either of two numbers.
    pub fn rule(self, target: Dtype) -> Option<Rule> {
        let binary = Rule { other: 0.0, expected: "is neither 0 nor 1" };
        match self {
            Targets::Binary => Some(binary),
            Targets::Signed => Some(Rule { other: -1.0, expected: "is neither -1 nor 1" }),
            Targets::Probabilities if !target.is_float() => Some(binary),
            _ => None,
        }
    }
}

/// Targets that are either of two numbers.
#[derive(Clone, Copy)]
pub struct Rule {
    /// The one that is not 1.
    pub other: f64,
    /// What to say of a target that is neither.
    pub expected: &'static str,
}

impl Rule {
    #[inline(always)]
    pub fn accepts(self, target: f64) -> bool {
        target == 1.0 || target == self.other
    }

    /// Looks at all targets.
    ///
    /// # Errors
    /// What `refuse` says of the place of the first that is neither.
    pub fn check_all(
        self,
        context: Option<&Context>,
        target: &Tensor<'_>,
        refuse: impl Fn(usize) -> Error + Sync,
    ) -> Result<Census> {
        match target.dtype() {
            Dtype::F32 | Dtype::Bf16 | Dtype::F16 => self.check_all_in::<f32>(context, target, refuse),
            // It holds every integer that may be right.
            _ => self.check_all_in::<f64>(context, target, refuse),
        }
    }

    fn check_all_in<S: Scalar>(
        self,
        context: Option<&Context>,
        target: &Tensor<'_>,
        refuse: impl Fn(usize) -> Error + Sync,
    ) -> Result<Census> {
        let (level, view) = (Level::of(context), target.elements());
        let other = S::from_f64(self.other);
        let read = |start: usize, targets: &mut [S]| view.read(start, targets);
        let accepts = |targets: &[S]| level.run::<S, _>(Either { targets, other });
        census::check_all(context, view.count(), target.run::<S>(), read, accepts, |_, index| refuse(index))
    }
}

/// The question whether every target is one of two.
struct Either<'t, S> {
    targets: &'t [S],
    /// The one that is not 1.
    other: S,
}

impl<S: Scalar> Work<S> for Either<'_, S> {
    type Output = bool;

    #[inline(always)]
    fn run<R: Real<Storage = S>>(self) -> bool {
        all_either::<S, R>(self.targets, self.other)
    }
}

/// Whether every target is 1 or the other number, without a way out, which would keep the loop from being vectorised.
#[inline(always)]
pub fn all_either<S: Scalar, R: Real<Storage = S>>(targets: &[S], other: S) -> bool {
    let (one, other) = (R::ONE, R::load(other));
    // Not a disjunction of answers, which would be made numbers of as wide as targets and back.
    let any_refused = targets.iter().fold(false, |any, &target| {
        let target = R::load(target);
        if (target != one) & (target != other) { true } else { any }
    });
    !any_refused
}

/// Whether every target is 0 or 1.
pub fn all_binary(context: Option<&Context>, targets: &View<'_>) -> Result<bool> {
    let (mut binary, level) = (true, Level::of(context));
    let work = |_task: usize, range: Range<usize>| {
        let mut labels = [0.0_f64; census::BLOCK];
        Ok(range.clone().step_by(census::BLOCK).all(|start| {
            let labels = &mut labels[..census::BLOCK.min(range.end - start)];
            targets.read(start, labels);
            level.run::<f64, _>(Either { targets: labels, other: 0.0 })
        }))
    };
    Shares::of(targets.count(), 1, census::BLOCK).map_reduce(context, work, |part| binary &= part)?;
    Ok(binary)
}
