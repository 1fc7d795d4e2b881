"""Compiled kernels (extra ``fast``): shortest-path sums and depth-first searches.

Each kernel is compiled on its first call and cached on disk; importing the module needs numba.
Lengths are above zero. Sums and ties follow the order of networkx, so betweenness is equal to the
last bit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a function on its first call."""
    return cast(F, njit(cache=True, nogil=True)(function))


# --- a heap of nodes with four branches, nearest first; among equals, the one reached first
#     The heap holds the distances itself: looking them up by node takes half of the time.


@compiled
def _sink(near: Any, nodes: Any, place: Any, turn: Any, size: int) -> None:
    """Take the first node out, and sink the last of ``size + 1`` to its place."""
    key, node, i = near[size], nodes[size], 0
    while True:
        child = 4 * i + 1
        if child >= size:
            break
        best, least = child, near[child]
        for j in range(child + 1, min(child + 4, size)):
            if near[j] < least or (near[j] == least and turn[nodes[j]] < turn[nodes[best]]):
                best, least = j, near[j]
        if not (least < key or (least == key and turn[nodes[best]] < turn[node])):
            break
        near[i], nodes[i] = least, nodes[best]
        place[nodes[i]] = i
        i = best
    near[i], nodes[i], place[node] = key, node, i


@compiled
def _rise(near: Any, nodes: Any, place: Any, i: int, node: int, key: float) -> None:
    """Raise a node that was reached last, or nearer than before, from i to its place."""
    while i > 0:
        parent = (i - 1) >> 2
        if key >= near[parent]:
            break
        near[i], nodes[i] = near[parent], nodes[parent]
        place[nodes[i]] = i
        i = parent
    near[i], nodes[i], place[node] = key, node, i


# --- shortest paths


@compiled
def _add_up(
    order: Any, reached: int, sigma: Any, delta: Any, before: Any, first_tie: Any, ties: Any,
    score: Any, endpoints: bool,
) -> None:  # fmt: skip
    """Accumulate (Brandes) over one tree of shortest paths, farthest node first."""
    if endpoints:
        score[order[0]] += reached - 1
    for i in range(reached - 1, 0, -1):
        w = order[i]
        coefficient = (1 + delta[w]) / sigma[w]
        delta[before[w]] += sigma[before[w]] * coefficient
        tie = first_tie[w]
        while tie >= 0:
            delta[ties[tie, 0]] += sigma[ties[tie, 0]] * coefficient
            tie = ties[tie, 1]
        score[w] += delta[w] + 1 if endpoints else delta[w]


@compiled
def weighted_betweenness(
    indptr: Any, indices: Any, lengths: Any, starts: Any, endpoints: bool
) -> Any:
    """Add up Brandes' sums over the shortest paths from some nodes, before any rescaling.

    The first node before w on a shortest path is ``before[w]``; others follow from
    ``first_tie[w]`` on, as a chain of (node, next).
    """
    n = len(indptr) - 1
    score, far, sigma, delta, near = np.zeros(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    turn, place, nodes = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    before, first_tie, order = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    ties = np.empty((len(indices), 2), np.int32)
    for s in starts:
        far[:], place[:] = np.inf, -1
        far[s], sigma[s], turn[s] = 0.0, 1.0, 0
        before[s], first_tie[s] = s, -1
        near[0], nodes[0] = 0.0, s
        reached, tie_count, size, pushed = 0, 0, 1, 1
        while size:
            v, distance = nodes[0], near[0]
            size -= 1
            if size:
                _sink(near, nodes, place, turn, size)
            order[reached], delta[v] = v, 0.0
            reached += 1
            for e in range(indptr[v], indptr[v + 1]):
                w, length = indices[e], distance + lengths[e]
                if length < far[w]:
                    far[w], sigma[w], before[w] = length, sigma[v], v
                    first_tie[w], turn[w] = -1, pushed
                    pushed += 1
                    if place[w] < 0:
                        place[w] = size
                        size += 1
                    _rise(near, nodes, place, place[w], w, length)
                elif length == far[w]:
                    sigma[w] += sigma[v]
                    ties[tie_count, 0], ties[tie_count, 1] = v, first_tie[w]
                    first_tie[w] = tie_count
                    tie_count += 1
        _add_up(order, reached, sigma, delta, before, first_tie, ties, score, endpoints)
    return score


@compiled
def unweighted_betweenness(indptr: Any, indices: Any, starts: Any, endpoints: bool) -> Any:
    """Add up Brandes' sums where every edge has length 1."""
    n = len(indptr) - 1
    score, sigma, delta, far = np.zeros(n), np.empty(n), np.empty(n), np.empty(n, np.int32)
    before, first_tie, order = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    ties = np.empty((len(indices), 2), np.int32)
    for s in starts:
        far[:] = -1
        far[s], sigma[s], delta[s], first_tie[s], order[0] = 0, 1.0, 0.0, -1, s
        done, reached, tie_count = 0, 1, 0
        while done < reached:
            v = order[done]
            done += 1
            for e in range(indptr[v], indptr[v + 1]):
                w = indices[e]
                if far[w] < 0:
                    far[w], sigma[w], delta[w], before[w] = far[v] + 1, sigma[v], 0.0, v
                    first_tie[w], order[reached] = -1, w
                    reached += 1
                elif far[w] == far[v] + 1:
                    sigma[w] += sigma[v]
                    ties[tie_count, 0], ties[tie_count, 1] = v, first_tie[w]
                    first_tie[w] = tie_count
                    tie_count += 1
        _add_up(order, reached, sigma, delta, before, first_tie, ties, score, endpoints)
    return score


@compiled
def path_totals(indptr: Any, indices: Any, lengths: Any, starts: Any) -> Any:
    """Count the nodes each start reaches, itself included, and add up distances and inverses."""
    n = len(indptr) - 1
    far, near, turn = np.empty(n), np.empty(n), np.zeros(n, np.int32)
    place, nodes = np.empty(n, np.int32), np.empty(n, np.int32)
    totals = np.empty((len(starts), 3))
    for i in range(len(starts)):
        s = starts[i]
        far[:], place[:] = np.inf, -1
        far[s], near[0], nodes[0] = 0.0, 0.0, s
        size, reached, total, inverse = 1, 0, 0.0, 0.0
        while size:
            v, distance = nodes[0], near[0]
            size -= 1
            if size:
                _sink(near, nodes, place, turn, size)
            reached += 1
            total += distance
            if distance > 0:
                inverse += 1 / distance
            for e in range(indptr[v], indptr[v + 1]):
                w, length = indices[e], distance + lengths[e]
                if length < far[w]:
                    far[w] = length
                    if place[w] < 0:
                        place[w] = size
                        size += 1
                    _rise(near, nodes, place, place[w], w, length)
        totals[i, 0], totals[i, 1], totals[i, 2] = reached, total, inverse
    return totals


# --- dominators


@compiled
def _finishing_order(indptr: Any, indices: Any, start: int) -> Any:
    """Return when a depth-first search finishes each node (-1: never), and nodes, last first."""
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
    """Find each node's immediate dominator (-1: none), and the nodes reached, last finished first.

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
    """Search one component depth-first: note when nodes are found and how far back they reach.

    ``order`` takes the nodes as they finish; the result is their number.
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
    """Find articulation points, in the order of the search, and the near end of each bridge.

    Each row has a neighbour once. ``bridge[v]`` is the node before v in the search if the edge
    between them is a bridge, else -1.
    """
    n = len(indptr) - 1
    discovered, low = np.full(n, -1, np.int64), np.empty(n, np.int64)
    parent, order, points = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    edge, stack = indptr.copy(), np.empty(n, np.int64)
    bridge, is_cut = np.full(n, -1, np.int64), np.zeros(n, np.bool_)
    cut_nodes = 0
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
                is_cut[u], points[cut_nodes] = True, u
                cut_nodes += 1
        if children > 1:
            points[cut_nodes] = start
            cut_nodes += 1
    return points[:cut_nodes].copy(), bridge
