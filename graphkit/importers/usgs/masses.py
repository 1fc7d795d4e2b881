"""Masses in the USGS tables: their units, and totals as printed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import fsum
from pathlib import Path
from typing import Any

import yaml

from graphkit.errors import GraphkitError
from graphkit.importers.report import FailedCheck
from graphkit.importers.seed_files import write_seed
from graphkit.importers.usgs.figures import RELIANCE, plain_text, tidy
from graphkit.importers.usgs.layouts import Printed

Meaning = Mapping[str, Any]
BEFORE_2025 = "production_before_2025"
"""Table of the meanings of editions that have one file a chapter."""
BY_TYPE = (BEFORE_2025, "production_2025", "reserves_2025")
"""Tables with rows found by commodity, type and country; others: chapter, commodity, detail."""


class Meanings:
    """Meanings of the rows of each table; remembers the unused and the unknown ones."""

    def __init__(
        self, tables: Mapping[str, Sequence[Meaning]], place_of: Callable[[str], str | None]
    ) -> None:
        self._tables: dict[str, dict[tuple[str, ...], Meaning]] = {
            table: {_place(table, row): row for row in rows} for table, rows in tables.items()
        }
        self._place_of = place_of
        self.unused = {(table, place) for table, rows in self._tables.items() for place in rows}
        self.unknown: dict[str, int] = {}
        """Number of printed rows for each unknown row label."""
        self.unknown_places: set[str] = set()

    def find(self, table: str, row: Printed) -> Meaning | None:
        """Find the meaning of a row; remember an unknown one."""
        place = tuple(plain_text(RELIANCE.sub("", part)) for part in row.place)
        meanings = self._tables[table]
        label = place if place in meanings else (*place[:2], "") if table in BY_TYPE else place
        if label not in meanings:
            parts = row.place[:2] if table in BY_TYPE else row.place
            name = f"{table}: {' | '.join(map(tidy, parts))}"
            self.unknown[name] = self.unknown.get(name, 0) + 1
            return None
        self.unused.discard((table, label))
        return meanings[label]

    def area(self, name: str) -> str | None:
        """Return the code of a country or area; remember an unknown one."""
        name = tidy(name)
        if name.casefold().startswith("world total"):
            return "WLD"
        key = self._place_of(name)
        if key is None:
            self.unknown_places.add(name)
        return key

    def refuse_unknown(self, file: str) -> None:
        """Raise a GraphkitError that lists all unknown rows and places."""
        unknown = [*self.unknown, *(f"country: {name}" for name in self.unknown_places)]
        if unknown:
            lines = "\n  ".join(sorted(unknown))
            raise GraphkitError(f"not in {file}:\n  {lines}")


def read_chapters() -> tuple[dict[str, list[Meaning]], frozenset[str]]:
    """Read the meanings of the world tables, and the commodities that are not critical."""
    tables = read_tables(Path(__file__).with_name("chapters.yaml"))
    return tables, frozenset(tables.pop("left_out"))


def read_tables(path: Path) -> dict[str, Any]:
    """Read a file of meanings."""
    tables: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tables


def _place(table: str, row: Meaning) -> tuple[str, ...]:
    names = (
        ("commodity", "type", "country") if table in BY_TYPE else ("chapter", "commodity", "detail")
    )
    return tuple(plain_text(row.get(name, "")) for name in names)


Row = dict[str, Any]

WORLD = "WLD"
UNITS = {
    "tons": "t",
    "metric tons": "t",
    "thousand metric tons": "kt",
    "thousand metric dry tons": "kt",
    "million metric tons": "Mt",
    "kilograms": "kg",
}
WORLD_NOTE = (
    "A note that stands on every row of a product's table stands here on its world total only."
)


def origin(source: str) -> str:
    """Return the credit of a data release in a seed."""
    year = source.rpartition("-")[2]
    return f"USGS, Mineral Commodity Summaries {year} data release (US public domain)"


def production_rows(table: str, printed: Iterable[Printed], meanings: Meanings) -> list[Row]:
    """Map figures to PRODUCES rows, each with its chapter, unit and notes under extra names.

    The country of an unknown place is None.
    """
    rows = []
    for cell in printed:
        meaning, country = meanings.find(table, cell), meanings.area(cell.country)
        if meaning is None:
            continue
        figure, (basis, notes) = cell.figure, _basis(meaning, cell)
        notes = tuple(n for n in notes if n != "Estimated.")  # A column says it.
        numbers = (figure.value, figure.low, figure.high)
        rows.append({
            **_scope(meaning, cell, country, notes),
            "tonnes": figure.value,
            "low": figure.low,
            "high": figure.high,
            "qualifier": _qualifier(cell),
            "published_value": figure.published,
            "estimated": True if cell.estimated and any(n is not None for n in numbers) else None,
            "basis": basis,
        })  # fmt: skip
    return rows


def reserve_rows(table: str, printed: Iterable[Printed], meanings: Meanings) -> list[Row]:
    """Map figures to HOLDS rows; a bound is kept as printed, with its unit in the note."""
    rows = []
    for cell in printed:
        meaning, country = meanings.find(table, cell), meanings.area(cell.country)
        if meaning is None:
            continue
        notes = cell.notes
        if cell.figure.low is not None or cell.figure.high is not None:
            notes = (*notes, f"In {tidy(meaning.get('unit', cell.unit))}.")
        rows.append({
            **_scope(meaning, cell, country, notes),
            "tonnes": cell.figure.value,
            "qualifier": _qualifier(cell),
            "published_value": cell.figure.published,
            "basis": meaning.get("basis"),
        })  # fmt: skip
    return rows


def _scope(meaning: Meaning, cell: Printed, country: str | None, notes: Sequence[str]) -> Row:
    own_notes = [meaning[name] for name in ("note", "unit_note") if name in meaning]
    if meaning.get("note_detail"):
        own_notes.append(f"{tidy(cell.place[2])}.")
    return {
        "chapter": meaning["chapter"],
        "unit": _unit(tidy(meaning.get("unit", cell.unit)), cell),
        "notes": tuple(notes),
        "own_notes": tuple(own_notes),
        "place": tidy(cell.country),
        "country": country,
        "product": meaning["product"],
        "period": cell.period,
    }


def _unit(printed: str, cell: Printed) -> str:
    if printed not in UNITS:
        place = " | ".join((*cell.place, cell.country))
        raise GraphkitError(
            f"{place}: found the unit {printed!r}, wanted one of {', '.join(UNITS)}"
        )
    return UNITS[printed]


def _basis(meaning: Meaning, cell: Printed) -> tuple[str | None, tuple[str, ...]]:
    """Return the basis of a mass and the other notes; for boron, MCS 2025 has it in the note."""
    if meaning.get("basis") != "as the note says":
        return meaning.get("basis"), cell.notes
    form = cell.notes[0].rstrip(".").lower() if cell.notes else "all forms"
    return form, ()


def _qualifier(cell: Printed) -> str | None:
    return cell.figure.qualifier or ("rounded" if cell.rounded else None)


def add_shares(rows: Sequence[Row]) -> None:
    """Add to each production row its share of the world total, or of the sum if that is more."""
    for members in of_one_total(rows).values():
        world = next((r["tonnes"] for r in members if r["country"] == WORLD), None)
        parts = [r for r in members if r["country"] != WORLD]
        figures = (r["low"] if r["tonnes"] is None else r["tonnes"] for r in parts)
        total = max(world or 0.0, fsum(figure or 0.0 for figure in figures))
        for row in parts:
            if world and row["tonnes"] is not None:
                row["share"] = round(row["tonnes"] / total, 6)


def of_one_total(rows: Iterable[Row]) -> dict[tuple[str, ...], list[Row]]:
    """Group rows by product, period and basis."""
    groups = defaultdict(list)
    for row in rows:
        groups[row["product"], row["period"], row["basis"] or ""].append(row)
    return dict(sorted(groups.items()))


def with_notes(rows: Sequence[Row]) -> list[Row]:
    """Add the note to rows; a note on every row of a product stays on the world total only."""
    products = defaultdict(list)
    for row in rows:
        products[row["product"]].append(row)
    noted_rows = []
    for members in products.values():
        common: set[str] = set()
        if len(members) > 2 and any(r["country"] == WORLD for r in members):
            common = set.intersection(*(set(r["notes"]) for r in members))
        for row in members:
            notes = [n for n in row["notes"] if n not in common or row["country"] == WORLD]
            noted_rows.append({**row, "note": " ".join((*row["own_notes"], *notes)) or None})
    return noted_rows


def write_chapters(
    out: Path, kind: str, source: str, rows: Sequence[Row], *, program: str, end: str = ""
) -> int:
    """Write one file per chapter; return the number of rows.

    ``program`` names the program that writes them, ``end`` is added to the file names.
    """
    columns = ("country", "product", "period", "tonnes", "low", "high", "share", "qualifier",
               "published_value", "estimated", "basis", "note")  # fmt: skip
    chapters = defaultdict(list)
    for row in rows:
        chapters[row["chapter"]].append(row)
    for chapter, members in sorted(chapters.items()):
        units = {r["unit"] for r in members}
        if len(units) > 1:
            raise GraphkitError(
                f"{chapter}: found the units {', '.join(sorted(units))}, wanted one"
            )
        noted_rows = [{c: row.get(c) for c in columns} for row in with_notes(members)]
        same = {
            c: noted_rows[0][c]
            for c in ("product", "period", "basis")
            if noted_rows[0][c] and len({row[c] for row in noted_rows}) == 1
        }
        noted_rows = [{c: v for c, v in row.items() if c not in same} for row in noted_rows]
        defaults = {"source": source, **same}
        if kind == "PRODUCES":
            defaults["observed"] = True
        masses = [
            c for c in ("tonnes", "low", "high") if any(r.get(c) is not None for r in noted_rows)
        ]
        write_seed(
            out / f"{_slug(chapter)}{end}.yaml",
            _comment(kind, chapter, source, {r["period"] for r in members}, program),
            kind,
            noted_rows,
            defaults=defaults,
            units=dict.fromkeys(masses, units.pop()) if units != {"t"} else None,
            sort=("product", "country", "period", "basis"),
        )
    return len(rows)


def _comment(kind: str, chapter: str, source: str, periods: set[str], author: str) -> str:
    years = ", ".join(sorted(periods))
    lines = [
        f"{chapter}: world {'production' if kind == 'PRODUCES' else 'reserves'}, {years}.",
        f"{origin(source)}; {author}",
    ]
    if kind == "PRODUCES":
        lines.append(
            "A share is of the published world total (its note says what that leaves out), or of "
            "the sum of the figures where that is larger."
        )
    return "\n".join([*lines, WORLD_NOTE])


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def check_totals(rows: Iterable[Row], book: str) -> int:
    """Check printed totals against the sums of their countries; return the number of totals.

    A total and its parts are each rounded. A larger difference than these roundings can explain
    means a misread or misprinted figure, such as a footnote digit glued to a number. If a part has
    no figure (withheld, not available), the sum may fall short.

    Raises
    ------
    FailedCheck
        A sum misses its total; the message has both numbers.
    """
    checked, missed = 0, []
    for (product, period, basis), members in of_one_total(rows).items():
        totals = [r for r in members if r["country"] == WORLD and r["tonnes"] is not None]
        parts = [r for r in members if r["country"] != WORLD]
        parts_known = [r for r in parts if r["tonnes"] is not None]
        if len(totals) != 1 or not parts_known:
            continue
        checked += 1
        total, added = totals[0]["tonnes"], sum(r["tonnes"] for r in parts_known)
        most = (rounding(total) + sum(rounding(r["tonnes"]) for r in parts_known)) / 2
        if added > total + most or (added < total - most and len(parts_known) == len(parts)):
            unit = members[0]["unit"]
            missed.append(
                f"{product}, {period}{f', {basis}' if basis else ''}: the countries add up to "
                f"{_printed(added)} {unit}, the printed total is {_printed(total)} {unit}, and "
                f"rounding explains at most {_printed(most)} {unit}"
                f"{_suspect(parts_known, total, added, most)}"
            )
    if missed:
        raise FailedCheck(f"{book}: {'; '.join(missed)}. Nothing is written")
    return checked


def rounding(figure: float) -> float:
    """Return the unit of the last significant digit of a printed figure.

    >>> rounding(12400), rounding(49), rounding(0.75), rounding(0)
    (100.0, 1.0, 0.01, 0.0)
    """
    if not figure:
        return 0.0
    whole, _, digits = _printed(figure).replace(",", "").partition(".")
    if digits:
        return float(f"1e-{len(digits)}")
    return float(10 ** (len(whole) - len(whole.rstrip("0"))))


def _suspect(parts: Sequence[Row], total: float, added: float, most: float) -> str:
    """Name the figures that would agree without their first or last digit."""
    suspects = []
    for figure, place, excess in (
        *((row["tonnes"], f"{row['place']}'s", added - total) for row in parts),
        (total, "the total's", total - added),
    ):
        text = f"{figure:.15g}"
        for shortened in sorted({text[1:], text[:-1]}) if text.isdigit() and len(text) > 1 else ():
            if abs(figure - float(shortened) - excess) <= most:
                suspects.append(f"{_printed(float(shortened))} for {place} {_printed(figure)}")
    return f" ({' or '.join(suspects)} would agree)" if suspects else ""


def _printed(figure: float) -> str:
    text = f"{figure:,.15g}"
    return text.rstrip("0").rstrip(".") if "." in text else text
