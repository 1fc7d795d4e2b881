"""Picture of the leverage between two countries."""

from __future__ import annotations

from graphkit.answers.answer import Answer
from graphkit.plot.canvas import MOST_ROWS, Axis, Framed, Layout, framed, labels
from graphkit.plot.charts import Bars, labelled_rows
from graphkit.plot.drawing import FIRST, SECOND


def leverage(answer: Answer, layout: Layout) -> Framed:
    """Draw of each product what one loses, with its range, over what the other gives up."""
    rows = answer.rows.to_pylist()[: layout.most(MOST_ROWS)]
    plot = labelled_rows(
        layout.width,
        labels(rows, ("consumer", "supplier", "product")),
        Axis("USD"),
        bars=[
            Bars("lost imports", [row["lost_imports"] for row in rows], [FIRST] * len(rows)),
            Bars("lost sales", [row["sales"] for row in rows], [SECOND] * len(rows)),
        ],
        ranges=[(i, row["lost_imports_low"], row["lost_imports_high"])
                for i, row in enumerate(rows)],
    )  # fmt: skip
    return framed(answer, plot, drawn=len(rows), legend=True)
