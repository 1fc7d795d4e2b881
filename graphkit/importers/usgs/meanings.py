"""Looks up what a row of a USGS table means in the graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from graphkit.errors import GraphkitError
from graphkit.importers.usgs.figures import RELIANCE, plain, tidy
from graphkit.importers.usgs.layouts import Printed

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
