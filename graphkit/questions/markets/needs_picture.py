"""Pictures of what technologies need."""

from __future__ import annotations

from graphkit.answers.answer import Answer
from graphkit.plot.canvas import Axis, Framed, Layout, empty, framed, labels
from graphkit.plot.charts import Bars, labelled_rows
from graphkit.plot.drawing import FIRST, SECOND

MOST_ROWS = 20
"""Rows of one picture."""


def needs(answer: Answer, layout: Layout) -> Framed:
    """Draw the range of each need, and of the supply beside it that has one."""
    rows = answer.rows.to_pylist()
    per_unit = all(row["tonnes_low"] is None for row in rows)
    names = (
        ("per_unit_low", "per_unit", "per_unit_high")
        if per_unit
        else ("tonnes_low", "tonnes", "tonnes_high")
    )
    ranges = [[row[name] for name in names] for row in rows]
    drawn = [
        (row, low, middle, high)
        for row, (low, middle, high) in zip(rows, ranges, strict=True)
        if middle is not None or high is not None
    ]
    if not per_unit:
        drawn = [bar for bar in drawn if bar[3] is not None]
    drawn = drawn[: layout.most(MOST_ROWS)]
    if not drawn:
        return empty(answer, "no need has a figure", layout.width)
    plot = labelled_rows(
        layout.width,
        labels([row for row, *_ in drawn], ("figure", "element", "country", "product", "period")),
        Axis("kg for one unit" if per_unit else "tonnes, each of its own basis", unit=""),
        bars=[
            Bars(
                "figure",
                [high if middle is None else middle for _, _, middle, high in drawn],
                [FIRST if row["figure"] == "need" else SECOND for row, *_ in drawn],
            )
        ],
        ranges=[
            (place, low, high)
            for place, (_, low, _, high) in enumerate(drawn)
            if low is not None and high is not None and high > low
        ],
        beside_range=True,
    )
    note = "Bars: the mean of the studies, or the most; thin lines: least to most."
    return framed(answer, plot, drawn=len(drawn), note=note)
