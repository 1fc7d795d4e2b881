"""Conversion of a foreign table's cells to checked facts of one kind, by its mapping."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from graphkit.errors import Problem
from graphkit.importers.reference import HS_CODE, Reference
from graphkit.importers.table.mapping import (
    ColumnMapping,
    ForeignNames,
    Layout,
    has_lost_zeros,
    plain_code,
)
from graphkit.importers.table.sheets import Cell, Sheet
from graphkit.schema import REVISIONS, Prop, Type
from graphkit.seeds.records import Column, Given, Locations, typed_rows

WEIGHTS = ("usd", "tonnes", "value")
"""Unknown names weigh by the first of these that a table has, else by rows."""
NUMBERS = (Type.NUMBER, Type.INTEGER)
Texts = list[str | None]


@dataclass(frozen=True)
class SheetLocations(Locations):
    """Locations of facts in a foreign table, or of defaults in its mapping."""

    sheet: Sheet = field(default_factory=lambda: Sheet("", (), (), ()))
    kept: Sequence[int] = ()
    """The sheet's row of each fact."""
    taken: Mapping[str, str] = field(default_factory=dict)
    """The column of each property."""

    def problem(
        self, row: int | None, column: str | None, message: str, item: int | None = None
    ) -> Problem:
        """Locate a problem at a value."""
        said = f"{column}: {message}" if column else message
        name = self.taken.get(column or "")
        if column is not None and name is None:
            return self.yaml.problem(said, ("defaults", column), ("columns",), ())
        return self.sheet.problem(None if row is None else self.kept[row], name, said)


@dataclass(frozen=True)
class ReadTable:
    """Checked facts of a table, its problems, and its unknown names."""

    locations: SheetLocations
    rows: pa.Table
    problems: list[Problem]
    unit: str
    """Unit of the weights: of a property, or rows."""
    weights: Sequence[float]
    """Weight of each row of the sheet."""
    unknown: Mapping[int, str]
    """Rows left out for an unknown name, with that name."""
    other_codes: Collection[int]
    """Rows left out for an HS code that is not mainly for one product."""
    national: Mapping[str, int]
    """Number of kept rows for each longer code of which the reference has only six digits."""


def read_columns(sheet: Sheet, mapping: ColumnMapping, reference: Reference) -> ReadTable:
    """Convert a sheet to facts, and collect its problems.

    Rows with an unknown place, product or code are left out.
    """
    header = mapping.header
    props = {p.name: p for p in header.kind.columns}
    taken = {name: header.columns.get(name, name) for name in props}
    taken = {name: column for name, column in taken.items() if column in sheet.names}
    names = ForeignNames(reference, mapping.aliases)
    problems = [*_absent(mapping, sheet, props), *_lost_aliases(mapping, props, names)]
    cells = {
        name: _texts(sheet.column(column), props[name], mapping.layout)
        for name, column in taken.items()
    }
    problems += _short_codes(cells.get("hs", ()), sheet, taken.get("hs"))
    weigh = next((name for name in WEIGHTS if name in cells), None)
    weights = [_weight(text) for text in cells[weigh]] if weigh else [1.0] * len(sheet.rows)
    others: set[int] = set()
    if "hs" in cells and "product" in props and "product" not in {*cells, *header.defaults}:
        taken["product"] = taken["hs"]
        codes, wrong = _codes(mapping, reference)
        problems += wrong
        cells["hs"] = [code and plain_code(code) for code in cells["hs"]]
        cells["product"] = [
            code and (codes.get(code) or codes.get(code[:HS_CODE])) for code in cells["hs"]
        ]
        others = {n for n, product in enumerate(cells["product"]) if product is None}
    unknown = _resolve(cells, props, names, others)
    kept = [n for n in range(len(sheet.rows)) if n not in unknown and n not in others]
    locations = SheetLocations(mapping.yaml, header, None, sheet, kept, taken)
    rows, wrong = typed_rows(locations, header, Given(_columns(cells, kept), len(kept)))
    unit = "rows" if weigh is None else header.units.get(weigh) or props[weigh].unit or weigh
    hs = cells.get("hs", ())
    codes_kept = Counter(hs[n] or "" for n in kept if hs)
    national = {c: n for c, n in sorted(codes_kept.items()) if c and c not in names.codes}
    return ReadTable(locations, rows, problems + wrong, unit, weights, unknown, others, national)


def _columns(cells: Mapping[str, Texts], kept: Sequence[int]) -> dict[str, Column]:
    columns = {}
    for name, texts in cells.items():
        values = pa.array([texts[n] for n in kept], pa.string())
        columns[name] = Column(values, values.is_null(), [])
    return columns


def _absent(mapping: ColumnMapping, sheet: Sheet, props: Mapping[str, Prop]) -> Iterator[Problem]:
    """Yield columns that the mapping names or the kind needs, but the table does not have."""
    header, known = mapping.header, ", ".join(sheet.names)
    for name, column in header.columns.items():
        if column not in sheet.names:
            message = f"{sheet.file} has no column {column!r}; it has {known}"
            yield mapping.yaml.problem(message, ("columns", name))
    by_code = "hs" in header.columns or "hs" in sheet.names
    for name, prop in props.items():
        given = name in header.columns or name in sheet.names or name in header.defaults
        if prop.required and not given and not (name == "product" and by_code):
            message = f"no column gives {name}, and {header.kind.name} needs it ({prop.doc})"
            yield mapping.yaml.problem(message, ("columns",), ())


def _lost_aliases(
    mapping: ColumnMapping, props: Mapping[str, Prop], names: ForeignNames
) -> Iterator[Problem]:
    """Yield aliases with an unknown key."""
    for name, keys in mapping.aliases.items():
        for text, key in keys.items():
            if names.resolve(props[name], text) is None:
                message = f"unknown key {key!r} for {text!r}"
                yield mapping.yaml.problem(message, ("aliases", name, text))


def _texts(cells: Sequence[Cell], prop: Prop, layout: Layout) -> Texts:
    """Format cells as the text of a seed; textual numbers get a point and no thousands marks."""
    if prop.type not in NUMBERS:
        return [_text(cell) for cell in cells]
    form = number_form(layout.decimal, layout.thousands)

    def number(cell: Cell) -> str | None:
        match = form.fullmatch(cell) if isinstance(cell, str) else None
        if match is None:
            # The strict reader must not take a number with another decimal mark for one.
            wrong = isinstance(cell, str) and layout.decimal != "." and "." in cell
            return f"{cell!r}" if wrong else _text(cell)
        whole, mark = match["whole"], layout.thousands
        text = whole.replace(mark, "") if mark else whole
        return text + (f".{match['part']}" if match["part"] else "") + (match["power"] or "")

    return [number(cell) for cell in cells]


def number_form(decimal: str, thousands: str) -> re.Pattern[str]:
    """Compile the pattern of numbers with these marks: ``whole``, ``part`` and ``power``."""
    mark, point = re.escape(thousands), re.escape(decimal)
    whole = rf"[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+|[0-9]+" if mark else "[0-9]+"
    return re.compile(rf"(?P<whole>[+-]?(?:{whole}))(?:{point}(?P<part>[0-9]+))?(?P<power>[eE].*)?")


def _text(cell: Cell) -> str | None:
    """Format a cell as text: 2024.0 is 2024, a date its ISO form."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return cell if cell is None or isinstance(cell, str) else str(cell)


def _weight(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


def _resolve(
    cells: dict[str, Texts],
    props: Mapping[str, Prop],
    names: ForeignNames,
    skipped: Collection[int],
) -> dict[int, str]:
    """Replace names by keys; return the rows with an unknown name, and that name."""
    unknown: dict[int, str] = {}
    for name in sorted(cells):
        if not props[name].ref and name not in names.aliases:
            continue
        texts = cells[name]
        keys = {text: names.resolve(props[name], text) for text in set(texts) if text is not None}
        cells[name] = [None if text is None else keys[text] for text in texts]
        for row, text in enumerate(texts):
            if text is not None and keys[text] is None and row not in skipped:
                unknown.setdefault(row, f"{name} {text}")
    return unknown


def _short_codes(
    codes: Sequence[str | None], sheet: Sheet, column: str | None
) -> Iterator[Problem]:
    for row, code in enumerate(codes):
        if code and has_lost_zeros(code):
            message = (
                f"hs: found {code!r}, wanted {HS_CODE} digits; a program that takes codes for "
            )
            yield sheet.problem(row, column, f"{message}numbers loses their leading zeros")


def _codes(mapping: ColumnMapping, reference: Reference) -> tuple[dict[str, str], list[Problem]]:
    """Map HS codes to products in the revision that the mapping names."""
    revision = mapping.header.defaults.get("hs_revision")
    if revision not in REVISIONS:
        message = (
            "HS codes give the products only if defaults have the hs_revision, one of "
            f"{', '.join(REVISIONS)}"
        )
        return {}, [mapping.yaml.problem(message, ("defaults", "hs_revision"), ("defaults",), ())]
    return reference.product_of_code(revision), []
