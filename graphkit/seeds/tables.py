"""CSV and Parquet tables beside seed files, read within limits."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from graphkit.errors import GraphkitError, Problem
from graphkit.seeds.text import Mark, at_most, decode, line_after, shown

HARMLESS = 128 * 2**20
"""Bytes that may come out of any file."""
MAX_RATIO = 200
"""Bytes that may come out of each byte of a larger file: real tables come to 5 to 50."""


def check_expansion(path: Path, size: int) -> None:
    """Refuse a file out of which too many bytes would come.

    Raises
    ------
    GraphkitError
        They are too many for its size.
    """
    packed = path.stat().st_size
    if size > max(HARMLESS, MAX_RATIO * packed):
        raise GraphkitError(
            f"found {packed:,} bytes that would become {size:,}; wanted at most {MAX_RATIO} times "
            "as many"
        )


def check_zip(path: Path) -> None:
    """Refuse a zip that is a bomb: its parts never become more than it says of them.

    Raises
    ------
    GraphkitError
        It is one.
    zipfile.BadZipFile
        It is not a zip file.
    """
    with zipfile.ZipFile(path) as archive:
        check_expansion(path, sum(part.file_size for part in archive.infolist()))


def read_parquet(path: Path) -> pa.Table:
    """Read one Parquet file within the limits; its folder's name is not read as a partition.

    Raises
    ------
    GraphkitError
        It is a bomb.
    pyarrow.ArrowException
        It is not Parquet, or it is cut off.
    """
    from pyarrow import parquet

    file = parquet.ParquetFile(path)
    about, leaves = file.metadata, [file.schema.column(n) for n in range(len(file.schema))]
    groups = [about.row_group(n) for n in range(about.num_row_groups)]
    encoded = sum(group.total_byte_size for group in groups)
    check_expansion(path, max(encoded, about.num_rows * len(leaves)))
    texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
    # No text is longer than all that is encoded. If that does not settle it, each is read once
    # and its rows as references to it.
    if texts and about.num_rows * encoded > HARMLESS:
        coded = parquet.ParquetFile(path, read_dictionary=texts).read()
        check_expansion(path, sum(map(_bytes_of_text, coded.itercolumns())))
    table = file.read()
    table.validate(full=True)
    return table


def _bytes_of_text(column: Any) -> int:
    """Return the size of a column's text in bytes when it is written out."""
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        column = pc.list_flatten(column)
    if not pa.types.is_dictionary(column.type):
        return 0
    return sum(
        pc.sum(pc.binary_length(part.dictionary).take(part.indices)).as_py() or 0
        for part in column.chunks
    )


TABLES = (".csv", ".parquet")
MAX_CSV = 128 * 2**20
"""Bytes; of Parquet, which takes less to read, there may be more."""

MAX_ROW = 2**20
"""Bytes of one row of a CSV, above which Arrow may fail to read it."""
MAX_COLUMNS = 1_000

# As Arrow reads them: quotes count only at the start of a field.
_FIELD = re.compile(r'(?:"[^"]*(?:""[^"]*)*")?[^,\r\n]*(?P<end>,|\r\n|\r|\n|\Z)')
_QUOTED = re.compile(r'"(?<![^,\r\n]")[^"]*(?:""[^"]*)*(?:"(?P<after>[^,\r\n])?|(?P<unclosed>\Z))')
"""A quoted field, which begins at a comma or a line; of a bad one, what is wrong with its end."""


@dataclass(frozen=True)
class TableFile:
    """The contents of a file, in the types it gives; in a CSV everything is text."""

    file: str
    columns: pa.Table
    text: str | None = None
    """Of a CSV."""

    @cached_property
    def _unread(self) -> Iterator[Record]:
        return _records(self.text or "")

    @cached_property
    def _records(self) -> list[Record]:
        """Of a CSV, where its records stand: as far as something was wrong."""
        return []

    def at(self, row: int | None, column: str | None) -> Mark:
        """Locate a value; without a row, its column's name; without a column, the row.

        Of a Parquet file, the number of the row and of the column.
        """
        names = self.columns.column_names
        place = names.index(column) if column in names else 0
        if self.text is None:
            return (row or 0) + 1, place + 1
        record = 0 if row is None else row + 1
        self._records.extend(islice(self._unread, max(0, record + 1 - len(self._records))))
        return self._records[record].fields[place]


Read = tuple[TableFile | None, list[Problem]]


def read_table(path: Path, file: str) -> Read:
    """Read a table; ``file`` is how problems call it."""
    try:
        if path.suffix.lower() == ".csv":
            return _read_csv(path, file)
        table = read_parquet(path)
    except pa.ArrowException as error:
        return None, [Problem(file, 1, 1, f"not Parquet: {str(error).splitlines()[0]}")]
    except GraphkitError as error:
        return None, [Problem(file, 1, 1, str(error))]
    except OSError as error:
        message = error.strerror or str(error).splitlines()[0]
        return None, [Problem(file, 1, 1, f"cannot be read: {message}")]
    problems = _bad_names(table.column_names, file, None)
    return (None if problems else TableFile(file, table)), problems


def _read_csv(path: Path, file: str) -> Read:
    if path.stat().st_size > MAX_CSV:
        message = f"found over {MAX_CSV:,} bytes of CSV; wanted at most that (write it as Parquet)"
        return None, [Problem(file, 1, 1, message)]
    text, problems = decode(path.read_bytes(), file)
    if problems and not text:
        return None, problems
    if misquoted := at_most(_misquoted(text, file)):
        return None, problems + misquoted
    try:
        names = next((row for row in csv.reader(io.StringIO(text, newline="")) if row), [])
    except csv.Error as error:
        return None, [*problems, Problem(file, *_too_long(text), f"not CSV: {error}")]
    if bad_names := _bad_names(names, file, text):
        return None, problems + bad_names
    options = arrow_csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), null_values=[""], strings_can_be_null=True
    )
    parsing = arrow_csv.ParseOptions(newlines_in_values=True)
    # Arrow does not take a header without a line end.
    raw = text.encode() + b"\n" * (not text.endswith(("\n", "\r")))
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(raw),
            read_options=arrow_csv.ReadOptions(block_size=MAX_ROW),
            convert_options=options,
            parse_options=parsing,
        )
    except pa.ArrowException as error:
        misshapen = at_most(_misshapen_rows(text, len(names), file))
        message = f"not CSV: {str(error).splitlines()[0]}"
        return None, problems + (misshapen or [Problem(file, 1, 1, message)])
    return TableFile(file, table, text), problems


def _misquoted(text: str, file: str) -> Iterator[Problem]:
    """Report quotes that are never closed, or closed before the end of their field."""
    mark, position = (1, 0), 0
    for field in _QUOTED.finditer(text):
        if field["after"] is None and field["unclosed"] is None:
            continue
        mark = line_after(text[position : field.start()], position, mark)
        position = field.start()
        opened = f"{mark[0]}:{position - mark[1] + 1}"
        message = "found a quote that is never closed"
        if field["after"] is not None:
            mark = line_after(text[position : field.start("after")], position, mark)
            position = field.start("after")
            message = (
                f"found {shown(field['after'])} after the end of the quote that begins at "
                f"{opened}, wanted a comma or a line end; a quote in a quote is written twice"
            )
        yield Problem(file, mark[0], position - mark[1] + 1, message)


def _too_long(text: str) -> Mark:
    """Locate the field over the limit of the reader of the header."""
    fields = _FIELD.finditer(text)
    offset = next(f.start() for f in fields if len(f[0]) > csv.field_size_limit())
    line, start = line_after(text[:offset], 0, (1, 0))
    return line, offset - start + 1


def _bad_names(names: Sequence[str], file: str, text: str | None) -> list[Problem]:
    if not names:
        return [Problem(file, 1, 1, "found no columns; wanted a header and rows")]
    if len(names) > MAX_COLUMNS:
        message = f"found {len(names):,} columns; wanted at most {MAX_COLUMNS:,}"
        return [Problem(file, 1, 1, message)]
    first = {name: place for place, name in reversed(list(enumerate(names)))}
    twice = [place for place, name in enumerate(names) if first[name] < place]
    marks = (
        next(_records(text)).fields if twice and text else [(1, n + 1) for n in range(len(names))]
    )
    message = "found the column {!r} twice; wanted it once"
    return [Problem(file, *marks[place], message.format(names[place])) for place in twice]


def _misshapen_rows(text: str, width: int, file: str) -> Iterator[Problem]:
    """Report rows of too few or too many values, and rows that are too long."""
    for record in _records(text):
        if len(record.fields) != width:
            message = f"found {len(record.fields)} values, wanted {width} as in the header"
            yield Problem(file, *record.fields[0], message)
        elif (size := len(text[record.start : record.end].encode())) > MAX_ROW:
            message = f"found a row of {size:,} bytes, wanted at most {MAX_ROW:,}"
            yield Problem(file, *record.fields[0], message)


class Record(NamedTuple):
    """The places of one record in the text of a CSV."""

    fields: list[Mark]
    start: int
    end: int


def _records(text: str) -> Iterator[Record]:
    """Find the start of each field, record by record; skip blank lines."""
    fields: list[Mark] = []
    line, start, first = 1, 0, 0
    for field in _FIELD.finditer(text):
        offset = field.start()
        fields.append((line, offset - start + 1))
        if field["end"] != ",":
            if len(fields) > 1 or field.end("end") - offset > len(field["end"]):
                yield Record(fields, first, field.start("end"))
            fields, first = [], field.end()
        line, start = line_after(field[0], offset, (line, start))
