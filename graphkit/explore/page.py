"""An answer as the page shows it: its parts as text, its rows in full, and its picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphkit.answer import Answer
from graphkit.errors import visible
from graphkit.plot import picture
from graphkit.plot.canvas import DARK
from graphkit.render.answer import coverage_lines, lay_out
from graphkit.render.formats import rows_of
from graphkit.render.layout import TextColumn
from graphkit.schema import Schema


class Blocks:
    """Page whose parts are plain data, in order."""

    width: int | None = None

    def __init__(self) -> None:
        self.parts: list[dict[str, Any]] = []

    def title(self, text: str) -> None:
        """Add a title."""
        self.parts.append({"title": visible(text)})

    def text(self, text: str) -> None:
        """Add a paragraph."""
        self.parts.append({"text": visible(text)})

    def table(self, columns: Sequence[TextColumn]) -> None:
        """Add a table, column by column."""
        self.parts.append({"table": [vars(column) for column in columns]})

    def lines(self, lines: Sequence[str]) -> None:
        """Add a list."""
        self.parts.append({"lines": [visible(line) for line in lines]})


def page_of(answer: Answer) -> dict[str, Any]:
    """Return an answer as the page shows it.

    ``blocks`` are those of ``--format markdown``; a row of the first table is that of ``rows``
    with the same number.
    """
    blocks = Blocks()
    lay_out(answer, blocks)
    return {
        "blocks": blocks.parts,
        "rows": rows_of(answer.rows),
        "units": dict(answer.units),
        "sources": rows_of(answer.sources),
        "coverage": coverage_lines(answer),
        "picture": _picture(answer),
    }


def kinds_of(graph: Schema) -> list[dict[str, Any]]:
    """List the kinds of node and relationship of a graph, with the properties of each."""
    return [
        {
            "name": kind.name,
            "edge": kind.is_edge,
            "doc": kind.doc,
            "ends": ["|".join(end.kinds) for end in kind.ends],
            "properties": [
                {"name": p.name, "meaning": p.meaning, "doc": p.doc} for p in kind.stored
            ],
        }
        for kind in graph.kinds
    ]


def _picture(answer: Answer) -> dict[str, Any] | None:
    """Return the picture as an option, if anything can be drawn."""
    found = picture(answer)
    if not found.drawn:
        return None
    return {
        "option": found.option,
        "height": found.height,
        "world": found.world,
        "label": found.title,
        "dark": DARK,
    }
