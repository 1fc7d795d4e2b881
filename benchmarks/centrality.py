"""Measures of one network against plain networkx, in one run, with the results compared.

``python benchmarks/centrality.py [ROW ...] [--runs N]``: every row builds its graph from the same
arrays on both sides. "default" hides numba, "fast" uses it; compiling is not timed. All rows in
one go take several minutes, nearly all of them networkx's.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from typing import Any

import networkx as nx
import numpy as np
from ratio import compare

from graphkit.analysis.network.graph import FlowGraph
from graphkit.analysis.network.scores import is_fast


class Flows:
    """Random flows: sizes spread over five orders of magnitude, a third of nodes buy of one."""

    def __init__(self, nodes: int, edges: int) -> None:
        random = np.random.default_rng(4)
        sources = random.integers(0, nodes, 2 * edges)
        targets = random.integers(0, nodes - nodes // 3, 2 * edges)
        lone = np.arange(nodes - nodes // 3, nodes)
        sources = np.concatenate([random.integers(0, nodes - nodes // 3, len(lone)), sources])
        targets = np.concatenate([lone, targets])
        pair = np.unique(sources * nodes + targets, return_index=True)[1]
        pair = np.sort(pair[sources[pair] != targets[pair]])[:edges]
        self.nodes, self.sources, self.targets = nodes, sources[pair], targets[pair]
        self.weights = random.lognormal(0, 2.5, len(pair))

    def graph(self) -> FlowGraph:
        return FlowGraph.from_edges(range(self.nodes), self.sources, self.targets, self.weights)

    def networkx(self, distance: bool = False) -> Any:
        graph = nx.DiGraph()
        graph.add_nodes_from(range(self.nodes))
        flows = 1 / self.weights if distance else self.weights
        ends = self.sources.tolist(), self.targets.tolist()
        graph.add_weighted_edges_from(zip(*ends, flows.tolist(), strict=True))
        return graph


def same(ours: Mapping[Any, Any], theirs: Mapping[Any, Any]) -> None:
    """Equal up to rounding, node by node."""
    assert set(ours) == set(theirs)
    pairs = [(ours[node], theirs[node]) for node in theirs]
    mine, plain = (np.array(side, dtype=float) for side in zip(*pairs, strict=True))
    np.testing.assert_allclose(mine, plain, rtol=1e-9, atol=1e-15)


ROWS: dict[str, tuple[int, int, Callable[[Flows], tuple[Callable[[], Any], Callable[[], Any]]]]] = {
    "pagerank": (80_000, 1_500_000, lambda flows: (
        lambda: nx.pagerank(flows.graph()), lambda: nx.pagerank(flows.networkx()))),
    "betweenness": (1_400, 25_000, lambda flows: (
        lambda: nx.betweenness_centrality(flows.graph(), weight="distance"),
        lambda: nx.betweenness_centrality(flows.networkx(distance=True), weight="weight"))),
    "closeness": (1_400, 25_000, lambda flows: (
        lambda: nx.closeness_centrality(flows.graph(), distance="distance"),
        lambda: nx.closeness_centrality(flows.networkx(distance=True), distance="weight"))),
    "dominators": (80_000, 1_500_000, lambda flows: (
        lambda: nx.immediate_dominators(flows.graph(), 0),
        lambda: nx.immediate_dominators(flows.networkx(), 0))),
}  # fmt: skip


def without_numba(work: Callable[[], Any]) -> Any:
    """Run the work as in a default install."""
    there = {name: sys.modules[name] for name in list(sys.modules) if name == "numba"}
    sys.modules["numba"] = None  # type: ignore[assignment]
    is_fast.cache_clear()
    try:
        return work()
    finally:
        del sys.modules["numba"]
        sys.modules.update(there)
        is_fast.cache_clear()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", nargs="*", default=[], choices=[*ROWS, []])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", choices=["default", "fast"], help="with or without numba")
    given = parser.parse_args()
    small = Flows(50, 300)
    for name in given.rows or ROWS:
        nodes, edges, make = ROWS[name]
        flows = Flows(nodes, edges)
        ours, theirs = make(flows)
        last: list[Any] = []

        def plain(theirs: Callable[[], Any] = theirs, last: list[Any] = last) -> Any:
            last[:] = [theirs()]

        variants = {"default": lambda ours=ours: without_numba(ours)}
        if is_fast():
            make(small)[0]()
            variants["fast"] = ours
        for variant, work in variants.items():
            if given.only not in (None, variant):
                continue
            what = f"{name}, {nodes:,} nodes, {len(flows.weights):,} edges, {variant}"
            compare(work, plain, what=what, against="networkx", runs=given.runs,
                    warm_up=0, once=True)  # fmt: skip
            same(work(), last[0])


if __name__ == "__main__":
    main()
