"""Cases of weighted sums of losses, with each other's operands, and of the call's own options on them."""

from casebook import Book, fixed, grid, labels, scalar, tensor
from reduce import Term


def books():
    book = Book("composition")

    def segmentation(rng):
        return {"input": grid(rng, (2, 3, 2, 2), -3, 3), "target": labels(rng, "i", (2, 2, 2), 3)}

    def add(name, terms, operands, **notes):
        book.add_terms(name, terms, operands, **notes)

    rng = book.random("all")
    mixed = [
        Term("cross_entropy", {"class_weight": [0.25, 0.75, 1]}, 0.75),
        Term("dice", {"activation": "softmax", "smooth": 1}, 0.25),
        Term("l2", {"input": "@weights"}, 0.0009765625),
    ]
    weights = grid(rng, (4, 3), -2, 2)
    add("cross_entropy_dice_l2", mixed, segmentation(rng) | {"weights": weights})
    add(
        "cross_entropy_dice_l2/grad_output",
        mixed,
        segmentation(rng) | {"weights": weights, "grad_output": scalar(-2.5)},
    )
    one = {"input": grid(rng, (5, 3), -3, 3), "target": labels(rng, "i", (5,), 3)}
    add(
        "cross_entropy_l2_hessian",
        [Term("cross_entropy", {}), Term("l2", {"input": "@weights"}, 0.125)],
        one | {"weights": weights},
    )
    add(
        "cross_entropy_twice",
        [Term("cross_entropy", {}, 0.5), Term("cross_entropy", {"label_smoothing": 0.125}, 1.5)],
        one,
    )
    add("cross_entropy_multiclass_hinge", [Term("cross_entropy", {}), Term("multiclass_hinge", {}, 0.25)], one)
    add(
        "cross_entropy_categorical_focal",
        [Term("cross_entropy", {}), Term("categorical_focal", {"gamma": 1}, -0.25)],
        one,
    )
    pair = lambda: {"input": grid(rng, (3, 4), -3, 3), "target": grid(rng, (3, 4), -3, 3)}
    add(
        "elastic_net",
        [Term("mse", {}), Term("l1", {"input": "@weights"}, 0.125), Term("l2", {"input": "@weights"}, 0.25)],
        pair() | {"weights": weights},
    )
    add("mse_minus_mae", [Term("mse", {}), Term("mae", {}, -0.5)], pair())
    add("negative_first", [Term("mse", {}, -1), Term("huber", {"delta": 2}, 2)], pair())
    none = {"reduction": "none"}
    add("unreduced", [Term("mse", none, 0.5), Term("huber", none, 2), Term("mae", none)], pair())
    add(
        "unreduced/grad_output",
        [Term("mse", none, 0.5), Term("huber", none, 2)],
        pair() | {"grad_output": grid(rng, (3, 4), -2, 2)},
    )
    add(
        "unreduced/weights_mask",
        [Term("mse", none, 0.5), Term("huber", none | {"sample_weight": "none"}, 2)],
        pair() | {"sample_weight": grid(rng, (3, 4), 0.5, 2, 0.125), "mask": tensor("b", (3, 4), [1, 0, 1, 1] * 3)},
    )
    add("unreduced_rows", [Term("cross_entropy", none), Term("multiclass_hinge", none, 0.5)], one)
    add("different_reductions", [Term("mse", {"reduction": "sum"}, 0.125), Term("mae", {"reduction": "mean"})], pair())
    add(
        "different_denominators",
        [Term("mse", {"denominator": 5}), Term("mae", {"denominator": "@count"})],
        pair() | {"count": scalar(8)},
    )
    rng = book.random("weighted")
    add(
        "weights_for_one_term",
        [Term("cross_entropy", {}), Term("dice", {"activation": "softmax", "sample_weight": "none"}, 0.5)],
        segmentation(rng) | {"sample_weight": grid(rng, (2, 2, 2), 0.5, 2, 0.125)},
    )
    add(
        "mask_for_both",
        [Term("cross_entropy", {}), Term("dice", {"activation": "softmax"}, 0.5)],
        segmentation(rng) | {"mask": tensor("b", (2, 2, 2), [1, 1, 0, 1, 0, 1, 1, 1])},
    )
    add(
        "weights_for_both_renamed",
        [
            Term("cross_entropy", {"sample_weight": "@pixels"}),
            Term("dice", {"activation": "softmax", "sample_weight": "@regions"}, 0.5),
        ],
        segmentation(rng)
        | {"pixels": grid(rng, (2, 2, 2), 0.5, 2, 0.125), "regions": fixed(1, 2, 0.5, 0.25, 1, 3, shape=(2, 3))},
    )
    add(
        "two_targets",
        [Term("cross_entropy", {}, 0.5), Term("cross_entropy", {"target": "@teacher"}, 0.5)],
        one | {"teacher": fixed(*([0.25, 0.5, 0.25] * 5), shape=(5, 3))},
    )
    add(
        "two_inputs",
        [Term("mse", {}), Term("mse", {"input": "@auxiliary"}, 0.25)],
        pair() | {"auxiliary": grid(rng, (3, 4), -2, 2)},
    )
    binary = {"input": grid(rng, (2, 2, 3), -3, 3), "target": tensor("f", (2, 2, 3), rng.integers(0, 2, 12))}
    add("bce_dice", [Term("bce", {}), Term("dice", {"activation": "sigmoid"})], binary)
    add(
        "focal_tversky",
        [Term("focal", {"alpha": 0.25}, 20), Term("tversky", {"activation": "sigmoid", "alpha": 0.25, "beta": 0.75})],
        binary,
    )
    add("one_factor", [Term("mse", {}, 0.125)], pair())
    svm = {"input": grid(rng, (6,), -2, 2), "target": tensor("i", (6,), [1, -1, 1, 1, -1, -1])}
    add(
        "svm",
        [Term("hinge", {}), Term("l2", {"input": "@weights"}, 0.03125)],
        svm | {"weights": grid(rng, (5,), -1, 1)},
    )
    add(
        "svm_all_masked",
        [Term("hinge", {}), Term("l2", {"input": "@weights"}, 0.03125)],
        svm | {"weights": grid(rng, (5,), -1, 1), "mask": tensor("b", (6,), [0] * 6)},
    )
    soft = {"input": grid(rng, (2, 3), 0.25, 1), "target": tensor("f", (2, 3), [1, 0, 0, 0, 1, 0])}
    add("keras_sum", [Term("keras.categorical_crossentropy", {}), Term("keras.dice", {}, 0.5)], soft)
    add("keras_and_own", [Term("keras.mean_squared_error", {}), Term("mae", {}, 0.5)], soft)
    return [book]
