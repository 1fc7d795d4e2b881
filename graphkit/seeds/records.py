"""Records of one kind from the rows of a seed file, with the place of each value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.arrow import ARROW
from graphkit.errors import Problem
from graphkit.schema import UNITS, Kind, Prop, Schema
from graphkit.seeds.tables import Table
from graphkit.seeds.text import YamlText, at_most, shown
from graphkit.seeds.values import Checked, Wrong, from_yaml, typed


@dataclass(frozen=True)
class Locations:
    """The locations of one seed file."""

    yaml: YamlText
    header: Header | None = None
    table: Table | None = None

    def problem(
        self, row: int | None, column: str | None, message: str, item: int | None = None
    ) -> Problem:
        """Report a problem at a value; without a column at the row, without a row at the column."""
        if column is not None:
            message = f"{column}: {message}"
        if self.table is not None and not self._by_default(row, column):
            source = self._source(column)
            return Problem(self.table.file, *self.table.at(row, source), message)
        at = ("rows", -1 if row is None else row)
        if column is None:
            return self.yaml.problem(message, at)
        paths = [(*at, column), ("defaults", column), at]
        if item is not None:
            paths = [(*at, column, item), ("defaults", column, item), *paths]
        return self.yaml.problem(message, *paths)

    def _source(self, column: str | None) -> str | None:
        """Return the table's own name for a property."""
        return self.header.columns.get(column, column) if self.header and column else None

    def _by_default(self, row: int | None, column: str | None) -> bool:
        """Return True if a value comes from the defaults, since the table has none."""
        if not self.header or not self.table or row is None or column not in self.header.defaults:
            return False
        source = self._source(column)
        known = source in self.table.columns.column_names
        return not known or not self.table.columns[source][row].is_valid


LONGEST_NAME = 100
"""Longest name compared with known ones; a longer one is no typing error, and slow to compare."""
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


def kind_of(value: Any, schema: Schema) -> Kind | None:
    """Return the kind that a file names, or None if it names no known one."""
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
    for part, given in parts.items():
        unknown = ((name, unknown_property(kind, name)) for name in given)
        problems += at_most(yaml.key_problem(m, (part, n)) for n, m in unknown if m)
    units = {n: u for n, u in parts["units"].items() if u in _units(kind, n)}
    problems += _bad_units(yaml, kind, parts["units"])
    columns = {n: c for n, c in parts["columns"].items() if isinstance(c, str)}
    for name in parts["columns"].keys() - columns:
        problems.append(yaml.problem("wanted the name of a column", ("columns", name)))
    rows = (value["rows"] or []) if "rows" in value else None
    return Header(kind, parts["defaults"], units, rows, value.get("table"), columns), problems


def _no_kind(yaml: YamlText, found: Any, schema: Schema) -> Problem:
    names = [k.name for k in schema.seeded]
    if found is None:
        return yaml.problem(f"found no kind, wanted one of {', '.join(names)}", ("kind",), ())
    return yaml.problem(f"found the kind {shown(found)}{_instead(str(found), names)}", ("kind",))


def _misshapen(yaml: YamlText, value: Mapping[str, Any]) -> Iterator[Problem]:
    """Parts that are not what they must be."""
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
        known = _units(kind, name)
        if not known and name in {p.name for p in kind.columns}:
            yield yaml.key_problem(f"{name} has no unit", ("units", name))
        elif known and unit not in known:
            message = f"unknown unit {shown(unit)}; wanted one of {', '.join(known)}"
            yield yaml.problem(message, ("units", name))


def unknown_property(kind: Kind, name: str) -> str | None:
    """Return a message if a kind has no property with this name."""
    names = [p.name for p in kind.columns]
    if name in names:
        return None
    return f"{kind.name} has no property {shown(name)}{_instead(name, names)}"


def _instead(found: str, names: Iterable[str]) -> str:
    """Suggest the nearest name, or list all names."""
    names = list(names)
    close = get_close_matches(found[:LONGEST_NAME], names, n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else f", wanted one of {', '.join(names)}"


class Column(NamedTuple):
    """One property as a file gives it, before it is typed."""

    values: pa.Array
    silent: pa.Array
    """Mask of rows without the property, which take the default; an explicit null is unknown."""
    wrong: list[Wrong]


class Given(NamedTuple):
    """The columns that a file gives, by property; the others it does not."""

    columns: Mapping[str, Column]
    length: int
    odd: frozenset[int] = frozenset()
    """Rows that are no rows, and have been told."""


def row_columns(yaml: YamlText, header: Header) -> tuple[Given, list[Problem]]:
    """Turn the rows of the YAML itself into columns."""
    kind, found = header.kind, header.rows or []
    odd = frozenset(n for n, row in enumerate(found) if not isinstance(row, dict))
    wanted = "wanted a mapping: {property: value, ...}"
    no_rows = (yaml.problem(f"found {shown(found[n])}, {wanted}", ("rows", n)) for n in odd)
    rows = [{} if number in odd else row for number, row in enumerate(found)]
    names = set().union(*rows)
    problems = at_most(chain(no_rows, _unknown_names(yaml, kind, rows, names)))
    columns = {}
    for prop in (p for p in kind.columns if p.name in names):
        values, wrong = from_yaml(prop, [row.get(prop.name) for row in rows])
        silent = pa.array([prop.name not in row for row in rows], pa.bool_())
        columns[prop.name] = Column(values, silent, wrong)
    return Given(columns, len(rows), odd), problems


def _unknown_names(
    yaml: YamlText, kind: Kind, rows: Sequence[Mapping[str, Any]], names: Iterable[str]
) -> Iterator[Problem]:
    for name in sorted(names):
        if message := unknown_property(kind, name):
            owners = (number for number, row in enumerate(rows) if name in row)
            yield from (yaml.key_problem(message, ("rows", number, name)) for number in owners)


def table_columns(yaml: YamlText, header: Header, table: Table) -> tuple[Given, list[Problem]]:
    """Read the columns of the table: each must be used, and each required one present."""
    kind, there, problems = header.kind, table.columns.column_names, []
    columns, taken = {}, set()
    known = ", ".join(name if name.isprintable() else repr(name) for name in there)
    for prop in kind.columns:
        name = header.columns.get(prop.name, prop.name)
        if name in there:
            values = table.columns[name].combine_chunks()
            columns[prop.name] = Column(values, values.is_null(), [])
            taken.add(name)
        elif prop.name in header.columns:
            message = f"{table.file} has no column {shown(name)}; it has {known}"
            problems.append(yaml.problem(message, ("columns", prop.name)))
        elif prop.required and prop.name not in header.defaults:
            message = f"{table.file} has no column {name!r}; {kind.name} needs it ({prop.doc})"
            problems.append(yaml.problem(message, ("table",)))
    for name in there:
        if name not in taken:
            message = f"nothing takes the column {shown(name)}; map it under columns"
            problems.append(Problem(table.file, *table.at(None, name), message))
    return Given(columns, len(table.columns)), problems


def typed_rows(
    locations: Locations, header: Header, given: Given
) -> tuple[pa.Table, list[Problem]]:
    """Every column typed, defaults filled in; and what is wrong with single values."""
    arrays: list[pa.Array] = []
    problems: list[Iterable[Problem]] = []
    for prop in header.kind.columns:
        values, wrong = _typed_column(header, prop, given)
        default, bad = _default(header, prop)
        for _, message, item in bad:
            at = ("defaults", prop.name)
            paths = [at] if item is None else [(*at, item), at]
            problems.append([locations.yaml.problem(f"{prop.name}: {message}", *paths)])
        if default is not None:
            silent = given.columns[prop.name].silent if prop.name in given.columns else True
            values = pc.if_else(silent, default, values)
        told = {w.row for w in wrong}
        if prop.required and not bad and None not in told:
            wrong += (w for w in _missing(header, prop, given, values) if w.row not in told)
        problems.append(_placed(locations, prop, wrong))
        arrays.append(values)
    table = pa.table(arrays, names=[p.name for p in header.kind.columns])
    return table, at_most(chain.from_iterable(problems))


def _placed(locations: Locations, prop: Prop, wrong: Iterable[Wrong]) -> Iterator[Problem]:
    return (locations.problem(w.row, prop.name, w.message, w.item) for w in wrong)


def _typed_column(header: Header, prop: Prop, given: Given) -> Checked:
    if prop.name not in given.columns:
        return pa.nulls(given.length, ARROW[prop.type]), []
    column = given.columns[prop.name]
    values, wrong = typed(prop, column.values, header.units.get(prop.name))
    told = {(w.row, w.item) for w in column.wrong}
    return values, column.wrong + [w for w in wrong if (w.row, w.item) not in told]


def _default(header: Header, prop: Prop) -> tuple[pa.Scalar | None, list[Wrong]]:
    """Return the value for rows that do not give their own, if the defaults have one."""
    if header.defaults.get(prop.name) is None:
        return None, []
    values, wrong = from_yaml(prop, [header.defaults[prop.name]])
    if not wrong:
        values, wrong = typed(prop, values, header.units.get(prop.name))
    return (None if wrong else values[0]), wrong


def _missing(header: Header, prop: Prop, given: Given, values: pa.Array) -> list[Wrong]:
    """Rows without a value that the kind needs."""
    silent_table = header.table is not None and prop.name not in given.columns
    if silent_table and prop.name not in header.defaults:
        return []  # told once, of the whole table
    message = f"missing; {header.kind.name} needs it ({prop.doc})"
    rows = pc.indices_nonzero(values.is_null()).to_pylist()
    return [Wrong(row, message) for row in rows if row not in given.odd]
