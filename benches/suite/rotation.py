"""Several sets of buffers in turn, so that a large case comes from memory where a cache would hold one of them."""

import math

from .buffers import Buffers

# From so many bytes on a case is measured beyond the caches, whatever they hold.
LARGE = 64_000_000


def is_beyond(case):
    """Whether a case is measured beyond the caches."""
    return case.bytes >= LARGE


class Sets:
    """The buffers of a case: of one that is beyond the caches so many that together they are, where `beyond` bytes are
    out of reach."""

    def __init__(self, case, beyond):
        count = math.ceil(beyond / case.bytes) if is_beyond(case) else 1
        self.buffers, self.next = [Buffers(case) for _ in range(count)], 0

    def take(self):
        """The place of those that were used longest ago, by whichever peer."""
        taken, self.next = self.next, (self.next + 1) % len(self.buffers)
        return taken


class Rotation:
    """Runs of one peer on several sets of buffers, which all peers of a case take in one order."""

    def __init__(self, runs, sets):
        self.runs, self.sets = runs, sets

    def time(self, calls):
        return sum(self.runs[self.sets.take()].time(1) for _ in range(calls)) / calls

    def result(self):
        return self.runs[0].result()

    def close(self):
        for run in self.runs:
            run.close()


def prepare(peer, case, sets):
    """A peer's run on all of these buffers, unless it does not do the case."""
    first, *others = sets.buffers
    run = peer.prepare(case, first)
    if run is None or not others:
        return run
    return Rotation([run, *(run.on(case, buffers) for buffers in others)], sets)
