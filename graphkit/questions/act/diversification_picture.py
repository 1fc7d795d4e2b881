"""Pictures of purchases moved below a share."""

from __future__ import annotations

from graphkit.answers.answer import Answer
from graphkit.plot.canvas import Axis, Framed, Layout, empty, first_rows, framed, labels
from graphkit.plot.charts import Bars, labelled_rows
from graphkit.plot.drawing import colour_of
from graphkit.questions.supply.single_points_picture import VISIBLE

MOST_ROWS = 18
"""Suppliers of one picture."""


def purchases(answer: Answer, layout: Layout) -> Framed:
    """Draw the share of each supplier today and within the limits, the largest change first."""
    rows = [
        row
        for row in first_rows(answer, ("consumer", "product"), layout.most(MOST_ROWS))
        if max(row["share"], row["planned_share"] or 0.0) >= VISIBLE
    ]
    if not rows:
        return empty(answer, "no supplier has a share that can be seen", layout.width)
    colours = [colour_of(row["supplier"]) for row in rows]
    plot = labelled_rows(
        layout.width,
        labels(rows, ("consumer", "product", "period", "supplier"), ("dataset",)),
        Axis("share of what the consumer buys, and of what it would buy", most=1),
        bars=[
            Bars("today", [row["share"] for row in rows], colours),
            Bars("within the limits", [row["planned_share"] for row in rows], colours,
                 filled=False),
        ],
        thickness=13,
    )  # fmt: skip
    return framed(answer, plot, drawn=len(rows), legend=True)
