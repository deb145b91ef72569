module consumer.test/program

go 1.24

require github.com/losskit/losskit/bindings/go v0.1.0

// The tests point this at the checkout; a published release needs no such line.
replace github.com/losskit/losskit/bindings/go => LOSSKIT_GO_MODULE
