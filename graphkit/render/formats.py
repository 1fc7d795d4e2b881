"""Answers and tables in every output format: the only package where they become text."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeAlias

import pyarrow as pa

from graphkit.answers.answer import Answer
from graphkit.answers.figures import full_text
from graphkit.answers.note import Note
from graphkit.answers.remarks import with_remarks_for_marks
from graphkit.errors import GraphkitError, UsageError, visible
from graphkit.pages.html import HtmlPage
from graphkit.pages.markdown import MarkdownPage
from graphkit.pages.page import lay_out_table
from graphkit.pages.plain import PlainPage
from graphkit.plugins import WRITERS as GROUP
from graphkit.plugins import Plugin, plugins
from graphkit.render.answer import SHORT, WHOLE, View, lay_out, table_columns
from graphkit.render.files import write_bytes, write_parquet, write_text
from graphkit.render.json import as_object, json_text, objects_of
from graphkit.render.screen import lay_out_screen

if TYPE_CHECKING:
    from graphkit.plot.pictures import Picture

__all__ = [
    "FORMATS",
    "IN_PYTHON",
    "READ",
    "SHORT",
    "View",
    "answer_html",
    "answer_text",
    "as_object",
    "choose_format",
    "format_of",
    "json_text",
    "show_answer",
    "show_table",
    "write_parquet",
    "write_text",
    "written",
]
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters that make a spreadsheet read text as a formula."""


def csv_text(table: pa.Table, *, terminal: bool) -> str:
    """Write CSV without spreadsheet formulas, and for a terminal without control characters.

    ``pyarrow.csv`` quotes all text or none, and writes 1.0 as 1.
    """

    def cell(value: Any) -> str:
        text = full_text(value)
        if isinstance(value, str | list) and text.startswith(FORMULA):
            text = f"'{text}"
        if terminal:
            text = visible(text)
        # The csv module leaves a lone carriage return unquoted, and readers break the row there.
        quoted = any(c in text for c in ',"\r\n') or (not text and table.num_columns == 1)
        return '"' + text.replace('"', '""') + '"' if quoted else text

    rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
    return "".join(",".join(map(cell, row)) + "\n" for row in (table.column_names, *rows))


PIPE = 100
"""Columns of a page of text that no terminal shows."""


def plain_text(answer: Answer, page: PlainPage, view: View) -> str:
    """Write an answer as plain text: on one screen, or in full where that is asked for."""
    return str(lay_out(answer, page, view) if view.long else lay_out_screen(answer, page, view))


def _plain_page(output: Path | None, *, wide: bool = False) -> PlainPage:
    """Return a page as wide as the terminal, with bold titles if it supports them."""
    import shutil

    columns = shutil.get_terminal_size((PIPE, 24)).columns
    dumb = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    bold = output is None and sys.stdout.isatty() and not dumb
    return PlainPage(max(40, columns), bold=bold, wide=wide)


def _with_answer(answer: Answer) -> pa.Table:
    """Return the rows, with the rest as JSON under ``graphkit`` in their metadata."""
    about = json_text({k: v for k, v in as_object(answer).items() if k != "rows"})
    return answer.rows.replace_schema_metadata({"graphkit": about})


def _no_picture(table: pa.Table, output: Path | None, title: str, view: View) -> Content:
    """Refuse to draw a table, which does not say what its columns mean."""
    raise UsageError(f"only answers of questions have pictures; wanted one of {', '.join(TABULAR)}")


def _page(answer: Answer, view: View) -> str:
    """Write a page with the picture of an answer above its text."""
    from graphkit.plot.pictures import html_page, layouts

    below = str(lay_out(answer, HtmlPage(heading=True), view))
    drawn = (_picture(answer, view),) if view.slide else layouts(answer)[view.narrow :]
    return html_page(*drawn, below=below)


def _picture(answer: Answer, view: View) -> Picture:
    from graphkit.plot.pictures import picture

    return picture(answer, narrow=view.narrow, slide=view.slide)


Content: TypeAlias = str | bytes | pa.Table


@dataclass(frozen=True)
class Format:
    """An output format: its file endings, and its writers of tables and answers."""

    endings: tuple[str, ...]
    table: Callable[[pa.Table, Path | None, str, View], Content]
    answer: Callable[[Answer, Path | None, View], Content] | None = None
    """Writer of answers; None to write only the rows, as a table."""


WRITERS = {
    "table": Format(
        (".txt",),
        lambda table, path, title, view: str(
            lay_out_table(table_columns(table), _plain_page(path, wide=view.wide), title)
        ),
        lambda answer, path, view: plain_text(answer, _plain_page(path, wide=view.wide), view),
    ),
    "json": Format(
        (".json",),
        lambda table, path, title, view: json_text(objects_of(table), indent=2) + "\n",
        lambda answer, path, view: json_text(as_object(answer), indent=2) + "\n",
    ),
    "ndjson": Format(
        (".ndjson", ".jsonl"),
        lambda table, path, title, view: "".join(
            f"{json_text(row)}\n" for row in objects_of(table)
        ),
    ),
    "csv": Format(
        (".csv",),
        lambda table, path, title, view: csv_text(
            table, terminal=path is None and sys.stdout.isatty()
        ),
    ),
    "markdown": Format(
        (".md",),
        lambda table, path, title, view: str(lay_out_table(table_columns(table), MarkdownPage())),
        lambda answer, path, view: str(
            lay_out(with_remarks_for_marks(answer), MarkdownPage(), view)
        ),
    ),
    "parquet": Format(
        (".parquet",),
        lambda table, path, title, view: table,
        lambda answer, path, view: _with_answer(answer),
    ),
    "svg": Format((".svg",), _no_picture, lambda answer, path, view: _picture(answer, view).svg()),
    "png": Format((".png",), _no_picture, lambda answer, path, view: _picture(answer, view).png()),
    "html": Format((".html",), _no_picture, lambda answer, path, view: _page(answer, view)),
    "echarts": Format(
        (),
        _no_picture,
        lambda answer, path, view: json_text(_picture(answer, view).option, indent=2) + "\n",
    ),
}
FORMATS = tuple(WRITERS)
"""Names of graphkit's own formats."""
READ = ("table", "markdown", "html")
"""Formats for people, of which a view may show a part."""
TABULAR = tuple(name for name, form in WRITERS.items() if form.table is not _no_picture)
"""Formats that write any table."""
PICTURES = tuple(name for name in WRITERS if name not in TABULAR)
"""Formats that draw answers."""
ENDINGS = {ending: name for name, form in WRITERS.items() for ending in form.endings}
"""Format by file ending."""


def added_formats() -> dict[str, Plugin]:
    """Find the formats of other packages by name; none takes the name of one of graphkit's."""
    return {name: plugin for name, plugin in plugins(GROUP).items() if name not in WRITERS}


def format_names() -> tuple[str, ...]:
    """List the names of all formats, those of other packages last."""
    return (*FORMATS, *sorted(added_formats()))


def writer(form: str) -> Format:
    """Return the format of a name, of graphkit or of another package.

    Raises
    ------
    GraphkitError
        The package does not work; the message names it.
    """
    if form in WRITERS:
        return WRITERS[form]
    plugin = added_formats()[form]
    added = plugin.load(Format)
    return replace(
        added, table=_blaming(plugin, added.table), answer=_blaming(plugin, added.answer)
    )


def _blaming(plugin: Plugin, write: Any) -> Any:
    """Wrap a writer of another package, so that its errors name the package."""
    if write is None:
        return None

    def blaming(*arguments: Any) -> Any:
        with plugin.blamed():
            return write(*arguments)

    return blaming


def choose_format(form: str | None, output: Path | None, stream: TextIO) -> str:
    """Choose the given format or that of the file ending; else table on a terminal, or CSV.

    Raises
    ------
    UsageError
        The format or the file ending is unknown.
    """
    if form:
        if form not in WRITERS and form not in added_formats():
            raise UsageError(f"--format: found {form!r}, wanted one of {', '.join(format_names())}")
        return form
    if output is None:
        return "table" if stream.isatty() else "csv"
    try:
        return format_of(output)
    except UsageError as error:
        raise UsageError(f"--output: {error}, or --format") from None


def format_of(path: Path) -> str:
    """Return the format of a file's ending, CSV without one.

    Raises
    ------
    UsageError
        The file ending is unknown.
    """
    ending = path.suffix.lower()
    if not ending or ending in ENDINGS:
        return ENDINGS.get(ending, "csv")
    endings, broken = sorted(ENDINGS), ""
    for name, plugin in sorted(added_formats().items()):
        try:
            added = plugin.load(Format).endings
        except GraphkitError as error:
            broken += f"; {error}"
            continue
        if ending in added:
            return name
        endings += added
    raise UsageError(f"found the ending {ending!r}; wanted {', '.join(endings)}{broken}")


def show_table(
    table: pa.Table, form: str, output: Path | None = None, title: str = "", view: View = WHOLE
) -> None:
    """Write a table in a format, to a file or to stdout; the title only in plain text."""
    rows = table.slice(0, view.top) if view.top else table
    _write(writer(form).table(rows, output, title, view), output)


def show_answer(answer: Answer, form: str, output: Path | None = None, view: View = WHOLE) -> None:
    """Write an answer in a format, of which CSV and NDJSON have only the rows."""
    _write(_content(answer, form, output, view), output)


def written(content: Answer | pa.Table, form: str) -> bytes:
    """Return an answer or a table in a format, as :func:`show_answer` writes it to a file."""
    table = isinstance(content, pa.Table)
    result = (
        writer(form).table(content, FILE, "", WHOLE) if table else _content(content, form, FILE)
    )
    if isinstance(result, str | bytes):
        return result if isinstance(result, bytes) else result.encode("utf-8", "backslashreplace")
    from pyarrow import parquet

    with io.BytesIO() as stream:
        parquet.write_table(result, stream)
        return stream.getvalue()


FILE = Path("answer")
"""In place of stdout, which may be a terminal: what is returned is not text for one."""


def _content(answer: Answer, form: str, output: Path | None, view: View = WHOLE) -> Content:
    format_of_answer = writer(form)
    write = format_of_answer.answer
    if form not in READ and view.top and len(answer.rows) > view.top:
        first = answer.first_rows(view.top)
        note = Note(f"The answer has {len(answer.rows):,} rows, of which these are {len(first):,}.")
        rows = answer.rows.take(pa.array(first, pa.int64()))
        answer = replace(answer, rows=rows, notes=(*answer.notes, note))
    if write is None:
        return format_of_answer.table(answer.rows, output, "", view)
    return write(answer, output, view)


def _write(content: Content, output: Path | None) -> None:
    if isinstance(content, str):
        write_text(content, output)
    elif isinstance(content, bytes):
        write_bytes(content, output)
    else:
        write_parquet(content, output)


IN_PYTHON = View(more=("`rows`", "`rows`", "print(answer)"))
"""An answer as a session in Python shows it."""


def answer_text(answer: Answer, *, long: bool = False) -> str:
    """Write an answer as a terminal shows it, on one screen or in full."""
    view = replace(IN_PYTHON, long=True, top=SHORT) if long else IN_PYTHON
    return plain_text(answer, _plain_page(None), view).rstrip("\n")


def answer_html(answer: Answer, view: View = WHOLE) -> str:
    """Write an answer as HTML."""
    return str(lay_out(with_remarks_for_marks(answer), HtmlPage(), view))
