"""Pictures of what a stop costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.answers.figures import money
from graphkit.plot.canvas import Axis, Framed, Layout, framed, labels, values
from graphkit.plot.charts import Bars, labelled_rows
from graphkit.plot.drawing import FIRST, FOURTH, SECOND, THIRD
from graphkit.plot.series import MOST_ROWS, MOST_TURNS
from graphkit.questions.supply.terms import Slack


def losses(answer: Answer, layout: Layout) -> Framed:
    """Draw the loss of each consumer twice: by its way, and by what slack recovers."""
    rows = answer.rows.to_pylist()[: layout.most(MOST_ROWS)]
    parts = [
        ("lost directly", "direct", FIRST, True, "way"),
        ("lost through others", "indirect", SECOND, True, "way"),
        ("recovered by slack", "recovered", THIRD, True, "rest"),
        ("uncovered", "uncovered", FOURTH, False, "rest"),
    ]
    stacked = [
        Bars(name, [row[column] for row in rows], [colour] * len(rows), filled=filled, stack=stack,
             inside=True)
        for name, column, colour, filled, stack in parts
        if stack == "way" or answer.scope.the(Slack).slack
    ]  # fmt: skip
    plot = labelled_rows(
        layout.width,
        labels(rows, ("consumer", "product", "period")),
        Axis("share of the consumer’s imports of the product", most=1),
        bars=stacked,
        numbers=[_amount(row) for row in rows],
        thickness=14,
    )
    one = len(values(answer, "measure")) == 1
    note = "At the right, what is lost: the most first." if one else "At the right: what is lost."
    return framed(answer, plot, drawn=len(rows), legend=True, note=note)


def _amount(row: Mapping[str, Any]) -> str:
    """Write the imports that a consumer loses, by which the rows are ordered; none if unknown."""
    lost = row["lost_imports"]
    if lost is None:
        return ""
    return f"{money(lost)} USD" if row["measure"] == "usd" else f"{lost:,.0f} t"


def failures(answer: Answer, layout: Layout) -> Framed:
    """Draw the loss of each country in turn: filled if it fails, pale if it holds."""
    rows = sorted(answer.rows.to_pylist()[: layout.most(MOST_TURNS)], key=lambda row: row["round"])
    colours = [FIRST] * len(rows)
    plot = labelled_rows(
        layout.width,
        labels([{**row, "turn": f"round {row['round']}"} for row in rows],
               ("turn", "country", "product", "period")),
        Axis("share of its supply that it loses", most=1),
        bars=[
            Bars(name, [r["lost_share"] if r["failed"] == fails else None for r in rows], colours,
                 filled=fails, stack="one")
            for name, fails in (("fails", True), ("holds", False))
        ],
    )  # fmt: skip
    return framed(answer, plot, drawn=len(rows), legend=True)
