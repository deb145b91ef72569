"""Derivatives against central differences of the value, in 120 digits: the formulas must agree with themselves.

At a kink, at a clip's end and at an infinity a difference says nothing; there the one-sided slopes disagree, which is how
such a place is told apart from a wrong formula.
"""

import math
import zlib

import numpy
from mpmath import mp, mpf

import reduce
from oracle import Tensor, number

STEP = mpf(2) ** -120
SAMPLES = 4


def check(case):
    """Sentences about derivatives that differ from central differences at a few random places."""
    failures = []
    for name in ("input", "weights", "prediction", "weight", "bias", "table"):
        if name in case.operands:
            with mp.workdps(120):
                failures += check_operand(case, name)
    return failures


def plain(term):
    """The term with its exact second derivative, neither scaled nor floored."""
    if term.name.startswith("keras."):
        return term
    given = {k: v for k, v in term.given.items() if not k.startswith("hessian")}
    return reduce.Term(term.name, given, term.factor)


def check_operand(case, name):
    dtype = case.dtypes[-1]
    terms = [plain(term) for term in case.terms]
    base = reduce.evaluate(terms, case.operands, dtype)
    if base.gradient.get(name) is None or not all(mp.isfinite(v) for v in base.value):
        return []
    upstream = case.operands.get("grad_output")
    g = [number(v) for v in upstream.values] if upstream else [mpf(1)] * len(base.value)
    source = case.operands[name]

    def total(k, shift):
        values = list(source.values)
        values[k] = number(values[k]) + shift
        moved = case.operands | {name: Tensor("f", source.shape, values)}
        return sum((a * b for a, b in zip(g, reduce.evaluate(terms, moved, dtype).value)), mpf(0))

    rng = numpy.random.default_rng(zlib.crc32(case.name.encode()))
    places = [k for k, v in enumerate(source.values) if math.isfinite(v)]
    failures = []
    large = len(source.values) > 100
    for k in rng.permutation(places)[: 1 if large else SAMPLES]:
        try:
            far_below, below, here, above, far_above = (total(k, n * STEP) for n in (-2, -1, 0, 1, 2))
        except TypeError:  # A logarithm of a negative number is complex: the place is an end of the loss's domain.
            continue
        left, right = (here - below) / STEP, (above - here) / STEP
        scale = 1 + abs(left) + abs(right)
        slope = base.gradient[name][k]
        if not mp.isfinite(left + right) or abs(right - left) > mpf("1e-9") * scale or slope is None:
            continue
        if abs((left + right) / 2 - slope) > mpf("1e-20") * scale:
            failures.append(
                f"{case.name}: gradient {name}[{k}] = {mp.nstr(slope, 17)}, differences say {mp.nstr((left + right) / 2, 17)}"
            )
        curves = base.hessian.get(name)
        if curves is None or curves[k] is None or not case.hessian:
            continue
        curve = (right - left) / STEP
        sides = (far_below - 2 * below + here) / STEP**2, (here - 2 * above + far_above) / STEP**2
        if abs(sides[1] - sides[0]) > mpf("1e-9") * (1 + abs(curve)):
            continue
        if abs(curve - curves[k]) > mpf("1e-20") * (1 + abs(curve)):
            failures.append(
                f"{case.name}: hessian {name}[{k}] = {mp.nstr(curves[k], 17)}, differences say {mp.nstr(curve, 17)}"
            )
    return failures
