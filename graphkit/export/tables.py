"""Tables of a whole database in fixed order, and their digest."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from graphkit.arrow import ARROW
from graphkit.build import Graph, Part
from graphkit.catalog import Catalog
from graphkit.errors import GraphkitError
from graphkit.parameters import PERIOD
from graphkit.queries import rows_of
from graphkit.questions.trade import trade_of
from graphkit.schema import GRAPH, LOAD, Kind, Schema
from graphkit.stores import Store
from graphkit.stores.results import canonical_json


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
    if not any(len(part.table) for part in parts):
        raise GraphkitError(f"{store.label} holds no graph: fill it with 'graphkit load'")
    return Graph(schema, tuple(parts))


def _parts(store: Store, schema: Schema, kind: Kind) -> Iterator[Part]:
    """Read the rows of a kind; of an edge kind, one part per pair of node kinds it joins."""
    for ends in joined(schema, kind):
        types = [pa.field(end.name, pa.string()) for end in kind.ends]
        types += [pa.field(p.name, ARROW[p.type]) for p in kind.stored]
        rows = store.run(statement(kind, ends)).table.cast(pa.schema(types))
        if len(rows) or not ends:
            yield Part(kind, rows, *ends)


def joined(schema: Schema, kind: Kind) -> list[tuple[Kind, ...]]:
    """List the pairs of node kinds that an edge kind may join; one empty tuple for a node kind."""
    if not kind.is_edge:
        return [()]
    starts, ends = (end.kinds for end in kind.ends)
    return [(schema[a], schema[b]) for a in starts for b in ends]


def statement(kind: Kind, ends: tuple[Kind, ...], page: int | None = None) -> str:
    """Write the query for the rows of a kind by key: ends of an edge, and all stored properties.

    With ``page``, limit it to that many rows, with keys after the parameter ``after``.
    """
    pattern = "(a:`{0}`)-[x:`{2}`]->(b:`{1}`)" if ends else "(x:`{0}`)"
    pattern = pattern.format(*(k.name for k in ends), kind.name)
    columns = [
        f"{variable}.`{k.key}` AS `{end.name}`"
        for variable, k, end in zip("ab", ends, kind.ends, strict=False)
    ]
    columns += [f"x.`{p.name}` AS `{p.name}`" for p in kind.stored]
    after, limit = (f"AND x.`{kind.key}` > $after ", f" LIMIT {page}") if page else ("", "")
    # Rows without a digest are not graphkit's.
    return (
        f"MATCH {pattern} WHERE x.digest IS NOT NULL {after}RETURN {', '.join(columns)} "
        f"ORDER BY `{kind.key}`{limit}"
    )


@dataclass(frozen=True)
class TradeNetwork:
    """Trade flows in scope, and the places they join."""

    shares: pa.Table
    """Sales of each supplier to each consumer in each series, summed over HS codes."""
    places: Mapping[str, Mapping[str, str | None]]
    """Name, kind and region of each place, by key."""
    notes: tuple[str, ...]


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


PAGE = 10_000


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
        The database; only one page of its rows is in memory at a time.
    schema : Schema
        Its kinds and properties.

    Returns
    -------
    Digest
        SHA-256 of :func:`lines`, in UTF-8, each with a line feed at its end.
    """
    total = hashlib.sha256()
    count = {False: 0, True: 0}
    for kind in _in_order(schema):
        for line in _lines(store, schema, kind):
            total.update(f"{line}\n".encode())
            count[kind.is_edge] += 1
    return Digest(total.hexdigest(), count[False], count[True])


def lines(store: Store, schema: Schema = GRAPH) -> Iterator[str]:
    """Yield every node and relationship as one line, in the order of the lines' bytes.

    A node is its kind, key and properties; a relationship its kind, key (plus 2⁶³, in 16 hex
    digits), the kind and key of its start, those of its end, and its properties, separated by
    tabs. Properties are JSON without spaces, sorted by name, without missing ones.
    """
    for kind in _in_order(schema):
        yield from _lines(store, schema, kind)


def _in_order(schema: Schema) -> list[Kind]:
    return sorted(schema.kinds, key=lambda kind: kind.name)


def _lines(store: Store, schema: Schema, kind: Kind) -> Iterator[str]:
    """Yield the lines of one kind; keys contain no tab, so key order is line order."""
    return heapq.merge(*(_lines_between(store, kind, ends) for ends in joined(schema, kind)))


def _lines_between(store: Store, kind: Kind, ends: tuple[Kind, ...]) -> Iterator[str]:
    text, after = statement(kind, ends, PAGE), -(2**63) if kind.is_edge else ""
    while rows := store.run(text, {"after": after}).table.to_pylist():
        for row in rows:
            joins = [
                f"{k.name}\t{row.pop(end.name)}" for k, end in zip(ends, kind.ends, strict=True)
            ]
            found = {name: value for name, value in row.items() if value is not None}
            key = found[kind.key]
            if kind.is_edge:
                key = f"{key + 2**63:016x}"
            yield "\t".join([kind.name, key, *joins, canonical_json(found)])
        after = rows[-1][kind.key]
