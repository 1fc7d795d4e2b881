"""Reader of a bill of materials: what each part of a product holds, and how many are made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from graphkit.errors import GraphkitError, SeedError
from graphkit.importers.table.drafts import likeliest_sheet
from graphkit.importers.table.headings import PARTS_WORDS, columns_by_words, is_sum
from graphkit.importers.table.numbers import plain_text, read_numbers
from graphkit.importers.table.sheets import SheetLayout
from graphkit.schema import Prop, Type

NUMBERS = {
    "least": Prop("least", Type.NUMBER, "kg a unit, at least"),
    "most": Prop("most", Type.NUMBER, "kg a unit, at most"),
    "mass": Prop("mass", Type.NUMBER, "kg a unit"),
    "share": Prop("share", Type.NUMBER, "share of the material in the part", maximum=1),
    "units": Prop("units", Type.NUMBER, "units a year"),
}
KG = 1000
"""Kilograms of a tonne."""


@dataclass(frozen=True)
class Part:
    """A row of the list: a material of a part, and the tonnes of it that a year takes."""

    line: int
    material: str | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class PartsList:
    """The materials that the products of one maker take in a year."""

    file: str
    rows: tuple[Part, ...]


def read_parts(path: Path, *, decimal: str | None = None) -> PartsList:
    """Read a bill of materials, in whatever order its columns are.

    Parameters
    ----------
    path : Path
        A CSV, Excel or Parquet file: of each row a material or element, its kg a unit, or these as
        ``kg min`` and ``kg max``, and the units a year. With a share, the kg are those of the part.
    decimal : {".", ","}, optional
        The decimal mark, where the numbers do not show it.

    Raises
    ------
    GraphkitError
        It is not a table, or lacks a column; the message lists those that it has.
    SeedError
        A number cannot be read, is below zero, a share above 1, or ends of a range are swapped.
    """
    sheet, _ = likeliest_sheet(path, SheetLayout(decimal=decimal))
    columns = columns_by_words(sheet.names, PARTS_WORDS)
    lacking = [
        words for words, names in (
            ("the material", {"material"}), ("kg a unit", {"mass", "least", "most"}),
            ("units a year", {"units"}),
        ) if not names & columns.keys()
    ]  # fmt: skip
    if lacking:
        names = ", ".join(filter(None, sheet.names))
        raise GraphkitError(
            f"{path.name}: found no column of {' and of '.join(lacking)} among {names}"
        )
    numbers = {name: sheet.column(columns[name]) for name in NUMBERS if name in columns}
    read = read_numbers(numbers, {name: NUMBERS[name] for name in numbers}, sheet.layout, {})
    problems = [
        sheet.problem(row, columns[name], message) for (row, name), message in read.faults.items()
    ]
    if problems:
        raise SeedError(problems)
    rows = []
    for place, line in enumerate(sheet.lines):
        if is_sum(sheet.rows[place]):
            continue
        values = {
            name: float(text) for name, texts in read.texts.items()
            if (text := texts[place]) is not None
        }  # fmt: skip
        low, high = values.get("least", values.get("mass")), values.get("most", values.get("mass"))
        swapped = low is not None and high is not None and low > high
        wrong = [name for name, value in values.items() if value < 0]
        wrong += [name for name in ("share",) if values.get(name, 0) > 1] + ["least"] * swapped
        problems += [
            sheet.problem(place, columns[name], "wanted no less than 0, a share of at most 1, and "
                          "the lower end first")
            for name in wrong if name in columns
        ]  # fmt: skip
        material = plain_text(sheet.rows[place][sheet.names.index(columns["material"])])
        share = values.get("share", None if "share" in columns else 1.0)
        units = values.get("units")
        low, high = (
            None if None in (end, share, units) else (end or 0.0) * (share or 0.0) * (units or 0.0)
            / KG for end in (low, high)
        )  # fmt: skip
        rows.append(Part(line, material, low, high))
    if problems:
        raise SeedError(problems)
    return PartsList(path.name, tuple(rows))
