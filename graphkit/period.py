"""Periods of time as the field writes them, and which contains which.

A period is text: ``2024``, ``2024-H1``, ``2024-Q1``, ``2024-03`` or a run of years, ``2021-2024``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

FORMS = "2024, 2024-H1, 2024-Q1, 2024-03 or 2021-2024"
_YEAR = "(?:19|20)[0-9]{2}"
_PATTERN = re.compile(
    rf"(?P<year>{_YEAR})(?:-(?:H(?P<half>[12])|Q(?P<quarter>[1-4])"
    rf"|(?P<month>0[1-9]|1[0-2])|(?P<last>{_YEAR})))?"
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
        The text is no period; the message gives the forms that are.

    Examples
    --------
    >>> Period("2025-Q1") in Period("2025")
    True
    >>> Period("2024").months, Period("2024-H2").months, Period("2021-2024").months
    (12, 6, 48)
    >>> Period("2024-Q5")
    Traceback (most recent call last):
        ...
    ValueError: '2024-Q5' is no period; wanted 2024, 2024-H1, 2024-Q1, 2024-03 or 2021-2024
    """

    text: str
    start: int = field(init=False, repr=False)
    """First month, counted from January of year 0."""
    months: int = field(init=False, repr=False)
    """Length in months."""

    def __post_init__(self) -> None:
        match = _PATTERN.fullmatch(self.text)
        if not match:
            raise ValueError(f"{self.text!r} is no period; wanted {FORMS}")
        first, months = 1, 12
        if match["half"]:
            first, months = 6 * int(match["half"]) - 5, 6
        elif match["quarter"]:
            first, months = 3 * int(match["quarter"]) - 2, 3
        elif match["month"]:
            first, months = int(match["month"]), 1
        elif match["last"]:
            months = 12 * (int(match["last"]) - int(match["year"]) + 1)
            if months <= 12:
                raise ValueError(f"{self.text!r} is no period; its last year is not a later one")
        object.__setattr__(self, "start", 12 * int(match["year"]) + first - 1)
        object.__setattr__(self, "months", months)

    @property
    def end(self) -> int:
        """The first month after the period."""
        return self.start + self.months

    @property
    def year(self) -> int:
        """The calendar year the period ends in."""
        return (self.end - 1) // 12

    def __contains__(self, other: Period) -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Period) -> bool:
        """Return True if the two periods share a month."""
        return self.start < other.end and other.start < self.end

    def __str__(self) -> str:
        return self.text


def newest(periods: list[str]) -> str:
    """Return the period that ends last; of two that end together, the longer one.

    Examples
    --------
    >>> newest(["2023", "2024-Q4", "2024"])
    '2024'
    """
    return max(periods, key=lambda text: (Period(text).end, Period(text).months, text))
