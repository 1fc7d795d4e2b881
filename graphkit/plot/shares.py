"""Pictures of shares at face value: suppliers, dependences and those who depend on a country."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphkit.answer import Answer
from graphkit.plot.canvas import Picture, framed, labels
from graphkit.plot.charts import Axis, Bars, Marks, rows_of
from graphkit.plot.colours import colour_of
from graphkit.plot.world import name_of

MOST_ROWS = 18
"""Rows of bars in one picture."""
NAMED_BY = ("consumer", "product", "period", "supplier")
COMPARED_BY = ("consumer", "supplier", "period", "dataset")
APART = ("dataset", "reporter", "source")


def shares_by_supplier(answer: Answer) -> Picture:
    """Draw the shares of suppliers by value and by weight, with published claims as marks."""
    rows = first_rows(answer, "product", MOST_ROWS)
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
        answer, plot.parts, height=plot.height, drawn=len(rows), legend=True,
        note=left_out(answer, len(rows)),
    )  # fmt: skip


def _counted(rows: Sequence[Mapping[str, Any]]) -> str:
    consumers = {row["consumer"] for row in rows}
    whose = f"{name_of(consumers.pop())}’s" if len(consumers) == 1 else "the consumer’s"
    return f"share of {whose} imports of the product"


def first_rows(answer: Answer, by: str, most: int) -> list[dict[str, Any]]:
    """Choose the first rows of each group, as many of each, so that no group is left out alone."""
    rows: list[dict[str, Any]] = answer.rows.to_pylist()
    groups: dict[Any, list[int]] = {}
    for number, row in enumerate(rows):
        groups.setdefault(row.get(by), []).append(number)
    kept: list[int] = []
    for place in range(max(map(len, groups.values()), default=0)):
        kept += [numbers[place] for numbers in groups.values() if place < len(numbers)]
    return [rows[number] for number in sorted(kept[:most])]


def left_out(answer: Answer, drawn: int) -> str:
    """State how many rows a picture leaves out."""
    total = len(answer.rows)
    return f"{drawn:,} of {total:,} rows are drawn." if drawn < total else ""


def claimed(answer: Answer, rows: Sequence[Mapping[str, Any]]) -> list[tuple[int, float]]:
    """Find the published shares that were compared with single rows, as row and share."""
    found: dict[tuple[int, float], None] = {}
    for compared in answer.comparisons.to_pylist():
        for number, row in enumerate(rows):
            same = all(compared[name] == row[name] for name in COMPARED_BY)
            if same and compared["products"] == row["product"] and compared["claimed"] is not None:
                found[number, compared["claimed"]] = None
    return list(found)
