"""The frame of every picture: title, sources, fonts and colours; and its files.

SVG and PNG are drawn with ECharts in QuickJS and resvg: no browser, no fonts of the system.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from graphkit.answer import Answer, cited, parts_of
from graphkit.errors import GraphkitError, install, visible

WIDTH = 640
"""Width of a picture in pixels; PNG, SVG and HTML scale it."""
EDGE = 16
FONT = "Noto Sans, Segoe UI, Helvetica Neue, Arial, Liberation Sans, sans-serif"
TITLE, TEXT, SMALL = 17, 13, 12
"""Sizes of fonts in pixels."""
LEADING = 1.32
"""Distance of lines of text, in font sizes."""


ASSETS = Path(__file__).parent / "assets"
"""ECharts, fonts and shapes, with their licences."""


@cache
def world() -> Mapping[str, Any]:
    """Read names, points and shapes by ISO 3166-1 alpha-3 code."""
    found: dict[str, Any] = json.loads((ASSETS / "world.json").read_text("utf-8"))
    return found


def name_of(key: str) -> str:
    """Return the short name of a country, or the key itself of all else.

    >>> name_of("KOR"), name_of("EU27"), name_of("ree-metals")
    ('South Korea', 'EU27', 'ree-metals')
    """
    name: str = world()["names"].get(key, key)
    return name


def point_of(key: str) -> tuple[float, float] | None:
    """Return the longitude and latitude of a country; None for former states and groups."""
    point = world()["points"].get(key)
    return None if point is None else (point[0], point[1])


PAPER, INK, MUTED, LINE = "#ffffff", "#1f2328", "#5b6470", "#d4d9e0"
"""Background, text, secondary text, and grid lines of a picture on light paper."""
DARK = {
    PAPER: "#14171c", INK: "#e9ebee", MUTED: "#a6aeba", LINE: "#3c434d",
    "#3544d4": "#4e50e9", "#833180": "#bc3ca8", "#125746": "#13705f", "#654c11": "#726523",
}  # fmt: skip
"""The same on dark paper, and colours of countries that would be too dark on it."""

COUNTRIES = {
    "CHN": "#ce1a66",
    "USA": "#3544d4",
    "EU27": "#4881e5",
    "JPN": "#833180",
    "KOR": "#125746",
    "AUS": "#119a0e",
    "COD": "#cf735c",
    "RUS": "#654c11",
}
"""Countries with a colour of their own: few enough to tell apart with any colour vision."""
OTHER = "#7d8590"
"""Every other country, which its label tells apart."""

FIRST, SECOND, THIRD, FOURTH = "#3544d4", "#cf735c", "#119a0e", "#833180"
"""Roles of parts and lines that are no country."""
SHADES = ("#edf2f8", "#c9daec", "#94b9dd", "#5289c4", "#235596", "#0f2f5c")
"""Shares from 0 to 1, light to dark."""
ON_LIGHT, ON_DARK = "#10141a", "#fdfdfd"
"""Text inside cells and bars, whatever the paper."""


def colour_of(country: str) -> str:
    """Return the colour that a country or group has in every picture."""
    return COUNTRIES.get(country, OTHER)


def shade(share: float) -> tuple[str, str]:
    """Return the colour of a cell with a share from 0 to 1, and that of the text in it.

    >>> shade(0.0), shade(1.0)
    (('#edf2f8', '#10141a'), ('#0f2f5c', '#fdfdfd'))
    """
    colour = SHADES[min(len(SHADES) - 1, max(0, int(share * len(SHADES))))]
    return colour, ink_on(colour)


def ink_on(colour: str) -> str:
    """Return the colour of text that stands out more on a colour.

    >>> ink_on("#119a0e") == ON_LIGHT, ink_on("#3544d4") == ON_DARK
    (True, True)
    """
    light = luminance(colour) + 0.05
    dark = luminance(ON_LIGHT) + 0.05
    return ON_LIGHT if light / dark > (luminance(ON_DARK) + 0.05) / light else ON_DARK


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour ``#rrggbb``, 0 to 1, as WCAG 2 defines it.

    >>> round(luminance("#ffffff"), 3), round(luminance("#7d8590"), 3)
    (1.0, 0.231)
    """
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@dataclass(frozen=True)
class Picture:
    """An ECharts option and the size that it is laid out for."""

    option: Mapping[str, Any]
    height: int
    """Pixels, at a width of :data:`WIDTH`."""
    drawn: int
    """Number of rows of the answer that it shows."""
    world: bool = False
    """True if it draws the map ``world``."""

    @property
    def title(self) -> str:
        """The question that it answers."""
        text: str = self.option["title"][0]["text"]
        return text.replace("\n", " ")

    def svg(self) -> str:
        """Draw it as SVG."""
        return svg(self)

    def png(self) -> bytes:
        """Draw it as PNG, 1,600 pixels wide."""
        return png(self)

    def interactive(self) -> Interactive:
        """Return it with tooltips, as a notebook shows it in a browser."""
        return Interactive(html_page(self), self.height)

    def _repr_mimebundle_(self, **which: Any) -> dict[str, str]:
        return {"image/svg+xml": self.svg(), "text/plain": f"<Picture: {self.title}>"}


@dataclass(frozen=True)
class Interactive:
    """A picture as a page of its own, shown inside the page of a notebook."""

    page: str
    height: int

    def _repr_html_(self) -> str:
        size = f'width="{WIDTH + 40}" height="{self.height + 40}" style="border: 0"'
        return f'<iframe srcdoc="{escape(self.page, quote=True)}" {size}></iframe>'


@dataclass(frozen=True)
class Plot:
    """Components of an option below a title."""

    parts: dict[str, Any]
    height: int
    """Pixels, with the axes."""


@cache
def advances(style: str) -> Mapping[str, int]:
    """Return the widths of characters of a style, in thousandths of the font size."""
    widths: dict[str, dict[str, int]] = json.loads((ASSETS / "widths.json").read_text("utf-8"))
    return widths[style]


def text_width(text: str, size: float = TEXT, *, bold: bool = False) -> float:
    """Measure a line of text in pixels; a character that the font lacks counts as wide.

    >>> round(text_width("China")), round(text_width("China", bold=True))
    (35, 37)
    """
    known = advances("bold" if bold else "regular")
    return sum(known.get(character, 1000) for character in text) * size / 1000


def wrapped(
    text: str, space: float, size: float = TEXT, *, bold: bool = False, lines: int = 9
) -> list[str]:
    """Break a text between words, and a longer word inside; what is over ends in an ellipsis.

    >>> wrapped("permanent magnets of metal", 120)
    ['permanent', 'magnets of metal']
    """
    found = [""]
    for word in visible(text).split(" "):
        joined = f"{found[-1]} {word}" if found[-1] else word
        if text_width(joined, size, bold=bold) <= space:
            found[-1] = joined
            continue
        if found[-1]:
            found.append("")
        for character in word:
            if found[-1] and text_width(found[-1] + character, size, bold=bold) > space:
                found.append("")
            found[-1] += character
    if len(found) > lines:
        last = found[lines - 1]
        while last and text_width(f"{last} …", size, bold=bold) > space:
            last = last[:-1]
        return [*found[: lines - 1], f"{last.rstrip(' ,;')} …"]
    return found


def framed(
    answer: Answer,
    plot: Plot,
    *,
    drawn: int,
    note: str = "",
    legend: bool = False,
    world: bool = False,
) -> Picture:
    """Put a plot between its title and its sources.

    Parameters
    ----------
    answer
        The answer that the plot shows.
    plot
        Its places count from its own top.
    drawn : int
        Number of rows that are shown.
    note : str
        How to read it. How many rows are drawn is added, if not all are.
    legend : bool
        Reserve a line for the legend.
    """
    space = WIDTH - 2 * EDGE
    title = wrapped(answer.question, space, TITLE, bold=True, lines=4)
    subtitle = [
        line for text in (stated(answer), f"{note} {_left_out(answer, drawn)}".strip()) if text
        for line in wrapped(text, space, SMALL, lines=4)
    ]  # fmt: skip
    sources = wrapped(source_line(answer), space, SMALL, lines=3)
    top = EDGE + len(title) * TITLE * LEADING + 6 + len(subtitle) * SMALL * LEADING + 8
    legend_top, top = top, top + (26 if legend else 4)
    bottom = len(sources) * SMALL * LEADING + EDGE
    option: dict[str, Any] = {
        "animation": False,
        "useUTC": True,
        "backgroundColor": PAPER,
        "textStyle": {"fontFamily": FONT, "fontSize": TEXT, "color": INK},
        "title": [
            {
                "text": "\n".join(title), "subtext": "\n".join(subtitle), "left": EDGE,
                "top": EDGE, "padding": 0, "itemGap": 6,
                "textStyle": _style(TITLE, INK, "bold"), "subtextStyle": _style(SMALL, MUTED),
            },
            {
                "text": "\n".join(sources), "left": EDGE, "bottom": EDGE - 6, "padding": 0,
                "textStyle": _style(SMALL, MUTED, "normal"),
            },
        ],
        # Names of the data are never read as HTML.
        "tooltip": {"renderMode": "richText", "confine": True},
        "aria": {"enabled": True},
    }  # fmt: skip
    if legend:
        option["legend"] = {
            "left": EDGE, "top": round(legend_top), "padding": 0, "itemWidth": 14,
            "itemHeight": 10, "data": _named(plot.parts["series"]), "selectedMode": False,
            "textStyle": _style(SMALL, INK),
        }  # fmt: skip
    own = moved(plot, round(top)).parts
    option |= {**own, "title": [*option["title"], *own.get("title", ())]}
    return Picture(_readable(option), round(top + plot.height + bottom), drawn, world)


def _named(series: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names of series that a legend explains, without ranges and empty series."""
    return list(
        dict.fromkeys(
            one["name"] for one in series
            if not one.get("silent") and one["type"] != "sankey"
            and any(map(_has_value, one["data"]))
        )
    )  # fmt: skip


def _has_value(item: Any) -> bool:
    return (item["value"] if isinstance(item, dict) else item) is not None


def _style(size: int, colour: str, weight: str = "normal") -> dict[str, Any]:
    return {
        "fontSize": size, "lineHeight": round(size * LEADING), "color": colour,
        "fontWeight": weight, "fontFamily": FONT,
    }  # fmt: skip


PLACED = ("grid", "geo", "title", "legend")
"""Components with a place of their own; axes and most series lie in a grid."""


def moved(plot: Plot, down: int) -> Plot:
    """Move a plot down by some pixels."""

    def lower(part: Any) -> Any:
        return (
            [*map(lower, part)] if isinstance(part, list) else {**part, "top": part["top"] + down}
        )

    parts = {name: lower(part) if name in PLACED else part for name, part in plot.parts.items()}
    parts["series"] = [
        lower(one) if one["type"] == "sankey" else one for one in plot.parts["series"]
    ]
    return Plot(parts, plot.height + down)


def _readable(value: Any) -> Any:
    """Escape the hidden characters of every text, line by line."""
    if isinstance(value, str):
        return "\n".join(map(visible, value.split("\n")))
    if isinstance(value, Mapping):
        return {key: _readable(v) for key, v in value.items()}
    return [_readable(v) for v in value] if isinstance(value, list | tuple) else value


def values(answer: Answer, name: str) -> list[str]:
    """Return the different values of a column of text, in order of the rows; none if it lacks."""
    if name not in answer.rows.column_names:
        return []
    return [v for v in dict.fromkeys(answer.rows[name].to_pylist()) if v is not None]


def _left_out(answer: Answer, drawn: int) -> str:
    total = len(answer.rows)
    return f"{drawn:,} of {total:,} rows are drawn." if drawn < total else ""


def stated(answer: Answer) -> str:
    """State the period, the measure and the data set of an answer."""
    periods = sorted(values(answer, "period")) or [answer.scope.get("period") or ""]
    period = periods[0] if len(periods) == 1 else f"{periods[0]} to {periods[-1]}"
    measure = answer.scope.get("measure") or ""
    if not isinstance(measure, str):
        measure = "; ".join(measure)
    sets = values(answer, "dataset") or sorted(
        {
            series["dataset"]
            for part in parts_of(answer.coverage).values()
            for series in part.get("series", ())
            if series["dataset"]
        }
    )
    named = f"data set{'s' * (len(sets) > 1)} {', '.join(sets[:4])}{' …' * (len(sets) > 4)}"
    return " · ".join(part for part in (period, measure, named if sets else "") if part)


def source_line(answer: Answer) -> str:
    """Name the sources that the rows, or the flows behind them, come from."""
    used: set[str] = set()
    for name in answer.rows.column_names:
        if name.endswith("source"):
            used |= {key for text in values(answer, name) for key in cited(str(text))}
    for part in parts_of(answer.coverage).values():
        rows = [*part.get("series", ()), *part.get("production", ())]
        used |= {key for row in rows if row.get("source") for key in cited(row["source"])}
    rows = [row for row in answer.sources.to_pylist() if row["key"] in used]
    rows = rows or answer.sources.to_pylist()
    named = list(dict.fromkeys(_source(row) for row in rows))
    more = f"; and {len(named) - 3} more" if len(named) > 3 else ""
    return f"Source{'s' * (len(named) > 1)}: {'; '.join(named[:3])}{more}" if named else ""


def _source(row: Mapping[str, Any]) -> str:
    return ", ".join(str(row[name]) for name in ("publisher", "title", "version") if row.get(name))


def labels(
    rows: Sequence[Mapping[str, Any]], names: Iterable[str], apart: Iterable[str] = ()
) -> list[str]:
    """Name each row by the columns that differ between the rows, or by the first of them.

    Columns of ``apart`` are named too where rows would have one name without them.
    """
    present = [name for name in names if any(row.get(name) is not None for row in rows)]
    differing = [n for n in present if len({str(row.get(n)) for row in rows}) > 1] or present[:1]
    for name in apart:
        known = {tuple(str(row.get(n)) for n in differing) for row in rows}
        finer = {tuple(str(row.get(n)) for n in (*differing, name)) for row in rows}
        differing += [name] * (len(finer) > len(known))
    return [" · ".join(name_of(str(row[n])) for n in differing if row.get(n)) for row in rows]


def gridlines() -> dict[str, Any]:
    """Return the style of the lines behind a plot."""
    return {"show": True, "lineStyle": {"color": LINE}}


def empty(answer: Answer, reason: str) -> Picture:
    """Make the picture of an answer that has nothing to draw: one line that says so."""
    drawn = len(answer.rows)  # No row is left out for others.
    return framed(answer, Plot({"series": []}, 4), drawn=drawn, note=f"Nothing to draw: {reason}.")


# Files

PNG_WIDTH = 1600
_DRAW = """
globalThis.setTimeout = globalThis.clearTimeout = function () { return 0; };
function measured(text, font) {
  var size = parseFloat((/([\\d.]+)px/.exec(font) || [0, 12])[1]);
  var widths = /bold/.test(font) ? WIDTHS.bold : WIDTHS.regular, sum = 0;
  for (var character of String(text)) sum += widths[character] || 1000;
  return {width: sum * size / 1000};
}
function draw(given) {
  var picture = JSON.parse(given);
  if (picture.world) echarts.registerMap("world", picture.world);
  var size = {renderer: "svg", ssr: true, width: picture.width, height: picture.height};
  var chart = echarts.init(null, null, size);
  chart.setOption(picture.option);
  var svg = chart.renderToSVGString();
  chart.dispose();
  // A long concatenation reaches Python only once it is one piece.
  return JSON.stringify(svg);
}
"""
_OWN = threading.local()
"""The engine of each thread, which loads in a third of a second."""
_IN_TAGS = re.compile(r' (?:ecmeta_\w+|class)="[^"<>]*"')
"""Attributes that only a script or the style of hovering reads."""
_HOVERING = re.compile(r"<style ?><!\[CDATA\[.*?\]\]>\s*</style>", re.DOTALL)
_NUMBERED = re.compile(r'(?<=")((?:url\(#)?)zr\d+-')


def _missing(form: str, package: str) -> str:
    return (
        f"a picture as {form} needs the package {package}, of the extra plot: {install('plot')}; "
        ".html and --format echarts work without it"
    )


def svg(picture: Picture) -> str:
    """Draw a picture as SVG whose text can be searched, dark where its reader prefers that.

    Raises
    ------
    GraphkitError
        The extra ``plot`` is not installed.
    """
    rules = " ".join(f'[fill="{light}"]{{fill:{dark}}}[stroke="{light}"]{{stroke:{dark}}}'
                     for light, dark in DARK.items())  # fmt: skip
    head = (
        f"<title>{escape(picture.title)}</title>\n"
        f"<style>@media (prefers-color-scheme: dark){{{rules}}}</style>\n"
    )
    text = _drawn(picture)
    start = text.index(">") + 1
    return f'{text[: start - 1]} role="img">\n{head}{text[start:].lstrip()}\n'


def png(picture: Picture) -> bytes:
    """Draw a picture as PNG of 1,600 pixels width, with the font that travels with graphkit.

    Raises
    ------
    GraphkitError
        The extra ``plot`` is not installed.
    """
    try:
        from resvg_py import svg_to_bytes
    except ImportError as error:
        raise GraphkitError(_missing("PNG", "resvg-py")) from error
    fonts = [str(ASSETS / f"NotoSans-{style}.ttf") for style in ("Regular", "Bold")]
    return bytes(svg_to_bytes(
        svg_string=_drawn(picture).replace(FONT, "Noto Sans"), width=PNG_WIDTH, font_files=fonts,
        skip_system_fonts=True, font_family="Noto Sans", sans_serif_family="Noto Sans",
        background=PAPER,
    ))  # fmt: skip


def html_page(picture: Picture, below: str = "") -> str:
    """Write one file that shows a picture with tooltips, and some HTML below it.

    The page asks for nothing from outside, and scales the picture to its width.
    """
    head = _HEAD.replace("TITLE", escape(picture.title))
    foot = f"<main>{below}</main>\n</body>\n</html>\n"
    script = (ASSETS / "echarts.js").read_text("utf-8").replace("</script", "<\\/script")
    run = _RUN.replace("PICTURE", _given(picture).replace("<", "\\u003c"))
    run = run.replace("DARK", json.dumps(DARK))
    label = escape(picture.title, quote=True)
    role = f'tabindex="0" role="img" aria-label="{label}"'
    frame = f'<div id="frame" {role}><div id="picture"></div></div>\n'
    return f"{head}{frame}<script>{script}</script>\n<script>{run}</script>\n{foot}"


def _given(picture: Picture) -> str:
    shapes = world()["shapes"] if picture.world else None
    given = {"option": picture.option, "width": WIDTH, "height": picture.height, "world": shapes}
    return json.dumps(given, ensure_ascii=False)


def _drawn(picture: Picture) -> str:
    """Draw a picture as ECharts' own SVG, without what changes from one drawing to the next."""
    engine = getattr(_OWN, "engine", None)
    if engine is None:
        engine = _OWN.engine = _engine()
    text: str = json.loads(engine.get("draw")(_given(picture)))
    text = _HOVERING.sub("", _IN_TAGS.sub("", text))
    return _NUMBERED.sub(r"\1p-", text).strip()


def _engine() -> Any:
    try:
        from quickjs import Context
    except ImportError as error:
        raise GraphkitError(_missing("SVG or PNG", "quickjs-ng")) from error
    engine = Context()
    engine.eval(f"var WIDTHS = {(ASSETS / 'widths.json').read_text('utf-8')};{_DRAW}")
    engine.eval((ASSETS / "echarts.js").read_text("utf-8"))
    engine.eval("echarts.setPlatformAPI({measureText: measured})")
    return engine


_HEAD = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline';
 style-src 'unsafe-inline'; img-src data:">
<title>TITLE</title>
<style>
body {{ margin: 0 auto; max-width: 1000px; padding: 0 12px; background: {PAPER}; color: {INK};
  font: 15px/1.45 {FONT}; }}
#frame {{ overflow: auto hidden; }}
#picture {{ transform-origin: 0 0; }}
main {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-size: 13px; }}
td, th {{ padding: 2px 8px; border-bottom: 1px solid #8884; text-align: left; }}
@media (prefers-color-scheme: dark) {{
  body {{ background: {DARK[PAPER]}; color: {DARK[INK]}; }}
}}
</style>
</head>
<body>
"""
_RUN = """
"use strict";
const given = PICTURE, dark = DARK, frame = document.getElementById("frame");
const picture = document.getElementById("picture");
if (given.world) echarts.registerMap("world", given.world);
const chart = echarts.init(picture, null,
  {renderer: "svg", width: given.width, height: given.height});
const scheme = matchMedia("(prefers-color-scheme: dark)");
function show() {
  const painted = JSON.stringify(given.option,
    (name, value) => scheme.matches && typeof value === "string" && dark[value] || value);
  chart.setOption(JSON.parse(painted), true);
}
function fit() {
  // Text of 12 pixels is not shown with less than 11: a narrow screen scrolls.
  const scale = Math.max(11 / 12, frame.clientWidth / given.width);
  picture.style.transform = `scale(${scale})`;
  frame.style.height = `${given.height * scale}px`;
}
scheme.addEventListener("change", show);
addEventListener("resize", fit);
show();
fit();
"""
