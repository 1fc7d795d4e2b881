"""Pictures as files: fonts, colours and names; SVG and PNG by ECharts in QuickJS and resvg; HTML.

No browser, no fonts of the system and no connection are needed.
"""

from __future__ import annotations

import json
import re
import threading
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from graphkit.errors import GraphkitError, install, visible
from graphkit.pages.html import WITH_SCRIPTS, document, frame, html

WIDTH, NARROW = 640, 340
"""Widths of a picture in pixels, and of one for a phone; PNG, SVG and HTML scale it."""
SLIDE = (1920, 1080)
"""Pixels of a slide, across and down."""
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
    content: dict[str, Any] = json.loads((ASSETS / "world.json").read_text("utf-8"))
    return content


def name_of(key: str) -> str:
    """Return the short name of a country, or the key itself of all else.

    >>> name_of("KOR"), name_of("EU27"), name_of("ree-metals")
    ('South Korea', 'EU27', 'ree-metals')
    """
    name: str = world()["names"].get(key, key)
    return name


WEST = -27.0
"""Longitude of the edges of the map, in the Atlantic, so that the Pacific is in its middle."""


def eastward(longitude: float) -> float:
    """Return a longitude counted on to the east from the western edge of the map.

    >>> eastward(127.5), eastward(-100.0)
    (127.5, 260.0)
    """
    return longitude if longitude >= WEST else round(longitude + 360, 2)


def point_of(key: str) -> tuple[float, float] | None:
    """Return the longitude from the map's edge on, and the latitude, of a country.

    None for former states and groups.
    """
    point = world()["points"].get(key)
    return None if point is None else (point[0], point[1])


PAPER, INK, MUTED, LINE = "#ffffff", "#1f2328", "#5b6470", "#d4d9e0"
"""Background, text, secondary text, and grid lines of a picture on light paper."""
DARK = {
    PAPER: "#14171c", INK: "#e9ebee", MUTED: "#a6aeba", LINE: "#3c434d",
    "#3544d4": "#4e50e9", "#833180": "#bc3ca8", "#125746": "#13705f", "#654c11": "#726523",
    "#fc3609": "#fccf7e", "#c675c6": "#cfc6fc", "#3f4824": "#516c3f", "#7500fc": "#a236b4",
    "#630999": "#7548cf", "#b42db4": "#875a87",
}  # fmt: skip
"""The same on dark paper, and colours of countries that would be too dark or too alike on it."""

COUNTRIES = {
    "CHN": "#ce1a66",
    "USA": "#3544d4",
    "EU27": "#4881e5",
    "JPN": "#833180",
    "KOR": "#125746",
    "AUS": "#119a0e",
    "COD": "#cf735c",
    "RUS": "#654c11",
    "CHL": "#fc3609",
    "IDN": "#c675c6",
    "ZAF": "#3f4824",
    "VNM": "#7500fc",
    "GIN": "#630999",
    "TUR": "#b42db4",
}
"""Those who lead a mineral, and large buyers: few enough to tell apart with any colour vision."""
OTHER = "#7d8590"
"""Every other country, which its label tells apart."""

FIRST, SECOND, THIRD, FOURTH = "#3544d4", "#cf735c", "#119a0e", "#833180"
"""Roles of parts and lines that are not countries."""
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


STRENGTHS = (0.12, 0.26, 0.4, 0.54, 0.68, 0.94)
"""Part of a country's colour in a cell, on white, for shares from 0 to 1."""


def tint(country: str, share: float) -> tuple[str, str]:
    """Return the colour of a cell with a country's share from 0 to 1, and that of its text.

    >>> tint("CHN", 0.0), tint("CHN", 1.0)
    (('#f9e4ed', '#10141a'), ('#d1286f', '#fdfdfd'))
    """
    strength = STRENGTHS[min(len(STRENGTHS) - 1, max(0, int(share * len(STRENGTHS))))]
    full = colour_of(country)
    channels = (int(full[place : place + 2], 16) for place in (1, 3, 5))
    colour = "#" + "".join(f"{round(255 - (255 - c) * strength):02x}" for c in channels)
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
    widths = advances("bold" if bold else "regular")
    return sum(widths.get(character, 1000) for character in text) * size / 1000


def wrapped(
    text: str, space: float, size: float = TEXT, *, bold: bool = False, lines: int = 9
) -> list[str]:
    """Break a text between words, and a longer word inside; what is over ends in an ellipsis.

    >>> wrapped("permanent magnets of metal", 120)
    ['permanent', 'magnets of metal']
    """
    result = [""]
    for word in visible(text).split(" "):
        joined = f"{result[-1]} {word}" if result[-1] else word
        if text_width(joined, size, bold=bold) <= space:
            result[-1] = joined
            continue
        if result[-1]:
            result.append("")
        for character in word:
            if result[-1] and text_width(result[-1] + character, size, bold=bold) > space:
                result.append("")
            result[-1] += character
    if len(result) > lines:
        last = result[lines - 1]
        while last and text_width(f"{last} …", size, bold=bold) > space:
            last = last[:-1]
        return [*result[: lines - 1], f"{last.rstrip(' ,;')} …"]
    return result


@dataclass(frozen=True)
class Picture:
    """An ECharts option and the size that it is laid out for."""

    option: Mapping[str, Any]
    height: int
    """Pixels."""
    drawn: int
    """Number of rows of the answer that it shows."""
    world: bool = False
    """True if it draws the map ``world``."""
    width: int = WIDTH
    """Pixels."""
    is_slide: bool = False
    """True if it is shown as large as :data:`SLIDE`, whose shape it has."""

    @property
    def title(self) -> str:
        """The headline of its answer, or the question."""
        text: str = self.option["title"][0]["text"]
        return text.replace("\n", " ")

    @property
    def layout(self) -> dict[str, Any]:
        """The option and its size, which a page needs to draw it."""
        return {"option": self.option, "width": self.width, "height": self.height}

    def svg(self) -> str:
        """Draw it as SVG."""
        return svg(self)

    def png(self) -> bytes:
        """Draw it as PNG, two and a half times as large: 1,600 pixels wide; a slide 1,920."""
        return png(self)

    def interactive(self) -> Interactive:
        """Return it with tooltips, as a notebook shows it in a browser."""
        return Interactive(html_page(self), self.width, self.height)

    def _repr_mimebundle_(self, **options: Any) -> dict[str, str]:
        return {"image/svg+xml": self.svg(), "text/plain": f"<Picture: {self.title}>"}


@dataclass(frozen=True)
class Interactive:
    """A picture as a page of its own, shown inside the page of a notebook."""

    page: str
    width: int
    height: int

    def _repr_html_(self) -> str:
        return frame(self.page, self.width + 40, self.height + 40)


PNG_SCALE = 2.5
_DRAW = """
globalThis.setTimeout = globalThis.clearTimeout = function () { return 0; };
function measured(text, font) {
  var size = parseFloat((/([\\d.]+)px/.exec(font) || [0, 12])[1]);
  var widths = /bold/.test(font) ? WIDTHS.bold : WIDTHS.regular, sum = 0;
  for (var character of String(text)) sum += widths[character] || 1000;
  return {width: sum * size / 1000};
}
function draw(layout, world) {
  var picture = JSON.parse(layout);
  if (world) echarts.registerMap("world", JSON.parse(world));
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
        f"<title>{html(picture.title)}</title>\n"
        f"<style>@media (prefers-color-scheme: dark){{{rules}}}</style>\n"
    )
    text = _drawn(picture)
    if picture.is_slide:
        wide, high = SLIDE
        size = f'width="{picture.width}" height="{picture.height}"'
        text = text.replace(size, f'width="{wide}" height="{high}"', 1)
    start = text.index(">") + 1
    return f'{text[: start - 1]} role="img">\n{head}{text[start:].lstrip()}\n'


def png(picture: Picture) -> bytes:
    """Draw a picture as PNG, with graphkit's own font.

    It is 1,600 pixels wide, 850 for a phone, and 1,920 as a slide.

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
        svg_string=_drawn(picture).replace(FONT, "Noto Sans"),
        width=SLIDE[0] if picture.is_slide else round(PNG_SCALE * picture.width), font_files=fonts,
        skip_system_fonts=True, font_family="Noto Sans", sans_serif_family="Noto Sans",
        background=PAPER,
    ))  # fmt: skip


@cache
def font_faces() -> str:
    """Return the style that gives a page the letters that pictures are laid out for."""
    faces = []
    for name, weight in (("Regular", 400), ("Bold", 700)):
        letters = b64encode((ASSETS / f"NotoSans-{name}.ttf").read_bytes()).decode()
        source = f"url(data:font/ttf;base64,{letters})"
        faces.append(
            f'@font-face {{ font-family: "Noto Sans"; font-weight: {weight}; src: {source}; }}\n'
        )
    return "".join(faces)


def html_page(*layouts: Picture, below: str = "") -> str:
    """Write one file that shows a picture with tooltips, and some HTML below it.

    The page asks for nothing from outside. It shows the first layout that is narrow enough for its
    window, else the last, and scales it to its width.
    """
    picture = layouts[0]
    options = ",".join(map(_layout_text, layouts)).replace("<", "\\u003c")
    run = _RUN.replace("LAYOUTS", f"[{options}]").replace("DARK", json.dumps(DARK))
    run = run.replace("WORLD", json.dumps(world()["shapes"] if picture.world else None))
    echarts = (ASSETS / "echarts.js").read_text("utf-8").replace("</script", "<\\/script")
    role = f'tabindex="0" role="img" aria-label="{html(picture.title)}"'
    body = (
        f'<div id="frame" {role}><div id="picture"></div></div>\n'
        f"<script>{echarts}</script>\n<script>{run}</script>\n<main>{below}</main>\n"
    )
    return document(picture.title, body, font_faces() + _STYLE, policy=WITH_SCRIPTS)


def _layout_text(picture: Picture) -> str:
    return json.dumps(picture.layout, ensure_ascii=False)


def _drawn(picture: Picture) -> str:
    """Draw a picture as ECharts' own SVG, without what changes from one drawing to the next."""
    engine = getattr(_OWN, "engine", None)
    if engine is None:
        engine = _OWN.engine = _engine()
    shapes = json.dumps(world()["shapes"]) if picture.world else ""
    text: str = json.loads(engine.get("draw")(_layout_text(picture), shapes))
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


_STYLE = f"""\
body {{ margin: 0 auto; max-width: 1000px; padding: 0 12px; background: {PAPER}; color: {INK};
  font: 15px/1.45 {FONT}; }}
#frame {{ overflow: auto hidden; }}
#picture {{ transform-origin: 0 0; }}
main {{ overflow-x: auto; }}
h1 {{ font-size: 17px; }}
table {{ border-collapse: collapse; font-size: 13px; }}
td, th {{ padding: 2px 8px; border-bottom: 1px solid #8884; text-align: left; }}
@media (prefers-color-scheme: dark) {{
  body {{ background: {DARK[PAPER]}; color: {DARK[INK]}; }}
}}
"""
"""CSS of a page of a picture, after that of the letters."""
_RUN = """
"use strict";
const layouts = LAYOUTS, world = WORLD, dark = DARK, frame = document.getElementById("frame");
const picture = document.getElementById("picture");
if (world) echarts.registerMap("world", world);
const chart = echarts.init(picture, null, {renderer: "svg", width: 1, height: 1});
const scheme = matchMedia("(prefers-color-scheme: dark)");
// Text of 12 pixels is not shown with less than 11: what is still too wide scrolls.
const smallest = 11 / 12;
let given = null;
const written = (value) => [value].flat().map((one) => typeof one !== "number" ? one : one > 1e11
  ? new Date(one).toISOString().slice(0, 10)
  : one.toLocaleString("en", {maximumSignificantDigits: 4})).join(", ");
function show() {
  const painted = JSON.stringify(given.option,
    (name, value) => scheme.matches && typeof value === "string" && dark[value] || value);
  chart.resize({width: given.width, height: given.height});
  const option = JSON.parse(painted);
  if (option.tooltip) option.tooltip.valueFormatter = written;
  chart.setOption(option, true);
}
function fit() {
  const fitting = layouts.find((each) => each.width * smallest <= frame.clientWidth);
  const chosen = fitting || layouts[layouts.length - 1];
  if (chosen !== given) {
    given = chosen;
    show();
  }
  const scale = Math.max(smallest, frame.clientWidth / given.width);
  picture.style.transform = `scale(${scale})`;
  frame.style.height = `${given.height * scale}px`;
}
scheme.addEventListener("change", show);
addEventListener("resize", fit);
const letters = [400, 700].map((weight) => document.fonts.load(`${weight} 13px "Noto Sans"`));
Promise.all(letters).then(fit, fit);
"""
