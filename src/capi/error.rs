//! Statuses and the caller's error structure.

use std::ffi::{CStr, c_char};

use super::guard::shield;
use crate::error::{Error, Status};

/// The outcome of a call: 0 is success. Codes are only ever added.
pub type lk_status = i32;

/// Success.
pub const LK_OK: i32 = 0;
/// A pointer, flag, operand name or option that cannot be what was meant.
pub const LK_INVALID_ARGUMENT: i32 = 1;
/// The text of a loss does not parse, or names something that does not exist.
pub const LK_INVALID_SPEC: i32 = 2;
/// Shapes that differ, ranks out of range, sizes or strides that overflow, negative strides of an output.
pub const LK_INVALID_SHAPE: i32 = 3;
/// A tensor of a type that its role does not accept.
pub const LK_INVALID_DTYPE: i32 = 4;
/// A label that is out of range, fractional or NaN.
pub const LK_INVALID_TARGET: i32 = 5;
/// Buffers that share memory where they must not.
pub const LK_OVERLAP: i32 = 6;
/// Well-formed, but not offered by this loss.
pub const LK_UNSUPPORTED: i32 = 7;
/// A mean over nothing, under empty=error.
pub const LK_EMPTY: i32 = 8;
/// Memory or threads were refused by the system.
pub const LK_OUT_OF_MEMORY: i32 = 9;
/// A defect in losskit itself. Please report it with the message.
pub const LK_INTERNAL: i32 = 10;

/// Where a call says what went wrong. The caller owns it: nothing is allocated, nothing is kept per thread, and several
/// threads may each have their own. Set `struct_size` once; each call writes the rest, on success too. Every
/// `lk_error *error` parameter may be NULL.
#[repr(C)]
pub struct lk_error {
    /// In: sizeof(lk_error). If it is not set, a call returns LK_INVALID_ARGUMENT and cannot say why.
    pub struct_size: u32,
    /// The returned value.
    pub status: lk_status,
    /// The place: the byte of the text for LK_INVALID_SPEC, the row-major element of the target for LK_INVALID_TARGET,
    /// otherwise the operand, where one alone is at fault; operand_count stands for the value, and in
    /// lk_loss_eval_pair() input is 0 and target 1. -1: no place.
    pub index: i64,
    /// What was found, what was expected and where: NUL-terminated UTF-8, empty on success.
    pub message: [c_char; 240],
}

const _: () = assert!(size_of::<lk_error>() == 256);
const _: () = assert!(LK_INTERNAL == Status::ALL[Status::ALL.len() - 1] as i32);

impl lk_error {
    /// Records the outcome of a call.
    pub(super) fn record(&mut self, outcome: Result<(), &Error>) {
        self.status = outcome.map_or_else(|error| error.status as i32, |()| LK_OK);
        self.index = outcome.err().and_then(|error| error.index).map_or(-1, |index| index as i64);
        let message = outcome.err().map_or("", |error| error.message.as_str());
        if message.is_empty() {
            self.message[0] = 0;
            return;
        }
        // A NUL inside would hide the rest, and a character cut in two would not be UTF-8.
        let most = self.message.len() - 1;
        let end = (0..=message.len().min(most)).rev().find(|&end| message.is_char_boundary(end)).unwrap_or(0);
        let bytes = message.as_bytes()[..end].iter().map(|&byte| if byte == 0 { b' ' } else { byte });
        for (place, byte) in self.message.iter_mut().zip(bytes.chain(std::iter::once(0))) {
            *place = byte as c_char;
        }
    }
}

/// A status in a few words of English, such as "invalid shape". The text is static; an unknown code has a text too.
#[unsafe(no_mangle)]
pub extern "C" fn lk_status_string(status: lk_status) -> *const c_char {
    let text = shield("lk_status_string", c"unknown status", || {
        Status::ALL.into_iter().find(|known| *known as i32 == status).map_or(c"unknown status", text)
    });
    text.as_ptr()
}

fn text(status: Status) -> &'static CStr {
    match status {
        Status::Ok => c"success",
        Status::InvalidArgument => c"invalid argument",
        Status::InvalidSpec => c"invalid loss specification",
        Status::InvalidShape => c"invalid shape",
        Status::InvalidDtype => c"invalid data type",
        Status::InvalidTarget => c"invalid target",
        Status::Overlap => c"overlapping buffers",
        Status::Unsupported => c"not supported by this loss",
        Status::Empty => c"mean over nothing",
        Status::OutOfMemory => c"out of memory",
        Status::Internal => c"internal error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_code_and_text() {
        for (code, status) in Status::ALL.into_iter().enumerate() {
            assert_eq!(status as usize, code);
            assert_eq!(text(status).to_str().unwrap(), status.describe());
        }
    }

    #[test]
    fn long_messages_end_on_a_character() {
        let mut error = lk_error { struct_size: 256, status: 0, index: 0, message: [1; 240] };
        error.record(Err(&Error::new(Status::Internal, "ü".repeat(200))));
        // SAFETY: record ends the message with a NUL.
        let message = unsafe { CStr::from_ptr(error.message.as_ptr()) };
        assert_eq!(message.to_str().unwrap(), "ü".repeat(119));
    }
}
