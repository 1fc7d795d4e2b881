"""Tables that a database loads, built from checked facts: links, dependence, keys, digests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit._version import __version__
from graphkit.analysis.flows import preferred_flows, totals
from graphkit.analysis.remnants import first_years_of_remnants
from graphkit.analysis.shares import coded_shares, ranked
from graphkit.arrow import (
    ARROW,
    any_twice,
    coded,
    fingerprints,
    lean_memory,
    release_memory,
    without_codes,
)
from graphkit.errors import GraphkitError
from graphkit.period import Period
from graphkit.schema import DIGEST, KEY, LOAD, SUPERSEDED, YEAR, Kind, Prop, Schema
from graphkit.seeds.check import Facts


@dataclass(frozen=True)
class Part:
    """Rows of one kind; for an edge kind, those that join two particular node kinds.

    ``table`` has, for an edge, its two ends first; then the properties of ``kind.stored``. Its text
    columns may be dictionary-encoded; ``rows`` decodes them.
    """

    kind: Kind
    table: pa.Table
    start: Kind | None = None
    end: Kind | None = None

    def rows(self, start: int = 0, length: int | None = None) -> pa.Table:
        """Return some or all rows, with plain text."""
        return without_codes(self.table.slice(start, length))

    @property
    def ends(self) -> tuple[Kind, ...]:
        """Node kinds that an edge kind joins; empty for a node kind."""
        return (self.start, self.end) if self.start and self.end else ()


@dataclass(frozen=True)
class Graph:
    """The whole content of a database, nodes before edges."""

    schema: Schema
    parts: tuple[Part, ...]

    def count(self, kind: str) -> int:
        """Count the rows of a kind."""
        return sum(len(p.table) for p in self.parts if p.kind.name == kind)

    @property
    def rows(self) -> int:
        """Number of nodes and relationships."""
        return sum(len(p.table) for p in self.parts)


def build_graph(facts: Facts) -> Graph:
    """Derive links and dependence, fill years, and give every fact its key and digest.

    Parameters
    ----------
    facts : Facts
        Checked seeds.

    Returns
    -------
    Graph
        Nodes sorted by key, then edges sorted by identity; the same facts give the same graph
        whatever the order of files and rows.
    """
    with lean_memory():
        return _built(facts)


def _built(facts: Facts) -> Graph:
    schema = facts.schema
    if "EXPORTS" in schema.by_name:
        facts = _with_preferred(facts)
    keys = {
        k: facts[k.name][k.key].cast(pa.string()).combine_chunks()
        for k in schema.nodes
        if not k.derived
    }
    parts = [Part(kind, _with_digests(_finish(kind, facts[kind.name]))) for kind in keys]
    for kind in schema.edges:
        for table, starts, ends in _edge_tables(kind, facts):
            release_memory(table)
            parts += _split(_finish(kind, table), kind, starts, ends, keys)
            release_memory(table)
    if LOAD in schema.nodes:
        parts.append(Part(LOAD, _with_digests(_marker(parts))))
    return Graph(schema, tuple(parts))


def _marker(parts: list[Part]) -> pa.Table:
    """Build the load marker: the number of facts, and a digest of all."""
    content = hashlib.sha256()
    for part in sorted(parts, key=lambda p: (p.kind.name, *(k.name for k in p.ends))):
        content.update(part.kind.name.encode())
        content.update(part.table[DIGEST.name].to_numpy().astype(">i8").tobytes())
    facts = sum(len(p.table) for p in parts)
    values = ("graphkit", __version__, facts, content.hexdigest())
    return coded(pa.table({p.name: [v] for p, v in zip(LOAD.columns, values, strict=True)}))


Ends = tuple[pa.Table, list[Kind], list[Kind]]
"""Rows of an edge kind, and the node kinds that their two ends may be."""


def _edge_tables(kind: Kind, facts: Facts) -> Iterator[Ends]:
    """Yield the rows of an edge kind from its seeds, references with ``edge``, or trade."""
    start, end = kind.ends
    starts = [facts.schema[name] for name in start.kinds]
    ends = [facts.schema[name] for name in end.kinds]
    if SUPERSEDED in kind.props:
        yield _with_editions(facts[kind.name], facts["Source"]), starts, ends
    elif not kind.derived:
        yield facts[kind.name], starts, ends
    elif kind.name == "COVERS":
        yield coded(totals(facts["EXPORTS"])), starts, ends
    elif kind.name == "DEPENDS_ON":
        yield _dependence(kind, facts["EXPORTS"]), starts, ends
    for owner in facts.schema.nodes:
        for prop in (p for p in owner.props if p.edge == kind.name):
            targets = [facts.schema[name] for name in prop.ref]
            yield _links(kind, facts[owner.name], owner.key, prop), [owner], targets


def _links(kind: Kind, table: pa.Table, key: str, prop: Prop) -> pa.Table:
    """Build one relationship for every value of a reference."""
    pairs = [
        (owner, target)
        for owner, value in zip(table[key].to_pylist(), table[prop.name].to_pylist(), strict=True)
        for target in (value if isinstance(value, list) else [value])
        if target is not None
    ]
    values = {
        kind.columns[0].name: [a for a, _ in pairs],
        kind.columns[1].name: [b for _, b in pairs],
    }
    values["role"] = [prop.name] * len(pairs)
    return coded(pa.table({p.name: pa.array(values[p.name], ARROW[p.type]) for p in kind.columns}))


Edition = tuple[str | None, str, str]
"""A series of editions, a product and a period."""


def _with_editions(table: pa.Table, sources: pa.Table) -> pa.Table:
    """Name on each figure the newest edition of its source, if that has its product and period.

    A table of an edition is replaced as a whole, since its total goes with its countries.
    """
    series = {s["key"]: (s["edition_of"], s["published"]) for s in sources.to_pylist()}
    places: list[tuple[Edition, str]] = []
    newest: dict[Edition, tuple[str, str]] = {}
    for row in table.select(["product", "period", "source"]).to_pylist():
        edition_of, published = series[row["source"]]
        place = (edition_of, row["product"], row["period"])
        places.append((place, row["source"]))
        if edition_of:
            newest[place] = max(newest.get(place, ("", "")), (published, row["source"]))
    superseding = []
    for place, source in places:
        newest_source = newest[place][1] if place in newest else source
        superseding.append(newest_source if newest_source != source else None)
    column = pa.array(superseding, pa.string()).dictionary_encode()
    return table.append_column(SUPERSEDED.name, column)


def _with_preferred(facts: Facts) -> Facts:
    """Mark the flows that answers take."""
    sets = facts["Dataset"].select(["preference", "key"]).to_pylist()
    order = [row["key"] for row in sorted(sets, key=lambda row: (row["preference"], row["key"]))]
    exports, remnants = facts["EXPORTS"], {}
    if "TRADED_AS" in facts.schema.by_name:
        remnants = first_years_of_remnants(facts["TRADED_AS"])
    marked = exports.append_column("preferred", preferred_flows(exports, order, remnants))
    return Facts(facts.schema, {**facts.tables, "EXPORTS": marked})


def _dependence(kind: Kind, exports: pa.Table) -> pa.Table:
    """Build DEPENDS_ON: the import shares of every country, product and period."""
    exports = exports.filter(exports["preferred"])
    shares = coded_shares(exports.rename_columns({"exporter": "supplier", "importer": "consumer"}))
    return shares.select([p.name for p in kind.columns])


def _finish(kind: Kind, table: pa.Table) -> pa.Table:
    """Complete rows for a database, except the digest: add year and key, sort by identity."""
    if YEAR in kind.props:
        periods = table["period"].combine_chunks().dictionary_encode()
        years = pa.array([Period(p).year for p in periods.dictionary.to_pylist()], pa.int64())
        table = table.append_column(YEAR.name, years.take(periods.indices))
    if kind.is_edge:
        keys = fingerprints(table.select(kind.identity), kind.name)
        if any_twice(keys):
            raise GraphkitError(
                f"two facts of {kind.name} have the same fingerprint; change one of them"
            )
        table = table.append_column(KEY.name, pa.array(keys))
    names = [end.name for end in kind.ends] + [p.name for p in kind.stored if p != DIGEST]
    return _narrow(table.select(names)).take(_order(table, kind.identity)).combine_chunks()


def _order(table: pa.Table, names: Sequence[str]) -> np.ndarray:
    """Return the positions of the rows in order of these columns of text, null first."""
    keys = []
    for name in names:
        places, values = ranked(table[name])
        keys.append(np.where(places == len(values) - 1, -1, places))
    return np.lexsort(keys[::-1])


def _with_digests(table: pa.Table, kind_names: str = "") -> pa.Table:
    """Append digests of names and values, and for an edge also of the kinds that it joins."""
    return table.append_column(DIGEST.name, pa.array(fingerprints(table, kind_names)))


def _narrow(table: pa.Table) -> pa.Table:
    """Narrow the dictionary codes of a table to as few bytes as they need."""
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            codes = table[field.name].combine_chunks()
            kind = next(k for k in (pa.int8(), pa.int16(), pa.int32())
                        if len(codes.dictionary) <= 2 ** (k.bit_width - 1))  # fmt: skip
            narrow = pa.DictionaryArray.from_arrays(codes.indices.cast(kind), codes.dictionary)
            table = table.set_column(place, field.name, narrow)
    return table


def _split(
    table: pa.Table,
    kind: Kind,
    starts: list[Kind],
    ends: list[Kind],
    keys: Mapping[Kind, pa.Array],
) -> Iterator[Part]:
    """Split the rows of an edge kind by the node kinds they join, as bulk loads need them."""
    start, end = kind.ends
    for from_kind in starts:
        rows = _among(table, start.name, keys[from_kind], len(starts))
        for to_kind in ends:
            part = _among(rows, end.name, keys[to_kind], len(ends))
            if len(part):
                part = _with_digests(part, f"{from_kind.name}>{to_kind.name}")
                yield Part(kind, part.combine_chunks(), from_kind, to_kind)


def _among(table: pa.Table, end: str, keys: pa.Array, choices: int) -> pa.Table:
    if choices == 1:
        return table
    codes = table[end].combine_chunks()
    return table.filter(pc.is_in(codes.dictionary, value_set=keys).take(codes.indices))
