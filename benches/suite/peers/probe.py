"""What the machine can do in the same rounds: bandwidth beyond the caches, and arithmetic in registers."""

import ctypes
import functools
import math

from ..buffers import aligned

PIECE = 65536  # elements, of which an array has a multiple
SMALLEST = 64e6  # bytes of an array of the bandwidth probes, where the caches do not ask for more
# Arrays that pass through memory; the last kernel that a processor has is what caches are walked with.
BANDWIDTH = {"scale": 2, "triad": 3, "scale_streaming": 2, "triad_buffered": 3, "triad_streaming": 3}
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


def elements(beyond):
    """Of each array, so that it alone is beyond the caches: streaming stores leave nothing of what they write there,
    and scale reads one array only."""
    return math.ceil(max(SMALLEST, beyond) / (4 * PIECE)) * PIECE


def moved(kernel, count):
    """The bytes that a call of a kernel on arrays of so many elements moves; 0 for arithmetic."""
    return BANDWIDTH.get(kernel, 0) * 4 * count


def arrays(count):
    """Two to read and one to write."""
    return [aligned((count,), "float32") for _ in range(3)]


kept = functools.cache(arrays)  # from case to case


class Probe:
    """One kernel by a number of threads. `bytes` is what a call moves; 0 for arithmetic."""

    def __init__(self, native, kernel, threads, arrays, count):
        self.native, self.name, self.arrays = native, f"probe {kernel} {threads}", arrays
        self.bytes = moved(kernel, count)
        function = ctypes.cast(getattr(native.probe, f"probe_{kernel}"), ctypes.c_void_p)
        self.problem = Problem(*(array.ctypes.data for array in arrays), count, threads, function)

    def time(self, calls):
        return self.native.time(self.native.probe.probe_call, self.problem, calls)

    def close(self):
        pass


def kernels(native):
    """The bandwidth probes that this machine's processor has."""
    return [kernel for kernel in BANDWIDTH if hasattr(native.probe, f"probe_{kernel}")]


def bandwidth(native, threads, beyond):
    """Every kernel where cases are beyond the caches from so many bytes on."""
    count = elements(beyond)
    return [Probe(native, kernel, threads, kept(count), count) for kernel in kernels(native)]


def walks(native, footprints):
    """Triad by one thread over so many bytes in all, in the proportions of an elementwise loss: two arrays are read,
    and what is written goes past the caches where the processor can do that."""
    kernel = kernels(native)[-1]
    counts = [round(footprint / (4 * PIECE * BANDWIDTH[kernel])) * PIECE for footprint in footprints]
    shared = arrays(max(counts))
    return [Probe(native, kernel, 1, shared, count) for count in counts]


def arithmetic(native, threads):
    return Probe(native, "arithmetic", threads, kept(STEPS), STEPS)
