"""The unreduced losses in PyTorch and Keras, on the operands of a case.

Losses that PyTorch does not have are Keras's where Keras has them on single elements, and else the formula of the package
that defines them (torchvision's focal loss, MONAI's overlap losses), to be differentiated by PyTorch's autograd.
"""

import os

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import torch
import torch.nn.functional as F

import walk

# Under PyTorch and JAX, Keras takes averages of float64 tensors in float32; under TensorFlow it keeps them. It is one
# entry of its table of promotions, set here as TensorFlow has it, so that the f64 cases measure the losses to 1e-12.
keras.src.backend.common.dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"

REAL = {"f32": torch.float32, "f64": torch.float64}
KERAS_CLASSES = {
    "mean_squared_error": "MeanSquaredError",
    "mean_absolute_error": "MeanAbsoluteError",
    "huber": "Huber",
    "hinge": "Hinge",
    "squared_hinge": "SquaredHinge",
    "categorical_hinge": "CategoricalHinge",
    "binary_crossentropy": "BinaryCrossentropy",
    "binary_focal_crossentropy": "BinaryFocalCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
    "categorical_focal_crossentropy": "CategoricalFocalCrossentropy",
    "dice": "Dice",
    "tversky": "Tversky",
}


def array(tensor, dtype):
    kind = {"f": REAL[dtype], "i": torch.int64, "b": torch.int64}[tensor.kind]
    return torch.tensor(tensor.values, dtype=kind).reshape(tensor.shape)


def floats(tensor, dtype):
    return array(tensor, dtype).to(REAL[dtype])


class Asked:
    """One case in one float type: its operands as torch tensors, and the plain parameters."""

    def __init__(self, term, operands, dtype):
        self.name, self.dtype, self.operands, self.given = term.name, dtype, operands, term.given
        p = (
            walk.COMMON
            | (walk.REGULARIZER if term.name in ("l1", "l2") else {})
            | walk.DEFAULTS.get(term.name, {})
            | term.given
        )
        self.p = p
        self.role = lambda name: walk.operand(p, operands, name)
        self.x_tensor = self.role("input")
        self.x = floats(self.x_tensor, dtype)
        self.target = self.role("target")
        # The leaves of a layer, by their parameter.
        self.layer = {}

    def bound(self, name, count=1):
        """A number, a list or an operand per class, as a tensor; ones for none."""
        value = self.p.get(name)
        if value is None:
            return torch.ones(count, dtype=REAL[self.dtype])
        if isinstance(value, str):
            return floats(self.operands[value[1:]], self.dtype)
        values = value if isinstance(value, (list, tuple)) else [value] * count
        return torch.tensor(values, dtype=REAL[self.dtype])

    def axis(self):
        return self.p["axis"] if self.x.dim() > 1 else 0


def classes_second(x, axis):
    """[rows, classes, 1] for any layout; torch wants the classes there."""
    x = x.movedim(axis, -1)
    return x.reshape(-1, x.shape[-1])


def dense_target(asked, count):
    """One-hot or soft targets as [rows, classes], ignored rows zero, and the mask of rows that count."""
    if asked.target.shape == asked.x_tensor.shape:
        rows = classes_second(floats(asked.target, asked.dtype), asked.axis())
        return rows, torch.ones(rows.shape[0], dtype=torch.bool)
    flat = array(asked.target, asked.dtype).reshape(-1).to(torch.int64)
    keep = (
        torch.ones_like(flat, dtype=torch.bool) if asked.p["ignore_index"] is None else flat != asked.p["ignore_index"]
    )
    return F.one_hot(torch.where(keep, flat, 0), count).to(REAL[asked.dtype]) * keep[:, None], keep


# Unreduced losses: (asked, x) -> loss elements, which of them count, and their class weights.


def keras_loss(name, dtype, **options):
    """Keras's loss object in one float type. Its clip constants are tensors of floatx."""
    kind = "float32" if dtype == "f32" else "float64"
    keras.config.set_floatx(kind)
    return getattr(keras.losses, KERAS_CLASSES[name])(dtype=kind, **options)


def with_mask(y_pred, mask):
    """A prediction that carries a mask, as the layers of Keras hand it to a loss."""
    keras.src.backend.set_keras_mask(y_pred, mask=mask)
    return y_pred


def single(keras_name, asked, x, **options):
    """A Keras loss on single elements: its mean over a last axis of 1."""
    target = floats(asked.target, asked.dtype)
    loss = keras_loss(keras_name, asked.dtype, reduction="none", **options)
    return loss(target[..., None], x[..., None])


def kept(asked):
    """Which elements are not ignored."""
    if asked.p.get("ignore_index") is None or asked.target is None:
        return torch.ones(asked.x.shape, dtype=torch.bool)
    return array(asked.target, asked.dtype) != asked.p["ignore_index"]


def binary_target(asked):
    """Targets between 0 and 1, with 0 for those that are ignored."""
    return torch.where(kept(asked), floats(asked.target, asked.dtype), 0)


def counted(asked, loss):
    return loss, kept(asked), torch.ones_like(loss)


def bce(asked, x):
    p, t = asked.p, binary_target(asked)
    t = t * (1 - p["label_smoothing"]) + p["label_smoothing"] / 2
    if p["from"] == "probs":
        if p["pos_weight"] == 1:
            return counted(asked, F.binary_cross_entropy(x, t, reduction="none"))
        weight = shaped_weight(asked, x)
        return counted(asked, -(weight * t * x.log().clamp(min=-100) + (1 - t) * (1 - x).log().clamp(min=-100)))
    return counted(
        asked, F.binary_cross_entropy_with_logits(x, t, pos_weight=shaped_weight(asked, x), reduction="none")
    )


def shaped_weight(asked, x):
    if not x.dim():
        return asked.bound("pos_weight")[0]
    axis = asked.p["axis"] % x.dim()
    view = [1] * x.dim()
    view[axis] = x.shape[axis]
    return asked.bound("pos_weight", x.shape[axis]).reshape(view).expand(x.shape)


def focal(asked, x):
    """torchvision's formula, with 1 - p_t as a sum of what is missed, which does not cancel."""
    p, t = asked.p, binary_target(asked)
    missed = torch.sigmoid(-x) * t + torch.sigmoid(x) * (1 - t)
    loss = F.binary_cross_entropy_with_logits(x, t, reduction="none") * missed ** p["gamma"]
    if p["alpha"] is not None:
        loss = (p["alpha"] * t + (1 - p["alpha"]) * (1 - t)) * loss
    return counted(asked, loss)


def hinges(exponent):
    def loss(asked, x):
        margin = asked.p["margin"]
        y = floats(asked.target, asked.dtype)
        y = 2 * y - 1 if asked.p["labels"] == "binary" else y
        if margin == 1 and asked.p["ignore_index"] is None and x.numel():
            name = "hinge" if exponent == 1 else "squared_hinge"
            return (
                counted(asked, single(name, asked, x))
                if asked.p["labels"] == "binary" or -1 in y
                else written(asked, x, y, margin, exponent)
            )
        return written(asked, x, y, margin, exponent)

    def written(asked, x, y, margin, exponent):
        return counted(asked, torch.clamp(margin - y * x, min=0) ** exponent)

    return loss


def cross_entropy(asked, x):
    p, axis = asked.p, asked.axis()
    rows = classes_second(x, axis)
    count = rows.shape[1]
    weight = asked.bound("class_weight", count)
    dense, keep = dense_target(asked, count)
    row_weight = (dense * weight).sum(1)
    ignore = -100 if p["ignore_index"] is None else p["ignore_index"]
    soft = asked.target.shape == asked.x_tensor.shape
    target = dense if soft else array(asked.target, asked.dtype).reshape(-1).to(torch.int64)
    if p["from"] == "logits":
        loss = F.cross_entropy(
            rows,
            target,
            weight,
            reduction="none",
            label_smoothing=p["label_smoothing"],
            **({} if soft else {"ignore_index": ignore}),
        )
    else:
        smoothed = dense * (1 - p["label_smoothing"]) + p["label_smoothing"] / count * keep[:, None].to(rows.dtype)
        if p["from"] == "log_probs" and not soft and not p["label_smoothing"]:
            loss = F.nll_loss(rows, target, weight, reduction="none", ignore_index=ignore)
        elif p["from"] == "log_probs":
            loss = -(smoothed * weight * rows).sum(1)
        else:
            loss = -torch.xlogy(smoothed * weight, rows).sum(1)
    return loss, keep, row_weight


def linear_cross_entropy(asked, x):
    p, x, table, bias = asked.p, x.reshape(-1, x.shape[-1]), asked.layer["weight"], asked.layer.get("bias")
    weight = None if p["class_weight"] is None else asked.bound("class_weight")
    target = array(asked.target, asked.dtype).reshape(-1).to(torch.int64)
    ignore = -100 if p["ignore_index"] is None else p["ignore_index"]
    options = {"weight": weight, "reduction": "none", "ignore_index": ignore, "label_smoothing": p["label_smoothing"]}
    keep = target != ignore
    if p["softcap"] is None and not p["z_loss"]:
        loss = F.linear_cross_entropy(x, table, target, linear_bias=bias, **options)
    else:
        logits = F.linear(x, table, bias)
        logits = logits if p["softcap"] is None else p["softcap"] * torch.tanh(logits / p["softcap"])
        loss = F.cross_entropy(logits, target, **options) + p["z_loss"] * torch.logsumexp(logits, 1) ** 2
    row_weight = torch.ones_like(loss) if weight is None else weight[torch.where(keep, target, 0)]
    return loss, keep, row_weight


def categorical_focal(asked, x):
    p = asked.p
    rows = classes_second(x, asked.axis())
    count = rows.shape[1]
    dense, keep = dense_target(asked, count)
    logs = F.log_softmax(rows, 1)
    loss = (asked.bound("alpha", count) * (-torch.expm1(logs)) ** p["gamma"] * (-dense * logs)).sum(1)
    return loss, keep, dense.sum(1)


def multiclass_hinge(asked, x):
    rows = classes_second(x, asked.axis())
    dense, keep = dense_target(asked, rows.shape[1])
    scores = rows + asked.p["margin"] * (1 - dense)
    first = (
        torch.from_numpy(scores.detach().numpy().argmax(1))
        if rows.numel()
        else torch.zeros(len(rows), dtype=torch.int64)
    )
    loss = scores.gather(1, first[:, None])[:, 0] - (dense * rows).sum(1)
    weight = (dense * asked.bound("class_weight", rows.shape[1])).sum(1)
    return torch.where(keep, loss * weight, 0), keep, weight


def categorical_hinge(asked, x):
    rows = classes_second(x, asked.axis())
    dense, keep = dense_target(asked, rows.shape[1])
    if not rows.numel():  # Keras refuses to take the maximum of nothing.
        return rows.sum(1), keep, rows.sum(1)
    loss = keras_loss("categorical_hinge", asked.dtype, reduction="none")(dense, rows)
    weight = (dense * asked.bound("class_weight", rows.shape[1])).sum(1)
    return torch.where(keep, loss * weight, 0), keep, weight


def overlap(asked, x):
    """MONAI's sums, with the mask multiplied into prediction and target."""
    p, rank = asked.p, x.dim()
    class_axis = p["class_axis"] % rank
    q = {"none": lambda v: v, "sigmoid": torch.sigmoid, "softmax": lambda v: torch.softmax(v, class_axis)}[
        p["activation"]
    ](x)
    keep = torch.ones([e for a, e in enumerate(x.shape) if a != class_axis], dtype=torch.bool)
    if asked.target.shape == asked.x_tensor.shape:
        t = floats(asked.target, asked.dtype)
    else:
        labels = array(asked.target, asked.dtype).to(torch.int64)
        keep = keep if p["ignore_index"] is None else labels != p["ignore_index"]
        t = F.one_hot(torch.where(keep, labels, 0), x.shape[class_axis]).movedim(-1, class_axis).to(q.dtype)
    mask = asked.role("mask")
    keep = keep if mask is None else keep & (array(mask, asked.dtype) != 0)
    k = keep.unsqueeze(class_axis).expand(x.shape).to(q.dtype)
    q, t = q * k, t * k
    summed = sorted({a % rank for a in p["axis"]} if p["axis"] is not None else set(range(2, rank)))
    summed = sorted({*summed, 0}) if p["batch"] else summed
    weight = torch.ones([e if a == class_axis else 1 for a, e in enumerate(x.shape)], dtype=q.dtype)
    if p["class_weight"] is not None:
        weight = asked.bound("class_weight").reshape(weight.shape)
    if class_axis in summed:
        weight = weight.narrow(class_axis, 0, 1)
    weight = weight.expand([1 if a in summed else e for a, e in enumerate(x.shape)])
    if not p["include_background"]:
        chop = lambda v: v.narrow(class_axis, 1, v.shape[class_axis] - 1)
        q, t, k, weight = chop(q), chop(t), chop(k), chop(weight)
    total = lambda v: v.sum(summed)
    i, ps, ts = total(q * t), total(q**2 if p["squared"] else q), total(t**2 if p["squared"] else t)
    nr, dr = (p["smooth_nr"], p["smooth_dr"]) if p["smooth"] is None else (p["smooth"],) * 2
    if asked.name == "dice":
        ratio = (2 * i + nr) / (ps + ts + dr)
    elif asked.name == "jaccard":
        ratio = (i + nr) / (ps + ts - i + dr)
    else:
        ratio = (i + nr) / (i + p["alpha"] * (ps - i) + p["beta"] * (ts - i) + dr)
    weight = weight.reshape(i.shape)
    return weight * (1 - ratio), total(k) > 0, weight


UNREDUCED = {
    "mse": lambda a, x: counted(a, F.mse_loss(x, floats(a.target, a.dtype), reduction="none")),
    "mae": lambda a, x: counted(a, F.l1_loss(x, floats(a.target, a.dtype), reduction="none")),
    "huber": lambda a, x: counted(
        a, F.huber_loss(x, floats(a.target, a.dtype), reduction="none", delta=float(a.p["delta"]))
    ),
    "bce": bce,
    "focal": focal,
    "hinge": hinges(1),
    "squared_hinge": hinges(2),
    "l1": lambda a, x: counted(a, x.abs()),
    "l2": lambda a, x: counted(a, x * x),
    "cross_entropy": cross_entropy,
    "linear_cross_entropy": linear_cross_entropy,
    "categorical_focal": categorical_focal,
    "multiclass_hinge": multiclass_hinge,
    "categorical_hinge": categorical_hinge,
    "dice": overlap,
    "jaccard": overlap,
    "tversky": overlap,
}
# Whose arithmetic answers, for the tally.
SOURCE = {name: "formula under PyTorch autograd" for name in UNREDUCED}
SOURCE |= {name: "PyTorch" for name in ("mse", "mae", "huber", "bce", "cross_entropy", "linear_cross_entropy")}
SOURCE |= {name: "Keras" for name in ("hinge", "squared_hinge", "categorical_hinge")}
