"""The network drawing: who depends on whom, and nodes and relationships of any rows.

Nodes with several neighbours stand inside, around the one that most arrows meet or by springs;
those with one stand in columns at the sides, under the name of their group, with the text of their
arrow beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import hypot, inf, sqrt
from typing import Any

from graphkit.plot.canvas import Plot
from graphkit.plot.drawing import EDGE, INK, MUTED, OTHER, PAPER, SMALL, WIDTH, text_width, wrapped

MOST_NODES = 40
"""Nodes of a picture."""
LARGEST, SMALLEST, PLAIN = 44.0, 7.0, 16.0
"""Diameters in pixels: of the node with the most, of the least, and of nodes without amounts."""
WIDEST = 4.5
"""Pixels of the widest arrow."""
ROW, HEAD, LINE_OF_TEXT, ABOVE = 22.0, 24.0, 14.0, 8.0
"""Pixels of a row at the side, of the name of a group, of a line of text, and above all."""
NAME_ROOM = {True: 124.0, False: 98.0}
"""Pixels of names at the side of a wide and of a narrow picture."""
INSIDE = {True: 66.0, False: 58.0}
"""Least pixels between a node at the side and one inside: an arrow's text stands there."""
NO_BRACES = str.maketrans("{}", "()")
"""Braces would be read as a template."""


@dataclass(frozen=True)
class Node:
    """One node of a network."""

    key: str
    name: str
    group: str = ""
    """Name of its place at the side: a region, or a kind."""
    size: float | None = None
    """Amount that the area of its circle shows."""
    colour: str = OTHER
    symbol: str = "circle"
    ringed: bool = False
    about: str = ""
    """Text of its tooltip after the name."""


@dataclass(frozen=True)
class Arrow:
    """One arrow of a network."""

    start: str
    end: str
    text: str
    about: str = ""
    """Text of its tooltip."""
    weight: float = 0.0
    """Width, from 0 to 1."""
    colour: str = OTHER
    dashed: bool = False
    headed: bool = True


@dataclass
class Placement:
    """Places of nodes and texts in pixels, from the top left."""

    width: int
    height: float = 0.0
    points: dict[str, tuple[float, float]] = field(default_factory=dict)
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)
    """Left, top, right and bottom of what has been placed."""
    texts: list[dict[str, Any]] = field(default_factory=list)
    at_side: dict[str, int] = field(default_factory=dict)
    """Direction from each node at a side to the inside: 1 from the left, -1 from the right."""

    def write(
        self, text: str, x: float, y: float, align: str, colour: str = INK, *, bold: bool = False
    ) -> None:
        """Place a text: left, center or right of a point, in the middle of its height."""
        wide = text_width(text, SMALL, bold=bold)
        left = {"left": x, "center": x - wide / 2, "right": x - wide}[align]
        half = LINE_OF_TEXT / 2
        self.boxes.append((left, y - half, left + wide, y + half))
        centre = left + wide / 2
        self.texts.append({
            "value": [round(centre, 1), round(y, 1)],
            "label": {"formatter": text.translate(NO_BRACES), "color": colour,
                      "fontWeight": "bold" if bold else "normal"},
        })  # fmt: skip


def network(nodes: Sequence[Node], arrows: Sequence[Arrow], width: int) -> Plot:
    """Draw nodes and arrows; names and texts of arrows do not overlap.

    Parameters
    ----------
    nodes
        In the order of their columns: groups follow each other as they come.
    arrows
        Between these nodes. Two between the same pair are drawn apart.
    width : int
        Pixels of the picture.

    Examples
    --------
    >>> nodes = [Node(key, key, "Asia", size) for key, size in (("A", 4.0), ("B", 1.0))]
    >>> plot = network(nodes, [Arrow("A", "B", "100 %")], 640)
    >>> [(node["id"], node["symbolSize"]) for node in plot.parts["series"][0]["data"]]
    [('A', 44.0), ('B', 22.0)]
    """
    sizes = diameters(nodes)
    placement = placed(nodes, arrows, sizes, width)
    bends = bends_of(arrows, placement)
    drawn = sorted(zip(arrows, bends, strict=True), key=lambda pair: pair[0].dashed)
    alone = _alone(arrows, placement)
    for arrow, _ in drawn:
        if (side := alone.get(arrow)) is not None:
            _write_beside(placement, arrow, side, sizes[side])
    for arrow, bend in drawn:
        if arrow not in alone:
            _write_on(placement, arrow, bend)
    axis = {"type": "value", "show": False, "min": 0}
    series: list[dict[str, Any]] = [
        {
            "type": "graph", "coordinateSystem": "cartesian2d", "name": "network",
            "edgeSymbol": ["none", "arrow"], "edgeSymbolSize": 7, "z": 2,
            "label": {"show": False}, "tooltip": {"formatter": "{b}"},
            "data": [_circle(node, placement.points[node.key], sizes[node.key]) for node in nodes],
            "links": [_line(arrow, bend) for arrow, bend in zip(arrows, bends, strict=True)],
        },
        {
            "type": "scatter", "name": "texts", "silent": True, "z": 3, "symbolSize": 1,
            "itemStyle": {"color": "transparent"}, "data": placement.texts,
            "label": {"show": True, "position": "inside", "fontSize": SMALL,
                      "textBorderColor": PAPER, "textBorderWidth": 3},
        },
    ]  # fmt: skip
    height = round(placement.height)
    return Plot(
        {
            "grid": {"left": 0, "right": 0, "top": 0, "height": height},
            "xAxis": {**axis, "max": width},
            "yAxis": {**axis, "max": height, "inverse": True},
            "series": series,
        },
        height + 4,
        width,
    )  # fmt: skip


def diameters(nodes: Sequence[Node]) -> dict[str, float]:
    """Give each node a circle whose area is its amount."""
    most = max((node.size or 0.0 for node in nodes), default=0.0)
    return {
        node.key: PLAIN if node.size is None or not most
        else round(max(SMALLEST, LARGEST * sqrt(node.size / most)), 1)
        for node in nodes
    }  # fmt: skip


MOST_BENT, APART = 0.3, 48.0
"""Most that an arrow to a side is bent, and twice the pixels between two of one pair."""


def bends_of(arrows: Sequence[Arrow], placement: Placement) -> list[float]:
    """Bend the arrows between one pair apart, and those to a side so that they arrive level."""
    pairs: dict[frozenset[str], list[int]] = {}
    for place, arrow in enumerate(arrows):
        pairs.setdefault(frozenset((arrow.start, arrow.end)), []).append(place)
    bends = [0.0] * len(arrows)
    for places in pairs.values():
        first = arrows[places[0]]
        start, end = placement.points[first.start], placement.points[first.end]
        step = min(0.16, APART / (hypot(end[0] - start[0], end[1] - start[1]) or 1.0))
        for turn, place in enumerate(places):
            bend = _level(first, placement) + step * (2 * turn - len(places) + 1)
            while (
                abs(bend) > 0.01
                and not 8 < on_curve(start, end, bend, 0.5)[0] < placement.width - 8
            ):
                bend *= 0.7
            # An arrow the other way is bent as seen from its own start.
            bends[place] = bend if arrows[place].start == first.start else -bend
    return bends


def _level(arrow: Arrow, placement: Placement) -> float:
    """Bend an arrow between the inside and a side so that it is level at the side."""
    sides = [end for end in (arrow.start, arrow.end) if end in placement.at_side]
    (x1, y1), (x2, y2) = placement.points[arrow.start], placement.points[arrow.end]
    if len(sides) != 1 or x1 == x2:
        return 0.1 * len(sides)
    bend = (y1 - y2) / (2 * (x2 - x1)) * (1 if sides[0] == arrow.end else -1)
    return max(-MOST_BENT, min(MOST_BENT, bend))


def _alone(arrows: Sequence[Arrow], placement: Placement) -> dict[Arrow, str]:
    """Select the arrows with a side to themselves, which has room for their text."""
    arrows_at: dict[str, list[Arrow]] = {}
    for arrow in arrows:
        for end in {arrow.start, arrow.end} & placement.at_side.keys():
            if not arrow.dashed:
                arrows_at.setdefault(end, []).append(arrow)
    return {some[0]: key for key, some in arrows_at.items() if len(some) == 1}


def placed(
    nodes: Sequence[Node], arrows: Sequence[Arrow], sizes: Mapping[str, float], width: int
) -> Placement:
    """Place the nodes: inside those with several neighbours, the others at the sides."""
    inner = _inside(nodes, arrows)
    outer = [node for node in nodes if node.key not in inner]
    placement = Placement(width)
    wide = width >= WIDTH
    columns = _columns(outer, sizes, 2 if wide and len(outer) > 3 else 1)
    room = NAME_ROOM[wide]
    most = max((sizes[node.key] for node in outer), default=0.0)
    left, right = EDGE + 4.0, width - EDGE - 4.0
    sides = [column for column in columns if column]
    for number, column in enumerate(sides):
        at_left = len(sides) > 1 and number == 0
        x = left + room + most / 2 if at_left else right - room - most / 2
        y = ABOVE
        for name, some in column:
            y = _column(placement, name, some, sizes, x, y, room + most / 2, at_left=at_left)
        placement.height = max(placement.height, y)
        if at_left:
            left = x + most / 2 + INSIDE[wide]
        else:
            right = x - most / 2 - INSIDE[wide]
    core = [node for node in nodes if node.key in inner]
    _place_inside(placement, core, arrows, sizes, left, right)
    return placement


def _inside(nodes: Sequence[Node], arrows: Sequence[Arrow]) -> set[str]:
    """Select the nodes with several neighbours, of a lone pair the first, and those ringed.

    Dashed arrows do not count, so that a node keeps its place when others are expanded.
    """
    neighbours: dict[str, set[str]] = {node.key: set() for node in nodes}
    for arrow in arrows:
        if arrow.start != arrow.end and not arrow.dashed:
            neighbours[arrow.start].add(arrow.end)
            neighbours[arrow.end].add(arrow.start)
    several = {key for key, others in neighbours.items() if len(others) > 1}
    several |= {node.key for node in nodes if node.ringed}
    for node in nodes:
        others = neighbours[node.key]
        if len(others) == 1 and not others & several:
            several.add(node.key)
    return several


def _row(size: float) -> float:
    return max(ROW, size + 6)


def _columns(
    nodes: Sequence[Node], sizes: Mapping[str, float], count: int
) -> list[list[tuple[str, list[Node]]]]:  # fmt: skip
    """Divide nodes by group, in order, into columns that are as equal in height as can be."""
    groups: dict[str, list[Node]] = {}
    for node in nodes:
        groups.setdefault(node.group, []).append(node)
    sections = list(groups.items())
    if count < 2:
        return [sections]
    if len(sections) == 1:
        ((name, some),) = sections
        half = (len(some) + 1) // 2
        return [[(name, some[:half])], [(name, some[half:])]]
    tall = [HEAD + sum(_row(sizes[node.key]) for node in some) for _, some in sections]
    cut = min(range(len(tall) + 1), key=lambda place: abs(sum(tall) / 2 - sum(tall[:place])))
    return [sections[:cut], sections[cut:]]


def _column(
    placement: Placement, name: str, nodes: Sequence[Node], sizes: Mapping[str, float], x: float,
    y: float, room: float, *, at_left: bool,
) -> float:  # fmt: skip
    """Place a group of nodes below each other, with their names outside; return its end."""
    side, away = ("right", -1) if at_left else ("left", 1)
    if name:
        placement.write(name, x, y + HEAD / 2, side, MUTED, bold=True)
        y += HEAD
    for node in nodes:
        size = sizes[node.key]
        centre = y + _row(size) / 2
        placement.points[node.key], placement.at_side[node.key] = (x, centre), -away
        placement.boxes.append((x - size / 2, centre - size / 2, x + size / 2, centre + size / 2))
        text = wrapped(node.name, room - size / 2 - 4, SMALL, lines=1)[0]
        placement.write(text, x + away * (size / 2 + 4), centre, side)
        y += _row(size)
    return y


SETTLED, ROOM = 400, 24
"""Steps in which nodes inside move apart, and pixels between them: a text of an arrow fits."""


def _place_inside(
    placement: Placement, nodes: Sequence[Node], arrows: Sequence[Arrow],
    sizes: Mapping[str, float], left: float, right: float,
) -> None:  # fmt: skip
    """Place nodes by springs between two sides, and move them apart until no names overlap."""
    if not nodes:
        return
    names = {node.key: wrapped(node.name, max(70.0, (right - left) / 2), SMALL, lines=2)
             for node in nodes}  # fmt: skip
    boxes = {
        node.key: (
            max(sizes[node.key], *(text_width(line, SMALL) for line in names[node.key])) + ROOM / 2,
            sizes[node.key] + LINE_OF_TEXT * len(names[node.key]) + ROOM,
        )
        for node in nodes
    }
    area = sum(wide * tall for wide, tall in boxes.values())
    height = max(placement.height - ABOVE, 2.2 * area / (right - left), 120.0)
    positions = around_hub(nodes, arrows) or springs([node.key for node in nodes], arrows)
    points: dict[str, list[float]] = {}
    while not points:
        points = _apart(positions, boxes, left, right, height)
        height *= 1.15
    lowest = 0.0
    for node in nodes:
        (x, y), size, (_, tall) = points[node.key], sizes[node.key], boxes[node.key]
        y += ABOVE
        centre = y - tall / 2 + size / 2 + ROOM / 2 - 2
        placement.points[node.key] = (x, centre)
        placement.boxes.append((x - size / 2, centre - size / 2, x + size / 2, centre + size / 2))
        for number, line in enumerate(names[node.key]):
            below = centre + size / 2 + LINE_OF_TEXT * (number + 0.5) + 2
            placement.write(line, x, below, "center", bold=node.ringed)
        lowest = max(lowest, y + tall / 2)
    placement.height = max(placement.height, lowest + 4)


def around_hub(
    nodes: Sequence[Node], arrows: Sequence[Arrow]
) -> dict[str, tuple[float, float]]:  # fmt: skip
    """Place nodes from 0 to 1 around the one that most arrows meet; empty if fewer than half do.

    The others go down on the left and up on the right of it, in their order.
    """
    counts = {node.key: 0 for node in nodes}
    solid = [arrow for arrow in arrows if not arrow.dashed]
    for arrow in solid:
        for end in (arrow.start, arrow.end):
            if end in counts:
                counts[end] += 1
    hub = max(counts, key=lambda key: counts[key])
    if counts[hub] < len(solid) / 2:
        return {}
    others = [node.key for node in nodes if node.key != hub]
    half = (len(others) + 1) // 2
    positions = {hub: (0.5, 0.5)}
    for x, lane in ((0.2, others[:half]), (0.8, others[half:][::-1])):
        for place, key in enumerate(lane):
            y = place / (len(lane) - 1) if len(lane) > 1 else float(x < 0.5)
            positions[key] = (x, y)
    return positions


def springs(keys: Sequence[str], arrows: Sequence[Arrow]) -> dict[str, tuple[float, float]]:
    """Place nodes from 0 to 1 so that those close to each other are few steps apart.

    By Kamada and Kawai (1989) from a circle, so that equal networks are placed equally.
    """
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(keys)
    graph.add_edges_from(
        (arrow.start, arrow.end) for arrow in arrows if {arrow.start, arrow.end} <= {*keys}
    )
    steps = dict(nx.all_pairs_shortest_path_length(graph))
    far = 1 + max(max(row.values()) for row in steps.values())
    distances = {one: {other: steps[one].get(other, far) for other in keys} for one in keys}
    points = nx.kamada_kawai_layout(graph, dist=distances) if len(keys) > 1 else {keys[0]: (0, 0)}
    positions: dict[str, list[float]] = {key: [] for key in keys}
    for axis in (0, 1):
        # The order along each axis is kept, and the steps are made equal: the frame is filled.
        order = sorted(keys, key=lambda key: (round(float(points[key][axis]), 6), key))
        for place, key in enumerate(order):
            positions[key].append(place / (len(keys) - 1) if len(keys) > 1 else 0.5)
    return {key: (x, y) for key, (x, y) in positions.items()}


def _apart(
    positions: Mapping[str, tuple[float, float]], boxes: Mapping[str, tuple[float, float]],
    left: float, right: float, height: float,
) -> dict[str, list[float]]:  # fmt: skip
    """Move boxes apart within a frame; empty if they still overlap after many steps."""
    points = {
        key: [left + x * (right - left), y * height] for key, (x, y) in sorted(positions.items())
    }
    keys = list(points)
    for step in range(SETTLED):
        for key, (wide, tall) in boxes.items():
            x, y = points[key]
            points[key] = [
                min(max(x, left + wide / 2), max(right - wide / 2, left + wide / 2)),
                min(max(y, tall / 2), height - tall / 2),
            ]
        moved = False
        for number, one in enumerate(keys):
            for other in keys[number + 1 :]:
                gap = [points[other][axis] - points[one][axis] for axis in (0, 1)]
                need = [(boxes[one][axis] + boxes[other][axis]) / 2 for axis in (0, 1)]
                lack = [need[axis] - abs(gap[axis]) for axis in (0, 1)]
                if min(lack) <= 0.5:
                    continue
                # In the end only up and down, which always settles in a frame that is high enough.
                axis = 0 if lack[0] < lack[1] and step < SETTLED / 2 else 1
                push = (lack[axis] / 2 + 0.3) * (1 if gap[axis] >= 0 else -1)
                points[one][axis] -= push
                points[other][axis] += push
                moved = True
        if not moved:
            return points
    return {}


MOST_TEXT = {True: 128.0, False: 96.0}
"""Pixels of the text of an arrow in a wide and in a narrow picture."""


def _text_of(arrow: Arrow, placement: Placement) -> str:
    return wrapped(arrow.text, MOST_TEXT[placement.width >= WIDTH], SMALL, lines=1)[0]


def _write_beside(placement: Placement, arrow: Arrow, side: str, size: float) -> None:
    """Write the text of an arrow beside its node at the side, where the arrow is level."""
    x, y = placement.points[side]
    inward = placement.at_side[side]
    align = "left" if inward > 0 else "right"
    placement.write(_text_of(arrow, placement), x + inward * (size / 2 + 11), y, align, MUTED)


def _write_on(placement: Placement, arrow: Arrow, bend: float) -> None:
    """Write the text of an arrow on it, where it overlaps the least."""
    if not arrow.text or arrow.start == arrow.end:
        return
    start, end = placement.points[arrow.start], placement.points[arrow.end]
    text = _text_of(arrow, placement)
    wide = text_width(text, SMALL) + 4
    best, least = (0.0, 0.0), inf
    for x, y in _on_or_beside(start, end, bend, wide):
        box = (x - wide / 2, y - LINE_OF_TEXT / 2, x + wide / 2, y + LINE_OF_TEXT / 2)
        if box[0] < 0 or box[1] < 0 or box[2] > placement.width or box[3] > placement.height:
            continue
        over = sum(_overlap(box, other) for other in placement.boxes)
        if over < least:
            best, least = (x, y), over
        if not over:
            break
    if least < inf:
        placement.write(text, *best, "center", MUTED)


def _on_or_beside(
    start: tuple[float, float], end: tuple[float, float], bend: float, wide: float
) -> Iterator[tuple[float, float]]:  # fmt: skip
    """Yield places for a text: on an arrow, those near its end first, then close beside it."""
    long = hypot(end[0] - start[0], end[1] - start[1]) or 1.0
    nearest = min(0.5, (wide / 2 + 20) / long)
    on = [
        on_curve(start, end, bend, 1 - nearest - step * (1 - 2 * nearest) / 48)
        for step in range(49)
    ]
    yield from on
    for away in (1, 2, 3):
        yield from ((x + side * (away * wide / 2 + 3), y) for x, y in on for side in (1, -1))
        yield from ((x, y + side * away * LINE_OF_TEXT) for x, y in on for side in (1, -1))


def on_curve(
    start: tuple[float, float], end: tuple[float, float], bend: float, along: float
) -> tuple[float, float]:
    """Return the point of a bent line at a part of its length, as ECharts bends it."""
    (x1, y1), (x2, y2) = start, end
    middle = (x1 + x2) / 2 - (y1 - y2) * bend, (y1 + y2) / 2 - (x2 - x1) * bend
    a, b, c = (1 - along) ** 2, 2 * along * (1 - along), along**2
    return a * x1 + b * middle[0] + c * x2, a * y1 + b * middle[1] + c * y2


def _overlap(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, wide) * max(0.0, tall)


def _circle(node: Node, point: tuple[float, float], size: float) -> dict[str, Any]:
    ring = {"borderColor": INK, "borderWidth": 2.5} if node.ringed else {
        "borderColor": PAPER, "borderWidth": 1}  # fmt: skip
    about = f"{node.name}: {node.about}" if node.about else node.name
    return {
        "id": node.key, "name": about.translate(NO_BRACES), "symbol": node.symbol,
        "value": [round(point[0], 1), round(point[1], 1)], "symbolSize": size,
        "itemStyle": {"color": node.colour, **ring},
    }  # fmt: skip


def _line(arrow: Arrow, bend: float) -> dict[str, Any]:
    return {
        "source": arrow.start, "target": arrow.end, "name": arrow.about.translate(NO_BRACES),
        "value": arrow.text, "symbol": ["none", "arrow" if arrow.headed else "none"],
        "tooltip": {"formatter": (arrow.about or arrow.text).translate(NO_BRACES)},
        "lineStyle": {
            "color": arrow.colour, "opacity": 0.5, "curveness": round(bend, 2),
            "width": round(max(1.0, WIDEST * sqrt(arrow.weight)), 2),
            "type": "dashed" if arrow.dashed else "solid",
        },
    }  # fmt: skip
