"""PyTorch: each loss as its users write it, eagerly or through torch.compile, with autograd's gradient."""

import time

import torch
import torch.nn.functional as F

TYPES = {"bf16": torch.bfloat16, "f16": torch.float16}


def tensor(array, dtype):
    """The array itself, not a copy."""
    if dtype == "bf16" and array.dtype.itemsize == 2:
        return torch.from_numpy(array.view("uint16")).view(torch.bfloat16)
    return torch.from_numpy(array)


def focal(x, t):
    """As in torchvision: gamma 2, no alpha."""
    p = torch.sigmoid(x)
    entropy = F.binary_cross_entropy_with_logits(x, t, reduction="none")
    p_t = p * t + (1 - p) * (1 - t)
    return entropy * (1 - p_t) ** 2


def categorical_focal(x, t):
    logarithm = F.log_softmax(x, 1).gather(1, t.unsqueeze(1)).squeeze(1)
    return -((1 - logarithm.exp()) ** 2) * logarithm


def multiclass_hinge(x, t):
    labels = t.unsqueeze(1)
    return (x + 1).scatter_add(1, labels, torch.full_like(labels, -1, dtype=x.dtype)).amax(1) - x.gather(
        1, labels
    ).squeeze(1)


def categorical_hinge(x, t):
    """As in Keras, where the true class takes part with the score 0."""
    labels = t.unsqueeze(1)
    worst = x.scatter(1, labels, torch.zeros_like(labels, dtype=x.dtype)).amax(1)
    return (1 + worst - x.gather(1, labels).squeeze(1)).clamp_min(0)


def overlap(x, t):
    """Intersections and the sizes of predicted and true regions, as in MONAI: softmax, one-hot labels, sums over the
    pixels of each class of each image."""
    p = x.softmax(1)
    truth = F.one_hot(t, x.shape[1]).movedim(-1, 1).to(x.dtype)
    return (p * truth).sum((2, 3)), p.sum((2, 3)), truth.sum((2, 3))


def dice(x, t):
    both, predicted, true = overlap(x, t)
    return 1 - (2 * both + 1e-5) / (predicted + true + 1e-5)


def jaccard_of(both, predicted, true):
    return 1 - (both + 1e-5) / (predicted + true - both + 1e-5)


def tversky_of(both, predicted, true):
    return 1 - (both + 1e-5) / (both + (predicted - both) / 2 + (true - both) / 2 + 1e-5)


UNREDUCED = {
    "l1": lambda x, t: x.abs(),
    "l2": lambda x, t: x.square(),
    "focal": focal,
    "hinge": lambda x, t: (1 - t * x).clamp_min(0),
    "squared_hinge": lambda x, t: (1 - t * x).clamp_min(0).square(),
    "categorical_focal": categorical_focal,
    "multiclass_hinge": multiclass_hinge,
    "categorical_hinge": categorical_hinge,
    "dice": dice,
    "jaccard": lambda x, t: jaccard_of(*overlap(x, t)),
    "tversky": lambda x, t: tversky_of(*overlap(x, t)),
}
BUILT_IN = {
    "mse": F.mse_loss,
    "mae": F.l1_loss,
    "huber": F.huber_loss,
    "bce": F.binary_cross_entropy_with_logits,
    "cross_entropy": F.cross_entropy,
}


def reduced(case):
    """The loss as one number: PyTorch's own mean where it has one; sums of 16-bit terms in f32, since they pass what
    f16 holds."""
    loss = case.loss
    if loss in BUILT_IN:
        if case.summed:
            return lambda x, t: BUILT_IN[loss](x, t, reduction="none").sum(dtype=torch.float32)
        return BUILT_IN[loss]
    if case.summed:
        return lambda x, t: UNREDUCED[loss](x, t).sum(dtype=torch.float32)
    return lambda x, t: UNREDUCED[loss](x, t).mean()


class PyTorch:
    """Eager, or compiled for the case's own shape; compiling is over before the clock starts."""

    def __init__(self, threads, compiled):
        torch.set_num_threads(threads)
        self.compiled, self.name = compiled, "torch.compile" if compiled else "PyTorch"

    def prepare(self, case, buffers):
        function = reduced(case)
        if self.compiled:
            torch._dynamo.reset()
            # A graph that breaks, or is compiled for other shapes, would be timed as something else.
            torch._dynamo.config.error_on_recompile = True
            function = torch.compile(function, fullgraph=True, dynamic=False)
        return Run(function, case, buffers)


class Run:
    def __init__(self, function, case, buffers):
        self.function = function
        self.input = tensor(buffers.input, case.dtype).requires_grad_()
        self.target = tensor(buffers.target, case.dtype)

    def once(self):
        value = self.function(self.input, self.target)
        return value, torch.autograd.grad(value, self.input)[0]

    def on(self, case, buffers):
        """The same function, compiled once, on other buffers."""
        return Run(self.function, case, buffers)

    def time(self, calls):
        start = time.perf_counter()
        for _ in range(calls):
            self.once()
        return (time.perf_counter() - start) / calls

    def result(self):
        value, gradient = self.once()
        gradient = gradient.detach()
        return float(value.detach()), (gradient.float() if gradient.dtype in TYPES.values() else gradient).numpy()

    def close(self):
        pass
