"""Claims, and figures of production, of two sources that cannot both be right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations
from math import inf
from typing import Any

import pyarrow as pa

from graphkit.analysis.claims.evidence import Claim, half_unit, measures_of
from graphkit.analysis.claims.verdicts import Tolerance, claimed
from graphkit.analysis.concentration import published_interval
from graphkit.arrow import number, texts

PLAIN = Tolerance(points=0, relative=0, other=0)
"""Tolerance for rounding alone: two published figures are compared as printed."""
DIFFERENT = "different figures"
TOO_MUCH = "shares of two suppliers add up to more than all"
SCOPE = ("kind", "consumer", "rival", "product", "element", "stage", "than", "measure", "unit")


def conflicts(claims: pa.Table) -> pa.Table:
    """Find pairs of claims from two sources that cannot both be right, as far as scopes tell.

    Two claims of one scope conflict if their figures, with rounding and qualifier, share no
    value; two shares of one consumer conflict if they add up to more than all. A claim without
    a period is compared with every period. A figure by value is not compared with one by
    weight, nor of another basket, nor counts, whose subject is only in words.

    Parameters
    ----------
    claims : pyarrow.Table
        As the query ``claims`` returns them.

    Returns
    -------
    pyarrow.Table
        One row per pair, sorted by keys: ``key``, ``other``, ``conflict``, the scope, the two
        suppliers, periods, figures (as text) and sources, and ``difference`` (of the first
        figure to the second; null where one of them is not a single figure).

    Examples
    --------
    >>> row = {"kind": "share", "consumer": "KOR", "supplier": "CHN", "rival": None,
    ...        "product": "magnets", "element": None, "stage": None, "period": "2022",
    ...        "than": None, "value": 0.879, "low": None, "high": None, "qualifier": None,
    ...        "unit": "share", "measure": "imports", "counted_by": "value", "includes": None,
    ...        "includes_other": None, "source": "ked"}
    >>> claims = pa.Table.from_pylist([
    ...     {**row, "key": "a"}, {**row, "key": "b", "value": 0.875, "source": "bk"}])
    >>> [(r["key"], r["other"], r["conflict"]) for r in conflicts(claims).to_pylist()]
    [('a', 'b', 'different figures')]
    """
    groups: dict[tuple[Any, ...], list[Claim]] = defaultdict(list)
    for row in sorted(claims.to_pylist(), key=lambda r: r["key"]):
        if claimed(row, PLAIN) is not None and row["kind"] not in ("more-than", "ahead-of"):
            groups[tuple(row[name] for name in SCOPE)].append(row)
    found = [
        _pair(one, other, conflict)
        for group in groups.values()
        for one, other in combinations(group, 2)
        if (conflict := _conflict(one, other))
    ]
    found.sort(key=lambda row: (row["key"], row["other"]))
    return pa.Table.from_pylist(found, schema=_CONFLICTS)


_CONFLICTS = pa.schema([
    *texts("key", "other", "conflict", *SCOPE, "supplier", "other_supplier", "period",
           "other_period", "figure", "other_figure"),
    number("difference"), *texts("source", "other_source"),
])  # fmt: skip


def _conflict(one: Claim, other: Claim) -> str | None:
    """Name the conflict between two claims that differ at most in supplier and period."""
    first, second = claimed(one, PLAIN), claimed(other, PLAIN)
    periods = {claim["period"] for claim in (one, other)} - {None}
    if first is None or second is None or len(periods) > 1 or not _comparable(one, other):
        return None
    if one["supplier"] == other["supplier"]:
        return DIFFERENT if first.high < second.low or second.high < first.low else None
    if one["kind"] != "share" or None in (one["supplier"], other["supplier"]):
        return None
    return TOO_MUCH if first.low + second.low > 1 else None


def _comparable(one: Claim, other: Claim) -> bool:
    """Tell whether two claims from two sources can be about the same quantity."""
    return (
        one["source"] != other["source"]
        and bool(set(measures_of(one)) & set(measures_of(other)))
        and one["kind"] != "count"
        and _counted(one) == _counted(other)
    )


def _counted(claim: Claim) -> tuple[frozenset[str], str | None]:
    """Return the products and countries that a figure includes."""
    return frozenset(claim["includes"] or ()), claim["includes_other"]


def _pair(one: Claim, other: Claim, conflict: str) -> dict[str, Any]:
    row = {name: one[name] for name in SCOPE} | {"conflict": conflict}
    for claim, prefix in ((one, ""), (other, "other_")):
        row |= {f"{prefix}{name}": claim[name] for name in ("supplier", "period", "source")}
        row[f"{prefix}figure"] = _figure(claim)
    values = (one["value"], other["value"])
    difference = None if None in values else one["value"] - other["value"]
    return row | {"key": one["key"], "other": other["key"], "difference": difference}


def _figure(claim: Claim) -> str:
    """Format the figure with its qualifier."""
    ends = [claim[name] for name in ("low", "value", "high") if claim[name] is not None]
    text = " to ".join(f"{end:g}" for end in dict.fromkeys(ends))
    return " ".join(part for part in (claim["qualifier"], text) if part)


def production_conflicts(production: pa.Table) -> pa.Table:
    """Find production of one country, product, period and basis on which sources differ.

    Parameters
    ----------
    production : pyarrow.Table
        As for :func:`~graphkit.analysis.concentration.production_concentration`.

    Returns
    -------
    pyarrow.Table
        One row per pair of sources whose figures, with their rounding, share no value:
        ``country``, ``product``, ``period``, ``basis``, ``source``, ``other_source``, ``low``,
        ``high``, ``other_low``, ``other_high`` (t; no high: no upper bound), sorted by them.

    Examples
    --------
    >>> table = pa.table({
    ...     "country": ["CHN"] * 2, "product": ["antimony-ore"] * 2, "period": ["2024"] * 2,
    ...     "basis": ["Sb-content"] * 2, "source": ["a", "b"], "qualifier": [None] * 2,
    ...     "tonnes": [60_000.0, 33_000.0], "low": [None] * 2, "high": [None] * 2})
    >>> production_conflicts(table).select(["country", "low", "other_low"]).to_pylist()
    [{'country': 'CHN', 'low': 60000.0, 'other_low': 33000.0}]
    """
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for row in production.to_pylist():
        groups[tuple(row[name] or "" for name in _FACT)].append(row)
    rows = []
    for key, group in sorted(groups.items()):
        for one, other in combinations(sorted(group, key=lambda r: str(r["source"])), 2):
            rows += [
                {**dict(zip(_FACT, key, strict=True)), "source": one["source"],
                 "other_source": other["source"], **ends}
                for ends in _apart(one, other)
            ]  # fmt: skip
    numbers = [number(name, "t") for name in ("low", "high", "other_low", "other_high")]
    fields = [*texts(*_FACT, "source", "other_source"), *numbers]
    return pa.Table.from_pylist(rows, schema=pa.schema(fields))


_FACT = ("country", "product", "period", "basis")


def _apart(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the bounds of two figures, if both are published and share no value."""
    first, second = published_interval(one), published_interval(other)
    if first is None or second is None:
        return
    (low, high), (least, most) = first, second
    room = half_unit(low) + half_unit(least)
    if low - most > room or least - high > room:
        ends = {"low": low, "high": high, "other_low": least, "other_high": most}
        yield {name: None if end == inf else end for name, end in ends.items()}
