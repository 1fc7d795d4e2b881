"""Change of purchases after an act: months after it beside a range from months before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, inf, isfinite, sqrt
from statistics import mean, stdev

BEFORE = 12
"""Months before an act from which purchases are expected."""
AFTER = 6
"""Months after an act that are judged."""
STUDENT_T = 1.7959
"""Student's t of 11 degrees of freedom that 5 % are above: both ends hold nine times in ten."""
CHANCE = 0.1
"""Part of placebo acts that may find something."""
QUARTER = 3
"""Months whose sum tells that purchases are back."""


@dataclass(frozen=True)
class Effect:
    """Purchases of the months after an act beside those expected without it, in tonnes."""

    bought: float
    expected: float
    low: float
    high: float
    """Ends between which purchases would have been without the act."""
    lag: int | None
    """Months until the sum since the act is below its range; None: never."""
    back: int | None
    """Months until three in a row are within their range again; None: not yet, or no lag."""

    @property
    def error(self) -> float:
        """Half of the range over what is expected, from the months before the act alone."""
        return (self.high - self.expected) / self.expected

    @property
    def finding(self) -> str:
        """``less`` or ``more`` than expected, or ``within`` the range."""
        if self.bought < self.low:
            return "less"
        return "more" if self.bought > self.high else "within"


def control_effect(
    tonnes: Mapping[int, float | None], first: int, widening: float = 1.0
) -> Effect | str:
    r"""Compare the purchases after an act with a prediction from the year before it.

    With the mean :math:`m` and standard deviation :math:`s` of the :math:`n = 12` months before,
    the sum of :math:`k` further months of the same kind lies in

    .. math:: k m \pm w \, t_{n-1} \, s \sqrt{k + k^2 / n}

    cut at 0: with :math:`w = 1` the prediction interval of the sum of a future sample [1]_, right
    nine times in ten where months are alike and independent. Those of trade are not: placebo acts
    give the :math:`w` with which it is (:func:`placebo_widening`). A trend, a season or a change
    of prices is read as the effect of the act, and a stock that was bought ahead makes it larger.

    Parameters
    ----------
    tonnes : mapping
        Purchases by month, counted from January of year 0; None where a mass is not known.
    first : int
        First whole month under the act.
    widening : float
        The factor :math:`w`.

    Returns
    -------
    Effect or str
        The effect over six months; or why there is none: months are missing, nothing was bought
        before, or the range reaches 0, so that a stop would be no news.

    References
    ----------
    .. [1] Hahn, G. J., Meeker, W. Q. (1991). "Statistical Intervals: A Guide for Practitioners",
           section 4.8. Wiley. https://doi.org/10.1002/9780470316771

    Examples
    --------
    A year of 9 to 11 tonnes a month, then 2:

    >>> bought = {month: 10.0 + month % 3 - 1 for month in range(12)}
    >>> effect = control_effect(bought | dict.fromkeys(range(12, 18), 2.0), 12)
    >>> effect.bought, effect.expected, effect.finding, effect.lag
    (12.0, 60.0, 'less', 1)
    >>> [round(end, 1) for end in (effect.low, effect.high)]
    [55.4, 64.6]
    """
    before = [tonnes.get(month) for month in range(first - BEFORE, first)]
    after = [tonnes.get(month) for month in range(first, first + AFTER)]
    known = [amount for amount in before if amount is not None]
    if len(known) < BEFORE:
        return _missing(BEFORE - len(known), BEFORE, "before")
    bought = [amount for amount in after if amount is not None]
    if len(bought) < AFTER:
        return _missing(AFTER - len(bought), AFTER, "after")
    if not any(known):
        return f"nothing was bought in the {BEFORE} months before it"
    low, high = _range(known, AFTER, widening)
    if low <= 0:
        return "purchases before it vary so much that a stop of six months would be no news"
    return Effect(
        fsum(bought), AFTER * mean(known), low, high, *_times(tonnes, known, first, widening)
    )  # fmt: skip


def _missing(count: int, months: int, when: str) -> str:
    return f"{count} of the {months} months {when} it {'is' if count == 1 else 'are'} not known"


def placebo_widening(placebos: Sequence[Effect]) -> float:
    r"""Widen the range until acts that were never made find no more than chance.

    Of the :math:`N` placebo acts that are judged with a factor, no more than
    :math:`0.1 (N + 1) - 1` may be outside their range: the rank of split conformal prediction
    [1]_, by which one case more, like them, is outside one time in ten at most.

    Parameters
    ----------
    placebos : sequence of Effect
        Of acts that were never made, with a factor of 1.

    Returns
    -------
    float
        The least such factor from 1 on; infinite where there is none, as with fewer than nine.

    References
    ----------
    .. [1] Lei, J., G'Sell, M., Rinaldo, A., Tibshirani, R. J., Wasserman, L. (2018).
           "Distribution-free predictive inference for regression". Journal of the American
           Statistical Association 113, 1094-1111. https://doi.org/10.1080/01621459.2017.1307116

    Examples
    --------
    Of 19 placebo acts one may be outside; two are, by one and a half and by twice their range:

    >>> even = [Effect(60.0, 60.0, 55.0, 65.0, None, None)] * 17
    >>> placebo_widening([*even, Effect(67.5, 60.0, 55.0, 65.0, None, None),
    ...                   Effect(50.0, 60.0, 55.0, 65.0, None, None)])
    1.5
    """
    cases = [(_times_outside(effect), _most_widening(effect)) for effect in placebos]
    factors = {1.0, *(outside for outside, _ in cases if outside > 1 and isfinite(outside))}
    for factor in sorted(factors):
        judged = [outside for outside, most in cases if factor < most]
        if sum(outside > factor for outside in judged) <= CHANCE * (len(judged) + 1) - 1:
            return factor
    return inf


def _times_outside(effect: Effect) -> float:
    """Divide the difference by half of the range."""
    difference, half = abs(effect.bought - effect.expected), effect.high - effect.expected
    return difference / half if half else (inf if difference else 0.0)


def _most_widening(effect: Effect) -> float:
    """Return the factor with which the range reaches 0."""
    return 1 / effect.error if effect.error else inf


def _range(before: Sequence[float], months: int, widening: float) -> tuple[float, float]:
    """Predict the sum of some months, at least and at most."""
    spread = STUDENT_T * stdev(before) * sqrt(months + months**2 / len(before))
    half = widening * spread if spread else 0.0
    expected = months * mean(before)
    return max(0.0, expected - half), expected + half


def _times(
    tonnes: Mapping[int, float | None], before: Sequence[float], first: int, widening: float
) -> tuple[int | None, int | None]:
    """Count the months until purchases fell below their range, and until they were back."""
    since: list[float] = []
    while (amount := tonnes.get(first + len(since))) is not None:
        since.append(amount)
    sums = (fsum(since[:months]) for months in range(1, AFTER + 1))
    lag = next((k for k, s in enumerate(sums, 1) if s < _range(before, k, widening)[0]), None)
    least = _range(before, QUARTER, widening)[0]
    if lag is None or least <= 0:
        return lag, None
    later = range(max(lag, QUARTER) + 1, len(since) + 1)
    return lag, next((k for k in later if fsum(since[k - QUARTER : k]) >= least), None)


def went_round(effect: Effect, others: Effect) -> float:
    """Bound what came through other sellers: the lesser of the shortfall and of their rise.

    Examples
    --------
    >>> lost = Effect(10.0, 60.0, 50.0, 70.0, 1, None)
    >>> went_round(lost, Effect(45.0, 30.0, 25.0, 35.0, None, None))
    20.0
    """
    return max(0.0, min(effect.high - effect.bought, others.bought - others.low))
