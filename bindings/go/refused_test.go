package losskit_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/losskit/losskit/bindings/go"
)

func TestSpecsThatAreRefused(t *testing.T) {
	for _, spec := range []string{
		"", " ", "crossentropy", "mse(", "mse()x", "huber(delta=-1)", "mse\x00", "mse\xff",
		strings.Repeat("mse+", 300_000), strings.Repeat("(", 100_000),
	} {
		loss, err := losskit.Parse(spec)
		if loss != nil || !errors.Is(err, losskit.ErrInvalidSpec) {
			t.Errorf("Parse(%.20q…) is %v, %v", spec, loss, err)
		}
	}
	_, err := losskit.Parse("huber(delta=1)\x00junk")
	var failure *losskit.Error
	if !errors.As(err, &failure) || failure.Index != 14 {
		t.Errorf("a NUL after the spec: %+v", failure)
	}
}

func TestErrorsAreSentinels(t *testing.T) {
	loss := parse(t, "cross_entropy")
	gradient := slices.Repeat([]float32{canary32}, 6)
	_, err := losskit.EvaluateGradient(loss, losskit.View(make([]float32, 6), 2, 3), losskit.Vector([]int32{0, 7}), gradient)
	var failure *losskit.Error
	if !errors.Is(err, losskit.ErrInvalidTarget) || !errors.As(err, &failure) {
		t.Fatalf("error is %v", err)
	}
	if failure.Index != 1 || !strings.Contains(failure.Message, "target[1] = 7") {
		t.Errorf("error is %+v", failure)
	}
	if errors.Is(err, losskit.ErrInvalidShape) {
		t.Error("an invalid target is no invalid shape")
	}
	var status losskit.Status
	if !errors.As(err, &status) || status != losskit.ErrInvalidTarget || !strings.Contains(status.Error(), "target") {
		t.Errorf("status is %v", status)
	}
	for _, number := range gradient {
		if number != canary32 {
			t.Fatalf("a call that was refused wrote %v", gradient)
		}
	}
}

const canary32 = 12345

func TestRefusedCallsWriteNothing(t *testing.T) {
	loss := parse(t, "mse")
	four := func() *losskit.Tensor[float32] { return losskit.Vector([]float32{1, 2, 3, 4}) }
	target := losskit.Operand{Name: "target", Tensor: four()}
	shared := []float32{canary32, canary32, canary32, canary32, canary32}
	for name, c := range map[string]struct {
		status   losskit.Status
		operands func(gradient *losskit.Tensor[float32]) []losskit.Operand
	}{
		"unknown operand": {losskit.ErrInvalidArgument, func(g *losskit.Tensor[float32]) []losskit.Operand {
			return []losskit.Operand{{Name: "input", Tensor: four(), Gradient: g}, target, {Name: "inputs", Tensor: four()}}
		}},
		"name with NUL": {losskit.ErrInvalidArgument, func(g *losskit.Tensor[float32]) []losskit.Operand {
			return []losskit.Operand{{Name: "input", Tensor: four(), Gradient: g}, {Name: "target\x00", Tensor: four()}}
		}},
		"operand twice": {losskit.ErrInvalidArgument, func(g *losskit.Tensor[float32]) []losskit.Operand {
			return []losskit.Operand{{Name: "input", Tensor: four(), Gradient: g}, target, target}
		}},
		"missing target": {losskit.ErrInvalidArgument, func(g *losskit.Tensor[float32]) []losskit.Operand {
			return []losskit.Operand{{Name: "input", Tensor: four(), Gradient: g}}
		}},
		"operand without tensor": {losskit.ErrInvalidArgument, func(g *losskit.Tensor[float32]) []losskit.Operand {
			return []losskit.Operand{{Name: "input", Gradient: g}, target}
		}},
		"shapes that differ": {losskit.ErrInvalidShape, func(g *losskit.Tensor[float32]) []losskit.Operand {
			return []losskit.Operand{{Name: "input", Tensor: losskit.View(four().Data, 2, 2), Gradient: g}, target}
		}},
		"slice too short": {losskit.ErrInvalidShape, func(g *losskit.Tensor[float32]) []losskit.Operand {
			return []losskit.Operand{{Name: "input", Tensor: losskit.View(four().Data[:3], 4), Gradient: g}, target}
		}},
		"target too long": {losskit.ErrInvalidShape, func(g *losskit.Tensor[float32]) []losskit.Operand {
			return []losskit.Operand{{Name: "input", Tensor: four(), Gradient: g},
				{Name: "target", Tensor: losskit.View(make([]float32, 5), 4)}}
		}},
		"integer input": {losskit.ErrInvalidDtype, func(g *losskit.Tensor[float32]) []losskit.Operand {
			return []losskit.Operand{{Name: "input", Tensor: losskit.Vector(make([]int32, 4)), Gradient: g}, target}
		}},
		"integer gradient": {losskit.ErrInvalidDtype, func(g *losskit.Tensor[float32]) []losskit.Operand {
			return []losskit.Operand{{Name: "input", Tensor: four(), Gradient: losskit.Vector(make([]int32, 4)), Hessian: g}, target}
		}},
		"broadcast gradient": {losskit.ErrInvalidShape, func(g *losskit.Tensor[float32]) []losskit.Operand {
			g.Strides = []int{0}
			return []losskit.Operand{{Name: "input", Tensor: four(), Gradient: g}, target}
		}},
		"gradient over the target": {losskit.ErrOverlap, func(g *losskit.Tensor[float32]) []losskit.Operand {
			return []losskit.Operand{{Name: "input", Tensor: four(), Gradient: g}, {Name: "target", Tensor: g}}
		}},
		"gradient one off its input": {losskit.ErrOverlap, func(g *losskit.Tensor[float32]) []losskit.Operand {
			return []losskit.Operand{{Name: "input", Tensor: losskit.Vector(shared[1:]), Gradient: losskit.Vector(shared[:4])}, target}
		}},
	} {
		gradient := losskit.Vector(slices.Repeat([]float32{canary32}, 4))
		value := []float64{canary32}
		err := loss.EvalInto(nil, losskit.View(value), c.operands(gradient)...)
		if !errors.Is(err, c.status) {
			t.Errorf("%s: error is %v, expected %v", name, err, c.status)
		}
		for _, number := range slices.Concat(gradient.Data, shared, []float32{float32(value[0])}) {
			if number != canary32 {
				t.Errorf("%s: wrote %v", name, number)
			}
		}
	}
}

func TestNilAndClosed(t *testing.T) {
	input, target := losskit.Vector([]float32{1}), losskit.Vector([]float32{1})
	operands := []losskit.Operand{{Name: "input", Tensor: input}, {Name: "target", Tensor: target}}
	closed, err := losskit.Parse("mse(reduction=sum)")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := closed.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if closed.String() != "mse(reduction=sum)" {
		t.Errorf("a closed loss prints as %q", closed)
	}
	var none *losskit.Loss
	if none.Close() != nil || none.String() != "<nil>" {
		t.Error("a nil loss is not inert")
	}
	for name, loss := range map[string]*losskit.Loss{"nil": none, "zero": {}, "closed": closed} {
		_, evaluate := losskit.Evaluate(loss, input, target)
		_, gradient := losskit.EvaluateGradient(loss, input, target, []float32{0})
		_, eval := loss.Eval(nil, operands...)
		_, shape := loss.ValueShape(operands...)
		_, infos := loss.Operands()
		_, scalar := loss.Scalar(1, 2)
		for i, err := range []error{evaluate, gradient, eval, shape, infos, scalar} {
			if !errors.Is(err, losskit.ErrInvalidArgument) {
				t.Errorf("%s loss, call %d: error is %v", name, i, err)
			}
		}
	}

	loss := parse(t, "mse")
	if _, err := losskit.Evaluate[float32, float32](loss, nil, target); !errors.Is(err, losskit.ErrInvalidArgument) {
		t.Errorf("nil input: %v", err)
	}
	if _, err := losskit.EvaluateGradient[float32, float32](loss, nil, target, nil); !errors.Is(err, losskit.ErrInvalidArgument) {
		t.Errorf("nil input: %v", err)
	}
	if _, err := losskit.Evaluate[float32, float32](loss, input, nil); !errors.Is(err, losskit.ErrInvalidArgument) {
		t.Errorf("nil target: %v", err)
	}
	if _, err := losskit.EvaluateGradient(loss, input, target, nil); !errors.Is(err, losskit.ErrInvalidShape) {
		t.Errorf("nil gradient: %v", err)
	}
	var absent *losskit.Tensor[float64]
	if _, err := loss.Eval(nil, losskit.Operand{Name: "input", Tensor: input, Gradient: absent}, operands[1]); err != nil {
		t.Errorf("a nil gradient is one that is not wanted: %v", err)
	}
	if absent.String() == "" || input.String() != "float32[1]" {
		t.Errorf("tensors print as %v, %v", absent, input)
	}
	if _, err := losskit.Evaluate(loss, &losskit.Tensor[float32]{}, target); !errors.Is(err, losskit.ErrInvalidShape) {
		t.Errorf("zero tensor: %v", err)
	}
}
