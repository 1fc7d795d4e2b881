"""Classes of sellers of one product by unit value: within a class they may sell the same good."""

from __future__ import annotations

from math import log

import numpy as np
import numpy.typing as npt

from graphkit.arrow import Floats

SPREAD = 4.0
"""Factor between the unit values of a class and that of its leader."""
UNKNOWN = -1
"""Class of a seller without a unit value."""
TIE = 1e-9
"""Rounding of logarithms: a unit value at the very end of a class is in it."""
Classes = npt.NDArray[np.int64]


def price_classes(usd: Floats, tonnes: Floats, spread: float = SPREAD) -> Classes:
    r"""Sort the sellers of a product into classes of like unit values.

    Hartigan's leader algorithm [1]_ on logarithms: the seller of the largest value leads the first
    class. Each other seller, in order of value, joins the first class of which the leader's unit
    value is within the ``spread`` :math:`F` of its own,

    .. math:: |\log p_s - \log p_l| \le \log F

    and leads a new one if none is. Leaders are the large sellers, so that small ones between two
    classes, whose unit values are noise, join none of them together, as they would where classes
    are cut at gaps. That differences of unit values are differences of goods is the reading of
    Fontagné and Freudenberg [2]_, who take 15 or 25 % for another quality; the factor of four is
    graphkit's own, wide enough for qualities and for the prices of a year.

    Parameters
    ----------
    usd, tonnes : array
        All that each seller sells, by sellers.
    spread : float
        More than 1.

    Returns
    -------
    array of int
        The class of each seller, counted from 0 in order of their leaders' value; -1 without a
        unit value.

    References
    ----------
    .. [1] Hartigan, J. A. (1975). Clustering Algorithms. Wiley, chapter 3 (quick partitions).
    .. [2] Fontagné, L., Freudenberg, M. (1997). "Intra-industry trade: methodological issues
           reconsidered". CEPII working paper 1997-01.

    Examples
    --------
    Sellers at 16,000, 9,000, 6,000, 700 and 300 USD a tonne, and one without a mass:

    >>> usd = np.array([1600.0, 90.0, 6.0, 14.0, 3.0, 5.0])
    >>> tonnes = np.array([0.1, 0.01, 0.001, 0.02, 0.01, 0.0])
    >>> price_classes(usd, tonnes).tolist()
    [0, 0, 0, 1, 1, -1]
    """
    known = (usd > 0) & (tonnes > 0)
    prices = np.log(np.divide(usd, tonnes, out=np.ones(len(usd)), where=known))
    classes = np.full(len(usd), UNKNOWN)
    leaders: list[int] = []
    for seller in np.argsort(-usd, kind="stable").tolist():
        if not known[seller]:
            continue
        is_near = np.abs(prices[leaders] - prices[seller]) <= log(spread) + TIE
        classes[seller] = int(np.argmax(is_near)) if is_near.any() else len(leaders)
        if not is_near.any():
            leaders.append(seller)
    return classes


def other_classes(classes: Classes, spent: Floats) -> npt.NDArray[np.bool_]:
    """Find the sellers of another class than the one on which most is spent.

    Sellers without a unit value are of none.

    Examples
    --------
    >>> other_classes(np.array([0, 0, 1, -1]), np.array([8.0, 0.0, 3.0, 9.0])).tolist()
    [False, False, True, False]
    """
    known = classes != UNKNOWN
    amounts = np.bincount(classes[known], weights=spent[known])
    if not amounts.any():
        return np.zeros(len(classes), bool)
    return np.asarray(known & (classes != np.argmax(amounts)))
