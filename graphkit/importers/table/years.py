"""Tables in which years are headings: a row for each year."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from graphkit.errors import SeedError
from graphkit.importers.table.headings import YEAR
from graphkit.importers.table.mapping import ColumnMapping
from graphkit.importers.table.sheets import Cell, Sheet

PERIOD = "the year of the heading"
"""Name of the column of years that is made."""
_YEARS = "((?:19|20)[0-9]{2})"


def year_patterns(names: Iterable[str]) -> list[str]:
    """List the forms of headings that differ in their year alone.

    >>> year_patterns(["Country", "2023 t", "2024 t", "Code 2022"])
    ['<year> t']
    """
    counts: dict[str, int] = {}
    for name in names:
        pattern = re.sub(rf"(?<![0-9]){_YEARS}(?![0-9])", YEAR, name)
        if pattern.count(YEAR) == 1:
            counts[pattern] = counts.get(pattern, 0) + 1
    return [pattern for pattern, count in counts.items() if count > 1]


def by_year(sheet: Sheet, mapping: ColumnMapping) -> tuple[Sheet, ColumnMapping]:
    """Make a row for each year that has a cell under the headings that a mapping names.

    ``tonnes: <year> t`` takes ``2023 t`` and ``2024 t``; signs of notes may stand behind.

    Raises
    ------
    SeedError
        No heading has this form, or the mapping has another period.
    """
    patterns = {p: c for p, c in mapping.header.columns.items() if YEAR in c}
    if not patterns:
        return sheet, mapping
    if "period" in mapping.header.columns or "period" in mapping.header.defaults:
        message = f"period: found one beside {YEAR}, which gives the period; wanted one of them"
        raise SeedError([mapping.yaml.problem(message, ("columns", "period"), ("defaults",), ())])
    places = {prop: _places(sheet, mapping, column) for prop, column in patterns.items()}
    for prop, years in places.items():
        if not years:
            message = f"{sheet.file} has no column like {patterns[prop]!r}; it has "
            message += ", ".join(filter(None, sheet.names))
            raise SeedError([mapping.yaml.problem(message, ("columns", prop))])
    used = {place for years in places.values() for place in years.values()}
    others = [n for n in range(len(sheet.names)) if n not in used]
    names = [*(sheet.names[n] for n in others), PERIOD, *patterns.values()]
    rows: list[Sequence[Cell]] = []
    lines: list[int] = []
    columns: dict[str, list[int]] = {name: [] for name in (PERIOD, *patterns.values())}
    for line, cells in zip(sheet.lines, sheet.rows, strict=True):
        for year in sorted({year for years in places.values() for year in years}):
            year_places = [years.get(year) for years in places.values()]
            values = [None if place is None else cells[place] for place in year_places]
            if all(value is None for value in values):
                continue
            rows.append([*(cells[n] for n in others), year, *values])
            lines.append(line)
            first = next(place for place in year_places if place is not None)
            columns[PERIOD].append(first)
            for column, place in zip(patterns.values(), year_places, strict=True):
                columns[column].append(first if place is None else place)
    header = replace(mapping.header, columns={**mapping.header.columns, "period": PERIOD})
    sheet = replace(sheet, names=names, rows=rows, lines=lines, places=columns)
    return sheet, replace(mapping, header=header)


def _places(sheet: Sheet, mapping: ColumnMapping, column: str) -> dict[str, int]:
    """Return the place of the column of each year."""
    notes = "|".join(map(re.escape, mapping.layout.notes))
    signs = rf"(?:[\s,]*(?:{notes}))*" if notes else ""
    form = re.escape(column).replace(re.escape(YEAR), _YEARS + signs, 1)
    matches = ((re.fullmatch(form, name), n) for n, name in enumerate(sheet.names))
    return {match[1]: n for match, n in matches if match}
