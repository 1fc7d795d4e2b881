"""Measures of many networks at once: shares, concentration, centrality, origins, losses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.batch.networks import Blocks, blocks
from graphkit.analysis.network.rows import Floats, Ints, Rows
from graphkit.analysis.network.scores import MEASURES as SCORES
from graphkit.analysis.network.scores import betweenness_sums
from graphkit.analysis.supply.build import supply_network
from graphkit.analysis.supply.look_through import look_through
from graphkit.analysis.supply.network import OBSERVED, SupplyNetwork
from graphkit.analysis.supply.removal import SMALLEST, loss_matrix
from graphkit.arrow import INDEX, SHARE, UNIT
from graphkit.errors import GraphkitError, UsageError


@dataclass(frozen=True, eq=False)
class Measure:
    """One measure of every network."""

    name: str
    by: str = "usd"
    """What is added up: ``usd`` or ``tonnes``."""
    production: pa.Table | None = None
    """Who makes what: ``country``, ``product``, ``period``; for the measures that trace supply."""
    min_share: float = 0.0
    """Their rows of at most this are left out."""


def in_order(table: pa.Table, keys: Iterable[str]) -> pa.Table:
    """Rows by some columns of text, nothing first; rows alike in all of them stay as they are."""
    columns = {key: pc.fill_null(table[key].cast(pa.string()), "") for key in keys}
    order = [(key, "ascending") for key in columns]
    return table.take(pc.sort_indices(pa.table(columns), sort_keys=order))


def result_table(
    columns: Mapping[str, pa.Array], numbers: Mapping[str, tuple[Floats, str]]
) -> pa.Table:
    """Columns, then numbers with their units."""
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


def shares(part: Blocks, asked: Measure) -> pa.Table:
    """Each supplier's part of what a consumer buys."""
    markets = _Markets.of(part.rows)
    columns = part.scope_of(markets.rows[markets.market])
    columns["consumer"] = part.country_of(markets.rows[markets.market])
    columns["supplier"] = part.country_of(part.rows.indices)
    return result_table(
        columns, {asked.by: (part.rows.values, UNIT[asked.by]), "share": (markets.shares, SHARE)}
    )


def concentration(part: Blocks, asked: Measure) -> pa.Table:
    """How concentrated the suppliers of each consumer are."""
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
    return result_table(columns, {
        "total": (markets.totals, UNIT[asked.by]), "hhi": (10_000 * hhi, INDEX),
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


ALPHA, TOLERANCE, MAX_ROUNDS = 0.85, 1e-12, 1000
AT_ONCE = 8
"""Rounds of PageRank before it is looked at which networks have settled."""


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
        return result_table(columns, {name: (scores, SCORES[name].normalisation)})


def pagerank(part: Blocks, asked: Measure) -> pa.Table:
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


def betweenness(part: Blocks, asked: Measure) -> pa.Table:
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


TRACED = ("share", "face_value", "hidden", "low", "high")


def origins(part: Blocks, asked: Measure) -> pa.Table:
    """Where the imports of each consumer were made, behind those who sell them on."""
    at, parts = [], []
    for number, network in _networks(part, asked):
        traced = look_through(network, minimum=asked.min_share)
        at.append(np.full(len(traced), number))
        parts.append([
            *(traced[name].combine_chunks() for name in ("consumer", "origin", *TRACED)),
            np.full(len(traced), _observed_share(network)),
        ])  # fmt: skip
    names = ("consumer", "origin", *TRACED, "observed_share")
    return _joined(part, at, parts, names, texts=2)


def removals(part: Blocks, asked: Measure) -> pa.Table:
    """Which part of its imports each consumer loses if one country is gone, in proportion."""
    at, parts = [], []
    for number, network in _networks(part, asked):
        country, imported = network.country, network.imported
        losses = loss_matrix(network, [np.array([node]) for node in range(network.size)])
        np.fill_diagonal(losses, 1.0)
        loss = np.clip(imported @ losses, 0.0, 1.0)
        np.fill_diagonal(loss, 0.0)  # a consumer that is removed itself is left out
        consumer, removed = np.nonzero(loss > max(asked.min_share, SMALLEST))
        order = np.lexsort((consumer, -loss[consumer, removed].round(12), removed))
        consumer, removed = consumer[order], removed[order]
        names = pa.array(network.countries, pa.string())
        at.append(np.full(len(order), number))
        parts.append([
            names.take(pa.array(country[removed])), names.take(pa.array(country[consumer])),
            loss[consumer, removed], imported.toarray()[consumer, removed],
            np.full(len(order), _observed_share(network)),
        ])  # fmt: skip
    columns = ("removed", "consumer", "loss", "face_value", "observed_share")
    return _joined(part, at, parts, columns, texts=2)


def _networks(part: Blocks, asked: Measure) -> Iterator[tuple[int, SupplyNetwork]]:
    """Every network with its number; production nobody publishes is what trade must come from."""
    size, rows = len(part.countries), part.rows
    for number in range(len(part.flows)):
        indptr = rows.indptr[number * size : (number + 1) * size + 1]
        inside = slice(indptr[0], indptr[-1])
        scope = {
            name: labels[number].as_py()
            for name, labels in zip(part.scopes, part.labels, strict=True)
        }
        consumer = np.repeat(np.arange(size), np.diff(indptr))
        supplier = rows.indices[inside] - number * size
        flows = pa.table({
            "supplier": part.countries.take(pa.array(supplier)),
            "consumer": part.countries.take(pa.array(consumer)),
            asked.by: rows.values[inside],
        })  # fmt: skip
        for name in ("product", "basis"):
            if name in scope:
                same = pa.array([scope[name]] * len(flows), pa.string())
                flows = flows.append_column(name, same)
        made = asked.production
        if made is not None:
            here = (pc.equal(made[name], scope[name]) for name in ("product", "period"))
            made = made.filter(pc.and_(*here)).drop_columns(["period"])
        yield number, supply_network(flows, made, measure=asked.by, unpublished="net-exports")


def _observed_share(network: SupplyNetwork) -> float:
    """The part of all that is sold whose sellers' production is published; NaN without trade."""
    sold = network.exports.sum()
    observed = network.exports[network.state == OBSERVED].sum()
    return float(observed / sold) if sold else np.nan


def _joined(
    part: Blocks, at: list[np.ndarray], parts: list[list[pa.Array]], names: tuple[str, ...],
    texts: int,
) -> pa.Table:  # fmt: skip
    """The rows of all networks under what each is of; text first, then shares."""
    columns = part.scope_of(np.concatenate(at) * len(part.countries))
    arrays = [pa.concat_arrays([pa.array(a) for a in some]) for some in zip(*parts, strict=True)]
    for name, array in zip(names[:texts], arrays[:texts], strict=True):
        columns[name] = array.dictionary_encode()
    numbers: dict[str, tuple[Floats, str]] = {
        name: (array.to_numpy(zero_copy_only=False), SHARE)
        for name, array in zip(names[texts:], arrays[texts:], strict=True)
    }
    return result_table(columns, numbers)


@dataclass(frozen=True)
class Measured:
    """The measure of some networks, and how many rows of the table they were added up from."""

    table: pa.Table
    flows: int


def measured(flows: pa.Table, asked: Measure) -> Iterator[Measured]:
    r"""One measure of the network of every product and period, some networks at a time.

    Parameters
    ----------
    flows : pyarrow.Table
        As for :func:`~graphkit.analysis.batch.networks.blocks`.
    asked : Measure
        Its ``name`` is one of

        - ``shares``: each supplier's part of what a consumer buys, ``share``, and the amount.
        - ``concentration``: for each consumer the ``total``, how many ``suppliers``, ``hhi`` (0 to
          10,000), ``hhi_normalised``, ``effective_suppliers``, ``cr1``, ``cr3``, ``shannon`` and
          the ``top`` supplier, as :func:`~graphkit.analysis.shares.indices` defines them.
        - ``pagerank``, ``betweenness``: of each country, with the number of ``nodes``, as
          :func:`~graphkit.analysis.network.centrality.centrality` defines them.
        - ``look-through``: the ``origin`` of each consumer's imports with ``share``,
          ``face_value``, ``hidden``, ``low`` and ``high``, as
          :func:`~graphkit.analysis.supply.look_through.look_through` defines them.
        - ``removal``: the ``loss`` of each ``consumer`` without each other country (``removed``),
          of its imports and through all countries between, as
          :func:`~graphkit.analysis.supply.removal.removal_losses` defines it, and what it buys
          there directly, ``face_value``.

        The last two follow one product's trade to those who make it. What they make is taken from
        the production, and where none is published, is the least that trade shows: what a country
        sells beyond what it buys. ``observed_share`` says which part of all that is sold is sold
        by countries with published production; ``low`` and ``high`` leave open what is not.

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
        As :func:`~graphkit.analysis.batch.networks.blocks`.

    Examples
    --------
    >>> flows = pa.table({"supplier": ["A", "B"], "consumer": ["C", "C"], "product": ["ore"] * 2,
    ...                   "period": ["2024"] * 2, "usd": [3.0, 1.0]})
    >>> [some.table["share"].to_pylist() for some in measured(flows, Measure("shares"))]
    [[0.75, 0.25]]
    >>> [some.table.select(["consumer", "hhi", "top"]).to_pylist()
    ...  for some in measured(flows, Measure("concentration"))]
    [[{'consumer': 'C', 'hhi': 6250.0, 'top': 'A'}]]
    """
    return (job() for job in measuring(flows, asked))


def measuring(flows: pa.Table, asked: Measure) -> Iterator[Callable[[], Measured]]:
    """What :func:`measured` does, as pieces of work that do not hang on one another."""
    for name, given, known in (("measure", asked.name, MEASURES), ("by", asked.by, UNIT)):
        if given not in known:
            raise UsageError(f"{name}: found {given!r}, wanted one of {', '.join(known)}")
    whole = blocks(flows, asked.by, "supplier" if asked.name == "betweenness" else "consumer")
    return (partial(_measure, part, asked) for part in whole.parts())


def _measure(part: Blocks, asked: Measure) -> Measured:
    return Measured(MEASURES[asked.name](part, asked), int(part.flows.sum()))


def schema_of(asked: Measure, scopes: Iterable[str]) -> pa.Schema:
    """The columns of an answer about networks that differ in some scopes.

    Examples
    --------
    >>> schema_of(Measure("shares"), ["product", "period"]).names
    ['product', 'period', 'consumer', 'supplier', 'usd', 'share']
    """
    ends = {name: ["x"] for name in ("supplier", "consumer", *scopes)}
    flow = pa.table({**ends, asked.by: [1.0]})
    schema: pa.Schema = next(measured(flow, replace(asked, production=None))).table.schema
    return schema


MEASURES: Mapping[str, Callable[[Blocks, Measure], pa.Table]] = {
    "shares": shares,
    "concentration": concentration,
    "pagerank": pagerank,
    "betweenness": betweenness,
    "look-through": origins,
    "removal": removals,
}
"""Every measure by its name."""
TRACING = ("look-through", "removal")
"""Those that ask who makes a product."""
