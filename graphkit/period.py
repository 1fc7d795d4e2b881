"""Periods of time: how they are written and spelled, what they contain, what adds up to one.

A period is text: ``2024``, ``2024-H1``, ``2024-Q1``, ``2024-03``, a run of years, ``2021-2024``, or
any other run of months, ``2025-01..2025-10``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

FORMS = "2024, 2024-H1, 2024-Q1, 2024-03, 2021-2024 or 2025-01..2025-10"
_YEAR = "(?:19|20)[0-9]{2}"
_MONTH = "(?:0[1-9]|1[0-2])"
_PATTERN = re.compile(
    rf"(?P<year>{_YEAR})(?:-(?:H(?P<half>[12])|Q(?P<quarter>[1-4])|(?P<last>{_YEAR})"
    rf"|(?P<month>{_MONTH})(?:\.\.(?P<last_of>{_YEAR})-(?P<last_month>{_MONTH}))?))?"
)


@dataclass(frozen=True)
class Period:
    """One period, from its first to its last month.

    Parameters
    ----------
    text : str
        The period as written.

    Raises
    ------
    ValueError
        The text is not a period; the message gives the forms that are.

    Examples
    --------
    >>> Period("2025-Q1") in Period("2025")
    True
    >>> Period("2024").months, Period("2024-H2").months, Period("2021-2024").months
    (12, 6, 48)
    >>> Period("2024-Q5")  # doctest: +NORMALIZE_WHITESPACE
    Traceback (most recent call last):
        ...
    ValueError: '2024-Q5' is not a period; wanted 2024, 2024-H1, 2024-Q1, 2024-03, 2021-2024
        or 2025-01..2025-10
    """

    text: str
    start: int = field(init=False, repr=False)
    """First month, counted from January of year 0."""
    months: int = field(init=False, repr=False)
    """Length in months."""

    def __post_init__(self) -> None:
        match = _PATTERN.fullmatch(self.text)
        if not match:
            raise ValueError(f"{self.text!r} is not a period; wanted {FORMS}")
        first, months = 1, 12
        if match["half"]:
            first, months = 6 * int(match["half"]) - 5, 6
        elif match["quarter"]:
            first, months = 3 * int(match["quarter"]) - 2, 3
        elif match["month"]:
            first, months = int(match["month"]), 1
        start = 12 * int(match["year"]) + first - 1
        if match["last"]:
            months = 12 * (int(match["last"]) + 1) - start
            if months <= 12:
                raise ValueError(f"{self.text!r} is not a period; its last year is not later")
        elif match["last_of"]:
            months = 12 * int(match["last_of"]) + int(match["last_month"]) - start
            if months <= 1:
                raise ValueError(f"{self.text!r} is not a period; its last month is not later")
            if (plain := written(start, months)) != self.text:
                raise ValueError(f"{self.text!r} is not a period; it is written {plain}")
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "months", months)

    @property
    def end(self) -> int:
        """The first month after the period."""
        return self.start + self.months

    @property
    def year(self) -> int:
        """The calendar year the period ends in."""
        return (self.end - 1) // 12

    @property
    def is_year(self) -> bool:
        """True for one calendar year.

        >>> Period("2024").is_year, Period("2024-Q1").is_year, Period("2024-07..2025-06").is_year
        (True, False, False)
        """
        return self.months == 12 and self.start % 12 == 0

    @property
    def years(self) -> tuple[str, ...]:
        """The years of a run of years; any other period alone."""
        if self.months == 12 or self.start % 12 or self.months % 12:
            return (self.text,)
        return tuple(str(year) for year in range(self.start // 12, self.year + 1))

    def __contains__(self, other: Period) -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Period) -> bool:
        """Return True if the two periods share a month."""
        return self.start < other.end and other.start < self.end

    def __str__(self) -> str:
        return self.text


def written(start: int, months: int) -> str:
    """Write the period of some months from one on, counted as in :class:`Period`.

    >>> written(12 * 2025 + 2, 6), written(12 * 2025 + 6, 6)
    ('2025-03..2025-08', '2025-H2')
    """
    year, month = divmod(start, 12)
    last, end = divmod(start + months - 1, 12)
    if month == 0 and end == 11:
        return str(year) if year == last else f"{year}-{last}"
    for length, letter in ((6, "H"), (3, "Q")):
        if months == length and month % length == 0:
            return f"{year}-{letter}{month // length + 1}"
    first = f"{year}-{month + 1:02d}"
    return first if months == 1 else f"{first}..{last}-{end + 1:02d}"


def compared(text: str) -> list[Period]:
    """Read one period, or two that are compared, with ``..`` between them.

    >>> [str(period) for period in compared("2019..2024")], len(compared("2024-01..2024-04"))
    (['2019', '2024'], 1)
    """
    try:
        return [Period(text)]
    except ValueError:
        return [Period(part) for part in text.split("..")]


def gap(before: str, after: str) -> str | None:
    """Write the months between two periods as one; None if the second follows at once.

    Examples
    --------
    >>> gap("2022", "2024"), gap("2024-Q1", "2025-Q1"), gap("2023", "2024")
    ('2023', '2024-04..2024-12', None)
    """
    start, end = Period(before).end, Period(after).start
    return written(start, end - start) if start < end else None


_PART_FIRST = re.compile(rf"(?P<part>[HQ][1-4])[ -]?(?P<year>{_YEAR})")
_YEAR_FIRST = re.compile(rf"(?P<year>{_YEAR})[ -]?(?P<part>[HQ][1-4])")
_ENDS = re.compile(r"\s*(?:\.\.|/|–|—|\bto\b)\s*")


def spelled(text: str) -> str:
    """Return the period that a person means, as facts write it.

    Raises
    ------
    ValueError
        The text does not mean a period; the message gives the forms that facts have.

    Examples
    --------
    >>> spelled("Q1 2025"), spelled("2024q1"), spelled("2020 to 2023"), spelled("2024-2024")
    ('2025-Q1', '2024-Q1', '2020-2023', '2024')
    >>> spelled("2025-01..2025-06"), spelled("Q3 2024..Q2 2025"), spelled("2026-01/2026-04")
    ('2025-H1', '2024-07..2025-06', '2026-01..2026-04')
    """
    parts = _ENDS.split(text.strip())
    if years := re.fullmatch(f"({_YEAR})-({_YEAR})", text.strip()):
        parts = list(years.groups())
    if len(parts) > 2:
        raise ValueError(f"{text!r} is not a period; wanted {FORMS}")
    try:
        first, last = _one(parts[0]), _one(parts[-1])
    except ValueError:
        raise ValueError(f"{text!r} is not a period; wanted {FORMS}") from None
    if last.end < first.end or last.start < first.start:
        raise ValueError(f"{text!r} is not a period; its end is before its start")
    return written(first.start, last.end - first.start)


def _one(text: str) -> Period:
    """Read a single period, not a run of several."""
    plain = text.upper()
    match = _PART_FIRST.fullmatch(plain) or _YEAR_FIRST.fullmatch(plain)
    return Period(f"{match['year']}-{match['part']}" if match else plain)


def newest(periods: Iterable[str]) -> str:
    """Return the period that ends last; of two that end together, the longer one.

    Examples
    --------
    >>> newest(["2023", "2024-Q4", "2024"])
    '2024'
    """
    return max(periods, key=time_of)


def nearest(period: str, others: Iterable[str]) -> str:
    """Return the period with the fewest months between it and another; of several, the newest.

    Examples
    --------
    >>> nearest("2024", ["2016-2020", "2010"]), nearest("2018", ["2016-2020", "2023"])
    ('2016-2020', '2016-2020')
    """
    span = Period(period)

    def months_between(text: str) -> int:
        other = Period(text)
        return max(0, other.start - span.end, span.start - other.end)

    return min(sorted(others, key=time_of, reverse=True), key=months_between)


@lru_cache(maxsize=1000)
def time_of(period: str) -> tuple[int, int, str]:
    """Return the sort key of a period: its end, then its length."""
    span = Period(period)
    return span.end, span.months, period


def listed(periods: Iterable[str], most: int = 1) -> str:
    """Write up to ``most`` periods each, or the first and the last of more.

    Examples
    --------
    >>> listed(["2024-Q2", "2024", "2024-Q1"]), listed(["2023"]), listed(["2024", "2023"], 3)
    ('2024-Q1 to 2024', '2023', '2023, 2024')
    """
    ordered = sorted(periods, key=time_of)
    return ", ".join(ordered) if len(ordered) <= most else f"{ordered[0]} to {ordered[-1]}"


def cover(period: str, available: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Find the periods with data that add up to a period, and the months they leave out.

    Parameters
    ----------
    period : str
        The period to cover.
    available : iterable of str
        Periods with data; they may overlap, and reach beyond the one to cover.

    Returns
    -------
    pieces : tuple of str
        Periods with data that share no month and leave out as few months as possible, with the
        fewest pieces.
    missing : tuple of str
        The period itself if it has no data, else the runs of months that are missing.

    Examples
    --------
    >>> cover("2024", ["2024-01", "2024-Q1", "2024-Q2", "2024-H2", "2023"])
    (('2024-Q1', '2024-Q2', '2024-H2'), ())
    >>> cover("2024-H1", ["2024-01", "2024-Q2"])
    (('2024-01', '2024-Q2'), ('2024-02..2024-03',))
    >>> cover("2025-Q1", ["2024"])
    ((), ('2025-Q1',))
    """
    span = Period(period)
    starting: dict[int, list[Period]] = defaultdict(list)
    for piece in sorted({Period(text) for text in available}, key=lambda p: p.text):
        if piece in span:
            starting[piece.start].append(piece)
    best: dict[int, tuple[int, int, tuple[str, ...]]] = {span.end: (0, 0, ())}
    for month in range(span.end - 1, span.start - 1, -1):
        lacking, count, texts = best[month + 1]
        choices = [(lacking + 1, count, texts)]
        for piece in starting[month]:
            lacking, count, texts = best[piece.end]
            choices.append((lacking, count + 1, (piece.text, *texts)))
        best[month] = min(choices)
    covering = best[span.start][2]
    return covering, _missing(span, [Period(text) for text in covering])


def _missing(span: Period, pieces: Sequence[Period]) -> tuple[str, ...]:
    edges = [span.start, *(m for p in pieces for m in (p.start, p.end)), span.end]
    gaps = [(a, b - a) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]
    return tuple(written(*gap) for gap in gaps)


def added_up(period: str, available: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Find the periods with data whose figures an answer about a period adds up.

    A part of a year says nothing about the year. So a run of years adds up its whole years with
    data and names the others; any other period is covered to the month, or has no data.

    Parameters
    ----------
    period, available
        As for :func:`cover`.

    Returns
    -------
    pieces, missing : tuple of str
        As :func:`cover` returns them.

    Examples
    --------
    >>> added_up("2022-2024", ["2022", "2023-Q1", "2024-H1", "2024-H2"])
    (('2022', '2024-H1', '2024-H2'), ('2023',))
    >>> added_up("2023", ["2023-Q1"])
    ((), ('2023',))
    """
    texts = set(available)
    span = Period(period)
    if len(span.years) == 1:
        pieces, missing = cover(period, texts)
        return ((), (period,)) if missing else (pieces, ())
    whole = {year for year in span.years if not cover(year, texts)[1]}
    return cover(period, [p for p in texts if len(Period(p).years) > 1 or _year(p) in whole])


def _year(period: str) -> str | None:
    """Name the calendar year that holds a period; None if it crosses the end of one."""
    span = Period(period)
    return str(span.year) if span.start // 12 == span.year else None
