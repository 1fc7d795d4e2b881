"""Production figures: their sums by country and for the world, and shares of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import fsum, inf
from typing import Any

import pyarrow as pa

from graphkit.analysis.hhi import Interval
from graphkit.analysis.supply.production import SHARE_ROUNDING
from graphkit.arrow import SHARE, counts, number, texts


def production_shares(production: pa.Table) -> pa.Table:
    """Compute each named producer's share of a product's production, as an interval.

    Parameters
    ----------
    production : pyarrow.Table
        As for :func:`production_concentration`.

    Returns
    -------
    pyarrow.Table
        ``product``, ``stage``, ``period``, ``basis``, ``source``, ``country``, ``share_low``,
        ``share_high`` (0 to 1, of the denominator; equal except for published bounds), ``low``,
        ``high`` (t), ``total`` (t; all three null in a table of shares alone), ``denominator``,
        ``unpublished`` (producers without a figure); sorted by them. A producer without a
        published figure has no row.

    Examples
    --------
    >>> table = pa.table({
    ...     "country": ["CHN", "USA"], "type": ["country"] * 2, "product": ["ore"] * 2,
    ...     "stage": ["mine"] * 2, "period": ["2024"] * 2, "basis": ["REO"] * 2,
    ...     "source": ["usgs"] * 2, "qualifier": [None] * 2, "tonnes": [75.0, 25.0],
    ...     "low": [None] * 2, "high": [None] * 2})
    >>> production_shares(table).select(["country", "share_low"]).to_pylist()
    [{'country': 'CHN', 'share_low': 0.75}, {'country': 'USA', 'share_low': 0.25}]
    """
    rows = []
    for names, shares, label in markets(production):
        total = label["total"]
        for country, low, high in shares:
            rows.append({
                **names, **label, "country": country, "share_low": low,
                "low": low * total if total else None, "share_high": min(high, max(low, 1.0)),
                "high": high * total if total and high < inf else None,
            })  # fmt: skip
    numbers = [number("share_low", SHARE), number("share_high", SHARE)]
    numbers += [number(name, "t") for name in ("low", "high", "total")]
    fields = [*texts(*MARKET, "country"), *numbers, *texts("denominator")]
    return pa.Table.from_pylist(rows, schema=pa.schema([*fields, *counts("unpublished")]))


def published_interval(row: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return the bounds of a published figure; None where none was published.

    Examples
    --------
    >>> row = {"tonnes": None, "low": None, "high": None, "qualifier": None}
    >>> published_interval({**row, "tonnes": 5.0})
    (5.0, 5.0)
    >>> published_interval({**row, "tonnes": 25.0, "qualifier": "less-than"})
    (0.0, 25.0)
    >>> published_interval({**row, "low": 75.0, "qualifier": "more-than"})
    (75.0, inf)
    >>> published_interval({**row, "qualifier": "withheld"})
    """
    value, low, high, qualifier = (row[n] for n in ("tonnes", "low", "high", "qualifier"))
    if value is not None:
        low = 0.0 if qualifier in ("less-than", "up-to") else value
        return low, inf if qualifier in ("more-than", "at-least") else value
    if low is None and high is None:
        return (0.0, 0.0) if qualifier == "not-applicable" else None
    return low or 0.0, inf if high is None else high


PRINTED = "published world total"
ADDED = "sum of the published figures"
ADDED_ABOVE = f"{ADDED}, above the rounded world total"
SHARES_ALONE = "world supply, of which only shares are published"


def added_up(rows: Sequence[Mapping[str, Any]]) -> float:
    """Add up the figures of one table of producers, with "other countries"; bounds at least."""
    intervals = [published_interval(row) for row in rows if row["type"] not in NAMELESS]
    lows = [interval[0] for interval in intervals if interval is not None]
    unnamed = [row["tonnes"] or 0.0 for row in rows if row["type"] in ("rest", "unspecified")]
    return fsum([*lows, *unnamed])


def larger_total(printed: float, added: float) -> float:
    """Return the sum of a table where it is above the printed total, which is rounded.

    Examples
    --------
    >>> larger_total(900.0, 909.0), larger_total(380.0, 379.2)
    (909.0, 380.0)
    """
    return added if added > printed * (1 + SUMMED) else printed


SUMMED = 1e-9
"""Part of a total by which a sum of the same figures may differ in floating point."""


def producers(
    rows: list[Mapping[str, Any]], several_bases: bool
) -> tuple[list[Interval], dict[str, Any]]:
    """Return the named producers with bounds of their output, and the denominator's labels."""
    figures = [(r["country"], published_interval(r)) for r in rows if r["type"] not in NAMELESS]
    unpublished = [country for country, interval in figures if interval is None]
    published = sorted((c, *interval) for c, interval in figures if interval is not None)
    world = [r["tonnes"] for r in rows if r["type"] == "world" and r["tonnes"]]
    added = added_up(rows)
    note, total = None, None
    if len(world) == 1:
        total = larger_total(world[0], added)
    elif len(world) > 1:
        note = f"{len(world)} world totals"
    elif several_bases:
        note = "no world total, and figures of several bases are not added up"
    elif unpublished or any(low != high for _, low, high in published):
        note = "no world total, and not every figure is published"
    else:
        total = added or None
        note = None if total else "no production"
    denominator = PRINTED if world else ADDED
    if world and total and total > world[0]:
        denominator = ADDED_ABOVE
    return published, {
        "denominator": denominator if total else None, "total": total,
        "unpublished": len(unpublished), "note": note,
    }  # fmt: skip


Figure = dict[str, Any]
PRODUCTION_SERIES = ("product", "basis", "series")
"""Columns that all figures of one table of producers share."""


def production_sums(figures: pa.Table, periods: Mapping[str, str]) -> pa.Table:
    """Add up each country's production over the periods of its table.

    A country that the table of one period does not list made at most what the listed ones leave
    of the world total: nothing, if they add up to it within half a percent. A withheld figure
    leaves only a lower bound. Figures of a basis that does not stand in every period have no sum.

    Parameters
    ----------
    figures : pyarrow.Table
        ``country``, ``type``, ``product``, ``period``, ``basis``, ``source``, ``series`` (text:
        the source, or what its editions have in common), ``qualifier``, ``tonnes``, ``low``,
        ``high``, ``share`` and others. Every period of a product and series is added up.
    periods : mapping
        The name of the sum's period, by product.

    Returns
    -------
    pyarrow.Table
        The columns of ``figures`` without ``series``, one row per country, product, basis and
        series, sorted by them: ``tonnes`` where every figure is exact, else ``low`` and ``high``
        with the ``qualifier`` (range, at-least). ``share`` is that of the published world totals
        added up (of the figures added up where they are more), where each period has one and the
        figures had shares. Sources are joined by ``+``.

    Examples
    --------
    >>> rows = [{"country": place, "type": kind, "product": "ore", "period": period, "basis": "REO",
    ...          "source": "usgs", "series": "usgs", "qualifier": None, "tonnes": tonnes,
    ...          "low": None, "high": None, "share": share, "estimated": None, "observed": True}
    ...         for place, kind, period, tonnes, share in [
    ...             ("AUS", "country", "2023", 20.0, 0.2), ("AUS", "country", "2024", 40.0, 0.2),
    ...             ("WLD", "world", "2023", 100.0, None), ("WLD", "world", "2024", 200.0, None)]]
    >>> table = production_sums(pa.Table.from_pylist(rows), {"ore": "2023-2024"})
    >>> table.select(["country", "period", "tonnes", "share"]).to_pylist()[0]
    {'country': 'AUS', 'period': '2023-2024', 'tonnes': 60.0, 'share': 0.2}
    """
    tables: dict[tuple[str, ...], list[Figure]] = defaultdict(list)
    pieces: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in figures.to_pylist():
        tables[tuple(row[name] or "" for name in PRODUCTION_SERIES)].append(row)
        pieces[row["product"], row["series"]].add(row["period"])
    rows: list[Figure] = []
    for (product, _, series), table in sorted(tables.items()):
        table_pieces = sorted(pieces[product, series])
        if {row["period"] for row in table} == set(table_pieces):
            rows += _table_sums(table, table_pieces, periods[product])
    schema = figures.schema.remove(figures.schema.get_field_index("series"))
    return pa.Table.from_pylist([{n: row.get(n) for n in schema.names} for row in rows], schema)


def _table_sums(table: Sequence[Figure], pieces: Sequence[str], period: str) -> list[Figure]:
    """Add up one table of producers over its periods."""
    by_country: dict[str, dict[str, Figure]] = defaultdict(dict)
    for row in table:
        by_country[row["country"]][row["period"]] = row
    unlisted = {p: _unlisted([row for row in table if row["period"] == p]) for p in pieces}
    common = {"period": period, "source": "+".join(sorted({row["source"] for row in table}))}
    sums = {}
    for country, figures in sorted(by_country.items()):
        sums[country] = {**figures[max(figures)], **common, **_sum(figures, unlisted)}
    worlds = [row["tonnes"] for row in sums.values() if row["type"] == "world"]
    total = worlds[0] if len(worlds) == 1 else None
    if total:
        total = larger_total(total, added_up(list(sums.values())))
    for country, row in sums.items():
        shared = any(figure["share"] is not None for figure in by_country[country].values())
        exact = shared and total and row["tonnes"] is not None
        row["share"] = row["tonnes"] / total if exact else None
        if row["share"] is None and len(pieces) == 1:  # as printed, of a table without amounts
            row["share"] = next(iter(by_country[country].values()))["share"]
    return list(sums.values())


def _unlisted(table: Sequence[Figure]) -> tuple[float, float]:
    """Bound what a country made that the table of a period does not list."""
    worlds = [row["tonnes"] for row in table if row["type"] == "world"]
    intervals = [published_interval(row) for row in table if row["type"] not in NAMELESS]
    published = [interval for interval in intervals if interval is not None]
    if len(worlds) != 1 or worlds[0] is None or len(published) < len(intervals):
        return 0.0, inf
    rest = worlds[0] - fsum(low for low, _ in published)
    return 0.0, rest if rest > SHARE_ROUNDING * worlds[0] else 0.0


def _sum(
    figures: Mapping[str, Figure], unlisted: Mapping[str, tuple[float, float]]
) -> dict[str, Any]:
    """Add up the figures of one country, by period."""
    published = {period: published_interval(figure) for period, figure in figures.items()}
    intervals = [
        published.get(period, unlisted_interval) or (0.0, inf)
        for period, unlisted_interval in unlisted.items()
    ]
    low, high = (fsum(bounds) for bounds in zip(*intervals, strict=True))
    flags = {
        name: [row[name] for row in figures.values() if row.get(name) is not None]
        for name in ("estimated", "observed")
    }
    row: dict[str, Any] = {
        "tonnes": None, "low": None, "high": None, "qualifier": None, "published_value": None,
        "note": None,
        "estimated": any(flags["estimated"]) if flags["estimated"] else None,
        "observed": all(flags["observed"]) if flags["observed"] else None,
    }  # fmt: skip
    if not any(published.values()):
        return row | {"qualifier": figures[max(figures)]["qualifier"]}
    if low == high:
        return row | {"tonnes": low}
    if high == inf:
        return row | {"low": low, "qualifier": "at-least"}
    return row | {"low": low, "high": high, "qualifier": "range"}


MARKET = ("product", "stage", "period", "basis", "source")
NAMELESS = ("world", "rest", "group", "unspecified")
"""Types of places that stand for several countries, or for one that is not named."""


def with_amounts(production: pa.Table) -> pa.Table:
    """Select the figures of the tables that publish amounts, and not shares alone.

    Examples
    --------
    >>> table = pa.table({
    ...     **dict.fromkeys(("stage", "low", "high"), [None] * 2), "country": ["CHN"] * 2,
    ...     "product": ["ore", "metal"], "period": ["2024", "2016-2020"], "basis": ["content"] * 2,
    ...     "source": ["usgs", "eu"], "tonnes": [75.0, None], "share": [0.75, 0.6]})
    >>> with_amounts(table)["product"].to_pylist()
    ['ore']
    """
    rows = production.to_pylist()
    tables: dict[tuple[Any, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        tables[tuple(row[name] for name in MARKET)].append(row)
    alone = {key for key, table in tables.items() if _are_shares_alone(table)}
    mask = [tuple(row[name] for name in MARKET) not in alone for row in rows]
    return production.filter(pa.array(mask, pa.bool_()))


def _are_shares_alone(table: Sequence[Mapping[str, Any]]) -> bool:
    """Return True if a table of producers gives shares and no amount."""
    amounts = ("tonnes", "low", "high")
    return any(row.get("share") is not None for row in table) and all(
        row[name] is None for row in table for name in amounts
    )


def _of_one(table: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Turn a table of shares alone into one of a world that makes 1."""
    world = {"country": "WLD", "type": "world", "qualifier": None}
    amounts = {"tonnes": 1.0, "low": None, "high": None}
    return [*({**row, "tonnes": row["share"]} for row in table), {**world, **amounts}]


def markets(
    production: pa.Table,
) -> Iterator[tuple[dict[str, str | None], list[Interval], dict[str, Any]]]:
    """Yield every product, period, basis and source with the shares of its named producers.

    A table of shares alone has no total; shares that add up to more than 1 are of their sum.
    """
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for row in production.to_pylist():
        groups[tuple(row[name] or "" for name in MARKET)].append(row)
    bases = Counter((k[0], k[2], k[4]) for k in groups)
    for key, rows in sorted(groups.items()):
        alone = _are_shares_alone(rows)
        several_bases = bases[key[0], key[2], key[4]] > 1
        published, label = producers(_of_one(rows) if alone else rows, several_bases)
        shares = []
        if total := label["total"]:
            shares = [(country, low / total, high / total) for country, low, high in published]
        if alone:
            label |= {"total": None, "denominator": SHARES_ALONE}
        yield {n: v or None for n, v in zip(MARKET, key, strict=True)}, shares, label
