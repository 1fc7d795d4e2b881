"""networkx runs on graphkit's networks: on arrays with the same results, or in networkx itself."""

from __future__ import annotations

import doctest
import importlib.metadata
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from graphkit.analysis.network.graph import FlowGraph
from graphkit.analysis.network.scores import is_fast
from graphkit.networkx_backend.info import FUNCTIONS
from graphkit.networkx_backend.interface import ALGORITHMS, BACKEND, NEEDS_FAST, hits

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The backend as its entry points register it, with networkx's settings put back after."""
    from networkx.utils import backends

    if "graphkit" not in backends.backends:
        point = importlib.metadata.EntryPoint(
            "graphkit", "graphkit.networkx_backend.interface:BACKEND", "networkx.backends"
        )
        monkeypatch.setitem(backends.backends, "graphkit", point)
        monkeypatch.setitem(backends.backend_info, "graphkit", {})
        dispatchable = backends._dispatchable
        call = dispatchable._call_if_any_backends_installed
        monkeypatch.setattr(dispatchable, "__call__", call)


@pytest.fixture(params=["compiled", "default"])
def install(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """With the extra ``fast`` and without it."""
    if request.param == "compiled":
        pytest.importorskip("numba")
    else:
        monkeypatch.setitem(sys.modules, "numba", None)
    is_fast.cache_clear()
    yield
    is_fast.cache_clear()


def random_graph(seed: int, nodes: int = 12, flows: int = 40) -> FlowGraph:
    random = np.random.default_rng(seed)
    ends = random.integers(0, nodes, (2, flows))
    labels = [f"N{i}" for i in range(nodes)]
    return FlowGraph.from_edges(labels, *ends, random.integers(1, 4, flows).astype(float))


def undirected(graph: FlowGraph) -> FlowGraph:
    ends = (graph.sources, graph.targets)
    return FlowGraph.from_edges(graph.labels, *ends, graph.weights, directed=False)


HITS_CALLS: tuple[Any, ...] = ({"tol": 0}, {"normalized": False, "tol": 0})
SINCE_37: dict[str, dict[str, Any]] = {
    "hits": {"method": "svd"},
    "closeness_centrality": {"sp": {}},
}
"""Keywords that networkx did not have before 3.7."""
if "method" in inspect.signature(nx.hits).parameters:
    first_guess = {f"N{i}": i for i in range(12)}
    HITS_CALLS = (
        *({**call, "method": "svd"} for call in HITS_CALLS),
        {"max_iter": 10_000}, {"max_iter": 10_000, "normalized": False, "nstart": first_guess},
        {"max_iter": 0},
    )  # fmt: skip
CALLS: dict[str, tuple[Any, ...]] = {
    "articulation_points": ({},),
    "betweenness_centrality": (
        {}, {"weight": "distance"}, {"weight": "distance", "endpoints": True},
        {"normalized": False}, {"endpoints": True, "normalized": False},
        {"weight": "weight", "k": 4, "seed": 1}, {"k": 3, "seed": 2, "normalized": False},
        {"weight": "no such attribute"}, {"weight": lambda u, v, edge: 1 + (u < v)},
    ),
    "bridges": ({}, {"root": "N1"}),
    "closeness_centrality": (
        {}, {"distance": "distance"}, {"wf_improved": False}, {"u": "N3", "distance": "weight"},
    ),
    "degree_centrality": ({},),
    "eigenvector_centrality": (
        {"max_iter": 10_000}, {"weight": "weight", "max_iter": 10_000},
        {"nstart": {f"N{i}": i for i in range(12)}, "max_iter": 10_000},
    ),
    "eigenvector_centrality_numpy": ({}, {"weight": "weight"}),
    "hits": HITS_CALLS,
    "immediate_dominators": ({"start": "N0"}, {"start": "N5"}),
    "in_degree_centrality": ({},),
    "is_strongly_connected": ({},),
    "number_strongly_connected_components": ({},),
    "out_degree_centrality": ({},),
    "pagerank": (
        {}, {"alpha": 0.5, "weight": None}, {"personalization": {"N1": 1, "N2": 3}},
        {"dangling": {"N3": 1}, "nstart": {"N1": 2}}, {"weight": "distance"},
    ),
    "strongly_connected_components": ({},),
}  # fmt: skip


def outcome(function: Any, graph: Any, arguments: dict[str, Any], **more: Any) -> Any:
    """Return what a call gives, made comparable; of an error, its kind and words."""
    try:
        found = function(graph, **arguments, **more)
        if isinstance(found, Iterator):
            items = [frozenset(item) if isinstance(item, set | tuple) else item for item in found]
            return set(items)
        return found
    except nx.NetworkXException as error:
        return type(error), str(error)


def alike(ours: Any, theirs: Any) -> bool:
    if isinstance(theirs, tuple) and isinstance(theirs[0], dict):
        return all(alike(a, b) for a, b in zip(ours, theirs, strict=True))
    if isinstance(theirs, dict) and all(isinstance(v, float) for v in theirs.values()):
        scale = -1 if sum(theirs.values()) * sum(ours.values()) < 0 else 1  # sign of a vector
        return {k: scale * v for k, v in ours.items()} == pytest.approx(
            theirs, rel=1e-6, abs=1e-9
        ) and list(ours) == list(theirs)
    if isinstance(theirs, float):
        return ours == pytest.approx(theirs, rel=1e-12)
    return bool(ours == theirs)


def has_one_first_singular_value(plain: Any) -> bool:
    """Otherwise the answer of networkx's HITS hangs on where ARPACK happens to start."""
    first, second, *_ = np.linalg.svd(nx.to_numpy_array(plain), compute_uv=False)
    return bool(second < first * (1 - 1e-6))


@pytest.mark.parametrize(("flows", "directed"), [("many", True), ("many", False), ("few", False)])
@pytest.mark.parametrize("name", sorted(ALGORITHMS))
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.usefixtures("install")
def test_networkx_gives_the_same_on_a_flow_graph(name, seed, flows, directed):
    graph = random_graph(seed, flows=9 if flows == "few" else 40 if seed else 90)
    graph = graph if directed else undirected(graph)
    if name == "hits" and not has_one_first_singular_value(graph.to_networkx()):
        pytest.skip("networkx gives no certain answer")
    for arguments in CALLS[name]:
        ours = outcome(getattr(nx, name), graph, arguments)
        theirs = outcome(getattr(nx, name), graph.to_networkx(), arguments)
        assert alike(ours, theirs), (arguments, ours, theirs)


@pytest.mark.usefixtures("install")
def test_a_ring_that_hangs_on_one_node_is_cut_off_with_it():
    ends = np.array([0, 1, 2, 3]), np.array([1, 2, 3, 1])
    graph = FlowGraph.from_edges(["root", "joint", "b", "c"], *ends, np.ones(4), directed=False)

    assert list(nx.articulation_points(graph)) == ["joint"]
    assert list(nx.bridges(graph)) == list(nx.bridges(graph.to_networkx())) == [("root", "joint")]


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph])
@pytest.mark.parametrize("name", sorted(ALGORITHMS))
@pytest.mark.usefixtures("install")
def test_networkx_graphs_give_the_same_through_the_backend(name, kind):
    random = np.random.default_rng(11)
    plain = kind()
    plain.__networkx_cache__ = None
    plain.add_nodes_from(f"N{i}" for i in range(12))
    for u, v, weight in random.integers(0, 12, (30, 3)).tolist():
        plain.add_edge(f"N{u}", f"N{v}", weight=weight + 1, distance=1 / (weight + 1))
    if name == "hits" and not has_one_first_singular_value(plain):
        return
    for arguments in CALLS[name]:
        theirs = outcome(getattr(nx, name), plain, arguments)
        try:
            ours = outcome(getattr(nx, name), plain, arguments, backend="graphkit")
        except NotImplementedError:
            assert (name in NEEDS_FAST and not is_fast()) or callable(arguments.get("weight"))
            continue
        assert alike(ours, theirs), (arguments, ours, theirs)


def test_the_calls_above_cover_every_function_that_runs_on_arrays():
    assert set(CALLS) == set(ALGORITHMS) == set(FUNCTIONS)


@pytest.mark.parametrize("name", SINCE_37)
def test_a_keyword_is_taken_where_the_installed_networkx_takes_it(name):
    graph, more = random_graph(1), SINCE_37[name]
    if set(more) <= set(inspect.signature(getattr(nx, name)).parameters):
        assert getattr(nx, name)(graph, **more)
        return
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{next(iter(more))}'"):
        getattr(nx, name)(graph, **more)


@pytest.mark.parametrize("guess", [{"N1": 1}, {f"N{i}": 0 for i in range(12)}])
def test_an_unusable_first_guess_gets_networkx_own_error(guess):
    if "method" not in inspect.signature(nx.hits).parameters:
        return
    graph = random_graph(1)
    ours, theirs = (outcome(nx.hits, g, {"nstart": guess}) for g in (graph, graph.to_networkx()))

    assert ours[0] is theirs[0] is nx.NetworkXError
    assert "nstart" in ours[1]


@pytest.mark.parametrize("seed", range(3))
def test_both_ways_to_hubs_and_authorities_find_the_same(seed):
    graph = random_graph(seed)
    exact = hits(graph, tol=0, method="svd")

    for found, wanted in zip(hits(graph, 10_000, method="power_iteration"), exact, strict=True):
        assert found == pytest.approx(wanted, abs=1e-6)
    guess = {name: 1 + place for place, name in enumerate(graph)}
    found = hits(graph, 10_000, nstart=guess, method="power_iteration")
    assert found[0] == pytest.approx(exact[0], abs=1e-6)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"method": "guess"}, ValueError),
        ({"method": "power_iteration", "max_iter": 1}, nx.PowerIterationFailedConvergence),
        ({"method": "power_iteration", "nstart": {"N1": 1}}, NotImplementedError),
    ],
)
def test_hubs_and_authorities_that_are_not_found_are_an_error(arguments, error):
    with pytest.raises(error):
        hits(random_graph(1), **arguments)


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph])
def test_a_networkx_graph_comes_back_from_its_arrays(kind):
    def edges(graph: Any) -> list[Any]:
        ends = graph.edges(data="weight", default=1)
        return sorted(((u, v) if graph.is_directed() else tuple(sorted((u, v))), w)
                      for u, v, w in ends)  # fmt: skip

    plain = kind()
    plain.add_nodes_from(f"N{i}" for i in range(8))
    plain.add_weighted_edges_from((f"N{u}", f"N{v}", u + v) for u, v in ((0, 1), (1, 0), (2, 2)))
    plain.add_edge("N0", "N1")
    arrays = BACKEND.convert_from_nx(plain, edge_attrs={"weight": 1})
    back = BACKEND.convert_to_nx(arrays)

    assert (type(back), list(back), edges(back)) == (kind, list(plain), edges(plain))
    assert arrays.is_multigraph() is plain.is_multigraph()
    assert BACKEND.convert_to_nx(3) == 3


def test_known_distances_are_for_networkx():
    if "sp" not in inspect.signature(nx.closeness_centrality).parameters:
        return
    graph = random_graph(1)
    known = dict(nx.all_pairs_dijkstra_path_length(graph.to_networkx(), weight="distance"))
    expected = nx.closeness_centrality(graph, distance="distance")

    assert nx.closeness_centrality(graph, sp=known) == pytest.approx(expected)
    with pytest.raises(NotImplementedError):
        nx.closeness_centrality(graph.to_networkx(), sp=known, backend="graphkit")


def test_degree_and_strength_run_on_the_network():
    graph = random_graph(1)
    plain = graph.to_networkx()

    assert dict(nx.degree(graph)) == dict(nx.degree(plain))
    assert dict(nx.degree(graph, weight="weight")) == dict(nx.degree(plain, weight="weight"))


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("harmonic_centrality", {}), ("all_pairs_shortest_path_length", {}),
        ("shortest_path", {"source": "N0"}), ("average_clustering", {}), ("to_numpy_array", {}),
        ("relabel_nodes", {"mapping": {"N0": "first"}}), ("reciprocity", {}),
        ("dominance_frontiers", {"start": "N0"}), ("condensation", {}), ("triadic_census", {}),
    ],
)  # fmt: skip
def test_every_other_function_falls_back_to_networkx(name, more):
    graph = random_graph(2)
    ours, theirs = (getattr(nx, name)(g, **more) for g in (graph, graph.to_networkx()))
    if isinstance(theirs, nx.DiGraph):
        ours, theirs = (sorted(map(str, g.edges)) for g in (ours, theirs))
    elif isinstance(theirs, Iterator):
        ours, theirs = dict(ours), dict(theirs)

    assert np.array_equal(ours, theirs) if name == "to_numpy_array" else ours == theirs


def test_functions_of_several_graphs_fall_back_too():
    graph = random_graph(3)

    assert nx.is_isomorphic(graph, graph)
    assert set(nx.compose_all([graph, random_graph(4)])) == set(graph)


@pytest.mark.parametrize(
    "change",
    [
        lambda graph: nx.set_edge_attributes(graph, 1, "weight"),
        lambda graph: nx.relabel_nodes(graph, {"N0": "x"}, copy=False),
    ],
    ids=["attributes", "names"],
)
def test_a_network_is_never_changed(change):
    graph = random_graph(4)

    with pytest.raises(NotImplementedError):
        change(graph)
    assert graph.labels == random_graph(4).labels


@pytest.mark.parametrize("weight", [0, -1, None, "2", float("nan"), float("inf"), 2**60, 1j])
def test_weights_that_are_not_distances_stay_in_networkx(weight):
    plain = nx.DiGraph()
    plain.add_edge("a", "b", weight=weight)
    plain.add_edge("b", "c", weight=1)

    with pytest.raises(NotImplementedError):
        nx.betweenness_centrality(plain, weight="weight", backend="graphkit")


def test_a_class_of_ones_own_stays_in_networkx():
    class Own(nx.DiGraph):
        pass

    with pytest.raises(NotImplementedError):
        nx.pagerank(Own([("a", "b")]), backend="graphkit")


def test_components_come_after_those_they_lead_to():
    graph = random_graph(5, nodes=20, flows=25)
    order = {
        node: i for i, part in enumerate(nx.strongly_connected_components(graph)) for node in part
    }

    assert all(order[u] >= order[v] for u, v in graph.edges)


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("name", sorted(ALGORITHMS))
def test_a_network_of_nothing_is_as_in_networkx(name, directed):
    arguments = {"start": "x"} if name == "immediate_dominators" else {}
    empty = FlowGraph.from_edges([], [], [], [], directed=directed)

    ours = outcome(getattr(nx, name), empty, arguments)
    assert ours == outcome(getattr(nx, name), empty.to_networkx(), arguments)


def test_networkx_reads_about_the_backend_without_numpy():
    code = "import sys, graphkit.networkx_backend as b; b.get_info(); print('numpy' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)

    assert found.stdout == "False\n", found.stderr


def test_only_what_repays_is_converted():
    plain = nx.path_graph(4, nx.DiGraph)

    assert BACKEND.should_run("betweenness_centrality", (plain,), {}) is True
    assert "faster" in str(BACKEND.should_run("degree_centrality", (plain,), {}))


def test_the_examples_in_the_documentation_are_true():
    failed, tried = doctest.testfile(str(ROOT / "docs" / "networkx.md"), module_relative=False)

    assert (failed, tried > 5) == (0, True)


def test_the_documentation_names_every_function_that_runs_on_arrays():
    text = (ROOT / "docs" / "networkx.md").read_text()

    assert [name for name in ALGORITHMS if f"`{name}`" not in text] == []
