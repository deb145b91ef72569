"""What the machine can do in the same rounds: bandwidth beyond the caches, and arithmetic in registers."""

import ctypes

from ..buffers import aligned

COUNT = 16 * 1024 * 1024  # elements of each array of the bandwidth probes
BANDWIDTH = {"scale": 2, "triad": 3, "scale_streaming": 2, "triad_streaming": 3}  # arrays that pass through memory
STEPS = 4 * 1024 * 1024


class Problem(ctypes.Structure):
    """probe_problem of ../../c/probe.c"""

    _fields_ = [
        ("first", ctypes.c_void_p),
        ("second", ctypes.c_void_p),
        ("written", ctypes.c_void_p),
        ("count", ctypes.c_size_t),
        ("threads", ctypes.c_long),
        ("kernel", ctypes.c_void_p),
    ]


def moved(kernel):
    """The bytes that a call of a kernel moves; 0 for arithmetic."""
    return BANDWIDTH.get(kernel, 0) * 4 * COUNT


class Probe:
    """One kernel by a number of threads. `bytes` is what a call moves; 0 for arithmetic."""

    arrays = None

    def __init__(self, native, kernel, threads):
        self.native, self.name = native, f"probe {kernel} {threads}"
        if Probe.arrays is None:
            Probe.arrays = [aligned((COUNT,), "float32") for _ in range(3)]
        count = COUNT if kernel in BANDWIDTH else STEPS
        self.bytes = moved(kernel)
        function = ctypes.cast(getattr(native.probe, f"probe_{kernel}"), ctypes.c_void_p)
        self.problem = Problem(*(array.ctypes.data for array in Probe.arrays), count, threads, function)

    def time(self, calls):
        return self.native.time(self.native.probe.probe_call, self.problem, calls)

    def close(self):
        pass


def bandwidth(native, threads):
    """The bandwidth probes that this machine's processor has."""
    return [Probe(native, kernel, threads) for kernel in BANDWIDTH if hasattr(native.probe, f"probe_{kernel}")]


def arithmetic(native, threads):
    return Probe(native, "arithmetic", threads)
