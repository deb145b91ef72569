"""Cases of the keras dialect, one file per loss; every one is run live in Keras as well."""

import math

from casebook import (
    INF,
    NAN,
    Book,
    choose,
    fixed,
    full,
    grid,
    labels,
    one_hot,
    probabilities,
    replaced,
    scalar,
    soft,
    tensor,
    weights,
)
from cases_rowwise import without

REDUCTIONS = ("sum_over_batch_size", "mean", "sum", "mean_with_sample_weight", "none")


def common(book, given, make, axis=-1):
    """Every reduction with weights, masks and upstream gradients. The loss elements are the input without `axis`."""
    for reduction in REDUCTIONS:
        for extra in ("plain", "weights", "mask", "weights_mask", "grad_output", "all_masked", "zero_weights"):
            name = f"common/{reduction}/{extra}"
            rng = book.random(name)
            operands = make(rng, (4, 3))
            shape = without((4, 3), axis)
            if "weights" in extra:
                operands["sample_weight"] = weights(rng, shape)
            if extra == "zero_weights":
                operands["sample_weight"] = tensor("f", shape, [0] * math.prod(shape))
            if "mask" in extra:
                bits = [0] * math.prod(shape) if extra == "all_masked" else ([1, 0, 1, 1])[: math.prod(shape)]
                operands["mask"] = tensor("b", shape, bits)
            if extra == "grad_output":
                upstream = grid(rng, shape, -2, 2, 1 / 64)
                operands["grad_output"] = upstream if reduction == "none" else scalar(-1.75)
            chosen = {} if reduction == "sum_over_batch_size" and extra == "plain" else {"reduction": reduction}
            book.add(name, given | chosen, operands)


def layouts(book, given, make, shapes=((5,), (1, 4), (4, 1), (2, 3, 4), (2, 2, 3, 2), (70, 5), (3, 65), (2, 300))):
    for shape in shapes:
        for reduction in ("mean",) if math.prod(shape) > 100 else ("mean", "none"):
            name = f"layout/{'x'.join(map(str, shape))}/{reduction}"
            book.add(name, given | {"reduction": reduction}, make(book.random(name), shape))


def regression(rng, shape):
    return {"input": grid(rng, shape, -4, 4), "target": grid(rng, shape, -4, 4)}


def regression_books():
    result = []
    for loss in ("mean_squared_error", "mean_absolute_error", "huber"):
        book = Book(f"keras.{loss}", f"keras.{loss}")
        common(book, {}, regression)
        layouts(book, {}, regression)
        rng = book.random("bits")
        book.add("all_bits", {}, {"input": full(rng, (4, 3), -3, 3), "target": full(rng, (4, 3), -3, 3)})
        book.add(
            "renamed",
            {"input": "@prediction"},
            {"prediction": grid(rng, (2, 3), -2, 2), "target": grid(rng, (2, 3), -2, 2)},
        )
        book.add(
            "edge/equal",
            {"reduction": "none"},
            {"input": fixed(1, 2, 3, 4, shape=(2, 2)), "target": fixed(1, 2, 5, 4, shape=(2, 2))},
        )
        for delta in (0.25, 2, 3.5) if loss == "huber" else ():
            book.add(f"delta/{delta}", {"delta": delta}, regression(book.random(str(delta)), (3, 4)))
        result.append(book)
    return result


def hinge_books():
    result = []
    for loss in ("hinge", "squared_hinge"):
        book = Book(f"keras.{loss}", f"keras.{loss}")
        make = lambda options: (
            lambda rng, shape: {"input": grid(rng, shape, -3, 3), "target": choose(rng, "f", shape, options)}
        )
        common(book, {}, make([-1, 1]))
        layouts(book, {}, make([0, 1]))
        # One label outside {0, 1} in the batch leaves every 0 a 0.
        for name, options in {"signed": [-1, 1], "binary": [0, 1], "mixed": [-1, 0, 1], "free": [-2, 0.5, 3]}.items():
            for reduction in ("mean", "none"):
                label = f"labels/{name}/{reduction}"
                book.add(label, {"reduction": reduction}, make(options)(book.random(label), (4, 4)))
        ones = {"input": fixed(0.5, 2, -0.75, shape=(3, 1)), "target": fixed(1, 1, 1, shape=(3, 1))}
        book.add("labels/all_ones", {"reduction": "none"}, ones)
        book.add("labels/all_zeros", {"reduction": "none"}, ones | {"target": fixed(0, 0, 0, shape=(3, 1))})
        result.append(book)
    book = Book("keras.categorical_hinge", "keras.categorical_hinge")
    make = lambda rng, shape: {"input": full(rng, shape, -3, 3), "target": one_hot(rng, shape, -1)}
    common(book, {}, make)
    layouts(book, {}, make)
    rng = book.random("soft")
    book.add("soft", {"reduction": "none"}, {"input": grid(rng, (5, 4), -2, 2), "target": soft(rng, (5, 4), -1)})
    negative = {"input": fixed(-1, -2, -3, -0.5, -4, -2, shape=(2, 3)), "target": fixed(1, 0, 0, 0, 1, 0, shape=(2, 3))}
    book.add("negative_scores", {"reduction": "none"}, negative)
    book.add("signed_targets", {"reduction": "none"}, negative | {"target": fixed(1, -1, -1, -1, 1, -1, shape=(2, 3))})
    return [*result, book]


# Probabilities around Keras's clip, 1e-7 and 1 - 1e-7. In f32 the upper end is 1 - 2**-23.
CLIP_EDGES = (0, 1, 1e-9, 5e-8, 2e-7, 1e-6, 1 - 2**-24, 1 - 2**-22, 1 - 2**-20, 0.5, 1e-40)


def binary_books():
    result = []
    for loss in ("binary_crossentropy", "binary_focal_crossentropy"):
        focal = loss == "binary_focal_crossentropy"
        book = Book(f"keras.{loss}", f"keras.{loss}")
        inside = lambda rng, shape: {
            "input": grid(rng, shape, 1 / 64, 63 / 64),
            "target": choose(rng, "f", shape, [0, 1]),
        }
        logits = lambda rng, shape: {"input": grid(rng, shape, -3, 3), "target": choose(rng, "f", shape, [0, 1])}
        rough = "forms the probability first" if focal else ""
        common(book, {}, inside)
        layouts(book, {}, inside)
        gammas = ({}, {"gamma": 0}, {"gamma": 1}, {"gamma": 0.5}, {"gamma": 3.5}) if focal else ({},)
        balances = (
            ({}, {"apply_class_balancing": True}, {"apply_class_balancing": True, "alpha": 0.75}) if focal else ({},)
        )
        for from_logits in (False, True):
            for smoothing in (0, 0.125):
                for axis in (None, 0, -1) if not focal else (None, 0):
                    for soft_target in (False, True):
                        for gamma in gammas:
                            for balance in balances:
                                given = gamma | balance | ({"from_logits": True} if from_logits else {})
                                given |= ({"label_smoothing": smoothing} if smoothing else {}) | (
                                    {} if axis is None else {"axis": axis}
                                )
                                name = "/".join(
                                    [
                                        "options",
                                        "soft" if soft_target else "hard",
                                        *(f"{k}_{v}" for k, v in given.items()),
                                    ]
                                ).lower()
                                rng = book.random(name)
                                operands = (logits if from_logits else inside)(rng, (2, 3))
                                if soft_target:
                                    operands["target"] = grid(rng, (2, 3), 0, 1.0001, 1 / 64)
                                book.add(name, given | {"reduction": "none"}, operands, rough_f32=rough)
        for gamma in (0.5, 2) if focal else ():
            wide = {
                "input": grid(book.random(f"wide{gamma}"), (16, 2), -7, 7),
                "target": choose(book.random("w"), "f", (16, 2), [0, 1]),
            }
            book.add(
                f"wide_logits/{gamma}",
                {"from_logits": True, "gamma": gamma, "reduction": "none"},
                wide,
                rough_f32=rough,
            )
        for axis in (0, 1, 2, -2):
            name = f"axis/{axis}"
            book.add(name, {"axis": axis, "reduction": "none"}, inside(book.random(name), (2, 3, 4)))
        for label in (0, 1):
            shape = (len(CLIP_EDGES), 1)
            operands = {
                "input": fixed(*CLIP_EDGES, shape=shape),
                "target": fixed(*[label] * len(CLIP_EDGES), shape=shape),
            }
            book.add(f"edge/clip/{label}", {"reduction": "none"}, operands)
            book.add(f"edge/clip_mean/{label}", {}, operands)
        end = {"input": fixed(1 - 2**-23, 0.75, shape=(2, 1)), "target": fixed(0, 1, shape=(2, 1))}
        book.add(
            "edge/clip_end",
            {"reduction": "none"},
            end,
            dtypes=("f32",),
            alone_gradient="at a clip's end losskit passes the gradient as TensorFlow does, PyTorch stops it, JAX halves it",
        )
        # The last one is an ordinary number, so that the others are measured against it.
        right = {
            "input": fixed(1e4, -1e4, 1e4, -1e4, 30, -30, 0.5, shape=(7, 1)),
            "target": fixed(0, 1, 1, 0, 1, 0, 1, shape=(7, 1)),
        }
        book.add("edge/large_logits", {"from_logits": True, "reduction": "none"}, right, rough_f32=rough)
        wrong = right | {"target": fixed(0, 1, 1, 0, 0, 1, 1, shape=(7, 1))}
        book.add("edge/clipped_logits", {"from_logits": True, "reduction": "none"}, wrong, rough_f32=rough)
        book.add(
            "integer_target",
            {},
            {"input": grid(book.random("i"), (3, 2), 1 / 64, 1), "target": labels(book.random("t"), "b", (3, 2), 2)},
        )
        result.append(book)
    return result


def categorical_books():
    result = []
    for loss in ("categorical_crossentropy", "sparse_categorical_crossentropy", "categorical_focal_crossentropy"):
        sparse, focal = loss.startswith("sparse"), "focal" in loss
        book = Book(f"keras.{loss}", f"keras.{loss}")

        def target(rng, shape, axis=-1, kind="hard"):
            if sparse:
                return labels(rng, "f" if kind == "float" else "i", without(shape, axis), shape[axis])
            return soft(rng, shape, axis) if kind == "soft" else one_hot(rng, shape, axis)

        inside = lambda rng, shape: {"input": probabilities(rng, shape, -1), "target": target(rng, shape)}
        logits = lambda rng, shape: {"input": grid(rng, shape, -2, 2), "target": target(rng, shape)}
        rough = "forms 1 - p in f32" if focal else ""
        common(book, {}, inside)
        layouts(
            book, {"from_logits": True}, logits, ((5,), (1, 4), (2, 3, 4), (2, 2, 3, 2), (70, 5), (3, 65), (2, 300))
        )
        options = [{}]
        if focal:
            options = [
                {},
                {"gamma": 0},
                {"gamma": 1},
                {"gamma": 0.5},
                {"gamma": 3.5},
                {"alpha": 1},
                {"alpha": [0.5, 1, 2]},
            ]
        for from_logits in (False, True):
            for kind in ("hard", "float") if sparse else ("hard", "soft"):
                for axis in (-1, 0, 1):
                    for smoothing in (0,) if sparse else (0, 0.125):
                        for option in options:
                            # Three along the last dimension, and another count along the others.
                            shape = (4, 2, 3)
                            given = (
                                option
                                | ({"from_logits": True} if from_logits else {})
                                | ({"axis": axis} if axis != -1 else {})
                            )
                            given |= {"label_smoothing": smoothing} if smoothing else {}
                            name = (
                                "/".join(["options", kind, *(f"{k}_{v}" for k, v in given.items())])
                                .lower()
                                .replace(" ", "")
                            )
                            # Keras lays a list of alphas along the last dimension, whatever the class axis; losskit refuses that.
                            if focal and (
                                axis == 1
                                or (axis == 0 and isinstance(option.get("alpha"), list))
                                or (smoothing and axis == 0 and "alpha" not in option)
                            ):
                                continue
                            rng = book.random(name)
                            x = grid(rng, shape, -2, 2) if from_logits else grid(rng, shape, 1 / 64, 1)
                            book.add(
                                name,
                                given | {"reduction": "none"},
                                {"input": x, "target": target(rng, shape, axis, kind)},
                                rough_f32=rough,
                            )
        sums = {
            "input": fixed(0.2, 0.3, 0.1, 3, 2, 7, 1e-3, 2e-3, 4e-3, shape=(3, 3)),
            "target": target(book.random("sums"), (3, 3)),
        }
        book.add("renormalised", {"reduction": "none"}, sums)
        # Targets are weights as they are; no reduction of Keras divides by their sum.
        for reduction in () if sparse else REDUCTIONS:
            name = f"unnormalised_target/{reduction}"
            rng = book.random(name)
            operands = {
                "input": grid(rng, (4, 3), 1 / 64, 1),
                "target": grid(rng, (4, 3), 0, 2),
                "sample_weight": weights(rng, (4,)),
            }
            book.add(name, {"reduction": reduction}, operands, rough_f32=rough)
            book.add(f"{name}/from_logits", {"reduction": reduction, "from_logits": True}, operands, rough_f32=rough)
        # With two classes a row of q and 1 - q, q at and around the clip.
        edges = [v for q in CLIP_EDGES if q not in (1e-40,) for v in (q, 1 - q)]
        shape = (len(edges) // 2, 2)
        for label in (0, 1):
            t = (
                tensor("i", (shape[0],), [label] * shape[0])
                if sparse
                else fixed(*[1 - label, label] * shape[0], shape=shape)
            )
            # In f32, 1 - q is rounded; then q / (q + (1 - q)) can fall on the other side of a clip's end by one rounding.
            book.add(
                f"edge/clip/{label}",
                {"reduction": "none"},
                {"input": fixed(*edges, shape=shape), "target": t},
                rough_f32=rough,
            )
        rows = fixed(1e4, -1e4, 0, 80, -80, 0, shape=(2, 3))
        t = tensor("i", (2,), [0, 1]) if sparse else fixed(1, 0, 0, 0, 1, 0, shape=(2, 3))
        book.add("edge/large_logits", {"from_logits": True, "reduction": "none"}, {"input": rows, "target": t})
        book.add("default_one_hot", {}, inside(book.random("default"), (5, 4)))
        if sparse:
            ignored(book)
        result.append(book)
    return result


def ignored(book):
    for index, kind in ((1, "i"), (-1, "i"), (255, "b"), (-1, "f")):
        for reduction in REDUCTIONS:
            for extra in ("plain", "weights", "weights_mask"):
                for from_logits in (True, False):
                    name = f"ignore_class/{index}/{kind}/{reduction}/{extra}/from_logits_{from_logits}".lower()
                    rng = book.random(name)
                    operands = {"input": grid(rng, (5, 3), 1 / 64, 1), "target": labels(rng, kind, (5,), 3)}
                    operands["target"] = replaced(operands["target"], {1: index, 4: index})
                    if extra == "plain":
                        operands["input"] = replaced(operands["input"], {3: NAN, 4: INF, 5: -INF})
                    else:
                        operands["sample_weight"] = weights(rng, (5,))
                    if "mask" in extra:
                        operands["mask"] = tensor("b", (5,), [1, 1, 0, 1, 0])
                    if extra != "plain" and kind != "i":
                        continue
                    given = {"ignore_class": index, "reduction": reduction} | (
                        {"from_logits": True} if from_logits else {}
                    )
                    book.add(name, given, operands)
    gone = {"input": grid(book.random("gone"), (2, 3), 1 / 64, 1), "target": tensor("i", (2,), [-1, -1])}
    for reduction in REDUCTIONS:
        book.add(f"ignore_class/all/{reduction}", {"ignore_class": -1, "reduction": reduction}, gone)
    axis = {
        "input": grid(book.random("axis"), (2, 4, 3), -2, 2),
        "target": replaced(labels(book.random("x"), "i", (2, 3), 4), {2: -1, 3: -1}),
    }
    book.add("ignore_class/axis_1", {"ignore_class": -1, "axis": 1, "from_logits": True}, axis)


def overlap_books():
    result = []
    for loss in ("dice", "tversky"):
        book = Book(f"keras.{loss}", f"keras.{loss}")
        make = lambda rng, shape: {
            "input": grid(rng, shape, 1 / 64, 63 / 64),
            "target": choose(rng, "f", shape, [0, 1]),
        }
        common(book, {"axis": [-1]}, make)
        rates = ({}, {"alpha": 0.25, "beta": 0.75}, {"alpha": 1.5, "beta": 0}) if loss == "tversky" else ({},)
        for shape, axis in (
            ((2, 4, 3, 2), [1, 2]),
            ((2, 4, 3, 2), [1, 2, 3]),
            ((2, 4, 3, 2), None),
            ((2, 4, 3, 2), [0, 1, 2]),
            ((2, 3, 2), [-1, -2]),
            ((3, 4), [0]),
            ((7,), None),
            ((7,), [0]),
            ((2, 9, 8, 3), [1, 2]),
        ):
            for rate in rates:
                for reduction in REDUCTIONS:
                    large = math.prod(shape) > 50
                    if large and (rate or reduction in ("mean", "mean_with_sample_weight")):
                        continue
                    given = rate | ({} if axis is None else {"axis": axis}) | {"reduction": reduction}
                    name = f"layout/{'x'.join(map(str, shape))}/axis_{axis}/{'_'.join(map(str, rate.values())) or 'default'}/{reduction}"
                    name = name.replace(" ", "")
                    book.add(name, given, make(book.random(name), shape))
        for rate in rates[1:]:
            name = f"rates/{'_'.join(map(str, rate.values()))}"
            book.add(name, rate | {"axis": [1, 2], "reduction": "none"}, make(book.random(name), (2, 3, 2, 2)))
        # A loss of rank 0: a weight multiplies it, whatever the reduction; nothing divides.
        for reduction in REDUCTIONS:
            name = f"rank0_weight/{reduction}"
            book.add(name, {"reduction": reduction}, make(book.random(name), (2, 3)) | {"sample_weight": scalar(2.5)})
        zero = tensor("f", (2, 3), [0] * 6)
        book.add("edge/empty", {"axis": [1], "reduction": "none"}, {"input": zero, "target": zero})
        book.add("edge/empty_target", {"axis": [1]}, make(book.random("e"), (2, 3)) | {"target": zero})
        rng = book.random("soft")
        book.add("soft", {"axis": [1]}, {"input": grid(rng, (2, 6), 0, 1.0001), "target": grid(rng, (2, 6), 0, 1.0001)})
        result.append(book)
    return result


def books():
    return [*regression_books(), *hinge_books(), *binary_books(), *categorical_books(), *overlap_books()]
