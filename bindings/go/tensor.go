package losskit

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"unsafe"
)

// MaxRank is the largest number of dimensions of a tensor.
const MaxRank = 8

// Float16 holds the bits of an IEEE 754 half-precision number.
type Float16 uint16

// BFloat16 holds the bits of a bfloat16 number: the upper half of a float32.
type BFloat16 uint16

// Floating lists the element types of inputs, values and derivatives.
type Floating interface {
	float32 | float64 | Float16 | BFloat16
}

// Element lists every element type that a tensor may have. Integers hold labels or masks, bool holds masks.
type Element interface {
	Floating | int8 | uint8 | int16 | int32 | int64 | int | bool
}

// Tensor is a view of a slice: the library reads and writes Data in place and keeps nothing after a call.
//
// Nothing is checked before the tensor is used; a call that gets a tensor whose shape its slice does not fit returns
// ErrInvalidShape and touches no memory.
type Tensor[T Element] struct {
	// Data holds the elements. Without Strides it has exactly as many, after Offset, as Shape asks for.
	Data []T

	// Shape has the size of each dimension, at most MaxRank of them. An empty Shape is a single number.
	Shape []int

	// Strides has the distance, in elements, between neighbours along each dimension; it may be negative or, for a
	// tensor that is only read, 0. Nil means row-major and contiguous.
	Strides []int

	// Offset is the place of the first element in Data.
	Offset int
}

// View makes a row-major tensor of that shape, which the slice must fit exactly. Without a shape it is a tensor of rank
// 0: one number.
func View[T Element](data []T, shape ...int) *Tensor[T] {
	return &Tensor[T]{Data: data, Shape: shape}
}

// Vector makes a tensor of rank 1 from a whole slice.
func Vector[T Element](data []T) *Tensor[T] {
	return &Tensor[T]{Data: data, Shape: []int{len(data)}}
}

// AnyTensor is a *Tensor[T] of any element type. A nil pointer counts as no tensor.
type AnyTensor interface {
	view() view
}

// view is a tensor without its type. Its data pointer is only for elements that the slice's length covers.
type view struct {
	data    unsafe.Pointer
	length  int
	dtype   uint32
	size    uintptr
	shape   []int
	strides []int
	offset  int
}

// view returns the zero view for a nil tensor.
func (t *Tensor[T]) view() view {
	if t == nil {
		return view{}
	}
	var element T
	return view{
		data:    unsafe.Pointer(unsafe.SliceData(t.Data)),
		length:  len(t.Data),
		dtype:   dtypeOf(element),
		size:    unsafe.Sizeof(element),
		shape:   t.Shape,
		strides: t.Strides,
		offset:  t.Offset,
	}
}

// viewOf sees through both kinds of nil.
func viewOf(tensor AnyTensor) view {
	if tensor == nil {
		return view{}
	}
	return tensor.view()
}

// access is what the library does with a tensor.
type access bool

const (
	read  access = false
	write access = true
)

// absent says that there is no tensor: the zero view.
func (v *view) absent() bool { return v.dtype == 0 }

func dtypeOf[T Element](element T) uint32 {
	switch any(element).(type) {
	case float32:
		return dtypeF32
	case float64:
		return dtypeF64
	case Float16:
		return dtypeF16
	case BFloat16:
		return dtypeBF16
	case int8:
		return dtypeI8
	case uint8:
		return dtypeU8
	case int16:
		return dtypeI16
	case int32:
		return dtypeI32
	case int64:
		return dtypeI64
	case int:
		if strconv.IntSize == 32 {
			return dtypeI32
		}
		return dtypeI64
	case bool:
		return dtypeBool
	}
	return 0
}

// describe checks that every element that the layout reaches lies inside the slice, fills in the layout, and returns the
// address of the first element, nil when there is none. The role, such as "gradient of", and the name are for the error.
func (v *view) describe(role, name string, into *layout) (unsafe.Pointer, error) {
	if len(v.shape) > MaxRank {
		return nil, v.refuse(role, name, "has "+strconv.Itoa(len(v.shape))+" dimensions, more than "+strconv.Itoa(MaxRank))
	}
	if v.strides != nil && len(v.strides) != len(v.shape) {
		return nil, v.refuse(role, name, "has "+strconv.Itoa(len(v.strides))+" strides "+format(v.strides)+
			" for the "+strconv.Itoa(len(v.shape))+" dimensions of shape "+format(v.shape))
	}
	count, err := v.count(role, name)
	if err != nil {
		return nil, err
	}
	if v.offset < 0 || v.offset > v.length {
		return nil, v.refuse(role, name, "has offset "+strconv.Itoa(v.offset)+" in a slice of "+strconv.Itoa(v.length))
	}
	if v.strides == nil {
		if count != v.length-v.offset {
			return nil, v.refuse(role, name, "has shape "+format(v.shape)+", which takes "+strconv.Itoa(count)+
				" elements, but its slice has "+strconv.Itoa(v.length-v.offset))
		}
	} else if count > 0 {
		if err := v.reach(role, name, count); err != nil {
			return nil, err
		}
	}
	*into = layout{}
	fillLayout(into, v.dtype, v.shape, v.strides)
	if count == 0 {
		return nil, nil
	}
	return unsafe.Add(v.data, uintptr(v.offset)*v.size), nil
}

// count multiplies the dimensions. A dimension of 0 makes a tensor without elements, however large the others are.
func (v *view) count(role, name string) (int, error) {
	empty := false
	for _, dimension := range v.shape {
		if dimension < 0 {
			return 0, v.refuse(role, name, "has a negative dimension in shape "+format(v.shape))
		}
		empty = empty || dimension == 0
	}
	if empty {
		return 0, nil
	}
	count := uint64(1)
	for _, dimension := range v.shape {
		high, low := bits.Mul64(count, uint64(dimension))
		if high != 0 || low > math.MaxInt {
			return 0, v.refuse(role, name, "has shape "+format(v.shape)+", more elements than can be counted")
		}
		count = low
	}
	return int(count), nil
}

// reach refuses strides that leave the slice at either end.
func (v *view) reach(role, name string, count int) error {
	room, below, above := uint64(v.length), uint64(0), uint64(0)
	still := true
	for axis, stride := range v.strides {
		still = still && stride == 0
		steps := uint64(v.shape[axis] - 1)
		distance := uint64(stride)
		if stride < 0 {
			distance = -distance
		}
		high, span := bits.Mul64(steps, distance)
		if high != 0 || span > room {
			return v.leaves(role, name)
		}
		if stride < 0 {
			below += span
		} else {
			above += span
		}
		if below > room || above > room {
			return v.leaves(role, name)
		}
	}
	if below > uint64(v.offset) || above >= room-uint64(v.offset) {
		return v.leaves(role, name)
	}
	if still && count > 1 {
		return v.refuse(role, name, "has shape "+format(v.shape)+" with strides of 0 only, which the library reads as "+
			"contiguous: repeat the element instead")
	}
	return nil
}

func (v *view) leaves(role, name string) error {
	return v.refuse(role, name, "with shape "+format(v.shape)+", strides "+format(v.strides)+" and offset "+
		strconv.Itoa(v.offset)+" reaches outside its slice of "+strconv.Itoa(v.length))
}

// refuse makes the error from pieces, so that the shape of a call that succeeds need not live on the heap.
func (v *view) refuse(role, name, what string) error {
	subject := name
	if role != "" {
		subject = role + " " + name
	}
	return failure(ErrInvalidShape, -1, subject+" "+what)
}

// format writes sizes as [2, 3].
func format(sizes []int) string {
	text := []byte{'['}
	for i, size := range sizes {
		if i > 0 {
			text = append(text, ", "...)
		}
		text = strconv.AppendInt(text, int64(size), 10)
	}
	return string(append(text, ']'))
}

// String describes the tensor without its data.
func (t *Tensor[T]) String() string {
	if t == nil {
		return "no tensor"
	}
	var element T
	return fmt.Sprintf("%T%s", element, format(t.Shape))
}
