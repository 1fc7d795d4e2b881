"""Looks up in ``usgs_products.yaml`` what a row of a USGS table means in the graph."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from usgs_tables import RELIANCE, Printed, plain, tidy

Meaning = Mapping[str, Any]
BY_TYPE = ("production_2025",)
"""Tables whose rows are found by commodity, type and country, the others by chapter too."""


class Meanings:
    """What the rows of each table mean; remembers which were asked for and which are not there."""

    def __init__(self, path: Path) -> None:
        tables: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        self.areas: dict[str, str] = {plain(k): v for k, v in tables.pop("areas").items()}
        self.together = {plain(name) for name in tables.pop("together")}
        self.left_out = set(tables.pop("left_out_2025"))
        self.left_out_types = set(tables.pop("left_out_types_2025"))
        self._tables: dict[str, dict[tuple[str, ...], Meaning]] = {
            table: {_place(table, row): row for row in rows} for table, rows in tables.items()
        }
        self.unused = {(table, place) for table, rows in self._tables.items() for place in rows}
        self.unknown: set[str] = set()

    def find(self, table: str, row: Printed) -> Meaning | None:
        """What a row means; an unknown one is remembered."""
        place = tuple(plain(RELIANCE.sub("", part)) for part in row.place)
        known = self._tables[table]
        found = place if place in known else (*place[:2], "") if table in BY_TYPE else place
        if found not in known:
            self.unknown.add(f"{table}: {' | '.join(map(tidy, row.place))}")
            return None
        self.unused.discard((table, found))
        return known[found]

    def area(self, name: str) -> str | None:
        """The code of a country or area; an unknown one is remembered."""
        name = plain(name)
        if name.startswith("world total"):
            return "WLD"
        if name not in self.areas:
            self.unknown.add(f"areas: {name}")
        return self.areas.get(name)

    def together_as_one(self, name: str) -> bool:
        """Whether the name stands for several countries without a figure of their own."""
        return plain(name) in self.together

    def refuse_unknown(self) -> None:
        """Raise a ValueError that names everything that was not found."""
        if self.unknown:
            lines = "\n  ".join(sorted(self.unknown))
            raise ValueError(f"not in tools/usgs_products.yaml:\n  {lines}")


def _place(table: str, row: Meaning) -> tuple[str, ...]:
    names = (
        ("commodity", "type", "country") if table in BY_TYPE else ("chapter", "commodity", "detail")
    )
    return tuple(plain(row.get(name, "")) for name in names)
