"""Sums of published production figures over several periods."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import fsum, inf
from typing import Any

import pyarrow as pa

from graphkit.analysis.concentration import NAMELESS, published_interval
from graphkit.analysis.supply.network import SHARE_ROUNDING

Figure = dict[str, Any]
SERIES = ("product", "basis", "series")
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
        added up, where each period has one and the figures had shares. Sources are joined by
        ``+``.

    Examples
    --------
    >>> rows = [{"country": who, "type": kind, "product": "ore", "period": period, "basis": "REO",
    ...          "source": "usgs", "series": "usgs", "qualifier": None, "tonnes": tonnes,
    ...          "low": None, "high": None, "share": share, "estimated": None, "observed": True}
    ...         for who, kind, period, tonnes, share in [
    ...             ("AUS", "country", "2023", 20.0, 0.2), ("AUS", "country", "2024", 40.0, 0.2),
    ...             ("WLD", "world", "2023", 100.0, None), ("WLD", "world", "2024", 200.0, None)]]
    >>> table = production_sums(pa.Table.from_pylist(rows), {"ore": "2023-2024"})
    >>> table.select(["country", "period", "tonnes", "share"]).to_pylist()[0]
    {'country': 'AUS', 'period': '2023-2024', 'tonnes': 60.0, 'share': 0.2}
    """
    tables: dict[tuple[str, ...], list[Figure]] = defaultdict(list)
    added: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in figures.to_pylist():
        tables[tuple(row[name] or "" for name in SERIES)].append(row)
        added[row["product"], row["series"]].add(row["period"])
    rows: list[Figure] = []
    for (product, _, series), listed in sorted(tables.items()):
        pieces = sorted(added[product, series])
        if {row["period"] for row in listed} == set(pieces):
            rows += _table_sums(listed, pieces, periods[product])
    schema = figures.schema.remove(figures.schema.get_field_index("series"))
    return pa.Table.from_pylist([{n: row.get(n) for n in schema.names} for row in rows], schema)


def _table_sums(listed: Sequence[Figure], pieces: Sequence[str], period: str) -> list[Figure]:
    """Add up one table of producers over its periods."""
    of: dict[str, dict[str, Figure]] = defaultdict(dict)
    for row in listed:
        of[row["country"]][row["period"]] = row
    unlisted = {p: _unlisted([row for row in listed if row["period"] == p]) for p in pieces}
    common = {"period": period, "source": "+".join(sorted({row["source"] for row in listed}))}
    sums = {
        who: {**rows[max(rows)], **common, **_sum(rows, unlisted)}
        for who, rows in sorted(of.items())
    }
    worlds = [row["tonnes"] for row in sums.values() if row["type"] == "world"]
    total = worlds[0] if len(worlds) == 1 else None
    for who, row in sums.items():
        shared = any(figure["share"] is not None for figure in of[who].values())
        exact = shared and total and row["tonnes"] is not None
        row["share"] = min(row["tonnes"] / total, 1.0) if exact else None
    return list(sums.values())


def _unlisted(listed: Sequence[Figure]) -> tuple[float, float]:
    """Bound what a country made that the table of a period does not list."""
    worlds = [row["tonnes"] for row in listed if row["type"] == "world"]
    named = [published_interval(row) for row in listed if row["type"] not in NAMELESS]
    known = [bounds for bounds in named if bounds is not None]
    if len(worlds) != 1 or worlds[0] is None or len(known) < len(named):
        return 0.0, inf
    rest = worlds[0] - fsum(low for low, _ in known)
    return 0.0, rest if rest > SHARE_ROUNDING * worlds[0] else 0.0


def _sum(
    figures: Mapping[str, Figure], unlisted: Mapping[str, tuple[float, float]]
) -> dict[str, Any]:
    """Add up the figures of one country, by period."""
    said = {period: published_interval(figure) for period, figure in figures.items()}
    bounds = [said.get(period, outside) or (0.0, inf) for period, outside in unlisted.items()]
    low, high = (fsum(ends) for ends in zip(*bounds, strict=True))
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
    if not any(said.values()):
        return row | {"qualifier": figures[max(figures)]["qualifier"]}
    if low == high:
        return row | {"tonnes": low}
    if high == inf:
        return row | {"low": low, "qualifier": "at-least"}
    return row | {"low": low, "high": high, "qualifier": "range"}
