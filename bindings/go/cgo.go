package losskit

// The calls into the library; those of the catalog and the advisor are in their own files. The data of a tensor is passed as *C.char: a pointer to memory that holds no
// pointers, which cgo need not search, and which stays where it is until the call returns.

// #include "shim.h"
//
// #cgo noescape lkgo_call
// #cgo nocallback lkgo_call
// #cgo noescape lkgo_call_array
// #cgo nocallback lkgo_call_array
// #cgo noescape lkgo_eval_pair
// #cgo nocallback lkgo_eval_pair
// #cgo noescape lk_loss_scalar
// #cgo nocallback lk_loss_scalar
import "C"

import (
	"bytes"
	"runtime"
	"strings"
	"unsafe"
)

const (
	dtypeF32  uint32 = C.LK_F32
	dtypeF64  uint32 = C.LK_F64
	dtypeF16  uint32 = C.LK_F16
	dtypeBF16 uint32 = C.LK_BF16
	dtypeI8   uint32 = C.LK_I8
	dtypeU8   uint32 = C.LK_U8
	dtypeI32  uint32 = C.LK_I32
	dtypeI64  uint32 = C.LK_I64
	dtypeBool uint32 = C.LK_BOOL
	dtypeI16  uint32 = C.LK_I16
)

type (
	lossHandle    = *C.lk_loss
	contextHandle = *C.lk_context
	layout        = C.lkgo_layout
	operandRecord = C.lkgo_operand
)

func headerVersion() version  { return version(C.LK_VERSION) }
func libraryVersion() version { return version(C.lk_version()) }

func statusText(status Status) string {
	return C.GoString(C.lk_status_string(C.lk_status(status)))
}

func fillLayout(into *layout, dtype uint32, shape, strides []int) {
	into.dtype = C.lk_dtype(dtype)
	into.rank = C.uint32_t(len(shape))
	for i := range min(len(shape), MaxRank) {
		into.shape[i] = C.int64_t(shape[i])
	}
	for i := range min(len(strides), MaxRank) {
		into.strides[i] = C.int64_t(strides[i])
	}
}

func newOperandRecord(name int, tensor, gradient, hessian int32, accumulate bool) operandRecord {
	record := operandRecord{
		name:     C.int64_t(name),
		tensor:   C.int32_t(tensor),
		gradient: C.int32_t(gradient),
		hessian:  C.int32_t(hessian),
	}
	if accumulate {
		record.accumulate = 1
	}
	return record
}

// newError is what each call is given to report into.
func newError() C.lk_error {
	return C.lk_error{struct_size: C.sizeof_lk_error, index: -1}
}

// asError copies a report. It reads the message in place, so that a report of a call that succeeds costs no allocation.
func asError(status C.lk_status, report *C.lk_error) error {
	if status == C.LK_OK {
		return nil
	}
	text := unsafe.Slice((*byte)(unsafe.Pointer(&report.message[0])), len(report.message))
	if end := bytes.IndexByte(text, 0); end >= 0 {
		text = text[:end]
	}
	return failure(Status(status), int(report.index), string(text))
}

// terminated is text as C reads it. The caller has made sure that it holds no NUL.
func terminated(text string) []byte {
	return append([]byte(text), 0)
}

func chars(text []byte) *C.char {
	return (*C.char)(unsafe.Pointer(unsafe.SliceData(text)))
}

func createLoss(spec string) (lossHandle, error) {
	if position := strings.IndexByte(spec, 0); position >= 0 {
		return nil, failure(ErrInvalidSpec, position, "the spec holds a NUL character")
	}
	var loss lossHandle
	report := newError()
	status := C.lk_loss_create(chars(terminated(spec)), &loss, &report)
	return loss, asError(status, &report)
}

func destroyLoss(loss lossHandle) { C.lk_loss_destroy(loss) }

func lossSpec(loss lossHandle) (string, error) {
	buffer := make([]byte, 256)
	for {
		var length C.size_t
		report := newError()
		status := C.lk_loss_spec(loss, chars(buffer), C.size_t(len(buffer)), &length, &report)
		if status == C.LK_OK {
			return string(buffer[:length]), nil
		}
		if int(length) < len(buffer) {
			return "", asError(status, &report)
		}
		buffer = make([]byte, int(length)+1)
	}
}

func lossOperands(loss lossHandle) ([]OperandInfo, error) {
	var count C.size_t
	report := newError()
	if status := C.lk_loss_operand_count(loss, &count, &report); status != C.LK_OK {
		return nil, asError(status, &report)
	}
	operands := make([]OperandInfo, 0, count)
	for i := range count {
		info := C.lk_operand_info{struct_size: C.sizeof_lk_operand_info}
		if status := C.lk_loss_operand_info(loss, i, &info, &report); status != C.LK_OK {
			return nil, asError(status, &report)
		}
		operands = append(operands, OperandInfo{
			Name:     C.GoString(info.name),
			Required: info.flags&C.LK_OPERAND_REQUIRED != 0,
			Gradient: info.flags&C.LK_OPERAND_GRADIENT != 0,
			Hessian:  info.flags&C.LK_OPERAND_HESSIAN != 0,
		})
	}
	return operands, nil
}

func lossScalar(loss lossHandle, input, target float64) (Derivatives, error) {
	var out [3]C.double
	report := newError()
	status := C.lk_loss_scalar(loss, C.double(input), C.double(target), &out[0], &report)
	if status != C.LK_OK {
		return Derivatives{}, asError(status, &report)
	}
	return Derivatives{Value: float64(out[0]), Gradient: float64(out[1]), Hessian: float64(out[2])}, nil
}

func evalPair(loss lossHandle, layouts *[3]layout, input, target, gradient unsafe.Pointer, wanted bool) (float64, error) {
	var value C.double
	report := newError()
	want := C.int(0)
	if wanted {
		want = 1
	}
	status := C.lkgo_eval_pair(loss, &layouts[0], (*C.char)(input), (*C.char)(target), (*C.char)(gradient), want,
		&value, &report)
	if status != C.LK_OK {
		return 0, asError(status, &report)
	}
	return float64(value), nil
}

// slots is how many tensors lkgo_call takes as plain arguments.
const slots = C.LKGO_SLOTS

// call evaluates the request, or with valueShape asks for the shape of its value. With more tensors than there are
// plain arguments, their addresses lie in an array, and are pinned meanwhile. They are there as numbers, because cgo
// would search the whole object around each pointer, and panic if the caller's slice is part of one that holds pointers.
func call(loss lossHandle, context contextHandle, r *request, valueShape *layout) error {
	report := newError()
	names := chars(r.names)
	operands := (*C.lkgo_operand)(unsafe.SliceData(r.operands))
	layouts := (*C.lkgo_layout)(unsafe.SliceData(r.layouts))
	operandCount, layoutCount := C.size_t(len(r.operands)), C.size_t(len(r.layouts))
	value := C.int32_t(r.value)

	if len(r.data) > slots {
		var pinner runtime.Pinner
		defer pinner.Unpin()
		data := make([]C.uintptr_t, len(r.data))
		for i, pointer := range r.data {
			if pointer != nil {
				pinner.Pin(pointer)
			}
			data[i] = C.uintptr_t(uintptr(pointer))
		}
		status := C.lkgo_call_array(loss, context, names, operands, operandCount, layouts, layoutCount, value,
			valueShape, &data[0], &report)
		return asError(status, &report)
	}
	var d [slots]*C.char
	for i, pointer := range r.data {
		d[i] = (*C.char)(pointer)
	}
	status := C.lkgo_call(loss, context, names, operands, operandCount, layouts, layoutCount, value, valueShape,
		d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7], d[8], d[9], d[10], d[11], d[12], d[13], d[14], d[15], &report)
	return asError(status, &report)
}

func createContext(threads uint32) (contextHandle, error) {
	var context contextHandle
	report := newError()
	status := C.lkgo_context_create(C.uint32_t(threads), &context, &report)
	return context, asError(status, &report)
}

func destroyContext(context contextHandle) { C.lk_context_destroy(context) }
