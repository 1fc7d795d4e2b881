"""Pages of text, Markdown and HTML that escape the values they show."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from graphkit.errors import visible


def width(text: str) -> int:
    """Return the width of a text in terminal columns.

    >>> width("Türkiye"), width("中国"), width("e\u0301")
    (7, 4, 1)
    """
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(character: str) -> int:
    # rich.cells knows this too, but importing it takes as long as a third of an answer.
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


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
        return max(self.least, *map(width, [*words, *(self.cells if self.number else ())]))

    @property
    def widest(self) -> int:
        """The width without wrapping."""
        return max(map(width, [self.header, *self.cells]))


WORDS = re.compile(r" (?!%)")
"""Blanks at which text is wrapped: not between a number and its sign."""
WIDE_CELL = 40
"""Width from which a cell is wrapped in a table wider than the page."""
GAPS = (2, 1)
"""Blanks between columns: preferred, and for a table that would be too wide."""


def text_table(columns: Sequence[TextColumn], to: int, *, bold: bool = False) -> str:
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
        if fits(columns, to, gap):
            widths = _widths(columns, to - 1 - gap * (len(columns) - 1))
            return _grid(columns, widths, " " * gap, bold=bold)
    return _blocks(columns, to, bold=bold)


def fits(columns: Sequence[TextColumn], to: int, gap: int = GAPS[0]) -> bool:
    """Return True if a table fits a width without breaking words."""
    return sum(column.narrowest for column in columns) + gap * (len(columns) - 1) + 1 <= to


def _widths(columns: Sequence[TextColumn], room: int) -> list[int]:
    """Choose column widths: wrap headers first, then the text with the most slack."""
    narrowest = [column.narrowest for column in columns]
    widths = [column.widest for column in columns]
    if sum(widths) > room:
        cells = [max(map(width, column.cells), default=0) for column in columns]
        widths = list(map(max, narrowest, cells))
    while (excess := sum(widths) - room) > 0:
        slack = [wide - least for wide, least in zip(widths, narrowest, strict=True)]
        first = slack.index(max(slack))
        second = max(slack[:first] + slack[first + 1 :], default=0)
        widths[first] -= min(excess, max(1, slack[first] - second))
    return widths


def _grid(columns: Sequence[TextColumn], widths: Sequence[int], gap: str, *, bold: bool) -> str:
    def lines(texts: Sequence[str], *, header: bool = False) -> list[str]:
        parts = [
            [text] if column.number and not header else wrap(text, to)
            for text, column, to in zip(texts, columns, widths, strict=True)
        ]
        height = max(map(len, parts))
        blank = [[""] * (height - len(part)) for part in parts]
        parts = [
            [*above, *part] if header else [*part, *above]
            for part, above in zip(parts, blank, strict=True)
        ]
        return [
            " " + gap.join(
                pad(part[n], to, right=column.number)
                for part, column, to in zip(parts, columns, widths, strict=True)
            ).rstrip()
            for n in range(height)
        ]  # fmt: skip

    drawn = [strong(line, bold) for line in lines([c.header for c in columns], header=True)]
    drawn.append(" " + gap.join("─" * to for to in widths))
    for row in zip(*(column.cells for column in columns), strict=True):
        drawn += lines(row)
    return "\n".join(drawn)


def _blocks(columns: Sequence[TextColumn], to: int, *, bold: bool) -> str:
    """Draw a block for each row and a line for each column, for tables wider than the screen."""
    headers = max(width(column.header) for column in columns)
    drawn = []
    for number, row in enumerate(zip(*(column.cells for column in columns), strict=True), 1):
        drawn.append(strong(f"── {number} ".ljust(to, "─"), bold))
        for column, cell in zip(columns, row, strict=True):
            first, *more = wrap(cell, to - headers - 3)
            drawn.append(f" {pad(column.header, headers)}  {first}".rstrip())
            drawn += [" " * (headers + 3) + line for line in more]
    return "\n".join(drawn) or " " + ", ".join(column.header for column in columns)


def strong(text: str, bold: bool) -> str:
    """Set text in bold if asked to."""
    return f"\x1b[1m{text}\x1b[0m" if bold else text


def pad(text: str, to: int, *, right: bool = False) -> str:
    """Fill text with blanks to a width."""
    blanks = " " * (to - width(text))
    return blanks + text if right else text + blanks


def wrap(text: str, to: int) -> list[str]:
    """Wrap text to a width, between words, but not before ``%``; a longer word stays whole.

    >>> wrap("rare-earth metals", 10), wrap("magnets-metal", 5), wrap("", 5)
    (['rare-earth', 'metals'], ['magnets-metal'], [''])
    """
    lines: list[str] = []
    for word in WORDS.split(text):
        if lines and width(lines[-1]) + 1 + width(word) <= to:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def paragraph(text: str, to: int, indent: int = 2, hanging: int = 2) -> str:
    """Wrap and indent text, further lines by more."""
    lines = wrap(text, to - indent - hanging)
    return "\n".join(" " * (indent + (hanging if n else 0)) + line for n, line in enumerate(lines))


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
            stated = [f"{column.header} {column.cells[0]}" for column in alike if column.cells[0]]
            page.text(f"In every row: {', '.join(stated)}.")
    page.table(columns)
    return page


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
        added = paragraph(visible(text), self.columns, 0, 0) + "\n"
        self._parts[-1:] = [self._parts[-1] + added] if self._parts else [added]

    def table(self, columns: Sequence[TextColumn]) -> None:
        """Add a table, after an empty line unless it follows a title directly."""
        to = self.columns
        if self.width is None:
            cells = [max(column.narrowest, min(column.widest, WIDE_CELL)) for column in columns]
            to = max(to, sum(cells) + GAPS[0] * (len(cells) - 1) + 1)
        drawn = text_table(columns, to, bold=self.bold) + "\n"
        if self._parts and self._parts[-1].count("\n") == 1:
            self._parts[-1] += drawn
        else:
            self._parts.append(drawn)

    def apart(self, lines: Sequence[str]) -> None:
        """Add a paragraph for each line, after an empty line."""
        self._parts.append("".join(f"{paragraph(visible(x), self.columns, 0, 0)}\n" for x in lines))

    def lines(self, lines: Sequence[str]) -> None:
        """Add a paragraph for each line."""
        self._parts[-1] += "".join(f"{paragraph(visible(x), self.columns)}\n" for x in lines)

    def __str__(self) -> str:
        return "\n".join(self._parts)


class MarkdownPage:
    """Markdown with the text of the data escaped."""

    width: int | None = None

    def __init__(self) -> None:
        self._parts: list[str] = []

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

    def apart(self, lines: Sequence[str]) -> None:
        """Add a paragraph for each line."""
        for line in lines:
            self.text(line)

    def lines(self, lines: Sequence[str]) -> None:
        """Add a list."""
        self._parts.append("".join(f"- {markdown(line)}\n" for line in lines))

    def __str__(self) -> str:
        return "\n".join(self._parts)


def fitted(
    columns: Sequence[TextColumn], to: int | None
) -> tuple[Sequence[TextColumn], Sequence[str]]:
    """Leave out columns until a table fits a width: of the highest rank, from the right.

    Returns
    -------
    tuple
        The columns that fit, and the headers of the others.
    """
    kept = list(columns)
    while to is not None and len(kept) > 1 and not fits(kept, to, GAPS[-1]):
        place = max(range(1, len(kept)), key=lambda n: (kept[n].rank, n))
        del kept[place]
    return kept, [column.header for column in columns if column not in kept]


def markdown(text: str) -> str:
    r"""Escape text so that Markdown shows it as it is.

    >>> print(markdown("a|b *c* <d> [e](f) g_h"))
    a\|b \*c\* &lt;d> \[e\](f) g_h
    """
    text = re.sub(r"([\\|*`\[\]~]|(?<!\w)_|_(?!\w))", r"\\\1", visible(text))
    return text.replace("&", "&amp;").replace("<", "&lt;")


SHORT_CELL = 12
"""Letters of a date or a country with a short name."""


class HtmlPage:
    """HTML with the text of the data escaped.

    Parameters
    ----------
    heading : bool
        Make the first title the heading of a page of its own.
    """

    width: int | None = None

    def __init__(self, *, heading: bool = False) -> None:
        self._heading = heading
        self._parts: list[str] = []

    def title(self, text: str) -> None:
        """Add a paragraph in bold, or the heading of the page."""
        if self._heading and not self._parts:
            self._parts.append(f"<h1>{_html(text)}</h1>\n")
        else:
            self._parts.append(f"<p><strong>{_html(text)}</strong></p>\n")

    def text(self, text: str) -> None:
        """Add a paragraph."""
        self._parts.append(f"<p>{_html(text)}</p>\n")

    def table(self, columns: Sequence[TextColumn]) -> None:
        """Add a table with numbers aligned right, and short cells such as dates on one line."""
        right, whole = ' style="text-align: right"', ' style="white-space: nowrap"'
        aligned = [right * column.number for column in columns]
        styles = [
            style or whole * all(len(cell) <= SHORT_CELL for cell in column.cells)
            for style, column in zip(aligned, columns, strict=True)
        ]

        def row(tag: str, texts: Sequence[str], styles: Sequence[str]) -> str:
            cells = []
            for text, style, column in zip(texts, styles, columns, strict=True):
                key = column.keys.get(text) if tag == "td" else None
                title = f' title="{_html(key)}"' if key else ""
                cells.append(f"<{tag}{style}{title}>{_html(text)}</{tag}>")
            return f"<tr>{''.join(cells)}</tr>"

        headers = row("th", [column.header for column in columns], aligned)
        rows = zip(*(column.cells for column in columns), strict=True)
        body = "\n".join(row("td", texts, styles) for texts in rows)
        self._parts.append(
            f"<table>\n<thead>{headers}</thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"
        )

    def lines(self, lines: Sequence[str]) -> None:
        """Add a list."""
        self._parts.append("<ul>" + "".join(f"<li>{_html(x)}</li>" for x in lines) + "</ul>\n")

    def __str__(self) -> str:
        return "".join(self._parts)


def _html(text: str) -> str:
    from html import escape

    return escape(visible(text), quote=True)
