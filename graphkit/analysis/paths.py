"""Shortest-path sums and dominators on sparse rows: compiled where numba is, else without it."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse import csgraph

from graphkit.analysis.rows import Floats, Ints, Rows

CELLS = 4_000_000
"""Distances held at once where they are not compiled: 32 MB."""


@cache
def is_fast() -> bool:
    """Whether numba (extra ``fast``) is there and works."""
    try:
        import numba  # noqa: F401
    except ImportError:  # not there, or not for this numpy
        return False
    return True


def betweenness_sums(
    rows: Rows, lengths: Floats | None, starts: Ints, *, endpoints: bool = False
) -> Floats:
    """For each node, the shares of shortest paths through it, over all paths from some nodes.

    Parameters
    ----------
    rows : Rows
        The edges by source.
    lengths : array of float, optional
        Length of each edge, above 0; otherwise each is 1.
    starts : array of int
        Where paths start, in the order in which they are added up.
    endpoints : bool
        Also count the ends of a path.

    Examples
    --------
    >>> rows = Rows(np.array([0, 1, 2, 2]), np.array([1, 2]), np.ones(2))
    >>> betweenness_sums(rows, None, np.arange(3)).tolist()
    [0.0, 1.0, 0.0]
    """
    if not is_fast():
        return _slow_betweenness(rows, lengths, starts, endpoints)
    from graphkit.analysis import kernels

    where = (rows.indptr, rows.indices)
    if lengths is None:
        sums = kernels.unweighted_betweenness(*where, starts, endpoints)
    else:
        sums = kernels.weighted_betweenness(*where, lengths, starts, endpoints)
    return np.asarray(sums, np.float64)


def path_totals(rows: Rows, lengths: Floats, starts: Ints) -> tuple[Floats, Floats, Floats]:
    """How many nodes each start reaches, itself too, the sum of distances and of 1/distance.

    Examples
    --------
    >>> rows = Rows(np.array([0, 1, 2, 2]), np.array([1, 2]), np.ones(2))
    >>> [each.tolist() for each in path_totals(rows, np.array([1.0, 0.5]), np.arange(2))]
    [[3.0, 2.0], [2.5, 0.5], [1.6666666666666665, 2.0]]
    """
    if is_fast():
        from graphkit.analysis import kernels

        both = kernels.path_totals(rows.indptr, rows.indices, lengths, starts)
        return both[:, 0], both[:, 1], both[:, 2]
    matrix = sp.csr_array((lengths, rows.indices, rows.indptr), shape=(len(rows),) * 2)
    reached, totals, inverses = np.empty((3, len(starts)))
    step = max(1, CELLS // max(1, len(rows)))
    for first in range(0, len(starts), step):
        some = slice(first, first + step)
        far = csgraph.dijkstra(matrix, indices=starts[some])
        finite = np.isfinite(far)
        reached[some] = finite.sum(axis=1)
        totals[some] = np.where(finite, far, 0.0).sum(axis=1)
        near = np.divide(1.0, far, out=np.zeros_like(far), where=finite & (far > 0))
        inverses[some] = near.sum(axis=1)
    return reached, totals, inverses


def immediate_dominators(rows: Rows, start: int) -> tuple[Ints, Ints]:
    """The immediate dominator of each node, seen from ``start``.

    Returns
    -------
    dominator : array of int
        -1 for ``start`` and for what it does not reach.
    order : array of int
        The nodes it reaches, ``start`` first, each after its dominator.

    References
    ----------
    .. [1] Cooper, K. D., Harvey, T. J., Kennedy, K. (2006). "A Simple, Fast Dominance
           Algorithm". Rice University, CS Technical Report 06-33870.

    Examples
    --------
    Two ways from 0 to 3: neither 1 nor 2 dominates it, 0 does.

    >>> rows = Rows(np.array([0, 2, 3, 4, 4]), np.array([1, 2, 3, 3]), np.ones(4))
    >>> immediate_dominators(rows, 0)[0].tolist()
    [-1, 0, 0, 0]
    """
    if is_fast():
        from graphkit.analysis import search_kernels

        turned = rows.transposed
        found: tuple[Ints, Ints] = search_kernels.immediate_dominators(
            rows.indptr, rows.indices, turned.indptr, turned.indices, start
        )
        return found
    import networkx as nx

    idom = nx.immediate_dominators(_as_networkx(rows, None), start)
    dominator = np.full(len(rows), -1, np.int64)
    for node, by in idom.items():
        dominator[node] = by
    return dominator, np.array([start, *idom], np.int64)


def _slow_betweenness(rows: Rows, lengths: Floats | None, starts: Ints, endpoints: bool) -> Floats:
    """The same by networkx, which takes one start after another as we do."""
    from networkx.algorithms.centrality import betweenness as brandes

    graph = _as_networkx(rows, lengths)
    scores = dict.fromkeys(graph, 0.0)
    for start in starts.tolist():
        if lengths is None:
            paths = brandes._single_source_shortest_path_basic(graph, start)
        else:
            paths = brandes._single_source_dijkstra_path_basic(graph, start, "length")
        add_up = brandes._accumulate_endpoints if endpoints else brandes._accumulate_basic
        add_up(scores, *paths[:3], start)
    return np.array(list(scores.values()), np.float64)


def _as_networkx(rows: Rows, lengths: Floats | None) -> Any:
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(rows)))
    source = np.repeat(np.arange(len(rows)), np.diff(rows.indptr)).tolist()
    given = np.ones(len(source)) if lengths is None else lengths
    graph.add_weighted_edges_from(
        zip(source, rows.indices.tolist(), given.tolist(), strict=True), weight="length"
    )
    return graph
