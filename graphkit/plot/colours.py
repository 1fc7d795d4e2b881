"""The colours of pictures: one for a country in all of them, and those of paper, ink and roles."""

from __future__ import annotations

PAPER, INK, MUTED, LINE = "#ffffff", "#1f2328", "#5b6470", "#d4d9e0"
"""Background, text, secondary text, and grid lines of a picture on light paper."""
DARK = {PAPER: "#14171c", INK: "#e9ebee", MUTED: "#a6aeba", LINE: "#3c434d"}
"""The same on dark paper."""

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
    step = min(len(SHADES) - 1, max(0, int(share * len(SHADES))))
    return SHADES[step], ON_LIGHT if step < 3 else ON_DARK


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour ``#rrggbb``, 0 to 1, as WCAG 2 defines it.

    >>> round(luminance("#ffffff"), 3), round(luminance("#7d8590"), 3)
    (1.0, 0.231)
    """
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
