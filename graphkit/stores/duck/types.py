"""Types of Cypher's values as far as a statement tells them, and the SQL of their values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class ValueType:
    """The type of a value."""

    name: str
    """null, bool, int, float, text, date, list, map, node, relationship, path or any."""
    item: ValueType | None = None
    """Type of the items of a list."""
    fields: tuple[tuple[str, ValueType], ...] = ()
    """Types of the entries of a map, by key."""
    kinds: frozenset[str] = frozenset()
    """Labels of a node or types of a relationship, of which it has one."""
    sparse: bool = False
    """True for a map without the entries that are null, as the properties of a node are."""
    mixed: bool = field(default=False, compare=False)
    """True for a fraction that may stand for an integer, as an item of ``[1, 2.5]`` does."""
    zero: bool = field(default=False, compare=False)
    """True for a number that is the integer 0 wherever it is one, as in ``[0, 2.5]``."""
    nan: bool = field(default=False, compare=False)
    """True for a fraction that may be no number, as that of ``0.0 / 0.0`` is."""

    @property
    def is_number(self) -> bool:
        """True for integers and fractions."""
        return self.name in ("int", "float")

    @property
    def is_element(self) -> bool:
        """True for nodes and relationships."""
        return self.name in ("node", "relationship")


NULL, BOOL, INT, FLOAT, TEXT, DATE, ANY = map(
    ValueType, ("null", "bool", "int", "float", "text", "date", "any")
)
SCALARS = {
    "bool": "BOOLEAN", "int": "BIGINT", "float": "DOUBLE", "text": "VARCHAR", "date": "DATE",
}  # fmt: skip


def list_of(item: ValueType) -> ValueType:
    """Return the type of a list."""
    return ValueType("list", item)


def type_of(value: Any) -> ValueType:
    """Return the type of a Python value.

    >>> type_of([1, None, 2]) == list_of(INT), type_of([1, "a"]) == list_of(ANY)
    (True, True)
    """
    if value is None:
        return NULL
    if isinstance(value, list | tuple):
        return list_of(together(map(type_of, value)))
    if isinstance(value, dict):
        return ValueType("map", fields=tuple((name, type_of(item)) for name, item in value.items()))
    for kind, value_type in ((bool, BOOL), (int, INT), (float, FLOAT), (str, TEXT)):
        if isinstance(value, kind):
            return value_type
    return ANY


def together(types: Iterable[ValueType]) -> ValueType:
    """Return the type that values of all these types fit."""
    result = NULL
    for one in types:
        result = _both(result, one)
    return result


def _both(left: ValueType, right: ValueType) -> ValueType:
    if right == NULL:
        return left
    if left == NULL:
        return right
    if left.is_number and right.is_number:
        zero = all(one.zero for one in (left, right) if one.mixed or one == INT)
        if left == right == INT:
            return replace(INT, zero=zero)
        mixed = left.mixed or right.mixed or left != right
        return replace(FLOAT, mixed=mixed, zero=zero, nan=left.nan or right.nan)
    if left == right:
        return left
    if left.name == right.name == "list":
        return list_of(_both(left.item or NULL, right.item or NULL))
    if left.name == right.name and left.is_element:
        return replace(left, kinds=left.kinds | right.kinds)
    if left.name == right.name == "map" and left.sparse == right.sparse:
        types = dict(right.fields)
        if types.keys() == dict(left.fields).keys():
            fields = tuple((name, _both(item, types[name])) for name, item in left.fields)
            return replace(left, fields=fields)
    return ANY


@dataclass(frozen=True)
class Value:
    """An expression of SQL and the type of its values."""

    sql: str
    type: ValueType

    def cast(self, target: ValueType) -> str:
        """Write it as a value of a wider type."""
        if self.type == NULL:
            typed = target.name in SCALARS or target == ANY
            return f"CAST(NULL AS {sql_type(target)})" if typed else "NULL"
        if target == self.type and not target.fields:
            return self.sql
        if target == ANY:
            return f"CAST({self.sql} AS VARIANT)"
        if target.is_element or target.name == "path":
            return self.sql
        if target.name == "list":
            return self._list(target.item or NULL)
        if target.name == "map":
            return self._map(target)
        return f"CAST({self.sql} AS {sql_type(target)})"

    def _list(self, target: ValueType) -> str:
        item = self.type.item or NULL
        if item == NULL or target.is_element:
            return self.sql
        if item == target and not target.fields:
            return self.sql
        if target.name in SCALARS or (target == ANY and item.name in SCALARS):
            return f"CAST({self.sql} AS {sql_type(target)}[])"
        return f"list_transform({self.sql}, lambda i: {Value('i', item).cast(target)})"

    def _map(self, target: ValueType) -> str:
        if self.type == target and all(a == b for (_, a), (_, b) in zip(
            self.type.fields, target.fields, strict=True
        )):  # fmt: skip
            return self.sql
        types = dict(self.type.fields)
        entries = {name: Value(entry(self.sql, name), types[name]).cast(type_)
                   for name, type_ in target.fields}  # fmt: skip
        return f"CASE WHEN {self.sql} IS NOT NULL THEN {packed(entries)} END"


def quoted(name: str) -> str:
    """Quote a name for SQL.

    >>> print(quoted('a "b'))
    "a ""b"
    """
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """Write a text as a literal of SQL.

    >>> text("it's")
    "'it''s'"
    """
    return "'" + value.replace("'", "''") + "'"


def key_name(key: str) -> str:
    """Return the name under which SQL knows an entry of a map.

    SQL takes names without regard to case; and no text of a statement is to reach it.

    >>> key_name("Name")
    'm4e616d65'
    """
    return f"m{key.encode('utf-8', 'surrogatepass').hex()}"


def key_of(name: str) -> str:
    """Return the key of an entry that SQL knows under a name.

    >>> key_of(key_name("Name"))
    'Name'
    """
    return bytes.fromhex(name[1:]).decode("utf-8", "surrogatepass")


EMPTY, SPARSE = "_empty", "_sparse"
"""Entries that mark a map which has no other, and list those that are not there if null."""


def packed(entries: Mapping[str, str], *, sparse: Iterable[str] = ()) -> str:
    """Write a map whose entries are written already; the sparse ones are there unless null."""
    written = [f"{key_name(key)}: {value}" for key, value in entries.items()]
    if names := [f"'{key_name(key)}'" for key in sparse]:
        written.append(f"{SPARSE}: [{', '.join(names)}]")
    return "{" + (", ".join(written) or f"{EMPTY}: TRUE") + "}"


def entry(map_: str, key: str) -> str:
    """Write what a map has under a key."""
    return f"struct_extract({map_}, '{key_name(key)}')"


def once(values: Mapping[str, str], written: str) -> str:
    """Write an expression of several values, each of which is evaluated once.

    ``written`` refers to them as ``o.name``.
    """
    entries = ", ".join(f"{name}: {value}" for name, value in values.items())
    return f"list_transform([{{{entries}}}], lambda o: {written})[1]"


UNSURE = "not the same here: "
"""Beginning of the engine's error for values that only Neo4j treats as Neo4j does."""


def unsure(construct: str) -> str:
    """Write an end of the statement, as one that has no rule, for values that turn up."""
    return f"error('{UNSURE}{construct}')"


def map_of(entries: Mapping[str, Value]) -> Value:
    """Make a map of its entries."""
    fields = tuple((key, value.type) for key, value in entries.items())
    return Value(
        packed({key: value.sql for key, value in entries.items()}), ValueType("map", fields=fields)
    )


def number_of(left: ValueType, right: ValueType) -> ValueType:
    """Return the type of a sum, difference or product of two numbers.

    Of an integer and a fraction it is a fraction, as of a number that may be either it may be.
    """
    both = together((left, right))
    if both == INT:
        return INT
    fractions = any(operand == FLOAT and not operand.mixed for operand in (left, right))
    return replace(both, mixed=not fractions)


def sql_type(type_: ValueType) -> str:
    """Write a type in SQL."""
    if type_.name in SCALARS:
        return SCALARS[type_.name]
    if type_.name == "list":
        return f"{sql_type(type_.item or ANY)}[]"
    return "VARIANT"


@dataclass(frozen=True)
class TypedEnd:
    """One end of a kind of relationship: its column, that of its kind, and the kinds it may be."""

    column: str
    kinds: tuple[str, ...]
    kind_column: str | None = None


@dataclass(frozen=True)
class KindTable:
    """A kind of node or relationship: its table, key column, properties and ends."""

    name: str
    key: str
    properties: Mapping[str, ValueType]
    ends: tuple[TypedEnd, ...] = ()


@dataclass(frozen=True)
class Model:
    """The tables of a graph, by label and by type."""

    nodes: Mapping[str, KindTable]
    relationships: Mapping[str, KindTable]
    properties: Mapping[str, ValueType] = field(init=False, repr=False, compare=False)
    """Type of each property of any kind, by name."""

    def __post_init__(self) -> None:
        every: dict[str, list[ValueType]] = {}
        for table in (*self.nodes.values(), *self.relationships.values()):
            for name, type_ in table.properties.items():
                every.setdefault(name, []).append(type_)
        object.__setattr__(self, "properties", {n: together(ts) for n, ts in every.items()})

    @property
    def kinds(self) -> frozenset[str]:
        """All labels and types."""
        return frozenset(self.nodes) | frozenset(self.relationships)

    @property
    def mark_type(self) -> str:
        """Type in SQL of the identity of a relationship: its kind and its key."""
        keys = together(t.properties[t.key] for t in self.relationships.values())
        return f"STRUCT(k VARCHAR, i {sql_type(keys)})"

    def tables(self, type_: ValueType) -> list[KindTable]:
        """Return the tables of the kinds of a node or relationship, in the order of the model."""
        among = self.nodes if type_.name == "node" else self.relationships
        return [table for name, table in among.items() if name in type_.kinds]

    def types(self, type_: ValueType) -> dict[str, ValueType]:
        """Return the types of all properties that a node or relationship may have."""
        names = dict.fromkeys(n for table in self.tables(type_) for n in table.properties)
        return {name: self.property(type_, name) for name in names}

    def property(self, type_: ValueType, name: str) -> ValueType:
        """Return the type of a property of a node or relationship; null if no kind has it."""
        return together(t.properties[name] for t in self.tables(type_) if name in t.properties)
