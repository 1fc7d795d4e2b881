"""Durations between two dates or times."""

from __future__ import annotations

from collections.abc import Callable

from graphkit.cypher.tokens import Syntax
from graphkit.errors import Untranslated
from graphkit.stores.duck.scope import BoundValues
from graphkit.stores.duck.temporal.days import days_later, months_later
from graphkit.stores.duck.temporal.steps import Steps, begin
from graphkit.stores.duck.temporal.values import (
    DAY_SECONDS,
    EPOCH,
    INSTANTS,
    day_of,
    exact_duration,
)
from graphkit.stores.duck.temporal.zones import locate, resolve
from graphkit.stores.duck.types import DATE, DATETIME, LOCAL_TIME, NULL, TIME, Value


def difference(kind: str) -> Callable[[BoundValues, Syntax], Value]:
    """Give the rule of a function that measures from one date or time to another."""

    def rule(scope: BoundValues, syntax: Syntax) -> Value:
        values = [scope.value(part) for part in syntax.parts]
        if len(values) != 2:
            raise Untranslated(f"{syntax.name}() of {len(values)} values")
        if any(value.type == NULL for value in values):
            return Value("NULL", NULL)
        for value in values:
            if value.type not in INSTANTS:
                raise Untranslated(f"{syntax.name}() of {value.type.name}")
        return _write_difference(kind, *values)

    return rule


def _write_difference(kind: str, start: Value, end: Value) -> Value:
    """Write the duration from one to another.

    A date has the time 0:00, and one that lacks a date or zone takes that of the other.
    """
    steps = begin(x=start.sql, y=end.sql)
    dated = [value.type not in (LOCAL_TIME, TIME) for value in (start, end)]
    zoned = [value.type in (TIME, DATETIME) for value in (start, end)]
    if kind in ("months", "days") and not all(dated):
        return exact_duration(steps, "0", "0", "0", "0")
    values: dict[str, str] = {}
    types, texts = (start.type, end.type), ("t.x", "t.y")
    for place, name in enumerate("xy"):
        day_place = place if dated[place] else 1 - place
        zone_place = place if zoned[place] else 1 - place
        values[name + "d"] = day_of(types[day_place], texts[day_place]) if any(dated) else EPOCH
        nanos = "CAST(0 AS BIGINT)" if types[place] == DATE else f"{texts[place]}._nanos"
        values[name + "n"] = nanos
        if any(zoned):
            zone = f"{texts[zone_place]}._zone" if types[zone_place] == DATETIME else "''"
            values[name + "o"] = f"{texts[zone_place]}._offset"
            values[name + "z"] = zone
    steps = steps.then(**values)
    write = _instant_difference if any(zoned) else _local_difference
    return write(kind, all(dated), steps)


def _whole(unit: str) -> str:
    """Write the whole months or days from ``xd`` and ``xn`` to ``yd`` and ``yn``."""
    shift = (
        "CASE WHEN t.yd > t.xd AND t.yn < t.xn THEN -1 "
        "WHEN t.yd < t.xd AND t.yn > t.xn THEN 1 ELSE 0 END"
    )
    last = f"(t.yd + {shift})"
    if unit == "days":
        return f"({last} - t.xd)"
    counts = [f"((year({d}) * 12 + month({d})) * 32 + day({d}))" for d in (last, "t.xd")]
    return f"(({counts[0]} - {counts[1]}) // 32)"


def _local_difference(kind: str, dated: bool, steps: Steps) -> Value:
    """Write the difference of two that have no zone."""
    if kind == "months":
        return exact_duration(steps, _whole("months"), "0", "0", "0")
    if kind == "days":
        return exact_duration(steps, "0", _whole("days"), "0", "0")
    nanos = "t.yn - t.xn"
    if kind == "seconds" or not dated:
        return exact_duration(steps, "0", "0", f"(t.yd - t.xd) * {DAY_SECONDS}", nanos)
    steps = steps.then(m=_whole("months")).then(xd=months_later("t.xd", "t.m"))
    steps = steps.then(k=_whole("days"))
    return exact_duration(steps, "t.m", "t.k", f"(t.yd - t.xd - t.k) * {DAY_SECONDS}", nanos)


def _instant_difference(kind: str, dated: bool, steps: Steps) -> Value:
    """Write the difference of two that have zones; months and days are those in the first's."""
    steps = resolve(resolve(steps, "x"), "y")
    exact = ("t.ys - t.xs", "t.yf - t.xf")
    if kind == "seconds" or not dated:
        return exact_duration(steps, "0", "0", *exact)
    steps = locate(steps.then(yo="t.xo", yz="t.xz"), "y")
    if kind in ("months", "days"):
        return _local_difference(kind, dated, steps)
    steps = steps.then(m=_whole("months")).then(xd=months_later("t.xd", "t.m"))
    steps = steps.then(k=_whole("days")).then(xd=days_later("t.xd", "t.k"))
    return exact_duration(resolve(steps, "x"), "t.m", "t.k", *exact)
