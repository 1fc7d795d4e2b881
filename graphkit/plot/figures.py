"""Pictures of published figures, alone or beside computed ones; and of export controls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from graphkit.answer import Answer
from graphkit.plot.canvas import (
    FIRST,
    INK,
    OTHER,
    SECOND,
    THIRD,
    Picture,
    colour_of,
    empty,
    framed,
    labels,
    name_of,
)
from graphkit.plot.charts import Axis, Bars, Marks, Span, rows_of

MOST_ROWS = 24
VERDICTS = {
    "borne out": ("circle", THIRD),
    "contradicted": ("triangle", SECOND),
    "cannot be told": ("diamond", OTHER),
}
"""Symbol and colour of the computed figure, by verdict."""


def checked_claims(answer: Answer) -> Picture:
    """Draw each claimed share, the computed one, and a line between them."""
    rows = [
        row
        for row in answer.rows.to_pylist()
        if row["unit"] == "share" and row["claimed_low"] is not None and row["found"] is not None
    ][:MOST_ROWS]
    if not rows:
        return empty(answer, "no claim has a share and a computed figure beside it")
    claimed = [_middle(row, "claimed") for row in rows]
    marks = [Marks("claimed", list(enumerate(claimed)), "rect", size=(4, 22))]
    for verdict, (symbol, colour) in VERDICTS.items():
        points = [(i, row["found"]) for i, row in enumerate(rows) if row["verdict"] == verdict]
        if points:
            marks.append(Marks(f"data: {verdict}", points, symbol, colour))
    between = [(i, *sorted((claim, row["found"])))
               for i, (claim, row) in enumerate(zip(claimed, rows, strict=True))]  # fmt: skip
    plot = rows_of(
        [row["claim"] for row in rows],
        Axis("share, claimed and computed", most=1, least=min(0, *(r["found"] for r in rows))),
        marks=marks,
        ranges=between,
        numbers=[row["differs"] or "" for row in rows],
    )
    note = "Beside each line: computed minus claimed."
    return framed(answer, plot, drawn=len(rows), legend=True, note=note)


def _middle(row: Mapping[str, Any], name: str) -> float:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return float(low if high is None else (low + high) / 2)


def listed_claims(answer: Answer) -> Picture:
    """Draw published shares, as points or ranges."""
    rows = [row for row in answer.rows.to_pylist() if row["unit"] == "share"
            and any(row[n] is not None for n in ("value", "low", "high"))][:MOST_ROWS]  # fmt: skip
    if not rows:
        return empty(answer, "no claim gives a share")
    points = [(i, row["value"]) for i, row in enumerate(rows) if row["value"] is not None]
    ranges = [(i, row["low"] or 0.0, 1.0 if row["high"] is None else row["high"])
              for i, row in enumerate(rows) if row["value"] is None]  # fmt: skip
    plot = rows_of(
        [row["claim"] for row in rows],
        Axis("published share", most=1, least=0),
        marks=[Marks("published", points, "diamond", numbers=True)],
        ranges=ranges,
    )
    return framed(answer, plot, drawn=len(rows))


def conflicts(answer: Answer) -> Picture:
    """Draw how far the figures of each pair of claims are apart."""
    rows = [row for row in answer.rows.to_pylist() if row["difference"] is not None
            and row["unit"] == "share"][:MOST_ROWS]  # fmt: skip
    if not rows:
        return empty(answer, "no pair of claims gives two shares")
    plot = rows_of(
        [f"{row['claim']} / {row['other_claim']}" for row in rows],
        Axis("difference of the two shares", "points"),
        bars=[Bars("difference", [row["difference"] for row in rows], [OTHER] * len(rows))],
    )
    return framed(answer, plot, drawn=len(rows))


def reliance(answer: Answer) -> Picture:
    """Draw the computed range of net import reliance, and the published figure."""
    names = ("reliance_low", "published_value")
    rows = [
        {**row, "counted": BALANCE if BALANCE in (row["trade_source"] or "") else "trade"}
        for row in answer.rows.to_pylist()
        if any(row[name] is not None for name in names)
    ][:MOST_ROWS]
    if not rows:
        return empty(answer, "no row has a computed or a published figure")
    computed = [_capped(row["reliance_low"]) for row in rows]
    ranges = [
        (i, low, _capped(row["reliance_high"]) or low)
        for i, (low, row) in enumerate(zip(computed, rows, strict=True)) if low is not None
    ]  # fmt: skip
    published = [(i, row["published_value"]) for i, row in enumerate(rows)
                 if row["published_value"] is not None]  # fmt: skip
    plot = rows_of(
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


def without_largest(answer: Answer) -> Picture:
    """Draw how much of demand is met without the largest producer, at least and at most."""
    rows = [row for row in answer.rows.to_pylist() if row["ratio_low"] is not None][:MOST_ROWS]
    if not rows:
        return empty(answer, "no row has a ratio")
    names = [f"{name} · without {name_of(row['largest'])}" for name, row in
             zip(labels(rows, ("product", "period"), ("basis",)), rows, strict=True)]  # fmt: skip
    colours = [colour_of(row["largest"]) for row in rows]
    plot = rows_of(
        names,
        Axis("supply without it over demand without its own"),
        bars=[Bars("at least", [row["ratio_low"] for row in rows], colours)],
        ranges=[(i, r["ratio_low"], r["ratio_high"]) for i, r in enumerate(rows)
                if r["ratio_high"] is not None],
        beside_range=True,
    )  # fmt: skip
    return framed(answer, plot, drawn=len(rows))


def criticality(answer: Answer) -> Picture:
    """Draw the range of the EU's supply risk, and the published figure."""
    rows = [row for row in answer.rows.to_pylist() if row["supply_risk_low"] is not None
            or row["published_supply_risk"] is not None][:MOST_ROWS]  # fmt: skip
    if not rows:
        return empty(answer, "no material has a supply risk")
    ranges = [(i, r["supply_risk_low"], r["supply_risk_high"]) for i, r in enumerate(rows)
              if r["supply_risk_low"] is not None]  # fmt: skip
    published = [(i, r["published_supply_risk"]) for i, r in enumerate(rows)
                 if r["published_supply_risk"] is not None]  # fmt: skip
    plot = rows_of(
        labels(rows, ("material", "product", "period")),
        Axis("supply risk", "", least=0, lines={"critical from 1.0": 1.0}),
        marks=[Marks("published", published, "diamond")],
        ranges=ranges,
        numbers=[_printed(row["published_supply_risk"]) for row in rows],
    )
    note = "Lines: the range that missing inputs leave. At the right: as published."
    return framed(answer, plot, drawn=len(rows), legend=True, note=note)


def _printed(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def controls(answer: Answer) -> Picture:
    """Draw when each export control began, stood suspended and ended."""
    rows = [row for row in answer.rows.to_pylist() if row["since"]][:MOST_ROWS]
    if not rows:
        return empty(answer, "no act has a date")
    events: Sequence[tuple[str, str, str, str]] = (
        ("since", "in force from", "circle", FIRST),
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
    end = _day(str(last + 1))
    spans = []
    for i, row in enumerate(rows):
        stops = [_day(row[name]) for name in ("suspended_from", "until") if row[name]]
        spans.append(Span(i, _day(row["since"]), min(stops, default=end), FIRST))
        if row["suspended_from"]:
            resumed = row["suspended_until"]
            until = _day(resumed) if resumed else end
            spans.append(Span(i, _day(row["suspended_from"]), until, SECOND, dashed=True))
    named = [{**row, "of": ", ".join(row["elements"] or ()) or "items"} for row in rows]
    plot = rows_of(
        labels(named, ("country", "of", "announcement")),
        Axis("year", "year", least=_day(str(first)), most=end),
        marks=marks,
        spans=spans,
    )  # fmt: skip
    note = "Lines: in force, up to the edge where no end is recorded; dashed: suspended."
    return framed(answer, plot, drawn=len(rows), legend=True, note=note)


def _day(text: str) -> float:
    """Return a day, or the first one of a month or year, in milliseconds since 1970."""
    year, month, day = [int(part) for part in [*text.split("-"), "1", "1"][:3]]
    return datetime(year, month, day, tzinfo=UTC).timestamp() * 1000


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
