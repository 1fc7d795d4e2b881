"""Published figures alone: shares and changes out of them, and those that cannot both be right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from itertools import combinations
from math import fsum, inf
from typing import Any

import pyarrow as pa

from graphkit.analysis.claims.evidence import Claim, half_unit
from graphkit.analysis.claims.measures import measures_of
from graphkit.analysis.claims.verdicts import Tolerance, claimed
from graphkit.analysis.production import published_interval
from graphkit.arrow import INDEX, POINTS, SHARE, number, texts
from graphkit.period import time_of

OWNERS = {"imports": "consumer", "exports": "supplier"}
"""The end of a flow whose trade a measure counts; the other end is its partner."""
PARTNERS = {"imports": "supplier", "exports": "consumer"}
TABLE = ("source", "attributed_to", "basis", "counted_by", "product", "element", "stage", "measure")
"""Properties that figures of one published table share, besides the owner and the period."""
AMOUNTS: Mapping[str, tuple[str, float]] = {
    "t": ("tonnes", 1.0), "kg": ("tonnes", 1e-3), "USD": ("usd", 1.0)
}  # fmt: skip

PUBLISHED = pa.schema([
    *texts("consumer", "supplier", "product", "element", "stage", "period", "measure", "share_of"),
    number("share", SHARE), number("tonnes", "t"), number("usd", "USD"),
    number("hhi_low", INDEX), number("hhi_high", INDEX),
    *texts("counted_by", "basis", "attributed_to", "source", "claim"),
])  # fmt: skip


def published_shares(claims: pa.Table, remainders: Collection[str] = ()) -> pa.Table:
    """Compute shares and concentration from the figures of each published table.

    Figures of two sources, bases or measures are never joined. A published share is taken as
    it is; an amount becomes a share of the published total, and is left out if there is none.
    Bounds ("more than 17,000 kg") and withheld figures are left out. What the named partners
    leave of the whole may be one partner or many: the index lies between ``hhi_low`` and
    ``hhi_high``.

    Parameters
    ----------
    claims : pyarrow.Table
        As the query ``claims`` returns them.
    remainders : collection of str
        Codes of areas that stand for several partners.

    Returns
    -------
    pyarrow.Table
        One row for each named partner, newest period and largest share first: ``consumer``,
        ``supplier``, ``product``, ``element``, ``stage``, ``period``, ``measure`` (``imports``
        of the consumer, ``exports`` of the supplier), ``share_of`` (in words), ``share`` (0 to
        1), ``tonnes``, ``usd``, ``hhi_low``, ``hhi_high`` (0 to 10,000), ``counted_by``,
        ``basis``, ``attributed_to``, ``source``, ``claim``.

    Examples
    --------
    >>> row = {"kind": "quantity", "supplier": "CHN", "unit": "kg", "measure": "exports",
    ...        "element": "Dy", "period": "2025-10", "source": "customs"}
    >>> empty = dict.fromkeys([*PUBLISHED.names, "key", "kind", "value", "unit", "qualifier"])
    >>> sold = {None: 4_000.0, "KOR": 3_000.0, "JPN": 1_000.0}
    >>> claims = pa.Table.from_pylist([
    ...     {**empty, **row, "key": str(buyer), "consumer": buyer, "value": kilograms}
    ...     for buyer, kilograms in sold.items()])
    >>> published_shares(claims).select(["consumer", "share", "hhi_low", "hhi_high"]).to_pylist()[0]
    {'consumer': 'KOR', 'share': 0.75, 'hhi_low': 6250.0, 'hhi_high': 6250.0}
    """
    tables: dict[tuple[Any, ...], list[Claim]] = defaultdict(list)
    for claim in claims.to_pylist():
        if _is_figure(claim):
            owner = claim[OWNERS[claim["measure"]]]
            key = (owner, claim["period"], claim["kind"], *(claim[name] for name in TABLE))
            tables[key].append(claim)
    rows = [row for table in tables.values() for row in _rows(table, remainders)]
    rows.sort(key=lambda row: (row["source"], row["claim"]))
    rows.sort(key=lambda row: (time_of(row["period"]), row["share"]), reverse=True)
    return pa.Table.from_pylist(rows, schema=PUBLISHED)


def _is_figure(claim: Claim) -> bool:
    """Tell whether a claim is a plain figure of some trade."""
    owner = OWNERS.get(claim["measure"])
    counted = claim["kind"] == "share" or (claim["kind"] == "quantity" and claim["unit"] in AMOUNTS)
    plain = claim["value"] is not None and claim["qualifier"] in (None, "about")
    return bool(counted and plain and claim["period"] and owner and claim[owner])


def _rows(table: list[Claim], remainders: Collection[str]) -> list[dict[str, Any]]:
    """Compute the rows of one table; none without a total that its amounts fit in."""
    measure = table[0]["measure"]
    partner = PARTNERS[measure]
    figures = [claim for claim in table if claim[partner] not in (None, *remainders)]
    amounts = table[0]["kind"] == "quantity"
    totals = [claim["value"] for claim in table if claim[partner] is None] if amounts else [1.0]
    total = totals[0] if len(totals) == 1 else None
    added = fsum(claim["value"] for claim in figures)
    rounding = fsum(half_unit(claim["value"]) for claim in figures)
    if not total or added - total > rounding:
        return []
    shares = [claim["value"] / total for claim in figures]
    squares = fsum(share**2 for share in shares)
    rest = max(0.0, 1.0 - fsum(shares))
    hhi_high = min(10_000.0, 10_000 * (squares + rest**2))
    rows = []
    for claim, share in zip(figures, shares, strict=True):
        row = {name: claim.get(name) for name in PUBLISHED.names}
        row |= {"share_of": f"{claim[OWNERS[measure]]}'s {measure}", "claim": claim["key"]}
        if amounts:
            name, scale = AMOUNTS[claim["unit"]]
            row[name] = claim["value"] * scale
        rows.append(row | {"share": share, "hhi_low": 10_000 * squares, "hhi_high": hhi_high})
    return rows


CHANGES = pa.schema([
    *texts("consumer", "supplier", "product", "element", "stage", "measure", "share_of"),
    *(number(f"share_{end}", SHARE) for end in ("before", "after")), number("points", POINTS),
    *(number(f"{m}_{end}", u) for m, u in (("tonnes", "t"), ("usd", "USD"))
      for end in ("before", "after")),
    number("amount_change", SHARE),
    *texts("counted_by", "basis", "attributed_to", "source", "claim_before", "claim_after"),
])  # fmt: skip


def published_changes(shares: pa.Table, before: str, after: str) -> pa.Table:
    """Compare the shares that one published table gives for two periods.

    Parameters
    ----------
    shares : pyarrow.Table
        As :func:`published_shares` returns them.
    before, after : str
        The two periods.

    Returns
    -------
    pyarrow.Table
        One row for each partner named in both, largest share in the second period first: the
        scope, ``share_before``, ``share_after`` (0 to 1), ``points`` (their difference in
        percentage points), the amounts, ``amount_change`` (of the first amount; -0.8 is a fall
        by four fifths), the basis and the source.

    Examples
    --------
    >>> row = dict.fromkeys(PUBLISHED.names) | {"consumer": "KOR", "supplier": "CHN"}
    >>> shares = pa.Table.from_pylist([
    ...     {**row, "period": "2022", "share": 0.75}, {**row, "period": "2023", "share": 0.5}],
    ...     schema=PUBLISHED)
    >>> published_changes(shares, "2022", "2023")["points"].to_pylist()
    [-25.0]
    """
    tables: dict[tuple[Any, ...], dict[str, Mapping[str, Any]]] = defaultdict(dict)
    for row in shares.to_pylist():
        if row["period"] in (before, after):
            scope = tuple(row[n] for n in ("consumer", "supplier", *TABLE))
            tables[scope][row["period"]] = row
    rows = []
    for by_period in tables.values():
        if before in by_period and after in by_period:
            rows.append(_change(by_period[before], by_period[after]))
    rows.sort(key=lambda row: (-row["share_after"], row["claim_after"]))
    return pa.Table.from_pylist(rows, schema=CHANGES)


def _change(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Build the row of a change between the rows of two periods."""
    row = {name: after.get(name) for name in CHANGES.names}
    for name in ("share", "tonnes", "usd", "claim"):
        row |= {f"{name}_before": before[name], f"{name}_after": after[name]}
    measures = [m for m in ("tonnes", "usd") if before[m] and after[m] is not None]
    if measures:
        row["amount_change"] = after[measures[0]] / before[measures[0]] - 1
    if None in (before["share"], after["share"]):
        return row
    return row | {"points": 100 * (after["share"] - before["share"])}


def published_amount_changes(claims: pa.Table, before: str, after: str) -> pa.Table:
    """Compare the amounts that are published for two periods: of all trade, or with one partner.

    Both are plain figures on one basis, of one source or attributed to one: China's customs may
    be quoted by one article for September and by another for October. Two figures for one period
    that differ give none.

    Parameters
    ----------
    claims : pyarrow.Table
        As the query ``claims`` returns them.
    before, after : str
        The two periods.

    Returns
    -------
    pyarrow.Table
        The columns of :func:`published_changes`, without shares, by key of the second claim; the
        two sources are joined by ``+``. A total has one end of the trade alone.

    Examples
    --------
    >>> row = {"kind": "quantity", "supplier": "CHN", "unit": "kg", "measure": "exports",
    ...        "element": "Dy", "attributed_to": "customs"}
    >>> empty = dict.fromkeys([*PUBLISHED.names, "key", "kind", "value", "unit", "qualifier"])
    >>> claims = pa.Table.from_pylist([
    ...     {**empty, **row, "key": "s", "period": "2025-09", "value": 18_043.0, "source": "one"},
    ...     {**empty, **row, "key": "o", "period": "2025-10", "value": 3_501.0, "source": "two"}])
    >>> (change,) = published_amount_changes(claims, "2025-09", "2025-10").to_pylist()
    >>> round(change["tonnes_after"], 3), round(change["amount_change"], 3), change["source"]
    (3.501, -0.806, 'one+two')
    """
    figures: dict[tuple[Any, ...], dict[str, list[Claim]]] = defaultdict(lambda: defaultdict(list))
    for claim in claims.to_pylist():
        if _is_figure(claim) and claim["kind"] == "quantity" and claim["period"] in (before, after):
            origin = claim["attributed_to"] or claim["source"]
            scope = (claim[n] for n in ("consumer", "supplier", *TABLE[2:]))
            figures[origin, AMOUNTS[claim["unit"]][0], *scope][claim["period"]].append(claim)
    rows = []
    for by_period in figures.values():
        old, new = _single_amount(by_period[before]), _single_amount(by_period[after])
        if old is not None and new is not None:
            sources = "+".join(sorted({old["source"], new["source"]}))
            rows.append(_change(old, new) | {"source": sources})
    rows.sort(key=lambda row: row["claim_after"])
    return pa.Table.from_pylist(rows, schema=CHANGES)


def _single_amount(claims: list[Claim]) -> dict[str, Any] | None:
    """Return the row of the first of the claims, if there is one and all give the same amount."""
    rows = [_amount(claim) for claim in claims]
    amounts = {(row["tonnes"], row["usd"]) for row in rows}
    return rows[0] if len(amounts) == 1 else None


def _amount(claim: Claim) -> dict[str, Any]:
    """Build the row of a published amount, without a share."""
    name, scale = AMOUNTS[claim["unit"]]
    row = {column: claim.get(column) for column in PUBLISHED.names}
    row |= {"share_of": f"{claim[OWNERS[claim['measure']]]}'s {claim['measure']}", "share": None}
    return row | {"claim": claim["key"], name: claim["value"] * scale}


PLAIN = Tolerance(points=0, relative=0, other=0)
"""Tolerance for rounding alone: two published figures are compared as printed."""
DIFFERENT = "different figures"
TOO_MUCH = "shares of two suppliers add up to more than all"
IF_ONE_PERIOD = ", if of one period"
"""Added to a conflict of which a claim states no period."""
SCOPE = ("kind", "consumer", "rival", "located", "product", "element", "stage", "than", "measure",
         "unit")  # fmt: skip

REVISED = ("consumer", "supplier", "rival", "located", "kind", "product", "element", "stage",
           "period", "than", "measure", "unit", "basis", "counted_by",
           "includes_other")  # fmt: skip
"""Properties that a figure keeps from one edition of its source to the next, beside `includes`."""


def superseded_claims(claims: pa.Table, sources: pa.Table) -> dict[str, str]:
    """Map each claim that a later edition of its source prints again to the newest such claim.

    Parameters
    ----------
    claims : pyarrow.Table
        As the query ``claims`` returns them.
    sources : pyarrow.Table
        ``key``, ``edition_of``, ``published``.

    Examples
    --------
    >>> row = dict.fromkeys([*REVISED, "includes"]) | {"consumer": "USA", "period": "2024"}
    >>> claims = pa.Table.from_pylist([
    ...     {**row, "key": "old", "source": "y-2025"}, {**row, "key": "new", "source": "y-2026"}])
    >>> sources = pa.table({"key": ["y-2025", "y-2026"], "edition_of": ["y"] * 2,
    ...                     "published": ["2025", "2026-02-06"]})
    >>> superseded_claims(claims, sources)
    {'old': 'new'}
    """
    editions = {row["key"]: (row["edition_of"], row["published"]) for row in sources.to_pylist()}
    series: dict[tuple[Any, ...], list[tuple[str, str]]] = defaultdict(list)
    for claim in claims.to_pylist():
        edition_of, published = editions.get(claim["source"], (None, None))
        if edition_of and published:
            scope = (*(claim[name] for name in REVISED), tuple(claim["includes"] or ()))
            series[edition_of, scope].append((published, claim["key"]))
    newest_keys = {}
    for editions_of_claim in series.values():
        newest, newest_key = max(editions_of_claim)
        for published, key in sorted(editions_of_claim):
            if published < newest:
                newest_keys[key] = newest_key
    return newest_keys


def conflicts(claims: pa.Table, sources: pa.Table | None = None) -> pa.Table:
    """Find pairs of claims from two sources that cannot both be right, as far as scopes tell.

    Two claims of one scope conflict if their figures, with rounding and qualifier, share no
    value; two shares of one consumer conflict if they add up to more than all. Where a claim
    states no period the conflict says that it is one only if both are of one period. A figure
    by value is not compared with one by weight, nor of another basket, nor counts, whose subject
    is only in words. What a later edition of one source prints again is a revision.

    Parameters
    ----------
    claims : pyarrow.Table
        As the query ``claims`` returns them.
    sources : pyarrow.Table, optional
        As for :func:`superseded_claims`.

    Returns
    -------
    pyarrow.Table
        One row per pair, sorted by keys: ``key``, ``other``, ``conflict``, the scope, the two
        suppliers, periods, figures (as text) and sources, and ``difference`` (of the first
        figure to the second; null where one of them is not a single figure, and for the shares of
        two suppliers, of which ``conflict`` has the sum).

    Examples
    --------
    >>> row = {"kind": "share", "consumer": "KOR", "supplier": "CHN", "rival": None,
    ...        "located": None, "product": "magnets", "element": None, "stage": None,
    ...        "period": "2022", "than": None, "value": 0.879, "low": None, "high": None,
    ...        "qualifier": None, "unit": "share", "measure": "imports", "counted_by": "value",
    ...        "includes": None, "includes_other": None, "source": "ked"}
    >>> claims = pa.Table.from_pylist([
    ...     {**row, "key": "a"}, {**row, "key": "b", "value": 0.875, "source": "bk"}])
    >>> [(r["key"], r["other"], r["conflict"]) for r in conflicts(claims).to_pylist()]
    [('a', 'b', 'different figures')]
    """
    revised = {} if sources is None else superseded_claims(claims, sources)
    groups: dict[tuple[Any, ...], list[Claim]] = defaultdict(list)
    for row in sorted(claims.to_pylist(), key=lambda r: r["key"]):
        if row["key"] in revised or row["kind"] in ("more-than", "ahead-of"):
            continue
        if claimed(row, PLAIN) is not None:
            groups[*(row[name] for name in SCOPE), row.get("control")].append(row)
    rows = []
    for group in groups.values():
        for claim, other in combinations(group, 2):
            if conflict := _conflict(claim, other):
                rows.append(_pair(claim, other, conflict))
    rows.sort(key=lambda row: (row["key"], row["other"]))
    return pa.Table.from_pylist(rows, schema=_CONFLICTS)


_CONFLICTS = pa.schema([
    *texts("key", "other", "conflict", *SCOPE, "supplier", "other_supplier", "period",
           "other_period", "figure", "other_figure"),
    number("difference"), *texts("source", "other_source"),
])  # fmt: skip


def _conflict(claim: Claim, other: Claim) -> str | None:
    """Name the conflict between two claims that differ at most in supplier and period."""
    first, second = claimed(claim, PLAIN), claimed(other, PLAIN)
    periods = {claim["period"], other["period"]} - {None}
    if first is None or second is None or len(periods) > 1 or not _comparable(claim, other):
        return None
    conflict = None
    if claim["supplier"] == other["supplier"]:
        if first.high < second.low or second.high < first.low:
            conflict = DIFFERENT
    elif claim["kind"] == "share" and None not in (claim["supplier"], other["supplier"]):
        least = first.low + second.low
        if least > 1:
            conflict = f"{TOO_MUCH}: at least {100 * least:.4g} %"
    undated = None in (claim["period"], other["period"])
    return conflict and conflict + IF_ONE_PERIOD * undated


def _comparable(claim: Claim, other: Claim) -> bool:
    """Tell whether two claims from two sources can be about the same quantity."""
    return (
        claim["source"] != other["source"]
        and bool(set(measures_of(claim)) & set(measures_of(other)))
        and claim["kind"] != "count"
        and _counted(claim) == _counted(other)
    )


def _counted(claim: Claim) -> tuple[frozenset[str], str | None]:
    """Return the products and countries that a figure includes."""
    return frozenset(claim["includes"] or ()), claim["includes_other"]


def _pair(claim: Claim, other: Claim, conflict: str) -> dict[str, Any]:
    """Build the row of two claims that conflict."""
    row = {name: claim[name] for name in SCOPE} | {"conflict": conflict}
    for name in ("supplier", "period", "source"):
        row |= {name: claim[name], f"other_{name}": other[name]}
    row |= {"figure": _figure(claim), "other_figure": _figure(other)}
    single = None not in (claim["value"], other["value"])
    row["difference"] = None
    if single and claim["supplier"] == other["supplier"]:
        row["difference"] = claim["value"] - other["value"]
    return row | {"key": claim["key"], "other": other["key"]}


def _figure(claim: Claim) -> str:
    """Format the figure with its qualifier."""
    values = [claim[name] for name in ("low", "value", "high") if claim[name] is not None]
    text = " to ".join(f"{value:g}" for value in dict.fromkeys(values))
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
        fact = dict(zip(_FACT, key, strict=True))
        for figure, other in combinations(sorted(group, key=lambda r: str(r["source"])), 2):
            if bounds := _different_bounds(figure, other):
                sources = {"source": figure["source"], "other_source": other["source"]}
                rows.append({**fact, **sources, **bounds})
    numbers = [number(name, "t") for name in ("low", "high", "other_low", "other_high")]
    fields = [*texts(*_FACT, "source", "other_source"), *numbers]
    return pa.Table.from_pylist(rows, schema=pa.schema(fields))


_FACT = ("country", "product", "period", "basis")


def _different_bounds(
    figure: Mapping[str, Any], other: Mapping[str, Any]
) -> dict[str, float | None] | None:
    """Return the bounds of two figures, if both are published and share no value."""
    first, second = published_interval(figure), published_interval(other)
    if first is None or second is None:
        return None
    (low, high), (other_low, other_high) = first, second
    rounding = half_unit(low) + half_unit(other_low)
    if low - other_high <= rounding and other_low - high <= rounding:
        return None
    bounds = {"low": low, "high": high, "other_low": other_low, "other_high": other_high}
    return {name: None if bound == inf else bound for name, bound in bounds.items()}
