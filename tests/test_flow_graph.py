from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest

from graphkit.analysis.network import FlowGraph
from graphkit.errors import GraphkitError

ROWS = [("CHN", "KOR", 4.0), ("CHN", "JPN", 1.0), ("JPN", "KOR", 2.0), ("CHN", "KOR", 3.0)]


def table(rows: list[tuple[Any, Any, Any]], **more: list[Any]) -> pa.Table:
    supplier, consumer, usd = (list(c) for c in zip(*rows, strict=True)) if rows else ([],) * 3
    columns = {"supplier": pa.array(supplier, pa.string()), "usd": pa.array(usd, pa.float64())}
    return pa.table({**columns, "consumer": pa.array(consumer, pa.string()), **more})


def edges(graph: FlowGraph) -> dict[tuple[Any, Any], float]:
    ends = zip(graph.sources.tolist(), graph.targets.tolist(), strict=True)
    names = [(graph.labels[u], graph.labels[v]) for u, v in ends]
    return dict(zip(names, graph.weights.tolist(), strict=True))


def random_graph(seed: int, nodes: int = 12, flows: int = 40, whole: bool = False) -> FlowGraph:
    random = np.random.default_rng(seed)
    ends = random.integers(0, nodes, (2, flows))
    sizes = random.integers(1, 4, flows) if whole else random.lognormal(0, 2, flows)
    return FlowGraph.from_edges([f"N{i}" for i in range(nodes)], *ends, sizes.astype(float))


def undirected(graph: FlowGraph) -> FlowGraph:
    ends = (graph.sources, graph.targets)
    return FlowGraph.from_edges(graph.labels, *ends, graph.weights, directed=False)


# --- from a table and from edges


def test_flows_of_one_pair_are_added_up():
    assert edges(FlowGraph.from_table(table(ROWS))) == {
        ("CHN", "JPN"): 1.0, ("CHN", "KOR"): 7.0, ("JPN", "KOR"): 2.0,
    }  # fmt: skip


def test_edges_are_sorted_by_source_then_target():
    graph = random_graph(1)
    pairs = list(zip(graph.sources.tolist(), graph.targets.tolist(), strict=True))

    assert pairs == sorted(set(pairs))


def test_the_order_of_rows_changes_not_a_bit():
    random = np.random.default_rng(7)
    rows = [
        (f"S{s}", f"C{c}", w)
        for s, c, w in zip(
            random.integers(0, 4, 300), random.integers(0, 4, 300), random.lognormal(0, 5, 300),
            strict=True,
        )
    ]  # fmt: skip
    one = FlowGraph.from_table(table(rows))
    random.shuffle(rows)
    other = FlowGraph.from_table(table(rows))

    assert edges(one) == edges(other)
    assert one.labels == other.labels == tuple(sorted(one.labels))
    assert len(one.weights) == 16


def test_a_flow_without_a_figure_is_left_out_and_counted():
    graph = FlowGraph.from_table(table([*ROWS, ("AUS", "KOR", None)]))

    assert graph.null_flows == 1
    assert "AUS" in graph
    assert len(edges(graph)) == 3


def test_a_flow_of_zero_is_no_edge_but_its_ends_are_nodes():
    graph = FlowGraph.from_table(table([("A", "B", 0.0), ("B", "C", 1.0)]))

    assert edges(graph) == {("B", "C"): 1.0}
    assert (graph.labels, graph.zero_flows) == (("A", "B", "C"), 1)


def test_mass_is_summed_by_name_and_carries_its_unit():
    flows = table(ROWS).append_column("tonnes", pa.array([1.0, None, 2, 3]))
    graph = FlowGraph.from_table(flows, "tonnes")

    assert (graph.unit, graph.null_flows) == ("t", 1)
    assert edges(graph)["CHN", "KOR"] == 4.0


@pytest.mark.parametrize("rows", [[], [("A", "B", None)], [("A", "B", 0.0)]])
def test_a_table_without_flows_is_a_network_without_edges(rows):
    graph = FlowGraph.from_table(table(rows))

    assert len(graph.weights) == 0
    assert graph.in_strength.tolist() == [0.0] * len(graph)
    assert graph.to_networkx().number_of_edges() == 0


def test_a_self_loop_stays():
    assert edges(FlowGraph.from_edges("ab", [0, 0], [0, 1], [1.0, 2.0])) == {
        ("a", "a"): 1.0, ("a", "b"): 2.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("flows", "message"),
    [
        (table(ROWS).drop_columns("supplier"), "no column 'supplier'.*, only usd, consumer"),
        (table([(None, "B", 1.0)]), "1 flows with no supplier"),
        (table([("A", "B", -1.0)]), "a flow of -1, wanted a number of 0 or more"),
        (table([("A", "B", float("nan"))]), "a flow of nan"),
        (table([("A", "B", float("inf"))]), "a flow of inf"),
        (table(ROWS, period=["2023", "2024", "2024", "2024"]), "2 values of 'period'"),
        (table(ROWS, reporter=["a", "b", "a", "a"]), "2 values of 'reporter'"),
        (pa.table({"supplier": ["A"], "consumer": ["B"], "usd": ["x"]}), "'usd' as string"),
    ],
)
def test_a_table_that_is_no_network_is_refused(flows, message):
    with pytest.raises(GraphkitError, match=message):
        FlowGraph.from_table(flows)


def test_two_bases_of_mass_are_not_added_up():
    flows = pa.table({
        "supplier": ["A", "A"], "consumer": ["B", "B"], "tonnes": [1.0, 2.0], "usd": [1.0, 1.0],
        "basis": ["gross", "REO"],
    })  # fmt: skip

    with pytest.raises(GraphkitError, match="'basis'"):
        FlowGraph.from_table(flows, "tonnes")
    assert len(FlowGraph.from_table(flows, "usd").weights) == 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("aa", [0], [1], [1.0]), "the label 'a' twice"),
        (("ab", [0], [2], [1.0]), "target 2, wanted a position of one of 2 labels"),
        (("ab", [-1], [1], [1.0]), "source -1"),
        (("ab", [0.0], [1], [1.0]), "wanted positions"),
        (("ab", [0, 1], [1], [1.0]), "2 sources, 1 targets and 1 weights"),
    ],
)
def test_edges_that_fit_no_labels_are_refused(given, message):
    with pytest.raises(GraphkitError, match=message):
        FlowGraph.from_edges(*given)


def test_arrays_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        random_graph(1).weights[0] = 1.0


def test_callers_arrays_stay_their_own():
    sizes = np.array([1.0, 2.0])
    FlowGraph.from_edges("ab", [0, 1], [1, 0], sizes)
    sizes[0] = 5.0

    assert sizes[0] == 5.0


def test_small_flows_and_the_nodes_they_leave_alone_go():
    graph = FlowGraph.from_edges("abc", [0, 1], [1, 2], [5.0, 1.0]).at_least(2.0)

    assert (graph.labels, edges(graph)) == (("a", "b"), {("a", "b"): 5.0})


def test_an_undirected_graph_adds_both_directions():
    graph = undirected(FlowGraph.from_edges("abc", [0, 1, 2], [1, 0, 2], [1.0, 2.0, 4.0]))

    assert edges(graph) == {("a", "b"): 3.0, ("c", "c"): 4.0}
    assert dict(graph.degree(weight="weight")) == {"a": 3.0, "b": 3.0, "c": 8.0}


# --- against networkx


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("directed", [True, False])
def test_rows_are_networkx_adjacency(seed, directed):
    graph = random_graph(seed) if directed else undirected(random_graph(seed))
    adjacency = nx.to_numpy_array(graph.to_networkx())

    assert np.array_equal(graph.out_rows.matrix.toarray(), adjacency)
    assert np.array_equal(graph.in_rows.matrix.toarray(), adjacency.T)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("weight", [None, "weight", "distance"])
@pytest.mark.parametrize("directed", [True, False])
def test_degree_views_are_those_of_networkx(seed, weight, directed):
    graph = random_graph(seed) if directed else undirected(random_graph(seed))
    plain = graph.to_networkx()

    for side in ("degree", "in_degree", "out_degree") if directed else ("degree",):
        ours, theirs = getattr(graph, side), getattr(plain, side)
        assert dict(ours(weight=weight)) == pytest.approx(dict(theirs(weight=weight)))
        assert dict(ours(["N1", "N2", "no"])) == dict(theirs(["N1", "N2"]))
        assert (ours("N3"), ours["N3"], len(ours)) == (theirs("N3"), theirs["N3"], len(theirs))


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph])
def test_networkx_there_and_back(kind):
    plain = kind([("a", "b", {"weight": 2.0}), ("b", "a", {"weight": 3.0}), ("b", "b")])
    plain.edges[("b", "b", 0) if plain.is_multigraph() else ("b", "b")]["weight"] = 1.0
    graph = FlowGraph.from_networkx(plain)
    again = FlowGraph.from_networkx(graph.to_networkx())

    assert edges(graph) == edges(again)
    assert graph.directed is again.directed is plain.is_directed()
    assert sum(graph.weights) == plain.size(weight="weight")


def test_an_edge_without_a_figure_is_not_given_one():
    with pytest.raises(GraphkitError, match="1 edges without 'weight'"):
        FlowGraph.from_networkx(nx.DiGraph([("a", "b")]))


def test_the_networkx_graph_tells_unit_and_distance():
    flows = table([*ROWS, ("AUS", "KOR", None)])
    plain = FlowGraph.from_table(flows).to_networkx()

    assert plain.graph == {"unit": "USD", "null_flows": 1}
    assert plain.edges["JPN", "KOR"] == {"weight": 2.0, "distance": 0.5}


def test_it_answers_what_networkx_asks_of_a_graph():
    graph = random_graph(3)

    assert (len(graph), graph.number_of_nodes()) == (12, 12)
    assert nx.density(graph) == nx.density(graph.to_networkx())
    assert nx.number_of_edges(graph) == graph.to_networkx().number_of_edges()
    assert list(graph.edges) == list(graph.to_networkx().edges)
    assert list(graph.nodes) == list(graph)
    assert dict(graph["N1"]) == dict(graph.to_networkx()["N1"])
    assert "no" not in graph
    assert not graph.is_multigraph()
