// Quickstart trains a small classifier in Go, with its loss and gradient from losskit: it asks the advisor about the
// labels, trains with the loss that it suggests, and prints how the loss falls.
package main

import (
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"github.com/losskit/losskit/bindings/go"
)

const (
	points  = 600
	classes = 3
	epochs  = 60
	rate    = 2.0
)

func main() {
	log.SetFlags(0)
	features, labels := threeClouds()

	advice, err := losskit.Advise(losskit.AdviseOptions{
		Task: losskit.TaskMulticlass, Output: losskit.OutputLogits, Target: losskit.Vector(labels),
	})
	if err != nil {
		log.Fatal(err)
	}
	best := advice.Suggestions[0]
	fmt.Printf("losskit %s suggests %s\n  %s\n\n", losskit.Version(), best.Spec, best.Reason)

	loss, err := losskit.Parse(best.Spec)
	if err != nil {
		log.Fatal(err)
	}
	defer loss.Close()

	var weights [3 * classes]float64 // [x, y and 1, class]
	logits := make([]float64, points*classes)
	gradient := make([]float64, points*classes)
	for epoch := range epochs {
		forward(features, &weights, logits)
		value, err := losskit.EvaluateGradient(loss, losskit.View(logits, points, classes), losskit.Vector(labels), gradient)
		if err != nil {
			log.Fatal(err)
		}
		if epoch%10 == 0 || epoch == epochs-1 {
			fmt.Printf("epoch %2d  loss %.4f  accuracy %.3f\n", epoch, value, accuracy(logits, labels))
		}
		for point, feature := range features {
			for i, x := range feature {
				for class := range classes {
					weights[i*classes+class] -= rate * x * gradient[point*classes+class]
				}
			}
		}
	}
}

// threeClouds draws points around three centres, the last class ten times rarer than the others.
func threeClouds() (features [][3]float64, labels []int32) {
	random := rand.New(rand.NewPCG(1, 2))
	for i := range points {
		class := i % 2
		if i%20 == 0 {
			class = 2
		}
		angle := 2 * math.Pi * float64(class) / classes
		features = append(features, [3]float64{
			math.Cos(angle) + 0.4*random.NormFloat64(), math.Sin(angle) + 0.4*random.NormFloat64(), 1,
		})
		labels = append(labels, int32(class))
	}
	return features, labels
}

func forward(features [][3]float64, weights *[3 * classes]float64, logits []float64) {
	clear(logits)
	for point, feature := range features {
		for i, x := range feature {
			for class := range classes {
				logits[point*classes+class] += x * weights[i*classes+class]
			}
		}
	}
}

func accuracy(logits []float64, labels []int32) float64 {
	right := 0
	for point, label := range labels {
		row := logits[point*classes : (point+1)*classes]
		best := 0
		for class, logit := range row {
			if logit > row[best] {
				best = class
			}
		}
		if best == int(label) {
			right++
		}
	}
	return float64(right) / float64(len(labels))
}
