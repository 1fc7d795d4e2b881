"""Picture of origins: each at its stage with its range, and the chain of makers as bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.plot.canvas import (
    MOST_ROWS,
    Axis,
    Framed,
    Layout,
    first_rows,
    framed,
    labels,
    legend_of,
    only_country,
    stacked,
)
from graphkit.plot.charts import (
    ANY_STAGE,
    AS,
    NO_DATA,
    Bars,
    Marks,
    Span,
    labelled_rows,
    makers_by_stage,
)
from graphkit.plot.drawing import INK, OTHER, WIDTH, colour_of
from graphkit.questions.dependence.origins import FACE_VALUE, Makers

MOST_CHAINS = 3
"""Chains of a country in one picture."""


def origins_by_stage(answer: Answer, layout: Layout) -> Framed:
    """Draw the share of each origin at each stage, with its range and the share at face value.

    Of the chain at face value, bars and bands are of face value, and looked through is the mark.
    """
    rows = first_rows(
        answer, ("consumer", "product", "period", "traced_to"), layout.most(MOST_ROWS)
    )
    names = labels(rows, ("consumer", "product", "traced_to", "origin"))
    measures = [("looked through", "share"), ("face value", "face_value")]
    (filled, share), (marked, other) = measures[:: -1 if _by_seller(answer) else 1]
    known = [None if row["origin"] in NO_DATA else row[share] for row in rows]
    unknown = [row[share] if row["origin"] in NO_DATA else None for row in rows]
    colours = [colour_of(row["origin"]) for row in rows]
    points = [(i, row[other]) for i, row in enumerate(rows)
              if row["origin"] not in NO_DATA and row[other] is not None]  # fmt: skip
    bars = [Bars(filled, known, colours, stack="share")]
    if any(value is not None for value in unknown):
        bars.append(Bars("unknown", unknown, [OTHER] * len(rows), hatched=True, stack="share"))
    verb = "sold" if _by_seller(answer) else "made"
    there = ", or there at any" if any(row["traced_to"] == ANY_STAGE for row in rows) else ""
    plot = labelled_rows(
        layout.width,
        names,
        Axis(f"share of the imports, {verb} there at the stage{there}", most=1),
        bars=bars,
        marks=[Marks(marked, points, "diamond", size=9)],
        spans=_assumed_of(rows),
        ranges=_ranges_of(rows),
        beside_range=True,
    )
    only = only_country(answer, rows, "origin")
    looked_through = " looked through" if _by_seller(answer) else ""
    note = f"{only} Thin lines: at least to at most{looked_through}, where data are missing."
    note = note.strip() + _of_assumed(rows)
    chains: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for link in answer.links.to_pylist():
        chains.setdefault((link["consumer"], link["product"]), []).append(link)
    most_chains = 1 if layout.is_slide else MOST_CHAINS
    if len({consumer for consumer, _ in chains}) == 1 and len(chains) <= most_chains:
        all_rows = answer.rows.to_pylist()
        traced = {product: [row for row in all_rows if row["product"] == product]
                  for _, product in chains}  # fmt: skip
        bands = [makers_by_stage(layout.width, links, traced[product], share)
                 for (_, product), links in chains.items()]  # fmt: skip
        # A slide has room for one of both.
        if layout.is_slide:
            plot, note = stacked(bands), only
        else:
            plot = stacked([*bands, legend_of(plot), plot])
        ranged = layout.width == WIDTH and not _by_seller(answer)
        note = f"{note} Bands: who {verb} it out of whose material, {AS[share]}".lstrip()
        note += "; below a name: at least to at most." if ranged else "."
    legend = "legend" not in plot.parts
    return framed(answer, plot, drawn=len(rows), legend=legend, note=note)


def _by_seller(answer: Answer) -> bool:
    """Tell whether the chain of an answer is that of sellers, at face value."""
    return answer.scope.of(Makers) == Makers(FACE_VALUE)


def _ranges_of(rows: Sequence[Mapping[str, Any]]) -> list[tuple[int, float, float]]:
    """Collect the ranges of rows as row, least and most."""
    return [(i, row["low"], row["high"]) for i, row in enumerate(rows) if row["low"] is not None]


def _assumed_of(rows: Sequence[Mapping[str, Any]]) -> list[Span]:
    """Collect the ranges of rows under an assumption, within those of :func:`ranges_of`."""
    return [
        Span(i, row["assumed_low"], row["assumed_high"], INK)
        for i, row in enumerate(rows)
        if row["assumed_low"] is not None
    ]


def _of_assumed(rows: Sequence[Mapping[str, Any]]) -> str:
    """Say under which assumptions the thick parts of the lines are."""
    texts = {row["assumption"]: None for row in rows if row["assumed_low"] is not None}
    return f" Thick parts: if {'; or if '.join(texts)}." if texts else ""
