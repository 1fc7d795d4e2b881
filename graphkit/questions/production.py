"""Production figures as questions read them, with the editions that revised them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from graphkit.analysis.production import production_sums
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.scopes import Scope
from graphkit.catalog.tables import COUNTRIES
from graphkit.period import added_up
from graphkit.questions.periods import (
    PeriodChoice,
    choose_periods,
    periods_by_product,
    query_parameters,
)


@dataclass(frozen=True)
class Figures:
    """Production figures of some products, each of one period or several added up."""

    rows: pa.Table
    """Figures, world totals and "other countries" too: ``type`` tells them from countries."""
    published: pa.Table
    """The figures behind the rows, as they were published."""
    lacking: Mapping[str, tuple[str, ...]]
    """Years without figures, of products with figures of other years that were asked for."""

    def coverage(self, scope: Scope) -> dict[str, Any]:
        """Count figures, estimates and unpublished ones, and list products without any."""
        have = set(self.rows["product"].to_pylist())
        countries = [row for row in self.rows.to_pylist() if row["type"] in COUNTRIES]
        amounts = ("tonnes", "low", "high")
        return {
            "production_figures_of_countries": len(countries),
            "of_these_estimated": sum(row["estimated"] is True for row in countries),
            "of_these_without_a_figure": sum(
                all(row[name] is None for name in amounts) for row in countries
            ),
            "products_with_production_figures": len(have),
            "products_without_production_figures": [
                product for product in scope.products if scope.text and product not in have
            ],
            **self.gaps(),
        }

    def gaps(self) -> dict[str, Any]:
        """List the years without figures that keep a sum unknown, as an entry of the coverage."""
        said = [f"{product} {', '.join(years)}" for product, years in sorted(self.lacking.items())]
        return {"years_without_production_figures": said} if said else {}


def figures_of(catalog: Catalog, scope: Scope, period: str | None) -> Figures:
    """Read all production figures in scope, of a period or of each product's newest.

    For an HS code, which covers trade alone, they are those of its products.
    """
    if period is not None:
        return figures_in(
            catalog, {product: PeriodChoice(period, ()) for product in scope.products}
        )
    every = periods_by_product(catalog.rows("production-periods"))
    held = {product: have for product, have in every.items() if product in scope.products}
    return figures_in(catalog, choose_periods(held, None))


def figures_in(catalog: Catalog, asked: Mapping[str, PeriodChoice]) -> Figures:
    """Read all production figures of some products, each of the years that its period covers.

    Figures of several years are added up within a source and its editions, if it has all of
    them; else the sum is unknown.
    """
    sources = catalog.nodes("Source").to_pylist()
    series = {row["key"]: row["edition_of"] or row["key"] for row in sources}
    held: dict[str, dict[str, set[str]]] = {}
    for row in catalog.rows("production-periods").to_pylist():
        if row["product"] in asked:
            of = held.setdefault(row["product"], {})
            of.setdefault(series[row["source"]], set()).add(row["period"])
    pieces: dict[tuple[str, str], set[str]] = {}
    lacking: dict[str, tuple[str, ...]] = {}
    for product, by_series in held.items():
        covers = {
            name: [added_up(period, have) for period in asked[product].covered]
            for name, have in by_series.items()
        }
        whole = {n: of for n, of in covers.items() if not any(missing for _, missing in of)}
        pieces |= {(product, n): {p for part, _ in of for p in part} for n, of in whole.items()}
        if not whole and any(part for of in covers.values() for part, _ in of):
            lacking[product] = min(tuple(m for _, gap in of for m in gap) for of in covers.values())
    rows = catalog.rows("production", **query_parameters(_of_products(pieces)))
    names = [series[key] for key in rows["source"].to_pylist()]
    keys = zip(rows["product"].to_pylist(), names, rows["period"].to_pylist(), strict=True)
    kept = [period in pieces.get((product, name), ()) for product, name, period in keys]
    rows = rows.append_column("series", pa.array(names, pa.string()))
    rows = rows.filter(pa.array(kept, pa.bool_()))
    published = rows.drop_columns(["series"])
    periods = {product: of.period for product, of in asked.items()}
    if all(have == {periods[product]} for (product, _), have in pieces.items()):
        return Figures(published, published, lacking)
    sums = production_sums(rows, periods)
    unlike = {product for product, _ in pieces} - set(sums["product"].to_pylist())
    return Figures(sums, published, lacking | dict.fromkeys(unlike, ("on one basis",)))


def _of_products(pieces: Mapping[tuple[str, str], set[str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for (product, _), periods in pieces.items():
        found.setdefault(product, set()).update(periods)
    return found


REVISED = 0.1
"""Part of a figure by which an edition must change it for a note."""
MOST_REVISED = 5
"""Number of products whose revisions a note names."""


def revision_notes(catalog: Catalog, figures: pa.Table) -> list[str]:
    """Write a note on production figures that an older edition had a tenth lower or higher.

    ``figures`` are rows of ``production``. Of each product the largest change of a country is
    named.
    """
    used = {(row["product"], row["period"], row["source"]) for row in figures.to_pylist()}
    revised: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in catalog.rows("production-revisions", min_change=REVISED).to_pylist():
        place = (row["product"], row["period"])
        if (*place, row["source"]) in used and row["type"] in COUNTRIES:
            revised.setdefault(place, []).append(row)
    said = []
    for (product, period), rows in list(revised.items())[:MOST_REVISED]:
        most = max(rows, key=lambda r: (abs(r["tonnes"] - r["tonnes_before"]), r["country"]))
        others = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
        said.append(
            f"{catalog.materials.in_text(product)} of {catalog.place_in_text(most['country'])} in "
            f"{period}: {most['tonnes_before']:,.15g} t in the "
            f"{most['published_before'][:4]} edition, {most['tonnes']:,.15g} t in the "
            f"{most['published'][:4]} edition{others}"
        )
    if len(revised) > MOST_REVISED:
        said.append(f"and figures of {len(revised) - MOST_REVISED} more products")
    all_of_them = "all: graphkit query production-revisions"
    return [f"Revised by more than a tenth: {'; '.join(said)} ({all_of_them})."] if said else []
