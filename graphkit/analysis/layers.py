"""One network over all stages of a chain, in which every edge is a share of a stage's supply."""

from __future__ import annotations

import numpy as np

from graphkit.analysis.graph import FlowGraph
from graphkit.analysis.supply import SupplyNetwork

UNIT = "sum of shares of all pools of a product"


def layered_graph(network: SupplyNetwork) -> FlowGraph:
    r"""The supply network of a chain as a network of shares.

    Stages have units of their own (a tonne or a dollar of ore is none of magnets), so that only
    shares cross a stage. The pool of a country, :math:`x_j`, is what it makes and buys of a
    product. An edge is a share of all pools of the product that it leads to:

    - bought from another country: :math:`M_{ij} / \sum_k x_k`;
    - made at home out of an earlier product: :math:`w P_j / \sum_k x_k`, with w the share of that
      product in what is made.

    So every product counts alike, whatever it is worth, and in it a country by its size. Backwards,
    each node draws on others in the proportions of its own pool, as when origins are traced.

    Returns
    -------
    FlowGraph
        Nodes are (country, product); those without an edge are left out.

    Examples
    --------
    A digs ore and sells it to B, which makes metal out of it and sells a third of that to C. The
    pools of metal are 120 and 40:

    >>> import pyarrow as pa
    >>> from graphkit.analysis.supply_tables import supply_network
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
    links = network.links.tocoo()
    pools = np.bincount(network.product, network.supply, len(network.products))
    part = network.supply / np.where(pools > 0, pools, 1.0)[network.product]
    country = np.asarray(network.countries, object)[network.country].tolist()
    product = np.asarray(network.products, object)[network.product].tolist()
    graph = FlowGraph.from_edges(
        list(zip(country, product, strict=True)), links.col, links.row,
        links.data * part[links.row], unit=UNIT,
    )  # fmt: skip
    return graph.at_least()
