"""Pictures of what lies behind the last seller: origins and single points of failure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from graphkit.answer import Answer
from graphkit.plot.canvas import Picture, Plot, empty, framed, labels, moved
from graphkit.plot.chain import makers_by_stage
from graphkit.plot.charts import Axis, Bars, Cell, Marks, matrix, rows_of
from graphkit.plot.colours import OTHER, colour_of
from graphkit.plot.shares import first_rows
from graphkit.plot.world import name_of

MOST_ROWS = 24
NO_DATA = ("unknown", "untraceable")


def origins_by_stage(answer: Answer) -> Picture:
    """Draw the share of each origin at each stage, with its range and the share at face value."""
    rows = first_rows(answer, ("product", "traced_to"), MOST_ROWS)
    names = labels(rows, ("consumer", "product", "traced_to", "origin"))
    known = [None if row["origin"] in NO_DATA else row["share"] for row in rows]
    unknown = [row["share"] if row["origin"] in NO_DATA else None for row in rows]
    colours = [colour_of(row["origin"]) for row in rows]
    faces = [(i, row["face_value"]) for i, row in enumerate(rows)
             if row["origin"] not in NO_DATA and row["face_value"] is not None]  # fmt: skip
    bars = [Bars("looked through", known, colours, stack="share")]
    if any(value is not None for value in unknown):
        bars.append(Bars("unknown", unknown, [OTHER] * len(rows), hatched=True, stack="share"))
    plot = rows_of(
        names,
        Axis("share of the imports, made there at the stage", most=1),
        bars=bars,
        marks=[Marks("face value", faces, "diamond", size=9)],
        ranges=ranges_of(rows),
        beside_range=True,
    )
    note = "Thin lines: at least to at most, where data are missing."
    if len(answer.links.group_by(["consumer", "product"]).aggregate([])) == 1:
        chain = moved(makers_by_stage(answer.links.to_pylist()), plot.height + 12)
        series = [*plot.parts["series"], *chain.parts["series"]]
        plot = Plot({**plot.parts, **chain.parts, "series": series}, chain.height)
        note += " Bands: who made it out of whose material, as traced."
    return framed(answer, plot, drawn=len(rows), legend=True, note=note)


def ranges_of(rows: Sequence[Mapping[str, Any]]) -> list[tuple[int, float, float]]:
    """Collect the ranges of rows as row, least and most."""
    return [(i, row["low"], row["high"]) for i, row in enumerate(rows) if row["low"] is not None]


def single_points(answer: Answer) -> Picture:
    """Draw a matrix of shares: who depends, for what and where, on which supplier."""
    point = "removed" if "removed" in answer.rows.column_names else "supplier"
    share = next(n for n in ("at_stake", "share", "loss") if n in answer.rows.column_names)
    rows = [
        {**row, "where": row.get("traced_to") or row.get("definition") or "without it"}
        for row in answer.rows.to_pylist()
    ]
    points = list(dict.fromkeys(row[point] for row in rows))[:MOST_POINTS]
    rows = [row for row in rows if row[point] in points]
    # With one supplier, its stages stand side by side.
    several = len(points) > 1 or len({row["where"] for row in rows}) == 1
    across, down = (point, ("where",)) if several else ("where", ())
    columns = list(dict.fromkeys(row[across] for row in _by_chain(rows)))
    texts = labels(rows, ("consumer", "product", *down))
    places = list(dict.fromkeys(texts))[:MOST_ROWS]
    cells = [
        Cell(columns.index(row[across]), places.index(text), row[share], _text(row, share))
        for row, text in zip(rows, texts, strict=True)
        if text in places
    ]
    heads = [name_of(column) for column in columns]
    plot = matrix(heads, places, cells, name=share.replace("_", " "))
    only = "" if several else f"Supplier: {name_of(points[0])}. "
    note = f"{only}{READING[share]}"
    return framed(answer, plot, drawn=len(cells), note=note)


def _by_chain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sort face value first, then the stages of the products with the longest chains."""
    stages = Counter(row.get("product") for row in rows)
    return sorted(rows, key=lambda row: (row["where"] != "face value", -stages[row.get("product")]))


MOST_POINTS = 6
READING = {
    "share": "Share of the imports, bought there (face value) or made there at the stage.",
    "loss": "Share of the supply that is lost without it.",
    "at_stake": "Share of all imports of the product that depends on it.",
}


def _text(row: Mapping[str, Any], share: str) -> str:
    verdict = f"\n{row['verdict']}" if row.get("verdict") else ""
    return f"{100 * row[share]:.1f} %{verdict}"


def domestic_points(answer: Answer) -> Picture:
    """Draw the share of world output of each sole producer."""
    rows = [row for row in answer.rows.to_pylist() if row["world_share"] is not None]
    if not rows:
        return empty(answer, "no row has a share of world output")
    rows = rows[:MOST_ROWS]
    plot = rows_of(
        labels(rows, ("country", "product", "element", "period")),
        Axis("share of world output", most=1),
        bars=[
            Bars("share", [r["world_share"] for r in rows], [colour_of(r["country"]) for r in rows])
        ],
    )
    return framed(answer, plot, drawn=len(rows))
