"""The pictures of docs/performance.md."""

import matplotlib

matplotlib.use("agg")
from matplotlib import pyplot
from matplotlib.ticker import FixedLocator, NullFormatter, ScalarFormatter

from .results import share

# Okabe and Ito's colours, which the colour-blind can tell apart; each peer also has its own mark.
STYLE = {
    "losskit": ("#000000", "o"),
    "C by hand": ("#009e73", "s"),
    "PyTorch": ("#d55e00", "^"),
    "torch.compile": ("#e69f00", "v"),
    "JAX": ("#0072b2", "D"),
    "oneDNN": ("#cc79a7", "P"),
}
PANELS = ("mse", "bce", "focal", "cross_entropy")


def legend(figure, names):
    handles = [
        pyplot.Line2D([], [], color=STYLE[name][0], marker=STYLE[name][1], label=name, linewidth=1.5) for name in names
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)


def time_against_size(results, path):
    """Nanoseconds per element of f32 against the number of elements, one thread: a flat line costs the same per element
    at every size, and the left end shows what a call costs. Rows have several sizes of nearly as many elements, so they
    stand side by side in their order."""
    figure, axes = pyplot.subplots(2, 2, figsize=(11, 8), layout="constrained", sharey=True)
    shown = set()
    for axis, loss in zip(axes.flat, PANELS):
        lines = {}
        kind = "rows" if loss == "cross_entropy" else "elements"
        found = sorted(results.cases("one", loss=loss, dtype="f32", group=kind), key=lambda pair: pair[0]["elements"])
        for place, (ours, peers) in enumerate(found):
            where = place if kind == "rows" else ours["elements"]
            for name in STYLE:
                if name in peers:
                    lines.setdefault(name, []).append((where, peers[name]["seconds"] * 1e9 / ours["elements"]))
        for name, points in lines.items():
            colour, mark = STYLE[name]
            axis.plot(
                *zip(*points), color=colour, marker=mark, markersize=5, linewidth=2.2 if name == "losskit" else 1.3
            )
            shown.add(name)
        axis.set(yscale="log", title=loss, ylabel="ns per element")
        axis.grid(True, which="major", alpha=0.3)
        if kind == "rows":
            axis.set_xlabel("rows × classes")
            axis.set_xticks(range(len(found)), [ours["size"].replace("×", "\n×") for ours, _ in found])
        else:
            axis.set(xscale="log", xlabel="elements")
    figure.suptitle("Value and gradient, f32, one thread: time per element against size (lower is better)")
    legend(figure, [name for name in STYLE if name in shown])
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def share_of_limit(results, path):
    """The part of the bandwidth limit that each reaches beyond the caches."""
    panels = [("one", "one thread"), ("all", "all cores")]
    names = list(dict.fromkeys(ours["case"] for name, _ in panels for ours, _ in results.cases(name) if ours["limit"]))
    figure, axes = pyplot.subplots(
        1, 2, figsize=(12, 1.8 + 0.29 * len(names)), layout="constrained", sharey=True, sharex=True
    )
    shown = set()
    for axis, (name, threads) in zip(axes, panels):
        for ours, peers in results.cases(name):
            if not ours["limit"]:
                continue
            for peer, (colour, mark) in STYLE.items():
                if peer in peers:
                    emphasis = {"markersize": 8, "zorder": 3} if peer == "losskit" else {"markersize": 6}
                    axis.plot(share(peers[peer]), names.index(ours["case"]), mark, color=colour, **emphasis)
                    shown.add(peer)
        axis.axvline(1, color="black", linewidth=1)
        axis.axvline(0.85, color="black", linewidth=1, linestyle=":")
        axis.set(xscale="log", title=threads, xlabel="share of the bandwidth limit (1: solid, floor 0.85: dotted)")
        axis.xaxis.set_major_locator(FixedLocator([0.003, 0.01, 0.03, 0.1, 0.3, 1]))
        axis.xaxis.set_major_formatter(ScalarFormatter())
        axis.xaxis.set_minor_formatter(NullFormatter())
        axis.grid(True, which="major", alpha=0.3)
    axes[0].set_yticks(range(len(names)), names)
    axes[0].invert_yaxis()
    figure.suptitle(
        "Value and gradient beyond the caches: every input read once, the gradient written once (right is better)"
    )
    legend(figure, [name for name in STYLE if name in shown])
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
