"""Published figures of production in the scope of a question, each product's of one period."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pyarrow as pa

from graphkit.queries import rows_of
from graphkit.questions.facts import COUNTRIES, Facts
from graphkit.questions.scope import Scope
from graphkit.questions.trade import in_periods, one_period_each, periods_by_product, wanted


def figures_of(facts: Facts, scope: Scope, period: str | None) -> pa.Table:
    """All figures of production in scope: those of a period, else of each product's newest.

    World totals and "other countries" stand among the rows: ``type`` tells what is no country.
    An HS code is one of trade alone: its products have figures of production all the same.
    """
    every = periods_by_product(rows_of(facts.store, "production-periods"))
    held = {product: have for product, have in every.items() if product in scope.products}
    return figures_in(facts, one_period_each(held, period))


def figures_in(facts: Facts, periods: Mapping[str, Collection[str]]) -> pa.Table:
    """All figures of production of some products, each in its own periods."""
    return in_periods(rows_of(facts.store, "production", **wanted(periods)), periods)


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
