"""Targets for a share: whether they are met, and the pace that is needed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from math import fsum
from statistics import median

from graphkit.analysis.claims.evidence import half_unit

MET, ON_THE_WAY, ABOVE, BELOW, MISSED = "met", "on the way", "above", "below", "missed"
UNKNOWN = "cannot be told"
UNMEASURED = "no measure in the graph"
EXCEEDED = (MISSED, ABOVE, ON_THE_WAY)
"""Verdicts on a range that is all above its target."""
FEWEST = 5
"""Periods of a trend, at least."""
HALF_PERCENT, DIGITS = 0.005, 12
UNLISTED, ROUNDING = 0.05, 1e-9
"""Part of a whole that a list of the larger shares may leave, to be a list of all that matter."""


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


def judge_least(low: float, high: float, target: float, years: int) -> str:
    """Judge a share that is to be at least a target, of which a range is known.

    >>> [judge_least(*ends, 0.4, 10) for ends in ((0.9, 0.95), (0.2, 0.3), (0.35, 0.5))]
    ['met', 'below', 'cannot be told']
    >>> judge_least(0.2, 0.3, 0.4, 0)
    'missed'
    """
    if low >= target:
        return MET
    if high >= target:
        return UNKNOWN
    return BELOW if years > 0 else MISSED


def part_at_home(
    listed: Mapping[str, float], home: Collection[str]
) -> tuple[float | None, float, float]:
    """Sum the listed shares of the members of a place, with the range of what they can be.

    A table lists the larger sellers, in rounded shares. What it does not list may be anybody's.

    Parameters
    ----------
    listed : mapping of str to float
        Shares of the whole, as printed, by country.
    home : collection of str
        The countries of the place.

    Returns
    -------
    share : float or None
        Sum of the listed shares of its countries; None if none is listed, and the others leave more
        than :data:`UNLISTED` of the whole.
    low, high : float
        The least and the most that it is.

    Examples
    --------
    >>> [round(x, 3) for x in part_at_home({"FIN": 0.62, "BEL": 0.29, "CHN": 0.04}, ("FIN", "BEL"))]
    [0.91, 0.9, 0.965]
    >>> part_at_home({"CHN": 0.7}, ("FIN",))[0] is None
    True
    """
    own = {country: share for country, share in listed.items() if country in home}
    low = round(fsum(max(0.0, share - _half(share)) for share in own.values()), DIGITS)
    high = max(low, _left(listed, [country for country in listed if country not in own]))
    share = round(fsum(own.values()), DIGITS)
    unlisted = 1.0 - fsum(listed.values())
    is_known = bool(own) or unlisted <= UNLISTED + ROUNDING
    return (min(max(share, low), high) if is_known else None), low, high


def largest_abroad(
    listed: Mapping[str, float], home: Collection[str]
) -> tuple[str | None, float | None, float, float]:
    """Find the country with the largest listed share that is not of a place.

    Returns
    -------
    supplier : str or None
        Its code; None if no country abroad is listed.
    share : float or None
        Its share, as printed.
    low, high : float
        The least and the most that the largest share of any country abroad can be, listed or not.

    Examples
    --------
    >>> largest_abroad({"CHN": 0.7, "DEU": 0.3}, ("DEU",))
    ('CHN', 0.7, 0.695, 0.705)
    """
    abroad = {country: share for country, share in listed.items() if country not in home}
    unlisted = _left(listed, listed)
    if not abroad:
        return None, None, 0.0, unlisted
    supplier = min(abroad, key=lambda country: (-abroad[country], country))
    share = abroad[supplier]
    half = _half(share)
    return supplier, share, share - half, min(1.0, max(share + half, unlisted))


def _left(listed: Mapping[str, float], countries: Collection[str]) -> float:
    """Compute the most of a whole that some countries leave to others, as their shares round."""
    most = 1.0 - fsum(max(0.0, listed[country] - _half(listed[country])) for country in countries)
    return min(1.0, max(0.0, round(most, DIGITS)))


def _half(share: float) -> float:
    """Return half a unit of a share printed in whole percents, or of a smaller one's last digit."""
    return HALF_PERCENT if share >= 2 * HALF_PERCENT else half_unit(share)
