"""losskit against live PyTorch and live Keras: random losses, options and inputs, value and gradient.

The framework runs in float64, on numbers that float32 holds exactly, and is the measure of both of losskit's float types:
1e-12 for f64 and 2e-6 for f32, scaled as README.md says. The framework's own float32 error is printed beside them.
"""

import argparse
import collections
import math
import pathlib
import secrets
import sys
import warnings

import numpy

import frameworks
import library
import oracle
from casebook import Case, choose, full, labels, one_hot, probabilities, scalar, soft, tensor
from generate import TOLERANCE, disagreement
from reduce import Term
from torch_losses import KERAS_CLASSES, SOURCE, UNREDUCED

ROOT = pathlib.Path(__file__).resolve().parents[3]
REAL = {"f32": numpy.float32, "f64": numpy.float64}
KERAS = list(KERAS_CLASSES)
OWN = list(UNREDUCED)


class Draws:
    """Random choices, all from one seed."""

    def __init__(self, rng):
        self.rng = rng

    def one(self, *options):
        return options[self.rng.integers(len(options))]

    def chance(self, p):
        return self.rng.random() < p

    def between(self, low, high):
        """A number that reads well: a multiple of 1/64."""
        return float(self.rng.integers(int(low * 64), int(high * 64) + 1)) / 64

    def numbers(self, count, low, high):
        return [self.between(low, high) for _ in range(count)]

    def shape(self, least=1, most=4, volume=3000):
        rank = int(self.rng.integers(least, most + 1))
        while True:
            extents = [int(self.one(1, 2, 3, 5, 8, 17, 33, 64, 65, 130, 300, 1030)) for _ in range(rank)]
            if math.prod(extents) <= volume:
                return tuple(extents)

    def mask(self, shape):
        return choose(self.rng, self.one("b", "i", "f"), shape, [0, 1, 1, 1])


def without(shape, axis):
    axis %= len(shape)
    return shape[:axis] + shape[axis + 1 :]


def common(dice, given, operands, elements, mask_shape=None):
    """Reduction, weights, mask, divisor and upstream gradient of losskit's own losses."""
    given["reduction"] = reduction = dice.one("none", "sum", "mean", "weighted_mean")
    if dice.chance(0.5):
        operands["sample_weight"] = full(dice.rng, elements, 0.1, 2)
        given["sample_weight"] = "@sample_weight"
    if dice.chance(0.4):
        operands["mask"] = dice.mask(elements if mask_shape is None else mask_shape)
        given["mask"] = "@mask"
    if reduction in ("mean", "weighted_mean") and dice.chance(0.3):
        given["denominator"] = dice.one(dice.between(1, 50), "@total")
        if given["denominator"] == "@total":
            operands["total"] = scalar(dice.between(1, 50))
    if dice.chance(0.4):
        shape = elements if reduction == "none" else ()
        operands["grad_output"] = full(dice.rng, shape, -2, 2)
    return given, operands


def elementwise(name, dice):
    shape, rng, given = dice.shape(), dice.rng, {}
    operands = {"input": full(rng, shape, -6, 6)}
    if name in ("mse", "mae", "huber"):
        operands["target"] = full(rng, shape, -6, 6)
        given |= {"delta": dice.between(0.1, 4)} if name == "huber" and dice.chance(0.7) else {}
    elif name in ("hinge", "squared_hinge"):
        binary = dice.chance(0.5)
        operands["target"] = choose(rng, dice.one("f", "i"), shape, [0, 1] if binary else [-1, 1])
        given |= ({"labels": "binary"} if binary else {}) | ({"margin": dice.between(0, 3)} if dice.chance(0.6) else {})
        if dice.chance(0.2):
            given["ignore_index"] = ignored(dice, operands["target"], 7)
    elif name in ("bce", "focal"):
        hard = dice.chance(0.6)
        operands["target"] = choose(rng, dice.one("f", "i", "b"), shape, [0, 1]) if hard else full(rng, shape, 0, 1)
        if name == "focal":
            given |= {"gamma": dice.one(0, 0.5, 1, 1.5, 2, 3.25)} | (
                {"alpha": dice.between(0, 1)} if dice.chance(0.6) else {}
            )
        else:
            given |= {"label_smoothing": dice.between(0, 0.5)} if dice.chance(0.4) else {}
            if dice.chance(0.4):
                given["from"], operands["input"] = "probs", full(rng, shape, 0.01, 0.99)
            axis = int(rng.integers(-len(shape), len(shape)))
            weight = dice.one(None, "number", "list", "operand")
            if weight == "number":
                given["pos_weight"] = dice.between(0.1, 4)
            elif weight == "list" and shape[axis] < 70:
                given |= {"axis": axis, "pos_weight": dice.numbers(shape[axis], 0.1, 4)}
            elif weight == "operand":
                given |= {"axis": axis, "pos_weight": "@importance"}
                operands["importance"] = full(rng, (shape[axis],), 0.1, 4)
        if dice.chance(0.2):
            given["ignore_index"] = ignored(dice, operands["target"], 255 if operands["target"].kind == "b" else -100)
    return common(dice, given, operands, shape)


def ignored(dice, target, index):
    for k in range(len(target.values)):
        if dice.chance(0.2):
            target.values[k] = index
    return index


def logits(dice, shape, rows):
    """Scores of rows. A single confident row would measure the framework: log_softmax subtracts, and 1 - p cancels."""
    return full(dice.rng, shape, *((-6, 6) if math.prod(rows) >= 16 else (-2, 2)))


def rowwise(name, dice):
    shape, rng, given = dice.shape(), dice.rng, {}
    axis = int(rng.integers(-len(shape), len(shape))) if len(shape) > 1 else 0
    if axis != 1:
        given["axis"] = axis
    count, rows = shape[axis], without(shape, axis)
    source = dice.one("logits", "logits", "probs", "log_probs") if name == "cross_entropy" else "logits"
    operands = {"input": logits(dice, shape, rows)}
    if source != "logits":
        inside = probabilities(rng, shape, axis) if count <= 64 else full(rng, shape, 0.001, 0.1)
        logs = tensor("f", shape, numpy.float32(numpy.log(inside.values)))
        given["from"], operands["input"] = source, inside if source == "probs" else logs
    kind = dice.one("i", "i", "f", "soft", "one_hot") if name != "categorical_hinge" else dice.one("i", "f", "one_hot")
    if kind == "soft":
        operands["target"] = soft(rng, shape, axis)
    else:
        operands["target"] = one_hot(rng, shape, axis) if kind == "one_hot" else labels(rng, kind, rows, count)
    if name == "categorical_focal":
        # Of one class p is 1, where autograd makes NaN of (1 - p) to a power below 1.
        given |= {"gamma": dice.one(*(0, 0.5)[: 2 if count > 1 else 1], 1, 1.5, 2, 3.25)}
        alpha = dice.one(None, dice.between(0.1, 2), dice.numbers(count, 0.1, 2) if count < 70 else None)
        given |= {} if alpha is None else {"alpha": alpha}
    else:
        weight = dice.one(None, "list", "operand")
        if weight == "list" and count < 70:
            given["class_weight"] = dice.numbers(count, 0.1, 2)
        elif weight == "operand":
            given["class_weight"], operands["balance"] = "@balance", full(rng, (count,), 0.1, 2)
    if name == "cross_entropy" and dice.chance(0.4):
        given["label_smoothing"] = dice.between(0, 0.5)
    if name == "multiclass_hinge" and dice.chance(0.6):
        given["margin"] = dice.between(0, 3)
    if kind in ("i", "f") and dice.chance(0.4):
        given["ignore_index"] = ignored(dice, operands["target"], -100)
    return common(dice, given, operands, rows)


def linear(name, dice):
    shape, rng, given = dice.shape(1, 3), dice.rng, {}
    classes = int(dice.one(1, 2, 3, 5, 17, 64, 257, 600))
    if math.prod(shape) * classes > 100_000 or shape[-1] > 65:
        return linear(name, dice)
    reach = 2 / math.sqrt(shape[-1])
    operands = {"input": full(rng, shape, -2, 2), "target": labels(rng, dice.one("i", "f"), shape[:-1], classes)}
    operands["weight"] = full(rng, (classes, shape[-1]), -reach, reach)
    if dice.chance(0.6):
        operands["bias"] = full(rng, (classes,), -1, 1)
    weight = dice.one(None, "list", "operand")
    if weight == "list" and classes < 70:
        given["class_weight"] = dice.numbers(classes, 0.1, 2)
    elif weight == "operand":
        given["class_weight"], operands["balance"] = "@balance", full(rng, (classes,), 0.1, 2)
    given |= {"label_smoothing": dice.between(0, 0.5)} if dice.chance(0.4) else {}
    given |= {"softcap": dice.between(1, 6)} if dice.chance(0.4) else {}
    given |= {"z_loss": dice.between(0.02, 0.5)} if dice.chance(0.4) else {}
    given |= {"ignore_index": ignored(dice, operands["target"], -100)} if dice.chance(0.4) else {}
    return common(dice, given, operands, shape[:-1])


def overlap(name, dice):
    shape, rng, given = dice.shape(3, 5, 2000), dice.rng, {}
    rank, class_axis = len(shape), 1
    activation = dice.one("none", "sigmoid", "softmax")
    given |= {} if activation == "none" else {"activation": activation}
    if dice.chance(0.4):
        class_axis = int(dice.one(1, rank - 1, -1))
        others = [a for a in range(rank) if a != class_axis % rank]
        summed = [a for a in others if dice.chance(0.6)] or others[-1:]
        given |= {"class_axis": class_axis, "axis": summed}
    elif dice.chance(0.3):
        given["batch"] = True
    count = shape[class_axis]
    low, high = (-4, 4) if activation != "none" else (0.01, 0.99)
    kind = dice.one("i", "i", "hard", "soft")
    operands = {"input": full(rng, shape, low, high)}
    pixels = without(shape, class_axis)
    if kind == "i":
        operands["target"] = labels(rng, "i", pixels, count)
        if dice.chance(0.3):
            given["ignore_index"] = ignored(dice, operands["target"], -1)
    else:
        operands["target"] = choose(rng, "f", shape, [0, 1]) if kind == "hard" else full(rng, shape, 0, 1)
    background = count == 1 or dice.chance(0.7)
    given |= {} if background else {"include_background": False}
    given |= {"squared": True} if dice.chance(0.3) else {}
    given |= dice.one(
        {}, {"smooth": dice.between(0.1, 2)}, {"smooth_nr": dice.between(0, 0.5), "smooth_dr": dice.between(0.5, 2)}
    )
    if name == "tversky" and dice.chance(0.7):
        given |= {"alpha": dice.between(0.1, 2), "beta": dice.between(0.1, 2)}
    if dice.chance(0.4) and count < 70:
        given["class_weight"] = dice.numbers(count, 0.1, 2)
    summed = {a % rank for a in given.get("axis", range(2, rank))} | ({0} if given.get("batch") else set())
    regions = tuple(e - (a == class_axis % rank and not background) for a, e in enumerate(shape) if a not in summed)
    return common(dice, given, operands, regions, pixels)


def keras_case(name, dice):
    rng, given = dice.rng, {}
    shape = dice.shape(2, 4)
    axis = -1
    operands = {"input": full(rng, shape, -6, 6), "target": full(rng, shape, -6, 6)}
    if name == "huber" and dice.chance(0.7):
        given["delta"] = dice.between(0.1, 4)
    elif name in ("hinge", "squared_hinge"):
        operands["target"] = choose(rng, "f", shape, dice.one([0, 1], [-1, 1], [-1, 0, 1]))
    elif name == "categorical_hinge":
        operands["target"] = one_hot(rng, shape, -1)
    elif name in ("binary_crossentropy", "binary_focal_crossentropy"):
        operands["target"] = choose(rng, "f", shape, [0, 1]) if dice.chance(0.6) else full(rng, shape, 0, 1)
        operands["input"] = full(rng, shape, 0.01, 0.99)
        if dice.chance(0.4):
            given["from_logits"], operands["input"] = True, full(rng, shape, -5, 5)
        given |= {"label_smoothing": dice.between(0, 0.5)} if dice.chance(0.4) else {}
        if dice.chance(0.4):
            given["axis"] = axis = int(rng.integers(-len(shape), len(shape)))
        if name == "binary_focal_crossentropy":
            given |= {"gamma": dice.one(0, 0.5, 1, 2, 3.25)} if dice.chance(0.6) else {}
            given |= {"apply_class_balancing": True, "alpha": dice.between(0, 1)} if dice.chance(0.5) else {}
    elif "categorical" in name:
        alpha = "focal" in name and dice.chance(0.4) and shape[-1] < 70
        if dice.chance(0.4) and not alpha:
            given["axis"] = axis = int(rng.integers(-len(shape), len(shape)))
        operands["input"] = full(rng, shape, 0.1, 1)
        if dice.chance(0.4):
            given["from_logits"], operands["input"] = True, logits(dice, shape, without(shape, axis))
        # Of one class the probability is 1, and Keras's clip of that depends on the float type.
        if shape[axis] == 1 and "focal" in name:
            return keras_case(name, dice)
        if shape[axis] == 1:
            given["from_logits"], operands["input"] = True, logits(dice, shape, without(shape, axis))
        if name.startswith("sparse"):
            if shape[-1] == 1:  # Keras then squeezes the prediction to the rank of the labels.
                return keras_case(name, dice)
            operands["target"] = labels(rng, dice.one("i", "f"), without(shape, axis), shape[axis])
            if dice.chance(0.4):
                given["ignore_class"] = ignored(dice, operands["target"], -1)
        else:
            operands["target"] = one_hot(rng, shape, axis) if dice.chance(0.5) else soft(rng, shape, axis)
            given |= {"label_smoothing": dice.between(0, 0.5)} if dice.chance(0.4) else {}
        if "focal" in name:
            given |= {"gamma": dice.one(0, 0.5, 1, 2, 3.25)} if dice.chance(0.6) else {}
            given |= {"alpha": dice.numbers(shape[-1], 0.1, 2)} if alpha else {}
    elif name in ("dice", "tversky"):
        operands = {"input": full(rng, shape, 0.01, 0.99), "target": choose(rng, "f", shape, [0, 1])}
        if name == "tversky" and dice.chance(0.7):
            given |= {"alpha": dice.between(0.1, 2), "beta": dice.between(0.1, 2)}
        if dice.chance(0.8):
            given["axis"] = [a for a in range(len(shape)) if dice.chance(0.6)] or [0]
    given["reduction"] = reduction = dice.one("sum_over_batch_size", "mean", "sum", "mean_with_sample_weight", "none")
    if name in ("dice", "tversky"):
        elements = tuple(e for a, e in enumerate(shape) if a not in given.get("axis", range(len(shape))))
    else:
        elements = without(shape, axis)
    if dice.chance(0.4):
        operands["sample_weight"] = full(rng, elements, 0.1, 2)
    if dice.chance(0.3):
        operands["mask"] = dice.mask(elements)
    if dice.chance(0.4):
        operands["grad_output"] = full(rng, elements if reduction == "none" else (), -2, 2)
    return given, operands


def draw(name, dice):
    if name.startswith("keras."):
        return keras_case(name.removeprefix("keras."), dice)
    if name in oracle.ELEMENTWISE:
        return elementwise(name, dice)
    if name in oracle.LINEAR:
        return linear(name, dice)
    return rowwise(name, dice) if name in oracle.ROWWISE else overlap(name, dice)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", nargs="?", default=ROOT / "target/release/liblosskit.so")
    parser.add_argument("--seed", type=int, default=None, help="default: a random one, which is printed")
    parser.add_argument("--cases", type=int, default=40, help="cases per loss")
    parser.add_argument("--only", default="", help="losses whose name contains this")
    arguments = parser.parse_args()
    seed = secrets.randbits(32) if arguments.seed is None else arguments.seed
    print(f"seed {seed}")
    losskit = library.Library(arguments.library)
    worst, failures, broken, passed = collections.defaultdict(lambda: collections.defaultdict(float)), [], [], 0
    for name in [*OWN, *(f"keras.{k}" for k in KERAS)]:
        if arguments.only not in name:
            continue
        for turn in range(arguments.cases):
            rng = numpy.random.default_rng([seed, turn, *name.encode()])
            given, operands = draw(name, Draws(rng))
            case = Case(name, f"{name} {turn}", [Term(name, given)], operands)
            try:
                complaint = compare(losskit, case, rng, worst[name])
            except RuntimeError as refusal:
                # PyTorch's nll_loss cannot differentiate some layouts that Keras gives it ("grad_input must be contiguous").
                broken.append(f"{case.name}: {refusal}")
                continue
            failures += [complaint] if complaint else []
            passed += not complaint
        w = worst[name]
        print(
            f"{name:40} f32 {w['f32']:.2e}  f64 {w['f64']:.2e}  framework's own f32 {w['own']:.2e}  against {source(name)}",
            flush=True,
        )
    for refusal in broken:
        print("the framework itself failed, case not counted:", refusal)
    for failure in failures:
        print("FAILED", failure)
    print(f"{passed} passed, {len(failures)} failed")
    sys.exit(1 if failures else 0)


def source(name):
    return "Keras" if name.startswith("keras.") else SOURCE[name]


def compare(losskit, case, rng, worst):
    """A sentence if losskit and the framework differ, else nothing; the largest errors go into `worst`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value, gradients = frameworks.ask(case, "f64")
        own = frameworks.ask(case, "f32")
    worst["own"] = max(worst["own"], off(own[0], value), *(off(own[1][name], gradients[name]) for name in gradients))
    for dtype, real in REAL.items():
        operands = {name: library.array(t, real, rng) for name, t in case.operands.items()}
        for by, slopes in gradients.items():
            try:
                found = losskit.evaluate(case.spec, operands, value.shape, real, by)
            except library.Refused as refusal:
                return f"{case.name} {dtype}: {refusal}"
            for what, wanted, got in zip(("value", f"gradient by {by}"), (value, slopes), found):
                error = off(got, wanted)
                worst[dtype] = max(worst[dtype], error)
                if not error <= TOLERANCE[dtype]:
                    shapes = ", ".join(f"{name} {t.shape}" for name, t in case.operands.items())
                    return f"{case.name} {dtype} {what}: error {error:.3g}\n  {case.spec}\n  {shapes}\n  losskit   {got.ravel()[:6]}\n  framework {wanted.ravel()[:6]}"
    return None


def off(found, wanted):
    return disagreement(found, wanted, 1.0)


if __name__ == "__main__":
    main()
