# losskit: build, install, demo and tests. `make help` lists the targets.

PREFIX ?= /usr/local
CARGO ?= cargo
LIBRARY = target/release

.PHONY: help build install demo test vectors live hashes aarch64 exhaustive accuracy generate bench clean

help:
	@echo "make build     the library in $(LIBRARY)"
	@echo "make install   header, libraries, pkg-config file and CMake package under PREFIX (now $(PREFIX))"
	@echo "make demo      trains five models on real data with the advised and the naive loss"
	@echo "make test      every test of every language, and that generated files are current"
	@echo "make bench     losskit beside C, PyTorch, JAX and oneDNN; writes docs/performance.md (large downloads)"
	@echo "make hashes    writes tests/vectors/hashes.tsv, the bits of every loss, after a change that was meant to change them"
	@echo "make accuracy  measures every loss against 60-digit arithmetic, beside PyTorch, and writes docs/accuracy.md"
	@echo "make exhaustive measures the elementary functions on every f32 and on 10^9 f64 each (minutes)"
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

exhaustive:
	@mkdir -p build/exhaustive
	$(CC) -std=c11 -O2 -ffp-contract=off -fPIC -shared tests/exhaustive/oracle.c -o build/exhaustive/liboracle.so -lm
	LOSSKIT_ORACLE=$(CURDIR)/build/exhaustive/liboracle.so \
	  $(CARGO) test --release --locked --test exhaustive -- --ignored --nocapture --test-threads=1 \
	  >build/exhaustive/log.txt || { cat build/exhaustive/log.txt; exit 1; }
	@sed -nE 's/^.*((Exp|Ln|Ln1p|Softplus|Sigmoid|Tanh) of .*)/\1/p' build/exhaustive/log.txt | tee tests/exhaustive/results.txt

accuracy: build
	@tests/vectors/generate/run.sh accuracy $(LIBRARY)/liblosskit.so

generate:
	LOSSKIT_REGENERATE=1 $(CARGO) test --release --locked --test generated

bench: build
	@benches/run.sh $(LIBRARY)

clean:
	$(CARGO) clean
	rm -rf build demo-output
