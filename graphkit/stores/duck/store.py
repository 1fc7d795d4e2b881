"""The embedded database in a file of DuckDB."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from graphkit.arrow import release_memory
from graphkit.cypher.statement import Statement
from graphkit.errors import OutOfMemory, Unreachable, UsageError
from graphkit.schema import GRAPH, Schema
from graphkit.stores.base import Progress
from graphkit.stores.changes import Held
from graphkit.stores.duck.engine import BATCH, OWN_MEMORY, attach, batches, failure, head, started
from graphkit.stores.duck.file import FILE, fill, model_of
from graphkit.stores.duck.types import Model, quoted
from graphkit.stores.file import FileStore
from graphkit.stores.limits import GRACE_SECONDS, UNLIMITED, Limits, within
from graphkit.stores.results import Result, check_names, plan_table

if TYPE_CHECKING:
    from _duckdb import DuckDBPyConnection

    from graphkit.build import Graph
    from graphkit.stores.duck.statements import Plan

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
        self._schema = GRAPH
        self._engine: DuckDBPyConnection | None = None
        self._started: DuckDBPyConnection | None = None
        """The engine before it has the file."""

    @property
    def is_open(self) -> bool:
        """True if the engine has the file open."""
        return self._engine is not None

    @property
    def model(self) -> Model:
        """The tables of the graph, as the compiler knows them."""
        return model_of(self._schema)

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
        while True:
            self.open()
            with self._opening:
                if self._engine is not None:  # another thread may have closed it meanwhile
                    return self._engine.cursor()

    def run(
        self,
        statement: str,
        parameters: Mapping[str, Any] | None = None,
        limits: Limits = UNLIMITED,
    ) -> Result:
        """Run one statement of graphkit's own; see :class:`graphkit.stores.results.Result`."""
        # The compiler and the rows are imported here: most questions are answered from kept ones.
        from graphkit.stores.duck.statements import own_plan

        plan = own_plan(statement, parameters or {}, self.model)
        return self._read(plan, limits, in_time)

    def answer(self, statement: Statement, values: Mapping[str, Any], limits: Limits) -> Result:
        """Run one statement that anybody wrote in this process, which must be a sandbox."""
        from graphkit.stores.duck.statements import free_plan

        return self._read(free_plan(statement, values, self.model), limits, at_once)

    def translated(
        self, statement: str | Statement, parameters: Mapping[str, Any] | None = None
    ) -> str:
        """Return the text of one read-only statement in SQL."""
        from graphkit.stores.duck.statements import shown

        statement = Statement.of(statement)
        statement.check_read_only()
        return shown(statement, statement.values(parameters), self.model)

    def _read(self, plan: Plan, limits: Limits, run: Run) -> Result:
        from graphkit.stores.duck.rows import neutral_table

        check_names(plan.query.names)

        def read(cursor: DuckDBPyConnection) -> Result:
            if plan.statement.asks_for_plan:
                answer = cursor.execute(plan.sql, dict(plan.values))
                return Result(plan_table("\n".join(row[-1] for row in answer.fetchall())))
            cursor.execute(plan.sql, dict(plan.values))
            result = neutral_table(plan.query.names, cursor, self.model, limits)
            return Result(result.table, result.notes + plan.notes)

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
        self._schema = graph.schema

    def _held(self, schema: Schema) -> Held:
        """Read keys and digests of the file as it is."""
        if self.path.is_file() and _is_old(self.path):
            if not _is_old_graph(self.path):
                raise self._of_something_else
            logging.getLogger("graphkit").warning(
                "graphkit: %s was made by graphkit 0.2; this load makes it anew", self.path
            )
            return {}

        def read(cursor: DuckDBPyConnection) -> Held:
            rows = cursor.execute(
                "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = $name",
                {"name": FILE},
            ).fetchall()
            columns = {name: {c for table, c in rows if table == name} for name, _ in rows}
            digests: Held = {}
            for kind in (k for k in schema.kinds if k.name in columns):
                if {kind.key, "digest"} <= columns[kind.name]:  # an older schema may lack one
                    cursor.execute(
                        f"SELECT {quoted(kind.key)} AS key, digest FROM {FILE}.{quoted(kind.name)}"
                    )
                    digests[kind.name] = batches(cursor, BATCH).read_all()
            if columns and not digests:
                raise self._of_something_else
            return digests

        return self._executed(read, UNLIMITED, in_time)


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
