"""A table of centrality scores and ranks for one network, or for all stages of a chain."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.flows import column_of
from graphkit.analysis.network.graph import FlowGraph
from graphkit.analysis.network.scores import MEASURES, STRENGTH, Scores
from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.errors import GraphkitError, UsageError


def centrality(
    graph: FlowGraph,
    measures: Sequence[str] = tuple(MEASURES),
    *,
    min_flow: float = 0.0,
    names: Sequence[str] = ("label",),
) -> pa.Table:
    r"""Score every node that trades, and rank it by the first measure.

    Flows go from seller to buyer. A large flow is a short path: the length of a path is the sum of
    :math:`1/flow` [1]_ [2]_. With n nodes that have a flow:

    - ``strength_in``, ``strength_out``: sums of flows.
    - ``pagerank`` (imports) and ``cheirank`` (exports: PageRank of the reversed network) [3]_,
      damping 0.85, uniform jumps, also after a node that sends nothing. Sum to 1.
    - ``hub``, ``authority`` (HITS): sum to 1.
    - ``eigenvector`` of the flows in, length 1; null where it does not exist or is not unique.
    - ``closeness_in``: of the r nodes that reach it, itself included,
      :math:`\frac{r-1}{n-1} \cdot \frac{r-1}{\sum d}`, with :math:`d` the sum of mean flow / flow
      on the path, so that the unit of the flows does not matter. ``closeness_out``: of those it
      reaches. networkx's ``closeness_centrality`` is the first. The smallest flows on the path
      dominate the sum of distances, so give ``min_flow`` or use the next measure.
    - ``harmonic_in``, ``harmonic_out`` [5]_: :math:`\frac{1}{n-1} \sum 1/d` over the others;
      those without a path count 0. The largest flows dominate.
    - ``betweenness`` [4]_ over ordered pairs of others, divided by :math:`(n-1)(n-2)`.
    - ``throughput``: :math:`\min(in, out)` over the sum of all flows: an upper bound of the trade
      that passes through a node. It needs no distance.

    Parameters
    ----------
    graph : FlowGraph
        A directed network.
    measures : sequence of str
        Names of :data:`MEASURES`; the rank is by the first.
    min_flow : float
        Leave out smaller flows, in the unit of the graph. Tiny flows change betweenness.
    names : sequence of str
        Names of the label columns: several where labels are tuples.

    Returns
    -------
    pyarrow.Table
        The label columns, one column per measure with its ``unit`` and ``doc`` in the field's
        metadata, ``rank`` (1 is the highest score, equal scores share a rank, null without a
        score). Sorted by rank, then label. The table's metadata has ``nodes``, ``flows``,
        ``min_flow``, ``flow_share`` (share of all flow that was kept). A node without a flow of
        at least ``min_flow`` has no row: adding one changes no score.

    Raises
    ------
    UsageError
        An unknown measure, a negative ``min_flow``.
    GraphkitError
        No flow is left, an undirected graph, or labels that do not fit ``names``.

    References
    ----------
    .. [1] Newman, M. E. J. (2001). "Scientific collaboration networks. II. Shortest paths,
           weighted networks, and centrality". Physical Review E 64, 016132.
           https://doi.org/10.1103/PhysRevE.64.016132
    .. [2] Opsahl, T., Agneessens, F., Skvoretz, J. (2010). "Node centrality in weighted networks:
           Generalizing degree and shortest paths". Social Networks 32, 245-251.
           https://doi.org/10.1016/j.socnet.2010.03.006
    .. [3] Ermann, L., Shepelyansky, D. L. (2011). "Google matrix of the world trade network".
           Acta Physica Polonica A 120, A158-A171. https://doi.org/10.12693/APhysPolA.120.A-158
    .. [4] Brandes, U. (2001). "A faster algorithm for betweenness centrality". Journal of
           Mathematical Sociology 25, 163-177. https://doi.org/10.1080/0022250X.2001.9990249
    .. [5] Boldi, P., Vigna, S. (2014). "Axioms for Centrality". Internet Mathematics 10, 222-262.
           https://doi.org/10.1080/15427951.2013.865686

    Examples
    --------
    The path over B (1/4 + 1/4) is shorter than the direct one (1/1):

    >>> graph = FlowGraph.from_edges("ABC", [0, 1, 0], [1, 2, 2], [4.0, 4.0, 1.0])
    >>> table = centrality(graph, ["betweenness", "throughput"])
    >>> table.slice(0, 2).to_pylist()[0]
    {'label': 'B', 'betweenness': 0.5, 'throughput': 0.4444444444444444, 'rank': 1}
    >>> table["label"].to_pylist(), table["rank"].to_pylist()
    (['B', 'A', 'C'], [1, 2, 2])
    """
    _check(graph, measures, min_flow)
    network = graph.at_least(min_flow)
    if not len(network.weights):
        largest = f"; the largest is {graph.weights.max():g}" if len(graph.weights) else ""
        raise GraphkitError(
            f"no flow of at least {min_flow:g} among {len(graph.weights)} flows{largest}"
        )
    labels = _label_columns(network, names)
    scores = Scores(network)
    columns: dict[str, pa.Array] = {}
    for name in dict.fromkeys(measures):
        values = MEASURES[name].compute(scores)
        columns[name] = pa.nulls(len(network), pa.float64()) if values is None else pa.array(values)
    rank = _ranks(columns[measures[0]])
    fields = [*(pa.field(name, column.type) for name, column in labels.items())]
    for name in columns:
        unit = MEASURES[name].normalisation
        if unit == STRENGTH:
            unit = graph.unit or unit
        fields.append(
            pa.field(name, pa.float64(), metadata={"unit": unit, "doc": MEASURES[name].doc})
        )
    metadata = {
        "nodes": len(network), "flows": len(network.weights), "min_flow": min_flow,
        "flow_share": float(network.weights.sum() / graph.weights.sum()),
    }  # fmt: skip
    schema = pa.schema(
        [*fields, pa.field("rank", pa.int64())],
        metadata={key: json.dumps(value) for key, value in metadata.items()},
    )
    table = pa.table([*labels.values(), *columns.values(), rank], schema=schema)
    return table.sort_by([(name, "ascending") for name in ("rank", *labels)])


def centrality_over_time(
    flows: pa.Table,
    measures: Sequence[str] = tuple(MEASURES),
    *,
    measure: str = "usd",
    min_flow: float = 0.0,
    name: str = "label",
) -> pa.Table:
    """Score every node in every period of a table of flows.

    Parameters
    ----------
    flows : pyarrow.Table
        As for :meth:`FlowGraph.from_table`, with ``period``.
    measures, min_flow
        As for :func:`centrality`.
    measure : {"usd", "tonnes"}
        The amount to add up.
    name : str
        Name of the column of labels.

    Returns
    -------
    pyarrow.Table
        ``period`` and the columns of :func:`centrality`, then its metadata for each period's
        network: ``nodes``, ``flows`` (pairs of nodes), ``flow_share``. In order of
        period, rank and label. A period without a flow of at least ``min_flow`` has no rows.

    Raises
    ------
    UsageError, GraphkitError
        As :func:`centrality`; also if no period has a flow that is large enough.

    Examples
    --------
    >>> flows = pa.table({"supplier": ["A", "B"], "consumer": ["B", "C"],
    ...                   "period": ["2023", "2024"], "usd": [1.0, 2.0]})
    >>> table = centrality_over_time(flows, ["strength_out"])
    >>> table.select(["period", "label", "strength_out", "rank", "nodes"]).to_pylist()[2]
    {'period': '2024', 'label': 'B', 'strength_out': 2.0, 'rank': 1, 'nodes': 2}
    """
    periods = pc.unique(column_of(flows, "period")).sort()
    tables, largest = [], 0.0
    for period in periods:
        graph = FlowGraph.from_table(flows.filter(pc.equal(flows["period"], period)), measure)
        _check(graph, measures, min_flow)
        largest = max(largest, graph.weights.max(initial=0.0))
        if len(graph.at_least(min_flow).weights):
            table = centrality(graph, measures, min_flow=min_flow, names=(name,))
            column = pa.array([period.as_py()] * len(table), periods.type)
            tables.append(with_its_network(table).add_column(0, "period", column))
    if not tables:
        raise GraphkitError(
            f"no flow of at least {min_flow:g} in any period; the largest is {largest:g}"
        )
    return pa.concat_tables(tables).combine_chunks()


def with_its_network(table: pa.Table) -> pa.Table:
    """Append the table metadata of :func:`centrality` as columns."""
    for name, kind in (("nodes", pa.int64()), ("flows", pa.int64()), ("flow_share", pa.float64())):
        value = json.loads(table.schema.metadata[name.encode()])
        field = pa.field(name, kind, metadata={"unit": "0 to 1"} if name == "flow_share" else None)
        table = table.append_column(field, pa.array([value] * len(table), kind))
    return table.replace_schema_metadata()


def _check(graph: FlowGraph, measures: Sequence[str], min_flow: float) -> None:
    wrong = [name for name in measures if name not in MEASURES]
    if wrong or not measures:
        names = ", ".join(map(repr, wrong)) or "none"
        raise UsageError(f"found the measure {names}, wanted one of {', '.join(MEASURES)}")
    if not min_flow >= 0:
        raise UsageError(f"found a smallest flow of {min_flow:g}, wanted 0 or more")
    if not graph.directed:
        raise GraphkitError("found an undirected network, wanted flows from seller to buyer")


def _label_columns(graph: FlowGraph, names: Sequence[str]) -> dict[str, pa.Array]:
    """Return one column of labels, or one for each part of labels that are tuples."""
    parts = [v if isinstance(v, tuple) else (v,) for v in graph.labels]
    if wrong := [label for label in parts if len(label) != len(names)]:
        raise GraphkitError(f"found the label {wrong[0]!r}, wanted one of {', '.join(names)}")
    columns = zip(*parts, strict=True)
    return {name: pa.array(list(column)) for name, column in zip(names, columns, strict=True)}


def _ranks(scores: pa.Array) -> pa.Array:
    """Rank scores, 1 the highest; equal ones share the best rank, null has none."""
    if scores.null_count:
        return pa.nulls(len(scores), pa.int64())
    downward = -scores.to_numpy()
    return pa.array(np.searchsorted(np.sort(downward), downward) + 1, pa.int64())


UNIT = "sum of shares of all pools of a product"


def layered_graph(network: SupplyNetwork) -> FlowGraph:
    r"""Turn the supply network of a chain into a network of shares.

    Stages have different units (a tonne or a dollar of ore is not one of magnets), so only
    shares cross a stage. The pool of a country, :math:`x_j`, is its production and imports of a
    product. An edge is a share of all pools of the product that it leads to:

    - bought from another country: :math:`M_{ij} / \sum_k x_k`;
    - made at home out of an earlier product: :math:`w P_j / \sum_k x_k`, with w the share of that
      product in the inputs.

    So every product has the same weight, whatever its value, and within it a country counts by its
    size. Backwards, each node draws on others in the proportions of its pool, as in the tracing
    of origins.

    Returns
    -------
    FlowGraph
        Nodes are (country, product); those without an edge are left out.

    Examples
    --------
    A digs ore and sells it to B, which makes metal out of it and sells a third of that to C. The
    pools of metal are 120 and 40:

    >>> import pyarrow as pa
    >>> from graphkit.analysis.supply.build import supply_network
    >>> flows = pa.table({"supplier": ["A", "B"], "consumer": ["B", "C"],
    ...                   "product": ["ore", "metal"], "tonnes": [300.0, 40.0]})
    >>> made = pa.table({"country": ["A", "B"], "product": ["ore", "metal"],
    ...                  "tonnes": [300.0, 120.0]})
    >>> stages = pa.table({"key": ["ore", "metal"], "stage": ["mine", "metal"],
    ...                    "stage_order": [1, 4]})
    >>> steps = pa.table({"input": ["ore"], "output": ["metal"]})
    >>> graph = layered_graph(supply_network(flows, made, steps, stages, measure="tonnes"))
    >>> for source, target, share in zip(graph.sources, graph.targets, graph.weights.tolist()):
    ...     print(*graph.labels[source], *graph.labels[target], share)
    A ore B ore 0.5
    B ore B metal 0.75
    B metal C metal 0.25
    """
    nodes, supply = network.nodes, network.pools.supply
    links = network.pools.links.tocoo()
    pools = np.bincount(nodes.product, supply, len(network.products))
    part = supply / np.where(pools > 0, pools, 1.0)[nodes.product]
    country = np.asarray(network.countries, object)[nodes.country].tolist()
    product = np.asarray(network.products, object)[nodes.product].tolist()
    graph = FlowGraph.from_edges(
        list(zip(country, product, strict=True)), links.col, links.row,
        links.data * part[links.row], unit=UNIT,
    )  # fmt: skip
    return graph.at_least()
