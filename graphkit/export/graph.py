"""The graph that a database holds, table by table."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import pyarrow as pa

from graphkit.answers.note import words_of_notes
from graphkit.arrow import ARROW, coded, release_memory
from graphkit.build import Graph, Part
from graphkit.catalog.catalog import Catalog
from graphkit.errors import GraphkitError
from graphkit.export.formats import TradeNetwork
from graphkit.queries import rows_of
from graphkit.questions.shared.trade import in_sentence, trade_of
from graphkit.schema import GRAPH, LOAD, Kind, Schema
from graphkit.stores.base import Progress, Store, no_progress
from graphkit.verbs.shared import PERIOD


@dataclass(frozen=True)
class StoredGraph:
    """The graph in a database, of which no more than a page is in memory."""

    store: Store
    schema: Schema = GRAPH
    page: int = 2**15
    """About how many relationships are read at once."""
    progress: Progress = no_progress
    """Called with each kind and the number of rows that were drawn."""

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
                        self.store.free()  # of what the page before left in its pool
                        table = _rows(self.store, kind, ends, keys).sort_by(kind.key)
                        rows += len(table)
                        yield Part(kind, coded(table.slice(0, 0 if empty else None)), *ends)
                        if not empty:
                            self.progress(kind.name, len(table))
                        release_memory()  # of the database's rows, before the next ones
        finally:
            self.store.free()
        if not rows:
            raise GraphkitError(f"{self.store.label} holds no graph: fill it with 'graphkit load'")


def stored_graph(store: Store, schema: Schema = GRAPH, progress: Progress = no_progress) -> Graph:
    """Read graphkit's nodes and relationships from a database, the load marker last.

    Each kind is one part, ordered by key; an edge kind is one part per pair of node kinds.

    Raises
    ------
    GraphkitError
        The database has no graph of graphkit's.
    """
    kinds = sorted(schema.kinds, key=lambda kind: kind == LOAD)  # the load marker is last
    parts = []
    for kind in kinds:
        of_kind = [*_parts(store, schema, kind)]
        progress(kind.name, sum(len(part.table) for part in of_kind))
        parts += of_kind
    store.free()
    if not any(len(part.table) for part in parts):
        raise GraphkitError(f"{store.label} holds no graph: fill it with 'graphkit load'")
    return Graph(schema, tuple(parts))


def _parts(store: Store, schema: Schema, kind: Kind) -> Iterator[Part]:
    """Read the rows of a kind; of an edge kind, one part per pair of node kinds it joins."""
    by_ends: dict[tuple[Kind, ...], list[pa.Table]] = {ends: [] for ends in joined(schema, kind)}
    for page in pages(store, schema, kind):
        for ends, rows in page.items():
            if len(rows) or not ends:
                by_ends[ends].append(coded(rows.sort_by(kind.key)))
    for ends, tables in by_ends.items():
        if tables:
            yield Part(kind, pa.concat_tables(tables), *ends)


Page = Mapping[tuple[Kind, ...], pa.Table]
"""Rows of one kind, for each pair of node kinds that they join."""
PAGE = 2**16
"""About how many relationships are read at once."""


def pages(store: Store, schema: Schema, kind: Kind) -> Iterator[Page]:
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
    between = f"WHERE x.`{kind.key}` >= $low AND x.`{kind.key}` <= $high " if ends else ""
    return f"MATCH {pattern} {between}RETURN {', '.join(columns)}"


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
        raise GraphkitError(in_sentence(trade.lacking.words))
    keys = {*trade.shares["supplier"].to_pylist(), *trade.shares["consumer"].to_pylist()}
    regions = {row["key"]: row["region"] for row in rows_of(store, "countries").to_pylist()}
    places: dict[str, Mapping[str, str | None]] = {}
    for place in map(catalog.places.with_key, sorted(keys)):
        about = {"label": place.name, "kind": place.kind, "region": regions.get(place.key)}
        places[place.key] = about
    series = [
        f"{s.product}, {s.period}: {s.flows:,} flows, data set {s.dataset}, source {s.source}"
        for s in trade.series
    ]
    return TradeNetwork(trade.shares, places, (*series, *words_of_notes(trade.notes)))
