"""Cases of linear_cross_entropy, and of sums in which its matrix is regularised."""

import math

from casebook import INF, NAN, Book, fixed, full, grid, labels, replaced, tensor
from cases_common import common
from reduce import Term

REDUCTIONS = ("none", "sum", "mean", "weighted_mean")


def layer(rng, shape, classes, kind="i", bias=True):
    """Inputs of this shape, labels for them, and a layer. Products of these numbers are exact in every float type."""
    operands = {"input": grid(rng, shape, -2, 2), "target": labels(rng, kind, shape[:-1], classes)}
    operands["weight"] = grid(rng, (classes, shape[-1]), -1.5, 1.5)
    return operands | ({"bias": grid(rng, (classes,), -1, 1)} if bias else {})


def options(book):
    for label, given in {
        "plain": {},
        "softcap": {"softcap": 1.5},
        "softcap_tight": {"softcap": 0.125},
        "z_loss": {"z_loss": 0.25},
        "smoothing": {"label_smoothing": 0.125},
        "smoothing_all": {"label_smoothing": 1},
        "everything": {"softcap": 3, "z_loss": 0.0625, "label_smoothing": 0.25},
    }.items():
        for weights, weight in (("none", None), ("list", [0.5, 1, 2.5, 0.25]), ("operand", "@class_balance")):
            for reduction in REDUCTIONS:
                name = f"{label}/class_weight_{weights}/{reduction}"
                operands = layer(book.random(name), (5, 3), 4)
                if weights == "operand":
                    operands["class_balance"] = fixed(0.75, 2, 1, 0.5)
                whole = given | ({} if weight is None else {"class_weight": weight}) | {"reduction": reduction}
                rough = "PyTorch's slope of tanh, 1 - tanh^2, cancels" if label == "softcap_tight" else ""
                book.add(name, whole, operands, rough_f32=rough)


def shapes(book):
    for shape, classes in (
        ((4,), 3),
        ((1,), 1),
        ((2, 3, 4), 5),
        ((2, 1, 2, 3), 2),
        ((1, 7), 2),
        ((6, 1), 3),
        ((3, 2), 300),
        ((2, 300), 3),
        ((140, 2), 3),
        ((2, 3), 513),
    ):
        for bias in (True, False):
            for kind in ("i", "f", "b") if classes < 256 else ("i",):
                name = f"shape/{'x'.join(map(str, shape))}/{classes}/{'bias' if bias else 'no_bias'}/{kind}"
                small = math.prod(shape) * classes < 500
                book.add(
                    name,
                    {"reduction": "none" if small else "mean", "softcap": 4 if shape[-1] < 100 else 64},
                    layer(book.random(name), shape, classes, kind, bias),
                    rough_f32="PyTorch's log_softmax subtracts, and 1 - p cancels" if shape[0] == 1 else "",
                )


def ignoring(book):
    for index, kind in ((-100, "i"), (-1, "f"), (2, "i"), (255, "b")):
        for reduction in REDUCTIONS:
            name = f"ignore_index/{index}/{kind}/{reduction}"
            rng = book.random(name)
            operands = layer(rng, (5, 3), 4, kind)
            target = replaced(operands["target"], {k: 1 for k in (0, 2, 4)} | {1: index, 3: index})
            poison = {3: NAN, 4: INF, 5: -INF, 9: INF, 10: INF, 11: NAN}
            operands |= {"target": target, "input": replaced(operands["input"], poison)}
            operands["sample_weight"] = grid(rng, (5,), 0.5, 2, 0.125)
            book.add(name, {"ignore_index": index, "reduction": reduction, "class_weight": [2, 0.5, 1, 1.5]}, operands)
    rng = book.random("ignore_index/all")
    gone = layer(rng, (2, 3), 4)
    gone["target"] = tensor("i", (2,), [-100, -100])
    for empty in ("zero", "nan"):
        book.add(f"ignore_index/all/{empty}", {"ignore_index": -100, "empty": empty}, gone)


def edges(book):
    def one(matrix, bias, label, x=(1,)):
        operands = {"input": fixed(*x, shape=(1, len(x))), "target": tensor("i", (1,), [label])}
        operands["weight"] = fixed(*matrix, shape=(len(matrix) // len(x), len(x)))
        return operands | {"bias": fixed(*bias)}

    book.add("edge/ruled_out", {}, one((0, 1, 2), (0.5, 0, -INF), 1))
    book.add("edge/ruled_out_label", {"reduction": "none"}, one((0, 1, 2), (0.5, 0, -INF), 2))
    book.add("edge/all_but_one_ruled_out", {}, one((0, 1, 2), (0.5, -INF, -INF), 0))
    book.add("edge/confident", {"reduction": "none"}, one((30, 1, 2), (0, 0, 0), 0),
             alone="PyTorch's log_softmax loses the digits of a loss that is nearly 0")  # fmt: skip
    book.add("edge/hopeless", {"reduction": "none"}, one((90, 1, -200), (0, 0, 0), 2))
    book.add("edge/far_from_zero", {"reduction": "none"}, one((1, -0.5, 0.5), (4096, 4096, 4096), 0))
    far = one((0.5, 1, -0.5), (512, 512, 512), 1)
    book.add("edge/far_from_zero_smoothed", {"label_smoothing": 0.5, "reduction": "none"}, far)
    book.add("edge/huge", {"reduction": "none"}, one((2.0**30, 2.0**30 - 64, 0), (0, 0, 0), 1))
    book.add("edge/saturated", {"softcap": 2, "reduction": "none"}, one((1000, -1000, 0.5), (0, 0, 0), 1),
             rough_f32="PyTorch's slope of tanh, 1 - tanh^2, cancels")  # fmt: skip
    book.add("edge/capped_ruled_out", {"softcap": 2, "reduction": "none"}, one((0, 1, 2), (0, 0, -INF), 1),
             alone_gradient="PyTorch's autograd multiplies 0 and infinity here")  # fmt: skip
    spoilt = layer(book.random("edge/nan"), (3, 2), 4)
    spoilt["input"] = replaced(spoilt["input"], {2: NAN})
    book.add("edge/nan_row", {"reduction": "none"}, spoilt)
    rng = book.random("edge/full")
    digits = {"input": full(rng, (6, 5), -1, 1), "target": labels(rng, "i", (6,), 7)}
    digits |= {"weight": full(rng, (7, 5), -1, 1), "bias": full(rng, (7,), -1, 1)}
    book.add("edge/all_digits", {"softcap": 2.5}, digits)


def sums(book):
    loss = "linear_cross_entropy"
    rng = book.random("sums")
    operands = layer(rng, (4, 3), 5)
    both = [Term(loss, {"softcap": 4}), Term("l2", {"input": "@weight"}, 0.125), Term("l1", {"input": "@bias"}, 0.5)]
    book.add_terms("sum/regularised", both, operands)
    renamed = {"tokens": operands["input"], "words": operands["target"], "table": operands["weight"]}
    bound = {"input": "@tokens", "weight": "@table", "bias": "none", "target": "@words"}
    book.add_terms("sum/renamed", [Term(loss, bound, 2)], renamed)
    tied = operands | {"second": grid(rng, (3, 3), -2, 2), "next": labels(rng, "i", (3,), 5)}
    later = {"input": "@second", "target": "@next", "label_smoothing": 0.125}
    book.add_terms("sum/one_matrix_twice", [Term(loss, {}), Term(loss, later, 0.25)], tied)


def books():
    book = Book("linear_cross_entropy", "linear_cross_entropy")
    common(book, {}, lambda rng, n: layer(rng, (n, 3), 4), lambda n: (n,))
    options(book)
    shapes(book)
    ignoring(book)
    edges(book)
    sums(book)
    return [book]
