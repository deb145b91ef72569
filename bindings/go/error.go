package losskit

// #include "losskit.h"
import "C"

// Status is the kind of a failure. Each is an error of its own, for errors.Is:
//
//	if errors.Is(err, losskit.ErrInvalidTarget) { … }
type Status int32

// The kinds of failure.
const (
	// ErrInvalidArgument is a name, option or object that cannot be what was meant, such as a closed loss.
	ErrInvalidArgument Status = C.LK_INVALID_ARGUMENT

	// ErrInvalidSpec is the text of a loss that does not parse, or names something that does not exist.
	ErrInvalidSpec Status = C.LK_INVALID_SPEC

	// ErrInvalidShape is shapes that differ, a slice that its shape does not fit, or a rank above 8.
	ErrInvalidShape Status = C.LK_INVALID_SHAPE

	// ErrInvalidDtype is a tensor of an element type that its role does not accept.
	ErrInvalidDtype Status = C.LK_INVALID_DTYPE

	// ErrInvalidTarget is a label that is out of range, fractional or NaN.
	ErrInvalidTarget Status = C.LK_INVALID_TARGET

	// ErrOverlap is an output that shares memory with another tensor; only a gradient exactly over its own operand
	// may.
	ErrOverlap Status = C.LK_OVERLAP

	// ErrUnsupported is a request that is well-formed, but that this loss or this library does not offer.
	ErrUnsupported Status = C.LK_UNSUPPORTED

	// ErrEmpty is a mean over nothing, under empty=error.
	ErrEmpty Status = C.LK_EMPTY

	// ErrOutOfMemory is memory for scratch space that the system refused.
	ErrOutOfMemory Status = C.LK_OUT_OF_MEMORY

	// ErrInternal is a defect in losskit itself.
	ErrInternal Status = C.LK_INTERNAL
)

// Error returns the kind in words.
func (s Status) Error() string {
	return "losskit: " + statusText(s)
}

// Error is a call that was refused. No output has been written.
type Error struct {
	// Status is the kind of the failure.
	Status Status

	// Index is the offending element, row, operand or byte of the spec, and -1 where there is none.
	Index int

	// Message says what was found, what was expected, and where.
	Message string
}

// Error returns the message.
func (e *Error) Error() string {
	if e == nil {
		return "losskit: no error"
	}
	return "losskit: " + e.Message
}

// Unwrap returns the status, so that errors.Is(err, losskit.ErrInvalidShape) holds for an error of that kind.
func (e *Error) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Status
}

func failure(status Status, index int, message string) error {
	return &Error{Status: status, Index: index, Message: message}
}
