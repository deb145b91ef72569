"""Reduced values of 10^8 elements, against sums that are exact."""

import math

import torch

from accuracy_inputs import TYPES

COUNT = 100_000_000
PIECE = 1_000_000


def exact(numbers):
    """The sum of f64 numbers, rounded once: the standard library's fsum, piece by piece."""
    return math.fsum(n for start in range(0, len(numbers), PIECE) for n in numbers[start : start + PIECE].tolist())


def spacing(truth, dtype):
    return 2.0 ** (math.frexp(truth)[1] - 1) * torch.finfo(TYPES[dtype]).eps


def measure(losskit):
    """(spec, type, error of losskit, error of PyTorch) of each sum.

    An absolute difference of two numbers in [1, 2) is exact in their type. The square of such a difference is exact in
    f64 for f32 numbers; for f64 its rounding is 2⁻⁵³ of a term and has no bias, 10⁻⁴ of a unit of the sum.
    """
    results = []
    for dtype in ("f32", "f64"):
        real = TYPES[dtype]
        generator = torch.Generator().manual_seed(11)
        x = torch.rand(COUNT, generator=generator, dtype=real) + 1
        y = torch.rand(COUNT, generator=generator, dtype=real) + 1
        losses = {"mae": lambda r: r.abs(), "mse": lambda r: r * r}
        for name, of in losses.items():
            # Sums of 10^8 terms run into the largest f16 at once, so that only the wider types are measured.
            truth = exact(of(x.double() - y.double()))
            value = torch.zeros((), dtype=real)
            losskit.call(f"{name}(reduction=sum)", {"input": x, "target": y}, value, {})
            peer = {"mae": torch.nn.functional.l1_loss, "mse": torch.nn.functional.mse_loss}[name]
            errors = [abs(found.item() - truth) / spacing(truth, dtype) for found in (value, peer(x, y, reduction="sum"))]
            results.append((f"{name}(reduction=sum)", dtype, *errors))
    return results
