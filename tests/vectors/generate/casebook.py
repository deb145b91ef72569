"""What a case is, and the seeded numbers that cases are made of."""

import math
import zlib
from dataclasses import dataclass, field

import numpy

from oracle import Tensor
from reduce import Term, spec_text

INF, NAN = math.inf, math.nan


@dataclass
class Case:
    file: str
    name: str
    terms: list
    operands: dict
    dtypes: tuple = ("f32", "f64")
    gradient: bool = True
    hessian: bool = True
    # Why no framework can be asked about the case, about its gradient, or about more than a few digits in f32.
    alone: str = ""
    alone_gradient: str = ""
    rough_f32: str = ""
    comment: str = ""

    @property
    def spec(self):
        return spec_text(self.terms)


@dataclass
class Book:
    """The cases of one file."""

    file: str
    loss: str = ""
    cases: list = field(default_factory=list)

    def random(self, name):
        return numpy.random.default_rng(zlib.crc32(f"{self.file}/{name}".encode()))

    def add(self, name, given, operands, **notes):
        self.add_terms(name, [Term(self.loss, given)], operands, **notes)

    def add_terms(self, name, terms, operands, **notes):
        full = f"{self.file}/{name}"
        assert all(case.name != full for case in self.cases), full
        assert " " not in full, full
        self.cases.append(Case(self.file, full, terms, operands, **notes))


def tensor(kind, shape, values):
    values = [float(v) if kind == "f" else int(v) for v in values]
    assert len(values) == math.prod(shape), (shape, len(values))
    for v in values if kind == "f" else ():
        assert math.isnan(v) or float(numpy.float32(v)) == v, f"{v} is not a float32"
    return Tensor(kind, tuple(shape), values)


def fixed(*values, shape=None):
    """A float tensor of these numbers; rank 1 unless told otherwise."""
    return tensor("f", (len(values),) if shape is None else shape, [numpy.float32(v) for v in values])


def grid(rng, shape, low, high, step=1 / 1024):
    """Random multiples of `step` in [low, high): short to write, exact in every float type."""
    count = math.prod(shape)
    return tensor("f", shape, rng.integers(int(low / step), int(high / step), count) * step)


def full(rng, shape, low, high):
    """Random numbers that use all 24 bits of an f32."""
    return tensor("f", shape, rng.uniform(low, high, math.prod(shape)).astype(numpy.float32))


def labels(rng, kind, shape, count):
    return tensor(kind, shape, rng.integers(0, count, math.prod(shape)))


def choose(rng, kind, shape, options):
    return tensor(kind, shape, rng.choice(options, math.prod(shape)))


def rowwise_values(shape, axis, row):
    """A tensor of this shape filled by calling `row(count)` once for each row along `axis`."""
    axis %= len(shape)
    others = [extent for k, extent in enumerate(shape) if k != axis]
    data = numpy.array([row(shape[axis]) for _ in range(math.prod(others))]).reshape(*others, shape[axis])
    return tensor("f", shape, numpy.moveaxis(data, -1, axis).ravel())


def soft(rng, shape, axis):
    """Rows of non-negative multiples of 1/1024 that sum to 1, some entries exactly 0."""

    def row(count):
        cuts = numpy.sort(rng.integers(0, 1025, count - 1)) if count > 1 else numpy.array([], int)
        return numpy.diff(numpy.concatenate([[0], cuts, [1024]])) / 1024

    return rowwise_values(shape, axis, row)


def probabilities(rng, shape, axis):
    """Rows of positive multiples of 1/1024 that sum to 1."""

    def row(count):
        shares = rng.multinomial(1024 - 8 * count, rng.dirichlet(numpy.ones(count))) + 8
        return shares / 1024

    return rowwise_values(shape, axis, row)


def one_hot(rng, shape, axis):
    return rowwise_values(shape, axis, lambda count: numpy.eye(count)[rng.integers(count)])


def replaced(source, changes):
    values = list(source.values)
    for k, v in changes.items():
        values[k] = v
    return Tensor(source.kind, source.shape, values)


def weights(rng, shape):
    return grid(rng, shape, 0.125, 2.125, 0.125)


def scalar(v):
    return tensor("f", (), [v])
