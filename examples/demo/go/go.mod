module github.com/losskit/losskit/examples/demo/go

go 1.24

require github.com/losskit/losskit/bindings/go v0.0.0

replace github.com/losskit/losskit/bindings/go => ../../../bindings/go
