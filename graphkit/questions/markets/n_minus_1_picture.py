"""Pictures of what is left without the largest producer."""

from __future__ import annotations

from graphkit.answers.answer import Answer
from graphkit.plot.canvas import MOST_ROWS, Axis, Framed, Layout, empty, framed, labels
from graphkit.plot.charts import Bars, labelled_rows
from graphkit.plot.drawing import colour_of, name_of


def without_largest(answer: Answer, layout: Layout) -> Framed:
    """Draw how much of demand is met without the largest producer, at least and at most."""
    rows = [row for row in answer.rows.to_pylist() if row["ratio_low"] is not None][
        : layout.most(MOST_ROWS)
    ]
    if not rows:
        return empty(answer, "no row has a ratio", layout.width)
    names = [f"{name} · without {name_of(row['largest'])}" for name, row in
             zip(labels(rows, ("product", "period"), ("basis",)), rows, strict=True)]  # fmt: skip
    colours = [colour_of(row["largest"]) for row in rows]
    plot = labelled_rows(
        layout.width,
        names,
        Axis("supply without it over demand without its own"),
        bars=[Bars("at least", [row["ratio_low"] for row in rows], colours)],
        ranges=[(i, r["ratio_low"], r["ratio_high"]) for i, r in enumerate(rows)
                if r["ratio_high"] is not None],
        beside_range=True,
    )  # fmt: skip
    return framed(answer, plot, drawn=len(rows))
