"""Pictures of shares that published figures give, where no trade is loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphkit.answer import Answer
from graphkit.plot.canvas import Picture, empty, framed, labels
from graphkit.plot.charts import Axis, Bars, rows_of
from graphkit.plot.colours import colour_of

MOST_ROWS = 20
NAMED_BY = ("consumer", "product", "element", "period", "share_of", "supplier")
APART = ("counted_by", "source")


def published_shares(answer: Answer) -> Picture:
    """Draw published shares, one bar each."""
    rows = [row for row in answer.rows.to_pylist() if row["share"] is not None]
    return _bars(answer, rows, ("share",))


def published_changes(answer: Answer) -> Picture:
    """Draw the published shares of two periods, the first one pale."""
    rows = [row for row in answer.rows.to_pylist() if row["share_after"] is not None]
    return _bars(answer, rows, ("share_before", "share_after"))


def _bars(answer: Answer, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Picture:
    rows = rows[:MOST_ROWS]
    if not rows:
        return empty(answer, "no published figure is a share")
    colours = [colour_of(row["supplier"] or "") for row in rows]
    plot = rows_of(
        labels(rows, NAMED_BY, APART),
        Axis("share as published", most=1),
        bars=[
            Bars(column.replace("_", " "), [row[column] for row in rows], colours,
                 filled=column != "share_before")
            for column in columns
        ],
    )  # fmt: skip
    return framed(answer, plot, drawn=len(rows))
