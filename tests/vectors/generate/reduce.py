"""From loss elements to the value and derivatives of a call: weights, masks, divisors, the empty policy and sums of terms."""

from dataclasses import dataclass

import keras_oracle
import walk
from oracle import NAN, ONE, ZERO, number


@dataclass
class Term:
    """One `factor * name(parameters)` of a spec."""

    name: str
    given: dict
    factor: float = 1

    def text(self):
        def word(value):
            if value is None:
                return "none"
            if isinstance(value, bool):
                return str(value).lower()
            if isinstance(value, (list, tuple)):
                return "[" + ", ".join(map(word, value)) + "]"
            return str(value)

        inside = ", ".join(f"{key}={word(value)}" for key, value in self.given.items())
        return self.name + (f"({inside})" if inside else "")


def spec_text(terms):
    text = ""
    for k, term in enumerate(terms):
        minus = term.factor < 0
        text += (" - " if minus else " + ") if k else ("-" if minus else "")
        text += (f"{abs(term.factor)}*" if abs(term.factor) != 1 else "") + term.text()
    return text


@dataclass
class Result:
    shape: tuple
    value: list
    gradient: dict  # operand name -> list, or None where a derivative is not defined
    hessian: dict


class Empty(Exception):
    """A mean over nothing under empty=error."""


def evaluate(terms, operands, dtype):
    """The value and derivatives of a sum of terms for one float type."""
    total = None
    for term in terms:
        one = evaluate_term(term, operands, dtype)
        factor = number(term.factor)
        scaled = lambda values: None if values is None else [None if v is None else factor * v for v in values]
        one = Result(
            one.shape,
            scaled(one.value),
            {k: scaled(v) for k, v in one.gradient.items()},
            {k: scaled(v) for k, v in one.hessian.items()},
        )
        total = one if total is None else add(total, one)
    return total


def add(a, b):
    assert a.shape == b.shape

    def merged(left, right):
        if left is None or right is None:
            return None
        return [None if x is None or y is None else x + y for x, y in zip(left, right)]

    def union(left, right):
        return {
            k: merged(left[k], right[k]) if k in left and k in right else left.get(k, right.get(k))
            for k in (*left, *(k for k in right if k not in left))
        }

    # A term without a second derivative in an operand leaves the sum without one.
    lacking = {k for one in (a, b) for k in one.gradient if k not in one.hessian}
    hessian = {k: v for k, v in union(a.hessian, b.hessian).items() if k not in lacking}
    return Result(a.shape, merged(a.value, b.value), union(a.gradient, b.gradient), hessian)


def evaluate_term(term, operands, dtype):
    if term.name.startswith("keras."):
        return keras_oracle.evaluate(term, operands, dtype)
    p = walk.parameters(term.name, term.given)
    items, shape = walk.elements(term.name, p, operands)
    overlap = term.name in walk.oracle.OVERLAP
    sample_weight, mask = walk.operand(p, operands, "sample_weight"), walk.operand(p, operands, "mask")
    weights = [number(v) for v in sample_weight.values] if sample_weight is not None else [ONE] * len(items)
    counts = [item.counts for item in items]
    if mask is not None and not overlap:
        counts = [c and m != 0 for c, m in zip(counts, mask.values)]
    upstream = operands.get("grad_output")
    reduction = p["reduction"]
    if reduction == "none":
        scale = [number(v) for v in upstream.values] if upstream is not None else [ONE] * len(items)
        value = [w * item.value if c else ZERO for w, item, c in zip(weights, items, counts)]
        return Result(shape, value, *derivatives(term, p, operands, items, weights, counts, scale))
    divisor = ONE
    if reduction != "sum":
        entering = [w * item.weight if reduction == "weighted_mean" else ONE for w, item in zip(weights, items)]
        divisor = sum((e for e, c in zip(entering, counts) if c), ZERO)
        fixed = walk.operand(p, operands, "denominator")
        if fixed is not None:
            divisor = number(fixed.values[0])
        elif p["denominator"] is not None:
            divisor = p["denominator"]
    total = sum((w * item.value for w, item, c in zip(weights, items, counts) if c), ZERO)
    g = number(upstream.values[0]) if upstream is not None else ONE
    if divisor == 0:
        if p["empty"] == "error":
            raise Empty
        hole = NAN if p["empty"] == "nan" else ZERO
        fill = {p[role][1:]: [hole] * len(x.values) for role, x in differentiated(p, operands)}
        curved = p["empty"] == "zero" and has_hessian(term.name)
        return Result((), [hole], fill, fill if curved else {})
    return Result(
        (), [total / divisor], *derivatives(term, p, operands, items, weights, counts, [g / divisor] * len(items))
    )


def differentiated(p, operands):
    """The operands that derivatives are taken by, with their parameter: the input, and those of a layer."""
    found = [(role, walk.operand(p, operands, role)) for role in ("input", "weight", "bias")]
    return [(role, x) for role, x in found if x is not None]


def has_hessian(name):
    return name in walk.oracle.ELEMENTWISE or name in ("cross_entropy", "categorical_focal")


def derivatives(term, p, operands, items, weights, counts, scale):
    x, name = walk.operand(p, operands, "input"), p["input"][1:]
    gradient, hessian = [ZERO] * len(x.values), [ZERO] * len(x.values)
    for item, w, c, s in zip(items, weights, counts, scale):
        if not c:
            continue
        for k, slope in item.gradient.items():
            gradient[k] = None if slope is None or gradient[k] is None else gradient[k] + s * w * slope
        for k, curve in (item.hessian or {}).items():
            bent = None if curve is None else p["hessian_scale"] * curve
            bent = bent if bent is None or p["hessian_min"] is None else max(bent, p["hessian_min"])
            hessian[k] = None if bent is None else hessian[k] + s * w * bent
    gradients = {name: gradient}
    for role, tensor in differentiated(p, operands)[1:]:
        gradients[p[role][1:]] = total = [ZERO] * len(tensor.values)
        for item, w, c, s in zip(items, weights, counts, scale):
            for k, slope in item.layer[role].items() if c else ():
                total[k] += s * w * slope
    return gradients, {name: hessian} if has_hessian(term.name) else {}
