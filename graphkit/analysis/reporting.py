"""Times in which a country publishes no trade by product, so that its partners alone report it."""

from __future__ import annotations

from graphkit.period import Period, compared


def is_unreported(since: str, until: str | None, period: str) -> bool:
    """Return True if a period, or one of two that are compared, shares a month with a gap.

    Parameters
    ----------
    since, until : str
        First and last period of the gap; no ``until``: it goes on.
    period : str
        One period, or two with ``..`` between them.

    Examples
    --------
    >>> periods = ("2021", "2022", "2022-01", "2019..2023")
    >>> [is_unreported("2022-02", None, period) for period in periods]
    [False, True, False, True]
    >>> is_unreported("2019", "2020", "2021")
    False
    """
    start = Period(since).start
    end = Period(until).end if until else None
    times = compared(period)
    return any(start < time.end and (end is None or time.start < end) for time in times)
