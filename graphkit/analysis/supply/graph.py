"""The supply network as a graph of networkx."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from graphkit.analysis.supply.pools import Pools
from graphkit.analysis.supply.production import STATES
from graphkit.analysis.supply.trade import Trade

Node = tuple[str, str]
Edge = tuple[Node, Node, dict[str, Any]]


def to_networkx(pools: Pools, *, facts: bool, conversions: bool) -> Any:
    """See :meth:`~graphkit.analysis.supply.network.SupplyNetwork.to_networkx`."""
    import networkx as nx

    trade, production = pools.trade, pools.production
    nodes = trade.nodes
    graph = (nx.MultiDiGraph if facts else nx.DiGraph)(
        measure=trade.measure, unit=trade.unit, stages=", ".join(dict.fromkeys(nodes.stages))
    )
    names = [
        (nodes.countries[country], nodes.products[product])
        for country, product in zip(nodes.country.tolist(), nodes.product.tolist(), strict=True)
    ]
    for node, name in enumerate(names):
        graph.add_node(
            name, country=name[0], product=name[1], stage=nodes.stages[nodes.product[node]],
            produced=float(production.amount[node]), state=STATES[production.state[node]],
            supply=float(pools.supply[node]),
        )  # fmt: skip
    graph.add_edges_from(_facts(trade) if facts else _sums(pools, names))
    if conversions:
        graph.add_edges_from(_conversions(pools, names))
    return graph


def _sums(pools: Pools, names: list[Node]) -> Iterator[Edge]:
    """Build one edge per pair of nodes."""
    trade = pools.trade
    shares = np.asarray(trade.amount / pools.supply[trade.target])
    for source, target, amount, share in zip(
        trade.source.tolist(), trade.target.tolist(), trade.amount.tolist(), shares.tolist(),
        strict=True,
    ):  # fmt: skip
        attributes = {"kind": "EXPORTS", trade.measure: amount, "unit": trade.unit, "share": share}
        yield names[source], names[target], attributes


def _conversions(pools: Pools, names: list[Node]) -> Iterator[Edge]:
    """Build one edge from each pool to each pool made out of it."""
    draws, fed = pools.inputs.draws, pools.own * pools.inputs.covered
    shares = np.asarray(fed[draws.output] * draws.share)
    for output, source, share in zip(
        draws.output.tolist(), draws.input.tolist(), shares.tolist(), strict=True
    ):
        if share > 0:
            yield names[source], names[output], {"kind": "MADE_INTO", "share": share}


def _facts(trade: Trade) -> Iterator[Edge]:
    """Build one edge per fact, with its known values."""
    for row in trade.facts.to_pylist():
        seller, buyer = row.pop("supplier"), row.pop("consumer")
        known = {name: value for name, value in row.items() if value is not None}
        attributes = {"kind": "EXPORTS", "unit": trade.unit, **known}
        yield (seller, row["product"]), (buyer, row["product"]), attributes
