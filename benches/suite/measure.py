"""One pass: every peer on the same buffers, in rounds in which each has its turn."""

import json
import random
import statistics
import sys
import time

import numpy

from . import cases, rotation
from .buffers import Buffers
from .native import Native, cores
from .peers import probe
from .peers.hand import Hand
from .peers.losskit import Losskit

BUDGET = 2.5  # seconds that a case's rounds take, about
BATCH = 2e-3  # seconds that a turn takes at least: calls that take less are repeated
# Seconds of calls in which it is lost how they began: a thread that slept may share the core of the one that woke it
# for some milliseconds, until the scheduler gives it another. When all cores are used, a turn takes so long, after as
# long a one that is not counted. A call that takes longer by itself needs none before it, by one thread or by all.
SETTLING = 40e-3
ROUNDS = (7, 31)  # at least, at most
SLOW_ROUNDS = 5  # where a round takes more than a second
PAUSE = 5e-3  # seconds between turns when all cores are used, until the last one's threads have stopped spinning
# How far results may lie apart, relative to the largest: 16-bit types round at every operation in some peers.
TOLERANCE = {"f32": 1e-4, "f64": 1e-9, "bf16": 4e-2, "f16": 5e-3}


def frameworks(native, threads):
    from .peers.jax_optax import Jax
    from .peers.pytorch import PyTorch

    peers = [PyTorch(threads, compiled=False), PyTorch(threads, compiled=True), Jax()]
    if threads == 1 and native.onednn is not None:
        from .peers.onednn import OneDnn

        peers.append(OneDnn(native))
    return peers


def disagreement(case, ours, theirs):
    """What two results differ in, or nothing."""
    limit = TOLERANCE[case.dtype]
    (value, gradient), (other, slopes) = ours, theirs
    if not abs(value - other) <= limit * max(abs(value), 1e-30):
        return f"its value is {other:.6g}, losskit's {value:.6g}"
    # A sample of a million elements is enough to tell another loss from the same one.
    stride = max(1, gradient.size // 1_000_000)
    a = numpy.asarray(gradient).reshape(-1)[::stride].astype(numpy.float64)
    b = numpy.asarray(slopes).reshape(-1)[::stride].astype(numpy.float64)
    apart, largest = float(numpy.abs(a - b).max()), float(numpy.abs(a).max())
    if not apart <= limit * largest:
        return f"its gradient differs by {apart:.3g} where the largest element is {largest:.3g}"
    return None


def rounds(runs, single):
    """The seconds per call of each run, round by round; each run's turn follows the others' in a random order."""
    batch = BATCH if single else SETTLING
    calls, warm, cpu = {}, {}, {}
    for name, run in runs.items():
        run.time(1)
        once = run.time(1)
        calls[name] = max(1, round(batch / max(once, 1e-9)))
        calls[name] = max(1, round(batch / max(run.time(min(calls[name], 100)), 1e-9)))
        warm[name] = 0 if once > SETTLING else 1 if single else calls[name]
    order, times, shuffled = list(runs), {name: [] for name in runs}, random.Random(1)
    begun = time.perf_counter()
    while True:
        done, spent = len(times[order[0]]), time.perf_counter() - begun
        enough = done >= (SLOW_ROUNDS if done and spent / done > 1 else ROUNDS[0])
        if enough and (spent > BUDGET or done >= ROUNDS[1]):
            break
        shuffled.shuffle(order)
        for name in order:
            if not single:
                time.sleep(PAUSE)
            if warm[name]:
                runs[name].time(warm[name])
            busy, clock = time.process_time(), time.perf_counter()
            times[name].append(runs[name].time(calls[name]))
            wall = time.perf_counter() - clock
            cpu.setdefault(name, []).append((time.process_time() - busy) / wall)
    return times, cpu


def records(case, runs, probes, single, notes, twins):
    """Times the runs of a case and describes what came out."""
    times, cpu = rounds({**runs, **{one.name: one for one in probes}}, single)
    limit = max((one.bytes / statistics.median(times[one.name]) for one in probes if one.bytes), default=None)
    moved = {one.name: one.bytes for one in probes}
    for name in times:
        ordered, done = sorted(times[name]), twins.get(name, case)
        record = {
            "pass": "one" if single else "all",
            "case": case.name,
            "peer": name,
            "group": case.group,
            "loss": case.loss,
            "size": case.size,
            "dtype": done.dtype,
            "elements": done.elements,
            "bytes": moved.get(name, done.bytes),
            "beyond_caches": rotation.is_beyond(case),
            "seconds": statistics.median(ordered),
            "lowest": ordered[0],
            "highest": ordered[-1],
            "rounds": len(ordered),
            "cores_busy": statistics.median(cpu[name]),
            "limit": limit,
            "note": notes.get(name),
        }
        if single and record["cores_busy"] > 1.2:
            record["note"] = f"used {record['cores_busy']:.1f} cores where it was to use one"
        yield record


def measure_case(case, peers, native, single, beyond):
    """Every peer that does the case, and losskit on its twins, after their results were compared."""
    sets = rotation.Sets(case, beyond)
    runs, notes, reference, twins = {}, {}, None, cases.twins(case)
    if rotation.is_beyond(case):
        twins[cases.CACHED] = cases.cached(case)
    for peer in peers:
        run = rotation.prepare(peer, case, sets)
        if run is None:
            continue
        value, gradient = run.result()
        if reference is None:
            reference = (value, numpy.array(gradient))
        elif different := disagreement(case, reference, (value, gradient)):
            notes[peer.name] = different
        runs[peer.name] = run
    for name, twin in twins.items():
        peer = Losskit(native, 1 if single or name == cases.CACHED else cores(), name)
        runs[name] = rotation.prepare(peer, twin, rotation.Sets(twin, beyond))
    kernels = []
    if rotation.is_beyond(case):
        # One thread may draw more than several do while others use the machine.
        for threads in sorted({1, 1 if single else cores()}):
            kernels += probe.bandwidth(native, threads, beyond)
    measured = list(records(case, runs, kernels, single, notes, twins))
    for run in runs.values():
        run.close()
    return measured


def measure_scaling(case, native):
    """losskit by one thread and by all, beside arithmetic that shares nothing."""
    buffers = Buffers(case)
    runs = {}
    for threads in (1, cores()):
        runs[f"losskit {threads}"] = Losskit(native, threads, f"losskit {threads}").prepare(case, buffers)
    kernels = [probe.arithmetic(native, threads) for threads in (1, cores())]
    return [{**record, "pass": "scaling"} for record in records(case, runs, kernels, False, {}, {})]


def main(name, folder, output, beyond, patterns):
    """Runs the pass `one` or `all`, and writes what it measured as JSON. `beyond` bytes are out of the caches' reach."""
    native, single, beyond = Native(folder), name == "one", int(beyond)
    threads = 1 if single else cores()
    peers = [Losskit(native, threads, "losskit")]
    peers += [Hand(native)] if single else [Losskit(native, 1, "losskit, one thread")]
    peers += frameworks(native, threads)
    chosen = cases.selected(cases.everything(), patterns)
    if not single:
        chosen = [case for case in chosen if rotation.is_beyond(case)]
    measured = []
    for case in chosen:
        begun = time.perf_counter()
        measured += measure_case(case, peers, native, single, beyond)
        print(f"{name}: {case.name}: {time.perf_counter() - begun:.1f} s", file=sys.stderr, flush=True)
    if not single:
        for case in cases.selected(cases.compute_bound(), patterns):
            measured += measure_scaling(case, native)
            print(f"scaling: {case.name}", file=sys.stderr, flush=True)
    with open(output, "w") as file:
        json.dump(measured, file, indent=1)
