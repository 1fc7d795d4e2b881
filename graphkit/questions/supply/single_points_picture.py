"""Pictures of single points of failure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.answers.figures import percent
from graphkit.plot.canvas import MOST_ROWS, Axis, Framed, Layout, empty, framed, labels
from graphkit.plot.charts import Bars, Marks, Row, labelled_rows
from graphkit.plot.drawing import WIDTH, colour_of


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
