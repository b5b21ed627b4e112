"""The comparing rule of all benchmarks. Machines differ, so a time is never compared with a time of another run: each is
divided by a calibration loop of its own run, and only these ratios are compared."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping

import numpy as np

SLOWDOWN = 1.5
"""A ratio to the calibration loop may be so many times the recorded one."""


def calibration() -> float:
    """Seconds of a fixed piece of work: sorting 4 million numbers and hashing 64 MB; the best of three."""
    numbers, block = np.random.default_rng(0).random(4_000_000), bytes(64_000_000)
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        np.sort(numbers)
        hashlib.blake2b(block).digest()
        best = min(best, time.perf_counter() - start)
    return best


def slower(measured: Mapping[str, float], recorded: Mapping[str, float]) -> list[str]:
    """A sentence for each thing whose ratio to the calibration loop grew too much; both: what was measured -> ratio.

    What only one of them has is not compared. When nothing can be compared, that is a sentence too: a comparison of
    nothing must not pass.
    """
    both = [what for what in measured if what in recorded]
    if not both:
        return ["Nothing that was measured stands in the recorded result: record it anew, without --compare."]
    return [
        f"{what}: {measured[what]:.3g} times the calibration loop, recorded were {recorded[what]:.3g}"
        for what in both
        if not measured[what] <= SLOWDOWN * recorded[what]  # so that what is no number fails
    ]
