"""Amounts published by month, added up over a run of months."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any

from graphkit.period import Period, written

TONNES = {"t": 1.0, "kg": 0.001}
"""Tonnes of one of each unit of mass that a claim may have."""
AT_LEAST = ("more-than", "at-least")
AT_MOST = ("less-than", "up-to")
"""Qualifiers of a figure that is only one end."""
Bounds = tuple[float, float | None]
"""Least and most of an amount, in tonnes; no most: it is not bounded."""


@dataclass(frozen=True)
class RunOfMonths:
    """The sum of what was published of one seller, buyer and good, over a run of months."""

    supplier: str
    consumer: str | None
    """Buyer; none: all countries together."""
    goods: str
    """Element or product."""
    measure: str
    period: str
    low: float
    """The least that the months hold, in t: nothing in those without an amount."""
    high: float | None
    """The most, in t: in a month without an amount, what the seller sold to all; None where that
    was not published either."""
    months: tuple[str, ...]
    """Periods with a published amount."""
    bounded: tuple[str, ...]
    """Months without one, whose most is what the seller sold to all."""
    missing: tuple[str, ...]
    """Months of which neither was published."""
    claims: tuple[str, ...]
    """Keys of the claims of the amounts, then of those of what was sold to all."""


def runs_of_months(claims: Sequence[Mapping[str, Any]], period: Period) -> list[RunOfMonths]:
    """Add up the amounts that were published by month, for each seller, buyer and good.

    Parameters
    ----------
    claims : sequence of mappings
        Published claims, of which amounts by weight of a seller's exports or imports count.
    period : Period
        The run. Amounts of its months count, and those of longer parts of it where no month of
        theirs has one.

    Returns
    -------
    list of RunOfMonths
        Of each seller, buyer and good with two amounts or more, those with the most first. Of
        several figures of a month the range is from the least to the most.

    Examples
    --------
    >>> claim = {"key": "a", "kind": "quantity", "supplier": "CHN", "consumer": "KOR", "unit": "t",
    ...          "element": "Dy", "measure": "exports", "period": "2025-07", "value": 1.4}
    >>> more = {**claim, "key": "b", "period": "2025-09", "value": 17.0,
    ...         "qualifier": "more-than"}
    >>> every = {**claim, "key": "c", "consumer": None, "period": "2025-08", "value": 16.7}
    >>> rest = {**every, "key": "d", "period": "2025-09", "value": 18.0}
    >>> _, run = runs_of_months([claim, more, every, rest], Period("2025-Q3"))
    >>> round(run.low, 3), round(run.high, 3), run.months, run.bounded
    (18.4, 36.1, ('2025-07', '2025-09'), ('2025-08',))
    """
    amounts: dict[tuple[str, str, str, str | None], list[Mapping[str, Any]]] = defaultdict(list)
    for claim in claims:
        goods = claim.get("product") or claim.get("element")
        if _counts(claim, period) and goods:
            key = claim["supplier"], goods, claim["measure"], claim.get("consumer")
            amounts[key].append(claim)
    runs = []
    for (supplier, goods, measure, consumer), own in amounts.items():
        every = amounts.get((supplier, goods, measure, None), []) if consumer else []
        run = _run(own, every, period)
        if len(run["months"]) > 1:
            runs.append(RunOfMonths(supplier, consumer, goods, measure, str(period), **run))
    return sorted(runs, key=lambda run: (-run.low, run.goods, run.consumer or ""))


def _counts(claim: Mapping[str, Any], period: Period) -> bool:
    return bool(
        claim["kind"] == "quantity" and claim["unit"] in TONNES and claim.get("supplier")
        and claim.get("period") and Period(claim["period"]) in period
    )  # fmt: skip


def _run(
    own: Sequence[Mapping[str, Any]], every: Sequence[Mapping[str, Any]], period: Period
) -> dict[str, Any]:  # fmt: skip
    """Bound the amount of each part of a run, of which every month is in one part."""
    parts = _without_overlap(own)
    totals = _by_period(every)
    covered = {month for text in parts for month in range(Period(text).start, Period(text).end)}
    rest = [written(month, 1) for month in range(period.start, period.end) if month not in covered]
    bounds, used = [], [claim["key"] for claims in parts.values() for claim in claims]
    for text, claims in parts.items():
        low, high = _bounds(claims)
        if high is None and text in totals:
            _, high = _bounds(totals[text])
            used += [claim["key"] for claim in totals[text]]
        bounds.append((low, high))
    bounded = [text for text in rest if text in totals]
    for text in bounded:
        bounds.append((0.0, _bounds(totals[text])[1]))
        used += [claim["key"] for claim in totals[text]]
    missing = [text for text in rest if text not in totals]
    bounds += [(0.0, None)] * bool(missing)
    most = [high for _, high in bounds if high is not None]
    return {
        "low": fsum(low for low, _ in bounds),
        "high": fsum(most) if len(most) == len(bounds) else None,
        "months": tuple(sorted(parts)), "bounded": tuple(bounded), "missing": tuple(missing),
        "claims": tuple(used),
    }  # fmt: skip


def _by_period(claims: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    claims_of: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for claim in claims:
        claims_of[claim["period"]].append(claim)
    return claims_of


def _without_overlap(claims: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Choose the shortest periods, so that no month is counted twice."""
    parts: dict[str, list[Mapping[str, Any]]] = {}
    by_period = _by_period(claims)
    for text in sorted(by_period, key=lambda text: (Period(text).months, Period(text).start)):
        if not any(Period(text).overlaps(Period(other)) for other in parts):
            parts[text] = by_period[text]
    return parts


def _bounds(claims: Sequence[Mapping[str, Any]]) -> Bounds:
    """Bound an amount by all its figures: from the least to the most of them."""
    ends = [_ends(claim) for claim in claims]
    highs = [high for _, high in ends if high is not None]
    return min(low for low, _ in ends), max(highs, default=None)


def _ends(claim: Mapping[str, Any]) -> Bounds:
    """Bound an amount by one figure."""
    tonnes, value, qualifier = TONNES[claim["unit"]], claim.get("value"), claim.get("qualifier")
    low, high = (claim.get("low"), claim.get("high")) if value is None else (value, value)
    least = 0.0 if low is None or qualifier in AT_MOST else low * tonnes
    return least, None if high is None or qualifier in AT_LEAST else high * tonnes
