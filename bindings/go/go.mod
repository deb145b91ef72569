module github.com/losskit/losskit/bindings/go

go 1.24
