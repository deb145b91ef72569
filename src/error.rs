//! The one error type: a status code, the first offending place, and a sentence for the person who reads the log.

use std::fmt;

/// What went wrong, by kind. The numbers are the C ABI's `LK_…` codes; codes are only ever added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum Status {
    /// Success.
    Ok = 0,
    /// A pointer, flag, operand name or option that cannot be what was meant.
    InvalidArgument = 1,
    /// The text of a loss does not parse, or names something that does not exist.
    InvalidSpec = 2,
    /// Shapes that differ, ranks out of range, sizes that overflow.
    InvalidShape = 3,
    /// A tensor of a type that its role does not accept.
    InvalidDtype = 4,
    /// A label that is out of range, fractional or NaN.
    InvalidTarget = 5,
    /// Buffers that share memory where they must not.
    Overlap = 6,
    /// Well-formed, but not offered by this loss.
    Unsupported = 7,
    /// A mean over nothing, under `empty=error`.
    Empty = 8,
    /// Memory for scratch space was refused.
    OutOfMemory = 9,
    /// A defect in losskit itself.
    Internal = 10,
}

impl Status {
    /// Every status, in the order of its code.
    pub const ALL: [Status; 11] = [
        Status::Ok,
        Status::InvalidArgument,
        Status::InvalidSpec,
        Status::InvalidShape,
        Status::InvalidDtype,
        Status::InvalidTarget,
        Status::Overlap,
        Status::Unsupported,
        Status::Empty,
        Status::OutOfMemory,
        Status::Internal,
    ];

    /// A short name in words, without the detail that a message carries.
    pub fn describe(self) -> &'static str {
        match self {
            Status::Ok => "success",
            Status::InvalidArgument => "invalid argument",
            Status::InvalidSpec => "invalid loss specification",
            Status::InvalidShape => "invalid shape",
            Status::InvalidDtype => "invalid data type",
            Status::InvalidTarget => "invalid target",
            Status::Overlap => "overlapping buffers",
            Status::Unsupported => "not supported by this loss",
            Status::Empty => "mean over nothing",
            Status::OutOfMemory => "out of memory",
            Status::Internal => "internal error",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.describe())
    }
}

/// A refusal: nothing has been written to any output.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// The kind, which is also the C ABI's return value.
    pub status: Status,
    /// The offending element, row, operand or byte of the spec, where there is one.
    pub index: Option<usize>,
    /// What was found, what was expected, and where.
    pub message: String,
}

impl Error {
    /// An error without a position.
    pub fn new(status: Status, message: impl Into<String>) -> Error {
        Error { status, index: None, message: message.into() }
    }

    /// The same error, at a position.
    #[must_use]
    pub fn at(mut self, index: usize) -> Error {
        self.index = Some(index);
        self
    }
}

/// Shorthand for results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
