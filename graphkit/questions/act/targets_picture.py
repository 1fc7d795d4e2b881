"""Pictures of targets of governments."""

from __future__ import annotations

from graphkit.answers.answer import Answer
from graphkit.plot.canvas import Axis, Framed, Layout, empty, framed, labels
from graphkit.plot.charts import Bars, Marks, labelled_rows
from graphkit.plot.drawing import colour_of
from graphkit.questions.act.wording import ONE_COUNTRY

MOST_ROWS = 18
"""Suppliers of one picture."""


def targets(answer: Answer, layout: Layout) -> Framed:
    """Draw the largest share beside the target of each product, the largest distance first."""
    judged = (
        row for row in answer.rows.to_pylist()
        if row["missing"] is None and row["share"] is not None and row["aim"] == ONE_COUNTRY
    )  # fmt: skip
    rows = [*judged][: layout.most(MOST_ROWS)]
    if not rows:
        return empty(answer, "no target has a share beside it", layout.width)
    plot = labelled_rows(
        layout.width,
        labels(rows, ("country", "product", "supplier", "definition"), ("target", "period")),
        Axis("largest share of one country", most=1),
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
