#!/usr/bin/env bash
# Makes sure that the tools are here which `make demo` or `make test` needs.
#
#   examples/demo/tools.sh demo     or: test
#
# Installs what is missing by apt-get where apt has a new enough version and this user may install (root, or sudo
# without a password). Otherwise it says what to install and how, and exits with 1.
# With LOSSKIT_TOOLS_DRY_RUN=1 nothing is installed: it says what would be done, and exits with 1 if anything is missing.
set -euo pipefail

purpose=${1:-demo}
case $purpose in
  demo | test) ;;
  *) echo "tools.sh: found \"$purpose\", expected demo or test" >&2; exit 2 ;;
esac

cxx=${CXX:-c++}
cc=${CC:-cc}
pkg_config=${PKG_CONFIG:-pkg-config}

# at_least FOUND WANTED: whether version FOUND is WANTED or newer.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

first_version() { sed -nE 's/[^0-9]*([0-9]+(\.[0-9]+)+).*/\1/p' | head -n 1; }

# Each prints the version found, or nothing. What has no version that matters prints "yes".
found_cargo() { cargo --version 2>/dev/null | first_version; }
found_go() { go version 2>/dev/null | first_version; }
found_cmake() { cmake --version 2>/dev/null | first_version; }
found_make() { make --version >/dev/null 2>&1 && echo yes; }
found_pkg_config() { "$pkg_config" --version >/dev/null 2>&1 && echo yes; }
found_nm() { nm --version >/dev/null 2>&1 && echo yes; }
found_python() { python3 --version 2>/dev/null | first_version; }
found_c() { echo 'int main(void) { return 0; }' | "$cc" -x c - -o /dev/null 2>/dev/null && echo yes; }
found_cxx() { echo 'static_assert(__cplusplus >= 201703L); int main() {}' |
  "$cxx" -std=c++17 -x c++ - -o /dev/null 2>/dev/null && echo yes; }
found_gtest() { echo '#include <gtest/gtest.h>' | "$cxx" -std=c++17 -x c++ -fsyntax-only - 2>/dev/null && echo yes; }

missing=()      # one sentence each
packages=()     # what apt can do about it
by_hand=()      # what it cannot

# apt's version of a package without epoch and Debian's own suffix; nothing where there is no apt or no such package.
apt_version() {
  command -v apt-cache >/dev/null || return 0
  apt-cache policy "$1" 2>/dev/null | sed -nE 's/^ *Candidate: ([0-9]+:)?([0-9][0-9.]*).*/\2/p'
}

# need WHAT FOUND_BY WANTED_VERSION APT_PACKAGE HOW_BY_HAND; WANTED_VERSION is "any" where it does not matter.
need() {
  local what=$1 found wanted=$3 package=$4 how=$5 candidate label
  found=$("$2" || true)
  label=$what
  [ "$wanted" = any ] || label="$what $wanted or newer"
  if [ -n "$found" ] && { [ "$wanted" = any ] || at_least "$found" "$wanted"; }; then return 0; fi
  missing+=("$label (found: ${found:-none})")
  candidate=$(apt_version "$package")
  if [ -n "$candidate" ] && { [ "$wanted" = any ] || at_least "$candidate" "$wanted"; }; then
    packages+=("$package")
  elif [ -n "$candidate" ]; then
    by_hand+=("$label: $how (apt's $package is $candidate, which is too old)")
  else
    by_hand+=("$label: $how")
  fi
}

check_all() {
  missing=(); packages=(); by_hand=()
  need cargo found_cargo 1.89 cargo "run  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"
  need Go found_go 1.24 golang-go "unpack the archive from https://go.dev/dl/ and put its bin folder on the PATH"
  need CMake found_cmake 3.18 cmake "install it from https://cmake.org/download/"
  need "a C compiler ($cc)" found_c any gcc "install gcc or clang"
  need "a C++17 compiler ($cxx)" found_cxx any g++ "install g++ 8 or newer, or clang 7 or newer"
  need pkg-config found_pkg_config any pkg-config "install pkg-config or pkgconf"
  need make found_make any make "install GNU make"
  if [ "$purpose" = test ]; then
    need GoogleTest found_gtest any libgtest-dev "install GoogleTest's headers and libraries"
    need "nm (binutils)" found_nm any binutils "install binutils"
    need Python found_python 3.8 python3 "install it from https://www.python.org/downloads/"
  fi
}

check_all
[ ${#missing[@]} -eq 0 ] && exit 0

# A machine that was never updated knows no packages; ask again once its lists are there.
as_root=()
may_install=no
if command -v apt-get >/dev/null; then
  if [ "$(id -u)" = 0 ]; then
    may_install=yes
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    may_install=yes
    as_root=(sudo -n)
  fi
fi
if [ "$may_install" = yes ] && [ -z "${LOSSKIT_TOOLS_DRY_RUN:-}" ]; then
  echo "make $purpose needs what this machine lacks; asking apt for it:"
  printf '  - %s\n' "${missing[@]}"
  "${as_root[@]}" apt-get update -qq || echo "apt-get update failed; going on with the package lists that are here"
  check_all
fi

if [ ${#packages[@]} -gt 0 ]; then
  install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}")
  if [ -n "${LOSSKIT_TOOLS_DRY_RUN:-}" ]; then
    [ "$may_install" = yes ] && echo "Would run: ${install[*]}"
  elif [ "$may_install" = yes ]; then
    "${install[@]}" || true
    check_all
    [ ${#missing[@]} -eq 0 ] && exit 0
  fi
fi

{
  echo "make $purpose needs what this machine lacks:"
  printf '  - %s\n' "${missing[@]}"
  echo "To install it:"
  [ ${#packages[@]} -gt 0 ] && echo "  - sudo apt-get install ${packages[*]}"
  [ ${#by_hand[@]} -gt 0 ] && printf '  - %s\n' "${by_hand[@]}"
  echo "Then run make $purpose again."
} >&2
exit 1
