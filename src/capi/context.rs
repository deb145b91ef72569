//! Contexts of the C ABI.

use std::ffi::c_void;

use super::error::{lk_error, lk_status};
use super::guard::{guard, shield};
use super::pointer::{self, Place};
use crate::Context;
use crate::context::Executor;
use crate::error::{Error, Result, Status};

/// Where work runs. Any number of threads may use one at once. NULL in its place means: on the calling thread.
pub struct lk_context {
    pub(super) context: Context,
}

/// The host's own thread pool, lent to losskit.
#[repr(C)]
pub struct lk_executor {
    /// sizeof(lk_executor).
    pub struct_size: u32,
    /// How many tasks run at once: a hint, which never changes results. 0 if not known.
    pub concurrency: u32,
    /// Handed back to parallel_for.
    pub user: *mut c_void,
    /// Calls task(arg, index) exactly once for each index in [0, count), on any threads in any order, and returns when
    /// all are done, like `for (size_t index = 0; index < count; index++) task(arg, index);`
    ///
    /// It must not be NULL and must not throw. It may be called from several threads at once.
    pub parallel_for: Option<
        unsafe extern "C" fn(
            user: *mut c_void,
            count: usize,
            task: Option<unsafe extern "C" fn(arg: *mut c_void, index: usize)>,
            arg: *mut c_void,
        ),
    >,
}

/// How to make a context. Zero means default for every field but the first.
#[repr(C)]
pub struct lk_context_options {
    /// sizeof(lk_context_options).
    pub struct_size: u32,
    /// The number of threads, the calling one included; at most 1024; 0: what the machine and its limits allow. Ignored
    /// with an executor.
    pub threads: u32,
    /// The host's pool instead of one of the context's own. NULL: a pool of its own. The structure is copied; what
    /// `user` points to must outlive the context.
    pub executor: *const lk_executor,
}

/// The most threads that a context may have.
const MOST_THREADS: u32 = 1024;

/// Makes a context. `options` may be NULL for defaults. On failure *context is untouched.
///
/// A pool's threads wait without spinning; a call stays awake for at most some tens of microseconds, while others are in
/// their last task. Small work never leaves the calling thread. After a fork a pool starts again in the child when it is
/// next used.
///
/// # Safety
/// The pointers are NULL or valid, and structures have their sizes set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lk_context_create(
    options: *const lk_context_options,
    context: *mut *mut lk_context,
    error: *mut lk_error,
) -> lk_status {
    // SAFETY: the caller's.
    unsafe {
        guard("lk_context_create", error, || {
            let place = Place::new(context, "context")?;
            let context = if options.is_null() {
                Context::with_threads(0)?
            } else {
                from_options(pointer::sized(options, "options")?)?
            };
            place.write(Box::into_raw(Box::new(lk_context { context })));
            Ok(())
        })
    }
}

/// # Safety
/// The executor is NULL or valid.
unsafe fn from_options(options: &lk_context_options) -> Result<Context> {
    if options.executor.is_null() && options.threads > MOST_THREADS {
        let message = format!("options->threads is {}; expected at most {MOST_THREADS}", options.threads);
        return Err(Error::new(Status::InvalidArgument, message));
    }
    if options.executor.is_null() {
        return Context::with_threads(options.threads as usize);
    }
    // SAFETY: the caller's.
    let executor = unsafe { pointer::sized(options.executor, "options->executor")? };
    let Some(parallel_for) = executor.parallel_for else {
        return Err(Error::new(Status::InvalidArgument, "options->executor->parallel_for is NULL"));
    };
    Ok(Context::with_executor(Box::new(Host { user: executor.user, parallel_for })))
}

/// Gives a context back and joins its threads. NULL is allowed. No other call may be using it.
///
/// # Safety
/// `context` is NULL or came from lk_context_create() and was not destroyed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lk_context_destroy(context: *mut lk_context) {
    shield("lk_context_destroy", (), || {
        if !context.is_null() {
            // SAFETY: the caller's.
            drop(unsafe { Box::from_raw(context) });
        }
    });
}

type Task = unsafe extern "C" fn(arg: *mut c_void, index: usize);

struct Host {
    user: *mut c_void,
    parallel_for: unsafe extern "C" fn(*mut c_void, usize, Option<Task>, *mut c_void),
}

// SAFETY: the contract of lk_executor: it may be called from any thread, from several at once.
unsafe impl Send for Host {}
// SAFETY: as above.
unsafe impl Sync for Host {}

/// What a task needs, behind the `arg` that the host hands back.
struct Batch<'a> {
    count: usize,
    task: &'a (dyn Fn(usize) + Sync),
}

impl Executor for Host {
    fn parallel_for(&self, count: usize, task: &(dyn Fn(usize) + Sync)) {
        let batch = Batch { count, task };
        // SAFETY: the contract of lk_executor: it returns when no task is running any more, so the batch outlives them.
        unsafe { (self.parallel_for)(self.user, count, Some(run_one), (&raw const batch).cast_mut().cast()) }
    }
}

/// # Safety
/// `arg` is the batch of a call of `parallel_for` that has not returned.
unsafe extern "C" fn run_one(arg: *mut c_void, index: usize) {
    // SAFETY: the caller's.
    let batch = unsafe { &*arg.cast::<Batch<'_>>() };
    if index < batch.count {
        (batch.task)(index);
    }
}
