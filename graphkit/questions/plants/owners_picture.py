"""Pictures of owners of capacity."""

from __future__ import annotations

from graphkit.answers.answer import Answer
from graphkit.answers.terms import By
from graphkit.plot.canvas import Axis, Framed, Layout, empty, framed, labels
from graphkit.plot.charts import Bars, labelled_rows
from graphkit.plot.drawing import FIRST, colour_of
from graphkit.questions.plants.capacity_coverage import is_enough

MOST_ROWS = 20
"""Rows of one picture."""


def owners(answer: Answer, layout: Layout) -> Framed:
    """Draw the known share of each owner or seat of a capacity, with its range."""
    rows = [row for row in answer.rows.to_pylist() if row["share_low"] is not None]
    if not rows:
        return empty(answer, "no capacity is known in tonnes", layout.width)
    rows = [row for row in rows if is_enough(row["coverage_low"])]
    if not rows:
        return empty(answer, "less than half of the capacity is known", layout.width)
    rows = rows[: layout.most(MOST_ROWS)]
    by_seat = answer.scope.of(By) == By("seat")
    who = "seat" if by_seat else "owner"
    plot = labelled_rows(
        layout.width,
        labels(rows, (who, "country", "product", "basis"), ("company",)),
        Axis("share of the known capacity", most=1),
        bars=[
            Bars(
                "known",
                [row["share_low"] for row in rows],
                [colour_of(row["seat"]) if by_seat else FIRST for row in rows],
            )
        ],
        ranges=[
            (place, row["share_low"], row["share_high"])
            for place, row in enumerate(rows) if row["share_high"] > row["share_low"]
        ],
        beside_range=True,
    )  # fmt: skip
    note = "Bars: what is known; thin lines: up to all that may be anybody's."
    return framed(answer, plot, drawn=len(rows), note=note)
