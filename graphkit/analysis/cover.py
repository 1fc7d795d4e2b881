"""Cover of a lost supply month by month: arrivals, slack, substitutes, stocks, nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

DAYS_OF_YEAR, MONTHS_OF_YEAR = 365, 12
ROUNDING = 1e-9
Floats = np.ndarray


@dataclass(frozen=True, eq=False)
class Cover:
    """The need of each month by what covers it: needs by months, shares that sum to 1."""

    arrivals: Floats
    slack: Floats
    substitutes: Floats
    stocks: Floats
    uncovered: Floats

    @cached_property
    def uncovered_in_all(self) -> Floats:
        """The share of the need of all months that nothing covers."""
        return np.asarray(self.uncovered.mean(axis=1))

    @cached_property
    def first_days(self) -> list[int | None]:
        """The first day on which nothing covers a part of each need; None: no such day.

        Day 1 is the first of month 1; within its last month, a stock covers all until it is empty.
        """
        gap = self.stocks + self.uncovered
        days: list[int | None] = []
        for short, missing, used in zip(self.uncovered, gap, self.stocks, strict=True):
            months = np.flatnonzero(short > ROUNDING)
            if not len(months):
                days.append(None)
                continue
            month = int(months[0])
            day = (month + used[month] / missing[month]) * DAYS_OF_YEAR / MONTHS_OF_YEAR
            days.append(int(day + ROUNDING) + 1)
        return days


def cover(
    lost: Sequence[float] | Floats, recovered: Sequence[float] | Floats,
    stock_days: Sequence[float] | Floats, *, months: int = 12, restart: int | None = None,
    need: Sequence[float] | Floats | None = None, shared: Sequence[Sequence[int]] = (),
    substitution: float = 0.0,
) -> Cover:  # fmt: skip
    r"""Cover needs month by month while a part of their supply is lost.

    Of the need of month t, :math:`l` does not arrive until the restart; slack replaces
    :math:`r = \min(\rho, l)` of it, and other goods :math:`s = \min(\sigma, l - r)`. Of the gap
    :math:`g = l - r - s`, stocks

    .. math:: y_t = \min(S_t, g), \qquad S_{t+1} = S_t - y_t, \qquad u_t = g - y_t

    A stock is used as soon as something is missing. No other use leaves less uncovered up to any
    month, and none has a later first day: what is uncovered up to month t of the stop is at least
    :math:`\max(0, t g - S_1)`, which this reaches. A stock that several needs share is
    used where the uncovered share is largest: the needs are levelled from the top. No other use
    leaves less of them together uncovered up to any month, and of those that leave as little, none
    a smaller largest share in that month. Stocks are not filled again.

    Parameters
    ----------
    lost, recovered : array
        Share of each need that does not arrive, and that slack can replace, 0 to 1.
    stock_days : array
        Stock of each need, in days of it.
    months : int
        Number of months, of the same length and need.
    restart : int, optional
        First month in which all arrives again. Default: none.
    need : array, optional
        Amount of each need, to compare those that share a stock. Default: all alike.
    shared : sequence of sequence of int
        Places of needs that share their stocks. Default: none do.
    substitution : float
        Share of each need that other goods can replace, 0 to 1.

    Returns
    -------
    Cover

    Examples
    --------
    A stock of 73 days, that is of 2.4 months, where 60 % is lost and slack replaces 10 %:

    >>> year = cover([0.6], [0.1], [73.0], months=12)
    >>> [round(share, 3) for share in year.uncovered[0][:6].tolist()]
    [0.0, 0.0, 0.0, 0.0, 0.1, 0.5]
    >>> year.first_days, round(float(year.uncovered_in_all[0]), 3)
    ([147], 0.3)
    """
    lost, recovered = np.asarray(lost, float), np.asarray(recovered, float)
    amount = np.ones(len(lost)) if need is None else np.asarray(need, float)
    stock = np.asarray(stock_days, float) * MONTHS_OF_YEAR / DAYS_OF_YEAR
    shape = (len(lost), months)
    stopped = np.arange(1, months + 1) < (months + 1 if restart is None else restart)
    missing = np.outer(lost, stopped)
    slack = np.minimum(np.outer(recovered, stopped), missing)
    substitutes = np.minimum(substitution, missing - slack)
    gaps = missing - slack - substitutes
    stocks = np.zeros(shape)
    for month in range(months):
        gap = gaps[:, month]
        use = np.minimum(stock, gap)
        for places in map(list, shared):
            use[places] = _levelled(gap[places], amount[places], stock[places])
        stock = stock - use  # below zero where others' stocks were used: only their sum counts
        stocks[:, month] = use
    return Cover(1.0 - missing, slack, substitutes, stocks, gaps - stocks)


def _levelled(gap: Floats, amount: Floats, stock: Floats) -> Floats:
    """Use the stocks of some needs so that the largest uncovered share is the least."""
    rest = max(0.0, float(stock @ amount))
    order = np.argsort(-gap, kind="stable")
    weights, missing = np.cumsum(amount[order]), np.cumsum((amount * gap)[order])
    if rest >= missing[-1]:
        return gap
    # The level if the first needs alone are levelled; right if it is not below the next gap.
    levels = (missing - rest) / weights
    first = np.argmax(levels >= np.append(gap[order][1:], 0.0) - ROUNDING)
    return np.asarray(np.maximum(gap - levels[first], 0.0))
