//go:build !asan

package losskit_test

import (
	"testing"

	"github.com/losskit/losskit/bindings/go"
)

func TestEverydayCallsDoNotAllocate(t *testing.T) {
	loss := parse(t, "mse")
	input := losskit.Vector(make([]float32, 100))
	target := losskit.Vector(make([]float32, 100))
	gradient := make([]float32, 100)
	if allocations := testing.AllocsPerRun(100, func() {
		if _, err := losskit.EvaluateGradient(loss, input, target, gradient); err != nil {
			t.Fatal(err)
		}
	}); allocations != 0 {
		t.Errorf("EvaluateGradient makes %v allocations", allocations)
	}
}

func BenchmarkEvaluateGradient100(b *testing.B) {
	loss := parse(b, "mse")
	input := losskit.Vector(make([]float32, 100))
	target := losskit.Vector(make([]float32, 100))
	gradient := make([]float32, 100)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := losskit.EvaluateGradient(loss, input, target, gradient); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEval100(b *testing.B) {
	loss := parse(b, "mse")
	input := losskit.Vector(make([]float32, 100))
	target := losskit.Vector(make([]float32, 100))
	gradient := losskit.Vector(make([]float32, 100))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := loss.Eval(nil,
			losskit.Operand{Name: "input", Tensor: input, Gradient: gradient},
			losskit.Operand{Name: "target", Tensor: target},
		); err != nil {
			b.Fatal(err)
		}
	}
}
