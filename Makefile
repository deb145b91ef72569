# losskit: build, install, demo and tests. `make help` lists the targets.

PREFIX ?= /usr/local
CARGO ?= cargo
LIBRARY = target/release

.PHONY: help build install demo test vectors live hashes aarch64 generate bench clean

help:
	@echo "make build     the library in $(LIBRARY)"
	@echo "make install   header, libraries, pkg-config file and CMake package under PREFIX (now $(PREFIX))"
	@echo "make demo      trains five models on real data with the advised and the naive loss"
	@echo "make test      every test of every language, and that generated files are current"
	@echo "make bench     losskit beside the same loop in C"
	@echo "make hashes    writes tests/vectors/hashes.tsv, the bits of every loss, after a change that was meant to change them"
	@echo "make aarch64   runs the tests of numbers on aarch64, emulated (needs a cross linker and QEMU)"
	@echo "make generate  writes the files that are made from the catalog and the C ABI"
	@echo "make vectors   makes tests/vectors anew, checked against PyTorch and Keras (large downloads)"
	@echo "make live      compares the built library with PyTorch and Keras on random inputs (large downloads)"

build:
	$(CARGO) build --release --locked
	@ln -sf liblosskit.so $(LIBRARY)/$$(objdump -p $(LIBRARY)/liblosskit.so | sed -n 's/.*SONAME *//p')

install: build
	@sh bindings/cpp/cmake/install.sh --library $(LIBRARY) --prefix $(PREFIX)

demo:
	@examples/demo/run.sh

test:
	@tests/run.sh

vectors:
	@tests/vectors/generate/run.sh

live: build
	@tests/vectors/generate/run.sh live $(LIBRARY)/liblosskit.so

hashes:
	$(CARGO) test --release --locked --test hashes -- --ignored --exact write_the_file
	$(CARGO) test --release --locked --test hashes

aarch64:
	@tests/aarch64/run.sh

generate:
	LOSSKIT_REGENERATE=1 $(CARGO) test --release --locked --test generated

bench: build
	@benches/run.sh $(LIBRARY)

clean:
	$(CARGO) clean
	rm -rf build demo-output
