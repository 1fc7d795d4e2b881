"""Sentences on who sold a product, and on who stands behind the seller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphkit.analysis.supply.look_through import UNKNOWN as UNKNOWN_ORIGIN
from graphkit.analysis.supply.look_through import UNTRACEABLE
from graphkit.answers.figures import money, percent
from graphkit.brief.inquiry import Inquiry
from graphkit.brief.standing import measure_of, share_of
from graphkit.brief.wording import between, period_of

LEAST_TRACED = 0.005
"""Share as traced below which an origin is called unknown."""
WORK = {
    "mine": ("mined", ""), "concentrate": ("concentrated", ""), "separate": ("refined", ""),
    "metal": ("made", "into metal"), "alloy": ("made", "into alloy"),
    "component": ("made", "into components"), "use": ("used", "in goods"),
}  # fmt: skip
"""Work of the stages that ship, in a sentence: its verb, and what follows its object."""
NO_COUNTRY = {
    UNKNOWN_ORIGIN: "where another {share} was {work} is unknown",
    UNTRACEABLE: "no producer stands behind {share} of it",
}
"""Words for origins that are not countries, in a sentence."""
Row = Mapping[str, Any]


def sold_in_text(inquiry: Inquiry, row: Row) -> str:
    """Say how much of a product its first supplier sold."""
    stage = inquiry.catalog.materials.in_text(row["stage"])
    weight = ""
    if row["share_usd"] is not None:
        weight = " (weight unknown)"
        if row["share_tonnes"] is not None:
            weight = f" ({percent(row['share_tonnes'])} by weight)"
    worth = f", worth {money(row['usd'])} USD" if row["usd"] is not None else ""
    return (
        f"{inquiry.product(row['product'])} ({stage}): {inquiry.place(row['supplier'])} sold "
        f"{percent(share_of(row) or 0.0)} of the imports {measure_of(row)} in {period_of(row)}"
        f"{weight}{worth}"
    )


def behind_in_text(inquiry: Inquiry, origins: Sequence[Row]) -> str:
    """Say who did the work of the last stage and of the first, and what is unknown of it."""
    stages = list(dict.fromkeys(row["traced_to"] for row in origins))
    if not stages:
        return "who stands behind it is unknown"
    texts = []
    for stage in dict.fromkeys([stages[-1], stages[0]]):
        rows = [row for row in origins if row["traced_to"] == stage]
        name = inquiry.catalog.materials.in_text(stage)
        work = WORK.get(stage, ("worked on", f"at the stage {name}"))
        texts += [_made_by(inquiry, row, work) for row in rows if row["origin"] not in NO_COUNTRY]
        texts += [
            NO_COUNTRY[row["origin"]].format(
                share=percent(row["share"]), work=" ".join(work).rstrip()
            )
            for row in rows
            if row["origin"] in NO_COUNTRY and row["share"] >= LEAST_TRACED
        ]
    return "; ".join(texts)


def _made_by(inquiry: Inquiry, row: Row, work: tuple[str, str]) -> str:
    """Say how much of it one country made."""
    name, span, traced = (
        inquiry.place(row["origin"]), between(row["low"], row["high"]), percent(row["share"])
    )  # fmt: skip
    done, into = work[0], f" {work[1]}".rstrip()
    if row["earlier"] and row["share"] >= LEAST_TRACED:
        return f"{name} possibly {done} {traced}{into}, but the code also holds {row['earlier']}"
    if row["share"] < LEAST_TRACED:
        return f"where it was {done}{into} is unknown ({name}: {span})"
    if row["low"] < LEAST_TRACED and row["high"] > 1 - LEAST_TRACED:
        return f"{name} {done} an estimated {traced}{into}, but the data allow anything"
    if row["low"] < LEAST_TRACED:
        most = percent(row["high"])
        return (
            f"{name} {done} an estimated {traced}{into}, where the data allow anything from 0 to "
            f"{most}"
        )
    if span == traced:
        return f"{name} {done} {span}{into}"
    return f"{name} {done} {span}{into} (estimate: {traced})"
