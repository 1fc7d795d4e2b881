"""Markdown with the text of the data escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graphkit.errors import visible, visible_lines
from graphkit.pages.columns import TextColumn


def markdown(text: str) -> str:
    r"""Escape text so that Markdown shows it as it is.

    >>> print(markdown("a|b *c* <d> [e](f) g_h"))
    a\|b \*c\* &lt;d> \[e\](f) g_h
    """
    text = re.sub(r"([\\|*`\[\]~]|(?<!\w)_|_(?!\w))", r"\\\1", visible(text))
    return text.replace("&", "&amp;").replace("<", "&lt;")


class MarkdownPage:
    """Markdown with the text of the data escaped."""

    width: int | None = None

    def __init__(self) -> None:
        self._parts: list[str] = []

    def heading(self, text: str, level: int) -> None:
        """Add a heading."""
        self._parts.append(f"{'#' * level} {markdown(text)}\n")

    def title(self, text: str) -> None:
        """Add a bold line."""
        self._parts.append(f"**{markdown(text)}**\n")

    def text(self, text: str, kind: str = "") -> None:
        """Add a paragraph, of whatever class."""
        self._parts.append(f"{markdown(text)}\n")

    def table(self, columns: Sequence[TextColumn], name: str = "") -> None:
        """Add a table with numbers aligned right; its name is that of the section."""
        rows = [
            [column.header for column in columns],
            *map(list, zip(*(column.cells for column in columns), strict=True)),
        ]
        lines = ["| " + " | ".join(map(markdown, row)) + " |\n" for row in rows]
        rule = "|" + "|".join("---:" if column.number else "---" for column in columns) + "|\n"
        self._parts.append("".join([lines[0], rule, *lines[1:]]))

    def apart(self, lines: Sequence[str]) -> None:
        """Add a paragraph for each line."""
        for line in lines:
            self.text(line)

    def lines(self, lines: Sequence[str]) -> None:
        """Add a list."""
        self._parts.append("".join(f"- {markdown(line)}\n" for line in lines))

    def command(self, text: str, command: str) -> None:
        """Add what a command is for, and the command, fenced by more backticks than it has."""
        self.text(text)
        command = visible_lines(command)
        fence = "`" * max([3, *(len(ticks) + 1 for ticks in re.findall("`+", command))])
        self._parts.append(f"{fence}bash\n{command}\n{fence}\n")

    def new_page(self) -> None:
        """Begin a new part, below a line."""
        self._parts.append("---\n")

    def __str__(self) -> str:
        return "\n".join(self._parts)
