//! The boundary that no panic crosses.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::error::{LK_INVALID_ARGUMENT, LK_OK, lk_error, lk_status};
use crate::error::{Error, Result, Status};
use crate::quiet;

#[cfg(panic = "abort")]
compile_error!("losskit must be built with panic=unwind: a panic must come back to the host as a status");

/// Runs the body of an exported function and reports its outcome by status and, where the caller wants it, by error.
/// Inlined, because the arguments that a body holds are slow to copy just after they were written.
///
/// # Safety
/// `error` is NULL or points to an `lk_error` whose `struct_size` the caller has set.
#[inline(always)]
pub unsafe fn guard(name: &'static str, error: *mut lk_error, body: impl FnOnce() -> Result<()>) -> lk_status {
    if !error.is_null() {
        if !error.is_aligned() {
            return LK_INVALID_ARGUMENT;
        }
        // SAFETY: the caller's; only the size is read until it is known to be right.
        let size = unsafe { (&raw const (*error).struct_size).read() };
        if (size as usize) < size_of::<lk_error>() {
            return LK_INVALID_ARGUMENT;
        }
    }
    let outcome = caught(name, body).unwrap_or_else(|payload| Err(panicked(name, payload.as_ref())));
    // SAFETY: the caller's; the size was checked above.
    if let Some(error) = unsafe { error.as_mut() } {
        error.record(outcome.as_ref().copied());
    }
    outcome.map_or_else(|error| error.status as lk_status, |()| LK_OK)
}

/// Runs the body of an exported function that has no status to return.
pub fn shield<T>(name: &'static str, fallback: T, body: impl FnOnce() -> T) -> T {
    caught(name, body).unwrap_or(fallback)
}

#[inline(always)]
fn caught<T>(name: &'static str, body: impl FnOnce() -> T) -> std::thread::Result<T> {
    quiet::install();
    quiet::quietly(|| {
        catch_unwind(AssertUnwindSafe(|| {
            #[cfg(feature = "fault-injection")]
            injection::strike(name);
            let _ = name;
            body()
        }))
    })
}

fn panicked(name: &str, payload: &(dyn Any + Send)) -> Error {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message");
    Error::new(Status::Internal, format!("internal error in {name}: {text}"))
}

/// Lets a test make any exported function panic.
#[cfg(feature = "fault-injection")]
pub mod injection {
    use std::ffi::{CStr, c_char};
    use std::sync::Mutex;

    static NEXT: Mutex<Option<String>> = Mutex::new(None);

    /// Makes the next call of the named function panic.
    ///
    /// # Safety
    /// `function_name` is a NUL-terminated string.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn lk_test_inject_panic(function_name: *const c_char) {
        // SAFETY: the caller's.
        let name = unsafe { CStr::from_ptr(function_name) }.to_string_lossy().into_owned();
        *NEXT.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(name);
    }

    pub(super) fn strike(name: &str) {
        let mut next = NEXT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if next.as_deref() == Some(name) {
            *next = None;
            drop(next);
            panic!("injected into {name}");
        }
    }
}
