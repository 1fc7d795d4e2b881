"""The embedded database in a file of DuckDB."""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.arrow import release_memory
from graphkit.cypher import Statement
from graphkit.errors import OutOfMemory, StoreError, Unreachable, UsageError
from graphkit.schema import GRAPH, Schema
from graphkit.stores import (
    GRACE_SECONDS,
    UNLIMITED,
    Held,
    Limits,
    Progress,
    Result,
    check_names,
    collect,
    first_part,
    plan_table,
    within,
)
from graphkit.stores.duck.clauses import Compiled, compiled
from graphkit.stores.duck.engine import BATCH, OWN_MEMORY, attach, batches, failure, head, started
from graphkit.stores.duck.file import FILE, fill, quoted
from graphkit.stores.duck.reader import _neutral as neutral
from graphkit.stores.duck.reader import model_of
from graphkit.stores.duck.types import ANY, BOOL, FLOAT, INT, NULL, TEXT, Model, T, type_of
from graphkit.stores.file import FileStore

if TYPE_CHECKING:
    from _duckdb import DuckDBPyConnection

    from graphkit.build import Graph

Read = TypeVar("Read")
OLD_KIND = b"LBUG"
"""First bytes of the files of graphkit 0.2."""
OLD_NAMES = (b"DEPENDS_ON", b"EXPORTS", b"digest")
"""Names in such a file of graphkit's, and in hardly another."""
AGAIN = 0.05
"""Seconds after which an interrupt that came too early is said again."""


class DuckStore(FileStore):
    """One DuckDB file."""

    worker = "graphkit.stores.duck.sandbox_worker"

    def __init__(self, path: Path, memory: int = OWN_MEMORY) -> None:
        super().__init__(path)
        self._memory = memory
        self._engine: DuckDBPyConnection | None = None
        self._started: DuckDBPyConnection | None = None
        """The engine before it has the file."""

    @property
    def is_open(self) -> bool:
        """True if the engine has the file open."""
        return self._engine is not None

    def _attach(self) -> None:
        if _is_old(self.path):
            if not _is_old_graph(self.path):
                raise Unreachable(f"{self.path} is a database of another program")
            raise Unreachable(
                f"{self.path} was made by graphkit 0.2; 'graphkit load' makes it anew"
            )
        self.start()
        engine, self._started = self._started, None
        assert engine is not None
        attach(engine, self.path)
        self._engine = engine

    def start(self) -> None:
        """Start the engine, which later opens the file and nothing else."""
        if self._started is None:
            self._started = started(self._memory)

    def _detach(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            import _duckdb

            with suppress(_duckdb.Error):  # another thread's statement still runs, and then lets go
                engine.close()

    def _cursor(self) -> DuckDBPyConnection:
        """Begin a statement: one that is not read to its end blocks the next of its connection."""
        self.open()
        with self._opening:
            if self._engine is None:
                raise StoreError(f"{self.label} was closed while a statement was about to run")
            return self._engine.cursor()

    def run(
        self,
        statement: str,
        parameters: Mapping[str, Any] | None = None,
        limits: Limits = UNLIMITED,
    ) -> Result:
        """Run one statement of graphkit's own; see :class:`graphkit.stores.Result`."""
        plan = own_plan(statement, parameters or {})
        return self._read(plan, limits, in_time)

    def answer(self, statement: Statement, values: Mapping[str, Any], limits: Limits) -> Result:
        """Run one statement that anybody wrote in this process, which must be a sandbox."""
        query = compiled(statement, values, graph_model())
        return self._read(Plan(statement, query, query.bound), limits, at_once)

    def translated(
        self, statement: str | Statement, parameters: Mapping[str, Any] | None = None
    ) -> str:
        """Return the text of one read-only statement in SQL."""
        asked = Statement.of(statement)
        asked.check_read_only()
        return shown(asked, asked.values(parameters))

    def _read(self, plan: Plan, limits: Limits, run: Run) -> Result:
        check_names(plan.query.names)
        for value in plan.values.values():
            if is_mixed(type_of(value)):  # DuckDB would take all of its items for text
                raise UsageError(
                    "the embedded database cannot take these parameters: found a list of values of "
                    "several types"
                )

        def read(cursor: DuckDBPyConnection) -> Result:
            if plan.statement.asks_for_plan:
                answer = cursor.execute(plan.sql, dict(plan.values))
                return Result(plan_table("\n".join(row[-1] for row in answer.fetchall())))
            cursor.execute(plan.sql, dict(plan.values))
            found = neutral_table(plan.query.names, cursor, limits)
            return Result(found.table, found.notes + plan.query.notes)

        return self._executed(read, limits, run)

    def _executed(
        self, read: Callable[[DuckDBPyConnection], Read], limits: Limits, run: Run
    ) -> Read:
        import _duckdb

        cursor = self._cursor()
        try:
            result: Read = run(cursor, read, limits)
            return result
        except (_duckdb.InternalException, _duckdb.FatalException) as error:
            self._detach()  # it would refuse every later statement
            raise failure(self.path, error) from error
        except (_duckdb.Error, MemoryError) as error:
            failed = failure(self.path, error)
            if isinstance(failed, OutOfMemory):
                self._detach()  # it would keep most of what it took
                release_memory()
            raise failed from error
        except (ValueError, TypeError, OverflowError) as error:
            raise UsageError(
                f"the embedded database cannot take these parameters: {error}"
            ) from error

    def _fill(self, new: Path, graph: Graph, progress: Progress) -> None:
        fill(new, graph, progress)

    def _held(self, schema: Schema) -> Held:
        """Read keys and digests of the file as it is."""
        if self.path.is_file() and _is_old(self.path):
            if not _is_old_graph(self.path):
                raise self._of_something_else
            logging.getLogger("graphkit").warning(
                "graphkit: %s was made by graphkit 0.2; this load makes it anew", self.path
            )
            return {}
        found: Held = {}

        def read(cursor: DuckDBPyConnection) -> None:
            rows = cursor.execute(
                "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = $name",
                {"name": FILE},
            ).fetchall()
            columns = {name: {c for table, c in rows if table == name} for name, _ in rows}
            for kind in (k for k in schema.kinds if k.name in columns):
                if {kind.key, "digest"} <= columns[kind.name]:  # an older schema may lack one
                    cursor.execute(
                        f"SELECT {quoted(kind.key)} AS key, digest FROM {FILE}.{quoted(kind.name)}"
                    )
                    found[kind.name] = batches(cursor, BATCH).read_all()
            if columns and not found:
                raise self._of_something_else

        self._executed(read, UNLIMITED, in_time)
        return found


def _is_old(path: Path) -> bool:
    """Tell a file of the engine of graphkit 0.2."""
    return head(path).startswith(OLD_KIND)


def _is_old_graph(path: Path) -> bool:
    """Tell such a file that graphkit made from one of another program."""
    content = path.read_bytes()
    return all(name in content for name in OLD_NAMES)


Run = Callable[["DuckDBPyConnection", Callable[["DuckDBPyConnection"], Any], Limits], Any]
"""Runs a function with a cursor within limits."""


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
            ended.wait(AGAIN)

    return within(limits.timeout, answer, limits.too_long, give_up)


# --- statements


@cache
def graph_model() -> Model:
    """Describe the tables of the graph to the compiler, once in a process."""
    return model_of(GRAPH)


@dataclass(frozen=True)
class Plan:
    """A statement in SQL, and the values that it binds."""

    statement: Statement
    query: Compiled
    values: Mapping[str, Any]

    @property
    def sql(self) -> str:
        """SQL to run: the query, or what draws its plan."""
        prefixes = {prefix.name for prefix in self.statement.tree.all("prefix")}
        if "PROFILE" in prefixes:
            return f"EXPLAIN ANALYZE {self.query.sql}"
        return f"EXPLAIN {self.query.sql}" if "EXPLAIN" in prefixes else self.query.sql


class _Integer(int):
    """Whole number in place of a parameter, which no number in the text is."""


class _Fraction(float):
    """Fraction in place of a parameter."""


class _Text(str):
    """Text in place of a parameter."""

    __slots__ = ()


class _List(list[Any]):
    """List in place of a parameter."""


PLACES: Mapping[type, type] = {
    int: _Integer, float: _Fraction, str: _Text, list: _List, tuple: _List,
}  # fmt: skip
"""Types of values that a statement binds whatever they are; others are part of its SQL."""


def sample(of: T) -> Any:
    """Return some value of a type, for which a statement has the SQL of every other.

    >>> type_of(sample(type_of([1, 2]))) == type_of([3])
    True
    """
    if of.name == "list":
        item = of.item or NULL
        return _List([0, ""] if item == ANY else [] if item == NULL else [sample(item)])
    return {INT: _Integer(), FLOAT: _Fraction(), TEXT: _Text(), BOOL: True}[of]


def is_mixed(of: T) -> bool:
    """Tell the type of a list whose items are of several types.

    >>> [is_mixed(type_of(value)) for value in ([1, 2.5, None], [1, "a"], [[1], ["a"]], "a")]
    [False, True, True, False]
    """
    return of.name == "list" and of.item is not None and (of.item == ANY or is_mixed(of.item))


def own_plan(statement: str, parameters: Mapping[str, Any]) -> Plan:
    """Compile a statement of graphkit's own, once for the types of its parameters."""
    asked = parsed(statement)
    values = asked.values(parameters)
    types = tuple((n, type_of(v)) for n, v in values.items() if type(v) in PLACES)
    fixed = tuple((n, v) for n, v in values.items() if type(v) not in PLACES)
    try:
        slots = compiled_once(statement, types, fixed)
    except TypeError:  # a value that is not known by its content, such as a map
        query = compiled(asked, values, graph_model())
        return Plan(asked, query, query.bound)
    own = {name: values[parameter] for name, parameter in slots.names.items()}
    return Plan(asked, slots.query, {**slots.query.bound, **own})


@lru_cache
def parsed(statement: str) -> Statement:
    """Parse a statement of graphkit's own, once in a process."""
    asked = Statement(statement)
    asked.check_read_only()
    return asked


@dataclass(frozen=True)
class Slots:
    """A compiled query, and which of the values that it binds are which parameters."""

    query: Compiled
    names: Mapping[str, str]


@lru_cache(1024)
def compiled_once(
    statement: str, types: tuple[tuple[str, T], ...], fixed: tuple[tuple[str, Any], ...]
) -> Slots:
    """Compile a statement for all values of these types."""
    places = {name: sample(of) for name, of in types}
    return _slots(parsed(statement), places, dict(fixed))


def _slots(statement: Statement, places: Mapping[str, Any], fixed: Mapping[str, Any]) -> Slots:
    query = compiled(statement, {**places, **fixed}, graph_model())
    own = {id(value): name for name, value in places.items()}
    return Slots(query, {n: own[id(v)] for n, v in query.bound.items() if id(v) in own})


def shown(statement: Statement, values: Mapping[str, Any]) -> str:
    """Write a statement in SQL with the parameters' own names, and its texts as literals."""
    places = {n: PLACES[type(v)](v) for n, v in values.items() if type(v) in PLACES}
    fixed = {n: v for n, v in values.items() if type(v) not in PLACES}
    slots = _slots(statement, places, fixed)

    def written(found: re.Match[str]) -> str:
        name = found[1]
        return f"${slots.names[name]}" if name in slots.names else literal(slots.query.bound[name])

    return re.sub(r"\$(p[0-9]+)\b", written, slots.query.sql)


def literal(value: Any) -> str:
    """Write a value as a literal of SQL.

    >>> print(literal(["it's", None, True, 1.5]))
    ['it''s', NULL, true, 1.5]
    """
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(literal, value))}]"
    return json.dumps(value)


# --- rows

PLAIN = {
    "VARCHAR": pa.string(), "BOOLEAN": pa.bool_(), "DOUBLE": pa.float64(), "FLOAT": pa.float64(),
    "VARCHAR[]": pa.list_(pa.string()),
}  # fmt: skip
"""Arrow types of the columns that need no conversion, by their types in SQL."""
WHOLE = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL\(\d+,\s*0\)")


def arrow_type(sql: str) -> pa.DataType | None:
    """Return the Arrow type of a column; None if its values are no plain ones.

    >>> arrow_type("HUGEINT"), arrow_type("STRUCT(a INTEGER)")
    (DataType(int64), None)
    """
    return pa.int64() if WHOLE.fullmatch(sql) else PLAIN.get(sql)


def neutral_table(names: tuple[str, ...], cursor: DuckDBPyConnection, limits: Limits) -> Result:
    """Return Arrow as every store does: integers of 64 bits, graph values as JSON."""
    types = [arrow_type(str(column[1])) for column in cursor.description or ()]
    if all(of is not None for of in types):
        schema = pa.schema(list(zip(names, types, strict=True)))
        return Result(*first_part(plain_table(schema, cursor, limits), limits))
    model = graph_model()
    rows = ([plain_value(neutral(value, model)) for value in row] for row in rows_of(cursor))
    return collect(names, rows, limits)


def plain_table(schema: pa.Schema, cursor: DuckDBPyConnection, limits: Limits) -> pa.Table:
    """Read rows as Arrow, up to one batch more than the limits allow."""
    parts, rows, size = [schema.empty_table()], 0, 0
    for batch in batches(cursor, BATCH):
        part = pa.table(
            [cast(array, of) for array, of in zip(batch.columns, schema.types, strict=True)],
            schema=schema,
        )
        parts.append(part)
        rows, size = rows + len(part), size + part.nbytes
        if rows > limits.rows or size > limits.bytes:
            break
    return pa.concat_tables(parts).combine_chunks()


def cast(array: pa.Array, of: pa.DataType) -> pa.Array:
    """Cast integers, and sums of them, to 64 bits; name list items."""
    try:
        return array if array.type == of else pc.cast(array, of)
    except pa.ArrowInvalid as error:
        raise StoreError("found an integer that does not fit into 64 bits") from error


def rows_of(cursor: DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    """Read rows as values of Python."""
    while rows := cursor.fetchmany(BATCH // 64):
        yield from rows


def plain_value(value: Any) -> Any:
    """Convert what only SQL has: decimals to numbers, dates and durations to text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, list):
        return [plain_value(item) for item in value]
    return {k: plain_value(v) for k, v in value.items()} if isinstance(value, dict) else value
