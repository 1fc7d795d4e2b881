"""Statements of Cypher in SQL, with the values that they bind: compiled once for their types."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from graphkit.cypher import Statement
from graphkit.errors import UsageError
from graphkit.schema import GRAPH
from graphkit.stores.duck.clauses import Compiled, compiled
from graphkit.stores.duck.reader import model_of
from graphkit.stores.duck.types import ANY, BOOL, FLOAT, INT, NULL, TEXT, Model, T, type_of


@cache
def graph_model() -> Model:
    """Describe the tables of the graph to the compiler, once in a process."""
    return model_of(GRAPH)


@dataclass(frozen=True)
class Plan:
    """A statement in SQL, and the values that it binds."""

    statement: Statement
    query: Compiled
    values: Mapping[str, Any]

    @property
    def sql(self) -> str:
        """SQL to run: the query, or what draws its plan."""
        prefixes = {prefix.name for prefix in self.statement.tree.all("prefix")}
        if "PROFILE" in prefixes:
            return f"EXPLAIN ANALYZE {self.query.sql}"
        return f"EXPLAIN {self.query.sql}" if "EXPLAIN" in prefixes else self.query.sql


class _Integer(int):
    """Whole number in place of a parameter, which no number in the text is."""


class _Fraction(float):
    """Fraction in place of a parameter."""


class _Text(str):
    """Text in place of a parameter."""

    __slots__ = ()


class _List(list[Any]):
    """List in place of a parameter."""


PLACES: Mapping[type, type] = {
    int: _Integer, float: _Fraction, str: _Text, list: _List, tuple: _List,
}  # fmt: skip
"""Types of values that a statement binds whatever they are; others are part of its SQL."""


def sample(of: T) -> Any:
    """Return some value of a type, for which a statement has the SQL of every other.

    >>> type_of(sample(type_of([1, 2]))) == type_of([3])
    True
    """
    if of.name == "list":
        item = of.item or NULL
        return _List([0, ""] if item == ANY else [] if item == NULL else [sample(item)])
    return {INT: _Integer(), FLOAT: _Fraction(), TEXT: _Text(), BOOL: True}[of]


def free_plan(statement: Statement, values: Mapping[str, Any]) -> Plan:
    """Compile a statement that anybody wrote."""
    query = compiled(statement, values, graph_model())
    return _checked(Plan(statement, query, query.bound))


def _checked(plan: Plan) -> Plan:
    """Refuse values of which DuckDB would take all items for text."""
    if any(is_mixed(type_of(value)) for value in plan.values.values()):
        raise UsageError(
            "the embedded database cannot take these parameters: found a list of values of several "
            "types"
        )
    return plan


def is_mixed(of: T) -> bool:
    """Tell the type of a list whose items are of several types.

    >>> [is_mixed(type_of(value)) for value in ([1, 2.5, None], [1, "a"], [[1], ["a"]], "a")]
    [False, True, True, False]
    """
    return of.name == "list" and of.item is not None and (of.item == ANY or is_mixed(of.item))


def own_plan(statement: str, parameters: Mapping[str, Any]) -> Plan:
    """Compile a statement of graphkit's own, once for the types of its parameters."""
    asked = parsed(statement)
    values = asked.values(parameters)
    types = tuple((n, type_of(v)) for n, v in values.items() if type(v) in PLACES)
    fixed = tuple((n, v) for n, v in values.items() if type(v) not in PLACES)
    try:
        slots = compiled_once(statement, types, fixed)
    except TypeError:  # a value that is not known by its content, such as a map
        return free_plan(asked, values)
    own = {name: values[parameter] for name, parameter in slots.names.items()}
    return _checked(Plan(asked, slots.query, {**slots.query.bound, **own}))


@lru_cache
def parsed(statement: str) -> Statement:
    """Parse a statement of graphkit's own, once in a process."""
    asked = Statement(statement)
    asked.check_read_only()
    return asked


@dataclass(frozen=True)
class Slots:
    """A compiled query, and which of the values that it binds are which parameters."""

    query: Compiled
    names: Mapping[str, str]


@lru_cache(1024)
def compiled_once(
    statement: str, types: tuple[tuple[str, T], ...], fixed: tuple[tuple[str, Any], ...]
) -> Slots:
    """Compile a statement for all values of these types."""
    places = {name: sample(of) for name, of in types}
    return _slots(parsed(statement), places, dict(fixed))


def _slots(statement: Statement, places: Mapping[str, Any], fixed: Mapping[str, Any]) -> Slots:
    query = compiled(statement, {**places, **fixed}, graph_model())
    own = {id(value): name for name, value in places.items()}
    return Slots(query, {n: own[id(v)] for n, v in query.bound.items() if id(v) in own})


def shown(statement: Statement, values: Mapping[str, Any]) -> str:
    """Write a statement in SQL with the parameters' own names, and its texts as literals."""
    places = {n: PLACES[type(v)](v) for n, v in values.items() if type(v) in PLACES}
    fixed = {n: v for n, v in values.items() if type(v) not in PLACES}
    slots = _slots(statement, places, fixed)

    def written(found: re.Match[str]) -> str:
        name = found[1]
        return f"${slots.names[name]}" if name in slots.names else literal(slots.query.bound[name])

    return re.sub(r"\$(p[0-9]+)\b", written, slots.query.sql)


def literal(value: Any) -> str:
    """Write a value as a literal of SQL.

    >>> print(literal(["it's", None, True, 1.5]))
    ['it''s', NULL, true, 1.5]
    """
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(literal, value))}]"
    return json.dumps(value)
