"""Every fact of a database that claims are held against."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from graphkit.analysis.claims.evidence import Loaded, time_of
from graphkit.period import Period
from graphkit.queries import rows_of
from graphkit.questions.facts import Facts


def read_loaded(facts: Facts) -> Loaded:
    """All production and the trade that claims speak of, with what products and groups hold.

    Trade is read of the periods that a claim is about, and the newest of each product: flows
    take their time to come from a server.
    """
    store = facts.store
    held = rows_of(store, "trade-periods")
    members = [rows_of(store, name) for name in ("area-members", "element-groups")]
    return Loaded(
        flows=_all(facts, "trade", held, _periods(facts.claims, held)),
        production=all_production(facts),
        products=rows_of(store, "products"),
        contents=rows_of(store, "elements-of-products"),
        members=pa.concat_tables(
            (table.select(["parent", "member"]) for table in members), promote_options="default"
        ),
        areas=rows_of(store, "areas"),
        codes=rows_of(store, "code-fits"),
        held=held,
    )


def all_production(facts: Facts) -> pa.Table:
    """Every published figure of production."""
    held = rows_of(facts.store, "production-periods")
    return _all(facts, "production", held, held["period"].to_pylist())


def _all(facts: Facts, query: str, held: pa.Table, periods: Sequence[str]) -> pa.Table:
    """What a query of some products and periods gives for every product."""
    products = sorted(set(held["product"].to_pylist()))
    return rows_of(facts.store, query, products=products, periods=sorted(set(periods)))


def _periods(claims: pa.Table, held: pa.Table) -> list[str]:
    """The periods with trade that a claim speaks of, and the newest of each product."""
    spans = [
        Period(text)
        for text in {*claims["period"].to_pylist(), *claims["than"].to_pylist()} - {None}
    ]
    newest: dict[str, str] = {}
    for row in held.to_pylist():
        product, period = row["product"], row["period"]
        newest[product] = max(newest.get(product, period), period, key=time_of)
    there = set(held["period"].to_pylist())
    asked = {text for text in there if any(Period(text).overlaps(span) for span in spans)}
    return sorted(asked | set(newest.values()))
