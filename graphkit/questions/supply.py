"""The supply network behind an answer: trade and production of one chain in one period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.supply.build import supply_network
from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.errors import GraphkitError
from graphkit.names import Named
from graphkit.period import Period, newest
from graphkit.queries import rows_of
from graphkit.questions.facts import Facts
from graphkit.questions.production import MADE, figures_by_source, production_of
from graphkit.questions.scope import Scope
from graphkit.questions.trade import (
    SERIES,
    addable,
    border_of,
    check_period,
    flows_of,
    periods_by_product,
    series_of,
)


@dataclass(frozen=True, eq=False)
class Supply:
    """The facts of one chain in one period, and the supply network that they make."""

    asked: tuple[str, ...]
    """The products asked about, in order of the chain."""
    period: str
    measure: str
    flows: pa.Table
    made: pa.Table
    """Production, one figure a country and product."""
    amounts: pa.Table
    """The same as the network takes it, with the members of a group as one."""
    conversions: pa.Table
    products: pa.Table
    notes: tuple[str, ...]

    @cached_property
    def network(self) -> SupplyNetwork:
        """What is not published is taken to be as much as a country sells."""
        return self._network("exports")

    @cached_property
    def least(self) -> SupplyNetwork:
        """The same with only those as producers whose trade shows that they must make some."""
        return self._network("net-exports")

    def _network(self, unpublished: str) -> SupplyNetwork:
        return supply_network(
            self.flows, self.amounts.drop_columns(["source", "claim"]), self.conversions,
            self.products, measure=self.measure, unpublished=unpublished,
        )  # fmt: skip

    @property
    def in_words(self) -> str:
        """By what its flows are counted."""
        if self.measure == "tonnes":
            return "by mass (tonnes)"
        return f"by value (USD, {border_of(self.flows)})"

    def coverage(self) -> dict[str, Any]:
        """What the network rests on: products, series of trade, figures of production."""
        return {
            "network": self.network.coverage().to_pylist(),
            "series": series_of(self.flows),
            "production": [
                {name: value for name, value in row.items() if value is not None}
                for row in figures_by_source(self.made)
            ],
        }


def supply_of(
    facts: Facts,
    scope: Scope,
    period: str | None,
    *,
    measure: str = "usd",
    downstream: bool = False,
    merged: Named | None = None,
) -> Supply:
    """The supply network of a scope: its products, and those they are made from.

    With ``downstream`` also those that are made from them. A chain follows the elements asked
    for, or of a product those it mostly consists of. Shares of world production that were
    published as claims stand for countries without a figure. The members of a group that is
    ``merged`` are one place, and trade among them is left out.

    Raises
    ------
    UsageError
        The period is none.
    GraphkitError
        There is no trade in the scope; the message says what there is.
    """
    check_period(period)
    held = periods_by_product(rows_of(facts.store, "trade-periods"))
    asked = [key for key in facts.materials.products if key in scope.products and key in held]
    if scope.code is not None:
        raise GraphkitError(
            f"{scope.text!r}: a chain of supply is of whole products, not of one HS code; "
            f"ask for {', '.join(asked) or 'a product'}"
        )
    if not asked:
        raise GraphkitError(
            f"no trade flows are known for {scope.meaning}; there are for {', '.join(sorted(held))}"
        )
    chosen = period or newest(sorted(set().union(*(held[key] for key in asked))))
    there = [key for key in asked if chosen in held[key]]
    if not there:
        have = sorted(set().union(*(held[k] for k in asked)), key=lambda p: Period(p).start)
        raise GraphkitError(
            f"no trade flows are known for {scope.meaning} in {chosen}; there are {len(have)} "
            f"periods from {have[0]} to {have[-1]}"
        )
    chain = _chain(facts, scope, there, downstream=downstream)
    flows, left_out = addable(facts, flows_of(facts.store, chain, chosen))
    made, more = production_of(facts, chain, chosen)
    amounts = made
    if merged is not None:
        flows, amounts = _as_one(facts, merged, flows, made)
    notes = (*_lacking(asked, there, chosen), *left_out, *more)
    return Supply(
        tuple(there), chosen, measure, _one_series(flows), made, amounts,
        _conversions(facts, chain), _products(facts), notes,
    )  # fmt: skip


def _chain(
    facts: Facts, scope: Scope, products: Sequence[str], *, downstream: bool = False
) -> list[str]:
    """The products, and those of the same elements that they are made from at any remove."""
    wanted = scope.elements or _main_elements(facts, products)
    rows = rows_of(facts.store, "conversions").to_pylist()
    inputs: dict[str, list[str]] = {row["output"]: [] for row in rows}
    outputs: dict[str, list[str]] = {row["input"]: [] for row in rows}
    for row in rows:
        inputs[row["output"]].append(row["input"])
        outputs[row["input"]].append(row["output"])

    def reached(start: Sequence[str], steps: Mapping[str, Sequence[str]]) -> list[str]:
        found = list(start)
        for product in found:
            found += [
                other
                for other in steps.get(product, ())
                if other not in found and facts.materials.contents.get(other, set()) & wanted
            ]
        return found

    return sorted(reached(reached(products, outputs) if downstream else products, inputs))


def _main_elements(facts: Facts, products: Iterable[str]) -> frozenset[str]:
    """Of each product, the group most of its elements belong to, or else all its elements."""
    found: set[str] = set()
    for product in products:
        held = facts.materials.contents.get(product, set())
        groups = facts.materials.members
        inside = {group: len(held & members) for group, members in groups.items()}
        most = max(inside.values(), default=0)
        largest = [g for g in sorted(inside) if inside[g] == most]
        best = max(largest, key=lambda g: len(groups[g])) if most > 1 else None
        found |= held & groups[best] if best else held
    return frozenset(found)


def _conversions(facts: Facts, chain: Iterable[str]) -> pa.Table:
    """The steps between products of the chain."""
    rows = rows_of(facts.store, "conversions").select(["input", "output"])
    kept = pa.array(list(chain), pa.string())
    return rows.filter(pc.and_(pc.is_in(rows["input"], kept), pc.is_in(rows["output"], kept)))


def _products(facts: Facts) -> pa.Table:
    return rows_of(facts.store, "products").select(["key", "stage", "stage_order"])


def _as_one(
    facts: Facts, group: Named, flows: pa.Table, made: pa.Table
) -> tuple[pa.Table, pa.Table]:
    """Flows and production with the members of a group as one place."""
    members = facts.members(group)
    inside = pa.array(members, pa.string())

    def named(column: pa.ChunkedArray) -> pa.ChunkedArray:
        return pc.if_else(pc.is_in(column, inside), group.key, column)

    for name in ("supplier", "consumer"):
        flows = flows.set_column(flows.column_names.index(name), name, named(flows[name]))
    made = made.set_column(0, "country", named(made["country"]))
    sums: dict[tuple[str, str], dict[str, Any]] = {}
    for row in made.to_pylist():
        one = sums.setdefault((row["country"], row["product"]), row)
        if one is row:
            continue
        for name in ("tonnes", "share"):
            # A sum with a figure that is not known is not known.
            one[name] = None if None in (one[name], row[name]) else one[name] + row[name]
    return flows, pa.Table.from_pylist(list(sums.values()), MADE)


def _one_series(flows: pa.Table) -> pa.Table:
    """The flows, if each product has one series; figures of two are never added up."""
    of: dict[str, set[tuple[str, ...]]] = {}
    for row in flows.select(list(SERIES)).group_by(list(SERIES)).aggregate([]).to_pylist():
        of.setdefault(row["product"], set()).add(tuple(row[n] for n in SERIES[1:]))
    if several := [product for product, series in sorted(of.items()) if len(series) > 1]:
        raise GraphkitError(
            f"{', '.join(several)}: there are flows of more than one data set, which "
            "are not added up; load one of them"
        )
    return flows


def _lacking(asked: Sequence[str], there: Sequence[str], period: str) -> list[str]:
    lacking = [product for product in asked if product not in there]
    return [f"No trade in {period} of {', '.join(lacking)}."] if lacking else []
