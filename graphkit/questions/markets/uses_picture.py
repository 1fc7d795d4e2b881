"""Pictures of end uses."""

from __future__ import annotations

from graphkit.answers.answer import Answer
from graphkit.plot.canvas import Axis, Framed, Layout, empty, framed, labels
from graphkit.plot.charts import Bars, labelled_rows
from graphkit.plot.drawing import FIRST

MOST_ROWS = 20
"""Rows of one picture."""


def uses(answer: Answer, layout: Layout) -> Framed:
    """Draw the share of each use, with the sector it is in."""
    rows = [row for row in answer.rows.to_pylist() if row["share"] is not None]
    if not rows:
        return empty(answer, "no use has a published share", layout.width)
    rows = rows[: layout.most(MOST_ROWS)]
    plot = labelled_rows(
        layout.width,
        labels(rows, ("element", "label"), ("sector", "source")),
        Axis("share of the end uses of the element, as printed", most=1),
        bars=[Bars("share", [row["share"] for row in rows], [FIRST] * len(rows))],
    )
    return framed(answer, plot, drawn=len(rows))
