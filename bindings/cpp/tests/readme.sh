#!/bin/sh
# Every C++ block of the README must stand, line by line, in one of the examples, which the tests compile and run.
set -eu

binding=$(cd "$(dirname "$0")/.." && pwd)
awk -v readme="$binding/README.md" '
  FILENAME != readme { sub(/^ +/, ""); if ($0 != "") known[$0] = 1; next }
  /^```cpp$/ { inside = 1; blocks += 1; next }
  /^```$/ { inside = 0; next }
  inside {
    line = $0
    sub(/^ +/, "", line)
    if (line != "" && !(line in known)) { print "README.md:" FNR ": not in an example: " line; bad = 1 }
  }
  END {
    if (blocks == 0) { print "README.md has no C++ block"; bad = 1 }
    exit bad
  }
' "$binding"/examples/*.cpp "$binding/README.md"
