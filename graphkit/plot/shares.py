"""Pictures of shares at face value: suppliers, dependences and those who depend on a country."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphkit.answer import Answer
from graphkit.plot.canvas import Picture, framed, labels
from graphkit.plot.charts import Axis, Bars, Cell, Marks, matrix, rows_of
from graphkit.plot.colours import colour_of
from graphkit.plot.world import name_of

MANY = 10
"""Number of products from which on a country is a heat map."""
MOST_ROWS = 18
"""Rows of bars in one picture."""
NAMED_BY = ("consumer", "product", "period", "supplier")
COMPARED_BY = ("consumer", "supplier", "period", "dataset")
APART = ("dataset", "reporter", "source")


def shares_by_supplier(answer: Answer) -> Picture:
    """Draw the shares of suppliers by value and by weight, with published claims as marks.

    A country's first supplier of many products is a heat map of minerals and stages.
    """
    products = answer.rows["product"].to_pylist()
    one = isinstance(answer.scope.get("elements"), Mapping)  # Several questions have a list.
    if one and len(products) > MANY and len(set(products)) == len(products):
        return _minerals_by_stage(answer)
    rows = first_rows(answer, ("product",), MOST_ROWS)
    names = labels(rows, NAMED_BY, APART)
    colours = [colour_of(row["supplier"]) for row in rows]
    marks = claimed(answer, rows)
    plot = rows_of(
        names,
        Axis(_counted(rows), most=1),
        bars=[
            Bars("by value", [row["share_usd"] for row in rows], colours),
            Bars("by weight", [row["share_tonnes"] for row in rows], colours, filled=False),
        ],
        marks=[Marks("published claim", marks)] if marks else [],
        thickness=13,
    )
    return framed(
        answer, plot, drawn=len(rows), legend=True,

    )  # fmt: skip


def _minerals_by_stage(answer: Answer) -> Picture:
    """Draw the first supplier of every mineral at every stage, darker the larger its share."""
    elements = answer.scope["elements"]
    largest: dict[tuple[str, str], dict[str, Any]] = {}
    for row in answer.rows.to_pylist():
        place = _mineral(row["product"], elements.get(row["product"], ())), row["stage"] or "?"
        known = largest.get(place)
        if row["share_usd"] is not None and (known is None or row["usd"] > known["usd"]):
            largest[place] = row
    stages = [s for s in (*answer.scope["stages"], "?") if any(s == stage for _, stage in largest)]
    minerals = sorted({mineral for mineral, _ in largest})
    cells = [
        Cell(stages.index(stage), minerals.index(mineral), row["share_usd"],
             f"{row['supplier']} {100 * row['share_usd']:.0f} %")
        for (mineral, stage), row in sorted(largest.items())
    ]  # fmt: skip
    note = "Share of the imports by value, of the product of the largest imports in each cell."
    plot = matrix(stages, minerals, cells, name="share by value")
    return framed(answer, plot, drawn=len(cells), note=note)


def _mineral(product: str, elements: Sequence[str]) -> str:
    """Name a mineral by the symbols of its elements, or by itself."""
    symbols = [element for element in elements if len(element) <= 2] or list(elements)
    if len(symbols) > 3:
        return f"{', '.join(symbols[:2])} and {len(symbols) - 2} more"
    return ", ".join(symbols) or product


def _counted(rows: Sequence[Mapping[str, Any]]) -> str:
    consumers = {row["consumer"] for row in rows}
    whose = f"{name_of(consumers.pop())}’s" if len(consumers) == 1 else "the consumer’s"
    return f"share of {whose} imports of the product"


def first_rows(answer: Answer, by: Sequence[str], most: int) -> list[dict[str, Any]]:
    """Choose the first rows of each group, as many of each, so that no group is left out alone."""
    rows: list[dict[str, Any]] = answer.rows.to_pylist()
    groups: dict[Any, list[int]] = {}
    for number, row in enumerate(rows):
        groups.setdefault(tuple(row[name] for name in by), []).append(number)
    kept: list[int] = []
    for place in range(max(map(len, groups.values()), default=0)):
        kept += [numbers[place] for numbers in groups.values() if place < len(numbers)]
    return [rows[number] for number in sorted(kept[:most])]


def claimed(answer: Answer, rows: Sequence[Mapping[str, Any]]) -> list[tuple[int, float]]:
    """Find the published shares that were compared with single rows, as row and share."""
    found: dict[tuple[int, float], None] = {}
    for compared in answer.comparisons.to_pylist():
        for number, row in enumerate(rows):
            same = all(compared[name] == row[name] for name in COMPARED_BY)
            if same and compared["products"] == row["product"] and compared["claimed"] is not None:
                found[number, compared["claimed"]] = None
    return list(found)
