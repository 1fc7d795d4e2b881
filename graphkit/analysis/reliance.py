"""Net import reliance: imports minus exports over what is used, with bounds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, inf
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.production import published_interval
from graphkit.arrow import SHARE, flags, number, texts

PLACE = ("country", "product", "period")
CLAIMED_PLACE = ("consumer", "product", "period")
"""The same in a claim."""


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
    >>> production = pa.table({
    ...     "country": ["USA"], "product": ["sb"], "period": ["2024"], "basis": ["gross"],
    ...     "source": ["usgs"], "qualifier": ["withheld"], "tonnes": pa.nulls(1, pa.float64()),
    ...     "low": pa.nulls(1, pa.float64()), "high": pa.nulls(1, pa.float64())})
    >>> row = net_import_reliance(flows, production, countries=["USA"]).to_pylist()[0]
    >>> row["imports"], row["exports"], row["reliance_low"], row["reliance_high"]
    (80.0, 20.0, 0.0, 1.0)
    """
    if countries is not None:
        codes = list(countries)
        flows = flows.filter(pc.field("consumer").isin(codes) | pc.field("supplier").isin(codes))
    trade = _traded(flows)
    figures = _grouped(production.to_pylist(), PLACE)
    claims = _grouped(_reliance_claims(published), CLAIMED_PLACE)
    nothing: tuple[None] = (None,)
    rows = []
    for place in sorted(trade.keys() | claims.keys()):
        if countries is not None and place[0] not in countries:
            continue
        for series in sorted(trade.get(place, {})) or nothing:
            traded = trade[place][series] if series else None
            for figure in figures.get(place, nothing):
                row = dict(zip(PLACE, place, strict=True)) | _reliance(traded, figure)
                row["trade_source"] = " ".join(series) if series else None
                rows += [row | _published(claim) for claim in claims.get(place, nothing)]
    return pa.Table.from_pylist(rows, schema=_RELIANCE)


def _reliance_claims(published: pa.Table | None) -> list[dict[str, Any]]:
    """List the claims of net import reliance that name a country, product and period."""
    if published is None:
        return []
    return [
        claim
        for claim in published.to_pylist()
        if claim["kind"] == "net-import-reliance" and all(claim[name] for name in CLAIMED_PLACE)
    ]


@dataclass(frozen=True)
class Traded:
    """Imports and exports of one country, of one product in one period and series."""

    imports: float
    exports: float
    bases: frozenset[str]
    unweighed: int
    """Number of flows without a mass."""


def _traded(flows: pa.Table) -> dict[tuple[str, ...], dict[tuple[str, ...], Traded]]:
    """Add up the trade of each place, by source, data set and reporter."""
    groups: dict[tuple[str, ...], dict[tuple[str, ...], list[tuple[bool, Any]]]] = {}
    for flow in flows.to_pylist():
        series = (flow["source"], flow["dataset"], flow["reporter"])
        for end in ("consumer", "supplier"):
            place = (flow[end], flow["product"], flow["period"])
            group = groups.setdefault(place, {}).setdefault(series, [])
            if flow["consumer"] != flow["supplier"]:
                group.append((end == "consumer", flow))
    trade: dict[tuple[str, ...], dict[tuple[str, ...], Traded]] = defaultdict(dict)
    for place_key, by_series in groups.items():
        for series_key, group in by_series.items():
            trade[place_key][series_key] = Traded(
                fsum(flow["tonnes"] or 0 for inward, flow in group if inward),
                fsum(flow["tonnes"] or 0 for inward, flow in group if not inward),
                frozenset(flow["basis"] or "not stated" for _, flow in group),
                sum(flow["tonnes"] is None for _, flow in group),
            )
    return dict(trade)


def _grouped(
    rows: list[dict[str, Any]], names: Sequence[str]
) -> dict[tuple[str, ...], Sequence[dict[str, Any]]]:
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in sorted(rows, key=lambda r: (str(r["source"]), str(r["basis"]), str(r.get("key")))):
        groups[tuple(row[n] for n in names)].append(row)
    return dict(groups)


def _reliance(traded: Traded | None, figure: Mapping[str, Any] | None) -> dict[str, Any]:
    """Fill the columns of trade, production and reliance, and name what is missing."""
    row: dict[str, Any] = {}
    missing = []
    if traded is None:
        missing.append("trade flows")
    else:
        row |= {"imports": traded.imports, "exports": traded.exports}
        row["basis"] = ", ".join(sorted(traded.bases)) or None
        if traded.unweighed:
            noun = "flow" if traded.unweighed == 1 else "flows"
            missing.append(f"the mass of {traded.unweighed} {noun}")
    bounds = (published_interval(figure) or (0.0, inf)) if figure else None
    if figure is None or bounds is None:
        missing.append("production")
    else:
        low, high = bounds
        row |= {"production_low": low, "production_high": high if high < inf else None}
        row["production_source"] = figure["source"]
    if traded is not None and figure is not None and bounds is not None:
        basis = figure["basis"] or "not stated"
        if traded.bases and traded.bases != {basis}:
            missing.append(f"one basis: trade is in {row['basis']}, production in {basis}")
        elif reliance := reliance_bounds(traded.imports, traded.exports, bounds):
            row["reliance_low"], row["reliance_high"] = reliance
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


_RELIANCE = pa.schema([
    *texts(*PLACE, "trade_source", "production_source", "basis"),
    number("imports", "t"), number("exports", "t"),
    number("production_low", "t"), number("production_high", "t"),
    number("reliance_low", SHARE), number("reliance_high", SHARE), *flags("net_exporter"),
    *texts("missing"),
    *(number(f"published_{name}", SHARE) for name in ("value", "low", "high")),
    *texts("published_qualifier", "published_as", "published_source"),
])  # fmt: skip
