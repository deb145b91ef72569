//go:build losskit_dev

package losskit_test

import (
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/losskit/losskit/bindings/go"
)

func vectorFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "tests", "vectors", "*.txt"))
	if err != nil || len(files) < 2 {
		t.Fatalf("found the vector files %v (%v), expected errors.txt and at least one of values", files, err)
	}
	return files
}

// arrangement is how a tensor lies in memory.
type arrangement func(shape []int) (strides []int, offset, length int)

func contiguous(shape []int) ([]int, int, int) {
	count := 1
	for _, dimension := range shape {
		count *= dimension
	}
	return nil, 0, count
}

// scattered keeps the first dimension innermost, leaves gaps of one element, and starts after three others.
func scattered(shape []int) ([]int, int, int) {
	strides := make([]int, len(shape))
	step := 2
	for axis, dimension := range shape {
		strides[axis] = step
		step *= max(dimension, 1)
	}
	return strides, 3, step + 3
}

// canary fills the gaps of outputs.
const canary = 12345.0

type float interface{ float32 | float64 }

// output is a tensor to be written, every element of its slice set to one number first.
func output[T float](shape []int, arrange arrangement, fill float64) *losskit.Tensor[T] {
	strides, offset, length := arrange(shape)
	data := slices.Repeat([]T{T(fill)}, length)
	return &losskit.Tensor[T]{Data: data, Shape: shape, Strides: strides, Offset: offset}
}

// place puts the numbers where the arrangement wants them.
func place[T losskit.Element](n numbers, arrange arrangement, convert func(float64) T) *losskit.Tensor[T] {
	strides, offset, length := arrange(n.shape)
	tensor := &losskit.Tensor[T]{Data: make([]T, length), Shape: n.shape, Strides: strides, Offset: offset}
	for i, at := range positions(n.shape, strides, offset) {
		tensor.Data[at] = convert(n.values[i])
	}
	return tensor
}

func gather[T float](tensor *losskit.Tensor[T]) []float64 {
	var values []float64
	for _, at := range positions(tensor.Shape, tensor.Strides, tensor.Offset) {
		values = append(values, float64(tensor.Data[at]))
	}
	return values
}

// positions lists where each element lies, in row-major order.
func positions(shape, strides []int, offset int) []int {
	_, _, count := contiguous(shape)
	places := make([]int, count)
	for i := range places {
		rest, at := i, offset
		for axis := len(shape) - 1; axis >= 0; axis-- {
			stride := 0
			if strides != nil {
				stride = strides[axis]
				at += rest % shape[axis] * stride
			}
			rest /= shape[axis]
		}
		if strides == nil {
			at += i
		}
		places[i] = at
	}
	return places
}

func operandTensor[T float](t *testing.T, n numbers, arrange arrangement) losskit.AnyTensor {
	t.Helper()
	switch n.kind {
	case "f":
		return place(n, arrange, func(number float64) T { return T(number) })
	case "i":
		return place(n, arrange, func(number float64) int64 { return int64(number) })
	case "b":
		return place(n, arrange, func(number float64) uint8 { return uint8(number) })
	}
	t.Fatalf("operand %s has unknown kind %q", n.name, n.kind)
	return nil
}

// results are what a call wrote, by name: "value", "gradient input", "hessian input".
type results map[string][]float64

// settings are the ways to make the same call.
type settings struct {
	arrange    arrangement
	context    *losskit.Context
	accumulate bool
	start      float64
}

func run[T float](t *testing.T, loss *losskit.Loss, c record, s settings) results {
	t.Helper()
	written := map[string]*losskit.Tensor[T]{}
	find := func(role string, wanted []numbers, n numbers) losskit.AnyTensor {
		for _, candidate := range wanted {
			if candidate.name == n.name {
				tensor := output[T](n.shape, s.arrange, s.start)
				written[role+" "+n.name] = tensor
				return tensor
			}
		}
		return nil
	}
	var operands []losskit.Operand
	for _, n := range c.operands {
		operands = append(operands, losskit.Operand{
			Name:       n.name,
			Tensor:     operandTensor[T](t, n, s.arrange),
			Gradient:   find("gradient", c.gradients, n),
			Hessian:    find("hessian", c.hessians, n),
			Accumulate: s.accumulate,
		})
	}
	var value losskit.AnyTensor
	if c.value != nil {
		tensor := output[T](c.value.shape, s.arrange, canary)
		written["value"] = tensor
		value = tensor
		shape, err := loss.ValueShape(operands...)
		if err != nil || !slices.Equal(shape, c.value.shape) {
			t.Fatalf("ValueShape is %v, %v; expected %v", shape, err, c.value.shape)
		}
	}
	if err := loss.EvalInto(s.context, value, operands...); err != nil {
		t.Fatal(err)
	}
	found := results{}
	for name, tensor := range written {
		found[name] = gather(tensor)
		fill := s.start
		if name == "value" {
			fill = canary
		}
		checkGaps(t, name, tensor, T(fill))
	}
	return found
}

// checkGaps makes sure that nothing was written between the elements of an output.
func checkGaps[T float](t *testing.T, name string, tensor *losskit.Tensor[T], fill T) {
	t.Helper()
	own := map[int]bool{}
	for _, at := range positions(tensor.Shape, tensor.Strides, tensor.Offset) {
		own[at] = true
	}
	for at, number := range tensor.Data {
		if !own[at] && number != fill {
			t.Fatalf("%s: wrote %v into a gap at %d", name, number, at)
		}
	}
}

func compare(t *testing.T, name string, found, expected []float64, tolerance float64) {
	t.Helper()
	if len(found) != len(expected) {
		t.Fatalf("%s has %d elements, expected %d", name, len(found), len(expected))
	}
	scale := 0.0
	for _, number := range expected {
		if !math.IsNaN(number) && !math.IsInf(number, 0) {
			scale = max(scale, math.Abs(number))
		}
	}
	for i, number := range expected {
		switch {
		case math.IsNaN(number) && math.IsNaN(found[i]):
		case math.IsInf(number, 0) && found[i] == number:
		case math.Abs(found[i]-number) <= tolerance*scale:
		default:
			t.Errorf("%s[%d] is %v, expected %v", name, i, found[i], number)
		}
	}
}

func sameBits(t *testing.T, what string, found, expected results) {
	t.Helper()
	for name, numbers := range expected {
		for i, number := range numbers {
			if math.Float64bits(found[name][i]) != math.Float64bits(number) {
				t.Errorf("%s: %s[%d] is %v, but %v when contiguous on one thread", what, name, i, found[name][i], number)
			}
		}
	}
}

func checkRecord[T float](t *testing.T, c record, context *losskit.Context, tolerance float64) {
	loss, err := losskit.Parse(c.spec)
	if err != nil {
		t.Fatal(err)
	}
	defer loss.Close()
	plain := run[T](t, loss, c, settings{arrange: contiguous, start: canary})
	if len(plain) == 0 {
		t.Fatal("the case expects nothing")
	}
	accumulated := run[T](t, loss, c, settings{arrange: contiguous, accumulate: true, start: 1})
	check := func(name string, expected []float64) {
		compare(t, name, plain[name], expected, tolerance)
		onTop := slices.Clone(expected)
		for i := range onTop {
			onTop[i]++
		}
		compare(t, "accumulated "+name, accumulated[name], onTop, tolerance)
	}
	if c.value != nil {
		compare(t, "value", plain["value"], c.value.values, tolerance)
	}
	for _, n := range c.gradients {
		check("gradient "+n.name, n.values)
	}
	for _, n := range c.hessians {
		check("hessian "+n.name, n.values)
	}
	sameBits(t, "scattered", run[T](t, loss, c, settings{arrange: scattered, start: canary}), plain)
	sameBits(t, "threads", run[T](t, loss, c, settings{arrange: contiguous, context: context, start: canary}), plain)
}

func TestVectors(t *testing.T) {
	context, err := losskit.NewContext(losskit.ContextOptions{Threads: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer context.Close()
	for _, path := range vectorFiles(t) {
		file := strings.TrimSuffix(filepath.Base(path), ".txt")
		if file == "errors" {
			continue // TestErrorVectors runs it
		}
		records := readRecords(t, path)
		if len(records) == 0 {
			t.Errorf("%s has no cases", path)
		}
		for _, c := range records {
			if len(c.dtypes) == 0 {
				t.Errorf("%s: no dtype", c.name)
			}
			for _, dtype := range c.dtypes {
				t.Run(file+"/"+c.name+"/"+dtype, func(t *testing.T) {
					switch dtype {
					case "f32":
						checkRecord[float32](t, c, context, 2e-6)
					case "f64":
						checkRecord[float64](t, c, context, 1e-12)
					default:
						t.Fatalf("unknown dtype %q", dtype)
					}
				})
			}
		}
	}
}

// refuse makes the call of an errors.txt case and returns its error, having looked at every byte of the outputs.
func refuse[T float](t *testing.T, c record) error {
	loss, err := losskit.Parse(c.spec)
	if err != nil {
		return err
	}
	defer loss.Close()
	var outputs []*losskit.Tensor[T]
	want := func(wanted []numbers, n numbers) losskit.AnyTensor {
		if !slices.ContainsFunc(wanted, func(candidate numbers) bool { return candidate.name == n.name }) {
			return nil
		}
		tensor := output[T](n.shape, scattered, canary)
		outputs = append(outputs, tensor)
		return tensor
	}
	var operands []losskit.Operand
	for _, n := range c.operands {
		operands = append(operands, losskit.Operand{
			Name:     n.name,
			Tensor:   operandTensor[T](t, n, contiguous),
			Gradient: want(c.gradients, n),
			Hessian:  want(c.hessians, n),
		})
	}
	value := output[T](nil, contiguous, canary)
	if shape, err := loss.ValueShape(operands...); err == nil {
		value = output[T](shape, contiguous, canary)
	}
	err = loss.EvalInto(nil, value, operands...)
	for _, tensor := range append(outputs, value) {
		for i, number := range tensor.Data {
			if number != canary {
				t.Errorf("a call that was refused wrote %v at %d", number, i)
			}
		}
	}
	return err
}

func TestErrorVectors(t *testing.T) {
	records := readRecords(t, filepath.Join("..", "..", "tests", "vectors", "errors.txt"))
	if len(records) == 0 {
		t.Fatal("errors.txt has no cases")
	}
	for _, c := range records {
		for _, dtype := range c.dtypes {
			t.Run(c.name+"/"+dtype, func(t *testing.T) {
				var err error
				switch dtype {
				case "f32":
					err = refuse[float32](t, c)
				case "f64":
					err = refuse[float64](t, c)
				default:
					t.Fatalf("unknown dtype %q", dtype)
				}
				var failure *losskit.Error
				if !errors.As(err, &failure) {
					t.Fatalf("error is %v, expected status %d", err, c.status)
				}
				if failure.Status != losskit.Status(c.status) {
					t.Errorf("status is %d (%v), expected %d", failure.Status, failure, c.status)
				}
				if c.index != nil && failure.Index != *c.index {
					t.Errorf("index is %d (%v), expected %d", failure.Index, failure, *c.index)
				}
				if !strings.Contains(failure.Message, c.message) {
					t.Errorf("message is %q, expected it to hold %q", failure.Message, c.message)
				}
			})
		}
	}
}
