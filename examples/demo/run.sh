#!/usr/bin/env bash
# make demo: builds and installs losskit under build/prefix, and there builds and runs the C++ demo, the Go demo and
# the pictures, all as a program outside the tree would. Results land in demo-output/.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
prefix=$root/build/prefix
output=$root/demo-output
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

step() { printf '\n>> %s\n' "$*"; }

examples/demo/tools.sh demo

step "Building losskit and installing it under build/prefix"
make --no-print-directory install PREFIX="$prefix"

step "Building the C++ demo against the installed CMake package"
cmake -S examples/demo -B build/demo -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Release >build/demo-configure.log ||
  { cat build/demo-configure.log; exit 1; }
cmake --build build/demo -j "$jobs"

step "Building the Go demo against the installed pkg-config file"
libraries=$prefix/lib
export PKG_CONFIG_PATH="$libraries/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}"
export CGO_LDFLAGS="${CGO_LDFLAGS:--O2 -g} -Wl,-rpath,$libraries"
(cd examples/demo/go && go build -o "$root/build/demo/losskit_demo_go" .)

step "Building the program that draws the pictures"
cargo build --release --example plot_curves

rm -rf "$output"
began=$SECONDS
build/demo/losskit_demo --data examples/demo/data --output "$output"

step "The linear SVM once more, in Go"
build/demo/losskit_demo_go -data examples/demo/data

step "Drawing the training curves"
cargo run --quiet --release --example plot_curves -- "$output"

printf '\nThe pictures are in %s. Everything after the builds took %d s.\n' "$output" $((SECONDS - began))
