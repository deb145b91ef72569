#!/bin/sh
# Runs every C test program and the checks that need no program, and adds them up. See the Makefile for its arguments.
build=$1 library=$2 fault_library=$3 include_folder=$4 vectors=$5
passed=0 failed=0

check() { # DESCRIPTION STATUS: one check that needs no program
  if [ "$2" -eq 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "tests/c/run.sh: failed: $1"
  fi
}

# NAME SECONDS [ARGUMENTS…]: a program that dies, hangs or does not count its checks is a failure of its own.
program() {
  name=$1 seconds=$2
  shift 2
  echo "== $name"
  if [ -n "$MEMCHECK" ]; then
    timeout 900 valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite \
      --errors-for-leak-kinds=definite --log-file="$build/$name.valgrind" "$build/$name" "$@" >"$build/$name.log" 2>&1
  else
    timeout "$seconds" "$build/$name" "$@" >"$build/$name.log" 2>&1
  fi
  status=$?
  cat "$build/$name.log"
  [ "$status" -ne 99 ] || cat "$build/$name.valgrind"
  last=$(tail -n 1 "$build/$name.log" | grep -E '^[0-9]+ passed, [0-9]+ failed$')
  if [ -z "$last" ]; then
    check "$name ended with status $status before it had counted its checks" 1
    return
  fi
  here_failed=${last#*, }
  passed=$((passed + ${last%% *}))
  failed=$((failed + ${here_failed%% *}))
  if [ "$here_failed" = "0 failed" ] && [ "$status" -ne 0 ]; then # valgrind's findings, or a death after the last line
    check "$name passed every check and ended with status $status" 1
  fi
}

# The header is complete by itself, in C and in C++, and its warnings are nobody's problem.
header() {
  echo "== header"
  for header in losskit.h losskit_dlpack.h; do
    [ -f "$include_folder/$header" ] || { check "$include_folder/$header exists" 1; continue; }
    printf '#include "%s"\n#include "%s"\nint nothing;\n' "$header" "$header" >"$build/alone.c"
    for standard in c99 c11 c17; do
      ${CC:-cc} -std=$standard -Wall -Wextra -Wpedantic -Wundef -Wc++-compat -Wconversion -Wstrict-prototypes -Werror \
        -I"$include_folder" -fsyntax-only "$build/alone.c"
      check "$header compiles alone and twice as $standard" $?
    done
    for standard in c++17 c++20; do
      ${CXX:-c++} -std=$standard -x c++ -Wall -Wextra -Wpedantic -Wundef -Werror -I"$include_folder" -fsyntax-only \
        "$build/alone.c"
      check "$header compiles alone and twice as $standard" $?
    done
  done
}

# What the library exports is what the header declares, and both are what symbols.txt lists.
symbols() {
  echo "== symbols"
  nm -D --defined-only "$library/liblosskit.so" | awk '{ print $NF }' | sort >"$build/exported.txt"
  diff symbols.txt "$build/exported.txt"
  check "the library exports exactly the functions of tests/c/symbols.txt" $?
  grep -v '^ *[/*]' "$include_folder/losskit.h" | grep -o 'lk_[a-z0-9_]*(' | tr -d '(' | sort -u >"$build/declared.txt"
  diff symbols.txt "$build/declared.txt"
  check "the header declares exactly the functions of tests/c/symbols.txt" $?
  readelf -d "$library/liblosskit.so" | grep -q 'SONAME.*liblosskit\.so'
  check "the library has a soname" $?
  ! readelf -d "$library/liblosskit.so" | grep -q TEXTREL
  check "the library's code is position-independent" $?
}

# A locale that writes 1,5: made here, or the machine's own, or nothing where there is neither.
comma_locale() {
  mkdir -p "$build/locale"
  if localedef -i de_DE -f UTF-8 "$build/locale/de_DE.UTF-8" >/dev/null 2>&1; then
    LOCPATH=$build/locale
    export LOCPATH
    locale=de_DE.UTF-8
  elif locale -a 2>/dev/null | grep -qx 'de_DE.utf8'; then
    locale=de_DE.utf8
  else
    locale=
  fi
}

header
symbols
program layout 10
program vectors 300 "$vectors"
program bad_arguments 20
program bad_sizes 20
program bad_tensors 20
program bad_overlaps 20
program bad_targets 20
program bad_specs 60
program empty 20
program calls 60
program questions 20
program advice 20
if [ -z "$MEMCHECK" ]; then
  program guard_pages 120
  program threads 600
  program sharing 300
  comma_locale
  program dynamic 60 "$library/liblosskit.so" "$locale"
  # A destroy that panics leaks what it should have freed, which memcheck would count.
  program panic 30 symbols.txt
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
