"""The text of docs/accuracy.md."""

import math
import pathlib

from accuracy_inputs import KINDS, TITLES, TYPES
from torch_losses import SOURCE

GRADIENT, MEAN = 2, 1
# What a gradient is called, by its operand.
GRADIENTS = {"input": "gradient", "weight": "gradient of weight", "bias": "gradient of bias"}

INTRODUCTION = """\
# Accuracy

Made by `make accuracy`: losskit called through its C interface, and PyTorch {torch}, on the same inputs, both against
formulas in 60-digit arithmetic (`tests/vectors/generate/`) that start from the same numbers.

**The unit** is one unit in the last place (ulp): the distance between neighbouring numbers of the output's type where
the exact result lies, and never less than the smallest subnormal number. Infinity counts as the number behind the
largest. A result rounded as well as the type can is off by at most 0.5. An element that is small because larger numbers
cancel in the exact formula counts like any other.

**The inputs**, of each loss in each type:

{kinds}

"Value" is each element under `reduction=none`, "mean" the reduced value of all elements. Cells show the largest error
and, in brackets, the average one. "—" is what is not offered, not finite in the reference, or not applicable. A gradient
is that of the input where no other operand is named.
"""

# Why a row misses the goal: the loss's text up to a prefix, what, the kinds of inputs, and the reason. The first that fits
# is taken.
ALL = tuple(KINDS)
CLOSE = "p - t for a target close to p: what is left is smaller than the rounding of p"
SIGNS = "for soft targets two terms of opposite signs cancel"
POWER = "F^γ is exp(γ·ln F), which multiplies the error of the logarithm by γ·ln F"
BACK = "p·(g - Σ g·p) of the softmax cancels: to 0, where one class has all of the probability"
CHAIN = "the slopes in f64 are a chain of rounded products and quotients; in f32 they are computed in f64"
ZERO = "the loss is nearly 0: numerator and denominator, each rounded to f64, cancel"
SUBNORMAL = "in a confident row the other classes' exponentials are subnormal, and each is rounded to a whole unit before they are added"
ONE_BY_ONE = "the exponential, the sum of the row and their quotient are rounded one by one"
CLASSES = f"the classes' terms have both signs and cancel; and {POWER}"
LOGITS = "a logit is rounded after each of its products, and its absolute error is a relative one of p"
ALIKE = "the rows of weight are nearly equal, so that (p - t)·w cancel over the classes to less than the rounding of p"
HUGE = "(p - t)·x of ±1e4 cancel in the sum over rows, which is rounded after each"
RATIO = "1/Σx and 1/x of the label are rounded before their difference, which is smaller than 1/x"
REASONS = [
    ("bce", "gradient", ALL, CLOSE),
    ("focal(gamma=1.5", "gradient", ("extreme", "ties"), POWER),
    ("focal(gamma=1.5", "gradient", ALL, f"{POWER}; and {SIGNS}"),
    ("focal", "gradient", ("extreme", "ties"), "a product of rounded factors, of which F² doubles the error of F"),
    ("focal", "gradient", ALL, SIGNS),
    ("cross_entropy(label_smoothing", "gradient", ALL, CLOSE),
    ("cross_entropy, soft", "gradient", ALL, CLOSE),
    ("cross_entropy", "gradient", ("ties",), SUBNORMAL),
    ("cross_entropy", "gradient", ALL, ONE_BY_ONE),
    ("linear_cross_entropy", "gradient", ("ties",), ALIKE),
    ("linear_cross_entropy", "gradient", ALL, f"{LOGITS}; and (p - t)·w, rounded too, cancel over the classes"),
    ("linear_cross_entropy", "gradient of weight", ("extreme",), HUGE),
    ("linear_cross_entropy", "gradient of weight", ALL, f"{LOGITS}; and (p - t)·x, rounded too, cancel over the rows"),
    ("linear_cross_entropy", "gradient of bias", ALL, f"{LOGITS}; and p - t, rounded too, cancel over the rows"),
    ("linear_cross_entropy", "mean", ALL, "a logit is rounded after each of its products, and the loss has its error"),
    ("categorical_focal(gamma=1.5), soft", "gradient", ALL, CLASSES),
    ("categorical_focal", "gradient", ALL, "a product of rounded factors, of which (1 - p)² doubles the error of 1 - p"),
    (
        "multiclass_hinge",
        "gradient",
        ALL,
        "the derivative jumps where two scores are equal: x + margin is rounded, and another class is the largest; 1 for 0",
    ),
    *((f"{name}(activation", "gradient", ALL, BACK) for name in ("dice", "jaccard", "tversky")),
    *((name, "gradient", ALL, CHAIN) for name in ("dice", "jaccard", "tversky")),
    *((name, "mean", ALL, ZERO) for name in ("dice", "jaccard", "tversky")),
    ("keras.binary_crossentropy", "gradient", ALL, CLOSE),
    ("keras.binary_focal", "gradient", ALL, f"{POWER}; and {SIGNS}"),
    ("keras.categorical_crossentropy", "gradient", ALL, CLOSE),
    ("keras.sparse_categorical_crossentropy", "gradient", ALL, f"{RATIO}; of logits, {ONE_BY_ONE}"),
    ("keras.categorical_focal", "gradient", ALL, CLASSES),
    ("keras.dice", "gradient", ALL, CHAIN),
]


def amount(number):
    if math.isinf(number):
        return "∞"
    if number < 1000:
        return f"{number:.2f}"
    digits, exponent = f"{number:.0e}".split("e")
    return f"{digits}e{int(exponent)}"


def cell(errors):
    return "—" if errors is None else f"{amount(errors.largest)} ({amount(errors.mean)})"


def table(head, lines):
    return "\n".join([f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {' | '.join(line)} |" for line in lines)])


def misses(rows):
    """What is beyond the goal, worst first within a loss."""
    goals = dict.fromkeys(GRADIENTS.values(), GRADIENT) | {"mean": MEAN}
    found = {}
    for scene, row in rows:
        for what, goal in goals.items():
            if row.get(what) and row[what].largest > goal:
                found.setdefault((scene.spec, what, scene.kind), []).append((scene.dtype, row[what].largest))
    return found


def reason(spec, what, kind):
    for name, quantity, kinds, text in REASONS:
        if spec.startswith(name) and quantity == what and kind in kinds:
            return text
    return "not yet explained"


def marked(spec):
    """The loss's text as code, and what else is said of its inputs."""
    for title in TITLES.values():
        if spec.endswith(f", {title}"):
            return f"`{spec.removesuffix(f', {title}')}`, {title}"
    return f"`{spec}`"


def goals(rows, keras):
    count = lambda rows, *keys: [row[key].largest for _, row in rows for key in keys if row.get(key)]
    gradients, own = (count(measured, *GRADIENTS.values()) for measured in (rows, keras))
    means = count(rows, "mean")
    within = lambda numbers, goal: f"{sum(n <= goal for n in numbers)} of {len(numbers)}"
    text = f"""\
## The goal, and where it is missed

At most {GRADIENT} ulp on each element of a gradient, and at most {MEAN} ulp on each reduced value. In the rows of the tables
below it holds for gradients in {within(gradients, GRADIENT)} (and {within(own, GRADIENT)} of Keras's vocabulary), and
for means in {within(means, MEAN)}. These miss it:

"""
    lines = []
    for (spec, what, kind), several in misses(rows + keras).items():
        worst = ", ".join(f"{dtype} {amount(e)}" for dtype, e in several)
        lines.append([marked(spec), kind, what, worst, reason(spec, what, kind)])
    return text + table(["loss", "inputs", "what", "largest error", "why"], lines)


def columns(rows):
    """The heads of a loss's columns, by their keys in its rows; gradients are those by the operands that it has."""
    gradients = [key for key in GRADIENTS.values() if any(key in row for row in rows)]
    own = {key: key for key in ("value", "mean", *gradients)} | {"hessian": "Hessian"}
    return own | {f"torch {key}": f"PyTorch's {key}" for key in ("value", *gradients)}


def losses(rows):
    text, specs = [], {}
    for scene, row in rows:
        specs.setdefault(scene.spec, []).append((scene, row))
    for spec, own in specs.items():
        lines, refusals, name = [], {}, own[0][0].name
        heads = columns([row for _, row in own])
        for scene, row in own:
            mean = amount(row["mean"].largest) if row.get("mean") else "—"
            cells = [mean if key == "mean" else cell(row.get(key)) for key in heads]
            lines.append([scene.dtype, scene.kind, *cells])
            if "refused" in row:
                refusals[scene.dtype] = row["refused"]
        source = {
            "PyTorch": "PyTorch's own function.",
            "Keras": "PyTorch has no such loss.",
        }.get(SOURCE[name], "PyTorch has no such loss; its columns are the formula under autograd.")
        refused = "".join(f" {dtype}: {sentence}" for dtype, sentence in refusals.items())
        head = ["type", "inputs", *heads.values()]
        text.append(f"### {marked(spec)}\n\n{source}{refused}\n\n{table(head, lines)}")
    return "## Every loss\n\n" + "\n\n".join(text)


def keras_table(keras):
    lines = [
        [f"`{scene.spec}`", scene.dtype, *(cell(row.get(key)) for key in ("value", "gradient"))] for scene, row in keras
    ]
    said = """\
## Keras's vocabulary

Random shapes, options and ordinary inputs, six calls each. Gradients that miss the goal are among those at the top, with
their reason. The larger errors of values are those of 1 - p and ln p for a p that is rounded already, and of their powers.

"""
    return said + table(["loss", "type", "value", "gradient"], lines)


def sums_table(sums):
    lines = [[f"`{spec}`", dtype, amount(ours), amount(theirs)] for spec, dtype, ours, theirs in sums]
    head = ["loss", "type", "losskit", "PyTorch"]
    said = """\
## Sums of 10^8 elements

Against the exact sum (`math.fsum`, which rounds once), one thread. Error in ulp of the result.

"""
    return said + table(head, lines)


def functions():
    path = pathlib.Path(__file__).resolve().parents[2] / "exhaustive/results.txt"
    said = """\
## Elementary functions

Made by `make exhaustive`: every f32 there is against the C library's f64, and random f64 of all magnitudes against its
long double. Softplus and sigmoid are as binary losses compute them.

"""
    return f"{said}```text\n{path.read_text().rstrip()}\n```"


def page(rows, keras, sums, torch):
    assert set(scene.dtype for scene, _ in rows) <= set(TYPES)
    kinds = "\n".join(f"- *{kind}*: {text}" for kind, text in KINDS.items())
    head = [INTRODUCTION.format(torch=torch, kinds=kinds), goals(rows, keras), sums_table(sums), functions()]
    parts = [*head, losses(rows), keras_table(keras)]
    return "\n\n".join(part.strip() for part in parts) + "\n"
