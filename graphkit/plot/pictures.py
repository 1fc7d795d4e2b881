"""Pictures of answers: an ECharts option for each, drawn as SVG, PNG or HTML without a browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pkgutil import resolve_name

import pyarrow as pa

from graphkit.answers.answer import Answer, name_cell, undoubted
from graphkit.answers.columns import REFS
from graphkit.answers.remarks import with_remarks
from graphkit.plot.canvas import Framed, Layout, empty
from graphkit.plot.drawing import NARROW, Picture, font_faces, html_page, png, svg

__all__ = ["Picture", "font_faces", "html_page", "layouts", "picture", "png", "svg"]
Drawing = Callable[[Answer, Layout], Framed]


def picture(answer: Answer, *, narrow: bool = False, slide: bool = False) -> Picture:
    """Draw an answer; of one that has nothing to draw, a line that says so.

    Parameters
    ----------
    answer
        The answer of a question.
    narrow : bool
        Lay it out for a phone, 340 pixels wide instead of 640.
    slide : bool
        Lay it out as a slide of 1,920 by 1,080 pixels, with fewer rows where there is no room.

    Returns
    -------
    Picture
        Its ``option`` is plain data, which ECharts 6 draws anywhere; shares are in percent.
    """
    answer = _in_names(undoubted(with_remarks(answer)))
    if not slide:
        return _framed(answer, Layout(NARROW) if narrow else Layout()).page()
    for count in SLIDE_ROWS:
        drawing = _framed(answer, Layout(rows=count))
        if drawing.fits_slide:
            break
    return drawing.slide()


SLIDE_ROWS = (24, 18, 15, 12, 10, 8, 7, 6, 5, 4, 3)
"""Numbers of rows of a slide, of which the first that has room is drawn."""


def _framed(answer: Answer, layout: Layout) -> Framed:
    if not len(answer.rows):
        return empty(answer, "the answer has no rows", layout.width)
    if not answer.picture:
        return empty(answer, "its rows have no figures", layout.width)
    draw: Drawing = resolve_name(answer.picture)
    return draw(answer, layout)


def layouts(answer: Answer) -> tuple[Picture, Picture]:
    """Draw an answer twice, for a page: wide, and for a phone."""
    return picture(answer), picture(answer, narrow=True)


NAMED = ("material", "stage")
"""Kinds of thing that a picture knows by name alone; countries have colours and places by key."""


def _in_names(answer: Answer) -> Answer:
    """Put the names of products, elements and stages in place of their keys."""
    refs = {column.name: column.refers_to for column in answer.columns}

    def named(table: pa.Table, refs: Mapping[str, str]) -> pa.Table:
        for place, field in enumerate(table.schema):
            if refs.get(field.name) in NAMED:
                cells = [
                    name_cell(value, refs[field.name], answer.names)
                    for value in table[place].to_pylist()
                ]
                table = table.set_column(place, field, pa.array(cells, field.type))
        return table

    return replace(
        answer, rows=named(answer.rows, refs), links=named(answer.links, REFS),
        comparisons=named(answer.comparisons, REFS),
    )  # fmt: skip
