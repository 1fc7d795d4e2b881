"""Reads the top of a seed file: its kind, and where its rows come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from graphkit.errors import Problem
from graphkit.schema import UNITS, Kind, Schema
from graphkit.seeds.strict_yaml import YamlText
from graphkit.seeds.text import at_most, shown

LONGEST_NAME = 100
"""What is longer is no slip of the pen, and long to compare."""
PARTS = ("kind", "defaults", "units", "rows", "table", "columns")


@dataclass(frozen=True)
class Header:
    """What a seed file says of itself; either ``rows`` or ``table`` is given."""

    kind: Kind
    defaults: Mapping[str, Any]
    units: Mapping[str, str]
    rows: list[Any] | None
    table: str | None
    columns: Mapping[str, str]
    """For a table: the column that a property stands in, where it has another name."""


def kind_of(value: Any, schema: Schema) -> Kind | None:
    """The kind of a file, as far as one can tell."""
    name = value.get("kind") if isinstance(value, dict) else None
    return next((k for k in schema.seeded if k.name == name), None)


def read_header(yaml: YamlText, value: Any, schema: Schema) -> tuple[Header | None, list[Problem]]:
    """The top of a file, if its rows can be understood, and all that is wrong with it."""
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
    """The units in which a seed may give a property."""
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
    """What to say, if a kind has no property of that name."""
    names = [p.name for p in kind.columns]
    if name in names:
        return None
    return f"{kind.name} has no property {shown(name)}{_instead(name, names)}"


def _instead(found: str, names: Iterable[str]) -> str:
    """What was meant, or all that it could have been."""
    names = list(names)
    close = get_close_matches(found[:LONGEST_NAME], names, n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else f", wanted one of {', '.join(names)}"
