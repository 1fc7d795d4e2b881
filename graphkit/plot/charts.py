"""Plots as components of an option: rows along one axis, lines, and bands of chains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from math import ceil, floor, inf, log10
from typing import Any

from graphkit.answers.figures import percent
from graphkit.plot.canvas import Axis, Plot, lines_at
from graphkit.plot.drawing import (
    EDGE,
    INK,
    LEADING,
    LINE,
    MUTED,
    OTHER,
    PAPER,
    SMALL,
    TEXT,
    WIDTH,
    colour_of,
    ink_on,
    name_of,
    text_width,
    wrapped,
)

LABEL = 210
"""Most pixels that the labels of rows take."""
UNDER = 42
"""Pixels below a plot for the numbers and the name of its axis."""
HATCH = {"symbol": "rect", "dashArrayX": [1, 0], "dashArrayY": [3, 3], "rotation": -0.7854,
         "color": "rgba(255,255,255,0.75)"}  # fmt: skip
"""Stripes across a bar: what is unknown."""


@dataclass(frozen=True)
class Bars:
    """One bar in every row, or one part of a stacked bar."""

    name: str
    values: Sequence[float | None]
    colours: Sequence[str]
    filled: bool = True
    """False for a pale bar with an outline, told apart without its colour."""
    hatched: bool = False
    stack: str = ""
    inside: bool = False
    """Write numbers inside the bar, where they fit."""

    def style(self, colour: str) -> dict[str, Any]:
        """Return the style of a bar of a colour."""
        if not self.filled:
            return {"color": f"{colour}40", "borderColor": colour, "borderWidth": 1.2}
        return {"color": colour, **({"decal": HATCH} if self.hatched else {})}


@dataclass(frozen=True)
class Span:
    """A band of a row from one value to another."""

    row: int
    low: float
    high: float
    colour: str
    dashed: bool = False


@dataclass(frozen=True)
class Marks:
    """Points on the rows, such as published figures."""

    name: str
    points: Sequence[tuple[int, float]]
    """Row and value of each point."""
    symbol: str = "diamond"
    colour: str = INK
    numbers: bool = False
    size: int | tuple[int, int] = 11
    colours: Sequence[str] = ()
    """Colour of each point, where they differ."""
    filled: bool = True
    """False for a ring, told apart without its colour."""

    def style(self, colour: str) -> dict[str, Any]:
        """Return the style of a point of a colour."""
        if not self.filled:
            return {"color": PAPER, "borderColor": colour, "borderWidth": 2.5, "opacity": 1}
        return {"color": colour, "borderColor": PAPER, "borderWidth": 1, "opacity": 1}


def labelled_rows(
    width: int, labels: Sequence[str], axis: Axis, *,
    bars: Sequence[Bars] = (), marks: Sequence[Marks] = (),
    spans: Sequence[Span] = (), ranges: Sequence[tuple[int, float, float]] = (),
    numbers: Sequence[str] = (),
    beside_range: bool = False, thickness: int = 15,
) -> Plot:  # fmt: skip
    """Draw labelled rows from top to bottom, with bars, ranges and marks along one axis.

    On a narrow picture, labels and numbers stand above their bars instead of beside them.

    Parameters
    ----------
    width : int
        Pixels of the picture.
    labels
        Name of each row; long ones are wrapped.
    axis
        Numbers of the bars, ranges and marks.
    bars
        Bars of every row, beside each other or, with one ``stack``, behind each other.
    marks
        Points on the rows.
    spans
        Bands from one value to another, without ends.
    ranges
        Row, least and most of thin lines with ends.
    numbers
        Text at the right end of each row.
    beside_range : bool
        Write the number of a bar at the end of the plot, where no range crosses it.
    thickness : int
        Pixels of each bar.
    """
    if beside_range:
        numbers = [_number(bars, row, axis) for row in range(len(labels))]
    above = width < WIDTH
    ranges, numbers, note = _telling(ranges, numbers or [""] * len(labels), axis, above=above)
    numbers = numbers if any(numbers) else ()
    numbered = max(
        (text_width(line, SMALL) + 14 for text in numbers for line in text.split("\n")), default=0.0
    )
    space = width - 2 * EDGE - numbered if above else LABEL
    texts = [wrapped(label, space, TEXT, lines=5) for label in labels]
    head = max(map(len, texts), default=1) * TEXT * LEADING
    bars_per_row = len(dict.fromkeys(part.stack or part.name for part in bars)) or 1
    heights = [mark.size if isinstance(mark.size, int) else mark.size[1] for mark in marks]
    bar = max([bars_per_row * (thickness + 3), *heights])
    top = 18 if axis.lines else 4
    outside = any(not part.inside for part in bars) or any(mark.numbers for mark in marks)
    if above:
        left, right = float(EDGE), float(EDGE + (10 if numbers or not outside else 48))
        step = bar + head + 8
        # A label ends where its bar begins, and the first one has no bar above it.
        place = {"inside": True, "margin": 0, "verticalAlign": "bottom",
                 "padding": [0, 0, round(bar / 2) + 1, 0],
                 "textBorderColor": PAPER, "textBorderWidth": 3}  # fmt: skip
        top += max(0, round(head / 2) - 2)
    else:
        left = max((text_width(line) for lines in texts for line in lines), default=0) + EDGE + 10
        right = max(EDGE + 52, EDGE + numbered)
        beside = max((text.count("\n") + 1 for text in numbers), default=1) * TEXT * LEADING
        step, place = max(bar + 9, head + 8, beside + 4), {"margin": 8}
    body = max(1, len(labels)) * step
    axis = replace(axis, length=width - round(left) - round(right))
    # A number does not stand below a mark, nor on the line of a range.
    ends = [point for mark in marks for point in mark.points]
    ends += [(row, high) for row, _, high in ranges]
    series = [
        *(_bars(part, axis, thickness, ends, labelled=not numbers) for part in bars),
        *(_span(span, axis) for span in spans),
        *_ranges(ranges, axis),
        *(_marks(mark, axis) for mark in marks),
    ]
    if axis.lines and series:
        # Lines of a narrow picture pass behind the labels, and are named above the first one.
        behind = {"z": -1} if above else {}
        series[0] = {**series[0], "markLine": {**lines_at(axis, distance=top - 12), **behind}}
    label_axes = _label_axes(texts, numbers, place, above=above)
    return Plot(
        {
            "grid": {
                "left": round(left), "right": round(right), "top": top, "height": round(body),
            },
            "xAxis": axis.option,
            "yAxis": label_axes if numbers else label_axes[0],
            "series": series,
        },
        round(body) + top + UNDER + round((axis.option["name"].count("\n")) * SMALL * LEADING),
        width, note,
    )  # fmt: skip


TELLING = 0.97
"""Width from which a range of a share tells nothing."""
NOT_PUBLISHED = "not published"


def tells(low: float, high: float) -> bool:
    """Tell whether a range of a share leaves anything out.

    >>> tells(0.2, 0.9), tells(0.0, 1.0)
    (True, False)
    """
    return high - low <= TELLING


def _telling(
    ranges: Sequence[tuple[int, float, float]], numbers: Sequence[str], axis: Axis, *, above: bool
) -> tuple[Sequence[tuple[int, float, float]], Sequence[str], str]:
    """Put words in place of the ranges of shares that leave nothing out, and say what they mean."""
    if axis.unit != "%":
        return ranges, numbers, ""
    telling = [(row, low, high) for row, low, high in ranges if tells(low, high)]
    untold = {row for row, low, high in ranges if not tells(low, high)}
    numbers = [
        (", " if above else ",\n").join(
            filter(None, (number, NOT_PUBLISHED if row in untold else ""))
        )
        for row, number in enumerate(numbers)
    ]
    note = "Anything from 0 to 100 % is possible where it is not published." if untold else ""
    return telling, numbers, note


def _label_axes(
    texts: Sequence[Sequence[str]], numbers: Sequence[str], place: Mapping[str, Any], *, above: bool
) -> list[dict[str, Any]]:
    """Make the axes of the labels of rows, and of the numbers at their right ends."""
    label_axis = {
        "type": "category", "inverse": True, "data": ["\n".join(lines) for lines in texts],
        "axisLabel": {"color": INK, "fontSize": TEXT, "interval": 0,
                      "lineHeight": round(TEXT * LEADING), **place},
        "axisTick": {"show": False},
        "axisLine": {"lineStyle": {"color": LINE}, **({"onZero": False} if above else {})},
    }  # fmt: skip
    number_axis = {
        **label_axis, "position": "right", "data": list(numbers), "axisLine": {"show": False},
        # A mark at the end of the axis does not touch the number.
        "axisLabel": {"color": INK, "fontSize": SMALL, "interval": 0, **place,
                      **({} if above else {"margin": 12})},
    }  # fmt: skip
    return [label_axis, number_axis]


def _number(bars: Sequence[Bars], row: int, axis: Axis) -> str:
    """Write the number of the bar that a row has."""
    values = (bar.values[row] for bar in bars)
    return next((axis.text(value) for value in values if value is not None), "")


def _bars(
    bars: Bars, axis: Axis, thickness: int, ends: Sequence[tuple[int, float]], *, labelled: bool
) -> dict[str, Any]:
    data = []
    for row, (value, colour) in enumerate(zip(bars.values, bars.colours, strict=True)):
        item: dict[str, Any] = {"value": axis.scaled(value), "itemStyle": bars.style(colour)}
        if value is not None and labelled:
            text = axis.text(value)
            space = abs(value) / (axis.most or 1) * axis.length
            fits = not bars.inside or text_width(text, SMALL - 1) <= space
            item["label"] = {"show": fits, "formatter": text}
            pixels = axis.length / (axis.most or 1)
            ahead = [
                pixels * (point - value) for place, point in ends
                if place == row and -8 < pixels * (point - value) < text_width(text, SMALL) + 14
            ]  # fmt: skip
            if ahead and not bars.inside:
                item["label"]["distance"] = round(max(ahead)) + 10
            if bars.inside:
                item["label"]["color"] = ink_on(colour) if bars.filled else INK
        data.append(item)
    label = {"show": labelled, "position": "right", "color": INK, "fontSize": SMALL, "distance": 8}
    if bars.inside:
        label = {**label, "position": "inside", "fontSize": SMALL - 1}
    # The legend has no country's colour where several have a bar.
    colours = {c for v, c in zip(bars.values, bars.colours, strict=True) if v is not None}
    sample = colours.pop() if len(colours) == 1 else OTHER
    return {
        "type": "bar", "name": bars.name, "data": data, "label": label, "barWidth": thickness,
        "barGap": "20%", "itemStyle": bars.style(sample),
        **({"stack": bars.stack} if bars.stack else {}),
    }  # fmt: skip


def _span(span: Span, axis: Axis) -> dict[str, Any]:
    points = [[axis.scaled(value), span.row] for value in (span.low, span.high)]
    return {
        "type": "lines", "coordinateSystem": "cartesian2d", "name": "span", "silent": True, "z": 3,
        "lineStyle": {"color": span.colour, "width": 5, "opacity": 0.55,
                      "type": [5, 5] if span.dashed else "solid"},
        "data": [{"coords": points}],
    }  # fmt: skip


def _ranges(ranges: Sequence[tuple[int, float, float]], axis: Axis) -> list[dict[str, Any]]:
    """Draw each range as a line between two short ends."""
    if not ranges:
        return []
    scaled = [(row, axis.scaled(low), axis.scaled(high)) for row, low, high in ranges]
    points = [[value, row] for row, low, high in scaled for value in (low, high)]
    return [
        {
            "type": "lines", "coordinateSystem": "cartesian2d", "name": "range", "z": 4,
            "silent": True, "lineStyle": {"color": INK, "width": 1.4, "opacity": 1},
            "data": [{"coords": [[low, row], [high, row]]} for row, low, high in scaled],
        },
        {
            "type": "scatter", "name": "range ends", "data": points, "symbol": "rect", "z": 4,
            "silent": True, "symbolSize": [1.6, 11], "itemStyle": {"color": INK},
        },
    ]  # fmt: skip


def _marks(marks: Marks, axis: Axis) -> dict[str, Any]:
    data = []
    colours = marks.colours or [marks.colour] * len(marks.points)
    for (row, value), colour in zip(marks.points, colours, strict=True):
        item: dict[str, Any] = {"value": [axis.scaled(value), row]}
        if marks.colours:
            item["itemStyle"] = marks.style(colour)
        if marks.numbers:
            item["label"] = {"show": True, "formatter": axis.text(value)}
        data.append(item)
    return {
        "type": "scatter", "name": marks.name, "data": data, "symbol": marks.symbol, "z": 5,
        "symbolSize": marks.size,
        "itemStyle": marks.style(OTHER if marks.colours else marks.colour),
        "label": {"position": "right", "color": INK, "fontSize": SMALL},
    }  # fmt: skip


def lines_over(
    width: int, periods: Sequence[str], lines: Mapping[str, Sequence[float | None]], axis: Axis,
    colours: Mapping[str, str], *, height: int = 260, numbered: bool = False,
) -> Plot:  # fmt: skip
    """Draw one line a name over periods, named at its last value.

    Parameters
    ----------
    width : int
        Pixels of the picture.
    periods
        Names of the periods, oldest first.
    lines
        Values of each line in every period; None leaves a gap.
    axis
        Numbers of the values.
    colours
        Colour of each line. Lines differ by their dashes too.
    numbered : bool
        Number the lines, and name them below the plot: for names that take much of the width.
    """
    numbered = numbered or max((text_width(name, SMALL) for name in lines), default=0) > width / 3
    known = [v for values in lines.values() for v in values if v is not None]
    if axis.logarithmic:
        limits = [10.0 ** floor(log10(min(known))), 10.0 ** ceil(log10(max(known)))]
    else:
        limits = [0.0, round_up(max([*known, *axis.lines.values(), 0.0]))]
    axis = replace(axis, least=limits[0], most=limits[1], length=width - 2 * EDGE)
    tags = {name: str(i) if numbered else name for i, name in enumerate(lines, 1)}
    right = max((text_width(tag, SMALL) for tag in tags.values()), default=0) + 14
    left = max(46.0, text_width(f"{limits[1]:,.0f}", SMALL) + 10)
    shifts = _label_shifts(lines, axis, height)
    series, key, key_height = [], [], 0.0
    for (name, values), dashes in zip(lines.items(), cycle(DASHES), strict=False):
        colour = colours[name]
        text = wrapped(f"{tags[name]}  {name}", width - 2 * EDGE - 40, SMALL, lines=3)
        series.append({
            "type": "line", "name": "\n".join(text) if numbered else name, "symbol": "circle",
            "data": _points(values, axis, shifts[name]), "symbolSize": 5,
            "showAllSymbol": True, "itemStyle": {"color": colour},
            "lineStyle": {"color": colour, "width": 2, "type": dashes},
            "label": {"show": False, "position": "right", "color": INK,
                      "formatter": tags[name] if numbered else "{a}",
                      "fontSize": SMALL, "distance": 6},
        })  # fmt: skip
        key.append(series[-1]["name"])
        key_height += len(text) * SMALL * LEADING + 6
    if axis.lines and series:
        series[0]["markLine"] = lines_at(axis, across="yAxis")
    value_axis = axis.option
    value_axis |= {
        "nameLocation": "end", "nameGap": 10,
        "nameTextStyle": {**value_axis["nameTextStyle"], "align": "left", "verticalAlign": "bottom",
                          "padding": [0, 0, 0, -round(left)]},
    }  # fmt: skip
    top = 26 + round(value_axis["name"].count("\n") * SMALL * LEADING)
    grid = {"left": round(EDGE + left), "right": round(right) + EDGE, "top": top, "height": height}
    legend = {
        "orient": "vertical", "left": EDGE, "top": top + height + 34, "padding": 0, "itemGap": 6,
        "itemWidth": 30, "itemHeight": 8, "data": key, "selectedMode": False,
        "textStyle": {"fontSize": SMALL, "color": INK, "lineHeight": round(SMALL * LEADING)},
    }  # fmt: skip
    return Plot(
        {
            **({"legend": legend} if numbered else {}),
            "grid": grid,
            "xAxis": {
                "type": "category", "data": list(periods), "boundaryGap": len(periods) == 1,
                "axisLabel": {"color": MUTED, "fontSize": SMALL, "hideOverlap": True},
                "axisTick": {"show": False}, "axisLine": {"lineStyle": {"color": LINE}},
            },
            "yAxis": value_axis,
            "series": series,
        },
        top + height + 26 + (round(key_height) + 16 if numbered else 0),
        width,
    )  # fmt: skip


def round_up(value: float) -> float:
    """Return the next number that an axis may end at.

    >>> round_up(0.38), round_up(5700), round_up(0)
    (0.4, 6000.0, 1.0)
    """
    if value <= 0:
        return 1.0
    size = 10.0 ** floor(log10(value))
    steps = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
    return float(f"{next(s for s in steps if s * size >= value * (1 - 1e-9)) * size:.6g}")


def spread(places: Sequence[float], step: float, room: float) -> list[float]:
    """Move places, from the top down, so that each is a step below the one before, within a room.

    >>> spread([10.0, 12.0, 95.0, 99.0], 15.0, 100.0)
    [10.0, 25.0, 85.0, 100.0]
    """
    spread_places: list[float] = []
    free = -inf
    for place in places:
        spread_places.append(max(place, free))
        free = spread_places[-1] + step
    for i in reversed(range(len(spread_places))):
        spread_places[i] = min(spread_places[i], room)
        room = spread_places[i] - step
    return spread_places


def _label_shifts(
    lines: Mapping[str, Sequence[float | None]], axis: Axis, height: int
) -> dict[str, int]:
    """Shift the names at the ends of lines, so that none covers another or leaves the plot."""
    line_ends: dict[int, list[tuple[float, str]]] = {}
    for name, values in lines.items():
        last = max((i for i, value in enumerate(values) if value is not None), default=0)
        place = height * (1 - axis.height_of(values[last] or axis.least or 0.0))
        line_ends.setdefault(last, []).append((place, name))
    shifts = dict.fromkeys(lines, 0)
    for names in line_ends.values():
        names.sort()
        places = spread([place for place, _ in names], SMALL * LEADING, height)
        for (place, name), moved_to in zip(names, places, strict=True):
            shifts[name] = round(moved_to - place)
    return shifts


def _points(values: Sequence[float | None], axis: Axis, shift: int) -> list[Any]:
    """Make the points of a line: the last is named, and one without neighbours is seen."""
    known = [i for i, value in enumerate(values) if value is not None]
    points: list[Any] = []
    for i, value in enumerate(values):
        alone = i - 1 not in known and i + 1 not in known
        last = bool(known) and i == known[-1]
        points.append(
            value if value is None else {
                "value": axis.scaled(value), "symbol": "circle" if alone or last else "none",
                **({"label": {"show": True, "offset": [0, shift]}} if last else {}),
            }
        )  # fmt: skip
    return points


DASHES: tuple[Any, ...] = ("solid", [8, 4], [2, 3], [10, 3, 2, 3], [1, 5])
"""Dashes that tell lines apart without colour."""


LEAST, OTHERS = 0.03, "others"
"""Share from which on a maker has a node of its own, and the name of the rest."""
AS = {"share": "as traced", "face_value": "at face value"}
"""Column of the rows that the bands of a chain are of, in words."""
NO_DATA = ("unknown", "untraceable")
ANY_STAGE = "any stage"
HEIGHT, LINE_OF_HEADS, ROOM, CODE = 300, 17, 96, 36
"""Pixels of the bands, of a line of stages above them, and right of them for names or codes."""
TALL = 0.12
"""Share from which on a node has room for its range below its name."""

Row = Mapping[str, Any]
"""Row of an answer: the ``share`` that an origin made at a stage, from ``low`` to ``high``."""


def makers_by_stage(
    width: int, links: Iterable[Row], traced: Iterable[Row], share: str = "share"
) -> Plot:
    """Draw the links between the makers of two stages in a row, first stage at the left.

    The range of an origin, of the rows ``traced``, stands below its name where there is room, and
    in the tooltips of its node and bands; the ``share`` at face value has none.

    A narrow picture has codes of countries, ``?`` for the unknown, and stages in turn on two lines.
    """
    narrow = width < WIDTH
    room = CODE if narrow else ROOM
    rows = list(links)
    stages = list(dict.fromkeys(row["stage"] for row in reversed(rows)))
    bands = _bands(rows, stages)
    nodes = sorted({place for pair in bands for place in pair})
    origin_rows = {
        (stages.index(row["traced_to"]), row["origin"]): row
        for row in traced if row["traced_to"] in stages
    }  # fmt: skip
    if share == "face_value":
        origin_rows = {
            maker: {**row, "share": row[share], "low": None} for maker, row in origin_rows.items()
        }
    texts = {(place, maker): _node_text(stages[place], maker, origin_rows.get((place, maker)))
            for place, maker in nodes if place < len(stages)}  # fmt: skip
    step = (width - 2 * EDGE - room) / len(stages)
    lines = 3 if narrow else 1
    top = lines * LINE_OF_HEADS + 9
    return Plot(
        {
            "title": [
                *(_head(stage, lines - 1 - n % 2 if narrow else 0, left=round(EDGE + step * n))
                  for n, stage in enumerate(stages)),
                _head(f"imports of {rows[0]['product']}", 0, right=EDGE),
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
                    {**_node(*place, origin_rows.get(place), with_name=not narrow),
                     "tooltip": {"formatter": _without_braces(texts.get(place, name_of(place[1])))}}
                    for place in nodes
                ],
                "links": [
                    {"source": _key(*source), "target": _key(*target), "value": 100 * part,
                     "tooltip": {"formatter": _without_braces(
                         f"{percent(part)} of the imports, {AS[share]}\n{texts[source]}\n"
                         f"to {texts.get(target, name_of(target[1]))}")}}
                    for (source, target), part in sorted(bands.items())
                ],
            }],
        },
        HEIGHT + top + 18,
        width,
    )  # fmt: skip


Node = tuple[int, str]
"""Place of a stage in the row of stages, and a maker or :data:`OTHERS`."""


def _bands(rows: Sequence[Row], stages: Sequence[str]) -> dict[tuple[Node, Node], float]:
    """Add up the shares of links between two nodes, with small makers as one."""
    shares: dict[tuple[str, str], float] = {}
    for row in rows:
        maker = row["stage"], row["maker"]
        shares[maker] = shares.get(maker, 0) + row["share"]

    def node(stage: str, maker: str) -> Node:
        if not stage:
            return len(stages), maker
        small = shares.get((stage, maker), 0) < LEAST and maker not in NO_DATA
        return stages.index(stage), OTHERS if small else maker

    bands: dict[tuple[Node, Node], float] = {}
    for row in rows:
        pair = node(row["stage"], row["maker"]), node(row["next_stage"], row["next_maker"])
        bands[pair] = bands.get(pair, 0.0) + row["share"]
    return bands


def _head(text: str, line: int, **position: int) -> dict[str, Any]:
    """Make the head of a stage, on a line above the bands."""
    return {
        "text": text, **position, "top": LINE_OF_HEADS * line, "padding": 0,
        "textStyle": {"fontSize": SMALL, "color": MUTED, "fontWeight": "normal"},
    }  # fmt: skip


def _key(place: int, maker: str) -> str:
    return f"{place} {maker}"


def _node_text(stage: str, maker: str, row: Row | None) -> str:
    """State what a maker made at a stage, with its range."""
    text = f"{stage}: {name_of(maker)}"
    if row is None:
        return text
    text = f"{text} {percent(row['share'])}"
    if row["low"] is None:
        return text
    if not tells(row["low"], row["high"]):
        return f"{text}, {NOT_PUBLISHED}: anything from 0 to 100 % is possible"
    return f"{text}, at least {percent(row['low'])}, at most {percent(row['high'])}"


def _without_braces(text: str) -> str:
    """Replace braces, which would be read as a template."""
    return text.replace("{", "(").replace("}", ")")


def _node(place: int, maker: str, row: Row | None, *, with_name: bool) -> dict[str, Any]:
    text = name_of(maker) if with_name else "?" if maker in NO_DATA else maker
    if with_name and row is not None and row["low"] is not None and row["share"] >= TALL:
        ends = f"{100 * row['low']:.1f} to {percent(row['high'])}"
        text = f"{text}\n{ends if tells(row['low'], row['high']) else NOT_PUBLISHED}"
    style: dict[str, Any] = {"color": colour_of(maker), "borderWidth": 0}
    if maker in NO_DATA:
        style = {**style, "color": OTHER, "decal": HATCH}
    return {
        "name": _key(place, maker), "depth": place, "itemStyle": style,
        "label": {"formatter": _without_braces(text), "lineHeight": 15},
    }  # fmt: skip
