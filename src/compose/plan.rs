//! One evaluation: census of every term, divisors, then derivatives and value.

use smallvec::SmallVec;

use super::bind::{self, Call, Operand, is_replaced};
use super::reduce::Empty;
use super::{GRAD_OUTPUT, Loss, Term};
use crate::context::Context;
use crate::engine::{self, Census, Level, Operands, Output, Outputs, Scale, Short};
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
pub fn evaluate(call: &Call<'_>, context: Option<&Context>, value: Option<&TensorMut<'_>>) -> Result<f64> {
    let mut steps = SmallVec::new();
    let shape = prepare(call, context, &mut steps)?;
    check_value(value, &shape)?;
    let upstream = upstream(call, &shape)?;
    call.check_overlap(value)?;
    let copies = copies(call)?;
    if copies.is_empty() {
        return finish(call, context, value, &mut steps, upstream);
    }
    let mut operands: SmallVec<[Operand<'_>; 4]> = call.operands.iter().copied().collect();
    for (index, copy) in &copies {
        let operand = &mut operands[*index];
        operand.tensor = copy.tensor(operand.tensor.shape()).unwrap_or(operand.tensor);
    }
    let call = Call { loss: call.loss, operands: &operands };
    let mut steps = SmallVec::new();
    prepare(&call, context, &mut steps)?;
    finish(&call, context, value, &mut steps, upstream)
}

/// The everyday call on the short way: a single plain term, whose two operands need no binding by name. Nothing where
/// anything is out of the ordinary, including whatever is to be refused: the general way then finds the words for it.
#[inline(always)]
pub fn evaluate_plain(
    loss: &Loss,
    context: Option<&Context>,
    input: &Tensor<'_>,
    target: Option<&Tensor<'_>>,
    gradient: Option<&TensorMut<'_>>,
) -> Option<Result<f64>> {
    let [(coefficient, term)] = &loss.terms[..] else { return None };
    if !loss.plain || term.roles.target.is_some() != target.is_some() || !input.dtype().is_float() {
        return None;
    }
    if gradient.is_some_and(|gradient| !bind::is_free(gradient, input, target)) {
        return None;
    }
    let operands = Operands {
        input,
        replaced: false,
        target,
        weight: None,
        bias: None,
        sample_weight: None,
        mask: None,
        parameter: None,
        grad_output: None,
    };
    // Looked at where they are: what was just written is slow to copy.
    let elements = term.family.shape(&operands);
    let Ok(elements) = &elements else { return None };
    let weighs = term.reduction.weighs();
    let census = term.family.census(context, &operands, &Call::names(term), elements.elements(), weighs);
    let Ok(census) = &census else { return None };
    let divisor = term.reduction.divisor(census, None, elements.rank());
    if divisor == 0.0 {
        return None;
    }
    let gradient = gradient.map(|tensor| Output { tensor, accumulate: false });
    let outputs = Outputs { gradient, ..Outputs::default() };
    let scale = Scale { values: *coefficient, derivatives: coefficient / divisor };
    let call = engine::Call { context, operands: &operands, census, outputs, scale };
    Some(term.family.evaluate(&call).map(|sum| coefficient * (sum.value() / divisor)))
}

/// The same for a few elements that are lent, of tensors of some rank that fit together and share no memory.
#[inline(always)]
pub fn evaluate_short(loss: &Loss, context: Option<&Context>, rank: usize, short: &mut Short<'_>) -> Option<f64> {
    let [(coefficient, term)] = &loss.terms[..] else { return None };
    if !loss.short || term.roles.target.is_some() != short.has_target() {
        return None;
    }
    let divisor = term.reduction.divisor(&Census::of_all(short.elements()), None, rank);
    if divisor == 0.0 {
        return None;
    }
    let level = Level::of(context);
    let sum = term.family.evaluate_short(level, short, coefficient / divisor)?;
    Some(coefficient * (sum.value() / divisor))
}

/// The same for operands by name, where they are those of the everyday call and all that is wanted of them is its gradient.
pub fn evaluate_plain_operands(
    loss: &Loss,
    context: Option<&Context>,
    operands: &[Operand<'_>],
    value: Option<&TensorMut<'_>>,
) -> Option<Result<()>> {
    let [(_, term)] = &loss.terms[..] else { return None };
    let (input, target) = match operands {
        [input] => (input, None),
        [input, target] if input.name == term.roles.input => (input, Some(target)),
        [target, input] => (input, Some(target)),
        _ => return None,
    };
    let is_named = input.name == term.roles.input && target.map(|target| target.name) == term.roles.target.as_deref();
    let is_bare = |operand: &Operand<'_>| operand.hessian.is_none() && !operand.accumulate;
    let target_is_bare = target.is_none_or(|target| is_bare(target) && target.gradient.is_none());
    let has_place = value
        .is_none_or(|value| value.shape().rank() == 0 && value.dtype().is_float() && bind::is_apart(value, operands));
    if !is_named || !is_bare(input) || !target_is_bare || !has_place {
        return None;
    }
    let target = target.map(|target| &target.tensor);
    let result = evaluate_plain(loss, context, &input.tensor, target, input.gradient.as_ref())?;
    Some(result.map(|number| write_value(value, number)))
}

/// Writes the value of a reduced loss where it is wanted.
fn write_value(value: Option<&TensorMut<'_>>, number: f64) {
    if let Some(tensor) = value {
        Output { tensor, accumulate: false }.fill(number);
    }
}

/// Evaluates a call that was checked and in which no gradient replaces what is still needed.
fn finish<'a>(
    call: &Call<'a>,
    context: Option<&Context>,
    value: Option<&TensorMut<'_>>,
    steps: &mut [Step<'a>],
    upstream: Option<&'a Tensor<'a>>,
) -> Result<f64> {
    let reduced = call.loss.is_reduced();
    let factor = match upstream {
        Some(tensor) if reduced => tensor.elements().element(0),
        _ => 1.0,
    };
    let mut total = Sum::ZERO;
    for (position, step) in steps.iter_mut().enumerate() {
        step.operands.grad_output = upstream.filter(|_| !reduced);
        let earlier = &call.loss.terms[..position];
        let values = value.filter(|_| !reduced).map(|tensor| Output { tensor, accumulate: position > 0 });
        let outputs = Outputs { values, ..outputs_of(call, step.term, earlier) };
        if step.divisor == 0.0 {
            let filler = match step.term.reduction.empty() {
                Empty::Nan => f64::NAN,
                Empty::Zero | Empty::Error => 0.0,
            };
            outputs.all().for_each(|output| output.fill(filler));
            total = total.plus(filler);
            continue;
        }
        let derivatives = step.coefficient / step.divisor * factor;
        let scale = Scale { values: step.coefficient, derivatives };
        if outputs.all().next().is_some() || reduced {
            let call = engine::Call { context, operands: &step.operands, census: &step.census, outputs, scale };
            let sum = step.term.family.evaluate(&call)?;
            total = total.plus(step.coefficient * (sum.value() / step.divisor));
        }
    }
    write_value(value.filter(|_| reduced), total.value());
    Ok(total.value())
}

/// Binds every term, looks at every label, finds the divisors, and gives the value's shape.
fn prepare<'a>(call: &Call<'a>, context: Option<&Context>, steps: &mut SmallVec<[Step<'a>; 2]>) -> Result<Shape> {
    let mut shape: Option<Shape> = None;
    for (coefficient, term) in &call.loss.terms {
        let (operands, elements) = call.bind(term)?;
        let own = if term.reduction.is_reduced() { Shape::default() } else { elements };
        if shape.is_some_and(|shape| shape != own) {
            // The mismatch is told with both shapes.
            call.value_shape()?;
        }
        shape = Some(own);
        let census =
            term.family.census(context, &operands, &Call::names(term), elements.elements(), term.reduction.weighs())?;
        let given = term.reduction.denominator_operand().and_then(|name| call.find(name));
        let given = given.map(|operand| operand.tensor.elements().element(0));
        let divisor = term.reduction.divisor(&census, given, elements.rank());
        if divisor == 0.0 && term.reduction.empty() == Empty::Error {
            let message = format!("nothing counts: the divisor of the mean is 0 ({} elements count)", census.count);
            return Err(Error::new(Status::Empty, message));
        }
        steps.push(Step { term, coefficient: *coefficient, operands, census, divisor });
    }
    Ok(shape.unwrap_or_default())
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

fn upstream<'a>(call: &Call<'a>, shape: &Shape) -> Result<Option<&'a Tensor<'a>>> {
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
    Ok(Some(&operand.tensor))
}

/// Where one term writes its derivatives, given the terms before it: the first overwrites, unless the caller
/// accumulates.
fn outputs_of<'a>(call: &Call<'a>, term: &Term, earlier: &[(f64, Term)]) -> Outputs<'a> {
    let output = |name: &str, of: fn(&'a Operand<'a>) -> Option<&'a TensorMut<'a>>| {
        let operand = call.find(name)?;
        let again = earlier.iter().any(|(_, earlier)| earlier.roles.differentiated().any(|role| role == name));
        of(operand).map(|tensor| Output { tensor, accumulate: again || operand.accumulate })
    };
    let gradient = |name: &str| output(name, |operand| operand.gradient.as_ref());
    let roles = &term.roles;
    Outputs {
        values: None,
        gradient: gradient(&roles.input),
        hessian: output(&roles.input, |operand| operand.hessian.as_ref()),
        weight: roles.weight.as_deref().and_then(gradient),
        bias: roles.bias.as_deref().and_then(gradient),
    }
}

/// A copy of an operand that its gradient replaces although the loss reads it in several places: the first term must
/// not destroy what the second one needs.
enum Copied {
    Single(Vec<f32>),
    Double(Vec<f64>),
}

impl Copied {
    fn of(tensor: &Tensor<'_>) -> Result<Copied> {
        if engine::computes_in_double(tensor.dtype()) {
            read_all(tensor).map(Copied::Double)
        } else {
            // Half-precision numbers are computed with in f32, so this copy changes no bit.
            read_all(tensor).map(Copied::Single)
        }
    }

    fn tensor(&self, shape: &Shape) -> Option<Tensor<'_>> {
        match self {
            Copied::Single(numbers) => Tensor::from_slice(numbers, shape.extents()),
            Copied::Double(numbers) => Tensor::from_slice(numbers, shape.extents()),
        }
    }
}

fn read_all<S: crate::math::Scalar>(tensor: &Tensor<'_>) -> Result<Vec<S>> {
    let mut numbers = Vec::new();
    let refused = |_| Error::new(Status::OutOfMemory, "no memory for an operand that is replaced but read again");
    numbers.try_reserve_exact(tensor.layout().elements()).map_err(refused)?;
    numbers.resize(tensor.layout().elements(), S::default());
    tensor.elements().read(0, &mut numbers);
    Ok(numbers)
}

/// Copies of the operands that need one, by their position in the call.
fn copies(call: &Call<'_>) -> Result<SmallVec<[(usize, Copied); 1]>> {
    let mut copies = SmallVec::new();
    for (index, operand) in call.operands.iter().enumerate() {
        if is_replaced(operand) && readers(call, operand.name) > 1 {
            copies.push((index, Copied::of(&operand.tensor)?));
        }
    }
    Ok(copies)
}

/// In how many places the terms read an operand.
fn readers(call: &Call<'_>, name: &str) -> usize {
    call.loss
        .terms
        .iter()
        .map(|(_, term)| {
            let roles = term.roles.differentiated().chain(term.roles.constant());
            roles.chain(term.reduction.denominator_operand()).filter(|&role| role == name).count()
        })
        .sum()
}
