"""Times in which a country publishes no trade by product, so that its partners alone report it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphkit.period import Period


def is_unreported(gap: Mapping[str, Any], period: str) -> bool:
    """Return True if a period, or one of two that are compared, shares a month with a gap.

    Parameters
    ----------
    gap : mapping
        ``since`` and ``until``, its first and last period; no ``until``: it goes on.
    period : str
        One period, or two with ``..`` between them.

    Examples
    --------
    >>> gap = {"since": "2022-02", "until": None}
    >>> [is_unreported(gap, text) for text in ("2021", "2022", "2022-01", "2019..2023")]
    [False, True, False, True]
    >>> is_unreported({"since": "2019", "until": "2020"}, "2021")
    False
    """
    start = Period(gap["since"]).start
    end = Period(gap["until"]).end if gap["until"] else None
    try:
        times = [Period(period)]
    except ValueError:
        times = [Period(text) for text in period.split("..")]
    return any(start < time.end and (end is None or time.start < end) for time in times)
