"""A brief as a document: its sections, and how they are written as HTML or Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from graphkit.answers.answer import Answer
from graphkit.brief.style import STYLE
from graphkit.errors import UsageError
from graphkit.pages.columns import TextColumn
from graphkit.pages.html import HtmlPage, document
from graphkit.pages.markdown import MarkdownPage
from graphkit.render.answer import answer_columns, scope_line
from graphkit.render.files import write_text

ROWS = 20
"""Most rows of a table that are shown at once."""


@dataclass(frozen=True)
class Section:
    """A part of a brief: what the figures say, and the answer that they come from."""

    title: str
    sentences: Sequence[str] = ()
    """One paragraph."""
    points: Sequence[str] = ()
    """A list below it."""
    answer: Answer | None = None
    """The answer that the sentences are made from, its rows in the order to show."""
    commands: Sequence[str] = ()
    """The commands that give the same answer."""
    shown: int = ROWS
    """Number of rows to show; the rest is folded in HTML, and left to the command in Markdown."""
    folded: Sequence[str] = ()
    """A long list, folded in HTML."""

    @property
    def columns(self) -> list[TextColumn]:
        """The rows as people read them."""
        return [] if self.answer is None else answer_columns(self.answer)

    @property
    def rows(self) -> int:
        """Number of rows of the answer."""
        return 0 if self.answer is None else len(self.answer.rows)

    @property
    def caption(self) -> str:
        """Explanation of the columns, and the values common to all rows."""
        return scope_line(self.answer) if self.answer is not None and self.rows else ""


@dataclass(frozen=True)
class Brief:
    """A brief on a country or a mineral, to be written as HTML or Markdown.

    Two briefs of the same database are equal to the byte.
    """

    title: str
    lead: Sequence[str]
    """Where things stand: one paragraph."""
    sections: Sequence[Section]
    command: str
    """The command that writes it."""

    @property
    def commands(self) -> list[str]:
        """The commands that reproduce it, and each of its sections."""
        of_sections = (command for section in self.sections for command in section.commands)
        return list(dict.fromkeys([self.command, *of_sections]))

    def markdown(self) -> str:
        """Return it as Markdown, without pictures."""
        page = MarkdownPage()
        page.heading(self.title, 1)
        page.text(" ".join(self.lead))
        for section in self.sections:
            _put_on_markdown(page, section)
        page.heading("Commands", 2)
        page.commands(self.commands)
        return str(page)

    def html(self) -> str:
        """Return it as one page that asks for nothing from outside.

        Without the extra ``plot``, it has no pictures, and says so.
        """
        from graphkit.plot.pictures import font_faces

        with_pictures = find_spec("quickjs") is not None
        page = HtmlPage(heading=True)
        page.title(self.title)
        page.text(" ".join(self.lead), "lead")
        if not with_pictures:
            page.text(NO_PICTURES, "note")
        sections = {f"s{number}": section for number, section in enumerate(self.sections, 1)}
        page.contents({key: section.title for key, section in sections.items()})
        for key, section in sections.items():
            page.section(section.title, key, _html(section, key, with_pictures=with_pictures))
        commands = HtmlPage()
        commands.block(self.commands)
        page.section("Commands", "commands", commands)
        return document(self.title, f"<main>\n{page}</main>\n", font_faces() + STYLE)

    def write(self, path: Path | str) -> None:
        """Write it to a file, as HTML or Markdown by its ending.

        Raises
        ------
        UsageError
            The ending is neither .html nor .md.
        GraphkitError
            Writing fails.
        """
        path = Path(path)
        writers = {".html": self.html, ".md": self.markdown}
        write = writers.get(path.suffix.lower())
        if write is None:
            raise UsageError(f"found the ending {path.suffix!r}; wanted .html or .md for a brief")
        write_text(write(), path)

    def __str__(self) -> str:
        return self.markdown()


NO_PICTURES = "Pictures need the extra plot of graphkit. Every figure is in the tables."


def _put_on_markdown(page: MarkdownPage, section: Section) -> None:
    content = MarkdownPage()
    if section.sentences:
        content.text(" ".join(section.sentences))
    if section.points:
        content.lines(section.points)
    if section.rows and section.shown:
        content.text(section.caption)
        content.table(_first_rows(section.columns, section.shown))
    if section.folded:
        content.lines(section.folded)
    page.section(section.title, content)
    if section.rows > section.shown:
        page.text(f"{section.rows - section.shown:,} more rows: see the command.")
    if section.commands:
        page.commands(section.commands)


def _first_rows(columns: Sequence[TextColumn], count: int) -> list[TextColumn]:
    return [replace(column, cells=column.cells[:count]) for column in columns]


def _html(section: Section, key: str, *, with_pictures: bool) -> HtmlPage:
    page = HtmlPage()
    if section.sentences:
        page.text(" ".join(section.sentences))
    if section.points:
        page.lines(section.points)
    if with_pictures and section.answer is not None and section.rows:
        _put_pictures(page, section.answer, key)
    if section.rows:
        page.text(section.caption, "note")
        shown = section.shown if with_pictures else max(section.shown, ROWS)
        if shown:
            _put_table(page, _first_rows(section.columns, shown), section.title)
        if section.rows > shown:
            every_row = HtmlPage()
            _put_table(every_row, section.columns, f"{section.title}, all rows")
            page.fold(f"All {section.rows:,} rows", every_row)
    if section.folded:
        lines = HtmlPage()
        lines.lines(section.folded)
        page.fold(f"{section.title}: {len(section.folded):,} lines", lines)
    if section.commands:
        page.commands(section.commands)
    return page


def _put_pictures(page: HtmlPage, answer: Answer, key: str) -> None:
    """Draw the picture of an answer, laid out for wide screens and paper, and for phones."""
    from graphkit.plot.pictures import layouts, svg

    pictures = layouts(answer)
    if not all(picture.option["series"] for picture in pictures):
        return
    for layout, picture in zip(("wide", "narrow"), pictures, strict=True):
        # Each drawing numbers its clips and hatches from 0: on one page they need own names.
        unique = rf"\g<1>{key}{layout[0]}-"
        drawing = re.sub(r'(?<=")((?:url\()?#?)p-(?=\w)', unique, svg(picture))
        page.region(f"Picture: {answer.question}", f"picture {layout}", drawing)


def _put_table(page: HtmlPage, columns: Sequence[TextColumn], name: str) -> None:
    table = HtmlPage()
    table.table(columns)
    page.region(f"Table: {name}", "wide", str(table))
