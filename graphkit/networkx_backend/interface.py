"""The networkx backend: algorithms with networkx's own signatures on graphkit's arrays."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Mapping
from functools import partial
from typing import Any

import networkx as nx
import numpy as np
import scipy.linalg
import scipy.sparse.linalg as spla
from networkx.utils import backends

from graphkit.analysis.network import Floats, FlowGraph
from graphkit.analysis.network.scores import is_fast
from graphkit.analysis.network.scores import pagerank as power_iteration
from graphkit.errors import GraphkitError
from graphkit.networkx_backend.arrays import (
    ArrayGraph,
    Arrays,
    Scores,
    articulation_points,
    betweenness_centrality,
    bridges,
    closeness_centrality,
    degrees,
    edge_rows,
    from_networkx,
    immediate_dominators,
    is_strongly_connected,
    named,
    number_strongly_connected_components,
    strong_components,
    strongly_connected_components,
    to_networkx,
)

# --- degrees


def _degree_centrality(graph: Arrays, *sides: str) -> Scores:
    if len(graph) <= 1:
        return dict.fromkeys(graph, 1)
    return named(graph, degrees(graph, *sides) * (1.0 / (len(graph) - 1.0)))


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

    def shares(given: Mapping[Hashable, float] | None) -> Floats | None:
        if given is None:
            return None
        found = np.array([given.get(label, 0) for label in G.labels], float)
        if found.sum() == 0:
            raise ZeroDivisionError
        return np.asarray(found / found.sum(), np.float64)

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
    given = dict.fromkeys(graph.labels, 1.0) if nstart is None else nstart
    if not set(graph.labels) <= set(given) or not sum(given[label] for label in graph.labels):
        raise NotImplementedError("networkx has its own error for such a first guess")
    found = np.array([given[label] for label in graph.labels], float)
    return np.asarray(found / found.sum(), np.float64)


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
    given = dict.fromkeys(G.labels, 1) if nstart is None else nstart
    scores = np.array([given[label] for label in G.labels], float)
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
        if any(isinstance(given, FlowGraph) for given in _given(args, kwargs)):
            if backends._dispatchable._will_call_mutate_input(function, args, kwargs):
                return "a FlowGraph is not changed; change its to_networkx()"
            return True
        if name not in ALGORITHMS:
            return "it is not implemented on arrays"
        if name in NEEDS_FAST and not is_fast():
            return "the extra 'fast' is not installed"
        if kwargs.get("sp") is not None:
            return "precomputed distances stay in networkx"
        named = kwargs.get("weight"), kwargs.get("distance"), *args[1:]
        return "a weight function stays in networkx" if any(map(callable, named)) else True

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


def _given(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Any]:
    """List the arguments, and the items of lists of graphs."""
    given = [*args, *kwargs.values()]
    return given + [item for each in given if isinstance(each, list | tuple) for item in each]


def _run(function: Any, *args: Any, **kwargs: Any) -> Any:
    """Run a function on arrays, or in networkx if the network is a FlowGraph."""
    ours = ALGORITHMS.get(function.name)
    flows = any(isinstance(given, FlowGraph) for given in _given(args, kwargs))
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


def _plain(given: Any) -> Any:
    if isinstance(given, list | tuple) and any(isinstance(item, FlowGraph) for item in given):
        return [_plain(item) for item in given]
    return given.networkx if isinstance(given, FlowGraph) else given


BACKEND = Backend()
"""Object behind the entry point ``networkx.backends``."""
