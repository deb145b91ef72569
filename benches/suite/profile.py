"""Where the instructions of a call go, counted by callgrind, which ../run.sh need not have."""

import re
import shutil
import subprocess

from .allocations import command
from .cases import Case

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
    for loss in ("mse", "bce", "focal", "hinge(labels=binary)"):
        for size in (100, 10_000):
            yield Case("elements", loss, (size,))
    for dtype in ("f64", "bf16", "f16"):
        for loss in ("mse", "bce"):
            yield Case("elements", loss, (10_000,), dtype)
        yield Case("rows", "cross_entropy", (100, 1000), dtype)
        yield Case("images", "cross_entropy", (1, 19, 64, 64), dtype)
    for loss in ("cross_entropy", "multiclass_hinge"):
        for shape in ((64, 10), (100, 1000)):
            yield Case("rows", loss, shape)
    for loss in ("cross_entropy", "dice"):
        for shape in ((1, 4, 128, 128), (1, 19, 64, 64)):
            yield Case("images", loss, shape)


def kind(function):
    return next(name for name, pattern in KINDS.items() if re.search(pattern, function))


def count(folder):
    """For each case the instructions of a call by kind; nothing without callgrind."""
    if not shutil.which("valgrind"):
        return []
    counted = []
    output = folder / "callgrind.out"
    for case in book():
        calls = 200 if case.elements < 1000 else 20
        watch = ["valgrind", "--tool=callgrind", "--collect-atstart=no", "--toggle-collect=lk_loss_eval_pair"]
        watch += [f"--callgrind-out-file={output}", *command(folder, case, calls)]
        subprocess.run(watch, check=True, capture_output=True)
        listed = ["callgrind_annotate", "--threshold=100", str(output)]
        printed = subprocess.run(listed, check=True, capture_output=True, text=True).stdout
        sums = dict.fromkeys(KINDS, 0)
        for line in printed.splitlines():
            found = LINE.match(line)
            if found and found[2] != "PROGRAM TOTALS":
                sums[kind(found[2])] += int(found[1].replace(",", "")) / (2 * calls)
        shape = "×".join(map(str, case.shape))
        name = " ".join([case.loss, shape] + [case.dtype] * (case.dtype != "f32"))
        counted.append({"case": name, "elements": case.elements, "kinds": sums})
    return counted
