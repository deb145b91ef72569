package losskit

// #include "shim.h"
import "C"

import (
	"math"
	"strconv"
	"unsafe"
)

// Task is what a model is trained for.
type Task uint32

// The tasks that [Advise] knows.
const (
	TaskRegression   Task = C.LK_TASK_REGRESSION   // a number
	TaskBinary       Task = C.LK_TASK_BINARY       // one of two classes
	TaskMulticlass   Task = C.LK_TASK_MULTICLASS   // one of several classes
	TaskMultilabel   Task = C.LK_TASK_MULTILABEL   // any subset of several classes
	TaskSegmentation Task = C.LK_TASK_SEGMENTATION // a class for each pixel
	TaskMaxMargin    Task = C.LK_TASK_MAX_MARGIN   // a separation with a margin
)

// Output is what a model emits.
type Output uint32

// The outputs that [Advise] knows.
const (
	OutputUnknown       Output = C.LK_OUTPUT_UNKNOWN
	OutputScores        Output = C.LK_OUTPUT_SCORES        // unbounded numbers
	OutputLogits        Output = C.LK_OUTPUT_LOGITS        // numbers before a sigmoid or softmax
	OutputProbabilities Output = C.LK_OUTPUT_PROBABILITIES // numbers after it
)

// AdviseOptions says what [Advise] may know. Only Task must be given.
type AdviseOptions struct {
	// Task is what the model is trained for.
	Task Task

	// Output is what the model emits.
	Output Output

	// Classes is the number of classes; 0 takes it from the predictions' class dimension, or the largest label.
	Classes int

	// Target, if not nil, is the labels or values to look at.
	Target AnyTensor

	// Prediction, if not nil, is what the model says about them: of the target's shape for a regression, with classes
	// along dimension 1 otherwise.
	Prediction AnyTensor
}

// Advice is losses that suit a task, the best first, and the numbers that they rest on.
type Advice struct {
	// Suggestions are ready for Parse.
	Suggestions []Suggestion

	// Evidence is what was computed from the data, empty when none was shown.
	Evidence []Evidence
}

// Suggestion is a loss with the reason for it.
type Suggestion struct {
	// Spec is the text of the loss.
	Spec string

	// Reason says why, quoting the data where it was shown.
	Reason string
}

// Evidence is a number computed from the data.
type Evidence struct {
	// Name says what the number is.
	Name string

	// Value is the number.
	Value float64
}

// Advise suggests losses for a task, from what it is told and shown.
func Advise(options AdviseOptions) (*Advice, error) {
	if err := ready(); err != nil {
		return nil, err
	}
	if options.Classes < 0 || uint64(options.Classes) > math.MaxUint32 {
		return nil, failure(ErrInvalidArgument, -1,
			"AdviseOptions.Classes is "+strconv.Itoa(options.Classes)+", which is no number of classes")
	}
	var layouts [2]layout
	showTarget, target, err := shown("target", options.Target, &layouts[0])
	if err != nil {
		return nil, err
	}
	showPrediction, prediction, err := shown("prediction", options.Prediction, &layouts[1])
	if err != nil {
		return nil, err
	}
	var handle *C.lk_advice
	report := newError()
	status := C.lkgo_advise(C.uint32_t(options.Task), C.uint32_t(options.Output), C.uint32_t(options.Classes),
		&layouts[0], showTarget, (*C.char)(target), showPrediction, (*C.char)(prediction), &handle, &report)
	if status != C.LK_OK {
		return nil, asError(status, &report)
	}
	defer C.lk_advice_destroy(handle)
	return copyAdvice(handle)
}

func shown(name string, tensor AnyTensor, into *layout) (C.int, unsafe.Pointer, error) {
	v := viewOf(tensor)
	if v.absent() {
		return 0, nil, nil
	}
	data, err := v.describe("", name, into)
	if err == nil {
		v.announce(data, read)
	}
	return 1, data, err
}

func copyAdvice(handle *C.lk_advice) (*Advice, error) {
	advice := &Advice{}
	report := newError()
	for i := range C.lk_advice_count(handle) {
		var spec, reason *C.char
		if status := C.lk_advice_item(handle, i, &spec, &reason, &report); status != C.LK_OK {
			return nil, asError(status, &report)
		}
		advice.Suggestions = append(advice.Suggestions, Suggestion{Spec: C.GoString(spec), Reason: C.GoString(reason)})
	}
	for i := range C.lk_advice_evidence_count(handle) {
		var name *C.char
		var value C.double
		if status := C.lk_advice_evidence(handle, i, &name, &value, &report); status != C.LK_OK {
			return nil, asError(status, &report)
		}
		advice.Evidence = append(advice.Evidence, Evidence{Name: C.GoString(name), Value: float64(value)})
	}
	return advice, nil
}
