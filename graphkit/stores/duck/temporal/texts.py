"""Texts of dates, times and durations, as ``toString()`` writes them."""

from __future__ import annotations

from graphkit.stores.duck.temporal.steps import Steps, begin
from graphkit.stores.duck.temporal.values import NANOS
from graphkit.stores.duck.types import DATE, DATETIME, DURATION, LOCAL_DATETIME, TIME, Value


def as_text(value: Value) -> str:
    """Write a date, time or duration as Neo4j's ``toString()`` does."""
    if value.type == DATE:
        return f"CAST({value.sql} AS VARCHAR)"
    if value.type == DURATION:
        return _duration_text(begin(x=value.sql))
    nanos = "t.x._nanos"
    clock = f"{nanos} // {3600 * NANOS}, {nanos} // {60 * NANOS} % 60, {nanos} // {NANOS} % 60"
    parts = [f"printf('%02d:%02d:%02d', {clock})", _fraction_text(f"({nanos} % {NANOS})")]
    if value.type in (DATETIME, LOCAL_DATETIME):
        parts.insert(0, "CAST(t.x._date AS VARCHAR) || 'T'")
    if value.type in (DATETIME, TIME):
        parts.append(offset_text("t.x._offset"))
    if value.type == DATETIME:
        parts.append("CASE WHEN t.x._zone = '' THEN '' ELSE '[' || t.x._zone || ']' END")
    return begin(x=value.sql).write(" || ".join(f"({part})" for part in parts))


def _duration_text(steps: Steps) -> str:
    """Write the text of the duration ``x``."""

    def amount(number: str, unit: str) -> str:
        return f"CASE WHEN {number} = 0 THEN '' ELSE ({number}) || '{unit}' END"

    # Below zero, seconds and fraction have one sign in a text, and two in the value.
    split = "t.x._seconds < 0 AND t.x._nanos > 0"
    parts = {
        "y": "t.x._months // 12", "m": "t.x._months % 12", "d": "t.x._days",
        "s": f"CASE WHEN {split} THEN t.x._seconds + 1 ELSE t.x._seconds END",
        "f": f"CASE WHEN {split} THEN {NANOS} - t.x._nanos ELSE t.x._nanos END",
        "g": "t.x._seconds < 0",
    }  # fmt: skip
    seconds = (
        "CASE WHEN t.s % 60 = 0 AND t.f = 0 THEN '' "
        "ELSE CASE WHEN t.g AND t.s % 60 = 0 THEN '-' ELSE '' END "
        f"|| (t.s % 60) || ({_fraction_text('t.f')}) || 'S' END"
    )
    time = f"({amount('t.s // 3600', 'H')}) || ({amount('t.s // 60 % 60', 'M')}) || ({seconds})"
    days = " || ".join(f"({amount(f't.{name}', name.upper())})" for name in "ymd")
    return (
        steps.then(**parts)
        .then(a=f"'P' || {days}", b=time)
        .write("CASE WHEN t.b <> '' THEN t.a || 'T' || t.b WHEN t.a = 'P' THEN 'PT0S' ELSE t.a END")
    )


def offset_text(seconds: str) -> str:
    """Write the text of an offset from UTC, such as ``+01:00``."""
    second = f"CASE WHEN {seconds} % 60 = 0 THEN '' ELSE printf(':%02d', abs({seconds}) % 60) END"
    sign = f"CASE WHEN {seconds} < 0 THEN '-' ELSE '+' END"
    digits = f"printf('%02d:%02d', abs({seconds}) // 3600, abs({seconds}) // 60 % 60)"
    return f"CASE WHEN {seconds} = 0 THEN 'Z' ELSE {sign} || {digits} || {second} END"


def _fraction_text(nanos: str) -> str:
    return f"CASE WHEN {nanos} = 0 THEN '' ELSE rtrim(printf('.%09d', {nanos}), '0') END"
