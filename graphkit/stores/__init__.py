"""Databases that hold the graph, one small protocol, and their results within limits."""

from __future__ import annotations

import json
import logging
import math
import sys
import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.arrow import plain
from graphkit.errors import StoreError
from graphkit.kinds import Kind
from graphkit.paths import replacing, user_folder

if TYPE_CHECKING:
    from graphkit.build import Graph
    from graphkit.cypher import Statement

Progress = Callable[[str, int], None]
"""Called with a kind's name and how many of its rows were just written or removed.

Of a load they add up to the rows of the graph and the removed ones; those that stay come at once.
"""


@dataclass(frozen=True)
class Change:
    """Rows of one kind that a load added, changed and removed."""

    kind: str
    rows: int
    added: int = 0
    changed: int = 0
    removed: int = 0


@dataclass(frozen=True)
class LoadReport:
    """Changes of a load, kind by kind.

    ``attached`` counts the relationships of others that go with the nodes that they join.
    """

    changes: tuple[Change, ...]
    attached: int = 0

    def total(self, what: str) -> int:
        """Sum of ``rows``, ``added``, ``changed`` or ``removed``."""
        return sum(getattr(change, what) for change in self.changes)

    @property
    def before(self) -> int:
        """Number of rows that the database had before the load."""
        return self.total("rows") - self.total("added") + self.total("removed")

    @property
    def differs(self) -> bool:
        """True if anything was or would be written."""
        return any(self.total(what) for what in ("added", "changed", "removed"))


@dataclass(frozen=True)
class Result:
    """Rows of one statement, and the database's warnings about it.

    Nodes, relationships and paths come as canonical JSON text, the same from every database; the
    field metadata ``graphkit: json`` marks such columns.
    """

    table: pa.Table
    notes: tuple[str, ...] = field(default=())


class Closing(Protocol):
    """Resource that a ``with`` block closes at its end."""

    def close(self) -> None:
        """Let go of files and connections."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Store(Closing, Protocol):
    """Database that holds the graph."""

    @property
    def label(self) -> str:
        """Kind and place of the database, for people."""

    @property
    def content(self) -> str:
        """Identity of this load of this server; empty for a file on this machine."""

    @property
    def identity(self) -> str:
        """Identity of a file and its content; empty if it changes, and for a server."""

    def load(
        self,
        graph: Graph,
        progress: Progress = ...,
        *,
        dry_run: bool = ...,
        confirm: Confirm = ...,
    ) -> LoadReport:
        """Make the database hold exactly this graph."""

    def run(self, statement: str, parameters: Mapping[str, Any] = ...) -> Result:
        """Run one statement of graphkit's own, which the tests check: it is not checked here."""

    def ask(
        self,
        statement: str | Statement,
        parameters: Mapping[str, Any] = ...,
        limits: Limits = ...,
    ) -> Result:
        """Run one statement that anybody wrote: nothing but reads, within limits."""

    def translated(self, statement: str | Statement, parameters: Mapping[str, Any] = ...) -> str:
        """Return the text of one read-only statement as the database would run it."""

    def free(self, *, sparing: bool = False) -> None:
        """Give back the memory that reading took; the next statement takes it, or less, anew."""


def say_waiting(label: str) -> None:
    """Say on stderr, unless the program logs elsewhere, why a load does not go on."""
    logging.getLogger("graphkit").warning(
        "graphkit: another load of %s is under way; waiting for it to end", label
    )


def no_progress(kind: str, rows: int) -> None:
    """Say nothing."""


Confirm = Callable[[LoadReport], None]
"""Called with what a load is about to change, while no other load can begin.

Raises an error to end the load before it writes a row. A load that changes nothing does not ask.
"""


def confirmed(report: LoadReport) -> None:
    """Let every load go on."""


Held = dict[str, pa.Table]
"""For each kind, ``key`` and ``digest`` of the rows in a database."""


@dataclass(frozen=True)
class Difference:
    """Keys of one kind to add, to change and to remove; ``others`` counts unlisted ones that go."""

    added: pa.Array
    changed: pa.Array
    removed: pa.Array
    others: int = 0


def difference(graph: Graph, kind: Kind, held: Held) -> Difference:
    """Compare one kind of a graph with what a database holds of it."""
    parts = [p.table.select([kind.key, "digest"]) for p in graph.parts if p.kind is kind]
    wanted = plain(pa.concat_tables(parts)) if parts else None
    have = held.get(kind.name)
    held_keys = None if have is None else have["key"].combine_chunks()
    if wanted is None:
        none = pa.nulls(0) if held_keys is None else held_keys.slice(0, 0)
        return Difference(none, none, none if held_keys is None else held_keys)
    keys = wanted[kind.key].combine_chunks()
    if have is None or held_keys is None or not len(have):
        return Difference(keys, keys.slice(0, 0), keys.slice(0, 0))
    if held_keys.type != keys.type or have["digest"].type != wanted["digest"].type:
        # An older graphkit wrote them in another way: nothing of it is as it should be.
        return _replaced(kind, keys, held_keys)
    places = pc.index_in(keys, value_set=held_keys)
    added = keys.filter(pc.is_null(places))
    old = have["digest"].combine_chunks().take(places)
    differs = pc.fill_null(pc.not_equal(wanted["digest"].combine_chunks(), old), False)
    gone = pc.invert(pc.is_in(held_keys, value_set=keys))
    return Difference(added, keys.filter(differs), held_keys.filter(gone))


def _replaced(kind: Kind, keys: pa.Array, held_keys: pa.Array) -> Difference:
    """Replace every edge, but rewrite nodes in place: other people's edges may join them."""
    if kind.is_edge:
        return Difference(keys, keys.slice(0, 0), held_keys)
    known, wanted = pc.is_in(keys, value_set=held_keys), pc.is_in(held_keys, value_set=keys)
    return Difference(
        keys.filter(pc.invert(known)), keys.filter(known), held_keys.filter(pc.invert(wanted))
    )


def change(graph: Graph, kind: Kind, what: Difference) -> Change:
    """Count a difference for the load report."""
    rows = graph.count(kind.name)
    removed = len(what.removed) + what.others
    return Change(kind.name, rows, len(what.added), len(what.changed), removed)


STAR = "*"


def in_order(asked: Sequence[str], found: Sequence[str]) -> tuple[list[str], list[int]]:
    """Return names and places of the columns in Neo4j's order: those of a star by name.

    >>> in_order(["*", "count(*)"], ["b", "a", "COUNT_STAR()"])
    (['a', 'b', 'count(*)'], [1, 0, 2])
    """
    stars = len(found) - len(asked) + 1 if STAR in asked[:1] else 0
    if len(found) != len(asked) - bool(stars) + stars:
        return list(found), list(range(len(found)))
    places = sorted(range(stars), key=lambda place: found[place])
    names = [found[place] for place in places]
    rest = range(stars, len(found))
    return [*names, *asked[bool(stars) :]], [*places, *rest]


JSON = {"graphkit": "json"}
"""Field metadata of a column whose text is JSON: a node, a relationship, a path, a map."""


def node(label: str, properties: dict[str, Any]) -> dict[str, Any]:
    """Return a node: its label and the properties that are set."""
    return {"label": label, "properties": properties}


def relationship(kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    """Return a relationship: its type and the properties that are set."""
    return {"type": kind, "properties": properties}


def path(nodes: list[Any], relationships: list[Any]) -> dict[str, Any]:
    """Return a path: its nodes and relationships in order."""
    return {"nodes": nodes, "relationships": relationships}


def canonical_json(value: object) -> str:
    """Write JSON with sorted keys and no spaces, so that equal values are equal text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


NESTED = frozenset({dict, list})


def column(name: str, values: Sequence[Any]) -> tuple[pa.Field, pa.Array]:
    """Make a column of plain Python values, as JSON text where one holds a map."""
    if not NESTED.isdisjoint(map(type, values)) and any(_holds_map(v) for v in values):
        return pa.field(name, pa.string(), metadata=JSON), json_texts(values)
    try:
        array = pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.field(name, pa.string(), metadata=JSON), json_texts(values)
    return pa.field(name, array.type), array


def json_texts(values: Iterable[Any]) -> pa.Array:
    """Write values as JSON text; null stays null."""
    return pa.array([None if v is None else canonical_json(v) for v in values], pa.string())


def plan_table(plan: str) -> pa.Table:
    """Return the database's own drawing of a plan, line by line."""
    return pa.table({"plan": pa.array(plan.splitlines(), pa.string())})


def check_names(names: Sequence[str]) -> None:
    """Refuse two columns of one name: no table could tell them apart."""
    if len(set(names)) < len(names):
        raise StoreError(f"found two columns of one name in {', '.join(names)}; name them with AS")


def _holds_map(value: Any) -> bool:
    if isinstance(value, dict):
        return True
    return isinstance(value, list) and any(_holds_map(v) for v in value)


QUICK = 0.2
"""Seconds up to which it is not worth keeping the rows of a query."""
MOST_BYTES = 2**30


def kept_rows(
    content: str, statement: str, values: Mapping[str, Any], read: Callable[[], pa.Table],
    least: float | None = None,
) -> pa.Table:  # fmt: skip
    """Return the rows of a statement: kept ones of the same load, else those of ``read``.

    Parameters
    ----------
    content : str
        Identity of one load of one database.
    statement, values
        The query and its parameters.
    read : callable
        Asks the database.
    least : float, optional
        Seconds from which on rows are worth keeping. Default: :data:`QUICK`.
    """
    asked = "\x1e".join([content, statement, repr(sorted(values.items()))])
    path = user_folder("cache") / "rows" / f"{sha256(asked.encode()).hexdigest()[:32]}.arrow"
    with suppress(OSError, pa.ArrowException):  # not there, or damaged: it is only a cache
        # Some kilobytes: to start threads would take ten times as long as to read them.
        alone = pa.ipc.IpcReadOptions(use_threads=False)
        rows = pa.ipc.open_file(path.read_bytes(), options=alone).read_all()
        path.touch()
        return rows
    start = time.monotonic()
    rows = read()
    if time.monotonic() - start >= (QUICK if least is None else least):
        with suppress(OSError):
            _keep(rows, path)
    return rows


def _keep(rows: pa.Table, path: Path) -> None:
    """Write a whole file or none; the files that were not read for longest make room."""
    compressed = pa.ipc.IpcWriteOptions(compression="lz4")
    with replacing(path) as stream, pa.ipc.new_file(stream, rows.schema, options=compressed) as to:
        to.write_table(rows)
    files = sorted(path.parent.iterdir(), key=lambda file: file.stat().st_mtime)
    while sum(file.stat().st_size for file in files) > MOST_BYTES and len(files) > 1:
        files.pop(0).unlink(missing_ok=True)


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

    @property
    def timeout(self) -> float | None:
        """The seconds for Neo4j, where None means no limit."""
        return self.seconds if math.isfinite(self.seconds) else None

    @property
    def too_long(self) -> StoreError:
        """The error for a statement that takes longer."""
        return StoreError(
            f"the statement took longer than {self.seconds:g} s and was given up; "
            "ask for less, or give it more with --timeout SECONDS"
        )

    def note(self, kept: int) -> str:
        """Word the note on a result of which only the first rows are kept."""
        more = "see more with --max-rows N"
        if kept < self.rows:
            more = f"they fill {self.bytes / 2**20:,.0f} MiB; ask for fewer columns, or in parts"
        return f"there are more rows than these first {kept:,}; {more}"


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
        return Result(*first_part(table, limits))
    return Result(table, (limits.note(count),) if next(rest, None) else ())


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


def _cast(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    """Cast a chunk; Arrow's own cast cuts off lists of nothing but nulls."""
    if array.type == wanted:
        return array
    if pa.types.is_list(array.type) and pa.types.is_null(array.type.value_type):
        return pa.array(array.to_pylist(), wanted)
    return array.cast(wanted)


def first_part(table: pa.Table, limits: Limits) -> tuple[pa.Table, tuple[str, ...]]:
    """Cut a table to the rows that the limits allow, and note it if there are more.

    Examples
    --------
    >>> first_part(pa.table({"x": [1, 2, 3]}), Limits(bytes=17))[0]["x"].to_pylist()
    [1, 2]
    """
    most = min(len(table), limits.rows)
    if table.nbytes > limits.bytes:
        most = bisect_right(range(1, most), limits.bytes, key=lambda n: table.slice(0, n).nbytes)
    if most == len(table):
        return table, ()
    return table.slice(0, most), (limits.note(most),)


NUMBERS = frozenset({float, int, bool, type(None)})


def _bytes(value: Any) -> int:
    """Estimate the size of a plain value."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list):
        return 8 + sum(map(_bytes, value))
    if isinstance(value, dict):
        return sum(len(name) + _bytes(each) for name, each in value.items())
    return 8
