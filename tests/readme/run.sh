#!/bin/sh
# Compiles and runs the programs of the README as they stand there, linked in the ways that it names.
#
#   run.sh [LIBRARY_FOLDER]
#
# LIBRARY_FOLDER has liblosskit.so and liblosskit.a (default: target/release of this checkout). Ends with
# "N passed, M failed", and exits with 1 if one failed.
set -eu

root=${LOSSKIT_ROOT:-$(cd "$(dirname "$0")/../.." && pwd)}
library=$(cd "${1:-$root/target/release}" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/losskit-readme.XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM
PREFIX=$work/prefix
cd "$work"
sh "$root/bindings/cpp/cmake/install.sh" --library "$library" --prefix "$PREFIX" >install.log
export PKG_CONFIG_PATH="$PREFIX/lib/pkgconfig"

# block LANGUAGE: the first block of that language in the README.
block() { awk -v fence="\`\`\`$1" '$0 == "```" { inside = 0 } inside { print } $0 == fence && !done { inside = done = 1 }' "$root/README.md"; }
expected=$(sed -n 's/^Each of these programs prints `\(.*\)`\.$/\1/p' "$root/README.md")
[ -n "$expected" ] || { echo "the README does not say what its programs print" >&2; exit 1; }

passed=0
failed=0
prints() { # prints NAME COMMAND…: the command succeeds and its last line is what the README says
  name=$1
  shift
  if found=$("$@" 2>&1) && [ "$(echo "$found" | tail -n 1)" = "$expected" ]; then
    passed=$((passed + 1))
    echo "ok      $name"
  else
    failed=$((failed + 1))
    echo "FAILED  $name"
    echo "$found" | sed 's/^/        /'
  fi
}

block c >program.c
block cpp >program.cpp
mkdir module
block go >module/main.go

# Each of the README's shell lines that compiles, as it is written there.
compile() { # compile PATTERN
  line=$(grep -E "^(cc|c\+\+) +program" "$root/README.md" | grep -F -- "$1" | head -n 1)
  [ -n "$line" ] || { echo "the README has no line with $1"; return 1; }
  echo "$line"
  eval "$line" && ./program
}
prints "C by pkg-config" compile 'program.c   '
prints "C++ by pkg-config" compile 'program.cpp'
prints "C by plain cc" compile '-L$PREFIX/lib'
prints "C, static" compile 'liblosskit.a'

go_program() {
  cd module
  go mod init example.com/program >/dev/null 2>&1
  go mod edit -require=github.com/losskit/losskit/bindings/go@v0.1.0 \
    -replace=github.com/losskit/losskit/bindings/go="$root/bindings/go"
  CGO_LDFLAGS="-Wl,-rpath,$PREFIX/lib" go build -o ../go_program . && ../go_program
}
prints "Go module" go_program

by_cmake() { # by_cmake FOLDER ARGUMENT…: the CMake lines in FOLDER/losskit.cmake, around program.cpp
  folder=$1
  shift
  {
    echo 'cmake_minimum_required(VERSION 3.18)'
    echo 'project(program LANGUAGES C CXX)'
    echo 'add_executable(program ../program.cpp)'
    sed "s,/path/to/losskit,$root," "$folder/losskit.cmake"
  } >"$folder/CMakeLists.txt"
  cmake -S "$folder" -B "$folder/build" "$@" && cmake --build "$folder/build" && "$folder/build/program"
}
for folder in find_package fetch_content; do mkdir "$folder"; done
awk '$0 == "```" { inside = 0 } inside { print > (count == 1 ? "find_package" : "fetch_content") "/losskit.cmake" }
     $0 == "```cmake" { inside = 1; count += 1 }' "$root/README.md"
prints "CMake find_package" by_cmake find_package -DCMAKE_PREFIX_PATH="$PREFIX"
prints "CMake FetchContent" by_cmake fetch_content -DLOSSKIT_LIBRARY="$library/liblosskit.so"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
