"""Keys and digests of the rows in a database file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from graphkit.schema import Kind, Schema
from graphkit.stores.duck.engine import BATCH, batches
from graphkit.stores.duck.file import FILE, kind_column
from graphkit.stores.duck.types import quoted, text
from graphkit.stores.edits import (
    END_KIND,
    START_KIND,
    WHOLE,
    Conditions,
    Digests,
    Scope,
    compared,
)

if TYPE_CHECKING:
    from _duckdb import DuckDBPyConnection
if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def read_digests(cursor: DuckDBPyConnection, schema: Schema) -> Digests | None:
    """Read keys and digests of the file that is open; None of a database of something else."""
    columns = stored_columns(cursor)
    digests = {}
    for kind in (kind for kind in schema.kinds if _is_ours(kind, columns)):
        names = f"{quoted(kind.key)} AS key, digest"
        cursor.execute(f"SELECT {names} FROM {FILE}.{quoted(kind.name)}")
        digests[kind.name] = batches(cursor, BATCH).read_all()
    return digests if digests or not columns else None


def compare_digests(
    cursor: DuckDBPyConnection, schema: Schema, scope: Scope = WHOLE
) -> Digests | None:
    """Read keys and digests, of all rows or some, and compare them with the values."""
    columns = stored_columns(cursor)
    digests = {}
    for kind in (kind for kind in schema.kinds if _is_ours(kind, columns)):
        conditions = scope.get(kind.name)
        where, values = ("", {}) if conditions is None else _where(conditions)
        names = _values(kind, columns[kind.name])
        cursor.execute(f"SELECT {names} FROM {FILE}.{quoted(kind.name)}{where}", values)
        rows = batches(cursor, BATCH)
        parts = [compared(kind, pa.Table.from_batches([batch])) for batch in rows]
        digests[kind.name] = pa.concat_tables(parts or [compared(kind, rows.schema.empty_table())])
    return digests if digests or not columns else None


def _where(conditions: Sequence[Conditions]) -> tuple[str, dict[str, list[str]]]:
    """Write the rows under any of some conditions, with the values of its parameters."""
    values: dict[str, list[str]] = {}
    texts = []
    for condition in conditions:
        parts = []
        for column, listed in condition.items():
            parts.append(f"list_contains($v{len(values)}, {quoted(column)})")
            values[f"v{len(values)}"] = list(listed)
        texts.append(" AND ".join(parts) or "true")
    return f" WHERE {' OR '.join(f'({part})' for part in texts) or 'false'}", values


def stored_columns(cursor: DuckDBPyConnection) -> dict[str, set[str]]:
    """Map the tables of the file to their columns."""
    rows = cursor.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = $name",
        {"name": FILE},
    ).fetchall()
    columns: dict[str, set[str]] = {}
    for table, column in rows:
        columns.setdefault(table, set()).add(column)
    return columns


def _is_ours(kind: Kind, columns: dict[str, set[str]]) -> bool:
    """Tell whether the file has rows of a kind: an older schema may lack one."""
    return {kind.key, "digest"} <= columns.get(kind.name, set())


def _values(kind: Kind, columns: set[str]) -> str:
    """List all that is stored of a kind, and the kinds of the nodes that relationships join."""
    names = [*(end.name for end in kind.ends), *(p.name for p in kind.stored)]
    selected = [quoted(name) for name in names if name in columns]
    for end, name in zip(kind.ends, (START_KIND, END_KIND), strict=False):
        several = kind_column(end.name)
        known = text(end.kinds[0]) if len(end.kinds) == 1 else "NULL"
        selected.append(f"{quoted(several) if several in columns else known} AS {quoted(name)}")
    return ", ".join(selected)
