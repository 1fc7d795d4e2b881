"""A supply network as others see it: what it rests on, and a networkx graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.columns import SHARE, counts, flags, number, texts
from graphkit.analysis.production import STATES

if TYPE_CHECKING:
    from graphkit.analysis.supply import SupplyNetwork

Node = tuple[str, str]
COVERAGE = pa.schema([
    *texts("product", "stage", "measure"),
    *counts("nodes", "flows", "flows_without_measure", "self_flows"), number("amount"),
    *counts(*STATES), *(number(f"{state}_share", SHARE) for state in STATES),
    *counts("oversold", "untraceable", "without_upstream"), *flags("traded"),
])  # fmt: skip


def coverage(network: SupplyNetwork) -> pa.Table:
    """See :meth:`SupplyNetwork.coverage`."""
    counted = _fact_counts(network)
    nothing = {"amount_sum": 0, "none_sum": 0, "own_sum": 0}
    lacks = (network.own > 0) & ~network.has_input
    more = network.produced > np.where(np.isnan(network.published), np.inf, network.published)
    rows = []
    for place, product in enumerate(network.products):
        nodes, rows_of = network.product == place, counted.get(product, nothing)
        sold = float(network.exports[nodes].sum())
        first = network.orders[place] == min(network.orders)
        row: dict[str, Any] = {
            "product": product, "stage": network.stages[place], "measure": network.measure,
            "nodes": int(nodes.sum()), "flows": rows_of["amount_sum"],
            "flows_without_measure": rows_of["none_sum"], "self_flows": rows_of["own_sum"],
            "amount": sold, "traded": network.traded[place],
            "untraceable": int((nodes & ~network.fed & (network.supply > 0)).sum()),
            "without_upstream": 0 if first else int((nodes & lacks).sum()),
            "oversold": int((nodes & more).sum()),
        }  # fmt: skip
        for state, name in enumerate(STATES):
            such = nodes & (network.state == state)
            row[name] = int(such.sum())
            row[f"{name}_share"] = float(network.exports[such].sum()) / sold if sold else None
        rows.append(row)
    return pa.Table.from_pylist(rows, COVERAGE)


def _fact_counts(network: SupplyNetwork) -> dict[str, dict[str, int]]:
    """For each product: rows with an amount, rows without one, rows of a country to itself."""
    facts = network.facts
    own = pc.equal(facts["supplier"], facts["consumer"])
    known = pc.and_(pc.is_valid(facts[network.measure]), pc.invert(own))
    table = pa.table({
        "product": facts["product"], "own": own.cast(pa.int64()),
        "amount": known.cast(pa.int64()), "none": facts[network.measure].is_null().cast(pa.int64()),
    })  # fmt: skip
    sums = table.group_by("product").aggregate([(n, "sum") for n in ("amount", "none", "own")])
    return {row["product"]: row for row in sums.to_pylist()}


def to_networkx(network: SupplyNetwork, *, facts: bool, conversions: bool) -> Any:
    """See :meth:`SupplyNetwork.to_networkx`."""
    import networkx as nx

    graph = (nx.MultiDiGraph if facts else nx.DiGraph)(
        measure=network.measure, unit=network.unit, stages=list(dict.fromkeys(network.stages))
    )
    names = [
        (network.countries[c], network.products[p])
        for c, p in zip(network.country.tolist(), network.product.tolist(), strict=True)
    ]
    for node, name in enumerate(names):
        graph.add_node(
            name, country=name[0], product=name[1],
            stage=network.stages[network.product[node]], produced=float(network.produced[node]),
            state=STATES[network.state[node]], supply=float(network.supply[node]),
        )  # fmt: skip
    if facts:
        graph.add_edges_from(_rows(network))
    else:
        graph.add_edges_from(_sums(network, names))
    if conversions:
        graph.add_edges_from(_conversions(network, names))
    return graph


def _sums(network: SupplyNetwork, names: list[Node]) -> Any:
    """One edge a pair of nodes."""
    share = np.asarray(network.amount / network.supply[network.target])
    for source, target, amount, part in zip(
        network.source.tolist(), network.target.tolist(), network.amount.tolist(), share.tolist(),
        strict=True,
    ):  # fmt: skip
        attributes = {"kind": "EXPORTS", network.measure: amount, "unit": network.unit,
                      "share": part}  # fmt: skip
        yield names[source], names[target], attributes


def _conversions(network: SupplyNetwork, names: list[Node]) -> Any:
    """One edge from each pool to what is made out of it."""
    share = np.asarray(network.own[network.output] * network.weight)
    for output, source, part in zip(
        network.output.tolist(), network.input.tolist(), share.tolist(), strict=True
    ):
        if part > 0:
            yield names[source], names[output], {"kind": "MADE_INTO", "share": part}


def _rows(network: SupplyNetwork) -> Any:
    """One edge a fact, with all of it that is known."""
    for row in network.facts.to_pylist():
        seller, buyer = row.pop("supplier"), row.pop("consumer")
        known = {name: value for name, value in row.items() if value is not None}
        attributes = {"kind": "EXPORTS", "unit": network.unit, **known}
        yield (seller, row["product"]), (buyer, row["product"]), attributes
