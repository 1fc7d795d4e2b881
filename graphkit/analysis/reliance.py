"""Net import reliance beside published figures, and supply without the largest supplier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, inf
from typing import Any

import pyarrow as pa

from graphkit.analysis.concentration import published_interval
from graphkit.arrow import SHARE, flags, number, texts

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
    trade = _trade(flows)
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
                rows += [row | _beside(claim) for claim in told.get(place, nothing)]
    return pa.Table.from_pylist(rows, schema=_RELIANCE)


@dataclass(frozen=True)
class Traded:
    """Imports and exports of one country, of one product in one period and series."""

    imports: float
    exports: float
    bases: frozenset[str]
    unweighed: int
    """Number of flows without a mass."""


def _trade(flows: pa.Table) -> dict[tuple[str, ...], dict[tuple[str, ...], Traded]]:
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


def _beside(claim: Mapping[str, Any] | None) -> dict[str, Any]:
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
