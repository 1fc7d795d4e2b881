"""Writes which owners and seats are known into docs/facilities.md, and those of well-known plants.

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
from graphkit.questions.plants.facilities import (
    COMPLETE,
    sets_by_day,
    stakes_in,
    without_repeats,
)
from graphkit.seeds.check import Facts
from graphkit.seeds.facts import read_seeds

PAGE = Path(__file__).parents[1] / "docs" / "facilities.md"
MARKS = "<!-- written by tools/facilities_page.py -->\n", "<!-- end -->\n"
MARKS_OF_WELL_KNOWN = "<!-- well-known plants by tools/facilities_page.py -->\n", MARKS[1]
WELL_KNOWN = {
    "Tenke Fungurume": "COD083", "Kisanfu": "ICMM13595", "Kamoa-Kakula": "ICMM13575",
    "Grasberg": "ICMM08280", "Bayan Obo": "ICMM12847", "Mountain Pass": "ICMM02788",
    "Mount Weld": "GA-72b53fdf-caf9-44c1-950c-c70564aa3f93",
    "Kalgoorlie": "site-kalgoorlie-rare-earths-processing-facility", "Kuantan": "MYS108",
    "Greenbushes": "GA-7dfa0bed-ae85-4004-8505-abb524ccdaa3", "Escondida": "ICMM01433",
    "Norilsk": "ICMM06772", "Weda Bay": "site-weda-bay-nickel-mine",
}  # fmt: skip
"""Plants that readers look for first, and their keys."""
ELEMENTS = {
    "Co": "cobalt", "Ni": "nickel", "Cu": "copper", "PGM": "platinum metals", "Mn": "manganese",
    "Cr": "chromium", "REE": "rare earths",
}  # fmt: skip
HEAD = """\
| element | product | basis | known capacity, t | owner named | share known | seat known | with \
operators |
|---|---|---|---|---|---|---|---|
"""


HEAD_OF_WELL_KNOWN = """\
| plant | owners and their shares | owners as of | status | status as of | not known |
|---|---|---|---|---|---|
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


def well_known(facts: Facts) -> str:
    """Write the table of owners and status of well-known plants in Markdown."""
    name_of = {row["key"]: row["name"] for row in facts["Company"].to_pylist()}
    plants = {row["key"]: row for row in facts["Facility"].to_pylist()}
    sets = sets_by_day(facts["OWNS"].to_pylist())
    rows = []
    for name, key in WELL_KNOWN.items():
        owners, plant = sets[key][0], plants[key]
        shares = sorted(owners.shares.items(), key=lambda item: (-(item[1] or 0.0), item[0]))
        known = fsum(share or 0.0 for _, share in shares)
        unknown = [f"share of {name_of[owner]}" for owner, share in shares if share is None]
        if not unknown and known < COMPLETE:
            unknown = [f"who owns the other {100 * (1 - known):.4g} %"]
        cells = [
            name,
            ", ".join(
                f"{name_of[owner]} {100 * share:.4g} %" if share else name_of[owner]
                for owner, share in shares
            ),
            owners.day or "no year", plant["status"], plant["status_as_of"], ", ".join(unknown),
        ]  # fmt: skip
        rows.append(f"| {' | '.join(cells)} |\n")
    return HEAD_OF_WELL_KNOWN + "".join(rows)


def page(text: str, facts: Facts) -> str:
    """Put the tables between their marks."""
    for (start, end), write in ((MARKS, table), (MARKS_OF_WELL_KNOWN, well_known)):
        pattern = re.compile(f"(?<={re.escape(start)}).*?(?={re.escape(end)})", re.DOTALL)
        parts = pattern.split(text, maxsplit=1)
        text = write(facts).join(parts)
    return text


def main() -> None:
    """Write the page."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(page(text, read_seeds(shipped("seeds"))), encoding="utf-8")


if __name__ == "__main__":
    main()
