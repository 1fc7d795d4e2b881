"""Pictures of reliance on imports."""

from __future__ import annotations

from graphkit.answers.answer import Answer
from graphkit.plot.canvas import MOST_ROWS, Axis, Framed, Layout, empty, framed, labels
from graphkit.plot.charts import Bars, Marks, labelled_rows
from graphkit.plot.drawing import colour_of


def reliance(answer: Answer, layout: Layout) -> Framed:
    """Draw the computed range of net import reliance, and the published figure."""
    names = ("reliance_low", "published_value")
    rows = [
        {**row, "counted": BALANCE if BALANCE in (row["trade_source"] or "") else "trade"}
        for row in answer.rows.to_pylist()
        if any(row[name] is not None for name in names)
    ][: layout.most(MOST_ROWS)]
    if not rows:
        return empty(answer, "no row has a computed or a published figure", layout.width)
    computed = [_capped(row["reliance_low"]) for row in rows]
    ranges = [
        (i, low, _capped(row["reliance_high"]) or low)
        for i, (low, row) in enumerate(zip(computed, rows, strict=True)) if low is not None
    ]  # fmt: skip
    published = [(i, row["published_value"]) for i, row in enumerate(rows)
                 if row["published_value"] is not None]  # fmt: skip
    plot = labelled_rows(
        layout.width,
        labels(rows, ("country", "material", "period"), ("counted",)),
        Axis("net imports over apparent consumption", most=1, least=0),
        bars=[Bars("computed, at least", computed, [colour_of(r["country"]) for r in rows])],
        marks=[Marks("published", published, "diamond")],
        ranges=[(i, low, high) for i, low, high in ranges if high > low + 0.001],
        beside_range=True,
    )
    note = "At the right: computed, at least; 0 % for a net exporter."
    return framed(answer, plot, drawn=len(rows), legend=True, note=note)


BALANCE = "national balance"


def _capped(value: float | None) -> float | None:
    return None if value is None else max(0.0, value)
