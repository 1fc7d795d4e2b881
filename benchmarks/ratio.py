"""Two ways to do one thing, timed in turn (A B A B ...), and their ratio in each round."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence


def compare(
    ours: Callable[[], object],
    rival: Callable[[], object],
    *,
    what: str,
    against: str,
    runs: int = 3,
    warm_up: int = 1,
    once: bool = False,
    clock: Callable[[], float] = time.perf_counter,
) -> None:
    """Print both times and their ratio, each with its range; ``once`` runs a slow rival once."""
    times: tuple[list[float], list[float]] = ([], [])
    for run in range(warm_up + runs):
        for taken, work in zip(times, (ours, rival), strict=True):
            if once and work is rival and taken:
                continue
            gc.collect()
            start = clock()
            work()
            if run >= warm_up:
                taken.append(clock() - start)
    theirs = times[1] * (runs if once else 1)
    ratios = [mine / other for mine, other in zip(times[0], theirs, strict=True)]
    print(f"{what}: {spread(times[0])} s\n{against}: {spread(times[1])} s")
    print(f"ratio {spread(ratios)}; {spread([1 / r for r in ratios])} times as fast", flush=True)


def spread(values: Sequence[float]) -> str:
    """Write the median of some figures and, of several, the lowest and highest.

    >>> spread([2.0, 1.0, 4.0]), spread([123.4])
    ('2 (1 to 4)', '123')
    """
    median = f"{statistics.median(values):.3g}"
    if len(values) == 1:
        return median
    return f"{median} ({min(values):.3g} to {max(values):.3g})"
