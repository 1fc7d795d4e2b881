"""Keys and digests of the rows in a database file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphkit.kinds import Schema
from graphkit.stores.changes import Digests
from graphkit.stores.duck.engine import BATCH, batches
from graphkit.stores.duck.types import (
    quoted,
)

if TYPE_CHECKING:
    from _duckdb import DuckDBPyConnection
if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

from graphkit.stores.duck.file import FILE


def read_digests(cursor: DuckDBPyConnection, schema: Schema) -> Digests | None:
    """Read keys and digests of the file that is open; None of a database of something else."""
    rows = cursor.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = $name",
        {"name": FILE},
    ).fetchall()
    columns: dict[str, set[str]] = {}
    for table, column in rows:
        columns.setdefault(table, set()).add(column)
    digests: Digests = {}
    for kind in schema.kinds:
        if {kind.key, "digest"} <= columns.get(kind.name, set()):  # an older schema may lack one
            cursor.execute(
                f"SELECT {quoted(kind.key)} AS key, digest FROM {FILE}.{quoted(kind.name)}"
            )
            digests[kind.name] = batches(cursor, BATCH).read_all()
    return digests if digests or not columns else None
