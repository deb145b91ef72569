//! Losses of the C ABI.

use std::ffi::{CString, c_char};

use smallvec::SmallVec;

use super::context::lk_context;
use super::error::{lk_error, lk_status};
use super::guard::{guard, shield};
use super::pair;
use super::pointer::{self, Place};
use super::tensor::{self, lk_operand, lk_tensor};
use crate::error::{Error, Result, Status};
use crate::tensor::Tensor;
use crate::{Context, Loss, Operand};

/// A loss made from text. It never changes, so any number of threads may use it at once.
pub struct lk_loss {
    loss: Loss,
    names: Vec<CString>,
}

/// lk_operand_info.flags: a call must have this operand.
pub const LK_OPERAND_REQUIRED: u32 = 1;
/// lk_operand_info.flags: its gradient is offered.
pub const LK_OPERAND_GRADIENT: u32 = 2;
/// lk_operand_info.flags: the diagonal of its Hessian is offered.
pub const LK_OPERAND_HESSIAN: u32 = 4;

/// One operand that a loss takes.
#[repr(C)]
pub struct lk_operand_info {
    /// In: sizeof(lk_operand_info).
    pub struct_size: u32,
    /// LK_OPERAND_REQUIRED and the others, or-ed.
    pub flags: u32,
    /// Its name. Lives as long as the loss.
    pub name: *const c_char,
}

/// The most operands that one call may pass.
const MOST_OPERANDS: usize = 256;

/// The library's version: major << 16 | minor << 8 | patch. Compare it with LK_VERSION, which is the header's; while
/// the major version is 0, minor versions need not fit together.
#[unsafe(no_mangle)]
pub extern "C" fn lk_version() -> u32 {
    shield("lk_version", 0, || {
        let part = |text: &str| text.parse::<u32>().unwrap_or(0);
        part(env!("CARGO_PKG_VERSION_MAJOR")) << 16
            | part(env!("CARGO_PKG_VERSION_MINOR")) << 8
            | part(env!("CARGO_PKG_VERSION_PATCH"))
    })
}

/// Makes a loss from its text: "mse", "cross_entropy(label_smoothing=0.1) + 1e-4*l2(input=@weights)".
///
/// On success *loss is the loss, to be given back to lk_loss_destroy(). On failure *loss is untouched. A text that does
/// not parse is LK_INVALID_SPEC: error->index is the byte of the place, and the message quotes the text with a caret
/// under it and says what would be accepted.
///
/// # Safety
/// `spec` is NULL or NUL-terminated; `loss` is NULL or may be written; `error` is NULL or an lk_error with its size
/// set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lk_loss_create(
    spec: *const c_char,
    loss: *mut *mut lk_loss,
    error: *mut lk_error,
) -> lk_status {
    // SAFETY: the caller's.
    unsafe {
        guard("lk_loss_create", error, || {
            let place = Place::new(loss, "loss")?;
            let loss = Loss::parse(pointer::text(spec, "spec", Status::InvalidSpec)?)?;
            let name = |operand: &crate::OperandInfo| CString::new(operand.name.as_str()).unwrap_or_default();
            let names = loss.operands().iter().map(name).collect();
            place.write(Box::into_raw(Box::new(lk_loss { loss, names })));
            Ok(())
        })
    }
}

/// Gives a loss back. NULL is allowed. No other call may be using it.
///
/// # Safety
/// `loss` is NULL or came from lk_loss_create() and was not destroyed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lk_loss_destroy(loss: *mut lk_loss) {
    shield("lk_loss_destroy", (), || {
        if !loss.is_null() {
            // SAFETY: the caller's.
            drop(unsafe { Box::from_raw(loss) });
        }
    });
}

/// The canonical text of a loss, with each parameter that differs from its default. It parses to the same loss.
///
/// *length is the number of bytes without the terminating NUL; `length` may be NULL. With buffer NULL and capacity 0
/// only the length is asked for. A buffer of less than *length + 1 bytes is LK_INVALID_ARGUMENT; *length is set then,
/// and nothing else is written.
///
/// # Safety
/// `buffer` is NULL or has `capacity` bytes; the other pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lk_loss_spec(
    loss: *const lk_loss,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    error: *mut lk_error,
) -> lk_status {
    // SAFETY: the caller's.
    unsafe {
        guard("lk_loss_spec", error, || {
            let text = pointer::shared(loss, "loss")?.loss.to_string();
            if !length.is_null() {
                Place::new(length, "length")?.write(text.len());
            }
            if buffer.is_null() && capacity == 0 {
                return Ok(());
            }
            pointer::shared(buffer.cast_const(), "buffer")?;
            if capacity <= text.len() {
                let needed = text.len() + 1;
                let message = format!("the buffer has {capacity} bytes; the text needs {needed} with its NUL");
                return Err(Error::new(Status::InvalidArgument, message));
            }
            std::ptr::copy_nonoverlapping(text.as_ptr().cast(), buffer, text.len());
            buffer.add(text.len()).write(0);
            Ok(())
        })
    }
}

/// Evaluates a loss: computes the derivatives that the operands ask for and, unless `value` is NULL, the value.
///
/// `operands` names every tensor that the loss reads: "input" and "target" for most; "sample_weight" and "mask" where
/// wanted; "grad_output", the upstream gradient, of the value's shape, in place of 1. lk_loss_operand_info() lists
/// them. `value` has the shape that lk_loss_value_shape() gives (rank 0 for a reduced loss) and any floating-point
/// type; it is always overwritten, whatever the operands' flags.
///
/// Every operand, shape, dtype, stride and label is checked before the first write: on failure nothing has been
/// written, error->index is the offending operand or element, and the message says what was found. There is no
/// broadcasting. `context` says where the work runs; NULL is the calling thread. Results do not depend on it, nor on
/// the machine.
///
/// # Safety
/// All pointers are NULL or valid, the tensors' elements may be read, and those of outputs written, by this call alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lk_loss_eval(
    loss: *const lk_loss,
    context: *mut lk_context,
    operands: *const lk_operand,
    operand_count: usize,
    value: *const lk_tensor,
    error: *mut lk_error,
) -> lk_status {
    // SAFETY: the caller's.
    unsafe {
        guard("lk_loss_eval", error, || {
            let loss = pointer::shared(loss, "loss")?;
            let context = context_of(context)?;
            let operands = operands_of(operands, operand_count, |operand, place| tensor::operand(operand, place))?;
            let mut place = None;
            tensor::output(value, "value", &mut place)?;
            loss.loss.eval(context, &operands, place)
        })
    }
}

/// Evaluates a reduced loss of input and target: the everyday call.
///
/// `target` may be NULL for a loss that has none; `gradient`, of input's shape, may be NULL, or lie exactly over input;
/// `value` may be NULL. Otherwise as lk_loss_eval(): a loss that needs other operands, such as \@weights, is
/// LK_INVALID_ARGUMENT. A loss with reduction=none is LK_UNSUPPORTED here.
///
/// # Safety
/// As lk_loss_eval().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lk_loss_eval_pair(
    loss: *const lk_loss,
    context: *mut lk_context,
    input: *const lk_tensor,
    target: *const lk_tensor,
    gradient: *const lk_tensor,
    value: *mut f64,
    error: *mut lk_error,
) -> lk_status {
    // SAFETY: the caller's.
    unsafe {
        guard("lk_loss_eval_pair", error, move || {
            let loss = pointer::shared(loss, "loss")?;
            let context = context_of(context)?;
            pair::evaluate(&loss.loss, context, [input, target, gradient], value)
        })
    }
}

/// A loss of one number: out[0] is the value, out[1] its first and out[2] its second derivative by input.
///
/// For losses whose elements are single numbers (mse, huber, bce, ...), for plots and for boosting one sample at a
/// time. Reduction and denominator apply, to one element. Others need tensors, and are LK_INVALID_SHAPE or
/// LK_UNSUPPORTED here.
///
/// # Safety
/// `out` is NULL or has room for three numbers; the other pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lk_loss_scalar(
    loss: *const lk_loss,
    input: f64,
    target: f64,
    out: *mut f64,
    error: *mut lk_error,
) -> lk_status {
    // SAFETY: the caller's.
    unsafe {
        guard("lk_loss_scalar", error, || {
            let loss = pointer::shared(loss, "loss")?;
            let place = Place::new(out.cast::<[f64; 3]>(), "out")?;
            place.write(loss.loss.scalar(input, target)?);
            Ok(())
        })
    }
}

/// The number of operands that a loss takes.
///
/// # Safety
/// The pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lk_loss_operand_count(
    loss: *const lk_loss,
    count: *mut usize,
    error: *mut lk_error,
) -> lk_status {
    // SAFETY: the caller's.
    unsafe {
        guard("lk_loss_operand_count", error, || {
            let loss = pointer::shared(loss, "loss")?;
            Place::new(count, "count")?.write(loss.names.len());
            Ok(())
        })
    }
}

/// Describes one operand that a loss takes: required ones first, in the order of the terms, then optional ones.
///
/// # Safety
/// The pointers are NULL or valid; info->struct_size is set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lk_loss_operand_info(
    loss: *const lk_loss,
    index: usize,
    info: *mut lk_operand_info,
    error: *mut lk_error,
) -> lk_status {
    // SAFETY: the caller's.
    unsafe {
        guard("lk_loss_operand_info", error, || {
            let loss = pointer::shared(loss, "loss")?;
            let place = pointer::sized_output(info, "info")?;
            let operands = loss.loss.operands();
            let operand = operands.get(index).ok_or_else(|| beyond("operand", index, operands.len()))?;
            let flag = |set: bool, flag: u32| if set { flag } else { 0 };
            let flags = flag(operand.required, LK_OPERAND_REQUIRED)
                | flag(operand.has_gradient, LK_OPERAND_GRADIENT)
                | flag(operand.has_hessian, LK_OPERAND_HESSIAN);
            place.write(lk_operand_info { struct_size: (*info).struct_size, flags, name: loss.names[index].as_ptr() });
            Ok(())
        })
    }
}

/// The shape of the value for these operands: rank 0 for a reduced loss. Only types and shapes are looked
/// at, never data, which may be NULL. shape[] is
/// zero beyond the rank.
///
/// # Safety
/// The pointers are NULL or valid; `shape` has room for LK_MAX_RANK numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lk_loss_value_shape(
    loss: *const lk_loss,
    operands: *const lk_operand,
    operand_count: usize,
    rank: *mut u32,
    shape: *mut i64,
    error: *mut lk_error,
) -> lk_status {
    // SAFETY: the caller's.
    unsafe {
        guard("lk_loss_value_shape", error, || {
            let loss = pointer::shared(loss, "loss")?;
            let rank = Place::new(rank, "rank")?;
            let place = Place::new(shape.cast::<[i64; 8]>(), "shape")?;
            let operands =
                operands_of(operands, operand_count, |operand, place| tensor::operand_shape(operand, place))?;
            let found = loss.loss.value_shape(&operands)?;
            let mut extents = [0_i64; 8];
            for (extent, &found) in extents.iter_mut().zip(found.extents()) {
                *extent = found as i64;
            }
            rank.write(found.rank() as u32);
            place.write(extents);
            Ok(())
        })
    }
}

/// # Safety
/// `context` is NULL, misaligned, or a live context.
unsafe fn context_of<'a>(context: *mut lk_context) -> Result<Option<&'a Context>> {
    if context.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller's.
    Ok(Some(&unsafe { pointer::shared(context.cast_const(), "context")? }.context))
}

/// # Safety
/// `operands` is NULL or has `count` operands, valid for `'a`.
unsafe fn operands_of<'a>(
    operands: *const lk_operand,
    count: usize,
    bind: impl Fn(&'a lk_operand, &mut Operand<'a>) -> Result<()>,
) -> Result<SmallVec<[Operand<'a>; 4]>> {
    if count > MOST_OPERANDS {
        let message = format!("operand_count is {count}; expected at most {MOST_OPERANDS}");
        return Err(Error::new(Status::InvalidArgument, message));
    }
    let mut bound = SmallVec::new();
    // SAFETY: the caller's.
    for (index, operand) in unsafe { pointer::array(operands, count, "operands")? }.iter().enumerate() {
        bound.push(Operand::new("", Tensor::default()));
        let at = |error: Error| if error.index.is_none() { error.at(index) } else { error };
        bind(operand, &mut bound[index]).map_err(at)?;
    }
    Ok(bound)
}

/// A refusal of an index.
pub(super) fn beyond(what: &str, index: usize, count: usize) -> Error {
    Error::new(Status::InvalidArgument, format!("{what} {index} does not exist; there are {count}")).at(index)
}
