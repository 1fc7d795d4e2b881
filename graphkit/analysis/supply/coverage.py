"""The coverage of a supply network: the flows and figures behind each of its products."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.supply.pools import Pools
from graphkit.analysis.supply.production import STATES
from graphkit.analysis.supply.trade import Trade
from graphkit.arrow import SHARE, counts, flags, number, texts

COVERAGE = pa.schema([
    *texts("product", "stage", "measure"),
    *counts("nodes", "flows", "flows_without_measure", "self_flows"), number("amount"),
    *counts(*STATES), *(number(f"{state}_share", SHARE) for state in STATES),
    *counts("oversold", "untraceable", "without_upstream", "short_of_input"),
    number("short_share", SHARE), *flags("traded"),
])  # fmt: skip
NO_FACTS = {"amount_sum": 0, "none_sum": 0, "own_sum": 0}


def coverage(pools: Pools) -> pa.Table:
    """See :meth:`~graphkit.analysis.supply.network.SupplyNetwork.coverage`."""
    trade, production, inputs = pools.trade, pools.production, pools.inputs
    nodes, exports, own = trade.nodes, trade.exports, pools.own
    fact_counts = _fact_counts(trade)
    published = np.where(np.isnan(production.published), np.inf, production.published)
    oversold = production.amount > published
    untraceable = ~pools.fed & (pools.supply > 0)
    without_upstream = (own > 0) & ~inputs.has_input
    short = inputs.has_input & (own > 0) & (inputs.covered < 1)
    unfed = exports * own * (1 - inputs.covered)
    rows = []
    for place, product in enumerate(nodes.products):
        members, facts = nodes.product == place, fact_counts.get(product, NO_FACTS)
        sold = float(exports[members].sum())
        first = nodes.orders[place] == min(nodes.orders)
        row: dict[str, Any] = {
            "product": product, "stage": nodes.stages[place], "measure": trade.measure,
            "nodes": int(members.sum()), "flows": facts["amount_sum"],
            "flows_without_measure": facts["none_sum"], "self_flows": facts["own_sum"],
            "amount": sold, "traded": bool(trade.traded[place]),
            "untraceable": int((members & untraceable).sum()),
            "without_upstream": 0 if first else int((members & without_upstream).sum()),
            "oversold": int((members & oversold).sum()),
            "short_of_input": int((members & short).sum()),
            "short_share": float(unfed[members & short].sum()) / sold if sold else None,
        }  # fmt: skip
        for state, name in enumerate(STATES):
            graded = members & (production.state == state)
            row[name] = int(graded.sum())
            row[f"{name}_share"] = float(exports[graded].sum()) / sold if sold else None
        rows.append(row)
    return pa.Table.from_pylist(rows, COVERAGE)


def _fact_counts(trade: Trade) -> dict[str, dict[str, int]]:
    """Count each product's rows with an amount, without one, and of a country to itself."""
    facts = trade.facts
    own = pc.equal(facts["supplier"], facts["consumer"])
    amount = pc.and_(pc.is_valid(facts[trade.measure]), pc.invert(own))
    table = pa.table({
        "product": facts["product"], "own": own.cast(pa.int64()),
        "amount": amount.cast(pa.int64()), "none": facts[trade.measure].is_null().cast(pa.int64()),
    })  # fmt: skip
    sums = table.group_by("product").aggregate([(n, "sum") for n in ("amount", "none", "own")])
    return {row["product"]: row for row in sums.to_pylist()}
