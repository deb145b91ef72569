"""Where the instructions of a call go, counted by callgrind, which ../run.sh need not have."""

import ctypes
import re
import shutil
import subprocess

from .allocations import command
from .cases import ITEM, Case

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
            sums[kind(found[2])] += int(found[1].replace(",", "")) / calls
    return sums


def by_hand(folder, case, calls):
    """The instructions of a call of the loop in C; nothing if there is none."""
    library, function = folder / "hand_counted.so", f"hand_{case.loss.split('(')[0]}_{case.dtype}"
    if not hasattr(ctypes.CDLL(str(library)), function):
        return None
    inner = case.elements // (case.shape[0] * case.classes)
    sizes = [calls, ITEM[case.dtype], case.shape[0], case.classes, inner]
    command = [folder / "instructions", library, function, *map(str, sizes)]
    return sum(watched(folder, function, command, calls).values())


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
        counted.append({"case": name, "elements": case.elements, "kinds": sums, "hand": hand})
    return counted
