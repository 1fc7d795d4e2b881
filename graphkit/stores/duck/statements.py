"""Statements of Cypher as SQL with the values that it binds, compiled once for all of them."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphkit.cypher.scopes import check_scopes
from graphkit.cypher.statement import Statement
from graphkit.stores.duck.clauses import Compiled, compile_statement
from graphkit.stores.duck.types import Model, ValueType, type_of
from graphkit.stores.mixed_comparisons import numbers_for_text


@dataclass(frozen=True)
class StatementPlan:
    """A statement in SQL, and the values that it binds."""

    statement: Statement
    query: Compiled
    values: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    """Doubts about what the statement means."""

    @property
    def sql(self) -> str:
        """SQL to run: the query, or what draws its plan."""
        prefixes = {prefix.name for prefix in self.statement.tree.all("prefix")}
        if "PROFILE" in prefixes:
            return f"EXPLAIN ANALYZE {self.query.sql}"
        return f"EXPLAIN {self.query.sql}" if "EXPLAIN" in prefixes else self.query.sql


def free_plan(statement: Statement, values: Mapping[str, Any], model: Model) -> StatementPlan:
    """Compile a statement that anybody wrote, with notes on what it may not mean."""
    check_scopes(statement)
    query = compile_statement(statement, values, model)
    notes = (*query.notes, *numbers_for_text(statement, values))
    return StatementPlan(statement, query, query.bound, notes)


def own_plan(statement: str, parameters: Mapping[str, Any], model: Model) -> StatementPlan:
    """Compile a statement of graphkit's own, once for the types of its parameters."""
    syntax = parse_own(statement)
    values = syntax.values(parameters)
    types = tuple((name, type_of(value)) for name, value in values.items())
    queries = compilations(statement, types, id(model))
    for query in queries:
        if all(values[name] == value for name, value in query.read.items()):
            break
    else:
        query = compile_statement(syntax, values, model)
        queries.append(query)
    parameter_values = {place: values[name] for place, name in query.places.items()}
    return StatementPlan(syntax, query, {**query.bound, **parameter_values})


MOST_COMPILATIONS = 16
"""Of one statement, for parameters of the same types, whose values it depends on."""


@lru_cache(1024)
def compilations(
    statement: str, types: tuple[tuple[str, ValueType], ...], model: int
) -> deque[Compiled]:
    """Return what was compiled of a statement for parameters of these types, of one model."""
    return deque(maxlen=MOST_COMPILATIONS)


@lru_cache
def parse_own(statement: str) -> Statement:
    """Parse a statement of graphkit's own, once in a process."""
    return Statement.read_only(statement)


def write_sql(statement: Statement, values: Mapping[str, Any], model: Model) -> str:
    """Write a statement in SQL with the parameters' own names, and its texts as literals."""
    check_scopes(statement)
    query = compile_statement(statement, values, model)

    def written(place: re.Match[str]) -> str:
        name = place[1]
        return f"${query.places[name]}" if name in query.places else literal(query.bound[name])

    return re.sub(r"\$(p[0-9]+)\b", written, query.sql)


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
