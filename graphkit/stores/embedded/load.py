"""Opens the file of an embedded database, and makes a new one: tables, bulk copies, counts."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphkit.arrow import release_memory
from graphkit.errors import Damaged, StoreError, Unreachable
from graphkit.schema import Schema, Type
from graphkit.stores import Progress

if TYPE_CHECKING:
    from graphkit.build import Graph, Part

BUFFER_POOL = 2**30
POOL_OF_A_ROW = 800
"""Bytes of the pool that a relationship takes until its kind is written to the file."""
SLICE = 2**17
"""Rows that are copied at once: ladybug holds those twice, and the ones copied before once."""
LEFT_OVER = (".wal", ".shadow", ".checkpoint.intent.lock")
"""Endings of the files that a program which was cut off while writing leaves behind."""
WHOLE = r"(?i)lock on file|mmap|memory|different version"
"""Of messages on a file that is whole, but not for now or not for this ladybug."""
SPARE = 2**20
"""Bytes kept for closing a database that found no room: ladybug ends the process without."""
TYPES = {
    Type.TEXT: "STRING",
    Type.PERIOD: "STRING",
    Type.DATE: "STRING",
    Type.NUMBER: "DOUBLE",
    Type.INTEGER: "INT64",
    Type.FLAG: "BOOLEAN",
    Type.TEXTS: "STRING[]",
}


Same = dict[str, dict[str, str]]
"""For each kind of relationship, the columns in which all of its rows have the same text."""


def ddl(schema: Schema, later: Same | None = None) -> Iterator[str]:
    """Yield the statements that create the tables of a schema, without the columns added later."""
    for kind in schema.nodes:
        columns = ", ".join(f"`{p.name}` {TYPES[p.type]}" for p in kind.stored)
        yield f"CREATE NODE TABLE `{kind.name}`({columns}, PRIMARY KEY(`{kind.key}`))"
    for kind in schema.edges:
        start, end = kind.ends
        pairs = ", ".join(f"FROM `{a}` TO `{b}`" for a in start.kinds for b in end.kinds)
        without = (later or {}).get(kind.name, {})
        stored = (p for p in kind.stored if p.name not in without)
        columns = ", ".join(f"`{p.name}` {TYPES[p.type]}" for p in stored)
        yield f"CREATE REL TABLE `{kind.name}`({pairs}, {columns})"


def same_texts(graph: Graph) -> Same:
    """Find the columns of relationships that need not be copied."""
    found: Same = {}
    for kind in graph.schema.edges:
        tables = [part.table for part in graph.parts if part.kind is kind]
        for name in (p.name for p in kind.stored if TYPES[p.type] == "STRING"):
            texts = {text for table in tables for text in table[name].unique().to_pylist()}
            if len(texts) == 1 and None not in texts:
                found.setdefault(kind.name, {})[name] = texts.pop()
    return found


def _additions(same: Same) -> Iterator[str]:
    """Yield the statements that add columns of one text to filled tables."""
    for kind, columns in same.items():
        for name, text in columns.items():
            literal = text.replace("\\", "\\\\").replace("'", "\\'")
            yield f"ALTER TABLE `{kind}` ADD `{name}` STRING DEFAULT '{literal}'"


def connect(path: Path, *, read_only: bool, pool: int = BUFFER_POOL) -> tuple[Any, Any]:
    """Open a file as a database, with one connection to it.

    Raises
    ------
    Unreachable
        The file is not a database, or is of a version that cannot be read.
    """
    import ladybug

    database: Any
    connection: Any
    try:
        # A load is written to its file once, at its end, and not after every part.
        database = ladybug.Database(
            path, read_only=read_only, buffer_pool_size=pool, auto_checkpoint=False
        )
        connection = ladybug.Connection(database)
        connection.init_connection()
    except RuntimeError as error:
        said = " ".join(str(error).removeprefix("Runtime exception: ").split())
        left = (path.with_name(path.name + ending) for ending in LEFT_OVER)
        delete = " and ".join(["it", *(each.name for each in left if each.exists())])
        kind = Unreachable if re.search(WHOLE, said) else Damaged
        raise kind(
            f"cannot open {path} as a graphkit database: {said} "
            f"(delete {delete}, and make it again with 'graphkit load')"
        ) from error
    return database, connection


def fill(path: Path, graph: Graph, progress: Progress, *, size: int = SLICE) -> None:
    """Make a new database file, load everything, and verify the counts.

    Until a kind is in the file, ladybug holds a text of each row in some 25 bytes: columns that
    hold the same text in every row are added afterwards, which takes next to nothing.
    """
    spare = path.with_name("spare")
    spare.write_bytes(os.urandom(SPARE))
    most = max(len(part.table) for part in graph.parts)
    pool = max(BUFFER_POOL, POOL_OF_A_ROW * most)
    database, connection = connect(path, read_only=False, pool=pool)
    same = same_texts(graph)
    try:
        # An index of the keys of a kind would take 3 MB and 3 ms each time the file is opened, and
        # save only the scan of a few hundred nodes.
        connection.execute("CALL enable_default_hash_index=false").close()
        # One transaction for all tables: each would wait for the disk at its end.
        for statement in ("BEGIN TRANSACTION", *ddl(graph.schema, same), "COMMIT"):
            connection.execute(statement).close()
        for part in graph.parts:
            _copy(database, part, same.get(part.kind.name, {}), size)
            release_memory(part.table)
            progress(part.kind.name, len(part.table))
        for statement in ("BEGIN TRANSACTION", *_additions(same), "COMMIT"):
            connection.execute(statement).close()
        verify(connection, graph)
        connection.execute("CHECKPOINT").close()
    except RuntimeError as error:
        if "IO exception" in str(error):
            raise OSError(errno.ENOSPC, "there is no room, or the disk fails") from error
        raise StoreError(f"the embedded database refused the load: {error}") from error
    finally:
        spare.unlink()
        connection.close()
        database.close()


def _copy(database: Any, part: Part, without: Collection[str], size: int) -> None:
    """Bulk-load one part; ladybug reads the Arrow table from the local variable ``rows``."""
    import ladybug

    ends = " (from='{}', to='{}')".format(*(k.name for k in part.ends)) if part.ends else ""
    table = part.table.drop_columns(list(without))
    # A connection keeps every table that it has copied; a second thread takes as much again.
    connection: Any = ladybug.Connection(database, num_threads=1)
    with connection:
        if len(table) <= size or not part.ends:  # nodes without an index: in one copy
            rows = table
            connection.execute(f"COPY `{part.kind.name}` FROM rows{ends}").close()
            return
        # In one transaction: copies of their own would each move the rows of the ones before.
        connection.execute("BEGIN TRANSACTION").close()
        for start in range(0, len(table), size):
            rows = table.slice(start, size)  # noqa: F841
            connection.execute(f"COPY `{part.kind.name}` FROM rows{ends}").close()
        connection.execute("COMMIT").close()
        release_memory()
        connection.execute("CHECKPOINT").close()


def verify(connection: Any, graph: Graph) -> None:
    """Count the rows of each kind that a database holds.

    Raises
    ------
    StoreError
        They are not as many as those of the graph.
    """
    for kind in graph.schema.kinds:
        pattern = f"()-[x:`{kind.name}`]->()" if kind.is_edge else f"(x:`{kind.name}`)"
        answer = connection.execute(f"MATCH {pattern} RETURN count(*) AS n")
        found, wanted = answer.get_next()[0], graph.count(kind.name)
        answer.close()
        if found != wanted:
            raise StoreError(f"loaded {found:,} of {wanted:,} {kind.name}; the old graph is kept")
