"""The mapping of a foreign table, and the conversion of its cells to checked facts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from math import fsum
from pathlib import Path
from typing import Any

import pyarrow as pa

from graphkit.errors import Problem, SeedError, UsageError
from graphkit.importers.reference import HS_CODE, Reference
from graphkit.importers.table.sheets import MARKS, Cell, Sheet, SheetLayout
from graphkit.schema import GRAPH, REVISIONS, Prop, Schema, Type
from graphkit.seeds.records import (
    Header,
    Locations,
    RawColumns,
    TypedColumn,
    read_header,
    typed_rows,
    unknown_property,
)
from graphkit.seeds.text import YamlText, read_yaml, shown

PLACES = {"Country", "Area"}
MATERIALS = {"Stage", "Element", "Product"}


@dataclass(frozen=True)
class ForeignNames:
    """Resolver of a table's names: by its own aliases first, then by the reference."""

    reference: Reference
    aliases: Mapping[str, Mapping[str, str]]
    """For a property, the keys of foreign texts."""

    def resolve(self, prop: Prop, text: str) -> str | None:
        """Return the key of a name, as a value of the property; None if it is unknown."""
        text = self.aliases.get(prop.name, {}).get(text, text)
        targets = set(prop.ref)
        try:
            if targets & PLACES:
                return self.reference.place_of(text)
            if targets & MATERIALS:
                kinds = [kind for kind in ("Product", "Element", "Stage") if kind in targets]
                return next((n.key for n in self.reference.materials.all(text, kinds)), None)
        except UsageError:  # the name is ambiguous
            return None
        if "Code" in targets:
            code = plain_code(text)
            national = code.isdigit() and code[:HS_CODE] in self.codes
            return code if code in self.codes or national or has_lost_zeros(code) else None
        return text

    @cached_property
    def codes(self) -> Set[str]:
        """HS codes of the reference."""
        return self.reference.code_rows.keys()


def plain_code(text: str) -> str:
    """Strip the dots and blanks of an HS code."""
    return text.replace(".", "").replace(" ", "")


def has_lost_zeros(code: str) -> bool:
    """Tell if an HS code lost its leading zero as a number: digits come in pairs.

    >>> has_lost_zeros("10121"), has_lost_zeros("280530"), has_lost_zeros("2846")
    (True, False, False)
    """
    return code.isascii() and code.isdigit() and len(code) % 2 == 1


SEED_PARTS = ("kind", "columns", "units", "defaults")
TEXT_PARTS = ("sheet", "encoding", "delimiter", "decimal", "thousands", "header")
PARTS = (*SEED_PARTS, "aliases", "source", "dataset", *TEXT_PARTS, "missing", "sum")
COUNTED = ("reporter", "hs_revision", "valuation")
"""Properties of a data set that all its flows share."""


@dataclass(frozen=True)
class ColumnMapping:
    """Mapping of a table's columns to the properties of a kind."""

    yaml: YamlText
    header: Header
    layout: SheetLayout
    aliases: Mapping[str, Mapping[str, str]]
    """For a property, the keys of foreign texts."""
    source: Mapping[str, str] = field(default_factory=dict)
    """Properties of the source, if the mapping describes it."""
    dataset: Mapping[str, str] = field(default_factory=dict)
    """Properties of the data set, if the mapping describes it."""
    sums: Sequence[str] = ()
    """Numbers that are added up over the rows of one fact."""


def read_mapping(path: Path, table: str, schema: Schema = GRAPH) -> ColumnMapping:
    """Read a mapping; ``table`` is the name of the file it is for, ``schema`` has its kinds.

    Raises
    ------
    GraphkitError
        The mapping cannot be read.
    SeedError
        The mapping has problems; all are listed.
    """
    yaml, value, _ = read_yaml(path)
    if not isinstance(value, dict):
        raise SeedError([yaml.problem("found no mapping; wanted kind and columns", ())])
    seed = {part: value[part] for part in SEED_PARTS if part in value}
    header, problems = read_header(yaml, {**seed, "table": table}, schema)
    problems += [
        yaml.key_problem(f"found {shown(name)}, wanted one of {', '.join(PARTS)}", (name,))
        for name in value
        if name not in PARTS
    ]
    problems += _odd_parts(yaml, value)
    if header is not None and not problems:
        problems += _odd_properties(yaml, value, header)
    if header is None or problems:
        raise SeedError(problems)
    source = value.get("source") or {}
    if source and "source" not in header.defaults:
        header = replace(header, defaults={**header.defaults, "source": source.get("key")})
    dataset = dict(value.get("dataset") or {})
    if dataset:
        # Flows are counted as their data set says, and it was published where they were.
        counted = {name: dataset[name] for name in COUNTED if name in dataset}
        dataset_defaults = {"dataset": dataset.get("key"), **counted}
        header = replace(header, defaults={**dataset_defaults, **header.defaults})
        dataset.setdefault("source", str(header.defaults.get("source")))
    layout_parts = {name: value[name] for name in TEXT_PARTS if value.get(name) is not None}
    layout_parts["header"] = int(layout_parts.get("header", 1))
    layout = SheetLayout(**layout_parts, missing=frozenset(value.get("missing") or ()))
    return ColumnMapping(
        yaml, header, layout, value.get("aliases") or {}, source, dataset, value.get("sum") or ()
    )


def _odd_parts(yaml: YamlText, value: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield parts with an invalid value."""
    for name in (n for n in TEXT_PARTS if value.get(n) is not None):
        if not isinstance(value[name], str):
            yield yaml.problem(f"{name}: wanted text", (name,))
        elif name in MARKS and value[name] not in MARKS[name]:
            message = f"{name}: found {shown(value[name])}, wanted one of"
            yield yaml.problem(" ".join((message, *map(repr, MARKS[name]))), (name,))
        elif name == "header" and not re.fullmatch("[1-9][0-9]{0,8}", value[name]):
            yield yaml.problem("header: wanted the number of a row, 1 is the first", (name,))
        elif name == "encoding" and not _is_encoding(value[name]):
            yield yaml.problem(f"encoding: unknown encoding {shown(value[name])}", (name,))
    for name in ("missing", "sum"):
        texts = value.get(name)
        if texts is not None and not (
            isinstance(texts, list) and all(isinstance(text, str) for text in texts)
        ):
            yield yaml.problem(f"{name}: wanted a list of texts", (name,))
    if value.get("decimal", ".") == value.get("thousands", ""):
        yield yaml.problem("thousands: found the decimal mark", ("thousands",), ("decimal",))
    for part, depth in (("aliases", 2), ("source", 1), ("dataset", 1)):
        if value.get(part) is not None and not _is_mapping(value[part], depth):
            expected = (
                "{property: {text: key}}"
                if depth > 1
                else f"the properties of one {part.capitalize()}"
            )
            yield yaml.problem(f"{part}: wanted {expected}", (part,))


def _is_encoding(name: str) -> bool:
    try:
        return bool(b"x".decode(name))
    except (LookupError, UnicodeError):
        return name.lower().replace("_", "-") in ("utf-16", "utf-32", "utf-16-le", "utf-16-be")


def _is_mapping(value: Any, depth: int) -> bool:
    """Tell if a value is a mapping of text, nested to this depth."""
    if depth == 0:
        return isinstance(value, str)
    return isinstance(value, dict) and all(_is_mapping(v, depth - 1) for v in value.values())


def _odd_properties(yaml: YamlText, value: Mapping[str, Any], header: Header) -> Iterator[Problem]:
    """Yield parts that do not fit the kind."""
    kind = header.kind
    types = {p.name: p.type for p in kind.columns}
    for name in value.get("aliases") or {}:
        if message := unknown_property(kind, name):
            yield yaml.key_problem(message, ("aliases", name))
    for name in header.columns:
        if types[name] is Type.TEXTS:
            yield yaml.key_problem(f"{name} is a list, which no column can give", ("columns", name))
    for place, name in enumerate(value.get("sum") or ()):
        if types.get(name) is not Type.NUMBER:
            message = unknown_property(kind, name) or f"{name} is no number that can be added up"
            yield yaml.problem(f"sum: {message}", ("sum", place), ("sum",))
    if not header.columns:
        yield yaml.problem("columns: wanted at least one {property: column}", ("columns",), ())
    for part in ("source", "dataset"):
        if value.get(part) and part not in types:
            yield yaml.key_problem(f"{kind.name} has no {part}", (part,))


WEIGHTS = ("usd", "tonnes", "value")
"""Unknown names weigh by the first of these that a table has, else by rows."""
NUMBER_TYPES = (Type.NUMBER, Type.INTEGER)
Texts = list[str | None]


@dataclass(frozen=True)
class SheetLocations(Locations):
    """Locations of facts in a foreign table, or of defaults in its mapping."""

    sheet: Sheet = field(default_factory=lambda: Sheet("", (), (), ()))
    sheet_rows: Sequence[int] = ()
    """The sheet's row of each fact."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """The column of each property."""

    def problem(
        self, row: int | None, column: str | None, message: str, item: int | None = None
    ) -> Problem:
        """Locate a problem at a value."""
        text = f"{column}: {message}" if column else message
        name = self.columns.get(column or "")
        if column is not None and name is None:
            return self.yaml.problem(text, ("defaults", column), ("columns",), ())
        return self.sheet.problem(None if row is None else self.sheet_rows[row], name, text)


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
    columns = header.columns_in(sheet.names)
    names = ForeignNames(reference, mapping.aliases)
    problems = [*_absent(mapping, sheet, props), *_lost_aliases(mapping, props, names)]
    cells = {
        name: _texts(sheet.column(column), props[name], mapping.layout)
        for name, column in columns.items()
    }
    problems += _short_codes(cells.get("hs", ()), sheet, columns.get("hs"))
    weigh = next((name for name in WEIGHTS if name in cells), None)
    weights = [_weight(text) for text in cells[weigh]] if weigh else [1.0] * len(sheet.rows)
    other_codes: set[int] = set()
    if "hs" in cells and "product" in props and "product" not in {*cells, *header.defaults}:
        columns["product"] = columns["hs"]
        codes, wrong = _codes(mapping, reference)
        problems += wrong
        cells["hs"] = [code and plain_code(code) for code in cells["hs"]]
        cells["product"] = [
            code and (codes.get(code) or codes.get(code[:HS_CODE])) for code in cells["hs"]
        ]
        other_codes = {n for n, product in enumerate(cells["product"]) if product is None}
    unknown = _resolve(cells, props, names, other_codes)
    kept_rows = [n for n in range(len(sheet.rows)) if n not in unknown and n not in other_codes]
    locations = SheetLocations(mapping.yaml, header, None, sheet, kept_rows, columns)
    rows, wrong = typed_rows(
        locations, header, RawColumns(_columns(cells, kept_rows), len(kept_rows))
    )
    if mapping.sums and not problems and not wrong:
        rows, kept_rows, wrong = added_up(rows, mapping.sums, locations)
        locations = replace(locations, sheet_rows=kept_rows)
    unit = "rows" if weigh is None else header.units.get(weigh) or props[weigh].unit or weigh
    hs = cells.get("hs", ())
    codes_kept = Counter(hs[n] or "" for n in kept_rows if hs)
    national = {c: n for c, n in sorted(codes_kept.items()) if c and c not in names.codes}
    return ReadTable(
        locations, rows, problems + wrong, unit, weights, unknown, other_codes, national
    )


def added_up(
    rows: pa.Table, sums: Sequence[str], locations: SheetLocations
) -> tuple[pa.Table, list[int], list[Problem]]:
    """Add up numbers over the rows of one fact, of which the first has the other properties.

    Returns
    -------
    rows : pyarrow.Table
    sheet_rows : list of int
        The sheet's row of each.
    problems : list of Problem
        Rows that differ otherwise, and cells without a number.
    """
    kind = locations.header.kind if locations.header else None
    identity = () if kind is None else kind.identity
    if not identity:  # a list of several kinds adds up its own
        return rows, list(locations.sheet_rows), []
    facts: dict[tuple[Any, ...], tuple[int, dict[str, Any]]] = {}
    problems = []
    for place, row in enumerate(rows.to_pylist()):
        key = tuple(row[name] for name in identity)
        first, total = facts.setdefault(key, (place, row))
        for name in sums:
            if row[name] is None:
                message = "found no number in a row that is added up, wanted one"
                problems.append(locations.problem(place, name, message))
        if first == place or problems:
            continue
        for name, value in row.items():
            if name in sums:
                total[name] = fsum([total[name], value])
            elif value != total[name]:
                line = locations.sheet.lines[locations.sheet_rows[first]]
                message = f"found {value} beside {total[name]} in line {line}, which it is added to"
                problems.append(locations.problem(place, name, message))
    table = pa.Table.from_pylist([row for _, row in facts.values()], rows.schema)
    return table, [locations.sheet_rows[first] for first, _ in facts.values()], problems


def _columns(cells: Mapping[str, Texts], kept_rows: Sequence[int]) -> dict[str, TypedColumn]:
    columns = {}
    for name, texts in cells.items():
        values = pa.array([texts[n] for n in kept_rows], pa.string())
        columns[name] = TypedColumn(values, values.is_null(), [])
    return columns


def _absent(mapping: ColumnMapping, sheet: Sheet, props: Mapping[str, Prop]) -> Iterator[Problem]:
    """Yield columns that the mapping names or the kind needs, but the table does not have."""
    header, column_names = mapping.header, ", ".join(sheet.names)
    for name, column in header.columns.items():
        if column not in sheet.names:
            message = f"{sheet.file} has no column {column!r}; it has {column_names}"
            yield mapping.yaml.problem(message, ("columns", name))
    properties = {*header.columns, *header.columns_in(sheet.names), *header.defaults}
    for name, prop in props.items():
        by_code = name == "product" and "hs" in properties - {*header.defaults}
        if prop.required and name not in properties and not by_code:
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


def _texts(cells: Sequence[Cell], prop: Prop, layout: SheetLayout) -> Texts:
    """Format cells as the text of a seed; textual numbers get a point and no thousands marks."""
    if prop.type not in NUMBER_TYPES:
        return [_text(cell) for cell in cells]
    form = number_form(layout.decimal, layout.thousands)

    def number(cell: Cell) -> str | None:
        if prop.maximum == 1 and isinstance(cell, str) and cell.endswith("%"):
            return _hundredth(number(cell[:-1].rstrip()))
        match = form.fullmatch(cell) if isinstance(cell, str) else None
        if match is None:
            # The strict reader must not take a number with another decimal mark for one.
            wrong = isinstance(cell, str) and layout.decimal != "." and "." in cell
            return f"{cell!r}" if wrong else _text(cell)
        whole, mark = match["whole"], layout.thousands
        text = whole.replace(mark, "") if mark else whole
        return text + (f".{match['part']}" if match["part"] else "") + (match["power"] or "")

    return [number(cell) for cell in cells]


def _hundredth(text: str | None) -> str | None:
    """Write a percentage as a share; what is no number stays."""
    try:
        return repr(float(Decimal(text or "") / 100))
    except ArithmeticError:
        return None if text is None else f"{text} %"


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
