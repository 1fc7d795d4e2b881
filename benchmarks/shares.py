"""Shares and HHI of one network against plain networkx, both from the same arrays.

``python benchmarks/shares.py [--runs N]``: 25,000 and 1,500,000 flows. Making the table or graph
counts on both sides, and the results are compared.
"""

from __future__ import annotations

import argparse

import numpy as np
import pyarrow as pa
from centrality import Flows
from ratio import compare

from graphkit.analysis.batch import MeasureRequest, measured


def on_arrays(flows: Flows, measure: str = "concentration", column: str = "hhi") -> np.ndarray:
    labels = pa.array([f"N{node:05}" for node in range(flows.nodes)])
    ends = (pa.array(side.astype(np.int32)) for side in (flows.targets, flows.sources))
    consumer, supplier = (pa.DictionaryArray.from_arrays(end, labels) for end in ends)
    same = pa.DictionaryArray.from_arrays(np.zeros(len(flows.weights), np.int32), ["x"])
    table = pa.table({
        "consumer": consumer, "supplier": supplier, "product": same, "period": same,
        "usd": flows.weights,
    })  # fmt: skip
    parts = measured(table, MeasureRequest(measure))
    return pa.concat_tables(part.table for part in parts)[column].to_numpy()


def in_networkx(flows: Flows) -> tuple[np.ndarray, np.ndarray]:
    graph = flows.networkx()
    shares: dict[tuple[int, int], float] = {}
    hhi: dict[int, float] = {}
    for node, total in graph.in_degree(weight="weight"):
        for seller, _, flow in graph.in_edges(node, data="weight"):
            shares[node, seller] = share = flow / total
            hhi[node] = hhi.get(node, 0.0) + 10_000 * share**2
    one, other = (np.array([found[key] for key in sorted(found)]) for found in (shares, hhi))
    return one, other


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    for nodes, edges, times in ((1_400, 25_000, 10), (80_000, 1_500_000, 1)):
        flows = Flows(nodes, edges)
        what = f"shares and HHI, {nodes:,} nodes, {edges:,} flows"
        compare(
            lambda flows=flows: on_arrays(flows), lambda flows=flows: in_networkx(flows),
            what=what, against="networkx", runs=runs * times,
        )  # fmt: skip
        shares, hhi = in_networkx(flows)
        np.testing.assert_allclose(on_arrays(flows), hhi, rtol=1e-9)
        np.testing.assert_allclose(on_arrays(flows, "shares", "share_usd"), shares, rtol=1e-9)


if __name__ == "__main__":
    main()
