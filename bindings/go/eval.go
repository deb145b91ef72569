package losskit

import (
	"strings"
	"sync"
	"unsafe"
)

// Evaluate returns the value of a loss on an input and a target, for a loss that is reduced to one number. The target is
// integer labels, or of the input's shape, as the loss says. The work is done on the calling thread; [Loss.Eval] takes a
// context.
func Evaluate[T Floating, L Element](loss *Loss, input *Tensor[T], target *Tensor[L]) (float64, error) {
	return evaluate(loss, input.view(), target.view(), view{})
}

// EvaluateGradient returns the value and writes its gradient with respect to the input, row-major and of the input's
// shape, into gradient, which must have as many elements as the input. It may be the input's own slice. On an error,
// gradient is as it was.
func EvaluateGradient[T Floating, L Element](
	loss *Loss, input *Tensor[T], target *Tensor[L], gradient []T,
) (float64, error) {
	if input == nil {
		return evaluate(loss, view{}, target.view(), view{})
	}
	into := Tensor[T]{Data: gradient, Shape: input.Shape}
	return evaluate(loss, input.view(), target.view(), into.view())
}

func evaluate(loss *Loss, input, target, gradient view) (float64, error) {
	if input.absent() {
		return 0, failure(ErrInvalidArgument, -1, "the input is nil")
	}
	if target.absent() {
		return 0, failure(ErrInvalidArgument, -1, "the target is nil")
	}
	var layouts [3]layout
	inputData, err := input.describe("", "input", &layouts[0])
	if err != nil {
		return 0, err
	}
	targetData, err := target.describe("", "target", &layouts[1])
	if err != nil {
		return 0, err
	}
	var gradientData unsafe.Pointer
	wanted := !gradient.absent()
	if wanted {
		gradientData, err = gradient.describe("gradient of", "input", &layouts[2])
		if err != nil {
			return 0, err
		}
		gradient.announce(gradientData, write)
	}
	input.announce(inputData, read)
	target.announce(targetData, read)
	handle, err := loss.acquire()
	if err != nil {
		return 0, err
	}
	defer loss.release()
	return evalPair(handle, &layouts, inputData, targetData, gradientData, wanted)
}

// Operand is a tensor of a call, by the name that the loss knows it by, and where its derivatives go. Derivatives have
// the tensor's shape; their element type may be another floating one.
type Operand struct {
	// Name is "input", "target", "sample_weight", "mask", "grad_output", or a name after @ in the spec.
	Name string

	// Tensor is the operand itself; it is only read.
	Tensor AnyTensor

	// Gradient, if not nil, receives the gradient of the value with respect to the operand. It may be the operand's own
	// slice.
	Gradient AnyTensor

	// Hessian, if not nil, receives the diagonal of the Hessian.
	Hessian AnyTensor

	// Accumulate adds the derivatives to what Gradient and Hessian hold, instead of overwriting it.
	Accumulate bool
}

// Eval evaluates a loss that is reduced to one number: it returns the value and writes every derivative that the
// operands ask for. The context may be nil: the calling thread. On an error nothing has been written.
func (l *Loss) Eval(context *Context, operands ...Operand) (float64, error) {
	r := newRequest()
	defer r.done()
	value := view{data: unsafe.Pointer(&r.number), length: 1, dtype: dtypeF64, size: unsafe.Sizeof(r.number)}
	if err := l.eval(r, context, value, operands); err != nil {
		return 0, err
	}
	return r.number, nil
}

// EvalInto evaluates any loss: it writes the value, whose shape is [Loss.ValueShape]'s, and every derivative that the
// operands ask for. A nil value asks for the derivatives alone. On an error nothing has been written.
func (l *Loss) EvalInto(context *Context, value AnyTensor, operands ...Operand) error {
	r := newRequest()
	defer r.done()
	return l.eval(r, context, viewOf(value), operands)
}

func (l *Loss) eval(r *request, context *Context, value view, operands []Operand) error {
	if err := r.addOperands(operands); err != nil {
		return err
	}
	var err error
	if r.value, err = r.addTensor("output for", "the value", value, write); err != nil {
		return err
	}
	handle, err := l.acquire()
	if err != nil {
		return err
	}
	defer l.release()
	pool, err := context.acquire()
	if err != nil {
		return err
	}
	defer context.release()
	return call(handle, pool, r, nil)
}

// ValueShape returns the shape of the value for these operands: empty, but not nil, for a loss that is reduced to one
// number. Only shapes are read, never data.
func (l *Loss) ValueShape(operands ...Operand) ([]int, error) {
	r := newRequest()
	defer r.done()
	r.shapesOnly = true
	if err := r.addOperands(operands); err != nil {
		return nil, err
	}
	handle, err := l.acquire()
	if err != nil {
		return nil, err
	}
	defer l.release()
	var found layout
	if err := call(handle, nil, r, &found); err != nil {
		return nil, err
	}
	shape := make([]int, min(int(found.rank), MaxRank))
	for i := range shape {
		shape[i] = int(found.shape[i])
	}
	return shape, nil
}

// request is a call in the form in which it crosses to C: data[i] belongs to layouts[i], operands name them by position.
type request struct {
	layouts  []layout
	data     []unsafe.Pointer
	operands []operandRecord
	names    []byte
	value    int32
	number   float64 // the value, when it is to be returned

	shapesOnly bool // no data is read or written
}

// requests keeps the memory of calls that have returned for those to come.
var requests = sync.Pool{New: func() any { return new(request) }}

func newRequest() *request {
	r := requests.Get().(*request)
	r.value, r.shapesOnly = -1, false
	return r
}

// done forgets the caller's tensors.
func (r *request) done() {
	clear(r.data)
	r.layouts, r.data, r.operands, r.names = r.layouts[:0], r.data[:0], r.operands[:0], r.names[:0]
	requests.Put(r)
}

func (r *request) addOperands(operands []Operand) error {
	for i := range operands {
		operand := &operands[i]
		if strings.IndexByte(operand.Name, 0) >= 0 {
			return failure(ErrInvalidArgument, i, "the name of an operand holds a NUL character")
		}
		name := len(r.names)
		r.names = append(append(r.names, operand.Name...), 0)
		tensor, err := r.addTensor("", operand.Name, viewOf(operand.Tensor), read)
		if err != nil {
			return err
		}
		gradient, err := r.addTensor("gradient of", operand.Name, viewOf(operand.Gradient), write)
		if err != nil {
			return err
		}
		hessian, err := r.addTensor("Hessian of", operand.Name, viewOf(operand.Hessian), write)
		if err != nil {
			return err
		}
		r.operands = append(r.operands, newOperandRecord(name, tensor, gradient, hessian, operand.Accumulate))
	}
	return nil
}

// addTensor returns the position of the tensor, -1 when there is none.
func (r *request) addTensor(role, name string, v view, access access) (int32, error) {
	if v.absent() {
		return -1, nil
	}
	var described layout
	data, err := v.describe(role, name, &described)
	if err != nil {
		return -1, err
	}
	if !r.shapesOnly {
		v.announce(data, access)
	}
	r.layouts = append(r.layouts, described)
	r.data = append(r.data, data)
	return int32(len(r.data) - 1), nil
}
