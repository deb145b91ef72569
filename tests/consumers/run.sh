#!/bin/sh
# Installs losskit into a temporary prefix and builds programs outside the tree against it, in every way that the README
# promises: find_package, FetchContent, pkg-config with plain cc, the static library, a Go module.
#
#   run.sh [LIBRARY_FOLDER]
#
# LIBRARY_FOLDER has liblosskit.so and liblosskit.a (default: target/release of this checkout). Prints a line for each
# consumer, ends with "N passed, M failed", and exits with 1 if one failed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
library=${1:-$root/target/release}
library=$(cd "$library" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/losskit-consumers.XXXXXX")
trap 'chmod -R u+w "$work" 2>/dev/null; rm -rf "$work"' EXIT INT TERM

passed=0
failed=0
# check NAME COMMAND…: runs the command from the copy of the consumers; its output is shown only if it fails.
check() {
  name=$1
  shift
  set +e # a subshell inside a condition would not stop at its first failure
  (set -e && cd "$work/consumers" && "$@") >"$work/log" 2>&1
  status=$?
  set -e
  if [ "$status" -eq 0 ]; then
    passed=$((passed + 1))
    echo "ok      $name"
  else
    failed=$((failed + 1))
    echo "FAILED  $name"
    sed 's/^/        /' "$work/log" | tail -n 40
  fi
}

prefix=$work/prefix
cp -r "$here" "$work/consumers"
unset LD_LIBRARY_PATH PKG_CONFIG_PATH CMAKE_PREFIX_PATH CGO_LDFLAGS CGO_CFLAGS 2>/dev/null || true
libs() { PKG_CONFIG_PATH=$1/lib/pkgconfig pkg-config "$2" --cflags --libs losskit; }

install_whole() {
  sh "$root/bindings/cpp/cmake/install.sh" --library "$library" --prefix "$prefix"
  for file in include/losskit.h include/losskit_dlpack.h include/losskit/losskit.hpp include/losskit/options.hpp \
    lib/liblosskit.so lib/liblosskit.a lib/pkgconfig/losskit.pc lib/cmake/losskit/losskit-config.cmake; do
    [ -f "$prefix/$file" ] || { echo "$file was not installed" && return 1; }
  done
}

soname_is_installed() {
  soname=$(objdump -p "$prefix/lib/liblosskit.so" | sed -n 's/^ *SONAME *//p')
  echo "soname: '$soname'"
  [ -n "$soname" ] && [ -L "$prefix/lib/$soname" ] && [ -f "$prefix/lib/$soname" ]
}

# What a packager does: a prefix that is not written to, below a folder that is thrown away, in lib/<triplet>.
install_below_destdir() {
  DESTDIR=$work/destdir sh "$root/bindings/cpp/cmake/install.sh" --library "$library" --prefix /usr --libdir lib/triplet
  [ -f "$work/destdir/usr/lib/triplet/liblosskit.so" ]
  flags=$(PKG_CONFIG_PATH=$work/destdir/usr/lib/triplet/pkgconfig pkg-config --cflags --libs losskit)
  echo "$flags"
  cc shared/program.c $flags -lm -Wl,-rpath,"$work/destdir/usr/lib/triplet" -o "$work/destdir_program"
  "$work/destdir_program"
}

cmake_program() { # cmake_program FOLDER PROGRAMS [CMAKE ARGUMENT…]
  folder=$1
  programs=$2
  shift 2
  cmake -S "$folder" -B "$work/build_$folder" -DCMAKE_BUILD_TYPE=Release "$@"
  cmake --build "$work/build_$folder" --parallel "${JOBS:-2}"
  for program in $programs; do
    "$work/build_$folder/$program"
  done
}

with_find_package() {
  cmake_program find_package "cpp_shared cpp_static c_shared c_static" -DCMAKE_PREFIX_PATH="$prefix"
  ! ldd "$work/build_find_package/cpp_static" | grep losskit
}

version_is_refused() { # version_is_refused VERSION
  cp -r find_package "refused_$1"
  sed "s/losskit 0.1 CONFIG/losskit $1 CONFIG/" find_package/CMakeLists.txt >"refused_$1/CMakeLists.txt"
  if cmake -S "refused_$1" -B "$work/build_refused_$1" -DCMAKE_PREFIX_PATH="$prefix"; then
    echo "version $1 was accepted" && return 1
  fi
}

# With the library built beforehand, and once more with none, so that cargo builds it.
with_fetch_content() {
  cmake_program fetch_content "cpp_shared c_static" -DFETCHCONTENT_SOURCE_DIR_LOSSKIT="$root" \
    -DLOSSKIT_LIBRARY="$library/liblosskit.so"
}
with_fetch_content_and_cargo() {
  rm -rf "$work/build_fetch_content"
  cmake_program fetch_content "cpp_shared c_static" -DFETCHCONTENT_SOURCE_DIR_LOSSKIT="$root" \
    -DLOSSKIT_CARGO_TARGET_DIR="$(dirname "$library")"
}

with_pkg_config() {
  cc -std=c99 -Wall -Wextra -Wpedantic -Werror shared/program.c $(libs "$prefix" --shared) -lm -o "$work/c_program"
  LD_LIBRARY_PATH=$prefix/lib "$work/c_program"
  c++ -std=c++17 -Wall -Wextra -Wpedantic -Werror shared/program.cpp $(libs "$prefix" --shared) -o "$work/cpp_program"
  LD_LIBRARY_PATH=$prefix/lib "$work/cpp_program"
}

# The tree is moved, and its shared library left behind, so that -llosskit can only mean the archive.
with_static_library() {
  cp -r "$prefix" "$work/moved"
  rm "$work/moved/lib/"liblosskit.so*
  cc -std=c99 shared/program.c $(libs "$work/moved" --static) -o "$work/static_program"
  "$work/static_program"
  ! ldd "$work/static_program" | grep losskit
}

static_libraries_are_named() {
  named=$(sed -n 's/^Libs.private: //p' "$prefix/lib/pkgconfig/losskit.pc")
  wanted=$(cd "$root" && cargo rustc --release --locked --lib --crate-type staticlib --target-dir "$work/native" \
    --config 'profile.release.lto="off"' --config 'profile.release.opt-level=0' -- --print native-static-libs 2>&1 |
    sed -n 's/.*native-static-libs: //p' | head -n 1)
  echo "named: $named; rustc: $wanted"
  [ -n "$wanted" ]
  for flag in $wanted; do
    case " $named -lc " in *" $flag "*) ;; *) echo "losskit.pc does not name $flag" && return 1 ;; esac
  done
}

with_go() {
  # A copy at a path of its own: for a path that it knows, Go keeps what pkg-config said in an earlier run.
  cp -r "$root/bindings/go" "$work/go_module"
  sed -i "s|LOSSKIT_GO_MODULE|$work/go_module|" go/go.mod
  cd go
  export PKG_CONFIG_PATH="$prefix/lib/pkgconfig" GOFLAGS=-mod=mod
  go vet ./...
  go build -o "$work/go_program" .
  LD_LIBRARY_PATH=$prefix/lib "$work/go_program"
}

check "install into a prefix" install_whole
check "the soname's link is installed" soname_is_installed
check "install below DESTDIR, moved" install_below_destdir
check "CMake find_package" with_find_package
check "CMake find_package refuses version 0.2" version_is_refused 0.2
check "CMake find_package refuses version 1.0" version_is_refused 1.0
check "CMake FetchContent, library given" with_fetch_content
check "CMake FetchContent, library built by cargo" with_fetch_content_and_cargo
check "pkg-config and plain cc" with_pkg_config
check "pkg-config --static, moved" with_static_library
check "Libs.private is what rustc says" static_libraries_are_named
check "Go module outside the tree" with_go

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
