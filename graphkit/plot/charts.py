"""Plots of labelled rows along one axis: bars, ranges and lines, as components of an option."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphkit.amounts import money, percent
from graphkit.plot.canvas import EDGE, LEADING, SMALL, TEXT, gridlines, text_width, wrapped
from graphkit.plot.colours import INK, LINE, MUTED, ON_DARK, PAPER

LABEL = 210
"""Most pixels that the labels of rows take."""
UNDER = 42
"""Pixels below a plot for the numbers and the name of its axis."""
HATCH = {"symbol": "rect", "dashArrayX": [1, 0], "dashArrayY": [3, 3], "rotation": -0.7854,
         "color": "rgba(255,255,255,0.75)"}  # fmt: skip
"""Stripes across a bar: what is unknown."""


@dataclass(frozen=True)
class Axis:
    """The numbers that bars and points are measured on."""

    name: str
    unit: str = "%"
    """``%`` for shares, ``USD``, or a unit that is written as it is."""
    most: float | None = None
    least: float | None = None
    lines: Mapping[str, float] = field(default_factory=dict)
    """Named values to draw a line at."""

    def scaled(self, value: float | None) -> float | None:
        """Return a value on the axis: shares in percent."""
        return value if value is None or self.unit != "%" else 100 * value

    def text(self, value: float) -> str:
        """Write a value beside its bar or point."""
        if self.unit == "%":
            return percent(value)
        if self.unit == "USD":
            return money(value)
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.3g}"

    @property
    def option(self) -> dict[str, Any]:
        """The axis as a component of the option."""
        ends = {"min": self.least, "max": self.most}
        return {
            "type": "value", "name": self.name, "nameLocation": "middle", "nameGap": 26,
            "nameTextStyle": {"color": MUTED, "fontSize": SMALL},
            "axisLabel": {"color": MUTED, "fontSize": SMALL, "hideOverlap": True,
                          **({"formatter": "{value} %"} if self.unit == "%" else {})},
            "axisLine": {"show": False}, "splitLine": gridlines(), "splitNumber": 5,
            **{name: self.scaled(value) for name, value in ends.items() if value is not None},
        }  # fmt: skip


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
class Marks:
    """Points on the rows, such as published figures."""

    name: str
    points: Sequence[tuple[int, float]]
    """Row and value of each point."""
    symbol: str = "diamond"
    colour: str = INK
    numbers: bool = False
    size: int = 11


@dataclass(frozen=True)
class Plot:
    """Components of an option, and the height of the plot that they make."""

    parts: dict[str, Any]
    height: int


def rows_of(
    labels: Sequence[str], axis: Axis, *, bars: Sequence[Bars] = (), marks: Sequence[Marks] = (),
    ranges: Sequence[tuple[int, float, float]] = (), thickness: int = 15,
) -> Plot:  # fmt: skip
    """Draw labelled rows from top to bottom, with bars, ranges and marks along one axis.

    Parameters
    ----------
    labels
        Name of each row; long ones are wrapped.
    axis
        Numbers of the bars, ranges and marks.
    bars
        Bars of every row, beside each other or, with one ``stack``, behind each other.
    marks
        Points on the rows.
    ranges
        Row, least and most of thin lines with ends.
    thickness : int
        Pixels of each bar.
    """
    texts = [wrapped(label, LABEL, TEXT, lines=3) for label in labels]
    left = max((text_width(line) for lines in texts for line in lines), default=0) + EDGE + 10
    beside = len(dict.fromkeys(one.stack or one.name for one in bars)) or 1
    step = max(beside * (thickness + 3) + 9, max(map(len, texts), default=1) * TEXT * LEADING + 8)
    body = max(1, len(labels)) * step
    series = [
        *(_bars(one, axis, thickness) for one in bars),
        *_ranges(ranges, axis),
        *(_marks(one, axis) for one in marks),
    ]
    if axis.lines and series:
        series[0] = {**series[0], "markLine": lines_at(axis)}
    return Plot(
        {
            "grid": {
                "left": round(left), "right": EDGE + 52, "top": 18 if axis.lines else 4,
                "height": round(body),
            },
            "xAxis": axis.option,
            "yAxis": {
                "type": "category", "inverse": True,
                "data": ["\n".join(lines) for lines in texts],
                "axisLabel": {"color": INK, "fontSize": TEXT, "interval": 0,
                              "lineHeight": round(TEXT * LEADING)},
                "axisTick": {"show": False}, "axisLine": {"lineStyle": {"color": LINE}},
            },
            "series": series,
        },
        round(body) + UNDER + (18 if axis.lines else 4),
    )  # fmt: skip


def _bars(bars: Bars, axis: Axis, thickness: int) -> dict[str, Any]:
    data = []
    for value, colour in zip(bars.values, bars.colours, strict=True):
        item: dict[str, Any] = {"value": axis.scaled(value), "itemStyle": bars.style(colour)}
        if value is not None:
            shown = not bars.inside or abs(value) >= 0.07 * (axis.most or 1)
            item["label"] = {"show": shown, "formatter": axis.text(value)}
        data.append(item)
    label = {"show": True, "position": "right", "color": INK, "fontSize": SMALL, "distance": 8}
    if bars.inside:
        label = {**label, "position": "inside", "color": ON_DARK, "fontSize": SMALL - 1}
    return {
        "type": "bar", "name": bars.name, "data": data, "label": label, "barWidth": thickness,
        "barGap": "20%", "itemStyle": bars.style(bars.colours[0]),
        **({"stack": bars.stack} if bars.stack else {}),
    }  # fmt: skip


def _ranges(ranges: Sequence[tuple[int, float, float]], axis: Axis) -> list[dict[str, Any]]:
    """Draw each range as a line between two short ends."""
    if not ranges:
        return []
    scaled = [(row, axis.scaled(low), axis.scaled(high)) for row, low, high in ranges]
    ends = [[value, row] for row, low, high in scaled for value in (low, high)]
    return [
        {
            "type": "lines", "coordinateSystem": "cartesian2d", "name": "range", "z": 4,
            "silent": True, "lineStyle": {"color": INK, "width": 1.4, "opacity": 1},
            "data": [{"coords": [[low, row], [high, row]]} for row, low, high in scaled],
        },
        {
            "type": "scatter", "name": "range ends", "data": ends, "symbol": "rect", "z": 4,
            "silent": True, "symbolSize": [1.6, 11], "itemStyle": {"color": INK},
        },
    ]  # fmt: skip


def _marks(marks: Marks, axis: Axis) -> dict[str, Any]:
    data = []
    for row, value in marks.points:
        item: dict[str, Any] = {"value": [axis.scaled(value), row]}
        if marks.numbers:
            item["label"] = {"show": True, "formatter": axis.text(value)}
        data.append(item)
    return {
        "type": "scatter", "name": marks.name, "data": data, "symbol": marks.symbol, "z": 5,
        "symbolSize": marks.size,
        "itemStyle": {
            "color": marks.colour, "borderColor": PAPER, "borderWidth": 1, "opacity": 1,
        },
        "label": {"position": "right", "color": INK, "fontSize": SMALL},
    }  # fmt: skip


def lines_at(axis: Axis, *, across: str = "xAxis") -> dict[str, Any]:
    """Draw the named lines of an axis."""
    return {
        "silent": True, "symbol": "none", "animation": False,
        "lineStyle": {"color": MUTED, "type": "dashed", "width": 1},
        "label": {"color": MUTED, "fontSize": SMALL - 1, "formatter": "{b}",
                  "position": "end" if across == "xAxis" else "insideEndTop"},
        "data": [{across: axis.scaled(value), "name": name}
                 for name, value in axis.lines.items()],
    }  # fmt: skip
