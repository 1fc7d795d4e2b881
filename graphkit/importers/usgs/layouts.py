"""Layouts of the USGS tables, wide and long."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from graphkit.errors import GraphkitError
from graphkit.files.input import WHOLE, check_text
from graphkit.importers.usgs.figures import ROUNDED, SIZES, Figure, read_figure, tidy

APPENDIX = (
    "See Appendix C for resource and reserve definitions and information concerning data sources."
)


def read_notes(text: str) -> tuple[str, ...]:
    """Split the notes of one row into sentences."""
    parts = [tidy(part) for part in text.split(" -- ")]
    # The columns of the one yttrium row are shifted: its note is the answer to "critical?".
    notes = [p for p in parts if p and p not in (APPENDIX, "Yes")]
    return tuple(p if p.endswith((".", ".”")) else f"{p}." for p in notes)


LONG = ("MCS chapter", "Section", "Commodity", "Country", "Statistics", "Statistics_detail",
        "Unit", "Year", "Value", "Notes", "Is critical mineral 2025")  # fmt: skip
WIDE = ("COMMODITY", "COUNTRY", "TYPE", "UNIT_MEAS", "PROD_NOTES", "RESERVE_NOTES")
PRODUCTION_COLUMN = re.compile(r"PROD_(?P<estimate>EST_ ?)?(?P<year>\d{4})")
RESERVES_COLUMN = re.compile(r"RESERVES_(?P<year>\d{4})")
TABLES = {
    "Production": "production",
    "Reserves": "reserves",
    "Net import reliance": "net_import_reliance",
    "Import sources": "import_sources",
}
"""Names of the tables, by the beginning of their statistics."""
SALIENT = (
    "Production", "Import", "Export", "Consumption", "Stock", "Shipment", "Sold or used", "Sales",
    "Supply", "Price",
)  # fmt: skip


@dataclass(frozen=True)
class Printed:
    """Figure of a table, with its place, period, unit and notes."""

    place: tuple[str, ...]
    """Labels of its row: chapter, commodity, detail; wide layout: commodity, type, country."""
    country: str
    period: str
    unit: str
    figure: Figure
    notes: tuple[str, ...]
    estimated: bool
    rounded: bool
    statistic: str = ""
    """Name of the statistic in the long layout: Production, Import, Price ..."""


@dataclass(frozen=True)
class Release:
    """Data release: figures of critical minerals, and counts of everything else."""

    year: int
    """Year of the book; its last figures are for the year before."""
    wide: bool
    rows: int
    tables: Mapping[str, Sequence[Printed]]
    other_tables: int = 0
    other_minerals: int = 0
    blank: Mapping[str, int] = field(default_factory=dict)
    """Number of blank production cells per year, in the wide layout."""

    @property
    def source(self) -> str:
        """Key of the source."""
        return f"usgs-mcs-{self.year}"


def read_release(path: Path, left_out: frozenset[str] = frozenset()) -> Release:
    """Read a data release in either layout, UTF-8 or cp1252.

    Parameters
    ----------
    path : Path
        The CSV file as published.
    left_out : frozenset of str
        Commodities that are not critical, by their names in the wide layout, which has no such
        column.

    Raises
    ------
    GraphkitError
        The file cannot be read, is truncated, or has neither layout.
    """
    heads, rows = _rows(path)
    release = None
    if set(heads) >= set(LONG):
        release = _long(rows)
    elif set(heads) >= set(WIDE) and any(PRODUCTION_COLUMN.fullmatch(h) for h in heads):
        release = _wide(rows, heads, left_out)
    if release is None:
        raise GraphkitError(
            f"{path.name}: found the columns {', '.join(heads)[:80]!r}, wanted those of a data "
            f"release of the Mineral Commodity Summaries: {', '.join(LONG[:4])} ... (2026), or "
            f"{', '.join(WIDE[:4])} ... (2025), separated by commas"
        )
    if not any(release.tables.values()):
        raise GraphkitError(f"{path.name}: found no figure of a critical mineral")
    return release


def _rows(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Read header and rows, each as long as the header."""
    check_text(path, WHOLE)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise GraphkitError(f"{path.name} cannot be read: {error.strerror}") from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = raw.decode("cp1252")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise GraphkitError(
                f"{path.name}:{line}: found the byte 0x{raw[error.start]:02x}, which is neither "
                "UTF-8 nor cp1252"
            ) from error
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = []
    try:
        heads = [tidy(head) for head in next(lines, [])]
        for row in lines:
            if len(row) != len(heads):
                raise GraphkitError(
                    f"{path.name}:{lines.line_num}: found {len(row)} values, wanted {len(heads)} "
                    "as in the header; is the file truncated?"
                )
            rows.append(dict(zip(heads, row, strict=True)))
    except csv.Error as error:
        raise GraphkitError(
            f"{path.name}:{lines.line_num}: not CSV: {error}; is the file truncated?"
        ) from error
    return heads, rows


# --- long


def _long(rows: Sequence[Mapping[str, str]]) -> Release:
    tables: dict[str, list[Printed]] = defaultdict(list)
    counts: Counter[str] = Counter()
    last = max((y for row in rows for y in re.findall(r"\b20\d\d\b", row["Year"])), default="0")
    for row in rows:
        table = _table(row)
        # The columns of the one yttrium row are shifted by one.
        critical = "Yes" in (tidy(row["Is critical mineral 2025"]), tidy(row["Notes"]))
        if table is None:
            counts["tables"] += 1
        elif not critical:
            counts["minerals"] += 1
        else:
            tables[table].append(_long_row(row, last))
    return Release(
        int(last) + 1, False, len(rows), dict(tables), counts["tables"], counts["minerals"]
    )


def _table(row: Mapping[str, str]) -> str | None:
    """Return the table of a row; production and reserves only of the world section.

    Salient statistics are those of the United States, without its employment.
    """
    statistics = tidy(row["Statistics"])
    if row["Section"].startswith("Salient") and statistics in SALIENT:
        return "salient"
    table = next((name for start, name in TABLES.items() if statistics.startswith(start)), None)
    if table in ("production", "reserves") and not row["Section"].startswith("World"):
        return None
    return table


def _long_row(row: Mapping[str, str], last: str) -> Printed:
    """Read a row; all figures of the last year are estimates."""
    place = (row["MCS chapter"], row["Commodity"], row["Statistics_detail"])
    first, _, end = tidy(row["Year"]).partition("–")
    notes = read_notes(row["Notes"])
    return Printed(
        place=place,
        country=row["Country"],
        period=f"{first}-{first[:2]}{end}" if end else first,
        unit=row["Unit"],
        figure=_figure_at(row["Value"], (*place, row["Country"], row["Year"])),
        notes=notes,
        estimated="estimated" in row["Notes"].casefold() or row["Year"] == last,
        rounded=bool(ROUNDED.search(tidy(row["Statistics_detail"]))),
        statistic=tidy(row["Statistics"]),
    )


def _figure_at(text: str, place: tuple[str, ...]) -> Figure:
    try:
        return read_figure(text)
    except GraphkitError as error:
        raise GraphkitError(f"{' | '.join(place)}: {error}") from None


# --- wide


def _wide(
    rows: Sequence[Mapping[str, str]], heads: Sequence[str], left_out: frozenset[str]
) -> Release:
    """Read the wide layout; a blank cell, which may be zero or unknown, gives no row."""
    production_columns = [m for m in map(PRODUCTION_COLUMN.fullmatch, heads) if m]
    reserves_columns = [m for m in map(RESERVES_COLUMN.fullmatch, heads) if m]
    tables: dict[str, list[Printed]] = {"production": [], "reserves": []}
    blank: Counter[str] = Counter({m["year"]: 0 for m in production_columns})
    minerals = other_tables = 0
    for row in rows:
        kind = tidy(row["TYPE"]).casefold()
        if tidy(row["COMMODITY"]) in left_out:
            minerals += 1
            continue
        if "capacity" in kind:
            other_tables += 1
            continue
        for match in production_columns if not kind.startswith("reserves") else ():
            production = _production(row, match)
            blank[match["year"]] += production is None
            tables["production"] += [production] if production else []
        for match in reserves_columns:
            reserves = _reserves(row, match)
            tables["reserves"] += [reserves] if reserves else []
    year = max(int(m["year"]) for m in production_columns) + 1
    return Release(year, True, len(rows), tables, other_tables, minerals, dict(blank))


def _production(row: Mapping[str, str], column: re.Match[str]) -> Printed | None:
    text = row[column[0]].strip() or _in_words(row["PROD_NOTES"])
    if not text:
        return None
    estimated, notes = _production_notes(
        row["PROD_NOTES"], bool(column["estimate"]) or "estimated" in tidy(row["TYPE"])
    )
    return _wide_row(row, column["year"], text, notes, estimated)


def _reserves(row: Mapping[str, str], column: re.Match[str]) -> Printed | None:
    note = tidy(row["RESERVE_NOTES"])
    word = next((w for w in SIZES if note.casefold() == w.casefold()), None)
    text = row[column[0]].strip() or word or _in_words(note) or ("NA" if note[:3] == "NA " else "")
    if not text:
        return None
    figure_note = "" if word or note.upper() in ("NA", "XX") else note
    return _wide_row(row, column["year"], text, read_notes(figure_note), False)


def _wide_row(
    row: Mapping[str, str], period: str, text: str, notes: tuple[str, ...], estimated: bool
) -> Printed:
    place = (tidy(row["COMMODITY"]), tidy(row["TYPE"]), tidy(row["COUNTRY"]))
    return Printed(
        place=place,
        country=row["COUNTRY"],
        period=period,
        unit=row["UNIT_MEAS"],
        figure=_figure_at(text, place),
        notes=notes,
        estimated=estimated,
        rounded="rounded" in row["COUNTRY"],
    )


def _in_words(note: str) -> str | None:
    """Return the word in the note that replaces a figure, or None."""
    note = tidy(note)
    if note == "W for 23-24":
        return "W"
    if note.upper() in ("NA", "XX"):
        return note.upper()
    return "s" if re.search("included (with|in) ", note, re.IGNORECASE) else None


def _production_notes(note: str, all_estimated: bool) -> tuple[bool, tuple[str, ...]]:
    """Tell from the note if the figure is an estimate; return the other notes too."""
    note = tidy(note)
    estimated = note.casefold().startswith("estimated")
    if re.fullmatch(r"estimated (for )?2023|W for 23-24|NA|XX", note, re.IGNORECASE):
        note = ""
    if re.fullmatch(r"reported\.?", note, re.IGNORECASE):
        return False, ("Reported.",)
    return estimated or all_estimated, read_notes(note[:1].upper() + note[1:])
