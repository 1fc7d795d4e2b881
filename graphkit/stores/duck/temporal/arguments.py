"""Arguments of functions of time: the fields of a map, and texts that are known."""

from __future__ import annotations

from graphkit.cypher.tokens import Syntax
from graphkit.errors import Untranslated
from graphkit.stores.duck.scope import BoundValues
from graphkit.stores.duck.types import Value

ALIASES = {"weekday": "dayofweek", "quarterday": "dayofquarter"}


def literal_text(scope: BoundValues, value: Value) -> str | None:
    """Return a text that the statement or a parameter gives."""
    constant = scope.context.constant(value)
    return constant if isinstance(constant, str) else None


def fields_of(scope: BoundValues, syntax: Syntax) -> dict[str, Value] | None:
    """List the fields of a map; None of what is no map."""
    if syntax.kind == "map":
        entries = {part.name: scope.value(part.parts[0]) for part in syntax.parts}
    else:
        value = scope.value(syntax)
        if value.type.name != "map":
            return None
        quoted = {name: name.replace("'", "''") for name, _ in value.type.fields}
        entries = {
            name: Value(f"struct_extract({value.sql}, '{quoted[name]}')", type_)
            for name, type_ in value.type.fields
        }
    fields = {ALIASES.get(name.lower(), name.lower()): value for name, value in entries.items()}
    if len(fields) < len(entries):
        raise Untranslated("map that has a part twice")
    return fields
