"""Digests of the rows in a Neo4j, compared with all that is stored of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import neo4j
import pyarrow as pa

from graphkit.arrow import ARROW
from graphkit.schema import MARK, Kind, Schema, Type
from graphkit.stores.edits import END_KIND, START_KIND, Conditions, compared

PAGE = 10_000
"""Rows that are compared at once."""
PYTHON = {
    Type.TEXT: str, Type.PERIOD: str, Type.DATE: str, Type.NUMBER: float, Type.INTEGER: int,
    Type.FLAG: bool, Type.TEXTS: list,
}  # fmt: skip
"""Types of values as the driver gives them."""


def match(kind: Kind, *, by_key: bool = False) -> str:
    """Write the clause that finds our rows of a kind as ``x``, of those by key the given ones."""
    key = f" {{`{kind.key}`: key}}" if by_key else ""
    pattern = f"(a)-[x:`{kind.name}`{key}]->(b)" if kind.is_edge else f"(x:`{kind.name}`{key})"
    mark = "IS NOT NULL" if kind.is_edge else f"= '{kind.name}'"
    return f"{'UNWIND $keys AS key ' * by_key}MATCH {pattern} WHERE x.{MARK.name} {mark}"


def returned_digests(kind: Kind) -> str:
    """Write what is read of rows whose digests are trusted."""
    return f" RETURN x.`{kind.key}` AS key, x.digest AS digest"


def returned_values(schema: Schema, kind: Kind) -> str:
    """Write what is read of rows whose digests are compared: in the order of :func:`_types`."""
    columns = []
    for variable, end in zip("ab", kind.ends, strict=False):
        nodes = [schema[name] for name in end.kinds]
        keys = " ".join(f"WHEN '{k.name}' THEN {variable}.`{k.key}`" for k in nodes)
        columns += [f"CASE {variable}.{MARK.name} {keys} END", f"{variable}.{MARK.name}"]
    columns += [f"x.`{p.name}`" for p in kind.stored]
    return " RETURN " + ", ".join(f"{text} AS c{n}" for n, text in enumerate(columns))


def _types(kind: Kind) -> dict[str, Type]:
    """Name the columns of :func:`returned_values`, with their types."""
    types: dict[str, Type] = {}
    for end, kind_of_end in zip(kind.ends, (START_KIND, END_KIND), strict=False):
        types |= {end.name: Type.TEXT, kind_of_end: Type.TEXT}
    return types | {p.name: p.type for p in kind.stored}


def narrowed(kind: Kind, conditions: Sequence[Conditions]) -> tuple[str, dict[str, list[str]]]:
    """Write the rows under any of some conditions, with the values of its parameters."""
    of_end = {end.name: variable for variable, end in zip("ab", kind.ends, strict=False)}
    values: dict[str, list[str]] = {}
    texts = []
    for condition in conditions:
        parts = []
        for column, listed in condition.items():
            place = f"x.`{column}`"
            if column in of_end:
                place = f"coalesce({of_end[column]}.iso3, {of_end[column]}.key)"
            parts.append(f"{place} IN $v{len(values)}")
            values[f"v{len(values)}"] = list(listed)
        texts.append(" AND ".join(parts) or "true")
    return f" AND ({' OR '.join(f'({part})' for part in texts) or 'false'})", values


def compared_rows(kind: Kind, result: Iterable[neo4j.Record]) -> pa.Table:
    """Compare the rows that a statement returned with their digests, page after page."""
    parts = [_compared(kind, page) for page in _pages(iter(result))]
    return pa.concat_tables(parts or [_compared(kind, [])])


def _pages(rows: Iterator[neo4j.Record]) -> Iterator[list[neo4j.Record]]:
    while page := list(islice(rows, PAGE)):
        yield page


def _compared(kind: Kind, rows: Sequence[neo4j.Record]) -> pa.Table:
    types = _types(kind)
    columns = list(zip(*rows, strict=True)) or [()] * len(types)
    arrays, strange = {}, set[int]()
    for (name, type_), column in zip(types.items(), columns, strict=True):
        places = _strange(column, type_)
        values = [None if n in places else v for n, v in enumerate(column)] if places else column
        arrays[name] = pa.array(values, ARROW[type_])
        strange |= places
    return compared(kind, pa.table(arrays), sorted(strange))


def _strange(values: Sequence[Any], type_: Type) -> set[int]:
    """List the places of values of another type: 1 is not 1.0."""
    wanted = PYTHON[type_]
    if type_ is Type.TEXTS:
        return {n for n, value in enumerate(values) if not (value is None or _is_of_texts(value))}
    if set(map(type, values)) <= {wanted, type(None)}:
        return set()
    return {n for n, value in enumerate(values) if type(value) not in (wanted, type(None))}


def _is_of_texts(value: Any) -> bool:
    return type(value) is list and all(type(item) is str for item in value)
