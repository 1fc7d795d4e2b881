"""What changed between two periods, of equal or of different length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from graphkit.analysis.columns import INDEX, SHARE, UNIT, counts, lists, number, texts
from graphkit.analysis.series import (
    MEASURES,
    SERIES,
    Side,
    check_partner,
    cover,
    owner_of,
    periods_of,
    sides,
)  # fmt: skip
from graphkit.errors import GraphkitError, UsageError
from graphkit.period import Period

_ENDS = ("before", "after")


@dataclass(frozen=True)
class _Pair:
    """One owner and series in both periods, and what is missing of either."""

    owner: str
    series: tuple[str, ...]
    before: Side
    after: Side
    missing: str | None


def compare_totals(
    flows: pa.Table, before: str, after: str, *, partner: str = "supplier"
) -> pa.Table:
    r"""Totals, concentration and partners of two periods, of any length, side by side.

    A total of three months and one of twelve are both given as they are (a claim such as "more
    in the first quarter than in the whole year before" compares just these), and beside them
    the rate per month, which makes periods of different length comparable.

    Parameters
    ----------
    flows : pyarrow.Table
        ``consumer``, ``supplier``, ``product``, ``period``, ``reporter``, ``dataset``,
        ``source`` (text), ``usd``, ``tonnes`` (null where unknown). Periods that add up to one
        of the two are added up (:func:`cover`). A series has data of a period if any of its
        rows does: pass all trade of a product, or all of one owner.
    before, after : str
        The two periods.
    partner : {"supplier", "consumer"}
        Compare the suppliers of each consumer, or the destinations of each supplier.

    Returns
    -------
    pyarrow.Table
        One row per owner and series, sorted by them: the owner (``consumer`` or ``supplier``),
        ``product``, ``reporter``, ``dataset``, ``source``, ``before``, ``after``,
        ``months_before``, ``months_after``; for ``usd`` (USD) and ``tonnes`` (t) the total
        ``_before``, ``_after``, their difference ``_change`` and quotient ``_ratio``,
        ``_per_month_before``, ``_per_month_after`` and ``_per_month_ratio``, ``hhi_.._before``
        and ``hhi_.._after`` (0 to 10,000); ``partners_before``, ``partners_after``,
        ``largest_before``, ``largest_after``, ``new`` and ``lost`` (lists of codes), and
        ``missing``: periods without data, null where both are covered. Then only what can be
        known is given. A partner that is not recorded is not the same as one that did not sell.

    Raises
    ------
    GraphkitError
        No series has data of both periods; the message says what there is.

    Examples
    --------
    >>> flows = pa.table({
    ...     "consumer": ["KOR"] * 3, "supplier": ["CHN", "CHN", "JPN"], "product": ["dy"] * 3,
    ...     "period": ["2024", "2025-Q1", "2024"], "reporter": ["importer"] * 3,
    ...     "dataset": ["customs"] * 3, "source": ["x"] * 3,
    ...     "usd": [90.0, 60.0, 30.0], "tonnes": [9.0, 10.0, None]})
    >>> row = compare_totals(flows, "2024", "2025-Q1").to_pylist()[0]
    >>> row["usd_before"], row["usd_after"], row["usd_per_month_ratio"], row["lost"]
    (120.0, 60.0, 2.0, ['JPN'])
    >>> row["hhi_usd_before"], row["hhi_usd_after"]
    (6250.0, 10000.0)
    """
    pairs = _pairs(flows, before, after, partner)
    rows = []
    for pair in pairs:
        known = pair.missing is None
        had, has = set(pair.before.by_partner), set(pair.after.by_partner)
        row: dict[str, Any] = {
            **_labels(pair, before, after, partner),
            "months_before": pair.before.months,
            "months_after": pair.after.months,
            "partners_before": len(had),
            "partners_after": len(has),
            "largest_before": pair.before.largest,
            "largest_after": pair.after.largest,
            "new": sorted(has - had) if known else None,
            "lost": sorted(had - has) if known else None,
            "missing": pair.missing,
        }
        for m in MEASURES:
            old, new = pair.before.totals[m], pair.after.totals[m]
            slow, fast = pair.before.per_month(m), pair.after.per_month(m)
            row |= {
                f"{m}_before": old, f"{m}_after": new,
                f"{m}_change": None if old is None or new is None else new - old,
                f"{m}_ratio": _ratio(new, old),
                f"{m}_per_month_before": slow, f"{m}_per_month_after": fast,
                f"{m}_per_month_ratio": _ratio(fast, slow),
                f"hhi_{m}_before": pair.before.hhi(m), f"hhi_{m}_after": pair.after.hhi(m),
            }  # fmt: skip
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=_totals_schema(partner))


def compare_partners(
    flows: pa.Table, before: str, after: str, *, partner: str = "supplier"
) -> pa.Table:
    """How each partner's trade, share and rank changed between two periods.

    Parameters
    ----------
    flows, before, after, partner
        As for :func:`compare_totals`.

    Returns
    -------
    pyarrow.Table
        One row per owner, series and partner, of the series that have both periods: the labels
        of :func:`compare_totals`, the partner (``supplier`` or ``consumer``), ``status``
        (``both``, ``new``, ``lost``); for ``usd`` and ``tonnes`` ``_before``, ``_after``,
        ``_per_month_before``, ``_per_month_after``, ``_share_before``, ``_share_after`` (0 to
        1) and ``_share_change`` (what is not recorded counts as 0 in it); ``rank_before``,
        ``rank_after`` (by value, then mass, then code). Sorted by owner, series and rank after,
        the lost partners last.

    Raises
    ------
    GraphkitError
        No series has data of both periods; the message says what there is.

    Examples
    --------
    >>> flows = pa.table({
    ...     "consumer": ["KOR", "JPN", "KOR"], "supplier": ["CHN"] * 3, "product": ["dy"] * 3,
    ...     "period": ["2024", "2024", "2025"], "reporter": ["exporter"] * 3,
    ...     "dataset": ["customs"] * 3, "source": ["x"] * 3,
    ...     "usd": [1.0, 3.0, 5.0], "tonnes": [None, None, None]})
    >>> rows = compare_partners(flows, "2024", "2025", partner="consumer").to_pylist()
    >>> [(r["consumer"], r["status"], r["rank_before"], r["rank_after"]) for r in rows]
    [('KOR', 'both', 2, 1), ('JPN', 'lost', 1, None)]
    >>> rows[0]["usd_share_change"]
    0.75
    """
    pairs = [p for p in _pairs(flows, before, after, partner) if p.missing is None]
    rows = []
    for pair in pairs:
        old, new = pair.before, pair.after
        names = [*new.ranks, *(n for n in old.ranks if n not in new.ranks)]
        for name in names:
            status = "both" if name in old.ranks else "new"
            row = {
                **_labels(pair, before, after, partner),
                partner: name,
                "status": status if name in new.ranks else "lost",
                "rank_before": old.ranks.get(name),
                "rank_after": new.ranks.get(name),
            }
            for m in MEASURES:
                row |= _partner_columns(old, new, name, m)
            rows.append(row)
    return pa.Table.from_pylist(rows, schema=_partners_schema(partner))


def _pairs(flows: pa.Table, before: str, after: str, partner: str) -> list[_Pair]:
    """Both sides of every owner and series, as far as they have data."""
    check_partner(partner)
    lengths, lacks, found = [], [], []
    series = periods_of(flows)
    for asked in (before, after):
        try:
            lengths.append(Period(asked).months)
        except ValueError as error:
            raise UsageError(str(error)) from error
        covers = {s: cover(asked, periods) for s, periods in series.items()}
        lacks.append({s: missing for s, (_, missing) in covers.items()})
        whole = {s: pieces for s, (pieces, missing) in covers.items() if not missing}
        found.append(sides(flows, whole, lengths[-1], partner))
    if not any(not lacks[0][s] and not lacks[1][s] for s in series):
        have = sorted({p for periods in series.values() for p in periods})
        there = f"{have[0]} to {have[-1]}" if len(have) > 6 else ", ".join(have)
        raise GraphkitError(
            f"nothing has data of both {before} and {after}; there is {there or 'no flow'}"
        )
    columns = [flows[name].to_pylist() for name in (owner_of(partner), *SERIES)]
    places = sorted({(who, tuple(labels)) for who, *labels in zip(*columns, strict=True)})
    pairs = []
    for place in places:
        missing = [*lacks[0][place[1]], *lacks[1][place[1]]]
        old, new = (f.get(place, Side(n, {})) for f, n in zip(found, lengths, strict=True))
        pairs.append(
            _Pair(*place, old, new, "no data of " + ", ".join(missing) if missing else None)
        )
    return [p for p in pairs if p.missing or p.before.by_partner or p.after.by_partner]


def _labels(pair: _Pair, before: str, after: str, partner: str) -> dict[str, Any]:
    series = dict(zip(SERIES, pair.series, strict=True))
    return {owner_of(partner): pair.owner, **series, "before": before, "after": after}


def _partner_columns(old: Side, new: Side, name: str, m: str) -> dict[str, Any]:
    was, now = (side.by_partner.get(name, {}).get(m) for side in (old, new))
    first, last = old.counted_share(name, m), new.counted_share(name, m)
    return {
        f"{m}_before": was, f"{m}_after": now,
        f"{m}_per_month_before": None if was is None else was / old.months,
        f"{m}_per_month_after": None if now is None else now / new.months,
        f"{m}_share_before": old.share(name, m), f"{m}_share_after": new.share(name, m),
        f"{m}_share_change": None if first is None or last is None else last - first,
    }  # fmt: skip


def _ratio(value: float | None, base: float | None) -> float | None:
    return None if value is None or not base else value / base


def _totals_schema(partner: str) -> pa.Schema:
    fields = texts(owner_of(partner), *SERIES, "before", "after")
    fields += counts("months_before", "months_after")
    for m in MEASURES:
        fields += [number(f"{m}_{end}", UNIT[m]) for end in ("before", "after", "change")]
        fields += [number(f"{m}_ratio")]
        fields += [number(f"{m}_per_month_{end}", f"{UNIT[m]} a month") for end in _ENDS]
        fields += [number(f"{m}_per_month_ratio")]
        fields += [number(f"hhi_{m}_{end}", INDEX) for end in _ENDS]
    fields += counts("partners_before", "partners_after")
    fields += texts("largest_before", "largest_after")
    return pa.schema([*fields, *lists("new", "lost"), *texts("missing")])


def _partners_schema(partner: str) -> pa.Schema:
    fields = texts(owner_of(partner), *SERIES, "before", "after", partner, "status")
    for m in MEASURES:
        fields += [number(f"{m}_{end}", UNIT[m]) for end in _ENDS]
        fields += [number(f"{m}_per_month_{end}", f"{UNIT[m]} a month") for end in _ENDS]
        fields += [number(f"{m}_share_{end}", SHARE) for end in (*_ENDS, "change")]
    return pa.schema([*fields, *counts("rank_before", "rank_after")])
