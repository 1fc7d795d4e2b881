from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterator

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest

from graphkit.analysis.network.centrality import centrality, centrality_over_time
from graphkit.analysis.network.graph import FlowGraph
from graphkit.analysis.network.scores import (
    MEASURES,
    eigenvector,
    hubs_and_authorities,
    immediate_dominators,
    is_fast,
    pagerank,
)
from graphkit.errors import GraphkitError, UsageError

SCALE_FREE = [name for name in MEASURES if not name.startswith("strength")]


@pytest.fixture(params=["compiled", "default"], autouse=True)
def install(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Every test with the extra ``fast`` and without it."""
    if request.param == "compiled":
        pytest.importorskip("numba")
    else:
        monkeypatch.setitem(sys.modules, "numba", None)
    is_fast.cache_clear()
    yield request.param
    is_fast.cache_clear()


def random_graph(seed: int, nodes: int = 14, flows: int = 45, whole: bool = False) -> FlowGraph:
    random = np.random.default_rng(seed)
    ends = random.integers(0, nodes, (2, flows))
    sizes = random.integers(1, 4, flows) if whole else random.lognormal(0, 2, flows)
    return FlowGraph.from_edges(range(nodes), *ends, sizes.astype(float)).at_least(0)


def both_ways(plain: nx.Graph) -> FlowGraph:
    return FlowGraph.from_networkx(plain.to_directed(), weight=None)


def scores(graph: FlowGraph, *measures: str, min_flow: float = 0.0) -> dict[object, dict]:
    table = centrality(graph, measures or tuple(MEASURES), min_flow=min_flow)
    return {row["label"]: row for row in table.to_pylist()}


def column(graph: FlowGraph, measure: str) -> dict[object, float]:
    return {label: row[measure] for label, row in scores(graph, measure).items()}


def hits(plain: nx.DiGraph) -> tuple[dict, dict]:
    """By singular vectors: the only way before networkx 3.7, and the one that always converges."""
    by = {"method": "svd"} if "method" in inspect.signature(nx.hits).parameters else {}
    return nx.hits(plain, tol=0, **by)


# --- published cases


def test_krackhardts_kite_as_published():
    """Krackhardt 1990, Administrative Science Quarterly 35, 342: Heather, Fernando and Garth."""
    kite = scores(both_ways(nx.krackhardt_kite_graph()), "betweenness", "closeness_in")

    assert kite[7]["betweenness"] == pytest.approx(14 / 36)
    assert kite[7]["rank"] == 1
    assert kite[5]["closeness_in"] == kite[6]["closeness_in"] == pytest.approx(9 / 14)


def test_freemans_star_has_all_of_its_betweenness_in_the_middle():
    star = scores(both_ways(nx.star_graph(5)), "betweenness")

    assert [star[i]["betweenness"] for i in range(6)] == [1, 0, 0, 0, 0, 0]


def test_pagerank_of_langville_and_meyer():
    """A survey of eigenvector methods for web information retrieval, 2005, SIAM Review 47, 142."""
    links = [(1, 2), (1, 3), (3, 1), (3, 2), (3, 5), (4, 5), (4, 6), (5, 4), (5, 6), (6, 4)]
    web = nx.DiGraph()
    web.add_nodes_from(range(1, 7))
    web.add_edges_from(links)
    rows = FlowGraph.from_networkx(web, weight=None).out_rows

    published = [0.03721, 0.05396, 0.04151, 0.3751, 0.206, 0.2862]
    assert pagerank(rows, alpha=0.9) == pytest.approx(published, abs=1e-4)


def test_hits_of_langville_and_meyer():
    links = [(1, 3), (1, 5), (2, 1), (3, 5), (5, 4), (5, 3), (6, 5)]
    web = nx.DiGraph()
    web.add_nodes_from(range(1, 7))
    web.add_edges_from(links)
    hubs, authorities = hubs_and_authorities(FlowGraph.from_networkx(web, weight=None).out_rows)

    assert hubs == pytest.approx([0.366025, 0, 0.211325, 0, 0.211325, 0.211325], abs=1e-6)
    assert authorities == pytest.approx([0, 0, 0.366025, 0.133975, 0.5, 0], abs=1e-6)


def test_eigenvector_centrality_of_a_path_of_three():
    path = eigenvector(both_ways(nx.path_graph(3)).out_rows)

    assert path == pytest.approx([0.5, np.sqrt(0.5), 0.5])


# --- agreement with networkx


@pytest.mark.parametrize("whole", [False, True], ids=["no ties", "ties"])
@pytest.mark.parametrize("seed", range(6))
def test_betweenness_is_networkx_to_the_last_bit(seed, whole):
    graph = random_graph(seed, whole=whole)

    assert column(graph, "betweenness") == nx.betweenness_centrality(
        graph.to_networkx(), weight="distance"
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", ["closeness", "harmonic"])
@pytest.mark.parametrize("way", ["in", "out"])
def test_paths_agree_with_networkx(name, way, seed):
    graph = random_graph(seed)
    plain = graph.to_networkx()
    for *_, edge in plain.edges(data=True):
        edge["distance"] *= graph.weights.mean()
    measure = {"closeness": nx.closeness_centrality, "harmonic": nx.harmonic_centrality}[name]
    scores = measure(plain if way == "in" else plain.reverse(), distance="distance")
    by = len(graph) - 1 if name == "harmonic" else 1

    assert column(graph, f"{name}_{way}") == pytest.approx(
        {label: score / by for label, score in scores.items()}, rel=1e-12
    )


FIXED_POINTS = {
    "pagerank": lambda plain: nx.pagerank(plain, tol=1e-13 / len(plain), max_iter=1000),
    "cheirank": lambda plain: FIXED_POINTS["pagerank"](plain.reverse()),
    "hub": lambda plain: hits(plain)[0],
    "authority": lambda plain: hits(plain)[1],
    "eigenvector": lambda plain: nx.eigenvector_centrality(
        plain, weight="weight", tol=1e-12, max_iter=50_000
    ),
}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", FIXED_POINTS)
def test_fixed_points_agree_with_networkx(name, seed):
    graph = random_graph(seed)
    expected = FIXED_POINTS[name](graph.to_networkx())

    assert column(graph, name) == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_large_networks_take_the_sparse_way_to_the_same_scores(seed):
    graph = random_graph(seed, nodes=90, flows=700)
    plain = graph.to_networkx()
    hubs, authorities = hits(plain)
    whole = np.linalg.eig(nx.to_numpy_array(plain).T)
    first = np.abs(whole.eigenvectors[:, np.argmax(whole.eigenvalues.real)].real)

    assert column(graph, "hub") == pytest.approx(hubs, abs=1e-9)
    assert column(graph, "authority") == pytest.approx(authorities, abs=1e-9)
    assert list(eigenvector(graph.out_rows)) == pytest.approx(list(first), abs=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_strength_and_throughput_by_hand(seed):
    graph = random_graph(seed)
    found = scores(graph, "throughput", "strength_in", "strength_out")
    flows = nx.to_numpy_array(graph.to_networkx())

    for i, label in enumerate(graph.labels):
        into, out = flows[:, i].sum(), flows[i].sum()
        assert found[label]["strength_in"] == pytest.approx(into)
        assert found[label]["strength_out"] == pytest.approx(out)
        assert found[label]["throughput"] == pytest.approx(min(into, out) / flows.sum())


@pytest.mark.parametrize("seed", range(10))
def test_dominators_are_those_of_networkx(seed):
    graph = random_graph(seed, flows=20)
    idom, order = immediate_dominators(graph.out_rows, 0)
    plain = nx.immediate_dominators(graph.to_networkx(), graph.labels[0])
    plain = {node: by for node, by in plain.items() if node != graph.labels[0]}

    assert {graph.labels[i]: graph.labels[idom[i]] for i in order[1:]} == plain
    assert (order[0], idom[0], (idom >= 0).sum()) == (0, -1, len(order) - 1)


# --- invariants


@pytest.mark.parametrize("name", SCALE_FREE)
@pytest.mark.parametrize("seed", range(3))
def test_scaling_all_flows_changes_no_score(seed, name):
    graph = random_graph(seed)
    scaled = FlowGraph.from_edges(graph.labels, graph.sources, graph.targets, graph.weights * 1e3)

    assert column(scaled, name) == pytest.approx(column(graph, name), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_nodes_changes_no_score(seed, name):
    graph = random_graph(seed)
    order = np.random.default_rng(seed).permutation(len(graph))
    place = np.argsort(order)
    turned = FlowGraph.from_edges(
        [graph.labels[i] for i in order], place[graph.sources], place[graph.targets], graph.weights
    )

    assert column(turned, name) == pytest.approx(column(graph, name), rel=1e-9, abs=1e-12)


def test_a_node_without_flows_changes_no_score_and_has_no_row():
    graph = random_graph(2)
    more = FlowGraph.from_edges(
        [*graph.labels, "alone"], graph.sources, graph.targets, graph.weights
    )

    assert centrality(more).equals(centrality(graph), check_metadata=True)


def test_flows_below_min_flow_are_as_if_they_were_not_there():
    graph = random_graph(4)
    table = centrality(graph, min_flow=1.0)
    about = {k.decode(): json.loads(v) for k, v in table.schema.metadata.items()}

    assert table.equals(centrality(graph.at_least(1.0)))
    assert about["min_flow"] == 1.0
    assert about["flows"] == (graph.weights >= 1.0).sum()
    assert about["nodes"] == len(table) <= len(graph)
    assert about["flow_share"] == pytest.approx(
        graph.weights[graph.weights >= 1].sum() / graph.weights.sum()
    )


@pytest.mark.parametrize("name", ["pagerank", "cheirank", "hub", "authority"])
def test_shares_of_attention_sum_to_one(name):
    assert sum(centrality(random_graph(6))[name].to_pylist()) == pytest.approx(1)


# --- the table


def test_equal_scores_share_a_rank_and_stand_in_order_of_labels():
    graph = FlowGraph.from_edges("BADC", [0, 1, 2], [3, 3, 3], [2.0, 2.0, 5.0])
    table = centrality(graph, ["strength_out"])

    assert table["label"].to_pylist() == ["D", "A", "B", "C"]
    assert table["rank"].to_pylist() == [1, 2, 2, 4]


def test_the_table_tells_how_each_score_is_normalised():
    graph = FlowGraph.from_edges("AB", [0], [1], [2.0], unit="t")
    schema = centrality(graph).schema

    assert schema.field("strength_in").metadata[b"unit"] == b"t"
    assert schema.field("betweenness").metadata[b"unit"].startswith(b"of (n-1)(n-2) ordered pairs")
    assert all(schema.field(name).metadata[b"doc"] for name in MEASURES)


def test_labels_that_are_tuples_become_columns():
    labels = [("CHN", "ree-compounds"), ("CHN", "ree-metals")]
    graph = FlowGraph.from_edges(labels, [0], [1], [1.0])
    table = centrality(graph, ["strength_in"], names=("country", "product"))

    assert table.to_pylist()[0] == {
        "country": "CHN", "product": "ree-metals", "strength_in": 1.0, "rank": 1,
    }  # fmt: skip
    with pytest.raises(GraphkitError, match=r"found the label .*ree-compounds"):
        centrality(graph, ["strength_in"])


def test_the_series_is_the_table_of_each_period():
    flows = pa.table({
        "supplier": ["A", "B", "A"], "consumer": ["B", "C", "C"], "usd": [1.0, 3.0, 2.0],
        "period": ["2024", "2024", "2023"],
    })  # fmt: skip
    series = centrality_over_time(flows, ["strength_in"]).to_pylist()

    assert [(r["period"], r["label"], r["strength_in"], r["rank"]) for r in series] == [
        ("2023", "C", 2.0, 1), ("2023", "A", 0.0, 2),
        ("2024", "C", 3.0, 1), ("2024", "B", 1.0, 2), ("2024", "A", 0.0, 3),
    ]  # fmt: skip
    assert {r["period"] for r in centrality_over_time(flows, min_flow=3.0).to_pylist()} == {"2024"}


# --- hostile networks


@pytest.mark.parametrize(
    "ends",
    [
        ([0], [1]), ([0], [0]), ([0, 1], [1, 0]), ([0, 2], [1, 3]), ([0, 1, 2], [1, 2, 0]),
        ([0, 1, 2, 3], [1, 0, 3, 2]),
    ],
    ids=["one flow", "only itself", "a pair", "two parts", "a circle", "two equal circles"],
)  # fmt: skip
def test_no_score_is_ever_not_a_number(ends):
    graph = FlowGraph.from_edges("abcd", *ends, np.ones(len(ends[0])))

    for row in centrality(graph).to_pylist():
        assert all(value is None or value == value for value in row.values())


def test_without_a_circle_there_is_no_eigenvector_centrality():
    table = centrality(FlowGraph.from_edges("abc", [0, 1], [1, 2], [1.0, 1.0]), ["eigenvector"])

    assert table["eigenvector"].to_pylist() == table["rank"].to_pylist() == [None] * 3


def test_two_equally_strong_circles_have_no_single_eigenvector():
    graph = FlowGraph.from_edges("abcd", [0, 1, 2, 3], [1, 0, 3, 2], [2.0, 2.0, 1.0, 4.0])

    assert eigenvector(graph.out_rows) is None


def test_what_a_strong_circle_feeds_is_central_too():
    graph = FlowGraph.from_edges("abc", [0, 1, 1], [1, 0, 2], [1.0, 1.0, 2.0])

    assert eigenvector(graph.out_rows) == pytest.approx(np.array([1, 1, 2]) / np.sqrt(6))


def test_a_network_without_flows_says_so():
    empty = FlowGraph.from_edges("ab", [], [], [])
    with pytest.raises(GraphkitError, match=r"at least 0 .*\b0 flows"):
        centrality(empty)
    with pytest.raises(GraphkitError, match=r"at least 1e\+09 .*largest"):
        centrality(random_graph(1), min_flow=1e9)


def test_what_is_not_a_question_is_refused():
    graph = random_graph(1)
    with pytest.raises(UsageError, match=r"measure 'pagerang'.* strength_in"):
        centrality(graph, ["pagerang"])
    with pytest.raises(UsageError, match="smallest flow of -1"):
        centrality(graph, min_flow=-1)
    with pytest.raises(GraphkitError, match="undirected"):
        centrality(FlowGraph.from_edges("ab", [0], [1], [1.0], directed=False))
    with pytest.raises(GraphkitError, match="not converged"):
        pagerank(graph.out_rows, max_rounds=2)
