#!/bin/sh
# make bench: losskit beside its peers in one run; writes docs/performance.md, docs/performance.csv and pictures.
#
#   benches/run.sh LIBRARY                      everything, in some 25 minutes; the first time peers are downloaded
#   benches/run.sh LIBRARY --case PATTERN ...   only cases whose names match, to the terminal: --case 'mse 1*'
#   benches/run.sh LIBRARY --report             docs/performance.md again from the last full run
#   benches/run.sh LIBRARY --quick              a few cases beside hand-written C, in seconds, by a compiler alone
set -eu
[ $# -ge 1 ] && [ -d "$1" ] || { echo "run.sh: found '${1:-}'; expected the folder of liblosskit.so first" >&2; exit 2; }
library=$(cd "$1" && pwd)
shift
cd "$(dirname "$0")/.."
folder=$PWD/build/bench
environment=$PWD/build/bench-python
mkdir -p "$folder"

# The peer has every help that a compiler gives; what only measures is compiled plainly.
fast="-std=gnu11 -O3 -march=native -ffast-math -Wall -Wextra"
plain="-std=gnu11 -O2 -Wall -Wextra -Iinclude"
compiler=${CC:-cc}
case $(uname -m) in
x86_64) counted="$(echo "$fast" | sed 's/=native/=x86-64-v3/')" ;;
*) counted=$fast ;;
esac

# Copied, so that a build that goes on meanwhile does not change what is measured.
cp "$library/liblosskit.so" "$folder/liblosskit.so"
soname=$(objdump -p "$folder/liblosskit.so" | sed -n 's/.*SONAME *//p')
[ -z "$soname" ] || ln -sf liblosskit.so "$folder/$soname"
link="-L$folder -llosskit -Wl,-rpath,$folder"
# shellcheck disable=SC2086  # the options are several words
{
  $compiler $fast -fPIC -shared benches/c/hand.c benches/c/hand_f16.c -lm -o "$folder/hand.so"
  $compiler $plain -fPIC -shared benches/c/driver.c $link -o "$folder/driver.so"
}
if [ "${1:-}" = --quick ]; then
  # shellcheck disable=SC2086
  $compiler $plain benches/c/quick.c "$folder/driver.so" "$folder/hand.so" $link -lm -o "$folder/quick"
  exec "$folder/quick"
fi

if ! cmp -s benches/requirements.txt "$environment/requirements.txt"; then
  echo "The peers go into build/bench-python; PyTorch alone is some gigabytes." >&2
  "${PYTHON:-python3}" -m venv --clear "$environment"
  "$environment/bin/pip" install --quiet --requirement benches/requirements.txt
  cp benches/requirements.txt "$environment/requirements.txt"
fi
# oneDNN's package has no headers; PyTorch's has, of the same major version, within which the interface only grows.
torch=$("$environment/bin/python" -c 'from importlib.util import find_spec; print(find_spec("torch").origin)')
headers=$(dirname "$torch")/include
# shellcheck disable=SC2086
{
  $compiler $fast -fPIC -fopenmp -shared benches/c/probe.c -o "$folder/probe.so"
  $compiler $plain benches/c/allocations.c $link -o "$folder/allocations"
  # callgrind knows no AVX-512, so losskit is counted at the level below, and the loops in C with it.
  $compiler $counted -fPIC -shared benches/c/hand.c benches/c/hand_f16.c -lm -o "$folder/hand_counted.so"
  $compiler $plain benches/c/instructions.c -ldl -o "$folder/instructions"
  $compiler $plain benches/c/steps.c -ldl -o "$folder/steps"
  $compiler $fast -fPIC -shared benches/c/onednn.c -I"$headers" -L"$environment/lib" -ldnnl -lm \
    -Wl,-rpath,"$environment/lib" -o "$folder/onednn.so"
}

export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$PWD/benches"
exec "$environment/bin/python" -m suite "$folder" "$@"
