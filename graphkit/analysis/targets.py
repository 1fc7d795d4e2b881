"""Targets for a share: whether they are met, and the pace that is needed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from statistics import median

MET, ON_THE_WAY, ABOVE, MISSED = "met", "on the way", "above", "missed"
UNKNOWN = "cannot be told"
EXCEEDED = (MISSED, ABOVE, ON_THE_WAY)
"""Verdicts on a range that is all above its target."""
FEWEST = 5
"""Periods of a trend, at least."""


def median_slope(points: Sequence[tuple[int, float]]) -> float | None:
    """Compute the median of the slopes between all pairs of points [1]_ [2]_.

    Parameters
    ----------
    points : sequence of (int, float)
        Years, each once, and shares.

    Returns
    -------
    float or None
        Change of the share a year; None for fewer points than :data:`FEWEST`.

    References
    ----------
    .. [1] Theil, H. (1950). "A rank-invariant method of linear and polynomial regression
           analysis". Nederlandse Akademie van Wetenschappen, Proceedings 53, 386-392.
    .. [2] Sen, P. K. (1968). "Estimates of the regression coefficient based on Kendall's tau".
           Journal of the American Statistical Association 63, 1379-1389.
           https://doi.org/10.1080/01621459.1968.10480934

    Examples
    --------
    One year that is far off moves nothing:

    >>> round(median_slope([(2019, 0.9), (2020, 0.88), (2021, 0.2), (2022, 0.84), (2023, 0.82)]), 6)
    -0.02
    """
    if len(points) < FEWEST:
        return None
    return median((y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(points, 2))


def needed_slope(share: float, target: float, years: int) -> float | None:
    """Compute the change a year that brings a share down to a target; None if it is there.

    >>> needed_slope(0.8, 0.5, 6)
    -0.05
    >>> needed_slope(0.4, 0.5, 6) is None
    True
    """
    if share <= target or years < 1:
        return None
    return round((target - share) / years, 12)


def judge(low: float, high: float, target: float, slope: float | None, years: int) -> str:
    """Judge a share, of which a range is known, by the most that it may be.

    It is met if the whole range is at most the target. One that is all above is missed in the year
    of the target. Before, it is on the way if at the pace of the trend all of it will be at most
    the target in time, and above otherwise, or where no pace is known.

    >>> judge(0.4, 0.45, 0.5, None, 6), judge(0.6, 0.7, 0.5, None, 0)
    ('met', 'missed')
    >>> judge(0.6, 0.7, 0.5, -0.05, 6), judge(0.6, 0.7, 0.5, -0.01, 6), judge(0.4, 0.7, 0.5, -1, 6)
    ('on the way', 'above', 'cannot be told')
    """
    if high <= target:
        return MET
    if low <= target:
        return UNKNOWN
    if years <= 0:
        return MISSED
    if slope is not None and high + slope * years <= target:
        return ON_THE_WAY
    return ABOVE
