"""Bands from the makers of one stage to those of the next, as components of an option."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graphkit.answer import percent
from graphkit.plot.canvas import Plot
from graphkit.plot.charts import HATCH
from graphkit.plot.paper import EDGE, INK, MUTED, OTHER, PAPER, SMALL, WIDTH, colour_of, name_of

LEAST, OTHERS = 0.03, "others"
"""Share from which on a maker has a node of its own, and the name of the rest."""
NO_DATA = ("unknown", "untraceable")
HEIGHT, LINE_OF_HEADS, ROOM, CODE = 300, 17, 96, 36
"""Pixels of the bands, of a line of stages above them, and right of them for names or codes."""
TALL = 0.12
"""Share from which on a node has room for its range below its name."""

Row = Mapping[str, Any]
"""Row of an answer: the ``share`` that an origin made at a stage, from ``low`` to ``high``."""


def makers_by_stage(width: int, links: Iterable[Row], traced: Iterable[Row]) -> Plot:
    """Draw the links between the makers of two stages in a row, first stage at the left.

    The range of an origin, of the rows ``traced``, stands below its name where there is room, and
    in the tooltips of its node and bands.

    A narrow picture has codes of countries, ``?`` for the unknown, and stages in turn on two lines.
    """
    narrow = width < WIDTH
    room = CODE if narrow else ROOM
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
    known = {
        (stages.index(row["traced_to"]), row["origin"]): row
        for row in traced if row["traced_to"] in stages
    }  # fmt: skip
    told = {(place, maker): _told(stages[place], maker, known.get((place, maker)))
            for place, maker in nodes if place < len(stages)}  # fmt: skip
    step = (width - 2 * EDGE - room) / len(stages)
    lines = 3 if narrow else 1
    top = lines * LINE_OF_HEADS + 9
    return Plot(
        {
            "title": [
                {"text": stage, **side, "top": LINE_OF_HEADS * line, "padding": 0,
                 "textStyle": {"fontSize": SMALL, "color": MUTED, "fontWeight": "normal"}}
                for stage, side, line in [
                    *((s, {"left": round(EDGE + step * n)}, lines - 1 - n % 2 if narrow else 0)
                      for n, s in enumerate(stages)),
                    (f"imports of {rows[0]['product']}", {"right": EDGE}, 0),
                ]
            ],
            "series": [{
                "type": "sankey", "name": "share of the imports", "left": EDGE,
                "right": EDGE + room,
                "top": top, "height": HEIGHT, "nodeWidth": 12, "nodeGap": 9, "draggable": False,
                "layoutIterations": 32, "emphasis": {"disabled": True},
                "label": {"color": INK, "fontSize": SMALL, "textBorderColor": PAPER,
                          "textBorderWidth": 2},
                "lineStyle": {"color": "source", "opacity": 0.35, "curveness": 0.5},
                "data": [
                    {**_node(*end, known.get(end), named=not narrow),
                     "tooltip": {"formatter": _plain(told.get(end, name_of(end[1])))}}
                    for end in nodes
                ],
                "links": [
                    {"source": _key(*source), "target": _key(*target), "value": 100 * share,
                     "tooltip": {"formatter": _plain(
                         f"{percent(share)} of the imports, as traced\n{told[source]}\n"
                         f"to {told.get(target, name_of(target[1]))}")}}
                    for (source, target), share in sorted(bands.items())
                ],
            }],
        },
        HEIGHT + top + 18,
        width,
    )  # fmt: skip


def _key(place: int, maker: str) -> str:
    return f"{place} {maker}"


def _told(stage: str, maker: str, row: Row | None) -> str:
    """State what a maker made at a stage, with its range."""
    named = f"{stage}: {name_of(maker)}"
    if row is None:
        return named
    named = f"{named} {percent(row['share'])}"
    if row["low"] is None:
        return named
    return f"{named}, at least {percent(row['low'])}, at most {percent(row['high'])}"


def _plain(text: str) -> str:
    """Replace braces, which would be read as a template."""
    return text.replace("{", "(").replace("}", ")")


def _node(place: int, maker: str, row: Row | None, *, named: bool) -> dict[str, Any]:
    text = name_of(maker) if named else "?" if maker in NO_DATA else maker
    if named and row is not None and row["low"] is not None and row["share"] >= TALL:
        text = f"{text}\n{100 * row['low']:.1f} to {percent(row['high'])}"
    style: dict[str, Any] = {"color": colour_of(maker), "borderWidth": 0}
    if maker in NO_DATA:
        style = {**style, "color": OTHER, "decal": HATCH}
    return {
        "name": _key(place, maker), "depth": place, "itemStyle": style,
        "label": {"formatter": _plain(text), "lineHeight": 15},
    }  # fmt: skip
