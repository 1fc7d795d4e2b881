"""Strategic projects of governments: which of them work on a material at a step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from graphkit.catalog.catalog import Catalog

EXTRACTION, PROCESSING, RECYCLING = "extraction", "processing", "recycling"
STEPS: Mapping[str, tuple[str, ...]] = {
    "mine": (EXTRACTION,), "concentrate": (EXTRACTION,),
    "separate": (PROCESSING, RECYCLING), "metal": (PROCESSING, RECYCLING),
}  # fmt: skip
"""Steps of the list that make products of a stage; it names none of the stages after."""


@dataclass(frozen=True)
class Projects:
    """Sites of strategic projects, one row for each material."""

    catalog: Catalog
    table: pa.Table
    rows: Sequence[Mapping[str, Any]]
    """Those whose country is in the place asked for."""

    def working_on(self, elements: Iterable[str], steps: Sequence[str]) -> list[str]:
        """Name the projects that work on any of some elements at a step, with their states."""
        wanted, members = set(), self.catalog.materials.members
        for element in elements:
            wanted |= {element, *members.get(element, ())}
        states: dict[str, set[str]] = {}
        for row in self.rows:
            own = {row["element"], *members.get(row["element"], ())}
            *row_steps, _ = (text.strip() for text in row["published_type"].split(";"))
            if wanted & own and {*row_steps} & {*steps}:
                states.setdefault(row["name"], set()).add(row["status"])
        return [f"{name} ({', '.join(sorted(states[name]))})" for name in sorted(states)]


def projects_in(catalog: Catalog, countries: Iterable[str]) -> Projects | None:
    """Read the strategic projects in some countries; None if no list of them is known."""
    table = catalog.rows("strategic-projects")
    places = {*countries}
    rows = [row for row in table.to_pylist() if row["country"] in places]
    return Projects(catalog, table, rows) if rows else None
