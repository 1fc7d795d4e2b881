"""The section of a brief on mines and plants: whose known capacity it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphkit.answers.figures import percent
from graphkit.brief.inquiry import Inquiry, Part
from graphkit.brief.wording import between
from graphkit.names import capitalized
from graphkit.questions.capacity_coverage import in_percent
from graphkit.questions.owners import UNKNOWN

MOST_BLOCKS, MOST_SEATS = 4, 3
"""Capacities, and seats of each, that the section names."""


def plants_parts(inquiry: Inquiry, **parameters: Any) -> list[Part]:
    """Write who owns the known capacity, if any mine or plant is known."""
    finding = inquiry.ask("owners", **parameters, by="seat")
    if not finding.rows:
        inquiry.findings.remove(finding)
        return []
    points = list(_capacities(inquiry, finding.rows))[:MOST_BLOCKS]
    text = (
        "By the country of the owners' seat, as far as sources name owners, shares and seats; "
        "capacity is no production."
        if points
        else "No capacity of its mines and plants is known in tonnes."
    )
    return [(finding.section("Who owns the mines and plants", [text], points=points, shown=0), [])]


def _capacities(inquiry: Inquiry, rows: list[dict[str, Any]]) -> Iterator[str]:
    """Write a sentence on each product and basis with a known capacity."""
    blocks: dict[tuple[str, str | None], list[Mapping[str, Any]]] = {}
    for row in rows:
        if row["total_tonnes"]:
            blocks.setdefault((row["product"], row["basis"]), []).append(row)
    for (product, basis), some in blocks.items():
        first = some[0]
        seats = [row for row in some if row["plants"] and row["seat"] != UNKNOWN][:MOST_SEATS]
        parts = [
            f"{inquiry.place(row['seat'])} {between(row['share_low'], row['share_high'])}"
            for row in seats
        ]
        unknown = [f"{percent(row['share_low'])} is unknown" for row in some
                   if row["seat"] == UNKNOWN]  # fmt: skip
        covered = "beside which no production is published"
        if first["coverage_low"] is not None:
            times = in_percent(first["coverage_low"])
            covered = f"{times} of what was made in {first['output_period']}"
        years = f" ({first['as_of']})" if first["as_of"] else ""
        yield (
            f"{capitalized(inquiry.product(product))}, known capacity by "
            f"{basis or 'a basis that is not stated'}: {first['total_tonnes']:,.0f} tonnes a "
            f"year{years}, {covered}; {'; '.join([*parts, *unknown])} ({first['source']})."
        )
