//go:build race

package losskit

import (
	"runtime"
	"unsafe"
)

// announce tells the race detector what the library is about to read or write, which it cannot see for itself. Strided
// tensors are left out: what lies between their elements is not touched.
func (v *view) announce(first unsafe.Pointer, access access) {
	if first == nil || v.strides != nil {
		return
	}
	bytes := (v.length - v.offset) * int(v.size)
	if access == write {
		runtime.RaceWriteRange(first, bytes)
	} else {
		runtime.RaceReadRange(first, bytes)
	}
}
