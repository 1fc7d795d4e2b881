"""Ranges of origins and of losses: the least and the most that unpublished figures leave open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.production import MISSING
from graphkit.analysis.supply.production_cut import ProductionCut
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


@dataclass(frozen=True)
class StatedOrigin:
    """Share of one origin in what no data tell of a node, taken as known.

    Of a node of a product without trade it is the share in its pool, else the share in those of
    its inputs that no data cover.
    """

    node: int
    column: int
    """Column of the origin in the ranges."""
    share: float


def origin_ranges(
    network: SupplyNetwork, stage: str, *, untraded: str = "unknown", unreported: str = "any",
    without: tuple[Without, Without] | None = None, origins: Sequence[int] | None = None,
    stated: StatedOrigin | None = None,
) -> tuple[OriginRange, OriginRange]:  # fmt: skip
    r"""Bound the share of each origin, given what is not known.

    Some things are not known. An unknown or untraceable origin may be any country that may do
    the stage's work: none of it or all of it. In a pool of a product with unknown trade,
    another producer o has at most :math:`P_o / (P_c + P_o)`. And a country with unpublished
    production, which a source shows to make the product, makes at least its exports beyond its
    imports; where no source does, those may have any origin. Either may make all that it sells:
    with :math:`a` the former's share of its pool, T the origins of its production and h of its
    imports, the origins S of its sales lie between :math:`T` and :math:`a T + (1 - a) h`. What a
    country may have bought in trade that is not listed may have any origin too. Lows and
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
    origins : sequence of int, optional
        Only these columns: the places of countries, and after the last that of any other one.
    stated : StatedOrigin, optional
        Take the origin of one unseen input for known; only its own column is narrowed by it.

    Returns
    -------
    low, high : Range
        Each for the sales and for the pool of a node. In its pool, its own production is the
        network's figure, since the question is what it gets from others. A last column is of any
        country of which nothing is known here.
    """
    start, every = stage_order(network, stage), len(network.countries) + 1
    elsewhere, home = possible_countries(network, start)
    if without is not None:
        avoided_countries = network.nodes.country[without[1].avoided]
        elsewhere[:, avoided_countries] = home[:, avoided_countries] = 0.0
    columns = np.arange(every) if origins is None else np.asarray(origins, np.int64)
    width = len(columns)
    low, high = (OriginRange(*np.zeros((2, network.size, width))) for _ in range(2))
    for nodes in solving_order(network, start):
        product, country = network.nodes.product[nodes], network.nodes.country[nodes]
        able = elsewhere[product]
        able[np.arange(len(nodes)), country] = home[product, country]
        able = able[:, columns]
        traded = network.trade.traded_nodes[nodes]
        D, Q = network.pools.own[nodes][:, None], bought_within(network, nodes)
        for place, (bound, ceiling) in enumerate(((low, None), (high, able))):
            S, P = bound.sales, bound.pool
            rest = None if without is None else without[place]
            avoided = None if rest is None else rest.avoided[nodes]
            at_stage = network.nodes.order[nodes[0]] == start
            draw = None
            if at_stage:
                T = at_home(network, nodes, every, rest)[:, columns]
            else:
                draw = _Draw(network, nodes, ceiling, start, rest, columns, stated)
                T = draw.in_production(S)
            if at_stage and not traded[0]:
                pools = network.unseen.untraded_pools(nodes, untraded)[place]
                if avoided is not None:
                    pools[:, country] *= T.sum(axis=1)
                    pools[avoided] = 0.0
                pools = pools[:, columns]
                if stated is not None:
                    pools[nodes == stated.node, stated.column] = stated.share
                S[nodes] = P[nodes] = pools
                continue
            fixed, value = None, 0.0
            if avoided is not None:
                fixed = avoided[:, None] & np.ones(width, bool)
            elif stated is not None and not traded[nodes == stated.node].all():
                fixed, value = np.zeros((len(nodes), width), bool), stated.share
                fixed[nodes == stated.node, stated.column] = True
            _fixed_point(
                network, nodes, S, T, draw, ceiling, unreported == "any", fixed, value=value,
                own=network.unseen.own_parts(nodes, untraded),
            )  # fmt: skip
            if draw is not None:
                T = draw.in_production(S)
            P[nodes] = D * T + Q @ S[nodes]
            if (unlisted := network.trade.unlisted[nodes]).any():
                supply = network.pools.supply[nodes]
                listed = np.divide(supply, supply + unlisted, out=np.ones(len(nodes)),
                                   where=unlisted > 0)[:, None]  # fmt: skip
                P[nodes] = listed * P[nodes] + (
                    0.0 if ceiling is None else (1.0 - listed) * ceiling
                )
            P[nodes[~traded]] = S[nodes[~traded]]
    return low, high


def beside_unlisted(
    network: SupplyNetwork, nodes: np.ndarray, stage: str, low: np.ndarray, high: np.ndarray,
    origins: Sequence[int] | None = None,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Widen ranges of shares in the imports of some nodes by what they may have bought unlisted.

    That may have come from any country which may have made and sold it. The columns are as those
    of :func:`origin_ranges`.
    """
    unlisted, imports = network.trade.unlisted[nodes], network.trade.imports[nodes]
    if not unlisted.any():
        return low, high
    elsewhere, _ = possible_countries(network, stage_order(network, stage))
    listed = (imports / (imports + unlisted))[:, None]
    able = elsewhere[network.nodes.product[nodes]]
    able = able if origins is None else able[:, origins]
    return listed * low, listed * high + (1 - listed) * able


def possible_countries(network: SupplyNetwork, start: int) -> tuple[np.ndarray, np.ndarray]:
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
    """True for the flows of the network that are cut."""
    products: np.ndarray
    """True for the products of which unseen sales are cut."""
    absent: np.ndarray
    """True for products behind which one without any data is cut."""
    borders: int
    """Number of borders at which goods of one product are cut: those who cut, or their buyers."""
    losses: np.ndarray
    """Parts that are cut of all these, 0 to 1, each by itself."""


def loss_ranges(
    network: SupplyNetwork, removed: Sequence[np.ndarray], cut: ExportCut | None = None,
    stopped: ProductionCut | None = None,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    r"""Bound the share of each node's sales that is lost, given what is not known.

    The losses are those of :func:`~graphkit.analysis.supply.removal.removal_losses` for sets of
    nodes that deliver nothing, or of :func:`~graphkit.analysis.supply.disruption.disruption` for
    a part of each flow that is cut. What is not known is as in :func:`origin_ranges`: an input
    that no data cover may have passed those who deliver nothing, or not; a country with
    unpublished production may have sold only its own, or no more of it than its trade shows; and
    all that a country may have bought of a product with unknown trade may have passed them.

    If a part :math:`\lambda_p` of the exports of product p is cut, goods of p whose way is unseen
    lose at most :math:`c_p = 1 - (1 - \lambda_p)^n (1 - g_p)`: no good returns to a country that
    it has left, so that they left each of the n who cut at most once (with ``returns`` of the
    network any number of times), and were made of inputs that lost at most :math:`g_p`, the largest
    of the losses
    and of the :math:`c_q` of all products q behind p. The highs are the highest fixed point below 1
    with these ceilings. If production stops, :math:`\lambda_p` is the largest part of any country's
    production of p, and a node that loses the part :math:`\mu` of its own production has
    :math:`\mu + (1 - \mu) T` in the place of T.

    Parameters
    ----------
    network : SupplyNetwork
    removed : sequence of numpy.ndarray
        Sets of nodes. With ``cut``, an empty set for each of its losses.
    cut : ExportCut, optional
    stopped : ProductionCut, optional
        Parts of production that stop with each set.

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
    unseen, cuts = network.unseen, _unseen_cuts(network, len(removed), cut, stopped)
    g, c = np.ones((2, len(network.products), 1 if cuts is None else len(removed)))
    # Also behind those of which nobody is known to draw on the others.
    behind = network.inputs.behind.sum(axis=1)
    groups = solving_order(network, first)
    groups.sort(key=lambda nodes: (order[nodes[0]], behind[product[nodes]].max()))
    for nodes in groups:
        products = np.unique(product[nodes])
        if cuts is not None:
            g[products] = _most_lost(network, products, c, *cuts)
            c[products] = 1.0 - (1.0 - cuts[0][products]) * (1.0 - g[products])
        makes = network.pools.own[nodes] > 0
        of_inputs, of_goods = g[product[nodes]], c[product[nodes]]
        parts = (None, None) if stopped is None else (stopped.low[nodes], stopped.high[nodes])
        own_parts = unseen.own_parts(nodes, "unknown"), unseen.never_left(nodes)
        for losses, ceiling, unknown, part, own in (
            (low, None, None, parts[0], own_parts[0]),
            (high, of_goods, of_inputs, parts[1], own_parts[1]),
        ):
            if order[nodes[0]] == first and not network.trade.traded_nodes[nodes[0]]:
                home = makes * own
                fed = np.zeros((len(nodes), len(removed)))
                if unknown is not None:  # out of what no data are of
                    fed = network.inputs.processed[nodes][:, None] * unknown
                losses[nodes] = home[:, None] * _without(part, fed)
                if ceiling is not None:
                    losses[nodes] += (makes - home)[:, None] * ceiling
                losses[nodes] = np.where(in_set[nodes], 1.0, losses[nodes])
                continue
            draw = _Draw(network, nodes, unknown, first)
            _fixed_point(
                network, nodes, losses, draw.in_production(losses), draw, ceiling, True,
                in_set[nodes], cut, part, own=own,
            )  # fmt: skip
        if cuts is not None:
            np.maximum.at(c, product[nodes], high[nodes])
    return low, high


def _without(part: np.ndarray | None, T: np.ndarray) -> np.ndarray:
    """Return the loss of production of which a part stops, and the rest loses T."""
    return T if part is None else part + (1.0 - part) * T


def _unseen_cuts(
    network: SupplyNetwork, sets: int, cut: ExportCut | None, stopped: ProductionCut | None
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the largest part of unseen goods that is cut or stops, products by sets.

    Of each product itself, and of products without data behind it. All may have passed nodes that
    deliver nothing; None if that holds for each set.
    """
    if cut is None and stopped is None:
        return None
    left = np.ones((2, len(network.products), sets))
    if cut is not None:
        arrives = (1.0 - cut.losses) ** network.unseen.crossings(cut.borders)
        left[0, cut.products] = left[1, cut.absent] = arrives
    if stopped is not None:
        left[0] *= 1.0 - stopped.products
        left[1] *= 1.0 - stopped.absent
    return 1.0 - left[0], 1.0 - left[1]


def _most_lost(
    network: SupplyNetwork, products: np.ndarray, c: np.ndarray, cut: np.ndarray,
    absent: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Bound the loss ``g`` of inputs of unseen origin, of products of a stage made of each other.

    ``c`` bounds the losses of goods of each product, as in :func:`loss_ranges`; ``cut`` and
    ``absent`` are the parts of :func:`_unseen_cuts`.
    """
    behind, present = network.inputs.behind[products].any(axis=0), np.zeros(len(c), bool)
    behind[products] = False
    present[network.nodes.product] = True
    rest = 1.0 - c[behind & present].max(axis=0, initial=0.0)
    rest *= (1.0 - cut[behind & ~present]).prod(axis=0)
    rest *= 1.0 - absent[products].max(axis=0, initial=0.0)
    within = 1.0 - cut[products]
    others = (np.delete(within, n, axis=0).prod(axis=0) for n in range(len(products)))
    return np.asarray([1.0 - rest * other for other in others])


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
    columns: np.ndarray | None = None
    """The countries of the columns of shares of origins; None where these are something else."""
    stated: StatedOrigin | None = None

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
        if self.columns is not None:
            at_home = network.nodes.country[source[before]][:, None] == self.columns
            values[before] = at_home * np.reshape(home, (-1, 1))
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
        uncovered = (1.0 - covered) * network.inputs.processed[nodes]
        if self.unknown is not None:
            result += uncovered[:, None] * self.unknown
        if (one := self.stated) is not None:
            row = np.flatnonzero(nodes == one.node)
            if self.unknown is not None:
                unknown = np.broadcast_to(self.unknown, result.shape)[row, one.column]
                result[row, one.column] -= uncovered[row] * unknown
            result[row, one.column] += uncovered[row] * one.share
        return result


def _fixed_point(
    network: SupplyNetwork, nodes: np.ndarray, shares: np.ndarray, T: np.ndarray,
    draw: _Draw | None, ceiling: np.ndarray | None, free: bool, fixed: np.ndarray | None = None,
    cut: ExportCut | None = None, part: np.ndarray | None = None, value: float = 1.0,
    *, own: np.ndarray,
) -> None:  # fmt: skip
    r"""Iterate the nodes' ``shares`` to the lowest in their sales, or with a ceiling the highest.

    .. math:: S = a T + (1 - a) h, \qquad (1 - a) h = Q S + r

    With :math:`a` the share of each pool that the node made itself, T the shares in that, Q the
    parts bought from other nodes of the group, and r in the rest, which has the shares of the
    ceiling or none. Where production is unpublished, if it is ``free``, the sales may also have
    the shares T. Of a pool with unknown trade, what is not surely home-made may be so, or from
    anywhere. Entries marked ``fixed`` keep their ``value``; of the flows that are ``cut``, the part
    that is lost counts fully, whatever its seller's share: column by column. ``part`` is that of
    what each node makes itself, lost as well; ``own`` bounds :math:`a` from below where the trade
    of a product is unknown.
    """
    production, size = network.production, len(nodes)
    a, Q = network.pools.own[nodes], bought_within(network, nodes).tocsr()
    choice = network.unseen.unpublished[nodes] if free else np.zeros(size, bool)
    least, supply = production.least[nodes], network.pools.supply[nodes]
    unnamed = np.where(choice, production.unnamed_sales[nodes], 0.0)
    unlisted = network.trade.unlisted[nodes]
    pool = np.where(choice, least + unnamed + network.trade.imports[nodes], supply) + unlisted
    ratio = np.divide(supply, pool, out=np.zeros(size), where=pool > 0)
    r = np.zeros_like(T)
    if ceiling is not None:
        open_part = np.divide(unnamed + unlisted, pool, out=np.zeros(size), where=pool > 0)
        r += open_part[:, None] * ceiling
    Q.data *= np.repeat(ratio, np.diff(Q.indptr))
    Q_cut = None
    if cut is not None:
        Q_cut = bought_within(network, nodes, cut.flows).tocsr()
        Q_cut.data *= np.repeat(ratio, np.diff(Q_cut.indptr))
        r += np.outer(Q_cut.sum(axis=1), cut.losses)
    a = np.where(choice, np.divide(least, pool, out=np.zeros(size), where=pool > 0), a * ratio)
    hidden = ~network.trade.traded_nodes[nodes] & (supply > 0)
    if hidden.any():
        a = np.where(hidden, own, a)
        choice = choice | hidden
        if ceiling is not None:
            r[hidden] = ((1.0 - a)[:, None] * np.broadcast_to(ceiling, r.shape))[hidden]
    pick = np.minimum if ceiling is None else np.maximum
    S = np.zeros_like(T)
    if ceiling is not None:
        top = 1.0 if cut is not None else ceiling  # cycles of trade pass a border more than once
        S[supply > 0] = np.broadcast_to(top, S.shape)[supply > 0]
    again = draw is not None and draw.feeds_itself
    T = _without(part, T)
    columns: np.ndarray = np.arange(T.shape[1])
    if not again and fixed is None and cut is None:  # a column of zeros stays one
        columns = np.flatnonzero(T.any(axis=0) | S.any(axis=0))
    T, S, r = T[:, columns], S[:, columns], r[:, columns]
    constant = a[:, None] * T + r
    for _ in range(ROUNDS):
        if again and draw is not None:
            shares[nodes] = S
            T = _without(part, draw.in_production(shares))
            constant = a[:, None] * T + r
        after = Q @ S
        after += constant
        if cut is not None and Q_cut is not None:
            after -= (Q_cut @ S) * cut.losses
        pick(after, T, out=after, where=choice[:, None])
        if fixed is not None:
            after[fixed] = value
        S -= after
        change = max(S.max(initial=0.0), -S.min(initial=0.0))
        S = after
        if change < CLOSE:
            break
    shares[np.ix_(nodes, columns)] = S
