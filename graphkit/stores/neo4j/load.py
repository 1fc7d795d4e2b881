"""Loads into Neo4j: the lock that keeps others out, then the differences, in batches.

Only what bears graphkit's mark is read, changed or removed.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from threading import Event, Timer
from typing import TYPE_CHECKING, Any, NamedTuple

import neo4j
import pyarrow as pa
import pyarrow.compute as pc
from neo4j.exceptions import DriverError, Neo4jError

from graphkit.arrow import without_codes
from graphkit.errors import Replaced, StoreError, Unreachable
from graphkit.schema import DIGEST, KEY, LOAD, MARK, Kind
from graphkit.stores.base import SINCE, say_slow, say_waiting
from graphkit.stores.changes import Difference, difference
from graphkit.stores.edits import Edits, edits_in
from graphkit.stores.neo4j.digests import match
from graphkit.stores.neo4j.rules import Read

if TYPE_CHECKING:
    from graphkit.build import Graph, Part

CONSTRAINT = (
    "CREATE CONSTRAINT graphkit_turn IF NOT EXISTS FOR (x:LoadLock) REQUIRE x.graphkit IS UNIQUE"
)
LOCK = "MERGE (x:LoadLock {graphkit: 'turn'})"
HELD = "RETURN $owner AS owner"
CLAIM = "MERGE (x:LoadLock {graphkit: 'owner'}) SET x.owner = $owner"
RELEASE = "MATCH (x:LoadLock {graphkit: 'owner', owner: $owner}) DELETE x"
# Writing before reading: what is read under the lock cannot change before the end.
CHECK = (
    "MATCH (x:LoadLock {graphkit: 'owner'}) SET x.locked = true WITH x WHERE x.owner = $owner "
    "RETURN count(*) AS ours"
)
LOADS = (
    "SHOW TRANSACTIONS YIELD metaData, database WHERE metaData.graphkit = 'load' "
    "RETURN metaData.owner AS owner, database"
)
"""The loads that hold the lock or wait for it; each user sees what the server lets them see."""
MARKER = "MATCH (l:Load {key: 'graphkit', graphkit: 'Load'}) RETURN l.content AS content"
TAKEN_OVER = "another load of {} has taken over; this one gave up"
SOON = 3.0
"""Seconds of waiting without a message."""


@contextmanager
def turn(open_session: Callable[[], neo4j.Session], label: str) -> Iterator[Callable[[], str]]:
    """Wait until no other load is under way, and keep others out.

    Gives a function that claims the turn and returns the owner's name. A load that has nothing to
    write does not call it, and leaves the last transaction of the database as it is.
    """
    owner = uuid.uuid4().hex
    with open_session() as locking, open_session() as session:
        lock = locking.begin_transaction(metadata={"graphkit": "load", "owner": owner})

        def claim() -> str:
            for transaction, statement in ((lock, HELD), (session, CLAIM), (lock, HELD)):
                try:
                    transaction.run(statement, owner=owner).consume()
                except Neo4jError as error:
                    if transaction is session:
                        raise
                    raise StoreError(TAKEN_OVER.format(label)) from error
            return owner

        try:
            _wait(lock, owner, open_session, label)
            yield claim
        finally:
            with suppress(DriverError, Neo4jError):
                session.run(RELEASE, owner=owner).consume()
                lock.rollback()


def _wait(
    lock: neo4j.Transaction, owner: str, open_session: Callable[[], neo4j.Session], label: str
) -> None:
    """Take the lock; after some seconds say what it waits for."""
    is_over = Event()

    def tell() -> None:
        with suppress(DriverError, Neo4jError), open_session() as session:
            loads = {(row["owner"], row["database"]) for row in session.run(LOADS)}
            databases = {database for name, database in loads if name == owner}
            others = any(name != owner and database in databases for name, database in loads)
            if not is_over.is_set():
                (say_waiting if others else say_slow)(label)

    notice = Timer(SOON, tell)
    notice.daemon = True
    notice.start()
    try:
        lock.run(LOCK).consume()
    finally:
        is_over.set()
        notice.cancel()


def check_owner(transaction: neo4j.ManagedTransaction, owner: str, label: str) -> None:
    """Refuse a transaction of a load that has lost its turn, and keep the turn until its end.

    Raises
    ------
    StoreError
        Another load has begun.
    """
    if not transaction.run(CHECK, owner=owner).single(strict=True)["ours"]:
        raise StoreError(TAKEN_OVER.format(label))


def marker(transaction: neo4j.ManagedTransaction) -> str:
    """Read the digest of the finished load; empty while there is none.

    A server reads what is committed at each step: a marker that a load deletes after the match
    and before its property is read comes back as null.
    """
    return max((record["content"] or "" for record in transaction.run(MARKER)), default="")


def check_unchanged(before: str, after: str, label: str) -> None:
    """Refuse a result if the load marker changed while it was read.

    Raises
    ------
    Replaced
        Another load ended: the answer could be a mixture.
    Unreachable
        One began.
    """
    if after and after != before:
        raise Replaced(f"{label} was loaded anew{SINCE}")
    if after != before:
        raise Unreachable(f"{label} is being loaded, or a load of it was cut off,{SINCE}")


BATCH = 10_000
REMOVED_BATCH = 5_000
"""Rows that one transaction removes; a server of little memory takes longer with 10,000."""
CLEARED = 20_000
"""Rows from which on relationships are cleared if few of them stay."""
FEW = 10
"""One in so many is few: the others are cleared, node by node, without being listed."""


class Step(NamedTuple):
    """One transaction of a load, with the kind and number of the rows it writes or removes."""

    statement: str
    parameters: dict[str, Any]
    kind: str = ""
    rows: int = 0


ReadDigests = Callable[[Kind, str, Mapping[str, Any]], pa.Table]
"""Reads keys and digests of the rows of a kind that a clause finds as ``x``."""


def compare(
    graph: Graph, read: Read, read_digests: ReadDigests, *, whole: bool = False
) -> tuple[dict[str, Difference], Edits]:
    """Compare each kind of a graph with what the database holds of it.

    Of relationships of which few can stay, only those of the graph are looked up, in an index:
    the others are counted, which takes a second where to list them takes half a minute.

    Parameters
    ----------
    graph : Graph
        Content that the database is to have.
    read, read_digests : callable
        Run one statement.
    whole : bool
        List all that is held: also where there may be no index yet.

    Returns
    -------
    changes : dict
        The difference of each kind.
    edits : Edits
        The rows whose values are not those of their digests, if these were compared.
    """
    changes, listed = {}, {}
    for kind in graph.schema.kinds:
        rows = 0 if whole else _rows_to_clear(graph, kind, read)
        if rows:
            listed[kind.name] = _looked_up(graph, kind, read_digests)
        else:
            listed[kind.name] = read_digests(kind, match(kind), {})
        digests = {name: table for name, table in listed.items() if len(table)}
        change = difference(graph, kind, digests)
        changes[kind.name] = (
            replace(change, others=rows - len(listed[kind.name])) if rows else change
        )
    return changes, edits_in(listed)


def _looked_up(graph: Graph, kind: Kind, read_digests: ReadDigests) -> pa.Table:
    """Look up the relationships of a graph, page after page."""
    keys = _keys(graph, kind)
    pages = [
        read_digests(kind, match(kind, by_key=True), {"keys": keys.slice(start, BATCH).to_pylist()})
        for start in range(0, max(len(keys), 1), BATCH)
    ]
    # A column without a row has no type, so that pages of none cannot be joined to others.
    return pa.concat_tables([page for page in pages if len(page)] or pages[:1])


def _keys(graph: Graph, kind: Kind) -> pa.Array:
    """Return the keys of all relationships of a kind."""
    columns = [part.table[kind.key].combine_chunks() for part in graph.parts if part.kind is kind]
    return pa.concat_arrays(columns) if columns else pa.array([], pa.int64())


def _rows_to_clear(graph: Graph, kind: Kind, read: Read) -> int:
    """Count our relationships of a kind of which few can stay; 0 if it is none of these."""
    if not kind.is_edge:
        return 0
    least = max(CLEARED, FEW * graph.count(kind.name))
    pattern = f"MATCH ()-[x:`{kind.name}`]->()"
    for condition in ("", f" WHERE x.{KEY.name} IS NOT NULL"):  # the first needs no look at a row
        rows = int(read(f"{pattern}{condition} RETURN count(*) AS n", {})["n"][0].as_py())
        if rows < least:
            return 0
    return rows


def node_pattern(kind: Kind, variable: str, key: str) -> str:
    """Write the pattern of graphkit's node of a kind whose key is the value of an expression."""
    properties = f"`{kind.key}`: {key}, {MARK.name}: '{kind.name}'"
    return f"({variable}:`{kind.name}` {{{properties}}})"


def count_released(graph: Graph, changes: Mapping[str, Difference], read: Read) -> int:
    """Count the nodes that are to go and stay, without the mark, for what others gave them."""
    types = [kind.name for kind in graph.schema.edges]
    total = 0
    for kind in graph.schema.nodes:
        for clause, keys in _clauses(kind, changes[kind.name].removed):
            statement = (
                f"{clause} WITH x WHERE {_is_used(kind)} OR "
                f"EXISTS {{ (x)-[r]-() WHERE r.{KEY.name} IS NULL OR NOT type(r) IN $types }} "
                "RETURN count(*) AS n"
            )
            rows = read(statement, {"keys": keys.to_pylist(), "types": types})
            total += rows["n"][0].as_py()
    return total


def steps(
    graph: Graph, changes: Mapping[str, Difference], *, size: int | None = None
) -> Iterator[Step]:
    """Yield the transactions of steps 6 to 9 of a load, which ``Neo4jStore.load`` lists."""
    written, removed = size or BATCH, size or REMOVED_BATCH
    yield Step(removal_statement(LOAD, by_keys(LOAD)), {"keys": ["graphkit"]})
    for kind in graph.schema.edges:
        change = changes[kind.name]
        if change.others:
            yield from _clear_steps(graph, kind, change, removed)
        else:
            yield from _removal_steps(kind, change.removed, removed)
            # Rows that changed are written anew, and counted then.
            for step in _removal_steps(kind, change.changed, removed):
                yield step._replace(rows=0)
    for part in graph.parts:
        if part.kind.name != "Load":
            yield from _write_steps(part, changes[part.kind.name], written)
    for kind in graph.schema.nodes:
        yield from _removal_steps(kind, changes[kind.name].removed, removed)
    for part in graph.parts:
        if part.kind.name == "Load":
            everything = part.rows()[part.kind.key].combine_chunks()
            none = everything.slice(0, 0)
            yield from _write_steps(part, Difference(everything, none, none), written)


def _write_steps(part: Part, change: Difference, size: int) -> Iterator[Step]:
    """Create the new rows of a part and rewrite those that changed.

    A relationship that changed was removed before: its ends may be other nodes now.
    """
    new, changed = change.added, change.changed
    if part.kind.is_edge:
        new, changed = pa.concat_arrays([new, changed]), changed.slice(0, 0)
    for statement, keys in (
        (create_statement(part), new),
        (update_statement(part.kind), changed),
    ):
        # The keys are those of the whole kind, of which a part has some.
        rows = part.table.filter(pc.is_in(part.table[part.kind.key], value_set=keys))
        for start in range(0, len(rows), size):
            batch = without_codes(rows.slice(start, size))
            yield Step(statement, {"rows": _as_lists(batch)}, part.kind.name, len(batch))


def _clear_steps(graph: Graph, kind: Kind, change: Difference, size: int) -> Iterator[Step]:
    """Remove all of our relationships of a kind but those that stay as they are.

    A server removes those of one node after those of another in two thirds of the time that it
    takes to find each by its key. (Without indexes it would take half, but to drop one waits for
    every transaction that has read from it.)
    """
    keys, written = _keys(graph, kind), pa.concat_arrays([change.added, change.changed])
    stay = keys.filter(pc.invert(pc.is_in(keys, value_set=written))).to_pylist()
    starts = "|".join(f"`{name}`" for name in kind.ends[0].kinds)
    statement = (
        f"MATCH (a:{starts}) WITH a MATCH (a)-[x:`{kind.name}`]->() "
        f"WHERE x.`{kind.key}` IS NOT NULL AND NOT x.`{kind.key}` IN $stay "
        "WITH x LIMIT $size DELETE x"
    )
    removed = change.others + len(change.removed)
    for start in range(0, removed + len(change.changed), size):
        rows = max(min(size, removed - start), 0)
        yield Step(statement, {"stay": stay, "size": size}, kind.name, rows)


def _removal_steps(kind: Kind, keys: pa.Array, size: int) -> Iterator[Step]:
    for clause, listed in _clauses(kind, keys):
        for start in range(0, len(listed), size):
            batch = listed.slice(start, size)
            statement = removal_statement(kind, clause)
            yield Step(statement, {"keys": batch.to_pylist()}, kind.name, len(batch))


def _clauses(kind: Kind, keys: pa.Array) -> Iterator[tuple[str, pa.Array]]:
    """Yield clauses that find rows as ``x``, each with its keys.

    A row whose key another program removed, or made a value of another type, has none.
    """
    named, unnamed = keys.drop_null(), keys.filter(keys.is_null())
    if len(named):
        yield by_keys(kind), named
    if len(unnamed):
        key, key_type = f"x.`{kind.key}`", "INTEGER" if kind.is_edge else "STRING"
        yield f"{match(kind)} AND ({key} IS NULL OR NOT {key} IS :: {key_type})", unnamed


def by_keys(kind: Kind) -> str:
    """Write the clause that finds our rows of a kind as ``x`` by key."""
    if kind.is_edge:
        return f"UNWIND $keys AS key MATCH ()-[x:`{kind.name}` {{`{kind.key}`: key}}]->()"
    return f"UNWIND $keys AS key MATCH {node_pattern(kind, 'x', 'key')}"


def removal_statement(kind: Kind, clause: str) -> str:
    """Write the statement that removes the rows that a clause finds.

    A node that bears anything of others only loses the mark: graphkit's relationships at it are
    gone by then.
    """
    if kind.is_edge:
        return f"{clause} DELETE x"
    return (
        f"{clause} WITH x, {_is_used(kind)} OR EXISTS {{ (x)--() }} AS used "
        f"FOREACH (one IN CASE WHEN used THEN [1] END | REMOVE x.{MARK.name}, x.{DIGEST.name}) "
        "FOREACH (one IN CASE WHEN NOT used THEN [1] END | DELETE x)"
    )


def _is_used(kind: Kind) -> str:
    """Write the condition that a node has a label or property of others."""
    names = ", ".join(f"'{prop.name}'" for prop in kind.stored)
    return f"size(labels(x)) > 1 OR any(name IN keys(x) WHERE NOT name IN [{names}])"


def create_statement(part: Part) -> str:
    """Write the bulk statement that creates rows of a part, each a list in column order."""
    kind = part.kind
    offset = len(kind.ends)
    values = ", ".join(f"`{p.name}`: row[{i + offset}]" for i, p in enumerate(kind.stored))
    if part.start is None or part.end is None:
        return f"UNWIND $rows AS row CREATE (x:`{kind.name}` {{{values}}})"
    return (
        f"UNWIND $rows AS row "
        f"MATCH {node_pattern(part.start, 'a', 'row[0]')} "
        f"MATCH {node_pattern(part.end, 'b', 'row[1]')} "
        f"CREATE (a)-[x:`{kind.name}` {{{values}}}]->(b)"
    )


def update_statement(kind: Kind) -> str:
    """Write the bulk statement that rewrites nodes; other people's properties stay."""
    place = [p.name for p in kind.stored].index(kind.key)
    values = ", ".join(f"x.`{p.name}` = row[{i}]" for i, p in enumerate(kind.stored))
    return f"UNWIND $rows AS row MATCH {node_pattern(kind, 'x', f'row[{place}]')} SET {values}"


def _as_lists(table: pa.Table) -> list[list[Any]]:
    """Convert rows to lists, which the driver packs fastest."""
    columns = [c.to_pylist() for c in table.columns]
    return [list(row) for row in zip(*columns, strict=True)]
