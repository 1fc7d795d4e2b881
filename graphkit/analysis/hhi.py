"""Concentration of a market: the HHI and its low and high end, the three largest, and bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from graphkit.analysis.shares import positive
from graphkit.arrow import INDEX, SHARE, counts, flags, number, texts

if TYPE_CHECKING:
    from graphkit.arrow import Floats, Ints

FTC_2023 = (1_000.0, 1_800.0)
"""HHI from which concentration is moderate and high, US Merger Guidelines 2023."""
EU_DEPENDENCY = 4_000.0
"""HHI of extra-EU imports above which a product may be a strategic dependency, SWD(2021)352."""
EU_ACT = 0.65
"""Maximum share from one third country that Regulation (EU) 2024/1252 aims at."""
ROUNDED = 1 + 1e-9
"""Factor by which a figure must exceed a threshold: sums of shares are rounded."""
BANDS = ("unconcentrated", "moderate", "high")
INDICES = [
    *counts("suppliers"), number("unnamed_share", SHARE), *texts("top"),
    *(number(name, SHARE) for name in ("cr1", "cr1_high", "cr3", "cr3_high")),
    number("hhi_low", INDEX), number("hhi_high", INDEX), number("hhi_normalised", SHARE),
    number("effective_low"), number("effective_high"),
    number("shannon_low"), number("shannon_high"), *texts("band"),
    *flags("above_4000", "top_above_65"),
]  # fmt: skip
"""Columns that every table of concentration ends with."""
Interval = tuple[str, float, float]
"""A supplier and the bounds of its share."""


@dataclass(frozen=True)
class Markets:
    """The shares of the named suppliers of some markets, one after the other, as intervals."""

    starts: Ints
    """Start of each market; every market has a share."""
    low: Floats
    high: Floats
    rest: Floats
    """Share of each market that no named supplier is known to hold."""

    @property
    def market(self) -> Ints:
        """The market of each share."""
        lengths = np.diff(np.append(self.starts, len(self.low)))
        return np.repeat(np.arange(len(self.starts)), lengths)


def indices(markets: Markets) -> Mapping[str, Floats]:
    r"""Measure the concentration of markets, as a range where a part has no named supplier.

    With shares :math:`s_i` of the named suppliers and a rest :math:`r` of unknown suppliers,
    the Herfindahl-Hirschman index [1]_ lies between the rest being infinitely many small
    suppliers and being one:

    .. math:: 10\,000 \sum_i s_i^2 \le HHI \le 10\,000 \left( \sum_i s_i^2 + r^2 \right)

    A supplier whose share is only known to lie in an interval may hold a part of the rest too: the
    upper bound is the most of all ways to divide it. Effective suppliers are :math:`10\,000 / HHI`,
    the Shannon index [2]_ is :math:`-\sum_i s_i \ln s_i`, and over n > 1 suppliers the
    normalised index is :math:`(H - 1/n) / (1 - 1/n)` with :math:`H = HHI / 10\,000`.

    Parameters
    ----------
    markets : Markets
        Shares from 0 to 1.

    Returns
    -------
    Mapping of str to array
        ``suppliers`` (named, share above 0), ``unnamed_share``, ``cr1``, ``cr3`` (largest one
        and three of the named) and ``cr1_high``, ``cr3_high`` (if the rest is one supplier),
        ``hhi_low``, ``hhi_high`` (0 to 10,000), ``hhi_normalised`` (0 to 1; only where all have
        a name, else the number of suppliers is unknown), ``effective_low``,
        ``effective_high``, ``shannon_low`` and ``shannon_high`` (without an upper bound unless
        all have a name); one value per market, NaN where undefined.

    References
    ----------
    .. [1] Hirschman, A. O. (1964). "The Paternity of an Index". American Economic Review 54, 761.
    .. [2] Shannon, C. E. (1948). "A Mathematical Theory of Communication". Bell System
           Technical Journal 27, 379-423. https://doi.org/10.1002/j.1538-7305.1948.tb01338.x

    Examples
    --------
    The example of the US Department of Justice, four firms with 30, 30, 20 and 20 %, gives 2,600:

    >>> shares = np.array([0.3, 0.3, 0.2, 0.2])
    >>> whole = indices(Markets(np.array([0]), shares, shares, np.array([0.0])))
    >>> round(float(whole["hhi_low"][0]), 6), round(float(whole["hhi_high"][0]), 6)
    (2600.0, 2600.0)

    Without the names of the last two, who hold 40 % together, only a range is known:

    >>> part = indices(Markets(np.array([0]), shares[:2], shares[:2], np.array([0.4])))
    >>> round(float(part["hhi_low"][0]), 6), round(float(part["hhi_high"][0]), 6)
    (1800.0, 3400.0)
    """
    low, rest, starts, market = markets.low, markets.rest, markets.starts, markets.market
    if not len(starts):
        return {name: np.array([]) for name in ("suppliers", *_VALUES)}
    (cr1, second, third), _ = three_largest(low, starts)
    cr2, cr3 = cr1 + second, cr1 + (second + third)
    n = np.add.reduceat(low > 0, starts).astype(np.float64)
    squares = np.add.reduceat(low**2, starts)
    entropy = np.add.reduceat(-low * np.log(np.where(low > 0, low, 1.0)), starts)
    unnamed_entropy = -rest * np.log(np.where(rest > 0, rest, 1.0))
    bounded = np.add.reduceat(markets.high > low, starts) > 0
    all_named = (rest <= 0) & ~bounded
    most_squares = squares + rest**2
    for m in np.flatnonzero(bounded):
        most_squares[m] = _most_squares(markets, int(m))
    with_rest = low + np.minimum(markets.high - low, rest[market])
    largest_with_rest = np.maximum.reduceat(with_rest, starts)
    inverse = 1 / np.where(n > 1, n, np.nan)
    most_of_three = np.where(bounded, cr3 + rest, np.maximum(cr3, cr2 + rest))
    # Shares of a rounded total can add up to more than 1.
    squares, most_squares = np.minimum(squares, 1), np.minimum(most_squares, 1)
    return {
        "suppliers": n, "unnamed_share": rest,
        "cr1": cr1, "cr1_high": np.maximum(largest_with_rest, rest),
        "cr3": np.minimum(cr3, 1), "cr3_high": np.minimum(most_of_three, 1),
        "hhi_low": 10_000 * squares, "hhi_high": 10_000 * most_squares,
        "hhi_normalised": np.where(all_named, (squares - inverse) / (1 - inverse), np.nan),
        "effective_low": 1 / positive(most_squares), "effective_high": 1 / positive(squares),
        "shannon_low": np.where(bounded, np.nan, entropy + unnamed_entropy),
        "shannon_high": np.where(all_named, entropy, np.nan),
    }  # fmt: skip


def three_largest(shares: Floats, starts: Ints) -> tuple[Floats, Ints]:
    """Find the three largest shares of each market, 0 where it has fewer, and the first's place.

    Examples
    --------
    >>> largest, places = three_largest(np.array([0.2, 0.8, 1.0]), np.array([0, 2]))
    >>> largest.tolist(), places.tolist()
    ([[0.8, 1.0], [0.2, 0.0], [0.0, 0.0]], [1, 2])
    """
    remaining, three, places = shares.copy(), [], []
    lengths = np.diff(np.append(starts, len(remaining)))
    for _ in range(3):
        largest = np.maximum.reduceat(remaining, starts)
        equal = np.flatnonzero(remaining == np.repeat(largest, lengths))
        places.append(equal[np.searchsorted(equal, starts)])
        remaining[places[-1]] = 0.0
        three.append(largest)
    return np.array(three), places[0]


_VALUES = tuple(f.name for f in INDICES if pa.types.is_floating(f.type))


MOST_INTERVALS = 12
"""Intervals of a market of which all ways to fill them are compared; beyond, a bound is taken."""


def _most_squares(markets: Markets, m: int) -> float:
    """Maximise the sum of squares of a market in which some shares are intervals.

    The sum is convex, so that at its most every interval is empty or full but one at most, and what
    is left is one more supplier.
    """
    ends = np.append(markets.starts, len(markets.low))
    shares, rest = slice(ends[m], ends[m + 1]), float(markets.rest[m])
    low = markets.low[shares]
    width = np.minimum(markets.high[shares] - low, rest)
    squares, low, width = float(np.sum(low**2)), low[width > 0], width[width > 0]
    slope = 2 * low + width  # what a full interval adds for each part of its width
    if len(low) > MOST_INTERVALS:
        slope, width = np.append(slope, rest), np.append(width, rest)
        order = np.argsort(-slope)
        filled = np.minimum(
            width[order], np.maximum(0, rest - np.cumsum(width[order]) + width[order])
        )
        return squares + float(filled @ slope[order])
    full = (np.arange(2 ** len(low))[:, None] >> np.arange(len(low))) & 1
    left = rest - full @ width
    full, left = full[left >= 0], left[left >= 0]
    part = np.where(full, 0.0, np.minimum(left[:, None], width))
    added = part * (2 * low + part) + (left[:, None] - part) ** 2
    most = np.maximum(left**2, added.max(axis=1, initial=0.0))
    return squares + float(np.max(full @ (width * slope) + most))


def band(low: float | None, high: float | None) -> str | None:
    """Name the bands of the US Merger Guidelines 2023 in which a bounded HHI lies.

    Examples
    --------
    >>> band(1_200, 1_500), band(1_200, 1_900), band(1_200, None), band(None, None)
    ('moderate', 'moderate or high', 'moderate or high', None)
    """
    if low is None:
        return None
    first, last = (
        sum(h > b * ROUNDED for b in FTC_2023) for h in (low, inf if high is None else high)
    )
    return " or ".join(dict.fromkeys((BANDS[first], BANDS[last]))) if last - first < 2 else "any"


def index_table(
    labels: Sequence[dict[str, Any]],
    shares: Sequence[Sequence[Interval]],
    rest: Sequence[float],
    fields: list[pa.Field],
) -> pa.Table:
    """Return the indices of every market beside its labels; null where it has no shares."""
    filled = [i for i, market in enumerate(shares) if market]
    intervals = [interval for i in filled for interval in shares[i]]
    lengths = [len(shares[i]) for i in filled]
    starts = np.array([0, *np.cumsum(lengths)[:-1]], np.int64)[: len(filled)]
    low = np.array([low for _, low, _ in intervals], np.float64)
    high = np.array([high for _, _, high in intervals], np.float64)
    high = np.minimum(high, np.maximum(low, 1.0))
    markets = Markets(starts, low, high, np.array([rest[i] for i in filled], np.float64))
    columns = {name: values.tolist() for name, values in indices(markets).items()}
    for place, i in enumerate(filled):
        values: dict[str, Any] = {
            n: None if np.isnan(v[place]) else v[place] for n, v in columns.items()
        }
        if labels[i].get("unpublished"):
            values |= dict.fromkeys(_UPPER)
        labels[i] |= {
            **values,
            "suppliers": int(values["suppliers"]),
            "top": min(shares[i], key=lambda s: (-s[1], s[0]))[0] if values["cr1"] else None,
            "band": band(values["hhi_low"], values["hhi_high"]),
            "above_4000": _above(EU_DEPENDENCY, values["hhi_low"], values["hhi_high"]),
            "top_above_65": _above(EU_ACT, values["cr1"], values["cr1_high"]),
        }
    return pa.Table.from_pylist(list(labels), schema=pa.schema([*fields, *INDICES]))


_UPPER = (
    "cr1_high", "cr3_high", "hhi_high", "hhi_normalised", "effective_low", "shannon_low",
    "shannon_high",
)  # fmt: skip
"""Columns without an upper bound where the world total may leave out a producer."""


def _above(threshold: float, low: float, high: float | None) -> bool | None:
    """Tell whether a range lies above a threshold; None where it straddles it."""
    if low > threshold * ROUNDED:
        return True
    return False if high is not None and high <= threshold * ROUNDED else None
