"""Columns of text, and the width that a table of them takes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


def cell_width(text: str) -> int:
    """Return the width of a text in terminal columns.

    >>> cell_width("Türkiye"), cell_width("中国"), cell_width("e\u0301")
    (7, 4, 1)
    """
    return len(text) if text.isascii() else sum(map(_character_width, text))


def _character_width(character: str) -> int:
    # rich.cells knows this too, but importing it takes as long as a third of an answer.
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


WORDS = re.compile(r" (?!%)")
"""Blanks at which text is wrapped: not between a number and its sign."""
GAPS = (2, 1)
"""Blanks between columns: preferred, and for a table that would be too wide."""


@dataclass(frozen=True)
class TextColumn:
    """A column of text cells; numbers are aligned right and never wrapped."""

    header: str
    cells: Sequence[str]
    number: bool = False
    name: str = ""
    """The column of an answer's rows that it shows."""
    rank: int = 1
    """Order in which a narrow table leaves columns out, as in ``Column``."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys of what the cells name, by the text of the cell; pages show them on hover."""
    least: int = 0
    """Width below which it is not wrapped."""

    @property
    def narrowest(self) -> int:
        """The width with headers and text wrapped between all words."""
        texts = [self.header] if self.number else [self.header, *self.cells]
        words = [word for text in texts for word in WORDS.split(text)]
        return max(self.least, *map(cell_width, [*words, *(self.cells if self.number else ())]))

    @property
    def widest(self) -> int:
        """The width without wrapping."""
        return max(map(cell_width, [self.header, *self.cells]))


def fits(columns: Sequence[TextColumn], width: int, gap: int = GAPS[0]) -> bool:
    """Return True if a table fits a width without breaking words."""
    return sum(column.narrowest for column in columns) + gap * (len(columns) - 1) + 1 <= width


def fitted(
    columns: Sequence[TextColumn], width: int | None
) -> tuple[Sequence[TextColumn], Sequence[str]]:
    """Leave out columns until a table fits a width: of the highest rank, from the right.

    Returns
    -------
    tuple
        The columns that fit, and the headers of the others.
    """
    fitting = list(columns)
    while width is not None and len(fitting) > 1 and not fits(fitting, width, GAPS[-1]):
        place = max(range(1, len(fitting)), key=lambda n: (fitting[n].rank, n))
        del fitting[place]
    return fitting, [column.header for column in columns if column not in fitting]
