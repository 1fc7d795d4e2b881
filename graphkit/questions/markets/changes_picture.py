"""Pictures of what changed between two periods."""

from __future__ import annotations

from graphkit.answers.answer import Answer
from graphkit.answers.figures import percent
from graphkit.plot.canvas import (
    APART,
    Axis,
    Framed,
    Layout,
    empty,
    first_rows,
    framed,
    labels,
    values,
)
from graphkit.plot.charts import Marks, Span, labelled_rows
from graphkit.plot.drawing import colour_of
from graphkit.plot.series import MOST_ROWS


def changes(answer: Answer, layout: Layout) -> Framed:
    """Draw the share of each partner in both periods as a dumbbell, the largest changes first.

    Of many rows those of the products that come first in the answer are drawn.
    """
    rows = first_rows(answer, ("product",), layout.most(MOST_ROWS))
    ends = ("share_usd_before", "share_usd_after")
    rows = [row for row in rows if any(row[end] is not None for end in ends)]
    if not rows:
        return empty(answer, "no share is known", layout.width)
    rows.sort(key=lambda row: -abs((row[ends[1]] or 0.0) - (row[ends[0]] or 0.0)))
    partner = "supplier" if len(values(answer, "supplier")) > 1 else "consumer"
    colours = [colour_of(row[partner]) for row in rows]
    marks = []
    for name, end in zip((rows[0]["before"], rows[0]["after"]), ends, strict=True):
        known = [i for i, row in enumerate(rows) if row[end] is not None]
        marks.append(
            Marks(
                name, [(i, rows[i][end]) for i in known], "circle", size=13,
                colours=[colours[i] for i in known], filled=end == ends[1],
            )
        )  # fmt: skip
    both = [i for i, row in enumerate(rows) if None not in (row[ends[0]], row[ends[1]])]
    plot = labelled_rows(
        layout.width,
        labels(rows, ("consumer", "product", "supplier"), APART),
        Axis("share of the trade in the product by value", most=1),
        marks=marks,
        spans=[
            Span(
                i, min(rows[i][end] for end in ends), max(rows[i][end] for end in ends), colours[i]
            )
            for i in both
        ],
        numbers=[" to ".join(_share_text(row[end]) for end in ends) for row in rows],
    )
    return framed(answer, plot, drawn=len(rows), legend=True, note="The largest changes first.")


def _share_text(share: float | None) -> str:
    return "–" if share is None else percent(share)
