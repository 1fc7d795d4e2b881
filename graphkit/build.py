"""Tables that a database loads, built from checked facts: links, dependence, keys, digests."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from graphkit._version import __version__
from graphkit.analysis.flows import preferred_flows, totals
from graphkit.analysis.remnants import first_years_of_remnants
from graphkit.analysis.shares import joined, ranked
from graphkit.analysis.unlisted import bounded_shares, extents_of, unlisted_trade
from graphkit.arrow import (
    ARROW,
    any_twice,
    coded,
    fingerprints,
    lean_memory,
    release_memory,
    row_digests,
    without_codes,
)
from graphkit.errors import GraphkitError
from graphkit.period import Period
from graphkit.schema import DIGEST, KEY, LOAD, MARK, OWN, SUPERSEDED, YEAR, Kind, Prop, Schema
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


def build_graph(facts: Facts, only: Collection[str] | None = None) -> Graph:
    """Derive links and dependence, fill years, and give every fact its key and digest.

    Parameters
    ----------
    facts : Facts
        Checked seeds.
    only : collection of str, optional
        The kinds to build, without the load marker. Default: all.

    Returns
    -------
    Graph
        Nodes sorted by key, then edges sorted by identity; the same facts give the same graph
        whatever the order of files and rows.
    """
    with lean_memory():
        return _built(facts, only)


def _built(facts: Facts, only: Collection[str] | None) -> Graph:
    schema = facts.schema
    if "EXPORTS" in schema.by_name:
        facts = _with_preferred(facts)
    if "Source" in schema.by_name and OWN in schema["Source"].props:
        facts = _with_own(facts)
    keys = {
        k: facts[k.name][k.key].cast(pa.string()).combine_chunks()
        for k in schema.nodes
        if not k.derived
    }
    wanted = [kind for kind in schema.kinds if only is None or kind.name in only]
    parts = [
        Part(kind, _with_digests(kind, _finish(kind, facts[kind.name])))
        for kind in keys
        if kind in wanted
    ]
    for kind in (kind for kind in schema.edges if kind in wanted):
        for table, starts, ends in _edge_tables(kind, facts):
            release_memory(table)
            parts += _split(_finish(kind, table), kind, starts, ends, keys)
            release_memory(table)
    if LOAD in schema.nodes and only is None:
        parts.append(load_marker((part.kind, part.table[DIGEST.name].to_numpy()) for part in parts))
    return Graph(schema, tuple(parts))


def load_marker(digests: Iterable[tuple[Kind, npt.NDArray[np.int64]]]) -> Part:
    """Build the load marker: the number of facts, and a digest of all, by the digests of a kind."""
    by_kind: dict[str, list[npt.NDArray[np.int64]]] = {}
    for kind, of_kind in digests:
        by_kind.setdefault(kind.name, []).append(of_kind)
    content, facts = hashlib.sha256(), 0
    for name, parts in sorted(by_kind.items()):
        ordered: npt.NDArray[np.int64] = np.sort(np.concatenate(parts))
        if len(ordered):
            content.update(name.encode())
            content.update(ordered.astype(">i8").tobytes())
            facts += len(ordered)
    values = ("graphkit", __version__, facts, content.hexdigest())
    row = pa.table({p.name: [v] for p, v in zip(LOAD.columns, values, strict=True)})
    return Part(LOAD, _with_digests(LOAD, coded(_marked(LOAD, row))))


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
        yield _dependence(kind, facts["EXPORTS"], facts["Dataset"]), starts, ends
    for owner in facts.schema.nodes:
        for prop in (p for p in owner.props if p.edge == kind.name):
            others = [facts.schema[name] for name in prop.ref]
            pairs = _references(facts[owner.name], owner.key, prop)
            if owner.name in start.kinds:
                yield _links(kind, prop, pairs), [owner], others
            else:  # such as a group that names its members
                yield _links(kind, prop, [(other, key) for key, other in pairs]), others, [owner]


def _references(table: pa.Table, key: str, prop: Prop) -> list[tuple[str, str]]:
    """List the pairs of a key and each value of a reference."""
    return [
        (owner, target)
        for owner, value in zip(table[key].to_pylist(), table[prop.name].to_pylist(), strict=True)
        for target in (value if isinstance(value, list) else [value])
        if target is not None
    ]


def _links(kind: Kind, prop: Prop, pairs: Sequence[tuple[str, str]]) -> pa.Table:
    """Build one relationship for every pair that a reference joins."""
    values = {
        kind.columns[0].name: [a for a, _ in pairs],
        kind.columns[1].name: [b for _, b in pairs],
    }
    values["role"] = [prop.name] * len(pairs)
    return coded(pa.table({p.name: pa.array(values[p.name], ARROW[p.type]) for p in kind.columns}))


SERIES = ("country", "element", "statistic", "label")
"""Properties that the figures of one series of one product have in common."""
Edition = tuple[str | None, ...]
"""A series of editions, what the figures of one edition have in common, and a period."""


def _with_editions(table: pa.Table, sources: pa.Table) -> pa.Table:
    """Name on each figure the newest edition of its source, if that has what goes with it.

    A table of production is replaced as a whole, since its total goes with its countries; so is a
    balance, and any other figure by one of its series.
    """
    published = {s["key"]: (s["edition_of"], s["published"]) for s in sources.to_pylist()}
    places: list[tuple[list[Edition], tuple[str, str]]] = []
    newest: dict[Edition, tuple[str, str]] = {}
    names = [*SERIES, "balance"] if "balance" in table.column_names else []
    for row in table.select([*names, "product", "period", "source"]).to_pylist():
        edition_of, day = published[row["source"]]
        edition = (day or "", row["source"])
        of_row = [(edition_of, *common, row["period"]) for common in _together(row) if edition_of]
        places.append((of_row, edition))
        for place in of_row:
            newest[place] = max(newest.get(place, edition), edition)
    superseding = []
    for of_row, edition in places:
        last = max((newest[place] for place in of_row), default=edition)
        superseding.append(last[1] if last != edition else None)
    column = pa.array(superseding, pa.string()).dictionary_encode()
    return table.append_column(SUPERSEDED.name, column)


def _together(row: Mapping[str, str | None]) -> list[tuple[str | None, ...]]:
    """Return what the figures of one edition that go together have in common, the period aside."""
    if "balance" not in row:
        return [(row["product"],)]
    series = tuple(row[name] for name in (*SERIES, "product"))
    return [series] if row["balance"] is None else [series, (row["country"], row["balance"])]


def _with_preferred(facts: Facts) -> Facts:
    """Mark the flows that answers take.

    Data sets of the user's own come last, and only for products that no other has in any period.
    """
    sets = facts["Dataset"].select(["preference", "key", "source"]).to_pylist()
    own = sorted(row["key"] for row in sets if row["source"] in facts.own)
    others = [row for row in sets if row["key"] not in own]
    places = sorted((r["preference"], r["key"]) for r in others if r["preference"] is not None)
    order = [*(key for _, key in places), *own]
    unplaced = [row["key"] for row in others if row["preference"] is None]
    exports, remnants = facts["EXPORTS"], {}
    if "TRADED_AS" in facts.schema.by_name:
        remnants = first_years_of_remnants(facts["TRADED_AS"])
    preferred = preferred_flows(exports, order, remnants, unplaced)
    if own:
        columns = {"dataset": own, "product": sorted(facts.traded)}
        beside = [
            pc.is_in(exports[name].cast(pa.string()), pa.array(keys, pa.string()))
            for name, keys in columns.items()
        ]
        preferred = pc.and_not(preferred, pc.and_(*beside))
    marked = exports.append_column("preferred", preferred)
    return replace(facts, tables={**facts.tables, "EXPORTS": marked})


def _with_own(facts: Facts) -> Facts:
    """Mark the sources of the user's own facts."""
    sources = facts["Source"]
    own = pc.is_in(sources["key"].cast(pa.string()), pa.array(sorted(facts.own), pa.string()))
    marked = sources.append_column(OWN.name, pc.if_else(own, True, None))
    return replace(facts, tables={**facts.tables, "Source": marked})


def _dependence(kind: Kind, exports: pa.Table, datasets: pa.Table) -> pa.Table:
    """Build DEPENDS_ON: the import shares of every country, product and period."""
    exports = exports.filter(exports["preferred"])
    flows = exports.rename_columns({"exporter": "supplier", "importer": "consumer"})
    shares = bounded_shares(flows, unlisted_trade(flows, extents_of(datasets.to_pylist(), "key")))
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
    else:
        table = _marked(kind, table)
    names = [end.name for end in kind.ends] + [p.name for p in kind.stored if p != DIGEST]
    return _narrow(table.select(names)).take(_order(table, kind.identity)).combine_chunks()


def _order(table: pa.Table, names: Sequence[str]) -> np.ndarray:
    """Return the positions of the rows in order of these columns of text, null first."""
    if len(table) < 2:
        return np.arange(len(table))
    keys = []
    for name in names:
        places, values = ranked(table[name])
        keys.append(np.where(places == len(values) - 1, 0, places + 1))
    return np.lexsort(joined(keys)[::-1])


def _marked(kind: Kind, table: pa.Table) -> pa.Table:
    """Append the mark of graphkit's nodes."""
    codes = pa.array(np.zeros(len(table), np.int8))
    return table.append_column(MARK.name, pa.DictionaryArray.from_arrays(codes, [kind.name]))


def _with_digests(kind: Kind, table: pa.Table, ends: Sequence[Kind] = ()) -> pa.Table:
    """Append the digests of rows."""
    pair = ">".join(end.name for end in ends)
    return table.append_column(DIGEST.name, pa.array(row_digests(kind, table, pair)))


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
                part = _with_digests(kind, part, (from_kind, to_kind))
                yield Part(kind, part.combine_chunks(), from_kind, to_kind)


def _among(table: pa.Table, end: str, keys: pa.Array, choices: int) -> pa.Table:
    if choices == 1:
        return table
    codes = table[end].combine_chunks()
    return table.filter(pc.is_in(codes.dictionary, value_set=keys).take(codes.indices))
