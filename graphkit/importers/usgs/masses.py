"""Makes the rows of production and reserves, and writes them, one file a chapter."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from graphkit.errors import GraphkitError
from graphkit.importers.seedfile import write_seed
from graphkit.importers.usgs.figures import tidy
from graphkit.importers.usgs.layouts import Printed
from graphkit.importers.usgs.meanings import Meaning, Meanings

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
