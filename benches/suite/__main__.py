"""Measures in the folder that run.sh compiled into, and writes docs/performance.md with its pictures and numbers.

See ../run.sh for what it takes.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def environment(name, folder):
    """One pass is a process of its own, because JAX decides about its threads once, when it starts."""
    one = {"OMP_NUM_THREADS": "1", "NPROC": "1", "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"}
    both = {
        "JAX_PLATFORMS": "cpu",
        "CUDA_VISIBLE_DEVICES": "",
        "TF_CPP_MIN_LOG_LEVEL": "3",  # XLA's remarks on how long it compiles
        # Compiled graphs stay from run to run; compiling is in no figure.
        "TORCHINDUCTOR_CACHE_DIR": str(folder / "inductor"),
    }
    return {**os.environ, **both, **(one if name == "one" else {})}


def measure(folder, beyond, patterns):
    """Both passes, one after the other; `beyond` bytes are out of the caches' reach for both."""
    results = []
    for name in ("one", "all"):
        output = folder / f"{name}.json"
        command = [
            sys.executable,
            "-c",
            "import sys; from suite.measure import main; main(*sys.argv[1:5], sys.argv[5:])",
        ]
        command += [name, str(folder), str(output), str(beyond), *patterns]
        subprocess.run(command, env=environment(name, folder), check=True)
        results += json.loads(output.read_text())
    return results


def linear(folder):
    """The fused last layer, by the program that measures it, with all cores: its table, and its numbers."""
    output = folder / "linear.json"
    program = [sys.executable, ROOT / "benches/linear_cross_entropy.py", folder / "liblosskit.so", "--skip", "chunked"]
    text = subprocess.run([*program, "--json", output], check=True, stdout=subprocess.PIPE, text=True).stdout
    return {"text": text, "records": json.loads(output.read_text())}


def main():
    parser = argparse.ArgumentParser(prog="benches/run.sh LIBRARY")
    parser.add_argument("folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--case", nargs="+", default=[], metavar="PATTERN", help="only cases with a name like this")
    parser.add_argument("--report", action="store_true", help="write the page again from the last full run")
    options = parser.parse_args()
    from . import allocations, caches, cases, machine, profile, report

    full = options.folder / "full.json"
    if options.case:
        if not cases.selected(cases.everything() + cases.compute_bound(), options.case):
            sys.exit(f"--case: found {', '.join(options.case)}, which no case's name matches; see suite/cases.py")
        sizes = caches.measure(options.folder)
        print(report.terminal(measure(options.folder, sizes["beyond"], options.case)), "", sep="\n")
        print(f"Out of the caches' reach: {caches.megabytes(sizes['beyond'])}. {caches.sentence(sizes)}")
        return
    if not options.report:
        sizes = caches.measure(options.folder)
        results = {
            "machine": machine.describe(options.folder),
            "caches": sizes,
            "allocations": allocations.count(options.folder),
            "profile": profile.count(options.folder),
            "samples": profile.sample(options.folder),
            "linear": linear(options.folder),
            "records": measure(options.folder, sizes["beyond"], []),
        }
        full.write_text(json.dumps(results, indent=1))
    if not full.exists():
        sys.exit("There is no full run to write about yet: run `make bench` first.")
    results = json.loads(full.read_text())
    if "caches" not in results:
        sys.exit(f"{full} does not say what is out of the caches' reach: run `make bench` again.")
    report.write(results, ROOT)


if __name__ == "__main__":
    main()
