"""How the USGS prints figures and notes, and what each means; it knows nothing of the graph."""

from __future__ import annotations

import re
from dataclasses import dataclass

from graphkit.errors import GraphkitError

NUMBER = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")
RANGE = re.compile(rf"({NUMBER.pattern})\s*[-–]\s*({NUMBER.pattern})")
ZERO = "—"
WORDS = {
    "W": "withheld",
    "NA": "not-available",
    "E": "net-exporter",
    "XX": "not-applicable",
    "s": "included-elsewhere",
}
"""What is printed in place of a number; ``s`` points at a note that says where it is included."""
SIZES = ("Large", "Moderate", "Moderate to large", "Small", "Very small")
ROUNDED = re.compile(r"[:,] rounded$", re.IGNORECASE)
RELIANCE = re.compile(r"^Net import reliance ?as a ")
APPENDIX = (
    "See Appendix C for resource and reserve definitions and information concerning data sources."
)


@dataclass(frozen=True)
class Figure:
    """A figure as printed; a bound is no value, and neither is a word."""

    printed: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    qualifier: str | None = None

    @property
    def published(self) -> str | None:
        """What was printed, where that is not a plain number."""
        return self.printed if self.value is None else None


def tidy(text: str) -> str:
    """Text with single plain blanks; the releases mix in unbreakable and trailing ones."""
    return " ".join(text.split())


def plain(text: str) -> str:
    """The words of a row as they are compared: tidy, in lower case, without ``: rounded``."""
    return ROUNDED.sub("", tidy(text)).casefold()


def read_figure(text: str) -> Figure:
    """A printed figure.

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
    if text in WORDS:
        return Figure(text, qualifier=WORDS[text])
    if text in SIZES:
        return Figure(text, qualifier="not-available")
    known = ", ".join((*WORDS, *SIZES))
    raise GraphkitError(f"found the figure {text!r}, wanted a number, a bound, a range or {known}")


def _number(text: str) -> float:
    return float(text.replace(",", ""))


def read_notes(text: str) -> tuple[str, ...]:
    """The notes of one row, each a sentence."""
    parts = [tidy(part) for part in text.split(" -- ")]
    # In the one row on yttrium the columns have slipped: its note is the answer to "critical?".
    kept = [p for p in parts if p and p not in (APPENDIX, "Yes")]
    return tuple(p if p.endswith((".", ".”")) else f"{p}." for p in kept)
