"""Pictures of mines and plants."""

from __future__ import annotations

from math import sqrt
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.plot.canvas import Framed, Layout, Plot, empty, framed
from graphkit.plot.drawing import FIRST, INK, OTHER, PAPER, SMALL, WEST, WIDTH, eastward
from graphkit.plot.maps import map_of
from graphkit.questions.markets.centrality_picture import NO_BRACES
from graphkit.questions.plants.capacity_coverage import is_enough

LARGEST, SMALLEST, NAMED = 26.0, 4.0, 6
"""Pixels of the largest circle and of a point without a capacity, and plants that are named."""
MARGIN, LEAST = 1.3, 4.0
"""Part by which a map is wider than the places on it, and its least height in degrees."""


def plants(answer: Answer, layout: Layout) -> Framed:
    """Draw the plants on a map, the area of a circle by tonnes of the first product and basis.

    Where less than half of what is made there is known, all are points.
    """
    rows = answer.rows.to_pylist()
    placed = [row for row in rows if row["latitude"] is not None and row["longitude"] is not None]
    if not placed:
        return empty(answer, "no plant has a place", layout.width)
    first = next(((r["product"], r["basis"]) for r in rows if r["tonnes"] is not None), None)
    measured = [
        row for row in placed
        if row["tonnes"] and (row["product"], row["basis"]) == first
        and is_enough(row["coverage_low"])
    ]  # fmt: skip
    most = max((row["tonnes"] for row in measured), default=1.0)
    scale, places = sqrt(layout.width / WIDTH), {row["plant"] for row in measured}
    series = [
        {
            "type": "scatter", "coordinateSystem": "geo", "name": "capacity not compared",
            "itemStyle": {"color": OTHER, "opacity": 0.8, "borderColor": PAPER, "borderWidth": 0.5},
            "symbolSize": SMALLEST,
            "data": [
                {"name": row["name"], "value": [eastward(row["longitude"]), row["latitude"]]}
                for row in placed if row["plant"] not in places
            ],
        },
        {
            "type": "scatter", "coordinateSystem": "geo", "name": "capacity",
            "itemStyle": {"color": FIRST, "opacity": 0.7, "borderColor": PAPER, "borderWidth": 1},
            "data": [_circle(row, most, scale, named=n < NAMED) for n, row in enumerate(measured)],
            "labelLayout": {"hideOverlap": True, "moveOverlap": "shiftY"},
        },
    ]  # fmt: skip
    shapes = map_of(layout.width)
    shapes |= {"boundingCoords": _bounds(placed, layout.width / shapes["height"]), "clip": True}
    note = f"{len({row['plant'] for row in placed}):,} plants with a place."
    if measured and first:
        basis = f", counting {first[1]}" if first[1] else ", of a basis that is not stated"
        note += f" Area of a circle: tonnes a year of {first[0]}{basis}; largest {most:,.0f} t."
    elif first:
        note += " No sizes: less than half of what is made is known as capacity."
    parts: dict[str, Any] = {"geo": shapes, "series": series}
    plot = Plot(parts, shapes["height"] + 12, layout.width)
    return framed(answer, plot, drawn=len(placed), note=note, world=True)


def _circle(row: dict[str, Any], most: float, scale: float, *, named: bool) -> dict[str, Any]:
    """Make the circle of a capacity."""
    size = max(SMALLEST, scale * LARGEST * sqrt(row["tonnes"] / most))
    label = {
        "show": named, "formatter": row["name"].translate(NO_BRACES)[:40], "position": "right",
        "color": INK, "fontSize": SMALL - 1, "textBorderColor": PAPER, "textBorderWidth": 2,
    }  # fmt: skip
    value = [eastward(row["longitude"]), row["latitude"], row["tonnes"]]
    return {"name": row["name"], "value": value, "symbolSize": round(size, 1), "label": label}


def _bounds(rows: list[dict[str, Any]], ratio: float) -> list[list[float]]:
    """Return the corners of a map that shows all plants: the north-west, then the south-east."""
    east = [eastward(row["longitude"]) for row in rows]
    north = [row["latitude"] for row in rows]
    height = max(MARGIN * (max(north) - min(north)), MARGIN * (max(east) - min(east)) / ratio)
    height = min(136.0, max(LEAST, height))
    wide = min(360.0, height * ratio)
    middle, centre = (max(east) + min(east)) / 2, (max(north) + min(north)) / 2
    west = min(max(WEST, middle - wide / 2), WEST + 360 - wide)
    top = max(min(80.0, centre + height / 2), -56.0 + height)
    return [[round(west, 2), round(top, 2)], [round(west + wide, 2), round(top - height, 2)]]
