"""Room on paper: the sections of an annex that fit on some A4 pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from graphkit.brief.document import WIDTH, Section
from graphkit.pages.columns import cell_width
from graphkit.pages.plain import column_widths, wrap

PAGE = 235.0
"""Millimetres of a page that text fills, of 265: tables and lists end before the last line."""
HEADING, LINE, SMALL_LINE, PADDING = 9.0, 4.2, 3.3, 0.8
"""Millimetres of a heading, of a line of text, of one of a table, and around a row of it."""
LETTERS, SMALL_LETTERS = 110, 130
"""Letters of a line of text, and of one in small letters."""
LEAST = 3
"""Rows or points that are worth a section."""
LEFT_OUT = "Left out for want of room"


def cut(sections: Sequence[Section], closing: Section, pages: int) -> list[Section]:
    """Choose what fits on some pages.

    Parameters
    ----------
    sections : sequence of Section
        The sections, the most important first.
    closing : Section
        The last section, which is never left out, and has at most a sixth of the room.
    pages : int
        Number of A4 pages.

    Returns
    -------
    list of Section
        With fewer rows or points where the room ends: a section is left out, and named in one on
        what is, only where the shortest forms of those before it leave no room.
    """
    if pages < 1:
        return []
    room = pages * PAGE
    last = _fitted(closing, room / 6, least=1) or closing
    room -= height_of(last)
    chosen = _fitting(sections, room)
    if len(chosen) == len(sections):
        return [*chosen, last]
    step = height_of(Section("", steps=[("", sections[0].command)])) - HEADING
    room -= HEADING + step * (len(sections) - len(chosen) + 1)
    chosen = _fitting(sections, room)
    titles = {section.title for section in chosen}
    steps = [(f"{s.title}:", s.command) for s in sections if s.title not in titles and s.command]
    return [*chosen, *[Section(LEFT_OUT, steps=steps)] * bool(steps), last]


def _fitting(sections: Sequence[Section], room: float) -> list[Section]:
    """Give each section its least first, and what is then left to the first ones."""
    chosen = []
    for section in sections:
        *_, least = _by_size(section, least=LEAST)
        if height_of(least) <= room:
            chosen.append((section, least))
            room -= height_of(least)
    fitted = []
    for section, least in chosen:
        room += height_of(least)
        fitted.append(_fitted(section, room, least=LEAST) or least)
        room -= height_of(fitted[-1])
    return fitted


def _fitted(section: Section, room: float, *, least: int) -> Section | None:
    """Write a section with as many rows and points as fit."""
    forms = _by_size(section, least=least)
    return next((form for form in forms if height_of(form) <= room), None)


def _by_size(section: Section, *, least: int) -> Iterator[Section]:
    """Write a section with fewer rows, then with fewer points."""
    rows, points = min(section.shown, section.rows), min(section.listed, len(section.points))
    sizes = [(points, shown) for shown in range(rows, min(rows, least) - 1, -1)]
    sizes += [(n, min(rows, least)) for n in range(points, min(points, least) - 1, -1)]
    for listed, shown in sizes:
        yield replace(section, listed=listed, shown=shown)


def height_of(section: Section) -> float:
    """Estimate the millimetres that a section takes in print."""
    height = HEADING + LINE * _lines(" ".join(section.sentences), LETTERS)
    points = section.points[: section.listed]
    if section.fine_print:
        height += sum(SMALL_LINE * _lines(point, SMALL_LETTERS) + 1.2 for point in points)
    else:
        height += sum(LINE * _lines(point, LETTERS) + 1 for point in points)
    height += sum(
        SMALL_LINE * _lines(f"{text} {command}", LETTERS) + 1.2 for text, command in section.steps
    )
    if section.command:
        height += SMALL_LINE * _lines(f"{section.more}{section.command}", LETTERS) + 2
    if table := section.table:
        height += SMALL_LINE * _lines(section.caption, SMALL_LETTERS) + 2
        widths = column_widths(table, WIDTH - len(table))
        rows = zip(*([c.header, *c.cells] for c in table), strict=True)
        for row in rows:
            lines = max(_lines(text, width) for text, width in zip(row, widths, strict=True))
            height += SMALL_LINE * lines + PADDING
    return height


def _lines(text: str, width: int) -> int:
    """Count the lines of a text; a word that is longer than a line is broken."""
    return sum(-(-cell_width(line) // width) or 1 for line in wrap(text, width)) if text else 0
