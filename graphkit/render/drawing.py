"""Draws a table as text: columns where they fit the width, one block a row where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphkit.render.plain_text import pad, width, wrap

GAPS = (2, 1)
"""Blanks between columns: as wished, and where that is too wide."""


@dataclass(frozen=True)
class Column:
    """One column of cells that are text already; numbers stand to the right and never break."""

    head: str
    cells: Sequence[str]
    number: bool = False

    @property
    def least(self) -> int:
        """How narrow it can be: heads and text break between words."""
        words = [w for text in (self.head, *self._breakable) for w in text.split(" ")]
        return max(map(width, [*words, *(self.cells if self.number else ())]))

    @property
    def _breakable(self) -> Sequence[str]:
        return () if self.number else self.cells

    @property
    def wished(self) -> int:
        """How wide it is with no line broken."""
        return max(map(width, [self.head, *self.cells]))


def draw(columns: Sequence[Column], to: int, *, bold: bool = False) -> str:
    """A table of at most a width, as lines; no word and no number is broken.

    >>> shares = Column("Share", ["80 %", "5 %"], number=True)
    >>> print(draw([Column("Supplier", ["CHN", "JPN"]), shares], 60))
     Supplier  Share
     ────────  ─────
     CHN        80 %
     JPN         5 %
    """
    for gap in GAPS:
        if fits(columns, to, gap):
            room = to - 1 - gap * (len(columns) - 1)
            return _grid(columns, _widths(columns, room), " " * gap, bold=bold)
    return _blocks(columns, to, bold=bold)


def fits(columns: Sequence[Column], to: int, gap: int = GAPS[0]) -> bool:
    """Whether a table fits a width with no word broken."""
    return sum(column.least for column in columns) + gap * (len(columns) - 1) + 1 <= to


def _widths(columns: Sequence[Column], room: int) -> list[int]:
    """Heads break first, all of them; then the text that can give most."""
    widths = [column.wished for column in columns]
    if sum(widths) > room:
        cells = [max(map(width, column.cells), default=0) for column in columns]
        widths = [max(column.least, cell) for column, cell in zip(columns, cells, strict=True)]
    while (spare := sum(widths) - room) > 0:
        slack = [to - column.least for to, column in zip(widths, columns, strict=True)]
        widest = slack.index(max(slack))
        second = max(slack[:widest] + slack[widest + 1 :], default=0)
        widths[widest] -= min(spare, max(1, slack[widest] - second))
    return widths


def _grid(columns: Sequence[Column], widths: Sequence[int], gap: str, *, bold: bool) -> str:
    def lines(texts: Sequence[str], *, bottom: bool = False) -> list[str]:
        parts = [
            [text] if column.number and not bottom else wrap(text, to)
            for text, column, to in zip(texts, columns, widths, strict=True)
        ]
        height = max(map(len, parts))
        blank = [[""] * (height - len(part)) for part in parts]
        parts = [
            [*fill, *part] if bottom else [*part, *fill]
            for part, fill in zip(parts, blank, strict=True)
        ]
        return [
            " " + gap.join(
                pad(part[n], to, right=column.number)
                for part, column, to in zip(parts, columns, widths, strict=True)
            ).rstrip()
            for n in range(height)
        ]  # fmt: skip

    heads = lines([column.head for column in columns], bottom=True)
    drawn = [strong(line, bold) for line in heads]
    drawn.append(" " + gap.join("─" * to for to in widths))
    for row in zip(*(column.cells for column in columns), strict=True):
        drawn += lines(row)
    return "\n".join(drawn)


def _blocks(columns: Sequence[Column], to: int, *, bold: bool) -> str:
    """One block a row, one line a column: for tables wider than the screen."""
    heads = max(width(column.head) for column in columns)
    drawn = []
    for number, row in enumerate(zip(*(column.cells for column in columns), strict=True), 1):
        drawn.append(strong(f"── {number} ".ljust(to, "─"), bold))
        for column, cell in zip(columns, row, strict=True):
            first, *more = wrap(cell, to - heads - 3)
            drawn.append(f" {pad(column.head, heads)}  {first}".rstrip())
            drawn += [" " * (heads + 3) + line for line in more]
    return "\n".join(drawn) or " " + ", ".join(column.head for column in columns)


def strong(text: str, bold: bool) -> str:
    """Bold text, for a terminal that knows it."""
    return f"\x1b[1m{text}\x1b[0m" if bold else text
