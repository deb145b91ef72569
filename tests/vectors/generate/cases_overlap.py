"""Cases of dice, jaccard and tversky."""

import math

from casebook import NAN, Book, Tensor, choose, fixed, grid, labels, one_hot, replaced, soft, tensor
from cases_common import common

REDUCTIONS = ("none", "sum", "mean", "weighted_mean")


def masks(rng, shape, kind="hard", class_axis=1, low=1 / 64, high=63 / 64):
    """Predicted probabilities and a target: hard or soft masks, one-hot over the classes, or labels."""
    class_axis %= len(shape)
    x = grid(rng, shape, low, high)
    if kind == "hard":
        target = choose(rng, "f", shape, [0, 1])
    elif kind == "soft":
        target = grid(rng, shape, 0, 1.0001, 1 / 64)
    elif kind == "one_hot":
        target = one_hot(rng, shape, class_axis)
    else:
        target = labels(rng, kind, shape[:class_axis] + shape[class_axis + 1 :], shape[class_axis])
    return {"input": x, "target": target}


def scores(rng, shape, kind, class_axis=1):
    return masks(rng, shape, kind, class_axis, -3, 3)


def options(book, extra):
    """activation x target x background x squared x smooth x batch, one reduction each in turn."""
    turn = 0
    for activation in ("none", "sigmoid", "softmax"):
        for kind in ("hard", "soft", "i", "b", "f_labels"):
            for background in (True, False):
                for squared in (False, True):
                    for batch in (False, True):
                        smooth = ({}, {"smooth": 1}, {"smooth_nr": 0, "smooth_dr": 1e-6}, {"smooth_nr": 0.0625})[
                            turn % 4
                        ]
                        reduction = REDUCTIONS[turn % 3 if turn % 5 else 3]
                        turn += 1
                        given = dict(extra)
                        given |= {"activation": activation} if activation != "none" else {}
                        given |= {} if background else {"include_background": False}
                        given |= ({"squared": True} if squared else {}) | smooth | ({"batch": True} if batch else {})
                        given |= {"reduction": reduction}
                        name = f"options/{activation}/{kind}/background_{background}/squared_{squared}/batch_{batch}".lower()
                        make = masks if activation == "none" else scores
                        word = "f" if kind == "f_labels" else kind
                        book.add(name, given, make(book.random(name), (2, 3, 2, 2), kind=word))


LAYOUTS = [
    ((2, 3, 5), {}),
    ((2, 3, 2, 3), {}),
    ((2, 1, 3, 2), {}),
    ((1, 2, 9), {}),
    ((2, 2, 2, 1, 3), {}),
    ((2, 3, 2, 2), {"axis": [0, 2, 3]}),
    ((2, 3, 2, 2), {"axis": [1, 2, 3]}),
    ((2, 3, 2, 2), {"axis": [-1]}),
    ((2, 3, 2, 2), {"axis": [0, 1, 2, 3]}),
    ((2, 2, 3, 3), {"axis": [1, 2], "class_axis": -1}),
    ((4, 3), {"axis": [0]}),
    ((4, 3), {"axis": [1], "class_axis": 0}),
    ((3, 2, 4), {"axis": [2], "class_axis": 0}),
    ((6,), {"axis": [0], "class_axis": 0}),
    ((2, 3, 2, 2), {"axis": [2]}),
    ((2, 3, 70), {}),
    ((1, 2, 9, 37), {}),
    ((2, 65, 3), {}),
]


def layouts(book, extra):
    for shape, where in LAYOUTS:
        for activation in ("none", "softmax", "sigmoid"):
            for kind in ("hard", "i") if len(shape) > 1 else ("hard",):
                large = math.prod(shape) > 100
                if large and (activation == "sigmoid" or kind == "i"):
                    continue
                for reduction in ("mean",) if large else ("none", "mean"):
                    given = (
                        extra
                        | where
                        | ({} if activation == "none" else {"activation": activation})
                        | {"reduction": reduction}
                    )
                    axes = "".join(f"/{k}_{v}" for k, v in where.items()).replace(" ", "")
                    name = f"layout/{'x'.join(map(str, shape))}{axes}/{activation}/{kind}/{reduction}"
                    make = masks if activation == "none" else scores
                    book.add(name, given, make(book.random(name), shape, kind, where.get("class_axis", 1)))


def weighting(book, extra):
    """Class weights, sample weights, pixel masks and ignored labels together."""
    for reduction in REDUCTIONS:
        for label, weight in (("list", [0.5, 2, 1]), ("operand", "@balance")):
            for batch in (False, True):
                name = f"class_weight/{label}/batch_{batch}/{reduction}".lower()
                rng = book.random(name)
                operands = masks(rng, (2, 3, 2, 2), "i")
                operands["sample_weight"] = grid(rng, (3,) if batch else (2, 3), 0.5, 2, 0.125)
                operands["mask"] = tensor("b", (2, 2, 2), [1, 1, 0, 1, 0, 1, 1, 1])
                if label == "operand":
                    operands["balance"] = fixed(1.5, 0.25, 0.75)
                given = extra | {"class_weight": weight, "reduction": reduction} | ({"batch": True} if batch else {})
                book.add(name, given, operands)
        for activation in ("none", "sigmoid", "softmax"):
            name = f"ignore_index/{activation}/{reduction}"
            rng = book.random(name)
            make = masks if activation == "none" else scores
            operands = make(rng, (2, 3, 2, 2), kind="i")
            operands["target"] = replaced(operands["target"], {0: -100, 3: -100, 6: -100})
            given = extra | {"ignore_index": -100, "reduction": reduction}
            book.add(name, given | ({} if activation == "none" else {"activation": activation}), operands)
            hidden = {"input": replaced(operands["input"], {0: NAN, 4: math.inf, 8: -math.inf, 3: NAN})}
            book.add(
                f"{name}/poison",
                given | ({} if activation == "none" else {"activation": activation}),
                operands | hidden,
            )
        name = f"mask/region_gone/{reduction}"
        operands = masks(book.random(name), (2, 2, 3), "hard") | {"mask": tensor("b", (2, 3), [0, 0, 0, 1, 0, 1])}
        book.add(name, extra | {"reduction": reduction}, operands)
    operands = masks(book.random("background"), (2, 3, 4), "i") | {
        "sample_weight": fixed(0.5, 1, 2, 0.25, shape=(2, 2))
    }
    book.add(
        "class_weight/sample_weight_without_background",
        extra | {"include_background": False, "reduction": "weighted_mean"},
        operands,
    )
    for activation in ("sigmoid", "softmax"):
        operands = scores(book.random("masked" + activation), (2, 3, 4), "soft")
        operands |= {"mask": tensor("b", (2, 4), [1, 0, 1, 1, 1, 1, 0, 0])}
        hidden = replaced(operands["input"], {1: NAN, 5: math.inf, 9: 3, 14: -math.inf, 15: NAN})
        book.add(f"mask/{activation}/poison", extra | {"activation": activation}, operands | {"input": hidden})


def edges(book, extra):
    zero = Tensor("f", (1, 2, 3), [0.0] * 6)
    half = Tensor("f", (1, 2, 3), [0.5, 0.25, 1.0, 0.0, 0.0, 0.0])
    none = extra | {"reduction": "none"}
    for name, given in (
        ("smooth_0", {"smooth": 0}),
        ("default", {}),
        ("smooth_dr", {"smooth_nr": 0, "smooth_dr": 1e-5}),
    ):
        alone = "0/0 is defined here and NaN in PyTorch" if name == "smooth_0" else ""
        book.add(f"edge/empty/{name}", none | given, {"input": zero, "target": zero}, alone=alone)
        book.add(
            f"edge/empty_mean/{name}",
            extra | given,
            {"input": half, "target": zero},
            alone="0/0 is defined here and NaN in PyTorch" if name == "smooth_0" else "",
        )
        book.add(
            f"edge/empty_target/{name}", none | given, {"input": Tensor("f", (1, 2, 3), [0.25] * 6), "target": zero}
        )
    perfect = Tensor("f", (1, 2, 3), [1.0, 0.0, 1.0, 0.0, 1.0, 0.0])
    book.add("edge/perfect", none | {"smooth": 0}, {"input": perfect, "target": perfect}, alone_gradient="")
    poisoned = masks(book.random("nan"), (2, 2, 3))
    book.add("edge/nan", none, poisoned | {"input": replaced(poisoned["input"], {4: NAN})})
    far = scores(book.random("far"), (2, 2, 3), "hard")
    book.add(
        "edge/large_logits",
        none | {"activation": "sigmoid"},
        far | {"input": replaced(far["input"], {0: 1e4, 1: -1e4, 2: math.inf, 3: -math.inf})},
    )
    labelled = scores(book.random("softmax"), (2, 3, 3), "i")
    book.add(
        "edge/softmax_minus_infinity",
        none | {"activation": "softmax"},
        labelled | {"input": replaced(labelled["input"], {0: -math.inf, 13: -1e4})},
    )


def overlap_book(loss, variants):
    book = Book(loss, loss)
    common(book, {}, lambda rng, n: masks(rng, (n, 2, 2, 2)), lambda n: (n, 2), lambda n: (n, 2, 2), poison=False)
    for name, extra in variants.items():
        operands = masks(book.random(name), (2, 3, 4), "soft")
        for reduction in REDUCTIONS:
            book.add(f"parameters/{name}/{reduction}", extra | {"reduction": reduction}, operands)
    options(book, {})
    layouts(book, {})
    weighting(book, {})
    edges(book, {})
    soft_rows = {"input": soft(book.random("a"), (2, 4, 3), 1), "target": soft(book.random("b"), (2, 4, 3), 1)}
    book.add("soft_distributions", {"squared": True}, soft_rows)
    return book


def books():
    rates = {
        "precision": {"alpha": 0.75, "beta": 0.25},
        "recall": {"alpha": 0.25, "beta": 1.5},
        "dice": {"alpha": 0.5, "beta": 0.5},
        "zero": {"alpha": 0, "beta": 0, "smooth_dr": 2},
    }
    return [overlap_book("dice", {}), overlap_book("jaccard", {}), overlap_book("tversky", rates)]
