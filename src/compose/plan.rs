//! One evaluation: census of every term, divisors, then derivatives and value.

use smallvec::SmallVec;

use super::bind::{Call, Operand, is_replaced};
use super::reduce::Empty;
use super::{GRAD_OUTPUT, Term};
use crate::context::Context;
use crate::engine::{self, Census, Operands, Output, Outputs, Scale};
use crate::error::{Error, Result, Status};
use crate::math::Sum;
use crate::tensor::{Shape, Tensor, TensorMut};

/// What is known of a term before anything is written.
struct Step<'a> {
    term: &'a Term,
    coefficient: f64,
    operands: Operands<'a>,
    census: Census,
    divisor: f64,
}

/// Checks, evaluates and, for a reduced loss, returns the value, which is also written where the caller wants it.
pub fn evaluate(call: &Call<'_>, context: Option<&Context>, value: Option<TensorMut<'_>>) -> Result<f64> {
    let (mut steps, shape) = prepare(call, context)?;
    check_value(value.as_ref(), &shape)?;
    let upstream = upstream(call, &shape)?;
    call.check_overlap(value.as_ref())?;
    let mut scratch = Scratch::for_shared_inputs(call)?;

    let reduced = call.loss.is_reduced();
    let factor = match &upstream {
        Some(tensor) if reduced => tensor.elements().element(0),
        _ => 1.0,
    };
    let mut total = Sum::ZERO;
    for (position, step) in steps.iter_mut().enumerate() {
        step.operands.grad_output = upstream.filter(|_| !reduced);
        let earlier = &call.loss.terms[..position];
        let values = value.filter(|_| !reduced).map(|tensor| Output { tensor, accumulate: position > 0 });
        let outputs = Outputs { values, ..scratch.outputs(call, step.term, earlier) };
        if step.divisor == 0.0 {
            let filler = match step.term.reduction.empty() {
                Empty::Nan => f64::NAN,
                Empty::Zero | Empty::Error => 0.0,
            };
            fill(&outputs, filler);
            total = total.plus(filler);
            continue;
        }
        let derivatives = step.coefficient * factor / step.divisor;
        let scale = Scale { values: step.coefficient, derivatives };
        let wanted = outputs.values.is_some() || outputs.gradient.is_some() || outputs.hessian.is_some() || reduced;
        if wanted {
            let call = engine::Call { context, operands: step.operands, census: step.census, outputs, scale };
            let sum = step.term.family.evaluate(&call)?;
            total = total.plus(step.coefficient * (sum.value() / step.divisor));
        }
    }
    scratch.write_back(call);
    if let Some(value) = value.filter(|_| reduced) {
        let split = value.split_elements(1, false);
        if let Some(mut part) = split.part(0) {
            part.fill(total.value());
        }
    }
    Ok(total.value())
}

/// Binds every term, looks at every label, and finds the divisors.
fn prepare<'a>(call: &Call<'a>, context: Option<&Context>) -> Result<(SmallVec<[Step<'a>; 2]>, Shape)> {
    let mut steps = SmallVec::new();
    let mut shape: Option<Shape> = None;
    for (coefficient, term) in &call.loss.terms {
        let (operands, elements) = call.bind(term)?;
        let own = if term.reduction.is_reduced() { Shape::default() } else { elements };
        if shape.is_some_and(|shape| shape != own) {
            // The mismatch is told with both shapes.
            call.value_shape()?;
        }
        shape = Some(own);
        let census = term.family.census(context, &operands, &Call::names(term), term.reduction.weighs())?;
        let given = term.reduction.denominator_operand().and_then(|name| call.find(name));
        let given = given.map(|operand| operand.tensor.elements().element(0));
        let divisor = term.reduction.divisor(&census, given);
        if divisor == 0.0 && term.reduction.empty() == Empty::Error {
            let message = format!("nothing counts: the divisor of the mean is 0 ({} elements count)", census.count);
            return Err(Error::new(Status::Empty, message));
        }
        steps.push(Step { term, coefficient: *coefficient, operands, census, divisor });
    }
    Ok((steps, shape.unwrap_or_default()))
}

fn check_value(value: Option<&TensorMut<'_>>, shape: &Shape) -> Result<()> {
    let Some(value) = value else {
        return Ok(());
    };
    if !value.dtype().is_float() {
        let message = format!("value is {}; expected a floating-point type", value.dtype());
        return Err(Error::new(Status::InvalidDtype, message));
    }
    if value.shape() != shape {
        return Err(engine::target::refuse_shape("value", value.shape(), shape, "the shape of this loss's value"));
    }
    Ok(())
}

fn upstream<'a>(call: &Call<'a>, shape: &Shape) -> Result<Option<Tensor<'a>>> {
    let Some(operand) = call.find(GRAD_OUTPUT) else {
        return Ok(None);
    };
    if !operand.tensor.dtype().is_float() {
        return Err(engine::target::refuse_dtype(GRAD_OUTPUT, &operand.tensor, "a floating-point type"));
    }
    if operand.tensor.shape() != shape {
        let because = "the shape of this loss's value";
        return Err(engine::target::refuse_shape(GRAD_OUTPUT, operand.tensor.shape(), shape, because));
    }
    Ok(Some(operand.tensor))
}

fn fill(outputs: &Outputs<'_>, number: f64) {
    for output in [outputs.values, outputs.gradient, outputs.hessian].into_iter().flatten() {
        let elements = output.tensor.layout().elements();
        if let Some(mut part) = output.tensor.split_elements(elements.max(1), output.accumulate).part(0) {
            part.fill(number);
        }
    }
}

/// Stand-ins for gradients that replace operands which more than one term reads: the first term must not destroy what the
/// second one needs.
struct Scratch {
    gradients: SmallVec<[(usize, Vec<f64>); 1]>,
}

impl Scratch {
    fn for_shared_inputs(call: &Call<'_>) -> Result<Scratch> {
        let mut gradients = SmallVec::new();
        for (index, operand) in call.operands.iter().enumerate() {
            if is_replaced(operand) && readers(call, operand.name) > 1 {
                let elements = operand.tensor.layout().elements();
                let mut numbers = Vec::new();
                let refused = |_| Error::new(Status::OutOfMemory, "no memory for a gradient that several terms share");
                numbers.try_reserve_exact(elements).map_err(refused)?;
                numbers.resize(elements, 0.0);
                gradients.push((index, numbers));
            }
        }
        Ok(Scratch { gradients })
    }

    /// Where one term writes its derivatives, given the terms before it.
    fn outputs<'s>(&'s mut self, call: &Call<'s>, term: &Term, earlier: &[(f64, Term)]) -> Outputs<'s> {
        let nothing = Outputs { values: None, gradient: None, hessian: None };
        let Some(index) = call.operands.iter().position(|operand| operand.name == term.roles.input) else {
            return nothing;
        };
        let operand: &Operand<'s> = &call.operands[index];
        let again = earlier.iter().any(|(_, earlier)| earlier.roles.input == term.roles.input);
        let accumulate = operand.accumulate || again;
        let direct = |tensor: Option<TensorMut<'s>>| tensor.map(|tensor| Output { tensor, accumulate });
        let stand_in = self
            .gradients
            .iter_mut()
            .find(|(owner, _)| *owner == index)
            .and_then(|(_, numbers)| TensorMut::from_slice(numbers, operand.tensor.shape().extents()));
        let gradient = match stand_in {
            Some(tensor) => Some(Output { tensor, accumulate: again }),
            None => direct(operand.gradient),
        };
        Outputs { values: None, gradient, hessian: direct(operand.hessian) }
    }

    fn write_back(self, call: &Call<'_>) {
        for (index, numbers) in self.gradients {
            let operand = &call.operands[index];
            if let Some(gradient) = operand.gradient {
                let split = gradient.split_elements(numbers.len().max(1), operand.accumulate);
                if let Some(mut part) = split.part(0) {
                    part.write(0, &numbers);
                }
            }
        }
    }
}

/// In how many places the terms read an operand.
fn readers(call: &Call<'_>, name: &str) -> usize {
    call.loss
        .terms
        .iter()
        .map(|(_, term)| {
            let roles = &term.roles;
            let optional = [&roles.target, &roles.sample_weight, &roles.mask, &roles.parameter];
            let others = optional.into_iter().flatten().filter(|role| *role == name).count();
            others + usize::from(roles.input == name) + usize::from(term.reduction.denominator_operand() == Some(name))
        })
        .sum()
}
