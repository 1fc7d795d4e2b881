"""Pictures of published claims."""

from __future__ import annotations

from graphkit.answers.answer import Answer
from graphkit.plot.canvas import MOST_ROWS, Axis, Framed, Layout, empty, framed
from graphkit.plot.charts import Marks, labelled_rows


def listed_claims(answer: Answer, layout: Layout) -> Framed:
    """Draw published shares, as points or ranges."""
    rows = [row for row in answer.rows.to_pylist() if row["unit"] == "share"
            and any(row[n] is not None for n in ("value", "low", "high"))]  # fmt: skip
    rows = rows[: layout.most(MOST_ROWS)]
    if not rows:
        return empty(answer, "no claim gives a share", layout.width)
    points = [(i, row["value"]) for i, row in enumerate(rows) if row["value"] is not None]
    ranges = [(i, row["low"] or 0.0, 1.0 if row["high"] is None else row["high"])
              for i, row in enumerate(rows) if row["value"] is None]  # fmt: skip
    plot = labelled_rows(
        layout.width,
        [row["claim"] for row in rows],
        Axis("published share", most=1, least=0),
        marks=[Marks("published", points, "diamond", numbers=True)],
        ranges=ranges,
    )
    return framed(answer, plot, drawn=len(rows))
