"""Writes the reference vectors, after checking every case against live frameworks and against central differences."""

import argparse
import collections
import math
import pathlib
import sys
import warnings

import numpy

import cases_compose
import cases_elementwise
import cases_errors
import cases_keras
import cases_linear
import cases_overlap
import cases_rowwise
import differences
import frameworks
import record
from torch_losses import SOURCE

FOLDER = pathlib.Path(__file__).resolve().parent.parent
TOLERANCE = {"f32": 2e-6, "f64": 1e-12}
# How far PyTorch and Keras may be off in f32 where their own rounding loses digits; the case says why.
ROUGH = 2e-3


def disagreement(found, wanted, tolerance):
    """The largest error over tolerance * max(|expected|, scale), as README.md measures it; 0 is perfect, above 1 fails."""
    found, wanted = numpy.asarray(found, float).ravel(), numpy.asarray(wanted, float).ravel()
    if found.shape != wanted.shape:
        return math.inf
    finite = numpy.isfinite(wanted)
    if not numpy.array_equal(found[~finite], wanted[~finite], equal_nan=True):
        return math.inf
    if not finite.any():
        return 0.0
    gap, scale = numpy.abs(found[finite] - wanted[finite]).max(), numpy.abs(wanted[finite]).max()
    if numpy.isnan(gap):
        return math.inf
    return 0.0 if gap == 0 else (math.inf if scale == 0 else gap / (tolerance * scale))


class Tally:
    def __init__(self):
        self.cases, self.checks, self.apart = collections.Counter(), collections.defaultdict(collections.Counter), []
        self.failures, self.rough = [], 0

    def check(self, case, dtype, results):
        """Runs the frameworks on one case and compares."""
        value, gradients, _ = results
        if case.alone:
            self.apart.append((case.name, case.alone))
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                answer, slopes = frameworks.ask(case, dtype)
                own = frameworks.native(case, dtype)
            except Exception as refusal:
                self.failures.append(f"{case.name} {dtype}: the framework refuses: {refusal!r}"[:400])
                return
        if answer.shape != value[0]:
            self.failures.append(f"{case.name} {dtype}: shape {answer.shape}, expected {value[0]}")
        self.compare(case, dtype, "value", answer, value[1])
        if own is not None:
            self.compare(case, dtype, "value by PyTorch's own reduction", own, value[1])
            self.checks[case.file]["PyTorch's own reduction"] += 1
        if not case.alone_gradient:
            for name, (_, expected) in gradients.items():
                self.compare(case, dtype, f"gradient {name}", slopes[name], expected)
        else:
            self.apart.append((f"{case.name} (gradient)", case.alone_gradient))
        names = {"Keras" if t.name.startswith("keras.") else SOURCE[t.name] for t in case.terms}
        self.checks[case.file][" and ".join(sorted(names))] += 1

    def compare(self, case, dtype, what, found, wanted):
        off = disagreement(found, wanted, TOLERANCE[dtype])
        if off > 1 and dtype == "f32" and case.rough_f32:
            off = disagreement(found, wanted, ROUGH)
            self.rough += 1
        if not off <= 1:
            found = numpy.asarray(found).ravel().tolist()
            self.failures.append(
                f"{case.name} {dtype} {what}: {off:.3g} times the tolerance\n  {case.spec}\n  framework {found[:9]}\n  expected  {list(wanted)[:9]}"
            )

    def report(self):
        reasons = collections.Counter(reason for _, reason in self.apart)
        for file, count in self.cases.items():
            with_whom = ", ".join(f"{n} with {who}" for who, n in sorted(self.checks[file].items()))
            print(f"{file:40} {count:4} cases; checked: {with_whom or 'none'}")
        print(
            f"{self.rough} answers in f32 off by up to {ROUGH:g}, where the framework's own f32 arithmetic loses digits"
        )
        for reason, count in reasons.items():
            print(f"not checked, {count}: {reason}")
        for failure in self.failures:
            print("DISAGREES", failure)
        checked = sum(sum(c.values()) for c in self.checks.values())
        print(
            f"{sum(self.cases.values())} cases, {checked} checks in live frameworks, {len(self.failures)} disagreements"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mode", nargs="?", default="write", choices=["write", "check"])
    parser.add_argument("--only", default="", help="files whose name contains this")
    arguments = parser.parse_args()
    modules = (cases_elementwise, cases_rowwise, cases_linear, cases_overlap, cases_compose, cases_keras)
    tally, stale = Tally(), []
    texts = {}
    for book in (book for module in modules for book in module.books()):
        if arguments.only not in book.file:
            continue
        parts = []
        for case in book.cases:
            text, results = record.records(case)
            parts.append(text)
            tally.cases[book.file] += 1
            for dtype, result in results.items():
                tally.check(case, dtype, result)
            tally.failures += differences.check(case)
        texts[f"{book.file}.txt"] = "\n".join(parts)
    if not arguments.only:
        texts["errors.txt"] = cases_errors.text()
    for name, text in texts.items():
        path = FOLDER / name
        if arguments.mode == "write":
            path.write_text(text)
        elif not path.is_file() or path.read_text() != text:
            stale.append(name)
    tally.report()
    for name in stale:
        print(f"STALE {name}")
    sys.exit(1 if tally.failures or stale else 0)


if __name__ == "__main__":
    main()
