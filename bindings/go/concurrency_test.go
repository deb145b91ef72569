package losskit_test

import (
	"errors"
	"math"
	"runtime"
	"sync"
	"testing"

	"github.com/losskit/losskit/bindings/go"
)

// batch makes logits and labels that differ from goroutine to goroutine.
func batch(seed, rows, classes int) (*losskit.Tensor[float32], *losskit.Tensor[int32]) {
	logits := make([]float32, rows*classes)
	labels := make([]int32, rows)
	state := uint64(seed)*2654435761 + 1
	for i := range logits {
		state = state*6364136223846793005 + 1442695040888963407
		logits[i] = float32(int32(state>>32)) / (1 << 30)
	}
	for i := range labels {
		labels[i] = int32((i + seed) % classes)
	}
	return losskit.View(logits, rows, classes), losskit.Vector(labels)
}

func TestContextsGiveTheSameBits(t *testing.T) {
	loss := parse(t, "cross_entropy(label_smoothing=0.1)")
	logits, labels := batch(1, 3000, 37)
	evaluate := func(context *losskit.Context) (float64, []float32) {
		gradient := losskit.View(make([]float32, len(logits.Data)), logits.Shape...)
		value, err := loss.Eval(context,
			losskit.Operand{Name: "input", Tensor: logits, Gradient: gradient},
			losskit.Operand{Name: "target", Tensor: labels})
		if err != nil {
			t.Fatal(err)
		}
		return value, gradient.Data
	}
	value, gradient := evaluate(nil)
	for _, threads := range []int{0, 1, 2, 3, 7} {
		context, err := losskit.NewContext(losskit.ContextOptions{Threads: threads})
		if err != nil {
			t.Fatal(err)
		}
		again, same := evaluate(context)
		if math.Float64bits(again) != math.Float64bits(value) {
			t.Errorf("%d threads: value %v, alone %v", threads, again, value)
		}
		for i := range same {
			if math.Float32bits(same[i]) != math.Float32bits(gradient[i]) {
				t.Fatalf("%d threads: gradient[%d] is %v, alone %v", threads, i, same[i], gradient[i])
			}
		}
		context.Close()
	}
}

// Many goroutines share a loss and a context. Each error must be the caller's own, and each value the one that a quiet
// machine gives.
func TestGoroutinesShareALoss(t *testing.T) {
	loss := parse(t, "cross_entropy")
	context, err := losskit.NewContext(losskit.ContextOptions{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer context.Close()
	const goroutines, rounds, rows, classes = 64, 30, 8, 5
	var expected [goroutines]float64
	for seed := range expected {
		logits, labels := batch(seed, rows, classes)
		if expected[seed], err = losskit.Evaluate(loss, logits, labels); err != nil {
			t.Fatal(err)
		}
	}
	var wait sync.WaitGroup
	for seed := range goroutines {
		wait.Add(1)
		go func() {
			defer wait.Done()
			logits, labels := batch(seed, rows, classes)
			gradient := make([]float32, rows*classes)
			wrong := losskit.Vector(make([]int32, rows))
			row := seed % rows
			wrong.Data[row] = int32(1000 + seed)
			for range rounds {
				value, err := losskit.EvaluateGradient(loss, logits, labels, gradient)
				if err != nil || value != expected[seed] {
					t.Errorf("goroutine %d: %v, %v; expected %v", seed, value, err, expected[seed])
				}
				value, err = loss.Eval(context,
					losskit.Operand{Name: "input", Tensor: logits}, losskit.Operand{Name: "target", Tensor: labels})
				if err != nil || value != expected[seed] {
					t.Errorf("goroutine %d in a context: %v, %v; expected %v", seed, value, err, expected[seed])
				}
				_, err = losskit.Evaluate(loss, logits, wrong)
				var failure *losskit.Error
				if !errors.As(err, &failure) || failure.Index != row || failure.Status != losskit.ErrInvalidTarget {
					t.Errorf("goroutine %d: error is %v, expected row %d", seed, err, row)
				}
			}
		}()
	}
	wait.Wait()
}

// Close waits for the calls that run, and those that come later are refused: never a crash.
func TestCloseDuringCalls(t *testing.T) {
	logits, labels := batch(3, 2000, 20)
	for range 20 {
		loss := parse(t, "cross_entropy")
		context, err := losskit.NewContext(losskit.ContextOptions{Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		var wait sync.WaitGroup
		begun := make(chan struct{}, 8)
		for range 8 {
			wait.Add(1)
			go func() {
				defer wait.Done()
				for i := 0; ; i++ {
					_, err := loss.Eval(context,
						losskit.Operand{Name: "input", Tensor: logits}, losskit.Operand{Name: "target", Tensor: labels})
					if i == 0 {
						begun <- struct{}{}
					}
					if err != nil {
						if !errors.Is(err, losskit.ErrInvalidArgument) {
							t.Errorf("after Close: %v", err)
						}
						return
					}
				}
			}()
		}
		<-begun
		context.Close()
		loss.Close()
		wait.Wait()
	}
}

// Losses and contexts that nobody closes are freed by the garbage collector, but not while a call uses them.
func TestCleanupDuringCalls(t *testing.T) {
	stop := make(chan struct{})
	var collector sync.WaitGroup
	collector.Add(1)
	go func() {
		defer collector.Done()
		for {
			select {
			case <-stop:
				return
			default:
				runtime.GC()
			}
		}
	}()
	logits, labels := batch(4, 50, 10)
	expected, err := losskit.Evaluate(parse(t, "cross_entropy"), logits, labels)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for range 200 {
				value, err := forgotten(logits, labels)
				if err != nil || value != expected {
					t.Errorf("value is %v, %v; expected %v", value, err, expected)
					return
				}
			}
		}()
	}
	wait.Wait()
	close(stop)
	collector.Wait()
}

// forgotten makes a loss and a context whose last use is the call itself.
func forgotten(logits *losskit.Tensor[float32], labels *losskit.Tensor[int32]) (float64, error) {
	loss, err := losskit.Parse("cross_entropy")
	if err != nil {
		return 0, err
	}
	context, err := losskit.NewContext(losskit.ContextOptions{Threads: 1})
	if err != nil {
		return 0, err
	}
	if _, err := loss.Operands(); err != nil {
		return 0, err
	}
	return loss.Eval(context,
		losskit.Operand{Name: "input", Tensor: losskit.View(append([]float32(nil), logits.Data...), logits.Shape...)},
		losskit.Operand{Name: "target", Tensor: labels})
}
