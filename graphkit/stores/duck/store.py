"""The embedded database: one DuckDB file, opened when asked, and replaced whole by a load."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphkit.arrow import release_memory
from graphkit.cypher.statement import Statement
from graphkit.errors import (
    OtherVersion,
    OutOfMemory,
    Replaced,
    StoreError,
    Unreachable,
    UsageError,
)
from graphkit.files.output import check_place
from graphkit.schema import GRAPH, Schema
from graphkit.stores.base import SINCE, Closing, Progress, no_progress
from graphkit.stores.changes import Confirm, LoadReport, change, confirmed, difference
from graphkit.stores.duck.digests import compare_digests, read_digests, stored_columns
from graphkit.stores.duck.engine import OWN_MEMORY, attach, failure, start_engine
from graphkit.stores.duck.execution import Read, Run, at_once, in_time
from graphkit.stores.duck.file import columns_of, fill, model_of
from graphkit.stores.duck.identity import WRITTEN, identity_of, is_settled, version_of
from graphkit.stores.duck.old_files import is_old, is_old_graph
from graphkit.stores.duck.sandbox import Sandbox
from graphkit.stores.duck.seal import State, state_of
from graphkit.stores.duck.types import Model
from graphkit.stores.duck.workroom import workroom
from graphkit.stores.edits import NO_EDITS, WHOLE, Digests, Edits, Scope, all_edits, edits_in
from graphkit.stores.limits import LIMITS, UNLIMITED, Limits
from graphkit.stores.results import Result, check_names, plan_table

if TYPE_CHECKING:
    from _duckdb import DuckDBPyConnection

    from graphkit.build import Graph
    from graphkit.seeds.facts import OwnSeeds
    from graphkit.stores.duck.statements import StatementPlan


class DuckStore(Closing):
    """One DuckDB file, which a load replaces by a new one that was built and verified.

    Several threads may read it at once.
    """

    def __init__(self, path: Path, memory: int = OWN_MEMORY) -> None:
        self.path = path
        self._memory = memory
        self._schema = GRAPH
        self._identity: str | None = None
        """Identity of the file that is open, or from which rows were cached."""
        self._version: tuple[int, ...] | None = None
        """Marks of the file that was identified."""
        self._loaded = ""
        """Identity of the file as this object loaded it, however recently."""
        self._state = State.WRITTEN
        """State of the file before it was opened."""
        self._opening = threading.Lock()
        self._engine: DuckDBPyConnection | None = None
        self._started: DuckDBPyConnection | None = None
        """The engine before it has the file."""
        self._idle: list[Sandbox] = []
        """Processes for free statements that no thread uses now."""

    @property
    def label(self) -> str:
        """Kind and place of the database, for people."""
        return f"embedded database {self.path}"

    @property
    def content(self) -> str:
        """Empty: there is nothing to gain from caching slow rows of a file."""
        return ""

    @property
    def identity(self) -> str:
        """Place, size and times of the file; empty if another program may be at work on it.

        That is so while a log of changes lies beside it, and until its next change is sure to
        give it other times, unless the last was a load by this object. It stays the same until
        the file is closed: one that is another when it is opened ends the statement.

        Raises
        ------
        Unreachable
            There is no such file.
        """
        if self._identity is None:
            self._identity = self._identify()
        return self._identity

    def _identify(self) -> str:
        check_place(self.path)
        if self.path.is_dir():
            raise Unreachable(f"{self.path} is a folder; wanted a database file")
        if not self._exists:
            raise Unreachable(f"no database at {self.path}; make it with 'graphkit load'")
        self._version = version_of(self.path)
        identity = identity_of(self.path)
        return identity if identity == self._loaded or is_settled(self.path) else ""

    @property
    def is_replaced(self) -> bool:
        """True if another file stands in the place of the one that was identified, or none."""
        return self._version is not None and version_of(self.path) != self._version

    def check_same(self) -> None:
        """Refuse a file that another load, or another program, has replaced or written to.

        Raises
        ------
        Replaced
            It is not the one that was identified.
        """
        if self._version is not None and version_of(self.path) != self._version:
            raise Replaced(f"{self.label} was loaded anew{SINCE}")

    def check_schema(self) -> None:
        """Refuse a file without a table or column that the graph has.

        Raises
        ------
        OtherVersion
            An older graphkit made it.
        """
        stored = self._execute(stored_columns, UNLIMITED, at_once)
        lacking = [
            f"{kind.name}.{name}"
            for kind in self._schema.kinds
            for name, *_ in columns_of(kind)
            if name not in stored.get(kind.name, ())
        ]
        if lacking:
            more = f" and {len(lacking) - 1} more" * (len(lacking) > 1)
            raise OtherVersion(
                f"{self.label} was loaded by an older graphkit: it lacks {lacking[0]}{more}; "
                "rebuild it with 'graphkit load' and this --db"
            )

    @property
    def is_as_loaded(self) -> bool:
        """True if the seal of the file is whole: nothing was written to it since its load."""
        # To open and close a file that the engine has open would give up its lock.
        return (self._state if self.is_open else state_of(self.path)) is State.SEALED

    @property
    def written(self) -> datetime | None:
        """Time at which the file that was identified was written."""
        if not self._version:
            return None
        return datetime.fromtimestamp(self._version[WRITTEN] / 1e9, UTC)

    @property
    def _exists(self) -> bool:
        """False also for an empty file, such as a temporary one that was made for a load."""
        return self.path.exists() and bool(self.path.stat().st_size)

    @property
    def is_open(self) -> bool:
        """True if the engine has the file open."""
        return self._engine is not None

    @property
    def model(self) -> Model:
        """The tables of the graph, as the compiler knows them."""
        return model_of(self._schema)

    def start(self) -> None:
        """Start the engine, which later opens the file and nothing else."""
        if self._started is None:
            self._started = start_engine(self._memory)

    def open(self) -> None:
        """Open the file for reading, if it is not open yet.

        Raises
        ------
        Replaced
            It is another file than the one that was identified.
        Unreachable
            There is no such file, or it is not a database.
        """
        with self._opening:
            if self.is_open:
                return
            before, version = self._identity, self._version
            self._identity = self._identify()
            if before and self._identity != before:
                self._identity, self._version = before, version
                raise Replaced(f"{self.label} was loaded anew{SINCE}")
            self._attach()

    def _attach(self) -> None:
        if is_old(self.path):
            if not is_old_graph(self.path):
                raise Unreachable(f"{self.path} is a database of another program")
            raise Unreachable(
                f"{self.path} was made by graphkit 0.2; 'graphkit load' makes it anew"
            )
        self.start()
        engine, self._started = self._started, None
        assert engine is not None
        self._state = attach(engine, self.path)
        self._engine = engine

    def _detach(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            import _duckdb

            with suppress(_duckdb.Error):  # another thread's statement still runs, and then lets go
                engine.close()

    def close(self) -> None:
        """Let go of the file."""
        for sandbox in self._idle:
            sandbox.close()
        self._idle = []
        self._identity = None
        self._detach()

    def free(self) -> None:
        """Close the file, whose columns stay in memory until then; it is opened when asked."""
        self.close()

    def ask(
        self,
        statement: str | Statement,
        parameters: Mapping[str, Any] | None = None,
        limits: Limits = LIMITS,
    ) -> Result:
        """Run one read-only statement that anybody wrote, in a process that can do nothing else."""
        end = time.monotonic() + limits.seconds
        statement = Statement.read_only(statement)
        values = statement.values(parameters)
        sandbox = self._idle.pop() if self._idle else Sandbox(self.path)
        try:
            return sandbox.ask(statement.text, values, limits, end)
        finally:
            self._idle.append(sandbox)

    def answer(self, statement: Statement, values: Mapping[str, Any], limits: Limits) -> Result:
        """Run one statement that anybody wrote in this process, which must be a sandbox."""
        from graphkit.stores.duck.statements import free_plan

        return self._read(free_plan(statement, values, self.model), limits, at_once)

    def run(
        self,
        statement: str,
        parameters: Mapping[str, Any] | None = None,
        limits: Limits = UNLIMITED,
    ) -> Result:
        """Run one statement of graphkit's own; see :class:`graphkit.stores.results.Result`."""
        # The compiler and the rows are imported here: most questions are answered from cached ones.
        from graphkit.stores.duck.statements import own_plan

        plan = own_plan(statement, parameters or {}, self.model)
        return self._read(plan, limits, in_time)

    def translated(
        self, statement: str | Statement, parameters: Mapping[str, Any] | None = None
    ) -> str:
        """Return the text of one read-only statement in SQL."""
        from graphkit.stores.duck.statements import write_sql

        statement = Statement.read_only(statement)
        return write_sql(statement, statement.values(parameters), self.model)

    def _read(self, plan: StatementPlan, limits: Limits, run: Run) -> Result:
        from graphkit.stores.duck.rows import neutral_table

        check_names(plan.query.names)

        def read(cursor: DuckDBPyConnection) -> Result:
            answer = cursor.execute(plan.sql, dict(plan.values))
            if plan.statement.asks_for_plan:
                return Result(plan_table("\n".join(row[-1] for row in answer.fetchall())))
            result = neutral_table(plan.query.names, cursor, self.model, limits)
            return replace(result, notes=result.notes + plan.notes)

        return self._execute(read, limits, run)

    def _execute(
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

    def _cursor(self) -> DuckDBPyConnection:
        """Begin a statement: one that is not read to its end blocks the next of its connection."""
        while True:
            self.open()
            with self._opening:
                if self._engine is not None:  # another thread may have closed it meanwhile
                    return self._engine.cursor()

    def load(
        self,
        graph: Graph,
        progress: Progress = no_progress,
        *,
        dry_run: bool = False,
        confirm: Confirm = confirmed,
    ) -> LoadReport:
        """Replace the file by a new one that holds exactly this graph.

        1. Read the keys and digests of the old file, and compare them with the graph; without
           a difference, or in a dry run, end here.
        2. Lock a folder beside the file. Another load waits here; if it replaced the file,
           compare again.
        3. Ask to go on.
        4. Create the tables in a new file there, write every part, and count the rows.
        5. Move the new file to the place of the old one.

        Readers see the old graph or the new one; a load that is killed leaves the old one.

        Raises
        ------
        Unreachable
            The file is not a database: it is not ours to replace.
        StoreError
            There is a database of something else, or the file cannot be written.
        """
        compared = version_of(self.path)
        report = self._compare(graph)
        path = self.path.resolve()  # of a link, what it leads to is replaced
        try:
            if report.differs and not dry_run:
                with workroom(path) as folder:
                    if version_of(path) != compared:
                        self.close()
                        report = self._compare(graph)
                    if report.differs:
                        confirm(report)
                        self._replace(path, folder / path.name, graph, progress)
                        progress("rows of before", report.total("removed"))
                        return report
        except OSError as error:
            raise StoreError(f"cannot write {self.path}: {error.strerror or error}") from error
        for part in graph.parts:
            progress(part.kind.name, len(part.table))
        return report

    def put_on(self, base: Path, own: OwnSeeds) -> None:
        """Replace the file by a copy of another one with a user's own facts on top.

        Raises
        ------
        SeedError
            The facts have problems; the file stays as it is.
        StoreError
            The file cannot be written.
        Unreachable
            The other file was edited.
        """
        path = self.path.resolve()
        with DuckStore(base) as below:
            below.edits().refuse(below.label)
        try:
            with workroom(path) as folder:
                from graphkit.stores.duck.own import put_on_top

                new = folder / path.name
                shutil.copyfile(base, new)
                put_on_top(new, own)
                self.close()
                new.replace(path)
                self._version, self._loaded = None, identity_of(self.path)
        except OSError as error:
            raise StoreError(f"cannot write {self.path}: {error.strerror or error}") from error

    def _compare(self, graph: Graph) -> LoadReport:
        check_place(self.path)
        kinds = graph.schema.kinds
        before = self._digests(graph.schema) if self._exists else {}
        changes = (change(graph, kind, difference(graph, kind, before)) for kind in kinds)
        return LoadReport(tuple(changes), edits=edits_in(before))

    def _digests(self, schema: Schema) -> Digests:
        """Read keys and digests of the file as it is; trust these only if nobody wrote to it."""
        foreign = StoreError(f"{self.path} is a database of something else; load into another file")
        if self.path.is_file() and is_old(self.path):
            if not is_old_graph(self.path):
                raise foreign
            logging.getLogger("graphkit").warning(
                "graphkit: %s was made by graphkit 0.2; this load makes it anew", self.path
            )
            return {}
        self.open()
        read_all = read_digests if self.is_as_loaded else compare_digests

        def read(cursor: DuckDBPyConnection) -> Digests | None:
            return read_all(cursor, schema)

        digests = self._execute(read, UNLIMITED, in_time)
        if digests is None:
            raise foreign
        return digests

    def edits(self, scope: Scope = WHOLE) -> Edits:
        """List the rows that are not as they were loaded; none while the seal is whole."""
        self.open()
        if self.is_as_loaded:
            return NO_EDITS

        def read(cursor: DuckDBPyConnection) -> Digests:
            return compare_digests(cursor, self._schema, scope) or {}

        digests = self._execute(read, UNLIMITED, in_time)
        return edits_in(digests) if scope else all_edits(digests, self._schema)

    def _replace(self, path: Path, new: Path, graph: Graph, progress: Progress) -> None:
        fill(new, graph, progress)
        self._schema = graph.schema
        self.close()
        new.replace(path)
        self._version, self._loaded = None, identity_of(self.path)
