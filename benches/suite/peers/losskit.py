"""losskit itself, through its C ABI."""

import ctypes

from ..native import ContextOptions, Error, Tensor


class Problem(ctypes.Structure):
    """losskit_problem of ../../c/driver.c"""

    _fields_ = [
        ("loss", ctypes.c_void_p),
        ("context", ctypes.c_void_p),
        ("input", ctypes.POINTER(Tensor)),
        ("target", ctypes.POINTER(Tensor)),
        ("gradient", ctypes.POINTER(Tensor)),
        ("value", ctypes.c_double),
        ("status", ctypes.c_int32),
        ("error", Error),
    ]


class Losskit:
    """With one thread, a NULL context; otherwise a context with that many threads."""

    def __init__(self, native, threads, name):
        self.native, self.threads, self.name = native, threads, name
        self.context = ctypes.c_void_p()
        if threads > 1:
            options, error = ContextOptions(ctypes.sizeof(ContextOptions), threads, None), Error()
            if native.losskit.lk_context_create(ctypes.byref(options), ctypes.byref(self.context), ctypes.byref(error)):
                raise RuntimeError(error.message.decode())

    def prepare(self, case, buffers):
        return Run(self, case, buffers)


class Run:
    def __init__(self, peer, case, buffers):
        self.peer, self.native, self.buffers = peer, peer.native, buffers
        self.loss, error = ctypes.c_void_p(), Error()
        if self.native.losskit.lk_loss_create(case.spec.encode(), ctypes.byref(self.loss), ctypes.byref(error)):
            raise RuntimeError(error.message.decode())
        self.tensors = [Tensor.of(array) for array in (buffers.input, buffers.target, buffers.gradient)]
        pointers = list(map(ctypes.pointer, self.tensors))
        if not case.has_target:
            pointers[1] = None
        self.problem = Problem(self.loss, peer.context, *pointers, 0.0, 0, Error())

    def on(self, case, buffers):
        """The same on other buffers."""
        return Run(self.peer, case, buffers)

    def time(self, calls):
        seconds = self.native.time(self.native.driver.losskit_call, self.problem, calls)
        if self.problem.status:
            raise RuntimeError(self.problem.error.message.decode())
        return seconds

    def result(self):
        self.time(1)
        return self.problem.value, self.buffers.gradient

    def close(self):
        self.native.losskit.lk_loss_destroy(self.loss)
