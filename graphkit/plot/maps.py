"""The world as a part of pictures: its shapes, and countries coloured by a share."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from graphkit.plot.canvas import Plot
from graphkit.plot.drawing import (
    EDGE,
    INK,
    LINE,
    PAPER,
    SHADES,
    SMALL,
    WEST,
    WIDTH,
    name_of,
    point_of,
    shade,
    world,
)


def map_of(width: int) -> dict[str, Any]:
    """Make the world without Antarctica, at the top of a plot."""
    return {
        "map": "world", "roam": False, "silent": True, "left": 8, "right": 8, "top": 0,
        "height": round(width * 0.47),
        "boundingCoords": [[WEST, 80], [WEST + 360, -56]],
        "itemStyle": {"areaColor": LINE, "borderColor": PAPER, "borderWidth": 0.5},
    }  # fmt: skip


def share_map(width: int, shares: Mapping[str, float]) -> Plot:
    """Colour countries by a share from 0 to 1, darker the larger it is, and explain the colours.

    Countries without a share are grey. Places without a shape are points.
    """
    shapes = map_of(width)
    drawn = {shape["properties"]["name"] for shape in world()["shapes"]["features"]}
    shapes["regions"] = [
        {"name": key, "itemStyle": {"areaColor": shade(share)[0]}} for key, share in shares.items()
    ]
    points = [
        {"name": name_of(key), "value": [*point, 100 * share],
         "itemStyle": {"color": shade(share)[0]}}
        for key, share in shares.items() if key not in drawn and (point := point_of(key))
    ]  # fmt: skip
    steps = [round(100 * step / len(SHADES)) for step in range(len(SHADES) + 1)]
    pieces = [
        {
            "gte": low,
            "lt": high,
            "color": colour,
            "label": f"{low} to {high} %" if width >= WIDTH else f"{low}+",
        }
        for (low, high), colour in zip(pairwise(steps), SHADES, strict=True)
    ]
    colours = {
        "type": "piecewise", "orient": "horizontal", "left": EDGE, "top": shapes["height"] + 4,
        "pieces": pieces, "itemWidth": 12, "itemHeight": 10, "itemGap": 8, "padding": 0,
        "selectedMode": False, "dimension": 2, "seriesIndex": 0,
        "textStyle": {"color": INK, "fontSize": SMALL},
    }  # fmt: skip
    series = {
        "type": "scatter", "coordinateSystem": "geo", "name": "places without a shape",
        "silent": True, "symbolSize": 7, "data": points,
        "itemStyle": {"borderColor": PAPER, "borderWidth": 0.5},
    }  # fmt: skip
    return Plot({"geo": shapes, "visualMap": colours, "series": [series]},
                shapes["height"] + 34, width)  # fmt: skip
