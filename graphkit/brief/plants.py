"""The section of a brief on mines and plants: whose known capacity it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphkit.brief.inquiry import Finding, Inquiry, Part
from graphkit.headlines.wording import figure_of_range, part
from graphkit.questions.plants.owners import UNKNOWN

MOST_BLOCKS, MOST_SEATS = 4, 3
"""Capacities, and seats of each, that the section names."""


def plants_parts(inquiry: Inquiry, **parameters: Any) -> list[Part]:
    """Write who owns the known capacity, if any is known in tonnes."""
    finding = inquiry.ask("owners", **parameters, by="seat")
    points = list(_capacities(inquiry, finding))[:MOST_BLOCKS]
    if not points:
        inquiry.findings.remove(finding)
        return []
    text = (
        "By the country of the owners' seat, as far as sources name owners, shares and seats; "
        "capacity is no production."
    )
    return [(finding.section("Who owns the mines and plants", [text], points=points, shown=0), [])]


def _capacities(inquiry: Inquiry, finding: Finding) -> Iterator[str]:
    """Write a sentence on each product and basis with a known capacity."""
    blocks: dict[tuple[str, str | None], list[Mapping[str, Any]]] = {}
    for row in finding.rows:
        if row["total_tonnes"]:
            blocks.setdefault((row["product"], row["basis"]), []).append(row)
    for (product, basis), some in blocks.items():
        first = some[0]
        seats = [row for row in some if row["plants"] and row["seat"] != UNKNOWN][:MOST_SEATS]
        parts = [
            f"{inquiry.place(row['seat'])} "
            f"{figure_of_range(row['share_low'], row['share_high'], None)}"
            for row in seats
        ]
        unknown = [f"{part(row['share_low'])} is unknown" for row in some
                   if row["seat"] == UNKNOWN]  # fmt: skip
        years = f" ({first['as_of']})" if first["as_of"] else ""
        yield (
            f"{finding.told(product=product, basis=basis)} Known, by "
            f"{basis or 'a basis that is not stated'}: {first['total_tonnes']:,.0f} tonnes a "
            f"year{years}; {'; '.join([*parts, *unknown])} ({first['source']})."
        )
