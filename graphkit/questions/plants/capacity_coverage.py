"""Coverage of capacity: the published production that the capacity of plants is set beside."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from math import ceil, floor, fsum, inf, log10
from typing import Any

from graphkit.analysis.company_output import WHOLE
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


@dataclass(frozen=True)
class PlantOutput:
    """Amount that a plant made of a product in a period, from the least to the most published."""

    low: float
    high: float
    sources: frozenset[str]


def outputs_of_plants(
    catalog: Catalog, products: Collection[str]
) -> dict[tuple[str, str], dict[str, dict[str, PlantOutput]]]:
    """Read what plants made, in tonnes of what production counts.

    By their country and the product, then by plant and period.

    Figures count all of a plant, whoever owns it.
    """
    elements = sorted(set().union(*(catalog.materials.main.get(key, ()) for key in products)))
    outputs: dict[tuple[str, str], dict[str, dict[str, PlantOutput]]] = {}
    for row in catalog.rows("outputs", elements=elements).to_pylist() if elements else ():
        tonnes, period = row["content_tonnes"], row["period"]
        if row["plant"] and row["product"] and row["scope"] == WHOLE and tonnes is not None:
            place = row["country"], row["product"]
            by_period = outputs.setdefault(place, {}).setdefault(row["plant"], {})
            known = by_period.get(period, PlantOutput(inf, 0.0, frozenset()))
            by_period[period] = PlantOutput(
                min(known.low, 0.0 if row["bought"] else tonnes), max(known.high, tonnes),
                known.sources | {row["source"]},
            )  # fmt: skip
    return outputs


def stands_for(
    as_of: str | None, year: str, output_periods: Collection[str], *, outgrown: bool
) -> tuple[bool, bool]:
    """Return whether a capacity stands for a year, and whether it bounds what was made in it.

    One of the year or later does. An older one stands until a newer output of the plant is
    published, which says more than it; it bounds nothing where its country made more than all
    known capacity: something was built or enlarged since, and nobody says where.

    Parameters
    ----------
    as_of : str, optional
        Year of the capacity; one without a year is older than any.
    output_periods : collection of str
        Periods of which an output of the plant is known.
    outgrown : bool
        True if its country made more in the year than all its known capacity.

    Examples
    --------
    >>> stands_for("2024", "2024", [], outgrown=True)
    (True, True)
    >>> stands_for("2018", "2024", [], outgrown=True)
    (True, False)
    >>> stands_for("2018", "2024", ["2025"], outgrown=False)
    (False, False)
    """
    if as_of and as_of >= year:
        return True, True
    stands = all(period <= (as_of or "") for period in output_periods)
    return stands, stands and not outgrown


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
