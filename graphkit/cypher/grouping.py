"""The rules of columns that are aggregated or made distinct, as relations of syntax trees."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from graphkit.cypher.signatures import AGGREGATES, RANDOM
from graphkit.cypher.tokens import Syntax

Shape = tuple[object, ...]
"""A syntax tree without its places: equal for values that are written alike."""

NAMED = ("variable", "own-variable")
LOCAL = ("comprehension", "predicate", "reduce")
"""Constructs with a variable of their own."""


def shape(value: Syntax) -> Shape:
    """Return the shape of a value; parentheses, spaces and the case of functions do not count."""
    while value.kind == "group":
        value = value.parts[0]
    name = value.name.lower() if value.kind == "function" else value.name
    return (value.kind, name, *map(shape, value.parts))


def is_aggregate(value: Syntax) -> bool:
    """Tell if a value is the call of a function of all rows."""
    return value.kind == "function" and value.name.lower() in AGGREGATES


def aggregates(value: Syntax, known: Collection[Shape | None] = ()) -> Iterator[Syntax]:
    """Yield the outer aggregates in a value, outside of known values and of subqueries."""
    if known and shape(value) in known:
        return
    if is_aggregate(value):
        yield value
    elif value.kind != "subquery-value":
        for part in value.parts[known_beginning(value, known) :]:
            yield from aggregates(part, known)


def is_random(value: Syntax) -> bool:
    """Tell if a value is the call of a function that draws at random."""
    return value.kind == "function" and value.name.lower() in RANDOM


def key_of(value: Syntax) -> Shape | None:
    """Return the shape of a variable or of its property, by which an aggregate may stand."""
    while value.kind == "group":
        value = value.parts[0]
    first = value.parts[0] if value.kind in ("property", "index") else value
    plain = value.kind != "index" or value.parts[1].kind == "string"
    return shape(value) if first.kind == "variable" and plain else None


def loose(
    value: Syntax,
    names: Collection[str],
    known: Collection[Shape | None],
    cut: Callable[[Syntax], bool],
) -> Iterator[Syntax]:
    """Yield the variables of some names in a value, outside of known values and of what is cut."""
    if cut(value) or (known and shape(value) in known):
        return
    if value.kind in NAMED:
        if value.name in names:
            yield value
        return
    if value.kind in LOCAL:
        inner = {part.name for part in value.all("variable")}
        names = {name for name in names if name not in inner}
    for part in value.parts[known_beginning(value, known) :]:
        yield from loose(part, names, known, cut)


def known_beginning(value: Syntax, known: Collection[Shape | None]) -> int:
    """Return how many parts of ``a + b + c`` are a known value, such as ``a + b``."""
    count = 0
    for beginning in known if value.kind in ("sum", "product") else ():
        if beginning and beginning[0] == value.kind and count < len(beginning) - 2:
            parts = value.parts[: len(beginning) - 2]
            if tuple(map(shape, parts)) == beginning[2:]:
                count = len(parts)
    return count
