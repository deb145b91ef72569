package losskit_test

import (
	"errors"
	"math"
	"testing"

	"github.com/losskit/losskit/bindings/go"
)

func TestAdvice(t *testing.T) {
	labels := make([]int64, 1000)
	labels[17] = 1
	advice, err := losskit.Advise(losskit.AdviseOptions{
		Task: losskit.TaskBinary, Output: losskit.OutputLogits, Target: losskit.Vector(labels),
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(advice.Suggestions) == 0 || len(advice.Evidence) == 0 {
		t.Fatalf("advice on 1000 labels is %+v", advice)
	}
	for _, suggestion := range advice.Suggestions {
		if suggestion.Reason == "" {
			t.Errorf("%s has no reason", suggestion.Spec)
		}
		parse(t, suggestion.Spec)
	}
	for _, evidence := range advice.Evidence {
		if evidence.Name == "" || math.IsNaN(evidence.Value) {
			t.Errorf("evidence is %+v", evidence)
		}
	}
}

func TestAdviceOfEveryTask(t *testing.T) {
	for _, task := range []losskit.Task{
		losskit.TaskRegression, losskit.TaskBinary, losskit.TaskMulticlass, losskit.TaskMultilabel,
		losskit.TaskSegmentation, losskit.TaskMaxMargin,
	} {
		for _, output := range []losskit.Output{
			losskit.OutputUnknown, losskit.OutputScores, losskit.OutputLogits, losskit.OutputProbabilities,
		} {
			advice, err := losskit.Advise(losskit.AdviseOptions{Task: task, Output: output})
			if err != nil || len(advice.Suggestions) == 0 {
				t.Errorf("task %d, output %d, no data: %+v, %v", task, output, advice, err)
				continue
			}
			for _, suggestion := range advice.Suggestions {
				parse(t, suggestion.Spec)
			}
		}
	}
}

func TestAdviceThatIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		status  losskit.Status
		options losskit.AdviseOptions
	}{
		"no task":          {losskit.ErrInvalidArgument, losskit.AdviseOptions{}},
		"unknown task":     {losskit.ErrInvalidArgument, losskit.AdviseOptions{Task: 99}},
		"unknown output":   {losskit.ErrInvalidArgument, losskit.AdviseOptions{Task: losskit.TaskBinary, Output: 99}},
		"negative classes": {losskit.ErrInvalidArgument, losskit.AdviseOptions{Task: losskit.TaskBinary, Classes: -1}},
		"short target": {losskit.ErrInvalidShape, losskit.AdviseOptions{
			Task: losskit.TaskBinary, Target: losskit.View([]int32{0, 1}, 3)}},
	} {
		advice, err := losskit.Advise(c.options)
		if advice != nil || !errors.Is(err, c.status) {
			t.Errorf("%s: %+v, %v", name, advice, err)
		}
	}
}
