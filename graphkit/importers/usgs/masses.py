"""Masses in the USGS tables: units, qualifiers and printed totals."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from graphkit.errors import GraphkitError
from graphkit.importers.usgs.layouts import RELIANCE, Printed, plain, tidy
from graphkit.importers.writing import FailedCheck, write_seed

Meaning = Mapping[str, Any]
BY_TYPE = ("production_2025", "reserves_2025")
"""Tables whose rows are found by commodity, type and country, the others by chapter too."""


class Meanings:
    """What the rows of each table mean; remembers which were asked for and which are not there."""

    def __init__(
        self, tables: Mapping[str, Sequence[Meaning]], place_of: Callable[[str], str | None]
    ) -> None:
        self._tables: dict[str, dict[tuple[str, ...], Meaning]] = {
            table: {_place(table, row): row for row in rows} for table, rows in tables.items()
        }
        self._place_of = place_of
        self.unused = {(table, place) for table, rows in self._tables.items() for place in rows}
        self.unknown: dict[str, int] = {}
        """How many rows each table's row that is not here has."""
        self.unknown_places: set[str] = set()

    def find(self, table: str, row: Printed) -> Meaning | None:
        """What a row means; an unknown one is remembered."""
        place = tuple(plain(RELIANCE.sub("", part)) for part in row.place)
        known = self._tables[table]
        found = place if place in known else (*place[:2], "") if table in BY_TYPE else place
        if found not in known:
            parts = row.place[:2] if table in BY_TYPE else row.place
            name = f"{table}: {' | '.join(map(tidy, parts))}"
            self.unknown[name] = self.unknown.get(name, 0) + 1
            return None
        self.unused.discard((table, found))
        return known[found]

    def area(self, name: str) -> str | None:
        """The code of a country or area; an unknown one is remembered."""
        name = tidy(name)
        if name.casefold().startswith("world total"):
            return "WLD"
        key = self._place_of(name)
        if key is None:
            self.unknown_places.add(name)
        return key

    def refuse_unknown(self, where: str) -> None:
        """Raise a GraphkitError that names everything that was not found."""
        unknown = [*self.unknown, *(f"country: {name}" for name in self.unknown_places)]
        if unknown:
            lines = "\n  ".join(sorted(unknown))
            raise GraphkitError(f"not in {where}:\n  {lines}")


def read_chapters() -> tuple[dict[str, list[Meaning]], frozenset[str]]:
    """The meanings of the world tables, and the commodities that are not critical."""
    tables = read_tables(Path(__file__).with_name("chapters.yaml"))
    return tables, frozenset(tables.pop("left_out"))


def read_tables(path: Path) -> dict[str, Any]:
    """A file of meanings."""
    tables: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tables


def _place(table: str, row: Meaning) -> tuple[str, ...]:
    names = (
        ("commodity", "type", "country") if table in BY_TYPE else ("chapter", "commodity", "detail")
    )
    return tuple(plain(row.get(name, "")) for name in names)


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
    """How a seed credits a data release."""
    year = source.rpartition("-")[2]
    return f"USGS, Mineral Commodity Summaries {year} data release (US public domain)"


def production_rows(table: str, printed: Iterable[Printed], meanings: Meanings) -> list[Row]:
    """PRODUCES rows, with the chapter, unit and notes of each under names of their own.

    The country of a place that nobody knows is None.
    """
    rows = []
    for one in printed:
        meaning, country = meanings.find(table, one), meanings.area(one.country)
        if meaning is None:
            continue
        figure, (basis, notes) = one.figure, _basis(meaning, one)
        notes = tuple(n for n in notes if n != "Estimated.")  # A column says it.
        numbers = (figure.value, figure.low, figure.high)
        rows.append({
            **_scope(meaning, one, country, notes),
            "tonnes": figure.value,
            "low": figure.low,
            "high": figure.high,
            "qualifier": _qualifier(one),
            "published_value": figure.published,
            "estimated": True if one.estimated and any(n is not None for n in numbers) else None,
            "basis": basis,
        })  # fmt: skip
    return rows


def reserve_rows(table: str, printed: Iterable[Printed], meanings: Meanings) -> list[Row]:
    """HOLDS rows; a bound is kept as printed, with its unit in the note."""
    rows = []
    for one in printed:
        meaning, country = meanings.find(table, one), meanings.area(one.country)
        if meaning is None:
            continue
        notes = one.notes
        if one.figure.low is not None or one.figure.high is not None:
            notes = (*notes, f"In {tidy(meaning.get('unit', one.unit))}.")
        rows.append({
            **_scope(meaning, one, country, notes),
            "tonnes": one.figure.value,
            "qualifier": _qualifier(one),
            "published_value": one.figure.published,
            "basis": meaning.get("basis"),
        })  # fmt: skip
    return rows


def _scope(meaning: Meaning, one: Printed, country: str | None, notes: Sequence[str]) -> Row:
    own = [meaning[name] for name in ("note", "unit_note") if name in meaning]
    if meaning.get("note_detail"):
        own.append(f"{tidy(one.place[2])}.")
    return {
        "chapter": meaning["chapter"],
        "unit": _unit(tidy(meaning.get("unit", one.unit)), one),
        "notes": tuple(notes),
        "own_notes": tuple(own),
        "place": tidy(one.country),
        "country": country,
        "product": meaning["product"],
        "period": one.period,
    }


def _unit(printed: str, one: Printed) -> str:
    if printed not in UNITS:
        place = " | ".join((*one.place, one.country))
        raise GraphkitError(
            f"{place}: found the unit {printed!r}, wanted one of {', '.join(UNITS)}"
        )
    return UNITS[printed]


def _basis(meaning: Meaning, one: Printed) -> tuple[str | None, tuple[str, ...]]:
    """What the mass counts, and the notes left; for boron, MCS 2025 has it in the note."""
    if meaning.get("basis") != "as the note says":
        return meaning.get("basis"), one.notes
    form = one.notes[0].rstrip(".").lower() if one.notes else "all forms"
    return form, ()


def _qualifier(one: Printed) -> str | None:
    return one.figure.qualifier or ("rounded" if one.rounded else None)


def add_shares(rows: Sequence[Row]) -> None:
    """Give each row of production its share of the world total."""
    for members in of_one_total(rows).values():
        world = next((r["tonnes"] for r in members if r["country"] == WORLD), None)
        for row in members:
            if world and row["country"] != WORLD and row["tonnes"] is not None:
                row["share"] = round(row["tonnes"] / world, 6)


def of_one_total(rows: Iterable[Row]) -> dict[tuple[str, ...], list[Row]]:
    """Rows by product, period and basis."""
    groups = defaultdict(list)
    for row in rows:
        groups[row["product"], row["period"], row["basis"] or ""].append(row)
    return dict(sorted(groups.items()))


def _noted(rows: Sequence[Row]) -> list[Row]:
    """Rows with their note; what every row of a product says is left on the world total."""
    products = defaultdict(list)
    for row in rows:
        products[row["product"]].append(row)
    out = []
    for members in products.values():
        common: set[str] = set()
        if len(members) > 2 and any(r["country"] == WORLD for r in members):
            common = set.intersection(*(set(r["notes"]) for r in members))
        for row in members:
            kept = [n for n in row["notes"] if n not in common or row["country"] == WORLD]
            out.append({**row, "note": " ".join((*row["own_notes"], *kept)) or None})
    return out


def write_chapters(
    out: Path, kind: str, source: str, rows: Sequence[Row], *, made: str, end: str = ""
) -> int:
    """Write one file a chapter; returns how many rows there are.

    ``made`` says by what they were written, ``end`` is added to the names of the files.
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
        kept = [{c: row.get(c) for c in columns} for row in _noted(members)]
        same = {
            c: kept[0][c]
            for c in ("product", "period", "basis")
            if kept[0][c] and len({row[c] for row in kept}) == 1
        }
        kept = [{c: v for c, v in row.items() if c not in same} for row in kept]
        defaults = {"source": source, **same}
        if kind == "PRODUCES":
            defaults["observed"] = True
        masses = [c for c in ("tonnes", "low", "high") if any(r.get(c) is not None for r in kept)]
        write_seed(
            out / f"{_slug(chapter)}{end}.yaml",
            _comment(kind, chapter, source, {r["period"] for r in members}, made),
            kind,
            kept,
            defaults=defaults,
            units=dict.fromkeys(masses, units.pop()) if units != {"t"} else None,
            sort=("product", "country", "period", "basis"),
        )
    return len(rows)


def _comment(kind: str, chapter: str, source: str, periods: set[str], made: str) -> str:
    years = ", ".join(sorted(periods))
    lines = [
        f"{chapter}: world {'production' if kind == 'PRODUCES' else 'reserves'}, {years}.",
        f"{origin(source)}; {made}",
    ]
    if kind == "PRODUCES":
        lines.append("A share is of the published world total; its note says what that leaves out.")
    return "\n".join([*lines, WORLD_NOTE])


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def check_totals(rows: Iterable[Row], where: str) -> int:
    """How many tables have a total that their countries add up to.

    A total and its parts are each rounded; more than all these roundings together can explain is a
    figure that was read or printed wrong, such as the digit of a footnote glued to a number. Where
    a part has no figure (withheld, not available) the sum may fall short.

    Raises
    ------
    FailedCheck
        A total is missed; with both numbers.
    """
    checked, missed = 0, []
    for (product, period, basis), members in of_one_total(rows).items():
        totals = [r for r in members if r["country"] == WORLD and r["tonnes"] is not None]
        parts = [r for r in members if r["country"] != WORLD]
        known = [r for r in parts if r["tonnes"] is not None]
        if len(totals) != 1 or not known:
            continue
        checked += 1
        total, added = totals[0]["tonnes"], sum(r["tonnes"] for r in known)
        most = (rounding(total) + sum(rounding(r["tonnes"]) for r in known)) / 2
        if added > total + most or (added < total - most and len(known) == len(parts)):
            unit = members[0]["unit"]
            missed.append(
                f"{product}, {period}{f', {basis}' if basis else ''}: the countries add up to "
                f"{_printed(added)} {unit}, the printed total is {_printed(total)} {unit}, and "
                f"rounding explains at most {_printed(most)} {unit}"
                f"{_suspect(known, total, added, most)}"
            )
    if missed:
        raise FailedCheck(f"{where}: {'; '.join(missed)}. Nothing is written")
    return checked


def rounding(figure: float) -> float:
    """The unit of the last digit of a printed figure that is not a trailing zero.

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
    """The figures that would agree without their first or last digit."""
    found = []
    for figure, place, excess in (
        *((row["tonnes"], f"{row['place']}'s", added - total) for row in parts),
        (total, "the total's", total - added),
    ):
        text = f"{figure:.15g}"
        for fewer in sorted({text[1:], text[:-1]}) if text.isdigit() and len(text) > 1 else ():
            if abs(figure - float(fewer) - excess) <= most:
                found.append(f"{_printed(float(fewer))} for {place} {_printed(figure)}")
    return f" ({' or '.join(found)} would agree)" if found else ""


def _printed(figure: float) -> str:
    text = f"{figure:,.15g}"
    return text.rstrip("0").rstrip(".") if "." in text else text
