"""Word documents, by python-docx (extra ``docx``)."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from graphkit.errors import GraphkitError, install, visible
from graphkit.pages.columns import TextColumn

FONT, MONOSPACE = "Noto Sans", "DejaVu Sans Mono"
SIZES = {"": 9.5, "note": 8, "table": 7.5, "command": 8}
"""Points of the letters of each class of text."""
MARGINS, WIDTH = (16, 14), 130
"""Millimetres above and beside the text of an A4 page, and of a picture."""
GREY = (0x5B, 0x64, 0x70)
WRITTEN = (1980, 1, 1, 0, 0, 0)
"""Time of the parts of the archive, so that two documents of one text are equal."""


class DocxPage:
    """A Word document on A4 paper with real headings, lists and tables.

    Parameters
    ----------
    title : str
        Title among its properties.

    Raises
    ------
    GraphkitError
        The extra ``docx`` is not installed.
    """

    def __init__(self, title: str) -> None:
        try:
            from docx import Document
            from docx.shared import Mm, Pt
        except ImportError as error:
            raise GraphkitError(f"writing .docx needs python-docx: {install('docx')}") from error
        self._document: Any = Document()
        self._new_page = False
        properties = self._document.core_properties
        properties.title, properties.author, properties.comments = visible(title), "graphkit", ""
        section = self._document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin = section.bottom_margin = Mm(MARGINS[0])
        section.left_margin = section.right_margin = Mm(MARGINS[1])
        styles = self._document.styles
        for name in ("Normal", "List Bullet", "Heading 1", "Heading 2"):
            styles[name].paragraph_format.space_after = Pt(3)
        styles["Normal"].font.name, styles["Normal"].font.size = FONT, Pt(SIZES[""])

    def heading(self, text: str, level: int) -> None:
        """Add a heading."""
        heading = self._document.add_heading(visible(text), level)
        heading.paragraph_format.page_break_before = self._new_page
        self._new_page = False

    def text(self, text: str, kind: str = "") -> None:
        """Add a paragraph, small and grey if it is a note."""
        self._run(self._document.add_paragraph(), text, kind)

    def lines(self, lines: Sequence[str]) -> None:
        """Add a list."""
        for line in lines:
            self._run(self._document.add_paragraph(style="List Bullet"), line, "")

    def table(self, columns: Sequence[TextColumn], name: str = "") -> None:
        """Add a table whose header is repeated on each page; its name is that of the section."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.oxml import OxmlElement

        rows = [
            [column.header for column in columns],
            *map(list, zip(*(column.cells for column in columns), strict=True)),
        ]
        table = self._document.add_table(len(rows), len(columns), "Light Grid Accent 1")
        for cells, texts in zip(table.rows, rows, strict=True):
            for cell, text, column in zip(cells.cells, texts, columns, strict=True):
                paragraph = cell.paragraphs[0]
                self._run(paragraph, text, "table")
                if column.number:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))

    def command(self, text: str, command: str) -> None:
        """Add a command, and before it what it is for."""
        paragraph = self._document.add_paragraph()
        self._run(paragraph, f"{text} ", "note")
        self._run(paragraph, command, "command").font.name = MONOSPACE

    def picture(self, content: bytes, name: str) -> None:
        """Add a PNG, with what it shows for those who do not see it."""
        from docx.shared import Mm

        shape = self._document.add_picture(BytesIO(content), Mm(WIDTH))
        shape._inline.docPr.set("descr", visible(name))

    def new_page(self) -> None:
        """Begin a new page with the next heading."""
        self._new_page = True

    def content(self) -> bytes:
        """Return the document, the same bytes for the same parts."""
        written, fixed = BytesIO(), BytesIO()
        self._document.save(written)
        with zipfile.ZipFile(written) as source, zipfile.ZipFile(fixed, "w") as archive:
            for part in source.infolist():
                place = zipfile.ZipInfo(part.filename, WRITTEN)
                archive.writestr(place, source.read(part), zipfile.ZIP_DEFLATED)
        return fixed.getvalue()

    def _run(self, paragraph: Any, text: str, kind: str) -> Any:
        from docx.shared import Pt, RGBColor

        run = paragraph.add_run(visible(text))
        run.font.size = Pt(SIZES[kind])
        if kind == "note":
            run.font.color.rgb = RGBColor(*GREY)
        return run
