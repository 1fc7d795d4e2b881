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
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from graphkit.errors import GraphkitError, Problem
from graphkit.seeds.text import Mark, at_most, decode, line_after

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

# As Arrow reads them: quotes count only at the start of a field.
_FIELD = re.compile(r'(?:"[^"]*(?:""[^"]*)*")?[^,\r\n]*(?P<end>,|\r\n|\r|\n|\Z)')


@dataclass(frozen=True)
class TableFile:
    """The contents of a file, in the types it gives; in a CSV everything is text."""

    file: str
    columns: pa.Table
    text: str | None = None
    """Of a CSV."""

    @cached_property
    def _unread(self) -> Iterator[list[Mark]]:
        return _records(self.text or "")

    @cached_property
    def _records(self) -> list[list[Mark]]:
        """Of a CSV, where each field of each record begins: as far as something was wrong."""
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
        return self._records[record][place]


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
    try:
        names = next((row for row in csv.reader(io.StringIO(text, newline="")) if row), [])
    except csv.Error as error:
        return None, [*problems, Problem(file, 1, 1, f"not CSV: {error}")]
    if bad_names := _bad_names(names, file, text):
        return None, problems + bad_names
    options = arrow_csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), null_values=[""], strings_can_be_null=True
    )
    parsing = arrow_csv.ParseOptions(newlines_in_values=True)
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(text.encode()), convert_options=options, parse_options=parsing
        )
    except pa.ArrowException as error:
        ragged = at_most(_ragged(text, len(names), file))
        message = f"not CSV: {str(error).splitlines()[0]}"
        return None, problems + (ragged or [Problem(file, 1, 1, message)])
    return TableFile(file, table, text), problems


def _bad_names(names: Sequence[str], file: str, text: str | None) -> list[Problem]:
    if not names:
        return [Problem(file, 1, 1, "found no columns; wanted a header and rows")]
    first = {name: place for place, name in reversed(list(enumerate(names)))}
    twice = [place for place, name in enumerate(names) if first[name] < place]
    marks = next(_records(text)) if twice and text else [(1, n + 1) for n in range(len(names))]
    message = "found the column {!r} twice; wanted it once"
    return [Problem(file, *marks[place], message.format(names[place])) for place in twice]


def _ragged(text: str, width: int, file: str) -> Iterator[Problem]:
    for record in _records(text):
        if len(record) != width:
            message = f"found {len(record)} values, wanted {width} as in the header"
            yield Problem(file, *record[0], message)


def _records(text: str) -> Iterator[list[Mark]]:
    """Find the start of each field, record by record; skip blank lines."""
    record: list[Mark] = []
    line, start = 1, 0
    for field in _FIELD.finditer(text):
        offset = field.start()
        record.append((line, offset - start + 1))
        if field["end"] != ",":
            if len(record) > 1 or field.end("end") - offset > len(field["end"]):
                yield record
            record = []
        line, start = line_after(field[0], offset, (line, start))
