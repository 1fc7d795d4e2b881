"""A user's own facts on top of a database file: what they add and change in it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.arrow import ARROW, coded
from graphkit.build import Graph, Part, build_graph, load_marker
from graphkit.errors import StoreError
from graphkit.kinds import Kind
from graphkit.schema import LOAD
from graphkit.seeds.check import Facts
from graphkit.seeds.facts import OwnSeeds
from graphkit.stores.changes import difference
from graphkit.stores.duck.engine import BATCH, batches
from graphkit.stores.duck.file import FILE, MEMORY, SETTINGS, write_rows
from graphkit.stores.duck.seal import seal
from graphkit.stores.duck.types import quoted, text

if TYPE_CHECKING:
    from _duckdb import DuckDBPyConnection
if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BY_MARKET = ("EXPORTS", "COVERS", "DEPENDS_ON")
"""Kinds of relationships that the flows of one product and period determine, and no others."""


def put_on_top(path: Path, own: OwnSeeds) -> None:
    """Put a user's own facts into a database file, with all that follows from them.

    Raises
    ------
    SeedError
        The facts have problems.
    OSError
        There is no room, or the disk fails.
    StoreError
        The database refuses the rows.
    """
    import duckdb

    try:
        with _opened(path, own) as file:
            graph = build_graph(own.upon(file.facts()), only=own.kinds)
            file.connection.execute("BEGIN")
            for kind in (graph.schema[name] for name in sorted(own.kinds)):
                file.change(kind, graph)
            file.mark()
            file.connection.execute("COMMIT")
            file.connection.execute(f"CHECKPOINT {FILE}")
        with _opened(path, own, "READ_ONLY") as file:
            least = file.size
        if path.stat().st_size < least:  # DuckDB cut off free blocks that it still counts
            os.truncate(path, least)
        seal(path)
    except duckdb.IOException as error:
        raise OSError(errno.ENOSPC, f"there is no room, or the disk fails ({error})") from error
    except duckdb.Error as error:
        raise StoreError(f"the embedded database refused your facts: {error}") from error


def facts_below(path: Path, own: OwnSeeds) -> Facts:
    """Read the facts of a file that a user's own stand on; of trade, only what these touch."""
    with _opened(path, own, "READ_ONLY") as file:
        return file.facts()


@contextmanager
def _opened(path: Path, own: OwnSeeds, mode: str = "READ_WRITE") -> Iterator[_File]:
    import duckdb

    settings = SETTINGS | {"memory_limit": MEMORY, "temp_directory": str(path.with_name("spill"))}
    with duckdb.connect(":memory:", config=settings) as connection:
        connection.execute(f"ATTACH {text(str(path.absolute()))} AS {FILE} ({mode})")
        pairs = sorted(own.markets)
        markets = {n: pa.array([p[i] for p in pairs], pa.string())
                   for i, n in enumerate(("product", "period"))}  # fmt: skip
        connection.register("markets", pa.table(markets))
        connection.register("recoded", pa.table({"product": pa.array(own.recoded, pa.string())}))
        yield _File(connection, own)


@dataclass(frozen=True)
class _File:
    """A database file of which the trade in some markets may change, and all else."""

    connection: DuckDBPyConnection
    own: OwnSeeds

    @property
    def size(self) -> int:
        """Bytes of all blocks that the file counts."""
        statement = (
            "SELECT total_blocks * block_size AS size FROM pragma_database_size() "
            f"WHERE database_name = {text(FILE)}"
        )
        return int(self._table(statement)["size"][0].as_py())

    def facts(self) -> Facts:
        """Read the facts; of trade, only that in markets that may change."""
        schema = self.own.schema
        tables = {}
        for kind in schema.seeded:
            names = ", ".join(quoted(p.name) for p in kind.columns)
            rows = self._rows(kind, names)
            columns = pa.schema([pa.field(p.name, ARROW[p.type]) for p in kind.columns])
            tables[kind.name] = coded(rows.cast(columns).combine_chunks())
        own = self._table(f"SELECT key FROM {FILE}.Source WHERE own")["key"].to_pylist()
        return Facts(schema, tables, frozenset(own), self._traded())

    def _traded(self) -> frozenset[str]:
        """List the products of the user's flows that are traded in data sets of others."""
        if "EXPORTS" not in self.own.schema.by_name:
            return frozenset()
        own = f"SELECT key FROM {FILE}.Source WHERE own"
        rows = self._table(
            f"SELECT DISTINCT product FROM {FILE}.EXPORTS WHERE source NOT IN ({own}) "
            "AND product IN (SELECT product FROM markets UNION SELECT product FROM recoded)"
        )
        return frozenset(rows["product"].to_pylist())

    def change(self, kind: Kind, graph: Graph) -> None:
        """Make the rows of a kind those of a graph; of trade, in the markets that may change."""
        digests = self._rows(kind, f"{quoted(kind.key)} AS key, digest")
        change = difference(graph, kind, {kind.name: digests})
        old = pa.concat_arrays([change.changed, change.removed])
        if len(old):
            self.connection.register("old", pa.table({"key": old}))
            where = f"{quoted(kind.key)} IN (SELECT key FROM old)"
            self.connection.execute(f"DELETE FROM {FILE}.{quoted(kind.name)} WHERE {where}")
            self.connection.unregister("old")
        new = pa.concat_arrays([change.added, change.changed])
        for part in (part for part in graph.parts if part.kind is kind and len(new)):
            keys = part.table[kind.key].cast(new.type)
            rows = part.table.filter(pc.is_in(keys, new)).combine_chunks()
            write_rows(self.connection, Part(kind, rows, *part.ends))

    def mark(self) -> None:
        """Renew the load marker, which has a digest of all facts."""
        if LOAD not in self.own.schema.nodes:
            return
        kinds = (kind for kind in self.own.schema.kinds if kind is not LOAD)
        marker = load_marker((kind, self._digests(kind)) for kind in kinds)
        self.connection.execute(f"DELETE FROM {FILE}.{quoted(LOAD.name)}")
        write_rows(self.connection, marker)

    def _digests(self, kind: Kind) -> npt.NDArray[np.int64]:
        column = self._table(f"SELECT digest FROM {FILE}.{quoted(kind.name)}")["digest"]
        return np.asarray(column.to_numpy(), np.int64)

    def _rows(self, kind: Kind, columns: str) -> pa.Table:
        """Select columns of a kind's rows; of trade, in the markets that may change."""
        where = ""
        if kind.name in BY_MARKET:
            where = (
                " WHERE (product, period) IN (SELECT (product, period) FROM markets) "
                "OR product IN (SELECT product FROM recoded)"
            )
        return self._table(f"SELECT {columns} FROM {FILE}.{quoted(kind.name)}{where}")

    def _table(self, statement: str) -> pa.Table:
        return batches(self.connection.execute(statement), BATCH).read_all()
