"""Ranges of origins and losses that unpublished production and unknown inputs leave open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from graphkit.analysis.supply.network import MISSING, SupplyNetwork
from graphkit.analysis.supply.tracing import (
    Without,
    at_home,
    bought_within,
    places_in,
    solving_order,
    stage_order,
    untraded_pools,
)  # fmt: skip

ROUNDS, CLOSE = 10_000, 1e-12


@dataclass(frozen=True, eq=False)
class Range:
    """Lowest or highest shares of every origin: rows are nodes, columns are countries."""

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
    production makes at least its exports beyond its imports, but may make all that it sells:
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
        network's figure, since the question is what it gets from others.
    """
    start = stage_order(network, stage)
    shape = (network.size, len(network.countries))
    possible = _possible(network, start)
    if without is not None:
        possible[network.country[without[1].out]] = 0.0
    ranges = tuple(Range(np.zeros(shape), np.zeros(shape)) for _ in range(2))
    for nodes in solving_order(network, start):
        for side, ends in enumerate(ranges):
            left = None if without is None else without[side]
            out = None if left is None else (left.out[nodes][:, None] & np.ones(shape[1], bool))
            draw = None
            if network.order[nodes[0]] == start:
                made = at_home(network, nodes, shape[1], left)
                if not network.traded[network.product[nodes[0]]]:
                    pools = untraded_pools(network, nodes, untraded)[side]
                    kept = np.ones(shape[1])
                    if out is not None:
                        kept[network.country[nodes]] = made.sum(axis=1)
                        pools[out] = 0.0
                    ends.sold[nodes] = ends.had[nodes] = pools * kept
                    continue
            else:
                draw = _Draw(network, nodes, possible if side else None, start, left)
                made = draw.made_of(ends.sold)
            _fixed_point(
                network, nodes, ends.sold, made, draw, possible if side else None,
                unreported == "any", out, value=0.0,
            )  # fmt: skip
            if draw is not None:
                made = draw.made_of(ends.sold)
            ends.had[nodes] = network.own[nodes][:, None] * made
            ends.had[nodes] += bought_within(network, nodes) @ ends.sold[nodes]
    return ranges[0], ranges[1]


def _possible(network: SupplyNetwork, start: int) -> np.ndarray:
    """Return 1 for each country that may do the stage's work, for all that is known, else 0."""
    makes = ((network.produced > 0) | network.unpublished) & network.used
    withheld = (network.state == MISSING) & (network.supply == 0)
    may = (network.order == start) & (makes | withheld)
    straight = (network.order[network.output] > start) & (network.order[network.input] < start)
    itself = np.zeros(network.size, bool)
    if not network.listed[network.order == start].all():
        itself = (network.order > start) & (network.covered_least < 1)
    itself[network.output[straight]] = True
    later = network.country[itself & makes]
    countries = np.concatenate([network.country[may], later])
    return (np.bincount(countries, minlength=len(network.countries)) > 0).astype(np.float64)


def without_ranges(network: SupplyNetwork, nodes: np.ndarray) -> tuple[Without, Without]:
    """Bound what is left of each node if nothing counts that passed some nodes.

    Returns
    -------
    low, high : Without
        What is surely left, and what may be.
    """
    least, most = (side[:, 0] for side in loss_ranges(network, [nodes]))
    every, first = np.arange(network.size), min(network.orders, default=1)
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
    every, first = np.arange(network.size), min(network.orders, default=1)
    least = _Draw(network, every, None, first).made_of(low[:, None])[:, 0]
    most = _Draw(network, every, np.zeros(1), first).made_of(high[:, None])[:, 0]
    return least, np.minimum(most + (1.0 - network.covered_least) * unknown, 1.0)


def loss_ranges(
    network: SupplyNetwork, removed: Sequence[np.ndarray], cut: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    r"""Bound the share of each node's sales that is lost, given what is not known.

    The losses are those of :func:`~graphkit.analysis.supply.removal.removal_losses` for sets of
    nodes that deliver nothing, or of :func:`~graphkit.analysis.supply.disruption.disruption` for
    a part of each flow that is cut. What is not known is as in :func:`origin_ranges`: an input
    that no data cover may have passed those who deliver nothing, or not; and a country with
    unpublished production may have sold only its own, or no more of it than its trade shows.

    Parameters
    ----------
    network : SupplyNetwork
    removed : sequence of numpy.ndarray
        Sets of nodes. With ``cut``, one empty set.
    cut : numpy.ndarray, optional
        Part of each flow of the network that is cut, 0 to 1.

    Returns
    -------
    low, high : numpy.ndarray
        Nodes by sets, 0 to 1. Nodes of a set itself lose all.
    """
    first = min(network.orders, default=1)
    out = np.zeros((network.size, len(removed)), bool)
    for column, nodes in enumerate(removed):
        out[nodes, column] = True
    ends = np.zeros((network.size, len(removed))), np.zeros((network.size, len(removed)))
    for nodes in solving_order(network, first):
        for side, lost in enumerate(ends):
            if not network.traded[network.product[nodes[0]]]:
                pools = untraded_pools(network, nodes, "unknown")[side]
                by_country = np.zeros((len(network.countries), len(removed)))
                np.maximum.at(by_country, network.country[nodes], out[nodes].astype(float))
                lost[nodes] = np.clip(pools @ by_country, 0.0, 1.0)
                lost[nodes] = np.where(out[nodes], 1.0, lost[nodes])
                continue
            ceiling = np.ones(len(removed)) if side else None
            draw = _Draw(network, nodes, ceiling, first)
            _fixed_point(
                network, nodes, lost, draw.made_of(lost), draw, ceiling, True, out[nodes], cut
            )
    return ends


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
        near = slice(*np.searchsorted(network.may_output, ends).tolist())
        output, here = places_in(nodes, network.may_output[near])
        return output[here], network.may_input[near][here], network.may_part[near][here]

    @cached_property
    def feeds_itself(self) -> bool:
        """True where the nodes draw on each other."""
        return bool(np.isin(self._links[1], self.nodes).any())

    def made_of(self, shares: np.ndarray) -> np.ndarray:
        """Return the ends of the shares in each node's production, from those of all pools."""
        network, nodes = self.network, self.nodes
        output, source, part = self._links
        values = shares[source]
        before = network.order[source] < self.start
        home = 1.0 if self.without is None else self.without.pool[source[before]]
        values[before] = 0.0
        values[before, network.country[source[before]]] = home
        covered = network.covered_least[nodes]
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
            later = network.order[nodes] > min(network.orders)
            made += np.outer((1.0 - covered) * later, self.unknown)
        return made


def _fixed_point(
    network: SupplyNetwork, nodes: np.ndarray, shares: np.ndarray, made: np.ndarray,
    draw: _Draw | None, ceiling: np.ndarray | None, free: bool, out: np.ndarray | None = None,
    cut: np.ndarray | None = None, value: float = 1.0,
) -> None:  # fmt: skip
    """Iterate the nodes' ``shares`` to the lowest in their sales, or with a ceiling the highest.

    ``made`` are the shares in their production. Entries marked ``out`` keep their ``value``;
    ``cut`` is the part of each flow of the network that counts fully, whatever its seller's share.
    """
    from scipy.sparse import diags_array

    own, links = network.own[nodes], bought_within(network, nodes).tocsr()
    choice = network.unpublished[nodes] if free else np.zeros(len(nodes), bool)
    least, supply = network.least[nodes], network.supply[nodes]
    pool = np.where(choice, least + network.imports[nodes], supply)
    ratio = np.divide(supply, pool, out=np.zeros(len(nodes)), where=pool > 0)
    gone = np.zeros((len(nodes), 1))
    if cut is not None:
        taken = bought_within(network, nodes, cut).tocsr()
        links, gone = links - taken, (ratio * np.asarray(taken.sum(axis=1)).ravel())[:, None]
    links = (diags_array(ratio) @ links).tocsr()
    own = np.where(choice, np.divide(least, pool, out=np.zeros(len(nodes)), where=pool > 0), own)
    pick = np.minimum if ceiling is None else np.maximum
    sold = np.zeros_like(made)
    if ceiling is not None:
        sold[supply > 0] = ceiling
    again = draw is not None and draw.feeds_itself
    every: np.ndarray = np.arange(made.shape[1])
    if not again and out is None and cut is None:  # a column of zeros stays one
        every = np.flatnonzero(made.any(axis=0) | sold.any(axis=0))
    made, sold = made[:, every], sold[:, every]
    for _ in range(ROUNDS):
        if again and draw is not None:
            shares[nodes] = sold
            made = draw.made_of(shares)
        after = own[:, None] * made + links @ sold + gone
        pick(after, made, out=after, where=choice[:, None])
        if out is not None:
            after[out] = value
        change = float(np.abs(after - sold).max(initial=0.0))
        sold = after
        if change < CLOSE:
            break
    shares[np.ix_(nodes, every)] = sold
