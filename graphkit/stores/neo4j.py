"""Neo4j 5.26 and later, through the official driver: Community, Enterprise, Aura or a cluster.

A load compares digests and writes only the difference, in managed transactions; whatever is in
the database without a digest is not ours and is left alone.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import neo4j
import neo4j.exceptions as failures
import neo4j.graph
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.build import Graph, Part
from graphkit.errors import StoreError, Unreachable, UsageError
from graphkit.schema import GRAPH, Kind, Schema
from graphkit.seeds.values import plain
from graphkit.stores import Closing, LoadReport, Progress, Result, no_progress
from graphkit.stores.cypher_text import place, tokens
from graphkit.stores.diff import Difference, Held, change, difference
from graphkit.stores.gate import admitted, check_read_only, to_explain
from graphkit.stores.ladybug_refusals import text_and_number
from graphkit.stores.limits import LIMITS, PATIENT, UNLIMITED, Limits, collect, within
from graphkit.stores.neo4j_plan import check_plan
from graphkit.stores.neo4j_turns import (
    CONSTRAINT,
    check_owner,
    check_unchanged,
    marker,
    turn,
)
from graphkit.stores.shapes import check_names, node, path, plan_table, relationship

# What the server has to say reaches the user as notes of a result, not as log lines on stderr.
logging.getLogger("neo4j").addHandler(logging.NullHandler())

BATCH = 10_000
CONNECT_SECONDS = 4.0
SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")

UNKNOWN_PROPERTY = re.compile(r"property key does not exist\. The property `([^`]+)`")
DECLARED = frozenset(prop.name for kind in (*GRAPH.nodes, *GRAPH.edges) for prop in kind.stored)
"""Properties that are no mistake, though no fact may have one yet."""


def ddl(schema: Schema) -> Iterator[str]:
    """Uniqueness of every key, and an index on (product, period) where an edge has both."""
    for kind in schema.kinds:
        what = f"()-[x:`{kind.name}`]-()" if kind.is_edge else f"(x:`{kind.name}`)"
        yield (
            f"CREATE CONSTRAINT `graphkit_{kind.name}` IF NOT EXISTS "
            f"FOR {what} REQUIRE x.`{kind.key}` IS UNIQUE"
        )
        names = {p.name for p in kind.props}
        if kind.is_edge and {"product", "period"} <= names:
            yield (
                f"CREATE INDEX `graphkit_{kind.name}_product` IF NOT EXISTS "
                f"FOR {what} ON (x.product, x.period)"
            )


def open_neo4j(uri: str) -> Neo4jStore:
    """Open a server by URI, with user and password from the environment.

    Raises
    ------
    UsageError
        The URI cannot be one of a Neo4j server.
    Unreachable
        Within seconds, when the server is not there or does not let us in.
    """
    uri = checked_uri(uri)
    user = os.environ.get("NEO4J_USERNAME") or "neo4j"
    password = os.environ.get("NEO4J_PASSWORD")
    if password is None:
        raise Unreachable(f"no password for {uri}: set NEO4J_PASSWORD (and NEO4J_USERNAME)")
    return Neo4jStore(uri, user, password, os.environ.get("NEO4J_DATABASE") or None)


def checked_uri(uri: str) -> str:
    """The URI with its scheme in small letters, if the driver would do what it seems to say.

    Raises
    ------
    UsageError
        Another scheme, no host, a port that is none, a user, a password or a path in it: the
        message shows neither user nor password.

    Examples
    --------
    >>> checked_uri("BOLT://localhost:7687")
    'bolt://localhost:7687'
    """
    scheme, _, rest = uri.partition("://")
    scheme = scheme.lower()
    if "@" in rest:
        raise UsageError(
            f"found a user in the URI {scheme}://...@{rest.rpartition('@')[2]}; set NEO4J_USERNAME "
            "and NEO4J_PASSWORD instead, where others cannot see them"
        )
    if scheme not in SCHEMES:
        wanted = ", ".join(f"{s}://" for s in SCHEMES)
        raise UsageError(f"found the database URI {uri!r}; wanted a path or one of {wanted}")
    parts = urlsplit(f"{scheme}://{rest}")
    try:
        fine = bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    if not fine:
        raise UsageError(f"found the URI {uri!r}; wanted {scheme}://HOST or {scheme}://HOST:PORT")
    if parts.path.strip("/") or parts.fragment:
        raise UsageError(f"found the URI {uri!r}; a database of the server goes to NEO4J_DATABASE")
    return f"{scheme}://{rest}"


def open_local() -> Neo4jStore:
    """Open the server that ``graphkit neo4j start`` runs."""
    from graphkit.stores.server import server_status

    server = server_status()
    if server is None:
        raise Unreachable("no local Neo4j is running; start it with 'graphkit neo4j start'")
    return Neo4jStore(server.uri, server.username, server.password)


class Neo4jStore(Closing):
    """A Neo4j server's database."""

    def __init__(self, uri: str, user: str, password: str, database: str | None = None) -> None:
        self._uri, self._database = uri, database
        self._seen = self._owner = ""
        # In a cluster, a read after a load waits for a member that has heard of it.
        self._bookmarks = neo4j.GraphDatabase.bookmark_manager()
        with self._failures():
            self._driver = neo4j.GraphDatabase.driver(
                uri,
                auth=(user, password),
                connection_timeout=CONNECT_SECONDS,
                connection_acquisition_timeout=CONNECT_SECONDS,
                user_agent="graphkit",
                notifications_min_severity="WARNING",
                warn_notification_severity="OFF",
            )
        try:
            with self._failures():
                self._driver.verify_connectivity()
                if database is not None:
                    with self._session(neo4j.READ_ACCESS) as session:
                        session.run("RETURN 1").consume()
        except BaseException:
            self._driver.close()
            raise

    @property
    def label(self) -> str:
        """Kind and place of the database, for people."""
        return f"Neo4j at {self._uri}"

    @property
    def content(self) -> str:
        """Which server it is, and the digest of what it was filled with."""
        if not self._seen:
            self._read("RETURN 1 AS one", {})
        return f"{self._uri} {self._database or ''} {self._seen}" if self._seen else ""

    def close(self) -> None:
        """Close all connections."""
        self._driver.close()

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """The driver's errors in graphkit's words; never with the password in them."""
        try:
            yield
        except failures.AuthError as error:
            raise Unreachable(f"{self._uri} refuses the user or password") from error
        except (failures.ServiceUnavailable, failures.SessionExpired, OSError) as error:
            raise Unreachable(f"cannot reach Neo4j at {self._uri}: {_one_line(error)}") from error
        except failures.ConfigurationError as error:
            raise Unreachable(f"cannot use the URI {self._uri}: {_one_line(error)}") from error
        except failures.ClientError as error:
            if "CredentialsExpired" in (error.code or ""):
                raise Unreachable(f"{self._uri} wants the password changed first") from error
            if "DatabaseNotFound" in (error.code or ""):
                raise Unreachable(f"{self._uri} has no database {self._database!r}") from error
            raise StoreError(f"Neo4j refused the statement: {_one_line(error)}") from error
        except (failures.Neo4jError, failures.DriverError) as error:
            raise StoreError(f"Neo4j failed: {_one_line(error)}") from error

    def ask(
        self,
        statement: str,
        parameters: Mapping[str, Any] | None = None,
        limits: Limits = LIMITS,
    ) -> Result:
        """Run one read-only statement that anybody wrote, if the server plans only to read."""

        def answer() -> Result:
            check_read_only(statement)
            with self._failures(), self._session(neo4j.READ_ACCESS) as session:
                check_plan(session.execute_read(_planned(statement, limits)))
            return self.run(statement, parameters, limits)

        return within(limits, answer)

    def run(
        self,
        statement: str,
        parameters: Mapping[str, Any] | None = None,
        limits: Limits = PATIENT,
    ) -> Result:
        """Run one read-only statement; see :class:`graphkit.stores.Result` for the shape."""
        used = admitted(statement, parameters)
        try:
            found = self._read(statement, used, limits)
        except (ValueError, TypeError, OverflowError) as error:
            raise UsageError(f"Neo4j cannot take these parameters: {error}") from error
        # Neo4j answers nothing then, without a word; the embedded database refuses it.
        doubts = text_and_number(tokens(statement), used)
        said = tuple(f"{place(statement, at)}: {message}" for at, message in doubts)
        return Result(found.table, found.notes + said)

    def _read(
        self, statement: str, parameters: Mapping[str, Any], limits: Limits = UNLIMITED
    ) -> Result:
        @neo4j.unit_of_work(timeout=limits.timeout)
        def work(transaction: neo4j.ManagedTransaction) -> tuple[Result, neo4j.ResultSummary]:
            before = self._seen or marker(transaction)
            result = transaction.run(statement, dict(parameters))
            names = result.keys()
            check_names(names)
            found = collect(names, ([_plain(value) for value in row] for row in result), limits)
            summary = result.consume()
            check_unchanged(before, marker(transaction), self.label)
            self._seen = before
            return found, summary

        with self._failures(), self._session(neo4j.READ_ACCESS) as session:
            found, summary = session.execute_read(work)
        if plan := summary.profile or summary.plan:
            return Result(plan_table(plan["args"]["string-representation"]))
        return Result(found.table, (*found.notes, *_notes(summary)))

    def _session(self, access: str) -> neo4j.Session:
        return self._driver.session(
            database=self._database,
            default_access_mode=access,
            bookmark_manager=self._bookmarks,
        )

    def load(
        self, graph: Graph, progress: Progress = no_progress, *, dry_run: bool = False
    ) -> LoadReport:
        """Make the database hold exactly this graph, beside whatever else it holds.

        Nodes are written before relationships and removed after them; the load marker goes
        first and comes last, so that a load that was cut off is seen as one, and finished by
        running it again. One load runs at a time; another one waits.
        """
        if dry_run:
            return self._load(graph, progress, dry_run=True)
        self._write([(CONSTRAINT, {})])
        with self._failures(), turn(lambda: self._session(neo4j.WRITE_ACCESS), self.label) as owner:
            self._owner = owner
            try:
                return self._load(graph, progress, dry_run=False)
            finally:
                self._owner = ""

    def _load(self, graph: Graph, progress: Progress, *, dry_run: bool) -> LoadReport:
        held = self._held(graph.schema)
        kinds = graph.schema.kinds
        changes = {kind.name: difference(graph, kind, held) for kind in kinds}
        report = LoadReport(tuple(change(graph, kind, changes[kind.name]) for kind in kinds))
        if not dry_run:  # of a database that neo4j-admin filled, all that is missing
            self._write([(statement, {}) for statement in ddl(graph.schema)], one_by_one=True)
        if dry_run or not report.differs:
            for part in graph.parts:
                progress(part.kind.name, len(part.table))
            return report
        self._write([("MATCH (x:Load) DELETE x", {})])
        for kind in graph.schema.edges:
            what = changes[kind.name]
            for keys in (what.removed, what.changed):
                self._remove(kind, keys)
        for part in graph.parts:
            if part.kind.name != "Load":
                self._put(part, changes[part.kind.name], progress)
        for kind in graph.schema.nodes:
            self._remove(kind, changes[kind.name].removed)
        for part in (p for p in graph.parts if p.kind.name == "Load"):
            everything = part.rows()[part.kind.key].combine_chunks()
            none = everything.slice(0, 0)
            self._put(part, Difference(everything, none, none), progress)
        return report

    def _held(self, schema: Schema) -> Held:
        """Keys and digests of our facts that the database holds."""
        held: Held = {}
        for kind in schema.kinds:
            what = f"()-[x:`{kind.name}`]->()" if kind.is_edge else f"(x:`{kind.name}`)"
            statement = (
                f"MATCH {what} WHERE x.digest IS NOT NULL "
                f"RETURN x.`{kind.key}` AS key, x.digest AS digest"
            )
            table = self._read(statement, {}).table
            if len(table):
                held[kind.name] = table
        return held

    def _put(self, part: Part, what: Difference, progress: Progress) -> None:
        """Create the new rows of a part and rewrite those that changed.

        A relationship that changed was removed before: its ends may be other nodes now.
        """
        new, changed = what.added, what.changed
        if part.kind.is_edge:
            new, changed = pa.concat_arrays([new, changed]), changed.slice(0, 0)
        for statement, wanted in (
            (create_statement(part), new),
            (update_statement(part.kind), changed),
        ):
            rows = part.table
            if len(wanted) < len(rows):
                rows = rows.filter(pc.is_in(rows[part.kind.key], value_set=wanted))
            for start in range(0, len(rows), BATCH):
                batch = plain(rows.slice(start, BATCH))
                self._write([(statement, {"rows": _as_lists(batch)})])
                progress(part.kind.name, len(batch))

    def _remove(self, kind: Kind, keys: pa.Array) -> None:
        what = (
            f"()-[x:`{kind.name}` {{key: key}}]-()"
            if kind.is_edge
            else (f"(x:`{kind.name}` {{`{kind.key}`: key}})")
        )
        delete = "DELETE" if kind.is_edge else "DETACH DELETE"
        for start in range(0, len(keys), BATCH):
            batch = keys.slice(start, BATCH).to_pylist()
            statement = f"UNWIND $keys AS key MATCH {what} {delete} x"
            self._write([(statement, {"keys": batch})])

    def _write(
        self, statements: list[tuple[str, dict[str, Any]]], *, one_by_one: bool = False
    ) -> None:
        """Run statements in one managed transaction, or in one each (schema changes need it)."""
        self._seen = ""

        def work(batch: list[tuple[str, dict[str, Any]]]) -> Callable[..., None]:
            def run(transaction: neo4j.ManagedTransaction) -> None:
                if self._owner and not one_by_one:
                    check_owner(transaction, self._owner, self.label)
                for statement, parameters in batch:
                    transaction.run(statement, parameters).consume()

            return run

        batches = [[s] for s in statements] if one_by_one else [statements]
        with self._failures(), self._session(neo4j.WRITE_ACCESS) as session:
            for batch in batches:
                session.execute_write(work(batch))


def _planned(statement: str, limits: Limits) -> Callable[..., neo4j.ResultSummary]:
    """What has the server plan a statement, and not run it."""

    @neo4j.unit_of_work(timeout=limits.timeout)
    def work(transaction: neo4j.ManagedTransaction) -> neo4j.ResultSummary:
        return transaction.run(to_explain(statement)).consume()

    return work


def create_statement(part: Part) -> str:
    """The bulk statement that creates rows of a part; each row is a list in column order."""
    kind = part.kind
    offset = len(kind.ends)
    values = ", ".join(f"`{p.name}`: row[{i + offset}]" for i, p in enumerate(kind.stored))
    if part.start is None or part.end is None:
        return f"UNWIND $rows AS row CREATE (x:`{kind.name}` {{{values}}})"
    return (
        f"UNWIND $rows AS row "
        f"MATCH (a:`{part.start.name}` {{`{part.start.key}`: row[0]}}) "
        f"MATCH (b:`{part.end.name}` {{`{part.end.key}`: row[1]}}) "
        f"CREATE (a)-[x:`{kind.name}` {{{values}}}]->(b)"
    )


def update_statement(kind: Kind) -> str:
    """The bulk statement that rewrites nodes; properties that are not ours stay as they are."""
    place = [p.name for p in kind.stored].index(kind.key)
    values = ", ".join(f"x.`{p.name}` = row[{i}]" for i, p in enumerate(kind.stored))
    return (
        f"UNWIND $rows AS row MATCH (x:`{kind.name}` {{`{kind.key}`: row[{place}]}}) SET {values}"
    )


def _as_lists(table: pa.Table) -> list[list[Any]]:
    """Rows as lists: what the driver packs fastest."""
    columns = [c.to_pylist() for c in table.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def _plain(value: Any) -> Any:
    """A driver value in the neutral shape."""
    if isinstance(value, neo4j.graph.Node):
        return node(":".join(sorted(value.labels)), _properties(value))
    if isinstance(value, neo4j.graph.Path):
        return path([_plain(n) for n in value.nodes], [_plain(r) for r in value.relationships])
    if isinstance(value, neo4j.graph.Relationship):
        return relationship(value.type, _properties(value))
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if hasattr(value, "iso_format"):
        return value.iso_format()
    return value


def _properties(entity: neo4j.graph.Entity) -> dict[str, Any]:
    return {k: _plain(v) for k, v in entity.items()}


def _notes(summary: neo4j.ResultSummary) -> Iterator[str]:
    """The server's warnings, such as a label that is not in the database."""
    for status in summary.gql_status_objects:
        if status.is_notification and status.raw_severity == "WARNING":
            said = " ".join(status.status_description.split())
            unknown = UNKNOWN_PROPERTY.search(said)
            if not (unknown and unknown[1] in DECLARED):
                yield said


def _one_line(error: Exception) -> str:
    """The server's words, with the place in the statement before them."""
    message = " ".join(
        str(getattr(error, "message", None) or error or type(error).__name__).split()
    )
    if match := re.search(r' \(line (\d+), column (\d+) \(offset: \d+\)\)(?: ".*" \^)?$', message):
        message = f"line {match[1]}, column {match[2]}: {message[: match.start()]}"
    return message[:500]
