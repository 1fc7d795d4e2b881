"""Outcomes of a search for purchases within limits: possible, met today, or proved impossible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graphkit.analysis.diversification import (
    Certificate,
    Plan,
    Purchases,
    certificate,
    least_share,
    plan,
)
from graphkit.questions.act.caps import Caps
from graphkit.questions.act.purchases import Acts, Limits, Market

IMPOSSIBLE, POSSIBLE, MET = VERDICTS = ("impossible", "possible", "met")


@dataclass(frozen=True)
class Outcome:
    """Purchases of one consumer, or of several at once, within the limits or nearest to them."""

    market: Market
    places: Sequence[int]
    """The consumers, by their places in the market."""
    purchases: Purchases
    caps: Caps
    verdict: str
    result: Plan | None
    """None if what is needed cannot be bought at any share."""
    proof: Certificate | None = None
    least_share: float | None = None


def outcome_of(market: Market, places: Sequence[int], limits: Limits, acts: Acts) -> Outcome:
    """Find the purchases of some consumers, or prove that there are none."""
    purchases, caps = market.purchases(places, limits, acts), market.capped(places, limits)
    result = plan(purchases, limits.max_share, limits.least)
    if result is not None:
        verdict = MET if is_met(purchases, limits.max_share) else POSSIBLE
        return Outcome(market, places, purchases, caps, verdict, result)
    proof = certificate(purchases, limits.max_share)
    nearest = least_share(purchases)
    share, result = (None, None) if nearest is None else nearest
    return Outcome(market, places, purchases, caps, IMPOSSIBLE, result, proof, share)


def is_met(purchases: Purchases, max_share: float) -> bool:
    """Tell if today's purchases keep to the limits."""
    shares = purchases.bought @ purchases.capped.T
    most = max_share * purchases.demand[:, None]
    buys_left_out = purchases.bought[:, purchases.left_out].any()
    rises = not np.array_equal(purchases.bought.sum(axis=1), purchases.demand)
    return bool((shares <= most).all() and not buys_left_out and not rises)
