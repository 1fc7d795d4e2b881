"""Concentration of imports and of production."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

import pyarrow as pa

from graphkit.analysis.hhi import Interval, index_table
from graphkit.analysis.production import MARKET, markets
from graphkit.analysis.shares import SCOPE
from graphkit.analysis.unlisted import bounded_shares
from graphkit.arrow import SHARE, UNIT, counts, number, texts


def import_concentration(
    flows: pa.Table, *, unnamed: Collection[str] = (), unlisted: pa.Table | None = None
) -> pa.Table:
    """Measure the concentration of each consumer's imports of a product, by value and mass.

    Parameters
    ----------
    flows : pyarrow.Table
        As for :func:`~graphkit.analysis.shares.import_shares`.
    unnamed : collection of str
        Codes of suppliers that are not a single country ("Areas, nes"): their share widens the
        range.
    unlisted : pyarrow.Table, optional
        The most that partial data sets lack of each consumer's imports, by
        :func:`~graphkit.analysis.unlisted.unlisted_trade`: it widens the range too, and leaves
        none by mass.

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
    shares: list[list[Interval]] = []
    rest: list[float] = []
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in bounded_shares(flows, unlisted).to_pylist():
        groups[tuple(row[name] for name in SCOPE)].append(row)
    for scope, rows in groups.items():
        for m in UNIT:
            low, high = _ends(rows[0], m)
            known = [row for row in rows if row[low] is not None]
            if not known:
                continue
            named = [row for row in known if row["supplier"] not in unnamed]
            shares.append([(row["supplier"], row[low], row[high]) for row in named])
            rest.append(sum(row[low] for row in known if row["supplier"] in unnamed))
            if rows[0]["unlisted_usd"]:
                rest[-1] += 1 - sum(row[low] for row in known)
            labels.append({
                **dict(zip(SCOPE, scope, strict=True)), "measure": m,
                "total": sum(row[m] for row in known),
                "missing_tonnes_share": rows[0]["missing_tonnes_share"],
            })  # fmt: skip
    fields = [*texts(*SCOPE, "measure"), number("total"), number("missing_tonnes_share", SHARE)]
    return index_table(labels, shares, rest, fields)


def _ends(row: Mapping[str, Any], measure: str) -> tuple[str, str]:
    """Return the columns of the least and the most of a market's shares."""
    share = f"share_{measure}"
    return (
        ("share_usd_low", "share_usd_high")
        if row["unlisted_usd"] and measure == "usd"
        else (share, share)
    )


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
        ``tonnes``, ``low``, ``high`` (null where unknown), and ``share`` (0 to 1), which counts in
        a table without any amount; it may be absent. A bound (``more-than``, ``less-than``,
        ``up-to``, ``at-least``, ``range``) stays one; "other countries" and unspecified production
        never count as one country.

    Returns
    -------
    pyarrow.Table
        One row per ``product``, ``stage``, ``period``, ``basis`` and ``source``, sorted by
        them: ``denominator`` (text), ``total`` (t; null in a table of shares alone), ``coverage``
        (share of it with a named producer, 0 to 1), ``unpublished`` (named producers without a
        figure),
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
    labels, shares, rest = [], [], []
    for names, intervals, label in markets(production):
        coverage = sum(low for _, low, _ in intervals)
        labels.append({**names, **label, "coverage": coverage if label["denominator"] else None})
        shares.append(intervals)
        rest.append(1 - coverage if coverage < 1 - 1e-12 else 0.0)
    fields = [
        *texts(*MARKET, "denominator"), number("total", "t"), number("coverage", SHARE),
        *counts("unpublished"), *texts("note"),
    ]  # fmt: skip
    return index_table(labels, shares, rest, fields)
