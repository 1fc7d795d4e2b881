"""Pictures of production through the years."""

from __future__ import annotations

from graphkit.answers.answer import Answer
from graphkit.plot.canvas import Axis, Framed, Layout, empty, framed
from graphkit.plot.charts import lines_over
from graphkit.plot.drawing import colour_of
from graphkit.plot.series import LINES, MOST_LINES, by_period, grouped


def production_trend(answer: Answer, layout: Layout) -> Framed:
    """Draw the mass that was made over time; of several products, shares of the world's output.

    Of the world, they are the shares of the largest producers.
    """
    every = [{**row, "amount": row["low"] if row["tonnes"] is None else row["tonnes"]}
             for row in answer.rows.to_pylist()]  # fmt: skip
    alone = len({row["product"] for row in every}) == 1
    share = "largest_share" if {row["producer"] for row in every} == {"WLD"} else "share"
    rows = [row for row in every if row["amount" if alone else share] is not None]
    if not rows:
        return empty(answer, "its rows have no figures", layout.width)
    periods = sorted({row["period"] for row in rows})
    groups = grouped(rows, ("producer", "product"), ("basis", "series"))
    newest = {name: group[-1][share] or 0.0 for name, group in groups.items()}
    largest = sorted(groups, key=lambda name: (-newest[name], name))[: layout.most(MOST_LINES)]
    lines = {name: by_period(groups[name], periods, "amount" if alone else share)
             for name in largest}  # fmt: skip
    if alone:
        axis = Axis(
            f"tonnes, basis {', '.join(dict.fromkeys(row['basis'] or 'unknown' for row in rows))}",
            "",
        )
    else:
        lines = {
            name: [None if part is None else 100 * part for part in parts]
            for name, parts in lines.items()
        }
        whose = "the largest producer's share" if share == "largest_share" else "share"
        axis = Axis(f"{whose} of the world's output, %", "")
    colours = {
        name: colour_of(groups[name][0]["producer"]) if alone else LINES[i % len(LINES)]
        for i, name in enumerate(lines)
    }
    note = "The newest edition of each year."
    if any(row["qualifier"] == "at-least" for row in rows):
        note = f"{note} Of a group, the members with a figure."
    if len(groups) > MOST_LINES:
        note = f"{note} The {MOST_LINES} largest shares."
    plot = lines_over(layout.width, periods, lines, axis, colours)
    return framed(answer, plot, drawn=sum(len(groups[name]) for name in lines), note=note)
