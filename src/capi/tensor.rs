//! Tensors and operands of the C ABI.

use std::ffi::{c_char, c_void};

use super::pointer;
use crate::error::{Error, Result, Status};
use crate::tensor::{Dtype, Layout, MAX_RANK, Tensor, TensorMut};

/// The type of a tensor's elements.
pub type lk_dtype = u32;

/// 32-bit float.
pub const LK_F32: u32 = 1;
/// 64-bit float.
pub const LK_F64: u32 = 2;
/// 16-bit IEEE float.
pub const LK_F16: u32 = 3;
/// 16-bit brain float: the upper half of a 32-bit float.
pub const LK_BF16: u32 = 4;
/// Signed 8-bit integer.
pub const LK_I8: u32 = 5;
/// Unsigned 8-bit integer.
pub const LK_U8: u32 = 6;
/// Signed 32-bit integer.
pub const LK_I32: u32 = 7;
/// Signed 64-bit integer.
pub const LK_I64: u32 = 8;
/// One byte: 0 is false, anything else true.
pub const LK_BOOL: u32 = 9;
/// Signed 16-bit integer.
pub const LK_I16: u32 = 10;

/// The largest rank of a tensor.
pub const LK_MAX_RANK: u32 = 8;

/// lk_operand.flags: add to the gradient and hessian buffers instead of overwriting them.
pub const LK_ACCUMULATE: u64 = 1;

/// A borrowed view of an array: nothing is copied or kept. 144 bytes, frozen.
#[repr(C)]
pub struct lk_tensor {
    /// The first element, aligned to the size of its type. May be NULL if there are no elements. What is only read is
    /// never written through this pointer, so the address of a const array may be cast.
    pub data: *mut c_void,
    /// LK_F32, LK_F64, ...
    pub dtype: lk_dtype,
    /// The number of dimensions, 0 to LK_MAX_RANK.
    pub rank: u32,
    /// The extent of each dimension, 0 or more. Entries beyond the rank are not looked at.
    pub shape: [i64; 8],
    /// The distance, in elements, between neighbours along each dimension. All zero means row-major without gaps.
    /// Strides of what is read may be 0 or negative; strides of what is written must be positive and give each element
    /// its own place.
    pub strides: [i64; 8],
}

/// A named tensor of a call, and where its derivatives go. 40 bytes, frozen.
#[repr(C)]
pub struct lk_operand {
    /// The operand's name in the loss: "input", "target", "sample_weight", "weights", ...
    pub name: *const c_char,
    /// The tensor.
    pub tensor: *const lk_tensor,
    /// Where the gradient goes: of the tensor's shape and any floating-point type. NULL: not wanted. It may lie exactly
    /// over the tensor itself.
    pub gradient: *const lk_tensor,
    /// Where the diagonal of the Hessian goes: of the tensor's shape and any floating-point type. NULL: not wanted.
    pub hessian: *const lk_tensor,
    /// 0 or LK_ACCUMULATE.
    pub flags: u64,
}

const _: () = assert!(size_of::<lk_tensor>() == 144);
const _: () = assert!(size_of::<lk_operand>() == 40);
const _: () = assert!(LK_I16 == Dtype::I16 as u32 && LK_MAX_RANK as usize == MAX_RANK);

/// Where the elements of a tensor are: its type and address, with the layout in the place given. Everything is built
/// where it stays: a shape that was just written is slow to copy.
///
/// # Safety
/// `tensor` points to a valid `lk_tensor`, or is NULL or misaligned.
#[inline(always)]
unsafe fn located(tensor: *const lk_tensor, name: &str, layout: &mut Layout) -> Result<(Dtype, *mut u8)> {
    // SAFETY: the caller's.
    let tensor = unsafe { pointer::shared(tensor, name)? };
    let dtype = described(tensor, name, layout)?;
    let address = tensor.data.cast::<u8>();
    let elements = layout.elements();
    if elements == 0 {
        // Never read; NULL would not make a slice.
        return Ok((dtype, std::ptr::without_provenance_mut(dtype.size())));
    }
    if address.is_null() {
        return Err(Error::new(Status::InvalidArgument, format!("{name}.data is NULL, for {elements} elements")));
    }
    if !address.addr().is_multiple_of(dtype.size()) {
        let message = format!("{name}.data is not aligned to the {} bytes of {dtype}", dtype.size());
        return Err(Error::new(Status::InvalidArgument, message));
    }
    let fits = if layout.is_contiguous() {
        // The number of bytes fits into isize: `described` has seen to that.
        address.addr().checked_add(elements * dtype.size()).is_some()
    } else {
        strides_fit(layout, dtype, address.addr())
    };
    if !fits {
        return Err(Error::new(Status::InvalidShape, format!("{name} reaches beyond the address space")));
    }
    Ok((dtype, address))
}

/// Type and layout of a tensor whose data are not looked at.
#[inline(always)]
fn described(tensor: &lk_tensor, name: &str, layout: &mut Layout) -> Result<Dtype> {
    let Some(dtype) = Dtype::from_code(tensor.dtype) else {
        let message = format!("{name}.dtype is {}; expected one of LK_F32 (1) to LK_I16 (10)", tensor.dtype);
        return Err(Error::new(Status::InvalidDtype, message));
    };
    let rank = tensor.rank as usize;
    if rank > MAX_RANK {
        return Err(Error::new(Status::InvalidShape, format!("{name}.rank is {rank}; expected at most {MAX_RANK}")));
    }
    let (shape, strides) = (&tensor.shape[..rank], &tensor.strides[..rank]);
    let refuse = |message: String| Err(Error::new(Status::InvalidShape, message));
    layout.clear();
    let mut bytes = dtype.size();
    for (dimension, (&extent, &stride)) in shape.iter().zip(strides).enumerate() {
        let Ok(extent) = usize::try_from(extent) else {
            return refuse(format!("{name}.shape[{dimension}] is {extent}; expected 0 or more"));
        };
        match bytes.checked_mul(extent.max(1)).filter(|&bytes| isize::try_from(bytes).is_ok()) {
            Some(product) => bytes = product,
            None => return refuse(format!("{name}.shape {shape:?} has more elements than memory can hold")),
        }
        let Ok(stride) = isize::try_from(stride) else {
            return refuse(format!("{name} has a stride of {stride}"));
        };
        layout.push(extent, stride);
    }
    if strides.iter().fold(0, |any, &stride| any | stride) == 0 {
        layout.close_gaps();
        return Ok(dtype);
    }
    layout.notice_gaps();
    let spans_memory = layout.reach().is_some_and(|(low, high)| {
        let size = dtype.size() as isize;
        low.checked_mul(size).is_some() && high.checked_add(1).and_then(|high| high.checked_mul(size)).is_some()
    });
    if layout.elements() > 0 && !spans_memory {
        return refuse(format!("{name}.strides {strides:?} reach further than memory can"));
    }
    Ok(dtype)
}

/// Whether every byte has an address.
fn strides_fit(layout: &Layout, dtype: Dtype, address: usize) -> bool {
    layout.reach().is_some_and(|(low, high)| {
        let size = dtype.size() as isize;
        address.checked_add_signed(low * size).is_some_and(|low| low > 0)
            && address.checked_add_signed((high + 1) * size).is_some()
    })
}

/// A tensor to read, put into its place.
///
/// # Safety
/// The tensor is valid, and its elements may be read, for `'a`.
#[inline(always)]
pub unsafe fn input<'a>(tensor: *const lk_tensor, name: &str, place: &mut Tensor<'a>) -> Result<()> {
    // SAFETY: the caller's, for elements whose addresses `located` checks.
    unsafe { place.locate(|layout| located(tensor, name, layout)) }
}

/// A tensor to write, put into its place; NULL is nothing.
///
/// # Safety
/// The tensor is NULL, or valid for `'a`, and its elements may be read and written.
#[inline(always)]
pub unsafe fn output<'a>(tensor: *const lk_tensor, name: &str, place: &mut Option<TensorMut<'a>>) -> Result<()> {
    if tensor.is_null() {
        return Ok(());
    }
    let place = place.insert(TensorMut::default());
    // SAFETY: the caller's, for elements whose addresses `located` checks; that they have places of their own and
    // overlap nothing else is checked before writing.
    unsafe { place.locate(|layout| located(tensor, name, layout))? };
    if let Some(stride) = place.layout().strides().iter().find(|&&stride| stride < 0) {
        let message = format!("{name} has a stride of {stride}; what is written needs positive strides");
        return Err(Error::new(Status::InvalidShape, message));
    }
    Ok(())
}

/// The name of an operand, after a look at its flags.
///
/// # Safety
/// The name is NULL or a string that lives as long as the operand.
unsafe fn name_of(operand: &lk_operand) -> Result<&str> {
    // SAFETY: the caller's.
    let name = unsafe { pointer::text(operand.name, "operand name", Status::InvalidArgument)? };
    if operand.flags & !LK_ACCUMULATE != 0 {
        let message = format!("operand '{name}' has unknown flags {:#x}; expected 0 or LK_ACCUMULATE", operand.flags);
        return Err(Error::new(Status::InvalidArgument, message));
    }
    Ok(name)
}

/// An operand, put into its place.
///
/// # Safety
/// The operand's pointers are NULL or valid for `'a`.
pub unsafe fn operand<'a>(operand: &'a lk_operand, place: &mut crate::Operand<'a>) -> Result<()> {
    // SAFETY: (here and below) the caller's.
    unsafe {
        let name = name_of(operand)?;
        place.name = name;
        input(operand.tensor, name, &mut place.tensor)?;
        output(operand.gradient, "gradient", &mut place.gradient).map_err(|error| named(error, name))?;
        output(operand.hessian, "hessian", &mut place.hessian).map_err(|error| named(error, name))?;
    }
    place.accumulate = operand.flags & LK_ACCUMULATE != 0;
    Ok(())
}

/// An operand whose shape alone is asked for, put into its place.
///
/// # Safety
/// As [`operand`]; no data is looked at.
pub unsafe fn operand_shape<'a>(operand: &'a lk_operand, place: &mut crate::Operand<'a>) -> Result<()> {
    // SAFETY: (here and below) the caller's; a shape is asked for, so no element is ever read.
    unsafe {
        let name = name_of(operand)?;
        place.name = name;
        let tensor = pointer::shared(operand.tensor, name)?;
        place.tensor.locate(|layout| {
            let dtype = described(tensor, name, layout)?;
            Ok((dtype, std::ptr::without_provenance_mut(dtype.size())))
        })
    }
}

/// Says whose derivative it is.
fn named(mut error: Error, operand: &str) -> Error {
    error.message = format!("operand '{operand}': {}", error.message);
    error
}
