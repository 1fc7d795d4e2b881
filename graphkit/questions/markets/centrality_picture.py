"""Pictures of places in the network of trade."""

from __future__ import annotations

from math import sqrt
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.answers.figures import money
from graphkit.plot.canvas import Axis, Framed, Layout, Plot, framed, labels, values
from graphkit.plot.charts import Bars, labelled_rows, lines_over
from graphkit.plot.drawing import (
    INK,
    PAPER,
    SMALL,
    WIDTH,
    colour_of,
    ink_on,
    name_of,
    point_of,
    text_width,
)
from graphkit.plot.maps import map_of
from graphkit.plot.series import MOST_LINES, MOST_ROWS, by_period, grouped
from graphkit.questions.markets.centrality import Scored

NO_BRACES = str.maketrans("{}", "()")
"""Braces would be read as a template."""
NAMED, LARGEST = 9, 46
"""Circles of a map that are named, and the diameter of the largest in pixels."""


def hubs(answer: Answer, layout: Layout) -> Framed:
    """Draw countries on the map, sized by the first measure; over periods, lines of the first."""
    measure = answer.scope.the(Scored).measures[0]
    if "product" in answer.rows.column_names:
        return _pools(answer, measure, layout)
    if len(values(answer, "period")) > 1:
        return _over_time(answer, measure, layout)
    rows = [row for row in answer.rows.to_pylist() if row[measure]]
    rows.sort(key=lambda row: (-row[measure], row["country"]))
    placed = [(row, point) for row in rows if (point := point_of(row["country"]))]
    most = max((row[measure] for row, _ in placed), default=1.0)
    shapes, scale = map_of(layout.width), sqrt(layout.width / WIDTH)
    what = worded(measure)
    circles, names = [], []
    for row, point in placed:
        size = round(max(3.0, scale * LARGEST * sqrt(row[measure] / most)), 1)
        text = name_of(row["country"]) if layout.width >= WIDTH else row["country"]
        colour = colour_of(row["country"])
        label: dict[str, Any] = {"formatter": text.translate(NO_BRACES)}
        if text_width(text, SMALL) < size - 4:
            label |= {
                "position": "inside", "color": ink_on(colour), "textBorderColor": colour,
                "textBorderWidth": 3,
            }  # fmt: skip
        value = [*point, row[measure]]
        circles.append({
            "name": name_of(row["country"]), "value": value, "symbolSize": size,
            "itemStyle": {"color": colour},
        })  # fmt: skip
        names.append({"value": value, "symbolSize": size, "label": label})
    parts = {
        "geo": shapes,
        "series": [{
            "type": "scatter", "coordinateSystem": "geo", "name": what, "data": circles,
            "itemStyle": {"opacity": 0.85, "borderColor": PAPER, "borderWidth": 1},
        }, {
            # Above the circles of small neighbours.
            "type": "scatter", "coordinateSystem": "geo", "name": "names", "data": names[:NAMED],
            "silent": True, "z": 3, "itemStyle": {"color": "transparent"},
            "label": {"show": True, "position": "right", "color": INK, "fontSize": SMALL,
                      "distance": 3, "textBorderColor": PAPER, "textBorderWidth": 2},
            "labelLayout": {"hideOverlap": True, "moveOverlap": "shiftY"},
        }],
    }  # fmt: skip
    first = ", ".join(f"{name_of(row['country'])} {scored(row[measure])}" for row in rows[:5])
    note = f"Area of a circle: {what}, the largest {first}."
    return framed(
        answer,
        Plot(parts, shapes["height"] + 12, layout.width),
        drawn=len(placed),
        note=note,
        world=True,
    )


def scored(score: float) -> str:
    """Write a score: a sum of flows, or a number that is seldom above 1.

    >>> scored(3.1e9), scored(0.0742)
    ('3.1 bn', '0.074')
    """
    return money(score) if score >= 1000 else f"{score:.3f}"


def worded(measure: str) -> str:
    """Write the key of a measure as words."""
    return measure.replace("_", " ")


def _over_time(answer: Answer, measure: str, layout: Layout) -> Framed:
    periods = sorted(values(answer, "period"))
    groups = grouped(answer.rows.to_pylist(), ("country",))
    newest = {name: by_period(rows, periods, measure)[-1] or 0 for name, rows in groups.items()}
    largest = sorted(groups, key=lambda name: (-newest[name], name))[: layout.most(MOST_LINES)]
    plot = lines_over(
        layout.width,
        periods,
        {name: by_period(groups[name], periods, measure) for name in largest},
        Axis(worded(measure), ""),
        {name: colour_of(groups[name][0]["country"]) for name in largest},
    )  # fmt: skip
    rows_drawn = sum(len(groups[name]) for name in largest)
    return framed(answer, plot, drawn=rows_drawn)


def _pools(answer: Answer, measure: str, layout: Layout) -> Framed:
    rows = answer.rows.to_pylist()[: layout.most(MOST_ROWS)]
    plot = labelled_rows(
        layout.width,
        labels(rows, ("period", "country", "product")),
        Axis(worded(measure), ""),
        bars=[Bars("score", [r[measure] for r in rows], [colour_of(r["country"]) for r in rows])],
    )
    return framed(answer, plot, drawn=len(rows))
