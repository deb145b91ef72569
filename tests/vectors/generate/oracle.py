"""Every loss of losskit's own vocabulary, straight from its formula, in 60-digit arithmetic.

A loss is a function from a call (parameters and operands) to its loss elements: per element, row or region a value, its
derivatives with respect to elements of the input, and what it weighs. `reduce.py` turns those into the result of a call.
Nothing here is fast, and nothing here looks at losskit's output.
"""

from dataclasses import dataclass, field

from mpmath import mp, mpf

mp.dps = 60

ZERO, ONE, HALF = mpf(0), mpf(1), mpf("0.5")
INFINITY, NAN = mp.inf, mp.nan


@dataclass
class Tensor:
    """Values in row-major order. `kind` is f (the case's float type), i (i64) or b (u8)."""

    kind: str
    shape: tuple
    values: list

    def strides(self):
        steps, step = [], 1
        for extent in reversed(self.shape):
            steps.insert(0, step)
            step *= extent
        return steps


@dataclass
class Element:
    """One loss element. The class weight is in `value` already; `weight` is what it adds to weighted_mean's divisor."""

    value: object
    gradient: dict = field(default_factory=dict)
    hessian: object = None
    weight: object = ONE
    counts: bool = True
    # Derivatives by further operands, by their parameter: those of a layer.
    layer: dict = field(default_factory=dict)


def is_nan(number):
    return mp.isnan(number)


def number(value):
    return value if isinstance(value, mpf) else mpf(value)


def product(*factors):
    """A product in which an exact zero wins over an infinity: 0 log 0 = 0. A NaN still makes NaN."""
    if any(is_nan(factor) for factor in factors):
        return NAN
    if any(factor == 0 for factor in factors):
        return ZERO
    result = ONE
    for factor in factors:
        result *= factor
    return result


def power(base, exponent):
    if base == 0:
        return ONE if exponent == 0 else (ZERO if exponent > 0 else INFINITY)
    return base**exponent


def log(x):
    return -INFINITY if x == 0 else mp.log(x)


def sigmoid(x):
    if x == INFINITY:
        return ONE
    if x == -INFINITY:
        return ZERO
    return 1 / (1 + mp.exp(-x)) if x >= 0 else mp.exp(x) / (1 + mp.exp(x))


def softplus(x):
    if x == INFINITY or is_nan(x):
        return x
    if x == -INFINITY:
        return ZERO
    return x + mp.log1p(mp.exp(-x)) if x > 0 else mp.log1p(mp.exp(x))


def sign(x):
    return NAN if is_nan(x) else mpf((x > 0) - (x < 0))


# Elementwise losses: (input, target, parameters) -> value, first and second derivative.


def mse(x, t, _):
    r = x - t
    return r * r, 2 * r, mpf(2)


def mae(x, t, _):
    r = x - t
    return abs(r), sign(r), ZERO


def huber(x, t, p):
    r, delta = x - t, p["delta"]
    if abs(r) <= delta:
        return r * r / 2, r, ONE
    return delta * (abs(r) - delta / 2), delta * sign(r), ZERO


def bce(x, t, p):
    """-(w t log p + (1 - t) log(1 - p)), with PyTorch's clamps when p itself is given."""
    w, smoothing = p["pos_weight"], p["label_smoothing"]
    t = t * (1 - smoothing) + smoothing / 2
    if p["from"] == "probs":
        value = product(w, t, -max(log(x), mpf(-100))) + product(1 - t, -max(log(1 - x), mpf(-100)))
        floor = max(x * (1 - x), mpf("1e-12"))
        second = None if x in (0, 1) else w * t / x**2 + (1 - t) / (1 - x) ** 2
        return value, ((1 - t) * x - w * t * (1 - x)) / floor, second
    if is_nan(x):
        return NAN, NAN, NAN
    p1, p0 = sigmoid(x), sigmoid(-x)
    value = product(w, t, softplus(-x)) + product(1 - t, softplus(x))
    return value, (1 - t) * p1 - w * t * p0, (w * t + 1 - t) * p1 * p0


def focal(x, t, p):
    """a F^g B, with B the binary cross-entropy and F = 1 - p_t = t (1 - p) + (1 - t) p."""
    gamma, alpha = p["gamma"], p["alpha"]
    a = ONE if alpha is None else alpha * t + (1 - alpha) * (1 - t)
    if is_nan(x):
        return NAN, NAN, NAN
    b, b1, b2 = bce(x, t, {"from": "logits", "pos_weight": ONE, "label_smoothing": ZERO})
    p1, p0 = sigmoid(x), sigmoid(-x)
    f = t * p0 + (1 - t) * p1
    f1, f2 = (1 - 2 * t) * p1 * p0, (1 - 2 * t) * p1 * p0 * (p0 - p1)
    f_g, f_g1, f_g2 = power(f, gamma), power(f, gamma - 1), power(f, gamma - 2)
    first = product(gamma, f_g1, f1, b) + product(f_g, b1)
    second = product(gamma, gamma - 1, f_g2, f1 * f1, b) + product(gamma, f_g1, f2, b)
    second += product(2, gamma, f_g1, f1, b1) + product(f_g, b2)
    return a * product(f_g, b), a * first, a * second


def signed_label(t, p):
    return 2 * t - 1 if p["labels"] == "binary" else t


def hinge(x, t, p):
    y = signed_label(t, p)
    slack = p["margin"] - y * x
    if is_nan(slack):
        return NAN, NAN, None
    return (slack, -y, ZERO) if slack > 0 else (ZERO, ZERO, ZERO)


def squared_hinge(x, t, p):
    y = signed_label(t, p)
    slack = p["margin"] - y * x
    if is_nan(slack):
        return NAN, NAN, None
    return (slack * slack, -2 * y * slack, 2 * y * y) if slack > 0 else (ZERO, ZERO, ZERO)


def l1(x, _t, _p):
    return abs(x), sign(x), ZERO


def l2(x, _t, _p):
    return x * x, 2 * x, mpf(2)


# Rowwise losses: (a row of inputs, its dense target, parameters) -> value, gradient row, second-derivative row.


def others(values, c):
    """The sum without entry c: 1 - p_c and p_c - 1 without cancellation."""
    return sum((v for k, v in enumerate(values) if k != c), ZERO)


def softmax(xs):
    """Probabilities and their logs; a logit of -inf is probability 0; no finite maximum gives NaN."""
    top = max(range(len(xs)), key=lambda c: -INFINITY if is_nan(xs[c]) else xs[c])
    if any(is_nan(x) for x in xs) or mp.isinf(xs[top]):
        return [NAN] * len(xs), [NAN] * len(xs)
    terms = [mp.exp(x - xs[top]) for x in xs]
    # log1p of the rest keeps the digits of a loss that is nearly 0.
    log_total, total = mp.log1p(others(terms, top)), sum(terms, ZERO)
    return [e / total for e in terms], [x - xs[top] - log_total for x in xs]


def cross_entropy(xs, t, p):
    u = [w * target for w, target in zip(p["class_weight"], t)]
    classes = range(len(xs))
    if p["from"] == "log_probs":
        return sum((product(u[c], -xs[c]) for c in classes), ZERO), [-v for v in u], [ZERO] * len(xs)
    if p["from"] == "probs":
        value = sum((product(u[c], -log(xs[c])) for c in classes), ZERO)
        gradient = [ZERO if u[c] == 0 else (-u[c] / xs[c] if xs[c] else -INFINITY) for c in classes]
        hessian = [ZERO if u[c] == 0 else (u[c] / xs[c] ** 2 if xs[c] else INFINITY) for c in classes]
        return value, gradient, hessian
    probs, logs = softmax(xs)
    value = sum((product(u[c], -logs[c]) for c in classes), ZERO)
    if is_nan(probs[0]):
        return NAN, probs, probs
    total = sum(u, ZERO)
    # W p_c - u_c, as p_c (W - u_c) - u_c (1 - p_c).
    gradient = [
        probs[c] * (others(u, c) if u[c] else total) - (u[c] * others(probs, c) if u[c] else ZERO) for c in classes
    ]
    scale = 2 if p["hessian"] == "bound" else 1
    return value, gradient, [scale * total * probs[c] * others(probs, c) for c in classes]


def categorical_focal(xs, t, p):
    gamma, classes = p["gamma"], range(len(xs))
    u = [a * target for a, target in zip(p["alpha"], t)]
    probs, logs = softmax(xs)
    if is_nan(probs[0]):
        return NAN, probs, probs
    # With s = log p_c, the term is u phi(s), phi = -(1 - e^s)^gamma s; and d log p_c / d x_j = [c = j] - p_j.
    value, slope, curve, rest = ZERO, [], [], [others(probs, c) for c in classes]
    for c in classes:
        q, s, r = probs[c], logs[c], rest[c]
        value += product(u[c], power(r, gamma), -s)
        slope.append(product(u[c], gamma, power(r, gamma - 1), q, s) - product(u[c], power(r, gamma)))
        curve.append(
            product(u[c], gamma, power(r, gamma - 1), q, s + 2)
            - product(u[c], gamma, gamma - 1, power(r, gamma - 2), q, q, s)
        )
    gradient, hessian = [], []
    for j in classes:
        gradient.append(slope[j] * rest[j] - probs[j] * others(slope, j))
        far = sum((curve[c] for c in classes if c != j), ZERO) * probs[j] ** 2
        hessian.append(curve[j] * rest[j] ** 2 + far - sum(slope, ZERO) * probs[j] * rest[j])
    return value, gradient, hessian


def multiclass_hinge(xs, t, p):
    scores = [x + p["margin"] * (1 - target) for x, target in zip(xs, t)]
    if any(is_nan(x) for x in xs):
        return NAN, None, None
    best = max(range(len(xs)), key=lambda c: scores[c])
    value = scores[best] - sum((product(target, x) for x, target in zip(xs, t)), ZERO)
    return value, [mpf(c == best) - t[c] for c in range(len(xs))], None


def categorical_hinge(xs, t, _):
    if any(is_nan(x) for x in xs):
        return NAN, None, None
    wrong = [product(1 - target, x) for x, target in zip(xs, t)]
    best = max(range(len(xs)), key=lambda c: wrong[c])
    slack = 1 + wrong[best] - sum((product(target, x) for x, target in zip(xs, t)), ZERO)
    if not slack > 0:
        return ZERO, [ZERO] * len(xs), None
    return slack, [(1 - t[c] if c == best else ZERO) - t[c] for c in range(len(xs))], None


# Overlap losses: (I, P, T, parameters) -> numerator and denominator of the ratio, each with its slope in I and in P.


def dice(i, p, t, parameters):
    return 2 * i + parameters["smooth_nr"], p + t + parameters["smooth_dr"], (2, 0), (0, 1)


def jaccard(i, p, t, parameters):
    return i + parameters["smooth_nr"], p + t - i + parameters["smooth_dr"], (1, 0), (-1, 1)


def tversky(i, p, t, parameters):
    a, b = parameters["alpha"], parameters["beta"]
    denominator = i + a * (p - i) + b * (t - i) + parameters["smooth_dr"]
    return i + parameters["smooth_nr"], denominator, (1, 0), (1 - a - b, a)


ELEMENTWISE = {f.__name__: f for f in (mse, mae, huber, bce, focal, hinge, squared_hinge, l1, l2)}
ROWWISE = {f.__name__: f for f in (cross_entropy, categorical_focal, multiclass_hinge, categorical_hinge)}
LINEAR = ("linear_cross_entropy",)
OVERLAP = {f.__name__: f for f in (dice, jaccard, tversky)}
