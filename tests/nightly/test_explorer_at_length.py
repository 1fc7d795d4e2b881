"""The explorer under readers for an hour, or as many minutes as ``SOAK_MINUTES`` says."""

from __future__ import annotations

import os
import sys
import time
from statistics import median

import pytest
from explorers import explorer_process
from soak import memory_of, soak
from test_shipped_graph import whole

from graphkit.explore.answers import TIDY_SECONDS
from graphkit.stores.duck.store import DuckStore

__all__ = ["whole"]

MINUTES = int(os.environ.get("SOAK_MINUTES", "60"))
BEFORE = 10
"""Minutes after which memory must not grow any more; of fewer in all, a half of them."""
MOST = 1.5
SOAKED = 25
"""Seconds of random requests of one reader, and of eight."""
MIB = 2**20


def test_an_hour_of_readers_leaves_the_memory_as_it_is_after_ten_minutes(whole, tmp_path):
    path = tmp_path / "graph.duckdb"
    with DuckStore(path) as store:
        store.load(whole)
    with explorer_process(str(path)) as (client, number):
        replies, memory = soak(client, number, 60 * MINUTES, readers=4)

    by_minute: dict[int, list[int]] = {}
    for seconds, resident in memory:
        by_minute.setdefault(int(seconds // 60), []).append(resident)
    for minute, residents in by_minute.items():
        print(f"minute {minute + 1}: median {median(residents) / MIB:,.0f} MiB, "
              f"most {max(residents) / MIB:,.0f} MiB")  # fmt: skip
    print(dict(sorted(replies.items())))
    first = min(BEFORE, MINUTES // 2)
    level = median(by_minute[first - 1])
    assert {
        m + 1: n for m in by_minute if m >= first and (n := median(by_minute[m])) > MOST * level
    } == {}
    highest = max(max(by_minute[minute]) for minute in range(first))
    assert {
        m + 1: n for m in by_minute if m >= first and (n := max(by_minute[m])) > MOST * highest
    } == {}
    assert {kind for kind, status in replies if status == 200} >= {
        "answer",
        "page",
        "picture",
        "statement",
    }


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep freed memory as they like")
def test_many_readers_leave_hardly_more_memory_behind_than_one(sliced_file):
    with explorer_process(str(sliced_file)) as (client, number):
        taken = []
        for readers in (1, 8):
            soak(client, number, SOAKED, readers)
            time.sleep(2 * TIDY_SECONDS)
            taken.append(memory_of(number))

    assert taken[1] < MOST * taken[0]
