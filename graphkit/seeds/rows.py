"""Turns the rows that a seed file gives into one typed Arrow table of its kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.errors import Problem
from graphkit.schema import Kind, Prop
from graphkit.seeds.header import Header, unknown_property
from graphkit.seeds.places import Places
from graphkit.seeds.strict_yaml import YamlText
from graphkit.seeds.tables import Table
from graphkit.seeds.text import at_most, shown
from graphkit.seeds.values import ARROW, Checked, Wrong, from_yaml, typed


class Column(NamedTuple):
    """One property as a file gives it, before it is typed."""

    values: pa.Array
    silent: pa.Array
    """Which rows say nothing of it, so that the default counts; an explicit null says unknown."""
    wrong: list[Wrong]


class Given(NamedTuple):
    """The columns that a file gives, by property; the others it does not."""

    columns: Mapping[str, Column]
    length: int
    odd: frozenset[int] = frozenset()
    """Rows that are no rows, and have been told."""


def row_columns(yaml: YamlText, header: Header) -> tuple[Given, list[Problem]]:
    """The rows of the YAML itself, turned into columns."""
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
    """The columns of the table; each must be taken, and each that is needed must be there."""
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


def typed_rows(places: Places, header: Header, given: Given) -> tuple[pa.Table, list[Problem]]:
    """Every column typed, defaults filled in; and what is wrong with single values."""
    arrays: list[pa.Array] = []
    problems: list[Iterable[Problem]] = []
    for prop in header.kind.columns:
        values, wrong = _typed_column(header, prop, given)
        default, bad = _default(header, prop)
        for _, message, item in bad:
            at = ("defaults", prop.name)
            paths = [at] if item is None else [(*at, item), at]
            problems.append([places.yaml.problem(f"{prop.name}: {message}", *paths)])
        if default is not None:
            silent = given.columns[prop.name].silent if prop.name in given.columns else True
            values = pc.if_else(silent, default, values)
        told = {w.row for w in wrong}
        if prop.required and not bad and None not in told:
            wrong += (w for w in _missing(header, prop, given, values) if w.row not in told)
        problems.append(_placed(places, prop, wrong))
        arrays.append(values)
    table = pa.table(arrays, names=[p.name for p in header.kind.columns])
    return table, at_most(chain.from_iterable(problems))


def _placed(places: Places, prop: Prop, wrong: Iterable[Wrong]) -> Iterator[Problem]:
    return (places.problem(w.row, prop.name, w.message, w.item) for w in wrong)


def _typed_column(header: Header, prop: Prop, given: Given) -> Checked:
    if prop.name not in given.columns:
        return pa.nulls(given.length, ARROW[prop.type]), []
    column = given.columns[prop.name]
    values, wrong = typed(prop, column.values, header.units.get(prop.name))
    told = {(w.row, w.item) for w in column.wrong}
    return values, column.wrong + [w for w in wrong if (w.row, w.item) not in told]


def _default(header: Header, prop: Prop) -> tuple[pa.Scalar | None, list[Wrong]]:
    """The value of rows that say nothing, if there is one."""
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
