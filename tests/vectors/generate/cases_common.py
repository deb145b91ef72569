"""What every loss must do alike: reductions, weights, masks, divisors, the empty policy, upstream gradients."""

import math

from casebook import INF, NAN, choose, grid, replaced, scalar, tensor, weights


def common(book, given, make, element_shape, mask_shape=None, poison=True, **always):
    """Cases of the options that all losses share.

    `make(rng, n)` gives input and target with first dimension n; `element_shape(n)` the shape of the loss elements;
    `mask_shape(n)` that of the mask where it differs. `poison`: hidden elements may hold NaN and infinity.
    """
    mask_shape = mask_shape or element_shape
    regularizer = book.loss in ("l1", "l2")
    n = 3

    def add(name, options, extra=None, rows=n, change=None, **notes):
        rng = book.random(name)
        operands = make(rng, rows)
        for role in extra or ():
            operands |= extra_operand(rng, role, rows)
        if change:
            operands = change(operands)
        # l1 and l2 are not weighted or masked unless the spec asks for it.
        asked = {r: f"@{r}" for r in ("sample_weight", "mask") if regularizer and r in operands and r not in options}
        book.add(f"common/{name}", given | options | asked, operands, **always | notes)

    def extra_operand(rng, role, rows):
        elements, cells = element_shape(rows), mask_shape(rows)
        if role.startswith("mask"):
            kind = role.partition(":")[2] or "b"
            bits = choose(rng, kind, cells, [0, 1, 1])
            bits.values[:2] = [1, 0][: len(bits.values)]
            return {"mask": bits}
        if role == "scalar_gradient":
            return {"grad_output": scalar(-1.75)}
        if role == "element_gradient":
            return {"grad_output": grid(rng, elements, -2, 2, 1 / 64)}
        if role == "denominator":
            return {"denominator": scalar(6.25)}
        return {role: weights(rng, elements)}

    def nothing(operands):
        return operands | {"mask": tensor("b", mask_shape(n), [0] * math.prod(mask_shape(n)))}

    def hidden(operands):
        """Every element that the mask hides holds NaN or an infinity."""
        x, mask = operands["input"], operands["mask"]
        assert x.shape[: len(mask.shape)] == mask.shape
        places = [k for k in range(len(x.values)) if mask.values[k * len(mask.values) // len(x.values)] == 0]
        return operands | {"input": replaced(x, {k: (NAN, INF, -INF)[i % 3] for i, k in enumerate(places)})}

    for reduction in ("none", "sum", "mean", "weighted_mean"):
        r = {"reduction": reduction}
        add(reduction, r)
        add(f"{reduction}/weights", r, ["sample_weight"])
        add(f"{reduction}/mask", r, ["mask:i"])
        add(f"{reduction}/weights_mask", r, ["sample_weight", "mask:f"])
        upstream = "element_gradient" if reduction == "none" else "scalar_gradient"
        add(f"{reduction}/grad_output", r, [upstream])
        add(f"{reduction}/weights_mask_grad_output", r, ["sample_weight", "mask", upstream])
        add(f"{reduction}/all_masked", r, change=nothing)
    for reduction in ("mean", "weighted_mean"):
        r = {"reduction": reduction}
        add(f"{reduction}/denominator_number", r | {"denominator": 7.5}, ["sample_weight"])
        add(
            f"{reduction}/denominator_operand",
            r | {"denominator": "@denominator"},
            ["sample_weight", "mask", "denominator"],
        )
        add(
            f"{reduction}/denominator_grad_output",
            r | {"denominator": "@denominator"},
            ["denominator", "scalar_gradient"],
        )
        add(f"{reduction}/denominator_all_masked", r | {"denominator": 4}, change=nothing)
        add(f"{reduction}/all_masked_nan", r | {"empty": "nan"}, change=nothing)
        add(f"{reduction}/empty_error_has_rows", r | {"empty": "error"}, ["mask"])
    zeros = lambda operands: (
        operands | {"sample_weight": tensor("f", element_shape(n), [0] * math.prod(element_shape(n)))}
    )
    add("weighted_mean/zero_weights", {"reduction": "weighted_mean"}, change=zeros)
    add("weighted_mean/zero_weights_nan", {"reduction": "weighted_mean", "empty": "nan"}, change=zeros)
    add("mean/zero_weights", {"reduction": "mean"}, change=zeros)
    for reduction in ("none", "sum", "mean", "weighted_mean") if make(book.random("empty"), 0) else ():
        add(f"{reduction}/no_rows", {"reduction": reduction}, rows=0)
    if make(book.random("empty"), 0):
        add("mean/no_rows_nan", {"reduction": "mean", "empty": "nan"}, rows=0)
    add("none/renamed_weights", {"reduction": "none", "sample_weight": "@importance"}, ["importance"])
    if not regularizer:
        add("mean/weights_bound_mask_absent", {"reduction": "mean", "mask": "none"}, ["sample_weight"])
    if poison:
        for reduction in ("none", "sum", "mean", "weighted_mean"):
            add(f"{reduction}/hidden_poison", {"reduction": reduction}, ["sample_weight", "mask"], change=hidden)
