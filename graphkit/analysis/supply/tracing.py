"""Origins of every pool of a supply network, traced to one stage."""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

import numpy as np

from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.nodes import shortened
from graphkit.analysis.supply.pools import reached
from graphkit.errors import GraphkitError

ANY_OTHER = "any other country"
"""Each country of which nothing is known in a network: it may be behind what no data cover."""
ANY_STAGE = "any stage"
"""Every stage together: what was in a country at one of them, once."""
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

    avoided: np.ndarray
    """Mask of those nodes."""
    production: np.ndarray
    """Share of each node's production with none of them behind it."""
    pool: np.ndarray
    """Share of each node's pool with none of them behind it."""


@dataclass(frozen=True, eq=False)
class StatedOrigins:
    """Shares of one origin in what no data tell of some nodes, stated as known; NaN of others."""

    column: int
    """Place of the origin among the countries."""
    inputs: np.ndarray
    """Share in the inputs of each node that no pool covers."""
    output: np.ndarray
    """Share in all that each node makes."""
    pool: np.ndarray
    """Share in each pool of a product of the stage whose trade is unknown."""

    def put(self, shares: np.ndarray, known: np.ndarray, parts: np.ndarray | float = 1.0) -> None:
        """Add parts of rows with these shares of the origin; the rest is of one other country."""
        rows = np.flatnonzero(~np.isnan(known))
        parts = np.broadcast_to(parts, len(known))[rows]
        shares[rows, self.column] += parts * known[rows]
        shares[rows, self.column - 1 if self.column else 1] += parts * (1.0 - known[rows])


def origin_shares(
    network: SupplyNetwork, stage: str, *, untraded: str = "unknown",
    without: Without | None = None, stated: StatedOrigins | None = None,
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
    stated : StatedOrigins, optional
        Take what is unknown of some nodes for known: one of the possible worlds.

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
    start, width = stage_order(network, stage), len(network.countries)
    B = np.zeros((network.size, width + 2))  # the last two columns: unknown, untraceable
    for nodes in solving_order(network, start):
        if network.nodes.order[nodes[0]] == start:
            T, inner = at_home(network, nodes, width + 2, without), None
            if not network.trade.traded_nodes[nodes[0]]:
                floor, _ = network.unseen.untraded_pools(nodes, untraded)
                makes = network.pools.own[nodes] > 0
                counted = 1.0 if without is None else ~without.avoided[nodes]
                B[nodes, :width] = floor[:, :width] * T.sum(axis=1)[:, None]
                B[nodes, width] = counted * makes * (1 - floor.sum(axis=1))
                if stated is not None:
                    known = stated.pool[nodes]
                    B[nodes[~np.isnan(known)]] = 0.0
                    pools = B[nodes]
                    stated.put(pools, known)
                    B[nodes] = pools
                continue
        else:
            T, inner = production_origins(network, nodes, B, start, without)
            uncovered = 1.0 - network.inputs.covered[nodes]
            if stated is None:
                T[:, width] += uncovered
            else:
                T[:, width] += np.where(np.isnan(stated.inputs[nodes]), uncovered, 0.0)
                stated.put(T, stated.inputs[nodes], uncovered)
        if stated is not None:
            known = stated.output[nodes]
            T[~np.isnan(known)] = 0.0
            stated.put(T, known)
        B[nodes] = _solved(network, nodes, T, inner, untraded, without)
    return Origins(B[:, :width], B[:, width], B[:, width + 1])


def stage_order(network: SupplyNetwork, stage: str) -> int:
    """Return the position of a stage in the chain, if the network has it."""
    orders = dict(zip(network.stages, network.nodes.orders, strict=True))
    if stage not in orders:
        raise GraphkitError(f"no product at stage {stage!r}; data exists for {shortened(orders)}")
    return orders[stage]


def solving_order(network: SupplyNetwork, start: int) -> list[np.ndarray]:
    """Group nodes in the order of solving: a product after those it is made from.

    Products of one stage that are made from each other form one group.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    product, possible = network.nodes.product, network.inputs.possible
    orders = np.asarray(network.nodes.orders, np.int64)
    count = len(orders)
    pairs = np.unique(product[possible.output] * count + product[possible.input])
    output, source = np.divmod(pairs, max(count, 1))
    used = (orders[output] > start) & (orders[source] >= start)
    output, source = output[used], source[used]
    graph = csr_array((np.ones(len(output)), (output, source)), shape=(count, count))
    _, group = connected_components(graph, connection="strong")
    sorter: TopologicalSorter[int] = TopologicalSorter()
    for number in group[orders >= start].tolist():
        sorter.add(number)
    for later, earlier in zip(group[output].tolist(), group[source].tolist(), strict=True):
        if later != earlier:
            sorter.add(later, earlier)
    first = np.searchsorted(product, np.arange(count + 1))
    groups = []
    for number in sorter.static_order():
        members = np.flatnonzero(group == number)
        nodes = np.concatenate([np.arange(first[place], first[place + 1]) for place in members])
        if len(nodes):
            groups.append(nodes)
    return groups


def at_home(
    network: SupplyNetwork, nodes: np.ndarray, width: int, without: Without | None = None
) -> np.ndarray:
    """Return origins of production at the stage itself: each node's own country."""
    T = np.zeros((len(nodes), width))
    counted = 1.0 if without is None else np.where(without.avoided, 0.0, without.production)[nodes]
    T[np.arange(len(nodes)), network.nodes.country[nodes]] = counted
    return T


def production_origins(
    network: SupplyNetwork, nodes: np.ndarray, origins: np.ndarray, start: int,
    without: Without | None = None,
) -> tuple[np.ndarray, Any]:  # fmt: skip
    """Return known origins of each node's production, and links to pools of its group.

    ``origins`` are those of all pools, as far as they are known.
    """
    from scipy.sparse import csr_array

    draws = network.inputs.draws
    near = slice(*np.searchsorted(draws.output, [nodes[0], nodes[-1] + 1]).tolist())
    output, inside = places_in(nodes, draws.output[near])
    output, source = output[inside], draws.input[near][inside]
    share = draws.share[near][inside] * network.inputs.covered[nodes][output]
    before = network.nodes.order[source] < start
    place, within = places_in(nodes, source)
    within &= ~before
    beyond = ~before & ~within
    shape = (len(nodes), network.size)
    T = csr_array((share[beyond], (output[beyond], source[beyond])), shape=shape) @ origins
    home = share if without is None else share * without.pool[source]
    np.add.at(T, (output[before], network.nodes.country[source[before]]), home[before])
    if not within.any():
        return T, None
    pairs = (output[within], place[within])
    return T, csr_array((share[within], pairs), shape=(len(nodes), len(nodes)))


def bought_within(network: SupplyNetwork, nodes: np.ndarray, part: np.ndarray | None = None) -> Any:
    """Return the block of ``Q`` between the nodes of one group, as a sparse ``coo_array``.

    With ``part``, only that part of each flow of the network.
    """
    from scipy.sparse import coo_array

    trade = network.trade
    near = slice(*np.searchsorted(trade.target, [nodes[0], nodes[-1] + 1]).tolist())
    target, inside = places_in(nodes, trade.target[near])
    source, _ = places_in(nodes, trade.source[near])
    share = (trade.amount[near] / network.pools.supply[trade.target[near]])[inside]
    if part is not None:
        share = share * part[near][inside]
    return coo_array((share, (target[inside], source[inside])), shape=(len(nodes), len(nodes)))


def places_in(group: np.ndarray, nodes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the positions of nodes in a sorted group, and mark those that are in it."""
    if group[-1] - group[0] + 1 == len(group):
        place = nodes - group[0]
        return place, (place >= 0) & (place < len(group))
    place = np.minimum(np.searchsorted(group, nodes), len(group) - 1)
    return place, group[place] == nodes


def _solved(
    network: SupplyNetwork, nodes: np.ndarray, T: np.ndarray, inner: Any, untraded: str,
    without: Without | None,
) -> np.ndarray:  # fmt: skip
    """Solve ``(I - Q) B = D T`` for one group; supply without a producer is untraceable.

    Of a pool with unknown trade, all but its surely home-made part is unknown.
    """
    from scipy.sparse import coo_array, csr_array, diags_array
    from scipy.sparse.linalg import splu

    size, own = len(nodes), network.pools.own[nodes]
    D = own * network.unseen.own_parts(nodes, untraded)
    Q = bought_within(network, nodes)
    if inner is not None:
        Q = (Q + diags_array(D) @ inner).tocoo()
    B = D[:, None] * T  # the right side, until it is solved
    B[:, -2] += own - D
    counted = np.ones(len(Q.data), bool)
    if not network.pools.fed[nodes].all():
        untraceable = ~reached(Q, B.any(axis=1)) & (network.pools.supply[nodes] > 0)
        counted = ~untraceable[Q.row]
        B[untraceable, -1] = 1.0
    if without is not None:
        avoided = without.avoided[nodes]
        counted &= ~avoided[Q.row]
        B[avoided] = 0.0
    diagonal = np.arange(size)
    values = np.concatenate([-Q.data[counted], np.ones(size)])
    rows, columns = (np.concatenate([places[counted], diagonal]) for places in (Q.row, Q.col))
    matrix = coo_array((values, (rows, columns)), shape=(size, size)).tocsc()
    # Trade between a few hundred countries fills up in any order.
    factors = splu(matrix, permc_spec="NATURAL" if size <= CROWDED else "COLAMD")
    makers, origins = (np.flatnonzero(B.any(axis=axis)) for axis in (1, 0))
    if len(makers) < len(origins):  # solve for makers or origins, whichever are fewer
        unit = np.zeros((size, len(makers)))
        unit[makers, np.arange(len(makers))] = 1.0
        B = csr_array(_columns(factors, unit)) @ B[makers]
    else:
        B[:, origins] = _columns(factors, B[:, origins])
    # A solver leaves -1e-17 instead of zeros.
    return np.asarray(np.clip(B, 0.0, 1.0, out=B))


def _columns(factors: Any, right: np.ndarray) -> np.ndarray:
    """Solve for every column, a few at a time.

    For many, SuperLU calls a threaded BLAS, which for matrices of this size is up to ten times
    slower where other processes compete for the cores.
    """
    solved = np.empty_like(right)
    for first in range(0, right.shape[1], 4):
        solved[:, first : first + 4] = factors.solve(right[:, first : first + 4])
    return solved
