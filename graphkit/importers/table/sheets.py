"""Reader of CSV, Parquet and Excel files: unconverted cells with their row numbers."""

from __future__ import annotations

import csv
import io
import math
import re
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from graphkit.errors import GraphkitError, Problem, SeedError, install, one_line
from graphkit.files.input import WHOLE, check_file, check_text
from graphkit.importers.table.encodings import UndecidedError, decoded
from graphkit.seeds.tables import check_zip, read_parquet

TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
SUFFIXES = (*TEXT_SUFFIXES, ".parquet", ".xlsx", ".xlsm")
MAX_COLUMNS = 1_000
"""Limit for Excel, where a row takes the memory of all cells up to its last."""
Cell = str | int | float | bool | date | None

MARKS = {"delimiter": (",", ";", "\t", "|"), "decimal": (".", ","),
         "thousands": ("", ",", ".", " ", "'", "’", "\u00a0", "\u202f", "\u2009")}  # fmt: skip
SAMPLE = 100_000
"""Letters of a text by which its delimiter is recognized."""
LIKE_HEADER = 1_000
"""Rows by which a header is recognized."""
FEWEST = 3
"""Fewest columns of a table in which a text alone in the last rows is a note."""
DELIMITER_LINE = re.compile(r'"?sep=(.)"?\r?\n')
"""First line of a text that spreadsheet programs take for its delimiter."""
_YEAR = re.compile("(19|20)[0-9]{2}")
FIGURE = re.compile(r"[-+]?[0-9][0-9.,'’ \u00a0\u202f\u2009]*([eE][-+]?[0-9]+)?%?")
"""Text that may be a number."""
_NOT_COMPUTED = re.compile(
    rb'<c r="([A-Z]+[0-9]+)"[^>]*><f(?:[^>]*/>|[^>]*>[^<]*</f>)(?:<v ?/>|<v></v>)?</c>'
)
"""A cell of a workbook with a formula and no value."""
_PROTECTED = re.compile(r'="([^"]*)"')
"""Text of digits as programs protect it from being read as a number."""


@dataclass(frozen=True)
class SheetLayout:
    """Text and number format of a table; what is None is recognized where it is sure."""

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    header: tuple[int, ...] = ()
    """The rows of the column names; of none the first row that is not blank."""
    last: int | None = None
    """The last row of the table."""
    missing: frozenset[str] = frozenset()
    """Texts for an unknown value."""
    notes: tuple[str, ...] = ()
    """Signs beside numbers and names that refer to notes."""


class MisshapenError(SeedError):
    """Table whose rows or columns do not fit its header."""

    def __init__(self, problems: list[Problem], better: SheetLayout) -> None:
        super().__init__(problems)
        self.better = better
        """The layout that the problems advise; the same if they advise none."""


@dataclass(frozen=True)
class Sheet:
    """Table with its column names and its rows, without blank rows and notes."""

    file: str
    names: Sequence[str]
    """An empty text for a column without a name, which no property takes."""
    rows: Sequence[Sequence[Cell]]
    """Each as long as the names; an empty cell or a text for a missing value is None."""
    lines: Sequence[int]
    """Line of each row in the file, from 1; in a Parquet file the number of the row."""
    layout: SheetLayout = field(default_factory=SheetLayout)
    """The layout that was set, with what was recognized."""
    titles: Sequence[tuple[int, str]] = ()
    """Lines above the header, with their texts."""
    notes: Sequence[tuple[int, str]] = ()
    """Lines below the table that hold one text alone."""
    remarks: Sequence[str] = ()
    """Settings that were recognized, as the mapping does not give them."""
    other_header: tuple[int, ...] = ()
    """Rows that look more like the header than those that were taken."""
    places: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """The column in the file of each cell, for a column that was made of several."""

    @property
    def header_advice(self) -> str:
        """Advice to set another header; empty if none looks better."""
        return _header_advice(self.other_header)

    def column(self, name: str) -> list[Cell]:
        """Return the cells of a column."""
        place = self.names.index(name)
        return [row[place] for row in self.rows]

    def problem(self, row: int | None, name: str | None, message: str) -> Problem:
        """Locate a problem: at a cell, a row (no name), or a column's header (no row)."""
        line = self.lines[row] if row is not None else (self.layout.header or (1,))[-1]
        if name is not None and name in self.places:
            return Problem(self.file, line, self.places[name][row or 0] + 1, message)
        return Problem(self.file, line, self.names.index(name) + 1 if name else 1, message)


def read_sheet(path: Path, layout: SheetLayout) -> Sheet:
    """Read a table.

    Raises
    ------
    GraphkitError
        It cannot be read in the format of its name.
    SeedError
        Its rows are not as long as its header, or columns have equal names.
    UndecidedError
        Its encoding or its delimiter is not sure; the message says what to set.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        how = "; save it as .xlsx" if suffix in (".xls", ".xlsb", ".ods", ".numbers") else ""
        raise GraphkitError(f"{path.name}: wanted a table, one of {', '.join(SUFFIXES)}{how}")
    (check_text if suffix in TEXT_SUFFIXES else check_file)(path, WHOLE)
    try:
        if suffix == ".parquet":
            return _from_parquet(path, layout)
        if suffix in (".xlsx", ".xlsm"):
            return _from_excel(path, layout)
        return _from_text(path, layout)
    except OSError as error:
        raise GraphkitError(f"{path.name} cannot be read: {error.strerror or error}") from error


Row = tuple[int, Sequence[Cell]]
"""A row with its line in the file."""


def _sheet(
    file: str, rows: Sequence[Row], layout: SheetLayout, remarks: Sequence[str], ragged: bool
) -> Sheet:
    """Build a sheet whose header is one or two of the rows; ``ragged`` ones end where they do."""
    shared: dict[Cell, Cell] = {}  # equal texts share one object
    rows = [
        (line, cleaned) for line, cells in rows
        if (cleaned := [_cleaned(cell, shared) for cell in cells]).count(None) < len(cleaned)
    ]  # fmt: skip
    layout = replace(layout, header=layout.header or tuple(line for line, _ in rows[:1]) or (1,))
    heads = [cells for line, cells in rows if line in layout.header]
    if len(heads) < len(layout.header):
        row = min({*layout.header} - {line for line, _ in rows})
        raise GraphkitError(f"{file}: found no header in row {row}, wanted one")
    names = _joined(heads)
    first, last = layout.header[-1], layout.last or math.inf
    other_header = _other_header(rows[:LIKE_HEADER], layout)
    problems = [
        Problem(file, first, n + 1, f"found the column {name!r} twice; wanted it once"
                + _header_advice(other_header))
        for n, name in enumerate(names) if name and name in names[:n]
    ]  # fmt: skip
    body = [(line, cells) for line, cells in rows if first < line <= last]
    notes = _notes(body) if len(names) >= FEWEST else []
    body = body[: len(body) - len(notes)]
    if ragged and len(names) > 1 and not other_header:
        names += [""] * (max((len(cells) for _, cells in body), default=0) - len(names))
    fewest = 0 if ragged else max((n for n, name in enumerate(names, 1) if name), default=0)
    torn, kept_rows, lines = [], [], []
    for line, cells in body:
        values = cells
        if fewest <= len(values) < len(names):
            values = [*values, *[None] * (len(names) - len(values))]
        if len(values) > len(names) and not any(c is not None for c in values[len(names) :]):
            values = values[: len(names)]
        known = [None if c in layout.missing else c for c in values] if layout.missing else values
        if len(known) != len(names):
            torn.append((line, len(known)))
        elif known.count(None) < len(known):
            kept_rows.append(known)
            lines.append(line)
    # Rows that are torn below all others stand under the table.
    end = lines[-1] if torn and lines and torn[0][0] > lines[-1] else None
    end_advice = f"; if the table ends above, set last: {end}" if end else ""
    advice = _header_advice(other_header) or end_advice
    wanted = f"wanted {len(names)} as in the header{advice}"
    problems += [Problem(file, line, 1, f"found {count} values, {wanted}") for line, count in torn]
    if problems:
        better = replace(layout, header=other_header) if other_header else replace(layout, last=end)
        raise MisshapenError(one_a_column(problems), better)
    titles = [
        (line, " ".join(_name(cell) for cell in cells if cell is not None))
        for line, cells in rows if line < layout.header[0]
    ]  # fmt: skip
    return Sheet(file, names, kept_rows, lines, layout, titles, notes, remarks, other_header)


def _joined(heads: Sequence[Sequence[Cell]]) -> list[str]:
    """Join the rows of a header; a cell that others are merged with stands above all of them."""
    width = max(len(cells) for cells in heads)
    parts: list[list[str]] = [[] for _ in range(width)]
    for depth, cells in enumerate(heads, start=1):
        above = ""
        for n in range(width):
            text = _name(cells[n]) if n < len(cells) else ""
            above = text or (above if depth < len(heads) else "")
            parts[n].append(above)
    return [" ".join(filter(None, dict.fromkeys(texts))) for texts in parts]


def _notes(body: Sequence[Row]) -> list[tuple[int, str]]:
    """List the last rows that have a text alone, and no figure."""
    notes = []
    for line, cells in reversed(body):
        texts = [cell for cell in cells if cell is not None]
        if len(texts) != 1 or not re.search(r"[^\W\d_]", str(texts[0])):
            break
        notes.append((line, str(texts[0])))
    return notes[::-1]


def _width(cells: Sequence[Cell]) -> int:
    """Count the cells up to the last that is not empty."""
    return next((n for n in range(len(cells), 0, -1) if cells[n - 1] is not None), 0)


def _is_header(cells: Sequence[Cell]) -> bool:
    """Tell if a row may hold names of columns: several different words, and years."""
    texts = [_name(cell) for cell in cells if cell is not None]
    figures = [text for text in texts if FIGURE.fullmatch(text) and not _YEAR.fullmatch(text)]
    return len(texts) > 1 and not figures and len({*texts}) == len(texts)


def likely_header(rows: Sequence[Row]) -> int | None:
    """Find the first row that is as long as most are and may hold names of columns."""
    widths = Counter(_width(cells) for _, cells in rows)
    [(usual, _)] = widths.most_common(1) or [(0, 0)]
    return next(
        (line for line, cells in rows if _width(cells) >= usual and _is_header(cells)), None
    )


def _other_header(rows: Sequence[Row], layout: SheetLayout) -> tuple[int, ...]:
    """Find rows that look more like the header than those that were taken; of none nothing."""
    heads = [(line, cells) for line, cells in rows if line in layout.header]
    below = [(line, cells) for line, cells in rows if line > layout.header[-1]]
    line = likely_header(rows)
    if (
        line is not None
        and line not in layout.header
        and not all(_is_header(cells) for _, cells in heads)
    ):
        return (line,)
    [(last, cells)] = heads[-1:]
    if len(heads) > 1 or not below or below[0][0] != last + 1:
        return ()
    names = [_name(cell) for cell in cells]
    under = [_name(cell) for cell in below[0][1]]
    is_merged = any(
        text and (n >= len(names) or not names[n] or names[n] in names[:n])
        for n, text in enumerate(under)
    )
    has_figures = any(FIGURE.fullmatch(text) for text in under)
    return (last, last + 1) if is_merged and not has_figures else ()


def _header_advice(header: tuple[int, ...]) -> str:
    """Advise another header."""
    if len(header) > 1:
        first, last = header
        return f"; rows {first} and {last} look like one header: set header: {first}-{last}"
    return "".join(f"; row {row} looks like the header: set header: {row}" for row in header)


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
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split()) if cell is not None else ""


def _cleaned(cell: Cell, shared: dict[Cell, Cell]) -> Cell:
    """Strip a cell; None if it is empty."""
    if isinstance(cell, str):
        text = cell.strip()
        match = _PROTECTED.fullmatch(text) if text.startswith("=") else None
        text = match[1].strip() if match else text
        return shared.setdefault(text, text) or None
    return None if isinstance(cell, float) and math.isnan(cell) else cell


def _refuse_other_delimiter(sheet: Sheet) -> None:
    [name, *others] = [name for name in sheet.names if name] or [""]
    for mark in (";", "\t", "|", ",") if not others else ():
        if mark in name and mark != sheet.layout.delimiter:
            raise GraphkitError(
                f"{sheet.file}: found one column, {name[:60]!r}; its values seem to be separated "
                f"by {mark!r}: set delimiter: {mark!r} in the mapping"
            )


# --- text


def _from_text(path: Path, layout: SheetLayout) -> Sheet:
    text, encoding = decoded(path.name, path.read_bytes(), layout.encoding)
    text = text.removeprefix("\ufeff")
    remarks = []
    if layout.encoding is None and encoding != "utf-8":
        remarks.append(f"encoding {encoding}")
    delimiter = layout.delimiter or _delimiter(path, text, layout)
    if layout.delimiter is None and delimiter != ("\t" if path.suffix.lower() == ".tsv" else ","):
        remarks.append(f"delimiter {delimiter!r}")
    layout = replace(layout, encoding=encoding, delimiter=delimiter)
    sheet = _sheet(path.name, list(_text_rows(path.name, text, delimiter)), layout, remarks, False)
    _refuse_other_delimiter(sheet)
    return sheet


def _delimiter(path: Path, text: str, layout: SheetLayout) -> str:
    """Recognize the mark that divides the rows of a text.

    Raises
    ------
    UndecidedError
        Several marks do.
    """
    if path.suffix.lower() == ".tsv":
        return "\t"
    if match := DELIMITER_LINE.match(text):
        return match[1]
    sample = text[:SAMPLE]
    sample = sample[: sample.rfind("\n") + 1] if len(text) > SAMPLE else sample
    widths = {mark: _divided(sample, mark, layout.header) for mark in MARKS["delimiter"]}
    for only_whole in (True, False):
        choices = [
            mark for mark, (width, whole) in widths.items()
            if width > 1 and (whole or not only_whole)
        ]  # fmt: skip
        if len(choices) == 1:
            return choices[0]
        if choices:
            choices.sort(key=lambda mark: -widths[mark][0])
            marks = " and ".join(map(repr, choices))
            raise UndecidedError(
                f"{path.name}: {marks} divide its rows into columns; set delimiter: "
                f"{choices[0]!r} in the mapping, or {', '.join(map(repr, choices[1:]))}",
                "delimiter",
                tuple(choices),
            )
    return ","


def _divided(text: str, delimiter: str, header: tuple[int, ...]) -> tuple[int, bool]:
    """Count the columns of most rows, 0 if none looks like a header, and tell if all have them."""
    rows: list[tuple[int, Sequence[str]]] = []
    file = io.StringIO(text, newline="")
    reader = csv.reader(file, delimiter=delimiter, skipinitialspace=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) and line >= min(header, default=1):
                rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error:
        return 0, False
    widths = Counter(len(cells) for _, cells in rows)
    [(usual, count)] = widths.most_common(1) or [(0, 0)]
    alike = ([cell.strip() or None for cell in cells] for _, cells in rows if len(cells) == usual)
    # A title line may be filled up with empty cells.
    first = next((cells for cells in alike if len(cells) - cells.count(None) > 1), [])
    if 2 * count < len(rows) or not _is_header(first):
        return 0, False
    return usual, count == len(rows)


def _text_rows(name: str, text: str, delimiter: str) -> Iterator[Row]:
    file = io.StringIO(text, newline="")
    reader = csv.reader(file, delimiter=delimiter, strict=True, skipinitialspace=True)
    line = 1
    try:
        for cells in reader:
            if cells and not (line == 1 and DELIMITER_LINE.match(text)):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise GraphkitError(f"{name}:{line}: not CSV: {error}; is the file truncated?") from error


# --- Excel


def _from_excel(path: Path, layout: SheetLayout) -> Sheet:
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
        _check_formulas(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on styles and drawings, which are not read
            book = load_workbook(path, read_only=True, data_only=True)
            try:
                rows, remarks = _rows_of(book, path.name, layout)
            finally:
                book.close()
    except GraphkitError:
        raise
    except Exception as error:  # a damaged workbook breaks openpyxl in any way
        message = one_line(error)[:120] or type(error).__name__
        raise GraphkitError(
            f"{path.name} cannot be read as an Excel workbook: {message}"
        ) from error
    return _sheet(path.name, rows, layout, remarks, True)


def _check_formulas(path: Path) -> None:
    """Refuse a workbook with a formula that no program has computed: its value would be lost."""
    from openpyxl.utils.cell import coordinate_to_tuple

    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and (
                match := _NOT_COMPUTED.search(archive.read(name))
            ):
                row, column = coordinate_to_tuple(match[1].decode())
                raise GraphkitError(
                    f"{path.name}:{row}:{column}: found a formula without its value, wanted one; "
                    "open the workbook in a spreadsheet program and save it"
                )


def _rows_of(book: Any, file: str, layout: SheetLayout) -> tuple[list[Row], list[str]]:
    """Read the rows of the sheet that is set, or of the only one that is not empty."""
    names = [worksheet.title for worksheet in book.worksheets]
    if layout.sheet is not None and layout.sheet not in names:
        raise GraphkitError(f"{file} has no sheet {layout.sheet!r}; it has {', '.join(names)}")
    if layout.sheet is not None or len(names) == 1:
        return _rows_in(book[layout.sheet or names[0]], file), []
    tables = {name: rows for name in names if (rows := _rows_in(book[name], file))}
    if len(tables) > 1:
        sheet_names = ", ".join(tables)
        raise GraphkitError(f"{file} has the sheets {sheet_names}: set sheet: NAME in the mapping")
    return next(
        ((rows, [f"sheet {name!r}, the only one with cells"]) for name, rows in tables.items()),
        ([], []),
    )


def _rows_in(worksheet: Any, file: str) -> list[Row]:
    # A workbook may state a size that is too small, which loses rows, or huge, a bomb.
    worksheet.reset_dimensions()
    rows: list[Row] = []
    for line, cells in enumerate(worksheet.iter_rows(values_only=True), start=1):
        last = _width(cells)
        if last > MAX_COLUMNS:
            raise GraphkitError(
                f"{file}:{line}: found a value in column {last:,}, wanted at most {MAX_COLUMNS:,}"
            )
        if last:
            rows.append((line, [_excel_cell(cell) for cell in cells[:last]]))
    return rows


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
    shared: dict[Cell, Cell] = {}
    cleaned = [[_cleaned(cell, shared) for cell in row] for row in rows]
    known = [[None if cell in layout.missing else cell for cell in row] for row in cleaned]
    return Sheet(path.name, table.column_names, known, range(1, len(known) + 1), layout)
