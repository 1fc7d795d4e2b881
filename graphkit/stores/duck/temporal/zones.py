"""Zones: the local time of an instant, and the instant of a local time."""

from __future__ import annotations

from graphkit.errors import Untranslated
from graphkit.stores.duck.temporal.days import days_later
from graphkit.stores.duck.temporal.steps import Steps, begin, checked, quotient, remainder
from graphkit.stores.duck.temporal.values import DAY, DAY_SECONDS, EPOCH, NANOS, write_instant
from graphkit.stores.duck.types import DATETIME, TEXT, Value


def _offset_at(second: str, zone: str) -> str:
    """Write the offset of a named zone at a second since 1970."""
    return f"(CAST(epoch(timezone({zone}, to_timestamp({second}))) AS BIGINT) - ({second}))"


def locate(steps: Steps, prefix: str = "") -> Steps:
    """Find the local ``d``, ``n`` and offset ``o`` of an instant, ``s`` and ``f``, in a zone."""
    d, n, o, z, s, f = (prefix + name for name in "dnozsf")
    steps = steps.then(**{
        o: f"CASE WHEN t.{z} = '' THEN t.{o} ELSE {_offset_at(f't.{s}', f't.{z}')} END",
    })  # fmt: skip
    wall = f"t.{s} + t.{o}"
    return steps.then(**{
        d: days_later(EPOCH, quotient(wall, DAY_SECONDS)),
        n: f"{remainder(wall, DAY_SECONDS)} * {NANOS} + t.{f}",
    })  # fmt: skip


def resolve(steps: Steps, prefix: str = "") -> Steps:
    """Find the instant, ``s`` and ``f``, of a local ``d`` and ``n`` at ``o`` or in a zone ``z``.

    Of a local time that there is twice it is the earlier one; one that there is not is moved.
    """
    d, n, o, z, s, f, w, b = (prefix + name for name in "dnozsfwb")
    steps = steps.then(**{
        w: f"(t.{d} - {EPOCH}) * {DAY_SECONDS} + t.{n} // {NANOS}", f: f"t.{n} % {NANOS}",
    })  # fmt: skip
    engine = f"CAST(epoch(timezone(t.{z}, make_timestamp(t.{w} * 1000000))) AS BIGINT)"
    steps = steps.then(**{s: f"CASE WHEN t.{z} = '' THEN t.{w} - t.{o} ELSE {engine} END"})
    before = _offset_at(f"t.{s} - {DAY_SECONDS}", f"t.{z}")
    steps = steps.then(**{b: f"CASE WHEN t.{z} = '' THEN t.{o} ELSE {before} END"})
    same = f"{_offset_at(f't.{w} - t.{b}', f't.{z}')} = t.{b}"
    steps = steps.then(**{
        s: f"CASE WHEN t.{z} = '' THEN t.{s} WHEN {same} THEN t.{w} - t.{b} ELSE t.{s} END"
    })  # fmt: skip
    return locate(steps, prefix)


OFFSET = "(?:(Z)|([+-])([0-9]{2})(?::?([0-9]{2})(?::?([0-9]{2}))?)?)"


def with_zone(steps: Steps, text: str) -> Steps:
    """Add the offset ``o`` and the name ``z`` of a zone, which is empty of an offset."""
    steps = steps.then(x=text)
    steps = steps.then(v=f"regexp_extract(t.x, '^{OFFSET}$', ['u', 's', 'h', 'm', 'c'])")
    hours, minutes, seconds = (f"coalesce(TRY_CAST(t.v.{name} AS BIGINT), 0)" for name in "hmc")
    total = f"({hours} * 3600 + {minutes} * 60 + {seconds})"
    near = f"{total} <= 64800 AND {minutes} < 60 AND {seconds} < 60"
    signed = f"CASE WHEN t.v.s = '-' THEN -{total} ELSE {total} END"
    return steps.then(
        o=checked(near, signed, "an offset beyond 18 hours"),
        z="CASE WHEN t.v.u || t.v.s <> '' THEN '' ELSE t.x END",
    )


def in_zone(value: Value, zone: Value) -> Value:
    """Build the same instant in another zone."""
    if zone.type != TEXT:
        raise Untranslated(f"zone that is {zone.type.name}")
    steps = with_zone(begin(r=value.sql, y=zone.sql), "t.y")
    if value.type == DATETIME:
        steps = locate(steps.then(s="t.r._second", f="t.r._fraction"))
    else:
        steps = steps.then(n=remainder(f"t.r._utc + t.o * {NANOS}", DAY))
    return write_instant(steps, value.type)
