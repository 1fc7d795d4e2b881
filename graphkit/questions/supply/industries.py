"""Industries that a shortfall reaches: uses of what is lost, their sectors and value added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from graphkit.analysis.end_uses import value_added
from graphkit.answers.absence import Absence
from graphkit.answers.answer import Answer, without_empty
from graphkit.answers.columns import NUMBER, TEXTS, Column, schema_of
from graphkit.answers.coverage import lines
from graphkit.answers.note import Note
from graphkit.arrow import SHARE
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.questions.markets.uses import (
    EXPOSURE,
    USES,
    elements_of,
    end_uses,
    known,
    notes_on_sectors,
    notes_on_shares,
)
from graphkit.questions.supply.terms import Industries

INDUSTRIES = (
    *(column for column in USES if column.name != "period"),
    Column("published", doc="year of the source of the use"),
    Column("products", "Lost products", "products of which imports are lost and which are bought "
           "for the element", type=TEXTS, rank=1),
    Column("lost_low", "Loses at least", "0 to 1, the least of the ranges of these products, of "
           "the consumer asked about", SHARE, NUMBER, rank=0),
    Column("lost_high", "at most", "0 to 1, the most of these ranges", SHARE, NUMBER, rank=0),
)  # fmt: skip
CAPTION = (
    "Each row is a use of an element that is bought in the lost products. A share is of all uses "
    f"of the element, wherever it was bought. {EXPOSURE}"
)
MOST_PRODUCTS = 6
"""Products whose applications are looked up."""


def reached(catalog: Catalog, losses: Answer, goods: Scope, consumer: str | None) -> Answer:
    """Turn the answer on losses into one on the uses and sectors that these reach.

    Parameters
    ----------
    catalog : Catalog
        The facts.
    losses : Answer
        Losses of imports, with ``product``, ``low`` and ``high``.
    goods : Scope
        What is cut.
    consumer : str, optional
        The consumer that the losses are of; without one, no part of its imports is named.
    """
    rows = losses.rows.to_pylist()
    main = catalog.materials.main
    lost = {row["product"] for row in rows}
    elements = [
        element for element in elements_of(catalog, goods)
        if any(element in main.get(product, ()) for product in lost)
    ]  # fmt: skip
    used = _with_shares(end_uses(catalog, elements))
    reached_rows = []
    for use in used:
        losing = [row for row in rows if use["element"] in main.get(row["product"], ())]
        ends = _ends(losing) if consumer is not None else {}
        products = sorted({row["product"] for row in losing})
        reached_rows.append({**use, "published": use["period"], "products": products, **ends})
    names = [column.name for column in INDUSTRIES]
    table = pa.Table.from_pylist(
        [{name: row.get(name) for name in names} for row in reached_rows], schema_of(INDUSTRIES)
    )
    total, number = value_added(used)
    shown = [column.name for column in INDUSTRIES if column.header and column.name != "source"]
    return replace(
        losses,
        question=f"{losses.question.rstrip('?')}, and which industries does it reach?",
        scope=losses.scope.adding(Industries()),
        rows=table,
        columns=INDUSTRIES,
        coverage=replace(
            losses.coverage, others=lines({"sectors": number, "value_added_eur": total})
        ),
        sources=catalog.sources(table, losses.sources.rename_columns(
            ["source", *losses.sources.column_names[1:]])),
        notes=(
            *notes_on_sectors(used), *notes_on_shares(catalog, used),
            *_applications(catalog, goods), *losses.notes,
        ),
        nothing=losses.nothing if not rows else Absence("No use of what is lost is known."),
        caption=CAPTION,
        shown=without_empty(table, shown, "element", "share"),
        grouped_by=("element",),
        picture="graphkit.questions.markets.uses_picture:uses",
    )  # fmt: skip


def _with_shares(uses: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Take the uses with a share above 0, and of elements without any share those named alone."""
    measured = {use["element"] for use in uses if known(use)}
    return [use for use in uses if use["share"] or use["element"] not in measured]


def _ends(losing: Sequence[Mapping[str, Any]]) -> dict[str, float | None]:
    """Return the least and the most of the ranges of some losses."""
    lows = [row["low"] for row in losing if row["low"] is not None]
    highs = [row["high"] for row in losing if row["high"] is not None]
    return {"lost_low": min(lows, default=None), "lost_high": max(highs, default=None)}


def _applications(catalog: Catalog, goods: Scope) -> list[Note]:
    """Note the applications of the products in scope, and of what these are made into."""
    names: dict[str, None] = {}
    for product in goods.products[:MOST_PRODUCTS]:
        rows = catalog.rows("applications-behind-product", product=product).to_pylist()
        names |= dict.fromkeys(row["application_name"] for row in rows)
    if not names:
        return []
    return [
        Note(
            f"Applications behind it, directly or through what it is made into: {'; '.join(names)}."
        )
    ]
