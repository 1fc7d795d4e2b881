"""Pictures of export controls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from graphkit.answers.answer import Answer
from graphkit.answers.terms import Day
from graphkit.plot.canvas import MOST_ROWS, Axis, Framed, Layout, empty, framed, labels
from graphkit.plot.charts import Marks, Span, labelled_rows
from graphkit.plot.drawing import FIRST, INK, SECOND, THIRD


def controls(answer: Answer, layout: Layout) -> Framed:
    """Draw when each export control began, stood suspended and ended."""
    rows = [row for row in answer.rows.to_pylist() if row["since"]][: layout.most(MOST_ROWS)]
    if not rows:
        return empty(answer, "no act has a date", layout.width)
    for row in rows:
        row["licensed"] = row["since"] if row["measure"] == "licence" else None
        row["in_force"] = None if row["licensed"] else row["since"]
    events: Sequence[tuple[str, str, str, str]] = (
        ("in_force", "in force from", "circle", FIRST),
        ("licensed", "licensed from", "circle", THIRD),
        ("suspended_from", "suspended from", "diamond", SECOND),
        ("suspended_until", "suspended until", "triangle", SECOND),
        ("until", "ended", "rect", INK),
    )
    marks = [
        Marks(name, [(i, _day(row[column])) for i, row in enumerate(rows) if row[column]],
              symbol, colour)
        for column, name, symbol, colour in events if any(row[column] for row in rows)
    ]  # fmt: skip
    days = [value for mark in marks for _, value in mark.points]
    first, last = (datetime.fromtimestamp(day / 1000, UTC).year for day in (min(days), max(days)))
    today = answer.scope.the(Day).date or f"{date.today():%Y-%m-%d}"
    end = _day(str(max(last, int(today[:4])) + 1))
    spans = []
    for i, row in enumerate(rows):
        stops = [_day(row[name]) for name in ("suspended_from", "until") if row[name]]
        colour = THIRD if row["licensed"] else FIRST
        until = min([*stops, max(_day(row["since"]), _day(today))]) if stops else _day(today)
        spans.append(Span(i, _day(row["since"]), max(until, _day(row["since"])), colour))
        if row["suspended_from"]:
            resumed = row["suspended_until"]
            until = _day(resumed) if resumed else end
            spans.append(Span(i, _day(row["suspended_from"]), until, SECOND, dashed=True))
    labelled = [{**row, "of": ", ".join(row["elements"] or ()) or "items"} for row in rows]
    plot = labelled_rows(
        layout.width,
        labels(labelled, ("country", "of", "announcement")),
        Axis("year", "year", least=_day(str(first)), most=end, lines={today: _day(today)}),
        marks=marks,
        spans=spans,
    )  # fmt: skip
    note = (
        f"Lines: in force, or licensed (exports go on with a licence), up to {today} where no end "
        "is recorded; dashed: suspended, as announced; what comes later is unknown."
    )
    return framed(answer, plot, drawn=len(rows), legend=True, note=note)


def _day(text: str) -> float:
    """Return a day, or the first one of a month or year, in milliseconds since 1970."""
    year, month, day = [int(part) for part in [*text.split("-"), "1", "1"][:3]]
    return datetime(year, month, day, tzinfo=UTC).timestamp() * 1000
