"""The file of a DuckDB database: a table for each kind, named and typed as the schema declares."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from graphkit import kinds
from graphkit.arrow import release_memory
from graphkit.errors import StoreError
from graphkit.kinds import Kind, Schema, Type
from graphkit.stores.base import Progress
from graphkit.stores.duck.seal import seal
from graphkit.stores.duck.types import (
    BOOL,
    FLOAT,
    INT,
    TEXT,
    KindTable,
    Model,
    TypedEnd,
    ValueType,
    list_of,
    quoted,
    text,
)

if TYPE_CHECKING:
    from _duckdb import DuckDBPyConnection

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from graphkit.build import Graph, Part

STORAGE = "v1.5.0"
"""Version of the storage that the oldest supported DuckDB reads."""
THREADS = 1
"""Threads of a connection: a sum of fractions over several has other last digits each time."""
TYPES = {
    Type.TEXT: "VARCHAR",
    Type.PERIOD: "VARCHAR",
    Type.DATE: "VARCHAR",
    Type.NUMBER: "DOUBLE",
    Type.INTEGER: "BIGINT",
    Type.FLAG: "BOOLEAN",
    Type.TEXTS: "VARCHAR[]",
}
"""Types of columns; dates and periods are text that sorts and compares as written."""
ORDER = ("product", "period", "importer", "consumer")
"""Columns by which the rows of relationships are sorted: what most questions are about."""
LARGE = 100_000
"""Rows from which on the order of a table is worth its sorting."""
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": THREADS,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_access": True,
}
MEMORY = "256MB"
"""Memory to sort and write in; what does not fit lies beside the new file meanwhile."""
FILE = "graph"
"""Name under which a connection knows the file."""


def kind_column(end: str) -> str:
    """Name the column that tells the kind of an end which may be of several.

    >>> kind_column("supplier")
    'supplier_kind'
    """
    return f"{end}_kind"


def columns_of(kind: Kind) -> list[tuple[str, str, str]]:
    """List the columns of a kind's table: name, type and meaning.

    Of a relationship the keys of both ends come first, each followed by the kind of its node if it
    may be of several.
    """
    columns = []
    for end in kind.ends:
        columns.append((end.name, TYPES[Type.TEXT], f"{end.doc} Key of {' or '.join(end.kinds)}."))
        if len(end.kinds) > 1:
            columns.append((kind_column(end.name), TYPES[Type.TEXT], f"Kind of {end.name}."))
    columns += [(p.name, TYPES[p.type], f"{p.doc} ({p.meaning})") for p in kind.stored]
    return columns


VALUES: Mapping[Type, ValueType] = {
    Type.TEXT: TEXT,
    Type.PERIOD: TEXT,
    Type.DATE: TEXT,
    Type.NUMBER: FLOAT,
    Type.INTEGER: INT,
    Type.FLAG: BOOL,
    Type.TEXTS: list_of(TEXT),
}
"""Types of Cypher's values of properties."""


@lru_cache
def model_of(schema: Schema) -> Model:
    """Describe the tables of a schema to the compiler."""
    return Model(
        {kind.name: _table(kind) for kind in schema.nodes},
        {kind.name: _table(kind) for kind in schema.edges},
    )


def _table(kind: Kind) -> KindTable:
    ends = tuple(
        TypedEnd(end.name, end.kinds, kind_column(end.name) if len(end.kinds) > 1 else None)
        for end in kind.ends
    )
    return KindTable(kind.name, kind.key, {p.name: VALUES[p.type] for p in kind.stored}, ends)


def ddl(schema: Schema) -> Iterator[str]:
    """Yield the statements that create the tables of a schema, with what each column means."""
    for kind in schema.kinds:
        columns = columns_of(kind)
        listed = ", ".join(f"{quoted(name)} {type_}" for name, type_, _ in columns)
        table = f"{FILE}.{quoted(kind.name)}"
        yield f"CREATE TABLE {table} ({listed})"
        yield f"COMMENT ON TABLE {table} IS {text(kind.doc)}"
        for name, _, doc in columns:
            yield f"COMMENT ON COLUMN {table}.{quoted(name)} IS {text(doc)}"


_EMPTY: dict[Schema, bytes] = {}
"""Files without a row that this process made: 600 comments take longer than 10,000 rows."""


def create(connection: DuckDBPyConnection, path: Path, schema: Schema) -> None:
    """Attach a new file with the tables of a schema; a second one is a copy of the first."""
    if schema in _EMPTY:
        path.write_bytes(_EMPTY[schema])
    else:
        version = f"STORAGE_VERSION {text(STORAGE)}"
        connection.execute(f"ATTACH {text(str(path))} AS {FILE} ({version})")
        connection.execute("BEGIN")
        for statement in ddl(schema):
            connection.execute(statement)
        connection.execute("COMMIT")
        connection.execute(f"CHECKPOINT {FILE}")
        connection.execute(f"DETACH {FILE}")
        _EMPTY[schema] = path.read_bytes()
    connection.execute(f"ATTACH {text(str(path))} AS {FILE}")


def fill(path: Path, graph: Graph, progress: Progress) -> None:
    """Make a new database file, write every row, verify the counts, and seal it.

    Raises
    ------
    OSError
        There is no room, or the disk fails.
    StoreError
        The database refuses the rows, or holds another number of them.
    """
    import duckdb

    try:
        spill = str(path.with_name("spill"))
        settings = SETTINGS | {"memory_limit": MEMORY, "temp_directory": spill}
        with duckdb.connect(":memory:", config=settings) as connection:
            create(connection, path, graph.schema)
            connection.execute("BEGIN")
            for kind in graph.schema.kinds:
                for part in (p for p in graph.parts if p.kind is kind and len(p.table)):
                    write_rows(connection, part)
                progress(kind.name, graph.count(kind.name))
            connection.execute("COMMIT")
            verify(connection, graph)
            connection.execute(f"CHECKPOINT {FILE}")
            connection.execute(f"DETACH {FILE}")
        seal(path)
    except duckdb.IOException as error:
        raise OSError(errno.ENOSPC, f"there is no room, or the disk fails ({error})") from error
    except duckdb.Error as error:
        raise StoreError(f"the embedded database refused the load: {error}") from error


def write_rows(connection: DuckDBPyConnection, part: Part) -> None:
    """Write the rows of a part; of many, those of one product and period side by side."""
    names = [name for name, *_ in columns_of(part.kind)]
    listed = ", ".join(map(quoted, names))
    columns = ", ".join(quoted(name) for name in ORDER if name in names)
    sort = f" ORDER BY {columns}" if columns and part.ends and len(part.table) >= LARGE else ""
    connection.register("rows", with_kinds(part))
    into = f"INSERT INTO {FILE}.{quoted(part.kind.name)} ({listed})"
    connection.execute(f"{into} SELECT {listed} FROM rows{sort}")
    connection.unregister("rows")
    release_memory(part.table)


def with_kinds(part: Part) -> pa.Table:
    """Return the rows of a part, with the kinds of ends that may be of several."""
    rows = part.table
    for end, node in zip(part.kind.ends, part.ends, strict=True):
        if len(end.kinds) > 1:
            names = pa.DictionaryArray.from_arrays(
                pa.array([0] * len(rows), pa.int8()), pa.array([node.name])
            )
            rows = rows.append_column(kind_column(end.name), names)
    return rows


def verify(connection: DuckDBPyConnection, graph: Graph) -> None:
    """Count the rows of each kind that a database holds.

    Raises
    ------
    StoreError
        They are not as many as those of the graph.
    """
    counts = (f"SELECT count(*) FROM {FILE}.{quoted(kind.name)}" for kind in graph.schema.kinds)
    answer = connection.execute(" UNION ALL ".join(counts))
    for kind, (count,) in zip(graph.schema.kinds, answer.fetchall(), strict=True):
        expected = graph.count(kind.name)
        if count != expected:
            raise StoreError(f"loaded {count:,} of {expected:,} {kind.name}; the old graph is kept")
    for kind in (kind for kind in graph.schema.edges if graph.count(kind.name)):
        for end in kind.ends:
            check_end(connection, graph.schema, kind, end)


def check_end(connection: DuckDBPyConnection, schema: Schema, kind: Kind, end: kinds.End) -> None:
    """Look for relationships that lead to no node.

    Raises
    ------
    StoreError
        Naming the key of the first.
    """
    column = quoted(end.name)
    for name in end.kinds:
        nodes = f"SELECT {quoted(schema[name].key)} FROM {FILE}.{quoted(name)}"
        of_kind = f" AND {quoted(kind_column(end.name))} = {text(name)}" * (len(end.kinds) > 1)
        dangling = connection.execute(
            f"SELECT {column} FROM {FILE}.{quoted(kind.name)} "
            f"WHERE {column} NOT IN ({nodes}){of_kind} ORDER BY 1 LIMIT 1"
        ).fetchall()
        if dangling:
            raise StoreError(
                f"the embedded database refused the load: {kind.name} has {dangling[0][0]!r} as "
                f"{end.name}, which is no {name}; the old graph is kept"
            )
