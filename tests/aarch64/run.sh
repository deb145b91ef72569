#!/usr/bin/env bash
# make aarch64: the tests of numbers on another architecture. Compiles them for aarch64 and runs them under QEMU's
# emulation of a process: that bits are those of tests/vectors/hashes.tsv, that elementary functions are as accurate,
# and the reference vectors.
#
#   tests/aarch64/run.sh [cargo test options]     default: --test hashes --test accuracy --test vectors
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

target=aarch64-unknown-linux-gnu
missing=()
need() { command -v "$1" >/dev/null || missing+=("$1: $2"); }

need cargo "https://rustup.rs"
need aarch64-linux-gnu-gcc "the linker: apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross"
emulator=$(command -v qemu-aarch64-static || command -v qemu-aarch64 || true)
[ -n "$emulator" ] || missing+=("qemu-aarch64-static: the emulator: apt-get install qemu-user-static")
# The standard library for the target lies where the compiler looks for it, whoever installed the compiler.
[ -d "$(rustc --print target-libdir --target $target 2>/dev/null)" ] ||
  missing+=("the Rust standard library for $target: rustup target add $target")
if [ ${#missing[@]} -ne 0 ]; then
  echo "tests/aarch64/run.sh: found no" >&2
  printf '  %s\n' "${missing[@]}" >&2
  exit 1
fi

# Where the loader and the C library for the target are.
root=$(aarch64-linux-gnu-gcc -print-sysroot)
[ -e "$root/lib/ld-linux-aarch64.so.1" ] || root=/usr/aarch64-linux-gnu
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="$emulator -L $root"

[ $# -ne 0 ] || set -- --test hashes --test accuracy --test vectors
exec cargo test --release --locked --target $target "$@" -- --nocapture
