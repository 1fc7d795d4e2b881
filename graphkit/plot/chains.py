"""Bands from the makers of one stage to those of the next, as components of an option."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graphkit.plot.canvas import Plot
from graphkit.plot.charts import HATCH
from graphkit.plot.paper import EDGE, INK, MUTED, OTHER, PAPER, SMALL, WIDTH, colour_of, name_of

LEAST, OTHERS = 0.03, "others"
"""Share from which on a maker has a node of its own, and the name of the rest."""
NO_DATA = ("unknown", "untraceable")
HEIGHT, HEAD, ROOM = 300, 26, 96
"""Pixels of the bands, above them for the stages, and right of them for the last names."""


def makers_by_stage(links: Iterable[Mapping[str, Any]]) -> Plot:
    """Draw the links between the makers of two stages in a row, first stage at the left."""
    rows = list(links)
    stages = list(dict.fromkeys(row["stage"] for row in reversed(rows)))
    made: dict[tuple[str, str], float] = {}
    for row in rows:
        made[row["stage"], row["maker"]] = made.get((row["stage"], row["maker"]), 0) + row["share"]

    def node(stage: str, maker: str) -> tuple[int, str]:
        if not stage:
            return len(stages), maker
        small = made.get((stage, maker), 0) < LEAST and maker not in NO_DATA
        return stages.index(stage), OTHERS if small else maker

    bands: dict[tuple[tuple[int, str], tuple[int, str]], float] = {}
    for row in rows:
        ends = node(row["stage"], row["maker"]), node(row["next_stage"], row["next_maker"])
        bands[ends] = bands.get(ends, 0.0) + row["share"]
    nodes = sorted({end for ends in bands for end in ends})
    step = (WIDTH - 2 * EDGE - ROOM) / len(stages)
    return Plot(
        {
            "title": [
                {"text": stage, **side, "top": 0, "padding": 0,
                 "textStyle": {"fontSize": SMALL, "color": MUTED, "fontWeight": "normal"}}
                for stage, side in [
                    *((s, {"left": round(EDGE + step * n)}) for n, s in enumerate(stages)),
                    (f"imports of {rows[0]['product']}", {"right": EDGE}),
                ]
            ],
            "series": [{
                "type": "sankey", "name": "share of the imports", "left": EDGE,
                "right": EDGE + ROOM,
                "top": HEAD, "height": HEIGHT, "nodeWidth": 12, "nodeGap": 9, "draggable": False,
                "layoutIterations": 32, "emphasis": {"disabled": True},
                "label": {"color": INK, "fontSize": SMALL, "textBorderColor": PAPER,
                          "textBorderWidth": 2},
                "lineStyle": {"color": "source", "opacity": 0.35, "curveness": 0.5},
                "data": [_node(place, maker) for place, maker in nodes],
                "links": [
                    {"source": _key(*source), "target": _key(*target), "value": 100 * share}
                    for (source, target), share in sorted(bands.items())
                ],
            }],
        },
        HEIGHT + HEAD + 18,
    )  # fmt: skip


def _key(place: int, maker: str) -> str:
    return f"{place} {maker}"


def _node(place: int, maker: str) -> dict[str, Any]:
    style: dict[str, Any] = {"color": colour_of(maker), "borderWidth": 0}
    if maker in NO_DATA:
        style = {**style, "color": OTHER, "decal": HATCH}
    return {
        "name": _key(place, maker), "depth": place, "itemStyle": style,
        # Braces would be read as a template.
        "label": {"formatter": name_of(maker).replace("{", "(").replace("}", ")")},
    }  # fmt: skip
