"""The C side: structures of losskit.h and of ../c, and the libraries that run.sh compiled."""

import ctypes
import os
from pathlib import Path

CODES = {"float32": 1, "float64": 2, "float16": 3, "bfloat16": 4, "int64": 8}


class Error(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("status", ctypes.c_int32),
        ("index", ctypes.c_int64),
        ("message", ctypes.c_char * 240),
    ]

    def __init__(self):
        super().__init__(struct_size=ctypes.sizeof(Error))


class Tensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("dtype", ctypes.c_uint32),
        ("rank", ctypes.c_uint32),
        ("shape", ctypes.c_int64 * 8),
        ("strides", ctypes.c_int64 * 8),
    ]

    @staticmethod
    def of(array):
        tensor = Tensor(array.ctypes.data, CODES[array.dtype.name], array.ndim)
        tensor.shape[: array.ndim] = array.shape
        return tensor


class ContextOptions(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("threads", ctypes.c_uint32), ("executor", ctypes.c_void_p)]


class Native:
    """The folder of compiled libraries, loaded as they are asked for."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.driver = ctypes.CDLL(str(self.folder / "driver.so"))
        self.losskit = ctypes.CDLL(str(self.folder / "liblosskit.so"))
        self.hand = ctypes.CDLL(str(self.folder / "hand.so"))
        self.probe = ctypes.CDLL(str(self.folder / "probe.so"))
        onednn = self.folder / "onednn.so"
        self.onednn = ctypes.CDLL(str(onednn)) if onednn.exists() else None
        self.losskit.lk_loss_destroy.argtypes = self.losskit.lk_context_destroy.argtypes = [ctypes.c_void_p]
        self.losskit.lk_loss_destroy.restype = self.losskit.lk_context_destroy.restype = None
        self.driver.time_calls.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_long]
        self.driver.time_calls.restype = ctypes.c_double

    def time(self, function, problem, calls):
        """Seconds per call of a C function on its structure."""
        return self.driver.time_calls(ctypes.cast(function, ctypes.c_void_p), ctypes.addressof(problem), calls)


def cores():
    """The number of processors that this process may run on."""
    return len(os.sched_getaffinity(0))
