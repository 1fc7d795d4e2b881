"""Compiled shortest-path sums over sparse rows (extra ``fast``): importing this needs numba.

Each is compiled on its first call and cached on disk. Lengths are above zero. The order of every
sum and the way ties are broken are those of networkx: betweenness is the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile on the first call."""
    return cast(F, njit(cache=True, nogil=True)(function))


# --- a heap of nodes with four branches, nearest first; of equals, the one that was reached first
#     Distances stand in the heap itself: looking them up by node costs half of the time.


@compiled
def _sink(near: Any, nodes: Any, place: Any, turn: Any, size: int) -> None:
    """Take the first node out: the last of ``size + 1`` goes to where it belongs."""
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
    """Put a node that was reached last, or nearer than before, to where it belongs from i up."""
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
    order: Any, found: int, sigma: Any, delta: Any, before: Any, more: Any, ties: Any, score: Any,
    ends: bool,
) -> None:  # fmt: skip
    """Brandes' accumulation over one tree of shortest paths, farthest node first."""
    if ends:
        score[order[0]] += found - 1
    for i in range(found - 1, 0, -1):
        w = order[i]
        coefficient = (1 + delta[w]) / sigma[w]
        delta[before[w]] += sigma[before[w]] * coefficient
        tie = more[w]
        while tie >= 0:
            delta[ties[tie, 0]] += sigma[ties[tie, 0]] * coefficient
            tie = ties[tie, 1]
        score[w] += delta[w] + 1 if ends else delta[w]


@compiled
def weighted_betweenness(indptr: Any, indices: Any, lengths: Any, starts: Any, ends: bool) -> Any:
    """Brandes' sums over the shortest paths from some nodes, before any rescaling.

    The first node before w on a shortest path is ``before[w]``; others follow from ``more[w]`` on,
    as a chain of (node, next).
    """
    n = len(indptr) - 1
    score, far, sigma, delta, near = np.zeros(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    turn, place, nodes = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    before, more, order = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    ties = np.empty((len(indices), 2), np.int32)
    for s in starts:
        far[:], place[:] = np.inf, -1
        far[s], sigma[s], turn[s], before[s], more[s], near[0], nodes[0] = (
            0.0,
            1.0,
            0,
            s,
            -1,
            0.0,
            s,
        )
        found, tied, size, pushed = 0, 0, 1, 1
        while size:
            v, distance = nodes[0], near[0]
            size -= 1
            if size:
                _sink(near, nodes, place, turn, size)
            order[found], delta[v] = v, 0.0
            found += 1
            for e in range(indptr[v], indptr[v + 1]):
                w, length = indices[e], distance + lengths[e]
                if length < far[w]:
                    far[w], sigma[w], before[w], more[w], turn[w] = length, sigma[v], v, -1, pushed
                    pushed += 1
                    if place[w] < 0:
                        place[w] = size
                        size += 1
                    _rise(near, nodes, place, place[w], w, length)
                elif length == far[w]:
                    sigma[w] += sigma[v]
                    ties[tied, 0], ties[tied, 1], more[w] = v, more[w], tied
                    tied += 1
        _add_up(order, found, sigma, delta, before, more, ties, score, ends)
    return score


@compiled
def unweighted_betweenness(indptr: Any, indices: Any, starts: Any, ends: bool) -> Any:
    """The same where every edge has length 1."""
    n = len(indptr) - 1
    score, sigma, delta, far = np.zeros(n), np.empty(n), np.empty(n), np.empty(n, np.int32)
    before, more, order = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    ties = np.empty((len(indices), 2), np.int32)
    for s in starts:
        far[:] = -1
        far[s], sigma[s], delta[s], more[s], order[0] = 0, 1.0, 0.0, -1, s
        done, found, tied = 0, 1, 0
        while done < found:
            v = order[done]
            done += 1
            for e in range(indptr[v], indptr[v + 1]):
                w = indices[e]
                if far[w] < 0:
                    far[w], sigma[w], delta[w], before[w] = far[v] + 1, sigma[v], 0.0, v
                    more[w], order[found] = -1, w
                    found += 1
                elif far[w] == far[v] + 1:
                    sigma[w] += sigma[v]
                    ties[tied, 0], ties[tied, 1], more[w] = v, more[w], tied
                    tied += 1
        _add_up(order, found, sigma, delta, before, more, ties, score, ends)
    return score


@compiled
def path_totals(indptr: Any, indices: Any, lengths: Any, starts: Any) -> Any:
    """For each start: how many nodes it reaches (itself too), sum of distances, of 1/distance."""
    n = len(indptr) - 1
    far, near, turn = np.empty(n), np.empty(n), np.zeros(n, np.int32)
    place, nodes = np.empty(n, np.int32), np.empty(n, np.int32)
    totals = np.empty((len(starts), 3))
    for i in range(len(starts)):
        s = starts[i]
        far[:], place[:] = np.inf, -1
        far[s], near[0], nodes[0] = 0.0, 0.0, s
        size, found, total, inverse = 1, 0, 0.0, 0.0
        while size:
            v, distance = nodes[0], near[0]
            size -= 1
            if size:
                _sink(near, nodes, place, turn, size)
            found += 1
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
        totals[i, 0], totals[i, 1], totals[i, 2] = found, total, inverse
    return totals
