"""Writes how far owners and their seats are known into docs/facilities.md.

python tools/facilities_page.py
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import fsum
from pathlib import Path

from graphkit.files.folders import shipped
from graphkit.questions.plants.facilities import stakes_in, without_repeats
from graphkit.seeds.check import Facts
from graphkit.seeds.facts import read_seeds

PAGE = Path(__file__).parents[1] / "docs" / "facilities.md"
MARKS = "<!-- written by tools/facilities_page.py -->\n", "<!-- end -->\n"
ELEMENTS = {
    "Co": "cobalt", "Ni": "nickel", "Cu": "copper", "PGM": "platinum metals", "Mn": "manganese",
    "Cr": "chromium", "REE": "rare earths",
}  # fmt: skip
HEAD = """\
| element | product | basis | known capacity, t | owner named | share known | seat known | with \
operators |
|---|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Known:
    """Capacity of one product and basis, and the tonnes whose owner, share and seat are known."""

    element: str
    product: str
    basis: str
    tonnes: float
    owned: float
    shared: float
    seated: float
    run: float


def coverage(facts: Facts) -> Iterator[Known]:
    """Yield how much of the known capacity of each product and basis has known owners.

    A seat counts with the share of its owner; an owner without a seat counts by those of its own
    owners. Where no owner is named, ``run`` takes the seat of an operator in place of the owner's.
    """
    seat_of = {row["key"]: row["seat"] for row in facts["Company"].to_pylist()}
    owners = defaultdict(list, stakes_in(facts["OWNS"].to_pylist()))
    run_from_known_seat = {
        row["facility"] for row in facts["OPERATES"].to_pylist() if seat_of[row["company"]]
    }

    def seated(owner: str) -> float:
        if seat_of[owner]:
            return 1.0
        return fsum((share or 0.0) * seated(parent) for parent, share in owners[owner])

    parts: dict[tuple[str, str], list[tuple[float, ...]]] = defaultdict(list)
    part_of = dict(zip(*facts["Facility"].select(("key", "part_of")).columns, strict=True))
    part_of = {key.as_py(): groups.as_py() for key, groups in part_of.items()}
    for row in without_repeats(
        {**row, "plant": row["facility"], "part_of": part_of[row["facility"]]}
        for row in facts["CAN_MAKE"].to_pylist()
        if row["measure"] is None
    ):
        if not row["tonnes"]:
            continue
        owned = owners[row["facility"]]
        shares = [(owner, share) for owner, share in owned if share is not None]
        known = fsum(share for _, share in shares)
        with_seat = fsum(share * seated(owner) for owner, share in shares)
        run = with_seat if owned else float(row["facility"] in run_from_known_seat)
        figures = (1.0, float(bool(owned)), known, with_seat, run)
        parts[row["product"], row["basis"] or "not stated"].append(
            tuple(row["tonnes"] * figure for figure in figures)
        )
    elements = elements_of(facts)
    for element in ELEMENTS:
        for (product, basis), figures_of in sorted(parts.items()):
            if element in elements[product]:
                yield Known(element, product, basis, *map(fsum, zip(*figures_of, strict=True)))


def elements_of(facts: Facts) -> dict[str, set[str]]:
    """Map each product to the elements and groups that it is bought for."""
    groups = {row["key"]: row["member_of"] or () for row in facts["Element"].to_pylist()}
    elements: dict[str, set[str]] = defaultdict(set)
    for row in facts["CONTAINS"].to_pylist():
        if row["role"] == "main":
            elements[row["product"]] |= {row["element"], *groups[row["element"]]}
    return elements


def table(facts: Facts) -> str:
    """Write the table in Markdown."""
    rows = []
    for known in coverage(facts):
        parts = (known.owned, known.shared, known.seated, known.run)
        cells = [ELEMENTS[known.element], known.product, known.basis, f"{known.tonnes:,.0f}"]
        cells += [f"{part / known.tonnes:.0%}" for part in parts]
        rows.append(f"| {' | '.join(cells)} |\n")
    return HEAD + "".join(rows)


def page(text: str, facts: Facts) -> str:
    """Put the table between its marks."""
    pattern = re.compile(f"(?<={re.escape(MARKS[0])}).*(?={re.escape(MARKS[1])})", re.DOTALL)
    return pattern.sub(lambda _: table(facts), text)


def main() -> None:
    """Write the page."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(page(text, read_seeds(shipped("seeds"))), encoding="utf-8")


if __name__ == "__main__":
    main()
