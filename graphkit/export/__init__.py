"""Export of the graph or its trade network, all or nothing; its tables in order, and a digest."""

from __future__ import annotations

import hashlib
import math
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.arrow import ARROW, coded, each_text, release_memory, shortest
from graphkit.build import Graph, Part
from graphkit.catalog import Catalog
from graphkit.errors import GraphkitError, UsageError
from graphkit.export import formats
from graphkit.export.formats import TradeNetwork
from graphkit.parameters import PERIOD
from graphkit.paths import check_place
from graphkit.queries import rows_of
from graphkit.questions.trade import trade_of
from graphkit.schema import DIGEST, GRAPH, LOAD, Kind, Schema
from graphkit.stores import Store, canonical_json, json_texts

FORMATS: Mapping[str, str] = {
    "graphml": "file", "gexf": "file", "parquet": "folder", "neo4j-admin": "folder",
    "cypher": "file",
}  # fmt: skip
"""Output of each format: one file or a folder."""
ENDINGS = {".graphml": "graphml", ".gexf": "gexf", ".cypher": "cypher"}
OF_TRADE = ("graphml", "gexf")
"""Formats of the trade network."""


@dataclass(frozen=True)
class Exported:
    """Numbers of nodes and relationships written, and notes."""

    nodes: int
    edges: int
    notes: tuple[str, ...] = ()


def read(
    store: Store, scope: str | None = None, period: str | None = None, *, form: str = "parquet"
) -> Graph | StoredGraph | TradeNetwork:
    """Read the whole graph, or with a scope or period its trade network.

    A format that draws the graph reads it while it writes.

    Scope and period are those of :func:`graphkit.questions.dependence.depends`.

    Raises
    ------
    UsageError
        A name is unknown, or the period is invalid.
    GraphkitError
        The database has no graph, or no trade in the scope.
    """
    if scope is None and period is None:
        return StoredGraph(store) if form in OF_TRADE else stored_graph(store)
    return trade_network(store, scope, period)


def chosen_format(form: str | None, output: Path, *, of_trade: bool) -> str:
    """Return the format asked for or of the file's ending, and check the output.

    Raises
    ------
    UsageError
        The format is unknown or not one of the trade network, or the folder has files in it.
    """
    if form is None:
        form = ENDINGS.get(output.suffix.lower())
        if form is None:
            raise UsageError(f"wanted --format, one of {', '.join(FORMATS)}")
    if form not in FORMATS:
        raise UsageError(f"--format: found {form!r}, wanted one of {', '.join(FORMATS)}")
    if of_trade and form not in OF_TRADE:
        raise UsageError(
            f"--for and --period export the trade network alone, in {' or '.join(OF_TRADE)}, "
            f"not in {form}"
        )
    if FORMATS[form] == "file" and output.is_dir():
        raise UsageError(f"--output: {output} is a folder; {form} is one file")
    check_place(output)
    occupied = output.exists() and not (output.is_dir() and not any(output.iterdir()))
    if FORMATS[form] == "folder" and occupied:
        raise UsageError(f"--output: {output} exists; {form} wants a new or empty folder")
    return form


def write(content: Graph | StoredGraph | TradeNetwork, output: Path, form: str) -> Exported:
    """Write a graph or trade network beside the output first, then into its place."""
    if not isinstance(content, Graph):
        with _replacing(output) as path:
            if isinstance(content, TradeNetwork):
                return Exported(*formats.write_trade(content, path, form), content.notes)
            return Exported(*formats.write_whole(content.parts, path, form))
    writers: Mapping[str, Callable[[Graph, Path], None]] = {
        "parquet": write_parquet_folder,
        "neo4j-admin": formats.write_import_folder,
        "cypher": formats.write_script,
    }
    with _replacing(output) as path:
        writers[form](content, path)
    nodes = sum(content.count(kind.name) for kind in content.schema.nodes)
    return Exported(nodes, content.rows - nodes)


@contextmanager
def _replacing(output: Path) -> Iterator[Path]:
    """Provide a path beside the output, and move it to the output when all is written.

    Raises
    ------
    GraphkitError
        It cannot be written.
    """
    try:
        beside = tempfile.mkdtemp(prefix=f".{output.name}.", dir=output.absolute().parent)
    except OSError as error:
        raise GraphkitError(f"cannot write {output}: {error.strerror or error}") from error
    try:
        path = Path(beside, output.name)
        yield path
        if output.is_dir():
            output.rmdir()
        path.replace(output)
    except OSError as error:
        raise GraphkitError(f"cannot write {output}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def write_parquet_folder(graph: Graph, folder: Path) -> None:
    """Write one file per kind, with the unit and doc of each column in its metadata.

    Relationships have their two ends first, each followed by its kind of node.
    """
    from pyarrow import parquet

    folder.mkdir()
    for kind in graph.schema.kinds:
        parts = [_with_kinds(part) for part in graph.parts if part.kind == kind]
        if parts:
            table = pa.concat_tables(parts)
            parquet.write_table(_described(table, kind), folder / f"{kind.name}.parquet")


def _with_kinds(part: Part) -> pa.Table:
    table = part.rows()
    for end, kind in zip(part.kind.ends, part.ends, strict=True):
        column = pa.array([kind.name] * len(table), pa.string())
        place = table.column_names.index(end.name)
        table = table.add_column(place + 1, f"{end.name}_kind", column)
    return table


def _described(table: pa.Table, kind: Kind) -> pa.Table:
    docs = {p.name: (p.doc, p.unit) for p in (*kind.columns, *kind.stored)}
    fields = []
    for field in table.schema:
        doc, unit = docs.get(field.name, ("Kind of node.", None))
        fields.append(field.with_metadata({"doc": doc, **({"unit": unit} if unit else {})}))
    about = {"kind": kind.name, "doc": kind.doc}
    return table.cast(pa.schema(fields, metadata=about))


@dataclass(frozen=True)
class StoredGraph:
    """The graph in a database, of which no more than a page is in memory."""

    store: Store
    schema: Schema = GRAPH
    page: int = 2**15
    """About how many relationships are read at once."""

    def parts(self, *, empty: bool = False) -> Iterator[Part]:
        """Read graphkit's nodes and relationships page by page, the load marker last.

        Each kind is ordered by key; an edge kind is, for each pair of node kinds, some parts in
        that order. With ``empty``, there is one part of each kind that has any, without its rows.

        Raises
        ------
        GraphkitError
            The database has no graph of graphkit's.
        """
        rows = 0
        try:
            for kind in sorted(self.schema.kinds, key=lambda kind: kind == LOAD):
                ranges = _ranges(self.store, kind, self.page)
                for ends in joined(self.schema, kind) if ranges else ():
                    for keys in ranges[: 1 if empty else None]:
                        if empty and ends:
                            yield Part(kind, coded(_columns(kind).empty_table()), *ends)
                            continue
                        self.store.free(sparing=True)  # of what the page before left in its pool
                        found = _rows(self.store, kind, ends, keys).sort_by(kind.key)
                        rows += len(found)
                        yield Part(kind, coded(found.slice(0, 0 if empty else None)), *ends)
                        release_memory()  # of the database's rows, before the next ones
        finally:
            self.store.free()
        if not rows:
            raise GraphkitError(f"{self.store.label} holds no graph: fill it with 'graphkit load'")


def stored_graph(store: Store, schema: Schema = GRAPH) -> Graph:
    """Read graphkit's nodes and relationships from a database, the load marker last.

    Each kind is one part, ordered by key; an edge kind is one part per pair of node kinds.

    Raises
    ------
    GraphkitError
        The database has no graph of graphkit's.
    """
    kinds = sorted(schema.kinds, key=lambda kind: kind == LOAD)  # the load marker is last
    parts = [part for kind in kinds for part in _parts(store, schema, kind)]
    store.free()
    if not any(len(part.table) for part in parts):
        raise GraphkitError(f"{store.label} holds no graph: fill it with 'graphkit load'")
    return Graph(schema, tuple(parts))


def _parts(store: Store, schema: Schema, kind: Kind) -> Iterator[Part]:
    """Read the rows of a kind; of an edge kind, one part per pair of node kinds it joins."""
    found: dict[tuple[Kind, ...], list[pa.Table]] = {ends: [] for ends in joined(schema, kind)}
    for page in _pages(store, schema, kind):
        for ends, rows in page.items():
            if len(rows) or not ends:
                found[ends].append(coded(rows.sort_by(kind.key)))
    for ends, pages in found.items():
        if pages:
            yield Part(kind, pa.concat_tables(pages), *ends)


Page = Mapping[tuple[Kind, ...], pa.Table]
"""Rows of one kind, for each pair of node kinds that they join."""
PAGE = 2**16
"""About how many relationships are read at once."""


def _pages(store: Store, schema: Schema, kind: Kind) -> Iterator[Page]:
    """Read the rows of a kind, page after page by key, in any order within a page."""
    for keys in _ranges(store, kind, PAGE):
        yield {ends: _rows(store, kind, ends, keys) for ends in joined(schema, kind)}
        release_memory()  # of the database's rows, before the next ones


def _ranges(store: Store, kind: Kind, size: int) -> list[Mapping[str, int]]:
    """Divide the keys of a kind of relationship into ranges; all nodes of a kind are one.

    Keys of relationships are fingerprints, so that equal parts of their range hold about as many.
    """
    if not kind.is_edge:
        return [{}]
    count_all = f"MATCH ()-[x:`{kind.name}`]->() RETURN count(*) AS n"
    count = math.ceil(store.run(count_all).table["n"][0].as_py() / size)
    bounds = [2**64 * part // max(count, 1) - 2**63 for part in range(count + 1)]
    return [{"low": low, "high": end - 1} for low, end in pairwise(bounds)]


def _rows(store: Store, kind: Kind, ends: tuple[Kind, ...], keys: Mapping[str, int]) -> pa.Table:
    return store.run(statement(kind, ends), keys).table.cast(_columns(kind))


def _columns(kind: Kind) -> pa.Schema:
    types = [pa.field(end.name, pa.string()) for end in kind.ends]
    return pa.schema([*types, *(pa.field(p.name, ARROW[p.type]) for p in kind.stored)])


def joined(schema: Schema, kind: Kind) -> list[tuple[Kind, ...]]:
    """List the pairs of node kinds that an edge kind may join; one empty tuple for a node kind."""
    if not kind.is_edge:
        return [()]
    starts, ends = (end.kinds for end in kind.ends)
    return [(schema[a], schema[b]) for a in starts for b in ends]


def statement(kind: Kind, ends: tuple[Kind, ...]) -> str:
    """Write the query for the rows of a kind: ends of an edge, and all stored properties.

    Those of edges are limited to keys from the parameter ``low`` to ``high``.
    """
    pattern = "(a:`{0}`)-[x:`{2}`]->(b:`{1}`)" if ends else "(x:`{0}`)"
    pattern = pattern.format(*(k.name for k in ends), kind.name)
    columns = [
        f"{variable}.`{k.key}` AS `{end.name}`"
        for variable, k, end in zip("ab", ends, kind.ends, strict=False)
    ]
    columns += [f"x.`{p.name}` AS `{p.name}`" for p in kind.stored]
    between = f"AND x.`{kind.key}` >= $low AND x.`{kind.key}` <= $high " if ends else ""
    # Rows without a digest are not graphkit's.
    return f"MATCH {pattern} WHERE x.digest IS NOT NULL {between}RETURN {', '.join(columns)}"


def trade_network(store: Store, scope: str | None, period: str | None) -> TradeNetwork:
    """Read the trade of a scope in a period, or in the newest period of each product.

    Raises
    ------
    UsageError
        A name is unknown or the period invalid; the message suggests the nearest.
    GraphkitError
        The scope has no trade; the message says what has.
    """
    catalog = Catalog(store)
    trade = trade_of(catalog, catalog.materials.scope(scope), PERIOD.read(period))
    if trade.lacking:
        raise GraphkitError(trade.lacking[0].lower() + trade.lacking[1:].rstrip("."))
    ends = {*trade.shares["supplier"].to_pylist(), *trade.shares["consumer"].to_pylist()}
    regions = {row["key"]: row["region"] for row in rows_of(store, "countries").to_pylist()}
    places: dict[str, Mapping[str, str | None]] = {}
    for place in map(catalog.places.with_key, sorted(ends)):
        about = {"label": place.name, "kind": place.kind, "region": regions.get(place.key)}
        places[place.key] = about
    series = [
        f"{s['product']}, {s['period']}: {s['flows']:,} flows, data set {s['dataset']}, source "
        f"{s['source']}"
        for s in trade.series
    ]
    return TradeNetwork(trade.shares, places, (*series, *trade.notes))


@dataclass(frozen=True)
class Digest:
    """SHA-256 of the canonical lines of a graph, and the numbers of nodes and edges."""

    sha256: str
    nodes: int
    edges: int


def digest(store: Store, schema: Schema = GRAPH) -> Digest:
    """Compute one number for a database, equal if and only if the graphs are equal.

    Parameters
    ----------
    store : Store
        The database; some 65,000 of its relationships are in memory at a time.
    schema : Schema
        Its kinds and properties.

    Returns
    -------
    Digest
        SHA-256 of :func:`lines`, in UTF-8, each with a line feed at its end.
    """
    total = hashlib.sha256()
    count = {False: 0, True: 0}
    for kind, some in _lines(store, schema):
        _, offsets, text = some.buffers()
        total.update(memoryview(text)[: int(np.frombuffer(offsets, np.int64)[len(some)])])
        count[kind.is_edge] += len(some)
    return Digest(total.hexdigest(), count[False], count[True])


def lines(store: Store, schema: Schema = GRAPH) -> Iterator[str]:
    """Yield every node and relationship as one line, in the order of the lines' bytes.

    A node is its kind, key and properties; a relationship its kind, key (plus 2⁶³, in 16 hex
    digits), the kind and key of its start, those of its end, and its properties, separated by
    tabs. Properties are JSON without spaces, sorted by name, without missing ones.
    """
    for _, some in _lines(store, schema):
        for line in some.to_pylist():
            yield line[:-1]


def _lines(store: Store, schema: Schema) -> Iterator[tuple[Kind, pa.LargeStringArray]]:
    """Yield lines with a line feed each, some of one kind at a time."""
    for kind in sorted(schema.kinds, key=lambda kind: kind.name):
        for page in _pages(store, schema, kind):
            found = pa.concat_arrays([_written(kind, ends, rows) for ends, rows in page.items()])
            keys = pa.concat_tables([rows.select([kind.key]) for rows in page.values()])
            # Keys contain no tab, so that their order is that of the lines.
            yield kind, found.take(pc.sort_indices(keys, sort_keys=[(kind.key, "ascending")]))


def _written(kind: Kind, ends: tuple[Kind, ...], rows: pa.Table) -> pa.LargeStringArray:
    """Write rows as lines."""
    key = rows[kind.key]
    fields = [f"{kind.name}\t", _hex(key) if kind.is_edge else key]
    for end, other in zip(kind.ends, ends, strict=False):
        fields += [f"\t{other.name}\t", rows[end.name]]
    fields.append("\t{")
    names = sorted(p.name for p in kind.stored)
    always = names.index(DIGEST.name)  # a missing property leaves no comma
    for place, name in enumerate(names):
        comma = ("," * (place > always), "," * (place < always))
        fields.append(_json(rows[name], f'{comma[0]}"{name}":', comma[1]))
    line = pc.binary_join_element_wise(*fields, "}\n", "", null_handling="skip")
    return line.cast(pa.large_string()).combine_chunks()


def _hex(keys: pa.ChunkedArray) -> pa.Array:
    """Write numbers plus 2⁶³ in 16 hexadecimal digits."""
    shifted = keys.to_numpy().view(np.uint64) ^ np.uint64(2**63)
    digits = pa.py_buffer(shifted.astype(">u8").tobytes().hex().encode())
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(keys), [None, digits]).cast(
        pa.string()
    )


def _json(column: pa.ChunkedArray, before: str, after: str) -> pa.ChunkedArray:
    """Write each value of a column as JSON between two texts; null stays null."""
    if pa.types.is_string(column.type):
        return each_text(column, lambda text: before + canonical_json(text) + after)
    if pa.types.is_floating(column.type):
        column = shortest(column)
    elif pa.types.is_list(column.type):
        column = pa.chunked_array([json_texts(column.to_pylist())], pa.string())
    else:
        column = column.cast(pa.string())  # whole numbers, true and false
    return pc.binary_join_element_wise(before, column, after, "")
