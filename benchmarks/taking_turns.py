"""Timing several things in turn, so that a busy moment of the machine meets all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

RUNS = 6


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds: the median, and the 10th and 90th percentile, which tell how noisy it is."""

    median: float
    low: float
    high: float


def spread(times_ms: Sequence[float]) -> Spread:
    """Compute the spread of times."""
    low, median, high = np.percentile(times_ms, [10, 50, 90])
    return Spread(round(float(median), 4), round(float(low), 4), round(float(high), 4))


def in_turn(runs: Sequence[Callable[[], object]], rounds: int, repeats: int = RUNS) -> list[Spread]:
    """Time all in turn, `rounds` times.

    Each time is the mean of `repeats` calls after one that warms the caches.
    """
    times_ms: list[list[float]] = [[] for _ in runs]
    for _ in range(rounds):
        for run, taken in zip(runs, times_ms, strict=True):
            run()
            began = time.perf_counter()
            for _ in range(repeats):
                run()
            taken.append((time.perf_counter() - began) / repeats * 1000)
    return [spread(taken) for taken in times_ms]
