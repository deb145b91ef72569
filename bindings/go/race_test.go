//go:build race

package losskit_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/losskit/losskit/bindings/go"
)

// The test runs itself in a process of its own, where two goroutines write the same gradient, and expects the race
// detector to say so.
func TestRaceDetectorSeesTheLibrary(t *testing.T) {
	if os.Getenv("LOSSKIT_TEST_RACE") != "" {
		raceOnAGradient(t)
		return
	}
	command := exec.Command(os.Args[0], "-test.run=^TestRaceDetectorSeesTheLibrary$")
	command.Env = append(os.Environ(), "LOSSKIT_TEST_RACE=1")
	output, err := command.CombinedOutput()
	if err == nil || !strings.Contains(string(output), "DATA RACE") {
		t.Errorf("a race on a gradient went unseen: %v\n%s", err, output)
	}
}

func raceOnAGradient(t *testing.T) {
	loss := parse(t, "mse")
	gradient := make([]float32, 4)
	done := make(chan error)
	for range 2 {
		go func() {
			tensor := losskit.Vector(make([]float32, 4))
			_, err := losskit.EvaluateGradient(loss, tensor, tensor, gradient)
			done <- err
		}()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Log(err)
		}
	}
}
