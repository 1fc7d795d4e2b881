"""Answers and tables in every output format."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

import pyarrow as pa

from graphkit.answer import Answer
from graphkit.errors import GraphkitError, UsageError
from graphkit.render.drawing import HIDDEN, data, given, visible
from graphkit.render.pages import HtmlPage, MarkdownPage, PlainPage, lay_out, lay_out_table
from graphkit.render.words import comparison_sentences, table_columns


def write_text(text: str, output: Path | None = None) -> None:
    """Write text to a file or to stdout.

    Raises
    ------
    GraphkitError
        It cannot be written.
    """
    if output is None:
        try:
            sys.stdout.write(text)
        except OSError as error:
            _stopped(error)
        flush()
        return
    try:
        output.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise GraphkitError(f"cannot write {output}: {error.strerror or error}") from error


def write_parquet(table: pa.Table, output: Path | None = None) -> None:
    """Write a table as Parquet to a file or to stdout.

    Raises
    ------
    UsageError
        Stdout is a terminal.
    GraphkitError
        It cannot be written.
    """
    from pyarrow import parquet

    if output is None and sys.stdout.isatty():
        raise UsageError("parquet is no text: name a file with -o FILE")
    try:
        parquet.write_table(table, sys.stdout.buffer if output is None else output)
    except OSError as error:
        if output is not None:
            raise GraphkitError(f"cannot write {output}: {error.strerror or error}") from error
        _stopped(error)
    flush()


def flush() -> None:
    """Send off what stdout still holds."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _stopped(error)


def _stopped(error: OSError) -> None:
    """Nothing more can be written to stdout; that a reader has read enough is no error."""
    # Python flushes once more when it ends, which must not fail again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if not isinstance(error, BrokenPipeError):
        raise GraphkitError(f"cannot write to stdout: {error.strerror or error}") from error


FORMATS = ("table", "json", "ndjson", "csv", "markdown", "parquet")
ENDINGS = {
    ".csv": "csv", ".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson",
    ".md": "markdown", ".parquet": "parquet", ".txt": "table",
}  # fmt: skip
"""The format that the end of a file's name asks for."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take text that begins with it for."""


def choose_format(asked: str | None, output: Path | None, stream: TextIO) -> str:
    """The format asked for, the one a file's name says, or table on a terminal, csv in a pipe.

    Raises
    ------
    UsageError
        There is no such format, or the file's name ends in none.
    """
    if asked:
        if asked not in FORMATS:
            raise UsageError(f"--format: found {asked!r}, wanted one of {', '.join(FORMATS)}")
        return asked
    if output is None:
        return "table" if stream.isatty() else "csv"
    ending = output.suffix.lower()
    if ending and ending not in ENDINGS:
        wanted = ", ".join(ENDINGS)
        raise UsageError(f"--output: found the ending {ending!r}; wanted {wanted}, or --format")
    return ENDINGS.get(ending, "csv")


def show_table(table: pa.Table, form: str, output: Path | None = None, title: str = "") -> None:
    """Write a table in a format, to a file or to stdout; the title only where people read it."""
    if form == "parquet":
        write_parquet(table, output)
    elif form == "table":
        write_text(str(lay_out_table(table_columns(table), _plain_page(output), title)), output)
    elif form == "markdown":
        write_text(str(lay_out_table(table_columns(table), MarkdownPage())), output)
    elif form == "csv":
        terminal = output is None and sys.stdout.isatty()
        write_text(_csv(table, terminal=terminal), output)
    elif form == "ndjson":
        write_text("".join(f"{json_text(row)}\n" for row in rows_of(table)), output)
    else:
        write_text(json_text(rows_of(table), indent=2) + "\n", output)


def show_answer(answer: Answer, form: str, output: Path | None = None) -> None:
    """Write an answer: whole as JSON, table or Markdown; its rows as CSV, NDJSON or Parquet.

    Parquet keeps the rest in the metadata of the file, as JSON under the key ``graphkit``.
    """
    if form == "json":
        write_text(json_text(as_object(answer), indent=2) + "\n", output)
    elif form in ("table", "markdown"):
        page = _plain_page(output) if form == "table" else MarkdownPage()
        write_text(str(lay_out(answer, page)), output)
    elif form == "parquet":
        about = json_text({k: v for k, v in as_object(answer).items() if k != "rows"})
        write_parquet(answer.rows.replace_schema_metadata({"graphkit": about}), output)
    else:
        show_table(answer.rows, form, output)


def answer_text(answer: Answer) -> str:
    """An answer as a terminal shows it."""
    return str(lay_out(answer, _plain_page(None))).rstrip("\n")


def answer_html(answer: Answer) -> str:
    """An answer as a notebook shows it."""
    return str(lay_out(answer, HtmlPage()))


def as_object(answer: Answer) -> dict[str, Any]:
    """An answer as one JSON object, in full precision."""
    return {
        "question": answer.question,
        "scope": dict(answer.scope),
        "rows": rows_of(answer.rows),
        "units": dict(answer.units),
        "coverage": dict(answer.coverage),
        "claims": [given(row) for row in rows_of(answer.claims)],
        "comparisons": [given(row) for row in rows_of(answer.comparisons)],
        "sources": [given(row) for row in rows_of(answer.sources)],
        "notes": [*answer.notes, *comparison_sentences(answer)],
    }


def rows_of(table: pa.Table) -> list[dict[str, Any]]:
    """Rows as plain objects; columns that hold JSON are objects again."""
    holds_json = {f.name for f in table.schema if (f.metadata or {}).get(b"graphkit") == b"json"}
    rows: list[dict[str, Any]] = table.to_pylist()
    if not holds_json:
        return rows
    return [
        {k: json.loads(v) if k in holds_json and v is not None else v for k, v in row.items()}
        for row in rows
    ]


def _plain_page(output: Path | None) -> PlainPage:
    """A page as wide as the terminal; bold where it is shown on one that knows bold."""
    import shutil

    columns = shutil.get_terminal_size((120, 24)).columns
    dumb = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    bold = output is None and sys.stdout.isatty() and not dumb
    return PlainPage(max(40, columns), bold=bold)


def json_text(value: Any, indent: int | None = None) -> str:
    """Strict JSON, with control and bidirectional characters escaped in all its text."""
    text = json.dumps(_finite(value), indent=indent, ensure_ascii=False, default=str)
    return HIDDEN.sub(lambda c: c[0] if c[0] == "\n" else f"\\u{ord(c[0]):04x}", text)


def _finite(value: Any) -> Any:
    """JSON has no NaN and no infinity: what is no number there is null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: _finite(v) for key, v in value.items()}
    return [_finite(v) for v in value] if isinstance(value, list | tuple) else value


def _csv(table: pa.Table, *, terminal: bool) -> str:
    """CSV that no spreadsheet takes for formulas; on a terminal also without control characters."""

    def cell(value: Any) -> str:
        text = data(value)
        if isinstance(value, str | list) and text.startswith(FORMULA):
            text = f"'{text}"
        if terminal:
            text = visible(text)
        # The csv module leaves a lone carriage return unquoted, and readers break the row there.
        quoted = any(c in text for c in ',"\r\n') or (not text and table.num_columns == 1)
        return '"' + text.replace('"', '""') + '"' if quoted else text

    rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
    return "".join(",".join(map(cell, row)) + "\n" for row in (table.column_names, *rows))
