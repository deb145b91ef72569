"""The tables of docs/performance.md."""

from .results import duration, grid, percent, share, times

ONE = ("C by hand", "PyTorch", "torch.compile", "JAX", "oneDNN")
LEVEL = 0.995  # a ratio nearer to 1 than this is no lead: it changes sides from run to run
ALL = ("losskit, one thread", "PyTorch", "torch.compile", "JAX")


def cell(ours, theirs):
    """A peer's time, and how often losskit's goes into it: bold where the peer is ahead."""
    if theirs is None:
        return "–"
    ratio = theirs["seconds"] / ours["seconds"]
    written = f"{duration(theirs['seconds'])} ({times(ratio)})"
    return f"**{written}**" if ratio < LEVEL else written


def group(results, name, **wanted):
    """The cases of a pass, each with losskit's time, its peers' and the share of the bandwidth limit."""
    found = list(results.cases(name, **wanted))
    peers = [peer for peer in (ONE if name == "one" else ALL) if any(peer in beside for _, beside in found)]
    rows = []
    for ours, beside in found:
        cells = [cell(ours, beside.get(peer)) for peer in peers]
        rows.append([ours["case"], duration(ours["seconds"]), *cells, percent(share(ours))])
    return grid(["", "losskit", *peers, "share"], rows) if rows else ""


def ahead(results):
    """One line for each peer that is ahead anywhere: where, and by how much, the largest lead first."""
    lines = []
    for peer in ONE:
        leads = []
        compared = 0
        for name, threads in (("one", ""), ("all", ", all cores")):
            for ours, beside in results.cases(name):
                if peer not in beside:
                    continue
                compared += 1
                lead = ours["seconds"] / beside[peer]["seconds"]
                if lead * LEVEL > 1:
                    leads.append((lead, f"{ours['case']}{threads} ({times(lead)})"))
        if leads:
            listed = "; ".join(text for _, text in sorted(leads, reverse=True))
            lines.append(f"- **{peer}** is ahead in {len(leads)} of {compared} comparisons: {listed}.")
        elif compared:
            lines.append(f"- {peer} is ahead nowhere in {compared} comparisons.")
    return "\n".join(lines)


def halves(results):
    """Time and share of the 16-bit types beside f32, from the same rounds."""
    rows = []
    for name, threads in (("one", "one thread"), ("all", "all cores")):
        for ours, beside in results.cases(name):
            if twin := beside.get("losskit on f32"):
                rows.append(
                    [
                        ours["case"],
                        threads,
                        duration(ours["seconds"]),
                        duration(twin["seconds"]),
                        times(twin["seconds"] / ours["seconds"]),
                        percent(share(ours)),
                    ]
                )
    return grid(["", "", "16 bit", "f32", "faster by", "share"], rows) if rows else ""
