"""What networkx calls: which function runs on arrays, and networkx's own for every other."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from networkx.utils import backends

from graphkit.analysis.network.graph import FlowGraph
from graphkit.analysis.network.scores import is_fast
from graphkit.backend import connection, paths, scores
from graphkit.backend.arrays import ArrayGraph, from_networkx, to_networkx

ALGORITHMS: Mapping[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        scores.degree_centrality, scores.in_degree_centrality, scores.out_degree_centrality,
        scores.pagerank, scores.hits, scores.eigenvector_centrality,
        scores.eigenvector_centrality_numpy,
        paths.betweenness_centrality, paths.closeness_centrality,
        connection.immediate_dominators, connection.strongly_connected_components,
        connection.number_strongly_connected_components, connection.is_strongly_connected,
        connection.articulation_points, connection.bridges,
    )
}  # fmt: skip
NEEDS_FAST = frozenset({
    "articulation_points", "betweenness_centrality", "bridges", "immediate_dominators",
})  # fmt: skip
"""Without the extra ``fast`` these are networkx's own."""
COUNTED = frozenset({"degree_centrality", "in_degree_centrality", "out_degree_centrality"})
"""networkx counts its own edges faster than they are converted; everything else repays it."""


class Backend:
    """The ``graphkit`` backend.

    A :class:`FlowGraph` runs every function of networkx that takes a graph and leaves it as it
    is: on its arrays where :data:`ALGORITHMS` has the function and the arguments suit it, else
    in networkx on the same network.
    """

    def __getattr__(self, name: str) -> Callable[..., Any]:
        function = _registered(name)
        if function is None or name.endswith("__new__") or not function.graphs:
            raise AttributeError(name)
        return partial(_run, function)

    def can_run(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool | str:
        """Whether a function runs here, or why not."""
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
            return "distances that are known already stay in networkx"
        named = kwargs.get("weight"), kwargs.get("distance"), *args[1:]
        return "a function for a weight stays in networkx" if any(map(callable, named)) else True

    def should_run(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool | str:
        """Whether it repays to convert a networkx graph."""
        return "networkx is faster on its own graph" if name in COUNTED else True

    @staticmethod
    def convert_from_nx(
        graph: Any, *, edge_attrs: Mapping[str, Any] | None = None, **_: Any
    ) -> ArrayGraph:
        """The arrays of a networkx graph."""
        return from_networkx(graph, edge_attrs)

    @staticmethod
    def convert_to_nx(result: Any, **_: Any) -> Any:
        """The networkx graph of a backend graph; every other result as it is."""
        return to_networkx(result) if isinstance(result, FlowGraph | ArrayGraph) else result


def _registered(name: str) -> Any:
    return backends._registered_algorithms.get(name)


def _given(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Any]:
    """Arguments, and what is in those that are lists of graphs."""
    given = [*args, *kwargs.values()]
    return given + [item for each in given if isinstance(each, list | tuple) for item in each]


def _run(function: Any, *args: Any, **kwargs: Any) -> Any:
    """On arrays, or in networkx if the network is a FlowGraph."""
    ours = ALGORITHMS.get(function.name)
    flows = any(isinstance(given, FlowGraph) for given in _given(args, kwargs))
    if ours is not None:
        # Not every installed networkx knows all of our keywords.
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
"""The object behind the entry point ``networkx.backends``."""
