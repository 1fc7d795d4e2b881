"""Writes how much of the output of minerals has a known maker into docs/facilities.md.

python tools/companies_page.py
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import graphkit
from graphkit.api import Session
from graphkit.errors import GraphkitError
from graphkit.schema import MEDIA

PAGE = Path(__file__).parents[1] / "docs" / "facilities.md"
MARKS = "<!-- written by tools/companies_page.py -->\n", "<!-- end of companies -->\n"
MINERALS = (
    "cobalt", "nickel", "lithium", "copper", "rare earths", "graphite", "manganese", "tin",
    "tungsten", "antimony", "vanadium", "niobium", "platinum", "palladium", "gallium",
)  # fmt: skip
YEARS = ("2023", "2024", "2025")
HEAD = """\
| mineral | year | output with a known maker | of the world's output | companies | plants | \
weakest source | capacity known, of the output | newest capacity | oldest capacity |
|---|---|---|---|---|---|---|---|---|---|
"""


def rows(session: Session) -> Iterator[tuple[str, ...]]:
    """Yield one row for each mineral and year with output of a company."""
    sources = session.catalog.rows("sources").to_pylist()
    medium_of = {row["key"]: row["medium"] or "other" for row in sources}
    for mineral in MINERALS:
        capacity = _capacity(session, mineral)
        for year in YEARS:
            try:
                answer = session.companies(scope=mineral, period=year)
            except GraphkitError:
                continue
            some = [row for row in answer.rows.to_pylist() if row["counts"] == "whole"]
            first = [row for row in some if row["product"] == some[0]["product"]]
            known = [row for row in first if row["name"] != "unknown"]
            plants = {plant for row in known for plant in row["plants"] or ()}
            summary = answer.coverage.as_object()["products"][0]
            tonnes, makers = summary["known_tonnes"], summary["companies"]
            part = first[0]["coverage_low"]
            share = "not published" if part is None else f"{100 * part:.0f} %"
            yield (
                mineral, year, f"{tonnes:,.0f} t", share, str(makers), str(len(plants)),
                _weakest(known, medium_of), *capacity,
            )  # fmt: skip


def _weakest(some: Sequence[Mapping[str, Any]], medium_of: Mapping[str, str]) -> str:
    """Name the kind of the least official source of some rows."""
    media = {medium_of[source] for row in some for source in row["source"].split("+")}
    return max(media, key=MEDIA.index, default="")


def _capacity(session: Session, mineral: str) -> tuple[str, str, str]:
    """Return the part of the output that the largest known capacity is, and its facts' years."""
    try:
        answer = session.owners(scope=mineral)
    except GraphkitError:
        return "none", "", ""
    some = [row for row in answer.rows.to_pylist() if row["total_tonnes"]]
    parts = [row["coverage_low"] for row in some if row["coverage_low"] is not None]
    years = sorted(_years(session, mineral))
    part = f"{100 * max(parts):.0f} %" if parts else "not published"
    return part, *((years[-1], years[0]) if years else ("", ""))


def _years(session: Session, mineral: str) -> set[str]:
    facts: list[dict[str, Any]] = session.plants(scope=mineral).rows.to_pylist()
    return {row["as_of"][:4] for row in facts if row["as_of"]}


def page(text: str, session: Session) -> str:
    """Put the table between its marks."""
    before, _, rest = text.partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    lines = (f"| {' | '.join(row)} |\n" for row in rows(session))
    return f"{before}{MARKS[0]}{HEAD}{''.join(lines)}{MARKS[1]}{after}"


if __name__ == "__main__":
    with graphkit.open() as graph:
        PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), graph), encoding="utf-8")
