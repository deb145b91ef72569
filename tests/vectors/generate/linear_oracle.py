"""linear_cross_entropy in 60-digit arithmetic: the logits of a last layer, then the loss of each row and its chain rule."""

from itertools import product as every

from mpmath import mp

import oracle
from oracle import NAN, ONE, ZERO, Element, is_nan, number


def capped(logit, bound):
    """A logit after the soft cap, and the slope of the cap."""
    if bound is None:
        return logit, ONE
    if is_nan(logit):
        return NAN, NAN
    if mp.isinf(logit):
        return mp.sign(logit) * bound, ZERO
    return bound * mp.tanh(logit / bound), mp.sech(logit / bound) ** 2


def row_element(xs, matrix, bias, t, class_weight, p):
    """Value, and derivatives by the row, by the matrix and by the bias."""
    width, classes = len(xs), range(len(matrix))
    raw = [sum((x * w for x, w in zip(xs, row)), ZERO) + b for row, b in zip(matrix, bias)]
    pairs = [capped(logit, p["softcap"]) for logit in raw]
    logits = [logit for logit, _ in pairs]
    resolved = {"class_weight": class_weight, "from": "logits", "hessian": "exact"}
    value, slopes, _ = oracle.cross_entropy(logits, t, resolved)
    if p["z_loss"] and not is_nan(value):
        probs, logs = oracle.softmax(logits)
        log_sum = next(x - q for x, q in zip(logits, logs) if mp.isfinite(x))
        value += p["z_loss"] * log_sum**2
        slopes = [g + 2 * p["z_loss"] * log_sum * q for g, q in zip(slopes, probs)]
    slopes = [g * slope for g, (_, slope) in zip(slopes, pairs)]
    by_row = [sum((slopes[c] * matrix[c][k] for c in classes), ZERO) for k in range(width)]
    by_matrix = {c * width + k: slopes[c] * xs[k] for c, k in every(classes, range(width))}
    return value, by_row, by_matrix, dict(enumerate(slopes))


def elements(p, x, target, weight, bias, class_weight):
    """The loss elements in row-major order, and their shape."""
    *shape, width = x.shape
    classes = weight.shape[0]
    assert weight.shape == (classes, width) and target.shape == tuple(shape), (x.shape, weight.shape, target.shape)
    matrix = [[number(v) for v in weight.values[c * width : (c + 1) * width]] for c in range(classes)]
    offsets = [ZERO] * classes if bias is None else [number(v) for v in bias.values]
    result = []
    for r, label in enumerate(target.values):
        if p["ignore_index"] is not None and label == p["ignore_index"]:
            result.append(Element(ZERO, counts=False))
            continue
        assert 0 <= label < classes and label == int(label), label
        smoothing = p["label_smoothing"]
        t = [(ONE if c == label else ZERO) * (1 - smoothing) + smoothing / classes for c in range(classes)]
        xs = [number(v) for v in x.values[r * width : (r + 1) * width]]
        value, by_row, by_matrix, by_bias = row_element(xs, matrix, offsets, t, class_weight, p)
        layer = {"weight": by_matrix} | ({} if bias is None else {"bias": by_bias})
        gradient = {r * width + k: g for k, g in enumerate(by_row)}
        result.append(Element(value, gradient, None, class_weight[int(label)], layer=layer))
    return result, tuple(shape)
