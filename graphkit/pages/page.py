"""The elements that every page has, whatever it is written in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from graphkit.pages.columns import TextColumn, fits


class Page(Protocol):
    """A page that collects titles, paragraphs, tables and lists."""

    width: int | None

    def title(self, text: str) -> None:
        """Add the title of the page or of a section."""

    def text(self, text: str) -> None:
        """Add a paragraph."""

    def table(self, columns: Sequence[TextColumn]) -> None:
        """Add a table."""

    def lines(self, lines: Sequence[str]) -> None:
        """Add a list."""


def lay_out_table(columns: Sequence[TextColumn], page: Page, title: str = "") -> Page:
    """Put a table on a page; if it is too wide, state values common to all rows once."""
    if title:
        page.title(title)
    if page.width is not None and not fits(columns, page.width):
        alike = [c for c in columns if len(c.cells) > 1 and len(set(c.cells)) == 1]
        if alike and len(alike) < len(columns):
            columns = [column for column in columns if column not in alike]
            common = [f"{column.header} {column.cells[0]}" for column in alike if column.cells[0]]
            page.text(f"In every row: {', '.join(common)}.")
    page.table(columns)
    return page
