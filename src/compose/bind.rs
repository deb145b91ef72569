//! From the operands of a call to the operands of each term, with every check that needs no element.

use smallvec::SmallVec;

use super::{GRAD_OUTPUT, Loss, OperandInfo, Roles, Term};
use crate::engine::{LayerOperand, Names, Operands};
use crate::error::{Error, Result, Status};
use crate::tensor::{Extent, Layout, Shape, Tensor, TensorMut, are_disjoint, elements_are_distinct};

/// A named tensor of a call, and where its derivatives go.
#[derive(Clone, Copy)]
pub struct Operand<'a> {
    /// The name, as the loss uses it.
    pub name: &'a str,
    /// The tensor.
    pub tensor: Tensor<'a>,
    /// Where its gradient goes, of its shape and any floating-point type.
    pub gradient: Option<TensorMut<'a>>,
    /// Where the diagonal of its Hessian goes, of its shape and any floating-point type.
    pub hessian: Option<TensorMut<'a>>,
    /// Add to the derivatives' buffers instead of overwriting them.
    pub accumulate: bool,
}

impl<'a> Operand<'a> {
    /// An operand whose derivatives are not wanted.
    pub fn new(name: &'a str, tensor: Tensor<'a>) -> Operand<'a> {
        Operand { name, tensor, gradient: None, hessian: None, accumulate: false }
    }
}

/// The operands of all terms together, each once.
pub fn operands_of(terms: &[(f64, Term)]) -> Vec<OperandInfo> {
    let mut operands: Vec<OperandInfo> = Vec::new();
    let mut add = |name: &str, required: bool| match operands.iter_mut().find(|operand| operand.name == name) {
        Some(operand) => operand.required |= required,
        None => operands.push(OperandInfo { name: name.into(), required, has_gradient: false, has_hessian: false }),
    };
    for (_, term) in terms {
        add(&term.roles.input, true);
        term.roles.target.iter().for_each(|name| add(name, true));
        term.roles.weight.iter().for_each(|name| add(name, true));
        term.roles.parameter.iter().for_each(|name| add(name, true));
        term.reduction.denominator_operand().iter().for_each(|name| add(name, true));
    }
    for (_, term) in terms {
        term.roles.bias.iter().for_each(|name| add(name, false));
        term.roles.sample_weight.iter().for_each(|name| add(name, false));
        term.roles.mask.iter().for_each(|name| add(name, false));
    }
    add(GRAD_OUTPUT, false);
    for operand in &mut operands {
        let name = operand.name.as_str();
        let mut readers =
            terms.iter().filter(|(_, term)| term.roles.differentiated().any(|role| role == name)).peekable();
        let differentiable = readers.peek().is_some() && !is_constant(terms, name);
        operand.has_gradient = differentiable;
        operand.has_hessian = differentiable && readers.all(|(_, term)| term.family.has_hessian());
    }
    operands
}

/// Whether some term reads the operand in a part that is not differentiated.
fn is_constant(terms: &[(f64, Term)], name: &str) -> bool {
    terms.iter().any(|(_, term)| {
        term.roles.constant().any(|constant| constant == name) || term.reduction.denominator_operand() == Some(name)
    })
}

/// A call whose operands are known to fit together, as far as that can be seen without reading them.
pub struct Call<'a> {
    pub loss: &'a Loss,
    pub operands: &'a [Operand<'a>],
}

impl<'a> Call<'a> {
    /// Checks names, presence, derivatives and memory.
    pub fn new(loss: &'a Loss, operands: &'a [Operand<'a>]) -> Result<Call<'a>> {
        for (index, operand) in operands.iter().enumerate() {
            let Some(info) = loss.operands.iter().find(|info| info.name == operand.name) else {
                return Err(unknown_operand(loss, operand.name).at(index));
            };
            if operands[..index].iter().any(|other| other.name == operand.name) {
                let message = format!("operand '{}' is given twice", operand.name);
                return Err(Error::new(Status::InvalidArgument, message).at(index));
            }
            check_derivatives(operand, info).map_err(|error| error.at(index))?;
        }
        for info in loss.operands.iter().filter(|info| info.required) {
            if !operands.iter().any(|operand| operand.name == info.name) {
                let message = format!("operand '{}' is missing; {loss} needs it", info.name);
                return Err(Error::new(Status::InvalidArgument, shorten(message)));
            }
        }
        let call = Call { loss, operands };
        for name in loss.terms.iter().flat_map(|(_, term)| term.roles.differentiated()) {
            // What a call may leave out is not there.
            let Some(operand) = call.find(name) else { continue };
            if !operand.tensor.dtype().is_float() {
                return Err(crate::engine::target::refuse_dtype(name, &operand.tensor, "a floating-point type"));
            }
        }
        Ok(call)
    }

    /// The operand of a name.
    pub fn find(&self, name: &str) -> Option<&'a Operand<'a>> {
        self.operands.iter().find(|operand| operand.name == name)
    }

    fn operand(&self, name: &str) -> Result<&'a Operand<'a>> {
        self.find(name).ok_or_else(|| Error::new(Status::Internal, format!("operand '{name}' was not bound")))
    }

    /// What one term reads, with shapes checked, and the shape of its elements.
    pub fn bind(&self, term: &'a Term) -> Result<(Operands<'a>, Shape)> {
        let find = |name: &Option<String>| name.as_ref().and_then(|name| self.find(name));
        let tensor = |name: &Option<String>| find(name).map(|operand| &operand.tensor);
        let layer = |name: &Option<String>| {
            find(name).map(|operand| LayerOperand { tensor: &operand.tensor, replaced: is_replaced(operand) })
        };
        let input = self.operand(&term.roles.input)?;
        let operands = Operands {
            input: &input.tensor,
            replaced: is_replaced(input),
            target: tensor(&term.roles.target),
            weight: layer(&term.roles.weight),
            bias: layer(&term.roles.bias),
            sample_weight: tensor(&term.roles.sample_weight),
            mask: tensor(&term.roles.mask),
            parameter: tensor(&term.roles.parameter),
            grad_output: None,
        };
        let named = |error: Error| rename(error, term);
        let elements = term.family.shape(&operands).map_err(named)?;
        if let Some(weight) = operands.sample_weight {
            let name = term.roles.sample_weight.as_deref().unwrap_or_default();
            check_shape(name, weight.shape(), &elements, "one number for each loss element")?;
            if !weight.dtype().is_float() {
                return Err(crate::engine::target::refuse_dtype(name, weight, "a floating-point type"));
            }
        }
        if let Some(mask) = operands.mask {
            let name = term.roles.mask.as_deref().unwrap_or_default();
            let expected = term.family.mask_shape(&operands, &elements);
            check_shape(name, mask.shape(), &expected, "one number for each element that it can leave out")?;
        }
        if let Some(name) = term.reduction.denominator_operand() {
            let tensor = self.operand(name)?.tensor;
            check_shape(name, tensor.shape(), &Shape::default(), "a single number")?;
        }
        Ok((operands, elements))
    }

    /// What messages call a term's operands.
    pub fn names(term: &Term) -> Names<'_> {
        Names { input: &term.roles.input, target: term.roles.target.as_deref().unwrap_or("target") }
    }

    /// The shape of the value.
    pub fn value_shape(&self) -> Result<Shape> {
        let mut shape: Option<Shape> = None;
        for (_, term) in &self.loss.terms {
            let (_, elements) = self.bind(term)?;
            let own = if term.reduction.is_reduced() { Shape::default() } else { elements };
            match &shape {
                Some(shape) if *shape != own => {
                    let message = format!(
                        "terms with reduction=none have values of shapes {shape} and {own}; expected one shape"
                    );
                    return Err(Error::new(Status::InvalidShape, message));
                }
                _ => shape = Some(own),
            }
        }
        Ok(shape.unwrap_or_default())
    }

    /// Refuses outputs that share memory with anything but the operand that they replace.
    pub fn check_overlap(&self, value: Option<&TensorMut<'_>>) -> Result<()> {
        let mut outputs: SmallVec<[(usize, &str, &str, &TensorMut<'_>); 4]> = SmallVec::new();
        for (index, operand) in self.operands.iter().enumerate() {
            if let Some(gradient) = &operand.gradient {
                outputs.push((index, operand.name, "gradient of ", gradient));
            }
            if let Some(hessian) = &operand.hessian {
                outputs.push((index, operand.name, "hessian of ", hessian));
            }
        }
        if let Some(value) = value {
            outputs.push((self.operands.len(), "value", "", value));
        }
        for (position, &(index, name, kind, output)) in outputs.iter().enumerate() {
            if output.layout().elements() == 0 {
                continue;
            }
            if !elements_are_distinct(output.layout()) {
                let message =
                    format!("{kind}{name} has elements that share memory (strides {:?})", output.layout().strides());
                return Err(Error::new(Status::Overlap, message).at(index));
            }
            for (other_index, operand) in self.operands.iter().enumerate() {
                let replaces =
                    other_index == index && kind.starts_with("gradient") && replaces(output, &operand.tensor);
                if !replaces && overlap(output, &extent(&operand.tensor)) {
                    let message = format!("{kind}{name} shares memory with operand '{}'", operand.name);
                    return Err(Error::new(Status::Overlap, message).at(index));
                }
            }
            for &(_, other_name, other_kind, other) in &outputs[position + 1..] {
                if overlap(output, &extent_mut(other)) {
                    let message = format!("{kind}{name} shares memory with {other_kind}{other_name}");
                    return Err(Error::new(Status::Overlap, message).at(index));
                }
            }
        }
        Ok(())
    }
}

/// Whether a gradient fits its input and certainly shares no memory with it, nor with the target.
pub fn is_free(gradient: &TensorMut<'_>, input: &Tensor<'_>, target: Option<&Tensor<'_>>) -> bool {
    let fits = gradient.dtype().is_float() && gradient.shape() == input.shape();
    let apart = |tensor: &Tensor<'_>| !overlap(gradient, &extent(tensor));
    let somewhere = gradient.layout().elements() != 0;
    fits && somewhere && elements_are_distinct(gradient.layout()) && apart(input) && target.is_none_or(apart)
}

/// Whether an output certainly shares no memory with operands and their gradients.
pub fn is_apart(output: &TensorMut<'_>, operands: &[Operand<'_>]) -> bool {
    let apart = |operand: &Operand<'_>| {
        let meets_gradient = operand.gradient.as_ref().is_some_and(|gradient| overlap(output, &extent_mut(gradient)));
        !meets_gradient && !overlap(output, &extent(&operand.tensor))
    };
    operands.iter().all(apart)
}

/// Whether an operand's gradient lies exactly over it.
pub fn is_replaced(operand: &Operand<'_>) -> bool {
    operand.gradient.as_ref().is_some_and(|gradient| replaces(gradient, &operand.tensor))
}

fn replaces(output: &TensorMut<'_>, tensor: &Tensor<'_>) -> bool {
    // Strides of dimensions of one element say nothing; coalescing drops them.
    let same_place = output.address() == tensor.address() && output.dtype() == tensor.dtype();
    let same_layout = || output.layout().coalesced() == tensor.layout().coalesced();
    same_place && output.shape() == tensor.shape() && output.layout().elements() != 0 && same_layout()
}

#[inline]
fn extent<'t>(tensor: &'t Tensor<'_>) -> (usize, usize, &'t Layout) {
    (tensor.address(), tensor.dtype().size(), tensor.layout())
}

#[inline]
fn extent_mut<'t>(tensor: &'t TensorMut<'_>) -> (usize, usize, &'t Layout) {
    (tensor.address(), tensor.dtype().size(), tensor.layout())
}

#[inline]
fn overlap(output: &TensorMut<'_>, other: &(usize, usize, &Layout)) -> bool {
    let (address, size, layout) = extent_mut(output);
    let own = Extent { address, size, layout };
    let other = Extent { address: other.0, size: other.1, layout: other.2 };
    other.layout.elements() != 0 && !are_disjoint(own, other)
}

fn check_derivatives(operand: &Operand<'_>, info: &OperandInfo) -> Result<()> {
    let wanted = [("gradient", &operand.gradient, info.has_gradient), ("hessian", &operand.hessian, info.has_hessian)];
    for (kind, output, offered) in wanted {
        let Some(output) = output else { continue };
        if !offered {
            let message = format!("this loss does not offer the {kind} of operand '{}'", operand.name);
            return Err(Error::new(Status::Unsupported, message));
        }
        if !output.dtype().is_float() {
            let message = format!("{kind} of {} is {}; expected a floating-point type", operand.name, output.dtype());
            return Err(Error::new(Status::InvalidDtype, message));
        }
        if output.shape() != operand.tensor.shape() {
            let name = format!("{kind} of {}", operand.name);
            let because = "the shape of its operand";
            return Err(crate::engine::target::refuse_shape(&name, output.shape(), operand.tensor.shape(), because));
        }
    }
    Ok(())
}

fn check_shape(name: &str, found: &Shape, expected: &Shape, because: &str) -> Result<()> {
    if found == expected { Ok(()) } else { Err(crate::engine::target::refuse_shape(name, found, expected, because)) }
}

fn unknown_operand(loss: &Loss, name: &str) -> Error {
    let names: Vec<&str> = loss.operands.iter().map(|operand| operand.name.as_str()).collect();
    let message = format!("unknown operand '{name}'; this loss takes {}", names.join(", "));
    Error::new(Status::InvalidArgument, shorten(message))
}

/// Families speak of `input` and `target`; where the spec binds others, the message speaks of those.
fn rename(mut error: Error, term: &Term) -> Error {
    let Roles { input, target, weight, bias, .. } = &term.roles;
    let roles =
        [("target", target.as_ref()), ("weight", weight.as_ref()), ("bias", bias.as_ref()), ("input", Some(input))];
    for (role, name) in roles {
        if let Some(name) = name.filter(|&name| name != role)
            && let Some(place) = find_word(&error.message, role)
        {
            error.message.replace_range(place..place + role.len(), name);
        }
    }
    error
}

/// Where a word stands by itself: `weight`, but not the end of `class_weight`.
fn find_word(text: &str, word: &str) -> Option<usize> {
    let joins = |letter: char| letter.is_alphanumeric() || letter == '_';
    let alone = |place: usize| !text[..place].ends_with(joins) && !text[place + word.len()..].starts_with(joins);
    text.match_indices(word).map(|(place, _)| place).find(|&place| alone(place))
}

/// Keeps a message within what the C API can carry.
fn shorten(mut message: String) -> String {
    const MOST: usize = 230;
    if message.len() > MOST {
        let end = (0..=MOST).rev().find(|&end| message.is_char_boundary(end)).unwrap_or(0);
        message.truncate(end);
        message.push('…');
    }
    message
}
