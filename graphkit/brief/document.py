"""A brief as a document: a first page and an annex, written as HTML, Markdown or Word."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from graphkit.answers.answer import Answer
from graphkit.answers.figures import number_of
from graphkit.answers.remarks import with_remarks_for_marks
from graphkit.brief.style import STYLE
from graphkit.errors import UsageError
from graphkit.pages.columns import TextColumn, fitted
from graphkit.pages.html import HtmlPage, document
from graphkit.pages.markdown import MarkdownPage
from graphkit.render.answer import answer_columns, scope_line
from graphkit.render.files import write_bytes, write_text

ROWS, POINTS = 8, 12
"""Rows and points that a section shows, if the paper has room."""
WIDTH = 112
"""Letters across a table on paper."""
UNKNOWN = "unknown"
"""Cell of a figure that is not known."""
ENDINGS = (".html", ".md", ".docx")


@dataclass(frozen=True)
class Section:
    """A part of a brief: what the figures say, and the answer that they come from."""

    title: str
    sentences: Sequence[str] = ()
    """One paragraph."""
    points: Sequence[str] = ()
    """A list below it."""
    steps: Sequence[tuple[str, str]] = ()
    """Questions, each with the command that answers it."""
    answer: Answer | None = None
    """The answer that the sentences are made from, its rows in the order to show."""
    command: str = ""
    """The command that gives the same answer."""
    shown: int = ROWS
    """Most rows to show."""
    listed: int = POINTS
    """Most points to show."""
    fine_print: bool = False
    """True for points in small letters."""

    @cached_property
    def columns(self) -> Sequence[TextColumn]:
        """The rows as people read them, in the columns that paper has room for."""
        if self.answer is None or not self.rows:
            return []
        return fitted(answer_columns(with_remarks_for_marks(self.answer), WIDTH), WIDTH)[0]

    @property
    def table(self) -> list[TextColumn]:
        """The rows to show, without columns of which nothing is known."""
        first = [replace(c, cells=c.cells[: self.shown]) for c in self.columns if self.shown]
        return [column for column in first if set(column.cells) - {"", UNKNOWN}]

    @property
    def rows(self) -> int:
        """Number of rows of the answer."""
        return 0 if self.answer is None else len(self.answer.rows)

    @cached_property
    def caption(self) -> str:
        """Explanation of the columns, and the values common to all rows."""
        return scope_line(self.answer) if self.answer is not None and self.table else ""

    @property
    def more(self) -> str:
        """Number of rows, or else of points, that are left to the command."""
        if self.table:
            rest = self.rows - self.shown
            return number_of(rest, "more row") if rest > 0 else ""
        rest = len(self.points) - self.listed
        return f"{rest:,} more" if rest > 0 else ""


class BriefPage(Protocol):
    """A page that a brief is written on."""

    def heading(self, text: str, level: int) -> None:
        """Add a heading."""

    def text(self, text: str, kind: str = "") -> None:
        """Add a paragraph, of a class of the style."""

    def lines(self, lines: Sequence[str]) -> None:
        """Add a list."""

    def table(self, columns: Sequence[TextColumn], name: str = "") -> None:
        """Add a table."""

    def command(self, text: str, command: str) -> None:
        """Add a command, and before it what it is for."""

    def new_page(self) -> None:
        """Begin a new sheet of paper."""


@dataclass(frozen=True)
class Brief:
    """A brief on a country or a mineral, to be written as HTML, Markdown or Word.

    Two briefs of the same database are equal to the byte.
    """

    title: str
    bullets: Sequence[str]
    """The answer: at most five sentences."""
    chart: Answer | None
    """The answer that the one picture is drawn of."""
    front: Sequence[Section]
    """The rest of page 1: what a stop costs, what to ask next, limits of the data."""
    annex: Sequence[Section]
    """Sections on the pages after it."""
    command: str
    """The command that writes it."""

    @property
    def sections(self) -> Sequence[Section]:
        """The sections of page 1 and of the annex."""
        return [*self.front, *self.annex]

    @property
    def commands(self) -> list[str]:
        """The commands that reproduce it, and each of its sections."""
        of_sections = (section.command for section in self.annex if section.command)
        return list(dict.fromkeys([self.command, *of_sections]))

    def markdown(self) -> str:
        """Return it as Markdown, without the picture."""
        page = MarkdownPage()
        self._put_on(page, lambda chart: None)
        return str(page)

    def html(self) -> str:
        """Return it as one page that asks for nothing from outside.

        Without the extra ``plot``, it has no picture, and says so.
        """
        from graphkit.plot.pictures import font_faces

        page = HtmlPage(heading=True)
        self._put_on(page, lambda chart: _draw(page, chart))
        return document(self.title, f"<main>\n{page}</main>\n", font_faces() + STYLE)

    def docx(self) -> bytes:
        """Return it as a Word document; its picture needs the extra ``plot``.

        Raises
        ------
        GraphkitError
            The extra ``docx`` is not installed.
        """
        from graphkit.pages.docx import DocxPage
        from graphkit.plot.pictures import picture, png

        page = DocxPage(self.title)

        def draw(chart: Answer) -> None:
            if find_spec("quickjs") is None:
                page.text(NO_PICTURE)
            else:
                page.picture(png(picture(chart)), chart.question)

        self._put_on(page, draw)
        return page.content()

    def write(self, path: Path | str) -> None:
        """Write it to a file, as HTML, Markdown or Word by its ending.

        Raises
        ------
        UsageError
            The ending is none of .html, .md and .docx.
        GraphkitError
            Writing fails.
        """
        path = Path(path)
        check_ending(path)
        ending = path.suffix.lower()
        if ending == ".docx":
            write_bytes(self.docx(), path)
        else:
            write_text(self.html() if ending == ".html" else self.markdown(), path)

    def __str__(self) -> str:
        return self.markdown()

    def _put_on(self, page: BriefPage, draw: Callable[[Answer], None]) -> None:
        page.heading(self.title, 1)
        page.lines(self.bullets)
        if self.chart is not None:
            draw(self.chart)
            page.text(self.chart.caption, "note")
        for section in self.front:
            _put(page, section)
        page.command("This brief:", self.command)
        if self.annex:
            page.new_page()
        for section in self.annex:
            _put(page, section)


NO_PICTURE = "The picture needs the extra plot of graphkit. Its figures are in the annex."


def check_ending(path: Path, name: str = "") -> None:
    """Refuse a file that a brief cannot be written to.

    Raises
    ------
    UsageError
        Its ending is none of a brief's.
    """
    if path.suffix.lower() not in ENDINGS:
        raise UsageError(f"{name}found the ending {path.suffix!r}; wanted {' or '.join(ENDINGS)}")


def _put(page: BriefPage, section: Section) -> None:
    page.heading(section.title, 2)
    if section.sentences:
        page.text(" ".join(section.sentences))
    if section.fine_print:
        for line in section.points[: section.listed]:
            page.text(line, "note")
    elif section.points:
        page.lines(section.points[: section.listed])
    if table := section.table:
        page.text(section.caption, "note")
        page.table(table, section.title)
    for text, command in section.steps:
        page.command(text, command)
    if section.command:
        page.command(f"{section.more or 'The same'}:", section.command)


def _draw(page: HtmlPage, chart: Answer) -> None:
    """Draw a picture, laid out for wide screens and paper, and for phones."""
    if find_spec("quickjs") is None:
        page.text(NO_PICTURE, "note")
        return
    from graphkit.plot.pictures import layouts, svg

    for layout, picture in zip(("wide", "narrow"), layouts(chart), strict=True):
        # Each drawing numbers its clips and hatches from 0: on one page they need own names.
        unique = rf"\g<1>{layout[0]}-"
        drawing = re.sub(r'(?<=")((?:url\()?#?)p-(?=\w)', unique, svg(picture))
        page.region(f"Picture: {chart.question}", f"picture {layout}", drawing)
