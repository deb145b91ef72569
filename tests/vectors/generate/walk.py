"""How a loss meets its tensors: which input elements make up one loss element, one row or one region."""

from itertools import product as every

import linear_oracle
import oracle
from oracle import NAN, ONE, ZERO, Element, is_nan, number

DEFAULTS = {
    "mse": {},
    "mae": {},
    "huber": {"delta": 1},
    "l1": {},
    "l2": {},
    "bce": {"from": "logits", "pos_weight": 1, "axis": -1, "label_smoothing": 0, "ignore_index": None},
    "focal": {"gamma": 2, "alpha": None, "ignore_index": None},
    "hinge": {"margin": 1, "labels": "signed", "ignore_index": None},
    "squared_hinge": {"margin": 1, "labels": "signed", "ignore_index": None},
    "cross_entropy": {
        "from": "logits",
        "axis": 1,
        "class_weight": None,
        "label_smoothing": 0,
        "ignore_index": None,
        "hessian": "exact",
    },
    "linear_cross_entropy": {
        "class_weight": None,
        "label_smoothing": 0,
        "softcap": None,
        "z_loss": 0,
        "ignore_index": None,
        "weight": "@weight",
        "bias": "@bias",
    },
    "categorical_focal": {"axis": 1, "gamma": 2, "alpha": None, "ignore_index": None},
    "multiclass_hinge": {"axis": 1, "margin": 1, "class_weight": None, "ignore_index": None},
    "categorical_hinge": {"axis": 1, "class_weight": None, "ignore_index": None},
}
OVERLAP_DEFAULTS = {
    "activation": "none",
    "axis": None,
    "class_axis": 1,
    "include_background": True,
    "squared": False,
    "smooth_nr": 1e-5,
    "smooth_dr": 1e-5,
    "smooth": None,
    "batch": False,
    "class_weight": None,
    "ignore_index": None,
}
DEFAULTS |= {"dice": OVERLAP_DEFAULTS, "jaccard": OVERLAP_DEFAULTS}
DEFAULTS |= {"tversky": OVERLAP_DEFAULTS | {"alpha": 0.5, "beta": 0.5}}
COMMON = {
    "input": "@input",
    "target": "@target",
    "sample_weight": "@sample_weight",
    "mask": "@mask",
    "reduction": "mean",
    "denominator": None,
    "empty": "zero",
    "hessian_scale": 1,
    "hessian_min": None,
}
REGULARIZER = {"reduction": "sum", "sample_weight": None, "mask": None}


def parameters(name, given):
    """The given parameters over the defaults; plain numbers become 60-digit numbers."""
    p = COMMON | (REGULARIZER if name in ("l1", "l2") else {}) | DEFAULTS[name] | given
    keep = ("axis", "class_axis", "ignore_index", "include_background", "squared", "batch")
    numeric = lambda v: isinstance(v, (int, float)) and not isinstance(v, bool)
    return {k: number(v) if numeric(v) and k not in keep else v for k, v in p.items()}


def operand(p, operands, parameter):
    """The tensor that a parameter is bound to, or None."""
    word = p.get(parameter)
    return operands.get(word[1:]) if isinstance(word, str) and word.startswith("@") else None


def per_class(p, operands, parameter, count):
    """A number, list or operand as one number per class; 1 when it is none."""
    value = p[parameter]
    if isinstance(value, str):
        return [number(v) for v in operands[value[1:]].values]
    if isinstance(value, (list, tuple)):
        return [number(v) for v in value]
    return [ONE if value is None else value] * count


def elements(name, p, operands):
    """The loss elements of one term, in row-major order, and their shape."""
    if name in oracle.ELEMENTWISE:
        return elementwise(name, p, operands)
    if name in oracle.LINEAR:
        return linear(p, operands)
    return rowwise(name, p, operands) if name in oracle.ROWWISE else overlap(name, p, operands)


def elementwise(name, p, operands):
    x, target = operand(p, operands, "input"), None
    if name not in ("l1", "l2"):
        target = operand(p, operands, "target")
        assert target.shape == x.shape, (name, x.shape, target.shape)
    weights = None
    if name == "bce":
        axis = p["axis"] % max(len(x.shape), 1)
        extent = x.shape[axis] if x.shape else 1
        stride = x.strides()[axis] if x.shape else 1
        weights = per_class(p, operands, "pos_weight", extent)
    result = []
    for k, value in enumerate(x.values):
        if target is not None and p.get("ignore_index") is not None and target.values[k] == p["ignore_index"]:
            result.append(Element(ZERO, counts=False))
            continue
        here = p | {"pos_weight": weights[k // stride % extent]} if weights else p
        t = number(target.values[k]) if target is not None else None
        v, first, second = oracle.ELEMENTWISE[name](number(value), t, here)
        result.append(Element(v, {k: first}, {k: second}))
    return result, x.shape


def rows(shape, axis):
    """The shape without `axis`, and for each row the flat positions of its elements."""
    axis %= len(shape)
    outer, inner = 1, 1
    for extent in shape[:axis]:
        outer *= extent
    for extent in shape[axis + 1 :]:
        inner *= extent
    count = shape[axis]
    positions = [[(o * count + c) * inner + i for c in range(count)] for o in range(outer) for i in range(inner)]
    return shape[:axis] + shape[axis + 1 :], positions


def rowwise(name, p, operands):
    x, target = operand(p, operands, "input"), operand(p, operands, "target")
    axis = p["axis"] if len(x.shape) > 1 else 0
    shape, positions = rows(x.shape, axis)
    count = x.shape[axis]
    dense = target.shape == x.shape
    assert dense or target.shape == shape, (name, x.shape, target.shape)
    class_weight = per_class(p, operands, "class_weight", count) if "class_weight" in p else [ONE] * count
    resolved = p | {"class_weight": class_weight}
    if "alpha" in p:
        resolved["alpha"] = per_class(p, operands, "alpha", count)
    smoothing, result = p.get("label_smoothing", ZERO), []
    for r, where in enumerate(positions):
        if dense:
            t = [number(target.values[k]) for k in where]
        elif p["ignore_index"] is not None and target.values[r] == p["ignore_index"]:
            result.append(Element(ZERO, counts=False))
            continue
        else:
            label = int(target.values[r])
            assert 0 <= label < count and label == target.values[r], (name, label)
            t = [ONE if c == label else ZERO for c in range(count)]
        weight = sum((w * v for w, v in zip(class_weight, t) if v), ZERO)
        t = [v * (1 - smoothing) + smoothing / count for v in t]
        value, gradient, hessian = oracle.ROWWISE[name]([number(x.values[k]) for k in where], t, resolved)
        if name in ("multiclass_hinge", "categorical_hinge"):
            # These are no sums over classes: the weight of the true class is a factor of the row.
            value, gradient = weight * value, [weight * g for g in gradient] if gradient else None
        nothing = [None] * count
        pairs = dict(zip(where, gradient or nothing))
        result.append(Element(value, pairs, dict(zip(where, hessian or nothing)), weight))
    return result, shape


def linear(p, operands):
    x, target, weight, bias = (operand(p, operands, role) for role in ("input", "target", "weight", "bias"))
    class_weight = per_class(p, operands, "class_weight", weight.shape[0])
    return linear_oracle.elements(p, x, target, weight, bias, class_weight)


def activated(p, x):
    """Probabilities, and a function that carries a gradient in them back to the input."""
    xs = [number(v) for v in x.values]
    if p["activation"] == "sigmoid":
        probs = [NAN if is_nan(v) else oracle.sigmoid(v) for v in xs]
        slopes = [NAN if is_nan(v) else oracle.sigmoid(v) * oracle.sigmoid(-v) for v in xs]
        return probs, lambda gradient: {k: g * slopes[k] for k, g in gradient.items()}
    if p["activation"] == "none":
        return xs, lambda gradient: gradient
    _, positions = rows(x.shape, p["class_axis"])
    probs = list(xs)
    for where in positions:
        for k, q in zip(where, oracle.softmax([xs[k] for k in where])[0]):
            probs[k] = q

    def back(gradient):
        result = {}
        for where in positions:
            if any(k in gradient for k in where):
                mean = sum((gradient[k] * probs[k] for k in where if k in gradient), ZERO)
                for k in where:
                    result[k] = probs[k] * (gradient.get(k, ZERO) - mean)
        return result

    return probs, back


def overlap(name, p, operands):
    x, target = operand(p, operands, "input"), operand(p, operands, "target")
    rank, strides = len(x.shape), x.strides()
    class_axis = p["class_axis"] % rank
    pixel_shape = x.shape[:class_axis] + x.shape[class_axis + 1 :]
    summed = {a % rank for a in p["axis"]} if p["axis"] is not None else set(range(2, rank))
    if p["batch"]:
        summed.add(0)
    kept = [a for a in range(rank) if a not in summed]
    first = 0 if p["include_background"] or class_axis in summed else 1
    smooth = {} if p["smooth"] is None else {"smooth_nr": p["smooth"], "smooth_dr": p["smooth"]}
    resolved = p | smooth
    probs, back = activated(p, x)
    mask = operand(p, operands, "mask")
    by_class = operands and p["class_weight"] is not None
    classes = per_class(p, operands, "class_weight", x.shape[class_axis]) if by_class else None
    dense = target.shape == x.shape

    def pixel(index):
        at, flat = [i for a, i in enumerate(index) if a != class_axis], 0
        for extent, i in zip(pixel_shape, at):
            flat = flat * extent + i
        return flat

    def hit(index, k):
        """The target at this place, or None where the pixel does not count."""
        if mask is not None and mask.values[pixel(index)] == 0:
            return None
        if dense:
            return number(target.values[k])
        label = target.values[pixel(index)]
        if p["ignore_index"] is not None and label == p["ignore_index"]:
            return None
        return ONE if label == index[class_axis] else ZERO

    result = []
    ranges = [range(first if a == class_axis else 0, x.shape[a]) for a in kept]
    for region in every(*ranges):
        fixed = dict(zip(kept, region))
        spans = [[fixed[a]] if a in fixed else range(x.shape[a]) for a in range(rank)]
        i = total_p = total_t = ZERO
        places = []
        for index in every(*spans):
            k = sum(s * i_ for s, i_ in zip(strides, index))
            t = hit(index, k)
            if t is None:
                continue
            q = probs[k]
            places.append((k, q, t))
            i += q * t
            total_p += q * q if p["squared"] else q
            total_t += t * t if p["squared"] else t
        weight = classes[fixed[class_axis]] if classes and class_axis in fixed else ONE
        if not places:
            result.append(Element(ZERO, counts=False))
            continue
        result.append(region_element(name, resolved, i, total_p, total_t, places, weight, back))
    shape = tuple(len(r) for r in ranges)
    return result, shape


def region_element(name, p, i, total_p, total_t, places, weight, back):
    numerator, denominator, (n_i, n_p), (d_i, d_p) = oracle.OVERLAP[name](i, total_p, total_t, p)
    if numerator == 0 and denominator == 0:
        return Element(ZERO, {k: ZERO for k, _, _ in places}, None, weight)
    value = weight * (denominator - numerator) / denominator
    slope_i = -weight * (n_i * denominator - d_i * numerator) / denominator**2
    slope_p = -weight * (n_p * denominator - d_p * numerator) / denominator**2
    gradient = {k: slope_i * t + slope_p * (2 * q if p["squared"] else 1) for k, q, t in places}
    return Element(value, back(gradient), None, weight)
