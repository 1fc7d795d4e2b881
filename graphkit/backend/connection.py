"""Questions of connection on arrays: dominators, components, cuts, as networkx answers them.

``NotImplementedError`` says that networkx is to do it itself.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

import networkx as nx
import numpy as np
from scipy.sparse import csgraph

from graphkit.analysis.network.rows import Ints, Rows
from graphkit.analysis.network.scores import immediate_dominators as dominators
from graphkit.analysis.network.scores import is_fast
from graphkit.backend.arrays import Arrays, Scores, edge_rows, strong_components


def immediate_dominators(G: Arrays, start: Hashable) -> Scores:  # noqa: N803
    """As networkx."""
    if start not in G:
        raise nx.NetworkXError("start is not in G")
    idom, order = dominators(edge_rows(G, None, "min"), G.position[start])
    labels = G.labels
    after = order[1:]
    pairs = zip(after.tolist(), idom[after].tolist(), strict=True)
    return {labels[node]: labels[by] for node, by in pairs}


def strongly_connected_components(G: Arrays) -> Iterator[set[Hashable]]:  # noqa: N803
    """As networkx: a component comes after every one that it leads to."""
    count, part = strong_components(G)
    if not len(G):
        return iter(())
    order = np.argsort(part, kind="stable")
    ends = np.cumsum(np.bincount(part, minlength=count))[:-1]
    names = G.labels
    return ({names[i] for i in nodes.tolist()} for nodes in np.split(order, ends))


def number_strongly_connected_components(G: Arrays) -> int:  # noqa: N803
    """As networkx."""
    return strong_components(G)[0]


def is_strongly_connected(G: Arrays) -> bool:  # noqa: N803
    """As networkx."""
    if not len(G):
        raise nx.NetworkXPointlessConcept("Connectivity is undefined for the null graph.")
    return strong_components(G)[0] == 1


def _cuts(rows: Rows) -> tuple[Ints, Ints]:
    if not is_fast():
        raise NotImplementedError("the extra 'fast' is not installed")
    from graphkit.analysis.network import kernels as search_kernels

    found: tuple[Ints, Ints] = search_kernels.cuts(rows.indptr, rows.indices)
    return found


def articulation_points(G: Arrays) -> Iterator[Hashable]:  # noqa: N803
    """As networkx."""
    points, _ = _cuts(edge_rows(G, None, "sum"))
    return map(G.labels.__getitem__, points.tolist())


def bridges(
    G: Arrays,  # noqa: N803
    root: Hashable | None = None,
) -> Iterator[tuple[Hashable, Hashable]]:
    """As networkx: parallel edges are no bridge."""
    if root is not None and root not in G:
        raise nx.NodeNotFound(f"Root node {root} is not in graph")
    rows = edge_rows(G, None, "sum")
    _, before = _cuts(rows)
    sources = np.repeat(np.arange(len(G)), np.diff(rows.indptr))
    targets = rows.indices
    cut = (before[sources] == targets) | (before[targets] == sources)
    cut &= (sources < targets) & (rows.values == 1)
    if root is not None:
        _, part = csgraph.connected_components(rows.matrix, directed=False)
        cut &= part[sources] == part[G.position[root]]
    names = G.labels
    pairs = zip(sources[cut].tolist(), targets[cut].tolist(), strict=True)
    return ((names[u], names[v]) for u, v in pairs)
