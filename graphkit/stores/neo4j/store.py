"""Neo4j, through the official driver: statements, plans, and values of every Neo4j type."""

from __future__ import annotations

import logging
import math
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

import neo4j
import neo4j.exceptions as failures
import neo4j.graph

from graphkit._version import __version__
from graphkit.cypher.statement import EXPLAIN, Statement
from graphkit.errors import StoreError, TookTooLong, Unreachable
from graphkit.files.folders import user_folder
from graphkit.files.output import write_private
from graphkit.schema import GRAPH, Kind, Schema
from graphkit.stores.base import Closing, Progress, no_progress
from graphkit.stores.changes import Confirm, Difference, LoadReport, change, confirmed
from graphkit.stores.edits import NO_EDITS, WHOLE, Edits, Scope, all_edits, edits_in
from graphkit.stores.limits import (
    GRACE_SECONDS,
    LIMITS,
    PATIENT,
    UNLIMITED,
    Limits,
    collect,
    within,
)
from graphkit.stores.mixed_comparisons import numbers_for_text
from graphkit.stores.neo4j.digests import (
    compared_rows,
    match,
    narrowed,
    returned_digests,
    returned_values,
)
from graphkit.stores.neo4j.errors import OUT_OF_MEMORY, translate_errors
from graphkit.stores.neo4j.load import (
    CONSTRAINT,
    check_owner,
    check_unchanged,
    compare,
    count_released,
    marker,
    steps,
    turn,
)
from graphkit.stores.neo4j.notes import notes, others
from graphkit.stores.neo4j.own import own_statement
from graphkit.stores.neo4j.plans import check_plan
from graphkit.stores.neo4j.rules import (
    FORMER_LOCK,
    adoption,
    beside,
    ddl,
    former_rules,
    obstacles,
    stored_rules,
)
from graphkit.stores.neo4j.uris import shown_uri
from graphkit.stores.neo4j.values import PLAIN, neutral
from graphkit.stores.results import Result, check_names, plan_table

if TYPE_CHECKING:
    import pyarrow as pa

    from graphkit.build import Graph
    from graphkit.schema import Schema

# What the server has to say reaches the user as notes of a result, not as log lines on stderr.
logging.getLogger("neo4j").addHandler(logging.NullHandler())

Read = TypeVar("Read")
CONNECT_SECONDS = 4.0
ADMISSION_SECONDS = 4.3
"""Until the first answer: the driver waits for that without end."""
TERMINATE = """
SHOW TRANSACTIONS YIELD transactionId AS id, metaData WHERE metaData.graphkit = $name
TERMINATE TRANSACTIONS id YIELD message RETURN message
"""
"""Ends the transactions of one answer."""
RETRY_SECONDS = 12.0
"""In which a transaction is tried again while its server is away, and then once more.

The driver waits 1, 2, 4 and 8 s, each a fifth shorter or longer by chance: at most 18 s in all. It
reaches its own limit, 30 s, after some 31 s, or else after the next wait, of 32 s.
"""
IDLE_SECONDS = 10.0
"""After which a connection is tried before it is used: its server may have been restarted."""


class _Wait:
    """State of an answer that somebody waits for, until its time is over."""

    def __init__(self, late: StoreError) -> None:
        self.late = late
        self.name = uuid4().hex
        self.is_over = self.is_heard = False

    def check(self) -> None:
        """Raise the error of an answer that is late: the driver would ask for it again."""
        if self.is_over:
            raise self.late


class Neo4jStore(Closing):
    """Database of a Neo4j server.

    All that is asked of it is answered within some seconds from now on, or given up.
    """

    def __init__(
        self,
        uri: str,
        user: str,
        password: str,
        database: str | None = None,
        seconds: float = math.inf,
    ) -> None:
        self._seconds, self._end = seconds, time.monotonic() + seconds
        self._uri, self._shown, self._database = uri, shown_uri(uri), database
        self._seen = self._owner = self._transaction = ""
        self._counted_others = False
        # In a cluster, a read after a load waits for a member that has heard of it.
        self._bookmarks = neo4j.GraphDatabase.bookmark_manager()
        with self._failures():
            self._driver = neo4j.GraphDatabase.driver(
                uri,
                auth=(user, password),
                connection_timeout=min(CONNECT_SECONDS, seconds),
                connection_acquisition_timeout=min(CONNECT_SECONDS, seconds),
                liveness_check_timeout=IDLE_SECONDS,
                max_transaction_retry_time=RETRY_SECONDS,
                user_agent="graphkit",
                notifications_min_severity="WARNING",
                warn_notification_severity="OFF",
            )
        late = Unreachable(f"cannot reach Neo4j at {self._shown}: it did not let us in in time")
        try:
            self._within(min(ADMISSION_SECONDS, seconds), self._enter, late)
        except StoreError as error:
            self._driver.close()
            if isinstance(error, Unreachable):
                raise
            raise Unreachable(f"{self._shown} does not let us in: {error}") from error
        except BaseException:
            self._driver.close()
            raise

    def _enter(self) -> None:
        """Make sure that there is a server which lets us use the database."""
        with self._failures():
            self._driver.verify_connectivity()
            if self._database is not None:
                with self._session(neo4j.READ_ACCESS) as session:
                    session.run("RETURN 1").consume()

    @property
    def label(self) -> str:
        """Kind and place of the database, for people."""
        return f"Neo4j at {self._shown}"

    identity = ""
    """Empty: a server is known by the :attr:`content` of its load."""

    written = None
    """None: the time of a load is not in the graph."""

    @property
    def content(self) -> str:
        """The server, the digest of its load, and the last transaction that was there to read."""
        if not self._seen:
            self.run("RETURN 1 AS one")
        place = f"{self._uri} {self._database or ''}"
        return f"{place} {self._seen} {self._transaction}" if self._seen else ""

    @property
    def is_replaced(self) -> bool:
        """False: a new load of a server ends the next read, which says so."""
        return False

    def check_same(self) -> None:
        """Read one row, which fails if the server was loaded since the first; see :attr:`content`.

        Raises
        ------
        Replaced
            Another load was made.
        Unreachable
            One is under way, or the server is gone.
        """
        self.run("RETURN 1 AS one")

    def check_schema(self) -> None:
        """Do nothing: a server has no columns, and what is not there is null."""

    def close(self) -> None:
        """Close all connections."""
        self._driver.close()

    def free(self) -> None:
        """Do nothing: a server keeps what it read."""

    def _connections(self) -> list[Any]:
        """List the driver's connections: it has no public way to end one that is in use."""
        pool = self._driver._pool
        with pool.lock:
            return [connection for group in pool.connections.values() for connection in group]

    def _wake(self) -> None:
        """Make every thread fail that waits for the server.

        Sockets are shut down and not closed: if the number of one were free for the next file that
        is opened, its thread could wait for that one instead.
        """
        for connection in self._connections():
            with suppress(OSError):
                connection.socket._socket.shutdown(socket.SHUT_RDWR)

    def _within(
        self,
        seconds: float | None,
        answer: Callable[[], Read],
        late: StoreError,
        give_up: Callable[[], None] | None = None,
    ) -> Read:
        """Return the value of a function, or end all connections when the time is over.

        ``driver.close`` would first say goodbye on them, and get in the way of their threads.
        """
        try:
            return within(seconds, answer, late, give_up or self._wake)
        except (StoreError, KeyboardInterrupt) as error:
            if error is late or isinstance(error, KeyboardInterrupt):
                for connection in self._connections():
                    connection.kill()
            raise

    def _in_time(self, limits: Limits, answer: Callable[[_Wait], Result]) -> Result:
        """Run what asks the server; when the time is over, end its connections and statements."""
        seconds = min(limits.seconds, self._seconds)
        wait = _Wait(replace(limits, seconds=seconds).too_long)

        def give_up() -> None:
            wait.is_over = True
            self._wake()

        left = min(limits.seconds, self._end - time.monotonic())
        timeout = max(0.0, left) if math.isfinite(left) else None
        try:
            return self._within(timeout, lambda: answer(wait), wait.late, give_up)
        except KeyboardInterrupt:
            self._terminate(wait.name)
            raise
        except TookTooLong as error:
            self._terminate(wait.name)
            if wait.is_heard:
                raise
            raise Unreachable(f"{self.label} said nothing within {seconds:g} s") from error

    def _terminate(self, name: str) -> None:
        """End what the server still runs for an answer: it may not hear that nobody waits.

        A busy server may do so late, when it runs the next answer of this store already.
        """

        def ask() -> None:
            with self._session(neo4j.READ_ACCESS) as session:
                session.run(TERMINATE, {"name": name}).consume()

        late = StoreError("it takes too long")
        with suppress(StoreError, failures.Neo4jError, failures.DriverError):
            self._within(GRACE_SECONDS, ask, late)

    def _failures(self, prefix: str = "") -> AbstractContextManager[None]:
        """Translate the driver's errors."""
        return translate_errors(self._shown, self._database, prefix)

    def ask(
        self,
        statement: str | Statement,
        parameters: Mapping[str, Any] | None = None,
        limits: Limits = LIMITS,
    ) -> Result:
        """Run one read-only statement that anybody wrote, if the server plans only to read."""
        query = Statement.read_only(statement)
        values = query.values(parameters)

        def answer(wait: _Wait) -> Result:
            def plan(transaction: neo4j.ManagedTransaction) -> neo4j.ResultSummary:
                marker(transaction)  # planning may take long: that a server is there shows before
                wait.is_heard = True
                # Parameters let the server use the plan again.
                return transaction.run(query.explained, values).consume()

            check_plan(self._once(limits, wait, plan, EXPLAIN))
            result = self._read(query.text, values, limits, wait)
            more = numbers_for_text(query, values)
            if not self._counted_others:
                self._counted_others = True
                more += others(lambda text: self._read(text, {}, limits, wait).table, self.label)
            return replace(result, notes=result.notes + more)

        return self._in_time(limits, answer)

    def translated(
        self, statement: str | Statement, parameters: Mapping[str, Any] | None = None
    ) -> str:
        """Return the text of one read-only statement: Neo4j runs it as it is."""
        return Statement.read_only(statement).text

    def run(
        self,
        statement: str,
        parameters: Mapping[str, Any] | None = None,
        limits: Limits = PATIENT,
    ) -> Result:
        """Run one statement of graphkit's own on what a load of it wrote, and on nothing else.

        See :class:`graphkit.stores.results.Result`.
        """
        text = own_statement(statement)
        return self._in_time(limits, lambda wait: self._read(text, parameters or {}, limits, wait))

    def _read(
        self,
        statement: str,
        parameters: Mapping[str, Any],
        limits: Limits = UNLIMITED,
        wait: _Wait | None = None,
    ) -> Result:
        wait = wait or _Wait(limits.too_long)

        def work(transaction: neo4j.ManagedTransaction) -> tuple[Result, neo4j.ResultSummary]:
            before = self._seen or marker(transaction)
            result = transaction.run(statement, dict(parameters))
            names = result.keys()
            wait.is_heard = True
            check_names(names)
            rows = ([v if type(v) in PLAIN else neutral(v) for v in row] for row in result)
            answer = collect(names, rows, limits)
            summary = result.consume()
            check_unchanged(before, marker(transaction), self.label)
            self._seen = before
            return answer, summary

        answer, summary = self._once(limits, wait, work)
        if plan := summary.profile or summary.plan:
            return Result(plan_table(plan["args"]["string-representation"]))
        return replace(answer, notes=(*answer.notes, *notes(summary)))

    def _once(
        self,
        limits: Limits,
        wait: _Wait,
        read: Callable[[neo4j.ManagedTransaction], Read],
        prefix: str = "",
    ) -> Read:
        """Read in one transaction, without a second try of what would only end the same way.

        Raises
        ------
        StoreError
            Among others, the server ended the statement: it needs too much memory or time.
        """

        @neo4j.unit_of_work(timeout=limits.timeout, metadata={"graphkit": wait.name})
        def work(transaction: neo4j.ManagedTransaction) -> Read:
            wait.check()
            try:
                return read(transaction)
            except Exception as error:
                wait.check()
                code = getattr(error, "code", "") or ""
                if code.endswith("OutOfMemoryError"):
                    raise StoreError(OUT_OF_MEMORY) from error
                if code.endswith("TransactionTimedOutClientConfiguration"):
                    raise limits.too_long from error
                if isinstance(error, (failures.ServiceUnavailable, failures.SessionExpired)):
                    with self._failures():  # the server is gone: nobody waits for its return
                        raise
                raise

        with self._failures(prefix), self._session(neo4j.READ_ACCESS) as session:
            result = session.execute_read(work)
            self._transaction = _last_transaction(session)
            return result

    def _session(self, access: str) -> neo4j.Session:
        return self._driver.session(
            database=self._database,
            default_access_mode=access,
            bookmark_manager=self._bookmarks,
        )

    def load(
        self,
        graph: Graph,
        progress: Progress = no_progress,
        *,
        dry_run: bool = False,
        confirm: Confirm = confirmed,
    ) -> LoadReport:
        """Make the database hold exactly this graph, beside whatever else it holds.

        0. Refuse constraints, indexes and nodes of others that would end the load in its middle.
        1. Make the key of the lock unique, and take the lock in a transaction that is never
           committed: it is free again as soon as its holder is gone. Another load waits here.
        2. Mark what graphkit 0.3 loaded, and create the constraints and indexes that are missing.
        3. Read the keys and digests of our facts, with their values unless it is known that nobody
           wrote since these were compared, and compare them with the graph. Of a kind of
           relationships of which few can stay, look up those, and count the others.
        4. Without a difference, end here. Else ask to go on.
        5. Write the name of this load as the owner. Each later transaction that writes facts
           checks it first, so a load that lost its lock gives up.
        6. Remove the load marker: from now on readers refuse the database, and a load that is cut
           off can be told from a whole one.
        7. Remove the relationships that are gone or changed.
        8. Create and rewrite nodes, then create relationships, in batches.
        9. Remove the nodes that are gone, but for those that bear anything of others: these only
           lose the mark. Write the load marker last.
        10. Release the owner and the lock.

        A load that was cut off is finished by running it again. A dry run does only steps
        0 and 3, and lists all.
        """
        rules = stored_rules(graph.schema, self._table)
        if problems := list(obstacles(graph, rules, self._table)):
            raise StoreError(
                f"{self.label} has what a load cannot stand beside: {'; '.join(problems)}"
            )
        if dry_run:
            report, _ = self._compared(graph, whole=True)
            _tell_all(graph, progress)
            return replace(report, beside=tuple(beside(graph, rules, self._table)))
        self._write(CONSTRAINT)
        with self._failures(), turn(lambda: self._session(neo4j.WRITE_ACCESS), self.label) as claim:
            try:
                return self._load(graph, progress, confirm, claim)
            finally:
                self._owner = ""

    def _table(self, statement: str, parameters: Mapping[str, Any] | None = None) -> pa.Table:
        """Read the rows of a statement, of all that the database holds."""
        return self._read(statement, parameters or {}).table

    def _compared(
        self, graph: Graph, *, whole: bool
    ) -> tuple[LoadReport, Mapping[str, Difference]]:
        def trusted(kind: Kind, clause: str, parameters: Mapping[str, Any]) -> pa.Table:
            return self._table(clause + returned_digests(kind), parameters)

        before = self.last_transaction()
        read_digests = (
            trusted if self._knows(before) else partial(self._compared_rows, graph.schema)
        )
        changes, edits = compare(graph, self._table, read_digests, whole=whole)
        counts = (change(graph, kind, changes[kind.name]) for kind in graph.schema.kinds)
        released = count_released(graph, changes, self._table)
        report = LoadReport(tuple(counts), released, edits)
        if not report.differs:
            self._remember(before)
        return report, changes

    def _compared_rows(
        self, schema: Schema, kind: Kind, clause: str, parameters: Mapping[str, Any]
    ) -> pa.Table:
        """Read keys and digests of the rows that a clause finds, and compare these with them."""
        statement = clause + returned_values(schema, kind)

        def read(transaction: neo4j.ManagedTransaction) -> pa.Table:
            return compared_rows(kind, transaction.run(statement, dict(parameters)))

        return self._once(UNLIMITED, _Wait(UNLIMITED.too_long), read)

    def last_transaction(self) -> str:
        """Name the last transaction that wrote to the database."""
        self._read("RETURN 1 AS one", {})
        return self._transaction

    @property
    def _note(self) -> Path:
        """File that names the last transaction before all rows were as loaded."""
        place = sha256(f"{self._uri} {self._database or ''}".encode()).hexdigest()[:16]
        return user_folder("cache") / f"neo4j-{place}.loaded"

    def _knows(self, transaction: str) -> bool:
        """Tell whether all rows were as loaded after some transaction."""
        with suppress(OSError):
            return self._note.read_text() == f"{__version__} {transaction}"
        return False

    def _remember(self, transaction: str) -> None:
        """Note that all rows were as loaded, unless somebody wrote meanwhile."""
        if transaction == self.last_transaction():
            with suppress(OSError):  # it only saves time
                write_private(self._note, f"{__version__} {transaction}")

    @property
    def is_as_loaded(self) -> bool:
        """True if nobody wrote since all rows were compared with their digests, on this machine."""
        return self._knows(self.last_transaction())

    def edits(self, scope: Scope = WHOLE) -> Edits:
        """List the rows of a scope that are not as they were loaded."""
        before = self.last_transaction()
        if self._knows(before):
            return NO_EDITS
        digests = {}
        for kind in GRAPH.kinds:
            where, values = narrowed(kind, scope[kind.name]) if kind.name in scope else ("", {})
            digests[kind.name] = self._compared_rows(GRAPH, kind, match(kind) + where, values)
        if scope:
            return edits_in(digests)
        edits = all_edits(digests, GRAPH)
        if not edits:
            self._remember(before)
        return edits

    def _set_rules(self, schema: Schema) -> None:
        """Create what is missing of constraints and indexes, in the place of those of 0.3.

        What graphkit 0.3 loaded of a kind is marked before its constraint is dropped.
        """
        rules = stored_rules(schema, self._table)
        former = former_rules(schema, rules)
        for rule in former:
            with self._failures(), self._session(neo4j.WRITE_ACCESS) as session:
                session.run(adoption(schema, rule)).consume()
            self._write(rule.drop)
        if former:
            self._write(FORMER_LOCK)
        for statement in ddl(schema, rules):  # of a database that neo4j-admin filled, all of them
            self._write(statement)

    def _load(
        self, graph: Graph, progress: Progress, confirm: Confirm, claim: Callable[[], str]
    ) -> LoadReport:
        self._set_rules(graph.schema)
        report, changes = self._compared(graph, whole=False)
        if not report.differs:
            _tell_all(graph, progress)
            return report
        confirm(report)
        self._owner = claim()
        stay = report.before - report.total("changed") - report.total("removed")
        for number, step in enumerate(steps(graph, changes)):
            self._write(step.statement, step.parameters, if_owner=True)
            if number == 0:
                progress("rows that stay", stay)
            elif step.kind:
                progress(step.kind, step.rows)
        return report

    def _write(
        self,
        statement: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        if_owner: bool = False,
    ) -> None:
        """Run a statement in a managed transaction, on request only while it is this load's turn.

        A change of the schema cannot stand in one transaction with the check of that.
        """
        self._seen = ""

        def work(transaction: neo4j.ManagedTransaction) -> None:
            if if_owner:
                check_owner(transaction, self._owner, self.label)
            transaction.run(statement, dict(parameters or {})).consume()

        with self._failures(), self._session(neo4j.WRITE_ACCESS) as session:
            session.execute_write(work)


def _last_transaction(session: neo4j.Session) -> str:
    """Name the last transaction before the end of one that read: its bookmark."""
    return " ".join(sorted(session.last_bookmarks().raw_values))


def _tell_all(graph: Graph, progress: Progress) -> None:
    """Tell the rows of a graph that is there already."""
    for part in graph.parts:
        progress(part.kind.name, len(part.table))
