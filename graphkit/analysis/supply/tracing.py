"""Origins of every pool of a supply network, as far back as one stage."""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

import numpy as np

from graphkit.analysis.supply.network import MISSING, SupplyNetwork, reached, shortened
from graphkit.errors import GraphkitError

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
        if network.order[nodes[0]] == start:
            made, inner = at_home(network, nodes, width + 2, without), None
            if not network.traded[network.product[nodes[0]]]:
                floor, _ = untraded_pools(network, nodes, untraded)
                kept = 1.0 if without is None else ~without.out[nodes]
                mix[nodes, :width] = floor * made.sum(axis=1)[:, None]
                mix[nodes, width] = kept * (network.own[nodes] > 0) * (1 - floor.sum(axis=1))
                continue
        else:
            made, inner = made_from(network, nodes, mix, start, network.covered, without)
            made[:, width] += 1.0 - network.covered[nodes]
        mix[nodes] = _solved(network, nodes, made, inner, without)
    return Origins(mix[:, :width], mix[:, width], mix[:, width + 1])


def stage_order(network: SupplyNetwork, stage: str) -> int:
    """Return the position of a stage in the chain, if the network has it."""
    places = dict(zip(network.stages, network.orders, strict=True))
    if stage not in places:
        raise GraphkitError(f"no product at stage {stage!r}; data exists for {shortened(places)}")
    return places[stage]


def solving_order(network: SupplyNetwork, start: int) -> list[np.ndarray]:
    """Group nodes in the order of solving: a product after those it is made from.

    Products of one stage that are made from each other form one group.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    count, orders = len(network.products), np.asarray(network.orders, np.int64)
    pairs = np.unique(
        network.product[network.may_output] * count + network.product[network.may_input]
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
    first = np.searchsorted(network.product, np.arange(count + 1))
    parts = [[np.arange(first[p], first[p + 1]) for p in members] for members in by_label]
    return [np.concatenate(part) for part in parts if any(map(len, part))]


def at_home(
    network: SupplyNetwork, nodes: np.ndarray, width: int, without: Without | None = None
) -> np.ndarray:
    """Return origins of production at the stage itself: each node's own country."""
    made = np.zeros((len(nodes), width))
    left = 1.0 if without is None else np.where(without.out, 0.0, without.made)[nodes]
    made[np.arange(len(nodes)), network.country[nodes]] = left
    return made


def untraded_pools(
    network: SupplyNetwork, nodes: np.ndarray, how: str
) -> tuple[np.ndarray, np.ndarray]:
    """Bound the shares in the pools of a product with unknown trade.

    A country's own share is least if all that others make came to it, and another's is largest
    if all that it makes went there. A withheld producer counts with its bound, or else as one that
    may make any amount.
    """
    country, produced = network.country[nodes], network.produced[nodes]
    home = np.where(produced > 0, 1.0, 0.0)
    floor = np.zeros((len(nodes), len(network.countries)))
    if how == "own":
        floor[np.arange(len(nodes)), country] = home
        return floor, floor.copy()
    hidden = network.state[nodes] == MISSING
    at_most = np.where(hidden, network.most[nodes], produced)
    world = float(at_most.sum()) + float(network.unnamed[network.product[nodes[0]]])
    floor[np.arange(len(nodes)), country] = produced / world if world else 0.0
    both = produced[:, None] + at_most[None, :]
    most = np.isinf(both).astype(np.float64)
    np.divide(at_most[None, :], both, out=most, where=(both > 0) & np.isfinite(both))
    ceiling = np.zeros_like(floor)
    ceiling[:, country] = most * home[:, None]
    ceiling[np.arange(len(nodes)), country] = home
    return floor, ceiling


def made_from(
    network: SupplyNetwork, nodes: np.ndarray, mix: np.ndarray, start: int, covered: np.ndarray,
    without: Without | None = None,
) -> tuple[np.ndarray, Any]:  # fmt: skip
    """Return known origins of each node's production, and links to pools of its group.

    ``covered`` is the share of each node's production that comes out of its input pools.
    """
    from scipy.sparse import csr_array

    near = slice(*np.searchsorted(network.output, [nodes[0], nodes[-1] + 1]).tolist())
    output, here = places_in(nodes, network.output[near])
    output, source = output[here], network.input[near][here]
    weight = network.weight[near][here] * covered[nodes][output]
    before = network.order[source] < start
    inside, within = places_in(nodes, source)
    within &= ~before
    beyond = ~before & ~within
    shape = (len(nodes), network.size)
    made = csr_array((weight[beyond], (output[beyond], source[beyond])), shape=shape) @ mix
    at_home = weight if without is None else weight * without.pool[source]
    np.add.at(made, (output[before], network.country[source[before]]), at_home[before])
    if not within.any():
        return made, None
    pairs = (output[within], inside[within])
    return made, csr_array((weight[within], pairs), shape=(len(nodes), len(nodes)))


def bought_within(network: SupplyNetwork, nodes: np.ndarray, part: np.ndarray | None = None) -> Any:
    """Return the block of ``Q`` between the nodes of one group, as a sparse ``coo_array``.

    With ``part``, only that part of each flow of the network.
    """
    from scipy.sparse import coo_array

    near = slice(*np.searchsorted(network.target, [nodes[0], nodes[-1] + 1]).tolist())
    target, here = places_in(nodes, network.target[near])
    source, _ = places_in(nodes, network.source[near])
    share = (network.amount[near] / network.supply[network.target[near]])[here]
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
    network: SupplyNetwork, nodes: np.ndarray, made: np.ndarray, inner: Any,
    without: Without | None,
) -> np.ndarray:  # fmt: skip
    """Solve ``(I - Q) B = D T`` for one group; supply without a producer is untraceable."""
    from scipy.sparse import coo_array, csr_array, diags_array
    from scipy.sparse.linalg import splu

    own, size = network.own[nodes], len(nodes)
    links = bought_within(network, nodes)
    if inner is not None:
        links = (links + diags_array(own) @ inner).tocoo()
    result = own[:, None] * made
    kept = np.ones(len(links.data), bool)
    if not network.fed[nodes].all():
        lost = ~reached(links, result.any(axis=1)) & (network.supply[nodes] > 0)
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
