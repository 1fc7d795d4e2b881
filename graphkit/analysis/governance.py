"""Governance of countries, as the EU's supply risk weighs it."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum

import pyarrow as pa

from graphkit.arrow import counts, lists, number, texts

WGI = (
    "wgi-control-of-corruption", "wgi-government-effectiveness", "wgi-political-stability",
    "wgi-regulatory-quality", "wgi-rule-of-law", "wgi-voice-and-accountability",
)  # fmt: skip
"""The six Worldwide Governance Indicators whose mean the formula takes."""
ESTIMATES = (-2.5, 2.5)
"""Range of nearly all estimates, and of an unknown one."""


def scaled_governance(estimate: float) -> float:
    """Scale a governance estimate (-2.5 to 2.5, higher is better) to 0 to 10, 10 the worst.

    The few estimates beyond 2.5 give values beyond the scale; they are not clipped.

    Examples
    --------
    >>> scaled_governance(-2.5), scaled_governance(0), scaled_governance(2.5)
    (10.0, 5.0, 0.0)
    """
    return (2.5 - estimate) * 2


def governance(ratings: pa.Table, periods: Sequence[str] | None = None) -> pa.Table:
    """Average each country's six governance indicators, scaled; a range where some are missing.

    Parameters
    ----------
    ratings : pyarrow.Table
        ``country``, ``indicator`` (one of :data:`WGI`; others are ignored), ``period``,
        ``value`` (estimate, -2.5 to 2.5).
    periods : sequence of str, optional
        Only these; an indicator is averaged over those with a value. The study of 2023 took
        2016 to 2020. By default the newest period of each indicator.

    Returns
    -------
    pyarrow.Table
        One row per country, sorted: ``country``, ``low`` and ``high`` (0 to 10, 10 is the
        worst: a missing indicator is anywhere from -2.5 to 2.5), ``known`` (scaled mean of
        the indicators present), ``rated`` (their number) and ``lacking``.

    References
    ----------
    .. [1] Kaufmann, D., Kraay, A. (2024). "The Worldwide Governance Indicators: Methodology and
           2024 Update". World Bank Policy Research Working Paper 10952.

    Examples
    --------
    >>> ratings = pa.table({"country": ["CHN"], "indicator": ["wgi-political-stability"],
    ...                     "period": ["2020"], "value": [-0.5]})
    >>> row = governance(ratings).to_pylist()[0]
    >>> row["known"], round(row["low"], 3), round(row["high"], 3), row["rated"]
    (6.0, 1.0, 9.333, 1)
    """
    estimates: dict[str, dict[str, dict[str, float]]] = {}
    for row in ratings.to_pylist():
        in_periods = periods is None or row["period"] in periods
        if in_periods and row["indicator"] in WGI and row["value"] is not None:
            by_indicator = estimates.setdefault(row["country"], {})
            by_indicator.setdefault(row["indicator"], {})[row["period"]] = row["value"]
    rows = []
    for country, by_indicator in sorted(estimates.items()):
        means = []
        for by_period in by_indicator.values():
            newest = by_period[max(by_period)]
            values = [newest] if periods is None else list(by_period.values())
            means.append(fsum(values) / len(values))
        total, lacking = fsum(means), [name for name in WGI if name not in by_indicator]
        worst, best = (total + len(lacking) * estimate for estimate in ESTIMATES)
        rows.append({
            "country": country, "low": scaled_governance(best / len(WGI)),
            "high": scaled_governance(worst / len(WGI)),
            "known": scaled_governance(total / len(means)), "rated": len(means),
            "lacking": lacking,
        })  # fmt: skip
    numbers = [number(name, "0 to 10") for name in ("low", "high", "known")]
    schema = pa.schema([*texts("country"), *numbers, *counts("rated"), *lists("lacking")])
    return pa.Table.from_pylist(rows, schema=schema)
