#!/bin/sh
# Builds and runs the tests and examples of the C++ binding against a built library.
#
#   run.sh [LIBRARY_FOLDER] [BUILD_FOLDER]
#
# LIBRARY_FOLDER has liblosskit.so and liblosskit.a (default: target/release of this checkout). Ends with a line
# "N passed, M failed" that counts GoogleTest's tests and every other program; exits with 1 if one failed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
library=${1:-$root/target/release}
build=${2:-$root/build/cpp}

cmake -S "$root/bindings/cpp" -B "$build" -DCMAKE_BUILD_TYPE=Release -DLOSSKIT_LIBRARY="$library/liblosskit.so" >"$build.log" 2>&1 || {
  cat "$build.log" >&2
  exit 1
}
cmake --build "$build" --parallel "${JOBS:-2}" >>"$build.log" 2>&1 || {
  tail -n 60 "$build.log" >&2
  echo "the C++ tests do not compile" >&2
  exit 1
}

passed=0
failed=0
count() { # count NAME STATUS
  if [ "$2" -eq 0 ]; then
    passed=$((passed + 1))
    echo "ok      $1"
  else
    failed=$((failed + 1))
    echo "FAILED  $1"
  fi
}

status=0
"$build/tests/losskit_tests" --gtest_brief=1 --gtest_output="json:$build/tests.json" || status=$?
tests=$(sed -n '1,3s/.*"tests": \([0-9]*\).*/\1/p' "$build/tests.json" | head -n 1)
failures=$(sed -n '1,4s/.*"failures": \([0-9]*\).*/\1/p' "$build/tests.json" | head -n 1)
failed=$((failed + failures))
passed=$((passed + tests - failures))
# A crash leaves no report, or one without failures.
if [ "$status" -ne 0 ] && [ "$failures" -eq 0 ]; then failed=$((failed + 1)); fi

for program in no_exceptions version_mismatch two_units_17 two_units_20 two_units_23 two_units_17_no_exceptions \
  two_units_20_no_exceptions two_units_23_no_exceptions static_library; do
  status=0
  "$build/tests/$program" || status=$?
  count "$program" "$status"
done
for example in quick_start operands executor; do
  status=0
  "$build/examples/example_$example" >"$build/$example.out" || status=$?
  count "examples/$example" "$status"
done

status=0
sh "$here/readme.sh" || status=$?
count "README.md shows the examples as they are" "$status"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
