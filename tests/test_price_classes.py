"""Classes of sellers by unit value: by hand, against a slow version, and what may not matter."""

from __future__ import annotations

import numpy as np
import pytest
from chance import SEED

from graphkit.analysis.price_classes import SPREAD, UNKNOWN, other_classes, price_classes


def drawn(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw sellers of goods at prices over four orders of magnitude, some without a mass."""
    rng = np.random.default_rng(SEED + seed)
    tonnes = rng.uniform(1, 100, 12) * (rng.random(12) > 0.2)
    return tonnes * 10 ** rng.uniform(1, 5, 12) + (tonnes == 0) * 7.0, tonnes


def slowly(usd: np.ndarray, tonnes: np.ndarray) -> list[int]:
    """Sort sellers as a clerk would: the largest takes all that are within a factor of it."""
    classes = [UNKNOWN] * len(usd)
    left = {s for s in range(len(usd)) if usd[s] > 0 and tonnes[s] > 0}
    number = 0
    while left:
        leader = max(left, key=lambda s: usd[s])
        price = usd[leader] / tonnes[leader]
        near = {s for s in left if price / SPREAD <= usd[s] / tonnes[s] <= price * SPREAD}
        for seller in near:
            classes[seller] = number
        left -= near
        number += 1
    return classes


@pytest.mark.parametrize("seed", range(60))
def test_classes_are_those_of_the_slow_version_in_any_order_and_currency(seed):
    usd, tonnes = drawn(seed)
    classes = price_classes(usd, tonnes)
    order = np.random.default_rng(seed).permutation(len(usd))

    assert classes.tolist() == slowly(usd, tonnes)
    assert price_classes(usd[order], tonnes[order]).tolist() == classes[order].tolist()
    assert price_classes(usd * 1300, tonnes / 1000).tolist() == classes.tolist()


def test_lithium_hydroxide_of_2024_is_two_classes():
    """Unit values of BACI: Australia and Switzerland sell what China does, Nigeria and Brazil not.

    16,224 / 4 is 4,056, and 743 / 4 is 186.
    """
    prices = {"CHN": 16224, "CHL": 12407, "USA": 21422, "AUS": 9154, "JPN": 12787, "CHE": 6372,
              "BRA": 743, "NGA": 286}  # fmt: skip
    tonnes = np.array([121496, 21293, 8447, 5137, 2819, 429, 6227, 8604], float)
    usd = np.array([*prices.values()]) * tonnes

    assert price_classes(usd, tonnes).tolist() == [0, 0, 0, 0, 0, 0, 1, 1]


def test_who_buys_nothing_of_known_price_finds_no_other_class():
    assert not other_classes(np.array([0, 1, UNKNOWN]), np.array([0.0, 0.0, 9.0])).any()
    assert not other_classes(np.array([UNKNOWN]), np.array([9.0])).any()
    assert other_classes(np.array([0, 1, UNKNOWN]), np.array([1.0, 2.0, 9.0])).tolist() == [
        True, False, False,
    ]  # fmt: skip
