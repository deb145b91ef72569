"""Inputs that accuracy is measured on: ordinary ones, those at the ends of the range, and those made to be hard.

Every number is exact in the float type under test, so that the reference starts from the same numbers.
"""

import math
import zlib
from dataclasses import dataclass

import numpy
import torch

from oracle import Tensor

TYPES = {"f32": torch.float32, "f64": torch.float64, "bf16": torch.bfloat16, "f16": torch.float16}
KINDS = {
    "typical": "numbers as training meets them",
    "extreme": "around ±88 and ±1e4, huge, subnormal, probabilities near 0 and 1",
    "ties": "equal and nearly equal numbers, confident rows, both sides of a kink",
    "cancelling": "targets equal to the prediction to within rounding; in a layer, products that undo each other",
}
SIZE = 2000
ROWS, CLASSES, MANY = 150, 10, 500


@dataclass
class Scene:
    spec: str
    name: str
    given: dict
    dtype: str
    kind: str
    operands: dict


class Draw:
    """Random numbers of one type, rounded to it."""

    def __init__(self, dtype, seed):
        self.dtype = dtype
        self.info = torch.finfo(TYPES[dtype])
        self.rng = numpy.random.default_rng(zlib.crc32(f"{dtype} {seed}".encode()))

    def round(self, values):
        return torch.tensor(numpy.asarray(values), dtype=torch.float64).to(TYPES[self.dtype]).double().numpy()

    def step(self, values, steps):
        """The numbers some units in the last place away."""
        _, exponent = numpy.frexp(values)
        unit = numpy.ldexp(self.info.eps, exponent - 1)
        return self.round(values + steps * numpy.maximum(unit, self.info.tiny * self.info.eps))

    def sign(self, count):
        return self.rng.choice([-1.0, 1.0], count)

    def magnitudes(self, count, low, high):
        """Numbers of all magnitudes between two powers of two."""
        return numpy.ldexp(self.rng.uniform(1, 2, count), self.rng.integers(low, high, count))

    def normal(self, count, scale=3.0):
        return self.round(self.rng.normal(0, scale, count))

    def subnormal(self, count):
        return self.round(self.rng.uniform(0, 2, count) * self.info.tiny)

    def extreme(self, count):
        """Scores far out, huge, tiny and subnormal."""
        lowest = int(math.log2(self.info.tiny)) - 2
        pools = numpy.stack([
            self.sign(count) * (88 + self.rng.normal(0, 2, count)),
            self.sign(count) * self.rng.uniform(20, 120, count),
            self.sign(count) * 1e4 * self.rng.uniform(0.9, 1.1, count),
            self.sign(count) * self.rng.uniform(600, 760, count),
            self.sign(count) * self.magnitudes(count, lowest, 4),
            self.sign(count) * self.subnormal(count),
            numpy.zeros(count),
        ])
        return self.round(pools[self.rng.integers(0, len(pools), count), numpy.arange(count)])

    def probabilities(self, count):
        return numpy.clip(self.round(self.rng.uniform(0.001, 0.999, count)), self.info.eps, 1 - self.info.eps)

    def near_ends(self, count):
        """Probabilities close to 0, subnormal ones among them, and close to 1."""
        low = self.magnitudes(count, int(math.log2(self.info.tiny)), -3)
        high = 1 - self.magnitudes(count, int(math.log2(self.info.eps)), -3)
        pools = numpy.stack([low, self.subnormal(count), high, high])
        chosen = self.round(pools[self.rng.integers(0, 4, count), numpy.arange(count)])
        return numpy.clip(chosen, self.info.tiny * self.info.eps, 1 - self.info.eps / 2)


def sigmoid(x):
    return numpy.exp(-numpy.logaddexp(0, -x))


def softmax(x):
    e = numpy.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def floats(values, shape=None):
    values = numpy.asarray(values)
    return Tensor("f", tuple(shape or values.shape), [float(v) for v in values.ravel()])


def integers(values):
    return Tensor("i", values.shape, [int(v) for v in values.ravel()])


def regression(draw, kind):
    if kind == "typical":
        return draw.normal(SIZE), draw.normal(SIZE)
    if kind == "extreme":
        return draw.extreme(SIZE), draw.rng.choice([0.0, 1.0, 0.25], SIZE) * draw.extreme(SIZE)
    if kind == "ties":
        # Differences of exactly 1, huber's kink, and of a little more or less.
        y = draw.normal(SIZE)
        near = draw.step(draw.round(y + draw.sign(SIZE)), draw.rng.integers(-2, 3, SIZE))
        return numpy.where(draw.rng.random(SIZE) < 0.3, y, near), y
    y = draw.normal(SIZE)
    return draw.step(y, draw.rng.integers(-3, 4, SIZE)), y


def binary(draw, kind):
    hard = draw.rng.choice([0.0, 1.0], SIZE)
    if kind == "typical":
        return draw.normal(SIZE), numpy.where(draw.rng.random(SIZE) < 0.5, hard, draw.probabilities(SIZE))
    if kind == "extreme":
        return draw.extreme(SIZE), hard
    if kind == "ties":
        return draw.round(draw.sign(SIZE) * draw.magnitudes(SIZE, -14, 5)), hard
    x = draw.normal(SIZE)
    return x, draw.round(sigmoid(x))


def probability(draw, kind):
    hard = draw.rng.choice([0.0, 1.0], SIZE)
    if kind == "typical":
        return draw.probabilities(SIZE), numpy.where(draw.rng.random(SIZE) < 0.5, hard, draw.probabilities(SIZE))
    if kind == "extreme":
        return draw.near_ends(SIZE), hard
    if kind == "ties":
        return draw.step(numpy.full(SIZE, 0.5), draw.rng.integers(-3, 4, SIZE)), hard
    x = draw.probabilities(SIZE)
    return x, draw.step(x, draw.rng.integers(-2, 3, SIZE))


def signed(draw, kind):
    y = draw.sign(SIZE)
    if kind == "typical":
        return draw.normal(SIZE), y
    if kind == "extreme":
        return draw.extreme(SIZE), y
    if kind == "ties":
        return draw.step(y, draw.rng.integers(-3, 4, SIZE)), y
    return None


def weights(draw, kind):
    if kind in ("typical", "extreme"):
        return (draw.normal(SIZE) if kind == "typical" else draw.extreme(SIZE)), None
    return None


def scores(draw, kind, rows, classes):
    count = rows * classes
    if kind == "extreme":
        return draw.extreme(count).reshape(rows, classes)
    x = draw.normal(count).reshape(rows, classes)
    if kind == "ties":
        x = draw.step(numpy.repeat(x[:, :1], classes, 1), draw.rng.integers(-2, 3, (rows, classes)))
        # A half of the rows have one class that leaves little to the others.
        confident = draw.rng.random(rows) < 0.5
        x[confident, 0] = draw.round(x[confident, 0] + draw.rng.uniform(8, 100, int(confident.sum())))
    return x


def labels(draw, rows):
    """A class of each row, about a half of them the first, which confident rows are sure of."""
    first = draw.rng.random(rows) < 0.5
    return numpy.where(first, 0, draw.rng.integers(0, CLASSES, rows))


def labelled(draw, kind):
    """Rows with labels: some of few classes, and for the ordinary kind a few of many."""
    if kind == "cancelling":
        return None
    return scores(draw, kind, ROWS, CLASSES), labels(draw, ROWS)


def many(draw, kind):
    if kind == "cancelling":
        return None
    return scores(draw, kind, 4, MANY), draw.rng.integers(0, MANY, 4)


def dense(draw, kind):
    x = scores(draw, "typical" if kind == "cancelling" else kind, ROWS, CLASSES)
    return x, draw.round(softmax(x) if kind == "cancelling" else softmax(draw.rng.normal(0, 2, x.shape)))


def row_probabilities(draw, kind):
    if kind in ("ties", "cancelling"):
        return None
    if kind == "typical":
        return draw.round(softmax(draw.rng.normal(0, 2, (ROWS, CLASSES)))), draw.rng.integers(0, CLASSES, ROWS)
    return draw.near_ends(ROWS * CLASSES).reshape(ROWS, CLASSES), draw.rng.integers(0, CLASSES, ROWS)


def layer(draw, kind, rows=ROWS, width=16):
    """The input of a last layer, labels, the layer's matrix and its bias; ordinary logits are as large as scores."""
    x = draw.extreme(rows * width) if kind == "extreme" else draw.normal(rows * width, 1.0)
    x, target = x.reshape(rows, width), labels(draw, rows)
    weight = draw.normal(CLASSES * width, 3 / math.sqrt(width)).reshape(CLASSES, width)
    bias = draw.normal(CLASSES, 1.0)
    if kind == "ties":
        weight = draw.step(numpy.repeat(weight[:1], CLASSES, 0), draw.rng.integers(-2, 3, weight.shape))
        # In the last column only the first class has a weight, and a half of the rows a number: they are confident.
        weight[:, -1] = numpy.arange(CLASSES) == 0
        x[:, -1] = draw.round(draw.rng.uniform(8, 100, rows)) * (draw.rng.random(rows) < 0.5)
        bias = draw.step(numpy.repeat(bias[:1], CLASSES), draw.rng.integers(-2, 3, CLASSES))
    if kind == "cancelling":
        # Both halves of a row have the same weights, and the second takes away what the first adds.
        half = width // 2
        weight[:, half:] = weight[:, :half]
        x[:, :half] = draw.round(30 * x[:, :half])
        x[:, half:] = draw.round(x[:, half:] - x[:, :half])
    return x, target, weight, bias


def wide(draw, kind):
    """A layer as wide as those of language models, for a logit's error grows with its products."""
    return layer(draw, kind, 4, 768)


REGIONS, SIDE = (8, 3), 8


def regions(draw, kind):
    """Probabilities and hard masks of images."""
    shape = (*REGIONS, SIDE, SIDE)
    count = math.prod(shape)
    target = draw.rng.choice([0.0, 1.0], count)
    if kind == "typical":
        x = draw.probabilities(count)
    elif kind == "extreme":
        x = draw.near_ends(count)
    elif kind == "cancelling":
        x = numpy.where(target == 1, 1 - draw.magnitudes(count, -8, -4), draw.magnitudes(count, -30, -8))
        x = draw.round(x)
    else:
        return None
    return x.reshape(shape), target.reshape(shape)


def images(draw, kind):
    """Logits and labels of images."""
    if kind == "cancelling":
        return None
    pixels = REGIONS[0] * SIDE * SIDE
    x = scores(draw, kind, pixels, REGIONS[1]).reshape(REGIONS[0], SIDE, SIDE, REGIONS[1])
    return numpy.moveaxis(x, -1, 1), draw.rng.integers(0, REGIONS[1], (REGIONS[0], SIDE, SIDE))


# What is measured: name, parameters, and where its inputs come from.
MEASURED = [
    ("mse", {}, regression),
    ("mae", {}, regression),
    ("huber", {}, regression),
    ("bce", {}, binary),
    ("bce", {"from": "probs"}, probability),
    ("focal", {}, binary),
    ("focal", {"gamma": 1.5, "alpha": 0.25}, binary),
    ("cross_entropy", {}, labelled),
    ("cross_entropy", {}, many),
    ("cross_entropy", {"label_smoothing": 0.125}, labelled),
    ("cross_entropy", {}, dense),
    ("cross_entropy", {"from": "probs"}, row_probabilities),
    ("linear_cross_entropy", {}, layer),
    ("linear_cross_entropy", {}, wide),
    ("categorical_focal", {}, labelled),
    ("categorical_focal", {"gamma": 1.5}, dense),
    ("hinge", {}, signed),
    ("squared_hinge", {}, signed),
    ("multiclass_hinge", {}, labelled),
    ("categorical_hinge", {}, labelled),
    ("dice", {}, regions),
    ("dice", {"activation": "softmax"}, images),
    ("jaccard", {}, regions),
    ("jaccard", {"activation": "softmax"}, images),
    ("tversky", {"alpha": 0.25, "beta": 0.75}, regions),
    ("tversky", {"activation": "softmax"}, images),
    ("l1", {}, weights),
    ("l2", {}, weights),
]
TITLES = {many: "rows of 500 classes", wide: "rows of 768 numbers", dense: "soft targets", images: "labels"}


def operands_of(x, target, *of_layer):
    result = {"input": floats(x)}
    if target is not None:
        whole = target.ndim < x.ndim
        result["target"] = integers(target) if whole else floats(target)
    return result | dict(zip(("weight", "bias"), map(floats, of_layer)))


def scenes(only=""):
    """Everything that is measured, loss by loss."""
    for name, given, source in MEASURED:
        spec = name + (f"({', '.join(f'{k}={v}' for k, v in given.items())})" if given else "")
        spec += f", {TITLES[source]}" if source in TITLES else ""
        for dtype in TYPES if only in spec else ():
            for kind in KINDS:
                drawn = source(Draw(dtype, f"{spec} {kind}"), kind)
                if drawn is not None:
                    yield Scene(spec, name, given, dtype, kind, operands_of(*drawn))
