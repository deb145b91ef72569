#!/bin/sh
# The reference vectors, made again and checked: run.sh [write | check | live | accuracy] [options]. See ../README.md.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
environment=$root/build/vectors-python
python=${PYTHON:-python3}

if ! cmp -s "$here/requirements.txt" "$environment/requirements.txt"; then
    "$python" -m venv "$environment"
    "$environment/bin/pip" install --quiet --requirement "$here/requirements.txt"
    cp "$here/requirements.txt" "$environment/requirements.txt"
fi

export KERAS_BACKEND=torch PYTHONDONTWRITEBYTECODE=1
mode=${1:-write}
[ $# -gt 0 ] && shift
case $mode in
    write | check) exec "$environment/bin/python" "$here/generate.py" "$mode" "$@" ;;
    live) exec "$environment/bin/python" "$here/live.py" "$@" ;;
    accuracy) exec "$environment/bin/python" "$here/accuracy.py" "$@" ;;
    *) echo "run.sh: found '$mode'; expected write, check, live or accuracy" >&2; exit 2 ;;
esac
