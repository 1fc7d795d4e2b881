"""Supply networks for tests, and slow obvious versions of what is measured on them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

import numpy as np
import pyarrow as pa

from graphkit.analysis.supply.build import supply_network
from graphkit.analysis.supply.network import SupplyNetwork

STAGES = pa.table({
    "key": ["ore", "oxide", "carbonate", "metal", "alloy", "magnet"],
    "stage": ["mine", "separate", "separate", "metal", "alloy", "component"],
    "stage_order": [1, 3, 3, 4, 5, 6],
})  # fmt: skip
CHAIN = pa.table({
    "input": ["ore", "oxide", "metal", "alloy", "metal"],
    "output": ["oxide", "metal", "alloy", "magnet", "magnet"],
})  # fmt: skip
FLOW = pa.schema([("supplier", pa.string()), ("consumer", pa.string()), ("product", pa.string()),
                  ("tonnes", pa.float64())])  # fmt: skip
MADE = pa.schema([("country", pa.string()), ("product", pa.string()), ("tonnes", pa.float64()),
                  ("share", pa.float64()), ("makes", pa.bool_())])  # fmt: skip

FIGURE = {
    "country": "CHN", "type": "country", "product": "ore", "stage": "mine", "period": "2024",
    "basis": "REO", "source": "usgs", "qualifier": None, "tonnes": None, "low": None,
    "high": None, "share": None,
}  # fmt: skip
"""A figure of production as questions read it, without its amount."""


def flows(*texts: str) -> pa.Table:
    """``"A 4 B"`` or ``"A 4 B metal"``: A sells 4 (t of ore) to B."""
    rows = [text.split() for text in texts]
    return pa.Table.from_pylist([
        {"supplier": r[0], "tonnes": None if r[1] == "?" else float(r[1]), "consumer": r[2],
         "product": r[3] if len(r) > 3 else "ore"}
        for r in rows
    ], FLOW)  # fmt: skip


def makes(*texts: str) -> pa.Table:
    """``"A 4"``, ``"A 4 metal"`` or ``"A 90% metal"``: what A makes (of the world), or "A some"."""
    rows = []
    for text in texts:
        country, amount, *product = text.split()
        row = {"country": country, "product": product[0] if product else "ore"}
        if amount.endswith("%"):
            row["share"] = float(amount[:-1]) / 100
        elif amount == "some":
            row["makes"] = True
        elif amount != "?":
            row["tonnes"] = float(amount)
        rows.append(row)
    return pa.Table.from_pylist(rows, MADE)


def network(sold: pa.Table, made: pa.Table | None = None, **more: object) -> SupplyNetwork:
    return supply_network(sold, made, CHAIN, STAGES, measure="tonnes", **more)


def random_tables(
    seed: int, countries: int = 7, products: Collection[str] = ("ore", "oxide", "metal"),
    links: int = 14, makers: int = 4,
) -> tuple[pa.Table, pa.Table]:  # fmt: skip
    """Flows and published production; every product has a producer, cycles are usual."""
    rng = np.random.default_rng(seed)
    names = [f"{chr(65 + i)}" for i in range(countries)]
    sold, made = [], []
    for product in products:
        for _ in range(links):
            seller, buyer = rng.choice(names, 2, replace=False)
            amount = round(float(rng.lognormal(1, 1)), 3)
            sold.append({"supplier": seller, "consumer": buyer, "product": product,
                         "tonnes": amount})  # fmt: skip
        for country in rng.choice(names, makers, replace=False):
            amount = round(float(rng.lognormal(2, 1)), 3)
            made.append({"country": country, "product": product, "tonnes": amount})
    return pa.Table.from_pylist(sold, FLOW), pa.Table.from_pylist(made, MADE)


def column(table: pa.Table, name: str = "share", **where: str) -> dict[str, float]:
    """One column by origin, of the rows that match, without zeros."""
    return {r["origin"]: r[name] for r in table.to_pylist()
            if all(r[k] == v for k, v in where.items()) and r[name] != 0}  # fmt: skip


def groups(table: pa.Table) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in table.to_pylist():
        found.setdefault((row["consumer"], row["product"], row["stage"]), []).append(row)
    return found


Node = tuple[str, str]


def inflows(net: SupplyNetwork) -> dict[Node, dict[Node, float]]:
    """For each node, what its pool comes out of: shares of nodes, bought or made from."""
    names = [(net.countries[c], net.products[p])
             for c, p in zip(net.nodes.country, net.nodes.product, strict=True)]  # fmt: skip
    shares: dict[Node, dict[Node, float]] = {name: {} for name in names}
    trade, draws = net.trade, net.inputs.draws
    for source, target, amount in zip(trade.source, trade.target, trade.amount, strict=True):
        shares[names[target]][names[source]] = amount / net.pools.supply[target]
    for output, pool, weight in zip(draws.output, draws.input, draws.share, strict=True):
        share = weight * net.inputs.covered[output] * net.pools.own[output]
        if share:
            shares[names[output]][names[pool]] = share
    return shares


def settled(
    nodes: Iterable[Node], step: Callable[[Node, dict[Node, float]], float], rounds: int = 20_000
) -> dict[Node, float]:
    """Repeat a step from zero until nothing changes."""
    values = dict.fromkeys(nodes, 0.0)
    for _ in range(rounds):
        after = {node: step(node, values) for node in values}
        if max((abs(after[n] - values[n]) for n in values), default=0.0) < 1e-14:
            return after
        values = after
    return values


def slow_origin(net: SupplyNetwork, origin: str, stage: str) -> dict[Node, float]:
    """Share of an origin in each pool, by letting every pool take its suppliers' mix for ever."""
    order = dict(zip(net.stages, net.nodes.orders, strict=True))[stage]
    orders = dict(zip(net.products, net.nodes.orders, strict=True))
    shares = inflows(net)
    names = [(net.countries[c], net.products[p])
             for c, p in zip(net.nodes.country, net.nodes.product, strict=True)]  # fmt: skip
    own = dict(zip(names, net.pools.own, strict=True))

    def step(node: Node, values: dict[Node, float]) -> float:
        country, product = node
        if orders[product] < order:
            return 0.0
        total = 0.0
        for other, share in shares[node].items():
            if other[1] == product:
                total += share * values[other]
            elif orders[product] > order:
                total += share * (values[other] if orders[other[1]] >= order
                                  else float(country == origin))  # fmt: skip
        if orders[product] == order:
            total += own[node] * float(country == origin)
        return total

    return settled(shares, step)


def slow_loss(net: SupplyNetwork, removed: Collection[str]) -> dict[Node, float]:
    """Share of each pool that does not arrive when some countries deliver nothing."""
    shares = inflows(net)

    def step(node: Node, lost: dict[Node, float]) -> float:
        if node[0] in removed:
            return 1.0
        return sum(share * lost[other] for other, share in shares[node].items())

    return settled(shares, step)
