"""Picture of what countries buy from whom: shares by value and by weight, and the map of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.answers.figures import percent
from graphkit.names import possessive, with_article
from graphkit.plot.canvas import (
    APART,
    Axis,
    Framed,
    Layout,
    first_rows,
    framed,
    labels,
    legend_of,
    only_country,
    stacked,
)
from graphkit.plot.charts import Bars, Marks, Row, labelled_rows
from graphkit.plot.drawing import colour_of, name_of
from graphkit.plot.maps import share_map

MOST_PAIRS = 15
"""Suppliers of one picture, with two bars each."""
NAMED_BY = ("consumer", "product", "period", "supplier")
COMPARED_BY = ("consumer", "supplier", "period", "dataset")


def shares_by_supplier(answer: Answer, layout: Layout) -> Framed:
    """Draw the shares of suppliers by value and by weight, with published claims as marks.

    Of the suppliers of one product as many as make up nearly all, and the others as one. Of one
    supplier and product all consumers on the map, above the first of them.
    """
    coloured = _by_consumer(answer)
    most = layout.most(MOST_BELOW_MAP if coloured else MOST_PAIRS)
    rows = first_rows(answer, ("product",), most)
    drawn = len(rows)
    if answer.parts and len({tuple(row[name] for name in WHOLE) for row in rows}) == 1:
        rows, drawn = _nearly_all(answer, most), len(answer.rows)
    names = labels(rows, NAMED_BY, APART)
    colours = [colour_of(row["supplier"]) for row in rows]
    marks = _claimed(answer, rows)
    ranges = [
        (place, row["share_usd_low"], row["share_usd_high"])
        for place, row in enumerate(rows)
        if row["share_usd"] is None and row.get("share_usd_low") is not None
    ]
    weighed = any(row["share_tonnes"] is not None for row in rows)
    alike = all(
        row["share_usd"] is not None
        and row["share_tonnes"] is not None
        and abs(row["share_usd"] - row["share_tonnes"]) < APPRECIABLE
        for row in rows
    )
    alone = alike or not weighed
    plot = labelled_rows(
        layout.width,
        names,
        Axis(_counted(rows), most=1),
        bars=[
            Bars("by value", [_at_least(row) for row in rows], colours),
            Bars("by weight", [row["share_tonnes"] for row in rows], colours, filled=False),
        ][: 1 if alone else 2],
        ranges=ranges,
        numbers=[_in_words(row) for row in rows] if alone and ranges else (),
        marks=[Marks("published claim", marks)] if marks else [],
        thickness=13,
    )
    notes = [only_country(answer, rows, "supplier")]
    notes += ["By weight, each share is within 5 points."] * alike
    notes += ["A bar with a thin line is at least, up to the line's end at most."] * bool(ranges)
    if not coloured:
        return framed(answer, plot, drawn=drawn, legend=True, note=" ".join(filter(None, notes)))
    notes.append(
        "On the map: share by value in %; grey: less than asked for, or no trade recorded."
    )
    # A slide has room for the map alone.
    below = [] if layout.is_slide else [legend_of(plot), plot]
    plot = stacked([share_map(layout.width, coloured), *below])
    note = " ".join(filter(None, notes))
    return framed(answer, plot, drawn=len(answer.rows), note=note, world=True)


APPRECIABLE = 0.05
"""Difference of the shares by value and by weight from which both are drawn."""
MOST_BELOW_MAP, FEWEST_ON_MAP = 8, 4
"""Consumers below a map of the shares of one supplier, and from which number on there is one."""


def _at_least(row: Row) -> float | None:
    """Return a share by value, or the least that it can be beside trade that is not listed."""
    share: float | None = row["share_usd"]
    return row.get("share_usd_low") if share is None else share


def _in_words(row: Row) -> str:
    """Write a share by value, or its range."""
    least = _at_least(row)
    if least is None or row["share_usd"] is not None:
        return "" if least is None else percent(least)
    return f"{100 * least:.1f} to {percent(row['share_usd_high'])}"


def _by_consumer(answer: Answer) -> dict[str, float]:
    """Return the share of each consumer, if all rows are of one supplier, product and period."""
    markets = {
        (row["supplier"], row["product"], row["period"], row["dataset"], row["reporter"])
        for row in answer.rows.to_pylist()
    }
    shares = {row["consumer"]: share for row in answer.rows.to_pylist()
              if (share := _at_least(row)) is not None}  # fmt: skip
    return shares if len(markets) == 1 and len(shares) >= FEWEST_ON_MAP else {}


WHOLE = ("consumer", "product", "period", "dataset", "reporter")
"""Columns that all suppliers of one product share."""
NEARLY_ALL = 0.95
"""Share of the imports from which the suppliers that are left are drawn as one."""


def _nearly_all(answer: Answer, most: int) -> list[dict[str, Any]]:
    """Choose the suppliers that make up nearly all of the imports, and add up the others."""
    rows: list[dict[str, Any]] = answer.rows.to_pylist()
    share = 0.0
    for count, row in enumerate(rows, 1):
        share += _at_least(row) or 0.0
        if (share >= NEARLY_ALL or count == most - 1) and len(rows) - count > 1:
            break
    else:
        return rows
    first, rest = rows[:count], rows[count:]
    weights = [row["share_tonnes"] for row in rest if row["share_tonnes"] is not None]
    others = {
        **rest[0], "supplier": f"{len(rest)} others",
        "share_usd": fsum(_at_least(row) or 0.0 for row in rest),
        "share_tonnes": fsum(weights) if weights else None,
    }  # fmt: skip
    if any(row["share_usd"] is None for row in rows):
        high = 1 - fsum(_at_least(row) or 0.0 for row in first)
        others |= {"share_usd": None, "share_usd_low": others["share_usd"], "share_usd_high": high}
    return [*first, others]


def _counted(rows: Sequence[Mapping[str, Any]]) -> str:
    consumers = {row["consumer"] for row in rows}
    buyer = with_article(name_of(consumers.pop())) if len(consumers) == 1 else "the consumer"
    return f"share of {possessive(buyer)} imports of the product"


def _claimed(answer: Answer, rows: Sequence[Mapping[str, Any]]) -> list[tuple[int, float]]:
    """Find the published shares of just what single rows count, as row and share."""
    counted: dict[str, list[str]] = {}
    for compared in answer.comparisons.to_pylist():
        counted.setdefault(compared["claim"], []).append(compared["products"])
    points: dict[tuple[int, float], None] = {}
    for compared in answer.comparisons.to_pylist():
        for number, row in enumerate(rows):
            same = all(compared[name] == row[name] for name in COMPARED_BY)
            same = same and [row["product"]] == counted[compared["claim"]]
            same = same and compared["elements_asked"] == compared["elements"]
            if same and compared["claimed"] is not None:
                points[number, compared["claimed"]] = None
    return list(points)
