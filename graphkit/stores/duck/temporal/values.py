"""Dates, times and durations of Cypher as values of SQL, from their parts.

A date is a DATE. Every other one is a struct, whose fields are ordered so that the order of structs
is Neo4j's. Times are counted in nanoseconds of the day, and years go from 1 to 9999.
"""

from __future__ import annotations

from graphkit.errors import Untranslated
from graphkit.stores.duck.temporal.days import days_later, in_years
from graphkit.stores.duck.temporal.steps import Steps, begin, checked, quotient, remainder, struct
from graphkit.stores.duck.types import (
    DATE,
    DATETIME,
    DURATION,
    LOCAL_DATETIME,
    LOCAL_TIME,
    TIME,
    Value,
    ValueType,
    sql_type,
)

INSTANTS = (DATE, DATETIME, LOCAL_DATETIME, LOCAL_TIME, TIME)
TYPES = (*INSTANTS, DURATION)
NANOS, DAY_SECONDS = 1_000_000_000, 86_400
DAY = DAY_SECONDS * NANOS
EPOCH = "DATE '1970-01-01'"
MONTH_SECONDS = 2_629_746
"""Seconds of an average month, by which Neo4j orders durations and divides months."""
DURATION_FIELDS = ("_months", "_days", "_seconds", "_nanos")


def _packed(target: ValueType, day: str, nanos: str, offset: str = "0", zone: str = "''") -> str:
    """Write a value of a local day and time, at an offset from UTC in seconds."""
    if target == DATE:
        return day
    fields = {
        LOCAL_TIME: {"_nanos": nanos},
        LOCAL_DATETIME: {"_date": day, "_nanos": nanos},
        TIME: {"_utc": f"{nanos} - {offset} * {NANOS}", "_nanos": nanos, "_offset": offset},
        DATETIME: {
            "_second": f"({day} - {EPOCH}) * {DAY_SECONDS} + {nanos} // {NANOS} - {offset}",
            "_fraction": f"{nanos} % {NANOS}",
            "_date": day, "_nanos": nanos, "_offset": offset, "_zone": zone,
        },
    }[target]  # fmt: skip
    return f"CAST({struct(fields)} AS {sql_type(target)})"


def write_instant(steps: Steps, target: ValueType) -> Value:
    """Write a value of the steps' day ``d``, time ``n``, offset ``o`` and zone ``z``."""
    zone = "t.z" if "z" in steps.names else "''"
    offset = "t.o" if "o" in steps.names else "CAST(0 AS BIGINT)"
    if target in (DATE, LOCAL_DATETIME, DATETIME):
        steps = steps.then(d=in_years("t.d"))
    if target == TIME and zone == "t.z":
        steps = steps.then(o=checked("t.z = ''", "t.o", "a time in a named zone"))
    return Value(steps.write(_packed(target, "t.d", "t.n", offset, zone)), target)


def present(target: ValueType) -> Value:
    """Build the present, in UTC."""
    day = days_later(EPOCH, "epoch_us(now()) // 86400000000")
    nanos = "epoch_us(now()) % 86400000000"
    if target == DATE:
        return Value(day, DATE)
    return write_instant(begin((), d=day, n=f"({nanos}) * 1000"), target)


def exact_duration(steps: Steps, months: str, days: str, seconds: str, nanos: str) -> Value:
    """Write a duration; nanoseconds may be any number."""
    parts = zip("mdsn", (months, days, seconds, nanos), strict=True)
    steps = steps.then(**{name: f"CAST({sql} AS BIGINT)" for name, sql in parts})
    second, fraction = f"t.s + {quotient('t.n', NANOS)}", remainder("t.n", NANOS)
    fields = {
        "_length": f"{second} + t.d * {DAY_SECONDS} + t.m * {MONTH_SECONDS}",
        "_nanos": fraction, "_months": "t.m", "_days": "t.d", "_seconds": second,
    }  # fmt: skip
    return Value(steps.write(f"CAST({struct(fields)} AS {sql_type(DURATION)})"), DURATION)


def approximate_duration(steps: Steps, months: str, days: str, seconds: str, nanos: str) -> Value:
    """Write a duration of fractions: what is left of a unit goes to the next."""

    def remnant(unit: int, name: str, per: int) -> str:
        size = f"{float(unit)!r}::DOUBLE"
        return f"({size} * t.{name} - {size} * trunc(t.{name})) / {float(per)!r}::DOUBLE"

    parts = zip("mdsn", (months, days, seconds, nanos), strict=True)
    steps = steps.then(**{name: f"CAST({sql} AS DOUBLE)" for name, sql in parts})
    steps = steps.then(d=f"t.d + {remnant(MONTH_SECONDS * NANOS, 'm', DAY)}")
    steps = steps.then(s=f"t.s + {remnant(DAY, 'd', NANOS)}")
    steps = steps.then(n=f"t.n + {remnant(NANOS, 's', 1)}")
    return exact_duration(steps, *(f"trunc(t.{name})" for name in "mdsn"))


def day_of(type_: ValueType, sql: str) -> str:
    """Write the date of a value of a type.

    Raises
    ------
    Untranslated
        It has no date.
    """
    if type_ in (LOCAL_TIME, TIME) or type_ not in INSTANTS:
        raise Untranslated(f"date of {type_.name}")
    return sql if type_ == DATE else f"{sql}._date"


def nanos_of(type_: ValueType, sql: str) -> str:
    """Write the nanoseconds of the day of a value of a type.

    Raises
    ------
    Untranslated
        It has no time of day.
    """
    if type_ == DATE or type_ not in INSTANTS:
        raise Untranslated(f"time of {type_.name}")
    return f"{sql}._nanos"
