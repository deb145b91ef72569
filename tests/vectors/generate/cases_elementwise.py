"""Cases of mse, mae, huber, bce, focal, hinge, squared_hinge, l1 and l2."""

from casebook import INF, NAN, Book, choose, fixed, full, grid, labels, replaced, tensor
from cases_common import common

SHAPES = {"rank0": (), "rank1": (7,), "rank2": (3, 4), "rank3": (2, 3, 2), "rank4": (2, 1, 3, 2), "one": (1,)}
LARGE = {"block": (67, 5), "line": (301,)}
REDUCTIONS = ("none", "sum", "mean", "weighted_mean")


def shaped(book, given, make):
    for name, shape in (SHAPES | LARGE).items():
        for reduction in ("mean",) if name in LARGE else ("none", "mean"):
            label = f"shape/{name}/{reduction}"
            book.add(label, given | {"reduction": reduction}, make(book.random(label), shape))


def regression(rng, shape):
    return {"input": grid(rng, shape, -4, 4), "target": grid(rng, shape, -4, 4)}


def regression_book(loss, options):
    book = Book(loss, loss)
    common(book, {}, lambda rng, n: regression(rng, (n, 4)), lambda n: (n, 4))
    shaped(book, {}, regression)
    rng = book.random("bits")
    book.add("all_bits", {"reduction": "none"}, {"input": full(rng, (24,), -3, 3), "target": full(rng, (24,), -3, 3)})
    book.add(
        "target_renamed",
        {"input": "@prediction", "target": "@teacher"},
        {"prediction": grid(rng, (5,), -2, 2), "teacher": grid(rng, (5,), -2, 2)},
    )
    for name, given in options.items():
        for reduction in REDUCTIONS:
            operands = regression(book.random(f"{name}{reduction}"), (4, 3))
            book.add(f"options/{name}/{reduction}", given | {"reduction": reduction}, operands)
    book.add("edge/equal", {"reduction": "none"}, {"input": fixed(0, 1.5, -2), "target": fixed(0, 1.5, -2)})
    book.add(
        "edge/infinite",
        {"reduction": "none"},
        {"input": fixed(INF, -INF, 2, 3), "target": fixed(1, 1, -INF, 0.5)},
        hessian=False,
        alone_gradient="PyTorch's huber gradient of an infinity is NaN" if loss == "huber" else "",
    )
    book.add(
        "edge/nan",
        {"reduction": "none"},
        {"input": fixed(NAN, 1, 2), "target": fixed(1, 3, NAN)},
        hessian=False,
        alone_gradient="PyTorch's gradient of a NaN is 0 here" if loss != "mse" else "",
    )
    book.add(
        "edge/nan_in_sum",
        {"reduction": "sum"},
        {"input": fixed(NAN, 1, 2), "target": fixed(1, 3, 0)},
        hessian=False,
        alone_gradient="PyTorch's gradient of a NaN is 0 here" if loss != "mse" else "",
    )
    book.add("edge/tiny", {"reduction": "none"}, {"input": fixed(1e-40, -1e-42, 3), "target": fixed(0, 1e-40, 1)})
    book.add("edge/huge", {"reduction": "none"}, {"input": fixed(1e18, -3e4, 1), "target": fixed(-1e18, 2e4, 0)})
    return book


def huber_book():
    book = regression_book(
        "huber", {"delta_half": {"delta": 0.5}, "delta_2.5": {"delta": 2.5}, "delta_small": {"delta": 0.01}}
    )
    book.add(
        "edge/at_delta",
        {"reduction": "none", "delta": 1.5},
        {"input": fixed(1.5, -1.5, 1.25, 2, 0), "target": fixed(0, 0, 0, 0, 0)},
    )
    return book


def hessian_book(book, make):
    """Scaled and floored second derivatives."""
    for name, given in {
        "scaled": {"hessian_scale": 2.5},
        "floored": {"hessian_min": 0.125},
        "scaled_floored": {"hessian_scale": 0.25, "hessian_min": 0.0625},
    }.items():
        for reduction in ("none", "mean"):
            rng = book.random(name + reduction)
            operands = make(rng, (5, 3))
            operands |= {
                "sample_weight": grid(rng, (5, 3), 0.5, 2, 0.125),
                "mask": choose(rng, "b", (5, 3), [0, 1, 1, 1]),
            }
            book.add(f"hessian/{name}/{reduction}", given | {"reduction": reduction}, operands)


def logits(kind):
    def make(rng, shape):
        target = {
            "hard": lambda: choose(rng, "f", shape, [0, 1]),
            "soft": lambda: grid(rng, shape, 0, 1.0001),
            "i": lambda: labels(rng, "i", shape, 2),
            "b": lambda: labels(rng, "b", shape, 2),
        }[kind]()
        return {"input": grid(rng, shape, -5, 5), "target": target}

    return make


def probs(kind):
    def make(rng, shape):
        operands = logits(kind)(rng, shape)
        return operands | {"input": grid(rng, shape, 1 / 64, 63 / 64)}

    return make


def binary_edges(book, given):
    hard = fixed(0, 1, 0, 1, 0, 1, 0, 1)
    extremes = fixed(INF, INF, -INF, -INF, 1e4, 1e4, -1e4, -1e4)
    infinite = "PyTorch gives NaN for an infinite logit"
    book.add("edge/infinite", given | {"reduction": "none"}, {"input": extremes, "target": hard}, alone=infinite)
    sided = {"input": fixed(INF, -INF, 1e4, -1e4, 0), "target": fixed(1, 0, 1, 0, 1)}
    book.add("edge/infinite_right/mean", given, sided, alone=infinite)
    book.add(
        "edge/large",
        given | {"reduction": "none"},
        {"input": fixed(1e4, 1e4, -1e4, -1e4, 30, -30, 17, -17), "target": hard},
    )
    book.add(
        "edge/zero_tiny",
        given | {"reduction": "none"},
        {"input": fixed(0, 0, 1e-40, -1e-40), "target": fixed(0, 1, 0, 1)},
    )
    book.add("edge/nan", given | {"reduction": "none"}, {"input": fixed(NAN, 1, -1), "target": fixed(1, 1, 0)})


def ignoring(book, given, make, index):
    """ignore_index compares the target element; what is ignored may hold anything."""
    for reduction in REDUCTIONS:
        for kind in ("i", "f"):
            name = f"ignore_index/{kind}/{reduction}"
            rng = book.random(name)
            operands = make(rng, (4, 3))
            target = tensor(kind, (4, 3), operands["target"].values)
            operands |= {
                "target": replaced(target, {0: index, 5: index, 7: index}),
                "input": replaced(operands["input"], {0: NAN, 5: INF, 7: -INF}),
                "sample_weight": grid(rng, (4, 3), 0.5, 2, 0.125),
            }
            book.add(name, given | {"ignore_index": index, "reduction": reduction}, operands)
    gone = {"input": fixed(NAN, 1), "target": tensor("i", (2,), [index, index])}
    for empty in ("zero", "nan"):
        book.add(f"ignore_index/all/{empty}", given | {"ignore_index": index, "empty": empty}, gone)


def bce_book():
    book = Book("bce", "bce")
    common(book, {}, lambda rng, n: logits("hard")(rng, (n, 4)), lambda n: (n, 4))
    shaped(book, {}, logits("soft"))
    for kind in ("hard", "soft", "i", "b"):
        for source in ("logits", "probs"):
            make = logits(kind) if source == "logits" else probs(kind)
            for smoothing in (0, 0.125):
                for weight in (None, 2.5, [0.5, 1, 3], "@importance"):
                    for reduction in ("none", "sum", "mean", "weighted_mean"):
                        label = {None: "plain", 2.5: "number"}.get(
                            weight if not isinstance(weight, list) else "", "list"
                        )
                        label = "operand" if weight == "@importance" else label
                        if reduction in ("sum", "weighted_mean") and (kind in "ib" or smoothing):
                            continue
                        given = {} if source == "logits" else {"from": "probs"}
                        given |= {} if weight is None else {"pos_weight": weight}
                        given |= {"label_smoothing": smoothing} if smoothing else {}
                        given |= {"reduction": reduction}
                        name = f"{source}/{kind}/smoothing_{smoothing}/pos_weight_{label}/{reduction}"
                        operands = make(book.random(name), (4, 3))
                        if weight == "@importance":
                            operands["importance"] = fixed(0.75, 2, 1.5)
                        book.add(name, given, operands)
    for axis in (0, 1, 2, -2, -3):
        rng = book.random(f"axis{axis}")
        count = (2, 3, 4)[axis]
        weight = [0.5 + 0.25 * k for k in range(count)]
        book.add(f"pos_weight_axis/{axis}", {"pos_weight": weight, "axis": axis}, logits("soft")(rng, (2, 3, 4)))
    hessian_book(book, logits("soft"))
    binary_edges(book, {})
    ignoring(book, {}, logits("hard"), -100)
    ignoring_ones = {"input": fixed(0.25, NAN, -3), "target": tensor("b", (3,), [1, 255, 0])}
    book.add("ignore_index/byte", {"ignore_index": 255}, ignoring_ones)
    rng = book.random("rest")
    book.add(
        "infinite_soft",
        {"reduction": "none"},
        {"input": fixed(INF, -INF, 2), "target": fixed(0.5, 0.25, 0.5)},
        alone="PyTorch gives NaN for an infinite logit",
    )
    edge = {"input": fixed(0, 0, 1, 1, 1e-40, 1 - 2**-24, 1e-40, 0.5), "target": fixed(0, 1, 0, 1, 1, 1, 0, 1)}
    floor = "PyTorch's gradient floor is 1e-12 rounded to f32, in f64 too"
    book.add("probs/edge/none", {"from": "probs", "reduction": "none"}, edge, alone_gradient=floor)
    book.add("probs/edge/mean", {"from": "probs"}, edge, alone_gradient=floor)
    book.add("probs/edge/right", {"from": "probs", "reduction": "none"}, {"input": fixed(0, 1), "target": fixed(0, 1)})
    book.add(
        "probs/all_bits",
        {"from": "probs", "reduction": "none"},
        {"input": full(rng, (20,), 0.02, 0.98), "target": full(rng, (20,), 0, 1)},
    )
    book.add(
        "logits/all_bits", {"reduction": "none"}, {"input": full(rng, (20,), -9, 9), "target": full(rng, (20,), 0, 1)}
    )
    return book


def focal_book():
    book = Book("focal", "focal")
    common(book, {}, lambda rng, n: logits("hard")(rng, (n, 4)), lambda n: (n, 4))
    shaped(book, {"alpha": 0.25}, logits("hard"))
    for kind in ("hard", "soft", "i", "b"):
        for gamma in (None, 0, 0.5, 1, 1.5, 3, 5):
            for alpha in (None, 0.25, 0.75):
                for reduction in ("none", "mean") if alpha != 0.75 else ("sum",):
                    given = ({} if gamma is None else {"gamma": gamma}) | ({} if alpha is None else {"alpha": alpha})
                    name = f"{kind}/gamma_{gamma}/alpha_{alpha}/{reduction}"
                    operands = logits(kind)(book.random(name), (2, 3))
                    book.add(name, given | {"reduction": reduction}, operands)
    hessian_book(book, logits("hard"))
    binary_edges(book, {"alpha": 0.25})
    ignoring(book, {"gamma": 1.5}, logits("hard"), -1)
    return book


def hinge_book(loss):
    book = Book(loss, loss)
    signed = lambda kind: (
        lambda rng, shape: {"input": grid(rng, shape, -3, 3), "target": choose(rng, kind, shape, [-1, 1])}
    )
    binary = lambda kind: (
        lambda rng, shape: {"input": grid(rng, shape, -3, 3), "target": choose(rng, kind, shape, [0, 1])}
    )
    common(book, {}, lambda rng, n: signed("f")(rng, (n, 4)), lambda n: (n, 4))
    shaped(book, {}, signed("i"))
    for margin in (None, 0, 0.5, 2):
        for word, kind, make in (
            ("signed", "f", signed),
            ("signed", "i", signed),
            ("binary", "f", binary),
            ("binary", "i", binary),
            ("binary", "b", binary),
        ):
            for reduction in REDUCTIONS:
                given = ({} if margin is None else {"margin": margin}) | (
                    {"labels": "binary"} if word == "binary" else {}
                )
                name = f"{word}/{kind}/margin_{margin}/{reduction}"
                book.add(name, given | {"reduction": reduction}, make(kind)(book.random(name), (3, 3)))
    hessian_book(book, signed("f"))
    ignoring(book, {"labels": "binary"}, binary("f"), -1)
    ignoring_signed = {"input": fixed(0.5, NAN, -2), "target": tensor("i", (3,), [1, 0, -1])}
    book.add("ignore_index/zero_signed", {"ignore_index": 0}, ignoring_signed)
    book.add(
        "edge/kink",
        {"reduction": "none"},
        {"input": fixed(1, -1, 0.5, 1.5), "target": fixed(1, -1, 1, 1)},
        hessian=False,
        alone_gradient="at the kink losskit's subgradient is 0, PyTorch's maximum halves it",
    )
    book.add(
        "edge/infinite",
        {"reduction": "none"},
        {"input": fixed(INF, -INF, INF, -INF), "target": fixed(1, -1, -1, 1)},
        hessian=False,
    )
    book.add(
        "edge/nan",
        {"reduction": "none"},
        {"input": fixed(NAN, 0.5), "target": fixed(1, -1)},
        hessian=False,
        alone_gradient="Keras's hinge has a finite gradient at a NaN" if loss == "hinge" else "",
    )
    book.add("edge/large", {"reduction": "none"}, {"input": fixed(1e4, -1e4, 1e-40), "target": fixed(1, 1, 1)})
    return book


def regularizer_book(loss):
    book = Book(loss, loss)
    only = lambda rng, shape: {"input": grid(rng, shape, -3, 3)}
    common(book, {}, lambda rng, n: only(rng, (n, 4)), lambda n: (n, 4))
    shaped(book, {}, only)
    rng = book.random("names")
    book.add("named_operand", {"input": "@weights"}, {"weights": grid(rng, (3, 2), -2, 2)})
    book.add("named_operand/mean", {"input": "@weights", "reduction": "mean"}, {"weights": full(rng, (11,), -2, 2)})
    book.add("default_sum", {}, only(rng, (9,)))
    book.add("edge/zero", {"reduction": "none"}, {"input": fixed(0, -0.0, 1e-40, -2)})
    book.add(
        "edge/nan",
        {"reduction": "none"},
        {"input": fixed(NAN, 1)},
        hessian=False,
        alone_gradient="PyTorch's sign of a NaN is 0",
    )
    book.add("edge/infinite", {"reduction": "none"}, {"input": fixed(INF, -INF)})
    hessian_book_weighted(book, only)
    return book


def hessian_book_weighted(book, make):
    for name, given in {"scaled": {"hessian_scale": 0.5}, "floored": {"hessian_min": 3}}.items():
        operands = make(book.random(name), (4,))
        book.add(f"hessian/{name}", given | {"reduction": "mean"}, operands)


def books():
    result = [regression_book("mse", {}), regression_book("mae", {}), huber_book(), bce_book(), focal_book()]
    for book in result[:3]:
        hessian_book(book, regression)
    return result + [hinge_book("hinge"), hinge_book("squared_hinge"), regularizer_book("l1"), regularizer_book("l2")]
