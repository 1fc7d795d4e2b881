from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from copy import copy, deepcopy
from inspect import getsource
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest

from graphkit.analysis.network.graph import FlowGraph
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


def test_a_flow_of_zero_is_not_an_edge_but_its_ends_are_nodes():
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
        (table(ROWS).drop_columns("supplier"), "no column 'supplier'.* usd, consumer"),
        (table([(None, "B", 1.0)]), "1 flows with no supplier"),
        (table([("A", "B", -1.0)]), "flow of -1.* 0 or more"),
        (table([("A", "B", float("nan"))]), "a flow of nan"),
        (table([("A", "B", float("inf"))]), "a flow of inf"),
        (table(ROWS, period=["2023", "2024", "2024", "2024"]), "2 values of 'period'"),
        (table(ROWS, reporter=["a", "b", "a", "a"]), "2 values of 'reporter'"),
        (pa.table({"supplier": ["A"], "consumer": ["B"], "usd": ["x"]}), "'usd' as string"),
    ],
)
def test_a_table_that_is_not_a_network_is_refused(flows, message):
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
        (("ab", [0], [2], [1.0]), "target 2.* 2 labels"),
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
@pytest.mark.parametrize(
    ("directed", "side"),
    [(True, "degree"), (True, "in_degree"), (True, "out_degree"), (False, "degree")],
)
def test_degree_views_are_those_of_networkx(seed, weight, directed, side):
    graph = random_graph(seed) if directed else undirected(random_graph(seed))
    ours, theirs = getattr(graph, side), getattr(graph.to_networkx(), side)

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


def test_an_attribute_that_no_edge_has_counts_one_as_in_networkx():
    graph = FlowGraph.from_table(table(ROWS))

    assert graph.edge_values("weight").tolist() == [1.0, 7.0, 2.0]
    assert graph.edge_values("distance").tolist() == [1.0, 1 / 7, 1 / 2]
    assert graph.edge_values("colour").tolist() == graph.edge_values(None).tolist() == [1.0] * 3


def test_the_networkx_graph_tells_unit_and_distance():
    flows = table([*ROWS, ("AUS", "KOR", None)])
    plain = FlowGraph.from_table(flows).to_networkx()

    assert plain.graph == {"unit": "USD", "null_flows": 1}
    assert plain.edges["JPN", "KOR"] == {"weight": 2.0, "distance": 0.5}


ASKED: list[Callable[[Any], Any]] = [
    lambda g: g.adj, lambda g: g.nodes, lambda g: g.edges, lambda g: g.degree, lambda g: g.graph,
    lambda g: list(g), lambda g: len(g), lambda g: g["N1"], lambda g: ("N1" in g, ["N1"] in g),
    lambda g: g.order(), lambda g: g.size(), lambda g: g.size(weight="weight"), lambda g: g.name,
    lambda g: (g.number_of_nodes(), g.number_of_edges(), g.number_of_edges("N1", "N2")),
    lambda g: g.nodes(data=True), lambda g: list(g.edges(data="weight", nbunch=["N1", "no"])),
    lambda g: g.edges["N0", next(iter(g["N0"]))], lambda g: g.degree("N3", weight="weight"),
    lambda g: dict(g.degree(["N1", "N2", "no"], weight="distance")),
    lambda g: list(g.neighbors("N1")), lambda g: [(n, dict(d)) for n, d in g.adjacency()],
    lambda g: (g.has_node("N1"), g.has_node("no"), g.has_edge("N1", "N2")),
    lambda g: g.get_edge_data("N1", "N2", default=0), lambda g: list(g.nbunch_iter(["N1", "no"])),
    lambda g: (g.is_directed(), g.is_multigraph()),
    lambda g: g.subgraph(["N1", "N2", "N3"]), lambda g: g.edge_subgraph(list(g.edges)[:4]),
    lambda g: g.copy(), lambda g: g.to_undirected(), lambda g: g.to_directed(),
    lambda g: g.to_undirected_class(), lambda g: g.to_directed_class(),
    lambda g: g.copy(as_view=True), lambda g: g.to_undirected(as_view=True),
    lambda g: nx.to_dict_of_dicts(g), lambda g: nx.density(g), lambda g: nx.MultiDiGraph(g),
]  # fmt: skip
DIRECTED: list[Callable[[Any], Any]] = [
    lambda g: g.succ, lambda g: g.pred, lambda g: g.in_edges, lambda g: g.out_edges,
    lambda g: g.in_degree, lambda g: g.out_degree, lambda g: g.in_degree("N1", "weight"),
    lambda g: list(g.in_edges("N1", data=True)), lambda g: list(g.out_edges(["N1"], "distance")),
    lambda g: list(g.successors("N1")), lambda g: list(g.predecessors("N1")),
    lambda g: (g.has_successor("N1", "N2"), g.has_predecessor("N1", "N2")),
    lambda g: g.reverse(), lambda g: g.reverse(copy=False), lambda g: g.to_undirected(True),
]  # fmt: skip
CHANGES: list[Callable[[Any], Any]] = [
    lambda g: g.add_node("new"), lambda g: g.add_nodes_from(["new"]), lambda g: g.clear(),
    lambda g: g.add_edge("N1", "N2"), lambda g: g.add_edges_from([("N1", "N2")]),
    lambda g: g.add_weighted_edges_from([("N1", "N2", 1.0)]), lambda g: g.remove_node("N1"),
    lambda g: g.remove_nodes_from(["N1"]), lambda g: g.remove_edge(*next(iter(g.edges))),
    lambda g: g.remove_edges_from(list(g.edges)), lambda g: g.clear_edges(),
    lambda g: g.update(edges=[("N1", "new")]),
]  # fmt: skip


def shown(found: Any) -> Any:
    """A result of networkx as plain values: graphs and views cannot be compared."""
    if isinstance(found, nx.Graph):
        return type(found), repr(found.graph), repr(found.nodes(data=True)), shown(found.adj)
    if isinstance(found, Mapping):
        return {key: shown(value) for key, value in found.items()}
    return repr(found)


@pytest.mark.parametrize("directed", [True, False])
def test_it_has_the_interface_of_a_networkx_graph(directed):
    graph = random_graph(3) if directed else undirected(random_graph(3))
    plain = graph.to_networkx()

    for ask in ASKED + DIRECTED * directed:
        assert shown(ask(graph)) == shown(ask(plain)), getsource(ask)


def test_no_name_of_the_interface_is_missing_or_untried():
    graph, tried = random_graph(3), Path(__file__).read_text("utf-8")
    public = {name for name in dir(nx.DiGraph) if not name.startswith("_")}

    assert public <= set(dir(graph))
    classes = {n for n in public if n.endswith("_factory")}
    assert {n for n in public - classes if f"g.{n}" not in tried} == set()


@pytest.mark.parametrize("change", CHANGES)
def test_it_is_not_changed_by_its_interface(change):
    graph = random_graph(3)
    before = edges(graph)

    with pytest.raises(nx.NetworkXError, match="Frozen"):
        change(graph)
    assert edges(graph) == before


def test_a_copy_and_a_pickle_are_the_same_graph_and_lack_unknown_names():
    graph = random_graph(3)

    for other in (copy(graph), deepcopy(graph), pickle.loads(pickle.dumps(graph))):
        assert (other.labels, edges(other)) == (graph.labels, edges(graph))
        assert list(other.in_edges) == list(graph.in_edges)
    with pytest.raises(AttributeError, match=r"'FlowGraph' .*'neighbour'"):
        graph.neighbour  # noqa: B018
