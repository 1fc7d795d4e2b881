"""Reads the USGS tables: how a figure, a note and a row are printed, and what each means.

It knows the layout of two releases of the Mineral Commodity Summaries (MCS 2026 and MCS 2025) and
nothing of the graph.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

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


@dataclass(frozen=True)
class Printed:
    """One row of a table."""

    place: tuple[str, ...]
    """Where it stands: chapter, commodity, detail; in MCS 2025 commodity, type, country."""
    country: str
    period: str
    unit: str
    figure: Figure
    notes: tuple[str, ...]
    estimated: bool
    rounded: bool


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
    raise ValueError(f"found the figure {text!r}, wanted a number, a bound, a range or {known}")


def _number(text: str) -> float:
    return float(text.replace(",", ""))


def read_notes(text: str) -> tuple[str, ...]:
    """The notes of one row, each a sentence."""
    parts = [tidy(part) for part in text.split(" -- ")]
    # In the one row on yttrium the columns have slipped: its note is the answer to "critical?".
    kept = [p for p in parts if p and p not in (APPENDIX, "Yes")]
    return tuple(p if p.endswith((".", ".”")) else f"{p}." for p in kept)


def read_release(path: Path) -> list[Printed]:
    """The critical rows of one prepared table of MCS 2026."""
    return [_release_row(row) for row in _rows(path) if row["critical"] == "Yes"]


def _release_row(row: dict[str, str]) -> Printed:
    # The prepared tables lost the text "NA" on the way and have "nan" as its flag.
    text = row["Value"] or ("NA" if row["flag"] == "nan" else row["flag"])
    place = (row["chapter"], row["Commodity"], row["Statistics_detail"])
    country = row.get("Country", "United States")
    first, _, last = tidy(row["Year"]).partition("–")
    return Printed(
        place=place,
        country=country,
        period=f"{first}-{first[:2]}{last}" if last else first,
        unit=row["Unit"],
        figure=_figure_at(text, (*place, country, row["Year"])),
        notes=read_notes(row["Notes"]),
        estimated=row.get("estimated") == "True" or row["Year"] == "2025",
        rounded=bool(ROUNDED.search(tidy(row["Statistics_detail"]))),
    )


def _figure_at(text: str, place: tuple[str, ...]) -> Figure:
    try:
        return read_figure(text)
    except ValueError as error:
        raise ValueError(f"{' | '.join(place)}: {error}") from None


def read_mcs2025(
    path: Path, left_out: set[str], left_out_types: set[str]
) -> tuple[list[Printed], int]:
    """The production of 2023 in MCS 2025, and how many of its cells are blank.

    A blank cell was a zero or an unknown before the release lost the sign for it: it is no row.
    """
    out, blank = [], 0
    for row in _rows(path):
        commodity, kind = tidy(row["COMMODITY"]), tidy(row["TYPE"])
        text = row["PROD_2023"].strip() or _in_words(row["PROD_NOTES"])
        if commodity in left_out or kind in left_out_types:
            continue
        if not text:
            blank += 1
            continue
        place = (commodity, kind, tidy(row["COUNTRY"]))
        estimated, notes = _notes_2025(row["PROD_NOTES"], "estimated" in kind)
        out.append(
            Printed(
                place=place,
                country=row["COUNTRY"],
                period="2023",
                unit=row["UNIT_MEAS"],
                figure=_figure_at(text, place),
                notes=notes,
                estimated=estimated,
                rounded="rounded" in row["COUNTRY"],
            )
        )
    return out, blank


def _in_words(note: str) -> str | None:
    """What stands in the note in place of a figure; None where nothing does."""
    note = tidy(note)
    if note == "W for 23-24":
        return "W"
    if note.upper() in ("NA", "XX"):
        return note.upper()
    return "s" if "included with" in note else None


def _notes_2025(note: str, all_estimated: bool) -> tuple[bool, tuple[str, ...]]:
    """Whether the figure of 2023 is an estimate, and what else the note says."""
    note = tidy(note)
    estimated = note.casefold().startswith("estimated")
    if re.fullmatch(r"estimated (for )?2023|W for 23-24|NA|XX", note, re.IGNORECASE):
        note = ""
    if re.fullmatch(r"reported\.?", note, re.IGNORECASE):
        return False, ("Reported.",)
    return estimated or all_estimated, read_notes(note[:1].upper() + note[1:])


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)
