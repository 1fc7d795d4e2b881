"""Reads the CSV or Parquet file beside a seed as it stands, and finds places in it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
from pyarrow import csv as arrow_csv

from graphkit.errors import Problem
from graphkit.seeds.text import Mark, decode, line_starts

SUFFIXES = (".csv", ".parquet")
# As Arrow reads them: quotes count only at the start of a field.
_FIELD = re.compile(r'(?:"[^"]*(?:""[^"]*)*")?[^,\r\n]*(?P<end>,|\r\n|\r|\n|\Z)')


@dataclass(frozen=True)
class Table:
    """What a file holds, in the types it gives; of a CSV everything is text."""

    file: str
    columns: pa.Table
    text: str | None = None
    """Of a CSV."""

    @cached_property
    def _records(self) -> list[list[Mark]]:
        """Of a CSV, where each field of each record begins: made only when something is wrong."""
        return list(_records(self.text or ""))

    def at(self, row: int | None, column: str | None) -> Mark:
        """Where a value stands; without a row, its column's name; without a column, the row.

        Of a Parquet file, the number of the row and of the column.
        """
        names = self.columns.column_names
        place = names.index(column) if column in names else 0
        if self.text is None:
            return (row or 0) + 1, place + 1
        return self._records[0 if row is None else row + 1][place]


Read = tuple[Table | None, list[Problem]]


def read_table(path: Path, file: str) -> Read:
    """Read a table; ``file`` is how problems call it."""
    try:
        if path.suffix.lower() == ".csv":
            return _read_csv(path.read_bytes(), file)
        return _read_parquet(path, file)
    except OSError as error:
        message = error.strerror or str(error).splitlines()[0]
        return None, [Problem(file, 1, 1, f"cannot be read: {message}")]


def _read_csv(raw: bytes, file: str) -> Read:
    text, problems = decode(raw, file)
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
        ragged = list(_ragged(text, len(names), file))
        message = f"not CSV: {str(error).splitlines()[0]}"
        return None, problems + (ragged or [Problem(file, 1, 1, message)])
    if table.column_names != names:
        return None, [*problems, Problem(file, 1, 1, "found a header that reads in two ways")]
    return Table(file, table, text), problems


def _read_parquet(path: Path, file: str) -> Read:
    from pyarrow import parquet

    try:
        # One file, not a data set: no partition is read out of the folder's name.
        table = parquet.ParquetFile(path).read()
        table.validate(full=True)
    except pa.ArrowException as error:
        return None, [Problem(file, 1, 1, f"not Parquet: {str(error).splitlines()[0]}")]
    problems = _bad_names(table.column_names, file, None)
    return (None if problems else Table(file, table)), problems


def _bad_names(names: Sequence[str], file: str, text: str | None) -> list[Problem]:
    if not names:
        return [Problem(file, 1, 1, "found no columns; wanted a header and rows")]
    first = {name: place for place, name in reversed(list(enumerate(names)))}
    twice = [place for place, name in enumerate(names) if first[name] < place]
    marks = next(_records(text)) if twice and text else [(1, n + 1) for n in range(len(names))]
    said = "found the column {!r} twice; wanted it once"
    return [Problem(file, *marks[place], said.format(names[place])) for place in twice]


def _ragged(text: str, wanted: int, file: str) -> Iterator[Problem]:
    for record in _records(text):
        if len(record) != wanted:
            message = f"found {len(record)} values, wanted {wanted} as in the header"
            yield Problem(file, *record[0], message)


def _records(text: str) -> Iterator[list[Mark]]:
    """Where the fields of each record begin; blank lines are none."""
    starts = line_starts(text)
    record: list[Mark] = []
    at = line = 0
    while at < len(text) or record:
        field = _FIELD.match(text, at)
        if field is None:  # cannot be: every part of the pattern may be empty
            return
        while line + 1 < len(starts) and starts[line + 1] <= at:
            line += 1
        record.append((line + 1, at - starts[line] + 1))
        if field["end"] != ",":
            if len(record) > 1 or field.end("end") - at > len(field["end"]):
                yield record
            record = []
        at = field.end()
