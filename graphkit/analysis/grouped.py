"""Measures of many networks at once: one pass over the flows of all products and periods."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa

from graphkit.analysis.blocks import Blocks, blocks
from graphkit.analysis.columns import INDEX, SHARE, UNIT
from graphkit.analysis.paths import betweenness_sums
from graphkit.analysis.rows import Floats, Ints, Rows
from graphkit.analysis.scores import MEASURES as SCORES
from graphkit.errors import GraphkitError, UsageError

ALPHA, TOLERANCE, MAX_ROUNDS = 0.85, 1e-12, 1000
AT_ONCE = 8
"""Rounds of PageRank before it is looked at which networks have settled."""


@dataclass(frozen=True)
class Measured:
    """The measure of some networks, and how many rows of the table they were added up from."""

    table: pa.Table
    flows: int


def measured(flows: pa.Table, measure: str, by: str = "usd") -> Iterator[Measured]:
    r"""One measure of the network of every product and period, some networks at a time.

    Parameters
    ----------
    flows : pyarrow.Table
        As for :func:`~graphkit.analysis.blocks.blocks`.
    measure : {"shares", "concentration", "pagerank", "betweenness"}
        - ``shares``: each supplier's part of what a consumer buys, ``share``, and the amount.
        - ``concentration``: for each consumer the ``total``, how many ``suppliers``, ``hhi`` (0 to
          10,000), ``hhi_normalised``, ``effective_suppliers``, ``cr1``, ``cr3``, ``shannon`` and
          the ``top`` supplier, as :func:`~graphkit.analysis.indices.indices` defines them.
        - ``pagerank``, ``betweenness``: of each country, with the number of ``nodes``, as
          :func:`~graphkit.analysis.centrality.centrality` defines them.
    by : {"usd", "tonnes"}
        What is added up.

    Yields
    ------
    Measured
        Tables of one schema: what the network is of, then country (or ``consumer`` and
        ``supplier``) in order, then the numbers with their unit in the field's metadata.

    Raises
    ------
    UsageError
        There is no such measure or amount.
    GraphkitError
        As :func:`~graphkit.analysis.blocks.blocks`.

    Examples
    --------
    >>> flows = pa.table({"supplier": ["A", "B"], "consumer": ["C", "C"], "product": ["ore"] * 2,
    ...                   "period": ["2024"] * 2, "usd": [3.0, 1.0]})
    >>> [some.table["share"].to_pylist() for some in measured(flows, "shares")]
    [[0.75, 0.25]]
    >>> [some.table.select(["consumer", "hhi", "top"]).to_pylist()
    ...  for some in measured(flows, "concentration")]
    [[{'consumer': 'C', 'hhi': 6250.0, 'top': 'A'}]]
    """
    return (job() for job in measuring(flows, measure, by))


def measuring(flows: pa.Table, measure: str, by: str) -> Iterator[Callable[[], Measured]]:
    """What :func:`measured` does, as pieces of work that do not hang on one another."""
    for name, given, known in (("measure", measure, MEASURES), ("by", by, UNIT)):
        if given not in known:
            raise UsageError(f"{name}: found {given!r}, wanted one of {', '.join(known)}")
    whole = blocks(flows, by, "supplier" if measure == "betweenness" else "consumer")
    return (partial(_measure, part, measure, by) for part in whole.parts())


def _measure(part: Blocks, measure: str, by: str) -> Measured:
    return Measured(MEASURES[measure](part, by), int(part.flows.sum()))


def _shares(part: Blocks, by: str) -> pa.Table:
    markets = _Markets.of(part.rows)
    columns = part.scope_of(markets.rows[markets.market])
    columns["consumer"] = part.country_of(markets.rows[markets.market])
    columns["supplier"] = part.country_of(part.rows.indices)
    return _table(columns, {by: (part.rows.values, UNIT[by]), "share": (markets.shares, SHARE)})


def _concentration(part: Blocks, by: str) -> pa.Table:
    markets = _Markets.of(part.rows)
    share, starts = markets.shares, markets.starts
    number = np.diff(np.append(starts, len(share)))
    hhi = np.add.reduceat(share**2, starts)
    several = number > 1
    least = 1 / np.where(several, number, 2)
    normalised = np.where(several, (hhi - least) / (1 - least), np.nan)
    largest, places = _three_largest(markets)
    columns = part.scope_of(markets.rows)
    columns["consumer"] = part.country_of(markets.rows)
    columns["top"] = part.country_of(part.rows.indices[places])
    columns["suppliers"] = pa.array(number, pa.int64())
    return _table(columns, {
        "total": (markets.totals, UNIT[by]), "hhi": (10_000 * hhi, INDEX),
        "hhi_normalised": (normalised, SHARE), "effective_suppliers": (1 / hhi, ""),
        "cr1": (largest[0], SHARE), "cr3": (largest.sum(axis=0), SHARE),
        "shannon": (-np.add.reduceat(share * np.log(share), starts), ""),
    })  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Markets:
    """What each consumer buys: the rows of a matrix that are not empty."""

    rows: Ints
    starts: Ints
    market: Ints
    totals: Floats
    shares: Floats

    @classmethod
    def of(cls, rows: Rows) -> _Markets:
        lengths = np.diff(rows.indptr)
        buys = np.flatnonzero(lengths)
        starts, market = rows.indptr[buys], np.repeat(np.arange(len(buys)), lengths[buys])
        # One after the other, as the strength of a node is added up.
        totals = np.asarray(np.bincount(market, rows.values, len(buys)), np.float64)
        return cls(buys, starts, market, totals, rows.values / totals[market])


def _three_largest(markets: _Markets) -> tuple[Floats, Ints]:
    """The three largest shares of each market, 0 where it has fewer, and where the first is."""
    left, found, places = markets.shares.copy(), [], []
    lengths = np.diff(np.append(markets.starts, len(left)))
    for _ in range(3):
        largest = np.maximum.reduceat(left, markets.starts)
        alike = np.flatnonzero(left == np.repeat(largest, lengths))
        places.append(alike[np.searchsorted(alike, markets.starts)])
        left[places[-1]] = 0.0
        found.append(largest)
    return np.array(found), places[0]


@dataclass(frozen=True, eq=False)
class _Nodes:
    """The countries that trade in each network, numbered through."""

    at: Ints
    """Their rows in the matrix."""
    network: Ints
    starts: Ints
    """Where the nodes of each network begin; none is empty."""
    sizes: Ints
    rows: Rows
    """The same entries among them."""

    @classmethod
    def of(cls, part: Blocks) -> _Nodes:
        rows = part.rows
        there = np.diff(rows.indptr) > 0
        there[rows.indices] = True
        at = np.flatnonzero(there)
        place = (np.cumsum(there) - 1).astype(np.int32)
        _, starts, network, sizes = np.unique(
            at // len(part.countries), return_index=True, return_inverse=True, return_counts=True
        )
        indptr = np.append(rows.indptr[at], rows.indptr[-1])
        return cls(at, network, starts, sizes, Rows(indptr, place[rows.indices], rows.values))

    def only(self, kept: Ints) -> _Nodes:
        """Some of the networks."""
        mine = kept[self.network]
        lengths = np.diff(self.rows.indptr)
        entries = np.repeat(mine, lengths)
        place = (np.cumsum(mine) - 1).astype(np.int32)
        indptr = np.append(0, np.cumsum(lengths[mine])).astype(self.rows.indptr.dtype)
        rows = Rows(indptr, place[self.rows.indices[entries]], self.rows.values[entries])
        sizes = self.sizes[kept]
        network = np.repeat(np.arange(len(sizes)), sizes)
        return _Nodes(self.at[mine], network, np.cumsum(sizes) - sizes, sizes, rows)

    def table(self, part: Blocks, name: str, scores: Floats) -> pa.Table:
        """One score a country."""
        columns = part.scope_of(self.at)
        columns["country"] = part.country_of(self.at)
        columns["nodes"] = pa.array(self.sizes[self.network], pa.int64())
        return _table(columns, {name: (scores, SCORES[name].normalisation)})


def _pagerank(part: Blocks, by: str) -> pa.Table:
    """Power iteration on all networks together, each until it has settled."""
    nodes = _Nodes.of(part)
    rows = nodes.rows
    sent = np.bincount(rows.indices, rows.values, len(rows))
    shares = Rows(rows.indptr, rows.indices, ALPHA * rows.values / sent[rows.indices])
    going, idle = replace(nodes, rows=shares), np.where(sent > 0, 0.0, ALPHA)
    scores, found = 1 / nodes.sizes[nodes.network], np.empty(len(sent))
    place = np.arange(len(sent))
    for _ in range(0, MAX_ROUNDS, AT_ONCE):
        scores, change = _rounds(going, idle, scores)
        found[place] = scores
        unsettled = change >= TOLERANCE
        if not unsettled.any():
            return nodes.table(part, "pagerank", found)
        if not unsettled.all():
            mine = unsettled[going.network]
            going, idle, scores, place = (
                going.only(unsettled),
                idle[mine],
                scores[mine],
                place[mine],
            )
    raise GraphkitError(f"PageRank has not settled to {TOLERANCE:g} in {MAX_ROUNDS} rounds")


def _rounds(nodes: _Nodes, idle: Floats, scores: Floats) -> tuple[Floats, Floats]:
    """The scores after some rounds, and how much the last one changed each network's in sum."""
    even = 1 / nodes.sizes[nodes.network]
    matrix, some = nodes.rows.matrix, bool(idle.any())
    jump = (1 - ALPHA) * even
    for _ in range(AT_ONCE):
        before, scores = scores, matrix @ scores + jump
        if some:
            scores += np.add.reduceat(idle * before, nodes.starts)[nodes.network] * even
    return scores, np.add.reduceat(np.abs(scores - before), nodes.starts)


def _betweenness(part: Blocks, by: str) -> pa.Table:
    """One network after the other: shortest paths have nothing to share."""
    nodes = _Nodes.of(part)
    rows, scores = nodes.rows, np.empty(len(nodes.at))
    for start, size in zip(nodes.starts.tolist(), nodes.sizes.tolist(), strict=True):
        indptr = rows.indptr[start : start + size + 1]
        inside = slice(indptr[0], indptr[-1])
        one = Rows(indptr - indptr[0], rows.indices[inside] - start, rows.values[inside])
        sums = betweenness_sums(one, 1 / one.values, np.arange(size))
        pairs = (size - 1) * (size - 2)
        scores[start : start + size] = sums * (1 / pairs) if pairs > 0 else 0.0
    return nodes.table(part, "betweenness", scores)


def _table(columns: Mapping[str, pa.Array], numbers: Mapping[str, tuple[Floats, str]]) -> pa.Table:
    fields = [pa.field(name, column.type) for name, column in columns.items()]
    fields += [
        pa.field(name, pa.float64(), metadata={"unit": unit} if unit else None)
        for name, (_, unit) in numbers.items()
    ]
    arrays = [*columns.values(), *(_nullable(values) for values, _ in numbers.values())]
    return pa.table(arrays, schema=pa.schema(fields))


def _nullable(values: Floats) -> pa.Array:
    """Numbers, null where there is none."""
    lacking = np.isnan(values)
    return pa.array(values, mask=lacking) if lacking.any() else pa.array(values)


MEASURES: Mapping[str, Callable[[Blocks, str], pa.Table]] = {
    "shares": _shares,
    "concentration": _concentration,
    "pagerank": _pagerank,
    "betweenness": _betweenness,
}
"""Every measure by its name."""
