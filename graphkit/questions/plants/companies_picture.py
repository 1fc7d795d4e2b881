"""Pictures of the output of companies."""

from __future__ import annotations

from graphkit.analysis.company_output import WHOLE
from graphkit.answers.answer import Answer
from graphkit.answers.terms import By
from graphkit.plot.canvas import Axis, Framed, Layout, empty, framed, labels
from graphkit.plot.charts import Bars, labelled_rows
from graphkit.plot.drawing import FIRST, OTHER, colour_of
from graphkit.questions.plants.capacity_coverage import is_enough
from graphkit.questions.plants.owners import UNKNOWN

MOST_ROWS = 20
"""Rows of one picture."""


def companies(answer: Answer, layout: Layout) -> Framed:
    """Draw the share of each company or seat in the output, with its range."""
    column = "seat" if answer.scope.of(By) == By("seat") else "name"
    rows = [
        row for row in answer.rows.to_pylist()
        if row["counts"] == WHOLE and row["share_low"] is not None
        and is_enough(row["coverage_low"])
    ]  # fmt: skip
    if not rows:
        return empty(answer, "less than half of the output has a known maker", layout.width)
    rows = rows[: layout.most(MOST_ROWS)]
    plot = labelled_rows(
        layout.width,
        labels(rows, (column, "country", "product", "period"), ("company",)),
        Axis("share of the output", most=1),
        bars=[
            Bars(
                "known",
                [row["share_low"] for row in rows],
                [
                    OTHER if row[column] == UNKNOWN else colour_of(row["seat"]) if column == "seat"
                    else FIRST for row in rows
                ],
            )
        ],
        ranges=[
            (place, row["share_low"], row["share_high"]) for place, row in enumerate(rows)
            if row["share_high"] is not None and row["share_high"] > row["share_low"]
        ],
        beside_range=True,
    )  # fmt: skip
    note = "Bars: what is known; thin lines: up to all of which no maker is known."
    return framed(answer, plot, drawn=len(rows), note=note)
