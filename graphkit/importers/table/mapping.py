"""The mapping of a foreign table, and the conversion of its cells to checked facts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import fsum
from pathlib import Path
from typing import Any

import pyarrow as pa

from graphkit.errors import Problem, SeedError, UsageError
from graphkit.importers.reference import HS_CODE, Reference
from graphkit.importers.table.headings import is_total
from graphkit.importers.table.numbers import plain_text, read_numbers
from graphkit.importers.table.sheets import MARKS, Cell, Sheet, SheetLayout
from graphkit.importers.table.units import units_of_headings
from graphkit.schema import GRAPH, REVISIONS, Prop, Schema, Type
from graphkit.seeds.mojibake import repaired
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

_SIGNS = r"[¹²³⁰-⁹*†‡§#]+|\[[0-9a-z]{1,2}\]|\((?:[0-9]{1,2}|[a-z])\)"
_DIGITS = "(?<![0-9])[0-9]{1,2}"
"""Numbers of notes behind a place, of which no name ends in one."""
PLACES = {"Country", "Area"}
MATERIALS = {"Stage", "Element", "Product"}


def is_code(text: str) -> bool:
    """Tell if a name of goods is a code of the Harmonized System, or a longer national one.

    >>> is_code("850511"), is_code("8505.11"), is_code("8505119070"), is_code("2024")
    (True, True, True, False)
    """
    digits = text.replace(".", "")
    return digits.isdecimal() and len(digits) in range(HS_CODE, 11, 2)


@dataclass(frozen=True)
class ForeignNames:
    """Resolver of a table's names: by its own aliases first, then by the reference."""

    reference: Reference
    aliases: Mapping[str, Mapping[str, str]]
    """For a property, the keys of foreign texts."""

    notes: Sequence[str] = ()
    """Signs of notes behind names."""

    def resolve_printed(self, prop: Prop, text: str) -> str | None:
        """Return the key of a name as printed: with signs of notes behind it, or misread."""
        targets = set(prop.ref)
        key = self.resolve(prop, text)
        if key is not None or not targets & (PLACES | MATERIALS):
            return key
        signs = [*map(re.escape, self.notes), _SIGNS, *[_DIGITS][: bool(targets & PLACES)]]
        sign = re.compile(rf"[\s,]*(?:{'|'.join(signs)})$")
        text = repaired(text)
        while text:
            if (key := self.resolve(prop, text)) is not None:
                return key
            bare = sign.sub("", text)
            text = bare if bare != text else ""
        return None

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
TEXT_PARTS = ("sheet", "encoding", "delimiter", "decimal", "thousands", "header", "last")
LISTS = ("missing", "notes", "fill", "sum")
PARTS = (*SEED_PARTS, "aliases", "source", "dataset", *TEXT_PARTS, *LISTS)
_ROWS = re.compile("[1-9][0-9]{0,8}")
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
    fills: Sequence[str] = ()
    """Properties of which an empty cell repeats the one above it."""


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
    parts = {name: value[name] for name in TEXT_PARTS if value.get(name) is not None}
    rows = [int(row) for row in parts.pop("header", "").split("-") if row]
    lists = {name: tuple(value.get(name) or ()) for name in LISTS}
    layout = SheetLayout(
        **parts | ({"last": int(parts["last"])} if "last" in parts else {}),
        header=tuple(range(rows[0], rows[-1] + 1)) if rows else (),
        missing=frozenset(lists["missing"]),
        notes=lists["notes"],
    )
    aliases = value.get("aliases") or {}
    return ColumnMapping(
        yaml, header, layout, aliases, source, dataset, lists["sum"], lists["fill"]
    )


def _odd_parts(yaml: YamlText, value: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield parts with an invalid value."""
    for name in (n for n in TEXT_PARTS if value.get(n) is not None):
        if not isinstance(value[name], str):
            yield yaml.problem(f"{name}: wanted text", (name,))
        elif name in MARKS and value[name] not in MARKS[name]:
            message = f"{name}: found {shown(value[name])}, wanted one of"
            yield yaml.problem(" ".join((message, *map(repr, MARKS[name]))), (name,))
        elif name == "header" and not _is_header(value[name]):
            message = "header: wanted the number of a row, 1 is the first, or of two: 3-4"
            yield yaml.problem(message, (name,))
        elif name == "last" and not _ROWS.fullmatch(value[name]):
            yield yaml.problem("last: wanted the number of a row", (name,))
        elif name == "encoding" and not _is_encoding(value[name]):
            yield yaml.problem(f"encoding: unknown encoding {shown(value[name])}", (name,))
    for name in LISTS:
        texts = value.get(name)
        if texts is not None and not (
            isinstance(texts, list) and all(isinstance(text, str) for text in texts)
        ):
            yield yaml.problem(f"{name}: wanted a list of texts", (name,))
    if value.get("decimal") is not None and value["decimal"] == value.get("thousands"):
        yield yaml.problem("thousands: found the decimal mark", ("thousands",), ("decimal",))
    for part, depth in (("aliases", 2), ("source", 1), ("dataset", 1)):
        if value.get(part) is not None and not _is_mapping(value[part], depth):
            expected = (
                "{property: {text: key}}"
                if depth > 1
                else f"the properties of one {part.capitalize()}"
            )
            yield yaml.problem(f"{part}: wanted {expected}", (part,))


def _is_header(text: str) -> bool:
    """Tell if a text is the number of a row, or of two that follow each other."""
    first, _, last = text.partition("-")
    return bool(_ROWS.fullmatch(first)) and (
        "-" not in text or bool(_ROWS.fullmatch(last) and int(last) == int(first) + 1)
    )


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
    for place, name in enumerate(value.get("fill") or ()):
        if name not in types:
            message = unknown_property(kind, name)
            yield yaml.problem(f"fill: {message}", ("fill", place), ("fill",))
    for part in ("source", "dataset"):
        if value.get(part) and part not in types:
            yield yaml.key_problem(f"{kind.name} has no {part}", (part,))


def with_whole_headings(sheet: Sheet, mapping: ColumnMapping) -> ColumnMapping:
    """Find the columns that a mapping names by the first row of a header of two."""
    if len(sheet.layout.header) < 2:
        return mapping
    columns = dict(mapping.header.columns)
    for prop, column in columns.items():
        whole = [name for name in sheet.names if name.startswith(f"{column} ")]
        if column not in sheet.names and len(whole) == 1:
            columns[prop] = whole[0]
    return replace(mapping, header=replace(mapping.header, columns=columns))


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
    messages: Mapping[tuple[int, str], str] = field(default_factory=dict)
    """Messages of more help than the reader's, by row of the sheet and property."""

    def problem(
        self, row: int | None, column: str | None, message: str, item: int | None = None
    ) -> Problem:
        """Locate a problem at a value."""
        if row is not None and column is not None:
            message = self.messages.get((self.sheet_rows[row], column), message)
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
    totals: Collection[int] = ()
    """Rows left out since they have a word for a total in place of a name."""
    printed: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    """Number of cells for each property, name as printed, and key that it was taken for."""
    signs: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Number of signs of notes beside numbers, by property and sign."""
    remarks: Sequence[str] = ()
    """Settings that were recognized, as the mapping does not give them."""


def read_columns(sheet: Sheet, mapping: ColumnMapping, reference: Reference) -> ReadTable:
    """Convert a sheet to facts, and collect its problems.

    Rows with an unknown place, product or code are left out.
    """
    header = mapping.header
    props = {p.name: p for p in header.kind.columns}
    columns = header.columns_in(sheet.names)
    names = ForeignNames(reference, mapping.aliases, mapping.layout.notes)
    problems = [*_absent(mapping, sheet, props), *_lost_aliases(mapping, props, names)]
    units = units_of_headings(sheet, columns, props, header.units)
    problems += units.problems
    header = replace(header, units={**header.units, **units.units})
    printed_cells = {
        name: _filled(sheet.column(column)) if name in mapping.fills else sheet.column(column)
        for name, column in columns.items()
    }
    messages = _missing_messages(printed_cells, props, header)
    cells: dict[str, Texts] = {
        name: list(map(plain_text, printed))
        for name, printed in printed_cells.items() if props[name].type not in NUMBER_TYPES
    }  # fmt: skip
    amounts = {name: printed for name, printed in printed_cells.items() if name not in cells}
    numbers = read_numbers(amounts, props, mapping.layout, mapping.aliases)
    cells |= numbers.texts
    problems += _short_codes(cells.get("hs", ()), sheet, columns.get("hs"))
    weigh = next((name for name in WEIGHTS if name in cells), None)
    weights = [_weight(text) for text in cells[weigh]] if weigh else [1.0] * len(sheet.rows)
    totals = _totals(cells, props, names)
    other_codes: set[int] = set()
    if "hs" in cells and "product" in props and "product" not in {*cells, *header.defaults}:
        columns["product"] = columns["hs"]
        codes, wrong = _codes(mapping, reference)
        problems += wrong
        other_codes = _products_of_codes(cells, codes) - totals
    printed_as: Counter[tuple[str, str, str]] = Counter()
    unknown = _resolve(cells, props, names, other_codes | totals, printed_as)
    of_header = _rows_of_header(numbers.faults, amounts, sheet)
    problems += of_header.values()
    left_out = unknown.keys() | other_codes | totals | of_header.keys()
    kept_rows = [n for n in range(len(sheet.rows)) if n not in left_out]
    messages |= numbers.faults
    for row, name in numbers.faults:
        cells[name][row] = f"?{cells[name][row]}"  # refused, whatever else it may look like
    locations = SheetLocations(mapping.yaml, header, None, sheet, kept_rows, columns, messages)
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
        locations, rows, problems + wrong, unit, weights, unknown, other_codes, national, totals,
        printed_as, numbers.signs, [*units.remarks, *numbers.remarks],
    )  # fmt: skip


def _filled(cells: Sequence[Cell]) -> list[Cell]:
    """Repeat each cell in the empty ones below it."""
    filled: list[Cell] = []
    for cell in cells:
        filled.append(filled[-1] if cell is None and filled else cell)
    return filled


def _missing_messages(
    cells: Mapping[str, Sequence[Cell]], props: Mapping[str, Prop], header: Header
) -> dict[tuple[int, str], str]:
    """Say of empty cells that the kind needs that they may repeat the one above."""
    messages = {}
    for name, printed in cells.items():
        by_code = name == "hs" and "product" not in {*cells, *header.defaults}
        prop = props["product" if by_code else name]
        if not prop.required or name in header.defaults:
            continue
        above = None
        for row, cell in enumerate(printed):
            if cell is None and above is not None:
                message = f"missing; {header.kind.name} needs it ({prop.doc}); if an empty cell "
                messages[row, prop.name] = f"{message}repeats the one above it, set fill: [{name}]"
            above = above if cell is None else cell
    return messages


def _rows_of_header(
    faults: Mapping[tuple[int, str], str], amounts: Mapping[str, Sequence[Cell]], sheet: Sheet
) -> dict[int, Problem]:
    """Find a row right below the header that has words above numbers, and say so."""
    last = (sheet.layout.header or (0,))[-1]
    if len(sheet.layout.header) != 1 or sheet.lines[:1] != [last + 1]:
        return {}
    names = [name for name, cells in amounts.items() if cells[0] is not None]
    rows = range(1, len(sheet.rows))
    above_numbers = names and all(
        (0, name) in faults
        and any(amounts[name][row] is not None and (row, name) not in faults for row in rows)
        for name in names
    )
    if not above_numbers:
        return {}
    words = " and ".join(repr(amounts[name][0]) for name in names)
    message = f"found {words} above numbers; if the row belongs to the header, set header: "
    return {0: sheet.problem(0, None, f"{message}{last}-{last + 1}")}


def _totals(cells: Mapping[str, Texts], props: Mapping[str, Prop], names: ForeignNames) -> set[int]:
    """Find the rows that have a word for a total in place of a name."""
    totals = set()
    for name, texts in cells.items():
        if props[name].ref and name != "source":
            words = {
                t for t in texts if t and is_total(t) and names.resolve(props[name], t) is None
            }
            totals |= {row for row, text in enumerate(texts) if text in words}
    return totals


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
    header, column_names = mapping.header, ", ".join(filter(None, sheet.names))
    for name, column in header.columns.items():
        if column not in sheet.names:
            message = f"{sheet.file} has no column {column!r}; it has {column_names}"
            message += sheet.header_advice
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
    printed_as: Counter[tuple[str, str, str]],
) -> dict[int, str]:
    """Replace names by keys, and count those that are printed with more than the name.

    Returns the rows with an unknown name, and that name.
    """
    unknown: dict[int, str] = {}
    for name in sorted(cells):
        if not props[name].ref and name not in names.aliases:
            continue
        texts = cells[name]
        prop = props[name]
        keys = {text: names.resolve_printed(prop, text) for text in {*texts} if text is not None}
        for printed, key in sorted(keys.items()):
            if key is not None and names.resolve(prop, printed) is None:
                printed_as[name, printed, key] += texts.count(printed)
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


def _products_of_codes(cells: dict[str, Texts], codes: Mapping[str, str]) -> set[int]:
    """Add the products of HS codes; return the rows of codes that are mainly for none."""
    cells["hs"] = [code and plain_code(code) for code in cells["hs"]]
    cells["product"] = [
        code and (codes.get(code) or codes.get(code[:HS_CODE])) for code in cells["hs"]
    ]
    pairs = zip(cells["hs"], cells["product"], strict=True)
    return {row for row, (code, product) in enumerate(pairs) if code and product is None}


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
