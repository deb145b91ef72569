// Command demo is the linear support vector machine of the C++ demo, in Go: it asks the advisor for a loss, trains with
// it and with the squared error, and scores both on held-out tumours.
//
//	go run . -data ../data
package main

import (
	"flag"
	"fmt"
	"log"
	"math"
	"path/filepath"
	"strings"

	losskit "github.com/losskit/losskit/bindings/go"
)

const (
	epochs = 3000
	rate   = 0.02
)

func main() {
	log.SetFlags(0)
	folder := flag.String("data", "../data", "folder of the CSV files")
	flag.Parse()
	if err := run(*folder); err != nil {
		log.Fatal(err)
	}
}

func run(folder string) error {
	train, test, err := readTumours(filepath.Join(folder, "breast_cancer.csv"))
	if err != nil {
		return err
	}
	fmt.Printf("losskit %s: %d tumours to learn from, %d held out, %d measurements each\n",
		losskit.Version(), len(train.labels), len(test.labels), train.columns)

	advice, err := losskit.Advise(losskit.AdviseOptions{
		Task:   losskit.TaskMaxMargin,
		Output: losskit.OutputScores,
		Target: losskit.Vector(train.labels),
	})
	if err != nil {
		return err
	}
	if len(advice.Suggestions) == 0 {
		return fmt.Errorf("the advisor gave no advice")
	}
	for i, suggestion := range advice.Suggestions {
		fmt.Printf("  %d. %s\n     %s\n", i+1, suggestion.Spec, suggestion.Reason)
	}

	fmt.Println()
	naive := fmt.Sprintf("mse + %.4g*l2(input=@weights)", 0.5/float64(len(train.labels)))
	table := fmt.Sprintf("\n%-36s %-8s %13s %9s %10s\n", "loss", "role", "training loss", "held out", "reference")
	for _, candidate := range []struct{ role, spec string }{{"advised", advice.Suggestions[0].Spec}, {"naive", naive}} {
		model, loss, err := fit(candidate.spec, train)
		if err != nil {
			return fmt.Errorf("training with %s: %w", candidate.spec, err)
		}
		reference := "-"
		name, _, _ := strings.Cut(candidate.spec, " + ")
		if name == "hinge" || name == "mse" {
			if reference, err = readReference(filepath.Join(folder, "reference.csv"), name+" + l2"); err != nil {
				return err
			}
		}
		table += fmt.Sprintf("%-36s %-8s %13.6f %9.4f %10s\n",
			candidate.spec, candidate.role, loss, model.accuracy(test), reference)
	}
	fmt.Println(table + "Held out is the accuracy; the reference is scikit-learn's on the same split (SVC and Ridge).")
	return nil
}

// linear is a linear model: one weight for each column, and a bias.
type linear struct {
	weights []float32
	bias    float32
}

func (m *linear) scores(of *tumours, into []float32) {
	for i := range into {
		score := m.bias
		for j, value := range of.row(i) {
			score += value * m.weights[j]
		}
		into[i] = score
	}
}

// accuracy is the share of rows with a score on the label's side of 0.
func (m *linear) accuracy(of *tumours) float64 {
	scores := make([]float32, len(of.labels))
	m.scores(of, scores)
	right := 0
	for i, label := range of.labels {
		if (scores[i] > 0) == (label > 0) {
			right++
		}
	}
	return float64(right) / float64(len(scores))
}

// fit minimises the loss by full-batch Adam, and returns the model and the loss it ends with.
func fit(spec string, data *tumours) (*linear, float64, error) {
	loss, err := losskit.Parse(spec)
	if err != nil {
		return nil, 0, err
	}
	defer loss.Close()

	model := &linear{weights: make([]float32, data.columns)}
	scores := make([]float32, len(data.labels))
	scoresGradient := make([]float32, len(data.labels))
	// The gradient of the weights, and of the bias in its last place.
	gradient := make([]float32, data.columns+1)
	penalty := gradient[:data.columns]
	operands := []losskit.Operand{
		{Name: "input", Tensor: losskit.Vector(scores), Gradient: losskit.Vector(scoresGradient)},
		{Name: "target", Tensor: losskit.Vector(data.labels)},
		{Name: "weights", Tensor: losskit.Vector(model.weights), Gradient: losskit.Vector(penalty)},
	}
	optimiser := adam{mean: make([]float64, len(gradient)), square: make([]float64, len(gradient))}
	var value float64
	for epoch := range epochs {
		model.scores(data, scores)
		// One call: the loss, its gradient by the scores, and the penalty's gradient by the weights.
		if value, err = loss.Eval(nil, operands...); err != nil {
			return nil, 0, err
		}
		gradient[data.columns] = 0
		for i, slope := range scoresGradient {
			for j, x := range data.row(i) {
				gradient[j] += slope * x
			}
			gradient[data.columns] += slope
		}
		step := rate * 0.5 * (1 + math.Cos(math.Pi*float64(epoch)/epochs))
		for j, move := range optimiser.moves(gradient, step) {
			if j < data.columns {
				model.weights[j] -= move
			} else {
				model.bias -= move
			}
		}
		if (epoch+1)%1000 == 0 {
			fmt.Printf("  %-36s epoch %4d  loss %.6f\n", spec, epoch+1, value)
		}
	}
	return model, value, nil
}

// adam is the optimiser of Kingma and Ba (2015).
type adam struct {
	mean, square []float64
	steps        int
}

// moves returns what to subtract from each parameter.
func (a *adam) moves(gradient []float32, rate float64) []float32 {
	a.steps++
	meanCorrection := 1 - math.Pow(0.9, float64(a.steps))
	squareCorrection := 1 - math.Pow(0.999, float64(a.steps))
	moves := make([]float32, len(gradient))
	for i, g := range gradient {
		slope := float64(g)
		a.mean[i] = 0.9*a.mean[i] + 0.1*slope
		a.square[i] = 0.999*a.square[i] + 0.001*slope*slope
		moves[i] = float32(rate * a.mean[i] / meanCorrection / (math.Sqrt(a.square[i]/squareCorrection) + 1e-8))
	}
	return moves
}
