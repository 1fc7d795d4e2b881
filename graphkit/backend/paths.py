"""Centralities of shortest paths on arrays, with networkx's signatures and conventions.

``NotImplementedError`` says that networkx is to do it itself.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from networkx.algorithms.centrality import betweenness

from graphkit.analysis.network.rows import Floats, Rows
from graphkit.analysis.network.scores import betweenness_sums, path_totals
from graphkit.backend.arrays import Arrays, Scores, edge_rows, named


def _lengths(rows: Rows, attribute: str | None) -> Floats | None:
    """Lengths of the edges; None where each is 1."""
    if attribute is None:
        return None
    if len(rows.values) and rows.values.min() <= 0:
        raise NotImplementedError("networkx has its own answer to distances of 0 and less")
    return rows.values


def betweenness_centrality(
    G: Arrays,  # noqa: N803
    k: int | None = None,
    normalized: bool = True,
    weight: str | None = None,
    endpoints: bool = False,
    seed: Any = None,
) -> Scores:
    """As networkx; ``weight`` is a distance."""
    rows = edge_rows(G, weight, "min")
    lengths = _lengths(rows, weight)
    sampled = k is not None and k != len(G)
    nodes: Sequence[Hashable] = seed.sample(list(G.labels), k) if sampled else G.labels
    starts = np.array([G.position[node] for node in nodes], np.int64)
    sums = betweenness_sums(rows, lengths, starts, endpoints=endpoints)
    scores: Scores = betweenness._rescale(
        named(G, sums), len(G), normalized=normalized, directed=G.is_directed(),
        endpoints=endpoints, sampled_nodes=nodes if sampled else None,
    )  # fmt: skip
    return scores


def closeness_centrality(
    G: Arrays,  # noqa: N803
    u: Hashable | None = None,
    distance: str | None = None,
    wf_improved: bool = True,
    *,
    sp: Any = None,
) -> Any:
    """As networkx: of a directed graph, by the ways that lead to a node."""
    if sp is not None:
        raise NotImplementedError("networkx takes distances that are known already")
    rows = edge_rows(G, distance, "min")
    _lengths(rows, distance)
    if u is not None and u not in G:
        raise NotImplementedError(f"networkx has its own error for {u!r}")
    rows = rows.transposed if G.is_directed() else rows
    starts = np.arange(len(G)) if u is None else np.array([G.position[u]])
    reached, totals, _ = path_totals(rows, rows.values, starts)
    scores = np.divide(reached - 1, totals, out=np.zeros(len(starts)), where=totals > 0)
    if wf_improved and len(G) > 1:
        scores = scores * ((reached - 1) / (len(G) - 1))
    return named(G, scores) if u is None else float(scores[0])
