"""The range that missing data leaves open for every origin in every pool."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphkit.analysis.production import MISSING
from graphkit.analysis.supply import SupplyNetwork
from graphkit.analysis.tracing import (
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
    """In what a node sells."""
    had: np.ndarray
    """In what a node has."""


def origin_ranges(
    network: SupplyNetwork, stage: str, *, untraded: str = "unknown", unreported: str = "any"
) -> tuple[Range, Range]:
    r"""The lowest and the highest share that each origin can have, given what is not known.

    Three things are not known. An unknown or untraceable origin may be any country that may do
    the stage's work: none of it or all of it. In a pool of a product whose trade is not known,
    another producer o has at most :math:`P_o / (P_c + P_o)`. And a country whose production is
    not published makes at least what it sells beyond what it buys, but may make all that it
    sells: with :math:`a` the former's share of its pool, T the origins of what it makes and h of
    what it buys, what it sells has an origin between :math:`T` and :math:`a T + (1 - a) h`. Lows
    and highs are the fixed points of taking the smaller and the larger at every such country.
    They are approached from 0 and from 1, so that they hold wherever the iteration ends.

    Parameters
    ----------
    network, stage, untraded
        As for :func:`origin_shares`.
    unreported : {"any", "as-inferred"}
        "as-inferred": unpublished production is what the network takes it to be.

    Returns
    -------
    low, high : Range
        Each for what a node sells, and for what it has: there, what it makes itself is as much
        as the network says, since the question is what it gets from others.
    """
    start = stage_order(network, stage)
    shape = (network.size, len(network.countries))
    possible = _possible(network, start)
    ranges = tuple(Range(np.zeros(shape), np.zeros(shape)) for _ in range(2))
    for nodes in solving_order(network, start):
        for side, ends in enumerate(ranges):
            if network.order[nodes[0]] == start:
                made, inner = at_home(network, nodes, shape[1]), None
                if not network.traded[network.product[nodes[0]]]:
                    made = untraded_pools(network, nodes, untraded)[side]
                    ends.sold[nodes] = ends.had[nodes] = made
                    continue
            else:
                made, inner = made_from(network, nodes, ends.sold, start)
                made[~network.has_input[nodes]] = possible if side else 0.0
            ends.sold[nodes] = _fixed_point(
                network, nodes, made, inner, possible if side else None, unreported == "any"
            )
            if inner is not None:
                made += inner @ ends.sold[nodes]
            ends.had[nodes] = network.own[nodes][:, None] * made
            ends.had[nodes] += bought_within(network, nodes) @ ends.sold[nodes]
    return ranges[0], ranges[1]


def _possible(network: SupplyNetwork, start: int) -> np.ndarray:
    """Whether each country may do the stage's work, for all that is known: 0 or 1."""
    makes = (network.produced > 0) | network.unpublished
    withheld = (network.state == MISSING) & (network.supply == 0)
    may = (network.order == start) & (makes | withheld)
    straight = (network.order[network.output] > start) & (network.order[network.input] < start)
    later = network.country[network.output[straight & makes[network.output]]]
    countries = np.concatenate([network.country[may], later])
    return (np.bincount(countries, minlength=len(network.countries)) > 0).astype(np.float64)


def _fixed_point(
    network: SupplyNetwork, nodes: np.ndarray, made: np.ndarray, inner: Any,
    ceiling: np.ndarray | None, free: bool,
) -> np.ndarray:  # fmt: skip
    """Lowest shares in what each node sells, or with a ceiling the highest."""
    from scipy.sparse import diags_array

    own, links = network.own[nodes], bought_within(network, nodes)
    choice = network.unpublished[nodes] if free else np.zeros(len(nodes), bool)
    least, supply = network.least[nodes], network.supply[nodes]
    pool = np.where(choice, least + network.imports[nodes], supply)
    ratio = np.divide(supply, pool, out=np.zeros(len(nodes)), where=pool > 0)
    links = (diags_array(ratio) @ links.tocsr()).tocsr()
    own = np.where(choice, np.divide(least, pool, out=np.zeros(len(nodes)), where=pool > 0), own)
    pick = np.minimum if ceiling is None else np.maximum
    sold = np.zeros_like(made)
    if ceiling is not None:
        sold[supply > 0] = ceiling
    for _ in range(ROUNDS):
        all_made = made if inner is None else made + inner @ sold
        after = own[:, None] * all_made + links @ sold
        after[choice] = pick(after[choice], all_made[choice])
        change = float(np.abs(after - sold).max(initial=0.0))
        sold = after
        if change < CLOSE:
            break
    return sold
