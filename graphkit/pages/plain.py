"""Plain text of a width, in a terminal's columns."""

from __future__ import annotations

from collections.abc import Sequence

from graphkit.errors import visible
from graphkit.pages.columns import GAPS, WORDS, TextColumn, cell_width, fits

WIDE_CELL = 40
"""Width from which a cell is wrapped in a table wider than the page."""


def text_table(columns: Sequence[TextColumn], width: int, *, bold: bool = False) -> str:
    """Draw a table within a width, without breaking words or numbers.

    ``rich.table`` breaks words and takes forty times as long: 7 s for 5,000 rows.

    >>> shares = TextColumn("Share", ["80 %", "5 %"], number=True)
    >>> print(text_table([TextColumn("Supplier", ["CHN", "JPN"]), shares], 60))
     Supplier  Share
     ────────  ─────
     CHN        80 %
     JPN         5 %
    """
    for gap in GAPS:
        if fits(columns, width, gap):
            widths = column_widths(columns, width - 1 - gap * (len(columns) - 1))
            return _grid(columns, widths, " " * gap, bold=bold)
    return _blocks(columns, width, bold=bold)


def column_widths(columns: Sequence[TextColumn], room: int) -> list[int]:
    """Choose column widths: wrap headers first, then the text with the most slack."""
    narrowest = [column.narrowest for column in columns]
    widths = [column.widest for column in columns]
    if sum(widths) > room:
        cells = [max(map(cell_width, column.cells), default=0) for column in columns]
        widths = list(map(max, narrowest, cells))
    while (excess := sum(widths) - room) > 0:
        slack = [wide - least for wide, least in zip(widths, narrowest, strict=True)]
        first = slack.index(max(slack))
        second = max(slack[:first] + slack[first + 1 :], default=0)
        widths[first] -= min(excess, max(1, slack[first] - second))
    return widths


def _grid(columns: Sequence[TextColumn], widths: Sequence[int], gap: str, *, bold: bool) -> str:
    headers = [column.header for column in columns]
    wrapped = [wrap(header, width) for header, width in zip(headers, widths, strict=True)]
    height = max(map(len, wrapped))
    at_bottom = [[""] * (height - len(lines)) + lines for lines in wrapped]
    grid = [strong(line, bold) for line in _grid_lines(columns, widths, at_bottom, gap)]
    grid.append(" " + gap.join("─" * width for width in widths))
    for row in zip(*(column.cells for column in columns), strict=True):
        cells = [
            [cell] if column.number else wrap(cell, width)
            for cell, column, width in zip(row, columns, widths, strict=True)
        ]
        height = max(map(len, cells))
        at_top = [lines + [""] * (height - len(lines)) for lines in cells]
        grid += _grid_lines(columns, widths, at_top, gap)
    return "\n".join(grid)


def _grid_lines(
    columns: Sequence[TextColumn], widths: Sequence[int], cells: Sequence[Sequence[str]], gap: str
) -> list[str]:
    """Join the lines of cells of one height."""
    lines = []
    for texts in zip(*cells, strict=True):
        padded = [
            pad(text, width, right=column.number)
            for text, column, width in zip(texts, columns, widths, strict=True)
        ]
        lines.append(f" {gap.join(padded).rstrip()}")
    return lines


def _blocks(columns: Sequence[TextColumn], width: int, *, bold: bool) -> str:
    """Draw a block for each row and a line for each column, for tables wider than the screen."""
    indent = max(cell_width(column.header) for column in columns)
    lines = []
    for number, row in enumerate(zip(*(column.cells for column in columns), strict=True), 1):
        lines.append(strong(f"── {number} ".ljust(width, "─"), bold))
        for column, cell in zip(columns, row, strict=True):
            first, *further = wrap(cell, width - indent - 3)
            lines.append(f" {pad(column.header, indent)}  {first}".rstrip())
            lines += [" " * (indent + 3) + line for line in further]
    return "\n".join(lines) or " " + ", ".join(column.header for column in columns)


def strong(text: str, bold: bool) -> str:
    """Set text in bold if asked to."""
    return f"\x1b[1m{text}\x1b[0m" if bold else text


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Fill text with blanks to a width."""
    blanks = " " * (width - cell_width(text))
    return blanks + text if right else text + blanks


def wrap(text: str, width: int) -> list[str]:
    """Wrap text to a width, between words, but not before ``%``; a longer word stays whole.

    >>> wrap("rare-earth metals", 10), wrap("magnets-metal", 5), wrap("", 5)
    (['rare-earth', 'metals'], ['magnets-metal'], [''])
    """
    lines: list[str] = []
    for word in WORDS.split(text):
        if lines and cell_width(lines[-1]) + 1 + cell_width(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def paragraph(text: str, width: int, indent: int = 2, hanging: int = 2) -> str:
    """Wrap and indent text, further lines by more."""
    lines = wrap(text, width - indent - hanging)
    return "\n".join(" " * (indent + (hanging if n else 0)) + line for n, line in enumerate(lines))


class PlainPage:
    """Plain text of a given width, with bold titles on a terminal; wide tables may exceed it."""

    def __init__(self, width: int, *, bold: bool = False, wide: bool = False) -> None:
        self.width: int | None = None if wide else width
        self.columns, self.bold = width, bold
        self._parts: list[str] = []

    def blank(self) -> PlainPage:
        """Return an empty page of the same kind."""
        return PlainPage(self.columns, bold=self.bold, wide=self.width is None)

    def title(self, text: str) -> None:
        """Start a section with a title."""
        lines = paragraph(visible(text), self.columns, 0, 0).split("\n")
        self._parts.append("\n".join(strong(line, self.bold) for line in lines) + "\n")

    def text(self, text: str) -> None:
        """Add a paragraph below the title."""
        lines = paragraph(visible(text), self.columns, 0, 0) + "\n"
        self._parts[-1:] = [self._parts[-1] + lines] if self._parts else [lines]

    def table(self, columns: Sequence[TextColumn]) -> None:
        """Add a table, after an empty line unless it follows a title directly."""
        width = self.columns
        if self.width is None:
            cells = [max(column.narrowest, min(column.widest, WIDE_CELL)) for column in columns]
            width = max(width, sum(cells) + GAPS[0] * (len(cells) - 1) + 1)
        table = text_table(columns, width, bold=self.bold) + "\n"
        if self._parts and self._parts[-1].count("\n") == 1:
            self._parts[-1] += table
        else:
            self._parts.append(table)

    def apart(self, lines: Sequence[str]) -> None:
        """Add a paragraph for each line, after an empty line."""
        self._parts.append("".join(f"{paragraph(visible(x), self.columns, 0, 0)}\n" for x in lines))

    def lines(self, lines: Sequence[str]) -> None:
        """Add a paragraph for each line."""
        self._parts[-1] += "".join(f"{paragraph(visible(x), self.columns)}\n" for x in lines)

    def __str__(self) -> str:
        return "\n".join(self._parts)
