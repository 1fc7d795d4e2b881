"""Production figures as questions read them, with the editions that revised them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.production import production_sums, with_amounts
from graphkit.answers.coverage import Lacking, MissingYears, ProductionCount
from graphkit.answers.note import Note
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.catalog.tables import COUNTRIES
from graphkit.period import added_up
from graphkit.questions.shared.periods import (
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
    """Years without figures, of products with figures of other years of the question."""

    @cached_property
    def by_product(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """The figures of each product."""
        rows: dict[str, list[Mapping[str, Any]]] = {}
        for row in self.rows.to_pylist():
            rows.setdefault(row["product"], []).append(row)
        return rows

    def of_products(self, products: pa.ChunkedArray) -> Figures:
        """Select the figures of some products."""
        rows, published = (
            table.filter(pc.is_in(table["product"], products.combine_chunks()))
            for table in (self.rows, self.published)
        )
        return replace(self, rows=rows, published=published)

    def joined(self, other: Figures) -> Figures:
        """Add the figures of other products."""
        return Figures(
            pa.concat_tables([self.rows, other.rows]),
            pa.concat_tables([self.published, other.published]),
            {**self.lacking, **other.lacking},
        )

    def with_amounts(self) -> Figures:
        """Leave out tables of shares alone, which tell no amount."""
        return replace(self, rows=with_amounts(self.rows), published=with_amounts(self.published))

    def count(self, scope: Scope) -> ProductionCount:
        """Count figures, estimates and unpublished ones, and list products without any."""
        products = set(self.rows["product"].to_pylist())
        countries = [row for row in self.rows.to_pylist() if row["type"] in COUNTRIES]
        amounts = ("tonnes", "low", "high", "share")
        return ProductionCount(
            of_countries=len(countries),
            estimated=sum(row["estimated"] is True for row in countries),
            without_a_figure=sum(
                all(row[name] is None for name in amounts) for row in countries
            ),
            products=len(products),
            products_without=tuple(
                product for product in scope.products if scope.text and product not in products
            ),
        )  # fmt: skip

    def gaps(self) -> tuple[MissingYears, ...]:
        """List the years without figures that keep a sum unknown."""
        return tuple(
            MissingYears(Lacking.PRODUCTION, product, tuple(years))
            for product, years in sorted(self.lacking.items())
        )


def figures_of(catalog: Catalog, scope: Scope, period: str | None) -> Figures:
    """Read all production figures in scope, of a period or of each product's newest.

    For an HS code, which covers trade alone, they are those of its products.
    """
    if period is not None:
        choices = {product: PeriodChoice(period, ()) for product in scope.products}
        return figures_in(catalog, choices)
    periods = periods_by_product(catalog.rows("production-periods"))
    available = {product: periods[product] for product in periods if product in scope.products}
    return figures_in(catalog, choose_periods(available, None))


def figures_in(catalog: Catalog, choices: Mapping[str, PeriodChoice]) -> Figures:
    """Read all production figures of some products, each of the years that its period covers.

    Figures of several years are added up within a source and its editions, if it has all of
    them; else the sum is unknown.
    """
    sources = catalog.nodes("Source").to_pylist()
    series_of_source = {row["key"]: row["edition_of"] or row["key"] for row in sources}
    available: dict[str, dict[str, set[str]]] = {}
    for row in catalog.rows("production-periods").to_pylist():
        if row["product"] in choices:
            by_series = available.setdefault(row["product"], {})
            by_series.setdefault(series_of_source[row["source"]], set()).add(row["period"])
    pieces: dict[tuple[str, str], set[str]] = {}
    lacking: dict[str, tuple[str, ...]] = {}
    for product, by_series in available.items():
        gaps = []
        has_figures = False
        for series, periods in by_series.items():
            parts, missing = _pieces_of(choices[product].covered, periods)
            if not missing:
                pieces[product, series] = parts
            gaps.append(missing)
            has_figures = has_figures or bool(parts)
        if has_figures and all(gaps):
            lacking[product] = min(gaps)
    periods_used: dict[str, set[str]] = {}
    for (product, _), parts in pieces.items():
        periods_used.setdefault(product, set()).update(parts)
    rows = catalog.rows("production", **query_parameters(periods_used))
    names = [series_of_source[key] for key in rows["source"].to_pylist()]
    keys = zip(rows["product"].to_pylist(), names, rows["period"].to_pylist(), strict=True)
    mask = [period in pieces.get((product, series), ()) for product, series, period in keys]
    rows = rows.append_column("series", pa.array(names, pa.string()))
    rows = rows.filter(pa.array(mask, pa.bool_()))
    published = rows.drop_columns(["series"])
    period_of_product = {product: choice.period for product, choice in choices.items()}
    if all(parts == {period_of_product[product]} for (product, _), parts in pieces.items()):
        return Figures(published, published, lacking)
    sums = production_sums(rows, period_of_product)
    without_sum = {product for product, _ in pieces} - set(sums["product"].to_pylist())
    return Figures(sums, published, lacking | dict.fromkeys(without_sum, ("on one basis",)))


def _pieces_of(
    years: Iterable[str], available: Collection[str]
) -> tuple[set[str], tuple[str, ...]]:
    """Find the periods with figures that add up to some years, and the years without any."""
    pieces: set[str] = set()
    missing: list[str] = []
    for year in years:
        parts, gaps = added_up(year, available)
        pieces.update(parts)
        missing += gaps
    return pieces, tuple(missing)


REVISED = 0.1
"""Part of a figure by which an edition must change it for a note."""
MOST_REVISED = 5
"""Number of products whose revisions a note names."""


def revision_notes(catalog: Catalog, figures: pa.Table) -> list[Note]:
    """Write a note on production figures that an older edition had a tenth lower or higher.

    ``figures`` are rows of ``production``. Of each product the largest change of a country is
    named.
    """
    used = {(row["product"], row["period"], row["source"]) for row in figures.to_pylist()}
    revised: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in catalog.rows("production-revisions", min_change=REVISED).to_pylist():
        market = (row["product"], row["period"])
        if (*market, row["source"]) in used and row["type"] in COUNTRIES:
            revised.setdefault(market, []).append(row)
    texts = []
    for (product, period), rows in list(revised.items())[:MOST_REVISED]:
        largest = max(rows, key=lambda r: (abs(r["tonnes"] - r["tonnes_before"]), r["country"]))
        rest = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
        texts.append(
            f"{catalog.materials.in_text(product)} of "
            f"{catalog.place_in_text(largest['country'])} in "
            f"{period}: {largest['tonnes_before']:,.15g} t in the "
            f"{largest['published_before'][:4]} edition, {largest['tonnes']:,.15g} t in the "
            f"{largest['published'][:4]} edition{rest}"
        )
    if len(revised) > MOST_REVISED:
        texts.append(f"and figures of {len(revised) - MOST_REVISED} more products")
    if not texts:
        return []
    command = "all: graphkit query production-revisions"
    return [Note(f"Revised by more than a tenth: {'; '.join(texts)} ({command}).")]
