"""Pictures of what to do about a dependence."""

from __future__ import annotations

from graphkit.answers.answer import Answer
from graphkit.plot.canvas import (
    Axis,
    Framed,
    Layout,
    empty,
    first_rows,
    framed,
    labels,
)
from graphkit.plot.charts import Bars, Marks, labelled_rows
from graphkit.plot.dependence import VISIBLE
from graphkit.plot.drawing import colour_of

MOST_ROWS = 18
"""Suppliers of one picture."""


def targets(answer: Answer, layout: Layout) -> Framed:
    """Draw the largest share beside the target of each product, the largest distance first."""
    judged = (row for row in answer.rows.to_pylist() if row["missing"] is None)
    rows = [*judged][: layout.most(MOST_ROWS)]
    if not rows:
        return empty(answer, "no target has a share beside it", layout.width)
    plot = labelled_rows(
        layout.width,
        labels(rows, ("country", "product", "supplier", "definition"), ("target", "period")),
        Axis("largest share of one country in the imports of the product", most=1),
        bars=[
            Bars("share", [row["share"] for row in rows], [colour_of(r["supplier"]) for r in rows])
        ],
        marks=[Marks("target", [(place, row["threshold"]) for place, row in enumerate(rows)])],
        ranges=[
            (place, row["low"], row["high"])
            for place, row in enumerate(rows)
            if row["high"] > row["low"]
        ],
        beside_range=True,
    )
    return framed(answer, plot, drawn=len(rows), legend=True)


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
