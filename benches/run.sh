#!/bin/sh
# make bench: losskit beside hand-written C in one run; medians, and the ratio of the two (above 1: losskit is faster).
set -eu
library=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
mkdir -p build/bench
${CC:-cc} -std=c99 -O3 -march=native -ffast-math -c benches/peer.c -o build/bench/peer.o
${CC:-cc} -std=c99 -O2 -Iinclude benches/peer_bench.c build/bench/peer.o -o build/bench/peer_bench \
  -L"$library" -llosskit -lm -Wl,-rpath,"$library"
build/bench/peer_bench
