//go:build !losskit_dev && !losskit_static

package losskit

// #cgo pkg-config: losskit
import "C"
