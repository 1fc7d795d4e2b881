"""PageRank and betweenness of every country of many networks."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from graphkit.analysis.blocks import Blocks
from graphkit.analysis.grouped_result import Measure, result_table
from graphkit.analysis.paths import betweenness_sums
from graphkit.analysis.rows import Floats, Ints, Rows
from graphkit.analysis.scores import MEASURES as SCORES
from graphkit.errors import GraphkitError

ALPHA, TOLERANCE, MAX_ROUNDS = 0.85, 1e-12, 1000
AT_ONCE = 8
"""Rounds of PageRank before it is looked at which networks have settled."""


@dataclass(frozen=True, eq=False)
class _Nodes:
    """The countries that trade in each network, numbered through."""

    at: Ints
    """Their rows in the matrix."""
    network: Ints
    starts: Ints
    """Where the nodes of each network begin; none is empty."""
    sizes: Ints
    rows: Rows
    """The same entries among them."""

    @classmethod
    def of(cls, part: Blocks) -> _Nodes:
        rows = part.rows
        there = np.diff(rows.indptr) > 0
        there[rows.indices] = True
        at = np.flatnonzero(there)
        place = (np.cumsum(there) - 1).astype(np.int32)
        _, starts, network, sizes = np.unique(
            at // len(part.countries), return_index=True, return_inverse=True, return_counts=True
        )
        indptr = np.append(rows.indptr[at], rows.indptr[-1])
        return cls(at, network, starts, sizes, Rows(indptr, place[rows.indices], rows.values))

    def only(self, kept: Ints) -> _Nodes:
        """Some of the networks."""
        mine = kept[self.network]
        lengths = np.diff(self.rows.indptr)
        entries = np.repeat(mine, lengths)
        place = (np.cumsum(mine) - 1).astype(np.int32)
        indptr = np.append(0, np.cumsum(lengths[mine])).astype(self.rows.indptr.dtype)
        rows = Rows(indptr, place[self.rows.indices[entries]], self.rows.values[entries])
        sizes = self.sizes[kept]
        network = np.repeat(np.arange(len(sizes)), sizes)
        return _Nodes(self.at[mine], network, np.cumsum(sizes) - sizes, sizes, rows)

    def table(self, part: Blocks, name: str, scores: Floats) -> pa.Table:
        """One score a country."""
        columns = part.scope_of(self.at)
        columns["country"] = part.country_of(self.at)
        columns["nodes"] = pa.array(self.sizes[self.network], pa.int64())
        return result_table(columns, {name: (scores, SCORES[name].normalisation)})


def pagerank(part: Blocks, asked: Measure) -> pa.Table:
    """Power iteration on all networks together, each until it has settled."""
    nodes = _Nodes.of(part)
    rows = nodes.rows
    sent = np.bincount(rows.indices, rows.values, len(rows))
    shares = Rows(rows.indptr, rows.indices, ALPHA * rows.values / sent[rows.indices])
    going, idle = replace(nodes, rows=shares), np.where(sent > 0, 0.0, ALPHA)
    scores, found = 1 / nodes.sizes[nodes.network], np.empty(len(sent))
    place = np.arange(len(sent))
    for _ in range(0, MAX_ROUNDS, AT_ONCE):
        scores, change = _rounds(going, idle, scores)
        found[place] = scores
        unsettled = change >= TOLERANCE
        if not unsettled.any():
            return nodes.table(part, "pagerank", found)
        if not unsettled.all():
            mine = unsettled[going.network]
            going, idle, scores, place = (
                going.only(unsettled),
                idle[mine],
                scores[mine],
                place[mine],
            )
    raise GraphkitError(f"PageRank has not settled to {TOLERANCE:g} in {MAX_ROUNDS} rounds")


def _rounds(nodes: _Nodes, idle: Floats, scores: Floats) -> tuple[Floats, Floats]:
    """The scores after some rounds, and how much the last one changed each network's in sum."""
    even = 1 / nodes.sizes[nodes.network]
    matrix, some = nodes.rows.matrix, bool(idle.any())
    jump = (1 - ALPHA) * even
    for _ in range(AT_ONCE):
        before, scores = scores, matrix @ scores + jump
        if some:
            scores += np.add.reduceat(idle * before, nodes.starts)[nodes.network] * even
    return scores, np.add.reduceat(np.abs(scores - before), nodes.starts)


def betweenness(part: Blocks, asked: Measure) -> pa.Table:
    """One network after the other: shortest paths have nothing to share."""
    nodes = _Nodes.of(part)
    rows, scores = nodes.rows, np.empty(len(nodes.at))
    for start, size in zip(nodes.starts.tolist(), nodes.sizes.tolist(), strict=True):
        indptr = rows.indptr[start : start + size + 1]
        inside = slice(indptr[0], indptr[-1])
        one = Rows(indptr - indptr[0], rows.indices[inside] - start, rows.values[inside])
        sums = betweenness_sums(one, 1 / one.values, np.arange(size))
        pairs = (size - 1) * (size - 2)
        scores[start : start + size] = sums * (1 / pairs) if pairs > 0 else 0.0
    return nodes.table(part, "betweenness", scores)
