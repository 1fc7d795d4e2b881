"""Purchases of one consumer at many limits at once: suppliers are filled up, by no programme."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphkit.analysis.diversification import CHANGE, TIGHT, Flags
from graphkit.arrow import Floats


@dataclass(frozen=True, eq=False)
class Filled:
    """Purchases within each of some limits, or nearest to them."""

    amounts: Floats
    """Limits by sellers; NaN where what is needed cannot be bought at any share."""
    least_share: Floats
    """Least share that the largest seller can be brought to; NaN where the limit is kept."""
    shortfall: Floats
    """Least capacity that is lacking; 0 where the limit is kept."""


def filled(
    bought: Floats, demand: Floats, spare: Floats, max_share: Floats, *, prices: Floats,
    may_add: Flags, left_out: Flags, least: str = CHANGE,
) -> Filled:  # fmt: skip
    r"""Compute what :func:`~graphkit.analysis.diversification.plan` does, for one consumer alone.

    With no limit on blocs or origins, every limit is on one seller, of which at most
    :math:`k_s = \min(m D, b_s + c_s)` can be bought. Purchases are possible if :math:`\sum_s k_s
    \ge D`. With the least change every seller keeps :math:`\min(b_s, m D)`, and all add the same
    part of what they can, as far as the share allows; with the least cost sellers are filled in
    order of their prices. Where they are not possible, the least share is the level at which
    :math:`\sum_s \min(b_s + c_s, m D) = D`.

    Parameters
    ----------
    bought : array
        Amounts of today, by sellers.
    demand, max_share : array
        What is needed, and the largest share of a seller, by limits.
    spare : array
        Most that each seller can add, limits by sellers.
    prices, may_add, left_out : array
        By sellers, as in :class:`~graphkit.analysis.diversification.Purchases`.
    least : {"change", "cost"}

    Returns
    -------
    Filled

    Examples
    --------
    As for :func:`~graphkit.analysis.diversification.plan`: of 100 the first sells 80, the second
    20; the second can add 20, the third 40. At most 50 of the first, or 30, of which 37 are needed:

    >>> result = filled(
    ...     np.array([80.0, 20.0, 0.0]), np.array([100.0, 100.0]),
    ...     np.array([[0.0, 20.0, 40.0]] * 2), np.array([0.5, 0.3]), prices=np.ones(3),
    ...     may_add=np.ones(3, bool), left_out=np.zeros(3, bool))
    >>> result.amounts.round(6).tolist()
    [[50.0, 30.0, 20.0], [33.333333, 33.333333, 33.333333]]
    >>> result.least_share.round(6).tolist(), result.shortfall.round(6).tolist()
    ([nan, 0.333333], [0.0, 10.0])
    """
    present = np.where(left_out, 0.0, bought)
    adds = np.where(may_add & ~left_out, spare, 0.0)
    most = present + adds
    missing = demand - np.minimum(most, (max_share * demand)[:, None]).sum(axis=1)
    is_short = missing > TIGHT * demand
    enough = most.sum(axis=1) >= demand * (1 - TIGHT)
    lowest = _level(most, np.ones_like(most), demand)
    cap = np.where(is_short, lowest, max_share * demand)[:, None]
    if least == CHANGE or is_short.all():
        amounts = _least_change(present, adds, demand, cap)
    else:
        amounts = _least_cost(most, demand, cap, prices)
        amounts[is_short] = _least_change(present, adds, demand, cap)[is_short]
    return Filled(
        np.where(enough[:, None], amounts, np.nan),
        np.where(is_short & enough, lowest / demand, np.nan),
        np.where(is_short, missing, 0.0),
    )  # fmt: skip


def _least_change(present: Floats, adds: Floats, demand: Floats, cap: Floats) -> Floats:
    """Keep what may be kept, and add the same part of what each can add."""
    base = np.minimum(present, cap)
    room = np.minimum(adds, cap - base)
    part = _level(room, adds, demand - base.sum(axis=1))
    return np.asarray(base + np.minimum(room, part[:, None] * adds))


def _least_cost(most: Floats, demand: Floats, cap: Floats, prices: Floats) -> Floats:
    """Fill sellers in order of their prices."""
    order = np.argsort(prices, kind="stable")
    room = np.minimum(most, cap)[:, order]
    before = np.cumsum(room, axis=1) - room
    amounts = np.empty_like(room)
    amounts[:, order] = np.clip(demand[:, None] - before, 0.0, room)
    return amounts


def _level(most: Floats, weights: Floats, target: Floats) -> Floats:
    r"""Compute the level L at which :math:`\sum_s \min(a_s, L w_s)` is a target, by rows.

    Where all of it is less, the level at which all is in.
    """
    levels = np.divide(most, weights, out=np.zeros_like(most), where=weights > 0)
    order = np.argsort(levels, axis=1, kind="stable")
    levels, a, w = (np.take_along_axis(x, order, axis=1) for x in (levels, most, weights))
    full = np.cumsum(a, axis=1) - a
    open_weight = w.sum(axis=1, keepdims=True) - (np.cumsum(w, axis=1) - w)
    reached = full + levels * open_weight >= target[:, None]
    place = np.where(reached.any(axis=1), reached.argmax(axis=1), most.shape[1] - 1)[:, None]
    below, weight = (np.take_along_axis(x, place, axis=1)[:, 0] for x in (full, open_weight))
    level = np.divide(target - below, weight, out=np.zeros_like(target), where=weight > 0)
    top = np.take_along_axis(levels, place, axis=1)[:, 0]
    return np.asarray(np.clip(level, 0.0, top))
