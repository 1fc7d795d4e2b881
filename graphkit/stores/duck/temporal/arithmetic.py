"""Sums and multiples with durations."""

from __future__ import annotations

from graphkit.errors import Untranslated
from graphkit.stores.duck.temporal.days import days_later, months_later
from graphkit.stores.duck.temporal.steps import begin, checked, quotient, remainder
from graphkit.stores.duck.temporal.values import (
    DAY,
    DAY_SECONDS,
    DURATION_FIELDS,
    NANOS,
    TYPES,
    approximate_duration,
    day_of,
    exact_duration,
    write_instant,
)
from graphkit.stores.duck.temporal.zones import locate, resolve
from graphkit.stores.duck.types import DATE, DATETIME, DURATION, FLOAT, INT, LOCAL_TIME, TIME, Value


def added(left: Value, sign: str, right: Value) -> Value:
    """Add a duration to a date, time or duration, or subtract it.

    Raises
    ------
    Untranslated
        It is something else that is added.
    """
    if left.type == DURATION and right.type != DURATION and sign == "+":
        left, right = right, left
    if right.type != DURATION or left.type not in TYPES or sign not in ("+", "-"):
        raise Untranslated(f"{sign} of {left.type.name} and {right.type.name}")
    steps = begin(x=left.sql, y=right.sql)
    if left.type == DURATION:
        return exact_duration(steps, *(f"t.x.{name} {sign} t.y.{name}" for name in DURATION_FIELDS))
    if left.type in (LOCAL_TIME, TIME):
        change = f"(t.y._seconds % {DAY_SECONDS} * {NANOS} + t.y._nanos)"
        steps = steps.then(n=remainder(f"t.x._nanos {sign} {change}", DAY))
        return write_instant(steps.then(o="t.x._offset") if left.type == TIME else steps, left.type)
    month_day = months_later(day_of(left.type, "t.x"), f"{sign}t.y._months")
    day = days_later(month_day, f"{sign}t.y._days")
    if left.type == DATE:
        day = days_later(day, f"{sign}(t.y._seconds // {DAY_SECONDS})")
        return write_instant(steps.then(d=day), DATE)
    values = {"o": "CAST(0 AS BIGINT)", "z": "''"}
    if left.type == DATETIME:
        values = {"o": "t.x._offset", "z": "t.x._zone"}
    steps = resolve(steps.then(d=day, n="t.x._nanos", **values))
    fraction = f"t.f {sign} t.y._nanos"
    steps = steps.then(
        s=f"t.s {sign} t.y._seconds + {quotient(fraction, NANOS)}", f=remainder(fraction, NANOS)
    )
    return write_instant(locate(steps), left.type)


def multiplied(left: Value, sign: str, right: Value) -> Value:
    """Multiply a duration by a number, or divide it.

    Raises
    ------
    Untranslated
        It is something else that is multiplied.
    """
    if right.type == DURATION and sign == "*":
        left, right = right, left
    if left.type != DURATION or not right.type.is_number or sign not in ("*", "/"):
        raise Untranslated(f"{sign} of {left.type.name} and {right.type.name}")
    if sign == "*" and right.type == INT:
        steps = begin(x=left.sql, y=right.sql)
        return exact_duration(steps, *(f"t.x.{name} * t.y" for name in DURATION_FIELDS))
    steps = begin(x=left.sql, y=right.cast(FLOAT))
    if sign == "/":
        steps = steps.then(y=checked("t.y <> 0", "t.y", "/ by zero"))
    return approximate_duration(steps, *(f"t.x.{name} {sign} t.y" for name in DURATION_FIELDS))
