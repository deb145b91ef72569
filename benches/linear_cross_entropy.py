"""linear_cross_entropy beside PyTorch, value and gradients of input and weight, in one run on the same numbers.

    build/bench-python/bin/python benches/linear_cross_entropy.py [LIBRARY] [--rounds 5] [--shape 1024 768 128256] [--skip chunked]

A part of `make bench`, whose environment it runs in; LIBRARY is target/release/liblosskit.so unless told
otherwise. Contenders take turns; the table has medians, the median of each round's ratio, and the memory that each takes
beyond its operands and gradients, measured in a process of its own (the high-water mark of resident memory).
"""

import argparse
import ctypes
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time
import warnings

import numpy

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/vectors/generate"))
SPEC = b"linear_cross_entropy"
OURS = "losskit"


def numbers(shape):
    rows, width, classes = shape
    rng = numpy.random.default_rng(1)
    x = rng.standard_normal((rows, width), numpy.float32)
    w = rng.standard_normal((classes, width), numpy.float32) / numpy.float32(width**0.5)
    return x, w, rng.integers(0, classes, rows)


class Losskit:
    def __init__(self, path, threads, x, w, target):
        from library import Error, Library, Operand, View

        class Options(ctypes.Structure):
            _fields_ = [("struct_size", ctypes.c_uint32), ("threads", ctypes.c_uint32), ("executor", ctypes.c_void_p)]

        self.c = Library(path).c
        self.error = Error(struct_size=ctypes.sizeof(Error))
        self.loss, self.context = ctypes.c_void_p(), ctypes.c_void_p()
        options = Options(ctypes.sizeof(Options), threads, None)
        self.demand(self.c.lk_loss_create(SPEC, ctypes.byref(self.loss), ctypes.byref(self.error)))
        create = self.c.lk_context_create
        self.demand(create(ctypes.byref(options), ctypes.byref(self.context), ctypes.byref(self.error)))
        self.value = numpy.zeros((), numpy.float32)
        # Filled, so that their memory is there before anything is measured.
        self.gradients = {"input": numpy.ones_like(x), "weight": numpy.ones_like(w)}
        arrays = {"input": x, "target": target, "weight": w}
        self.views = {name: View.of(array) for name, array in arrays.items()}
        self.slopes = {name: View.of(array) for name, array in self.gradients.items()}
        self.output = View.of(self.value)
        self.operands = (Operand * len(arrays))()
        for operand, name in zip(self.operands, arrays):
            operand.name, operand.tensor = name.encode(), ctypes.pointer(self.views[name])
            if name in self.slopes:
                operand.gradient = ctypes.pointer(self.slopes[name])
        self.arrays = arrays

    def demand(self, status):
        if status:
            raise RuntimeError(f"status {status}: {self.error.message.decode()}")

    def __call__(self):
        count, output = len(self.operands), ctypes.byref(self.output)
        evaluate = self.c.lk_loss_eval
        self.demand(evaluate(self.loss, self.context, self.operands, count, output, ctypes.byref(self.error)))
        return float(self.value), self.gradients["input"], self.gradients["weight"]


class Torch:
    """One of PyTorch's ways, forward and backward; its gradients are made anew, as its optimisers leave them."""

    def __init__(self, way, threads, x, w, target):
        import torch
        import torch.nn.functional as F

        torch.set_num_threads(threads)
        self.x = torch.from_numpy(x).requires_grad_()
        self.w = torch.from_numpy(w).requires_grad_()
        target = torch.from_numpy(target)
        fused = F.linear_cross_entropy
        self.forward = {
            "matmul": lambda: F.cross_entropy(self.x @ self.w.T, target),
            "fused": lambda: fused(self.x, self.w, target),
            "chunked": lambda: fused(self.x, self.w, target, options=torch.nn.LinearCrossEntropyOptions()),
        }[way]

    def __call__(self):
        self.x.grad = self.w.grad = None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loss = self.forward()
            loss.backward()
        return float(loss.detach()), self.x.grad.numpy(), self.w.grad.numpy()


CONTENDERS = {
    OURS: None,
    "PyTorch x @ w.T, cross_entropy": "matmul",
    "PyTorch F.linear_cross_entropy": "fused",
    "PyTorch F.linear_cross_entropy, chunked": "chunked",
}


def contender(name, arguments, arrays):
    if name == OURS:
        return Losskit(arguments.library, arguments.threads, *arrays)
    return Torch(CONTENDERS[name], arguments.threads, *arrays)


def status(field):
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field + ":"))


def measure_memory(arguments):
    """In a process of its own: a small call first, which loads what a library loads once, then the high-water mark."""
    name = arguments.memory
    contender(name, arguments, numbers((64, 64, 512)))()
    arrays = numbers(arguments.shape)
    call = contender(name, arguments, arrays)
    before = status("VmRSS")
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    call()
    # What losskit writes was there before; PyTorch makes its gradients in the call.
    made = 0 if name == OURS else sum(array.nbytes for array in arrays[:2])
    print(json.dumps(status("VmHWM") - before - made))


def largest_difference(found, expected):
    return float(numpy.abs(found - expected).max() / numpy.abs(expected).max())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", nargs="?", default=str(ROOT / "target/release/liblosskit.so"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--shape", type=int, nargs=3, default=(1024, 768, 128256), metavar=("ROWS", "WIDTH", "CLASSES"))
    parser.add_argument("--skip", nargs="*", default=[], metavar="WORD", help="contenders whose name contains it")
    parser.add_argument("--json", metavar="FILE", help="writes the numbers of the table there as well")
    parser.add_argument("--memory", default="", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.memory:
        return measure_memory(arguments)
    arrays = numbers(arguments.shape)
    names = [name for name in CONTENDERS if not any(word in name for word in arguments.skip)]
    calls = {name: contender(name, arguments, arrays) for name in names}
    times = {name: [] for name in calls}
    answers = {}
    # One more, which does not count: it loads what a program loads once.
    for turn in range(-1, arguments.rounds):
        taken = {}
        for name, call in calls.items():
            started = time.perf_counter()
            answer = call()
            taken[name] = time.perf_counter() - started
            if turn < 0:
                answers[name] = answer
            else:
                times[name].append(taken[name])
        label = f"round {turn + 1}" if turn >= 0 else "warm-up"
        print(f"{label}: " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in taken.items()), file=sys.stderr)
    value, *gradients = answers[OURS]
    for name, (other, *slopes) in answers.items():
        off = [abs(value - other) / abs(other), *map(largest_difference, gradients, slopes)]
        assert max(off) < 1e-4, f"{name} and losskit differ by {off}"
    again = [sys.executable, __file__, arguments.library, "--threads", str(arguments.threads)]
    again += ["--shape", *map(str, arguments.shape), "--memory"]
    rows, width, classes = arguments.shape
    print(f"{rows} rows of {width} numbers, {classes} classes, f32, {arguments.threads} threads")
    print(f"{arguments.rounds} rounds; machine's load at the end {os.getloadavg()[0]:.1f}\n")
    print("| what | time | its time / losskit's | extra memory |\n|---|---|---|---|")
    records = []
    for name, taken in times.items():
        output = subprocess.run([*again, name], check=True, capture_output=True, text=True).stdout
        ratio = statistics.median(other / own for other, own in zip(taken, times[OURS]))
        record = {"name": name, "seconds": statistics.median(taken), "ratio": ratio, "memory": json.loads(output)}
        records.append(record)
        print(f"| {name} | {record['seconds']:.2f} s | {ratio:.2f} | {record['memory'] / 1e6:.0f} MB |")
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(records))


if __name__ == "__main__":
    main()
