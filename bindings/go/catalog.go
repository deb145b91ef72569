package losskit

// #include "shim.h"
import "C"

import "strings"

// Kinds is a set of the kinds of value that a parameter accepts.
type Kinds uint32

// The kinds of value in a spec.
const (
	KindNumber   Kinds = C.LK_KIND_NUMBER   // 0.1
	KindInteger  Kinds = C.LK_KIND_INTEGER  // -100
	KindBoolean  Kinds = C.LK_KIND_BOOLEAN  // true
	KindWord     Kinds = C.LK_KIND_WORD     // mean
	KindNumbers  Kinds = C.LK_KIND_NUMBERS  // [0.2, 0.8]
	KindIntegers Kinds = C.LK_KIND_INTEGERS // [1, 2]
	KindOperand  Kinds = C.LK_KIND_OPERAND  // @name
	KindNone     Kinds = C.LK_KIND_NONE     // none
)

// Has reports whether every kind of other is in the set.
func (k Kinds) Has(other Kinds) bool { return k&other == other }

// LossInfo describes a loss of the catalog.
type LossInfo struct {
	// Name is the loss as a spec names it: "huber", "keras.huber".
	Name string

	// Summary says in a sentence what the loss measures.
	Summary string

	// Formula is what it computes for each element, row or region.
	Formula string

	// Details gives subgradients, clamp constants, the divisor, and the conventions chosen where frameworks disagree.
	Details string

	// Tasks are the tasks that it suits: "regression", "binary", …
	Tasks []string

	// Reference is where the definition comes from.
	Reference string

	// Parameters are what a spec may set, in canonical order.
	Parameters []ParameterInfo
}

// ParameterInfo describes a parameter of a loss.
type ParameterInfo struct {
	// Name is the word before "=".
	Name string

	// Kinds are the kinds of value that it accepts.
	Kinds Kinds

	// Default is its value when it is not given, as a spec would write it.
	Default string

	// Range is the interval that its numbers must lie in, or the words that it accepts, or empty.
	Range string

	// Summary says in a sentence what it does.
	Summary string
}

// Catalog returns every loss that a spec may name.
func Catalog() ([]LossInfo, error) {
	if err := ready(); err != nil {
		return nil, err
	}
	count := C.lk_catalog_count()
	losses := make([]LossInfo, 0, count)
	for i := range count {
		info := C.lk_loss_info{struct_size: C.sizeof_lk_loss_info}
		report := newError()
		if status := C.lk_catalog_loss(i, &info, &report); status != C.LK_OK {
			return nil, asError(status, &report)
		}
		parameters, err := catalogParameters(i, C.size_t(info.parameter_count))
		if err != nil {
			return nil, err
		}
		losses = append(losses, LossInfo{
			Name:       C.GoString(info.name),
			Summary:    C.GoString(info.summary),
			Formula:    C.GoString(info.formula),
			Details:    C.GoString(info.details),
			Tasks:      splitTasks(C.GoString(info.tasks)),
			Reference:  C.GoString(info.reference),
			Parameters: parameters,
		})
	}
	return losses, nil
}

func catalogParameters(loss, count C.size_t) ([]ParameterInfo, error) {
	parameters := make([]ParameterInfo, 0, count)
	for i := range count {
		info := C.lk_parameter_info{struct_size: C.sizeof_lk_parameter_info}
		report := newError()
		if status := C.lk_catalog_parameter(loss, i, &info, &report); status != C.LK_OK {
			return nil, asError(status, &report)
		}
		parameters = append(parameters, ParameterInfo{
			Name:    C.GoString(info.name),
			Kinds:   Kinds(info.kinds),
			Default: C.GoString(info.default_value),
			Range:   C.GoString(info._range),
			Summary: C.GoString(info.summary),
		})
	}
	return parameters, nil
}

func splitTasks(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ", ")
}
