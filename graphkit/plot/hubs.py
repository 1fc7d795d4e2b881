"""Pictures of centrality: the map of hubs, their ranks over time, and the pools of a chain."""

from __future__ import annotations

from math import sqrt

from graphkit.answer import Answer
from graphkit.plot.canvas import SMALL, Picture, Plot, framed, labels, text_width, values
from graphkit.plot.charts import Axis, Bars, lines_over, rows_of
from graphkit.plot.colours import INK, LINE, ON_DARK, PAPER, colour_of
from graphkit.plot.markets import by_period, grouped
from graphkit.plot.world import name_of, point_of

MOST_LINES, MOST_ROWS, NAMED = 7, 20, 9
LARGEST = 46
"""Diameter of the largest circle, in pixels."""


def hubs(answer: Answer) -> Picture:
    """Draw countries on the map, sized by their score; over several periods, lines of the first."""
    measure = next(iter(answer.scope["measures"]))
    if "product" in answer.rows.column_names:
        return _pools(answer, measure)
    if len(values(answer, "period")) > 1:
        return _over_time(answer, measure)
    rows = [row for row in answer.rows.to_pylist() if row[measure]]
    placed = [(row, point) for row in rows if (point := point_of(row["country"]))]
    most = max((row[measure] for row, _ in placed), default=1.0)
    data = []
    for i, (row, point) in enumerate(placed):
        size = round(max(3.0, LARGEST * sqrt(row[measure] / most)), 1)
        label = {"show": i < NAMED, "formatter": "{b}"}
        if text_width(name_of(row["country"]), SMALL) < size - 4:
            label = {**label, "position": "inside", "color": ON_DARK, "textBorderWidth": 0}
        data.append({
            "name": name_of(row["country"]), "value": [*point, row[measure]], "symbolSize": size,
            "itemStyle": {"color": colour_of(row["country"])}, "label": label,
        })  # fmt: skip
    parts = {
        "geo": {
            "map": "world", "roam": False, "silent": True, "left": 8, "right": 8, "top": 0,
            "height": 300, "boundingCoords": [[-168, 80], [180, -56]],
            "itemStyle": {"areaColor": LINE, "borderColor": PAPER, "borderWidth": 0.5},
        },
        "series": [{
            "type": "scatter", "coordinateSystem": "geo", "name": header(answer, measure),
            "data": data, "itemStyle": {"opacity": 0.85, "borderColor": PAPER, "borderWidth": 1},
            "label": {"position": "right", "color": INK, "fontSize": SMALL, "distance": 3,
                      "textBorderColor": PAPER, "textBorderWidth": 2},
            "labelLayout": {"hideOverlap": True, "moveOverlap": "shiftY"},
        }],
    }  # fmt: skip
    first = ", ".join(f"{name_of(row['country'])} {row[measure]:.3g}" for row, _ in placed[:5])
    note = f"Size: {header(answer, measure)}. {first}."
    return framed(answer, Plot(parts, 312), drawn=len(placed), note=note, world=True)


def header(answer: Answer, column: str) -> str:
    """Return the header of a column as people read it."""
    return dict(answer.headers).get(column, column)


def _over_time(answer: Answer, measure: str) -> Picture:
    periods = sorted(values(answer, "period"))
    groups = grouped(answer.rows.to_pylist(), ("country",))
    newest = {name: by_period(rows, periods, measure)[-1] or 0 for name, rows in groups.items()}
    chosen = sorted(groups, key=lambda name: (-newest[name], name))[:MOST_LINES]
    plot = lines_over(
        periods, {name: by_period(groups[name], periods, measure) for name in chosen},
        Axis(header(answer, measure), ""),
        {name: colour_of(groups[name][0]["country"]) for name in chosen},
    )  # fmt: skip
    drawn = sum(len(groups[name]) for name in chosen)
    return framed(answer, plot, drawn=drawn)


def _pools(answer: Answer, measure: str) -> Picture:
    rows = answer.rows.to_pylist()[:MOST_ROWS]
    plot = rows_of(
        labels(rows, ("period", "country", "product")),
        Axis(header(answer, measure), ""),
        bars=[Bars("score", [r[measure] for r in rows], [colour_of(r["country"]) for r in rows])],
    )
    return framed(answer, plot, drawn=len(rows))
