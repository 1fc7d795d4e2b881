"""Loss of every consumer for every supplier removed, against recomputing it with networkx.

    python benchmarks/removal.py

230 countries, 4,000 flows, one product; everything from the same arrays, the networks included.
The rival removes each country in turn from an nx.DiGraph and lets losses pass on along its edges
until nothing changes. A second one takes networkx's matrix and solves it once a country. Wanted:
at least 400 times faster than the first.
"""

import networkx as nx
import numpy as np
import pyarrow as pa
from ratio import compare

from graphkit.analysis.supply.build import supply_network
from graphkit.analysis.supply.removal import loss_matrix

NODES, FLOWS = 230, 4_000


def made_up_flows() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of different countries, each once, with log-normal amounts."""
    rng = np.random.default_rng(7)
    seller, buyer = np.divmod(rng.permutation(NODES * NODES), NODES)
    trade = np.flatnonzero(seller != buyer)[:FLOWS]
    return seller[trade], buyer[trade], rng.lognormal(0, 2, FLOWS)


def ours(seller: np.ndarray, buyer: np.ndarray, amount: np.ndarray) -> np.ndarray:
    names = pa.array([f"C{i:03d}" for i in range(NODES)])
    flows = pa.table({
        "supplier": names.take(pa.array(seller)), "consumer": names.take(pa.array(buyer)),
        "product": pa.repeat("ore", FLOWS), "usd": amount,
    })  # fmt: skip
    network = supply_network(flows, unpublished="net-exports")
    return loss_matrix(network, [np.array([i]) for i in range(network.size)])


def supply_graph(seller: np.ndarray, buyer: np.ndarray, amount: np.ndarray) -> nx.DiGraph:
    """Give each edge its share of the buyer's supply: imports, or exports where they are more."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(NODES))
    edges = zip(seller.tolist(), buyer.tolist(), amount.tolist(), strict=True)
    graph.add_weighted_edges_from(edges)
    bought, sold = dict(graph.in_degree(weight="weight")), dict(graph.out_degree(weight="weight"))
    for _, target, data in graph.edges(data=True):
        data["share"] = data["weight"] / max(bought[target], sold[target])
    return graph


def with_loops(seller: np.ndarray, buyer: np.ndarray, amount: np.ndarray) -> np.ndarray:
    graph = supply_graph(seller, buyer, amount)
    losses = np.zeros((NODES, NODES))
    for removed in graph:
        lost = dict.fromkeys(graph, 0.0)
        lost[removed], change = 1.0, 1.0
        while change > 1e-12:
            change = 0.0
            for node, sources in graph.pred.items():
                if node != removed:
                    loss = sum(data["share"] * lost[s] for s, data in sources.items())
                    change = max(change, abs(loss - lost[node]))
                    lost[node] = loss
        losses[:, removed] = [lost[node] for node in graph]
    return losses


def with_solves(seller: np.ndarray, buyer: np.ndarray, amount: np.ndarray) -> np.ndarray:
    graph = supply_graph(seller, buyer, amount)
    shares = nx.to_numpy_array(graph, weight="share").T
    losses = np.zeros((NODES, NODES))
    for removed in range(NODES):
        rest = np.arange(NODES) != removed
        matrix = np.eye(NODES - 1) - shares[rest][:, rest]
        losses[rest, removed] = np.linalg.solve(matrix, shares[rest, removed])
        losses[removed, removed] = 1.0
    return losses


def main() -> None:
    flows = made_up_flows()
    found = ours(*flows)
    for rival, name, runs in (
        (with_loops, "networkx, losses passed on along its edges", 3),
        (with_solves, "networkx's matrix, solved once a country", 3),
    ):
        np.testing.assert_allclose(found, rival(*flows), atol=1e-9)
        compare(
            lambda: ours(*flows), lambda rival=rival: rival(*flows), runs=runs, warm_up=0,
            what="graphkit, from arrays to all losses", against=name,
        )  # fmt: skip


if __name__ == "__main__":
    main()
