// A program that knows losskit only as a module and a pkg-config file: log 3 is the loss of three equal logits.
package main

import (
	"fmt"
	"log"
	"math"

	losskit "github.com/losskit/losskit/bindings/go"
)

func main() {
	loss, err := losskit.Parse("cross_entropy")
	if err != nil {
		log.Fatal(err)
	}
	defer loss.Close()
	gradient := make([]float32, 6)
	value, err := losskit.EvaluateGradient(loss, losskit.View(make([]float32, 6), 2, 3), losskit.Vector([]int64{0, 2}), gradient)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.6f\n", value)
	if math.Abs(value-math.Log(3)) > 1e-6 || math.Abs(float64(gradient[0])+1.0/3) > 1e-6 {
		log.Fatalf("the gradient is %v", gradient)
	}
}
