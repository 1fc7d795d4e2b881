"""What changed from period to period."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from graphkit.analysis.columns import INDEX, SHARE, UNIT, counts, lists, number, texts
from graphkit.analysis.series import (
    MEASURES,
    SERIES,
    Side,
    check_partner,
    owner_of,
    periods_of,
    sides,
)  # fmt: skip
from graphkit.period import Period


def trend(flows: pa.Table, *, partner: str = "supplier") -> pa.Table:
    """Totals, concentration and partners of every period there is, in order.

    Each period is compared with the one of the same length that ended last before it began, so
    that years stand beside years and quarters beside quarters.

    Parameters
    ----------
    flows, partner
        As for :func:`~graphkit.analysis.change.compare_totals`.

    Returns
    -------
    pyarrow.Table
        One row per owner, series and period: the owner, the series, ``period``, ``months``,
        ``previous`` (null for the first); for ``usd`` and ``tonnes`` the total, ``_per_month``,
        ``_change`` (relative to the previous total) and ``hhi_`` (0 to
        10,000); ``partners``, ``largest``, ``largest_usd_share`` and ``largest_tonnes_share``
        (0 to 1), ``new`` and ``lost`` against the previous period. Sorted by owner, series,
        length of the period and time. A period without a row of the owner is left out.

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
    """
    check_partner(partner)
    held: dict[tuple[str, tuple[str, ...]], dict[str, Side]] = {}
    series = periods_of(flows)
    for period in sorted({p for periods in series.values() for p in periods}):
        pieces = {s: (period,) for s, periods in series.items() if period in periods}
        for place, side in sides(flows, pieces, Period(period).months, partner).items():
            held.setdefault(place, {})[period] = side
    rows = []
    for (who, labels), by_period in sorted(held.items()):
        for period in sorted(by_period, key=lambda text: (Period(text).months, Period(text).start)):
            old = _previous(period, list(by_period))
            row = {owner_of(partner): who, **dict(zip(SERIES, labels, strict=True))}
            before = by_period[old] if old else None
            rows.append({**row, **_trend_columns(period, by_period[period], old, before)})
    return pa.Table.from_pylist(rows, schema=_trend_schema(partner))


def _previous(period: str, have: list[str]) -> str | None:
    """The period of the same length that ended last before this one began."""
    this = Period(period)
    earlier = [p for p in map(Period, have) if p.months == this.months and p.end <= this.start]
    return max(earlier, key=lambda p: p.end).text if earlier else None


def _trend_columns(period: str, now: Side, old: str | None, before: Side | None) -> dict[str, Any]:
    has, had = set(now.by_partner), set(before.by_partner) if before else set()
    row: dict[str, Any] = {
        "period": period, "months": now.months, "previous": old, "partners": len(has),
        "largest": now.largest,
        "new": sorted(has - had) if before else None,
        "lost": sorted(had - has) if before else None,
    }  # fmt: skip
    for m in MEASURES:
        change = _growth(now.totals[m], before.totals[m] if before else None)
        row |= {
            m: now.totals[m],
            f"{m}_per_month": now.per_month(m),
            f"{m}_change": change,
            f"hhi_{m}": now.hhi(m),
            f"largest_{m}_share": now.share(now.largest, m) if now.largest else None,
        }
    return row


def _growth(value: float | None, base: float | None) -> float | None:
    return None if value is None or not base else (value - base) / base


def _trend_schema(partner: str) -> pa.Schema:
    fields = texts(owner_of(partner), *SERIES, "period") + counts("months")
    fields += texts("previous")
    for m in MEASURES:
        fields += [number(m, UNIT[m]), number(f"{m}_per_month", f"{UNIT[m]} a month")]
        fields += [number(f"{m}_change"), number(f"hhi_{m}", INDEX)]
    fields += counts("partners") + texts("largest")
    fields += [number(f"largest_{m}_share", SHARE) for m in MEASURES]
    return pa.schema([*fields, *lists("new", "lost")])
