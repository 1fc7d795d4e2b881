"""Pictures of checks and conflicts of claims."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.plot.canvas import MOST_ROWS, Axis, Framed, Layout, empty, framed
from graphkit.plot.charts import Bars, Marks, Span, labelled_rows
from graphkit.plot.drawing import MUTED, OTHER, SECOND, THIRD

VERDICTS = {
    "borne out": ("circle", THIRD),
    "contradicted": ("triangle", SECOND),
    "two sources": ("rect", SECOND),
    "cannot be told": ("diamond", OTHER),
}
"""Symbol and colour of the computed figure, by verdict."""


def checked_claims(answer: Answer, layout: Layout) -> Framed:
    """Draw each claimed share, the computed one, and a line between them."""
    rows = [
        row
        for row in answer.rows.to_pylist()
        if row["unit"] == "share" and row["claimed_low"] is not None and row["found"] is not None
    ][: layout.most(MOST_ROWS)]
    if not rows:
        return empty(answer, "no claim has a share and a computed figure beside it", layout.width)
    claimed = [_middle(row, "claimed") for row in rows]
    marks = [Marks("claimed", list(enumerate(claimed)), "rect", size=(4, 22))]
    for verdict, (symbol, colour) in VERDICTS.items():
        points = [(i, row["found"]) for i, row in enumerate(rows) if row["verdict"] == verdict]
        if points:
            marks.append(Marks(f"data: {verdict}", points, symbol, colour))
    between = [Span(i, min(claim, row["found"]), max(claim, row["found"]), MUTED)
               for i, (claim, row) in enumerate(zip(claimed, rows, strict=True))]  # fmt: skip
    plot = labelled_rows(
        layout.width,
        [row["claim"] for row in rows],
        Axis("share, claimed and computed", most=1, least=min(0, *(r["found"] for r in rows))),
        marks=marks,
        spans=between,
        numbers=[row["differs"] or "" for row in rows],
    )
    note = "Beside each line: computed minus claimed."
    return framed(answer, plot, drawn=len(rows), legend=True, note=note)


def _middle(row: Mapping[str, Any], name: str) -> float:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return float(low if high is None else (low + high) / 2)


def conflicts(answer: Answer, layout: Layout) -> Framed:
    """Draw how far the figures of each pair of claims are apart."""
    rows = [row for row in answer.rows.to_pylist() if row["difference"] is not None
            and row["unit"] == "share"][: layout.most(MOST_ROWS)]  # fmt: skip
    if not rows:
        return empty(answer, "no pair of claims gives two shares", layout.width)
    plot = labelled_rows(
        layout.width,
        [f"{row['claim']} / {row['other_claim']}" for row in rows],
        Axis("difference of the two shares", "points"),
        bars=[Bars("difference", [row["difference"] for row in rows], [OTHER] * len(rows))],
    )
    return framed(answer, plot, drawn=len(rows))
