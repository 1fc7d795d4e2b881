"""Limits of a statement: its time, and the rows and bytes of its result."""

from __future__ import annotations

import math
import sys
import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import pyarrow as pa

from graphkit.errors import StoreError, TookTooLong
from graphkit.stores.results import JSON, Result, column, json_texts

Answered = TypeVar("Answered")
BATCH_ROWS, BATCH_BYTES = 10_000, 2**24
SLICE_SECONDS = 0.2
GRACE_SECONDS = 0.5
"""For a statement that was given up to end."""


@dataclass(frozen=True)
class Limits:
    """Seconds until the answer must be there; rows and bytes of it that are kept."""

    seconds: float = 30.0
    rows: int = 1_000_000
    bytes: int = 256 * 2**20
    advice: str = "see more with --max-rows N"
    """Way to see more rows; empty where there is none."""

    @property
    def timeout(self) -> float | None:
        """The seconds for Neo4j, where None means no limit."""
        return self.seconds if math.isfinite(self.seconds) else None

    @property
    def too_long(self) -> TookTooLong:
        """The error for a statement that takes longer."""
        more = ", or give it more with --timeout SECONDS" if self.seconds == Limits.seconds else ""
        return TookTooLong(
            f"the statement took longer than {self.seconds:g} s and was given up; "
            f"ask for less{more}"
        )

    def note(self, count: int) -> str:
        """Word the note on a result of which only the first rows are kept."""
        advice = self.advice
        if count < self.rows:
            advice = f"they fill {self.bytes / 2**20:,.0f} MiB; ask for fewer columns, or in parts"
        return "; ".join(filter(None, [f"there are more rows than these first {count:,}", advice]))


LIMITS = Limits()
UNLIMITED = Limits(math.inf, sys.maxsize, sys.maxsize)
PATIENT = Limits(600.0, sys.maxsize, sys.maxsize)
"""For graphkit's own queries on a server, which then ends what nobody waits for any more."""


def within(
    seconds: float | None,
    answer: Callable[[], Answered],
    late: StoreError,
    give_up: Callable[[], None],
) -> Answered:
    """Return the value of a function, if it returns in time.

    Parameters
    ----------
    seconds : float or None
        Time for it; None means no limit.
    answer : callable
        Runs in a thread of its own.
    late : StoreError
        Error to raise when the time is over.
    give_up : callable
        Makes ``answer`` end soon. Called when the time is over, and on an interrupt.

    Raises
    ------
    StoreError
        ``late``, at most ``GRACE_SECONDS`` after the time is over.
    """
    ended = threading.Event()
    values: list[Answered] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            values.append(answer())
        except BaseException as error:
            errors.append(error)
        finally:
            ended.set()

    threading.Thread(target=work, daemon=True).start()
    try:
        # Not for the thread: an interrupted wait for one takes it for ended (bpo-45274). In slices:
        # an interrupt that another thread receives, or that comes on Windows, ends no wait.
        end = math.inf if seconds is None else time.monotonic() + seconds
        while not ended.wait(max(0, min(SLICE_SECONDS, end - time.monotonic()))):
            if time.monotonic() >= end:
                raise late
        if errors:
            raise errors.pop()
        return values.pop()
    finally:
        if not ended.is_set():
            give_up()
            ended.wait(GRACE_SECONDS)
        errors.clear()  # which would keep each other, and all that the statement took


def collect(names: Sequence[str], rows: Iterable[list[Any]], limits: Limits) -> Result:
    """Collect plain rows into a table until a limit, and note it if there are more.

    Examples
    --------
    >>> collect(["x"], [["a"], ["b"], ["c"]], Limits(rows=2)).notes
    ('there are more rows than these first 2; see more with --max-rows N',)
    """
    rest, parts = iter(rows), [[column(name, []) for name in names]]
    count = size = 0
    while count < limits.rows and size <= limits.bytes:
        batch = _batch(rest, limits.rows - count)
        if not batch:
            break
        parts.append([column(name, [row[n] for row in batch]) for n, name in enumerate(names)])
        count += len(batch)
        size += sum(array.nbytes for _, array in parts[-1])
    columns = [_joined(list(chunks)) for chunks in zip(*parts, strict=True)]
    table = pa.table([array for _, array in columns], schema=pa.schema([f for f, _ in columns]))
    if size > limits.bytes:
        return first_part(table, limits)
    more = next(rest, None) is not None
    return Result(table, (limits.note(count),) if more else (), not more)


def _batch(rows: Iterator[list[Any]], most: int) -> list[list[Any]]:
    """Take the next rows, so few that their Python objects fill little memory."""
    batch: list[list[Any]] = []
    size = 0
    while len(batch) < min(most, BATCH_ROWS) and size < BATCH_BYTES:
        row = next(rows, None)
        if row is None:
            break
        batch.append(row)
        for value in row:
            size += 8 if type(value) in NUMBERS else _bytes(value)
    return batch


def _joined(chunks: list[tuple[pa.Field, pa.Array]]) -> tuple[pa.Field, pa.Array]:
    """Join the chunks of a column; as JSON where their types differ."""
    fields = [field for field, _ in chunks]
    if not any(field.metadata for field in fields):
        with suppress(pa.ArrowTypeError):
            schemas = [pa.schema([field]) for field in fields]
            field = pa.unify_schemas(schemas, promote_options="permissive").field(0)
            return field, pa.concat_arrays([_cast(array, field.type) for _, array in chunks])
    texts = [array if field.metadata else json_texts(array.to_pylist()) for field, array in chunks]
    return pa.field(fields[0].name, pa.string(), metadata=JSON), pa.concat_arrays(texts)


def _cast(array: pa.Array, type_: pa.DataType) -> pa.Array:
    """Cast a chunk; Arrow's own cast cuts off lists of nothing but nulls."""
    if array.type == type_:
        return array
    if pa.types.is_list(array.type) and pa.types.is_null(array.type.value_type):
        return pa.array(array.to_pylist(), type_)
    return array.cast(type_)


def first_part(table: pa.Table, limits: Limits) -> Result:
    """Cut a table to the rows that the limits allow, and note it if there are more.

    Examples
    --------
    >>> first_part(pa.table({"x": [1, 2, 3]}), Limits(bytes=17)).table["x"].to_pylist()
    [1, 2]
    """
    most = min(len(table), limits.rows)
    if table.nbytes > limits.bytes:
        most = bisect_right(range(1, most), limits.bytes, key=lambda n: table.slice(0, n).nbytes)
    if most == len(table):
        return Result(table)
    return Result(table.slice(0, most), (limits.note(most),), is_whole=False)


NUMBERS = frozenset({float, int, bool, type(None)})


def _bytes(value: Any) -> int:
    """Estimate the size of a plain value."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list):
        return 8 + sum(map(_bytes, value))
    if isinstance(value, dict):
        return sum(len(name) + _bytes(item) for name, item in value.items())
    return 8
