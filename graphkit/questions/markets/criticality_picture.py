"""Pictures of supply risk and criticality."""

from __future__ import annotations

from graphkit.answers.answer import Answer
from graphkit.plot.canvas import MOST_ROWS, Axis, Framed, Layout, empty, framed, labels
from graphkit.plot.charts import Marks, labelled_rows


def criticality(answer: Answer, layout: Layout) -> Framed:
    """Draw the range of the EU's supply risk, and the published figure."""
    rows = [row for row in answer.rows.to_pylist() if row["supply_risk_low"] is not None
            or row["published_supply_risk"] is not None][: layout.most(MOST_ROWS)]  # fmt: skip
    if not rows:
        return empty(answer, "no material has a supply risk", layout.width)
    ranges = [(i, r["supply_risk_low"], r["supply_risk_high"]) for i, r in enumerate(rows)
              if r["supply_risk_low"] is not None]  # fmt: skip
    published = [(i, r["published_supply_risk"]) for i, r in enumerate(rows)
                 if r["published_supply_risk"] is not None]  # fmt: skip
    scores = [row["published_supply_risk"] for row in rows]
    plot = labelled_rows(
        layout.width,
        labels(rows, ("material", "product", "period")),
        Axis("supply risk", "", least=0, lines={"critical from 1.0": 1.0}),
        marks=[Marks("published", published, "diamond")],
        ranges=ranges,
        numbers=["" if value is None else f"{value:g}" for value in scores],
    )
    note = "Lines: the range that missing inputs leave. At the right: as published."
    return framed(answer, plot, drawn=len(rows), legend=True, note=note)
