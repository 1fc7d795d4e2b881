"""Pictures of trade through the years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.answers.figures import money
from graphkit.answers.terms import Role
from graphkit.plot.canvas import APART, Axis, Framed, Layout, Plot, framed, gridlines, values
from graphkit.plot.charts import HATCH, lines_over, spread
from graphkit.plot.drawing import (
    EDGE,
    INK,
    LEADING,
    LINE,
    MUTED,
    OTHER,
    PAPER,
    SMALL,
    WIDTH,
    colour_of,
    name_of,
    text_width,
    wrapped,
)
from graphkit.plot.series import LINES, MOST_LINES, by_period, grouped

MOST_PANELS, MOST_PARTNERS = 4, 6
"""Products of one picture, and partners of a product that are drawn by name."""
TALL, LOW, VALUE, INDEX = 230, 150, 84, 64
"""Pixels of the shares of one product and of one of several, of its value and of its HHI."""
TICKS, HEAD, SCALE = 24, 22, 38
"""Pixels of the periods below a panel, of the words above it, and of the numbers left of it."""
REST, NOT_LISTED = "others", "not listed"
HIGH = 1800.0
"""HHI from which a market is highly concentrated (US Merger Guidelines 2023)."""
TURNS = (1.0, 0.7, 0.5, 0.85, 0.6, 0.4)
"""Strengths of grey in turn, which tell neighbours apart that have no colour of their own."""
Row = Mapping[str, Any]


def trend(answer: Answer, layout: Layout) -> Framed:
    """Draw the shares of the partners in every period; of one product, its value and HHI too.

    With a partner, draw the share of the value traded with it as a line instead.
    """
    rows = answer.rows.to_pylist()
    if any(row.get("on") for row in rows):
        return _with_partner(answer, rows, layout)
    periods = sorted(values(answer, "period"))
    groups = _products(rows)
    newest = {name: group[-1]["usd"] or 0.0 for name, group in groups.items()}
    largest = sorted(groups, key=lambda name: (-newest[name], name))[: layout.most(MOST_PANELS)]
    shares = {name: _shares(groups[name], periods) for name in largest}
    if len(groups) == 1:
        (name,) = largest
        plot = _alone(layout, periods, groups[name], shares[name])
    else:
        plot = _side_by_side(
            layout.width, periods, {name: groups[name] for name in largest}, shares
        )
    return framed(
        answer, plot, drawn=sum(len(groups[name]) for name in largest),
        note=_note(answer, groups, largest),
    )  # fmt: skip


def _products(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Group the rows of each trade, of each data set only where two have one period."""
    names = ("consumer", "supplier", "product")
    groups = grouped(rows, names)
    if any(len({row["period"] for row in group}) < len(group) for group in groups.values()):
        groups = grouped(rows, names, APART)
    return groups


@dataclass(frozen=True)
class Part:
    """The share of a partner, of the others, or of what is not listed, in every period."""

    name: str
    shares: Sequence[float | None]
    style: Mapping[str, Any]


def _shares(rows: Sequence[Row], periods: Sequence[str]) -> list[Part]:
    """Divide the trade of every period among its largest partners, the others and the unlisted."""
    sums: dict[str, float] = {}
    shares: dict[str, dict[str, float]] = {}
    for row in rows:
        listed = 1 - (row["unlisted_share"] or 0.0)
        first = zip(row["first_partners"], row["first_shares_usd"], strict=True)
        by_partner = {code: listed * (share or 0.0) for code, share in first}
        for code, share in by_partner.items():
            sums[code] = sums.get(code, 0.0) + share * (row["usd"] or 0.0)
        shares[row["period"]] = by_partner | {NOT_LISTED: 1 - listed}
    partners = sorted(sums, key=lambda code: (-sums[code], code))[:MOST_PARTNERS]
    for by_partner in shares.values():
        counted = sum(by_partner.get(name, 0.0) for name in (*partners, NOT_LISTED))
        by_partner[REST] = max(0.0, 1 - counted)
    greys = [code for code in partners if colour_of(code) == OTHER]
    styles: dict[str, Mapping[str, Any]] = {
        code: {"color": colour_of(code), "borderColor": PAPER, "borderWidth": 0.4,
               "opacity": TURNS[greys.index(code)] if code in greys else 1}
        for code in partners
    }  # fmt: skip
    styles |= {REST: {"color": LINE}, NOT_LISTED: {"color": OTHER, "decal": HATCH}}
    return [
        Part(name_of(code), [shares.get(period, {}).get(code) for period in periods], style)
        for code, style in styles.items()
        if any(by_partner.get(code, 0.0) > 0 for by_partner in shares.values())
    ]


@dataclass(frozen=True)
class Panel:
    """A place on the picture with axes of its own."""

    number: int
    head: str
    left: int
    top: int
    width: int
    height: int

    def parts(self, periods: Sequence[str], axis: Mapping[str, Any], **across: Any) -> Plot:
        """Make its grid, its axes and the words above it."""
        place = {"left": self.left, "top": self.top, "width": self.width, "height": self.height}
        return Plot(
            {
                "grid": [place],
                "title": [{
                    "text": self.head, "left": self.left - SCALE, "top": self.top - HEAD,
                    "padding": 0,
                    "textStyle": {"fontSize": SMALL, "color": MUTED, "fontWeight": "normal",
                                  "lineHeight": round(SMALL * LEADING)},
                }],
                "xAxis": [{
                    "type": "category", "gridIndex": self.number, "data": list(periods),
                    "axisLabel": {"color": MUTED, "fontSize": SMALL, "hideOverlap": True},
                    "axisTick": {"show": False}, "axisLine": {"lineStyle": {"color": LINE}},
                    **across,
                }],
                "yAxis": [{"type": "value", "gridIndex": self.number, "axisLine": {"show": False},
                           "axisLabel": {"color": MUTED, "fontSize": SMALL, "hideOverlap": True},
                           "splitLine": gridlines(), "splitNumber": 2, **axis}],
            },
            self.top + self.height,
            self.width,
        )  # fmt: skip

    @property
    def axes(self) -> dict[str, int]:
        """The axes of its series."""
        return {"xAxisIndex": self.number, "yAxisIndex": self.number}


PERCENT = {"min": 0, "max": 100, "interval": 25, "axisLabel": {
    "color": MUTED, "fontSize": SMALL, "formatter": "{value} %"}}  # fmt: skip


def _stacks(panel: Panel, parts: Sequence[Part]) -> list[dict[str, Any]]:
    """Stack the parts of every period, and name each at the right, in the order of the stack."""
    series: list[dict[str, Any]] = [
        {
            "type": "bar", "name": part.name, "stack": f"shares {panel.number}", **panel.axes,
            "barCategoryGap": "4%", "itemStyle": part.style,
            "data": [None if share is None else 100 * share for share in part.shares],
        }
        for part in parts
    ]  # fmt: skip
    last = max(i for part in parts for i, share in enumerate(part.shares) if share is not None)
    middles, below = [], 0.0
    for part in parts:
        share = part.shares[last] or 0.0
        middles.append(panel.height * (1 - below - share / 2))
        below += share
    # From the top down, as places are spread.
    places = spread(middles[::-1], SMALL * LEADING, panel.height)[::-1]
    step = panel.width / len(parts[0].shares)
    names = [
        {
            "value": [len(parts[0].shares) - 1, 100 * (1 - place / panel.height)],
            "symbolOffset": [round(step / 2 + 9), 0],
            "itemStyle": part.style, "label": {"formatter": part.name},
        }
        for part, place in zip(parts, places, strict=True)
    ]  # fmt: skip
    return [*series, {
        "type": "scatter", "name": "names", "silent": True, **panel.axes, "clip": False,
        "symbol": "rect", "symbolSize": 9, "data": names,
        "label": {"show": True, "position": "right", "color": INK, "fontSize": SMALL,
                  "distance": 4, "opacity": 1},
    }]  # fmt: skip


def _room(parts: Sequence[Part]) -> int:
    """Measure the names at the right of a panel, with their samples."""
    return round(max(text_width(part.name, SMALL) for part in parts)) + 24


def _alone(
    layout: Layout, periods: Sequence[str], rows: Sequence[Row], parts: Sequence[Part]
) -> Plot:
    """Draw one product: its value, the shares of its partners, and the HHI."""
    left = EDGE + SCALE
    wide = layout.width - left - EDGE - _room(parts)
    tall = LOW if layout.is_slide else TALL
    hidden = {"axisLabel": {"show": False}}
    usd = by_period(rows, periods, "usd")
    most = max((value for value in usd if value is not None), default=0.0)
    size, unit = next(((s, u) for s, u in ((1e9, "bn "), (1e6, "M "), (1e3, "k ")) if most >= s),
                      (1.0, ""))  # fmt: skip
    value = Panel(0, f"{unit}USD", left, HEAD, wide, VALUE)
    shares = Panel(1, "shares by value", left, value.top + VALUE + HEAD + 12, wide, tall)
    index = Panel(2, "HHI by value, 0 to 10,000", left, shares.top + tall + TICKS + HEAD + 8, wide,
                  INDEX)  # fmt: skip
    plots = [
        value.parts(periods, {}, **hidden),
        shares.parts(periods, PERCENT),
        index.parts(periods, {"min": 0, "max": 10_000, "interval": 5_000}, **hidden),
    ]
    line = {
        "silent": True, "symbol": "none", "animation": False, "data": [{"yAxis": HIGH}],
        "lineStyle": {"color": MUTED, "type": "dashed", "width": 1}, "label": {"show": False},
    }  # fmt: skip
    series = [
        {
            "type": "bar", "name": f"{unit}USD", "barCategoryGap": "25%", **value.axes,
            "itemStyle": {"color": MUTED},
            "data": [None if amount is None else amount / size for amount in usd],
        },
        *_stacks(shares, parts),
        {
            "type": "line", "name": "HHI", **index.axes, "symbolSize": 3, "markLine": line,
            "symbol": "circle", "showAllSymbol": True,
            "itemStyle": {"color": INK}, "lineStyle": {"color": INK, "width": 1.6},
            "data": by_period(rows, periods, "hhi_usd"),
        },
    ]  # fmt: skip
    return _together(plots, series, index.top + INDEX + 12, layout.width)


def _side_by_side(
    width: int, periods: Sequence[str], groups: Mapping[str, Sequence[Row]],
    shares: Mapping[str, Sequence[Part]],
) -> Plot:  # fmt: skip
    """Draw the shares of several products in panels, two in a row where there is room."""
    across = 2 if width >= WIDTH else 1
    room = (width - EDGE) // across
    lines = {
        name: wrapped(f"{name}: {money(rows[-1]['usd'] or 0.0)} USD in {rows[-1]['period']}",
                      room - EDGE, SMALL, lines=2)
        for name, rows in groups.items()
    }  # fmt: skip
    head = HEAD + round((max(map(len, lines.values())) - 1) * SMALL * LEADING)
    plots, series, bottom = [], [], 0
    for number, (name, parts) in enumerate(shares.items()):
        row, column = divmod(number, across)
        left = EDGE + column * room + SCALE
        top = row * (LOW + TICKS + head + 10) + head
        panel = Panel(number, "\n".join(lines[name]), left, top,
                      room - SCALE - EDGE - _room(parts), LOW)  # fmt: skip
        plot = panel.parts(periods, PERCENT)
        plot.parts["title"][0]["top"] = top - head
        plots.append(plot)
        series += _stacks(panel, parts)
        bottom = top + LOW + TICKS
    return _together(plots, series, bottom + 6, width)


def _together(
    plots: Sequence[Plot], series: Sequence[Mapping[str, Any]], height: int, width: int
) -> Plot:
    names = ("grid", "title", "xAxis", "yAxis")
    parts: dict[str, Any] = {
        name: [part for plot in plots for part in plot.parts[name]] for name in names
    }
    return Plot(parts | {"series": list(series)}, height, width)


def _note(answer: Answer, groups: Mapping[str, Sequence[Row]], largest: Sequence[str]) -> str:
    """Say how the panels are read, what is missing, and which products are left out."""
    rows = [row for name in largest for row in groups[name]]
    partners = "buyers" if answer.scope.places(Role.SUPPLIER) else "suppliers"
    texts = [f"Shares of the {MOST_PARTNERS} largest {partners} of all periods, by value"]
    if any(row["unlisted_share"] for row in rows):
        texts.append("hatched: what the data set does not list, at most")
    if len(groups) == 1:
        texts.append("HHI over 1,800 (dashed) is high (US Merger Guidelines 2023)")
    texts += [f"{name} has no data of {row['gap']}" for name in largest for row in groups[name]
              if row["gap"]]  # fmt: skip
    texts += dict.fromkeys(
        f"{row['step']} {row['period']}, which makes no series with later years"
        for row in rows if row["step"]
    )  # fmt: skip
    if len(groups) > len(largest):
        texts.append(f"the {len(largest)} largest products of {len(groups)}")
    return "; ".join(texts) + "."


def _with_partner(answer: Answer, rows: Sequence[Row], layout: Layout) -> Framed:
    """Draw the share of the value that is traded with a partner, one line a product or partner."""
    periods = sorted(values(answer, "period"))
    groups = grouped(rows, ("consumer", "supplier", "on", "product"), APART)
    newest = {name: group[-1]["usd"] or 0.0 for name, group in groups.items()}
    largest = sorted(groups, key=lambda name: (-newest[name], name))[: layout.most(MOST_LINES)]
    whose = "supplier" if answer.scope.places(Role.SUPPLIER) else "consumer"
    if len({row["on"] for row in rows}) > 1:
        whose = "on"
    alone = len(groups) == 1 or len({row["product"] for row in rows}) == 1
    lines = {
        name: [
            None if share is None else 100 * share
            for share in by_period(groups[name], periods, "on_share_usd")
        ]
        for name in largest
    }
    colours = {
        name: colour_of(groups[name][0].get(whose) or "") if alone else LINES[i % len(LINES)]
        for i, name in enumerate(lines)
    }
    plot = lines_over(layout.width, periods, lines, Axis("share by value, %", ""), colours)
    texts = [f"{name} has no data of {row['gap']}." for name in lines for row in groups[name]
             if row["gap"]]  # fmt: skip
    if len(groups) > MOST_LINES:
        texts.append(f"The {MOST_LINES} largest by value.")
    rows_drawn = sum(len(groups[name]) for name in lines)
    return framed(answer, plot, drawn=rows_drawn, note=" ".join(texts))
