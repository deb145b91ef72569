//go:build losskit_dev

package losskit

// Inside the source tree, the library is the one that `cargo build --release` left there.

// #cgo LDFLAGS: -L${SRCDIR}/../../target/release -llosskit -Wl,-rpath,${SRCDIR}/../../target/release
import "C"
