"""Supply risk of materials for the EU."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import fsum
from typing import Any

import pyarrow as pa

from graphkit.analysis.governance import ESTIMATES, scaled_governance
from graphkit.arrow import SHARE, flags, lists, number, texts

CRITICAL = {"supply-risk": 1.0, "economic-importance": 2.8}
"""Thresholds of the list of critical raw materials since 2017."""

Interval = tuple[float, float]


def supply_risk(
    shares: pa.Table, ratings: pa.Table, factors: pa.Table, published: pa.Table | None = None
) -> pa.Table:
    r"""Compute the supply risk of materials for the EU by the guidelines of 2017.

    .. math::

        SR = \left[ HHI_{WGI,t}^{GS} \frac{IR}{2} + HHI_{WGI,t}^{EU} \left( 1 - \frac{IR}{2}
        \right) \right] (1 - EoL_{RIR}) \, SI_{SR}, \quad
        HHI_{WGI,t} = \sum_c S_c^2 \, WGI_c \, t_c

    with global supply GS, EU sourcing, import reliance IR, the recycling input rate at the end
    of life and the substitution index [1]_ [2]_. Where only global supply is known, the
    guidelines use it alone. A missing input is never made up: it takes all possible values (IR,
    recycling and substitution 0 to 1, governance 0 to 10, the unnamed part of supply from
    nobody to one country with the worst governance), and the result is a range. A missing t
    is 1.

    Parameters
    ----------
    shares : pyarrow.Table
        ``material``, ``stage``, ``market`` (``global`` or ``EU sourcing``), ``country``,
        ``share_low``, ``share_high`` (0 to 1; equal where the share is known).
    ratings : pyarrow.Table
        As :func:`governance` returns them.
    factors : pyarrow.Table
        ``material``, ``stage``, ``import_reliance``, ``eol_rir``, ``substitution`` (0 to 1,
        null where unknown). Materials without a row are allowed. A ``trade`` column, if
        present, holds the trade parameter by country as a list of ``{country, t}``.
    published : pyarrow.Table, optional
        Claims; the result shows their supply risk and economic importance by ``element``.

    Returns
    -------
    pyarrow.Table
        One row per material and stage, sorted: ``hhi_global_low`` to ``hhi_eu_high`` (0 to 10),
        ``hhi_global_known``, ``hhi_eu_known`` (with the mean of the known indicators in place of
        the mean of all six), ``import_reliance``, ``eol_rir``, ``substitution``,
        ``supply_risk_low``, ``supply_risk_high`` (critical from 1.0 on), ``missing`` (a list),
        ``counts`` (true for the stage with the material's highest risk; null: ranges
        overlap), ``published_supply_risk``, ``published_economic_importance`` (the highest
        of several), ``published_critical`` (1.0 and 2.8 or more),
        ``published_in_range`` (null without a range).

    References
    ----------
    .. [1] European Commission (2017). Methodology for establishing the EU list of critical raw
           materials: guidelines. https://doi.org/10.2873/769526
    .. [2] Blengini, G. A. et al. (2017). Assessment of the methodology for establishing the EU
           list of critical raw materials. EUR 28654. https://doi.org/10.2760/73303

    Examples
    --------
    One country sells everything, and half of it cannot be replaced:

    >>> shares = pa.table({
    ...     "material": ["Dy"] * 2, "stage": ["separate"] * 2, "market": ["global", "EU sourcing"],
    ...     "country": ["CHN"] * 2, "share_low": [1.0] * 2, "share_high": [1.0] * 2})
    >>> ratings = pa.table({"country": ["CHN"], "low": [5.0], "high": [5.0], "known": [5.0],
    ...                     "rated": [6], "lacking": [[]]})
    >>> factors = pa.table({"material": ["Dy"], "stage": ["separate"], "import_reliance": [1.0],
    ...                     "eol_rir": [0.0], "substitution": [0.5]})
    >>> row = supply_risk(shares, ratings, factors).to_pylist()[0]
    >>> row["supply_risk_low"], row["supply_risk_high"], row["missing"]
    (2.5, 2.5, [])
    """
    rated = {row["country"]: row for row in ratings.to_pylist()}
    factors_by_place = {(row["material"], row["stage"]): row for row in factors.to_pylist()}
    markets: dict[tuple[str, str], dict[str, list[Mapping[str, Any]]]] = defaultdict(dict)
    for row in shares.to_pylist():
        place = (row["material"], row["stage"])
        markets[place].setdefault(row["market"], []).append(row)
    rows = []
    for material, stage in sorted(markets.keys() | factors_by_place.keys()):
        place = (material, stage)
        risk = _risk(markets[place], rated, factors_by_place.get(place, {}))
        rows.append({"material": material, "stage": stage, **risk})
    claims = published.to_pylist() if published is not None else []
    for row in rows:
        row |= {"counts": _highest(row, rows), **_published(row, claims)}
    return pa.Table.from_pylist(rows, schema=_RISK)


_FACTORS = ("import_reliance", "eol_rir", "substitution")
_RISK = pa.schema([
    *texts("material", "stage"),
    *(
        number(f"hhi_{market}_{end}", "0 to 10")
        for market in ("global", "eu") for end in ("low", "high", "known")
    ),
    *(number(name, SHARE) for name in _FACTORS),
    number("supply_risk_low"), number("supply_risk_high"), *lists("missing"), *flags("counts"),
    number("published_supply_risk"), number("published_economic_importance"),
    *flags("published_critical", "published_in_range"),
])  # fmt: skip


def _risk(
    markets: Mapping[str, Sequence[Mapping[str, Any]]],
    rated: Mapping[str, Mapping[str, Any]],
    factors: Mapping[str, Any],
) -> dict[str, Any]:
    """Compute the range of one material's supply risk at one stage, with its inputs."""
    row: dict[str, Any] = {name: factors.get(name) for name in _FACTORS}
    trade = {entry["country"]: entry["t"] for entry in factors.get("trade") or ()}
    missing = [] if "global" in markets else ["global supply"]
    if "EU sourcing" not in markets:
        missing.append("EU sourcing (global supply alone is used)")
    bounds: dict[str, Interval] = {}
    for market, name in (("global", "global"), ("EU sourcing", "eu")):
        if market in markets:
            low, high, known, gaps = _weighted(markets[market], rated, trade)
            bounds[name] = (low, high)
            row |= {f"hhi_{name}_low": low, f"hhi_{name}_high": high, f"hhi_{name}_known": known}
            missing += [gap for gap in gaps if gap not in missing]
    names = {"import_reliance": "import reliance", "eol_rir": "end-of-life recycling input rate"}
    names["substitution"] = "substitution index"
    skipped = () if "eu" in bounds else ("import_reliance",)
    missing += [names[n] for n in _FACTORS if row[n] is None and n not in skipped]
    if "global" in bounds:
        low, high = _mixed(bounds, row["import_reliance"])
        recycling_low, recycling_high = _open(row["eol_rir"], 0, 1)
        substitution_low, substitution_high = _open(row["substitution"], 0, 1)
        row["supply_risk_low"] = low * (1 - recycling_high) * substitution_low
        row["supply_risk_high"] = high * (1 - recycling_low) * substitution_high
    return row | {"missing": missing}


def _open(value: float | None, low: float, high: float) -> Interval:
    """Return the interval of a value: all from low to high, if it is not known."""
    return (low, high) if value is None else (value, value)


def _mixed(bounds: Mapping[str, Interval], reliance: float | None) -> Interval:
    """Weight global supply and EU sourcing by import reliance."""
    gs_low, gs_high = bounds["global"]
    eu_low, eu_high = bounds.get("eu", bounds["global"])
    lows, highs = [], []
    for ir in _open(reliance, 0, 1):
        lows.append(gs_low * ir / 2 + eu_low * (1 - ir / 2))
        highs.append(gs_high * ir / 2 + eu_high * (1 - ir / 2))
    return min(lows), max(highs)


def _weighted(
    shares: Sequence[Mapping[str, Any]],
    rated: Mapping[str, Mapping[str, Any]],
    trade: Mapping[str, float],
) -> tuple[float, float, float | None, list[str]]:
    """Weight the HHI by governance and trade; return bounds, the known value and the gaps."""
    scale = (scaled_governance(ESTIMATES[1]), scaled_governance(ESTIMATES[0]))
    low, high, known = [], [], []
    gaps: set[str] = set()
    lacking: set[str] = set()
    for row in shares:
        rating, t = rated.get(row["country"]), trade.get(row["country"], 1.0)
        least, most = (rating["low"], rating["high"]) if rating else scale
        low.append(row["share_low"] ** 2 * least * t)
        high.append(row["share_high"] ** 2 * most * t)
        if rating:
            known.append(row["share_low"] ** 2 * rating["known"] * t)
            lacking |= set(rating["lacking"])
        else:
            gaps.add(f"governance of {row['country']}")
    rest = 1 - fsum(row["share_low"] for row in shares)
    if rest > 1e-12:
        high.append(rest**2 * scale[1])
        gaps.add(f"the countries of {rest:.1%} of supply")
    if lacking:
        gaps.add("governance indicators: " + ", ".join(sorted(lacking)))
    return fsum(low), fsum(high), fsum(known) if known else None, sorted(gaps)


def _highest(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> bool | None:
    """Tell whether this stage has the highest risk of all stages of its material."""
    stages = [r for r in rows if r["material"] == row["material"] and r is not row]
    low, high = row.get("supply_risk_low"), row.get("supply_risk_high")
    if low is None or high is None:
        return None
    lows = [stage.get("supply_risk_low") for stage in stages]
    if any(other is not None and other > high for other in lows):
        return False
    highs = [stage.get("supply_risk_high") for stage in stages]
    return True if all(other is not None and low >= other for other in highs) else None


def _published(row: Mapping[str, Any], claims: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the material's published risk and importance, the highest of several figures."""
    figures: dict[str, float] = {}
    for claim in claims:
        kind = claim["kind"]
        if kind in CRITICAL and claim["element"] == row["material"] and claim["value"] is not None:
            figures[kind] = max(claim["value"], figures.get(kind, claim["value"]))
    risk, importance = (figures.get(kind) for kind in CRITICAL)
    low, high = row.get("supply_risk_low"), row.get("supply_risk_high")
    critical = None
    if risk is not None and importance is not None:
        critical = all(figures[kind] >= threshold for kind, threshold in CRITICAL.items())
    # A published figure is rounded to a tenth.
    inside = None
    if risk is not None and low is not None and high is not None:
        inside = low - 0.05 <= risk <= high + 0.05
    return {
        "published_supply_risk": risk, "published_economic_importance": importance,
        "published_critical": critical, "published_in_range": inside,
    }  # fmt: skip
