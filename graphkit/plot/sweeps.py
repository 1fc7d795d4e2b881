"""Pictures of sweeps: one line a consumer and product over the values of a number."""

from __future__ import annotations

from graphkit.answers.answer import Answer
from graphkit.answers.figures import setting_in_words
from graphkit.plot.canvas import Axis, Framed, Layout, empty, framed
from graphkit.plot.charts import lines_over
from graphkit.plot.drawing import colour_of
from graphkit.plot.series import LINES, MOST_LINES, grouped

FIGURES = {
    "uncovered_in_all": "uncovered share of the imports, %",
    "moved_share": "moved share of the purchases, %",
}
"""Figures of sweeps, with the name of their axis."""
MOST_BANDS = 3
"""Lines up to which each has the band of its range."""


def sweep(answer: Answer, layout: Layout) -> Framed:
    """Draw the figure of each line at every value, with its range where it has one."""
    figure = next(name for name in FIGURES if name in answer.rows.column_names)
    rows = [
        {**row, figure: None} if row.get("verdict") == "impossible" else row
        for row in answer.rows.to_pylist()
    ]
    if all(row[figure] is None for row in rows):
        return empty(answer, "none of its purchases are possible", layout.width)
    values = sorted({row["setting"] for row in rows})
    groups = grouped(rows, ("scenario", "consumer", "product"), ("period",))
    largest = list(groups)[: layout.most(MOST_LINES)]

    def over(name: str, column: str) -> list[float | None]:
        figures = {row["setting"]: row[column] for row in groups[name]}
        shares = [figures.get(value) for value in values]
        return [None if share is None else 100 * share for share in shares]

    alone = len({row["product"] for row in rows}) == 1 and "scenario" not in rows[0]
    colours = {
        name: colour_of(groups[name][0]["consumer"]) if alone else LINES[place % len(LINES)]
        for place, name in enumerate(largest)
    }
    with_range = largest if "low" in rows[0] and len(largest) <= MOST_BANDS else []
    ranges = {name: (over(name, "low"), over(name, "high")) for name in with_range}
    swept = rows[0]["swept"]
    plot = lines_over(
        layout.width, [setting_in_words(swept, value) for value in values],
        {name: over(name, figure) for name in largest}, Axis(FIGURES[figure], "", most=100.0),
        colours, ranges=ranges,
    )  # fmt: skip
    note = f"Along the axis: {swept.replace('_', ' ')}."
    if ranges:
        note += " The band is the range that unpublished data leave."
    if "verdict" in rows[0]:
        note += " Nothing is drawn where it is impossible."
    if len(groups) > MOST_LINES:
        note += f" The first {MOST_LINES} lines of {len(groups):,}."
    return framed(answer, plot, drawn=sum(len(groups[name]) for name in largest), note=note)
