"""Sentences on who stands behind the seller of a product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphkit.analysis.supply.look_through import UNKNOWN as UNKNOWN_ORIGIN
from graphkit.analysis.supply.look_through import UNTRACEABLE
from graphkit.brief.inquiry import Inquiry
from graphkit.headlines.wording import WIDE, between, part, work_of

LEAST_TRACED = 0.005
"""Share as traced below which an origin is called unknown."""
NO_COUNTRY = {
    UNKNOWN_ORIGIN: "where another {share} was {work} is unknown",
    UNTRACEABLE: "no producer stands behind {share} of it",
}
"""Words for origins that are not countries, in a sentence."""
Row = Mapping[str, Any]


def behind_in_text(inquiry: Inquiry, origins: Sequence[Row]) -> str:
    """Say who did the work of the last stage and of the first, and what is unknown of it."""
    stages = list(dict.fromkeys(row["traced_to"] for row in origins))
    if not stages:
        return "who stands behind it is unknown"
    texts = []
    for stage in dict.fromkeys([stages[-1], stages[0]]):
        rows = [row for row in origins if row["traced_to"] == stage]
        name = inquiry.catalog.materials.in_text(stage)
        work = work_of(stage, name)
        texts += [_made_by(inquiry, row, work) for row in rows if row["origin"] not in NO_COUNTRY]
        texts += [
            NO_COUNTRY[row["origin"]].format(share=part(row["share"]), work=" ".join(work).rstrip())
            for row in rows
            if row["origin"] in NO_COUNTRY and row["share"] >= LEAST_TRACED
        ]
    return "; ".join(texts)


def _made_by(inquiry: Inquiry, row: Row, work: tuple[str, str]) -> str:
    """Say how much of it one country made, unless it may be nothing, and much."""
    name, span = inquiry.place(row["origin"]), between(row["low"], row["high"])
    done, into = work[0], f" {work[1]}".rstrip()
    if row["share"] < LEAST_TRACED:
        return f"where it was {done}{into} is unknown ({name}: {span})"
    traced = part(row["share"])
    if row["earlier"]:
        return f"{name} possibly {done} {traced}{into}, but the code also holds {row['earlier']}"
    if row["low"] < LEAST_TRACED and row["high"] > WIDE:
        return f"where it was {done}{into} cannot be told ({name}: {span})"
    if span == traced:
        return f"{name} {done} {span}{into}"
    return f"{name} {done} {span}{into} (estimate: {traced})"
