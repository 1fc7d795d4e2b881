"""Metal that an amount of technology needs, as a range."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

UNITS: Mapping[str, tuple[str, float]] = {
    "MW": ("mw", 1.0), "kWh": ("gwh", 1e6),
}  # fmt: skip
"""For each unit of a technology that can be built in an amount: its parameter, and how many units
one of the parameter is."""
KG = 1e-3
"""Tonnes in a kilogram."""


def tonnes_needed(need: Mapping[str, Any], amount: float) -> tuple[float, float | None, float]:
    """Compute the least, mean and most tonnes of an element for some units of a technology.

    Parameters
    ----------
    need : mapping
        ``low``, ``mean`` and ``high``: kg for one unit; without a range, its ends are the mean.
    amount : float
        Units of the technology.

    Examples
    --------
    10,000 MW at 12 to 42 kg each:

    >>> tonnes_needed({"low": 12.0, "mean": 22.7, "high": 42.0}, 10_000)
    (120.0, 227.0, 420.0)
    """
    low, mean, high = need["low"], need["mean"], need["high"]
    ends = [mean if end is None else end for end in (low, high)]
    return (
        ends[0] * amount * KG,
        None if mean is None else mean * amount * KG,
        ends[1] * amount * KG,
    )
