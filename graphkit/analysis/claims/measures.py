"""Measures of a claim: by value or weight, as it says or the other figures of its table show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from math import fsum
from typing import Any

from graphkit.analysis.claims.evidence import Claim, Readings

BASES = {"usd": "by value", "tonnes": "by weight"}


def measures_of(claim: Claim) -> list[str]:
    """Return the measures of a claim: by value, by weight, or both where it does not say."""
    unit, counted = claim["unit"], claim["counted_by"]
    if unit in ("t", "kg") or counted in ("weight", "content", "mass"):
        return ["tonnes"]
    return ["usd"] if unit == "USD" or counted == "value" else list(BASES)


def states_basis(claim: Claim) -> bool:
    """Tell whether a claim says that its figure counts value or gross mass, as trade does."""
    return len(measures_of(claim)) == 1 and claim["counted_by"] not in ("content", "mass")


NEARER = 2.0
"""Factor by which the readings of shares must be nearer in one measure than in the other."""


def table_of(claim: Claim) -> tuple[Any, ...]:
    """Return what figures of one table share: all but the countries and the period."""
    names = ("source", "kind", "measure", "basis", "product", "element", "stage")
    return tuple(claim[name] for name in names)


def common_measures(
    claims_and_readings: Sequence[tuple[Claim, Readings]],
) -> dict[tuple[Any, ...], str]:
    """Find the measure that the shares of each table are in, where their readings tell."""
    distances: dict[tuple[Any, ...], list[dict[str, float]]] = defaultdict(list)
    for claim, readings in claims_and_readings:
        whole = {r.measure: r.value for r in readings.figures if r.whole and r.measure}
        if claim["kind"] == "share" and claim["value"] is not None and len(whole) == len(BASES):
            by_measure = {m: abs(value - claim["value"]) for m, value in whole.items()}
            distances[table_of(claim)].append(by_measure)
    measures = {}
    for table, claim_distances in distances.items():
        sums = sorted((fsum(by_measure[m] for by_measure in claim_distances), m) for m in BASES)
        (nearest, measure), (farther, _) = sums
        if len(claim_distances) > 1 and nearest * NEARER <= farther:
            measures[table] = measure
    return measures


def in_measure(readings: Readings, measure: str | None) -> Readings:
    """Keep the readings in the measure of the claim's table, if it is known."""
    if measure is None:
        return readings
    figures = [
        replace(r, label=f"{r.label}, as the source's other figures")
        for r in readings.figures
        if r.measure == measure
    ]
    return replace(readings, figures=figures)
