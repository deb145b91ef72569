//go:build losskit_static

package losskit

// The archive carries the whole library; the system libraries are those that Rust's standard library needs.

// #cgo linux,amd64 LDFLAGS: ${SRCDIR}/lib/linux_amd64/liblosskit.a -lm -ldl -lpthread
// #cgo linux,arm64 LDFLAGS: ${SRCDIR}/lib/linux_arm64/liblosskit.a -lm -ldl -lpthread
// #cgo darwin,amd64 LDFLAGS: ${SRCDIR}/lib/darwin_amd64/liblosskit.a
// #cgo darwin,arm64 LDFLAGS: ${SRCDIR}/lib/darwin_arm64/liblosskit.a
import "C"
