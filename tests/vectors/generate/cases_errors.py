"""Calls that must be refused: errors.txt."""

import math

from casebook import INF, NAN, Tensor, fixed, tensor
from record import plain, words

# fmt: off
INVALID_ARGUMENT, INVALID_SHAPE, INVALID_DTYPE, INVALID_TARGET, UNSUPPORTED, EMPTY = 1, 3, 4, 5, 7, 8
rows = lambda n=2, c=3: fixed(*[0.25 * k - 0.5 for k in range(n * c)], shape=(n, c))
labels = lambda *values, kind="i": tensor(kind, (len(values),), values)
line = lambda n=4: fixed(*[0.5 * k for k in range(n)])
mask = lambda *shape: tensor("b", shape, [1] * math.prod(shape))


def cases():
    """(name, spec, operands, derivatives asked for, status, index, part of the message)."""
    pair = {"input": line(), "target": line()}
    classes = {"input": rows(), "target": labels(0, 2)}
    volume = fixed(*[0.25] * 12, shape=(2, 3, 2))
    dense = {"input": volume, "target": volume}
    many = labels(*[k % 3 for k in range(17)], 5, 0, 7)

    # Labels: the first bad one is named.
    yield "cross_entropy/label_too_large", "cross_entropy", {"input": rows(), "target": labels(0, 3)}, (), INVALID_TARGET, 1, "target[1] = 3"
    yield "cross_entropy/label_negative", "cross_entropy", {"input": rows(), "target": labels(-1, 0)}, (), INVALID_TARGET, 0, "target[0] = -1"
    yield "cross_entropy/label_first_of_two", "cross_entropy", {"input": rows(20), "target": many}, (), INVALID_TARGET, 17, "target[17] = 5"
    yield "cross_entropy/label_fractional", "cross_entropy", {"input": rows(), "target": labels(1, 0.5, kind="f")}, (), INVALID_TARGET, 1, "target[1] = 0.5"
    yield "cross_entropy/label_nan", "cross_entropy", {"input": rows(), "target": labels(NAN, 1, kind="f")}, (), INVALID_TARGET, 0, "target[0] = NaN"
    yield "cross_entropy/label_infinite", "cross_entropy", {"input": rows(), "target": labels(0, INF, kind="f")}, (), INVALID_TARGET, 1, "target[1] = inf"
    yield "cross_entropy/label_byte", "cross_entropy", {"input": rows(), "target": labels(255, 0, kind="b")}, (), INVALID_TARGET, 0, "target[0] = 255"
    yield "cross_entropy/label_not_the_ignored_one", "cross_entropy(ignore_index=-100)", {"input": rows(), "target": labels(-100, -1)}, (), INVALID_TARGET, 1, "target[1] = -1"
    pixels = {"input": fixed(*[0.5] * 12, shape=(2, 3, 2)), "target": tensor("i", (2, 2), [0, 1, 2, 3])}
    yield "cross_entropy/label_of_a_pixel", "cross_entropy", pixels, (), INVALID_TARGET, 3, "= 3"
    yield "cross_entropy/label_axis", "cross_entropy(axis=0)", {"input": rows(), "target": labels(0, 1, 2)}, (), INVALID_TARGET, 2, "target[2] = 2"
    yield "cross_entropy/label_renamed", "cross_entropy(target=@teacher)", {"input": rows(), "teacher": labels(0, 3)}, (), INVALID_TARGET, 1, "teacher[1] = 3"
    yield "categorical_focal/label", "categorical_focal", {"input": rows(), "target": labels(0, 9)}, (), INVALID_TARGET, 1, "target[1] = 9"
    yield "multiclass_hinge/label", "multiclass_hinge", {"input": rows(), "target": labels(3, 0)}, (), INVALID_TARGET, 0, "target[0] = 3"
    yield "categorical_hinge/label", "categorical_hinge", {"input": rows(), "target": labels(0, -2)}, (), INVALID_TARGET, 1, "target[1] = -2"
    yield "dice/label", "dice", pixels, (), INVALID_TARGET, 3, "= 3"
    yield "bce/label", "bce", {"input": line(3), "target": labels(0, 1, 2)}, (), INVALID_TARGET, 2, "target[2] = 2"
    yield "focal/label", "focal", {"input": line(3), "target": labels(0, -1, 1)}, (), INVALID_TARGET, 1, "target[1] = -1"
    yield "hinge/label_signed", "hinge", {"input": line(3), "target": labels(1, -1, 0)}, (), INVALID_TARGET, 2, "target[2] = 0"
    yield "hinge/label_binary", "hinge(labels=binary)", {"input": line(3), "target": labels(1, -1, 0)}, (), INVALID_TARGET, 1, "target[1] = -1"
    yield "hinge/label_fractional", "hinge", {"input": line(3), "target": labels(1, -1, 0.5, kind="f")}, (), INVALID_TARGET, 2, "target[2] = 0.5"
    yield "hinge/label_nan", "hinge", {"input": line(2), "target": labels(1, NAN, kind="f")}, (), INVALID_TARGET, 1, "target[1] = NaN"
    yield "squared_hinge/label", "squared_hinge", {"input": line(2), "target": labels(2, 1)}, (), INVALID_TARGET, 0, "target[0] = 2"
    yield "keras/label", "keras.sparse_categorical_crossentropy", {"input": rows(), "target": labels(0, 3)}, (), INVALID_TARGET, 1, "target[1] = 3"

    # Shapes: nothing is broadcast.
    yield "mse/shape", "mse", {"input": line(4), "target": line(3)}, (), INVALID_SHAPE, None, "target"
    yield "mse/shape_rank", "mse", {"input": line(4), "target": fixed(0, 1, 2, 3, shape=(4, 1))}, (), INVALID_SHAPE, None, "target"
    yield "mse/shape_one", "mse", {"input": line(4), "target": fixed(1)}, (), INVALID_SHAPE, None, "target"
    yield "mse/shape_sample_weight", "mse", pair | {"sample_weight": line(3)}, (), INVALID_SHAPE, None, "sample_weight"
    yield "mse/shape_mask", "mse", pair | {"mask": mask(2)}, (), INVALID_SHAPE, None, "mask"
    yield "mse/shape_grad_output_reduced", "mse", pair | {"grad_output": line(4)}, ("gradient input",), INVALID_SHAPE, None, "grad_output"
    yield "mse/shape_grad_output_none", "mse(reduction=none)", pair | {"grad_output": line(3)}, ("gradient input",), INVALID_SHAPE, None, "expected [4]"
    yield "mse/shape_denominator", "mse(denominator=@count)", pair | {"count": line(4)}, (), INVALID_SHAPE, None, "count"
    yield "cross_entropy/shape_labels", "cross_entropy", {"input": rows(2), "target": labels(0, 1, 2)}, (), INVALID_SHAPE, None, "target"
    yield "cross_entropy/shape_dense", "cross_entropy", {"input": rows(2), "target": rows(2, 4)}, (), INVALID_SHAPE, None, "target"
    yield "cross_entropy/shape_class_weight", "cross_entropy(class_weight=[1, 2])", classes, (), INVALID_SHAPE, None, "class_weight"
    yield "cross_entropy/shape_class_weight_operand", "cross_entropy(class_weight=@balance)", classes | {"balance": line(4)}, (), INVALID_SHAPE, None, ""
    yield "cross_entropy/shape_sample_weight", "cross_entropy", classes | {"sample_weight": rows()}, (), INVALID_SHAPE, None, "sample_weight"
    yield "cross_entropy/shape_axis", "cross_entropy(axis=2)", classes, (), INVALID_SHAPE, None, "axis"
    yield "categorical_focal/shape_alpha", "categorical_focal(alpha=[1, 2])", classes, (), INVALID_SHAPE, None, "alpha"
    yield "bce/shape_pos_weight", "bce(pos_weight=[1, 2])", {"input": rows(), "target": rows()}, (), INVALID_SHAPE, None, "pos_weight"
    yield "dice/shape_no_axis", "dice", {"input": rows(), "target": rows()}, (), INVALID_SHAPE, None, ""
    yield "dice/shape_mask", "dice", dense | {"mask": mask(2, 3, 2)}, (), INVALID_SHAPE, None, "mask"
    yield "dice/shape_sample_weight", "dice", dense | {"sample_weight": line(2)}, (), INVALID_SHAPE, None, "sample_weight"
    yield "sum/shape_values", "mse(reduction=none) + mse(input=@other, target=@goal, reduction=none)", pair | {"other": line(3), "goal": line(3)}, (), INVALID_SHAPE, None, ""

    # Types.
    yield "mse/dtype_input", "mse", pair | {"input": labels(1, 2, 3, 4)}, (), INVALID_DTYPE, None, "input"
    yield "mse/dtype_target", "mse", pair | {"target": labels(1, 2, 3, 4)}, (), INVALID_DTYPE, None, "target"
    yield "mse/dtype_sample_weight", "mse", pair | {"sample_weight": labels(1, 2, 3, 4)}, (), INVALID_DTYPE, None, "sample_weight"
    yield "cross_entropy/dtype_input", "cross_entropy", {"input": Tensor("i", (1, 2), [1, 2]), "target": labels(0)}, (), INVALID_DTYPE, None, "input"

    # Operands.
    yield "mse/missing_target", "mse", {"input": line()}, (), INVALID_ARGUMENT, None, "target"
    yield "mse/missing_input", "mse", {"target": line()}, (), INVALID_ARGUMENT, None, "input"
    yield "l2/missing_named", "l2(input=@weights)", {"input": line()}, (), INVALID_ARGUMENT, None, ""
    yield "mse/missing_denominator", "mse(denominator=@count)", pair, (), INVALID_ARGUMENT, None, "count"
    yield "cross_entropy/missing_class_weight", "cross_entropy(class_weight=@balance)", classes, (), INVALID_ARGUMENT, None, "balance"
    yield "mse/unknown_operand", "mse", pair | {"weigth": line()}, (), INVALID_ARGUMENT, 2, "weigth"
    yield "l2/unknown_sample_weight", "l2", {"input": line(), "sample_weight": line()}, (), INVALID_ARGUMENT, 1, "sample_weight"
    yield "mse/unbound_sample_weight", "mse(sample_weight=none)", pair | {"sample_weight": line()}, (), INVALID_ARGUMENT, 2, "sample_weight"

    # What is not offered.
    yield "dice/no_hessian", "dice", dense, ("hessian input",), UNSUPPORTED, None, "hessian"
    yield "multiclass_hinge/no_hessian", "multiclass_hinge", classes, ("hessian input",), UNSUPPORTED, None, "hessian"
    yield "sum/no_hessian", "bce + dice", dense, ("hessian input",), UNSUPPORTED, None, "hessian"
    yield "mse/no_gradient_of_weights", "mse", pair | {"sample_weight": line()}, ("gradient sample_weight",), UNSUPPORTED, 2, "sample_weight"
    yield "cross_entropy/ignore_index_dense", "cross_entropy(ignore_index=0)", {"input": rows(), "target": rows()}, (), UNSUPPORTED, None, "ignore_index"
    yield "dice/ignore_index_dense", "dice(ignore_index=0)", dense, (), UNSUPPORTED, None, "ignore_index"

    # A layer and its operands.
    layer = {"input": rows(2, 4), "target": labels(0, 2), "weight": rows(3, 4)}
    wanted = ("gradient input", "gradient weight")
    yield "linear_cross_entropy/label", "linear_cross_entropy", layer | {"target": labels(0, 3)}, wanted, INVALID_TARGET, 1, "target[1] = 3"
    yield "linear_cross_entropy/label_fractional", "linear_cross_entropy", layer | {"target": labels(0.5, 1, kind="f")}, wanted, INVALID_TARGET, 0, "target[0] = 0.5"
    yield "linear_cross_entropy/label_not_the_ignored_one", "linear_cross_entropy(ignore_index=-100)", layer | {"target": labels(-100, -1)}, wanted, INVALID_TARGET, 1, "target[1] = -1"
    yield "linear_cross_entropy/shape_weight", "linear_cross_entropy", layer | {"weight": rows(3, 5)}, wanted, INVALID_SHAPE, None, "weight has shape [3, 5]; expected [3, 4]"
    yield "linear_cross_entropy/shape_weight_rank", "linear_cross_entropy", layer | {"weight": line()}, wanted, INVALID_SHAPE, None, "weight has shape [4]; expected [classes, 4]"
    yield "linear_cross_entropy/shape_weight_renamed", "linear_cross_entropy(weight=@table)", {"input": rows(2, 4), "target": labels(0, 2), "table": rows(3, 5)}, (), INVALID_SHAPE, None, "table has shape [3, 5]"
    yield "linear_cross_entropy/shape_bias", "linear_cross_entropy", layer | {"bias": line()}, wanted, INVALID_SHAPE, None, "bias has shape [4]; expected [3]"
    yield "linear_cross_entropy/shape_labels", "linear_cross_entropy", layer | {"target": labels(0, 1, 2)}, wanted, INVALID_SHAPE, None, "target has shape [3]; expected [2]"
    yield "linear_cross_entropy/shape_input", "linear_cross_entropy", layer | {"input": tensor("f", (), [1]), "target": tensor("i", (), [0])}, wanted, INVALID_SHAPE, None, "input is a single number"
    yield "linear_cross_entropy/shape_class_weight", "linear_cross_entropy(class_weight=[1, 2])", layer, wanted, INVALID_SHAPE, None, "class_weight has shape [2]; expected [3]"
    yield "linear_cross_entropy/shape_class_weight_renamed", "linear_cross_entropy(class_weight=[1, 2], weight=@table)", {"input": rows(2, 4), "target": labels(0, 2), "table": rows(3, 4)}, (), INVALID_SHAPE, None, "class_weight has shape [2]"
    yield "linear_cross_entropy/shape_sample_weight", "linear_cross_entropy", layer | {"sample_weight": line(3)}, wanted, INVALID_SHAPE, None, "sample_weight has shape [3]; expected [2]"
    yield "linear_cross_entropy/no_classes", "linear_cross_entropy", layer | {"weight": Tensor("f", (0, 4), [])}, wanted, INVALID_SHAPE, None, "with no classes"
    yield "linear_cross_entropy/dtype_weight", "linear_cross_entropy", layer | {"weight": Tensor("i", (3, 4), [1] * 12)}, (), INVALID_DTYPE, None, "weight is i64"
    yield "linear_cross_entropy/dtype_bias", "linear_cross_entropy", layer | {"bias": labels(1, 2, 3)}, (), INVALID_DTYPE, None, "bias is i64"
    yield "linear_cross_entropy/missing_weight", "linear_cross_entropy", {"input": rows(2, 4), "target": labels(0, 2)}, (), INVALID_ARGUMENT, None, "'weight' is missing"
    yield "linear_cross_entropy/unbound_bias", "linear_cross_entropy(bias=none)", layer | {"bias": line(3)}, (), INVALID_ARGUMENT, 3, "bias"
    yield "linear_cross_entropy/dense_target", "linear_cross_entropy", layer | {"target": rows(2, 3)}, wanted, UNSUPPORTED, None, "labels alone"
    yield "linear_cross_entropy/no_hessian", "linear_cross_entropy", layer, ("hessian input",), UNSUPPORTED, 0, "hessian of operand 'input'"
    yield "linear_cross_entropy/no_hessian_of_weight", "linear_cross_entropy", layer, ("hessian weight",), UNSUPPORTED, 2, "hessian of operand 'weight'"
    yield "linear_cross_entropy/no_gradient_of_target", "linear_cross_entropy", layer, ("gradient target",), UNSUPPORTED, 1, "gradient of operand 'target'"
    yield "linear_cross_entropy/weight_held_constant", "linear_cross_entropy + mse(input=@weight, target=@goal) + mse(input=@goal, target=@weight)", layer | {"goal": rows(3, 4)}, ("gradient weight",), UNSUPPORTED, 2, "gradient of operand 'weight'"
    yield "linear_cross_entropy/empty_all_ignored", "linear_cross_entropy(ignore_index=1, empty=error)", layer | {"target": labels(1, 1)}, wanted, EMPTY, None, ""

    # A mean over nothing, where that is asked to be an error.
    nothing = {"input": Tensor("f", (0,), []), "target": Tensor("f", (0,), [])}
    yield "mse/empty_no_rows", "mse(empty=error)", nothing, ("gradient input",), EMPTY, None, ""
    yield "mse/empty_all_masked", "mse(empty=error)", pair | {"mask": tensor("b", (4,), [0] * 4)}, ("gradient input",), EMPTY, None, ""
    yield "mse/empty_zero_weights", "mse(reduction=weighted_mean, empty=error)", pair | {"sample_weight": fixed(0, 0, 0, 0)}, ("gradient input",), EMPTY, None, ""
    yield "cross_entropy/empty_all_ignored", "cross_entropy(ignore_index=1, empty=error)", {"input": rows(), "target": labels(1, 1)}, ("gradient input",), EMPTY, None, ""
    yield "dice/empty_all_masked", "dice(empty=error)", dense | {"mask": tensor("b", (2, 2), [0] * 4)}, ("gradient input",), EMPTY, None, ""


def text():
    records = []
    for name, spec, operands, wanted, status, index, message in cases():
        lines = [f"case {name}", f"spec {spec}", "dtype f32 f64"]
        for operand, t in operands.items():
            texts = map(plain, t.values) if t.kind == "f" else map(str, t.values)
            lines.append(f"operand {operand} {t.kind} {words(t.shape, texts)}".rstrip())
        lines += [*wanted, f"status {status}"]
        lines += [f"index {index}"] if index is not None else []
        lines += [f"message {message}"] if message else []
        records.append("\n".join([*lines, "end", ""]))
    return "\n".join(records)
