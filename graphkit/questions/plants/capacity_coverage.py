"""Coverage of capacity: the published production that the capacity of plants is set beside."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from math import ceil, floor, fsum, inf, log10
from typing import Any

from graphkit.analysis.production import published_interval
from graphkit.answers.figures import HALF, percent
from graphkit.catalog.catalog import Catalog
from graphkit.questions.shared.periods import PeriodChoice
from graphkit.questions.shared.production import Figures, figures_in

EXACT = 5e-4
"""Width of a range up to which it is one figure."""
TENTHS = 0.1
"""Share below which a figure has decimals."""


@dataclass(frozen=True)
class Output:
    """Published production that a capacity is set beside."""

    low: float
    high: float
    period: str
    source: str

    def coverage(self, capacity: float) -> tuple[float | None, float | None]:
        """Divide a capacity by it."""
        return (
            capacity / self.high if 0 < self.high < inf else None,
            capacity / self.low if self.low > 0 else None,
        )


def is_enough(coverage_low: float | None) -> bool:
    """Return True if so much is known of an output that owners and plants may be compared.

    >>> is_enough(0.62), is_enough(0.12), is_enough(None)
    (True, False, False)
    """
    return coverage_low is not None and coverage_low >= HALF


COMPARABLE: Mapping[str | None, Collection[str]] = {
    "product": ("gross", "dry", "calcined-equivalent"),
    "concentrate": ("gross", "dry"),
    "metal": ("gross", "content"),
    "content": ("content",),
    None: ("content", "gross"),
    "REO": ("REO",),
}
"""Bases of published production that a capacity of a basis may be divided by."""


OUTPUT_BASES = ("content", "REO", "product", "metal", None)
"""Bases of companies' output that published production is divided by, the most frequent first."""


def is_comparable(capacity: str | None, production: str | None) -> bool:
    """Return True if a capacity may be divided by production of another basis.

    >>> is_comparable("content", "Co-content"), is_comparable("ore", "Co-content")
    (True, False)
    """
    basis = "content" if (production or "").endswith("-content") else production
    return basis in COMPARABLE.get(capacity, ())


def output_of(
    figures: Figures, places: Collection[str], product: str, basis: str | None
) -> Output | None:
    """Add up the published production of some places on a basis that fits that of a capacity.

    Where one of them has no figure, it is at least that much.
    """
    by_series: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in figures.by_product.get(product, ()):
        fits = is_comparable(basis, row["basis"])
        if fits and row["country"] in places and published_interval(row) is not None:
            by_series.setdefault((row["period"], row["source"]), []).append(row)
    if not by_series:
        return None
    (period, source), rows = max(by_series.items(), key=lambda item: (len(item[1]), item[0]))
    bounds = [published_interval(row) or (0.0, inf) for row in rows]
    complete = len(rows) == len(places)
    high = fsum(high for _, high in bounds) if complete else inf
    return Output(fsum(low for low, _ in bounds), high, period, source)


def production_of(
    catalog: Catalog, product: str, period: str, places: Collection[str]
) -> Output | None:
    """Add up what some places made of a product in a year, on the basis of companies' figures."""
    figures = figures_in(catalog, {product: PeriodChoice(period, ())}).with_amounts()
    outputs = (output_of(figures, places, product, basis) for basis in OUTPUT_BASES)
    return next((output for output in outputs if output), None)


def years_of(capacities: Collection[Mapping[str, Any]]) -> str | None:
    """Name the years of some capacities, and how many have none.

    >>> years_of([{"as_of": "2018"}, {"as_of": None}])
    '2018, 1 of 2 without a year'
    """
    years = sorted({row["as_of"] for row in capacities if row["as_of"]})
    undated = sum(row["as_of"] is None for row in capacities)
    if not years:
        return "no stated year" if undated else None
    return ", ".join(
        [*years, *([f"{undated} of {len(capacities)} without a year"] * bool(undated))]
    )


def in_percent(low: float | None, high: float | None) -> str:
    """Write a coverage, which may exceed 1, or a part, in percent: a range is rounded outwards.

    >>> in_percent(3.004, 3.004), in_percent(0.996, None), in_percent(None, 0.0018)
    ('300 %', 'at least 99 %', 'at most 0.2 %')
    >>> in_percent(0.296, 0.704), in_percent(0.0002, None)
    ('29 to 71 %', 'at least 0.02 %')
    """
    if low is not None and high is not None and high - low < EXACT:
        return percent(low) if low < TENTHS else f"{100 * low:.0f} %"
    if high is None:
        return f"at least {_rounded(low or 0.0, floor)} %"
    if low is None:
        return f"at most {_rounded(high, ceil)} %"
    return f"{_rounded(low, floor)} to {_rounded(high, ceil)} %"


def _rounded(share: float, towards: Callable[[float], int]) -> str:
    """Round a share down or up: to whole percent, or to its first digit below ten."""
    digits = 0 if share >= TENTHS or not share else max(1, -floor(log10(100 * share)))
    dust = 1e-7 if towards is floor else -1e-7
    return f"{towards(100 * share * 10**digits + dust) / 10**digits:,.{digits}f}"
