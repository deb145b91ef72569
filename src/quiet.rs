//! Keeps a panic inside losskit from printing on the host's standard error. The host is told by a status instead.

use std::cell::Cell;
use std::panic;
use std::sync::Once;

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Runs a function on this thread with the panic message suppressed, for this thread and this time only.
#[inline(always)]
pub fn quietly<T>(function: impl FnOnce() -> T) -> T {
    struct Restore<'i>(&'i Cell<bool>, bool);
    impl Drop for Restore<'_> {
        fn drop(&mut self) {
            self.0.set(self.1);
        }
    }
    INSIDE.with(|inside| {
        let _restore = Restore(inside, inside.replace(true));
        function()
    })
}

/// Installs the hook that honours [`quietly`]. Panics elsewhere, such as in another Rust library of the same process,
/// still go to whatever hook was there before.
#[inline]
pub fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |information| {
            if !INSIDE.get() {
                previous(information);
            }
        }));
    });
}
