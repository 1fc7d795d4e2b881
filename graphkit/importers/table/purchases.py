"""Reader of a list of purchases: who sold what to one buyer, and for how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from pathlib import Path

from graphkit.errors import GraphkitError, SeedError, UsageError
from graphkit.importers.table.drafts import likeliest_sheet
from graphkit.importers.table.headings import PURCHASE_WORDS, columns_by_words, is_sum
from graphkit.importers.table.numbers import plain_text, read_numbers
from graphkit.importers.table.sheets import Sheet, SheetLayout
from graphkit.schema import Prop, Type

MEASURES = ("value", "weight")
SELLER, GOODS = ("seller", "country", "exporter"), ("hs", "product")
"""Columns of the country of the seller, of which the first is taken, and of what was bought."""
UNITS = {"value": "currency", "weight": "unit"}
"""Column of the unit of each measure."""


@dataclass(frozen=True)
class Purchase:
    """A row of the list, as it is written there."""

    line: int
    seller: str | None
    goods: str | None
    amount: float | None


@dataclass(frozen=True)
class PurchaseList:
    """The purchases of one buyer in one measure and unit."""

    file: str
    measure: str
    columns: Mapping[str, str]
    """The heading of each column that was taken."""
    rows: tuple[Purchase, ...]
    totals: tuple[int, ...]
    """Lines of sums, which were left out."""

    @property
    def amount(self) -> float:
        """All that was bought."""
        return fsum(row.amount or 0.0 for row in self.rows)


def read_purchases(
    path: Path, *, measure: str | None = None, decimal: str | None = None
) -> PurchaseList:
    """Read a list of purchases, in whatever order and language its columns are.

    Parameters
    ----------
    path : Path
        A CSV, Excel or Parquet file. Lines above the header and below the rows may be there.
    measure : {"value", "weight"}, optional
        Default: the value, or the weight where the list has no value.
    decimal : {".", ","}, optional
        The decimal mark, where the numbers do not show it.

    Raises
    ------
    GraphkitError
        It is not a table, or lacks a column; the message lists those that it has.
    SeedError
        A number cannot be read, or may be two: of each its line.
    UsageError
        The amounts are in several units.
    """
    sheet, _ = likeliest_sheet(path, SheetLayout(decimal=decimal))
    columns = columns_by_words(sheet.names, PURCHASE_WORDS)
    measures = [name for name in MEASURES if name in columns and measure in (None, name)]
    seller = next((name for name in SELLER if name in columns), "")
    lacking = [] if seller else ["the country of the seller"]
    lacking += [] if measures else [measure or "value or weight"]
    if lacking:
        names = ", ".join(filter(None, sheet.names))
        raise GraphkitError(
            f"{path.name}: found no column of {' and of '.join(lacking)} among {names}; name one "
            "country, and one value or weight"
        )
    main = measures[0]
    amounts = _amounts(sheet, columns, main)
    rows, totals = [], []
    for place, line in enumerate(sheet.lines):
        cells = {
            name: plain_text(sheet.rows[place][sheet.names.index(columns[name])])
            for name in (seller, *GOODS) if name in columns
        }  # fmt: skip
        if is_sum(sheet.rows[place]):
            totals.append(line)
            continue
        goods = cells.get("hs") or cells.get("product")
        rows.append(Purchase(line, cells[seller], goods, amounts[place]))
    _check_unit(sheet, columns, main, {row.line for row in rows})
    used = {name: columns[name] for name in (seller, *GOODS, main, UNITS[main]) if name in columns}
    return PurchaseList(path.name, main, used, tuple(rows), tuple(totals))


def _amounts(sheet: Sheet, columns: Mapping[str, str], main: str) -> Sequence[float | None]:
    """Read the amounts; the other measure helps to tell what the marks of numbers mean."""
    names = [name for name in MEASURES if name in columns]
    props = {name: Prop(name, Type.NUMBER, "amount") for name in names}
    cells = {name: sheet.column(columns[name]) for name in names}
    numbers = read_numbers(cells, props, sheet.layout, {})
    problems = [
        sheet.problem(row, columns[main], message)
        for (row, name), message in numbers.faults.items() if name == main
    ]  # fmt: skip
    if problems:
        raise SeedError(problems)
    return [None if text is None else float(text) for text in numbers.texts[main]]


def _check_unit(sheet: Sheet, columns: Mapping[str, str], main: str, lines: set[int]) -> None:
    """Refuse amounts in several units: none is converted."""
    if UNITS[main] not in columns:
        return
    cells = zip(sheet.lines, sheet.column(columns[UNITS[main]]), strict=True)
    units = sorted({str(cell) for line, cell in cells if line in lines and cell is not None})
    if len(units) > 1:
        raise UsageError(
            f"{sheet.file}: found the amounts in {', '.join(units)}, wanted one unit: graphkit "
            "converts none without a rate that a source gives"
        )
