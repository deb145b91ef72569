// Package losskit computes loss functions: values, gradients and Hessian diagonals.
//
// A loss is a line of text, such as
//
//	cross_entropy(label_smoothing=0.1)
//	0.7*cross_entropy + 0.3*dice(smooth=1) + 1e-4*l2(input=@weights)
//	keras.categorical_crossentropy(from_logits=false)
//
// [Parse] turns it into a [Loss]; typed options such as [CrossEntropy] are the same text with the compiler's help,
// and [New] makes the loss from them. A Loss is immutable and may be used from any number of goroutines at once.
//
// Tensors are slices with a shape: [View] and [Vector] make them, and the library reads and writes the slices in
// place. [Evaluate] and [EvaluateGradient] are the everyday calls; [Loss.Eval] takes every operand by name, with
// gradients, Hessian diagonals, masks, sample weights and threads.
//
// Whatever is wrong with a call comes back as an [*Error], before anything has been written. Results never depend on
// the number of threads or on the processor.
package losskit

//go:generate cp ../../include/losskit.h losskit.h

import (
	"fmt"
	"sync"
)

// version is a release of losskit as the library packs it: major, minor and patch.
type version uint32

func (v version) String() string {
	return fmt.Sprintf("%d.%d.%d", v>>16, v>>8&0xff, v&0xff)
}

// Version returns the version of the loaded library, such as "0.1.0".
func Version() string {
	return libraryVersion().String()
}

// ready reports, once asked, whether the loaded library is one that these bindings can call.
var ready = sync.OnceValue(func() error {
	return checkVersions(headerVersion(), libraryVersion())
})

// checkVersions compares the header that the bindings were compiled with and the library that they found. Before 1.0 a
// minor release may change the ABI; from then on a library serves every older header of its major version.
func checkVersions(header, library version) error {
	compatible := header>>16 == library>>16 && header>>8&0xff <= library>>8&0xff
	if header>>16 == 0 {
		compatible = header>>8 == library>>8
	}
	if compatible {
		return nil
	}
	return failure(ErrUnsupported, -1, fmt.Sprintf(
		"these Go bindings are made for losskit %v, but the losskit library that was loaded is version %v: "+
			"install the library and the module in the same version", header, library))
}
