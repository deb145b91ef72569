package losskit

import (
	"runtime"
	"sync"
)

// Loss is a loss function, or a weighted sum of several. It is immutable: any number of goroutines may use it at once.
// Close frees its memory; a Loss that is forgotten is freed by the garbage collector.
type Loss struct {
	mutex   sync.RWMutex // held for reading by calls, so that Close waits for them
	handle  lossHandle
	text    string
	cleanup runtime.Cleanup
}

// Parse makes a loss from its text. The error of a text that does not parse is ErrInvalidSpec; its message points at the
// place and says what would be accepted, and its Index is the byte.
func Parse(spec string) (*Loss, error) {
	if err := ready(); err != nil {
		return nil, err
	}
	handle, err := createLoss(spec)
	if err != nil {
		return nil, err
	}
	text, err := lossSpec(handle)
	if err != nil {
		destroyLoss(handle)
		return nil, err
	}
	loss := &Loss{handle: handle, text: text}
	loss.cleanup = runtime.AddCleanup(loss, destroyLoss, handle)
	return loss, nil
}

// Close frees the loss, after the calls that use it have returned. Closing twice, or closing nil, does nothing. It
// always returns nil.
func (l *Loss) Close() error {
	if l == nil {
		return nil
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.handle != nil {
		l.cleanup.Stop()
		destroyLoss(l.handle)
		l.handle = nil
	}
	runtime.KeepAlive(l)
	return nil
}

// acquire returns the handle; the caller releases the loss when its call has returned.
func (l *Loss) acquire() (lossHandle, error) {
	if l == nil {
		return nil, failure(ErrInvalidArgument, -1, "the loss is nil")
	}
	l.mutex.RLock()
	if l.handle == nil {
		l.mutex.RUnlock()
		return nil, failure(ErrInvalidArgument, -1, "the loss is closed, or was not made by Parse or New")
	}
	return l.handle, nil
}

func (l *Loss) release() {
	l.mutex.RUnlock()
	runtime.KeepAlive(l)
}

// String returns the canonical text of the loss: each parameter that differs from its default. Parse reads it back as
// the same loss. It stays available after Close.
func (l *Loss) String() string {
	if l == nil {
		return "<nil>"
	}
	return l.text
}

// OperandInfo is a tensor that a loss takes.
type OperandInfo struct {
	// Name is the operand's name in a call: "input", "target", "sample_weight", or a name after @ in the spec.
	Name string

	// Required says that every call must pass it.
	Required bool

	// Gradient says that the loss can be differentiated with respect to it.
	Gradient bool

	// Hessian says that the loss has a Hessian diagonal with respect to it.
	Hessian bool
}

// Operands returns the operands that the loss takes, in a fixed order.
func (l *Loss) Operands() ([]OperandInfo, error) {
	handle, err := l.acquire()
	if err != nil {
		return nil, err
	}
	defer l.release()
	return lossOperands(handle)
}

// Derivatives is the result of [Loss.Scalar].
type Derivatives struct {
	// Value is the loss.
	Value float64

	// Gradient is its derivative with respect to the input.
	Gradient float64

	// Hessian is its second derivative with respect to the input.
	Hessian float64
}

// Scalar evaluates an elementwise loss on one number: for a plot, a test or a boosting objective written by hand. A loss
// that is not elementwise returns ErrUnsupported.
func (l *Loss) Scalar(input, target float64) (Derivatives, error) {
	handle, err := l.acquire()
	if err != nil {
		return Derivatives{}, err
	}
	defer l.release()
	return lossScalar(handle, input, target)
}
