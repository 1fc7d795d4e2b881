"""Pictures of shares as published, and of who is the first of each product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.plot.canvas import (
    MOST_ROWS,
    Axis,
    Framed,
    Layout,
    empty,
    framed,
    labels,
    only_country,
)
from graphkit.plot.charts import Bars, labelled_rows
from graphkit.plot.drawing import colour_of


def first_shares(answer: Answer, layout: Layout) -> Framed:
    """Draw the share of the country that comes first, a bar for each product."""
    rows = answer.rows.to_pylist()[: layout.most(MOST_ROWS)]
    plot = labelled_rows(
        layout.width,
        labels(rows, ("product", "market", "country")),
        Axis("", most=1),
        bars=[
            Bars("share", [row["share"] for row in rows], [colour_of(r["country"]) for r in rows])
        ],
        thickness=13,
    )
    plot = replace(plot, height=plot.height - AXIS_NAME)  # the subtitle names the axis
    return framed(answer, plot, drawn=len(rows), note=only_country(answer, rows, "country"))


AXIS_NAME = 20
"""Pixels of the name of an axis."""
PUBLISHED_BY = ("consumer", "product", "element", "period", "share_of", "supplier")
COUNTED_APART = ("counted_by", "source")


def draw_published_shares(answer: Answer, layout: Layout) -> Framed:
    """Draw published shares, one bar each."""
    rows = [row for row in answer.rows.to_pylist() if row["share"] is not None]
    return _bars(answer, layout, rows, ("share",))


def draw_published_changes(answer: Answer, layout: Layout) -> Framed:
    """Draw the published shares of two periods, the first one pale."""
    rows = [row for row in answer.rows.to_pylist() if row["share_after"] is not None]
    return _bars(answer, layout, rows, ("share_before", "share_after"))


def _bars(
    answer: Answer, layout: Layout, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]
) -> Framed:
    rows = rows[: layout.most(MOST_ROWS)]
    if not rows:
        return empty(answer, "no published figure is a share", layout.width)
    colours = [colour_of(row["supplier"] or "") for row in rows]
    plot = labelled_rows(
        layout.width,
        labels(rows, PUBLISHED_BY, COUNTED_APART),
        Axis("share as published", most=1),
        bars=[
            Bars(column.replace("_", " "), [row[column] for row in rows], colours,
                 filled=column != "share_before")
            for column in columns
        ],
    )  # fmt: skip
    return framed(answer, plot, drawn=len(rows))
