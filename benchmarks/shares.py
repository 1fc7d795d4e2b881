"""Shares and HHI of one network against plain networkx, both from the same arrays.

``python benchmarks/shares.py [--runs N]``: 25,000 and 1,500,000 flows. Building the graph counts on
both sides, and the results are compared.
"""

from __future__ import annotations

import argparse

import numpy as np
from centrality import Flows
from ratio import compare

from graphkit.analysis.shares import shares_of_consumers, supplier_hhi

Result = tuple[np.ndarray, np.ndarray]


def on_arrays(flows: Flows) -> Result:
    graph = flows.graph()
    return shares_of_consumers(graph), supplier_hhi(graph)


def in_networkx(flows: Flows) -> Result:
    graph = flows.networkx()
    shares, hhi = {}, dict.fromkeys(graph, 0.0)
    for node, total in graph.in_degree(weight="weight"):
        for seller, _, flow in graph.in_edges(node, data="weight"):
            shares[seller, node] = share = flow / total
            hhi[node] += 10_000 * share**2
    return np.array([shares[edge] for edge in sorted(shares)]), np.array(list(hhi.values()))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    for nodes, edges, times in ((1_400, 25_000, 10), (80_000, 1_500_000, 1)):
        flows = Flows(nodes, edges)
        what = f"shares and HHI, {nodes:,} nodes, {edges:,} flows"
        ratio = compare(
            lambda flows=flows: on_arrays(flows), lambda flows=flows: in_networkx(flows),
            what=what, against="networkx", runs=runs * times,
        )  # fmt: skip
        print(f"{what}: {1 / ratio:.0f} times as fast\n", flush=True)
        for ours, theirs in zip(on_arrays(flows), in_networkx(flows), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-9)


if __name__ == "__main__":
    main()
