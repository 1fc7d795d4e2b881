"""Figures in cells of the USGS tables: numbers, bounds, and what W, E and >95 stand for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from graphkit.errors import GraphkitError

NUMBER = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")
RANGE = re.compile(rf"({NUMBER.pattern})\s*[-–]\s*({NUMBER.pattern})")
DAMAGED = re.compile(rf"\?{NUMBER.pattern}")
"""Number after a sign that the data release lost."""
ZERO = "—"
QUALIFIER_WORDS = {
    "W": "withheld",
    "NA": "not-available",
    "E": "net-exporter",
    "XX": "not-applicable",
    "s": "included-elsewhere",
}
"""Qualifiers of words printed in place of a number; a note to ``s`` says where it is included."""
SIZES = ("Large", "Moderate", "Moderate to large", "Small", "Very small")
ROUNDED = re.compile(r"[:,] rounded$", re.IGNORECASE)
RELIANCE = re.compile(r"^Net import reliance ?as a ")


@dataclass(frozen=True)
class Figure:
    """Printed figure; a bound or a word gives no value."""

    printed: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    qualifier: str | None = None

    @property
    def published(self) -> str | None:
        """The printed text, unless it is a plain number."""
        return self.printed if self.value is None else None


def tidy(text: str) -> str:
    """Collapse white space to single spaces; the releases have non-breaking and trailing ones."""
    return " ".join(text.split())


def plain_text(text: str) -> str:
    """Normalize a row label for comparison: tidy, lower case, without ``: rounded``."""
    return ROUNDED.sub("", tidy(text)).casefold()


def read_figure(text: str) -> Figure:
    """Parse a printed figure.

    >>> read_figure("270,000").value, read_figure("—").value, read_figure(">95").low
    (270000.0, 0.0, 95.0)
    >>> read_figure("10,000 - 15,000").qualifier, read_figure("W").qualifier
    ('range', 'withheld')
    """
    text = tidy(text)
    if text == ZERO:
        return Figure(text, value=0.0)
    if NUMBER.fullmatch(text):
        return Figure(text, value=_number(text))
    if match := RANGE.fullmatch(text):
        return Figure(text, low=_number(match[1]), high=_number(match[2]), qualifier="range")
    if text[:1] == ">" and NUMBER.fullmatch(text[1:]):
        return Figure(text, low=_number(text[1:]), qualifier="more-than")
    if text[:1] == "<" and NUMBER.fullmatch(text[1:]):
        return Figure(text, high=_number(text[1:]), qualifier="less-than")
    if text in QUALIFIER_WORDS:
        return Figure(text, qualifier=QUALIFIER_WORDS[text])
    if text in SIZES or DAMAGED.fullmatch(text):
        return Figure(text, qualifier="not-available")
    words = ", ".join((*QUALIFIER_WORDS, *SIZES))
    raise GraphkitError(f"found the figure {text!r}, wanted a number, a bound, a range or {words}")


def _number(text: str) -> float:
    return float(text.replace(",", ""))
