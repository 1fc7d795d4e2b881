"""Values as text, and plain tables drawn for a terminal."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

SHARE = re.compile(r"0 to 1(, |$)")
"""The unit of a share; people read it in percent."""


def unit_of(field: pa.Field) -> str:
    """The unit in a field's metadata."""
    unit: bytes = (field.metadata or {}).get(b"unit", b"")
    return unit.decode()


def is_number(field: pa.Field) -> bool:
    """Whether a column holds numbers."""
    return bool(pa.types.is_floating(field.type) or pa.types.is_integer(field.type))


def data(value: Any) -> str:
    """A value as data: in full, empty where nothing is known."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "; ".join(map(data, value))
    return str(value)


def shown(value: Any, unit: str = "") -> str:
    """A value as people read it: shares in percent, money in short.

    >>> shown(0.8024, "0 to 1"), shown(268850565.0, "USD"), shown(7762.38, "0 to 10,000")
    ('80.2 %', '268.9 M', '7,762')
    >>> shown(None, "USD"), shown(None), shown(-0.52, "percentage points")
    ('unknown', '', '-0.5')
    """
    if value is None:
        return "unknown" if unit else ""
    if not isinstance(value, float):
        return data(value)
    if not math.isfinite(value):
        return "no number" if math.isnan(value) else str(value)
    if SHARE.match(unit):
        return percent(value)
    if unit == "percentage points":
        return f"{value:+.1f}"
    if unit.startswith("USD") and "/" not in unit:
        return money(value)
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"


def percent(share: float) -> str:
    """A share in percent; what would round to nothing is no zero."""
    return "<0.1 %" if 0 < share < 0.0005 else f"{100 * share:.1f} %"


def money(value: float) -> str:
    """A sum of money in thousands, millions or billions."""
    for size, unit in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if round(abs(value) / size, 1) >= 1:
            return f"{value / size:,.1f} {unit}"
    return f"{value:,.0f}"


def given(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row without what it does not say."""
    return {name: value for name, value in row.items() if value is not None}


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


HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""Control and bidirectional characters, and lone surrogates."""
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    r"""Text with control characters shown instead of obeyed.

    >>> visible("red: \x1b[31m"), visible("two\nlines")
    ('red: \\x1b[31m', 'two\\nlines')
    """
    return HIDDEN.sub(lambda found: escaped(found[0]), text)


def escaped(character: str) -> str:
    r"""How a hidden character is shown: ``\n``, ``\x1b``, ``\u202e``."""
    code = ord(character)
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def width(text: str) -> int:
    """How many columns of a terminal a text takes.

    >>> width("Türkiye"), width("中国"), width("e\u0301")
    (7, 4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(text: str, to: int, *, right: bool = False) -> str:
    """Text filled with blanks to a width."""
    blanks = " " * (to - width(text))
    return blanks + text if right else text + blanks


def wrap(text: str, to: int) -> list[str]:
    """Lines of at most a width, broken between words only: a longer word stays whole.

    >>> wrap("rare-earth metals", 10), wrap("magnets-metal", 5), wrap("", 5)
    (['rare-earth', 'metals'], ['magnets-metal'], [''])
    """
    lines: list[str] = []
    for word in text.split(" "):
        if lines and width(lines[-1]) + 1 + width(word) <= to:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def paragraph(text: str, to: int, indent: int = 2, hanging: int = 2) -> str:
    """Text wrapped and moved in, with further lines moved in more."""
    lines = wrap(text, to - indent - hanging)
    return "\n".join(" " * (indent + (hanging if n else 0)) + line for n, line in enumerate(lines))
