"""Losses in a supply network: what passes through some nodes, and by which chain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphkit.analysis.supply import SupplyNetwork

DENSE = 3_000
"""Up to so many nodes one dense inverse is faster than sparse solves."""
BATCH = 256
LEAK = 1e-9
"""A cycle of trade without a producer would be followed for ever; each step of it loses this."""


def system(network: SupplyNetwork, links: Any) -> Any:
    """``I - Q`` as a sparse matrix that can be solved also where no producer stands behind."""
    from scipy.sparse import diags_array, eye_array

    if not network.fed.all():
        links = diags_array(np.where(network.fed, 1.0, 1.0 - LEAK)) @ links
    return (eye_array(network.size) - links).tocsc()


def loss_matrix(network: SupplyNetwork, removed: Sequence[np.ndarray]) -> np.ndarray:
    """Share of each node's supply that passes through each set of nodes: nodes by sets.

    See :func:`~graphkit.analysis.removal.removal_losses`. Nodes of a set itself lose all.
    """
    from scipy.sparse.linalg import splu

    size = network.size
    result = np.zeros((size, len(removed)))
    if not size or not removed:
        return result
    matrix = system(network, network.links)
    if size <= DENSE:
        inverse = np.linalg.inv(matrix.toarray())
        for column, nodes in enumerate(removed):
            result[:, column] = _hit(inverse[:, nodes], nodes)
    else:
        factors = splu(matrix)
        for first, last in _batches(removed):
            nodes = np.concatenate(removed[first:last])
            unit = np.zeros((size, len(nodes)))
            unit[nodes, np.arange(len(nodes))] = 1.0
            solved, start = factors.solve(unit), 0
            for column in range(first, last):
                width = len(removed[column])
                part = solved[:, start : start + width]
                result[:, column] = _hit(part, removed[column])
                start += width
    return np.clip(result, 0.0, 1.0)


def _hit(columns: np.ndarray, nodes: np.ndarray) -> np.ndarray:
    """``N[:, K] (N[K, K])^-1 1``."""
    if len(nodes) == 1:
        return np.asarray(columns[:, 0] / columns[nodes[0], 0])
    weights = np.linalg.solve(columns[nodes], np.ones(len(nodes)))
    return np.asarray(columns @ weights)


def _batches(removed: Sequence[np.ndarray]) -> list[tuple[int, int]]:
    """Runs of sets with at most BATCH nodes together, or one set."""
    batches, first, count = [], 0, 0
    for place, nodes in enumerate(removed):
        if place > first and count + len(nodes) > BATCH:
            batches.append((first, place))
            first, count = place, 0
        count += len(nodes)
    return [*batches, (first, len(removed))]


def chains(
    network: SupplyNetwork, nodes: np.ndarray, consumers: np.ndarray
) -> tuple[list[str | None], np.ndarray]:
    """The strongest chain of pools from any of some nodes to each consumer, and its share.

    The share of a chain is the product of the shares that each of its pools has of the next; of
    equally strong ones the shortest.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    if not len(nodes) or not len(consumers):
        return [], np.empty(0)
    links = network.links.tocoo()
    kept = links.data > 0
    # A little for each step, so that a share of 1 is a step too.
    length = -np.log(links.data[kept]) + 1e-12
    ways = csr_array((length, (links.col[kept], links.row[kept])), shape=links.shape)
    distance, before, _ = dijkstra(ways, indices=nodes, min_only=True, return_predecessors=True)
    labels: list[str | None] = []
    for consumer in consumers.tolist():
        path, node = [consumer], int(before[consumer])
        while node >= 0:
            path.append(node)
            node = int(before[node])
        found = bool(np.isfinite(distance[consumer]))
        labels.append(" > ".join(map(network.label, reversed(path))) if found else None)
    return labels, np.exp(-distance[consumers])
