"""Writes docs/performance.md, docs/performance.csv and the pictures from the records of a run."""

import csv
import statistics
from pathlib import Path
from string import Template

from . import caches, floors, pictures, rotation, tables
from .cases import CACHED
from .peers import probe
from .results import Results, duration, grid, percent, share, times

HERE = Path(__file__).resolve().parent
SHOWN = 5  # cases named for each floor; the tables have all
COLUMNS = ("pass", "case", "peer", "seconds", "lowest", "highest", "rounds", "bytes", "limit", "cores_busy", "note")


def terminal(records):
    """The cases of a short run, a line for each peer."""
    rows = []
    for record in records:
        rows.append(
            [
                record["pass"],
                record["case"],
                record["peer"],
                duration(record["seconds"]),
                "" if record["peer"].startswith("probe") or record["peer"] == CACHED else percent(share(record)),
                record["note"] or "",
            ]
        )
    return grid(["pass", "case", "", "time", "share", ""], rows)


def pooled(allocations):
    """Allocations of calls on a context with threads."""
    counts = [entry["pool"] for entry in allocations]
    return f"{min(counts)}" if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"


def machine(described, sizes):
    lines = [
        ["processor", f"{described['processor']}, {described['cores']} cores"],
        ["last-level cache", f"{caches.name(sizes)}, as the system names it"],
        ["memory", described["memory"]],
        ["losskit", described["losskit"]],
        ["C by hand", f"{described['compiler']}, {described['libc']}, `-O3 -march=native -ffast-math`"],
        ["PyTorch, torch.compile", described["torch"]],
        ["JAX, Optax", f"{described['jax']}, {described['optax']}"],
        ["oneDNN", described["onednn"]],
    ]
    return grid(["", ""], lines)


def limits(results):
    """The bandwidth that the probe found, over the whole run: of each kernel, and the limit made of them."""
    head = ["GB/s", "limit", "lowest", "highest"]
    rows = []
    for name, threads in (("one", "one thread"), ("all", "all cores")):
        cases = [(ours["limit"], peers) for ours, peers in results.cases(name) if ours["limit"]]
        if not cases:
            continue
        found = [limit for limit, _ in cases]
        kernels = {}
        for _, peers in cases:
            for peer, record in peers.items():
                if peer.startswith("probe"):
                    kernels.setdefault(peer, []).append(record["bytes"] / record["seconds"])
        # Of a kernel at several numbers of threads, the best.
        best = {}
        for peer, speeds in kernels.items():
            _, kernel, _ = peer.split()
            speed = statistics.median(speeds)
            kind = kernel.replace("_", ", ")
            best[kind] = max(best.get(kind, 0), speed)
        head = head[:4] + list(best)
        speeds = (statistics.median(found), min(found), max(found), *best.values())
        rows.append([threads, *(f"{speed / 1e9:.1f}" for speed in speeds)])
    return grid(head, rows)


def quiet(results, cores):
    """How much of the machine the run got: less than all where others were using it."""
    one = [record["cores_busy"] for record in results.records if record["pass"] == "one"]
    many = [r for r in results.records if r["pass"] == "all" and r["peer"].startswith("probe")]
    probes = [r["cores_busy"] for r in many if r["peer"].endswith(f" {cores}")]
    text = f"While one thread was measured, it had {statistics.fmean(one):.2f} of a core on average"
    if probes:
        text += f"; while all {cores} cores were, the probe had {statistics.fmean(probes):.2f} of them"
    return text + ". The rest went to what else the machine was doing."


def refused(results):
    if not results.refused:
        return "Every peer computed what losskit computes, in every case."
    lines = [f"- {r['peer']}, {r['case']} ({r['pass']}): {r['note']}." for r in results.refused]
    return "Not quoted:\n\n" + "\n".join(lines)


def scaling(results):
    rows = [[case, times(ours), times(machine)] for case, _, ours, machine in floors.scaling(results)]
    return grid(["", "losskit", "arithmetic in registers"], rows)


def misses(table):
    """Each floor that is not met, with the cases that miss it most."""
    lines = []
    for row in table:
        if row.failing:
            listed = "; ".join(f"{case} ({row.write(number)})" for number, case in row.failing[:SHOWN])
            if len(row.failing) > SHOWN:
                listed += f"; and {len(row.failing) - SHOWN} more"
            lines.append(f"- {row.what}, {row.write(row.floor)}: {listed}.")
    return "\n".join(lines) or "Every floor is met."


def instructions(profile):
    """What callgrind counted."""
    if not profile:
        return "Not counted in this run: valgrind was not there."
    kinds = list(profile[0]["kinds"])
    rows = []
    for entry in profile:
        total = sum(entry["kinds"].values())
        parts = [percent(entry["kinds"][kind] / total) for kind in kinds]
        steps = entry["steps"] or [None, None]
        each = [f"{count / entry['elements']:.2f}" if count else "–" for count in (total, entry["hand"], *steps)]
        rows.append([entry["case"], f"{total:,.0f}", *each, *parts])
    own = ["at the machine's level", "C by hand, there"]
    return grid(["", "a call", "an element", "C by hand, an element", *own, *kinds], rows)


def samples(entries):
    """Where perf found the time of a call."""
    if not entries:
        return "Not sampled in this run: perf was not there, or may not sample."
    kinds = [kind for kind in entries[0]["shares"] if any(entry["shares"][kind] >= 0.005 for entry in entries)]
    rows = [[entry["case"], *(percent(entry["shares"][kind]) for kind in kinds)] for entry in entries]
    return grid(["", *kinds], rows)


def allowed(results, cores):
    """What memory and arithmetic allow each case beyond the caches, beside what it reaches."""
    rows = []
    for name, threads in (("one", 1), ("all", cores)):
        for case, memory, arithmetic, *shares in floors.allowed(results, name, threads):
            seconds = [f"{time * 1e9:.3f} ns" for time in (memory, arithmetic)]
            rows.append([case, f"{threads}", *seconds, *map(percent, shares)])
    head = ["", "cores", "memory, an element", "arithmetic", "one after the other", "both at once", "reached"]
    return grid(head, rows) if rows else "Not known: no case of this run is beyond the caches."


def numbers(results, path):
    """Every record as it was measured."""
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for record in results.records:
            rounded = {k: f"{v:.4g}" if isinstance(v, float) else v for k, v in record.items()}
            writer.writerow([rounded[column] for column in COLUMNS])


def write(run, root):
    results = Results(run["records"])
    folder = root / "docs" / "performance"
    folder.mkdir(parents=True, exist_ok=True)
    pictures.time_against_size(results, folder / "time.png")
    pictures.share_of_limit(results, folder / "share.png")
    numbers(results, root / "docs" / "performance.csv")
    sizes = run["caches"]
    table = floors.rows(results, run["allocations"], run["linear"]["records"], run["machine"]["cores"])
    page = Template((HERE / "page.md").read_text()).substitute(
        machine=machine(run["machine"], sizes),
        large=caches.megabytes(rotation.LARGE),
        beyond=caches.megabytes(sizes["beyond"]),
        caches=caches.sentence(sizes),
        arrays=caches.megabytes(4 * probe.elements(sizes["beyond"])),
        linear=run["linear"]["text"].strip(),
        limits=limits(results),
        quiet=quiet(results, run["machine"]["cores"]),
        floors=grid(["", "floor", "aim", "worst of this run", ""], [row.cells() for row in table]),
        misses=misses(table),
        pooled=pooled(run["allocations"]),
        explanations=(HERE / "explanations.md").read_text().strip(),
        allowed=allowed(results, run["machine"]["cores"]),
        instructions=instructions(run.get("profile", [])),
        samples=samples(run.get("samples", [])),
        ahead=tables.ahead(results),
        elements=tables.group(results, "one", group="elements", dtype="f32"),
        rows=tables.group(results, "one", group="rows", dtype="f32"),
        images=tables.group(results, "one", group="images", dtype="f32"),
        types="\n\n".join(tables.group(results, "one", dtype=dtype) for dtype in ("f64", "bf16", "f16")),
        halves=tables.halves(results),
        all_cores=tables.group(results, "all"),
        scaling=scaling(results),
        refused=refused(results),
    )
    (root / "docs" / "performance.md").write_text(page)
