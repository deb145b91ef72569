#!/usr/bin/env bash
# make test: every test of every language. Ends with one line, "N passed, M failed".
#
# Each step's output goes to build/test/NAME.log and is shown when the step fails. A step counts its own tests; one
# that counts nothing counts as one.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

log=build/test
mkdir -p "$log"
passed=0
failed=0

# step NAME COUNTER COMMAND…: runs it, counts with COUNTER (which reads the log and prints "passed failed").
step() {
  local name=$1 counter=$2 started=$SECONDS status=0
  shift 2
  printf '%-28s ' "$name"
  "$@" >"$log/$name.log" 2>&1 </dev/null || status=$?
  local counts
  counts=$($counter "$log/$name.log")
  local ok=${counts% *} bad=${counts#* }
  if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
  if [ "$status" -eq 0 ] && [ "$ok" -eq 0 ]; then ok=1; fi
  passed=$((passed + ok))
  failed=$((failed + bad))
  printf '%7d passed %4d failed %4d s\n' "$ok" "$bad" $((SECONDS - started))
  if [ "$bad" -ne 0 ]; then
    tail -n 80 "$log/$name.log" | sed 's/^/    /'
  fi
}

one() { echo "0 0"; }
rust() { awk '/^test result:/ { p += $4; f += $6 } END { print p + 0, f + 0 }' "$1"; }
plain() { awk '/^[0-9]+ passed, [0-9]+ failed$/ { p = $1; f = $3 } END { print p + 0, f + 0 }' "$1"; }
python() { awk '/ \.\.\. ok$/ { p++ } / \.\.\. (FAIL|ERROR)$/ { f++ } END { print p + 0, f + 0 }' "$1"; }
go_tests() { awk '/^ *--- PASS/ { p++ } /^ *--- FAIL/ { f++ } END { print p + 0, f + 0 }' "$1"; }

examples/demo/tools.sh test || exit 1

# Every package of the library has the features that it has in tests: otherwise another library would be tested, and each
# of the two would be compiled anew after the other.
same_library() {
  packages() { cargo tree --locked --prefix none --format '{p} {f}' "$@" | sed 's/ (\*)$//' | sort -u; }
  local built tested others
  built=$(packages --edges no-dev) && tested=$(packages) && [ -n "$built" ] || return 1
  others=$(comm -23 <(echo "$built") <(echo "$tested"))
  if [ -n "$others" ]; then printf 'built, but not as in tests:\n%s\n' "$others"; fi
  [ -z "$others" ]
}

step format one cargo fmt --check
step same_library one same_library
step build one make --no-print-directory build
step clippy one cargo clippy --release --locked --all-targets -- -D warnings
step rust_units rust cargo test --locked --lib
step rust_integration rust cargo test --release --locked --test '*' --no-fail-fast
step rust_documentation rust cargo test --release --locked --doc
step fault_library one cargo build --locked --lib --features fault-injection --target-dir build/faults
step c plain make --no-print-directory -C tests/c check LIBRARY="$PWD/target/release" \
  FAULT_LIBRARY="$PWD/build/faults/debug" INCLUDE="$PWD/include"
step cpp plain bindings/cpp/tests/run.sh target/release build/cpp
go_step() { (cd bindings/go && "$@"); }
step go_format one go_step sh -c 'test -z "$(gofmt -l .)"'
step go_vet one go_step go vet -tags losskit_dev ./...
step go_race go_tests go_step go test -tags losskit_dev -count=1 -race -v ./...
step go_cgocheck go_tests go_step env GOEXPERIMENT=cgocheck2 go test -tags losskit_dev -count=1 -v ./...
step go_quickstart one go_step go run -tags losskit_dev ./examples/quickstart
step consumers plain tests/consumers/run.sh target/release
step readme plain tests/readme/run.sh target/release
step benchmark one benches/run.sh target/release --quick
step benchmark_judgement python env PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=benches python3 -m unittest -v suite.test_judgement
step demo one make --no-print-directory demo
go_others() {
  for folder in examples/demo/go tests/consumers/go; do
    (cd "$folder" && test -z "$(gofmt -l .)") || return 1
  done
}
step go_others one go_others

echo
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
