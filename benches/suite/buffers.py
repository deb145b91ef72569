"""The arrays that every peer reads: made once for each case, with the same numbers each time."""

import ml_dtypes
import numpy

NUMPY = {"f32": numpy.float32, "f64": numpy.float64, "bf16": ml_dtypes.bfloat16, "f16": numpy.float16}


def aligned(shape, dtype):
    """An array on a boundary of 64 bytes, which JAX needs to read it in place."""
    dtype = numpy.dtype(dtype)
    size = int(numpy.prod(shape)) * dtype.itemsize
    room = numpy.empty(size + 64, numpy.uint8)
    start = -room.ctypes.data % 64
    array = room[start : start + size].view(dtype).reshape(shape)
    array[...] = 0
    return array


def filled(values, dtype):
    array = aligned(values.shape, dtype)
    array[...] = values
    return array


class Buffers:
    """Input, target (where a loss has none, nothing reads it) and room for the gradient."""

    def __init__(self, case):
        random = numpy.random.default_rng(20260)
        dtype = NUMPY[case.dtype]
        scores = random.standard_normal(case.shape, numpy.float32)
        scores *= 2
        self.input = filled(scores, dtype)
        if case.group != "elements":
            shape = case.shape[:-1] if case.last else case.shape[:1] + case.shape[2:]
            self.target = filled(random.integers(0, case.classes, shape), numpy.int64)
        elif not case.has_target:
            self.target = aligned((1,), dtype)
        elif case.loss in ("mse", "mae", "huber"):
            self.target = filled(random.standard_normal(case.shape, numpy.float32), dtype)
        else:
            drawn = random.integers(0, 2, case.shape, numpy.int8).astype(numpy.float32)
            self.target = filled(2 * drawn - 1 if "hinge" in case.loss else drawn, dtype)
        self.gradient = aligned(case.shape, dtype)
