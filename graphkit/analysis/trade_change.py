"""Changes of a country's trade between periods, of equal or different length."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from math import fsum
from typing import Any

import pyarrow as pa

from graphkit.analysis.shares import grouped
from graphkit.arrow import INDEX, SHARE, UNIT, counts, lists, number, texts
from graphkit.errors import GraphkitError, UsageError
from graphkit.period import Period, cover

MEASURES = ("usd", "tonnes")
CHANGE_SERIES = ("product", "reporter", "dataset", "source")
"""Columns that identify a series; figures of two series are never compared."""


@dataclass(frozen=True)
class PartnerTotals:
    """The trade of one owner in one period, by partner."""

    months: int
    by_partner: Mapping[str, Mapping[str, float | None]]

    @cached_property
    def totals(self) -> Mapping[str, float | None]:
        """The sum of each measure."""
        return {m: known_sum([v[m] for v in self.by_partner.values()]) for m in MEASURES}

    @cached_property
    def ranks(self) -> Mapping[str, int]:
        """The rank of each partner, by value, then mass, then code."""
        return {name: n for n, name in enumerate(sorted(self.by_partner, key=self._size), 1)}

    def _size(self, partner: str) -> tuple[float, float, str]:
        amounts = self.by_partner[partner]
        return -(amounts["usd"] or 0), -(amounts["tonnes"] or 0), partner

    def share(self, partner: str, measure: str) -> float | None:
        """Return a partner's share of the total, 0 to 1."""
        total, value = self.totals[measure], self.by_partner.get(partner, {}).get(measure)
        return None if not total or value is None else value / total

    def counted_share(self, partner: str, measure: str) -> float | None:
        """Return the share, 0 for a partner without records; None where it is unknown."""
        if partner not in self.by_partner and self.totals[measure]:
            return 0.0
        return self.share(partner, measure)

    def amount_with(self, partners: Collection[str], measure: str) -> float | None:
        """Add up the trade with some partners: 0 without records, None if no amount is known."""
        recorded = [v[measure] for name, v in self.by_partner.items() if name in partners]
        if not recorded:
            return None if self.totals[measure] is None else 0.0
        return known_sum(recorded)

    def hhi(self, measure: str) -> float | None:
        """Compute the Herfindahl-Hirschman index of the partners, 0 to 10,000."""
        total = self.totals[measure]
        if not total:
            return None
        amounts = (amounts[measure] for amounts in self.by_partner.values())
        shares = [amount / total for amount in amounts if amount is not None]
        return 10_000 * fsum([share * share for share in shares])

    def per_month(self, measure: str) -> float | None:
        """Divide the total by the months of the period."""
        total = self.totals[measure]
        return None if total is None else total / self.months

    @property
    def largest(self) -> str | None:
        """The partner of rank 1."""
        return min(self.by_partner, key=self._size, default=None)


def known_sum(values: Collection[float | None]) -> float | None:
    """Add up the known values independently of their order; None if all are unknown."""
    if len(values) == 1:
        return next(iter(values))
    known = [value for value in values if value is not None]
    return fsum(known) if known else None


def periods_of(flows: pa.Table) -> dict[tuple[str, ...], list[str]]:
    """Return the periods with data of each series."""
    periods: dict[tuple[str, ...], list[str]] = {}
    for *series, period in grouped(flows, (*CHANGE_SERIES, "period"))[0]:
        periods.setdefault(tuple(series), []).append(period)
    return periods


Place = tuple[str, tuple[str, ...]]
"""An owner of trade, and a series."""


def partner_totals(
    flows: pa.Table, pieces: Mapping[tuple[str, ...], Sequence[str]], months: int, partner: str
) -> dict[Place, PartnerTotals]:
    """Add up each owner's trade by partner over the pieces of a period, series by series."""
    labels, order, spans = grouped(flows, (owner_of(partner), *CHANGE_SERIES, partner, "period"))
    amounts = {m: flows[m].take(order).to_pylist() for m in MEASURES}
    spans_by_place: dict[Place, dict[str, list[tuple[int, int]]]] = {}
    for (owner, *series, code, period), span in zip(labels, spans, strict=True):
        if period in pieces.get(tuple(series), ()):
            by_partner = spans_by_place.setdefault((owner, tuple(series)), {})
            by_partner.setdefault(code, []).append(span)
    totals = {}
    for place, by_partner in spans_by_place.items():
        sums: dict[str, dict[str, float | None]] = {}
        for code, partner_spans in by_partner.items():
            sums[code] = {
                m: known_sum([v for start, end in partner_spans for v in amounts[m][start:end]])
                for m in MEASURES
            }
        totals[place] = PartnerTotals(months, sums)
    return totals


def owner_of(partner: str) -> str:
    """Return the column of the owner of trade with suppliers or consumers as partners."""
    owners = {"supplier": "consumer", "consumer": "supplier"}
    if partner not in owners:
        raise UsageError(f"partner: found {partner!r}, wanted supplier or consumer")
    return owners[partner]


_ENDS = ("before", "after")


@dataclass(frozen=True)
class _Pair:
    """One owner and series in both periods, and the data that either lacks."""

    owner: str
    series: tuple[str, ...]
    before: PartnerTotals
    after: PartnerTotals
    missing: str | None


def compare_totals(
    flows: pa.Table, before: str, after: str, *, partner: str = "supplier"
) -> pa.Table:
    r"""Compare totals, concentration and partners of two periods of any length.

    Totals of three and of twelve months are shown as they are (a claim like "more in the first
    quarter than in the whole year before" compares them), beside the rates per month, which make
    periods of different length comparable.

    Parameters
    ----------
    flows : pyarrow.Table
        ``consumer``, ``supplier``, ``product``, ``period``, ``reporter``, ``dataset``,
        ``source`` (text), ``usd``, ``tonnes`` (null where unknown). Periods that make up one of
        the two are added up (:func:`cover`). A series has data of a period if any of its rows
        does: pass all trade of a product, or all of one owner.
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
        ``missing``: periods without data, null where both are covered. With missing data only
        known columns are filled: a partner without records may still have sold.

    Raises
    ------
    GraphkitError
        No series has data of both periods; the message lists the periods present.

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
        complete = pair.missing is None
        old_partners, new_partners = set(pair.before.by_partner), set(pair.after.by_partner)
        row: dict[str, Any] = {
            **_labels(pair, before, after, partner),
            "months_before": pair.before.months,
            "months_after": pair.after.months,
            "partners_before": len(old_partners),
            "partners_after": len(new_partners),
            "largest_before": pair.before.largest,
            "largest_after": pair.after.largest,
            "new": sorted(new_partners - old_partners) if complete else None,
            "lost": sorted(old_partners - new_partners) if complete else None,
            "missing": pair.missing,
        }
        for m in MEASURES:
            old, new = pair.before.totals[m], pair.after.totals[m]
            old_rate, new_rate = pair.before.per_month(m), pair.after.per_month(m)
            row |= {
                f"{m}_before": old, f"{m}_after": new,
                f"{m}_change": None if old is None or new is None else new - old,
                f"{m}_ratio": _ratio(new, old),
                f"{m}_per_month_before": old_rate, f"{m}_per_month_after": new_rate,
                f"{m}_per_month_ratio": _ratio(new_rate, old_rate),
                f"hhi_{m}_before": pair.before.hhi(m), f"hhi_{m}_after": pair.after.hhi(m),
            }  # fmt: skip
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=_totals_schema(partner))


def compare_partners(
    flows: pa.Table, before: str, after: str, *, partner: str = "supplier"
) -> pa.Table:
    """Compare each partner's trade, share and rank in two periods.

    Parameters
    ----------
    flows, before, after, partner
        As for :func:`compare_totals`.

    Returns
    -------
    pyarrow.Table
        One row per owner, series and partner, for the series with both periods: the labels of
        :func:`compare_totals`, the partner (``supplier`` or ``consumer``), ``status``
        (``both``, ``new``, ``lost``); for ``usd`` and ``tonnes`` ``_before``, ``_after``,
        ``_per_month_before``, ``_per_month_after``, ``_share_before``, ``_share_after`` (0 to
        1) and ``_share_change`` (a share without records counts as 0); ``rank_before``,
        ``rank_after`` (by value, then mass, then code). Sorted by owner, series and rank after,
        the lost partners last.

    Raises
    ------
    GraphkitError
        No series has data of both periods; the message lists the periods present.

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
    >>> rows[0]["share_usd_change"]
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
    """Pair the periods of every owner and series that has data of one or both."""
    months, gaps, totals = [], [], []
    periods = periods_of(flows)
    for text in (before, after):
        try:
            months.append(Period(text).months)
        except ValueError as error:
            raise UsageError(str(error)) from error
        covers = {series: cover(text, present) for series, present in periods.items()}
        gaps.append({series: missing for series, (_, missing) in covers.items()})
        pieces = {series: parts for series, (parts, missing) in covers.items() if not missing}
        totals.append(partner_totals(flows, pieces, months[-1], partner))
    gaps_before, gaps_after = gaps
    if all(gaps_before[series] or gaps_after[series] for series in periods):
        present = sorted({period for texts in periods.values() for period in texts})
        span = f"{present[0]} to {present[-1]}" if len(present) > 6 else ", ".join(present)
        raise GraphkitError(
            f"no series has data of both {before} and {after}; found {span or 'no flow'}"
        )
    pairs = []
    for owner, *labels in grouped(flows, (owner_of(partner), *CHANGE_SERIES))[0]:
        series = tuple(labels)
        missing = [*gaps_before[series], *gaps_after[series]]
        old, new = (
            by_place.get((owner, series), PartnerTotals(length, {}))
            for by_place, length in zip(totals, months, strict=True)
        )
        if missing or old.by_partner or new.by_partner:
            note = "no data of " + ", ".join(missing) if missing else None
            pairs.append(_Pair(owner, series, old, new, note))
    return pairs


def _labels(pair: _Pair, before: str, after: str, partner: str) -> dict[str, Any]:
    series = dict(zip(CHANGE_SERIES, pair.series, strict=True))
    return {owner_of(partner): pair.owner, **series, "before": before, "after": after}


def _partner_columns(old: PartnerTotals, new: PartnerTotals, name: str, m: str) -> dict[str, Any]:
    old_amount, new_amount = (totals.by_partner.get(name, {}).get(m) for totals in (old, new))
    old_share, new_share = old.counted_share(name, m), new.counted_share(name, m)
    return {
        f"{m}_before": old_amount, f"{m}_after": new_amount,
        f"{m}_per_month_before": None if old_amount is None else old_amount / old.months,
        f"{m}_per_month_after": None if new_amount is None else new_amount / new.months,
        f"share_{m}_before": old.share(name, m), f"share_{m}_after": new.share(name, m),
        f"share_{m}_change": (
            None if old_share is None or new_share is None else new_share - old_share
        ),
    }  # fmt: skip


def _ratio(value: float | None, base: float | None) -> float | None:
    return None if value is None or not base else value / base


def _totals_schema(partner: str) -> pa.Schema:
    fields = texts(owner_of(partner), *CHANGE_SERIES, "before", "after")
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
    fields = texts(owner_of(partner), *CHANGE_SERIES, "before", "after", partner, "status")
    for m in MEASURES:
        fields += [number(f"{m}_{end}", UNIT[m]) for end in _ENDS]
        fields += [number(f"{m}_per_month_{end}", f"{UNIT[m]} a month") for end in _ENDS]
        fields += [number(f"share_{m}_{end}", SHARE) for end in (*_ENDS, "change")]
    return pa.schema([*fields, *counts("rank_before", "rank_after")])


def trend(flows: pa.Table, *, partner: str = "supplier", on: Collection[str] = ()) -> pa.Table:
    """Follow totals, concentration and partners over every period with data, in order.

    Each period is compared with the latest one of the same length that ended before it began:
    years with years, quarters with quarters.

    Parameters
    ----------
    flows, partner
        As for :func:`~graphkit.analysis.trade_change.compare_totals`.
    on : collection of str
        Partners whose trade is added up beside the totals.

    Returns
    -------
    pyarrow.Table
        One row per owner, series and period: the owner, the series, ``period``, ``months``,
        ``previous`` (null for the first); for ``usd`` and ``tonnes`` the total, ``_per_month``,
        ``_change`` (relative to the previous total) and ``hhi_`` (0 to
        10,000); ``partners``, ``largest``, ``largest_share_usd`` and ``largest_share_tonnes``
        (0 to 1), ``new`` and ``lost`` against the previous period; ``on_usd`` and ``on_tonnes``,
        the trade with the partners ``on`` (0 without records, null if recorded without an amount),
        and their shares ``on_share_usd`` and ``on_share_tonnes`` of the total (0 to 1);
        ``first_partners``, at most six with a value, the largest over all periods of the owner and
        series, and ``first_shares_usd``, the share of each in the period (0 to 1). Sorted by
        owner, series, length of the period and time. A period without a row of the owner is left
        out.

    Examples
    --------
    >>> flows = pa.table({
    ...     "consumer": ["KOR"] * 3, "supplier": ["CHN", "CHN", "JPN"], "product": ["dy"] * 3,
    ...     "period": ["2023", "2024", "2024"], "reporter": ["importer"] * 3,
    ...     "dataset": ["customs"] * 3, "source": ["x"] * 3,
    ...     "usd": [50.0, 60.0, 20.0], "tonnes": [None, 1.0, 1.0]})
    >>> first, second = trend(flows).to_pylist()
    >>> second["previous"], second["usd_change"], second["hhi_usd"], second["new"]
    ('2023', 0.6, 6250.0, ['JPN'])
    >>> first["hhi_tonnes"], first["new"]
    (None, None)
    >>> second["first_partners"], first["first_shares_usd"], second["first_shares_usd"]
    (['CHN', 'JPN'], [1.0, 0.0], [0.75, 0.25])
    >>> [(row["on_usd"], row["on_share_usd"]) for row in trend(flows, on=["JPN"]).to_pylist()]
    [(0.0, 0.0), (20.0, 0.25)]
    """
    rows = []
    for (owner, *labels), by_period in _period_by_period(flows, partner):
        periods = sorted(map(Period, by_period), key=lambda p: (p.months, p.start))
        first = _first_partners(by_period.values())
        for period in periods:
            totals = by_period[period.text]
            previous = _previous(period, periods)
            previous_totals = by_period[previous] if previous else None
            row: dict[str, Any] = {owner_of(partner): owner, "period": period.text}
            row |= {**dict(zip(CHANGE_SERIES, labels, strict=True)), "previous": previous}
            row |= _trend_columns(totals, previous_totals)
            row["first_partners"] = first
            row["first_shares_usd"] = [totals.counted_share(code, "usd") for code in first]
            rows.append(row | (_partner_amounts(totals, on) if on else {}))
    return pa.Table.from_pylist(rows, schema=_trend_schema(partner))


def _period_by_period(
    flows: pa.Table, partner: str
) -> Iterator[tuple[tuple[str, ...], dict[str, PartnerTotals]]]:
    """Add up the trade of each owner and series in each of its periods, by partner."""
    keys = (owner_of(partner), *CHANGE_SERIES)
    labels, order, spans = grouped(flows, (*keys, "period", partner))
    usd, tonnes = (flows[measure].take(order).to_pylist() for measure in MEASURES)
    rows = zip(labels, spans, strict=True)
    for place, place_rows in groupby(rows, key=lambda row: row[0][: len(keys)]):
        by_period = {}
        for period, period_rows in groupby(place_rows, key=lambda row: row[0][len(keys)]):
            by_partner = {}
            for label, (start, end) in period_rows:
                sums = {"usd": known_sum(usd[start:end]), "tonnes": known_sum(tonnes[start:end])}
                by_partner[label[-1]] = sums
            by_period[period] = PartnerTotals(Period(period).months, by_partner)
        yield place, by_period


FIRST_PARTNERS = 6
"""Partners whose share is given in every period."""


def _first_partners(periods: Iterable[PartnerTotals]) -> list[str]:
    """Choose the partners of the largest trade by value over all periods, none without a value."""
    sums: dict[str, float] = {}
    for totals in periods:
        for code, amounts in totals.by_partner.items():
            sums[code] = sums.get(code, 0.0) + (amounts["usd"] or 0.0)
    valued = [code for code, usd in sums.items() if usd > 0]
    return sorted(valued, key=lambda code: (-sums[code], code))[:FIRST_PARTNERS]


def _previous(period: Period, periods: Sequence[Period]) -> str | None:
    """Find the latest period of the same length that ended before this one began."""
    earlier = [p for p in periods if p.months == period.months and p.end <= period.start]
    return max(earlier, key=lambda p: p.end).text if earlier else None


def _trend_columns(totals: PartnerTotals, previous: PartnerTotals | None) -> dict[str, Any]:
    """Compute the columns of one period beside those of the previous one."""
    partners = set(totals.by_partner)
    previous_partners = set(previous.by_partner) if previous else set()
    row: dict[str, Any] = {
        "months": totals.months, "partners": len(partners), "largest": totals.largest,
        "new": sorted(partners - previous_partners) if previous else None,
        "lost": sorted(previous_partners - partners) if previous else None,
    }  # fmt: skip
    for m in MEASURES:
        change = _growth(totals.totals[m], previous.totals[m] if previous else None)
        row |= {
            m: totals.totals[m],
            f"{m}_per_month": totals.per_month(m),
            f"{m}_change": change,
            f"hhi_{m}": totals.hhi(m),
            f"largest_share_{m}": totals.share(totals.largest, m) if totals.largest else None,
        }
    return row


def _partner_amounts(totals: PartnerTotals, partners: Collection[str]) -> dict[str, float | None]:
    amounts = {measure: totals.amount_with(partners, measure) for measure in MEASURES}
    return {
        **{f"on_{measure}": amount for measure, amount in amounts.items()},
        **{f"on_share_{m}": _ratio(amount, totals.totals[m]) for m, amount in amounts.items()},
    }


def _growth(value: float | None, base: float | None) -> float | None:
    return None if value is None or not base else (value - base) / base


def _trend_schema(partner: str) -> pa.Schema:
    fields = texts(owner_of(partner), *CHANGE_SERIES, "period") + counts("months")
    fields += texts("previous")
    for m in MEASURES:
        fields += [number(m, UNIT[m]), number(f"{m}_per_month", f"{UNIT[m]} a month")]
        fields += [number(f"{m}_change"), number(f"hhi_{m}", INDEX)]
    fields += counts("partners") + texts("largest")
    fields += [number(f"largest_share_{m}", SHARE) for m in MEASURES]
    fields += [number(f"on_{m}", UNIT[m]) for m in MEASURES]
    fields += [number(f"on_share_{m}", SHARE) for m in MEASURES]
    shares = pa.field("first_shares_usd", pa.list_(pa.float64()), metadata={"unit": SHARE})
    return pa.schema([*fields, *lists("new", "lost", "first_partners"), shares])
