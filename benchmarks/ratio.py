"""Two ways to do one thing, timed in turn (A B A B ...), and the ratio of their medians."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable


def compare(
    ours: Callable[[], object],
    rival: Callable[[], object],
    *,
    what: str,
    against: str,
    runs: int = 5,
    warm_up: int = 1,
) -> float:
    """Print both medians and return ours / rival."""
    times: tuple[list[float], list[float]] = ([], [])
    for run in range(warm_up + runs):
        for taken, work in zip(times, (ours, rival), strict=True):
            gc.collect()
            start = time.perf_counter()
            work()
            if run >= warm_up:
                taken.append(time.perf_counter() - start)
    mine, theirs = (statistics.median(t) for t in times)
    print(f"{what}: {mine:.3f} s\n{against}: {theirs:.3f} s\nratio {mine / theirs:.2f}", flush=True)
    return mine / theirs
