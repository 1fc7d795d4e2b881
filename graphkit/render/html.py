"""An answer as HTML, for notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from graphkit.render.drawing import Column
from graphkit.render.plain_text import visible


class HtmlPage:
    """HTML in which nothing of the data is markup."""

    def __init__(self) -> None:
        self.width: int | None = None
        self._parts: list[str] = []

    def title(self, text: str) -> None:
        """A paragraph in bold."""
        self._parts.append(f"<p><strong>{_literal(text)}</strong></p>\n")

    def text(self, text: str) -> None:
        """A paragraph."""
        self._parts.append(f"<p>{_literal(text)}</p>\n")

    def table(self, columns: Sequence[Column]) -> None:
        """A table, numbers to the right."""
        heads = "".join(_cell("th", column, column.head) for column in columns)
        rows = zip(*(column.cells for column in columns), strict=True)
        lines = (
            "".join(_cell("td", column, text) for column, text in zip(columns, row, strict=True))
            for row in rows
        )
        body = "\n".join(f"<tr>{line}</tr>" for line in lines)
        self._parts.append(
            f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"
        )

    def lines(self, lines: Sequence[str]) -> None:
        """A list."""
        self._parts.append("<ul>" + "".join(f"<li>{_literal(x)}</li>" for x in lines) + "</ul>\n")

    def __str__(self) -> str:
        return "".join(self._parts)


def _cell(tag: str, column: Column, text: str) -> str:
    align = ' style="text-align: right"' if column.number else ""
    return f"<{tag}{align}>{_literal(text)}</{tag}>"


def _literal(text: str) -> str:
    return escape(visible(text), quote=True)
