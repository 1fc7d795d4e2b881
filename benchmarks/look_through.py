"""Look-through of every node of a layered network, against networkx's building of the graph.

    python benchmarks/look_through.py

60 elements x 6 stages x 230 countries, 1.5 million flows, production published for 40 countries
of every product. Ours reads the Arrow table, builds the network and traces every one of its
nodes to the mine; the rival only adds the same flows to an nx.DiGraph. Wanted: no more time. One
element is traced once more along the edges of the graph, and the shares compared.
"""

import networkx as nx
import numpy as np
import pyarrow as pa
from ratio import compare

from graphkit.analysis.supply.build import supply_network
from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.tracing import Origins, origin_shares

ELEMENTS, STAGES, COUNTRIES, FLOWS, MAKERS = 60, 6, 230, 1_500_000, 40
LAYERS = ELEMENTS * STAGES
STAGE = [f"stage{s}" for s in range(STAGES)]
PRODUCT = [f"e{e:02d}-{STAGE[s]}" for e in range(ELEMENTS) for s in range(STAGES)]


def made_up_trade() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Layer, seller, buyer and amount of every flow; who makes nothing sells little on."""
    rng = np.random.default_rng(5)
    layer = np.repeat(np.arange(LAYERS), -(-FLOWS // LAYERS))[:FLOWS]
    seller = rng.integers(0, COUNTRIES, FLOWS)
    buyer = (seller + rng.integers(1, COUNTRIES, FLOWS)) % COUNTRIES
    amount = rng.lognormal(0, 2, FLOWS)
    makes = np.zeros((LAYERS, COUNTRIES), bool)
    makes[np.arange(LAYERS)[:, None], makers()] = True
    return layer, seller, buyer, np.where(makes[layer, seller], amount, 0.02 * amount)


def makers() -> np.ndarray:
    """Countries that make each product: layers by makers."""
    rng = np.random.default_rng(6)
    return np.stack([rng.permutation(COUNTRIES)[:MAKERS] for _ in range(LAYERS)])


def tables(trade: tuple[np.ndarray, ...]) -> tuple[pa.Table, pa.Table, pa.Table, pa.Table]:
    """Flows, production, conversions and products, as the queries give them."""
    layer, seller, buyer, amount = trade
    names = pa.array([f"C{i:03d}" for i in range(COUNTRIES)])
    products = pa.array(PRODUCT)
    flows = pa.table({
        "supplier": names.take(pa.array(seller)), "consumer": names.take(pa.array(buyer)),
        "product": products.take(pa.array(layer)), "tonnes": amount,
    })  # fmt: skip
    rng = np.random.default_rng(7)
    made = pa.table({
        "country": names.take(pa.array(makers().ravel())),
        "product": products.take(pa.array(np.repeat(np.arange(LAYERS), MAKERS))),
        "tonnes": rng.lognormal(3, 2, LAYERS * MAKERS),
    })  # fmt: skip
    later = [i for i in range(LAYERS) if i % STAGES]
    pairs = pa.table(
        {"input": [PRODUCT[i - 1] for i in later], "output": [PRODUCT[i] for i in later]}
    )
    stages = pa.table({
        "key": PRODUCT, "stage": STAGE * ELEMENTS,
        "stage_order": [*range(1, STAGES + 1)] * ELEMENTS,
    })  # fmt: skip
    return flows, made, pairs, stages


def traced(given: tuple[pa.Table, ...]) -> tuple[SupplyNetwork, Origins]:
    network = supply_network(*given, measure="tonnes")
    return network, origin_shares(network, STAGE[0])


def graph_of(flows: pa.Table) -> nx.DiGraph:
    """Build the networkx graph: a node per country and product, an edge per pair with its sum."""
    graph = nx.DiGraph()
    columns = (flows[n].to_pylist() for n in ("supplier", "consumer", "product", "tonnes"))
    graph.add_weighted_edges_from(
        ((seller, product), (buyer, product), amount)
        for seller, buyer, product, amount in zip(*columns, strict=True)
    )
    return graph


def lean_graph_of(trade: tuple[np.ndarray, ...]) -> nx.DiGraph:
    """Build the same graph from numpy's arrays, with whole numbers as nodes."""
    layer, seller, buyer, amount = trade
    graph = nx.DiGraph()
    source, target = layer * COUNTRIES + seller, layer * COUNTRIES + buyer
    edges = zip(source.tolist(), target.tolist(), amount.tolist(), strict=True)
    graph.add_weighted_edges_from(edges)
    return graph


def check(network: SupplyNetwork, origins: Origins) -> None:
    """Every row adds up; the first element is traced again along the edges of the graph."""
    whole = origins.share.sum(axis=1) + origins.unknown + origins.untraceable
    np.testing.assert_allclose(whole[network.pools.supply > 0], 1)
    mine = np.flatnonzero(
        np.asarray([p.startswith("e00") for p in network.products])[network.nodes.product]
    )
    graph, makers = nx.DiGraph(), {}
    for node in mine.tolist():
        own = float(network.pools.own[node])
        if network.nodes.order[node] == 1 and own > 0:
            makers[node] = (network.countries[network.nodes.country[node]], own)
    links = network.pools.links[mine].tocoo()
    graph.add_weighted_edges_from(
        zip(mine[links.row].tolist(), links.col.tolist(), links.data.tolist(), strict=True)
    )
    place = {country: i for i, country in enumerate(network.countries)}
    known = np.zeros((network.size, len(place)))
    for node, (country, own) in makers.items():
        known[node, place[country]] = own
    mix, change = {node: known[node] for node in mine.tolist()}, 1.0
    while change > 1e-10:
        after = {
            node: known[node] + sum((d["weight"] * mix[s] for s, d in graph[node].items()), 0.0)
            if node in graph else known[node]
            for node in mix
        }  # fmt: skip
        change = max(float(np.abs(after[n] - mix[n]).max()) for n in mix)
        mix = after
    for node in mine.tolist():
        np.testing.assert_allclose(origins.share[node], mix[node], atol=1e-7)


def main() -> None:
    trade = made_up_trade()
    given = tables(trade)
    network, origins = traced(given)
    print(f"{network.size} nodes, {len(network.trade.amount)} pairs with flows", flush=True)
    check(network, origins)
    for rival, name in (
        (lambda: graph_of(given[0]), "networkx, the graph of the same table built"),
        (lambda: lean_graph_of(trade), "networkx, a graph of bare numbers built"),
    ):
        compare(lambda: traced(given), rival, runs=3, warm_up=0,
                what="graphkit, from the Arrow table to the origins of every node",
                against=name)  # fmt: skip


if __name__ == "__main__":
    main()
