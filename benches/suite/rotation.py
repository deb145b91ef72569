"""Several sets of buffers in turn, so that a large case comes from memory where a cache would hold one of them."""

import math

from .buffers import Buffers

# From so many bytes on a case is measured beyond the caches, whatever they hold.
LARGE = 64_000_000


def is_beyond(case):
    """Whether a case is measured beyond the caches."""
    return case.bytes >= LARGE


def sets(case, beyond):
    """The buffers of a case: of one that is beyond the caches so many that together they are, where `beyond` bytes are
    out of reach."""
    count = math.ceil(beyond / case.bytes) if is_beyond(case) else 1
    return [Buffers(case) for _ in range(count)]


class Rotation:
    """Runs of one peer on several buffers, each call on those that were not used for longest."""

    def __init__(self, runs):
        self.runs, self.next = runs, 0

    def time(self, calls):
        seconds = 0.0
        for _ in range(calls):
            seconds += self.runs[self.next].time(1)
            self.next = (self.next + 1) % len(self.runs)
        return seconds / calls

    def result(self):
        return self.runs[0].result()

    def close(self):
        for run in self.runs:
            run.close()


def prepare(peer, case, buffers):
    """A peer's run on all of these buffers, unless it does not do the case."""
    run = peer.prepare(case, buffers[0])
    if run is None or len(buffers) == 1:
        return run
    return Rotation([run, *(run.on(case, others) for others in buffers[1:])])
