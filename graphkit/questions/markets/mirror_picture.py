"""Pictures of the reports of both sides of a flow."""

from __future__ import annotations

from graphkit.answers.answer import Answer
from graphkit.plot.canvas import Axis, Framed, Layout, framed, labels
from graphkit.plot.charts import Bars, labelled_rows
from graphkit.plot.drawing import OTHER
from graphkit.plot.series import MOST_ROWS


def mirror_reports(answer: Answer, layout: Layout) -> Framed:
    """Draw what both sides report of each flow by value."""
    rows = answer.rows.to_pylist()[: layout.most(MOST_ROWS)]
    columns = {"exporter": "usd_exporter", "importer": "usd_importer"}
    most = max((row[column] or 0 for row in rows for column in columns.values()), default=0)
    sizes = ((1e9, "bn "), (1e6, "M "), (1e3, "k "))
    size, unit = next((scale for scale in sizes if most >= scale[0]), (1.0, ""))
    colours = [OTHER] * len(rows)
    plot = labelled_rows(
        layout.width,
        labels(rows, ("consumer", "supplier", "product", "period")),
        Axis(f"{unit}USD", ""),
        bars=[
            Bars(f"{reporter} says",
                 [None if row[column] is None else row[column] / size for row in rows],
                 colours, filled=reporter == "exporter")
            for reporter, column in columns.items()
        ],
        thickness=13,
    )  # fmt: skip
    return framed(answer, plot, drawn=len(rows), legend=True)
