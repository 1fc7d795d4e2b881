"""Execution of a statement within its limits, in this thread or in one that can be given up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from graphkit.stores.limits import GRACE_SECONDS, Limits, within

if TYPE_CHECKING:
    from _duckdb import DuckDBPyConnection

Read = TypeVar("Read")
Run = Callable[["DuckDBPyConnection", Callable[["DuckDBPyConnection"], Any], Limits], Any]
"""Runs a function with a cursor within limits."""
INTERRUPT_SECONDS = 0.05
"""Seconds after which an interrupt that came too early is said again."""


def at_once(
    cursor: DuckDBPyConnection, read: Callable[[DuckDBPyConnection], Read], limits: Limits
) -> Read:
    """Run a statement in this thread, of a process that is killed when it takes too long."""
    with closing(cursor):
        return read(cursor)


def in_time(
    cursor: DuckDBPyConnection, read: Callable[[DuckDBPyConnection], Read], limits: Limits
) -> Read:
    """Run a statement that an interrupt or the deadline ends: DuckDB itself hears no signal."""
    if limits.timeout is None and threading.current_thread() is not threading.main_thread():
        return at_once(cursor, read, limits)
    import _duckdb

    ended = threading.Event()

    def answer() -> Read:
        try:
            return at_once(cursor, read, limits)
        finally:
            ended.set()

    def give_up() -> None:
        end = time.monotonic() + GRACE_SECONDS
        while not ended.is_set() and time.monotonic() < end:
            with suppress(_duckdb.Error):  # it has just ended
                cursor.interrupt()  # which is forgotten if the statement has not begun
            ended.wait(INTERRUPT_SECONDS)

    return within(limits.timeout, answer, limits.too_long, give_up)
