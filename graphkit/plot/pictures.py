"""The picture of each answer, chosen by the columns of its rows."""

from __future__ import annotations

from collections.abc import Callable

from graphkit.answer import Answer
from graphkit.plot.canvas import Picture, empty
from graphkit.plot.shares import shares_by_supplier

KINDS: tuple[tuple[frozenset[str], Callable[[Answer], Picture]], ...] = (
    (frozenset({"supplier", "share_usd", "share_tonnes"}), shares_by_supplier),
)
"""Columns that the rows must have, and the function that draws them; the first that fits counts."""


def picture(answer: Answer) -> Picture:
    """Draw an answer; of one that has nothing to draw, a line that says so.

    Returns
    -------
    Picture
        Its ``option`` is plain data, which ECharts 6 draws anywhere; shares are in percent.
    """
    if not len(answer.rows):
        return empty(answer, "the answer has no rows")
    names = set(answer.rows.column_names)
    for columns, draw in KINDS:
        if columns <= names:
            return draw(answer)
    return empty(answer, "its rows have no figures")
