"""Origins of every pool of a supply network, traced to one stage, and their ranges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from typing import Any

import numpy as np

from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.nodes import shortened
from graphkit.analysis.supply.pools import reached
from graphkit.analysis.supply.production import MISSING
from graphkit.errors import GraphkitError

ANY_OTHER = "any other country"
"""Each country of which nothing is known in a network: it may be behind what no data cover."""
CROWDED = 500
"""Number of nodes up to which factors fill up completely in any order."""


@dataclass(frozen=True, eq=False)
class Origins:
    """Origins of each node's pool, as far back as one stage.

    Rows are nodes, columns are countries. Rows of nodes before the stage, or without any supply,
    are 0; of every other row ``share``, ``unknown`` and ``untraceable`` add up to 1.
    """

    share: np.ndarray
    """Share of the pool that originates in each country."""
    unknown: np.ndarray
    """Share with an unknown origin."""
    untraceable: np.ndarray
    """Share from trade cycles with no producer behind them."""


@dataclass(frozen=True, eq=False)
class Without:
    """Shares of each node that are left if nothing counts that passed some nodes at any stage."""

    out: np.ndarray
    """Mask of those nodes."""
    made: np.ndarray
    """Share of each node's production with none of them behind it."""
    pool: np.ndarray
    """Share of each node's pool with none of them behind it."""


def origin_shares(
    network: SupplyNetwork, stage: str, *, untraded: str = "unknown",
    without: Without | None = None,
) -> Origins:  # fmt: skip
    r"""Trace every node's pool to the countries that did a stage's work on it.

    Every flow has the mix of the pool it leaves [1]_. With :math:`Q` the shares that a pool
    bought from other pools of its product and :math:`D` the diagonal of the shares that it made
    itself,

    .. math:: B = (I - Q)^{-1} D T

    where row i of :math:`T` is the origin of node i's production: at the given stage its own
    country, after it the origins of the pool that it draws on. A country that makes a later
    product straight out of one from before the stage has done the stage's work itself. Products
    made out of an unknown pool have an unknown origin.

    Parameters
    ----------
    network : SupplyNetwork
    stage : str
        One of the network's stages.
    untraded : {"unknown", "own"}
        Treatment of a product whose trade is not known at all, for example ores in the shipped
        data. "unknown": a country's own share is at least :math:`P_c / \sum_k P_k`, its part of
        the pool if all other production came to it, provided that it uses what it makes; the
        rest is unknown. "own": all of the pool is its own, without any trade.
    without : Without, optional
        Leave out what passed these nodes at any stage; the shares add up to less than 1 then.

    Returns
    -------
    Origins

    Raises
    ------
    GraphkitError
        The network lacks the stage; the message lists its stages.

    References
    ----------
    .. [1] Kastner, T., Kastner, M., Nonhebel, S. (2011). "Tracing distant environmental impacts
           of agricultural products from a consumer perspective". Ecological Economics 70,
           1032-1040. https://doi.org/10.1016/j.ecolecon.2011.01.012
    """
    start = stage_order(network, stage)
    width = len(network.countries)
    mix = np.zeros((network.size, width + 2))  # the last two columns: unknown, untraceable
    for nodes in solving_order(network, start):
        if network.nodes.order[nodes[0]] == start:
            made, inner = at_home(network, nodes, width + 2, without), None
            if not network.trade.traded_nodes[nodes[0]]:
                floor, _ = network.unseen.untraded_pools(nodes, untraded)
                kept = 1.0 if without is None else ~without.out[nodes]
                mix[nodes, :width] = floor[:, :width] * made.sum(axis=1)[:, None]
                mix[nodes, width] = kept * (network.pools.own[nodes] > 0) * (1 - floor.sum(axis=1))
                continue
        else:
            made, inner = made_from(network, nodes, mix, start, network.inputs.covered, without)
            made[:, width] += 1.0 - network.inputs.covered[nodes]
        mix[nodes] = _solved(network, nodes, made, inner, untraded, without)
    return Origins(mix[:, :width], mix[:, width], mix[:, width + 1])


def stage_order(network: SupplyNetwork, stage: str) -> int:
    """Return the position of a stage in the chain, if the network has it."""
    places = dict(zip(network.stages, network.nodes.orders, strict=True))
    if stage not in places:
        raise GraphkitError(f"no product at stage {stage!r}; data exists for {shortened(places)}")
    return places[stage]


def solving_order(network: SupplyNetwork, start: int) -> list[np.ndarray]:
    """Group nodes in the order of solving: a product after those it is made from.

    Products of one stage that are made from each other form one group.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    count, orders = len(network.products), np.asarray(network.nodes.orders, np.int64)
    pairs = np.unique(
        network.nodes.product[network.inputs.possible.output] * count
        + network.nodes.product[network.inputs.possible.input]
    )
    output, source = np.divmod(pairs, max(count, 1))
    used = (orders[output] > start) & (orders[source] >= start)
    output, source = output[used], source[used]
    graph = csr_array((np.ones(len(output)), (output, source)), shape=(count, count))
    _, label = connected_components(graph, connection="strong")
    sorter: TopologicalSorter[int] = TopologicalSorter()
    for number in np.flatnonzero(orders >= start).tolist():
        sorter.add(int(label[number]))
    for one, other in zip(label[output].tolist(), label[source].tolist(), strict=True):
        if one != other:
            sorter.add(one, other)
    by_label = [np.flatnonzero(label == one) for one in sorter.static_order()]
    first = np.searchsorted(network.nodes.product, np.arange(count + 1))
    parts = [[np.arange(first[p], first[p + 1]) for p in members] for members in by_label]
    return [np.concatenate(part) for part in parts if any(map(len, part))]


def at_home(
    network: SupplyNetwork, nodes: np.ndarray, width: int, without: Without | None = None
) -> np.ndarray:
    """Return origins of production at the stage itself: each node's own country."""
    made = np.zeros((len(nodes), width))
    left = 1.0 if without is None else np.where(without.out, 0.0, without.made)[nodes]
    made[np.arange(len(nodes)), network.nodes.country[nodes]] = left
    return made


def made_from(
    network: SupplyNetwork, nodes: np.ndarray, mix: np.ndarray, start: int, covered: np.ndarray,
    without: Without | None = None,
) -> tuple[np.ndarray, Any]:  # fmt: skip
    """Return known origins of each node's production, and links to pools of its group.

    ``covered`` is the share of each node's production that comes out of its input pools.
    """
    from scipy.sparse import csr_array

    near = slice(*np.searchsorted(network.inputs.draws.output, [nodes[0], nodes[-1] + 1]).tolist())
    output, here = places_in(nodes, network.inputs.draws.output[near])
    output, source = output[here], network.inputs.draws.input[near][here]
    weight = network.inputs.draws.share[near][here] * covered[nodes][output]
    before = network.nodes.order[source] < start
    inside, within = places_in(nodes, source)
    within &= ~before
    beyond = ~before & ~within
    shape = (len(nodes), network.size)
    made = csr_array((weight[beyond], (output[beyond], source[beyond])), shape=shape) @ mix
    at_home = weight if without is None else weight * without.pool[source]
    np.add.at(made, (output[before], network.nodes.country[source[before]]), at_home[before])
    if not within.any():
        return made, None
    pairs = (output[within], inside[within])
    return made, csr_array((weight[within], pairs), shape=(len(nodes), len(nodes)))


def bought_within(network: SupplyNetwork, nodes: np.ndarray, part: np.ndarray | None = None) -> Any:
    """Return the block of ``Q`` between the nodes of one group, as a sparse ``coo_array``.

    With ``part``, only that part of each flow of the network.
    """
    from scipy.sparse import coo_array

    near = slice(*np.searchsorted(network.trade.target, [nodes[0], nodes[-1] + 1]).tolist())
    target, here = places_in(nodes, network.trade.target[near])
    source, _ = places_in(nodes, network.trade.source[near])
    share = (network.trade.amount[near] / network.pools.supply[network.trade.target[near]])[here]
    if part is not None:
        share = share * part[near][here]
    return coo_array((share, (target[here], source[here])), shape=(len(nodes), len(nodes)))


def places_in(nodes: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the positions of nodes in a sorted group, and mark those that are in it."""
    if nodes[-1] - nodes[0] + 1 == len(nodes):
        place = wanted - nodes[0]
        return place, (place >= 0) & (place < len(nodes))
    place = np.minimum(np.searchsorted(nodes, wanted), len(nodes) - 1)
    return place, nodes[place] == wanted


def _solved(
    network: SupplyNetwork, nodes: np.ndarray, made: np.ndarray, inner: Any, untraded: str,
    without: Without | None,
) -> np.ndarray:  # fmt: skip
    """Solve ``(I - Q) B = D T`` for one group; supply without a producer is untraceable.

    Of a pool with unknown trade, all but its surely home-made part is unknown.
    """
    from scipy.sparse import coo_array, csr_array, diags_array
    from scipy.sparse.linalg import splu

    parts, size = network.unseen.own_parts(nodes, untraded), len(nodes)
    own = network.pools.own[nodes] * parts
    links = bought_within(network, nodes)
    if inner is not None:
        links = (links + diags_array(own) @ inner).tocoo()
    result = own[:, None] * made
    result[:, -2] += network.pools.own[nodes] - own
    kept = np.ones(len(links.data), bool)
    if not network.pools.fed[nodes].all():
        lost = ~reached(links, result.any(axis=1)) & (network.pools.supply[nodes] > 0)
        kept = ~lost[links.row]
        result[lost, -1] = 1.0
    if without is not None:
        kept &= ~without.out[nodes][links.row]
        result[without.out[nodes]] = 0.0
    every = np.arange(size)
    values = np.concatenate([-links.data[kept], np.ones(size)])
    pairs = [np.concatenate([side[kept], every]) for side in (links.row, links.col)]
    matrix = coo_array((values, tuple(pairs)), shape=(size, size)).tocsc()
    # Trade between a few hundred countries fills up in any order.
    factors = splu(matrix, permc_spec="NATURAL" if size <= CROWDED else "COLAMD")
    start, used = (np.flatnonzero(result.any(axis=axis)) for axis in (1, 0))
    if len(start) < len(used):  # solve for makers or origins, whichever are fewer
        unit = np.zeros((size, len(start)))
        unit[start, np.arange(len(start))] = 1.0
        result = csr_array(_columns(factors, unit)) @ result[start]
    else:
        result[:, used] = _columns(factors, result[:, used])
    # A solver leaves -1e-17 instead of zeros.
    return np.asarray(np.clip(result, 0.0, 1.0, out=result))


def _columns(factors: Any, right: np.ndarray) -> np.ndarray:
    """Solve for every column, a few at a time.

    For many, SuperLU calls a threaded BLAS, which for matrices of this size is up to ten times
    slower where other processes compete for the cores.
    """
    solved = np.empty_like(right)
    for first in range(0, right.shape[1], 4):
        solved[:, first : first + 4] = factors.solve(right[:, first : first + 4])
    return solved


ROUNDS, CLOSE = 10_000, 1e-12


@dataclass(frozen=True, eq=False)
class Range:
    """Lowest or highest shares of every origin: nodes by countries and any other one."""

    sold: np.ndarray
    """Shares in the sales of each node."""
    had: np.ndarray
    """Shares in the pool of each node."""


def origin_ranges(
    network: SupplyNetwork, stage: str, *, untraded: str = "unknown", unreported: str = "any",
    without: tuple[Without, Without] | None = None,
) -> tuple[Range, Range]:  # fmt: skip
    r"""Bound the share of each origin, given what is not known.

    Three things are not known. An unknown or untraceable origin may be any country that may do
    the stage's work: none of it or all of it. In a pool of a product with unknown trade,
    another producer o has at most :math:`P_o / (P_c + P_o)`. And a country with unpublished
    production, which a source shows to make the product, makes at least its exports beyond its
    imports; where no source does, those may have any origin. Either may make all that it sells:
    with :math:`a` the former's share of its pool, T the origins of its production and h of its
    imports, the origins of its sales lie between :math:`T` and :math:`a T + (1 - a) h`. Lows and
    highs are the fixed points of taking the smaller and the larger at each of these countries.
    The iteration approaches them from 0 and from 1, so that the bounds hold wherever it ends.

    Parameters
    ----------
    network, stage, untraded
        As for :func:`origin_shares`.
    unreported : {"any", "as-inferred"}
        "as-inferred": unpublished production is the network's inferred figure.
    without : (Without, Without), optional
        Leave out what passed some nodes at any stage: what is surely left, and what may be.

    Returns
    -------
    low, high : Range
        Each for the sales and for the pool of a node. In its pool, its own production is the
        network's figure, since the question is what it gets from others. A last column is of any
        country of which nothing is known here.
    """
    start = stage_order(network, stage)
    shape = (network.size, len(network.countries) + 1)
    elsewhere, home = _possible(network, start)
    if without is not None:
        elsewhere[:, network.nodes.country[without[1].out]] = 0.0
        home[:, network.nodes.country[without[1].out]] = 0.0
    ranges = tuple(Range(np.zeros(shape), np.zeros(shape)) for _ in range(2))
    for nodes in solving_order(network, start):
        may = elsewhere[network.nodes.product[nodes]]
        own = np.arange(len(nodes)), network.nodes.country[nodes]
        may[own] = home[network.nodes.product[nodes], network.nodes.country[nodes]]
        for side, ends in enumerate(ranges):
            left = None if without is None else without[side]
            out = None if left is None else (left.out[nodes][:, None] & np.ones(shape[1], bool))
            draw = None
            if network.nodes.order[nodes[0]] == start:
                made = at_home(network, nodes, shape[1], left)
                if not network.trade.traded_nodes[nodes[0]]:
                    pools = network.unseen.untraded_pools(nodes, untraded)[side]
                    kept: np.ndarray = np.ones(shape[1])
                    if out is not None:
                        kept[network.nodes.country[nodes]] = made.sum(axis=1)
                        pools[out] = 0.0
                    ends.sold[nodes] = ends.had[nodes] = pools * kept
                    continue
            else:
                draw = _Draw(network, nodes, may if side else None, start, left)
                made = draw.made_of(ends.sold)
            _fixed_point(
                network, nodes, ends.sold, made, draw, may if side else None,
                unreported == "any", out, value=0.0, untraded=untraded,
            )  # fmt: skip
            if draw is not None:
                made = draw.made_of(ends.sold)
            ends.had[nodes] = network.pools.own[nodes][:, None] * made
            ends.had[nodes] += bought_within(network, nodes) @ ends.sold[nodes]
            unseen = nodes[~network.trade.traded_nodes[nodes]]
            ends.had[unseen] = ends.sold[unseen]
    return ranges[0], ranges[1]


def _possible(network: SupplyNetwork, start: int) -> tuple[np.ndarray, np.ndarray]:
    """Return 1 for each country that may do a stage's work, for all that is known, else 0.

    Products by countries: who only works on what the product is not made of does not count. Any
    country may have done it where sources do not name all who make a product of the stage, and
    that or what is made of it is traded unseen.

    Returns
    -------
    elsewhere, home : numpy.ndarray
        In pools of other countries, which it must have sold to, and in its own.
    """
    makes = (network.production.amount > 0) | network.unseen.unpublished
    withheld = (network.production.state == MISSING) & (network.pools.supply == 0)
    straight = (network.nodes.order[network.inputs.draws.output] > start) & (
        network.nodes.order[network.inputs.draws.input] < start
    )
    past = np.zeros(network.size, bool)
    past[network.inputs.draws.output[straight]] = True
    open_ended = (network.production.unnamed > 0) & (np.asarray(network.nodes.orders) == start)
    anybody = (network.unseen.passed & open_ended).any(axis=1)
    anybody |= network.inputs.absent.outputs[network.inputs.absent.orders == start].any(axis=0)
    elsewhere, home = np.zeros((2, len(network.products), len(network.countries) + 1))
    for product, behind in enumerate(network.inputs.behind):
        within = behind[network.nodes.product]
        stage = within & (network.nodes.order == start)
        itself = within & (
            past | (network.nodes.order > start) & (network.inputs.covered_least < 1)
        )
        if stage.any() and network.production.listed[stage].all():
            itself[:] = False
        may = network.unseen.used & ((stage & (makes | withheld)) | (itself & makes))
        home[product, network.nodes.country[may]] = 1.0
        elsewhere[product, network.nodes.country[may & network.unseen.may_pass[:, product]]] = 1.0
    elsewhere[anybody] = home[anybody] = 1.0
    return elsewhere, home


def without_ranges(network: SupplyNetwork, nodes: np.ndarray) -> tuple[Without, Without]:
    """Bound what is left of each node if nothing counts that passed some nodes.

    Returns
    -------
    low, high : Without
        What is surely left, and what may be.
    """
    least, most = (side[:, 0] for side in loss_ranges(network, [nodes]))
    every, first = np.arange(network.size), min(network.nodes.orders, default=1)
    out = np.zeros(network.size, bool)
    out[nodes] = True
    low, high = (
        _Draw(network, every, unknown, first).made_of(lost[:, None])[:, 0]
        for unknown, lost in ((np.ones(1), most), (None, least))
    )
    return Without(out, 1.0 - low, 1.0 - most), Without(out, 1.0 - high, 1.0 - least)


def made_ranges(
    network: SupplyNetwork, low: np.ndarray, high: np.ndarray, unknown: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Bound the share of each node's production that is lost with shares of the pools.

    ``low`` and ``high`` bound the lost share of each pool, ``unknown`` that of the input of each
    node which no data cover.
    """
    every, first = np.arange(network.size), min(network.nodes.orders, default=1)
    least = _Draw(network, every, None, first).made_of(low[:, None])[:, 0]
    most = _Draw(network, every, np.zeros(1), first).made_of(high[:, None])[:, 0]
    return least, np.minimum(most + (1.0 - network.inputs.covered_least) * unknown, 1.0)


@dataclass(frozen=True, eq=False)
class Cut:
    """Exports that some countries cut."""

    flows: np.ndarray
    """Part of each flow of the network that is cut, 0 to 1."""
    products: np.ndarray
    """Part of the unseen sales of each product that is cut, 0 to 1."""
    absent: np.ndarray
    """The same of products without any data behind each product."""


def loss_ranges(
    network: SupplyNetwork, removed: Sequence[np.ndarray], cut: Cut | None = None
) -> tuple[np.ndarray, np.ndarray]:
    r"""Bound the share of each node's sales that is lost, given what is not known.

    The losses are those of :func:`~graphkit.analysis.supply.removal.removal_losses` for sets of
    nodes that deliver nothing, or of :func:`~graphkit.analysis.supply.disruption.disruption` for
    a part of each flow that is cut. What is not known is as in :func:`origin_ranges`: an input
    that no data cover may have passed those who deliver nothing, or not; a country with
    unpublished production may have sold only its own, or no more of it than its trade shows; and
    all that a country may have bought of a product with unknown trade may have passed them.

    If a part :math:`\lambda_p` of the exports of product p is cut, goods of p whose way is unseen
    lose at most :math:`c_p = 1 - (1 - \lambda_p) (1 - g_p)`: they crossed the border of those
    who cut once, and were made of inputs that lost at most :math:`g_p`, the largest of the losses
    and of the :math:`c_q` of all products q behind p. The highs are the highest fixed point below 1
    with these ceilings.

    Parameters
    ----------
    network : SupplyNetwork
    removed : sequence of numpy.ndarray
        Sets of nodes. With ``cut``, one empty set.
    cut : Cut, optional

    Returns
    -------
    low, high : numpy.ndarray
        Nodes by sets, 0 to 1. Nodes of a set itself lose all.
    """
    first = min(network.nodes.orders, default=1)
    shape = (network.size, len(removed))
    out = np.zeros(shape, bool)
    for column, nodes in enumerate(removed):
        out[nodes, column] = True
    low, high = np.zeros(shape), np.zeros(shape)
    inputs, goods = np.ones(len(network.products)), np.ones(len(network.products))
    # Also behind those of which nobody is known to draw on the others.
    behind = network.inputs.behind.sum(axis=1)
    groups = solving_order(network, first)
    groups.sort(
        key=lambda nodes: (
            network.nodes.order[nodes[0]],
            behind[network.nodes.product[nodes]].max(),
        )
    )
    for nodes in groups:
        products = np.unique(network.nodes.product[nodes])
        if cut is not None:
            inputs[products] = _most_lost(network, products, goods, cut)
            goods[products] = 1.0 - (1.0 - cut.products[products]) * (1.0 - inputs[products])
        unknown, unseen = (most[network.nodes.product[nodes], None] for most in (inputs, goods))
        for lost, ceiling, fed in ((low, None, None), (high, unseen, unknown)):
            if network.nodes.order[nodes[0]] == first and not network.trade.traded_nodes[nodes[0]]:
                if ceiling is not None:
                    home = (network.pools.own[nodes] > 0) * network.unseen.own_parts(
                        nodes, "unknown"
                    )
                    bought = (network.pools.own[nodes] > 0) - home
                    made = home * network.inputs.processed[nodes]  # out of what no data are of
                    lost[nodes] = bought[:, None] * ceiling + made[:, None] * fed
                lost[nodes] = np.where(out[nodes], 1.0, lost[nodes])
                continue
            draw = _Draw(network, nodes, fed, first)
            flows = None if cut is None else cut.flows
            _fixed_point(
                network, nodes, lost, draw.made_of(lost), draw, ceiling, True, out[nodes], flows
            )
        np.maximum.at(goods, network.nodes.product[nodes], high[nodes].max(axis=1, initial=0.0))
    return low, high


def _most_lost(
    network: SupplyNetwork, products: np.ndarray, goods: np.ndarray, cut: Cut
) -> np.ndarray:
    """Bound the loss of inputs of unseen origin, of products of a stage made of each other."""
    behind, there = network.inputs.behind[products].any(axis=0), np.zeros(len(goods), bool)
    behind[products] = False
    there[network.nodes.product] = True
    left = 1.0 - goods[behind & there].max(initial=0.0)
    left *= (1.0 - cut.products[behind & ~there]).prod()
    left *= 1.0 - cut.absent[products].max(initial=0.0)
    within = 1.0 - cut.products[products]
    return np.asarray([1.0 - left * np.delete(within, n).prod() for n in range(len(products))])


@dataclass(frozen=True, eq=False)
class _Draw:
    """The production of some nodes out of the pools that they may draw on, in any split.

    With ``unknown``, the highest shares, where input that no data cover counts with those; else
    the lowest.
    """

    network: SupplyNetwork
    nodes: np.ndarray
    unknown: np.ndarray | None
    start: int
    without: Without | None = None

    @cached_property
    def _links(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Places of the nodes, their inputs, and the most of a node that each can feed."""
        network, nodes = self.network, self.nodes
        ends = [nodes[0], nodes[-1] + 1] if len(nodes) else [0, 0]
        near = slice(*np.searchsorted(network.inputs.possible.output, ends).tolist())
        output, here = places_in(nodes, network.inputs.possible.output[near])
        return (
            output[here],
            network.inputs.possible.input[near][here],
            network.inputs.possible.share[near][here],
        )

    @cached_property
    def feeds_itself(self) -> bool:
        """True where the nodes draw on each other."""
        return bool(np.isin(self._links[1], self.nodes).any())

    def made_of(self, shares: np.ndarray) -> np.ndarray:
        """Return the ends of the shares in each node's production, from those of all pools."""
        network, nodes = self.network, self.nodes
        output, source, part = self._links
        values = shares[source]
        before = network.nodes.order[source] < self.start
        home = 1.0 if self.without is None else self.without.pool[source[before]]
        values[before] = 0.0
        values[before, network.nodes.country[source[before]]] = home
        covered = network.inputs.covered_least[nodes]
        made = np.zeros((len(nodes), shares.shape[1]))
        count = np.bincount(output, minlength=len(nodes))
        alone = count[output] == 1
        made[output[alone]] = covered[output[alone], None] * values[alone]
        if not alone.all():
            several = np.flatnonzero(count > 1)
            rank = np.arange(len(output)) - np.searchsorted(output, output)
            place = np.searchsorted(several, output[~alone]), rank[~alone]
            size = (len(several), int(count.max()))
            padded, parts = np.zeros((*size, shares.shape[1])), np.zeros(size)
            padded[place], parts[place] = values[~alone], part[~alone]
            order = np.argsort(padded if self.unknown is None else -padded, axis=1, kind="stable")
            filled = np.cumsum(np.take_along_axis(parts[:, :, None], order, axis=1), axis=1)
            filled = np.minimum(filled, covered[several, None, None])
            taken = np.diff(filled, axis=1, prepend=0.0)
            made[several] = (taken * np.take_along_axis(padded, order, axis=1)).sum(axis=1)
        if self.unknown is not None:
            made += ((1.0 - covered) * network.inputs.processed[nodes])[:, None] * self.unknown
        return made


def _fixed_point(
    network: SupplyNetwork, nodes: np.ndarray, shares: np.ndarray, made: np.ndarray,
    draw: _Draw | None, ceiling: np.ndarray | None, free: bool, out: np.ndarray | None = None,
    cut: np.ndarray | None = None, value: float = 1.0, untraded: str = "unknown",
) -> None:  # fmt: skip
    """Iterate the nodes' ``shares`` to the lowest in their sales, or with a ceiling the highest.

    Of a pool with unknown trade, what is not surely home-made may be so, or from anywhere.

    ``made`` are the shares in their production. Entries marked ``out`` keep their ``value``;
    ``cut`` is the part of each flow of the network that counts fully, whatever its seller's share.
    """
    own, links = network.pools.own[nodes], bought_within(network, nodes).tocsr()
    choice = network.unseen.unpublished[nodes] if free else np.zeros(len(nodes), bool)
    least, supply = network.production.least[nodes], network.pools.supply[nodes]
    unseen = np.where(choice, network.production.unnamed_sales[nodes], 0.0)
    pool = np.where(choice, least + unseen + network.trade.imports[nodes], supply)
    ratio = np.divide(supply, pool, out=np.zeros(len(nodes)), where=pool > 0)
    rest = np.zeros_like(made)
    if ceiling is not None:
        part = np.divide(unseen, pool, out=np.zeros(len(nodes)), where=pool > 0)
        rest += part[:, None] * ceiling
    if cut is not None:
        taken = bought_within(network, nodes, cut).tocsr()
        links, rest = links - taken, rest + (ratio * taken.sum(axis=1))[:, None]
    links.data *= np.repeat(ratio, np.diff(links.indptr))
    own = np.where(choice, np.divide(least, pool, out=np.zeros(len(nodes)), where=pool > 0), own)
    hidden = ~network.trade.traded_nodes[nodes] & (supply > 0)
    if hidden.any():
        own = np.where(hidden, network.unseen.own_parts(nodes, untraded), own)
        choice = choice | hidden
        if ceiling is not None:
            rest[hidden] = ((1.0 - own)[:, None] * np.broadcast_to(ceiling, rest.shape))[hidden]
    pick = np.minimum if ceiling is None else np.maximum
    sold = np.zeros_like(made)
    if ceiling is not None:
        top = 1.0 if cut is not None else ceiling  # cycles of trade pass a border more than once
        sold[supply > 0] = np.broadcast_to(top, sold.shape)[supply > 0]
    again = draw is not None and draw.feeds_itself
    every: np.ndarray = np.arange(made.shape[1])
    if not again and out is None and cut is None:  # a column of zeros stays one
        every = np.flatnonzero(made.any(axis=0) | sold.any(axis=0))
    made, sold, rest = made[:, every], sold[:, every], rest[:, every]
    for _ in range(ROUNDS):
        if again and draw is not None:
            shares[nodes] = sold
            made = draw.made_of(shares)
        after = own[:, None] * made + links @ sold + rest
        pick(after, made, out=after, where=choice[:, None])
        if out is not None:
            after[out] = value
        change = float(np.abs(after - sold).max(initial=0.0))
        sold = after
        if change < CLOSE:
            break
    shares[np.ix_(nodes, every)] = sold
