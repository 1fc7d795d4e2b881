"""Pictures of how hard export controls bit."""

from __future__ import annotations

from graphkit.answers.answer import Answer
from graphkit.plot.canvas import MOST_ROWS, Axis, Framed, Layout, empty, framed, labels
from graphkit.plot.charts import Bars, labelled_rows
from graphkit.plot.drawing import colour_of


def control_effects(answer: Answer, layout: Layout) -> Framed:
    """Draw what was bought after each act over what was expected, at least and at most."""
    rows = [row for row in answer.rows.to_pylist() if row["bought"] is not None]
    rows = rows[: layout.most(MOST_ROWS)]
    if not rows:
        return empty(answer, "no act can be judged", layout.width)
    plot = labelled_rows(
        layout.width,
        labels(rows, ("product", "consumer", "since"), ("announcement",)),
        Axis("bought in six months over what was expected"),
        bars=[Bars("", [row["bought"] / row["expected"] for row in rows],
                   [colour_of(row["country"]) for row in rows])],
        ranges=[(i, row["bought"] / row["expected_high"], row["bought"] / row["expected_low"])
                for i, row in enumerate(rows)],
        beside_range=True,
    )  # fmt: skip
    return framed(answer, plot, drawn=len(rows))
