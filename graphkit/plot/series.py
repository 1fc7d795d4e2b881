"""Lines, groups and amounts that pictures of several subjects share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphkit.answers.figures import money
from graphkit.plot.canvas import labels
from graphkit.plot.drawing import FIRST, FOURTH, INK, OTHER, SECOND, THIRD

MOST_ROWS, MOST_MARKETS, MOST_LINES, MOST_TURNS = 20, 24, 8, 32
"""Rows, lines and failures in turn in one picture."""
LINES = (FIRST, SECOND, THIRD, FOURTH, OTHER, INK)


def grouped(
    rows: Sequence[Mapping[str, Any]], names: Sequence[str], apart: Sequence[str] = ()
) -> dict[str, list[Mapping[str, Any]]]:
    """Group rows by the columns that tell their lines apart, under a name for each."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for name, row in zip(labels(rows, names, apart), rows, strict=True):
        groups.setdefault(name, []).append(row)
    return groups


def by_period(
    rows: Sequence[Mapping[str, Any]], periods: Sequence[str], column: str
) -> list[float | None]:
    """Return the value of a column in every period; None where there is none."""
    figures = {row["period"]: row[column] for row in rows}
    return [figures.get(period) for period in periods]


def written_amount(amount: float, measure: str) -> str:
    """Write an amount in USD or tonnes."""
    return f"{money(amount)} USD" if measure == "usd" else f"{amount:,.0f} t"
