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

    def text(self, text: str) -> None:
        """Add a paragraph."""
        self._parts.append(f"{markdown(text)}\n")

    def table(self, columns: Sequence[TextColumn]) -> None:
        """Add a table with numbers aligned right."""
        rows = [
            [column.header for column in columns],
            *map(list, zip(*(column.cells for column in columns), strict=True)),
        ]
        lines = ["| " + " | ".join(map(markdown, row)) + " |\n" for row in rows]
        rule = "|" + "|".join("---:" if column.number else "---" for column in columns) + "|\n"
        self._parts.append("".join([lines[0], rule, *lines[1:]]))

    def section(self, title: str, content: MarkdownPage) -> None:
        """Add a heading and what is below it."""
        self.heading(title, 2)
        self._parts.append(str(content))

    def apart(self, lines: Sequence[str]) -> None:
        """Add a paragraph for each line."""
        for line in lines:
            self.text(line)

    def lines(self, lines: Sequence[str]) -> None:
        """Add a list."""
        self._parts.append("".join(f"- {markdown(line)}\n" for line in lines))

    def commands(self, commands: Sequence[str]) -> None:
        """Add a block of commands, fenced by more backticks than any of them has."""
        text = visible_lines("\n".join(commands))
        fence = "`" * max([3, *(len(ticks) + 1 for ticks in re.findall("`+", text))])
        self._parts.append(f"{fence}bash\n{text}\n{fence}\n")

    def __str__(self) -> str:
        return "\n".join(self._parts)
