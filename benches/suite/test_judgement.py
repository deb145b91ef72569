"""What the page says of a run rests on these: how far caches reach, which buffers a call takes, which floor is met.

    PYTHONPATH=benches python3 -m unittest suite.test_judgement

A part of `make test`. It needs no package beyond Python itself.
"""

import sys
import types
import unittest
from unittest import mock

from suite.floors import Row, allowed, fused
from suite.results import Results, share

# The buffers themselves need numpy, and are not what is asked here.
BUFFERS = types.SimpleNamespace(Buffers=lambda case: object(), aligned=None)
with mock.patch.dict(sys.modules, {"suite.buffers": BUFFERS}):
    from suite import caches, rotation


def walked(*speeds):
    """A walk of so many of the footprints, the smallest first, in GB/s."""
    return [(size * 1e6, speed * 1e9) for size, speed in zip(caches.FOOTPRINTS, speeds)]


class Knee(unittest.TestCase):
    def test_is_the_first_size_of_memory(self):
        self.assertEqual(caches.knee(walked(60, 60, 58, 40, 12, 12, 11, 12)), 32e6)

    def test_is_behind_the_last_size_that_is_fast(self):
        self.assertEqual(caches.knee(walked(60, 12, 58, 12, 12, 11, 12)), 24e6)

    def test_is_not_shown_where_bandwidth_still_falls_or_never_did(self):
        self.assertIsNone(caches.knee(walked(60, 60, 50, 40, 30, 20)))
        self.assertIsNone(caches.knee(walked(12, 12, 12, 12, 12, 12)))

    def test_counts_up_to_twice_the_named_cache(self):
        for named, found, beyond in [(64e6, 32e6, 32e6), (8e6, 32e6, 16e6), (64e6, None, 128e6)]:
            told = {"named": lambda: named, "knee": lambda walked: found, "walk": lambda native: [], "Native": mock.Mock()}
            with mock.patch.multiple(caches, **told):
                self.assertEqual(caches.measure(None)["beyond"], beyond)


class Run:
    """A run that remembers its calls."""

    def __init__(self, place, calls):
        self.place, self.calls = place, calls

    def time(self, calls):
        self.calls.extend([self.place] * calls)
        return 1.0


class Rotation(unittest.TestCase):
    def sets(self, size):
        return rotation.Sets(types.SimpleNamespace(bytes=size), beyond=192e6)

    def test_has_as_many_sets_as_are_out_of_reach_together(self):
        for size, count in [(63_999_999, 1), (64_000_000, 3), (100_000_000, 2), (300_000_000, 1)]:
            self.assertEqual(len(self.sets(size).buffers), count, size)

    def test_takes_the_set_that_was_used_longest_ago_by_whichever_peer(self):
        sets, calls = self.sets(64_000_000), []
        peers = [rotation.Rotation([Run(place, calls) for place in range(3)], sets) for _ in range(2)]
        self.assertEqual(peers[0].time(2), 1.0)
        peers[1].time(2)
        self.assertEqual(calls, [0, 1, 2, 0])


class Floors(unittest.TestCase):
    def test_a_floor_is_met_on_the_line_and_counts_what_is_not(self):
        row = Row("ratio", 1.0, "2", str, [(0.5, "a"), (1.0, "b"), (0.25, "c")])
        self.assertEqual((row.met, row.worst, row.failing), (1, (0.25, "c"), [(0.25, "c"), (0.5, "a")]))
        self.assertEqual(row.cells()[-1], "**not met**: 1 of 3")
        self.assertEqual(Row("ratio", 1.0, "2", str, []).cells()[-1], "not measured")

    def test_of_a_smaller_floor_the_largest_is_the_worst(self):
        row = Row("time", 150.0, "60", str, [(100.0, "a"), (200.0, "b"), (150.0, "c")], smaller=True)
        self.assertEqual((row.met, row.worst, row.failing), (2, (200.0, "b"), [(200.0, "b")]))

    def test_the_fused_layer_is_measured_against_every_other_and_by_its_memory(self):
        records = [{"name": name, "ratio": ratio, "memory": 50e6} for name, ratio in (("losskit", 1.0), ("a", 1.2), ("b", 0.9))]
        self.assertEqual(fused(records), ([(1.2, "a"), (0.9, "b")], [(50e6, "losskit")]))

    def test_a_peer_whose_results_differ_is_never_quoted(self):
        def record(peer, note):
            return {"pass": "one", "case": "mse 1 M", "peer": peer, "seconds": 1.0, "note": note}

        results = Results([record("losskit", ""), record("JAX", "differs by 1"), record("PyTorch", "")])
        [(ours, peers)] = results.cases("one")
        self.assertEqual((ours["peer"], sorted(peers), len(results.refused)), ("losskit", ["PyTorch", "losskit"], 1))

    def test_a_share_is_of_the_probe_of_the_same_rounds(self):
        self.assertEqual(share({"bytes": 6e9, "seconds": 0.5, "limit": 24e9}), 0.5)
        self.assertIsNone(share({"bytes": 6e9, "seconds": 0.5, "limit": None}))

    def test_what_is_allowed_is_told_from_memory_and_from_arithmetic_in_the_caches(self):
        def record(peer, seconds, elements):
            told = {"pass": "all", "case": "mse 16 M", "peer": peer, "note": "", "seconds": seconds, "elements": elements}
            return {**told, "bytes": 12 * elements, "limit": 24e9}

        # An element takes half a nanosecond of the memory, and a quarter of two cores.
        results = Results([record("losskit", 0.01, 16e6), record("losskit, in the caches", 5e-6, 1e4)])
        [(case, memory, arithmetic, after, at_once, reached)] = allowed(results, "all", 2)
        self.assertEqual((case, memory, arithmetic), ("mse 16 M", 0.5e-9, 0.25e-9))
        self.assertEqual((round(after, 3), at_once, round(reached, 3)), (0.667, 1.0, 0.8))


if __name__ == "__main__":
    unittest.main()
