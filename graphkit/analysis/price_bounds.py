"""The most of one good that a flow of several can hold, under a price."""

from __future__ import annotations


def most_at_price(usd: float, usd_per_tonne: float, tonnes: float | None = None) -> float:
    r"""Bound the tonnes of one good in a basket by the value of the basket and a price of the good.

    If none of the good was sold below the price :math:`p`, its mass :math:`m` cost at least
    :math:`p m`, which is no more than the value :math:`V` of all goods together; nor is its mass
    more than that of the basket, :math:`M`:

    .. math:: m \le \min(V / p, M)

    It is the optimum of the linear programme that takes as much of the good as value and mass
    allow, where nothing is known of the other goods but that they cost something. It is a bound
    and no estimate: a basket may hold none of the good. It fails where some was sold below the
    price: contracts, poorer grades, goods of an earlier stage that hold the element (mixed
    compounds that are not separated), or values that are stated too low.

    Parameters
    ----------
    usd : float
        Value of the basket.
    usd_per_tonne : float
        The lowest price of the good, above 0.
    tonnes : float, optional
        Mass of the basket, where all of it is known.

    Returns
    -------
    float
        Metric tons of the good.

    Examples
    --------
    Goods for 38 million USD, at 257 USD a kilogram and at half of that:

    >>> round(most_at_price(38e6, 257_000)), round(most_at_price(38e6, 257_000 / 2))
    (148, 296)
    >>> most_at_price(38e6, 1_000, tonnes=1_419.0)
    1419.0
    """
    most = usd / usd_per_tonne
    return most if tonnes is None else min(most, tonnes)
