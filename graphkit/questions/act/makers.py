"""Makers of traded products: the countries that sources name, and the most that they make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.production import published_interval
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.tables import COUNTRIES
from graphkit.questions.shared.periods import PeriodChoice
from graphkit.questions.shared.production import figures_in
from graphkit.questions.shared.supply_production import production_of
from graphkit.questions.shared.trade import ImportsInScope

GROSS = "gross"
"""Basis of a mass of trade that does not say what it is of."""


@dataclass(frozen=True)
class Makers:
    """Makers of one product in one period, as far as sources name them."""

    countries: frozenset[str] = frozenset()
    """Those with published production, a plant of known capacity, or a claim that they make it."""
    most: Mapping[str, float] = field(default_factory=dict)
    """Tonnes that a country makes at most, where published on the basis of its trade."""
    tables: tuple[pa.Table, ...] = ()
    """Facts that these rest on."""


def makers_of(catalog: Catalog, trade: ImportsInScope) -> dict[str, Makers]:
    """Read the makers of each traded product in the period of its trade."""
    choices: dict[str, PeriodChoice] = {}
    bases: dict[str, str] = {}
    parts: dict[str, list[str]] = {}
    for series in trade.series:
        product = series.product
        choices[product] = trade.periods.get(product) or PeriodChoice(series.period, ())
        bases[product] = series.basis or GROSS
        parts[product] = [product, *_parts(catalog, product)]
    of_parts = {part: choices[product] for product, some in parts.items() for part in some}
    figures = figures_in(catalog, {**of_parts, **choices})
    plants = catalog.rows("capacities", products=sorted({*of_parts}))
    countries: dict[str, set[str]] = defaultdict(set)
    facts: dict[str, tuple[pa.Table, ...]] = {}
    of_period: dict[str, pa.Table] = {}
    for product, choice in choices.items():
        if choice.period not in of_period:
            of_period[choice.period], _, _ = production_of(
                catalog, figures, sorted(of_parts), choice.period
            )
        facts[product] = tuple(
            table.filter(pc.is_in(table["product"], pa.array(parts[product])))
            for table in (of_period[choice.period], plants)
        )
        output, capacities = facts[product]
        countries[product].update(capacities["country"].to_pylist())
        for row in output.to_pylist():
            if row["makes"] or row["tonnes"] or row["share"]:
                countries[product].add(row["country"])
    most: dict[str, dict[str, float]] = defaultdict(dict)
    for row in figures.rows.to_pylist():
        product, country = row["product"], row["country"]
        if row["type"] in COUNTRIES and product in bases and row["basis"] == bases[product]:
            interval = published_interval(row)
            high = inf if interval is None else interval[1]
            most[product][country] = max(most[product].get(country, 0.0), high)
    return {
        product: Makers(frozenset(countries[product]), most[product], facts[product])
        for product in choices
    }


def _parts(catalog: Catalog, product: str) -> list[str]:
    """Return the goods of the same stage that are bought for some of its elements alone.

    Who makes gallium makes some of a basket of seven metals.
    """
    products, main = catalog.materials.products, catalog.materials.main
    stage, elements = products[product]["stage"], main.get(product, set())
    return [
        key for key, row in products.items()
        if row["stage"] == stage and main.get(key) and main[key] < elements
    ]  # fmt: skip
