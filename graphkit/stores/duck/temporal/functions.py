"""Functions of Cypher that make dates, times and durations."""

from __future__ import annotations

from collections.abc import Callable

from graphkit.cypher.tokens import Syntax
from graphkit.errors import Untranslated
from graphkit.stores.duck.scope import BoundValues
from graphkit.stores.duck.temporal.arguments import fields_of, literal_text
from graphkit.stores.duck.temporal.differences import difference
from graphkit.stores.duck.temporal.maps import from_epoch, from_fields
from graphkit.stores.duck.temporal.parsing import parse_duration, parse_instant
from graphkit.stores.duck.temporal.truncation import truncation
from graphkit.stores.duck.temporal.values import INSTANTS, TYPES, day_of, present
from graphkit.stores.duck.types import (
    DATE,
    DATETIME,
    DURATION,
    LOCAL_DATETIME,
    LOCAL_TIME,
    NULL,
    TEXT,
    TIME,
    Value,
    ValueType,
)


def _convert(scope: BoundValues, target: ValueType, value: Value) -> Value:
    """Build a value of a text or another date or time."""
    if value.type in (NULL, target):
        return value
    if value.type == TEXT:
        literal = literal_text(scope, value)
        if target == DURATION:
            return parse_duration(value.sql, literal)
        return parse_instant(scope, target, value.sql, literal)
    if target == DURATION or value.type not in INSTANTS:
        raise Untranslated(f"{target.name}() of {value.type.name}")
    if target == DATE:
        return Value(f"struct_extract({value.sql}, '{day_of(value.type, '')[1:]}')", DATE)
    if target in (LOCAL_TIME, TIME):
        return from_fields(target, {"time": value})
    if value.type in (LOCAL_DATETIME, DATETIME):
        return from_fields(target, {"datetime": value})
    raise Untranslated(f"{target.name}() of {value.type.name}")


def _constructor(target: ValueType) -> Callable[[BoundValues, Syntax], Value]:
    def rule(scope: BoundValues, syntax: Syntax) -> Value:
        if not syntax.parts and target != DURATION:
            return present(target)
        if len(syntax.parts) != 1:
            raise Untranslated(f"{syntax.name}() of {len(syntax.parts)} values")
        fields = fields_of(scope, syntax.parts[0])
        if fields is not None:
            return from_fields(target, fields)
        return _convert(scope, target, scope.value(syntax.parts[0]))

    return rule


def _clock(target: ValueType) -> Callable[[BoundValues, Syntax], Value]:
    def rule(scope: BoundValues, syntax: Syntax) -> Value:
        if not syntax.parts:
            return present(target)
        zone = scope.value(syntax.parts[0])
        if zone.type == NULL:
            return zone
        raise Untranslated(f"{syntax.name}() of a zone")

    return rule


def _epoch_rule(scope: BoundValues, syntax: Syntax) -> Value:
    names = (
        ("epochseconds", "nanosecond") if syntax.name.lower().endswith("h") else ("epochmillis",)
    )
    values = [scope.value(part) for part in syntax.parts]
    if any(value.type == NULL for value in values):
        return Value("NULL", NULL)
    if len(values) != len(names):
        raise Untranslated(f"{syntax.name}() of {len(values)} values")
    return from_epoch(dict(zip(names, values, strict=True)))


FUNCTIONS: dict[str, Callable[[BoundValues, Syntax], Value]] = {
    **{type_.name: _constructor(type_) for type_ in TYPES},
    **{f"{type_.name}.{clock}": _clock(type_) for type_ in INSTANTS
       for clock in ("transaction", "statement", "realtime")},
    **{f"{type_.name}.truncate": truncation(type_) for type_ in INSTANTS},
    "datetime.fromepoch": _epoch_rule, "datetime.fromepochmillis": _epoch_rule,
    "duration.between": difference("all"), "duration.inmonths": difference("months"),
    "duration.indays": difference("days"), "duration.inseconds": difference("seconds"),
}  # fmt: skip
"""The rule of each function, by its name in small letters."""
