"""Ranges of origins and of losses: the least and the most that unpublished figures leave open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.production import MISSING
from graphkit.analysis.supply.tracing import (
    Without,
    at_home,
    bought_within,
    places_in,
    solving_order,
    stage_order,
)

ROUNDS, CLOSE = 10_000, 1e-12


@dataclass(frozen=True, eq=False)
class OriginRange:
    """Lowest or highest shares of every origin: nodes by countries and any other one."""

    sales: np.ndarray
    """Shares in the sales of each node."""
    pool: np.ndarray
    """Shares in the pool of each node."""


def origin_ranges(
    network: SupplyNetwork, stage: str, *, untraded: str = "unknown", unreported: str = "any",
    without: tuple[Without, Without] | None = None,
) -> tuple[OriginRange, OriginRange]:  # fmt: skip
    r"""Bound the share of each origin, given what is not known.

    Three things are not known. An unknown or untraceable origin may be any country that may do
    the stage's work: none of it or all of it. In a pool of a product with unknown trade,
    another producer o has at most :math:`P_o / (P_c + P_o)`. And a country with unpublished
    production, which a source shows to make the product, makes at least its exports beyond its
    imports; where no source does, those may have any origin. Either may make all that it sells:
    with :math:`a` the former's share of its pool, T the origins of its production and h of its
    imports, the origins S of its sales lie between :math:`T` and :math:`a T + (1 - a) h`. Lows and
    highs are the fixed points of taking the smaller and the larger at each of these countries.
    The iteration approaches them from 0 and from 1, so that the bounds hold wherever it ends.
    With D and Q as in :func:`origin_shares`, the origins in its pool are then

    .. math:: P = D T + Q S

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
    start, width = stage_order(network, stage), len(network.countries) + 1
    elsewhere, home = _possible(network, start)
    if without is not None:
        avoided_countries = network.nodes.country[without[1].avoided]
        elsewhere[:, avoided_countries] = home[:, avoided_countries] = 0.0
    low, high = (OriginRange(*np.zeros((2, network.size, width))) for _ in range(2))
    for nodes in solving_order(network, start):
        product, country = network.nodes.product[nodes], network.nodes.country[nodes]
        able = elsewhere[product]
        able[np.arange(len(nodes)), country] = home[product, country]
        traded = network.trade.traded_nodes[nodes]
        D, Q = network.pools.own[nodes][:, None], bought_within(network, nodes)
        for place, (bound, ceiling) in enumerate(((low, None), (high, able))):
            S, P = bound.sales, bound.pool
            rest = None if without is None else without[place]
            avoided = None if rest is None else rest.avoided[nodes]
            at_stage = network.nodes.order[nodes[0]] == start
            draw = None if at_stage else _Draw(network, nodes, ceiling, start, rest)
            T = at_home(network, nodes, width, rest) if draw is None else draw.in_production(S)
            if at_stage and not traded[0]:
                pools = network.unseen.untraded_pools(nodes, untraded)[place]
                if avoided is not None:
                    pools[:, country] *= T.sum(axis=1)
                    pools[avoided] = 0.0
                S[nodes] = P[nodes] = pools
                continue
            _fixed_point(
                network, nodes, S, T, draw, ceiling, unreported == "any",
                None if avoided is None else avoided[:, None] & np.ones(width, bool),
                value=0.0, untraded=untraded,
            )  # fmt: skip
            if draw is not None:
                T = draw.in_production(S)
            P[nodes] = D * T + Q @ S[nodes]
            P[nodes[~traded]] = S[nodes[~traded]]
    return low, high


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
    nodes, production, inputs, unseen = (
        network.nodes, network.production, network.inputs, network.unseen,
    )  # fmt: skip
    draws, order = inputs.draws, nodes.order
    makes = (production.amount > 0) | unseen.unpublished
    withheld = (production.state == MISSING) & (network.pools.supply == 0)
    straight = (order[draws.output] > start) & (order[draws.input] < start)
    past = np.zeros(network.size, bool)
    past[draws.output[straight]] = True
    open_ended = (production.unnamed > 0) & (np.asarray(nodes.orders) == start)
    anybody = (unseen.passed & open_ended).any(axis=1)
    anybody |= inputs.absent.outputs[inputs.absent.orders == start].any(axis=0)
    elsewhere, home = np.zeros((2, len(nodes.products), len(nodes.countries) + 1))
    for product, behind in enumerate(inputs.behind):
        within = behind[nodes.product]
        stage = within & (order == start)
        itself = within & (past | (order > start) & (inputs.covered_least < 1))
        if stage.any() and production.listed[stage].all():
            itself[:] = False
        able = unseen.used & ((stage & (makes | withheld)) | (itself & makes))
        home[product, nodes.country[able]] = 1.0
        elsewhere[product, nodes.country[able & unseen.may_pass[:, product]]] = 1.0
    elsewhere[anybody] = home[anybody] = 1.0
    return elsewhere, home


def without_ranges(network: SupplyNetwork, nodes: np.ndarray) -> tuple[Without, Without]:
    """Bound what is left of each node if nothing counts that passed some nodes.

    Returns
    -------
    low, high : Without
        What is surely left, and what may be.
    """
    least, most = (losses[:, 0] for losses in loss_ranges(network, [nodes]))
    every, first = np.arange(network.size), min(network.nodes.orders, default=1)
    avoided = np.zeros(network.size, bool)
    avoided[nodes] = True
    most_lost = _Draw(network, every, np.ones(1), first).in_production(most[:, None])[:, 0]
    least_lost = _Draw(network, every, None, first).in_production(least[:, None])[:, 0]
    low = Without(avoided, 1.0 - most_lost, 1.0 - most)
    return low, Without(avoided, 1.0 - least_lost, 1.0 - least)


def production_losses(
    network: SupplyNetwork, low: np.ndarray, high: np.ndarray, unknown: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Bound the share of each node's production that is lost with shares of the pools.

    ``low`` and ``high`` bound the lost share of each pool, ``unknown`` that of the input of each
    node which no data cover.
    """
    every, first = np.arange(network.size), min(network.nodes.orders, default=1)
    least = _Draw(network, every, None, first).in_production(low[:, None])[:, 0]
    most = _Draw(network, every, np.zeros(1), first).in_production(high[:, None])[:, 0]
    return least, np.minimum(most + (1.0 - network.inputs.covered_least) * unknown, 1.0)


@dataclass(frozen=True, eq=False)
class ExportCut:
    """Exports that some countries cut."""

    flows: np.ndarray
    """Part of each flow of the network that is cut, 0 to 1."""
    products: np.ndarray
    """Part of the unseen sales of each product that is cut, 0 to 1."""
    absent: np.ndarray
    """The same of products without any data behind each product."""


def loss_ranges(
    network: SupplyNetwork, removed: Sequence[np.ndarray], cut: ExportCut | None = None
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
    order, product = network.nodes.order, network.nodes.product
    first = min(network.nodes.orders, default=1)
    shape = (network.size, len(removed))
    in_set = np.zeros(shape, bool)
    for column, nodes in enumerate(removed):
        in_set[nodes, column] = True
    low, high = np.zeros(shape), np.zeros(shape)
    g, c = np.ones((2, len(network.products)))
    # Also behind those of which nobody is known to draw on the others.
    behind = network.inputs.behind.sum(axis=1)
    groups = solving_order(network, first)
    groups.sort(key=lambda nodes: (order[nodes[0]], behind[product[nodes]].max()))
    for nodes in groups:
        products = np.unique(product[nodes])
        if cut is not None:
            g[products] = _most_lost(network, products, c, cut)
            c[products] = 1.0 - (1.0 - cut.products[products]) * (1.0 - g[products])
        makes = network.pools.own[nodes] > 0
        of_inputs, of_goods = g[product[nodes], None], c[product[nodes], None]
        for losses, ceiling, unknown in ((low, None, None), (high, of_goods, of_inputs)):
            if order[nodes[0]] == first and not network.trade.traded_nodes[nodes[0]]:
                if ceiling is not None:
                    home = makes * network.unseen.own_parts(nodes, "unknown")
                    bought = makes - home
                    fed = home * network.inputs.processed[nodes]  # out of what no data are of
                    losses[nodes] = bought[:, None] * ceiling + fed[:, None] * unknown
                losses[nodes] = np.where(in_set[nodes], 1.0, losses[nodes])
                continue
            draw = _Draw(network, nodes, unknown, first)
            _fixed_point(
                network, nodes, losses, draw.in_production(losses), draw, ceiling, True,
                in_set[nodes], None if cut is None else cut.flows,
            )  # fmt: skip
        np.maximum.at(c, product[nodes], high[nodes].max(axis=1, initial=0.0))
    return low, high


def _most_lost(
    network: SupplyNetwork, products: np.ndarray, c: np.ndarray, cut: ExportCut
) -> np.ndarray:
    """Bound the loss ``g`` of inputs of unseen origin, of products of a stage made of each other.

    ``c`` bounds the losses of goods of each product, as in :func:`loss_ranges`.
    """
    behind, present = network.inputs.behind[products].any(axis=0), np.zeros(len(c), bool)
    behind[products] = False
    present[network.nodes.product] = True
    rest = 1.0 - c[behind & present].max(initial=0.0)
    rest *= (1.0 - cut.products[behind & ~present]).prod()
    rest *= 1.0 - cut.absent[products].max(initial=0.0)
    within = 1.0 - cut.products[products]
    return np.asarray([1.0 - rest * np.delete(within, n).prod() for n in range(len(products))])


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
        nodes, possible = self.nodes, self.network.inputs.possible
        bounds = [nodes[0], nodes[-1] + 1] if len(nodes) else [0, 0]
        near = slice(*np.searchsorted(possible.output, bounds).tolist())
        output, inside = places_in(nodes, possible.output[near])
        return output[inside], possible.input[near][inside], possible.share[near][inside]

    @cached_property
    def feeds_itself(self) -> bool:
        """True where the nodes draw on each other."""
        return bool(np.isin(self._links[1], self.nodes).any())

    def in_production(self, shares: np.ndarray) -> np.ndarray:
        """Bound the shares in each node's production, given the shares in all pools.

        The pools with the lowest shares, or the highest, feed as much of it as they can.
        """
        network, nodes = self.network, self.nodes
        output, source, part = self._links
        values = shares[source]
        before = network.nodes.order[source] < self.start
        home = 1.0 if self.without is None else self.without.pool[source[before]]
        values[before] = 0.0
        values[before, network.nodes.country[source[before]]] = home
        covered = network.inputs.covered_least[nodes]
        result = np.zeros((len(nodes), shares.shape[1]))
        count = np.bincount(output, minlength=len(nodes))
        alone = count[output] == 1
        result[output[alone]] = covered[output[alone], None] * values[alone]
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
            fed = np.diff(filled, axis=1, prepend=0.0)
            result[several] = (fed * np.take_along_axis(padded, order, axis=1)).sum(axis=1)
        if self.unknown is not None:
            result += ((1.0 - covered) * network.inputs.processed[nodes])[:, None] * self.unknown
        return result


def _fixed_point(
    network: SupplyNetwork, nodes: np.ndarray, shares: np.ndarray, T: np.ndarray,
    draw: _Draw | None, ceiling: np.ndarray | None, free: bool, fixed: np.ndarray | None = None,
    cut: np.ndarray | None = None, value: float = 1.0, untraded: str = "unknown",
) -> None:  # fmt: skip
    r"""Iterate the nodes' ``shares`` to the lowest in their sales, or with a ceiling the highest.

    .. math:: S = a T + (1 - a) h, \qquad (1 - a) h = Q S + r

    With :math:`a` the share of each pool that the node made itself, T the shares in that, Q the
    parts bought from other nodes of the group, and r in the rest, which has the shares of the
    ceiling or none. Where production is unpublished, if it is ``free``, the sales may also have
    the shares T. Of a pool with unknown trade, what is not surely home-made may be so, or from
    anywhere. Entries marked ``fixed`` keep their ``value``; ``cut`` is the part of each flow of
    the network that counts fully, whatever its seller's share.
    """
    production, size = network.production, len(nodes)
    a, Q = network.pools.own[nodes], bought_within(network, nodes).tocsr()
    choice = network.unseen.unpublished[nodes] if free else np.zeros(size, bool)
    least, supply = production.least[nodes], network.pools.supply[nodes]
    unnamed = np.where(choice, production.unnamed_sales[nodes], 0.0)
    pool = np.where(choice, least + unnamed + network.trade.imports[nodes], supply)
    ratio = np.divide(supply, pool, out=np.zeros(size), where=pool > 0)
    r = np.zeros_like(T)
    if ceiling is not None:
        r += np.divide(unnamed, pool, out=np.zeros(size), where=pool > 0)[:, None] * ceiling
    if cut is not None:
        Q_cut = bought_within(network, nodes, cut).tocsr()
        Q, r = Q - Q_cut, r + (ratio * Q_cut.sum(axis=1))[:, None]
    Q.data *= np.repeat(ratio, np.diff(Q.indptr))
    a = np.where(choice, np.divide(least, pool, out=np.zeros(size), where=pool > 0), a)
    hidden = ~network.trade.traded_nodes[nodes] & (supply > 0)
    if hidden.any():
        a = np.where(hidden, network.unseen.own_parts(nodes, untraded), a)
        choice = choice | hidden
        if ceiling is not None:
            r[hidden] = ((1.0 - a)[:, None] * np.broadcast_to(ceiling, r.shape))[hidden]
    pick = np.minimum if ceiling is None else np.maximum
    S = np.zeros_like(T)
    if ceiling is not None:
        top = 1.0 if cut is not None else ceiling  # cycles of trade pass a border more than once
        S[supply > 0] = np.broadcast_to(top, S.shape)[supply > 0]
    again = draw is not None and draw.feeds_itself
    columns: np.ndarray = np.arange(T.shape[1])
    if not again and fixed is None and cut is None:  # a column of zeros stays one
        columns = np.flatnonzero(T.any(axis=0) | S.any(axis=0))
    T, S, r = T[:, columns], S[:, columns], r[:, columns]
    for _ in range(ROUNDS):
        if again and draw is not None:
            shares[nodes] = S
            T = draw.in_production(shares)
        after = a[:, None] * T + Q @ S + r
        pick(after, T, out=after, where=choice[:, None])
        if fixed is not None:
            after[fixed] = value
        change = float(np.abs(after - S).max(initial=0.0))
        S = after
        if change < CLOSE:
            break
    shares[np.ix_(nodes, columns)] = S
