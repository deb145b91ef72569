//! The everyday call, of input, target and gradient: looked at together where they are small and alike, which takes
//! fewer questions.

use super::pointer::Place;
use super::tensor::{self, LK_F32, LK_F64, lk_tensor};
use crate::engine::{Lent, Shares, Short};
use crate::error::Result;
use crate::tensor::{Element, MAX_RANK, Tensor};
use crate::{Context, Loss};

/// Evaluates a reduced loss of input and target, with the gradient of the input, and writes the value.
///
/// # Safety
/// The pointers are NULL, misaligned or valid; the tensors' elements may be read, and those of the gradient written, by
/// this call alone.
#[inline(always)]
pub unsafe fn evaluate(
    loss: &Loss,
    context: Option<&Context>,
    [input, target, gradient]: [*const lk_tensor; 3],
    value: *mut f64,
) -> Result<()> {
    // SAFETY: (here and below) the caller's.
    unsafe {
        if loss.has_short()
            && value.is_aligned()
            && let Some((rank, mut short)) = lent(input, target, gradient)
            && let Some(result) = loss.eval_short(context, rank, &mut short)
        {
            if !value.is_null() {
                value.write(result);
            }
            return Ok(());
        }
        evaluate_any(loss, context, [input, target, gradient], value)
    }
}

/// The same one tensor after the other, whatever they are.
///
/// # Safety
/// As [`evaluate`].
#[inline(never)]
unsafe fn evaluate_any(
    loss: &Loss,
    context: Option<&Context>,
    [input, target, gradient]: [*const lk_tensor; 3],
    value: *mut f64,
) -> Result<()> {
    let mut tensors = [Tensor::default(), Tensor::default()];
    let [of_input, of_target] = &mut tensors;
    let mut of_gradient = None;
    // SAFETY: the caller's.
    let place = unsafe {
        tensor::input(input, "input", of_input)?;
        if !target.is_null() {
            tensor::input(target, "target", of_target)?;
        }
        tensor::output(gradient, "gradient", &mut of_gradient)?;
        if value.is_null() { None } else { Some(Place::new(value, "value")?) }
    };
    let of_target = (!target.is_null()).then_some(&*of_target);
    let result = loss.eval_pair(context, of_input, of_target, of_gradient.as_ref())?;
    if let Some(place) = place {
        place.write(result);
    }
    Ok(())
}

/// The elements of an everyday call and its tensors' rank, where all tensors are of one type and shape and without gaps,
/// have elements, but few, and the gradient lies apart. Nothing where anything is otherwise, including whatever is to be
/// refused: looking at one tensor after the other finds the words for it.
///
/// # Safety
/// As [`evaluate`], for `'a`.
#[inline(always)]
unsafe fn lent<'a>(
    input: *const lk_tensor,
    target: *const lk_tensor,
    gradient: *const lk_tensor,
) -> Option<(usize, Short<'a>)> {
    if input.is_null() || !input.is_aligned() || !target.is_aligned() || !gradient.is_aligned() {
        return None;
    }
    // SAFETY: the caller's; they are not misaligned, and the first is not NULL.
    let (input, target, gradient) = unsafe { (&*input, target.as_ref(), gradient.as_ref()) };
    let others = [target.unwrap_or(input), gradient.unwrap_or(input)];
    let rank = input.rank as usize;
    if rank > MAX_RANK || others.iter().any(|other| other.rank != input.rank || other.dtype != input.dtype) {
        return None;
    }
    let mut elements = 1_usize;
    for dimension in 0..rank {
        let extent = input.shape[dimension];
        let is_alike = others.iter().all(|other| other.shape[dimension] == extent);
        // Zeros say that there are no gaps.
        let strides = others.iter().fold(input.strides[dimension], |any, other| any | other.strides[dimension]);
        // What is below the limit stays below its square when it is multiplied by an extent.
        elements *= usize::try_from(extent).ok().filter(|&extent| extent < Shares::UNDIVIDED)?;
        if !is_alike || strides != 0 || elements >= Shares::UNDIVIDED {
            return None;
        }
    }
    if elements == 0 {
        return None;
    }
    // SAFETY: the caller's.
    let short = unsafe {
        match input.dtype {
            LK_F32 => Short::Single(slices(input, target, gradient, elements)?),
            LK_F64 => Short::Double(slices(input, target, gradient, elements)?),
            _ => return None,
        }
    };
    Some((rank, short))
}

/// The elements of tensors that have as many of this type, where there is memory for them, and the gradient's is its own.
///
/// # Safety
/// As [`lent`].
#[inline(always)]
unsafe fn slices<'a, E: Element>(
    input: &lk_tensor,
    target: Option<&lk_tensor>,
    gradient: Option<&lk_tensor>,
    elements: usize,
) -> Option<Lent<'a, E>> {
    let bytes = elements * size_of::<E>();
    let place = |tensor: &lk_tensor| {
        let first = tensor.data.cast::<E>();
        let is_there = !first.is_null() && first.is_aligned() && first.addr().checked_add(bytes).is_some();
        is_there.then_some(first)
    };
    let of_input = place(input)?;
    let of_target = place(target.unwrap_or(input))?;
    let of_gradient = place(gradient.unwrap_or(input))?;
    let is_apart =
        |read: *mut E| of_gradient.addr() + bytes <= read.addr() || read.addr() + bytes <= of_gradient.addr();
    if gradient.is_some() && !(is_apart(of_input) && is_apart(of_target)) {
        return None;
    }
    // SAFETY: the caller's, for tensors of so many elements without gaps; addresses were looked at, and what is written
    // shares no memory with what is read.
    unsafe {
        Some(Lent {
            input: std::slice::from_raw_parts(of_input, elements),
            target: target.map(|_| std::slice::from_raw_parts(of_target, elements)),
            gradient: gradient.map(|_| std::slice::from_raw_parts_mut(of_gradient, elements)),
        })
    }
}
