"""Pages of an answer as HTML and Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Protocol

from graphkit.answer import Answer
from graphkit.render.drawing import Column, draw, fits, paragraph, strong, visible
from graphkit.render.words import (
    answer_columns,
    claim_lines,
    comparison_columns,
    coverage_lines,
    scope_line,
    source_lines,
)


class Page(Protocol):
    """What a layout can put on a page."""

    width: int | None

    def title(self, text: str) -> None:
        """What the page or a part of it is about."""

    def text(self, text: str) -> None:
        """A paragraph."""

    def table(self, columns: Sequence[Column]) -> None:
        """A table."""

    def lines(self, lines: Sequence[str]) -> None:
        """A list."""

    def __str__(self) -> str: ...


def lay_out(answer: Answer, page: Page) -> Page:
    """Put an answer on a page: rows, claims, claims beside data, coverage, sources, notes."""
    page.title(answer.question)
    if len(answer.rows):
        page.text(scope_line(answer))
        page.table(answer_columns(answer, page.width))
    lists = [
        ("Published claims in this scope", claim_lines(answer)),
        ("Coverage", coverage_lines(answer)),
        ("Sources", source_lines(answer)),
        ("Notes", answer.notes),
    ]
    for title, lines in lists:
        if lines:
            page.title(title)
            page.lines(lines)
        columns = comparison_columns(answer) if title.startswith("Published") else ()
        if columns and columns[0].cells:
            page.title("Claimed shares beside the trade data, differences in percentage points")
            page.table(columns)
    return page


def lay_out_table(columns: Sequence[Column], page: Page, title: str = "") -> Page:
    """Put any table on a page; where it is too wide, what all rows have alike is said once."""
    if title:
        page.title(title)
    if page.width is not None and not fits(columns, page.width):
        alike = [c for c in columns if len(c.cells) > 1 and len(set(c.cells)) == 1]
        if alike and len(alike) < len(columns):
            columns = [column for column in columns if column not in alike]
            said = ", ".join(f"{column.head} {column.cells[0]}" for column in alike)
            page.text(f"In every row: {said}.")
    page.table(columns)
    return page


class PlainPage:
    """Text of a width, on a terminal with bold titles."""

    def __init__(self, width: int, *, bold: bool = False) -> None:
        self.width: int | None = width
        self._width, self._bold = width, bold
        self._parts: list[str] = []

    def title(self, text: str) -> None:
        """A line of its own."""
        lines = paragraph(visible(text), self._width, 0, 0).split("\n")
        self._parts.append("\n".join(strong(line, self._bold) for line in lines) + "\n")

    def text(self, text: str) -> None:
        """A paragraph that belongs to the title above it."""
        said = paragraph(visible(text), self._width, 0, 0) + "\n"
        self._parts[-1:] = [self._parts[-1] + said] if self._parts else [said]

    def table(self, columns: Sequence[Column]) -> None:
        """A table; below a title, after an empty line if it has text."""
        drawn = draw(columns, self._width, bold=self._bold) + "\n"
        if self._parts and self._parts[-1].count("\n") == 1:
            self._parts[-1] += drawn
        else:
            self._parts.append(drawn)

    def lines(self, lines: Sequence[str]) -> None:
        """One paragraph a line."""
        self._parts[-1] += "".join(f"{paragraph(visible(x), self._width)}\n" for x in lines)

    def __str__(self) -> str:
        return "\n".join(self._parts)


class MarkdownPage:
    """Markdown in which nothing of the data is markup."""

    def __init__(self) -> None:
        self.width: int | None = None
        self._parts: list[str] = []

    def title(self, text: str) -> None:
        """A bold line."""
        self._parts.append(f"**{literal(text)}**\n")

    def text(self, text: str) -> None:
        """A paragraph."""
        self._parts.append(f"{literal(text)}\n")

    def table(self, columns: Sequence[Column]) -> None:
        """A table, numbers to the right."""
        rows = [
            [column.head for column in columns],
            *map(list, zip(*(column.cells for column in columns), strict=True)),
        ]
        lines = ["| " + " | ".join(map(literal, row)) + " |\n" for row in rows]
        rule = "|" + "|".join("---:" if column.number else "---" for column in columns) + "|\n"
        self._parts.append("".join([lines[0], rule, *lines[1:]]))

    def lines(self, lines: Sequence[str]) -> None:
        """A list."""
        self._parts.append("".join(f"- {literal(line)}\n" for line in lines))

    def __str__(self) -> str:
        return "\n".join(self._parts)


def literal(text: str) -> str:
    r"""Text that Markdown shows as it is.

    >>> print(literal("a|b *c* <d> [e](f) g_h"))
    a\|b \*c\* &lt;d> \[e\](f) g_h
    """
    text = re.sub(r"([\\|*`\[\]~]|(?<!\w)_|_(?!\w))", r"\\\1", visible(text))
    return text.replace("&", "&amp;").replace("<", "&lt;")


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
