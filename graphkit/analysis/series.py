"""Periods of data that add up to a period, and one owner's trade in it, partner by partner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum

import pyarrow as pa

from graphkit.errors import UsageError
from graphkit.period import Period

MEASURES = ("usd", "tonnes")
SERIES = ("product", "reporter", "dataset", "source")
"""What one series of figures belongs to: figures of two of these are never compared."""


def cover(period: str, have: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which periods of data add up to a period, and which of its months they leave out.

    Parameters
    ----------
    period : str
        The period asked for.
    have : iterable of str
        Periods with data; they may overlap, and they may reach beyond the one asked for.

    Returns
    -------
    pieces : tuple of str
        Periods with data that share no month and leave out as little as can be; of several
        such choices the one with the fewest pieces.
    missing : tuple of str
        The period itself where nothing is there, else its missing months, in runs.

    Examples
    --------
    >>> cover("2024", ["2024-01", "2024-Q1", "2024-Q2", "2024-H2", "2023"])
    (('2024-Q1', '2024-Q2', '2024-H2'), ())
    >>> cover("2024-H1", ["2024-01", "2024-Q2"])
    (('2024-01', '2024-Q2'), ('2024-02 to 2024-03',))
    >>> cover("2025-Q1", ["2024"])
    ((), ('2025-Q1',))
    """
    asked = Period(period)
    starting: dict[int, list[Period]] = defaultdict(list)
    for piece in sorted({Period(text) for text in have}, key=lambda p: p.text):
        if piece in asked:
            starting[piece.start].append(piece)
    best: dict[int, tuple[int, int, tuple[str, ...]]] = {asked.end: (0, 0, ())}
    for month in range(asked.end - 1, asked.start - 1, -1):
        lacking, pieces, chosen = best[month + 1]
        choices = [(lacking + 1, pieces, chosen)]
        for piece in starting[month]:
            lacking, pieces, chosen = best[piece.end]
            choices.append((lacking, pieces + 1, (piece.text, *chosen)))
        best[month] = min(choices)
    found = best[asked.start][2]
    return found, _missing(asked, [Period(text) for text in found])


def _missing(asked: Period, pieces: Sequence[Period]) -> tuple[str, ...]:
    if not pieces:
        return (asked.text,)
    edges = [asked.start, *(m for p in pieces for m in (p.start, p.end)), asked.end]
    gaps = [(a, b - 1) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]
    return tuple(_month(a) if a == b else f"{_month(a)} to {_month(b)}" for a, b in gaps)


def _month(number: int) -> str:
    return f"{number // 12}-{number % 12 + 1:02d}"


@dataclass(frozen=True)
class Side:
    """The trade of one owner in one period: what each partner accounts for."""

    months: int
    by_partner: Mapping[str, Mapping[str, float | None]]
    totals: Mapping[str, float | None] = field(init=False)
    ranks: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        totals = {m: known_sum(v[m] for v in self.by_partner.values()) for m in MEASURES}
        object.__setattr__(self, "totals", totals)
        order = sorted(
            self.by_partner.items(), key=lambda x: (*(-(x[1][m] or 0) for m in MEASURES), x[0])
        )
        object.__setattr__(self, "ranks", {name: n for n, (name, _) in enumerate(order, 1)})

    def share(self, partner: str, measure: str) -> float | None:
        """A partner's part of the total, 0 to 1."""
        total, value = self.totals[measure], self.by_partner.get(partner, {}).get(measure)
        return None if not total or value is None else value / total

    def counted_share(self, partner: str, measure: str) -> float | None:
        """The share, 0 where nothing is recorded of a partner; None where it is unknown."""
        if partner not in self.by_partner and self.totals[measure]:
            return 0.0
        return self.share(partner, measure)

    def hhi(self, measure: str) -> float | None:
        """Herfindahl-Hirschman index of the partners, 0 to 10,000."""
        shares = [self.share(partner, measure) for partner in self.by_partner]
        known = [s for s in shares if s is not None]
        return 10_000 * fsum(s * s for s in known) if known else None

    def per_month(self, measure: str) -> float | None:
        """The total divided by the months of the period."""
        total = self.totals[measure]
        return None if total is None else total / self.months

    @property
    def largest(self) -> str | None:
        """The partner of rank 1."""
        return next(iter(self.ranks), None)


def known_sum(values: Iterable[float | None]) -> float | None:
    """Sum of the values that are known, whatever their order; None where none is."""
    known = [v for v in values if v is not None]
    return fsum(known) if known else None


Sides = dict[tuple[str, tuple[str, ...]], Side]
"""The trade of every owner in every series."""


def periods_of(flows: pa.Table) -> dict[tuple[str, ...], list[str]]:
    """The periods with data of each series."""
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    columns = [flows[name].to_pylist() for name in (*SERIES, "period")]
    for *series, period in zip(*columns, strict=True):
        found[tuple(series)].add(period)
    return {series: sorted(periods) for series, periods in sorted(found.items())}


def sides(
    flows: pa.Table, pieces: Mapping[tuple[str, ...], Sequence[str]], months: int, partner: str
) -> Sides:
    """What each owner traded with each partner in the pieces of a period, series by series."""
    owner = owner_of(partner)
    values: dict[tuple[str, tuple[str, ...]], dict[str, list[tuple[float | None, ...]]]] = {}
    names = (owner, partner, *SERIES, "period", *MEASURES)
    for who, whom, *rest in zip(*(flows[name].to_pylist() for name in names), strict=True):
        series, period, known = tuple(rest[: len(SERIES)]), rest[len(SERIES)], rest[-2:]
        if period in pieces.get(series, ()):
            by_partner = values.setdefault((who, series), {})
            by_partner.setdefault(whom, []).append(tuple(known))
    return {
        place: Side(months, {
            whom: {m: known_sum(v[i] for v in rows) for i, m in enumerate(MEASURES)}
            for whom, rows in sorted(by_partner.items())
        })
        for place, by_partner in values.items()
    }  # fmt: skip


def owner_of(partner: str) -> str:
    """Whose trade it is, when its partners are the suppliers or the consumers."""
    return {"supplier": "consumer", "consumer": "supplier"}[partner]


def check_partner(partner: str) -> None:
    """Refuse a kind of partner that is none."""
    if partner not in ("supplier", "consumer"):
        raise UsageError(f"partner: found {partner!r}, wanted supplier or consumer")
