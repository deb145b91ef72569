"""oneDNN's softmax with the rest of cross-entropy by hand: the nearest that its primitives come to a loss."""

import ctypes
import math


class Problem(ctypes.Structure):
    """onednn_problem of ../../c/onednn.c"""

    _fields_ = [
        ("input", ctypes.c_void_p),
        ("target", ctypes.c_void_p),
        ("gradient", ctypes.c_void_p),
        ("outer", ctypes.c_int64),
        ("classes", ctypes.c_int64),
        ("inner", ctypes.c_int64),
        ("value", ctypes.c_double),
        ("status", ctypes.c_int),
        ("own", ctypes.c_void_p * 6),
        ("divisor", ctypes.c_float),
    ]


class OneDnn:
    name = "oneDNN"

    def __init__(self, native):
        self.native = native

    def prepare(self, case, buffers):
        if case.loss != "cross_entropy" or case.dtype != "f32" or case.last:
            return None
        return Run(self.native, case, buffers)


class Run:
    def __init__(self, native, case, buffers):
        self.native, self.buffers = native, buffers
        arrays = (buffers.input, buffers.target, buffers.gradient)
        pointers = (array.ctypes.data for array in arrays)
        self.problem = Problem(*pointers, case.shape[0], case.classes, math.prod(case.shape[2:]))
        native.onednn.onednn_prepare(ctypes.byref(self.problem))
        self.demand()

    def demand(self):
        if self.problem.status:
            raise RuntimeError(f"oneDNN refused with its status {self.problem.status}")

    def on(self, case, buffers):
        """The same on other buffers."""
        return Run(self.native, case, buffers)

    def time(self, calls):
        seconds = self.native.time(self.native.onednn.onednn_call, self.problem, calls)
        self.demand()
        return seconds

    def result(self):
        self.time(1)
        return self.problem.value, self.buffers.gradient

    def close(self):
        self.native.onednn.onednn_release(ctypes.byref(self.problem))
