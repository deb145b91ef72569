package losskit_test

import (
	"errors"
	"fmt"

	"github.com/losskit/losskit/bindings/go"
)

func Example() {
	loss, err := losskit.Parse("cross_entropy")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer loss.Close()

	logits := losskit.View([]float32{
		2, 1, 0,
		0, 0, 0,
	}, 2, 3)
	labels := losskit.Vector([]int32{0, 2})
	gradient := make([]float32, 6)
	value, err := losskit.EvaluateGradient(loss, logits, labels, gradient)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f\n%.4f\n", value, gradient)
	// Output:
	// 0.7531
	// [-0.1674 0.1224 0.0450 0.1667 0.1667 -0.3333]
}

func ExampleNew() {
	loss, err := losskit.New(losskit.Sum(
		losskit.Weighted(0.7, losskit.CrossEntropy{LabelSmoothing: losskit.Float(0.1)}),
		losskit.Weighted(1e-4, losskit.L2{Input: losskit.Ref("weights")}),
	))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer loss.Close()
	operands, err := loss.Operands()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(loss)
	for _, operand := range operands {
		if operand.Required {
			fmt.Println(operand.Name)
		}
	}
	// Output:
	// 0.7*cross_entropy(label_smoothing=0.1) + 1e-4*l2(input=@weights)
	// input
	// target
	// weights
}

func ExampleLoss_Eval() {
	loss, err := losskit.Parse("mse(reduction=weighted_mean)")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer loss.Close()
	context, err := losskit.NewContext(losskit.ContextOptions{Threads: 4})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer context.Close()

	gradient := losskit.Vector(make([]float64, 3))
	hessian := losskit.Vector(make([]float64, 3))
	value, err := loss.Eval(context,
		losskit.Operand{
			Name: "input", Tensor: losskit.Vector([]float64{1, 2, 3}), Gradient: gradient, Hessian: hessian,
		},
		losskit.Operand{Name: "target", Tensor: losskit.Vector([]float64{0, 2, 5})},
		losskit.Operand{Name: "sample_weight", Tensor: losskit.Vector([]float64{1, 1, 2})},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(value, gradient.Data, hessian.Data)
	// Output:
	// 2.25 [0.5 0 -2] [0.5 0.5 1]
}

func ExampleLoss_EvalInto() {
	loss, err := losskit.Parse("mae(reduction=none)")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer loss.Close()

	// The input is the second column of a matrix.
	matrix := []float32{
		1, 10,
		2, 20,
		3, 30,
	}
	column := &losskit.Tensor[float32]{Data: matrix, Shape: []int{3}, Strides: []int{2}, Offset: 1}
	value := make([]float32, 3)
	err = loss.EvalInto(nil, losskit.Vector(value),
		losskit.Operand{Name: "input", Tensor: column},
		losskit.Operand{Name: "target", Tensor: losskit.Vector([]float32{10, 25, 25})},
	)
	fmt.Println(value, err)
	// Output:
	// [0 5 5] <nil>
}

func ExampleLoss_Scalar() {
	loss, err := losskit.Parse("huber(delta=2)")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer loss.Close()
	at, err := loss.Scalar(5, 0)
	fmt.Println(at.Value, at.Gradient, at.Hessian, err)
	// Output:
	// 8 2 0 <nil>
}

func ExampleError() {
	loss, err := losskit.Parse("cross_entropy")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer loss.Close()
	_, err = losskit.Evaluate(loss, losskit.View(make([]float32, 6), 2, 3), losskit.Vector([]int64{0, 3}))

	var failure *losskit.Error
	if errors.Is(err, losskit.ErrInvalidTarget) && errors.As(err, &failure) {
		fmt.Println("look at row", failure.Index)
	}
	// Output:
	// look at row 1
}
