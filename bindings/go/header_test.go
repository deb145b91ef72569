//go:build losskit_dev

package losskit

import (
	"bytes"
	"os"
	"testing"
)

// The module carries its own header, because a module cannot include a file outside its folder.
func TestHeaderIsCurrent(t *testing.T) {
	own, err := os.ReadFile("losskit.h")
	if err != nil {
		t.Fatal(err)
	}
	library, err := os.ReadFile("../../include/losskit.h")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(own, library) {
		t.Error("losskit.h differs from include/losskit.h: run go generate")
	}
}
