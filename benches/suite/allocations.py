"""How often calls ask for memory, counted by ../c/allocations.c."""

import subprocess

from .cases import IMAGES, Case
from .native import CODES

CODE = {"f32": CODES["float32"], "f64": CODES["float64"], "f16": CODES["float16"], "bf16": CODES["bfloat16"]}
CALLS = 4  # the last of which is counted


def book():
    """One case of every kind of loss and type, small and large."""
    for dtype in CODE:
        for size in (100, 1_000_000):
            yield Case("elements", "bce", (size,), dtype)
        for shape in ((64, 10), (512, 1000), (16, 128256)):
            yield Case("rows", "cross_entropy", shape, dtype)
        yield Case("rows", "multiclass_hinge", (512, 1000), dtype)
        for loss in ("cross_entropy", "dice"):
            for shape in IMAGES:
                yield Case("images", loss, shape, dtype)


def target(case):
    """What the programs in ../c call a case's target."""
    if not case.has_target:
        return "none"
    return "same" if case.group == "elements" else "labels"


def command(folder, case, calls):
    """The program that makes so many calls on a NULL context, and as many on one with threads."""
    parts = [folder / "allocations", calls, case.spec, CODE[case.dtype], target(case), *case.shape]
    return [str(part) for part in parts]


def count(folder):
    """For each case the allocations of a call on a NULL context and on one with threads."""
    counted = []
    for case in book():
        made = subprocess.run(command(folder, case, CALLS), check=True, capture_output=True, text=True)
        alone, pooled = map(int, made.stdout.split())
        counted.append(
            {"case": f"{case.loss} {'×'.join(map(str, case.shape))} {case.dtype}", "null": alone, "pool": pooled}
        )
    return counted
