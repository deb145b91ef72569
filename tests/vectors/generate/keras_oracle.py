"""The losses of the keras dialect: what Keras 3 computes, in 60-digit arithmetic.

Each function returns, per loss element, its value and its derivatives with respect to elements of the input, before
reduction. Keras's epsilon is 1e-7, and its clip constants are rounded in the float type of the input, so both types have
their own. Clips pass the gradient at their ends and stop it outside. At the kinks of the hinges the subgradient is 0.
"""

from dataclasses import dataclass

import numpy

import reduce
from oracle import ONE, ZERO, Element, bce, huber, log, mae, mse, number, others, power, sigmoid, softmax
from walk import rows

REDUCTIONS = ("sum_over_batch_size", "mean", "sum", "mean_with_sample_weight", "none")
DEFAULTS = {
    "mean_squared_error": {},
    "mean_absolute_error": {},
    "huber": {"delta": 1.0},
    "hinge": {},
    "squared_hinge": {},
    "categorical_hinge": {},
    "binary_crossentropy": {"from_logits": False, "label_smoothing": 0.0, "axis": -1},
    "binary_focal_crossentropy": {
        "apply_class_balancing": False,
        "alpha": 0.25,
        "gamma": 2.0,
        "from_logits": False,
        "label_smoothing": 0.0,
        "axis": -1,
    },
    "categorical_crossentropy": {"from_logits": False, "label_smoothing": 0.0, "axis": -1},
    "sparse_categorical_crossentropy": {"from_logits": False, "ignore_class": None, "axis": -1},
    "categorical_focal_crossentropy": {
        "alpha": 0.25,
        "gamma": 2.0,
        "from_logits": False,
        "label_smoothing": 0.0,
        "axis": -1,
    },
    "dice": {"axis": None},
    "tversky": {"alpha": 0.5, "beta": 0.5, "axis": None},
}
BINDINGS = {"input": "@input", "target": "@target", "sample_weight": "@sample_weight", "mask": "@mask"}


@dataclass
class Clip:
    """Keras's clip to [1e-7, 1 - 1e-7], the ends as the float type holds them."""

    low: object
    high: object

    @staticmethod
    def of(dtype):
        real = numpy.float32 if dtype == "f32" else numpy.float64
        return Clip(number(float(real(1e-7))), number(float(real(1.0 - 1e-7))))

    def __call__(self, q):
        return min(max(q, self.low), self.high)

    def passes(self, q):
        return ONE if self.low <= q <= self.high else ZERO


def averaged(shape, axis, pairs):
    """Elements of a mean over `axis`, from (value, derivative) of each input element."""
    kept, positions = rows(shape, axis)
    result = []
    for where in positions:
        n = len(where)
        result.append(Element(sum((pairs[k][0] for k in where), ZERO) / n, {k: pairs[k][1] / n for k in where}))
    return result, kept


def regression(one, x, t, p):
    return averaged(x.shape, -1, [one(a, b, p)[:2] for a, b in zip(x.numbers, t.numbers)])


def hinge_of(exponent):
    def loss(x, t, p, _clip):
        ys = t.numbers
        if all(y in (0, 1) for y in ys):
            ys = [2 * y - 1 for y in ys]
        pairs = []
        for a, y in zip(x.numbers, ys):
            slack = max(1 - y * a, ZERO)
            slope = (-y if exponent == 1 else -2 * y * slack) if slack > 0 else ZERO
            pairs.append((slack**exponent, slope))
        return averaged(x.shape, -1, pairs)

    return loss


def categorical_hinge(x, t, p, _clip):
    kept, positions = rows(x.shape, -1)
    result = []
    for where in positions:
        xs, ts = [x.numbers[k] for k in where], [t.numbers[k] for k in where]
        wrong = [(1 - b) * a for a, b in zip(xs, ts)]
        best = max(range(len(xs)), key=lambda c: wrong[c])
        slack = wrong[best] - sum((a * b for a, b in zip(xs, ts)), ZERO) + 1
        on = ONE if slack > 0 else ZERO
        slopes = [on * ((1 - ts[c] if c == best else ZERO) - ts[c]) for c in range(len(xs))]
        result.append(Element(max(slack, ZERO), dict(zip(where, slopes))))
    return result, kept


def clipped_bce(s, t, clip):
    """-t log q - (1 - t) log(1 - q) with q = clip(s), and its derivative in s."""
    q = clip(s)
    return -t * log(q) - (1 - t) * log(1 - q), clip.passes(s) * (q - t) / (q * (1 - q))


def binary_crossentropy(x, t, p, clip):
    pairs = []
    for a, y in zip(x.numbers, t.numbers):
        y = y * (1 - p["label_smoothing"]) + p["label_smoothing"] / 2
        if p["from_logits"]:
            pairs.append(bce(a, y, {"from": "logits", "pos_weight": ONE, "label_smoothing": ZERO})[:2])
        else:
            pairs.append(clipped_bce(a, y, clip))
    return averaged(x.shape, p["axis"], pairs)


def binary_focal_crossentropy(x, t, p, clip):
    """The factor (1 - p_t)^gamma is of the unclipped probability, also when that comes from a logit."""
    pairs = []
    for a, y in zip(x.numbers, t.numbers):
        y = y * (1 - p["label_smoothing"]) + p["label_smoothing"] / 2
        s = sigmoid(a) if p["from_logits"] else a
        b, b1 = clipped_bce(s, y, clip)
        far = y * (sigmoid(-a) if p["from_logits"] else 1 - s) + (1 - y) * s
        far1 = 1 - 2 * y
        weight = y * p["alpha"] + (1 - y) * (1 - p["alpha"]) if p["apply_class_balancing"] else ONE
        slope = (p["gamma"] * power(far, p["gamma"] - 1) * far1 * b if p["gamma"] else ZERO) + power(
            far, p["gamma"]
        ) * b1
        if p["from_logits"]:
            slope *= sigmoid(a) * sigmoid(-a)
        pairs.append((weight * power(far, p["gamma"]) * b, weight * slope))
    return averaged(x.shape, p["axis"], pairs)


def smoothed(t, p):
    """Keras takes the number of classes from the last dimension, whatever `axis` says."""
    amount = p["label_smoothing"]
    return [v * (1 - amount) + amount / t.shape[-1] for v in t.numbers]


def renormalised(s, ts, term, clip):
    """The sum of term(clip(s_c / sum s)) over a row, and its derivatives in s. `term` gives value and derivative."""
    total = sum(s, ZERO)
    q = [v / total for v in s]
    parts = [term(clip(v), t, c) for c, (v, t) in enumerate(zip(q, ts))]
    slopes = [clip.passes(v) * part[1] for v, part in zip(q, parts)]
    mean = sum((g * v for g, v in zip(slopes, q)), ZERO)
    return sum((part[0] for part in parts), ZERO), [(g - mean) / total for g in slopes]


def log_term(q, t, _):
    return -t * log(q), -t / q


def crossentropy_rows(x, ts, p, clip, term=log_term, skipped=()):
    kept, positions = rows(x.shape, p["axis"])
    result = []
    for r, where in enumerate(positions):
        if r in skipped:
            result.append(Element(ZERO, counts=False))
            continue
        xs, t = [x.numbers[k] for k in where], [ts[k] for k in where]
        if p["from_logits"] and term is log_term:
            probs, logs = softmax(xs)
            total = sum(t, ZERO)
            value = -sum((a * b for a, b in zip(t, logs) if a), ZERO)
            slopes = (
                [q * others(t, c) - t[c] * others(probs, c) for c, q in enumerate(probs)] if total else [ZERO] * len(xs)
            )
        elif p["from_logits"]:
            probs, _ = softmax(xs)
            value, inner = renormalised(probs, t, lambda q, b, c, w=where: term(q, b, w[c]), clip)
            mean = sum((g * q for g, q in zip(inner, probs)), ZERO)
            slopes = [q * (g - mean) for g, q in zip(inner, probs)]
        else:
            value, slopes = renormalised(xs, t, lambda q, b, c, w=where: term(q, b, w[c]), clip)
        result.append(Element(value, dict(zip(where, slopes))))
    return result, kept


def categorical_crossentropy(x, t, p, clip):
    return crossentropy_rows(x, smoothed(t, p), p, clip)


def categorical_focal_crossentropy(x, t, p, clip):
    """A list of alphas broadcasts along the last dimension, whatever `axis` says."""
    gamma, alpha = p["gamma"], p["alpha"]

    def term(q, y, k):
        a = number(alpha[k % x.shape[-1]]) if isinstance(alpha, (list, tuple)) else alpha
        slope = gamma * power(1 - q, gamma - 1) * log(q) - power(1 - q, gamma) / q
        return -a * y * power(1 - q, gamma) * log(q), a * y * slope

    return crossentropy_rows(x, smoothed(t, p), p, clip, term)


def sparse_categorical_crossentropy(x, t, p, clip):
    _, positions = rows(x.shape, p["axis"])
    ts, skipped = [ZERO] * len(x.values), set()
    for r, where in enumerate(positions):
        if p["ignore_class"] is not None and t.values[r] == p["ignore_class"]:
            skipped.add(r)
        else:
            ts[where[int(t.values[r])]] = ONE
    return crossentropy_rows(x, ts, p, clip, skipped=skipped)


def regions(x, axis):
    """The kept dimensions, and for each region the flat positions of its elements."""
    rank = len(x.shape)
    summed = set(range(rank)) if axis is None else {a % rank for a in axis}
    kept = [a for a in range(rank) if a not in summed]
    groups = {}
    for k in range(len(x.values)):
        index = [k // s % e for s, e in zip(x.strides(), x.shape)]
        groups.setdefault(tuple(index[a] for a in kept), []).append(k)
    return tuple(x.shape[a] for a in kept), [groups[key] for key in sorted(groups)]


def ratio_losses(x, t, p, parts):
    shape, groups = regions(x, p["axis"])
    result = []
    for where in groups:
        numerator, denominator, slopes = parts([(x.numbers[k], t.numbers[k]) for k in where], p)
        gradient = {k: -(n * denominator - d * numerator) / denominator**2 for k, (n, d) in zip(where, slopes)}
        result.append(Element(1 - numerator / denominator, gradient))
    return result, shape


def dice_parts(pairs, _):
    overlap = sum((a * b for a, b in pairs), ZERO)
    total = sum((a + b for a, b in pairs), ZERO) + number(1e-7)
    return 2 * overlap, total, [(2 * b, ONE) for _, b in pairs]


def tversky_parts(pairs, p):
    """Keras's alpha weighs (1 - p) t, which are the false negatives."""
    overlap = sum((a * b for a, b in pairs), ZERO)
    missed, spurious = sum(((1 - a) * b for a, b in pairs), ZERO), sum((a * (1 - b) for a, b in pairs), ZERO)
    total = overlap + p["alpha"] * missed + p["beta"] * spurious + number(1e-7)
    return overlap, total, [(b, b - p["alpha"] * b + p["beta"] * (1 - b)) for _, b in pairs]


LOSSES = {
    "mean_squared_error": lambda x, t, p, _: regression(mse, x, t, p),
    "mean_absolute_error": lambda x, t, p, _: regression(mae, x, t, p),
    "huber": lambda x, t, p, _: regression(huber, x, t, p),
    "hinge": hinge_of(1),
    "squared_hinge": hinge_of(2),
    "categorical_hinge": categorical_hinge,
    "binary_crossentropy": binary_crossentropy,
    "binary_focal_crossentropy": binary_focal_crossentropy,
    "categorical_crossentropy": categorical_crossentropy,
    "sparse_categorical_crossentropy": sparse_categorical_crossentropy,
    "categorical_focal_crossentropy": categorical_focal_crossentropy,
    "dice": lambda x, t, p, _: ratio_losses(x, t, p, dice_parts),
    "tversky": lambda x, t, p, _: ratio_losses(x, t, p, tversky_parts),
}


class View:
    """A tensor whose values are 60-digit numbers."""

    def __init__(self, tensor):
        self.shape, self.values, self.strides = tensor.shape, tensor.values, tensor.strides
        self.numbers = [number(v) for v in tensor.values]


def evaluate(term, operands, dtype):
    name = term.name.removeprefix("keras.")
    p = {"reduction": "sum_over_batch_size"} | BINDINGS | DEFAULTS[name] | term.given
    keep = ("axis", "ignore_class")
    scalar = lambda v: isinstance(v, (int, float)) and not isinstance(v, bool)
    p = {k: number(v) if scalar(v) and k not in keep else v for k, v in p.items()}
    bound = {role: operands.get(p[role][1:]) if p[role] else None for role in BINDINGS}
    x = View(bound["input"])
    items, shape = LOSSES[name](x, View(bound["target"]), p, Clip.of(dtype))
    weights = [number(v) for v in bound["sample_weight"].values] if bound["sample_weight"] else [ONE] * len(items)
    counts = [item.counts for item in items]
    if bound["mask"]:
        counts = [c and m != 0 for c, m in zip(counts, bound["mask"].values)]
    masked = bound["mask"] is not None or p.get("ignore_class") is not None
    scale = divisor(p["reduction"], shape, weights, counts, masked, bound["sample_weight"] is not None)
    upstream = operands.get("grad_output")
    whole = p["reduction"] == "none"
    g = [number(v) for v in upstream.values] if upstream else [ONE] * len(items)
    gradient, value = [ZERO] * len(x.values), []
    for r, (item, w, c) in enumerate(zip(items, weights, counts)):
        value.append(w * item.value * scale if c else ZERO)
        for k, slope in item.gradient.items() if c else ():
            gradient[k] += (g[r] if whole else g[0]) * w * scale * slope
    if not items and not whole:
        g = [ONE]
    return reduce.Result(shape if whole else (), value if whole else [sum(value, ZERO)], {p["input"][1:]: gradient}, {})


def divisor(reduction, shape, weights, counts, masked, weighted):
    """The factor of the sum. A loss of rank 0 is returned as it is, except that a mask has rescaled its weight."""
    valid = sum(counts)
    if reduction in ("none", "sum"):
        return ONE
    if reduction == "mean_with_sample_weight":
        if shape == ():
            return ONE
        total = sum((w for w, c in zip(weights, counts) if c), ZERO) if weighted or masked else number(len(weights))
        return 1 / total if total else ZERO
    count = valid if masked else len(weights)
    return 1 / number(count) if count else ZERO
