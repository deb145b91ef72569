"""Cases of cross_entropy, categorical_focal, multiclass_hinge and categorical_hinge."""

import math

from casebook import (
    INF,
    NAN,
    Book,
    Tensor,
    fixed,
    full,
    grid,
    labels,
    one_hot,
    probabilities,
    replaced,
    soft,
    tensor,
)
from cases_common import common

REDUCTIONS = ("none", "sum", "mean", "weighted_mean")
# Shapes and class axes, beyond the usual [rows, classes]: ranks 1 to 4, every axis, extents that cross block edges.
LAYOUTS = [
    ((4,), 0),
    ((4,), -1),
    ((3, 4), 0),
    ((3, 4), 1),
    ((3, 4), -1),
    ((2, 4, 3), 0),
    ((2, 4, 3), 1),
    ((2, 4, 3), 2),
    ((2, 4, 3), -2),
    ((2, 3, 2, 2), 1),
    ((2, 3, 2, 2), 0),
    ((2, 2, 2, 3), -1),
    ((2, 2, 3, 2), 2),
    ((1, 5), 1),
    ((5, 1), 1),
]
LARGE = [
    ((70, 10), 1),
    ((3, 64), 1),
    ((3, 65), 1),
    ((4, 100), 1),
    ((2, 300), 1),
    ((100, 3), 0),
    ((2, 10, 33), 1),
    ((35, 7), 0),
]


def without(shape, axis):
    axis %= len(shape)
    return shape[:axis] + shape[axis + 1 :]


def target_of(rng, kind, shape, axis):
    count = shape[axis % len(shape)]
    if kind == "soft":
        return soft(rng, shape, axis)
    if kind == "one_hot":
        return one_hot(rng, shape, axis)
    return labels(rng, kind, without(shape, axis), count)


def scores(rng, kind, shape, axis=1):
    return {"input": grid(rng, shape, -4, 4), "target": target_of(rng, kind, shape, axis)}


def input_from(source, rng, shape, axis):
    if source == "logits":
        return grid(rng, shape, -4, 4)
    inside = probabilities(rng, shape, axis)
    if source == "probs":
        return inside
    return Tensor("f", shape, [-round(-math.log(v) * 1024) / 1024 for v in inside.values])


def layouts(book, given, kinds, dense_large="soft"):
    for shape, axis in LAYOUTS:
        for kind in kinds:
            for reduction in ("none", "mean"):
                name = f"layout/{'x'.join(map(str, shape))}/axis_{axis}/{kind}/{reduction}"
                book.add(
                    name, given | {"axis": axis, "reduction": reduction}, scores(book.random(name), kind, shape, axis)
                )
    for kind in kinds[:1]:
        name = f"layout/default_axis_rank1/{kind}"
        book.add(name, given, scores(book.random(name), kind, (5,), 0))
    for shape, axis in LARGE:
        for kind in ("i", dense_large):
            if kind != "i" and shape[0] > 4:
                continue
            name = f"large/{'x'.join(map(str, shape))}/axis_{axis}/{kind}"
            book.add(name, given | ({} if axis == 1 else {"axis": axis}), scores(book.random(name), kind, shape, axis))


def ignoring(book, given):
    for index, kind in ((-100, "i"), (-1, "f"), (2, "i"), (255, "b")):
        for reduction in REDUCTIONS:
            name = f"ignore_index/{index}/{kind}/{reduction}"
            rng = book.random(name)
            operands = scores(rng, kind, (5, 4))
            target = replaced(operands["target"], {1: index, 3: index})
            poison = {4: NAN, 5: INF, 6: -INF, 7: 1, 12: INF, 13: INF, 14: NAN, 15: -INF}
            operands |= {"target": target, "input": replaced(operands["input"], poison)}
            for k in (0, 2, 4):
                if target.values[k] == index:
                    target.values[k] = 1
            operands["sample_weight"] = grid(rng, (5,), 0.5, 2, 0.125)
            book.add(name, given | {"ignore_index": index, "reduction": reduction}, operands)
    for empty in ("zero", "nan"):
        gone = {"input": fixed(NAN, 1, 2, INF, 1, 2, shape=(2, 3)), "target": tensor("i", (2,), [-100, -100])}
        book.add(f"ignore_index/all/{empty}", given | {"ignore_index": -100, "empty": empty}, gone)
    rng = book.random("unused")
    book.add("ignore_index/unused", given | {"ignore_index": -100}, scores(rng, "i", (3, 4)))
    rng = book.random("axis0")
    operands = scores(rng, "i", (4, 3), 0)
    book.add(
        "ignore_index/axis0",
        given | {"ignore_index": 9, "axis": 0},
        {"input": replaced(operands["input"], {1: NAN, 4: INF}), "target": replaced(operands["target"], {1: 9})},
    )


def cross_entropy_options(book):
    for source in ("logits", "probs", "log_probs"):
        for kind in ("i", "b", "f", "one_hot", "soft") if source == "logits" else ("i", "soft"):
            for label, weight in (("none", None), ("list", [0.5, 1, 2.5, 0.25]), ("operand", "@class_balance")):
                for smoothing in (0, 0.125) if source == "logits" else (0, 0.25):
                    for reduction in REDUCTIONS:
                        if reduction == "sum" and (smoothing or kind in ("b", "f", "one_hot")):
                            continue
                        given = ({} if source == "logits" else {"from": source}) | (
                            {} if weight is None else {"class_weight": weight}
                        )
                        given |= ({"label_smoothing": smoothing} if smoothing else {}) | {"reduction": reduction}
                        name = f"{source}/{kind}/class_weight_{label}/smoothing_{smoothing}/{reduction}"
                        rng = book.random(name)
                        operands = {
                            "input": input_from(source, rng, (4, 4), 1),
                            "target": target_of(rng, kind, (4, 4), 1),
                        }
                        if label == "operand":
                            operands["class_balance"] = fixed(0.75, 2, 1, 0.5)
                        book.add(name, given, operands)
    for axis, shape in ((0, (4, 3)), (2, (2, 3, 4)), (-1, (2, 3, 4)), (1, (2, 4, 2, 2))):
        for kind in ("i", "soft"):
            name = f"class_weight_axis/{axis}/{len(shape)}/{kind}"
            given = {
                "axis": axis,
                "class_weight": [0.5, 1, 2.5, 0.25],
                "label_smoothing": 0.125,
                "reduction": "weighted_mean",
            }
            rng = book.random(name)
            operands = scores(rng, kind, shape, axis) | {
                "sample_weight": grid(rng, without(shape, axis), 0.5, 2, 0.125)
            }
            book.add(name, given, operands)
    for reduction in REDUCTIONS:
        name = f"ignore_index/class_weight_smoothing/{reduction}"
        rng = book.random(name)
        operands = scores(rng, "i", (6, 3))
        operands |= {"target": replaced(operands["target"], {0: -100, 4: -100})}
        given = {"class_weight": [0.5, 2, 1], "ignore_index": -100, "label_smoothing": 0.125, "reduction": reduction}
        book.add(name, given, operands)


def cross_entropy_hessian(book):
    for kind in ("i", "soft"):
        for name, given in {
            "bound": {"hessian": "bound"},
            "scaled": {"hessian_scale": 1.5},
            "floored": {"hessian_min": 0.125},
            "bound_scaled_floored": {"hessian": "bound", "hessian_scale": 0.5, "hessian_min": 0.0625},
        }.items():
            for reduction in ("none", "mean"):
                label = f"hessian/{name}/{kind}/{reduction}"
                rng = book.random(label)
                operands = scores(rng, kind, (4, 3)) | {
                    "sample_weight": grid(rng, (4,), 0.5, 2, 0.125),
                    "mask": tensor("b", (4,), [1, 0, 1, 1]),
                }
                book.add(label, given | {"reduction": reduction}, operands)
    rng = book.random("hessian_weights")
    book.add(
        "hessian/bound_class_weight",
        {"hessian": "bound", "class_weight": [1, 2, 0.5], "reduction": "weighted_mean"},
        scores(rng, "i", (4, 3)),
    )


def softmax_edges(book, given, smooth):
    """Logits of -inf, of 1e4, NaN rows: each in its own row."""
    none = given | {"reduction": "none"}
    rows = fixed(-INF, 1, 2, 0.5, -INF, -INF, 1, -2, -INF, NAN, 1, 2, 1, 2, 3, shape=(5, 3))
    target = tensor("i", (5,), [1, 0, 2, 0, 1])
    book.add(
        "edge/minus_infinity_and_nan",
        none,
        {"input": rows, "target": target},
        hessian=smooth,
        alone="PyTorch's autograd makes NaN of 0 * log 0" if not smooth else "",
    )
    hard = tensor("f", (5, 3), [0, 1, 0, 1, 0, 0, 0.5, 0.5, 0, 0, 1, 0, 0, 0.25, 0.75])
    book.add(
        "edge/minus_infinity_dense",
        none,
        {"input": rows, "target": hard},
        hessian=smooth,
        alone="PyTorch gives NaN for a zero target at a logit of -inf",
    )
    finite = {"input": fixed(-INF, 1, 2, 0.5, -INF, 3, shape=(2, 3)), "target": tensor("i", (2,), [2, 0])}
    book.add(
        "edge/minus_infinity/mean",
        given,
        finite,
        alone="PyTorch's autograd makes NaN of 0 * log 0" if not smooth else "",
    )
    book.add(
        "edge/nan_in_mean",
        given,
        {"input": fixed(NAN, 1, 2, 0.5, -2, 3, shape=(2, 3)), "target": tensor("i", (2,), [2, 0])},
    )
    large = fixed(1e4, -1e4, 0, -1e4, 1e4, 9e3, 80, -80, 0, 1e4, 1e4, 1e4, shape=(4, 3))
    book.add("edge/large", none, {"input": large, "target": tensor("i", (4,), [1, 2, 2, 0])})
    book.add("edge/large_right/mean", given, {"input": large, "target": tensor("i", (4,), [0, 1, 2, 1])})
    book.add(
        "edge/one_class",
        none,
        {"input": fixed(3, -1e4, 0, shape=(3, 1)), "target": tensor("i", (3,), [0, 0, 0])},
    )
    book.add("edge/one_row", given, {"input": fixed(0.5, -1.25, 2, shape=(1, 3)), "target": tensor("b", (1,), [2])})
    book.add("edge/tiny", none, {"input": fixed(1e-40, 0, -1e-40, shape=(1, 3)), "target": tensor("i", (1,), [0])})
    rng = book.random("all_bits")
    book.add("all_bits", none, {"input": full(rng, (6, 5), -9, 9), "target": labels(rng, "i", (6,), 5)})
    # A dominant class: the true class's gradient is a small number that p - 1 would lose.
    book.add(
        "edge/confident",
        none,
        {"input": fixed(18, 0, 1, -17, 0.5, 3, shape=(2, 3)), "target": tensor("i", (2,), [0, 2])},
    )


def cross_entropy_book():
    book = Book("cross_entropy", "cross_entropy")
    common(book, {}, lambda rng, n: scores(rng, "i", (n, 4)), lambda n: (n,))
    cross_entropy_options(book)
    layouts(book, {}, ("i", "soft"))
    ignoring(book, {})
    cross_entropy_hessian(book)
    softmax_edges(book, {}, smooth=True)
    dense_rows(book)
    book.add(
        "edge/plus_infinity",
        {"reduction": "none"},
        {"input": fixed(INF, 0, 1, 2, shape=(2, 2)), "target": tensor("i", (2,), [0, 1])},
        gradient=False,
        hessian=False,
    )
    zero = fixed(0, 0.25, 0.75, 1, 0, 0, 0.5, 0.5, 0, shape=(3, 3))
    for label, target in (
        ("labels", tensor("i", (3,), [0, 0, 2])),
        ("soft", fixed(0, 0.5, 0.5, 1, 0, 0, 0, 1, 0, shape=(3, 3))),
    ):
        book.add(
            f"probs/edge/{label}",
            {"from": "probs", "reduction": "none"},
            {"input": zero, "target": target},
            alone_gradient="PyTorch's autograd makes NaN of 0 / 0 here",
        )
    logs = fixed(-INF, -0.5, -1, 0, -INF, -INF, shape=(2, 3))
    book.add(
        "log_probs/edge",
        {"from": "log_probs", "reduction": "none"},
        {"input": logs, "target": tensor("i", (2,), [1, 0])},
    )
    book.add(
        "log_probs/edge/wrong",
        {"from": "log_probs", "reduction": "none"},
        {"input": logs, "target": tensor("i", (2,), [0, 2])},
    )
    # Targets that do not sum to 1 are weights as they are.
    rng = book.random("unnormalised")
    book.add("unnormalised_target", {}, {"input": grid(rng, (3, 4), -3, 3), "target": grid(rng, (3, 4), 0, 2)})
    return book


def dense_rows(book):
    """Weights and masks over rows with soft targets."""
    for reduction in REDUCTIONS:
        for weight in (None, [0.5, 2, 1]):
            name = f"dense/{'class_weight' if weight else 'plain'}/{reduction}"
            rng = book.random(name)
            operands = scores(rng, "soft", (5, 3)) | {
                "sample_weight": grid(rng, (5,), 0.5, 2, 0.125),
                "mask": tensor("b", (5,), [1, 0, 1, 1, 0]),
            }
            operands["input"] = replaced(operands["input"], {3: NAN, 12: INF, 13: -INF})
            book.add(name, ({"class_weight": weight} if weight else {}) | {"reduction": reduction}, operands)


def focal_book():
    book = Book("categorical_focal", "categorical_focal")
    mild = lambda rng, n: {"input": grid(rng, (n, 4), -2, 2), "target": labels(rng, "i", (n,), 4)}
    common(book, {}, mild, lambda n: (n,))
    for kind in ("i", "f", "soft"):
        for gamma in (None, 0, 0.5, 1, 1.5, 4):
            for label, alpha in (("none", None), ("number", 0.25), ("list", [0.5, 1, 2, 0.25])):
                for reduction in ("mean",) if label == "number" or kind == "f" else ("none", "weighted_mean"):
                    given = ({} if gamma is None else {"gamma": gamma}) | ({} if alpha is None else {"alpha": alpha})
                    name = f"{kind}/gamma_{gamma}/alpha_{label}/{reduction}"
                    rng = book.random(name)
                    operands = {"input": grid(rng, (3, 4), -2, 2), "target": target_of(rng, kind, (3, 4), 1)}
                    book.add(name, given | {"reduction": reduction}, operands)
    layouts(book, {"gamma": 1.5}, ("i", "soft"))
    ignoring(book, {})
    softmax_edges(book, {}, smooth=False)
    for name, given in {"scaled": {"hessian_scale": 1.5}, "floored": {"hessian_min": 0.125}}.items():
        book.add(f"hessian/{name}", given | {"reduction": "none"}, scores(book.random(name), "i", (4, 3)))
    return book


def margin_book(loss, margins):
    book = Book(loss, loss)
    common(book, {}, lambda rng, n: scores(rng, "i", (n, 4)), lambda n: (n,))
    for kind in ("i", "b", "f", "one_hot", "soft"):
        for margin in margins:
            for reduction in REDUCTIONS:
                given = ({} if margin is None else {"margin": margin}) | {"reduction": reduction}
                name = f"{kind}/margin_{margin}/{reduction}"
                book.add(name, given, scores(book.random(name), kind, (4, 3)))
    for reduction in REDUCTIONS:
        for kind in ("i", "soft"):
            for label, weight in (("list", [0.5, 2, 1]), ("operand", "@class_balance")):
                name = f"class_weight/{label}/{kind}/{reduction}"
                operands = scores(book.random(name), kind, (4, 3))
                operands |= {"class_balance": fixed(0.25, 1.5, 3)} if label == "operand" else {}
                book.add(name, {"class_weight": weight, "reduction": reduction}, operands)
    layouts(book, {}, ("i", "soft"))
    ignoring(book, {})
    tie = "a tie: losskit gives the first maximum the subgradient, frameworks share it"
    same = fixed(1, 1, 1, 2, 2, 0, 0, 0, 0, shape=(3, 3))
    book.add(
        "edge/ties", {"reduction": "none"}, {"input": same, "target": tensor("i", (3,), [0, 2, 1])}, alone_gradient=tie
    )
    book.add(
        "edge/at_zero",
        {"reduction": "none"},
        {"input": fixed(2, 1, -1, 0, 1, -5, shape=(2, 3)), "target": tensor("i", (2,), [0, 1])},
        alone_gradient=tie,
    )
    book.add(
        "edge/nan",
        {"reduction": "none"},
        {"input": fixed(NAN, 1, 2, 0.5, -2, 3, shape=(2, 3)), "target": tensor("i", (2,), [2, 0])},
        gradient=False,
    )
    book.add(
        "edge/large",
        {"reduction": "none"},
        {"input": fixed(1e4, -1e4, 0, -1e4, 1e4, 9e3, shape=(2, 3)), "target": tensor("i", (2,), [1, 2])},
    )
    book.add(
        "edge/one_class",
        {"reduction": "none"},
        {"input": fixed(3, -1e4, shape=(2, 1)), "target": tensor("i", (2,), [0, 0])},
        alone_gradient=tie,
    )
    return book


def books():
    return [
        cross_entropy_book(),
        focal_book(),
        margin_book("multiclass_hinge", (None, 0, 0.5, 2.5)),
        margin_book("categorical_hinge", (None,)),
    ]
