"""One way to read a claim, with the figure that the facts give for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BASES = {"usd": "by value", "tonnes": "by weight"}
INCOMPLETE = 0.05
"""Part of the trade without a figure from which on a reading cannot contradict a claim."""

Claim = Mapping[str, Any]


@dataclass(frozen=True)
class Reading:
    """One figure that a claim can be held against.

    ``low`` and ``high`` differ by the rounding of the published figures behind it; with
    ``bounded`` they are bounds between which the figure is unknown. One that is not ``whole``
    is of a part of what the claim speaks of: it can explain a claim, not bear it out.
    """

    label: str
    low: float
    high: float
    bounded: bool = False
    whole: bool = True

    @property
    def value(self) -> float:
        """The middle of it."""
        return (self.low + self.high) / 2


@dataclass
class Readings:
    """All readings of a claim, and what is missing to have one, or a better one."""

    found: list[Reading] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    named: bool = False
    """The claim names the products it is about, so that it can be contradicted."""
    decisive: bool = True
    """False where the claim lacks its scope: the readings are of another one, to compare with."""


def measures_of(claim: Claim) -> list[str]:
    """By value, by weight, or both where the claim does not say which."""
    if claim["unit"] in ("t", "kg"):
        return ["tonnes"]
    if claim["unit"] == "USD":
        return ["usd"]
    basis = (claim["basis"] or "").lower()
    said = [m for m, words in BASES.items() if words in basis]
    if not said and re.search(r"\bgross\b", basis):
        said = ["tonnes"]
    return said or list(BASES)


def states_basis(claim: Claim) -> bool:
    """Whether a claim says what its figure counts: value or mass."""
    return len(measures_of(claim)) == 1


def looks_through(claim: Claim) -> bool:
    """Whether a claim counts where goods come from in the end, behind the last seller."""
    return bool(re.search(r"\bthrough\b", claim["basis"] or ""))


def half_unit(figure: float) -> float:
    """Half a unit of the last digit of a rounded figure, of its second digit at most.

    Examples
    --------
    >>> half_unit(270_000), half_unit(839), half_unit(1_000_000), half_unit(0.475)
    (5000.0, 0.5, 50000.0, 0.0005)
    """
    if not figure:
        return 0.0
    digits = f"{abs(figure):.9e}".split("e")
    significant = max(2, len(digits[0].replace(".", "").rstrip("0")))
    return float(f"5e{int(digits[1]) - significant}")
