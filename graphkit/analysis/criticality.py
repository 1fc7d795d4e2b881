"""Import reliance, supply without the largest supplier, and the EU's supply risk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, inf
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.concentration import published_interval
from graphkit.arrow import SHARE, counts, flags, lists, number, texts

PLACE = ("country", "product", "period")


def reliance_bounds(
    imports: float, exports: float, production: tuple[float, float]
) -> tuple[float, float] | None:
    r"""Bound net import reliance by the bounds of production, without stock changes.

    .. math:: (I - E) / (P + I - E)

    Not below 0: a country that exports more than it imports is a net exporter. None where
    nothing is consumed.

    Examples
    --------
    >>> reliance_bounds(80, 20, (40, 40)), reliance_bounds(80, 20, (0, 0))
    ((0.6, 0.6), (1.0, 1.0))
    >>> reliance_bounds(80, 20, (0, float("inf"))), reliance_bounds(20, 80, (100, 100))
    ((0.0, 1.0), (0.0, 0.0))
    """
    net = imports - exports
    low, high = (net + p for p in production)
    if high <= 0:
        return None
    if net <= 0:
        return 0.0, 0.0
    return net / high if high < inf else 0.0, net / low


def net_import_reliance(
    flows: pa.Table,
    production: pa.Table,
    published: pa.Table | None = None,
    *,
    countries: Collection[str] | None = None,
) -> pa.Table:
    r"""Compute net import reliance from flows and production, beside the published figure.

    As the USGS defines it [1]_, but without stock changes, which no table gives:

    .. math:: NIR = (I - E) / (P + I - E)

    Masses of two bases (gross, REO, metal content) never meet in one formula. Withheld
    production gives a range.

    Parameters
    ----------
    flows : pyarrow.Table
        ``consumer``, ``supplier``, ``product``, ``period``, ``reporter``, ``dataset``,
        ``source``, ``basis`` (text), ``tonnes`` (null where unknown).
    production : pyarrow.Table
        ``country``, ``product``, ``period``, ``basis``, ``source``, ``qualifier`` (text),
        ``tonnes``, ``low``, ``high``.
    published : pyarrow.Table, optional
        Claims; the result shows those of kind ``net-import-reliance`` with a ``product``.
    countries : collection of str, optional
        Only these; by default every country with trade or a published figure.

    Returns
    -------
    pyarrow.Table
        One row per country, product, period, source of the trade and of the production, sorted
        by them: ``imports``, ``exports`` (t, of the flows that give a mass), ``production_low``
        and ``production_high`` (t; high is null if withheld), ``basis``, ``reliance_low``,
        ``reliance_high`` (0 to 1), ``net_exporter``, ``missing`` (why the figure is missing, or
        what it leaves out), ``published_value``, ``published_low``, ``published_high`` (0 to
        1), ``published_qualifier``, ``published_as`` (as printed), ``published_source``. A
        censored figure (``>95``) stays a bound, ``net-exporter`` stays a word.

    References
    ----------
    .. [1] U.S. Geological Survey (2026). Mineral Commodity Summaries, appendix.

    Examples
    --------
    >>> flows = pa.table({
    ...     "consumer": ["USA", "CAN"], "supplier": ["CHN", "USA"], "product": ["sb"] * 2,
    ...     "period": ["2024"] * 2, "reporter": ["importer"] * 2, "dataset": ["customs"] * 2,
    ...     "source": ["x"] * 2, "basis": ["gross"] * 2, "tonnes": [80.0, 20.0]})
    >>> made = pa.table({
    ...     "country": ["USA"], "product": ["sb"], "period": ["2024"], "basis": ["gross"],
    ...     "source": ["usgs"], "qualifier": ["withheld"], "tonnes": pa.nulls(1, pa.float64()),
    ...     "low": pa.nulls(1, pa.float64()), "high": pa.nulls(1, pa.float64())})
    >>> row = net_import_reliance(flows, made, countries=["USA"]).to_pylist()[0]
    >>> row["imports"], row["exports"], row["reliance_low"], row["reliance_high"]
    (80.0, 20.0, 0.0, 1.0)
    """
    if countries is not None:
        ends = [pc.field(end).isin(list(countries)) for end in ("consumer", "supplier")]
        flows = flows.filter(ends[0] | ends[1])
    trade = _traded(flows)
    made = _grouped(production.to_pylist(), PLACE)
    claims = published.to_pylist() if published is not None else []
    claimed = ("consumer", "product", "period")
    told = _grouped(
        [c for c in claims if c["kind"] == "net-import-reliance" and all(c[n] for n in claimed)],
        claimed,
    )
    nothing: tuple[None] = (None,)
    rows = []
    for place in sorted(trade.keys() | told.keys()):
        if countries is not None and place[0] not in countries:
            continue
        for series in sorted(trade.get(place, {})) or nothing:
            traded = trade[place][series] if series else None
            for maker in made.get(place, nothing):
                row = dict(zip(PLACE, place, strict=True)) | _reliance(traded, maker)
                row["trade_source"] = " ".join(series) if series else None
                rows += [row | _published(claim) for claim in told.get(place, nothing)]
    return pa.Table.from_pylist(rows, schema=_RELIANCE)


@dataclass(frozen=True)
class Traded:
    """Imports and exports of one country, of one product in one period and series."""

    imports: float
    exports: float
    bases: frozenset[str]
    unweighed: int
    """Number of flows without a mass."""


def _traded(flows: pa.Table) -> dict[tuple[str, ...], dict[tuple[str, ...], Traded]]:
    rows: dict[tuple[str, ...], dict[tuple[str, ...], list[tuple[bool, Any]]]] = {}
    for flow in flows.to_pylist():
        series = (flow["source"], flow["dataset"], flow["reporter"])
        for end in ("consumer", "supplier"):
            place = (flow[end], flow["product"], flow["period"])
            held = rows.setdefault(place, {}).setdefault(series, [])
            if flow["consumer"] != flow["supplier"]:
                held.append((end == "consumer", flow))
    return {
        place: {
            series: Traded(
                fsum(f["tonnes"] or 0 for inward, f in held if inward),
                fsum(f["tonnes"] or 0 for inward, f in held if not inward),
                frozenset(f["basis"] or "not stated" for _, f in held),
                sum(f["tonnes"] is None for _, f in held),
            )
            for series, held in by_series.items()
        }
        for place, by_series in rows.items()
    }


def _grouped(
    rows: list[dict[str, Any]], names: Sequence[str]
) -> dict[tuple[str, ...], Sequence[dict[str, Any]]]:
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in sorted(rows, key=lambda r: (str(r["source"]), str(r["basis"]), str(r.get("key")))):
        groups[tuple(row[n] for n in names)].append(row)
    return dict(groups)


def _reliance(traded: Traded | None, maker: Mapping[str, Any] | None) -> dict[str, Any]:
    """Fill the columns of trade, production and reliance, and name what is missing."""
    row: dict[str, Any] = {}
    missing = []
    if traded is None:
        missing.append("trade flows")
    else:
        row |= {"imports": traded.imports, "exports": traded.exports}
        row["basis"] = ", ".join(sorted(traded.bases)) or None
        if traded.unweighed:
            what = "flow" if traded.unweighed == 1 else "flows"
            missing.append(f"the mass of {traded.unweighed} {what}")
    bounds = (published_interval(maker) or (0.0, inf)) if maker else None
    if maker is None or bounds is None:
        missing.append("production")
    else:
        row |= {"production_low": bounds[0], "production_high": _finite(bounds[1])}
        row["production_source"] = maker["source"]
    if traded is not None and maker is not None and bounds is not None:
        basis = maker["basis"] or "not stated"
        if traded.bases and traded.bases != {basis}:
            missing.append(f"one basis: trade is in {row['basis']}, production in {basis}")
        elif found := reliance_bounds(traded.imports, traded.exports, bounds):
            row["reliance_low"], row["reliance_high"] = found
            row["net_exporter"] = traded.exports > traded.imports
        else:
            missing.append("apparent consumption above 0")
    elif traded is not None and not traded.unweighed and traded.exports > traded.imports:
        # It sells more than it buys, whatever it makes.
        row |= {"reliance_low": 0.0, "reliance_high": 0.0, "net_exporter": True}
    return row | {"missing": "; ".join(missing) or None}


def _published(claim: Mapping[str, Any] | None) -> dict[str, Any]:
    if claim is None:
        return {}
    names = {"as": "published_value", "value": "value", "low": "low", "high": "high"}
    names |= {"qualifier": "qualifier", "source": "source"}
    return {f"published_{name}": claim[column] for name, column in names.items()}


def _finite(value: float) -> float | None:
    return value if value < inf else None


_RELIANCE = pa.schema([
    *texts(*PLACE, "trade_source", "production_source", "basis"),
    number("imports", "t"), number("exports", "t"),
    number("production_low", "t"), number("production_high", "t"),
    number("reliance_low", SHARE), number("reliance_high", SHARE), *flags("net_exporter"),
    *texts("missing"),
    *(number(f"published_{name}", SHARE) for name in ("value", "low", "high")),
    *texts("published_qualifier", "published_as", "published_source"),
])  # fmt: skip


def n_minus_1(balance: pa.Table) -> pa.Table:
    r"""Compute the part of demand that supply meets without the largest supplier.

    The N-1 measure of the IEA [1]_ also leaves out the largest supplier's own demand: with
    supply :math:`S_c` and demand :math:`D_c` of each country and the largest supplier :math:`m`,

    .. math:: \frac{\sum_c S_c - S_m}{\sum_c D_c - D_m}

    Parameters
    ----------
    balance : pyarrow.Table
        ``product``, ``period``, ``country`` (text), ``type`` (``world`` is a total, ``rest``
        several countries, all else a country), ``supply``, ``demand`` (in one unit and basis;
        null where unknown). A world total takes precedence over the sum of the rows.

    Returns
    -------
    pyarrow.Table
        One row per product and period, sorted by them: ``largest``, ``supply_without``,
        ``demand_without_low``, ``demand_without_high``, ``ratio_low``, ``ratio_high`` (1 is
        met in full; above 1 is more than enough) and ``missing``. If the largest supplier's
        own demand is unknown, the ratio is a range over all its possible values.

    References
    ----------
    .. [1] International Energy Agency (2025). Global Critical Minerals Outlook 2025.
           https://www.iea.org/reports/global-critical-minerals-outlook-2025

    Examples
    --------
    >>> table = pa.table({
    ...     "product": ["dy"] * 3, "period": ["2035"] * 3, "country": ["CHN", "MYS", "JPN"],
    ...     "type": ["country"] * 3, "supply": [90.0, 10.0, 0.0], "demand": [50.0, 10.0, 30.0]})
    >>> n_minus_1(table).to_pylist()[0]["ratio_low"]
    0.25
    """
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in balance.to_pylist():
        groups[row["product"], row["period"]].append(row)
    rows = [{"product": k[0], "period": k[1], **_n_minus_1(g)} for k, g in sorted(groups.items())]
    return pa.Table.from_pylist(rows, schema=_N_MINUS_1)


_N_MINUS_1 = pa.schema([
    *texts("product", "period", "largest"), number("supply_without"),
    number("demand_without_low"), number("demand_without_high"),
    number("ratio_low"), number("ratio_high"), *texts("missing"),
])  # fmt: skip


def _n_minus_1(rows: list[dict[str, Any]]) -> dict[str, Any]:
    named = [r for r in rows if r["type"] not in ("world", "rest") and r["supply"]]
    supply, demand = (_total(rows, name) for name in ("supply", "demand"))
    missing = [n for n, total in (("supply", supply), ("demand", demand)) if total is None]
    if not named or supply is None or demand is None:
        return {"missing": ", ".join(missing) or "a named supplier"}
    most = min(named, key=lambda r: (-r["supply"], r["country"]))
    without, own = supply - most["supply"], most["demand"]
    low, high = demand - (own or 0.0), demand - (own if own is not None else demand)
    # The unknown demand of the largest supplier lies between zero and the total.
    return {
        "largest": most["country"], "supply_without": without,
        "demand_without_low": min(low, high), "demand_without_high": max(low, high),
        "ratio_low": without / low if low > 0 else None,
        "ratio_high": without / high if high > 0 else None,
        "missing": f"demand of {most['country']}" if own is None else None,
    }  # fmt: skip


def _total(rows: list[dict[str, Any]], name: str) -> float | None:
    """Return the published world total, else the sum if every row is known."""
    world = [r[name] for r in rows if r["type"] == "world" and r[name] is not None]
    parts = [r[name] for r in rows if r["type"] != "world"]
    if world:
        return float(world[0]) if len(world) == 1 else None
    return None if not parts or None in parts else fsum(parts)


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
    inputs = {(row["material"], row["stage"]): row for row in factors.to_pylist()}
    markets: dict[tuple[str, str], dict[str, list[Mapping[str, Any]]]] = defaultdict(dict)
    for row in shares.to_pylist():
        place = (row["material"], row["stage"])
        markets[place].setdefault(row["market"], []).append(row)
    rows = []
    for place in sorted(markets.keys() | inputs.keys()):
        given = inputs.get(place, {})
        rows.append(
            {"material": place[0], "stage": place[1], **_risk(markets[place], rated, given)}
        )
    told = published.to_pylist() if published is not None else []
    for row in rows:
        row |= {"counts": _highest(row, rows), **_beside(row, told)}
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
    given: Mapping[str, Any],
) -> dict[str, Any]:
    """Compute the range of one material's supply risk at one stage, with its inputs."""
    row: dict[str, Any] = {name: given.get(name) for name in _FACTORS}
    missing = [] if "global" in markets else ["global supply"]
    if "EU sourcing" not in markets:
        missing.append("EU sourcing (global supply alone is used)")
    bounds: dict[str, Interval] = {}
    for market, name in (("global", "global"), ("EU sourcing", "eu")):
        if market in markets:
            low, high, known, lacks = _weighted(markets[market], rated, _trade(given))
            bounds[name] = (low, high)
            row |= {f"hhi_{name}_low": low, f"hhi_{name}_high": high, f"hhi_{name}_known": known}
            missing += [lack for lack in lacks if lack not in missing]
    names = {"import_reliance": "import reliance", "eol_rir": "end-of-life recycling input rate"}
    names["substitution"] = "substitution index"
    skipped = () if "eu" in bounds else ("import_reliance",)
    missing += [names[n] for n in _FACTORS if row[n] is None and n not in skipped]
    if "global" in bounds:
        low, high = _mixed(bounds, row["import_reliance"])
        keeps = [_open(row["eol_rir"], 0, 1), _open(row["substitution"], 0, 1)]
        row["supply_risk_low"] = low * (1 - keeps[0][1]) * keeps[1][0]
        row["supply_risk_high"] = high * (1 - keeps[0][0]) * keeps[1][1]
    return row | {"missing": missing}


def _open(value: float | None, low: float, high: float) -> Interval:
    return (low, high) if value is None else (value, value)


def _mixed(bounds: Mapping[str, Interval], reliance: float | None) -> Interval:
    """Weight global supply and EU sourcing by import reliance."""
    whole = bounds["global"]
    sourcing = bounds.get("eu", whole)
    parts = [
        tuple(g * ir / 2 + s * (1 - ir / 2) for g, s in zip(whole, sourcing, strict=True))
        for ir in _open(reliance, 0, 1)
    ]
    return min(p[0] for p in parts), max(p[1] for p in parts)


def _trade(given: Mapping[str, Any]) -> Mapping[str, float]:
    return {entry["country"]: entry["t"] for entry in given.get("trade") or ()}


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
    ends = [
        (r.get("supply_risk_low"), r.get("supply_risk_high"))
        for r in rows if r["material"] == row["material"] and r is not row
    ]  # fmt: skip
    low, high = row.get("supply_risk_low"), row.get("supply_risk_high")
    if low is None or high is None:
        return None
    if any(other is not None and other > high for other, _ in ends):
        return False
    return True if all(top is not None and low >= top for _, top in ends) else None


def _beside(row: Mapping[str, Any], claims: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the material's published risk and importance, the highest of several figures."""
    found: dict[str, float] = {}
    for claim in claims:
        kind = claim["kind"]
        if kind in CRITICAL and claim["element"] == row["material"] and claim["value"] is not None:
            found[kind] = max(claim["value"], found.get(kind, claim["value"]))
    risk, importance = (found.get(kind) for kind in CRITICAL)
    low, high = row.get("supply_risk_low"), row.get("supply_risk_high")
    both = risk is not None and importance is not None
    # A published figure is rounded to a tenth.
    inside = None
    if risk is not None and low is not None and high is not None:
        inside = low - 0.05 <= risk <= high + 0.05
    return {
        "published_supply_risk": risk, "published_economic_importance": importance,
        "published_critical": (
            all(found[kind] >= least for kind, least in CRITICAL.items()) if both else None
        ),
        "published_in_range": inside,
    }  # fmt: skip


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
    found: dict[str, dict[str, dict[str, float]]] = {}
    for row in ratings.to_pylist():
        wanted = periods is None or row["period"] in periods
        if wanted and row["indicator"] in WGI and row["value"] is not None:
            by_indicator = found.setdefault(row["country"], {})
            by_indicator.setdefault(row["indicator"], {})[row["period"]] = row["value"]
    rows = []
    for country, by_indicator in sorted(found.items()):
        means = []
        for values in by_indicator.values():
            used = list(values.values()) if periods is not None else [values[max(values)]]
            means.append(fsum(used) / len(used))
        known, lacking = fsum(means), [name for name in WGI if name not in by_indicator]
        worst, best = (known + len(lacking) * end for end in ESTIMATES)
        rows.append({
            "country": country, "low": scaled_governance(best / len(WGI)),
            "high": scaled_governance(worst / len(WGI)),
            "known": scaled_governance(known / len(means)), "rated": len(means),
            "lacking": lacking,
        })  # fmt: skip
    numbers = [number(name, "0 to 10") for name in ("low", "high", "known")]
    schema = pa.schema([*texts("country"), *numbers, *counts("rated"), *lists("lacking")])
    return pa.Table.from_pylist(rows, schema=schema)
