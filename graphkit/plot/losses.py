"""Pictures of what breaks: losses of a disruption, and the failures that follow in turn."""

from __future__ import annotations

from graphkit.answer import Answer
from graphkit.plot.canvas import Picture, framed, labels
from graphkit.plot.charts import Axis, Bars, rows_of
from graphkit.plot.colours import FIRST, FOURTH, SECOND, THIRD

MOST_ROWS = 16


def losses(answer: Answer) -> Picture:
    """Draw the loss of each consumer twice: by its way, and by what slack recovers."""
    rows = answer.rows.to_pylist()[:MOST_ROWS]
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
        if stack == "way" or answer.scope.get("slack")
    ]  # fmt: skip
    plot = rows_of(
        labels(rows, ("consumer", "product", "period")),
        Axis("share of the consumer’s imports of the product", most=1),
        bars=stacked,
        thickness=14,
    )
    return framed(answer, plot, drawn=len(rows), legend=True)


def failures(answer: Answer) -> Picture:
    """Draw the loss of each country in turn: filled if it fails, pale if it holds."""
    rows = answer.rows.to_pylist()[: 2 * MOST_ROWS]
    colours = [FIRST] * len(rows)
    plot = rows_of(
        labels([{**row, "turn": f"round {row['round']}"} for row in rows],
               ("turn", "country", "product", "period")),
        Axis("share of its supply that it loses", most=1),
        bars=[
            Bars("fails", [r["loss"] if r["failed"] else None for r in rows], colours, stack="one"),
            Bars("holds", [None if r["failed"] else r["loss"] for r in rows], colours,
                 filled=False, stack="one"),
        ],
    )  # fmt: skip
    return framed(answer, plot, drawn=len(rows), legend=True)
