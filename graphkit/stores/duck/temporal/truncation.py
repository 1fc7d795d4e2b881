"""Dates and times cut to a unit."""

from __future__ import annotations

from collections.abc import Callable

from graphkit.cypher.tokens import Syntax
from graphkit.errors import Untranslated
from graphkit.stores.duck.scope import BoundValues
from graphkit.stores.duck.temporal.arguments import fields_of, literal_text
from graphkit.stores.duck.temporal.maps import FRACTIONS, from_fields
from graphkit.stores.duck.temporal.steps import begin
from graphkit.stores.duck.temporal.values import (
    INSTANTS,
    NANOS,
    day_of,
    nanos_of,
    present,
    write_instant,
)
from graphkit.stores.duck.temporal.zones import resolve, with_zone
from graphkit.stores.duck.types import (
    DATE,
    DATETIME,
    INT,
    LOCAL_TIME,
    NULL,
    TEXT,
    TIME,
    Value,
    ValueType,
)

UNITS = ("millennium", "century", "decade", "year", "weekyear", "quarter", "month", "week", "day")
SIZES = {"hour": 3600 * NANOS, "minute": 60 * NANOS, "second": NANOS,
         "millisecond": 1_000_000, "microsecond": 1_000}  # fmt: skip


def truncation(target: ValueType) -> Callable[[BoundValues, Syntax], Value]:
    """Give the rule of the function that cuts a date or time to a unit."""

    def rule(scope: BoundValues, syntax: Syntax) -> Value:
        if not 1 <= len(syntax.parts) <= 3:
            raise Untranslated(f"{syntax.name}() of {len(syntax.parts)} values")
        unit = (literal_text(scope, scope.value(syntax.parts[0])) or "").lower()
        value = scope.value(syntax.parts[1]) if len(syntax.parts) > 1 else present(target)
        fields = fields_of(scope, syntax.parts[2]) if len(syntax.parts) > 2 else {}
        if value.type == NULL:
            return value
        allowed = [*UNITS, *SIZES]
        if target in (LOCAL_TIME, TIME):
            allowed = ["day", *SIZES]
        elif DATE in (target, value.type):
            allowed = list(UNITS)
        if unit not in allowed or fields is None or value.type not in INSTANTS:
            raise Untranslated(f"{syntax.name}() of {unit or 'a unit'} and {value.type.name}")
        cut = _cut(target, unit, value, fields.pop("timezone", None))
        if not fields:
            return cut
        if unit in FRACTIONS and set(FRACTIONS) & fields.keys():
            # What is cut off may be set, and what is left stays.
            place = FRACTIONS.index(unit) + 1
            if set(FRACTIONS[:place]) & fields.keys():
                raise Untranslated(f"{syntax.name}() of {', '.join(sorted(fields))}")
            for name in FRACTIONS[:place]:
                whole = f"struct_extract({cut.sql}, '_nanos') // {SIZES[name]} % 1000"
                fields[name] = Value(whole, INT)
        selector = {DATE: "date", LOCAL_TIME: "time", TIME: "time"}.get(target, "datetime")
        return from_fields(target, {selector: cut, **fields})

    return rule


def _cut(target: ValueType, unit: str, value: Value, zone: Value | None) -> Value:
    """Build a value cut to a unit."""
    if zone is not None and (zone.type != TEXT or target not in (TIME, DATETIME)):
        raise Untranslated(f"truncating a {target.name} with a zone that is {zone.type.name}")
    values = {"n": "CAST(0 AS BIGINT)"}
    if target not in (LOCAL_TIME, TIME):
        day = day_of(value.type, "t.x")
        years = {"millennium": 1000, "century": 100, "decade": 10}
        if unit in years:
            values["d"] = f"make_date(year({day}) // {years[unit]} * {years[unit]}, 1, 1)"
        elif unit == "weekyear":
            values["d"] = f"CAST(date_trunc('week', make_date(isoyear({day}), 1, 4)) AS DATE)"
        elif unit in UNITS and unit != "day":
            values["d"] = f"CAST(date_trunc('{unit}', {day}) AS DATE)"
        else:
            values["d"] = day
    if unit in SIZES:
        nanos = nanos_of(value.type, "t.x")
        values["n"] = f"{nanos} - {nanos} % {SIZES[unit]}"
    if target in (TIME, DATETIME) and value.type in (TIME, DATETIME):
        values["o"] = "t.x._offset"
        if value.type == target == DATETIME and zone is None:
            values["z"] = "t.x._zone"
    if zone is None:
        steps = begin(x=value.sql).then(**values)
    else:
        steps = with_zone(begin(x=value.sql, y=zone.sql).then(**values), "t.y")
    if target == DATETIME and "z" in steps.names:
        steps = resolve(steps)
    return write_instant(steps, target)
