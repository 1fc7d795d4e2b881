"""Components of dates, times and durations."""

from __future__ import annotations

from graphkit.errors import Untranslated
from graphkit.stores.duck.temporal.steps import begin
from graphkit.stores.duck.temporal.texts import offset_text
from graphkit.stores.duck.temporal.values import NANOS
from graphkit.stores.duck.types import (
    DATE,
    DATETIME,
    DURATION,
    INT,
    LOCAL_DATETIME,
    TEXT,
    TIME,
    Value,
)

DAY_COMPONENTS = {
    "year": "year({})", "quarter": "quarter({})", "month": "month({})", "week": "weekofyear({})",
    "weekyear": "isoyear({})", "day": "day({})", "ordinalday": "dayofyear({})",
    "dayofweek": "isodow({})", "weekday": "isodow({})",
    "dayofquarter": "(date_diff('day', CAST(date_trunc('quarter', {0}) AS DATE), {0}) + 1)",
    "quarterday": "(date_diff('day', CAST(date_trunc('quarter', {0}) AS DATE), {0}) + 1)",
}  # fmt: skip
NANO_COMPONENTS = {
    "hour": f"{{}} // {3600 * NANOS}", "minute": f"{{}} // {60 * NANOS} % 60",
    "second": f"{{}} // {NANOS} % 60", "millisecond": f"{{}} % {NANOS} // 1000000",
    "microsecond": f"{{}} % {NANOS} // 1000", "nanosecond": f"{{}} % {NANOS}",
}  # fmt: skip
ZONE_COMPONENTS = {
    "offsetseconds": "{}._offset", "offsetminutes": "{}._offset // 60",
    "epochseconds": "{}._second", "epochmillis": "({0}._second * 1000 + {0}._fraction // 1000000)",
}  # fmt: skip
DURATION_COMPONENTS = {
    "years": "{}._months // 12", "quarters": "{}._months // 3", "months": "{}._months",
    "weeks": "{}._days // 7", "days": "{}._days", "hours": "{}._seconds // 3600",
    "minutes": "{}._seconds // 60", "seconds": "{}._seconds",
    "milliseconds": "({0}._seconds * 1000 + {0}._nanos // 1000000)",
    "microseconds": "({0}._seconds * 1000000 + {0}._nanos // 1000)",
    "nanoseconds": f"({{0}}._seconds * {NANOS} + {{0}}._nanos)",
    "quartersofyear": "{}._months // 3 % 4", "monthsofquarter": "{}._months % 3",
    "monthsofyear": "{}._months % 12", "daysofweek": "{}._days % 7",
    "minutesofhour": "{}._seconds // 60 % 60", "secondsofminute": "{}._seconds % 60",
    "millisecondsofsecond": "{}._nanos // 1000000", "microsecondsofsecond": "{}._nanos // 1000",
    "nanosecondsofsecond": "{}._nanos",
}  # fmt: skip


def component(owner: Value, name: str) -> Value:
    """Take a part of a date, time or duration by its name.

    Raises
    ------
    Untranslated
        It has no such part.
    """
    low, type_ = name.lower(), owner.type
    if type_ == DATE and low in DAY_COMPONENTS:
        return Value(f"CAST({DAY_COMPONENTS[low].format(owner.sql)} AS BIGINT)", INT)
    steps = begin(x=owner.sql)
    if type_ in (DATETIME, TIME) and low in ("offset", "timezone"):
        text = offset_text("t.x._offset")
        if type_ == DATETIME and low == "timezone":
            text = f"CASE WHEN t.x._zone = '' THEN {text} ELSE t.x._zone END"
        return Value(steps.write(text), TEXT)
    if type_ == DURATION:
        pattern, part = DURATION_COMPONENTS.get(low), "t.x"
    elif type_ in (DATETIME, LOCAL_DATETIME) and low in DAY_COMPONENTS:
        pattern, part = DAY_COMPONENTS[low], "t.x._date"
    elif type_ != DATE and low in NANO_COMPONENTS:
        pattern, part = NANO_COMPONENTS[low], "t.x._nanos"
    elif type_ == DATETIME or (type_ == TIME and low.startswith("offset")):
        pattern, part = ZONE_COMPONENTS.get(low), "t.x"
    else:
        pattern, part = None, ""
    if pattern is None:
        raise Untranslated(f"{name} of {type_.name}")
    return Value(steps.write(pattern.format(part)), INT)
