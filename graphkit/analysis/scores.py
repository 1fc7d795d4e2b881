"""The measures of centrality, one by one: what each says of a node and how it is normalised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from graphkit.analysis.graph import FlowGraph
from graphkit.analysis.paths import betweenness_sums, path_totals
from graphkit.analysis.rows import Floats, Rows
from graphkit.analysis.spectral import eigenvector, hubs_and_authorities, pagerank


class Scores:
    """The measures of one network, each computed when it is asked for."""

    def __init__(self, graph: FlowGraph) -> None:
        self.graph = graph
        self.size = len(graph)

    @cached_property
    def _hits(self) -> tuple[Floats, Floats]:
        return hubs_and_authorities(self.graph.out_rows)

    def strength_in(self) -> Floats:
        """Sum of the flows in."""
        return self.graph.in_strength

    def strength_out(self) -> Floats:
        """Sum of the flows out."""
        return self.graph.out_strength

    def pagerank(self) -> Floats:
        """Where flows end up that are followed from seller to buyer."""
        return pagerank(self.graph.out_rows)

    def cheirank(self) -> Floats:
        """Where flows come from: PageRank of the reversed network."""
        return pagerank(self.graph.in_rows)

    def hub(self) -> Floats:
        """HITS of a seller."""
        return self._hits[0]

    def authority(self) -> Floats:
        """HITS of a buyer."""
        return self._hits[1]

    def eigenvector(self) -> Floats | None:
        """How much a node receives from nodes that receive much."""
        return eigenvector(self.graph.out_rows)

    def closeness_in(self) -> Floats:
        """How near a node is to those whose flows reach it."""
        return self._closeness(self._paths_in)

    def closeness_out(self) -> Floats:
        """How near a node is to those that its flows reach."""
        return self._closeness(self._paths_out)

    def harmonic_in(self) -> Floats:
        """How near a node is to those whose flows reach it, the nearest counting most."""
        return self._paths_in[2] / max(1, self.size - 1)

    def harmonic_out(self) -> Floats:
        """How near a node is to those that its flows reach, the nearest counting most."""
        return self._paths_out[2] / max(1, self.size - 1)

    @cached_property
    def _paths_in(self) -> tuple[Floats, Floats, Floats]:
        return self._paths(self.graph.in_rows)

    @cached_property
    def _paths_out(self) -> tuple[Floats, Floats, Floats]:
        return self._paths(self.graph.out_rows)

    def _paths(self, rows: Rows) -> tuple[Floats, Floats, Floats]:
        return path_totals(rows, np.mean(self.graph.weights) / rows.values, np.arange(self.size))

    def _closeness(self, paths: tuple[Floats, Floats, Floats]) -> Floats:
        others, totals = paths[0] - 1, paths[1]
        near = np.divide(others, totals, out=np.zeros(self.size), where=totals > 0)
        return np.asarray(near * others / max(1, self.size - 1), np.float64)

    def betweenness(self) -> Floats:
        """Share of the shortest ways between two others that lead through a node."""
        rows = self.graph.out_rows
        sums = betweenness_sums(rows, 1 / rows.values, np.arange(self.size))
        pairs = (self.size - 1) * (self.size - 2)
        return sums * (1 / pairs) if pairs > 0 else np.zeros(self.size)

    def throughput(self) -> Floats:
        """What may pass through a node: the smaller of its flows in and out."""
        passing = np.minimum(self.graph.in_strength, self.graph.out_strength)
        return np.asarray(passing / self.graph.weights.sum(), np.float64)


@dataclass(frozen=True)
class Measure:
    """One measure: how it is computed, and in what it is given."""

    of: Callable[[Scores], Floats | None]
    normalisation: str

    @property
    def doc(self) -> str:
        """What it says of a node."""
        return (self.of.__doc__ or "").rstrip(".")


MEASURES: Mapping[str, Measure] = {
    "strength_in": Measure(Scores.strength_in, "unit of the flows"),
    "strength_out": Measure(Scores.strength_out, "unit of the flows"),
    "pagerank": Measure(Scores.pagerank, "sums to 1; damping 0.85, uniform jumps"),
    "cheirank": Measure(Scores.cheirank, "sums to 1; damping 0.85, uniform jumps"),
    "hub": Measure(Scores.hub, "sums to 1"),
    "authority": Measure(Scores.authority, "sums to 1"),
    "eigenvector": Measure(Scores.eigenvector, "Euclidean length 1"),
    "closeness_in": Measure(
        Scores.closeness_in, "(r-1)/(n-1) * (r-1)/sum of mean flow/flow over the r that reach it"
    ),
    "closeness_out": Measure(
        Scores.closeness_out, "(r-1)/(n-1) * (r-1)/sum of mean flow/flow over the r it reaches"
    ),
    "harmonic_in": Measure(
        Scores.harmonic_in, "sum of 1 / sum of mean flow/flow, over the others, by n-1"
    ),
    "harmonic_out": Measure(
        Scores.harmonic_out, "sum of 1 / sum of mean flow/flow, over the others, by n-1"
    ),
    "betweenness": Measure(Scores.betweenness, "of (n-1)(n-2) ordered pairs; distance 1/flow"),
    "throughput": Measure(Scores.throughput, "0 to 1, of all flows"),
}
"""Every measure by its name."""
