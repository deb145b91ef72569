//! From raw pointers to references, with a message for each way in which they can be wrong.

use std::ffi::{CStr, c_char};

use crate::error::{Error, Result, Status};

fn refuse(name: &str, fault: &str) -> Error {
    Error::new(Status::InvalidArgument, format!("{name} is {fault}"))
}

/// A shared reference.
///
/// # Safety
/// `pointer` is NULL, misaligned, or points to a valid `T` for `'a`.
pub unsafe fn shared<'a, T>(pointer: *const T, name: &str) -> Result<&'a T> {
    if pointer.is_null() {
        return Err(refuse(name, "NULL"));
    }
    if !pointer.is_aligned() {
        return Err(refuse(name, "misaligned"));
    }
    // SAFETY: the caller's; it is neither NULL nor misaligned.
    Ok(unsafe { &*pointer })
}

/// A place to write one value.
pub struct Place<T>(*mut T);

impl<T> Place<T> {
    /// Checks the pointer.
    ///
    /// # Safety
    /// `pointer` is NULL, misaligned, or valid for writing a `T` until [`Place::write`].
    pub unsafe fn new(pointer: *mut T, name: &str) -> Result<Place<T>> {
        if pointer.is_null() {
            return Err(refuse(name, "NULL"));
        }
        if !pointer.is_aligned() {
            return Err(refuse(name, "misaligned"));
        }
        Ok(Place(pointer))
    }

    /// Writes the value.
    pub fn write(self, value: T) {
        // SAFETY: checked by `new`.
        unsafe { self.0.write(value) }
    }
}

/// An array.
///
/// # Safety
/// `pointer` is NULL, misaligned, or points to `count` valid `T` for `'a`.
pub unsafe fn array<'a, T>(pointer: *const T, count: usize, name: &str) -> Result<&'a [T]> {
    if count == 0 {
        return Ok(&[]);
    }
    // SAFETY: the caller's.
    unsafe { shared(pointer, name)? };
    // SAFETY: the caller's; it is neither NULL nor misaligned.
    Ok(unsafe { std::slice::from_raw_parts(pointer, count) })
}

/// UTF-8 text.
///
/// # Safety
/// `pointer` is NULL or points to a NUL-terminated string that lives for `'a`.
pub unsafe fn text<'a>(pointer: *const c_char, name: &str, status: Status) -> Result<&'a str> {
    // SAFETY: the caller's.
    unsafe { shared(pointer, name)? };
    // SAFETY: the caller's.
    let text = unsafe { CStr::from_ptr(pointer) };
    text.to_str().map_err(|error| {
        let valid = error.valid_up_to();
        Error::new(status, format!("{name} is not UTF-8: byte {valid} cannot be decoded")).at(valid)
    })
}

/// A structure that begins with its size: `struct_size` must be at least that of `T`, and what lies beyond must be
/// zero, because it asks for something that this version does not know.
///
/// # Safety
/// `pointer` is NULL, misaligned, or points to as many bytes as its first four say, valid for `'a`.
pub unsafe fn sized<'a, T>(pointer: *const T, name: &str) -> Result<&'a T> {
    const MOST: usize = 4096;
    // SAFETY: the caller's; only the size is read until it is known to be right.
    let found = *unsafe { shared(pointer.cast::<u32>(), name)? } as usize;
    let known = size_of::<T>();
    if found < known || found > MOST {
        let message = format!("{name}->struct_size is {found}; expected {known}, the size that this version knows");
        return Err(Error::new(Status::InvalidArgument, message));
    }
    // SAFETY: the caller's; the bytes beyond `T` are within the size it gave.
    let tail = unsafe { std::slice::from_raw_parts(pointer.cast::<u8>().add(known), found - known) };
    if tail.iter().any(|&byte| byte != 0) {
        let message = format!("{name} sets fields beyond byte {known} that this version does not know; expected zeros");
        return Err(Error::new(Status::InvalidArgument, message));
    }
    // SAFETY: the caller's.
    unsafe { shared(pointer, name) }
}

/// Checks a structure that a call fills in, and gives the place to write it, which leaves a longer caller's tail alone.
///
/// # Safety
/// As [`sized`], and the structure may be written.
pub unsafe fn sized_output<T>(pointer: *mut T, name: &str) -> Result<Place<T>> {
    // SAFETY: the caller's.
    unsafe { sized(pointer.cast_const(), name)? };
    // SAFETY: the caller's.
    unsafe { Place::new(pointer, name) }
}
