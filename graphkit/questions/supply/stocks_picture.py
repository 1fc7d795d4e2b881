"""Pictures of needs covered month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.plot.canvas import Axis, Framed, Layout, framed, labels
from graphkit.plot.charts import Bars, labelled_rows
from graphkit.plot.drawing import FIRST, FOURTH, SECOND, THIRD
from graphkit.plot.series import MOST_ROWS, MOST_TURNS, grouped
from graphkit.questions.supply.terms import Slack

PARTIES = ("scenario", "consumer", "product")


def cover_by_month(answer: Answer, layout: Layout) -> Framed:
    """Draw what covers the need: of one consumer and product by month, of several in all months."""
    rows = answer.rows.to_pylist()
    scenarios = grouped(rows, ("scenario",)).values() if "scenario" in rows[0] else [rows]
    most = max(1, MOST_ROWS // len(scenarios))
    groups: list[Sequence[Mapping[str, Any]]] = []
    for part in scenarios:
        groups += list(grouped(part, PARTIES, ("period",)).values())[:most]
    alone = len(groups) == 1
    drawn = groups[0][: layout.most(MOST_TURNS)] if alone else [*map(_over_months, groups)]
    parts = [
        ("arrives", "arrivals", FIRST, True), ("from slack", "from_slack", THIRD, True),
        ("from stocks", "from_stocks", SECOND, True), ("uncovered", "uncovered", FOURTH, False),
    ]  # fmt: skip
    bars = [
        Bars(name, [row[column] or None for row in drawn], [colour] * len(drawn), filled=filled,
             stack="need", inside=True)
        for name, column, colour, filled in parts
        if column != "from_slack" or answer.scope.the(Slack).slack
    ]  # fmt: skip
    months = [{**row, "turn": f"month {row['month']}"} for row in drawn] if alone else drawn
    names = ("turn",) if alone else PARTIES
    whole = "of each month" if alone else "of all months"
    axis = Axis(f"share of the need {whole}", most=1)
    plot = labelled_rows(
        layout.width, labels(months, names, ("period",)), axis, bars=bars, thickness=14
    )
    number = len(drawn) if alone else sum(map(len, groups))
    return framed(answer, plot, drawn=number, legend=True)


def _over_months(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Average the shares of the months, which have equal needs."""
    names = ("arrivals", "from_slack", "from_stocks", "uncovered")
    return {**rows[0], **{name: sum(row[name] for row in rows) / len(rows) for name in names}}
