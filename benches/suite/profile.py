"""Where the instructions of a call go, counted by callgrind, and its time, sampled by perf. ../run.sh need have neither."""

import ctypes
import math
import re
import shutil
import subprocess
import sys
from pathlib import Path

from .allocations import CODE, command, target
from .cases import IMAGES, ITEM, Case

# What a function's instructions are counted as: the first that its name matches.
KINDS = {
    "reading and writing": r"tensor::memory|mem(cpy|move)",
    "clearing": r"memset|resize",
    "arithmetic": r"engine::level::",
    "checks, binding, dispatch": r"",
}
LINE = re.compile(r"^\s*([\d,]+) \(\s*[\d.]+%\)\s+(.*)$")


def book():
    """Calls that a context with threads leaves to one: their instructions are all in one place. All numbers are 0."""
    for loss in ("mse", "mae", "huber", "bce", "focal", "hinge(labels=binary)", "squared_hinge(labels=binary)", "l1", "l2"):
        for size in (100, 10_000):
            yield Case("elements", loss, (size,))
    for dtype in ("f64", "bf16", "f16"):
        for loss in ("mse", "bce"):
            yield Case("elements", loss, (10_000,), dtype)
        yield Case("rows", "cross_entropy", (100, 1000), dtype)
        yield Case("images", "cross_entropy", (1, 19, 64, 64), dtype)
    for loss in ("cross_entropy", "multiclass_hinge"):
        for shape in ((64, 10), (1024, 10), (100, 1000)):
            yield Case("rows", loss, shape)
    for loss in ("cross_entropy", "dice"):
        for shape in ((1, 4, 128, 128), (1, 19, 64, 64)):
            yield Case("images", loss, shape)
    for loss in ("jaccard", "tversky"):
        yield Case("images", loss, (1, 19, 64, 64))


def kind(function, kinds):
    return next(name for name, pattern in kinds.items() if re.search(pattern, function))


def watched(folder, function, command, calls):
    """The instructions of a call of a function by kind, that of what they are in, while a command makes so many calls."""
    output = folder / "callgrind.out"
    watch = ["valgrind", "--tool=callgrind", "--collect-atstart=no", f"--toggle-collect={function}"]
    subprocess.run([*watch, f"--callgrind-out-file={output}", *command], check=True, capture_output=True)
    listed = ["callgrind_annotate", "--threshold=100", str(output)]
    printed = subprocess.run(listed, check=True, capture_output=True, text=True).stdout
    sums = dict.fromkeys(KINDS, 0)
    for line in printed.splitlines():
        found = LINE.match(line)
        if found and found[2] != "PROGRAM TOTALS":
            sums[kind(found[2], KINDS)] += int(found[1].replace(",", "")) / calls
    return sums


def loop(case):
    """The name of the loop in C."""
    return f"hand_{case.loss.split('(')[0]}_{case.dtype}"


def steps(folder, case):
    """The instructions of a call at the machine's own SIMD level, and of one in C; nothing where they cannot be counted."""
    classes = 0 if case.group == "elements" else case.classes
    inner = math.prod(case.shape[2:]) if case.group == "images" else 0
    libraries = [folder / "liblosskit.so", folder / "hand.so"]
    problem = [case.spec, loop(case), CODE[case.dtype], target(case), case.shape[0], classes, inner]
    done = subprocess.run([folder / "steps", *libraries, *map(str, problem)], capture_output=True, text=True)
    return [int(number) for number in done.stdout.split()] if done.returncode == 0 else None


def by_hand(folder, case, calls):
    """The instructions of a call of the loop in C; nothing if there is none."""
    library, function = folder / "hand_counted.so", loop(case)
    if not hasattr(ctypes.CDLL(str(library)), function):
        return None
    sizes = [calls, ITEM[case.dtype], case.shape[0], case.classes, math.prod(case.shape[2:])]
    program = [folder / "instructions", library, function, *map(str, sizes)]
    return sum(watched(folder, function, program, calls).values())


def count(folder):
    """For each case the instructions of a call by kind, and of one in C; nothing without callgrind."""
    if not shutil.which("valgrind"):
        return []
    counted = []
    for case in book():
        calls = 200 if case.elements < 1000 else 20
        # Twice as many: on a NULL context, and on one with threads.
        sums = watched(folder, "lk_loss_eval_pair", command(folder, case, calls), 2 * calls)
        shape = "×".join(map(str, case.shape))
        name = " ".join([case.loss, shape] + [case.dtype] * (case.dtype != "f32"))
        hand = by_hand(folder, case, calls)
        counted.append(
            {"case": name, "elements": case.elements, "kinds": sums, "hand": hand, "steps": steps(folder, case)}
        )
    return counted


# What a function's samples are counted as.
WORK = {
    "kernel of products": r"microkernel",
    "packing for products": r"pack_operands",
    "widening": r"[Ww]iden",
    "rounding": r"[Nn]arrow",
    "copies": r"mem(cpy|move)|transpose|copy_",
    "clearing": r"memset|resize",
    "second pass": r"GradientWork",
    "arithmetic": r"engine::",
    "other": r"",
}
SAMPLED = re.compile(r"^\s*([\d.]+)%\s*\|(\S+)\s*\|\s*\[\.\]\s+(.*)$")


def sampled(name, folder, command):
    """The shares of the samples of a command in losskit, and in what it calls of the C library; nothing if perf may not."""
    output = folder / "perf.data"
    record = ["perf", "record", "-q", "-e", "cpu-clock", "-F", "2000", "-o", output, *command]
    if subprocess.run(record, capture_output=True).returncode:
        return None
    report = ["perf", "report", "-i", output, "--stdio", "--sort", "dso,symbol", "--field-separator", "|"]
    printed = subprocess.run(report, check=True, capture_output=True, text=True).stdout
    sums = dict.fromkeys(WORK, 0.0)
    for line in printed.splitlines():
        found = SAMPLED.match(line)
        if found and (found[2].startswith("liblosskit") or (found[2].startswith("libc.") and "mem" in found[3])):
            sums[kind(found[3], WORK)] += float(found[1])
    total = sum(sums.values())
    return {"case": name, "shares": {kind: share / total for kind, share in sums.items()}} if total else None


def sample(folder):
    """Where the time of some calls on large inputs goes; nothing without perf."""
    if not shutil.which("perf"):
        return []
    cases = [Case("rows", "cross_entropy", (256, 128256), dtype) for dtype in ("f32", "bf16", "f16")]
    cases += [Case("images", "cross_entropy", IMAGES[1], dtype) for dtype in ("f32", "bf16", "f16")]
    cases += [Case("images", "dice", IMAGES[1])]
    runs = [(case.name, command(folder, case, 20)) for case in cases]
    program = Path(__file__).resolve().parents[1] / "linear_cross_entropy.py"
    layer = [sys.executable, program, folder / "liblosskit.so", "--memory", "losskit"]
    runs.append(("linear_cross_entropy 1024×768×128256", layer))
    return [entry for name, run in runs if (entry := sampled(name, folder, run))]
