//go:build !race

package losskit

import "unsafe"

func (v *view) announce(unsafe.Pointer, access) {}
