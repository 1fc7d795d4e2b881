"""Pictures of unpublished figures that are worth asking for."""

from __future__ import annotations

from graphkit.answers.answer import Answer
from graphkit.plot.canvas import Axis, Framed, Layout, empty, framed, labels
from graphkit.plot.charts import Bars, labelled_rows
from graphkit.plot.drawing import colour_of

MOST_ROWS = 18
"""Suppliers of one picture."""


def unknowns(answer: Answer, layout: Layout) -> Framed:
    """Draw the points that each figure would narrow a range by: for sure, and on average."""
    ranked = (row for row in answer.rows.to_pylist() if row["reduction"] is not None)
    rows = [*ranked][: layout.most(MOST_ROWS)]
    if not rows:
        return empty(answer, "no figure by itself would narrow a range", layout.width)
    colours = [colour_of(row["place"]) for row in rows]
    names = ("consumer", "product", "traced_to", "origin", "place", "figure", "good")
    plot = labelled_rows(
        layout.width, labels(rows, names, ("period",)),
        Axis("part of the whole by which the range would be narrower", most=1),
        bars=[
            Bars("at least", [row["reduction"] for row in rows], colours),
            Bars("on average", [row["mean_reduction"] for row in rows], colours, filled=False),
        ],
        thickness=13,
    )  # fmt: skip
    return framed(answer, plot, drawn=len(rows), legend=True)
