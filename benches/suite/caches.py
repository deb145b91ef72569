"""How much is out of the caches' reach: measured, because a virtual machine names a cache that it shares."""

from pathlib import Path

from .native import Native
from .peers import probe

# Megabytes that a pass reads and writes in all.
FOOTPRINTS = (8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024)
ROUNDS = 5  # of which the best counts: others on the machine can only take from it
AT_LEAST = 64e6  # bytes that a turn moves: smaller footprints are walked several times
LARGEST = 3  # footprints that are surely in memory
# Times the bandwidth of memory that is still memory's. Of one footprint it changes by a tenth from run to run where
# others use memory and cache too, and with less room the knee would change with it.
NEAR = 1.25
FALL = 1.15  # times the bandwidth of memory that the caches have at least, or the walk tells nothing of them


def named():
    """The bytes of the first processor's largest cache, as the system names it."""
    sizes = Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size")
    return max((int(path.read_text().strip().rstrip("K")) * 1024 for path in sizes), default=32 * 1024 * 1024)


def walk(native):
    """Each footprint's bytes and its best bandwidth. All have a turn in each round, so that what else the machine does
    meanwhile falls on none of them alone."""
    runs = probe.walks(native, [size * 1e6 for size in FOOTPRINTS])
    best = [0.0] * len(runs)
    for _ in range(ROUNDS):
        for place, run in enumerate(runs):
            run.time(1)  # puts into the caches what fits
            best[place] = max(best[place], run.bytes / run.time(max(1, round(AT_LEAST / run.bytes))))
    return [(run.bytes, speed) for run, speed in zip(runs, best)]


def knee(walked):
    """The footprint from which on all are near to the bandwidth of memory, and nearer to it than to that of the caches,
    of which one thread may not have much more; nothing where the walk shows none."""
    *_, middle, memory = sorted(speed for _, speed in walked[-LARGEST:])
    caches = max(speed for _, speed in walked)
    falling = memory > NEAR * middle  # at its end still
    if falling or caches < FALL * memory:
        return None
    most = min(NEAR * memory, (memory + caches) / 2)
    inside = [place for place, (_, speed) in enumerate(walked) if speed > most]
    return walked[inside[-1] + 1][0]


def measure(folder):
    """What the system names, what the walk showed, and the bytes that are out of the caches' reach. A walk that
    shows no knee, or one where a cache of the named size cannot reach, leaves twice that size."""
    walked, most = walk(Native(folder)), 2 * named()
    found = knee(walked)
    return {
        "named": most // 2,
        "walked": walked,
        "knee": found,
        "beyond": found if found and found <= most else most,
    }


def megabytes(size):
    return f"{size / 1e6:.0f} MB"


def name(caches):
    return f"{caches['named'] // 2**20} MiB"


def sentence(caches):
    """What was named, what was measured, and what counts."""
    text = f"The system names {name(caches)} of last-level cache; the walk "
    text += f"found {megabytes(caches['knee'])}" if caches["knee"] else "found no such size"
    if caches["knee"] == caches["beyond"]:
        return text + ", which counts."
    return text + f", so that twice what is named counts, {megabytes(caches['beyond'])}."
