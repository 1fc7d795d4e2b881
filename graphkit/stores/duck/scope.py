"""Variables of a statement, and the values that it binds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from graphkit.cypher.tokens import Syntax
from graphkit.stores.duck.types import (
    NULL,
    SCALARS,
    Model,
    Value,
    ValueType,
    packed,
    quoted,
    sql_type,
    text,
    type_of,
)

KIND, KEY = "_kind", "_key"
"""Columns of a node or relationship besides its properties: its label or type, and its key."""
NAMELESS = "\0"
"""Beginning of the names of variables that a statement gives none, which no statement can have."""
ENDS = (("_from_kind", "_from"), ("_to_kind", "_to"))
"""Columns of a relationship for the kinds and keys of the nodes that it starts and ends at."""


@dataclass(frozen=True)
class Variable:
    """A variable in scope: the columns of SQL that hold it.

    A value has one column, under the empty name. A node or relationship that a pattern found has a
    column for its kind, its key, and each property that the statement uses.
    """

    type: ValueType
    columns: Mapping[str, str]

    @property
    def is_value(self) -> bool:
        """True if one column holds it."""
        return "" in self.columns


Scope = Mapping[str, Variable]


@dataclass
class Context:
    """The model, bound values and fresh names that all parts of one compilation share."""

    model: Model
    parameters: Mapping[str, Any]
    used: Mapping[str, frozenset[str] | None]
    """Properties used of each variable; None if the whole of it is a value."""
    bound: dict[str, Any] = field(default_factory=dict)
    """Values that the SQL refers to by name."""
    places: dict[str, str] = field(default_factory=dict)
    """Names of those that are parameters, whatever their values."""
    read: dict[str, Any] = field(default_factory=dict)
    """Parameters whose values the SQL depends on."""
    unknown: dict[int, str] = field(default_factory=dict)
    """Notes on properties that the graph has not, by their place in the statement."""
    expressions: dict[str, str] = field(default_factory=dict)
    """Names of bound values by the expression that stands for them."""
    count: int = 0

    def fresh(self, beginning: str) -> str:
        """Return a name that nothing else has."""
        self.count += 1
        return f"{beginning}{self.count}"

    def value_of(self, parameter: str) -> Any:
        """Return the value of a parameter, on which the SQL then depends."""
        self.read[parameter] = self.parameters[parameter]
        return self.read[parameter]

    def parameter(self, name: str) -> Value:
        """Bind a parameter: of the same type, any value of it fits the same SQL."""
        type_ = type_of(self.parameters[name])
        if type_.name not in SCALARS and (
            type_.name != "list" or (type_.item or NULL).name not in SCALARS
        ):
            return self.bind(self.value_of(name))
        value = self.bind(self.parameters[name])
        self.places[next(reversed(self.bound))] = name
        return value

    def bind(self, value: Any) -> Value:
        """Bind a value of the statement, of which no text reaches the database."""
        if value is None:
            return Value("NULL", NULL)
        type_ = type_of(value)
        if isinstance(value, dict):
            return Value(packed({key: self.bind(item).sql for key, item in value.items()}), type_)
        if isinstance(value, list | tuple) and (type_.item or NULL).name not in SCALARS:
            items = [self.bind(item).cast(type_.item or NULL) for item in value]
            return Value(f"[{', '.join(items)}]", type_)
        name = self.fresh("p")
        self.bound[name] = value
        written = f"CAST(${name} AS {sql_type(type_)})"
        self.expressions[written] = name
        return Value(written, type_)

    def constant(self, value: Value) -> Any:
        """Return the value that an expression is bound to, on which the SQL then depends.

        It is null for an expression of another kind.
        """
        name = self.expressions.get(value.sql, "")
        if name in self.places:
            return self.value_of(self.places[name])
        return self.bound.get(name)

    def properties(self, variable: str, type_: ValueType, *, whole: bool = False) -> list[str]:
        """List the properties that must be at hand of a node or relationship, in their order."""
        used = None if whole else self.used.get(variable, frozenset())
        names = dict.fromkeys(n for table in self.model.tables(type_) for n in table.properties)
        return [name for name in names if used is None or name in used]


def node_rows(model: Model, type_: ValueType) -> str:
    """Select all nodes of some kinds: kind, key and the whole node."""
    types = model.types(type_)
    selects = []
    for table in model.tables(type_):
        entries = [f"'{KIND}': {text(table.name)}", f"'{KEY}': {quoted(table.key)}"]
        for name, property_type in types.items():
            stored_type = table.properties.get(name)
            value = Value("NULL", NULL) if stored_type is None else Value(quoted(name), stored_type)
            entries.append(f"{text(name)}: {value.cast(property_type)}")
        selects.append(
            f"SELECT {text(table.name)} AS k, {quoted(table.key)} AS i, "
            f"{{{', '.join(entries)}}} AS s FROM graph.{quoted(table.name)}"
        )
    return " UNION ALL ".join(selects)


class BoundValues(Protocol):
    """Compiler of the values of one scope, as rules of functions take it."""

    @property
    def scope(self) -> Scope:
        """Variables in scope."""

    @property
    def context(self) -> Context:
        """Return the model, bound values and names that the whole compilation shares."""

    def value(self, syntax: Syntax) -> Value:
        """Compile a value."""
