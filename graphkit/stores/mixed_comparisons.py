"""Comparisons of a statement that are never true: of a number with what the graph holds as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphkit.cypher.statement import Statement
from graphkit.cypher.tokens import Syntax, place
from graphkit.schema import GRAPH, Type

_TEXT_TYPES = (Type.TEXT, Type.PERIOD, Type.DATE)
_PROPERTIES = [prop for kind in GRAPH.kinds for prop in kind.stored]
_OTHERS = {prop.name for prop in _PROPERTIES if prop.type not in _TEXT_TYPES}
TEXTS = {prop.name for prop in _PROPERTIES} - _OTHERS
"""Properties that are text wherever they are."""


def numbers_for_text(statement: Statement, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """Note comparisons such as ``f.period = 2024``, which give nothing without a word.

    >>> numbers_for_text(Statement("MATCH (c:Country {iso3: 1}) RETURN c"), {})
    ("line 1, column 19: iso3 holds text; found the number 1, wanted text such as '2024'",)
    """
    notes = []
    for name, offset, value in _comparisons(statement.tree):
        number = _number(value, parameters) if name in TEXTS else None
        if number is not None:
            message = f"{name} holds text; found {number}, wanted text such as '2024'"
            notes.append((offset, f"{place(statement.text, offset)}: {message}"))
    return tuple(note for _, note in sorted(notes))


def _comparisons(tree: Syntax) -> Iterator[tuple[str, int, Syntax]]:
    """Yield properties, their places, and the values that they are compared with."""
    for comparison in tree.walk("compare"):
        for left, right in zip(comparison.parts[::2], comparison.parts[2::2], strict=False):
            for operand, value in ((left, right), (right, left)):
                if operand.kind == "property":
                    yield operand.name, operand.end - len(operand.name), value
    for element in tree.walk("node", "relationship"):
        for properties in element.all("map"):
            for entry in properties.parts:
                yield entry.name, entry.offset, entry.parts[0]


def _number(value: Syntax, parameters: Mapping[str, Any]) -> str | None:
    """Describe a number, a date or a parameter that is a number; None for anything else."""
    if value.kind == "number":
        return f"the number {value.name}"
    if value.kind == "function" and value.name.lower() == "date":
        return "a date"
    parameter = parameters.get(value.name) if value.kind == "parameter" else None
    if isinstance(parameter, int | float) and not isinstance(parameter, bool):
        return f"the number {parameter} for ${value.name}"
    return None
