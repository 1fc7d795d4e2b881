"""Expressions of SQL in steps: values that are computed one after another.

What is used more than once is an item of a list of one, which a lambda takes: a next step is a
lambda about the result of the last. A lambda within a lambda would be bound again for each one
around it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graphkit.stores.duck.types import Value, ValueType, sql_type


@dataclass(frozen=True)
class Steps:
    """Values that are computed one after another: the next is written about ``t.name`` of those."""

    names: tuple[str, ...]
    sql: str
    guard: str = "t IS NOT NULL"

    def then(self, **values: str) -> Steps:
        """Add values, or replace some; all others stay."""
        names = tuple(dict.fromkeys((*self.names, *values)))
        return Steps(names, self.write(struct({n: values.get(n, f"t.{n}") for n in names})))

    def write(self, body: str) -> str:
        """Write a value, which is null if what the steps begin with is."""
        guarded = f"CASE WHEN {self.guard} THEN {body} END"
        return f"list_transform([{self.sql}], lambda t: {guarded})[1]"


def begin(needed: Sequence[str] | None = None, **values: str) -> Steps:
    """Begin with values, of which those that are needed may not be null: all, if not told."""
    names = values if needed is None else needed
    guard = " AND ".join(f"t.{name} IS NOT NULL" for name in names) or "TRUE"
    return Steps(tuple(values), struct(values), guard)


def struct(fields: Mapping[str, str]) -> str:
    """Write a struct of fields."""
    return f"struct_pack({', '.join(f'{name} := {sql}' for name, sql in fields.items())})"


def checked(condition: str, value: str, problem: str) -> str:
    """Write a value that needs a condition: it is an error of the engine if that is not true."""
    return f"CASE WHEN {condition} THEN {value} ELSE error('{problem}') END"


def failing(target: ValueType, problem: str) -> Value:
    """Write a value that is an error of the engine, where it is asked for."""
    return Value(f"CAST(error('{problem}') AS {sql_type(target)})", target)


def quotient(number: str, size: int) -> str:
    """Write the whole part of a division, rounded down also below zero."""
    return f"((({number}) - {remainder(number, size)}) // {size})"


def remainder(number: str, size: int) -> str:
    """Write the rest of a division, which is never below zero."""
    return f"(((({number}) % {size}) + {size}) % {size})"
