"""Pictures of flows of trade."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.answers.figures import percent
from graphkit.answers.terms import By
from graphkit.plot.canvas import Framed, Layout, Plot, framed, values
from graphkit.plot.drawing import (
    EDGE,
    INK,
    LEADING,
    MUTED,
    PAPER,
    SMALL,
    WIDTH,
    colour_of,
    name_of,
    point_of,
    wrapped,
)
from graphkit.plot.maps import map_of
from graphkit.plot.series import written_amount


def flows(answer: Answer, layout: Layout) -> Framed:
    """Draw the largest flows as arcs on the map, with exporters and importers side by side."""
    measure = answer.scope.the(By).by
    rows = [row for row in answer.rows.to_pylist() if row[measure]]
    period = max((row["period"] for row in rows), default="")
    rows = [row for row in rows if row["period"] == period]
    placed = [row for row in rows if point_of(row["exporter"]) and point_of(row["importer"])]
    arcs = placed[:MOST_ARCS]
    shapes = map_of(layout.width)
    totals = {
        "Exporters": _totals(rows, "exporter", measure),
        "Importers": _totals(rows, "importer", measure),
    }
    largest = max((countries[0][1] for countries in totals.values() if countries), default=1.0)
    grids, across, down = [], [], []
    series = [_arcs(arcs, measure, layout.width), _numbers(arcs)]
    in_one_row = layout.width >= WIDTH
    room = layout.width // 2 if in_one_row else layout.width
    below = shapes["height"] + 8
    titles, listed_height = _numbered(arcs, measure, layout.width, below)
    below = bottom = below + listed_height
    # A slide has room for the map and its numbers alone.
    sides = {} if layout.is_slide else totals
    for place, (head, countries) in enumerate(sides.items()):
        first = countries[: layout.most(MOST_SIDES)]
        left, top = (place * room, below) if in_one_row else (0, bottom)
        left += EDGE
        grids.append({
            "left": left + NAME_ROOM, "top": top + 22, "width": room - NAME_ROOM - EDGE - 62,
            "height": 20 * len(first),
        })  # fmt: skip
        bottom = max(bottom, top + 22 + 20 * len(first) + 10)
        titles.append({
            "text": head, "left": left, "top": top, "padding": 0,
            "textStyle": {"fontSize": SMALL, "color": MUTED, "fontWeight": "normal"},
        })  # fmt: skip
        across.append({"type": "value", "gridIndex": place, "show": False, "min": 0,
                       "max": largest})  # fmt: skip
        names = [wrapped(name_of(key), NAME_ROOM - 10, SMALL, lines=1)[0] for key, _ in first]
        down.append({
            "type": "category", "inverse": True, "gridIndex": place, "data": names,
            "axisLabel": {"color": INK, "fontSize": SMALL, "interval": 0},
            "axisTick": {"show": False}, "axisLine": {"show": False},
        })  # fmt: skip
        total = sum(value for _, value in countries)
        series.append({
            "type": "bar", "name": head, "xAxisIndex": place, "yAxisIndex": place, "barWidth": 13,
            "data": [
                {"value": value, "itemStyle": {"color": colour_of(key)},
                 "label": {"show": True, "position": "right", "color": INK, "fontSize": SMALL,
                           "formatter": f"{percent(value / total)}"}}
                for key, value in first
            ],
        })  # fmt: skip
    parts: dict[str, Any] = {"geo": shapes, "title": titles, "series": series}
    if sides:
        parts |= {"grid": grids, "xAxis": across, "yAxis": down}
    note = _legend(answer, rows, arcs, measure)
    return framed(answer, Plot(parts, bottom, layout.width), drawn=len(arcs), note=note, world=True)


def _arcs(arcs: Sequence[Mapping[str, Any]], measure: str, width: int) -> dict[str, Any]:
    """Make the series of arcs, the largest on top and with a number."""
    data = []
    for number, row in enumerate(arcs, 1):
        wide = sqrt(width / WIDTH) * THICK * sqrt(row[measure] / UNIT_OF_WIDTH[measure])
        wide = min(MOST_THICK, max(0.6, wide))
        data.append({
            "name": _arc_name(row, measure),
            "coords": _ends(row),
            "lineStyle": {"color": colour_of(row["exporter"]), "width": round(wide, 2),
                          "opacity": 0.75 if number <= NUMBERED else 0.3},
            "symbolSize": round(4 + 1.4 * wide),
        })  # fmt: skip
    return {
        "type": "lines", "coordinateSystem": "geo", "name": "flows", "silent": False,
        "data": data[::-1], "symbol": ["none", "arrow"], "tooltip": {"formatter": "{b}"},
        "lineStyle": {"curveness": CURVED},
    }  # fmt: skip


CURVED, ASPECT = 0.25, 0.75
"""Bend of an arc, and pixels of a degree of longitude for each of a degree of latitude."""


def _ends(row: Mapping[str, Any]) -> list[tuple[float, float]]:
    """Return the points of exporter and importer, which an arc has."""
    points = (point_of(row[end]) for end in ("exporter", "importer"))
    return [point for point in points if point]


def _numbers(arcs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Make the numbers of the largest arcs, each in the middle of its bend."""
    data = []
    for number, row in enumerate(arcs[:NUMBERED], 1):
        (east, north), (to_east, to_north) = _ends(row)
        middle = [
            (east + to_east) / 2 + (north - to_north) * CURVED / ASPECT / 2,
            (north + to_north) / 2 + (to_east - east) * CURVED * ASPECT / 2,
        ]
        data.append({"value": middle, "label": {"formatter": str(number)}})
    return {
        "type": "scatter", "coordinateSystem": "geo", "name": "numbers", "silent": True, "z": 4,
        "symbolSize": 1, "itemStyle": {"color": "transparent"}, "data": data,
        "label": {"show": True, "position": "inside", "color": INK, "fontSize": SMALL,
                  "fontWeight": "bold", "textBorderColor": PAPER, "textBorderWidth": 3},
        "labelLayout": {"hideOverlap": True, "moveOverlap": "shiftY"},
    }  # fmt: skip


def _arc_name(row: Mapping[str, Any], measure: str) -> str:
    ends = f"{name_of(row['exporter'])} to {name_of(row['importer'])}"
    return f"{ends}: {', '.join([written_amount(row[measure], measure), *_known_share(row)])}"


def _numbered(
    arcs: Sequence[Mapping[str, Any]], measure: str, width: int, top: int
) -> tuple[list[dict[str, Any]], int]:
    """Write the largest flows below the map, with their numbers on it, and return their height."""
    columns = 2 if width >= WIDTH else 1
    room = (width - EDGE) // columns
    lines = [
        wrapped(f"{n}  {_arc_name(row, measure)}", room - EDGE, SMALL, lines=1)[0]
        for n, row in enumerate(arcs[:NUMBERED], 1)
    ]
    per_column = -(-len(lines) // columns)
    texts = [
        {
            "text": "\n".join(lines[column * per_column : (column + 1) * per_column]),
            "left": EDGE + column * room, "top": top, "padding": 0,
            "textStyle": {"fontSize": SMALL, "color": INK, "fontWeight": "normal",
                          "lineHeight": round(SMALL * LEADING)},
        }
        for column in range(columns) if lines[column * per_column :]
    ]  # fmt: skip
    return texts, round(per_column * SMALL * LEADING) + 10


def _known_share(row: Mapping[str, Any]) -> list[str]:
    """Write the share of a flow; trade that is not listed may leave it unknown."""
    return [] if row["share"] is None else [percent(row["share"])]


MOST_ARCS, NUMBERED, MOST_SIDES, NAME_ROOM = 60, 10, 8, 104
"""Arcs drawn and numbered, countries named on each side, and pixels of their names."""
UNIT_OF_WIDTH = {"usd": 1e9, "tonnes": 1e5}
"""Amount of an arc of :data:`THICK` pixels, the same for all products and years."""
THICK, MOST_THICK = 9.0, 20.0
"""Pixels of an arc of that amount, and of the widest."""


def _totals(rows: Sequence[Mapping[str, Any]], end: str, measure: str) -> list[tuple[str, float]]:
    """Add up the flows of each country at one end, largest first."""
    sums: dict[str, float] = {}
    for row in rows:
        sums[row[end]] = sums.get(row[end], 0.0) + row[measure]
    return sorted(sums.items(), key=lambda item: (-item[1], item[0]))


def _legend(
    answer: Answer, rows: Sequence[Mapping[str, Any]], arcs: Sequence[Mapping[str, Any]],
    measure: str,
) -> str:  # fmt: skip
    """Say what the arcs are of, in which unit, and how much of it they and the weights cover."""
    codes = "+".join(values(answer, "hs"))
    total = sum(row[measure] for row in rows)
    in_arcs = sum(row[measure] for row in arcs)
    texts = [f"Arcs: {'+'.join(values(answer, 'products'))}{f', HS {codes}' if codes else ''}"]
    if total:
        texts[0] += f", {written_amount(in_arcs, measure)} of {written_amount(total, measure)}"
    usd = sum(row["usd"] or 0.0 for row in rows)
    weightless = sum((row["usd"] or 0.0) * (row["missing_tonnes_share"] or 0.0) for row in rows)
    if usd:
        texts.append(f"{percent(weightless / usd)} of the value has no weight")
    unit = "value" if measure == "usd" else "weight"
    amount = written_amount(UNIT_OF_WIDTH[measure], measure)
    return (
        f"{'; '.join(texts)}. Width and bars: by {unit}; widths have one scale for all products "
        f"and years, {amount} is {THICK:g} pixels."
    )
