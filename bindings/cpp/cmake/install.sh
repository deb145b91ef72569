#!/bin/sh
# Installs losskit below a prefix: headers, shared and static library, pkg-config file, CMake package.
#
#   install.sh --library DIR [--prefix DIR] [--libdir DIR] [--includedir DIR]
#
# --library is the folder with liblosskit.so and liblosskit.a, such as target/release. --libdir and --includedir are
# relative to the prefix. With DESTDIR in the environment everything is written below it, for packagers. Prints each
# file that it installs. The installed tree may be moved.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
prefix=/usr/local
libdir=lib
includedir=include
library=$root/target/release

fail() {
  echo "install.sh: $*" >&2
  exit 1
}

while [ $# -gt 0 ]; do
  case $1 in
    --library | --prefix | --libdir | --includedir)
      [ $# -ge 2 ] || fail "$1 needs a folder"
      case $1 in
        --library) library=$2 ;;
        --prefix) prefix=$2 ;;
        --libdir) libdir=${2%/} ;;
        --includedir) includedir=${2%/} ;;
      esac
      shift 2
      ;;
    *) fail "unknown argument $1; expected --library, --prefix, --libdir or --includedir" ;;
  esac
done

case $libdir$includedir in
  /*) fail "--libdir and --includedir are relative to the prefix, found $libdir and $includedir" ;;
esac
for file in liblosskit.so liblosskit.a; do
  [ -f "$library/$file" ] || fail "$library/$file does not exist; run 'cargo build --release' first, or name its folder with --library"
done

version=$(sed -n 's/^version *= *"\([^"]*\)".*/\1/p' "$root/Cargo.toml" | head -n 1)
major=${version%%.*}
rest=${version#*.}
minor=${rest%%.*}
# Until 1.0 every minor release is an ABI of its own.
if [ "$major" = 0 ]; then series=0.$minor; else series=$major; fi
shared=liblosskit.so.$version
soname=liblosskit.so.$series
# What `cargo rustc --release --crate-type staticlib -- --print native-static-libs` names, without the C library itself.
private_libs="-lgcc_s -lutil -lrt -lpthread -lm -ldl"

# From a folder below the prefix back to it: one ".." for each of its parts.
back() { echo "$1" | sed 's,[^/][^/]*,..,g'; }

to=${DESTDIR:-}
case $prefix in /*) ;; *) prefix=$(pwd)/$prefix ;; esac
lib=$to$prefix/$libdir
include=$to$prefix/$includedir

put() { # put MODE SOURCE FOLDER [NAME]
  mkdir -p "$3"
  target=$3/${4:-$(basename "$2")}
  # A running program keeps the file that it has mapped: the new one takes its name only when it is whole.
  cp "$2" "$target.new"
  chmod "$1" "$target.new"
  mv -f "$target.new" "$target"
  echo "$target"
}

link() { # link TEXT PATH
  ln -sf "$1" "$2"
  echo "$2"
}

fill() { # fill TEMPLATE FOLDER NAME
  mkdir -p "$2"
  sed -e "s|@VERSION@|$version|g" \
    -e "s|@PC_PREFIX@|\${pcfiledir}/$(back "$libdir/pkgconfig")|g" \
    -e "s|@PC_LIBDIR@|\${prefix}/$libdir|g" \
    -e "s|@INCLUDEDIR@|$includedir|g" \
    -e "s|@LIBDIR@|$libdir|g" \
    -e "s|@PREFIX_FROM_PACKAGE@|$(back "$libdir/cmake/losskit")|g" \
    -e "s|@SHARED_FILE@|$shared|g" \
    -e "s|@STATIC_FILE@|liblosskit.a|g" \
    -e "s|@SONAME@|$soname|g" \
    -e "s|@PRIVATE_LIBS@|$private_libs|g" \
    -e "s|@PRIVATE_LIST@|$(echo "$private_libs" | sed 's/-l//g; s/ /;/g')|g" \
    "$here/$1" >"$2/$3"
  if grep -n '@[A-Z_]*@' "$2/$3" >&2; then fail "$here/$1 has a placeholder that install.sh does not fill"; fi
  chmod 644 "$2/$3"
  echo "$2/$3"
}

put 755 "$library/liblosskit.so" "$lib" "$shared"
link "$shared" "$lib/$soname"
link "$soname" "$lib/liblosskit.so"
put 644 "$library/liblosskit.a" "$lib"
for header in "$root"/include/losskit*.h; do put 644 "$header" "$include"; done
for header in "$root"/bindings/cpp/include/losskit/*.hpp; do put 644 "$header" "$include/losskit"; done
fill losskit.pc.in "$lib/pkgconfig" losskit.pc
fill losskit-config.cmake.in "$lib/cmake/losskit" losskit-config.cmake
fill losskit-config-version.cmake.in "$lib/cmake/losskit" losskit-config-version.cmake
