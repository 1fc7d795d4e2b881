"""What networkx asks of a graph that is not its own: counts, neighbours, degree views."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from graphkit.analysis.rows import Floats, Ints


class Edges(Protocol):
    """The arrays a view reads."""

    labels: tuple[Hashable, ...]
    sources: Ints
    targets: Ints
    position: dict[Hashable, int]

    def edge_values(self, attribute: str | None) -> Floats:
        """One number an edge."""


class DegreeView:
    """Degree of every node, or with ``weight="weight"`` its strength, as networkx gives it.

    Calling it picks nodes and a weight; it iterates over pairs of node and degree.
    """

    def __init__(
        self,
        graph: Edges,
        sides: tuple[str, ...],
        nodes: tuple[Hashable, ...] | None = None,
        weight: str | None = None,
    ) -> None:
        self._graph, self._sides, self._weight = graph, sides, weight
        self._nodes = graph.labels if nodes is None else nodes

    def __call__(self, nbunch: Any = None, weight: str | None = None) -> Any:
        """The degree of one node, or the view of some nodes or all."""
        if nbunch is None:
            return self if weight == self._weight else self._of(None, weight)
        position = self._graph.position
        if isinstance(nbunch, Hashable) and nbunch in position:
            return self._of(None, weight)[nbunch]
        return self._of(tuple(node for node in nbunch if node in position), weight)

    def _of(self, nodes: tuple[Hashable, ...] | None, weight: str | None) -> DegreeView:
        return DegreeView(self._graph, self._sides, nodes, weight)

    @cached_property
    def _degrees(self) -> list[Any]:
        values = None if self._weight is None else self._graph.edge_values(self._weight)
        total = sum(
            np.bincount(getattr(self._graph, side), values, len(self._graph.labels))
            for side in self._sides
        )
        degrees: list[Any] = np.asarray(total).tolist()
        return degrees

    def __getitem__(self, node: Hashable) -> Any:
        return self._degrees[self._graph.position[node]]

    def __iter__(self) -> Iterator[tuple[Hashable, Any]]:
        return ((node, self[node]) for node in self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)

    def __repr__(self) -> str:
        return f"DegreeView({dict(self)})"


class NetworkxView:
    """The part of a graph that answers networkx; the arrays are its subclass's."""

    __networkx_backend__ = "graphkit"

    labels: tuple[Hashable, ...]
    sources: Ints
    directed: bool
    edge_values: Callable[[str | None], Floats]

    def to_networkx(self) -> Any:
        """The same network as a networkx graph."""
        raise NotImplementedError

    @cached_property
    def networkx(self) -> Any:
        """The same network as one frozen networkx graph, built once."""
        import networkx as nx

        return nx.freeze(self.to_networkx())

    @cached_property
    def position(self) -> dict[Hashable, int]:
        """Where each label stands."""
        return {label: i for i, label in enumerate(self.labels)}

    @property
    def nodes(self) -> Any:
        """The networkx view of the nodes."""
        return self.networkx.nodes

    @property
    def edges(self) -> Any:
        """The networkx view of the edges."""
        return self.networkx.edges

    @property
    def adj(self) -> Any:
        """The networkx view of the neighbours."""
        return self.networkx.adj

    @property
    def degree(self) -> DegreeView:
        """Degree, or with ``weight="weight"`` strength, of flows in and out."""
        return self._degree("sources", "targets")

    @property
    def in_degree(self) -> DegreeView:
        """Degree or strength of incoming flows."""
        return self._degree("targets")

    @property
    def out_degree(self) -> DegreeView:
        """Degree or strength of outgoing flows."""
        return self._degree("sources")

    def _degree(self, *sides: str) -> DegreeView:
        return DegreeView(self, sides)  # type: ignore[arg-type]

    def is_directed(self) -> bool:
        """Whether flows have a direction."""
        return self.directed

    def is_multigraph(self) -> bool:
        """No: flows of one pair are added up."""
        return False

    def number_of_nodes(self) -> int:
        """How many nodes."""
        return len(self.labels)

    def number_of_edges(self) -> int:
        """How many pairs of nodes with a flow."""
        return len(self.sources)

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[Hashable]:
        return iter(self.labels)

    def __contains__(self, label: object) -> bool:
        return label in self.position

    def __getitem__(self, label: Hashable) -> Any:
        return self.networkx[label]
