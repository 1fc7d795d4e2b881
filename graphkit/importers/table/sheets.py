"""Reader of CSV, Parquet and Excel files: unconverted cells with their row numbers."""

from __future__ import annotations

import csv
import io
import math
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from graphkit.errors import GraphkitError, Problem, SeedError, install, one_line
from graphkit.files.input import WHOLE, check_file, check_text
from graphkit.seeds.tables import check_zip, read_parquet

TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
SUFFIXES = (*TEXT_SUFFIXES, ".parquet", ".xlsx", ".xlsm")
MAX_COLUMNS = 1_000
"""Limit for Excel, where a row takes the memory of all cells up to its last."""
Cell = str | int | float | bool | date | None

MARKS = {"delimiter": (",", ";", "\t", "|"), "decimal": (".", ","),
         "thousands": ("", ",", ".", " ", "'", "’", "\u00a0", "\u202f")}  # fmt: skip


@dataclass(frozen=True)
class SheetLayout:
    """Text and number format of a table."""

    sheet: str | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: str = "."
    thousands: str = ""
    header: int = 1
    """The row of the column names."""
    missing: frozenset[str] = frozenset()
    """Texts for an unknown value."""


@dataclass(frozen=True)
class Sheet:
    """Table with its column names and its rows, without blank rows."""

    file: str
    names: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    """Each as long as the names; an empty cell or a text for a missing value is None."""
    lines: Sequence[int]
    """Line of each row in the file, from 1; in a Parquet file the number of the row."""

    def column(self, name: str) -> list[Cell]:
        """Return the cells of a column."""
        place = self.names.index(name)
        return [row[place] for row in self.rows]

    def problem(self, row: int | None, name: str | None, message: str) -> Problem:
        """Locate a problem: at a cell, a row (no name), or a column's header (no row)."""
        line = self.lines[row] if row is not None else 1
        return Problem(self.file, line, self.names.index(name) + 1 if name else 1, message)


def read_sheet(path: Path, layout: SheetLayout) -> Sheet:
    """Read a table.

    Raises
    ------
    GraphkitError
        It cannot be read in the format of its name.
    SeedError
        Its rows are not as long as its header, or columns have no or equal names.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise GraphkitError(f"{path.name}: wanted a table, one of {', '.join(SUFFIXES)}")
    (check_text if suffix in TEXT_SUFFIXES else check_file)(path, WHOLE)
    if suffix == ".tsv" and layout.delimiter == ",":
        layout = SheetLayout(**{**vars(layout), "delimiter": "\t"})
    try:
        if suffix == ".parquet":
            return _from_parquet(path, layout)
        excel = suffix in (".xlsx", ".xlsm")
        rows = _excel_rows(path, layout) if excel else _csv_rows(path, layout)
        return _sheet(path.name, rows, layout)
    except OSError as error:
        raise GraphkitError(f"{path.name} cannot be read: {error.strerror or error}") from error


def _sheet(file: str, rows: Iterable[tuple[int, Sequence[Cell]]], layout: SheetLayout) -> Sheet:
    """Build a sheet whose header is one of the rows."""
    rows = iter(rows)
    line, heads = next(((n, cells) for n, cells in rows if n >= layout.header), (0, []))
    if line != layout.header:
        raise GraphkitError(f"{file}: found no header in row {layout.header}, wanted one")
    names = [_name(head) for head in heads]
    while names and not names[-1]:
        names.pop()
    problems = [
        Problem(file, line, n + 1, f"found the column {name!r} twice; wanted it once" if name
                else "found a column without a name; wanted one")
        for n, name in enumerate(names) if not name or name in names[:n]
    ]  # fmt: skip
    kept_rows, lines = [], []
    shared: dict[str, str] = {}  # equal texts share one object
    for line, cells in rows:
        cleaned = [_cleaned(cell, layout.missing) for cell in cells]
        cleaned = [shared.setdefault(c, c) if isinstance(c, str) else c for c in cleaned]
        if len(cleaned) > len(names) and not any(c is not None for c in cleaned[len(names) :]):
            cleaned = cleaned[: len(names)]
        if len(cleaned) != len(names):
            message = f"found {len(cleaned)} values, wanted {len(names)} as in the header"
            problems.append(Problem(file, line, 1, message))
        elif any(cell is not None for cell in cleaned):
            kept_rows.append(cleaned)
            lines.append(line)
    if problems:
        raise SeedError(one_a_column(problems))
    _refuse_other_delimiter(file, names, layout)
    return Sheet(file, names, kept_rows, lines)


def one_a_column(problems: Iterable[Problem]) -> list[Problem]:
    """Keep the first of the problems that a column has in many cells, with their number.

    Problems are of one kind if they differ in values and places alone.
    """
    kinds: dict[tuple[str, int, str], list[Problem]] = {}
    for problem in sorted(set(problems)):
        form = _VALUES.sub("", problem.message)
        kinds.setdefault((problem.file, problem.column, form), []).append(problem)
    return sorted(
        replace(first, message=f"{first.message} (and {len(like):,} more like it)")
        if like else first for first, *like in kinds.values()
    )  # fmt: skip


_VALUES = re.compile(r"""'[^']*'|"[^"]*"|\S+:\d+:\d+|(?<=duplicate )[^;]*|-?\d[\d,.]*""")
"""Values and places in a message."""


def _name(cell: Cell) -> str:
    return " ".join(str(cell).split()) if cell is not None else ""


def _cleaned(cell: Cell, missing: frozenset[str]) -> Cell:
    """Strip a cell; None if it is empty or missing."""
    if isinstance(cell, str):
        cell = cell.strip()
        return None if not cell or cell in missing else cell
    return None if isinstance(cell, float) and math.isnan(cell) else cell


def _refuse_other_delimiter(file: str, names: Sequence[str], layout: SheetLayout) -> None:
    if len(names) == 1:
        for mark in (";", "\t", "|", ","):
            if mark in names[0] and mark != layout.delimiter:
                raise GraphkitError(
                    f"{file}: found one column, {names[0][:60]!r}; its values seem to be separated "
                    f"by {mark!r}: set delimiter: {mark!r} in the mapping"
                )


# --- CSV


def _csv_rows(path: Path, layout: SheetLayout) -> Iterator[tuple[int, Sequence[Cell]]]:
    raw = path.read_bytes()
    encoding = "utf-8-sig" if layout.encoding.lower() in ("utf-8", "utf8") else layout.encoding
    try:
        text = raw.decode(encoding)
    except UnicodeError as error:
        line_number = raw.count(b"\n", 0, getattr(error, "start", 0)) + 1
        byte = raw[getattr(error, "start", 0)]
        raise GraphkitError(
            f"{path.name}:{line_number}: found the byte 0x{byte:02x}, which is not "
            f"{layout.encoding}; set the encoding in the mapping, such as encoding: cp1252"
        ) from error
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise GraphkitError(
            f"{path.name}:{line}: not CSV: {error}; is the file truncated?"
        ) from error


# --- Excel


def _excel_rows(path: Path, layout: SheetLayout) -> list[tuple[int, Sequence[Cell]]]:
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise GraphkitError(
            f"{path.name}: reading Excel needs openpyxl: "
            f"{install('excel')}, or save the sheet as CSV"
        ) from error
    path.stat()  # so that a missing file is reported as missing
    if not zipfile.is_zipfile(path):
        raise GraphkitError(
            f"{path.name}: found no Excel workbook (.xlsx is a zip); is it truncated?"
        )
    try:
        check_zip(path)
    except GraphkitError as error:
        raise GraphkitError(f"{path.name}: {error}") from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on styles and drawings, which are not read
            book = load_workbook(path, read_only=True, data_only=True)
            try:
                return _rows_of(book, path.name, layout)
            finally:
                book.close()
    except GraphkitError:
        raise
    except Exception as error:  # a damaged workbook breaks openpyxl in any way
        message = one_line(error)[:120] or type(error).__name__
        raise GraphkitError(
            f"{path.name} cannot be read as an Excel workbook: {message}"
        ) from error


def _rows_of(book: Any, file: str, layout: SheetLayout) -> list[tuple[int, Sequence[Cell]]]:
    names = book.sheetnames
    if layout.sheet is None and len(names) > 1:
        sheet_names = ", ".join(names)
        raise GraphkitError(f"{file} has the sheets {sheet_names}: set sheet: NAME in the mapping")
    sheet = layout.sheet or names[0]
    if sheet not in names:
        raise GraphkitError(f"{file} has no sheet {sheet!r}; it has {', '.join(names)}")
    worksheet = book[sheet]
    # A workbook may state a size that is too small, which loses rows, or huge, a bomb.
    worksheet.reset_dimensions()
    rows: list[tuple[int, list[Cell]]] = []
    for line, cells in enumerate(worksheet.iter_rows(values_only=True), start=1):
        last = next((n for n in range(len(cells), 0, -1) if cells[n - 1] is not None), 0)
        if last > MAX_COLUMNS:
            raise GraphkitError(
                f"{file}:{line}: found a value in column {last:,}, wanted at most {MAX_COLUMNS:,}"
            )
        if last:
            rows.append((line, [_excel_cell(cell) for cell in cells[:last]]))
    width = next((len(cells) for line, cells in rows if line == layout.header), 0)
    return [(line, cells + [None] * (width - len(cells))) for line, cells in rows]


def _excel_cell(cell: Any) -> Cell:
    """Convert a cell: a datetime at midnight to a date, other types to text."""
    if isinstance(cell, datetime):
        return cell.date() if cell.time() == datetime.min.time() else cell.isoformat()
    return cell if isinstance(cell, Cell) else str(cell)


# --- Parquet


def _from_parquet(path: Path, layout: SheetLayout) -> Sheet:
    import pyarrow as pa

    try:
        table = read_parquet(path)
    except GraphkitError as error:
        raise GraphkitError(f"{path.name}: {error}") from error
    except pa.ArrowException as error:
        raise GraphkitError(f"{path.name}: not Parquet: {str(error).splitlines()[0]}") from error
    columns = [[_excel_cell(value) if value is not None else None for value in column.to_pylist()]
               for column in table.columns]  # fmt: skip
    rows: Iterable[Sequence[Cell]] = zip(*columns, strict=True)
    cleaned = [[_cleaned(cell, layout.missing) for cell in row] for row in rows]
    return Sheet(path.name, table.column_names, cleaned, range(1, len(cleaned) + 1))
