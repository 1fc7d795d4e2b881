"""Pictures of unit values and prices."""

from __future__ import annotations

from graphkit.answers.answer import Answer
from graphkit.plot.canvas import Axis, Framed, Layout, empty, framed
from graphkit.plot.charts import lines_over
from graphkit.plot.series import LINES, MOST_LINES, by_period, grouped

FAR_APART = 30
"""Ratio of prices from which on an axis is logarithmic."""


def prices(answer: Answer, layout: Layout) -> Framed:
    """Draw unit values and prices in USD per tonne over time."""
    rows = [row for row in answer.rows.to_pylist() if row["usd_per_tonne"]]
    if not rows:
        return empty(answer, "no figure is a price of a tonne", layout.width)
    periods = sorted({row["period"] for row in rows})
    groups = list(grouped(rows, ("material", "figure")).items())[: layout.most(MOST_LINES)]
    groups.sort(key=lambda group: -group[1][-1]["usd_per_tonne"])
    lines = {name: by_period(group, periods, "usd_per_tonne") for name, group in groups}
    figures = [row["usd_per_tonne"] for _, group in groups for row in group]
    wide = max(figures) > FAR_APART * min(figures)
    steps = ", each grid line ten times the one below" * wide
    axis = Axis(f"USD per tonne{steps}", "", logarithmic=wide)
    colours = {name: LINES[i % len(LINES)] for i, name in enumerate(lines)}
    plot = lines_over(layout.width, periods, lines, axis, colours, numbered=True)
    return framed(answer, plot, drawn=len(figures))
