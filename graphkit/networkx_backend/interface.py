"""The networkx backend: graphs as arrays, and algorithms with networkx's own signatures."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import chain
from typing import Any, Literal

import networkx as nx
import numpy as np
import scipy.linalg
import scipy.sparse.linalg as spla
from networkx.algorithms.centrality import betweenness
from networkx.utils import backends
from scipy.sparse import csgraph

from graphkit.analysis.network.graph import FlowGraph, Rows, both_ways
from graphkit.analysis.network.scores import betweenness_sums, is_fast, path_totals
from graphkit.analysis.network.scores import immediate_dominators as dominators
from graphkit.analysis.network.scores import pagerank as power_iteration
from graphkit.arrow import Floats, Ints
from graphkit.errors import GraphkitError

PLAIN = (nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph)
Scores = dict[Hashable, Any]
EXACT = 2.0**53
"""Limit up to which a float represents every integer."""


@dataclass(frozen=True, eq=False)
class ArrayGraph:
    """A networkx graph as arrays: every entry of its adjacency, in order."""

    labels: tuple[Hashable, ...]
    directed: bool
    multigraph: bool
    sources: Ints
    targets: Ints
    attributes: Mapping[str, Floats] = field(default_factory=dict)

    __networkx_backend__ = "graphkit"

    @cached_property
    def position(self) -> dict[Hashable, int]:
        """Position of each label."""
        return {label: i for i, label in enumerate(self.labels)}

    def is_directed(self) -> bool:
        """Return the property of the networkx graph."""
        return self.directed

    def is_multigraph(self) -> bool:
        """Return the property of the networkx graph."""
        return self.multigraph

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[Hashable]:
        return iter(self.labels)

    def __contains__(self, label: object) -> bool:
        return label in self.position


Arrays = FlowGraph | ArrayGraph


def from_networkx(graph: Any, edge_attrs: Mapping[str, Any] | None) -> ArrayGraph:
    """Convert a networkx graph with some attributes of its edges and their defaults.

    Raises
    ------
    NotImplementedError
        A class with behaviour of its own, or an attribute that is not a plain number: networkx
        then runs the function itself.
    """
    if type(graph) not in PLAIN:
        raise NotImplementedError(f"a {type(graph).__name__} stays in networkx")
    adjacency = graph._adj
    labels = tuple(adjacency)
    position = {label: i for i, label in enumerate(labels)}
    source = np.arange(len(labels), dtype=np.int32)
    if graph.is_multigraph():
        keyed = [{v: list(keys.values()) for v, keys in row.items()} for row in adjacency.values()]
        degrees = [sum(map(len, row.values())) for row in keyed]
        neighbours = (v for row in keyed for v, edges in row.items() for _ in edges)
        edges = list(chain.from_iterable(chain.from_iterable(row.values()) for row in keyed))
    else:
        rows = [dict(row) for row in adjacency.values()]
        degrees = [len(row) for row in rows]
        neighbours = chain.from_iterable(rows)  # type: ignore[assignment]
        edges = list(chain.from_iterable(row.values() for row in rows)) if edge_attrs else []
    targets = np.fromiter(map(position.__getitem__, neighbours), np.int32, sum(degrees))
    return ArrayGraph(
        labels, graph.is_directed(), graph.is_multigraph(), np.repeat(source, degrees), targets,
        {name: _numbers(edges, name, default) for name, default in (edge_attrs or {}).items()},
    )  # fmt: skip


def _numbers(edges: list[Mapping[str, Any]], name: str, default: Any) -> Floats:
    values = np.asarray([edge.get(name, default) for edge in edges])
    if not len(values):
        return np.empty(0)
    if values.dtype.kind not in "biuf" or values.ndim != 1:
        raise NotImplementedError(f"{name!r} is not a number on every edge")
    numbers = values.astype(np.float64)
    inexact = values.dtype.kind in "iu" and np.abs(numbers).max() > EXACT
    if not np.isfinite(numbers).all() or inexact:
        raise NotImplementedError(f"{name!r} has values that a float does not hold")
    return numbers


def to_networkx(graph: Arrays) -> Any:
    """Return the networkx graph of a backend graph."""
    if isinstance(graph, FlowGraph):
        return graph.networkx
    kind = PLAIN[graph.directed + 2 * graph.multigraph]()
    kind.add_nodes_from(graph.labels)
    once = np.ones(len(graph.sources), bool) if graph.directed else graph.sources <= graph.targets
    columns = {name: values[once].tolist() for name, values in graph.attributes.items()}
    sources, targets = graph.sources[once].tolist(), graph.targets[once].tolist()
    for i, (u, v) in enumerate(zip(sources, targets, strict=True)):
        attributes = {name: values[i] for name, values in columns.items()}
        kind.add_edge(graph.labels[u], graph.labels[v], **attributes)
    return kind


def edge_rows(graph: Arrays, attribute: str | None, parallel: Literal["sum", "min"]) -> Rows:
    """Build rows with each neighbour once, with the attribute of the edge, or 1 without one.

    Parallel edges are added up, or the shortest is taken.
    """
    if callable(attribute):
        raise NotImplementedError("a weight function stays in networkx")
    if isinstance(graph, FlowGraph):
        values = graph.edge_values(attribute)
        if graph.directed:
            return Rows(graph.out_rows.indptr, graph.targets, values)
        return both_ways(graph.sources, graph.targets, values, len(graph))
    numbers = None if attribute is None else graph.attributes.get(attribute)
    values = np.ones(len(graph.sources)) if numbers is None else numbers
    sources, targets = graph.sources, graph.targets
    if graph.multigraph and len(sources):
        first = np.ones(len(sources), bool)
        first[1:] = (sources[1:] != sources[:-1]) | (targets[1:] != targets[:-1])
        starts = np.flatnonzero(first)
        values = (np.add if parallel == "sum" else np.minimum).reduceat(values, starts)
        sources, targets = sources[starts], targets[starts]
    indptr = np.zeros(len(graph) + 1, np.int32)
    np.cumsum(np.bincount(sources, minlength=len(graph)), out=indptr[1:])
    return Rows(indptr, targets, np.asarray(values, np.float64))


def degrees(graph: Arrays, *ends: str) -> Ints:
    """Count the edges of each node, self-loops twice, parallel ones each."""
    size = len(graph)
    if isinstance(graph, ArrayGraph) and not graph.directed:
        loops = graph.sources[graph.sources == graph.targets]
        return np.bincount(graph.sources, minlength=size) + np.bincount(loops, minlength=size)
    counts = [np.bincount(getattr(graph, end), minlength=size) for end in ends]
    return np.asarray(sum(counts))


def named(graph: Arrays, values: Floats) -> Scores:
    """Map each label to its number."""
    return dict(zip(graph.labels, values.tolist(), strict=True))


def strong_components(graph: Arrays) -> tuple[int, Ints]:
    """Count the strongly connected components, and return each node's component number."""
    rows = edge_rows(graph, None, "min")
    count, part = csgraph.connected_components(rows.matrix, directed=True, connection="strong")
    return int(count), part


def immediate_dominators(G: Arrays, start: Hashable) -> Scores:  # noqa: N803
    """Compute as networkx."""
    if start not in G:
        raise nx.NetworkXError("start is not in G")
    idom, order = dominators(edge_rows(G, None, "min"), G.position[start])
    labels = G.labels
    after = order[1:]
    pairs = zip(after.tolist(), idom[after].tolist(), strict=True)
    return {labels[node]: labels[dominator] for node, dominator in pairs}


def strongly_connected_components(G: Arrays) -> Iterator[set[Hashable]]:  # noqa: N803
    """Compute as networkx: a component comes after every one that it leads to."""
    count, part = strong_components(G)
    if not len(G):
        return iter(())
    order = np.argsort(part, kind="stable")
    limits = np.cumsum(np.bincount(part, minlength=count))[:-1]
    names = G.labels
    return ({names[i] for i in nodes.tolist()} for nodes in np.split(order, limits))


def number_strongly_connected_components(G: Arrays) -> int:  # noqa: N803
    """Compute as networkx."""
    return strong_components(G)[0]


def is_strongly_connected(G: Arrays) -> bool:  # noqa: N803
    """Compute as networkx."""
    if not len(G):
        raise nx.NetworkXPointlessConcept("Connectivity is undefined for the null graph.")
    return strong_components(G)[0] == 1


def _cuts(rows: Rows) -> tuple[Ints, Ints]:
    if not is_fast():
        raise NotImplementedError("the extra 'fast' is not installed")
    from graphkit.analysis.network import kernels as search_kernels

    points, bridge = search_kernels.cuts(rows.indptr, rows.indices)
    return points, bridge


def articulation_points(G: Arrays) -> Iterator[Hashable]:  # noqa: N803
    """Compute as networkx."""
    points, _ = _cuts(edge_rows(G, None, "sum"))
    return map(G.labels.__getitem__, points.tolist())


def bridges(
    G: Arrays,  # noqa: N803
    root: Hashable | None = None,
) -> Iterator[tuple[Hashable, Hashable]]:
    """Compute as networkx: parallel edges are not bridges."""
    if root is not None and root not in G:
        raise nx.NodeNotFound(f"Root node {root} is not in graph")
    rows = edge_rows(G, None, "sum")
    _, before = _cuts(rows)
    sources = np.repeat(np.arange(len(G)), np.diff(rows.indptr))
    targets = rows.indices
    cut = (before[sources] == targets) | (before[targets] == sources)
    cut &= (sources < targets) & (rows.values == 1)
    if root is not None:
        _, part = csgraph.connected_components(rows.matrix, directed=False)
        cut &= part[sources] == part[G.position[root]]
    names = G.labels
    pairs = zip(sources[cut].tolist(), targets[cut].tolist(), strict=True)
    return ((names[u], names[v]) for u, v in pairs)


def _lengths(rows: Rows, attribute: str | None) -> Floats | None:
    """Return the lengths of the edges; None where each is 1."""
    if attribute is None:
        return None
    if len(rows.values) and rows.values.min() <= 0:
        raise NotImplementedError("distances of 0 and less stay in networkx")
    return rows.values


def betweenness_centrality(
    G: Arrays,  # noqa: N803
    k: int | None = None,
    normalized: bool = True,
    weight: str | None = None,
    endpoints: bool = False,
    seed: Any = None,
) -> Scores:
    """Compute as networkx; ``weight`` is a distance."""
    rows = edge_rows(G, weight, "min")
    lengths = _lengths(rows, weight)
    sampled = k is not None and k != len(G)
    nodes: Sequence[Hashable] = seed.sample(list(G.labels), k) if sampled else G.labels
    starts = np.array([G.position[node] for node in nodes], np.int64)
    sums = betweenness_sums(rows, lengths, starts, endpoints=endpoints)
    scores: Scores = betweenness._rescale(
        named(G, sums), len(G), normalized=normalized, directed=G.is_directed(),
        endpoints=endpoints, sampled_nodes=nodes if sampled else None,
    )  # fmt: skip
    return scores


def closeness_centrality(
    G: Arrays,  # noqa: N803
    u: Hashable | None = None,
    distance: str | None = None,
    wf_improved: bool = True,
    *,
    sp: Any = None,
) -> Any:
    """Compute as networkx: in a directed graph, by the paths that lead to a node."""
    if sp is not None:
        raise NotImplementedError("precomputed distances stay in networkx")
    rows = edge_rows(G, distance, "min")
    _lengths(rows, distance)
    if u is not None and u not in G:
        raise NotImplementedError(f"networkx has its own error for {u!r}")
    rows = rows.transposed if G.is_directed() else rows
    starts = np.arange(len(G)) if u is None else np.array([G.position[u]])
    reached, totals, _ = path_totals(rows, rows.values, starts)
    scores = np.divide(reached - 1, totals, out=np.zeros(len(starts)), where=totals > 0)
    if wf_improved and len(G) > 1:
        scores = scores * ((reached - 1) / (len(G) - 1))
    return named(G, scores) if u is None else float(scores[0])


# --- degrees


def _degree_centrality(graph: Arrays, *ends: str) -> Scores:
    if len(graph) <= 1:
        return dict.fromkeys(graph, 1)
    return named(graph, degrees(graph, *ends) * (1.0 / (len(graph) - 1.0)))


def degree_centrality(G: Arrays) -> Scores:  # noqa: N803
    """Compute as networkx."""
    return _degree_centrality(G, "sources", "targets")


def in_degree_centrality(G: Arrays) -> Scores:  # noqa: N803
    """Compute as networkx."""
    return _degree_centrality(G, "targets")


def out_degree_centrality(G: Arrays) -> Scores:  # noqa: N803
    """Compute as networkx."""
    return _degree_centrality(G, "sources")


# --- fixed points


def pagerank(
    G: Arrays,  # noqa: N803
    alpha: float = 0.85,
    personalization: Mapping[Hashable, float] | None = None,
    max_iter: int = 100,
    tol: float = 1.0e-6,
    nstart: Mapping[Hashable, float] | None = None,
    weight: str | None = "weight",
    dangling: Mapping[Hashable, float] | None = None,
) -> Scores:
    """Compute as networkx: stop when the scores change by less than ``tol`` per node."""
    if not len(G):
        return {}

    def shares(weights: Mapping[Hashable, float] | None) -> Floats | None:
        if weights is None:
            return None
        values = np.array([weights.get(label, 0) for label in G.labels], float)
        if values.sum() == 0:
            raise ZeroDivisionError
        return np.asarray(values / values.sum(), np.float64)

    try:
        scores = power_iteration(
            edge_rows(G, weight, "sum"), alpha=alpha, jump=shares(personalization),
            dangling=shares(dangling), start=shares(nstart), tolerance=len(G) * tol,
            max_rounds=max_iter,
        )  # fmt: skip
    except GraphkitError as error:
        raise nx.PowerIterationFailedConvergence(max_iter) from error
    return named(G, scores)


_METHOD = inspect.signature(nx.hits.orig_func).parameters.get("method")
HITS_METHOD: str = _METHOD.default if _METHOD else "svd"
"""Default method of networkx's HITS, which had only one until 3.7."""


def hits(
    G: Arrays,  # noqa: N803
    max_iter: int = 100,
    tol: float = 1.0e-8,
    nstart: Mapping[Hashable, float] | None = None,
    normalized: bool = True,
    *,
    method: str = HITS_METHOD,
) -> tuple[Scores, Scores]:
    """Compute as networkx; without ``nstart``, start from equal scores for a stable result."""
    if method not in ("power_iteration", "svd"):
        raise ValueError(f"method not supported: {method}")
    if not len(G):
        return {}, {}
    flows = edge_rows(G, "weight", "sum").matrix
    if method == "svd":
        start = np.ones(len(G)) if nstart is None else np.array(list(nstart.values()), float)
        hubs, authorities = _singular_vectors(flows, start, max_iter, tol)
    else:
        hubs, authorities = _iterated_hits(flows, _hub_guess(G, nstart), max_iter, tol)
        authorities = authorities / authorities.max()
    if normalized:
        hubs, authorities = hubs / hubs.sum(), authorities / authorities.sum()
    return named(G, hubs), named(G, authorities)


def _singular_vectors(
    flows: Any, start: Floats, max_iter: int, tol: float
) -> tuple[Floats, Floats]:
    if max_iter <= 0:
        raise nx.PowerIterationFailedConvergence(max_iter)
    try:
        _, _, right = spla.svds(flows, k=1, v0=start, maxiter=max_iter, tol=tol)
    except spla.ArpackNoConvergence as error:
        raise nx.PowerIterationFailedConvergence(max_iter) from error
    authorities = right.flatten().real
    return flows @ authorities, authorities


def _hub_guess(graph: Arrays, nstart: Mapping[Hashable, float] | None) -> Floats:
    guess = dict.fromkeys(graph.labels, 1.0) if nstart is None else nstart
    if not set(graph.labels) <= set(guess) or not sum(guess[label] for label in graph.labels):
        raise NotImplementedError("networkx has its own error for such a first guess")
    values = np.array([guess[label] for label in graph.labels], float)
    return np.asarray(values / values.sum(), np.float64)


def _iterated_hits(flows: Any, hubs: Floats, max_iter: int, tol: float) -> tuple[Floats, Floats]:
    for _ in range(max_iter):
        last = hubs
        authorities = flows.T @ last
        hubs = flows @ authorities
        with np.errstate(invalid="ignore"):  # without any flow it never converges
            hubs = hubs / hubs.max()
        if np.abs(hubs - last).sum() < tol:
            return hubs, authorities
    raise nx.PowerIterationFailedConvergence(max_iter)


def eigenvector_centrality(
    G: Arrays,  # noqa: N803
    max_iter: int = 100,
    tol: float = 1.0e-6,
    nstart: Mapping[Hashable, float] | None = None,
    weight: str | None = None,
) -> Scores:
    """Compute as networkx: power iteration with the identity added."""
    if not len(G):
        raise nx.NetworkXPointlessConcept("cannot compute centrality for the null graph")
    if nstart is not None and set(nstart) != set(G.labels):
        raise NotImplementedError("a first guess for other nodes than the graph's")
    guess = dict.fromkeys(G.labels, 1) if nstart is None else nstart
    scores = np.array([guess[label] for label in G.labels], float)
    if not scores.any():
        raise nx.NetworkXError("initial vector cannot have all zero values")
    scores /= scores.sum()
    pull = edge_rows(G, weight, "sum").matrix.T
    for _ in range(max_iter):
        last = scores
        scores = last + pull @ last
        scores /= np.linalg.norm(scores) or 1
        if np.abs(scores - last).sum() < len(G) * tol:
            return named(G, scores)
    raise nx.PowerIterationFailedConvergence(max_iter)


def eigenvector_centrality_numpy(
    G: Arrays,  # noqa: N803
    weight: str | None = None,
    max_iter: int = 50,
    tol: float = 0,
) -> Scores:
    """Compute as networkx: ARPACK, on a strongly connected graph."""
    if not len(G):
        raise nx.NetworkXPointlessConcept("cannot compute centrality for the null graph")
    if strong_components(G)[0] > 1:
        raise nx.AmbiguousSolution(
            "`eigenvector_centrality_numpy` does not give consistent results for disconnected "
            "graphs"
        )
    flows = edge_rows(G, weight, "sum").matrix
    _, vector = spla.eigs(flows.T, k=1, which="LR", maxiter=max_iter, tol=tol)
    largest = vector.flatten().real
    norm = np.sign(largest.sum()) * scipy.linalg.norm(largest)
    return named(G, largest / norm)


ALGORITHMS: Mapping[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        degree_centrality, in_degree_centrality, out_degree_centrality,
        pagerank, hits, eigenvector_centrality, eigenvector_centrality_numpy,
        betweenness_centrality, closeness_centrality,
        immediate_dominators, strongly_connected_components,
        number_strongly_connected_components, is_strongly_connected,
        articulation_points, bridges,
    )
}  # fmt: skip
NEEDS_FAST = frozenset({
    "articulation_points", "betweenness_centrality", "bridges", "immediate_dominators",
})  # fmt: skip
"""Functions that run in networkx without the extra ``fast``."""
COUNTED = frozenset({"degree_centrality", "in_degree_centrality", "out_degree_centrality"})
"""Functions that networkx runs faster on its own graph than a conversion takes."""


class Backend:
    """Backend ``graphkit`` of networkx.

    A :class:`FlowGraph` runs every function of networkx that reads a graph: on its arrays where
    :data:`ALGORITHMS` has the function and the arguments suit it, else in networkx on the same
    network.
    """

    def __getattr__(self, name: str) -> Callable[..., Any]:
        function = _registered(name)
        if function is None or name.endswith("__new__") or not function.graphs:
            raise AttributeError(name)
        return partial(_run, function)

    def can_run(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool | str:
        """Return True if a function runs here, else the reason why not."""
        function = _registered(name)
        if any(isinstance(argument, FlowGraph) for argument in _arguments(args, kwargs)):
            if backends._dispatchable._will_call_mutate_input(function, args, kwargs):
                return "a FlowGraph is not changed; change its to_networkx()"
            return True
        if name not in ALGORITHMS:
            return "it is not implemented on arrays"
        if name in NEEDS_FAST and not is_fast():
            return "the extra 'fast' is not installed"
        if kwargs.get("sp") is not None:
            return "precomputed distances stay in networkx"
        attributes = kwargs.get("weight"), kwargs.get("distance"), *args[1:]
        return "a weight function stays in networkx" if any(map(callable, attributes)) else True

    def should_run(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool | str:
        """Return True if converting a networkx graph pays off, else the reason why not."""
        return "networkx is faster on its own graph" if name in COUNTED else True

    @staticmethod
    def convert_from_nx(
        graph: Any, *, edge_attrs: Mapping[str, Any] | None = None, **_: Any
    ) -> ArrayGraph:
        """Convert a networkx graph to arrays."""
        return from_networkx(graph, edge_attrs)

    @staticmethod
    def convert_to_nx(result: Any, **_: Any) -> Any:
        """Return the networkx graph of a backend graph, and other results unchanged."""
        return to_networkx(result) if isinstance(result, FlowGraph | ArrayGraph) else result


def _registered(name: str) -> Any:
    return backends._registered_algorithms.get(name)


def _arguments(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Any]:
    """List the arguments, and the items of lists of graphs."""
    arguments = [*args, *kwargs.values()]
    lists = [argument for argument in arguments if isinstance(argument, list | tuple)]
    return [*arguments, *chain.from_iterable(lists)]


def _run(function: Any, *args: Any, **kwargs: Any) -> Any:
    """Run a function on arrays, or in networkx if the network is a FlowGraph."""
    ours = ALGORITHMS.get(function.name)
    flows = any(isinstance(argument, FlowGraph) for argument in _arguments(args, kwargs))
    if ours is not None:
        # Older releases of networkx lack some of our keywords.
        inspect.signature(function.orig_func).bind(*args, **kwargs)
        try:
            return ours(*args, **kwargs)
        except NotImplementedError:
            if not flows:
                raise
    return function(
        *map(_plain, args), backend="networkx", **{k: _plain(v) for k, v in kwargs.items()}
    )


def _plain(argument: Any) -> Any:
    """Return the networkx graph of a FlowGraph, also in lists; anything else unchanged."""
    if isinstance(argument, FlowGraph):
        return argument.networkx
    if isinstance(argument, list | tuple) and any(isinstance(a, FlowGraph) for a in argument):
        return [_plain(item) for item in argument]
    return argument


BACKEND = Backend()
"""Object behind the entry point ``networkx.backends``."""
