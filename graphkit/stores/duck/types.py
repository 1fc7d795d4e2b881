"""Types of Cypher's values as far as a statement tells them, and the SQL of their values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class T:
    """The type of a value."""

    name: str
    """null, bool, int, float, text, list, map, node, relationship, path, any, or temporal: date,
    datetime, localdatetime, time, localtime or duration."""
    item: T | None = None
    """Type of the items of a list."""
    fields: tuple[tuple[str, T], ...] = ()
    """Types of the entries of a map, by key."""
    kinds: frozenset[str] = frozenset()
    """Labels of a node or types of a relationship, of which it has one."""

    @property
    def is_number(self) -> bool:
        """True for integers and fractions."""
        return self.name in ("int", "float")

    @property
    def is_element(self) -> bool:
        """True for nodes and relationships."""
        return self.name in ("node", "relationship")


NULL, BOOL, INT, FLOAT, TEXT, ANY = map(T, ("null", "bool", "int", "float", "text", "any"))
DATE, DATETIME, LOCAL_DATETIME, TIME, LOCAL_TIME, DURATION = map(
    T, ("date", "datetime", "localdatetime", "time", "localtime", "duration")
)
SCALARS = {
    "bool": "BOOLEAN", "int": "BIGINT", "float": "DOUBLE", "text": "VARCHAR", "date": "DATE",
    "datetime": "STRUCT(_second BIGINT, _fraction BIGINT, _date DATE, _nanos BIGINT, "
    "_offset BIGINT, _zone VARCHAR)",
    "localdatetime": "STRUCT(_date DATE, _nanos BIGINT)",
    "time": "STRUCT(_utc BIGINT, _nanos BIGINT, _offset BIGINT)",
    "localtime": "STRUCT(_nanos BIGINT)",
    "duration": "STRUCT(_length BIGINT, _nanos BIGINT, _months BIGINT, _days BIGINT, "
    "_seconds BIGINT)",
}  # fmt: skip


def list_of(item: T) -> T:
    """Return the type of a list."""
    return T("list", item)


def type_of(value: Any) -> T:
    """Return the type of a Python value.

    >>> type_of([1, None, 2]) == list_of(INT), type_of([1, "a"]) == list_of(ANY)
    (True, True)
    """
    if value is None:
        return NULL
    if isinstance(value, list | tuple):
        return list_of(together(map(type_of, value)))
    for kind, found in ((bool, BOOL), (int, INT), (float, FLOAT), (str, TEXT)):
        if isinstance(value, kind):
            return found
    return ANY


def together(types: Iterable[T]) -> T:
    """Return the type that values of all these types fit."""
    result = NULL
    for one in types:
        result = _both(result, one)
    return result


def _both(left: T, right: T) -> T:
    if left == right or right == NULL:
        return left
    if left == NULL:
        return right
    if left.is_number and right.is_number:
        return FLOAT
    if left.name == right.name == "list":
        return list_of(_both(left.item or NULL, right.item or NULL))
    return ANY


@dataclass(frozen=True)
class Value:
    """An expression of SQL and the type of its values."""

    sql: str
    type: T

    def cast(self, to: T) -> str:
        """Write it as a value of a wider type."""
        if self.type == NULL:
            return f"CAST(NULL AS {sql_type(to)})" if to.name in SCALARS else "NULL"
        if to == self.type:
            return self.sql
        if to == ANY:
            return f"CAST({self.sql} AS VARIANT)"
        if to.name == "list" and self.type.name == "list":
            return f"CAST({self.sql} AS {sql_type(to)})"
        return f"CAST({self.sql} AS {sql_type(to)})"


def sql_type(of: T) -> str:
    """Write a type in SQL."""
    if of.name in SCALARS:
        return SCALARS[of.name]
    if of.name == "list":
        return f"{sql_type(of.item or ANY)}[]"
    return "VARIANT"


@dataclass(frozen=True)
class End:
    """One end of a kind of relationship: its column, that of its kind, and the kinds it may be."""

    column: str
    kinds: tuple[str, ...]
    kind_column: str | None = None


@dataclass(frozen=True)
class Table:
    """A kind of node or relationship: its table, key column, properties and ends."""

    name: str
    key: str
    properties: Mapping[str, T]
    ends: tuple[End, ...] = ()


@dataclass(frozen=True)
class Model:
    """The tables of a graph, by label and by type."""

    nodes: Mapping[str, Table]
    relationships: Mapping[str, Table]
    properties: Mapping[str, T] = field(init=False, repr=False, compare=False)
    """Type of each property of any kind, by name."""

    def __post_init__(self) -> None:
        every: dict[str, list[T]] = {}
        for table in (*self.nodes.values(), *self.relationships.values()):
            for name, of in table.properties.items():
                every.setdefault(name, []).append(of)
        object.__setattr__(self, "properties", {n: together(ts) for n, ts in every.items()})

    def tables(self, of: T) -> list[Table]:
        """Return the tables of the kinds of a node or relationship, in the order of the model."""
        among = self.nodes if of.name == "node" else self.relationships
        return [table for name, table in among.items() if name in of.kinds]

    def types(self, of: T) -> dict[str, T]:
        """Return the types of all properties that a node or relationship may have."""
        names = dict.fromkeys(n for table in self.tables(of) for n in table.properties)
        return {name: self.property(of, name) for name in names}

    def property(self, of: T, name: str) -> T:
        """Return the type of a property of a node or relationship; null if no kind has it."""
        return together(t.properties[name] for t in self.tables(of) if name in t.properties)
