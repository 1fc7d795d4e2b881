"""A network of flows as sparse arrays, which answers as the networkx graph of the same flows."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse as sp

from graphkit.analysis.flows import ONE_OF, check_one_scope, column_of, numbers_of
from graphkit.arrow import Floats, Ints
from graphkit.errors import GraphkitError

UNITS = {"usd": "USD", "tonnes": "t"}


@dataclass(frozen=True, eq=False, repr=False)
class FlowGraph:
    """A network of flows as arrays, with the interface of a frozen networkx graph.

    Every edge is one pair of nodes with the sum of its flows, above zero; edges are sorted by
    source, then target. Nodes keep the order of ``labels``. To networkx an edge has two
    attributes: ``weight`` (the flow) and ``distance`` (1 / flow: a large flow is a short path).
    networkx's functions run on it by name, and it has the methods and views of an ``nx.DiGraph``
    (undirected: ``nx.Graph``) that change nothing: ``in_edges``, ``degree``, ``subgraph`` and the
    rest. :meth:`to_networkx` gives a graph that may be changed. Make one with
    :meth:`from_edges`, :meth:`from_table` or :meth:`from_networkx`.

    Examples
    --------
    >>> graph = FlowGraph.from_edges(["CHN", "JPN", "KOR"], [0, 0, 1], [1, 2, 2], [4.0, 1.0, 2.0])
    >>> graph
    <FlowGraph: 3 nodes, 3 flows>
    >>> graph.out_strength.tolist(), graph.in_strength.tolist()
    ([5.0, 2.0, 0.0], [0.0, 4.0, 3.0])
    >>> list(graph.in_edges("KOR", data="weight"))
    [('CHN', 'KOR', 1.0), ('JPN', 'KOR', 2.0)]
    """

    __networkx_backend__ = "graphkit"

    labels: tuple[Hashable, ...]
    sources: Ints
    targets: Ints
    weights: Floats
    unit: str | None = None
    """Unit of the weights."""
    directed: bool = True
    """False for an undirected graph: it has each pair once, the smaller position as the source."""
    null_flows: int = 0
    """Number of rows left out because they do not give the measure."""
    zero_flows: int = 0
    """Number of rows with a flow of zero: their ends are nodes, but no edge joins them."""

    def __post_init__(self) -> None:
        for array in (self.sources, self.targets, self.weights):
            array.flags.writeable = False

    # --- constructors

    @classmethod
    def from_edges(
        cls,
        labels: Sequence[Hashable],
        sources: npt.ArrayLike,
        targets: npt.ArrayLike,
        weights: npt.ArrayLike,
        *,
        unit: str | None = None,
        directed: bool = True,
        null_flows: int = 0,
    ) -> FlowGraph:
        """Sum flows by pair of nodes.

        Parameters
        ----------
        labels : sequence of hashable
            One unique name per node.
        sources, targets : array of int
            Positions in ``labels``.
        weights : array of float
            Flows, 0 or more; a flow of 0 makes no edge.
        unit : str, optional
            Unit of the flows.
        directed : bool
            If False, add up both directions of a pair.
        null_flows : int
            Number of flows without a figure that were left out before.

        Raises
        ------
        GraphkitError
            Columns of different length, an invalid position, a label given twice, a negative
            flow or one that is not a number.

        Examples
        --------
        >>> graph = FlowGraph.from_edges("ab", [1, 0, 0], [0, 1, 1], [1.0, 2.0, 3.0])
        >>> list(zip(graph.sources.tolist(), graph.targets.tolist(), graph.weights.tolist()))
        [(0, 1, 5.0), (1, 0, 1.0)]
        """
        names = tuple(labels)
        flow = np.asarray(weights, np.float64)
        start = positions(sources, len(names), "source")
        end = positions(targets, len(names), "target")
        check_flows(names, start, end, flow)
        if not directed:
            start, end = np.minimum(start, end), np.maximum(start, end)
        positive = flow > 0
        zeros = len(flow) - int(np.count_nonzero(positive))
        if zeros:
            start, end, flow = start[positive], end[positive], flow[positive]
        rows = sorted_rows(start, end, flow, len(names))
        by_row = np.repeat(np.arange(len(names), dtype=np.int32), np.diff(rows.indptr))
        return cls(names, by_row, rows.indices, rows.values, unit, directed, null_flows, zeros)

    @classmethod
    def from_table(cls, flows: pa.Table, measure: str = "usd") -> FlowGraph:
        """Build the network of an Arrow table of flows.

        Parameters
        ----------
        flows : pyarrow.Table
            ``supplier``, ``consumer`` (text) and the measure. The columns ``period``,
            ``reporter``, ``dataset`` and ``source``, and by mass ``basis``, where present,
            must have one value each.
        measure : {"usd", "tonnes"}
            The amount to add up. Flows that do not give it are left out and counted.

        Returns
        -------
        FlowGraph
            Nodes are all suppliers and consumers, in the order of their codes: the result does
            not depend on the order of the rows.

        Raises
        ------
        GraphkitError
            A column is missing or mixed, an end is null, a flow is negative.

        Examples
        --------
        >>> flows = pa.table({"supplier": ["CHN", "JPN", "CHN"], "consumer": ["KOR"] * 3,
        ...                   "usd": [3.0, None, 4.0]})
        >>> graph = FlowGraph.from_table(flows)
        >>> graph.labels, graph.weights.tolist(), graph.null_flows
        (('CHN', 'JPN', 'KOR'), [7.0], 1)
        """
        suppliers, consumers = column_of(flows, "supplier"), column_of(flows, "consumer")
        amounts = numbers_of(flows, measure)
        check_one_scope(flows, (*ONE_OF, "basis") if measure == "tonnes" else ONE_OF)
        for name, column in (("supplier", suppliers), ("consumer", consumers)):
            if column.null_count:
                raise GraphkitError(f"found {column.null_count} flows with no {name}")
        both = pa.chunked_array([*suppliers.chunks, *consumers.chunks], suppliers.type)
        countries = pc.unique(both)
        labels = countries.take(pc.sort_indices(countries))
        known = amounts.is_valid()
        start, end = (
            pc.index_in(column.filter(known), value_set=labels).to_numpy()
            for column in (suppliers, consumers)
        )
        return cls.from_edges(
            labels.to_pylist(), start, end, amounts.drop_null().to_numpy(),
            unit=UNITS.get(measure), null_flows=amounts.null_count,
        )  # fmt: skip

    @classmethod
    def from_networkx(cls, graph: Any, weight: str | None = "weight") -> FlowGraph:
        """Convert a networkx graph, and add up its parallel edges.

        An edge that lacks the attribute is an error; with ``weight=None`` every edge counts 1.

        Examples
        --------
        >>> import networkx as nx
        >>> FlowGraph.from_networkx(nx.path_graph(3), weight=None).weights.tolist()
        [1.0, 1.0]
        """
        labels = tuple(graph)
        position = {label: i for i, label in enumerate(labels)}
        edges = list(graph.edges(data=weight)) if weight else [(*e, 1) for e in graph.edges()]
        lacking = sum(flow is None for *_, flow in edges)
        if lacking:
            raise GraphkitError(f"found {lacking} edges without {weight!r}, wanted it on each")
        return cls.from_edges(
            labels,
            [position[edge[0]] for edge in edges],
            [position[edge[1]] for edge in edges],
            [float(edge[-1]) for edge in edges],
            unit=graph.graph.get("unit"),
            directed=graph.is_directed(),
        )

    def at_least(self, min_flow: float = 0.0) -> FlowGraph:
        """Keep only flows of at least this size, and the nodes that have one."""
        large = self.weights >= min_flow
        sources, targets = self.sources[large], self.targets[large]
        trading = np.zeros(len(self.labels), bool)
        trading[sources] = trading[targets] = True
        position = np.cumsum(trading) - 1
        return FlowGraph(
            tuple(label for label, trades in zip(self.labels, trading, strict=True) if trades),
            position[sources].astype(self.sources.dtype),
            position[targets].astype(self.targets.dtype),
            self.weights[large], self.unit, self.directed, self.null_flows, self.zero_flows,
        )  # fmt: skip

    # --- its arrays

    @cached_property
    def out_rows(self) -> Rows:
        """Flows by source; in an undirected graph, by both ends."""
        size = len(self.labels)
        if not self.directed:
            return both_ways(self.sources, self.targets, self.weights, size)
        indptr = np.zeros(size + 1, self.targets.dtype)
        np.cumsum(np.bincount(self.sources, minlength=size), out=indptr[1:])
        return Rows(indptr, self.targets, self.weights)

    @property
    def in_rows(self) -> Rows:
        """Flows by target."""
        return self.out_rows.transposed if self.directed else self.out_rows

    @cached_property
    def out_strength(self) -> Floats:
        """Sum of each node's outgoing flows, in their unit."""
        return np.asarray(np.bincount(self.sources, self.weights, len(self)), np.float64)

    @cached_property
    def in_strength(self) -> Floats:
        """Sum of each node's incoming flows, in their unit."""
        return np.asarray(np.bincount(self.targets, self.weights, len(self)), np.float64)

    def edge_values(self, attribute: str | None) -> Floats:
        """Return an edge attribute as networkx sees it; an unknown one counts 1."""
        if attribute == "weight":
            return self.weights
        if attribute == "distance":
            with np.errstate(over="ignore"):  # a flow near zero is an infinite distance
                return np.asarray(1 / self.weights, np.float64)
        return np.ones(len(self.weights))

    # --- the interface of networkx

    def to_networkx(self) -> Any:
        """Return an ``nx.DiGraph`` (undirected: ``nx.Graph``) with ``weight`` and ``distance``.

        Graph attributes: ``unit`` (of the weight; the distance has its inverse), ``null_flows``.

        Examples
        --------
        >>> FlowGraph.from_edges("ab", [0], [1], [4.0], unit="t").to_networkx().edges["a", "b"]
        {'weight': 4.0, 'distance': 0.25}
        """
        import networkx as nx

        graph = (nx.DiGraph if self.directed else nx.Graph)(null_flows=self.null_flows)
        if self.unit:
            graph.graph["unit"] = self.unit
        graph.add_nodes_from(self.labels)
        sources = map(self.labels.__getitem__, self.sources.tolist())
        targets = map(self.labels.__getitem__, self.targets.tolist())
        flows, distances = self.weights.tolist(), self.edge_values("distance").tolist()
        graph.add_edges_from(
            (u, v, {"weight": flow, "distance": distance})
            for u, v, flow, distance in zip(sources, targets, flows, distances, strict=True)
        )
        return graph

    @cached_property
    def networkx(self) -> Any:
        """The same network as one frozen networkx graph, built when it is first asked for."""
        import networkx as nx

        return nx.freeze(self.to_networkx())

    @cached_property
    def position(self) -> dict[Hashable, int]:
        """Position of each label."""
        return {label: i for i, label in enumerate(self.labels)}

    def __getattr__(self, name: str) -> Any:
        if name in self._interface:
            return getattr(self.networkx, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(n for n in self._interface if not n.startswith("_"))]

    @property
    def _interface(self) -> frozenset[str]:
        """Names that networkx's graph has and this class leaves to it."""
        import networkx as nx

        kind = nx.DiGraph if self.directed else nx.Graph
        public = (name for name in dir(kind) if not name.startswith("_"))
        return frozenset((*public, "graph", "_adj", "_node", "_pred", "_succ"))

    def is_directed(self) -> bool:
        """Return True if flows have a direction."""
        return self.directed

    def is_multigraph(self) -> bool:
        """Return False: flows of one pair are added up."""
        return False

    def number_of_nodes(self) -> int:
        """Count the nodes."""
        return len(self.labels)

    def number_of_edges(self, u: Hashable = None, v: Hashable = None) -> int:
        """Count the pairs of nodes with a flow, or 1 or 0 for one pair."""
        return len(self.sources) if u is None else self.networkx.number_of_edges(u, v)

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[Hashable]:
        return iter(self.labels)

    def __contains__(self, label: object) -> bool:
        return isinstance(label, Hashable) and label in self.position

    def __getitem__(self, label: Hashable) -> Any:
        return self.networkx[label]

    def __repr__(self) -> str:
        unit = f" in {self.unit}" if self.unit else ""
        return f"<FlowGraph: {len(self.labels)} nodes, {len(self.weights)} flows{unit}>"


@dataclass(frozen=True, eq=False)
class Rows:
    """A sparse square matrix by rows: row i is ``indptr[i]`` to ``indptr[i + 1]``."""

    indptr: Ints
    indices: Ints
    values: Floats

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @cached_property
    def transposed(self) -> Rows:
        """Return the same entries by columns."""
        turned = self.matrix.T.tocsr()
        return Rows(turned.indptr, turned.indices, turned.data)

    @property
    def matrix(self) -> Any:
        """Return the same arrays as a ``scipy.sparse.csr_array``."""
        return sp.csr_array((self.values, self.indices, self.indptr), shape=(len(self),) * 2)


def sorted_rows(sources: Ints, targets: Ints, values: Floats, size: int) -> Rows:
    """Sort rows by source, then target, and add up the values of one pair.

    The sum does not depend on the order of the entries: a pair's values are added from the
    smallest to the largest.
    """
    entries = sp.coo_array((values, (targets, sources)), shape=(size, size))
    # A counting sort by target, then by source: scipy would compare entries instead.
    entries.has_canonical_format = True
    rows = entries.tocsr().T.tocsr()
    indptr, indices, values = rows.indptr, rows.indices, rows.data
    first = np.ones(len(values), bool)
    np.not_equal(indices[1:], indices[:-1], out=first[1:])
    first[indptr[:-1][np.diff(indptr) > 0]] = True
    if first.all():
        return Rows(indptr, indices, values)
    shared = ~first
    shared[:-1] |= ~first[1:]
    several = np.flatnonzero(shared)
    pair = np.cumsum(first)
    values[several] = values[several][np.lexsort((values[several], pair[several]))]
    sums = np.add.reduceat(values, np.flatnonzero(first))
    pairs_before = np.append(0, pair).astype(indptr.dtype)
    return Rows(pairs_before[indptr], indices[first], sums)


def both_ways(sources: Ints, targets: Ints, values: Floats, size: int) -> Rows:
    """Build the rows of an undirected graph that has each pair once: every entry in both rows."""
    back = sources != targets
    return sorted_rows(
        np.concatenate([sources, targets[back]]),
        np.concatenate([targets, sources[back]]),
        np.concatenate([values, values[back]]),
        size,
    )


def positions(values: npt.ArrayLike, size: int, name: str) -> Ints:
    """Check positions and return them as 32-bit integers."""
    array = np.asarray(values)
    if not len(array):
        return np.empty(0, np.int32)
    if array.dtype.kind not in "iu":
        raise GraphkitError(f"found {name} of type {array.dtype}, wanted positions (integers)")
    low, high = int(array.min()), int(array.max())
    if low < 0 or high >= size:
        wrong = low if low < 0 else high
        raise GraphkitError(f"found {name} {wrong}, wanted a position of one of {size} labels")
    return array.astype(np.int32, copy=False)


def check_flows(labels: tuple[Hashable, ...], start: Ints, end: Ints, flow: Floats) -> None:
    """Refuse a label given twice, columns of different length and invalid flows."""
    if len(set(labels)) != len(labels):
        twice = next(label for i, label in enumerate(labels) if label in labels[:i])
        raise GraphkitError(f"found the label {twice!r} twice, wanted each node once")
    if not len(start) == len(end) == len(flow):
        raise GraphkitError(
            f"found {len(start)} sources, {len(end)} targets and {len(flow)} weights, "
            "wanted as many of each"
        )
    if len(flow) and not (flow.min() >= 0 and flow.max() < np.inf):
        wrong = flow[~(np.isfinite(flow) & (flow >= 0))][0]
        raise GraphkitError(f"found a flow of {wrong:g}, wanted a number of 0 or more")
