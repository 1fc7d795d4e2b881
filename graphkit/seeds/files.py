"""Reads one seed file, and the CSV or Parquet beside it, into a typed Arrow table of one kind."""

from __future__ import annotations

import csv
import io
import os
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from graphkit.arrow import coded
from graphkit.errors import GraphkitError, Problem
from graphkit.paths import TEXT
from graphkit.schema import Kind, Schema
from graphkit.seeds.records import (
    Locations,
    kind_of,
    read_header,
    row_columns,
    table_columns,
    typed_rows,
)
from graphkit.seeds.text import LOST, Mark, YamlText, at_most, decode, line_after, shown

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
    held = path.stat().st_size
    if size > max(HARMLESS, MAX_RATIO * held):
        raise GraphkitError(
            f"found {held:,} bytes that would become {size:,}; wanted at most {MAX_RATIO} times "
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
class Table:
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


Read = tuple[Table | None, list[Problem]]


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
    return (None if problems else Table(file, table)), problems


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
    return Table(file, table, text), problems


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
    """Find the start of each field, record by record; skip blank lines."""
    record: list[Mark] = []
    line, start = 1, 0
    for field in _FIELD.finditer(text):
        at = field.start()
        record.append((line, at - start + 1))
        if field["end"] != ",":
            if len(record) > 1 or field.end("end") - at > len(field["end"]):
                yield record
            record = []
        line, start = line_after(field[0], at, (line, start))


SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True)
class SeedFile:
    """One seed file, as far as it could be read, and everything that is wrong with it."""

    locations: Locations
    problems: list[Problem]
    kind: Kind | None = None
    rows: pa.Table | None = None
    """Every row, typed, wrong values null; None where the rows could not be read at all."""


def find_files(folder: Path) -> tuple[Path, list[Path], list[Problem]]:
    """Find the root folder for names, its seed files in order, and paths that are not files.

    Raises
    ------
    GraphkitError
        There is nothing at that place that could be seeds.
    """
    try:
        is_file, is_folder = folder.is_file(), folder.is_dir()
    except OSError as error:
        raise GraphkitError(f"no seeds at {folder}: {error.strerror}") from error
    if is_file:
        return folder.parent, [folder], []
    if not is_folder:
        there = "it is not a regular file" if folder.exists() else "there is no such file or folder"
        raise GraphkitError(f"no seeds at {folder}: {there}")
    problems: list[Problem] = []

    def refuse(path: Path, message: str) -> None:
        problems.append(Problem(name_of(path, folder), 1, 1, message))

    files = [path for path in _walk(folder, refuse) if _is_inside(path, folder, refuse)]
    if not files and not problems:
        raise GraphkitError(f"no seeds at {folder}: it holds no .yaml file")
    return folder, sorted(files), problems


Refuse = Callable[[Path, str], None]


def _walk(folder: Path, refuse: Refuse) -> Iterator[Path]:
    """Whatever is named as a seed file, in a folder and all below it."""

    def unreadable(error: OSError) -> None:
        refuse(Path(error.filename), f"cannot be read: {error.strerror}")

    for root, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for path in (Path(root, name) for name in folders):
            if os.path.islink(path):  # noqa: PTH114 - that of a path raises for a name too long
                refuse(path, "found a link to a folder, wanted the folder itself")
        for path in (Path(root, name) for name in names if not name.startswith(".")):
            if path.suffix.lower() in SUFFIXES:
                yield path


def _is_inside(path: Path, folder: Path, refuse: Refuse) -> bool:
    if not os.path.isfile(path):  # noqa: PTH113 - as above
        refuse(path, "found no regular file, wanted one")
        return False
    if not path.resolve().is_relative_to(folder.resolve()):
        refuse(path, "found a link out of the seeds, wanted a file inside them")
        return False
    return True


def name_of(path: Path, root: Path) -> str:
    """Return the name of a file as problems show it."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def read_file(path: Path, root: Path, schema: Schema) -> SeedFile:
    """Read one seed file; whatever is wrong is in its ``problems``."""
    yaml, problems = _read_text(path, name_of(path, root))
    if yaml is None:
        return SeedFile(Locations(YamlText("", "")), problems)
    return _read_yaml(yaml, problems, schema, partial(_table_beside, path, root, yaml))


def read_alone(text: str, schema: Schema) -> SeedFile:
    """Read the text of a seed file that stands in no folder: it has no table beside it."""

    def refuse(wanted: str) -> tuple[None, list[Problem]]:
        return None, [yaml.problem(f"table: found {shown(wanted)}, wanted rows", ("table",))]

    decoded, problems = decode(text.encode(), "draft")
    yaml = YamlText("draft", decoded)
    return _read_yaml(yaml, problems, schema, refuse)


def _read_yaml(
    yaml: YamlText,
    problems: list[Problem],
    schema: Schema,
    beside: Callable[[str], tuple[Table | None, list[Problem]]],
) -> SeedFile:
    document = yaml.read()
    told = [*problems, *document.problems]
    kind = kind_of(document.value, schema)
    if not document.whole:
        return SeedFile(Locations(yaml), told, kind)
    header, found = read_header(yaml, document.value, schema)
    table = rows = None
    if header is not None and header.table is not None:
        table, unreadable = beside(header.table)
        told += unreadable
    locations = Locations(yaml, header, table)
    if header is not None and (table is not None or header.table is None):
        given, odd = table_columns(yaml, header, table) if table else row_columns(yaml, header)
        typed, wrong = typed_rows(locations, header, given)
        rows = coded(typed)
        found += odd + wrong
    return SeedFile(locations, at_most([*told, *_untold(found, told)]), kind, rows)


def _read_text(path: Path, name: str) -> tuple[YamlText | None, list[Problem]]:
    try:
        with path.open("rb") as file:
            raw = file.read(TEXT + 1)
    except OSError as error:
        return None, [Problem(name, 1, 1, f"cannot be read: {error.strerror}")]
    if len(raw) > TEXT:
        message = f"found over {TEXT:,} bytes; wanted at most that (put rows in a table)"
        return None, [Problem(name, 1, 1, message)]
    text, problems = decode(raw, name)
    return (YamlText(name, text) if text or not problems else None), problems


def _untold(found: Iterable[Problem], told: Sequence[Problem]) -> Iterator[Problem]:
    """Drop problems that only follow from something unreadable that is already reported."""
    lost = (LOST, f"U+{ord(LOST):04X}")
    return (p for p in found if not (told and any(mark in p.message for mark in lost)))


def _table_beside(
    path: Path, root: Path, yaml: YamlText, wanted: str
) -> tuple[Table | None, list[Problem]]:
    at = ("table",)
    try:
        beside = (path.parent / wanted).resolve()
        inside, there = beside.is_relative_to(root.resolve()), beside.is_file()
    except (OSError, ValueError, RuntimeError):  # too long, with a NUL, a ring of links
        inside, there = True, False
    if not inside:
        message = f"table: found {shown(wanted)}, wanted a file inside the seeds"
        return None, [yaml.problem(message, at)]
    if not there or beside.suffix.lower() not in TABLES:
        message = f"table: found no .csv or .parquet file {shown(wanted)}"
        return None, [yaml.problem(message, at)]
    return read_table(beside, name_of(beside, root.resolve()))
