"""Published figures of production in the scope of a question, each product's of one period."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.period import newest
from graphkit.queries import rows_of
from graphkit.questions.facts import COUNTRIES, Facts
from graphkit.questions.scope import Scope


def figures_of(facts: Facts, scope: Scope, period: str | None) -> pa.Table:
    """All figures of production in scope: those of a period, else of each product's newest.

    World totals and "other countries" stand among the rows: ``type`` tells what is no country.
    An HS code is one of trade alone: its products have figures of production all the same.
    """
    held: dict[str, set[str]] = {}
    for row in rows_of(facts.store, "production-periods").to_pylist():
        if row["product"] in scope.products:
            held.setdefault(row["product"], set()).add(row["period"])
    if period is None:
        return figures_in(facts, {product: newest(sorted(have)) for product, have in held.items()})
    return figures_in(facts, {p: period for p, have in held.items() if period in have})


def figures_in(facts: Facts, periods: Mapping[str, str]) -> pa.Table:
    """All figures of production of some products, each in its own period."""
    wanted = {"products": sorted(periods), "periods": sorted(set(periods.values()))}
    rows = rows_of(facts.store, "production", **wanted)
    pairs = pa.array([f"{product}|{when}" for product, when in periods.items()], pa.string())
    joined = pc.binary_join_element_wise(rows["product"], rows["period"], "|")
    return rows.filter(pc.is_in(joined, value_set=pairs))


def coverage_of_figures(figures: pa.Table, scope: Scope) -> dict[str, Any]:
    """How many figures there are, how many of them estimates or not published, and for what."""
    have = set(figures["product"].to_pylist())
    countries = [row for row in figures.to_pylist() if row["type"] in COUNTRIES]
    unknown = [r for r in countries if all(r[name] is None for name in ("tonnes", "low", "high"))]
    lacking = [p for p in scope.products if scope.text and p not in have]
    return {
        "production_figures_of_countries": len(countries),
        "of_these_estimated": sum(row["estimated"] is True for row in countries),
        "of_these_without_a_figure": len(unknown),
        "products_with_production_figures": len(have),
        "products_without_production_figures": lacking,
    }
