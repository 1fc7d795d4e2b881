"""Pictures of dependence, of published figures beside computed ones, and of controls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.answers.figures import percent
from graphkit.plot.canvas import (
    MOST_ROWS,
    Axis,
    Framed,
    Layout,
    empty,
    framed,
    labels,
    only_country,
)
from graphkit.plot.charts import (
    Bars,
    Marks,
    Row,
    Span,
    labelled_rows,
)
from graphkit.plot.drawing import (
    FIRST,
    INK,
    MUTED,
    OTHER,
    SECOND,
    THIRD,
    WIDTH,
    colour_of,
    name_of,
)


def first_shares(answer: Answer, layout: Layout) -> Framed:
    """Draw the share of the country that comes first, a bar for each product."""
    rows = answer.rows.to_pylist()[: layout.most(MOST_ROWS)]
    plot = labelled_rows(
        layout.width,
        labels(rows, ("product", "market", "country")),
        Axis("", most=1),
        bars=[
            Bars("share", [row["share"] for row in rows], [colour_of(r["country"]) for r in rows])
        ],
        thickness=13,
    )
    plot = replace(plot, height=plot.height - AXIS_NAME)  # the subtitle names the axis
    return framed(answer, plot, drawn=len(rows), note=only_country(answer, rows, "country"))


AXIS_NAME = 20
"""Pixels of the name of an axis."""


def single_points(answer: Answer, layout: Layout) -> Framed:
    """Draw each supplier or plant of a product: looked through as a bar, face value as a mark.

    A bar is of the stage with the most certain verdict, then the largest share, and filled by it.
    """
    names = answer.rows.column_names
    point = next(name for name in ("removed", "supplier", "name") if name in names)
    share = next(name for name in ("at_stake", "share", "loss") if name in names)
    points: dict[tuple[Any, ...], _Point] = {}
    for row in answer.rows.to_pylist():
        key = tuple(row.get(name) for name in (point, "consumer", "product", "period", "measure"))
        points.setdefault(key, _Point({**row, "supplier": row[point]})).add(row, share)
    drawn = [one for one in points.values() if max(one.share, one.face or 0.0) >= VISIBLE]
    drawn = drawn[: layout.most(MOST_POINTS)] or [*points.values()][: layout.most(MOST_POINTS)]
    colours = [colour_of(one.row["supplier"]) for one in drawn]
    verdicts = [one.verdict for one in drawn]
    bars = [
        Bars(text, [one.share or None if one.verdict == verdict else None for one in drawn],
             colours, filled=verdict != "as traced",
             hatched=verdict not in ("", "certain", "as traced"), stack="share")
        for verdict, text in FILLED_BY.items() if verdict in verdicts
    ]  # fmt: skip
    in_full = layout.width >= WIDTH
    faces = [(place, one.face) for place, one in enumerate(drawn) if one.face is not None]
    plot = labelled_rows(
        layout.width,
        labels([one.row for one in drawn], ("consumer", "product", "supplier"), ("period",)),
        Axis(READING[share], most=1),
        bars=bars,
        marks=[Marks("face value: bought there", faces)] * bool(faces),
        ranges=[(place, *one.ends) for place, one in enumerate(drawn) if one.ends],
        numbers=[one.text if in_full else one.number for one in drawn],
        thickness=17,
    )
    stated = any(one.stage for one in drawn)
    stage = ", and its stage" * in_full
    note = f"At the right: the share looked through{stage}. " if stated else ""
    note += "Thin lines: from the least to the most." if any(one.ends for one in drawn) else ""
    rows_drawn = sum(one.count for one in drawn)
    return framed(answer, plot, drawn=rows_drawn, note=note.strip(), legend=True)


MOST_POINTS = 18
"""Single points of one picture."""
FILLED_BY = {
    "": "looked through",
    "certain": "certain",
    "as traced": "as traced: it may be less",
    "possible": "cannot be told: it may be this much",
    "basket": "a basket: of one thing in it nothing is told",
    "proxy": "a proxy: of the thing itself nothing is told",
}
"""Legend of a bar by the verdict on its row: filled, with an outline alone, or hatched."""


@dataclass
class _Point:
    """A supplier or plant that a product depends on, and the shares of its rows."""

    row: Row
    """Its first row."""
    share: float = 0.0
    """The share looked through to its stage; 0 without one."""
    face: float | None = None
    """The share at face value."""
    stage: str = ""
    verdict: str = ""
    ends: tuple[float, float] | None = None
    count: int = 0
    """Number of rows that it stands for."""

    def add(self, row: Row, column: str) -> None:
        """Add a row: at face value, or looked through to a stage."""
        self.count += 1
        if row.get("definition") == "face value":
            self.face = row[column]
            return
        verdict, share = row.get("verdict") or "", row[column] or 0.0
        order = [*FILLED_BY]
        if not self.share or (order.index(verdict), -share) < (
            order.index(self.verdict), -self.share
        ):  # fmt: skip
            self.share, self.verdict, self.stage = share, verdict, row.get("traced_to") or ""
            low, high = row.get("low"), row.get("high")
            has_range = low is not None and high is not None and high - low > VISIBLE
            self.ends = (float(low or 0.0), float(high or 0.0)) if has_range else None

    @property
    def number(self) -> str:
        """The share beside its row: looked through, else at face value."""
        return percent(self.share or self.face or 0.0)

    @property
    def text(self) -> str:
        """The share beside its row, with the stage that it is looked through to."""
        return f"{self.number} {self.stage.lower()}".strip() if self.share else self.number


VISIBLE = 0.005
"""Share, and width of a range, from which it can be seen."""
READING = {
    "share": "share of the imports of the product",
    "loss": "share of the supply that is lost without it",
    "at_stake": "share of all imports of the product that depends on it",
}


def domestic_points(answer: Answer, layout: Layout) -> Framed:
    """Draw the share of world output of each sole producer."""
    rows = [row for row in answer.rows.to_pylist() if row["world_share"] is not None]
    if not rows:
        return empty(answer, "no row has a share of world output", layout.width)
    rows = rows[: layout.most(MOST_ROWS)]
    plot = labelled_rows(
        layout.width,
        labels(rows, ("country", "product", "element", "period")),
        Axis("share of world output", most=1),
        bars=[
            Bars("share", [r["world_share"] for r in rows], [colour_of(r["country"]) for r in rows])
        ],
    )
    return framed(answer, plot, drawn=len(rows))


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


def listed_claims(answer: Answer, layout: Layout) -> Framed:
    """Draw published shares, as points or ranges."""
    rows = [row for row in answer.rows.to_pylist() if row["unit"] == "share"
            and any(row[n] is not None for n in ("value", "low", "high"))]  # fmt: skip
    rows = rows[: layout.most(MOST_ROWS)]
    if not rows:
        return empty(answer, "no claim gives a share", layout.width)
    points = [(i, row["value"]) for i, row in enumerate(rows) if row["value"] is not None]
    ranges = [(i, row["low"] or 0.0, 1.0 if row["high"] is None else row["high"])
              for i, row in enumerate(rows) if row["value"] is None]  # fmt: skip
    plot = labelled_rows(
        layout.width,
        [row["claim"] for row in rows],
        Axis("published share", most=1, least=0),
        marks=[Marks("published", points, "diamond", numbers=True)],
        ranges=ranges,
    )
    return framed(answer, plot, drawn=len(rows))


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


def without_largest(answer: Answer, layout: Layout) -> Framed:
    """Draw how much of demand is met without the largest producer, at least and at most."""
    rows = [row for row in answer.rows.to_pylist() if row["ratio_low"] is not None][
        : layout.most(MOST_ROWS)
    ]
    if not rows:
        return empty(answer, "no row has a ratio", layout.width)
    names = [f"{name} · without {name_of(row['largest'])}" for name, row in
             zip(labels(rows, ("product", "period"), ("basis",)), rows, strict=True)]  # fmt: skip
    colours = [colour_of(row["largest"]) for row in rows]
    plot = labelled_rows(
        layout.width,
        names,
        Axis("supply without it over demand without its own"),
        bars=[Bars("at least", [row["ratio_low"] for row in rows], colours)],
        ranges=[(i, r["ratio_low"], r["ratio_high"]) for i, r in enumerate(rows)
                if r["ratio_high"] is not None],
        beside_range=True,
    )  # fmt: skip
    return framed(answer, plot, drawn=len(rows))


def criticality(answer: Answer, layout: Layout) -> Framed:
    """Draw the range of the EU's supply risk, and the published figure."""
    rows = [row for row in answer.rows.to_pylist() if row["supply_risk_low"] is not None
            or row["published_supply_risk"] is not None][: layout.most(MOST_ROWS)]  # fmt: skip
    if not rows:
        return empty(answer, "no material has a supply risk", layout.width)
    ranges = [(i, r["supply_risk_low"], r["supply_risk_high"]) for i, r in enumerate(rows)
              if r["supply_risk_low"] is not None]  # fmt: skip
    published = [(i, r["published_supply_risk"]) for i, r in enumerate(rows)
                 if r["published_supply_risk"] is not None]  # fmt: skip
    scores = [row["published_supply_risk"] for row in rows]
    plot = labelled_rows(
        layout.width,
        labels(rows, ("material", "product", "period")),
        Axis("supply risk", "", least=0, lines={"critical from 1.0": 1.0}),
        marks=[Marks("published", published, "diamond")],
        ranges=ranges,
        numbers=["" if value is None else f"{value:g}" for value in scores],
    )
    note = "Lines: the range that missing inputs leave. At the right: as published."
    return framed(answer, plot, drawn=len(rows), legend=True, note=note)


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
    today = answer.scope.get("date") or f"{date.today():%Y-%m-%d}"
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


PUBLISHED_BY = ("consumer", "product", "element", "period", "share_of", "supplier")
COUNTED_APART = ("counted_by", "source")


def draw_published_shares(answer: Answer, layout: Layout) -> Framed:
    """Draw published shares, one bar each."""
    rows = [row for row in answer.rows.to_pylist() if row["share"] is not None]
    return _bars(answer, layout, rows, ("share",))


def draw_published_changes(answer: Answer, layout: Layout) -> Framed:
    """Draw the published shares of two periods, the first one pale."""
    rows = [row for row in answer.rows.to_pylist() if row["share_after"] is not None]
    return _bars(answer, layout, rows, ("share_before", "share_after"))


def _bars(
    answer: Answer, layout: Layout, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]
) -> Framed:
    rows = rows[: layout.most(MOST_ROWS)]
    if not rows:
        return empty(answer, "no published figure is a share", layout.width)
    colours = [colour_of(row["supplier"] or "") for row in rows]
    plot = labelled_rows(
        layout.width,
        labels(rows, PUBLISHED_BY, COUNTED_APART),
        Axis("share as published", most=1),
        bars=[
            Bars(column.replace("_", " "), [row[column] for row in rows], colours,
                 filled=column != "share_before")
            for column in columns
        ],
    )  # fmt: skip
    return framed(answer, plot, drawn=len(rows))
