"""Records of one kind from the rows of a seed file, typed, with the place of each value."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.arrow import ARROW
from graphkit.errors import Problem
from graphkit.period import Period
from graphkit.schema import DATE_TEXT, NUMBER_TEXT, UNITS, Kind, Prop, Schema, Type
from graphkit.seeds.mojibake import misread
from graphkit.seeds.text import BAD, YamlText, at_most, misread_as, shown, unsafe

if TYPE_CHECKING:
    from graphkit.seeds.tables import TableFile


@dataclass(frozen=True)
class Locations:
    """The locations of one seed file."""

    yaml: YamlText
    header: Header | None = None
    table: TableFile | None = None
    places: tuple[int, ...] = field(default=(), kw_only=True)
    """Of a part of the file's rows: the place of each among all."""

    @property
    def file(self) -> str:
        """Name of the file; empty of facts that are in none."""
        return self.yaml.file

    def problem(
        self, row: int | None, column: str | None, message: str, item: int | None = None
    ) -> Problem:
        """Report a problem at a value; without a column at the row, without a row at the column."""
        if column is not None:
            message = f"{column}: {message}"
        if self.places and row is not None:
            row = self.places[row]
        if self.table is not None and not self._by_default(row, column):
            source = self._source(column)
            return Problem(self.table.file, *self.table.at(row, source), message)
        row_path = ("rows", -1 if row is None else row)
        if column is None:
            return self.yaml.problem(message, row_path)
        paths = [(*row_path, column), ("defaults", column), row_path]
        if item is not None:
            paths = [(*row_path, column, item), ("defaults", column, item), *paths]
        return self.yaml.problem(message, *paths)

    def _source(self, column: str | None) -> str | None:
        """Return the table's own name for a property."""
        return self.header.columns.get(column, column) if self.header and column else None

    def _by_default(self, row: int | None, column: str | None) -> bool:
        """Return True if a value comes from the defaults, since the table has none."""
        if not self.header or not self.table or row is None or column not in self.header.defaults:
            return False
        source = self._source(column)
        in_table = source in self.table.columns.column_names
        return not in_table or not self.table.columns[source][row].is_valid


LONGEST_NAME = 100
"""Longest name compared with known ones: a longer one is not mistyped, and slow to compare."""
PARTS = ("kind", "defaults", "units", "rows", "table", "columns")


@dataclass(frozen=True)
class Header:
    """The top of a seed file; either ``rows`` or ``table`` is given."""

    kind: Kind
    defaults: Mapping[str, Any]
    units: Mapping[str, str]
    rows: list[Any] | None
    table: str | None
    columns: Mapping[str, str]
    """For a table: the column that a property stands in, where it has another name."""

    def columns_in(self, names: Collection[str]) -> dict[str, str]:
        """Choose the column of each property: the one named for it, else that of its own name.

        A column that is named for one property gives no other one by its own name.
        """
        mapped = {*self.columns.values()}
        column_of = {name: name for name in names if name not in mapped} | dict(self.columns)
        return {
            p.name: column_of[p.name] for p in self.kind.columns if column_of.get(p.name) in names
        }


def kind_of(value: Any, schema: Schema) -> Kind | None:
    """Return the kind that a file names, or None if that is not a known one."""
    name = value.get("kind") if isinstance(value, dict) else None
    return next((k for k in schema.seeded if k.name == name), None)


def read_header(yaml: YamlText, value: Any, schema: Schema) -> tuple[Header | None, list[Problem]]:
    """Read the top of a file, None if its rows cannot be understood, and all its problems."""
    if not isinstance(value, dict):
        return None, [yaml.problem("found no mapping; wanted kind, defaults and rows", ())]
    problems = at_most(
        yaml.key_problem(f"found {shown(name)}{_instead(name, PARTS)}", (name,))
        for name in value
        if name not in PARTS
    )
    kind = kind_of(value, schema)
    if kind is None:
        return None, [*problems, _no_kind(yaml, value.get("kind"), schema)]
    shape = list(_misshapen(yaml, value))
    if shape:
        return None, problems + shape
    parts = {part: value.get(part) or {} for part in ("defaults", "units", "columns")}
    for part, properties in parts.items():
        unknown = ((name, unknown_property(kind, name)) for name in properties)
        problems += at_most(yaml.key_problem(m, (part, n)) for n, m in unknown if m)
    units = {n: u for n, u in parts["units"].items() if u in _units(kind, n)}
    problems += _bad_units(yaml, kind, parts["units"])
    columns = {n: c for n, c in parts["columns"].items() if isinstance(c, str)}
    for name in parts["columns"].keys() - columns:
        problems.append(yaml.problem("wanted the name of a column", ("columns", name)))
    rows = (value["rows"] or []) if "rows" in value else None
    return Header(kind, parts["defaults"], units, rows, value.get("table"), columns), problems


def _no_kind(yaml: YamlText, name: Any, schema: Schema) -> Problem:
    names = [k.name for k in schema.seeded]
    if name is None:
        return yaml.problem(f"found no kind, wanted one of {', '.join(names)}", ("kind",), ())
    return yaml.problem(f"found the kind {shown(name)}{_instead(str(name), names)}", ("kind",))


def _misshapen(yaml: YamlText, value: Mapping[str, Any]) -> Iterator[Problem]:
    """Report parts that are not what they must be."""
    for part in ("defaults", "units", "columns"):
        if not isinstance(value.get(part), dict | None):
            yield yaml.problem(f"{part}: wanted a mapping", (part,))
    if not isinstance(value.get("rows"), list | None):
        yield yaml.problem("rows: wanted a list, one mapping a row", ("rows",))
    if "table" in value and not isinstance(value["table"], str):
        yield yaml.problem("table: wanted the name of a .csv or .parquet file", ("table",))
    if "rows" in value and "table" in value:
        yield yaml.key_problem("found rows and a table; wanted one of them", ("table",))
    if "rows" not in value and "table" not in value:
        yield yaml.problem("found neither rows nor a table; wanted one of them", ())
    if "columns" in value and "table" not in value:
        yield yaml.key_problem("found columns without a table; rows name their own", ("columns",))


def _units(kind: Kind, name: str) -> Iterable[str]:
    """Return the units in which a seed may give a property."""
    unit = next((p.unit for p in kind.columns if p.name == name), None)
    return tuple(UNITS[unit]) if unit else ()


def _bad_units(yaml: YamlText, kind: Kind, units: Mapping[str, Any]) -> Iterator[Problem]:
    for name, unit in units.items():
        known_units = _units(kind, name)
        if not known_units and name in {p.name for p in kind.columns}:
            yield yaml.key_problem(f"{name} has no unit", ("units", name))
        elif known_units and unit not in known_units:
            message = f"unknown unit {shown(unit)}; wanted one of {', '.join(known_units)}"
            yield yaml.problem(message, ("units", name))


def unknown_property(kind: Kind, name: str) -> str | None:
    """Return a message if a kind has no property with this name."""
    names = [p.name for p in kind.columns]
    if name in names:
        return None
    return f"{kind.name} has no property {shown(name)}{_instead(name, names)}"


def _instead(name: str, names: Iterable[str]) -> str:
    """Suggest the nearest name, or list all names."""
    names = list(names)
    close = get_close_matches(name[:LONGEST_NAME], names, n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else f", wanted one of {', '.join(names)}"


class TypedColumn(NamedTuple):
    """One property as a file gives it, before it is typed."""

    values: pa.Array
    silent: pa.Array
    """Mask of rows without the property, which take the default; an explicit null is unknown."""
    wrong: list[Fault]


class RawColumns(NamedTuple):
    """The columns that a file gives, by property; the others it does not."""

    columns: Mapping[str, TypedColumn]
    length: int
    odd: frozenset[int] = frozenset()
    """Rows that are not mappings, and were reported."""


def row_columns(yaml: YamlText, header: Header) -> tuple[RawColumns, list[Problem]]:
    """Turn the rows of the YAML itself into columns."""
    kind, raw_rows = header.kind, header.rows or []
    odd = frozenset(n for n, row in enumerate(raw_rows) if not isinstance(row, dict))
    expected = "wanted a mapping: {property: value, ...}"
    no_rows = (yaml.problem(f"found {shown(raw_rows[n])}, {expected}", ("rows", n)) for n in odd)
    rows = [{} if number in odd else row for number, row in enumerate(raw_rows)]
    names = set().union(*rows)
    problems = at_most(chain(no_rows, _unknown_names(yaml, kind, rows, names)))
    columns = {}
    for prop in (p for p in kind.columns if p.name in names):
        values, wrong = from_yaml(prop, [row.get(prop.name) for row in rows])
        silent = pa.array([prop.name not in row for row in rows], pa.bool_())
        columns[prop.name] = TypedColumn(values, silent, wrong)
    return RawColumns(columns, len(rows), odd), problems


def _unknown_names(
    yaml: YamlText, kind: Kind, rows: Sequence[Mapping[str, Any]], names: Iterable[str]
) -> Iterator[Problem]:
    for name in sorted(names):
        if message := unknown_property(kind, name):
            owners = (number for number, row in enumerate(rows) if name in row)
            yield from (yaml.key_problem(message, ("rows", number, name)) for number in owners)


def table_columns(
    yaml: YamlText, header: Header, table: TableFile
) -> tuple[RawColumns, list[Problem]]:
    """Read the columns of the table: each must be used, and each required one present."""
    kind, names, problems = header.kind, table.columns.column_names, []
    columns, column_of = {}, header.columns_in(names)
    name_list = ", ".join(name if name.isprintable() else repr(name) for name in names)
    for prop in kind.columns:
        if prop.name in column_of:
            values = table.columns[column_of[prop.name]].combine_chunks()
            columns[prop.name] = TypedColumn(values, values.is_null(), [])
        elif prop.name in header.columns:
            name = shown(header.columns[prop.name])
            message = f"{table.file} has no column {name}; it has {name_list}"
            problems.append(yaml.problem(message, ("columns", prop.name)))
        elif prop.required and prop.name not in header.defaults:
            reason = " for it alone" if prop.name in names else ""
            message = f"{table.file} has no column {prop.name!r}{reason}; {kind.name} needs it"
            message += f" ({prop.doc})"
            problems.append(yaml.problem(message, ("table",)))
    for name in names:
        if name not in column_of.values():
            message = f"nothing takes the column {shown(name)}; map it under columns"
            problems.append(Problem(table.file, *table.at(None, name), message))
    return RawColumns(columns, len(table.columns)), problems


def typed_rows(
    locations: Locations, header: Header, raw: RawColumns
) -> tuple[pa.Table, list[Problem]]:
    """Type every column and fill in defaults; report what is wrong with single values."""
    arrays: list[pa.Array] = []
    problems: list[Iterable[Problem]] = []
    for prop in header.kind.columns:
        values, wrong = _typed_column(header, prop, raw)
        default, bad = _default(header, prop)
        for _, message, item in bad:
            path = ("defaults", prop.name)
            paths = [path] if item is None else [(*path, item), path]
            problems.append([locations.yaml.problem(f"{prop.name}: {message}", *paths)])
        if default is not None:
            silent = raw.columns[prop.name].silent if prop.name in raw.columns else True
            values = pc.if_else(silent, default, values)
        wrong_rows = {w.row for w in wrong}
        if prop.required and not bad and None not in wrong_rows:
            wrong += (w for w in _missing(header, prop, raw, values) if w.row not in wrong_rows)
        problems.append(_placed(locations, prop, wrong))
        arrays.append(values)
    table = pa.table(arrays, names=[p.name for p in header.kind.columns])
    return table, at_most(chain.from_iterable(problems))


def _placed(locations: Locations, prop: Prop, faults: Iterable[Fault]) -> Iterator[Problem]:
    """Yield the faults of a property's values, which are placed only as far as they are read."""
    return (locations.problem(f.row, prop.name, f.message, f.item) for f in faults)


def _typed_column(header: Header, prop: Prop, raw: RawColumns) -> CheckedColumn:
    if prop.name not in raw.columns:
        return pa.nulls(raw.length, ARROW[prop.type]), []
    column = raw.columns[prop.name]
    values, wrong = typed(prop, column.values, header.units.get(prop.name))
    reported = {(w.row, w.item) for w in column.wrong}
    return values, column.wrong + [w for w in wrong if (w.row, w.item) not in reported]


def _default(header: Header, prop: Prop) -> tuple[pa.Scalar | None, list[Fault]]:
    """Return the value for rows that do not give their own, if the defaults have one."""
    if header.defaults.get(prop.name) is None:
        return None, []
    values, wrong = from_yaml(prop, [header.defaults[prop.name]])
    if not wrong:
        values, wrong = typed(prop, values, header.units.get(prop.name))
    return (None if wrong else values[0]), wrong


def _missing(header: Header, prop: Prop, raw: RawColumns, values: pa.Array) -> list[Fault]:
    """Find the rows without a value that the kind needs."""
    silent_table = header.table is not None and prop.name not in raw.columns
    if silent_table and prop.name not in header.defaults:
        return []  # told once, of the whole table
    message = f"missing; {header.kind.name} needs it ({prop.doc})"
    rows = pc.indices_nonzero(values.is_null()).to_pylist()
    return [Fault(row, message) for row in rows if row not in raw.odd]


FACTS = {kind: pa.dictionary(pa.int32(), t) if t == pa.string() else t for kind, t in ARROW.items()}
"""Arrow types of checked facts: text dictionary-encoded, since most of it repeats in many rows."""
NUMBER_LIKE = (pa.types.is_string, pa.types.is_integer, pa.types.is_floating)
LINES = ("name", "short", "title", "aliases")
"""Properties that name a thing, in one line."""
LONGEST_LINE = 1_000
EXACT = float(2**53)
"""Above this, not every whole number is a float."""


class Fault(NamedTuple):
    """A fault of one value or, if ``row`` is None, of a whole column."""

    row: int | None
    message: str
    item: int | None = None
    """Index of the item, in a list."""


CheckedColumn = tuple[pa.Array, list[Fault]]
"""A column in which every wrong value (of a list, item) is null, and what was wrong."""


def from_yaml(prop: Prop, values: Sequence[Any]) -> CheckedColumn:
    """Make an Arrow column of text, or of lists of text, of YAML values."""
    if prop.type is Type.TEXTS:
        return _lists_from_yaml(values)
    wrong = [
        Fault(row, f"found {shown(value)}, wanted {prop.type.value}")
        for row, value in enumerate(values)
        if value.__class__ is not str and value is not None
    ]
    if wrong:
        values = [value if value.__class__ is str else None for value in values]
    return pa.array(values, pa.string()), wrong


def _lists_from_yaml(values: Sequence[Any]) -> CheckedColumn:
    lists: list[list[str | None] | None] = []
    wrong: list[Fault] = []
    for row, value in enumerate(values):
        if value.__class__ is list:
            texts = [item if item.__class__ is str else None for item in value]
            odd = [place for place, text in enumerate(texts) if text is None]
            wrong += [Fault(row, f"found {shown(value[n])}, wanted text", n) for n in odd]
            lists.append(texts)
        else:
            lists.append(None)
            if value is not None:
                wrong.append(Fault(row, f"found {shown(value)}, wanted a list of text"))
    return pa.array(lists, ARROW[Type.TEXTS]), wrong


def typed(prop: Prop, column: pa.Array, unit: str | None = None) -> CheckedColumn:
    """Convert a column to the property's own type and unit.

    Takes text as YAML and CSV give it, and the native types of a Parquet file.
    """
    column = _plain(column)
    if pa.types.is_null(column.type):
        return pa.nulls(len(column), ARROW[prop.type]), []
    if prop.type is Type.TEXTS:
        return _texts(prop, column)
    if prop.type in (Type.NUMBER, Type.INTEGER):
        return _numbers(prop, column, unit)
    if prop.type is Type.FLAG:
        return _flags(prop, column)
    if prop.type is Type.PERIOD and pa.types.is_integer(column.type):
        column = column.cast(pa.string())
    if prop.type is Type.DATE and pa.types.is_date(column.type):
        column = column.cast(pa.date32()).cast(pa.string())
    if not pa.types.is_string(column.type):
        return _refused(prop, column)
    wrong = _check_unique(column, _text_check(prop))
    return _without(column, wrong), wrong


def _plain(column: pa.Array) -> pa.Array:
    """Reduce the ways in which Arrow can store one type to a single one."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    if pa.types.is_large_list(kind) or pa.types.is_list(kind):
        inner = kind.value_type
        if any(f(inner) for f in (pa.types.is_string, pa.types.is_large_string)):
            return column.cast(pa.list_(pa.string()))
    return column.cast(pa.float64()) if pa.types.is_decimal(kind) else column


def _text_check(prop: Prop) -> Callable[[str], str | None]:
    pattern = re.compile(prop.pattern) if prop.pattern else None

    def check(value: str) -> str | None:
        if match := BAD.search(value):
            return unsafe(match[0])
        if not value.strip():
            return "found empty text; leave the property out if it is unknown"
        if run := next(misread(value), None):
            return misread_as(value, run)
        if prop.type is Type.PERIOD:
            try:
                Period(value)
            except ValueError as error:
                return str(error)
        if prop.type is Type.DATE and not _is_date(value):
            return f"found {value!r}, wanted a date such as 2025-04-04"
        if prop.one_of and value not in prop.one_of:
            return f"found {shown(value)}, wanted one of {', '.join(prop.one_of)}"
        if pattern and not pattern.fullmatch(value):
            return f"found {shown(value)}, wanted text of the form {pattern.pattern}"
        if prop.key and value != " ".join(value.split()):
            return f"found {shown(value)}, wanted single blanks, none around"
        if prop.name in LINES or prop.key:
            if "\n" in value or "\r" in value:
                return "found a line break, wanted one line"
            if len(value) > LONGEST_LINE:
                return f"found {len(value):,} characters, wanted at most {LONGEST_LINE:,}"
        return None

    return check


def _is_date(value: str) -> bool:
    try:
        return bool(DATE_TEXT.fullmatch(value)) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _check_unique(column: pa.Array, check: Callable[[str], str | None]) -> list[Fault]:
    """Check each distinct text once, and report every row that holds a bad one."""
    messages = {v: m for v in column.unique().to_pylist() if v is not None and (m := check(v))}
    if not messages:
        return []
    hits = pc.is_in(column, value_set=pa.array(list(messages), pa.string()))
    rows = pc.indices_nonzero(hits).to_pylist()
    return [Fault(row, messages[column[row].as_py()]) for row in rows]


def _texts(prop: Prop, column: pa.Array) -> CheckedColumn:
    """Replace wrong items of lists by null, and keep the others to be checked."""
    if column.type != ARROW[Type.TEXTS]:
        return _refused(prop, column)
    check = _text_check(prop)
    lists, wrong = column.to_pylist(), []
    for row, values in enumerate(lists):
        seen: set[str] = set()
        for item, value in enumerate(values or ()):
            message = "found null, wanted text" if value is None else check(value)
            if value in seen:
                message = f"found {shown(value)} twice, wanted it once"
            if message:
                wrong.append(Fault(row, message, item))
                values[item] = None
            seen.add(value)
    return (pa.array(lists, column.type) if wrong else column), wrong


def _flags(prop: Prop, column: pa.Array) -> CheckedColumn:
    if pa.types.is_boolean(column.type):
        return column, []
    if not pa.types.is_string(column.type):
        return _refused(prop, column)

    def check(value: str) -> str | None:
        is_flag = value in ("true", "false")
        return None if is_flag else f"found {shown(value)}, wanted true or false"

    wrong = _check_unique(column, check)
    return pc.equal(_without(column, wrong), "true"), wrong


def _numbers(prop: Prop, column: pa.Array, unit: str | None) -> CheckedColumn:
    if not any(is_one(column.type) for is_one in NUMBER_LIKE):
        return _refused(prop, column)
    plain, wrong = _number_like(prop, column)
    try:
        numbers = plain.cast(ARROW[prop.type])
    except pa.ArrowInvalid:
        return _refused(prop, column)
    if prop.type is Type.NUMBER:
        numbers = _in_unit(prop, numbers, unit)
        infinite = _faults(column, pc.invert(pc.is_finite(numbers)), "wanted a finite number")
        numbers, wrong = _without(numbers, infinite), wrong + infinite
    if prop.minimum is not None:
        low = pc.less(numbers, prop.minimum)
        wrong += _faults(column, low, f"wanted at least {prop.minimum:g}")
    if prop.maximum is not None:
        high = pc.greater(numbers, prop.maximum)
        in_unit = f" {prop.unit}" if prop.unit else ""
        wrong += _faults(column, high, f"wanted at most {prop.maximum:,.15g}{in_unit}")
    return _without(numbers, wrong), wrong


def _number_like(prop: Prop, column: pa.Array) -> CheckedColumn:
    """Keep text that reads as a number, and floats that are whole where they must be."""
    whole = prop.type is Type.INTEGER
    if pa.types.is_string(column.type):
        # RE2's \z, not $: a trailing line end is not part of a number.
        form = "[+-]?[0-9]{1,18}" if whole else NUMBER_TEXT.pattern
        odd = pc.invert(pc.match_substring_regex(column, rf"^(?:{form})\z"))
        wrong = _faults(column, odd, f"wanted {'a whole number' if whole else 'a number'}")
        return pc.replace_substring_regex(_without(column, wrong), r"^\+", ""), wrong
    if whole and pa.types.is_floating(column.type):
        odd = pc.or_(pc.not_equal(pc.floor(column), column), pc.greater(pc.abs(column), EXACT))
        wrong = _faults(column, odd, "wanted a whole number")
        return _without(column, wrong), wrong
    return column, []


def _in_unit(prop: Prop, numbers: pa.Array, unit: str | None) -> pa.Array:
    """Convert numbers to the property's unit; after a conversion, to 15 significant digits.

    A float that is multiplied is no longer the nearest one to the decimal number: 79.7 kg would
    be 0.07970000000000001 t. So a unit of a file would change the facts in it.
    """
    factor = UNITS[prop.unit][unit] if prop.unit and unit else 1.0
    if factor == 1.0:
        return numbers
    numbers = pc.multiply(numbers, factor)
    digits = pc.subtract(14.0, pc.floor(pc.log10(pc.abs(numbers))))
    # Powers of ten are exact up to the 22nd; a zero has infinitely many digits.
    digits = pc.min_element_wise(pc.max_element_wise(digits, 0.0, skip_nulls=False), 22.0)
    power = pc.power(10.0, digits)
    return pc.divide(pc.round(pc.multiply(numbers, power)), power)


def _faults(column: pa.Array, mask: pa.Array, expected: str) -> list[Fault]:
    rows = pc.indices_nonzero(pc.fill_null(mask, False)).to_pylist()
    return [Fault(row, f"found {shown(column[row].as_py())}, {expected}") for row in rows]


def _without(column: pa.Array, wrong: list[Fault]) -> pa.Array:
    if not wrong:
        return column
    rows = pa.array(sorted({w.row for w in wrong if w.row is not None}), pa.int64())
    bad = pc.is_in(pa.array(range(len(column)), pa.int64()), value_set=rows)
    return pc.if_else(bad, pa.scalar(None, column.type), column)


def _refused(prop: Prop, column: pa.Array) -> CheckedColumn:
    hint = " (an HS code read as a number has lost its zeros)" if prop.type is Type.TEXT else ""
    message = f"found a column of {column.type}, wanted {prop.type.value}{hint}"
    return pa.nulls(len(column), ARROW[prop.type]), [Fault(None, message)]
