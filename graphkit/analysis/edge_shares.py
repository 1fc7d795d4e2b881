"""Shares and concentration on the arrays of a network: one pass over its flows."""

from __future__ import annotations

import numpy as np

from graphkit.analysis.graph import FlowGraph
from graphkit.analysis.rows import Floats


def shares_of_consumers(graph: FlowGraph) -> Floats:
    r"""Each flow as a share of what its consumer receives.

    :math:`d_{ji} = M_{ij} / \sum_k M_{kj}`, what :func:`graphkit.analysis.shares.import_shares`
    gives with its scope, for one network of many nodes.

    Returns
    -------
    array of float
        0 to 1, in the order of the edges (``graph.sources``, ``graph.targets``).

    Examples
    --------
    >>> graph = FlowGraph.from_edges(["CHN", "JPN", "KOR"], [0, 1], [2, 2], [3.0, 1.0])
    >>> shares_of_consumers(graph).tolist()
    [0.75, 0.25]
    """
    return np.asarray(graph.weights / graph.in_strength[graph.targets], np.float64)


def supplier_hhi(graph: FlowGraph) -> Floats:
    r"""How concentrated the suppliers of each node are: :math:`10\,000 \sum_i d_{ji}^2` [1]_.

    Returns
    -------
    array of float
        0 to 10,000, in the order of the labels; 0 where nothing comes in.

    References
    ----------
    .. [1] Hirschman, A. O. (1964). "The Paternity of an Index". American Economic Review 54, 761.

    Examples
    --------
    >>> graph = FlowGraph.from_edges(["CHN", "JPN", "KOR"], [0, 1], [2, 2], [4.0, 1.0])
    >>> supplier_hhi(graph).round(6).tolist()
    [0.0, 0.0, 6800.0]
    """
    squares = np.bincount(graph.targets, shares_of_consumers(graph) ** 2, len(graph))
    return np.asarray(10_000 * squares, np.float64)
