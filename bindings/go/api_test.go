package losskit_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/losskit/losskit/bindings/go"
)

func parse(t testing.TB, spec string) *losskit.Loss {
	t.Helper()
	loss, err := losskit.Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { loss.Close() })
	return loss
}

func TestEverydayCalls(t *testing.T) {
	loss := parse(t, "mse")
	input := losskit.View([]float32{1, 2, 3, 4}, 2, 2)
	target := losskit.View([]float32{1, 0, 3, 0}, 2, 2)
	value, err := losskit.Evaluate(loss, input, target)
	if err != nil || value != 5 {
		t.Fatalf("Evaluate is %v, %v; expected 5", value, err)
	}
	gradient := make([]float32, 4)
	value, err = losskit.EvaluateGradient(loss, input, target, gradient)
	if err != nil || value != 5 || !slices.Equal(gradient, []float32{0, 1, 0, 2}) {
		t.Fatalf("EvaluateGradient is %v, %v with gradient %v", value, err, gradient)
	}
	// In place: the gradient takes the room of the input.
	if _, err = losskit.EvaluateGradient(loss, input, target, input.Data); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(input.Data, gradient) {
		t.Errorf("in place the gradient is %v, expected %v", input.Data, gradient)
	}
}

func TestLabelsOfEveryIntegerType(t *testing.T) {
	loss := parse(t, "cross_entropy")
	input := losskit.View([]float64{1, 2, 3, 0, 0, 0}, 2, 3)
	expected, err := losskit.Evaluate(loss, input, losskit.Vector([]int64{2, 0}))
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, value float64, err error) {
		if err != nil || value != expected {
			t.Errorf("%s labels: %v, %v; expected %v", name, value, err, expected)
		}
	}
	value, err := losskit.Evaluate(loss, input, losskit.Vector([]int8{2, 0}))
	check("int8", value, err)
	value, err = losskit.Evaluate(loss, input, losskit.Vector([]uint8{2, 0}))
	check("uint8", value, err)
	value, err = losskit.Evaluate(loss, input, losskit.Vector([]int16{2, 0}))
	check("int16", value, err)
	value, err = losskit.Evaluate(loss, input, losskit.Vector([]int32{2, 0}))
	check("int32", value, err)
	value, err = losskit.Evaluate(loss, input, losskit.Vector([]int{2, 0}))
	check("int", value, err)
	value, err = losskit.Evaluate(loss, input, losskit.Vector([]float64{2, 0}))
	check("float64", value, err)
}

func TestMaskWeightsAndDerivativeTypes(t *testing.T) {
	loss := parse(t, "mse(reduction=weighted_mean)")
	input := losskit.Vector([]float32{1, 2, float32(math.NaN())})
	gradient := losskit.Vector([]float64{-1, -1, -1})
	hessian := losskit.Vector([]float32{-1, -1, -1})
	value, err := loss.Eval(nil,
		losskit.Operand{Name: "input", Tensor: input, Gradient: gradient, Hessian: hessian},
		losskit.Operand{Name: "target", Tensor: losskit.Vector([]float32{0, 0, 0})},
		losskit.Operand{Name: "sample_weight", Tensor: losskit.Vector([]float32{1, 3, 1})},
		losskit.Operand{Name: "mask", Tensor: losskit.Vector([]bool{true, true, false})},
	)
	if err != nil || value != 3.25 {
		t.Fatalf("value is %v, %v; expected 3.25", value, err)
	}
	if !slices.Equal(gradient.Data, []float64{0.5, 3, 0}) {
		t.Errorf("gradient is %v", gradient.Data)
	}
	if !slices.Equal(hessian.Data, []float32{0.5, 1.5, 0}) {
		t.Errorf("Hessian is %v", hessian.Data)
	}
}

func TestValueOfEachElement(t *testing.T) {
	loss := parse(t, "mse(reduction=none)")
	operands := []losskit.Operand{
		{Name: "input", Tensor: losskit.View([]float32{1, 2, 3, 4}, 2, 2)},
		{Name: "target", Tensor: losskit.View([]float32{0, 0, 0, 0}, 2, 2)},
	}
	shape, err := loss.ValueShape(operands...)
	if err != nil || !slices.Equal(shape, []int{2, 2}) {
		t.Fatalf("ValueShape is %v, %v", shape, err)
	}
	// The value goes into a larger matrix, column by column.
	into := make([]float32, 9)
	value := &losskit.Tensor[float32]{Data: into, Shape: shape, Strides: []int{1, 3}, Offset: 1}
	if err := loss.EvalInto(nil, value, operands...); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(into, []float32{0, 1, 9, 0, 4, 16, 0, 0, 0}) {
		t.Errorf("value is %v", into)
	}
	if _, err := loss.Eval(nil, operands...); !errors.Is(err, losskit.ErrInvalidShape) {
		t.Errorf("one number for a value of shape [2, 2]: %v", err)
	}
}

// Sixteen tensors cross as arguments; more are pinned. Both ways take slices of objects that hold Go pointers.
func TestMoreTensorsThanArguments(t *testing.T) {
	for _, terms := range []int{2, 20} {
		sumOfSquares(t, terms)
	}
}

func sumOfSquares(t *testing.T, terms int) {
	t.Helper()
	type parameter struct {
		name     *string
		weights  [2]float64
		gradient [2]float64
	}
	var spec strings.Builder
	var operands []losskit.Operand
	parameters := make([]*parameter, terms)
	expected := 0.0
	for i := range parameters {
		name := "w" + string(rune('a'+i))
		p := &parameter{name: &name, weights: [2]float64{float64(i), 1}}
		parameters[i] = p
		expected += float64(i*i) + 1
		if i > 0 {
			spec.WriteString(" + ")
		}
		spec.WriteString("l2(input=@" + name + ")")
		operands = append(operands, losskit.Operand{
			Name: name, Tensor: losskit.Vector(p.weights[:]), Gradient: losskit.Vector(p.gradient[:]),
		})
	}
	value, err := parse(t, spec.String()).Eval(nil, operands...)
	if err != nil {
		t.Fatal(err)
	}
	if value != expected {
		t.Errorf("value is %v, expected %v", value, expected)
	}
	for _, p := range parameters {
		if p.gradient != [2]float64{2 * p.weights[0], 2} {
			t.Errorf("the gradient of %s is %v", *p.name, p.gradient)
		}
	}
}

func TestScalarAndOperands(t *testing.T) {
	loss := parse(t, "huber(delta=2)")
	for _, c := range []struct{ input, value, gradient, hessian float64 }{{1, 0.5, 1, 1}, {5, 8, 2, 0}} {
		found, err := loss.Scalar(c.input, 0)
		if err != nil || found != (losskit.Derivatives{Value: c.value, Gradient: c.gradient, Hessian: c.hessian}) {
			t.Errorf("at %v: %+v, %v", c.input, found, err)
		}
	}
	operands, err := loss.Operands()
	if err != nil || len(operands) < 2 {
		t.Fatalf("operands are %v, %v", operands, err)
	}
	for i, name := range []string{"input", "target"} {
		if operands[i].Name != name || !operands[i].Required {
			t.Errorf("operand %d is %+v, expected %s, required", i, operands[i], name)
		}
	}
	if !operands[0].Gradient || !operands[0].Hessian {
		t.Errorf("the input of huber is %+v", operands[0])
	}
}

func TestContexts(t *testing.T) {
	operands := []losskit.Operand{
		{Name: "input", Tensor: losskit.Vector([]float32{1})}, {Name: "target", Tensor: losskit.Vector([]float32{3})},
	}
	loss := parse(t, "mse")
	context, err := losskit.NewContext(losskit.ContextOptions{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	if value, err := loss.Eval(context, operands...); err != nil || value != 4 {
		t.Errorf("value is %v, %v", value, err)
	}
	for range 2 {
		if err := context.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for name, unusable := range map[string]*losskit.Context{"closed": context, "zero": {}} {
		if _, err := loss.Eval(unusable, operands...); !errors.Is(err, losskit.ErrInvalidArgument) {
			t.Errorf("%s context: %v", name, err)
		}
	}
	var none *losskit.Context
	if none.Close() != nil {
		t.Error("a nil context is not inert")
	}
	for _, threads := range []int{-1, math.MinInt, math.MaxInt} {
		if _, err := losskit.NewContext(losskit.ContextOptions{Threads: threads}); err == nil {
			t.Errorf("a context of %d threads was made", threads)
		}
	}
}

func TestEmptyBatch(t *testing.T) {
	empty := losskit.View([]float32{}, 0, 3)
	for _, labels := range []*losskit.Tensor[int32]{losskit.Vector([]int32{}), losskit.Vector[int32](nil)} {
		value, err := losskit.EvaluateGradient(parse(t, "cross_entropy"), empty, labels, nil)
		if err != nil || value != 0 {
			t.Errorf("value is %v, %v", value, err)
		}
		if _, err = losskit.Evaluate(parse(t, "cross_entropy(empty=error)"), empty, labels); !errors.Is(err, losskit.ErrEmpty) {
			t.Errorf("empty=error: %v", err)
		}
	}
}
