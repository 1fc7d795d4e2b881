"""Production figures and their sums; concentration of production and of imports."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from math import fsum, inf
from typing import Any

import numpy as np
import pyarrow as pa

from graphkit.analysis.shares import (
    SCOPE,
    Interval,
    import_shares,
    index_table,
    ranked,
    run_starts,
)
from graphkit.analysis.supply import SHARE_ROUNDING
from graphkit.arrow import SHARE, UNIT, counts, number, texts


def import_concentration(flows: pa.Table, *, unnamed: Collection[str] = ()) -> pa.Table:
    """Measure the concentration of each consumer's imports of a product, by value and mass.

    Parameters
    ----------
    flows : pyarrow.Table
        As for :func:`~graphkit.analysis.shares.import_shares`.
    unnamed : collection of str
        Codes of suppliers that are not a single country ("Areas, nes"): their share widens the
        range.

    Returns
    -------
    pyarrow.Table
        One row per consumer, product, period, reporter, dataset, source and ``measure``
        (``usd``, ``tonnes``), sorted by them; a measure that no flow gives has no row.
        ``total`` (USD or t) is the denominator: all recorded imports that give the measure;
        ``missing_tonnes_share`` (0 to 1) is the share of the value that gives no mass. Then the
        indices of :func:`indices`, ``top`` (largest named supplier), ``band`` (US Merger
        Guidelines 2023 [1]_), ``above_4000`` (EU strategic dependency [2]_; null where the
        range straddles it) and ``top_above_65`` (benchmark of the EU act [3]_ for one country).

    References
    ----------
    .. [1] US Department of Justice and Federal Trade Commission (2023). Merger Guidelines, 2.1.
    .. [2] European Commission (2021). Strategic dependencies and capacities, SWD(2021) 352.
    .. [3] Regulation (EU) 2024/1252, the Critical Raw Materials Act, article 5.

    Examples
    --------
    >>> flows = pa.table({
    ...     "consumer": ["KOR"] * 3, "supplier": ["CHN", "JPN", "X899"], "product": ["ree"] * 3,
    ...     "period": ["2024"] * 3, "reporter": ["reconciled"] * 3, "dataset": ["baci"] * 3,
    ...     "source": ["cepii"] * 3, "usd": [50.0, 25.0, 25.0], "tonnes": [None] * 3})
    >>> row = import_concentration(flows, unnamed=["X899"]).to_pylist()[0]
    >>> row["measure"], row["hhi_low"], row["hhi_high"], row["band"], row["above_4000"]
    ('usd', 3125.0, 3750.0, 'high', False)
    """
    labels: list[dict[str, Any]] = []
    held: list[list[tuple[str, float, float]]] = []
    rest: list[float] = []
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in import_shares(flows).to_pylist():
        groups[tuple(row[name] for name in SCOPE)].append(row)
    for scope, rows in groups.items():
        for m in UNIT:
            known = [r for r in rows if r[f"share_{m}"] is not None]
            if known:
                named = [r for r in known if r["supplier"] not in unnamed]
                shares = [(r["supplier"], *(r[f"share_{m}"],) * 2) for r in named]
                held.append(shares)
                rest.append(sum(r[f"share_{m}"] for r in known if r["supplier"] in unnamed))
                labels.append({
                    **dict(zip(SCOPE, scope, strict=True)), "measure": m,
                    "total": sum(r[m] for r in known),
                    "missing_tonnes_share": rows[0]["missing_tonnes_share"],
                })  # fmt: skip
    fields = [*texts(*SCOPE, "measure"), number("total"), number("missing_tonnes_share", SHARE)]
    return index_table(labels, held, rest, fields)


FAR = 10.0
"""Factor between a flow's unit value and its product's from which they are far apart."""


def far_unit_values(flows: pa.Table) -> pa.Table:
    """Find flows priced far from their product: likely of another stage or material.

    A flow is far if its USD per tonne are less than a tenth, or more than ten times, the median
    of its product and period, weighted by value. Statistical offices screen unit values against
    such a median before they use them [1]_; the factor of ten is graphkit's own, wide enough for
    grades of one material.

    Parameters
    ----------
    flows : pyarrow.Table
        ``product``, ``period``, ``usd``, ``tonnes`` (null where unknown).

    Returns
    -------
    pyarrow.Table
        The flows with ``usd_per_tonne``, ``median`` (both USD/t; null without a mass) and ``far``
        (false without a mass), in the order given.

    References
    ----------
    .. [1] United Nations Statistics Division (2013). International Merchandise Trade Statistics:
           Compilers Manual, Revision 1 (IMTS 2010-CM), chapter on data processing and quality.

    Examples
    --------
    >>> flows = pa.table({"product": ["metal"] * 3, "period": ["2024"] * 3,
    ...                   "usd": [125.0, 330.0, 60.0], "tonnes": [31.0, 5.0, 1.0]})
    >>> far_unit_values(flows)["far"].to_pylist()
    [True, False, False]
    """
    usd, tonnes = (
        np.asarray(flows[name].cast(pa.float64()).to_numpy(), np.float64)
        for name in ("usd", "tonnes")
    )
    known = (usd > 0) & (tonnes > 0)
    price = np.divide(usd, tonnes, out=np.full(len(usd), np.nan), where=known)
    median = np.full(len(usd), np.nan)
    scope = [ranked(flows[name])[0] for name in ("product", "period")]
    order = np.lexsort((price, *reversed(scope)))
    order = order[known[order]]
    starts = run_starts([codes[order] for codes in scope])
    for places in np.split(order, starts[1:]):
        middle = np.searchsorted(np.cumsum(usd[places]), usd[places].sum() / 2)
        median[places] = price[places[middle : middle + 1]]
    ratio = price / median
    far = known & ((ratio > FAR) | (ratio < 1 / FAR))
    for name, values in (("usd_per_tonne", price), ("median", median)):
        flows = flows.append_column(name, pa.array(values, from_pandas=True))
    return flows.append_column("far", pa.array(far))


def production_concentration(production: pa.Table) -> pa.Table:
    """Measure the concentration of each product's production among countries.

    The denominator is the published world total, or the sum of the published figures where there
    is none or where the figures add up to more: a world total is rounded. It may leave out a
    country whose figure is withheld; then upper bounds are null and the lower ones refer to the
    published total. Figures of several bases without a world total are never added up.

    Parameters
    ----------
    production : pyarrow.Table
        ``country``, ``type`` (``world``, ``rest``, ``group``, ``unspecified``, else a country),
        ``product``, ``stage``, ``period``, ``basis``, ``source``, ``qualifier`` (text),
        ``tonnes``, ``low``, ``high`` (null where unknown). A bound (``more-than``,
        ``less-than``, ``up-to``, ``at-least``, ``range``) stays one; "other countries" and
        unspecified production never count as one country.

    Returns
    -------
    pyarrow.Table
        One row per ``product``, ``stage``, ``period``, ``basis`` and ``source``, sorted by
        them: ``denominator`` (text), ``total`` (t), ``coverage`` (share of it with a named
        producer, 0 to 1), ``unpublished`` (named producers without a figure),
        ``note`` (why indices are missing), then the columns of :func:`import_concentration`
        from ``suppliers`` on.

    Examples
    --------
    >>> table = pa.table({
    ...     "country": ["CHN", "AUS", "WLD"], "type": ["country", "country", "world"],
    ...     "product": ["ore"] * 3, "stage": ["mine"] * 3, "period": ["2024"] * 3,
    ...     "basis": ["REO"] * 3, "source": ["usgs"] * 3, "qualifier": [None, None, "rounded"],
    ...     "tonnes": [70.0, 20.0, 100.0], "low": [None] * 3, "high": [None] * 3})
    >>> row = production_concentration(table).to_pylist()[0]
    >>> row["denominator"], round(row["hhi_low"]), round(row["hhi_high"]), row["top"]
    ('published world total', 5300, 5400, 'CHN')
    """
    labels, held, rest = [], [], []
    for names, shares, label in _markets(production):
        named = sum(low for _, low, _ in shares)
        labels.append({**names, **label, "coverage": named if label["total"] else None})
        held.append(shares)
        rest.append(1 - named if named < 1 - 1e-12 else 0.0)
    fields = [
        *texts(*_PRODUCTION, "denominator"), number("total", "t"), number("coverage", SHARE),
        *counts("unpublished"), *texts("note"),
    ]  # fmt: skip
    return index_table(labels, held, rest, fields)


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
        ``high`` (t), ``total`` (t), ``denominator``, ``unpublished`` (producers without a
        figure); sorted by them. A producer without a published figure has no row.

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
    rows = [
        {
            **names, **label, "country": who, "share_low": low, "low": low * label["total"],
            "share_high": min(high, max(low, 1.0)),
            "high": high * label["total"] if high < inf else None,
        }
        for names, shares, label in _markets(production)
        for who, low, high in shares
    ]  # fmt: skip
    numbers = [number("share_low", SHARE), number("share_high", SHARE)]
    numbers += [number(name, "t") for name in ("low", "high", "total")]
    fields = [*texts(*_PRODUCTION, "country"), *numbers, *texts("denominator")]
    return pa.Table.from_pylist(rows, schema=pa.schema([*fields, *counts("unpublished")]))


_PRODUCTION = ("product", "stage", "period", "basis", "source")
NAMELESS = ("world", "rest", "group", "unspecified")
"""Types of places that stand for several countries, or for one that is not named."""


def _markets(
    production: pa.Table,
) -> Iterator[tuple[dict[str, str | None], list[Interval], dict[str, Any]]]:
    """Yield every product, period, basis and source with the shares of its named producers."""
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for row in production.to_pylist():
        groups[tuple(row[name] or "" for name in _PRODUCTION)].append(row)
    bases = Counter((k[0], k[2], k[4]) for k in groups)
    for key, rows in sorted(groups.items()):
        producers, label = _producers(rows, bases[key[0], key[2], key[4]] > 1)
        total = label["total"]
        shares = [(who, low / total, high / total) for who, low, high in producers] if total else []
        yield {n: v or None for n, v in zip(_PRODUCTION, key, strict=True)}, shares, label


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


def added_up(rows: Sequence[Mapping[str, Any]]) -> float:
    """Add up the figures of one table of producers, with "other countries"; bounds at least."""
    named = [published_interval(row) for row in rows if row["type"] not in NAMELESS]
    others = [row["tonnes"] or 0.0 for row in rows if row["type"] in ("rest", "unspecified")]
    return fsum([*(bounds[0] for bounds in named if bounds is not None), *others])


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


def _producers(
    rows: list[Mapping[str, Any]], several_bases: bool
) -> tuple[list[Interval], dict[str, Any]]:
    """Return the named producers with bounds of their output, and the denominator's labels."""
    named = [(r["country"], published_interval(r)) for r in rows if r["type"] not in NAMELESS]
    unpublished = sorted(who for who, bounds in named if bounds is None)
    producers = sorted((who, *bounds) for who, bounds in named if bounds is not None)
    world = [r["tonnes"] for r in rows if r["type"] == "world" and r["tonnes"]]
    added = added_up(rows)
    note, total = None, None
    if len(world) == 1:
        total = larger_total(world[0], added)
    elif len(world) > 1:
        note = f"{len(world)} world totals"
    elif several_bases:
        note = "no world total, and figures of several bases are not added up"
    elif unpublished or any(low != high for _, low, high in producers):
        note = "no world total, and not every figure is published"
    else:
        total = added or None
        note = None if total else "no production"
    denominator = PRINTED if world else ADDED
    if world and total and total > world[0]:
        denominator = ADDED_ABOVE
    return producers, {
        "denominator": denominator if total else None, "total": total,
        "unpublished": len(unpublished), "note": note,
    }  # fmt: skip


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
        added up (of the figures added up where they are more), where each period has one and the
        figures had shares. Sources are joined by ``+``.

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
    if total:
        total = larger_total(total, added_up(list(sums.values())))
    for who, row in sums.items():
        shared = any(figure["share"] is not None for figure in of[who].values())
        exact = shared and total and row["tonnes"] is not None
        row["share"] = row["tonnes"] / total if exact else None
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
