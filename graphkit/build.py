"""Turns checked facts into the tables that a database loads: links, dependence, keys, digests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from graphkit import __version__
from graphkit.analysis.shares import import_shares
from graphkit.period import Period
from graphkit.schema import DIGEST, LOAD, YEAR, Kind, Prop, Schema
from graphkit.seeds import Facts, identities
from graphkit.seeds.values import ARROW

BATCH = 2**16
"""Rows that are made into Python's own text at once: it takes many times the room of Arrow's."""


@dataclass(frozen=True)
class Part:
    """Rows of one kind; of an edge kind, those that join two particular node kinds.

    ``table`` has, for an edge, its two ends first; then the properties of ``kind.stored``.
    """

    kind: Kind
    table: pa.Table
    start: Kind | None = None
    end: Kind | None = None

    @property
    def ends(self) -> tuple[Kind, ...]:
        """The two node kinds that an edge joins, none of a node."""
        return (self.start, self.end) if self.start and self.end else ()


@dataclass(frozen=True)
class Graph:
    """Everything a database is to hold, nodes before edges."""

    schema: Schema
    parts: tuple[Part, ...]

    def count(self, kind: str) -> int:
        """How many rows of a kind there are."""
        return sum(len(p.table) for p in self.parts if p.kind.name == kind)

    @property
    def rows(self) -> int:
        """How many nodes and relationships there are."""
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
        Nodes sorted by key, then edges sorted by key; the same facts give the same graph
        whatever the order of files and rows.
    """
    schema = facts.schema
    keys = {k: facts[k.name][k.key].combine_chunks() for k in schema.nodes if not k.derived}
    parts = [Part(kind, _with_digests(_finish(kind, facts[kind.name]))) for kind in keys]
    for kind in schema.edges:
        for table, starts, ends in _edge_tables(kind, facts):
            parts += _split(_finish(kind, table), kind, starts, ends, keys)
    if LOAD in schema.nodes:
        parts.append(Part(LOAD, _with_digests(_marker(parts))))
    return Graph(schema, tuple(parts))


def _marker(parts: list[Part]) -> pa.Table:
    """The load marker: how much there is, and a digest of all of it."""
    content = hashlib.sha256()
    for part in sorted(parts, key=lambda p: (p.kind.name, *(k.name for k in p.ends))):
        content.update(part.kind.name.encode())
        digests = part.table[DIGEST.name]
        for start in range(0, len(digests), BATCH):
            content.update("".join(digests.slice(start, BATCH).to_pylist()).encode())
    facts = sum(len(p.table) for p in parts)
    values = ("graphkit", __version__, facts, content.hexdigest())
    return pa.table({p.name: [v] for p, v in zip(LOAD.columns, values, strict=True)})


Ends = tuple[pa.Table, list[Kind], list[Kind]]
"""Rows of an edge kind, and the node kinds that their two ends may be."""


def _edge_tables(kind: Kind, facts: Facts) -> Iterator[Ends]:
    """Where the rows of an edge kind come from: its seeds, references with ``edge``, or trade."""
    start, end = kind.ends
    starts = [facts.schema[name] for name in start.kinds]
    ends = [facts.schema[name] for name in end.kinds]
    if not kind.derived:
        yield facts[kind.name], starts, ends
    elif kind.name == "DEPENDS_ON":
        yield _dependence(kind, facts["EXPORTS"]), starts, ends
    for owner in facts.schema.nodes:
        for prop in (p for p in owner.props if p.edge == kind.name):
            targets = [facts.schema[name] for name in prop.ref]
            yield _links(kind, facts[owner.name], owner.key, prop), [owner], targets


def _links(kind: Kind, table: pa.Table, key: str, prop: Prop) -> pa.Table:
    """One relationship for every value of a reference."""
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
    return pa.table({p.name: pa.array(values[p.name], ARROW[p.type]) for p in kind.columns})


def _dependence(kind: Kind, exports: pa.Table) -> pa.Table:
    """DEPENDS_ON: the import shares of every country, product and period."""
    shares = import_shares(exports.rename_columns({"exporter": "supplier", "importer": "consumer"}))
    return shares.select([p.name for p in kind.columns])


def _finish(kind: Kind, table: pa.Table) -> pa.Table:
    """Rows as a database holds them, but for the digest: year and key filled in, by identity."""
    identity = identities(kind, table)
    if YEAR in kind.props:
        years = {p: Period(p).year if p else None for p in table["period"].unique().to_pylist()}
        filled = pa.array([years[p] for p in table["period"].to_pylist()], pa.int64())
        table = table.append_column(YEAR.name, filled)
    if kind.is_edge:
        table = table.append_column(kind.key, identity)
    names = [end.name for end in kind.ends] + [p.name for p in kind.stored if p != DIGEST]
    return table.select(names).take(pc.sort_indices(identity)).combine_chunks()


def _with_digests(table: pa.Table, ends: str = "") -> pa.Table:
    """Append the digests: of names and values, and of an edge also of the kinds that it joins."""
    names = "\x1e".join([*table.column_names, ends])
    starts = range(0, max(len(table), 1), BATCH)
    chunks = [_digests(table.slice(start, BATCH), names) for start in starts]
    return table.append_column(DIGEST.name, pa.chunked_array(chunks, pa.string()))


def _digests(rows: pa.Table, names: str) -> pa.Array:
    columns = []
    for field in rows.schema:
        column = rows[field.name].combine_chunks()
        if pa.types.is_list(field.type):
            column = pc.binary_join(column, "\x1e")
        columns.append(column.cast(pa.string()))
    lines = pc.binary_join_element_wise(
        *columns, names, "\x1f", null_handling="replace", null_replacement="\x00"
    )
    digests = [hashlib.sha256(x.encode()).hexdigest()[:16] for x in lines.to_pylist()]
    return pa.array(digests, pa.string())


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
    return table if choices == 1 else table.filter(pc.is_in(table[end], value_set=keys))
