"""Graphs as networkx's functions need them: rows of neighbours with one number an edge."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any, Literal

import networkx as nx
import numpy as np
from scipy.sparse import csgraph

from graphkit.analysis.network.graph import FlowGraph
from graphkit.analysis.network.rows import Floats, Ints, Rows, both_ways

PLAIN = (nx.Graph, nx.DiGraph, nx.MultiGraph, nx.MultiDiGraph)
Scores = dict[Hashable, Any]
EXACT = 2.0**53
"""Up to here a float holds every integer."""


@dataclass(frozen=True, eq=False)
class ArrayGraph:
    """A networkx graph as arrays: every entry of its adjacency, in its order."""

    labels: tuple[Hashable, ...]
    directed: bool
    multigraph: bool
    sources: Ints
    targets: Ints
    attributes: Mapping[str, Floats] = field(default_factory=dict)

    __networkx_backend__ = "graphkit"

    @cached_property
    def position(self) -> dict[Hashable, int]:
        """Where each label stands."""
        return {label: i for i, label in enumerate(self.labels)}

    def is_directed(self) -> bool:
        """As of the networkx graph."""
        return self.directed

    def is_multigraph(self) -> bool:
        """As of the networkx graph."""
        return self.multigraph

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[Hashable]:
        return iter(self.labels)

    def __contains__(self, label: object) -> bool:
        return label in self.position


Arrays = FlowGraph | ArrayGraph


def from_networkx(graph: Any, edge_attrs: Mapping[str, Any] | None) -> ArrayGraph:
    """A networkx graph with some attributes of its edges and what to take where one lacks it.

    Raises
    ------
    NotImplementedError
        A class that may behave in its own way, or an attribute that is no plain number:
        networkx then does it itself.
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
    found = np.asarray([edge.get(name, default) for edge in edges])
    if not len(found):
        return np.empty(0)
    if found.dtype.kind not in "biuf" or found.ndim != 1:
        raise NotImplementedError(f"{name!r} is not a number on every edge")
    numbers = found.astype(np.float64)
    if not np.isfinite(numbers).all() or (found.dtype.kind in "iu" and _beyond_exact(numbers)):
        raise NotImplementedError(f"{name!r} has values that a float does not hold")
    return numbers


def _beyond_exact(numbers: Floats) -> bool:
    return bool(np.abs(numbers).max() > EXACT)


def to_networkx(graph: Arrays) -> Any:
    """The networkx graph that a backend graph stands for."""
    if isinstance(graph, FlowGraph):
        return graph.networkx
    kind = PLAIN[graph.directed + 2 * graph.multigraph]()
    kind.add_nodes_from(graph.labels)
    once = np.ones(len(graph.sources), bool) if graph.directed else graph.sources <= graph.targets
    columns = {name: values[once].tolist() for name, values in graph.attributes.items()}
    ends = (graph.sources[once].tolist(), graph.targets[once].tolist())
    for i, (u, v) in enumerate(zip(*ends, strict=True)):
        attributes = {name: values[i] for name, values in columns.items()}
        kind.add_edge(graph.labels[u], graph.labels[v], **attributes)
    return kind


def edge_rows(graph: Arrays, attribute: str | None, parallel: Literal["sum", "min"]) -> Rows:
    """Each neighbour once, with the attribute of the edge, or 1 without one.

    Parallel edges are added up, or the shortest of them is taken.
    """
    if callable(attribute):
        raise NotImplementedError("a function for a weight stays in networkx")
    if isinstance(graph, FlowGraph):
        values = graph.edge_values(attribute)
        if graph.directed:
            return Rows(graph.out_rows.indptr, graph.targets, values)
        return both_ways(graph.sources, graph.targets, values, len(graph))
    given = None if attribute is None else graph.attributes.get(attribute)
    values = np.ones(len(graph.sources)) if given is None else given
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


def degrees(graph: Arrays, *sides: str) -> Ints:
    """How many edges each node has, self-loops twice, parallel ones each."""
    size = len(graph)
    if isinstance(graph, ArrayGraph) and not graph.directed:
        loops = graph.sources[graph.sources == graph.targets]
        return np.bincount(graph.sources, minlength=size) + np.bincount(loops, minlength=size)
    counts = [np.bincount(getattr(graph, side), minlength=size) for side in sides]
    return np.asarray(sum(counts))


def named(graph: Arrays, values: Floats) -> Scores:
    """One number a node."""
    return dict(zip(graph.labels, values.tolist(), strict=True))


def strong_components(graph: Arrays) -> tuple[int, Ints]:
    """How many strongly connected components, and the number of each node's."""
    rows = edge_rows(graph, None, "min")
    count, part = csgraph.connected_components(rows.matrix, directed=True, connection="strong")
    return int(count), part
