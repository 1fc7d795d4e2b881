"""Files of pictures: SVG and PNG by ECharts in QuickJS and resvg, and pages that draw themselves.

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
from html import escape
from typing import Any

from graphkit.errors import GraphkitError, install
from graphkit.plot.paper import ASSETS, DARK, FONT, INK, PAPER, WIDTH, world


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

    @property
    def title(self) -> str:
        """The question that it answers."""
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
        """Draw it as PNG, two and a half times as large: 1,600 pixels wide."""
        return png(self)

    def interactive(self) -> Interactive:
        """Return it with tooltips, as a notebook shows it in a browser."""
        return Interactive(html_page(self), self.width, self.height)

    def _repr_mimebundle_(self, **which: Any) -> dict[str, str]:
        return {"image/svg+xml": self.svg(), "text/plain": f"<Picture: {self.title}>"}


@dataclass(frozen=True)
class Interactive:
    """A picture as a page of its own, shown inside the page of a notebook."""

    page: str
    width: int
    height: int

    def _repr_html_(self) -> str:
        size = f'width="{self.width + 40}" height="{self.height + 40}" style="border: 0"'
        return f'<iframe srcdoc="{escape(self.page, quote=True)}" {size}></iframe>'


PNG_SCALE = 2.5
_DRAW = """
globalThis.setTimeout = globalThis.clearTimeout = function () { return 0; };
function measured(text, font) {
  var size = parseFloat((/([\\d.]+)px/.exec(font) || [0, 12])[1]);
  var widths = /bold/.test(font) ? WIDTHS.bold : WIDTHS.regular, sum = 0;
  for (var character of String(text)) sum += widths[character] || 1000;
  return {width: sum * size / 1000};
}
function draw(given, world) {
  var picture = JSON.parse(given);
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
        f"<title>{escape(picture.title)}</title>\n"
        f"<style>@media (prefers-color-scheme: dark){{{rules}}}</style>\n"
    )
    text = _drawn(picture)
    start = text.index(">") + 1
    return f'{text[: start - 1]} role="img">\n{head}{text[start:].lstrip()}\n'


def png(picture: Picture) -> bytes:
    """Draw a picture as PNG, 1,600 pixels wide, or 850 for a phone, with graphkit's own font.

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
        width=round(PNG_SCALE * picture.width), font_files=fonts,
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
    head = _HEAD.replace("FONTS", font_faces()).replace("TITLE", escape(picture.title))
    foot = f"<main>{below}</main>\n</body>\n</html>\n"
    script = (ASSETS / "echarts.js").read_text("utf-8").replace("</script", "<\\/script")
    given = ",".join(map(_given, layouts)).replace("<", "\\u003c")
    run = _RUN.replace("LAYOUTS", f"[{given}]").replace("DARK", json.dumps(DARK))
    run = run.replace("WORLD", json.dumps(world()["shapes"] if picture.world else None))
    label = escape(picture.title, quote=True)
    role = f'tabindex="0" role="img" aria-label="{label}"'
    frame = f'<div id="frame" {role}><div id="picture"></div></div>\n'
    return f"{head}{frame}<script>{script}</script>\n<script>{run}</script>\n{foot}"


def _given(picture: Picture) -> str:
    return json.dumps(picture.layout, ensure_ascii=False)


def _drawn(picture: Picture) -> str:
    """Draw a picture as ECharts' own SVG, without what changes from one drawing to the next."""
    engine = getattr(_OWN, "engine", None)
    if engine is None:
        engine = _OWN.engine = _engine()
    shapes = json.dumps(world()["shapes"]) if picture.world else ""
    text: str = json.loads(engine.get("draw")(_given(picture), shapes))
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
 style-src 'unsafe-inline'; font-src data:; img-src data:">
<title>TITLE</title>
<style>
FONTSbody {{ margin: 0 auto; max-width: 1000px; padding: 0 12px; background: {PAPER}; color: {INK};
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
const layouts = LAYOUTS, world = WORLD, dark = DARK, frame = document.getElementById("frame");
const picture = document.getElementById("picture");
if (world) echarts.registerMap("world", world);
const chart = echarts.init(picture, null, {renderer: "svg", width: 1, height: 1});
const scheme = matchMedia("(prefers-color-scheme: dark)");
// Text of 12 pixels is not shown with less than 11: what is still too wide scrolls.
const smallest = 11 / 12;
let given = null;
function show() {
  const painted = JSON.stringify(given.option,
    (name, value) => scheme.matches && typeof value === "string" && dark[value] || value);
  chart.resize({width: given.width, height: given.height});
  chart.setOption(JSON.parse(painted), true);
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
