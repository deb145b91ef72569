"""The same cases in PyTorch and in Keras 3, run live.

`ask` gives what a framework answers: value and gradient of the input. PyTorch's losses run unreduced and, where the case
is one that PyTorch can reduce itself, a second time with PyTorch's own reduction. Keras's loss classes run whole.
"""

import numpy
import torch
import torch.nn.functional as F

import walk
from torch_losses import REAL, UNREDUCED, Asked, array, floats, keras_loss, shaped_weight, with_mask


def hidden(asked):
    """Input elements that a mask or ignore_index hides. Frameworks let NaN through there (0 * NaN), so they see 0.5."""
    x, p = asked.x, asked.p
    hide = torch.zeros(x.shape, dtype=torch.bool)
    places = []
    mask, target, index = asked.role("mask"), asked.target, p.get("ignore_index", p.get("ignore_class"))
    if mask is not None and asked.name not in ("keras.dice", "keras.tversky"):
        places.append(array(mask, asked.dtype) == 0)
    if (
        index is not None
        and target.shape != asked.x_tensor.shape
        or (index is not None and asked.name in walk.oracle.ELEMENTWISE)
    ):
        places.append(array(target, asked.dtype) == index)
    for place in places:
        if place.dim() == x.dim():
            hide |= place
        else:
            axis = p.get("class_axis", p.get("axis", -1))
            hide |= place.unsqueeze(0 if x.dim() == 1 else axis)
    return hide


def ask(case, dtype):
    """Value and gradients of a whole case, by frameworks."""
    leaves, total = {}, None
    for term in case.terms:
        asked = Asked(term, case.operands, dtype)
        name = (term.given.get("input") or "@input")[1:]
        if name not in leaves:
            leaves[name] = torch.where(hidden(asked), 0.5, asked.x).requires_grad_()
        take_layer(asked, leaves)
        value = ask_keras(asked, leaves[name]) if term.name.startswith("keras.") else reduced(asked, leaves[name])
        total = term.factor * value if total is None else total + term.factor * value
    upstream = case.operands.get("grad_output")
    if total.requires_grad:
        (total * floats(upstream, dtype) if upstream is not None else total).sum().backward()
    gradients = {name: torch.zeros_like(leaf) if leaf.grad is None else leaf.grad for name, leaf in leaves.items()}
    return total.detach().numpy(), {name: g.numpy() for name, g in gradients.items()}


def take_layer(asked, leaves):
    """Gives a layer its operands: those that are among the leaves already, and new leaves."""
    for role in ("weight", "bias"):
        if asked.role(role) is not None:
            leaf = leaves.setdefault(asked.p[role][1:], floats(asked.role(role), asked.dtype).requires_grad_())
            asked.layer[role] = leaf


def reduced(asked, x):
    """losskit's reduction of a framework's unreduced loss."""
    p = asked.p
    loss, keep, class_weight = UNREDUCED[asked.name](asked, x)
    shape = loss.shape
    weight, mask = asked.role("sample_weight"), asked.role("mask")
    w = torch.ones_like(loss) if weight is None else floats(weight, asked.dtype).reshape(shape)
    keep = keep.reshape(shape)
    if mask is not None and asked.name not in walk.oracle.OVERLAP:
        keep = keep & (array(mask, asked.dtype) != 0).reshape(shape)
    loss = torch.where(keep, loss * w, 0)
    if p["reduction"] == "none":
        if asked.name in walk.oracle.ROWWISE:
            axis = asked.axis() % asked.x.dim()
            return loss.reshape([e for a, e in enumerate(asked.x.shape) if a != axis])
        if asked.name in walk.oracle.LINEAR:
            return loss.reshape(asked.x.shape[:-1])
        return loss
    if p["reduction"] == "sum":
        return loss.sum()
    entering = w * class_weight if p["reduction"] == "weighted_mean" else torch.ones_like(loss)
    divisor = torch.where(keep, entering, 0).sum().detach()
    if isinstance(p["denominator"], str):
        divisor = floats(asked.operands[p["denominator"][1:]], asked.dtype)
    elif p["denominator"] is not None:
        divisor = torch.tensor(float(p["denominator"]), dtype=REAL[asked.dtype])
    if divisor == 0 and p["empty"] == "nan":
        return sum(((leaf * numpy.nan).sum() for leaf in (x, *asked.layer.values())), torch.tensor(numpy.nan))
    return loss.sum() / divisor if divisor != 0 else (loss * 0).sum()


def native(case, dtype):
    """The value by PyTorch's own reduction, or None where the case is not one of PyTorch's."""
    if len(case.terms) != 1 or case.terms[0].factor != 1 or case.terms[0].given.get("sample_weight", "none") != "none":
        return None
    if set(case.operands) - {"input", "target", "class_balance", "importance"}:
        return None
    asked = Asked(case.terms[0], case.operands, dtype)
    p, name, reduction = asked.p, asked.name, asked.p["reduction"]
    if p["denominator"] is not None or asked.x.numel() == 0 or "input" not in case.operands:
        return None
    x = torch.where(hidden(asked), 0.5, asked.x)
    if name in ("mse", "mae", "huber") and reduction != "weighted_mean":
        f = {"mse": F.mse_loss, "mae": F.l1_loss, "huber": F.huber_loss}[name]
        options = {"delta": float(p["delta"])} if name == "huber" else {}
        return f(x, floats(asked.target, dtype), reduction=reduction, **options).numpy()
    if name == "bce" and reduction != "weighted_mean" and p["ignore_index"] is None and p["label_smoothing"] == 0:
        t = floats(asked.target, dtype)
        if p["from"] == "probs":
            return F.binary_cross_entropy(x, t, reduction=reduction).numpy() if p["pos_weight"] == 1 else None
        return F.binary_cross_entropy_with_logits(x, t, pos_weight=shaped_weight(asked, x), reduction=reduction).numpy()
    if name != "cross_entropy" or p["from"] != "logits" or p["empty"] == "nan":
        return None
    # PyTorch's mean divides labels by the weights of their classes, and soft targets by the number of rows.
    soft = asked.target.shape == asked.x_tensor.shape
    weighted = p["class_weight"] is not None
    if reduction == ("mean" if not soft and weighted else "weighted_mean"):
        return None
    target = floats(asked.target, dtype) if soft else array(asked.target, dtype).to(torch.int64)
    place = 1 if x.dim() > 1 else 0
    x = x.movedim(asked.axis(), place)
    target = target.movedim(asked.axis(), place) if soft else target
    if p["ignore_index"] is not None and not soft and bool((target == p["ignore_index"]).all()):
        return None
    options = {} if soft or p["ignore_index"] is None else {"ignore_index": p["ignore_index"]}
    reduction = "mean" if reduction == "weighted_mean" else reduction
    weight = asked.bound("class_weight") if weighted else None
    return F.cross_entropy(
        x, target, weight, reduction=reduction, label_smoothing=float(p["label_smoothing"]), **options
    ).numpy()


def ask_keras(asked, x):
    """The loss class of Keras itself, with its own reduction, weights and mask."""
    name = asked.name.removeprefix("keras.")
    options = {k: v for k, v in asked.given.items() if not (isinstance(v, str) and v.startswith("@"))}
    if isinstance(options.get("axis"), list):
        options["axis"] = tuple(options["axis"])
    loss = keras_loss(name, asked.dtype, **options)
    target = floats(asked.target, asked.dtype)
    weight, mask = asked.role("sample_weight"), asked.role("mask")
    y_pred = x * 1
    if mask is not None:
        y_pred = with_mask(y_pred, array(mask, asked.dtype) != 0)
    return loss(target, y_pred, sample_weight=None if weight is None else floats(weight, asked.dtype))
