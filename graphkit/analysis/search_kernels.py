"""Compiled depth-first searches (extra ``fast``): dominators, cut nodes and cut edges."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphkit.analysis.kernels import compiled

# --- dominators


@compiled
def _finishing_order(indptr: Any, indices: Any, start: int) -> Any:
    """When a depth-first search finishes each node (-1: never), and the nodes, last first."""
    n = len(indptr) - 1
    finished, order = np.full(n, -1, np.int64), np.empty(n, np.int64)
    seen, edge, stack = np.zeros(n, np.bool_), np.empty(n, np.int64), np.empty(n, np.int64)
    stack[0], edge[start], seen[start] = start, indptr[start], True
    depth, count = 1, 0
    while depth:
        v = stack[depth - 1]
        if edge[v] == indptr[v + 1]:
            finished[v], order[count] = count, v
            count += 1
            depth -= 1
            continue
        w = indices[edge[v]]
        edge[v] += 1
        if not seen[w]:
            seen[w], edge[w], stack[depth] = True, indptr[w], w
            depth += 1
    return finished, order[:count][::-1].copy()


@compiled
def immediate_dominators(
    indptr: Any, indices: Any, in_ptr: Any, in_indices: Any, start: int
) -> Any:
    """Immediate dominator of each node (-1: none), and the nodes reached, last finished first.

    Cooper, Harvey & Kennedy: intersect the dominators of the predecessors until nothing changes.
    """
    finished, order = _finishing_order(indptr, indices, start)
    idom = np.full(len(indptr) - 1, -1, np.int64)
    idom[start] = start
    changed = True
    while changed:
        changed = False
        for u in order[1:]:
            new = np.int64(-1)
            for e in range(in_ptr[u], in_ptr[u + 1]):
                v = np.int64(in_indices[e])
                if idom[v] < 0:
                    continue
                if new < 0:
                    new = v
                while new != v:
                    while finished[new] < finished[v]:
                        new = idom[new]
                    while finished[v] < finished[new]:
                        v = idom[v]
            if idom[u] != new:
                idom[u], changed = new, True
    idom[start] = -1
    return idom, order


# --- cut nodes and cut edges of an undirected graph


@compiled
def _search(
    indptr: Any,
    indices: Any,
    start: int,
    discovered: Any,
    low: Any,
    parent: Any,
    order: Any,
    edge: Any,
    stack: Any,
) -> int:
    """Depth-first search of one component: when nodes are found, how far back they reach.

    ``order`` takes the nodes as they finish; the result is how many there are.
    """
    stack[0], parent[start], discovered[start], low[start] = start, start, 0, 0
    depth, clock, count = 1, 1, 0
    while depth:
        v = stack[depth - 1]
        if edge[v] < indptr[v + 1]:
            w = indices[edge[v]]
            edge[v] += 1
            if discovered[w] < 0:
                discovered[w], low[w], parent[w], stack[depth] = clock, clock, v, w
                depth, clock = depth + 1, clock + 1
            elif w != parent[v]:
                low[v] = min(low[v], discovered[w])
            continue
        depth -= 1
        order[count] = v
        count += 1
        low[parent[v]] = min(low[parent[v]], low[v])
    return count


@compiled
def cuts(indptr: Any, indices: Any) -> Any:
    """Articulation points in the order they are found, and the near end of each bridge.

    Each row holds a neighbour once. ``bridge[v]`` is the node before v in the search where the
    edge between them is a bridge, else -1.
    """
    n = len(indptr) - 1
    discovered, low = np.full(n, -1, np.int64), np.empty(n, np.int64)
    parent, order, points = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    edge, stack = indptr.copy(), np.empty(n, np.int64)
    bridge, is_cut = np.full(n, -1, np.int64), np.zeros(n, np.bool_)
    found = 0
    for start in range(n):
        if discovered[start] >= 0:
            continue
        children = 0
        count = _search(indptr, indices, start, discovered, low, parent, order, edge, stack)
        for v in order[: count - 1]:
            u = parent[v]
            if low[v] > discovered[u]:
                bridge[v] = u
            if u == start:
                children += 1
            elif low[v] >= discovered[u] and not is_cut[u]:
                is_cut[u], points[found] = True, u
                found += 1
        if children > 1:
            points[found] = start
            found += 1
    return points[:found].copy(), bridge
