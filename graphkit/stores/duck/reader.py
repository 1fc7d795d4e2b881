"""Reads the file of a DuckDB database: statements of Cypher in, neutral rows out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphkit.cypher import Statement
from graphkit.cypher.scopes import check_scopes
from graphkit.errors import StoreError, Unreachable, Untranslated
from graphkit.kinds import Kind, Schema, Type
from graphkit.stores import (
    UNLIMITED,
    Closing,
    Limits,
    Result,
    check_names,
    collect,
    node,
    path,
    relationship,
)
from graphkit.stores.duck import temporal
from graphkit.stores.duck.clauses import Compiled, compiled
from graphkit.stores.duck.file import FILE, SETTINGS, kind_column, text
from graphkit.stores.duck.types import (
    BOOL,
    FLOAT,
    INT,
    SPARSE,
    TEXT,
    UNSURE,
    End,
    Model,
    Table,
    key_of,
    list_of,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PROPERTIES = {
    Type.TEXT: TEXT,
    Type.PERIOD: TEXT,
    Type.DATE: TEXT,
    Type.NUMBER: FLOAT,
    Type.INTEGER: INT,
    Type.FLAG: BOOL,
    Type.TEXTS: list_of(TEXT),
}
"""Types of Cypher's values of properties."""


def model_of(schema: Schema) -> Model:
    """Describe the tables of a schema to the compiler."""
    return Model(
        {kind.name: _table(kind) for kind in schema.nodes},
        {kind.name: _table(kind) for kind in schema.edges},
    )


def _table(kind: Kind) -> Table:
    ends = tuple(
        End(end.name, end.kinds, kind_column(end.name) if len(end.kinds) > 1 else None)
        for end in kind.ends
    )
    return Table(kind.name, kind.key, {p.name: PROPERTIES[p.type] for p in kind.stored}, ends)


class Reader(Closing):
    """A connection that reads one file, and nothing else of the machine."""

    def __init__(self, file: Path, schema: Schema) -> None:
        self.model = model_of(schema)
        self._connection = _opened(file)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def compiled(self, statement: str | Statement, parameters: Mapping[str, Any]) -> Compiled:
        """Compile a statement.

        Raises
        ------
        UsageError
            It is not one read-only query, cannot be parsed, or Neo4j refuses its names or kinds.
        Untranslated
            It has a construct that has no rule.
        """
        asked = Statement.of(statement)
        asked.check_read_only()
        check_scopes(asked)
        return compiled(asked, asked.values(parameters), self.model)

    def run(
        self,
        statement: str | Statement,
        parameters: Mapping[str, Any] | None = None,
        limits: Limits = UNLIMITED,
    ) -> Result:
        """Run one read-only statement.

        Raises
        ------
        StoreError
            The database fails it.
        """
        import duckdb

        query = self.compiled(statement, parameters or {})
        check_names(query.names)
        try:
            answer = self._connection.execute(query.sql, dict(query.bound))
        except duckdb.Error as error:
            reason = str(error).partition(UNSURE)[2]
            if reason:
                raise Untranslated(reason.splitlines()[0]) from error
            raise StoreError(f"the embedded database refused the statement: {error}") from error
        rows = ([_neutral(value, self.model) for value in row] for row in answer.fetchall())
        return collect(query.names, rows, limits)


BROKEN = ("projection_pullup",)
"""Optimizers of DuckDB 2.0.1 that end some statements with "Failed to bind column reference", as in
https://github.com/duckdb/duckdb/issues/21890."""


def _broken(connection: DuckDBPyConnection) -> list[str]:
    """List those of the broken optimizers that this version has."""
    names = {name for (name,) in connection.execute("FROM duckdb_optimizers()").fetchall()}
    return [name for name in BROKEN if name in names]


def _opened(file: Path) -> DuckDBPyConnection:
    """Open a file for reading, and close all other doors of the engine.

    A connection of its own attaches it: an instance that is opened by its path is kept by it, and
    would go on reading a file that another has replaced.
    """
    import duckdb

    connection = duckdb.connect(":memory:", config=SETTINGS)
    try:
        connection.execute(f"ATTACH {text(str(file))} AS {FILE} (READ_ONLY)")
        connection.execute(f"SET disabled_optimizers = '{','.join(_broken(connection))}'")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
    except duckdb.Error as error:
        connection.close()
        raise Unreachable(f"cannot open {file} as a graphkit database: {error}") from error
    return connection


def _neutral(value: Any, model: Model) -> Any:
    """Convert a value to the shape that every store gives: a node is its label and properties."""
    if isinstance(value, list):
        return [_neutral(item, model) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, dict):
        return value
    if temporal.is_temporal(value):
        return temporal.neutral(value)
    if "_relationships" in value:
        return path(*(_neutral(value[part], model) for part in ("_nodes", "_relationships")))
    if "_kind" not in value:
        # Of the properties of a node, one that is not set is not there.
        return {
            key_of(name): _neutral(item, model) for name, item in value.items()
            if not name.startswith("_") and (item is not None or SPARSE not in value)
        }  # fmt: skip
    properties = {k: _neutral(v, model) for k, v in value.items()
                  if not k.startswith("_") and v is not None}  # fmt: skip
    kind = node if value["_kind"] in model.nodes else relationship
    return kind(value["_kind"], properties)
