"""Where losskit must be, and where it is in this run."""

import dataclasses

from .cases import CACHED
from .results import duration, percent, share, times

FRAMEWORKS = ("PyTorch", "torch.compile", "JAX")
THREADS = {"one": "one thread", "all": "all cores"}


@dataclasses.dataclass
class Row:
    """A floor: each entry is a number, the case that it is of, and how the number is written. `smaller` floors are
    met by numbers that do not pass them."""

    what: str
    floor: float
    aim: str
    write: callable
    entries: list
    smaller: bool = False

    def meets(self, number):
        return number <= self.floor if self.smaller else number >= self.floor

    @property
    def met(self):
        return sum(self.meets(number) for number, _ in self.entries)

    @property
    def worst(self):
        return (max if self.smaller else min)(self.entries, default=None)

    @property
    def failing(self):
        """Those below the floor, the worst first."""
        return sorted((e for e in self.entries if not self.meets(e[0])), reverse=self.smaller)

    def cells(self):
        verdict = "not measured"
        worst = "–"
        if self.entries:
            verdict = "met" if self.met == len(self.entries) else f"**not met**: {self.met} of {len(self.entries)}"
            worst = f"{self.write(self.worst[0])}, {self.worst[1]}"
        return [self.what, self.write(self.floor), self.aim, worst, verdict]


def against(results, peer, beyond_caches):
    """losskit against a framework, like with like: by one thread and by all cores."""
    entries = []
    for name, threads in THREADS.items():
        for ours, peers in results.cases(name, beyond_caches=beyond_caches):
            if peer in peers:
                entries.append((peers[peer]["seconds"] / ours["seconds"], f"{ours['case']}, {threads}"))
    return entries


def twin(results, suffix):
    """The time of losskit's twin over its own, in the same rounds."""
    entries = []
    for name, threads in THREADS.items():
        for ours, peers in results.cases(name):
            other = next((r for peer, r in peers.items() if peer.startswith("losskit") and peer.endswith(suffix)), None)
            if other and (ours["limit"] or not suffix.endswith("f32")):
                entries.append((other["seconds"] / ours["seconds"], f"{ours['case']}, {threads}"))
    return entries


def scaling(results):
    """One thread's time over all cores', and the same of arithmetic that shares nothing: the lowest times, because the
    question is what two cores can do, and medians ask how often both were free."""
    for (name, case), peers in results.table.items():
        if name != "scaling":
            continue
        many = max(int(peer.split()[1]) for peer in peers if peer.startswith("losskit"))
        if many == 1:
            continue
        ours = peers["losskit 1"]["lowest"] / peers[f"losskit {many}"]["lowest"]
        machine = peers["probe arithmetic 1"]["lowest"] / peers[f"probe arithmetic {many}"]["lowest"]
        yield case, many, ours, machine


def allowed(results, name, cores):
    """For each case of a pass beyond the caches, the seconds that an element takes of the memory and of the arithmetic of
    so many cores, and shares of the bandwidth limit: with one after the other, with both at once, and the one that was
    reached. The arithmetic is that of one thread in the caches, in the same rounds."""
    for ours, peers in results.cases(name):
        if ours["limit"] and CACHED in peers:
            memory = ours["bytes"] / ours["elements"] / ours["limit"]
            arithmetic = peers[CACHED]["seconds"] / peers[CACHED]["elements"] / cores
            after, at_once = memory / (memory + arithmetic), min(1.0, memory / arithmetic)
            yield ours["case"], memory, arithmetic, after, at_once, share(ours)


def fused(records):
    """The fused last layer: its time against the others', and the memory that it takes."""
    ours = next(record for record in records if record["name"] == "losskit")
    others = [(record["ratio"], record["name"]) for record in records if record is not ours]
    return others, [(ours["memory"], "losskit")]


def rows(results, allocations, linear, cores):
    """Every floor of the project, in the order of its list."""
    beyond = [(share(ours), ours["case"]) for ours, _ in results.cases("all") if ours["limit"]]
    one = list(results.cases("one"))
    hand = [(p["C by hand"]["seconds"] / o["seconds"], o["case"]) for o, p in one if "C by hand" in p]
    million = []
    for ours, peers in one:
        rivals = [peers[name]["seconds"] for name in FRAMEWORKS if name in peers]
        if ours["size"] == "1 M" and rivals:
            million.append((min(rivals) / ours["seconds"], ours["case"]))
    hundred = [(o["seconds"], o["case"]) for o, _ in one if o["size"] == "100"]
    small = [
        (o["elements"] / o["seconds"], o["case"])
        for o, _ in one
        if o["size"] in ("64×10", "1024×10") and o["loss"] != "multiclass_hinge"
    ]
    two = [(ours, case) for case, _, ours, _ in scaling(results)]
    speed = lambda number: f"{number / 1e9:.2f} Gelem/s"
    count = lambda number: f"{number:.0f}"
    megabytes = lambda number: f"{number / 1e6:.0f} MB"
    others, memory = fused(linear)
    table = [
        Row("share of the bandwidth limit beyond the caches, all cores", 0.85, "100 %", percent, beyond),
        Row("against C by hand, one thread", 1.0, "1.3×", times, hand),
    ]
    for peer, floor, aim in zip(FRAMEWORKS, (8.0, 5.0, 5.0), ("15×", "8×", "8×")):
        table.append(Row(f"against {peer} beyond the caches", floor, aim, times, against(results, peer, True)))
    return table + [
        Row("1 M elements against the fastest of the three, one thread", 3.0, "5×", times, million),
        Row("a call on 100 elements, from C", 150e-9, "60 ns", duration, hundred, smaller=True),
        Row("small rows of a softmax, one thread", 1e9, "2 Gelem/s", speed, small),
        # 0.95: equal, but for the last digits of a measurement.
        Row(
            "speed with the class axis strided, as a part of that with classes side by side",
            0.95,
            "100 %",
            percent,
            twin(results, "classes last"),
        ),
        Row(f"{cores} cores against one, compute-bound", 0.95 * cores, f"{0.975 * cores:.2f}×", times, two),
        Row("bf16 and f16 against f32 beyond the caches", 1.7, "1.95×", times, twin(results, "on f32")),
        Row(
            "heap allocations per call, NULL context",
            0,
            "0",
            count,
            [(a["null"], a["case"]) for a in allocations],
            smaller=True,
        ),
        Row("fused linear cross-entropy against PyTorch, all cores", 1.0, "1.0×", times, others),
        Row("extra memory of fused linear cross-entropy", 64e6, "64 MB", megabytes, memory, smaller=True),
    ]
