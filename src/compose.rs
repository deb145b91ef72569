//! A loss as its user sees it: a weighted sum of terms, from operands to value and derivatives.
//!
//! Everything is checked before anything is written: names and shapes, dtypes, memory shared between tensors, then
//! every label. Only then are the terms evaluated, one after the other, the first into a buffer overwriting it and the
//! later ones adding to it.

mod bind;
mod plan;
mod reduce;

use std::fmt;

use crate::catalog::ArgumentError;
use crate::context::Context;
use crate::engine::{Family, Short};
use crate::error::{Error, Result, Status};
use crate::spec;
use crate::tensor::{Shape, Tensor, TensorMut};

pub use bind::Operand;
pub use reduce::{Denominator, Divisor, Empty, Reduction};

/// One loss of the catalog, made from its arguments.
pub struct Term {
    /// Its family and kernel.
    pub family: Box<dyn Family>,
    /// How its elements become its value.
    pub reduction: Reduction,
    /// The operands it reads.
    pub roles: Roles,
}

impl Term {
    /// Whether it is reduced and needs no operands but `input` and, if it has a target, `target`.
    fn is_plain(&self) -> bool {
        let named = self.roles.input == "input" && self.roles.target.as_deref().is_none_or(|name| name == "target");
        let alone = self.roles.parameter.is_none()
            && self.roles.weight.is_none()
            && self.reduction.denominator_operand().is_none();
        // Optional operands cannot be given to a call of a pair, unless they go by the pair's own names.
        let optional = [&self.roles.sample_weight, &self.roles.mask];
        let apart = optional.into_iter().flatten().all(|name| name != "input" && name != "target");
        self.reduction.is_reduced() && named && alone && apart
    }
}

/// The names of the operands that a term reads, by their part in the formula.
#[derive(Clone, Debug, Default)]
pub struct Roles {
    /// What is differentiated.
    pub input: String,
    /// What the input is compared with; nothing for regularisers.
    pub target: Option<String>,
    /// The matrix of a last layer, which the call must have; differentiated too.
    pub weight: Option<String>,
    /// What the last layer adds, used if the call has it; differentiated too.
    pub bias: Option<String>,
    /// The factor of each loss element, used if the call has it.
    pub sample_weight: Option<String>,
    /// What counts, used if the call has it.
    pub mask: Option<String>,
    /// The loss's own tensor parameter, which the call must have.
    pub parameter: Option<String>,
}

impl Roles {
    /// The operands that the term offers gradients of.
    fn differentiated(&self) -> impl Iterator<Item = &str> {
        let further = [&self.weight, &self.bias];
        std::iter::once(self.input.as_str()).chain(further.into_iter().flatten().map(String::as_str))
    }

    /// The operands that the term holds constant, but for the divisor's.
    fn constant(&self) -> impl Iterator<Item = &str> {
        let constant = [&self.target, &self.sample_weight, &self.mask, &self.parameter];
        constant.into_iter().flatten().map(String::as_str)
    }
}

/// A weighted sum of losses, ready to evaluate. Immutable, and shared freely between threads.
pub struct Loss {
    spec: spec::Spec,
    terms: Vec<(f64, Term)>,
    operands: Vec<OperandInfo>,
    /// Whether it is a single reduced term of the operands `input` and, if any, `target`.
    plain: bool,
    /// Whether that term has a shorter way for a few elements.
    short: bool,
}

/// One operand that a loss takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperandInfo {
    /// Its name in a call.
    pub name: String,
    /// Whether a call must have it.
    pub required: bool,
    /// Whether its gradient is offered.
    pub has_gradient: bool,
    /// Whether the diagonal of its Hessian is offered.
    pub has_hessian: bool,
}

/// The name of the upstream gradient, which belongs to the value of the whole loss.
pub const GRAD_OUTPUT: &str = "grad_output";

impl Loss {
    /// Makes a loss from its text.
    ///
    /// # Errors
    /// [`Status::InvalidSpec`] with the place in the text and what would be accepted there.
    pub fn parse(text: &str) -> Result<Loss> {
        let spec = spec::parse(text)?;
        let mut terms = Vec::with_capacity(spec.terms.len());
        for term in &spec.terms {
            let build = term.arguments.declaration.build;
            let built = build(&term.arguments).map_err(|refusal| spec::refuse(text, &term.location, &refusal))?;
            terms.push((term.coefficient, built));
        }
        let reduced = |term: &(f64, Term)| term.1.reduction.is_reduced();
        if let Some(other) = terms.iter().position(|term| reduced(term) != reduced(&terms[0])) {
            let message = "one term has reduction=none and another is reduced to one number; they cannot be added";
            let refusal = ArgumentError { parameter: "reduction", message: message.to_string() };
            return Err(spec::refuse(text, &spec.terms[other].location, &refusal));
        }
        let operands = bind::operands_of(&terms);
        let plain = matches!(&terms[..], [(_, term)] if term.is_plain());
        let short = plain && terms.iter().all(|(_, term)| term.family.has_short());
        Ok(Loss { spec, terms, operands, plain, short })
    }

    /// The operands that the loss takes: inputs first, in the order of the terms, then optional ones.
    pub fn operands(&self) -> &[OperandInfo] {
        &self.operands
    }

    /// Whether the value is one number.
    pub fn is_reduced(&self) -> bool {
        self.terms.iter().all(|(_, term)| term.reduction.is_reduced())
    }

    /// The shape of the value for these operands. Reads shapes, no element.
    ///
    /// # Errors
    /// As [`Loss::eval`], as far as shapes are concerned.
    pub fn value_shape(&self, operands: &[Operand<'_>]) -> Result<Shape> {
        bind::Call::new(self, operands)?.value_shape()
    }

    /// Evaluates the loss: the derivatives that operands ask for, and the value if there is somewhere to put it.
    ///
    /// # Errors
    /// Operands that are missing, unknown or given twice; shapes, dtypes or labels that do not fit; buffers that
    /// overlap; derivatives that are not offered; a mean over nothing under `empty=error`. Nothing has been written
    /// then.
    pub fn eval(
        &self,
        context: Option<&Context>,
        operands: &[Operand<'_>],
        value: Option<TensorMut<'_>>,
    ) -> Result<()> {
        if let Some(result) = plan::evaluate_plain_operands(self, context, operands, value.as_ref()) {
            return result;
        }
        let call = bind::Call::new(self, operands)?;
        plan::evaluate(&call, context, value.as_ref()).map(|_| ())
    }

    /// Evaluates a reduced loss of `input` and `target` alone.
    ///
    /// # Errors
    /// As [`Loss::eval`]; [`Status::Unsupported`] for a loss that is not reduced.
    #[inline]
    pub fn eval_pair(
        &self,
        context: Option<&Context>,
        input: &Tensor<'_>,
        target: Option<&Tensor<'_>>,
        gradient: Option<&TensorMut<'_>>,
    ) -> Result<f64> {
        if let Some(value) = plan::evaluate_plain(self, context, input, target, gradient) {
            return value;
        }
        if !self.is_reduced() {
            let message = "a loss with reduction=none has no single value; use the call with operands";
            return Err(Error::new(Status::Unsupported, message));
        }
        let input = Operand { gradient: gradient.copied(), ..Operand::new("input", *input) };
        match target {
            Some(target) => {
                let operands = [input, Operand::new("target", *target)];
                plan::evaluate(&bind::Call::new(self, &operands)?, context, None)
            }
            None => plan::evaluate(&bind::Call::new(self, &[input])?, context, None),
        }
    }

    /// Whether there is a shorter way for a few elements that are lent.
    #[inline(always)]
    pub(crate) fn has_short(&self) -> bool {
        self.short
    }

    /// The same on the shorter way, for tensors of some rank that fit together and share no memory: nothing, and nothing
    /// is written, where it does not go, or something is to be refused.
    #[inline(always)]
    pub(crate) fn eval_short(&self, context: Option<&Context>, rank: usize, short: &mut Short<'_>) -> Option<f64> {
        plan::evaluate_short(self, context, rank, short)
    }

    /// Value, first and second derivative of an elementwise loss at one pair of numbers.
    ///
    /// # Errors
    /// [`Status::Unsupported`] or [`Status::InvalidShape`] for a loss that needs more than one number.
    pub fn scalar(&self, input: f64, target: f64) -> Result<[f64; 3]> {
        let (input, target) = ([input], [target]);
        let (mut gradient, mut hessian, mut value) = ([0.0], [0.0], [0.0]);
        let scalar = |numbers| Tensor::from_slice(numbers, &[]).expect("one number");
        let output = |numbers| TensorMut::from_slice(numbers, &[]);
        let operand = Operand {
            gradient: output(&mut gradient),
            hessian: output(&mut hessian),
            ..Operand::new("input", scalar(&input))
        };
        let operands = [operand, Operand::new("target", scalar(&target))];
        let has_target = self.operands.iter().any(|operand| operand.name == "target");
        let operands = if has_target { &operands[..] } else { &operands[..1] };
        self.eval(None, operands, output(&mut value))?;
        Ok([value[0], gradient[0], hessian[0]])
    }
}

impl fmt::Display for Loss {
    /// The canonical text.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.spec.fmt(formatter)
    }
}

impl fmt::Debug for Loss {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Loss({self})")
    }
}

impl std::str::FromStr for Loss {
    type Err = Error;

    fn from_str(text: &str) -> Result<Loss> {
        Loss::parse(text)
    }
}
