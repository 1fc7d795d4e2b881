"""Ranges of origins and losses that unpublished production and unknown inputs leave open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphkit.analysis.supply.network import MISSING, SupplyNetwork
from graphkit.analysis.supply.tracing import (
    Without,
    at_home,
    bought_within,
    made_from,
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
    possible, covered = _possible(network, start), network.covered_least
    if without is not None:
        possible[network.country[without[1].out]] = 0.0
    ranges = tuple(Range(np.zeros(shape), np.zeros(shape)) for _ in range(2))
    for nodes in solving_order(network, start):
        for side, ends in enumerate(ranges):
            left = None if without is None else without[side]
            out = None if left is None else (left.out[nodes][:, None] & np.ones(shape[1], bool))
            if network.order[nodes[0]] == start:
                made, inner = at_home(network, nodes, shape[1], left), None
                if not network.traded[network.product[nodes[0]]]:
                    pools = untraded_pools(network, nodes, untraded)[side]
                    kept = np.ones(shape[1])
                    if out is not None:
                        kept[network.country[nodes]] = made.sum(axis=1)
                        pools[out] = 0.0
                    ends.sold[nodes] = ends.had[nodes] = pools * kept
                    continue
            else:
                made, inner = made_from(network, nodes, ends.sold, start, covered, left)
                if side:
                    made += np.outer(1.0 - covered[nodes], possible)
            ends.sold[nodes] = _fixed_point(
                network, nodes, made, inner, possible if side else None, unreported == "any",
                out, value=0.0,
            )  # fmt: skip
            if inner is not None:
                made += inner @ ends.sold[nodes]
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
    inputs = network.inputs(network.covered_least)
    unknown = (1.0 - network.covered_least) * (network.order > min(network.orders, default=1))
    out = np.zeros(network.size, bool)
    out[nodes] = True
    low = Without(out, np.clip(1.0 - inputs @ most - unknown, 0.0, 1.0), 1.0 - most)
    return low, Without(out, 1.0 - inputs @ least, 1.0 - least)


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
    covered, makes = network.covered_least, network.order > first
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
            made, inner = made_from(network, nodes, lost, first, covered)
            if side:
                made += ((1.0 - covered[nodes]) * makes[nodes])[:, None]
            lost[nodes] = _fixed_point(
                network, nodes, made, inner, np.ones(len(removed)) if side else None, True,
                out[nodes], cut,
            )  # fmt: skip
    return ends


def _fixed_point(
    network: SupplyNetwork, nodes: np.ndarray, made: np.ndarray, inner: Any,
    ceiling: np.ndarray | None, free: bool, out: np.ndarray | None = None,
    cut: np.ndarray | None = None, value: float = 1.0,
) -> np.ndarray:  # fmt: skip
    """Iterate to the lowest shares in each node's sales, or with a ceiling the highest.

    Entries marked ``out`` keep their ``value``; ``cut`` is the part of each flow of the network
    that counts fully, whatever its seller's share.
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
    for _ in range(ROUNDS):
        all_made = made if inner is None else made + inner @ sold
        after = own[:, None] * all_made + links @ sold + gone
        after[choice] = pick(after[choice], all_made[choice])
        if out is not None:
            after[out] = value
        change = float(np.abs(after - sold).max(initial=0.0))
        sold = after
        if change < CLOSE:
            break
    return sold
