"""Errors of losskit, and of PyTorch on the same inputs, in units in the last place: writes docs/accuracy.md."""

import argparse
import math
import multiprocessing
import os
import pathlib
import warnings
from dataclasses import dataclass

import numpy
import torch
from mpmath import mp, mpf

import accuracy_inputs
import accuracy_page
import accuracy_sums
import frameworks
import library
import live
import reduce
import torch_losses
from accuracy_inputs import TYPES, Scene
from torch_losses import SOURCE, Asked

ROOT = pathlib.Path(__file__).resolve().parents[3]
torch_losses.REAL |= TYPES


@dataclass
class Errors:
    """The largest and the mean of some errors, and where the largest is."""

    largest: float = 0
    mean: float = 0
    at: int = -1

    @staticmethod
    def of(found, truth, info):
        pairs = [(error(f, t, info), k) for k, (f, t) in enumerate(zip(found, truth)) if t is not None]
        if not pairs:
            return None
        largest, at = max(pairs)
        return Errors(largest, sum(e for e, _ in pairs) / len(pairs), at)


def error(found, truth, info):
    """The distance in spacings of the type at the truth. Infinity lies one step behind the largest number."""
    if mp.isnan(truth):
        return 0 if math.isnan(found) else math.inf
    if math.isnan(found):
        return math.inf
    digits = 1 - round(math.log2(info.eps))
    lowest, highest = round(math.log2(info.tiny)), round(math.log2(info.max))
    beyond = mpf(2) ** highest
    place = lambda number: max(-beyond, min(beyond, mpf(number)))
    _, _, exponent, bits = mpf(truth)._mpf_
    exponent = lowest if truth == 0 else max(lowest, min(highest - 1, exponent + bits - 1))
    return float(abs(place(found) - place(truth)) / mpf(2) ** (exponent - digits + 1))


def doubles(tensor):
    return tensor.detach().double().reshape(-1).tolist()


def torch_of(tensor, dtype):
    return torch.tensor(tensor.values, dtype=TYPES[dtype] if tensor.kind == "f" else torch.int64).reshape(tensor.shape)


def truth_of(scene):
    """Loss elements, gradient and Hessian of a scene, and their mean, from the reference."""
    # Beside 1, a subnormal f64 needs more digits than the reference has by default.
    with mp.workdps(400 if scene.dtype == "f64" and scene.kind == "extreme" else mp.dps):
        clip = "f64" if scene.dtype == "f64" else "f32"
        term = reduce.Term(scene.name, scene.given | {"reduction": "none"})
        result = reduce.evaluate([term], scene.operands, clip)
        hessian = result.hessian.get("input")
        return result, hessian, sum(result.value, mpf(0)) / len(result.value)


def ours(losskit, scene, shape, differentiated, curved):
    """The same from the library: elements, mean, gradients by operand, Hessian."""
    operands = {name: torch_of(t, scene.dtype) for name, t in scene.operands.items()}
    empty = lambda s: torch.full(s, math.nan, dtype=TYPES[scene.dtype])
    value, hessian = empty(shape), empty(operands["input"].shape)
    gradients = {name: empty(operands[name].shape) for name in differentiated}
    derivatives = {name: (gradient, None) for name, gradient in gradients.items()}
    derivatives["input"] = gradients["input"], hessian if curved else None
    term = lambda reduction: reduce.Term(scene.name, scene.given | {"reduction": reduction}).text()
    losskit.call(term("none"), operands, value, derivatives)
    mean = empty(())
    losskit.call(term("mean"), operands, mean, {})
    return doubles(value), doubles(mean), {name: doubles(g) for name, g in gradients.items()}, doubles(hessian)


def theirs(scene):
    """Elements and gradients by operand from PyTorch, or a sentence why there are none."""
    if scene.name.startswith("keras.") or SOURCE[scene.name] == "Keras":
        return None
    asked = Asked(reduce.Term(scene.name, scene.given | {"reduction": "none"}), scene.operands, scene.dtype)
    leaves = {"input": asked.x.clone().requires_grad_()}
    frameworks.take_layer(asked, leaves)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loss = frameworks.reduced(asked, leaves["input"])
            loss.sum().backward()
    except (RuntimeError, NotImplementedError, TypeError) as refusal:
        return str(refusal).splitlines()[0]
    return doubles(loss), {name: doubles(leaf.grad) for name, leaf in leaves.items()}


def measure(losskit, scene):
    """One row of the page."""
    info = torch.finfo(TYPES[scene.dtype])
    result, hessian, mean = truth_of(scene)
    gradients = lambda found: {
        accuracy_page.GRADIENTS[name]: Errors.of(found[name], truth, info) for name, truth in result.gradient.items()
    }
    found = ours(losskit, scene, result.shape, result.gradient, hessian is not None)
    row = {
        "value": Errors.of(found[0], result.value, info),
        "mean": Errors.of(found[1], [mean], info),
        **gradients(found[2]),
        "hessian": Errors.of(found[3], hessian, info) if hessian else None,
    }
    peer = theirs(scene)
    if isinstance(peer, tuple):
        row["torch value"] = Errors.of(peer[0], result.value, info)
        row |= {f"torch {key}": errors for key, errors in gradients(peer[1]).items()}
    elif peer:
        row["refused"] = peer
    return row


def keras_scenes():
    """The other vocabulary: its own inputs at random, in the two types that Keras computes in."""
    for name in live.KERAS:
        for dtype in ("f32", "f64"):
            for turn in range(6):
                dice = live.Draws(numpy.random.default_rng([turn, *name.encode()]))
                given, operands = live.draw(f"keras.{name}", dice)
                operands = {k: t for k, t in operands.items() if k in ("input", "target")}
                drop = ("reduction", "sample_weight", "mask")
                given = {k: v for k, v in given.items() if k not in drop}
                yield Scene(f"keras.{name}", f"keras.{name}", given, dtype, "typical", operands)


def merged(rows):
    """Several rows as one: the largest of the largest, the mean of the means."""
    result = {}
    for key in ("value", "gradient"):
        present = [row[key] for row in rows if row.get(key)]
        if present:
            result[key] = Errors(max(e.largest for e in present), sum(e.mean for e in present) / len(present))
    return result


losskit = None


def start(path):
    """Of each worker: its own library, and no threads beside it."""
    global losskit
    losskit = library.Library(path)
    torch.set_num_threads(1)


def measured(scene):
    return scene, measure(losskit, scene)


def brief(scene, row):
    errors = {key: round(e.largest, 2) for key, e in row.items() if isinstance(e, Errors)}
    return f"{scene.spec} {scene.dtype} {scene.kind}: {errors}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", nargs="?", default=ROOT / "target/release/liblosskit.so")
    parser.add_argument("--only", default="", help="losses whose text contains this, printed; no page is written then")
    arguments = parser.parse_args()
    with multiprocessing.get_context("spawn").Pool(os.cpu_count(), start, (arguments.library,)) as workers:
        rows = []
        for scene, row in workers.imap(measured, accuracy_inputs.scenes(arguments.only)):
            rows.append((scene, row))
            print(brief(scene, row), flush=True)
        if arguments.only:
            return
        keras = {}
        for scene, row in workers.imap(measured, keras_scenes()):
            keras.setdefault((scene.name, scene.dtype), (scene, []))[1].append(row)
    keras = [(scene, merged(several)) for scene, several in keras.values()]
    start(arguments.library)
    page = accuracy_page.page(rows, keras, accuracy_sums.measure(losskit), torch.__version__)
    (ROOT / "docs/accuracy.md").write_text(page)


if __name__ == "__main__":
    main()
