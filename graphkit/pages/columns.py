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
    def says_little(self) -> bool:
        """Return True if it is empty, or may be left out and reads alike in several rows."""
        is_alike = len(self.cells) > 1 and len(set(self.cells)) == 1
        return not any(self.cells) or (self.rank > 0 and is_alike)

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
) -> tuple[Sequence[TextColumn], Sequence[TextColumn]]:
    """Leave out columns until a table fits a width: of the highest rank, from the right.

    Columns that read alike in all rows leave before others, and those that tell two rows apart
    stay to the end, whatever their rank.

    Returns
    -------
    tuple
        The columns that fit, and the others.

    Examples
    --------
    >>> stage = TextColumn("Stage", ["Mine", "Metal"], rank=4)
    >>> share = TextColumn("Share", ["60 %", "90 %"], number=True)
    >>> fitting, hidden = fitted([TextColumn("Product", ["Magnets"] * 2), stage, share], 15)
    >>> [column.header for column in fitting], [column.header for column in hidden]
    (['Stage', 'Share'], ['Product'])
    """
    fitting = list(columns)
    if width is None or fits(fitting, width, GAPS[-1]):
        return fitting, []
    telling = telling_apart(columns)

    def order(column: TextColumn) -> tuple[bool, bool, int, int]:
        place = columns.index(column)
        is_first = place == 0 and not column.says_little
        return column.says_little, column not in telling, -1 if is_first else column.rank, place

    while len(fitting) > 1 and not fits(fitting, width, GAPS[-1]):
        fitting.remove(max(fitting, key=order))
    return fitting, [column for column in columns if column not in fitting]


def telling_apart(columns: Sequence[TextColumn]) -> Sequence[TextColumn]:
    """Choose the columns without which two rows would read alike, if they can be told apart.

    What a row is about stands in its texts, so that two rows which differ in figures alone read
    alike where another column of texts differs. The first column and texts of rank 0 are there
    anyway; of the others, that which tells the most rows apart comes first.
    """
    texts = [column for column in columns[1:] if not column.number]
    telling = [*columns[:1], *(column for column in texts if column.rank == 0)]
    _tell(telling, texts)
    main = [column for column in columns[1:] if column.number and column.rank == 0]
    if _distinct([*telling, *main]) < _distinct(columns):
        _tell(telling, columns[1:])
    return telling


def _tell(telling: list[TextColumn], candidates: Sequence[TextColumn]) -> None:
    """Add columns to those that tell rows apart, until no other tells more of them apart."""
    while rest := [column for column in candidates if column not in telling]:
        best = max(rest, key=lambda column: (_distinct([*telling, column]), -column.rank))
        if _distinct([*telling, best]) == _distinct(telling):
            return
        telling.append(best)


def _distinct(columns: Sequence[TextColumn]) -> int:
    """Count the rows of some columns that read differently."""
    return len(set(zip(*(column.cells for column in columns), strict=True)))
