//! From loss elements to a value.

use crate::engine::Census;

/// How the elements of a loss become its value.
#[derive(Clone, Debug, PartialEq)]
pub enum Reduction {
    /// They do not.
    None,
    /// Their weighted sum.
    Sum,
    /// Their weighted sum, divided.
    Mean {
        /// By what.
        divisor: Divisor,
        /// What a mean over nothing is.
        empty: Empty,
    },
}

/// What a mean divides by.
#[derive(Clone, Debug, PartialEq)]
pub enum Divisor {
    /// The number of elements that count.
    Count,
    /// The sum of their weights.
    Weight,
    /// The sum of their weights, unless there is a single one of rank 0, which Keras does not divide.
    WeightUnlessScalar,
    /// What the user says.
    Given(Denominator),
}

/// A divisor from the user.
#[derive(Clone, Debug, PartialEq)]
pub enum Denominator {
    /// A number.
    Number(f64),
    /// An operand of rank 0.
    Operand(String),
}

/// What a mean over nothing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Empty {
    /// 0, with a zero gradient.
    Zero,
    /// NaN, with a NaN gradient.
    Nan,
    /// An error.
    Error,
}

impl Reduction {
    /// Whether the value is one number.
    pub fn is_reduced(&self) -> bool {
        *self != Reduction::None
    }

    /// Whether the divisor needs the sum of weights.
    pub fn weighs(&self) -> bool {
        matches!(self, Reduction::Mean { divisor: Divisor::Weight | Divisor::WeightUnlessScalar, .. })
    }

    /// The operand that holds the divisor.
    pub fn denominator_operand(&self) -> Option<&str> {
        match self {
            Reduction::Mean { divisor: Divisor::Given(Denominator::Operand(name)), .. } => Some(name),
            _ => None,
        }
    }

    /// The divisor after a census of elements of some rank; `given` is the number in the denominator's operand.
    #[inline(always)]
    pub fn divisor(&self, census: &Census, given: Option<f64>, rank: usize) -> f64 {
        match self {
            Reduction::None | Reduction::Sum => 1.0,
            Reduction::Mean { divisor: Divisor::Count, .. } => census.count as f64,
            Reduction::Mean { divisor: Divisor::WeightUnlessScalar, .. } if rank == 0 => census.count as f64,
            Reduction::Mean { divisor: Divisor::Weight | Divisor::WeightUnlessScalar, .. } => census.weight.value(),
            Reduction::Mean { divisor: Divisor::Given(Denominator::Number(number)), .. } => *number,
            Reduction::Mean { divisor: Divisor::Given(Denominator::Operand(_)), .. } => given.unwrap_or(f64::NAN),
        }
    }

    /// The policy for a divisor of zero.
    pub fn empty(&self) -> Empty {
        match self {
            Reduction::Mean { empty, .. } => *empty,
            Reduction::None | Reduction::Sum => Empty::Zero,
        }
    }
}
