"""The same loop, hand-written in C."""

import ctypes
import math

from ..buffers import aligned

PIXELS = 256  # as in ../../c/hand.c


class Problem(ctypes.Structure):
    """hand_problem of ../../c/hand.h"""

    _fields_ = [
        ("input", ctypes.c_void_p),
        ("target", ctypes.c_void_p),
        ("gradient", ctypes.c_void_p),
        ("scratch", ctypes.c_void_p),
        ("outer", ctypes.c_size_t),
        ("classes", ctypes.c_size_t),
        ("inner", ctypes.c_size_t),
        ("scale", ctypes.c_double),
        ("value", ctypes.c_double),
    ]


class Hand:
    name = "C by hand"

    def __init__(self, native):
        self.native = native

    def prepare(self, case, buffers):
        function = getattr(self.native.hand, f"hand_{case.loss}_{case.dtype}", None)
        return None if function is None or case.last else Run(self.native, function, case, buffers)


class Run:
    def __init__(self, native, function, case, buffers):
        self.native, self.function, self.buffers = native, function, buffers
        inner = math.prod(case.shape[2:])
        self.scratch = aligned((2 * case.classes * (PIXELS if inner > 1 else 1),), "float32")
        arrays = [buffers.input, buffers.target, buffers.gradient, self.scratch]
        pointers = [array.ctypes.data for array in arrays]
        if not case.has_target:
            pointers[1] = None
        scale = 1.0 if case.summed else 1.0 / case.loss_elements
        self.problem = Problem(*pointers, case.shape[0], case.classes, inner, scale, 0.0)

    def on(self, case, buffers):
        """The same on other buffers."""
        return Run(self.native, self.function, case, buffers)

    def time(self, calls):
        return self.native.time(self.function, self.problem, calls)

    def result(self):
        self.time(1)
        return self.problem.value, self.buffers.gradient

    def close(self):
        pass
