"""Paper, fonts and colours of every picture: sizes, widths of text, and names on the map."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from graphkit.errors import visible

WIDTH, NARROW = 640, 340
"""Widths of a picture in pixels, and of one for a phone; PNG, SVG and HTML scale it."""
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
