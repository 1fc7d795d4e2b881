"""Named assumptions on top of what is known: who makes a product, and out of what.

A list of makers from other years is no figure of the year asked about. So it makes a network of its
own, whose ranges are met with those of the network without it; point and range of that do not move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.nodes import Nodes
from graphkit.analysis.supply.tracing import ANY_OTHER
from graphkit.arrow import SHARE, number, texts

MAKERS = pa.schema(
    [
        *texts("country", "product"), number("share", SHARE), *texts("source", "years"),
        pa.field("moved", pa.bool_()),
    ]
)  # fmt: skip
"""Lists of makers: one row for each country and product; no share where only the name counts.

``moved`` is null without a published share of the period, and true if that is more than
:data:`POINTS` off the list.
"""
POINTS = 0.1
"""Points by which a share may have moved since the list."""
ROUNDING, ROUNDS = 1e-9, 1_000
SELLERS = pa.schema([*texts("country", "product"), number("share", SHARE)])


@dataclass(frozen=True, eq=False)
class Assumptions:
    """Assumptions that a second network takes for granted."""

    makers: pa.Table
    """Lists of makers, of the products that have one: nobody else makes these."""
    inputs: bool = False
    """True: what a country's own pools could feed of its output, they did feed."""


@dataclass(frozen=True, eq=False)
class Listed:
    """The lists of makers, by the nodes of a network."""

    nodes: Nodes
    product: np.ndarray
    """True for each product that has a list."""
    maker: np.ndarray
    """True for each node that is on the list of its product."""
    counted: np.ndarray
    """True for each of these of which the list has a share."""
    low: np.ndarray
    """Least share in the world's production, 0 where nothing bounds it."""
    high: np.ndarray
    """Largest share, never 0; 1 where nothing bounds it."""

    def least_output(self, shown: np.ndarray) -> np.ndarray:
        r"""Bound each maker's production from below, by its share of the least world total.

        With :math:`N_c` the net exports that trade shows, and shares between :math:`l_c` and
        :math:`h_c`, the world's production :math:`W` is the least with

        .. math:: W \ge \max_c \frac{N_c}{h_c}, \qquad W \ge \sum_c \max(N_c,\, l_c W)

        over the makers of the list, and each of them makes at least :math:`l_c W`. Trade bounds the
        world's production from below alone. The iteration comes from below, so that the bound holds
        wherever it ends.

        Examples
        --------
        A makes 50 to 70 % of the world's output, and B, which sells 30 net, at most 40 %. So the
        world makes 75 or more:

        >>> nodes = Nodes(("A", "B"), ("ore",), ("mine",), (1,), np.arange(2), np.zeros(2, int))
        >>> yes = np.ones(2, bool)
        >>> lists = Listed(nodes, yes[:1], yes, yes, np.array([0.5, 0.2]), np.array([0.7, 0.4]))
        >>> lists.least_output(np.array([0.0, 30.0])).tolist()
        [37.5, 15.0]
        """
        count, product, low, high = len(self.product), self.nodes.product, self.low, self.high
        N, W = np.where(self.maker, shown, 0.0), np.zeros(count)
        np.maximum.at(W, product, N / high)
        for _ in range(ROUNDS):
            before = W
            W = np.maximum(W, np.bincount(product, np.maximum(N, low * W[product]), count))
            if (W - before <= ROUNDING * W).all():
                break
        return np.asarray(low * W[product])


def listed_makers(makers: pa.Table, nodes: Nodes) -> Listed:
    """Find the nodes of a network on lists of makers; shares hold within :data:`POINTS`.

    Shares that add up to more than 1 are of their sum.
    """
    product, (maker, counted) = np.zeros(len(nodes.products), bool), np.zeros((2, nodes.size), bool)
    low, high = np.zeros(nodes.size), np.ones(nodes.size)
    totals: dict[str, float] = {}
    for row in makers.to_pylist():
        totals[row["product"]] = totals.get(row["product"], 0.0) + (row["share"] or 0.0)
    products = {key: place for place, key in enumerate(nodes.products)}
    countries = {key: place for place, key in enumerate(nodes.countries)}
    for row in makers.to_pylist():
        if row["product"] not in products:
            continue
        product[products[row["product"]]] = True
        if row["country"] not in countries:
            continue
        key = products[row["product"]] * len(nodes.countries) + countries[row["country"]]
        node = int(np.searchsorted(nodes.keys, key))
        if node == nodes.size or nodes.keys[node] != key:
            continue
        maker[node], counted[node] = True, row["share"] is not None
        if row["share"] is not None:
            share = row["share"] / max(1.0, totals[row["product"]])
            low[node], high[node] = max(0.0, share - POINTS), min(1.0, share + POINTS)
    return Listed(nodes, product, maker, counted, low, high)


def with_makers(figures: pa.Table, flows: pa.Table, makers: pa.Table) -> pa.Table:
    """Name the makers of the lists among figures of production, and nobody else.

    Whoever is on no list of a product has a share of 0. Published figures stay as they are.
    """
    names = pc.unique(makers["product"])
    pairs = set()
    for end in ("supplier", "consumer"):
        traders = flows.filter(pc.is_in(flows["product"], value_set=names))
        traders = traders.group_by([end, "product"], use_threads=False).aggregate([])
        pairs |= _pairs(traders, end)
    rows = {(row["country"], row["product"]): row for row in figures.to_pylist()}
    listed, products = _pairs(makers, "country"), {*names.to_pylist()}
    for pair in listed - rows.keys():
        rows[pair] = {"country": pair[0], "product": pair[1], "makes": True}
    for pair in (pairs | rows.keys()) - listed:
        row = rows.get(pair, {})
        if pair[1] in products and row.get("tonnes") is row.get("share") is None:
            rows[pair] = {"country": pair[0], "product": pair[1], "share": 0.0}
    return pa.Table.from_pylist([rows[pair] for pair in sorted(rows)], figures.schema)


def _pairs(table: pa.Table, country: str) -> set[tuple[str, str]]:
    return set(zip(table[country].to_pylist(), table["product"].to_pylist(), strict=True))


def contradicting_sellers(network: SupplyNetwork, makers: pa.Table) -> pa.Table:
    """Find the countries that sell more than they buy of a product, and are on no list of it.

    Parameters
    ----------
    network : SupplyNetwork
        The network under the assumption, where they are as without it.
    makers : pyarrow.Table
        The lists, as :data:`MAKERS`.

    Returns
    -------
    pyarrow.Table
        ``country``, ``product``, ``share`` (0 to 1, of all sales of the product: what it sold
        beyond what it bought). Largest first.
    """
    lists, product = listed_makers(makers, network.nodes), network.nodes.product
    sales = np.bincount(product, network.trade.exports, len(network.products))[product]
    beyond = np.where(lists.product[product] & ~lists.maker, network.production.shown, 0.0)
    part = np.divide(beyond, sales, out=np.zeros(network.size), where=sales > 0)
    nodes = np.flatnonzero(part > ROUNDING)
    nodes = nodes[np.lexsort((nodes, -part[nodes]))]
    country, names, _ = network.nodes.names(nodes)
    return pa.table([country, names, pa.array(part[nodes])], schema=SELLERS)


def met_ranges(
    rows: pa.Table, assumed: pa.Table, keys: Sequence[str], *, others: Sequence[str] = (),
    least: float = 0.0,
) -> pa.Table:  # fmt: skip
    """Meet ranges with those under an assumption.

    Parameters
    ----------
    rows, assumed : pyarrow.Table
        ``low`` and ``high`` by some ``keys``, without and under the assumption.
    others : sequence of str
        Countries that only the second network has, in the last of the keys: any other country of
        the first.
    least : float
        Upper end of what is in ``rows`` alone.

    Returns
    -------
    pyarrow.Table
        The rows with ``assumed_low`` and ``assumed_high``, never wider than ``low`` and ``high``,
        and equal to these where ``contradicted``: where the two have nothing in common, so that
        the assumption cannot hold. Null where a row has no range.

    Examples
    --------
    >>> free = pa.table({"origin": ["A", "B"], "low": [0.0, 0.5], "high": [1.0, 0.6]})
    >>> narrow = pa.table({"origin": ["A", "B"], "low": [0.7, 0.1], "high": [1.0, 0.2]})
    >>> met = met_ranges(free, narrow, ["origin"])
    >>> [tuple(row.values())[3:] for row in met.to_pylist()]
    [(0.7, 1.0, False), (0.5, 0.6, True)]
    """
    if others:
        place = assumed.column_names.index(keys[-1])
        other = pc.is_in(assumed[keys[-1]], value_set=pa.array(others, pa.string()))
        names = pc.if_else(other, ANY_OTHER, assumed[keys[-1]])
        assumed = assumed.set_column(place, keys[-1], names)
    assumed = assumed.select([*keys, "low", "high"]).group_by([*keys], use_threads=False)
    assumed = assumed.aggregate([("low", "min"), ("high", "max")])
    place = pc.index_in(_joined(rows, keys), value_set=_joined(assumed, keys).combine_chunks())
    low = pc.fill_null(assumed["low_min"].take(place), 0.0)
    high = pc.fill_null(assumed["high_max"].take(place), least)
    low, high = pc.max_element_wise(rows["low"], low), pc.min_element_wise(rows["high"], high)
    apart = pc.and_(pc.is_valid(rows["low"]), pc.greater(low, pc.add(high, ROUNDING)))
    meets = pc.and_(pc.is_valid(rows["low"]), pc.invert(apart))
    for name, free, end in (("assumed_low", "low", low), ("assumed_high", "high", high)):
        end = pc.min_element_wise(end, high) if name == "assumed_low" else end
        rows = rows.append_column(name, pc.if_else(meets, end, rows[free]))
    return rows.append_column("contradicted", apart)


def _joined(table: pa.Table, keys: Sequence[str]) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(*(table[key] for key in keys), "\n")
