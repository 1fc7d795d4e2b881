"""Dates, times and durations of Cypher in SQL: constructors, components, arithmetic and text.

A date is a DATE. Every other one is a struct, whose fields are ordered so that the order of structs
is Neo4j's. Times are counted in nanoseconds of the day, and years go from 1 to 9999.

What is used more than once is an item of a list of one, which a lambda takes: a next step is a
lambda about the result of the last. A lambda within a lambda would be bound again for each one
around it.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphkit.cypher.tokens import Syntax
from graphkit.errors import Untranslated
from graphkit.stores.duck.scope import Values
from graphkit.stores.duck.types import (
    DATE,
    DATETIME,
    DURATION,
    FLOAT,
    INT,
    LOCAL_DATETIME,
    LOCAL_TIME,
    NULL,
    TEXT,
    TIME,
    Value,
    ValueType,
    sql_type,
    unsure,
)

INSTANTS = (DATE, DATETIME, LOCAL_DATETIME, LOCAL_TIME, TIME)
TYPES = (*INSTANTS, DURATION)
NANOS, DAY_SECONDS = 1_000_000_000, 86_400
DAY = DAY_SECONDS * NANOS
EPOCH = "DATE '1970-01-01'"
YEARS = 9999
MONTH_SECONDS = 2_629_746
"""Seconds of an average month, by which Neo4j orders durations and divides months."""

# --- expressions of SQL


@dataclass(frozen=True)
class _Steps:
    """Values that are computed one after another: the next is written about ``t.name`` of those."""

    names: tuple[str, ...]
    sql: str
    guard: str = "t IS NOT NULL"

    def then(self, **values: str) -> _Steps:
        """Add values, or replace some; all others stay."""
        names = tuple(dict.fromkeys((*self.names, *values)))
        return _Steps(names, self.write(_struct({n: values.get(n, f"t.{n}") for n in names})))

    def write(self, body: str) -> str:
        """Write a value, which is null if what the steps begin with is."""
        guarded = f"CASE WHEN {self.guard} THEN {body} END"
        return f"list_transform([{self.sql}], lambda t: {guarded})[1]"


def _start(needed: Sequence[str] | None = None, **values: str) -> _Steps:
    """Begin with values, of which those that are needed may not be null: all, if not told."""
    known = [f"t.{name} IS NOT NULL" for name in (values if needed is None else needed)]
    return _Steps(tuple(values), _struct(values), " AND ".join(known) or "TRUE")


def _struct(fields: Mapping[str, str]) -> str:
    return f"struct_pack({', '.join(f'{name} := {sql}' for name, sql in fields.items())})"


def _if(condition: str, then: str, problem: str) -> str:
    """Write a value that needs a condition: it is an error of the engine if that is not true."""
    return f"CASE WHEN {condition} THEN {then} ELSE error('{problem}') END"


def _failing(to: ValueType, problem: str) -> Value:
    """Write a value that is an error of the engine, where it is asked for."""
    return Value(f"CAST(error('{problem}') AS {sql_type(to)})", to)


def _floor(number: str, size: int) -> str:
    return f"((({number}) - {_rest(number, size)}) // {size})"


def _rest(number: str, size: int) -> str:
    return f"(((({number}) % {size}) + {size}) % {size})"


def _later(day: str, days: str) -> str:
    return f"({day} + CAST({days} AS INTEGER))"


def _months_later(day: str, months: str) -> str:
    return f"CAST({day} + to_months(CAST({months} AS INTEGER)) AS DATE)"


def _in_years(day: str) -> str:
    """Write a date that must lie in the years that there are."""
    years = f"{day} BETWEEN DATE '0001-01-01' AND DATE '{YEARS}-12-31'"
    return _if(years, day, f"a year beyond 1 to {YEARS}")


def _literal(scope: Values, value: Value) -> str | None:
    """Return a text that the statement or a parameter gives."""
    constant = scope.context.constant(value)
    return constant if isinstance(constant, str) else None


# --- values from their parts


def _packed(to: ValueType, day: str, nanos: str, offset: str = "0", zone: str = "''") -> str:
    """Write a value of a local day and time, at an offset from UTC in seconds."""
    if to == DATE:
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
    }[to]  # fmt: skip
    return f"CAST({_struct(fields)} AS {sql_type(to)})"


def _written(steps: _Steps, to: ValueType) -> Value:
    """Write a value of the steps' day ``d``, time ``n``, offset ``o`` and zone ``z``."""
    zone = "t.z" if "z" in steps.names else "''"
    offset = "t.o" if "o" in steps.names else "CAST(0 AS BIGINT)"
    if to in (DATE, LOCAL_DATETIME, DATETIME):
        steps = steps.then(d=_in_years("t.d"))
    if to == TIME and zone == "t.z":
        steps = steps.then(o=_if("t.z = ''", "t.o", "a time in a named zone"))
    return Value(steps.write(_packed(to, "t.d", "t.n", offset, zone)), to)


def _offset_at(second: str, zone: str) -> str:
    """Write the offset of a named zone at a second since 1970."""
    return f"(CAST(epoch(timezone({zone}, to_timestamp({second}))) AS BIGINT) - ({second}))"


def _located(steps: _Steps, prefix: str = "") -> _Steps:
    """Find the local ``d``, ``n`` and offset ``o`` of an instant, ``s`` and ``f``, in a zone."""
    d, n, o, z, s, f = (prefix + name for name in "dnozsf")
    steps = steps.then(**{
        o: f"CASE WHEN t.{z} = '' THEN t.{o} ELSE {_offset_at(f't.{s}', f't.{z}')} END",
    })  # fmt: skip
    wall = f"t.{s} + t.{o}"
    return steps.then(**{
        d: _later(EPOCH, _floor(wall, DAY_SECONDS)),
        n: f"{_rest(wall, DAY_SECONDS)} * {NANOS} + t.{f}",
    })  # fmt: skip


def _resolved(steps: _Steps, prefix: str = "") -> _Steps:
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
    return _located(steps, prefix)


OFFSET = "(?:(Z)|([+-])([0-9]{2})(?::?([0-9]{2})(?::?([0-9]{2}))?)?)"


def _with_zone(steps: _Steps, text: str) -> _Steps:
    """Add the offset ``o`` and the name ``z`` of a zone, which is empty of an offset."""
    steps = steps.then(x=text)
    steps = steps.then(v=f"regexp_extract(t.x, '^{OFFSET}$', ['u', 's', 'h', 'm', 'c'])")
    hours, minutes, seconds = (f"coalesce(TRY_CAST(t.v.{name} AS BIGINT), 0)" for name in "hmc")
    total = f"({hours} * 3600 + {minutes} * 60 + {seconds})"
    near = f"{total} <= 64800 AND {minutes} < 60 AND {seconds} < 60"
    signed = f"CASE WHEN t.v.s = '-' THEN -{total} ELSE {total} END"
    return steps.then(
        o=_if(near, signed, "an offset beyond 18 hours"),
        z="CASE WHEN t.v.u || t.v.s <> '' THEN '' ELSE t.x END",
    )


def _duration(steps: _Steps, months: str, days: str, seconds: str, nanos: str) -> Value:
    """Write a duration; nanoseconds may be any number."""
    given = zip("mdsn", (months, days, seconds, nanos), strict=True)
    steps = steps.then(**{name: f"CAST({sql} AS BIGINT)" for name, sql in given})
    second, fraction = f"t.s + {_floor('t.n', NANOS)}", _rest("t.n", NANOS)
    fields = {
        "_length": f"{second} + t.d * {DAY_SECONDS} + t.m * {MONTH_SECONDS}",
        "_nanos": fraction, "_months": "t.m", "_days": "t.d", "_seconds": second,
    }  # fmt: skip
    return Value(steps.write(f"CAST({_struct(fields)} AS {sql_type(DURATION)})"), DURATION)


def _approximate(steps: _Steps, months: str, days: str, seconds: str, nanos: str) -> Value:
    """Write a duration of fractions: what is left of a unit goes to the next."""

    def left(unit: int, name: str, per: int) -> str:
        size = f"{float(unit)!r}::DOUBLE"
        return f"({size} * t.{name} - {size} * trunc(t.{name})) / {float(per)!r}::DOUBLE"

    given = zip("mdsn", (months, days, seconds, nanos), strict=True)
    steps = steps.then(**{name: f"CAST({sql} AS DOUBLE)" for name, sql in given})
    steps = steps.then(d=f"t.d + {left(MONTH_SECONDS * NANOS, 'm', DAY)}")
    steps = steps.then(s=f"t.s + {left(DAY, 'd', NANOS)}")
    steps = steps.then(n=f"t.n + {left(NANOS, 's', 1)}")
    return _duration(steps, *(f"trunc(t.{name})" for name in "mdsn"))


# --- from text

DAYS = (
    "(?:([0-9]{4})(?:([0-9]{2})([0-9]{2})?|W([0-9]{2})([0-9])?|Q([0-9])([0-9]{2})?|([0-9]{3}))"
    "|([0-9]{4}|[-+][0-9]{1,9})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?|-W([0-9]{1,2})(?:-([0-9]))?"
    "|-Q([0-9])(?:-([0-9]{1,2}))?|-([0-9]{3}))?)"
)
TIMES = (
    "(?:([0-9]{2})([0-9]{2})(?:([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
    "|([0-9]{1,2})(?::([0-9]{1,2})(?::([0-9]{1,2})(?:[.,]([0-9]{1,9}))?)?)?)"
)
ZONES = (
    "(Z|[+-][0-9]{2}(?::?[0-9]{2}(?::?[0-9]{2})?)?)?"
    r"(?:\[([a-zA-Z0-9~._ /+-]+)\])?"
)
TEXTS = {
    DATE: f"^{DAYS}$",
    LOCAL_DATETIME: f"^{DAYS}(?:T{TIMES})?$",
    DATETIME: f"^{DAYS}(?:T{TIMES}{ZONES})?$",
    LOCAL_TIME: f"^T?{TIMES}$",
    TIME: f"^T?{TIMES}{ZONES}$",
}
"""Forms of texts: each group stands for a part, of a date or time in a short or a long form."""
PLAIN_DATE = "[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}"
DAY_PARTS, TIME_PARTS = "ymdwkqer", "hicf"
"""Year, month, day, week, day of it, quarter, day of it, day of the year; hour to fraction."""


def _parsed(scope: Values, to: ValueType, text: str, literal: str | None) -> Value:
    """Write a date or time that a text is; another text is an error of the engine."""
    parts = (DAY_PARTS if to not in (LOCAL_TIME, TIME) else "", TIME_PARTS if to != DATE else "")
    names = [part + form for group in parts for form in "12" for part in group]
    names += ["o", "z"] if to in (DATETIME, TIME) else []
    first = (parts[0] or parts[1])[0]
    problem = f"a text that is no {to.name}"
    if literal is not None:
        match = re.fullmatch(TEXTS[to][1:-1], literal)
        if match is None:
            return _failing(to, problem)
        texts = dict(zip(names, (group or "" for group in match.groups()), strict=True))
        numbers = {}
        for part in "".join(parts):
            digits = texts[part + "1"] or texts[part + "2"]
            digits = digits.ljust(9, "0") if part == "f" else digits
            numbers[part] = f"CAST({int(digits)} AS BIGINT)" if digits else "NULL"
        if parts[0] and not 1 <= int(texts["y1"] or texts["y2"]) <= YEARS:
            raise Untranslated(f"year beyond 1 to {YEARS}")
        name = texts.get("z", "")
        zone = scope.context.bind(name).sql if name else "''"
        return _of_parts(to, None, numbers, f"'{texts.get('o', '')}'", zone)
    listed = ", ".join(f"'{name}'" for name in names)
    steps = _start(x=text).then(p=f"regexp_extract(t.x, '{TEXTS[to]}', [{listed}])")
    steps = steps.then(x=_if(f"t.p.{first}1 || t.p.{first}2 <> ''", "t.x", problem))
    digits = {part: f"t.p.{part}1 || t.p.{part}2" for part in "".join(parts)}
    if "f" in digits:
        digits["f"] = f"rpad({digits['f']}, 9, '0')"
    steps = steps.then(**{
        part: f"CAST(nullif({sql}, '') AS BIGINT)" for part, sql in digits.items()
    })  # fmt: skip
    numbers = {part: f"t.{part}" for part in digits}
    value = _of_parts(to, steps, numbers, "t.p.o", "t.p.z")
    if to != DATE or not re.fullmatch(r"[\w.]+", text):
        return value
    # Most texts of a column are of one form, which the engine reads ten times as fast.
    plain = f"regexp_full_match({text}, '{PLAIN_DATE}')"
    return Value(f"CASE WHEN {plain} THEN CAST({text} AS DATE) ELSE {value.sql} END", DATE)


def _of_parts(
    to: ValueType, steps: _Steps | None, parts: Mapping[str, str], offset: str, zone: str
) -> Value:
    """Write a value of the parts of a text, which are NULL where the text has none."""
    values = {}
    if "y" in parts:
        values["d"] = _day_of_parts(parts)
        if to == DATE and steps is None:
            return Value(_in_years(values["d"]), DATE)
    if "h" in parts:
        hour, minute, second, fraction = (f"coalesce({parts[part]}, 0)" for part in TIME_PARTS)
        clock = f"{hour} < 24 AND {minute} < 60 AND {second} < 60"
        nanos = f"(({hour} * 60 + {minute}) * 60 + {second}) * {NANOS} + {fraction}"
        values["n"] = _if(clock, nanos, "no such time of day")
    if to in (DATETIME, TIME):
        values |= {"a": offset, "c": zone}
    steps = _start((), **values) if steps is None else steps.then(**values)
    if to not in (DATETIME, TIME):
        return _written(steps, to)
    if offset == zone == "''":
        return _written(steps, to)
    steps = _with_zone(steps, "CASE WHEN t.a = '' THEN 'Z' ELSE t.a END")
    # A zone may have had two offsets at one local time: the text tells which.
    steps = steps.then(z="t.c", a="CASE WHEN t.a <> '' THEN t.o END")
    if to == TIME or zone == "''":
        return _written(steps, to)
    steps = _resolved(steps)
    wanted = "CASE WHEN t.z = '' OR t.a IS NULL THEN t.s ELSE t.w - t.a END"
    steps = _located(steps.then(s=wanted))
    right = "t.z = '' OR t.a IS NULL OR t.a = t.o"
    return _written(steps.then(o=_if(right, "t.o", "an offset that the zone does not have")), to)


def _day_of_parts(parts: Mapping[str, str]) -> str:
    """Write the date of the parts of a text."""
    year = parts["y"]
    month, day, week_day, quarter_day = (f"coalesce({parts[name]}, 1)" for name in "mdke")
    forms = {
        "w": _week_date(year, parts["w"], week_day),
        "q": _quarter_date(year, parts["q"], quarter_day),
        "r": _ordinal_date(year, parts["r"]),
    }
    cases = [
        f"WHEN {parts[name]} IS NOT NULL THEN {form}"
        for name, form in forms.items() if parts[name] != "NULL"
    ]  # fmt: skip
    calendar = f"make_date({year}, {month}, {day})"
    return f"CASE {' '.join(cases)} ELSE {calendar} END" if cases else calendar


AMOUNT = "([-+]?[0-9]{1,12}(?:[.,][0-9]+)?)"
"""A number that a double holds to the last digit, if it is whole."""
UNITS_TEXT = (
    f"([-+]?)P(?:{AMOUNT}Y)?(?:{AMOUNT}M)?(?:{AMOUNT}W)?(?:{AMOUNT}D)?"
    f"(?:T(?:{AMOUNT}H)?(?:{AMOUNT}M)?(?:([-+]?)([0-9]{{1,12}})(?:[.,]([0-9]{{1,9}}))?S)?)?"
)
UNITS_PARTS = ("g", "y", "m", "w", "d", "h", "i", "k", "s", "f")
"""Sign, years, months, weeks, days, hours, minutes; sign of seconds, seconds and their fraction."""
DATED_TEXT = (
    "([-+]?)P(?:([0-9]{4})-?([0-9]{2})-?([0-9]{2}))?"
    "(?:T([0-9]{2}):?([0-9]{2})(?::?([0-9]{2})(?:[.,]([0-9]{1,9}))?)?)?"
)
DATED_PARTS = ("g", "y", "m", "d", "h", "i", "s", "f")
NO_PERIOD = "^[-+]?P$|T$|[.,][0-9]+[YMWDH]T?[-+0-9]"
"""Texts without an amount, or with a fraction that is not the last."""


def _period(text: str, literal: str | None) -> Value:
    """Write the duration that a text is: ``P1Y2M``, ``PT1.5H`` or ``P2012-02-02T14:37``."""
    problem = "a text that is no duration"
    if literal is not None:
        low = literal.upper()
        match = re.fullmatch(UNITS_TEXT, low) or re.fullmatch(DATED_TEXT, low)
        if match is None or re.search(NO_PERIOD, low):
            return _failing(DURATION, problem)
        dated = len(match.groups()) == len(DATED_PARTS)
        names = DATED_PARTS if dated else UNITS_PARTS
        texts = {name: group or "" for name, group in zip(names, match.groups(), strict=True)}
        parts = {name: f"'{text}'" for name, text in texts.items()}
        groups = _period_parts(parts)
        exact = not any(sign in low for sign in ".,") or texts["f"]
        build = _duration if exact else _approximate
        steps = _start((), x=_if(_period_ranges(parts), "TRUE", problem) if dated else "TRUE")
        return build(steps, *groups)
    units, dates = (
        f"regexp_extract(t.x, '^(?:{pattern})$', [{', '.join(map(repr, names))}])"
        for pattern, names in ((UNITS_TEXT, UNITS_PARTS), (DATED_TEXT, DATED_PARTS))
    )
    some = f"NOT regexp_matches(t.x, '{NO_PERIOD}')"
    steps = _start(x=f"upper({text})").then(
        p=units, q=dates,
        u=f"{some} AND regexp_full_match(t.x, '{UNITS_TEXT}')",
        w=f"{some} AND regexp_full_match(t.x, '{DATED_TEXT}')",
    )  # fmt: skip
    parts = {name: f"t.p.{name}" for name in UNITS_PARTS}
    dated_parts = {name: f"t.q.{name}" for name in DATED_PARTS}
    fits = f"t.u OR (t.w AND {_period_ranges(dated_parts)})"
    steps = steps.then(u=_if(fits, "t.u", problem))
    pairs = zip(_period_parts(parts), _period_parts(dated_parts), strict=True)
    return _approximate(steps, *(f"CASE WHEN t.u THEN {a} ELSE {b} END" for a, b in pairs))


def _amount(part: str) -> str:
    return f"coalesce(CAST(nullif(replace({part}, ',', '.'), '') AS DOUBLE), 0)"


def _period_parts(parts: Mapping[str, str]) -> list[str]:
    """Write months, days, seconds and nanoseconds of the parts of a text."""
    number = {name: _amount(part) for name, part in parts.items() if name not in "gkf"}
    signs = [f"CASE WHEN {parts[n]} = '-' THEN -1 ELSE 1 END" for n in "gk" if n in parts]
    sign, own = signs[0], " * ".join(signs)
    weeks = f"{number['w']} * 7 + " if "w" in number else ""
    return [
        f"{sign} * ({number['y']} * 12 + {number['m']})",
        f"{sign} * ({weeks}{number['d']})",
        f"({sign} * ({number['h']} * 3600 + {number['i']} * 60) + {own} * {number['s']})",
        f"{own} * CAST(rpad({parts['f']}, 9, '0') AS BIGINT)",
    ]


def _period_ranges(parts: Mapping[str, str]) -> str:
    most = {"m": 12, "d": 31, "h": 24, "i": 60, "s": 60}
    return " AND ".join(f"{_amount(parts[name])} <= {number}" for name, number in most.items())


# --- from maps

FAMILIES = (("month", "day"), ("week", "dayofweek"), ("quarter", "dayofquarter"), ("ordinalday",))
CLOCK = ("hour", "minute", "second")
FRACTIONS = ("millisecond", "microsecond", "nanosecond")
ALIASES = {"weekday": "dayofweek", "quarterday": "dayofquarter"}
SELECTORS = ("date", "time", "datetime")
EPOCHS = ("epochseconds", "epochmillis")


def _week_date(year: str, week: str, day: str) -> str:
    last = f"weekofyear(make_date({year}, 12, 28))"
    first = f"CAST(date_trunc('week', make_date({year}, 1, 4)) AS DATE)"
    exists = f"{week} BETWEEN 1 AND {last} AND {day} BETWEEN 1 AND 7"
    return _if(exists, _later(first, f"({week} - 1) * 7 + {day} - 1"), "no such week")


def _quarter_date(year: str, quarter: str, day: str) -> str:
    first = f"make_date({year}, {quarter} * 3 - 2, 1)"
    exists = f"{day} BETWEEN 1 AND ({_months_later(first, '3')} - {first})"
    return _if(exists, _later(first, f"{day} - 1"), "no such day of a quarter")


def _ordinal_date(year: str, day: str) -> str:
    exists = f"{day} BETWEEN 1 AND dayofyear(make_date({year}, 12, 31))"
    return _if(exists, _later(f"make_date({year}, 1, 1)", f"{day} - 1"), "no such day of a year")


def _clamped(year: str, months: Sequence[str], day: str) -> str:
    """Write a date, or the last one of the month if that is shorter, as each step leaves it."""
    lengths = ", ".join(f"day(last_day(make_date({year}, {month}, 1)))" for month in months)
    return f"make_date({year}, {months[-1]}, least({day}, {lengths}))"


def _day_of_fields(names: frozenset[str]) -> str:
    """Write the date of the fields of a map that has no date, as ``t.name``."""
    if "week" in names:
        return _week_date("t.year", "t.week", _field(names, "dayofweek", "1"))
    if "quarter" in names:
        return _quarter_date("t.year", "t.quarter", _field(names, "dayofquarter", "1"))
    if "ordinalday" in names:
        return _ordinal_date("t.year", "t.ordinalday")
    return f"make_date(t.year, {_field(names, 'month', '1')}, {_field(names, 'day', '1')})"


def _day_with_fields(names: frozenset[str], base: str) -> str:
    """Write a date of which fields are replaced."""
    year = _field(names, "year", f"year({base})")
    month, day = f"month({base})", f"day({base})"
    moved = _clamped(year, [month], day) if "year" in names else base
    if "week" in names:
        own = _field(names, "year", f"isoyear({base})")
        return _week_date(own, "t.week", _field(names, "dayofweek", f"isodow({base})"))
    if "dayofweek" in names:
        monday = f"CAST(date_trunc('week', {moved}) AS DATE)"
        exists = "t.dayofweek BETWEEN 1 AND 7"
        return _if(exists, _later(monday, "t.dayofweek - 1"), "no such day of a week")
    if "dayofquarter" in names:
        return _quarter_date(year, _field(names, "quarter", f"quarter({base})"), "t.dayofquarter")
    if "quarter" in names:
        place = f"(t.quarter - 1) * 3 + ({month} - 1) % 3 + 1"
        return _clamped(year, [month, place], day)
    if "ordinalday" in names:
        return _ordinal_date(year, "t.ordinalday")
    if "day" in names:
        return f"make_date({year}, {_field(names, 'month', month)}, t.day)"
    if "month" in names:
        return _clamped(year, [month, "t.month"], day)
    return moved


def _nanos_of_fields(names: frozenset[str], base: str | None) -> str:
    """Write the nanoseconds of a day of the fields of a map, and for the rest of a base."""
    sizes = {"hour": (3600 * NANOS, 24), "minute": (60 * NANOS, 60), "second": (NANOS, 60)}
    terms, exists = [], []
    for name, (size, most) in sizes.items():
        whole = "0" if base is None else f"({base} // {size} % {most})"
        terms.append(f"{_field(names, name, whole)} * {size}")
        exists += [f"t.{name} BETWEEN 0 AND {most - 1}"] if name in names else []
    own = [name for name in FRACTIONS if name in names]
    for name in own:
        size = 1_000 ** (2 - FRACTIONS.index(name))
        # Alone it counts the whole fraction of a second, else its own thousand.
        most = NANOS // size if own == [name] else 1_000
        terms.append(f"t.{name} * {size}")
        exists.append(f"t.{name} BETWEEN 0 AND {most - 1}")
    if not own and base is not None:
        terms.append(f"{base} % {NANOS}")
    total = " + ".join(terms)
    return _if(" AND ".join(exists), total, "no such time of day") if exists else f"({total})"


def _field(names: frozenset[str], name: str, otherwise: str) -> str:
    return f"t.{name}" if name in names else otherwise


def _check_fields(to: ValueType, names: frozenset[str]) -> None:
    """Refuse maps that Neo4j refuses: of two kinds of dates, with gaps, of what there is not."""
    days = {"year", *(name for family in FAMILIES for name in family)}
    times = {*CLOCK, *FRACTIONS}
    allowed = set(names & {"datetime", "date", "time", "timezone"} | names & (days | times))
    if to in (LOCAL_TIME, TIME):
        allowed -= {"datetime", "date"} | days
    if to == DATE:
        allowed -= {"datetime", "time"} | times
    if to in (DATE, LOCAL_TIME, LOCAL_DATETIME):
        allowed -= {"timezone"}
    families = [family for family in FAMILIES if names & set(family)]
    selected = names & set(SELECTORS)
    wrong = names - allowed or len(families) > 1 or (len(selected) > 1 and "datetime" in selected)
    if not wrong and not {"date", "datetime"} & names and to not in (LOCAL_TIME, TIME):
        order = ["year", *(families[0] if families else ())]
        full = bool(families) and set(order) <= names
        wrong = _gap(order, names) or (bool(names & times) and not full)
    if not wrong and not {"time", "datetime"} & names and names & times:
        fraction = frozenset({"fraction"}) if names & set(FRACTIONS) else frozenset()
        wrong = _gap([*CLOCK, "fraction"], names | fraction)
    if not wrong and to in (LOCAL_TIME, TIME):
        wrong = not names & {"time", "hour"}
    if wrong:
        raise Untranslated(f"{to.name}() of {', '.join(sorted(names))}")


def _gap(order: Sequence[str], names: frozenset[str]) -> bool:
    """Tell if the first is missing, or one before another that is there."""
    there = [name in names for name in order]
    return not there[0] or there != sorted(there, reverse=True)


def _numbers(to: ValueType, fields: Mapping[str, Value]) -> dict[str, str]:
    """Write the numbers of a map."""
    numbers = {}
    for name, value in fields.items():
        if name in (*SELECTORS, "timezone"):
            continue
        if value.type != INT:
            raise Untranslated(f"{to.name}() of {name} that is {value.type.name}")
        numbers[name] = value.sql
    return numbers


def _filled(steps: _Steps, to: ValueType, operands: Mapping[str, str]) -> _Steps:
    """Refuse an operand that turns out to be null."""
    parts = [f"t.{n} IS NOT NULL" for n, sql in operands.items() if not CONSTANT.fullmatch(sql)]
    if not parts:
        return steps
    name = next(iter(operands))
    end = unsure(f"{to.name} with a part that is null")
    known = " AND ".join(parts)
    return steps.then(**{name: f"CASE WHEN {known} THEN t.{name} ELSE {end} END"})


CONSTANT = re.compile(r"CAST\((-?\d+|\$p\d+) AS \w+\)")


def _of_map(to: ValueType, fields: Mapping[str, Value]) -> Value:
    """Build a value of the fields of a map."""
    names = frozenset(fields)
    if to == DURATION:
        return _duration_of_map(fields)
    if to == DATETIME and names & set(EPOCHS):
        return _of_epoch(fields)
    if to == DATETIME and names == {"timezone"}:
        return _moved(_now(DATETIME), fields["timezone"])
    _check_fields(to, names)
    day_base = fields.get("datetime", fields.get("date"))
    time_base = fields.get("datetime", fields.get("time"))
    bases = {n: base for n, base in (("p", day_base), ("r", time_base)) if base is not None}
    if any(base.type == NULL for base in bases.values()):
        return Value("NULL", NULL)
    operands = _numbers(to, fields)
    zone = fields.get("timezone")
    zoned = time_base is not None and time_base.type in (TIME, DATETIME)
    if zone is not None and zone.type != TEXT:
        raise Untranslated(f"zone that is {zone.type.name}")
    if zone is not None and not zoned:
        operands["timezone"] = zone.sql
    steps = _start(tuple(bases), **operands, **{name: base.sql for name, base in bases.items()})
    steps = _filled(steps, to, operands)
    values = {}
    if to not in (LOCAL_TIME, TIME):
        values["d"] = _day_of_fields(names) if day_base is None else (
            _day_with_fields(names, _day_part(day_base.type, "t.p"))
        )  # fmt: skip
    if to != DATE:
        nanos = None if time_base is None else _nanos_part(time_base.type, "t.r")
        values["n"] = _nanos_of_fields(names, nanos)
    if to in (TIME, DATETIME) and zoned and time_base is not None:
        values["o"] = "t.r._offset"
        if time_base.type == to == DATETIME:
            values["z"] = "t.r._zone"
    steps = steps.then(**values)
    if "timezone" in operands:
        steps = _with_zone(steps, "t.timezone")
    if to == DATETIME and "z" in steps.names:
        steps = _resolved(steps)
    value = _written(steps, to)
    return _moved(value, zone) if zoned and zone is not None else value


def _moved(value: Value, zone: Value) -> Value:
    """Build the same instant in another zone."""
    if zone.type != TEXT:
        raise Untranslated(f"zone that is {zone.type.name}")
    steps = _with_zone(_start(r=value.sql, y=zone.sql), "t.y")
    if value.type == DATETIME:
        steps = _located(steps.then(s="t.r._second", f="t.r._fraction"))
    else:
        steps = steps.then(n=_rest(f"t.r._utc + t.o * {NANOS}", DAY))
    return _written(steps, value.type)


def _of_epoch(fields: Mapping[str, Value]) -> Value:
    """Build a datetime of seconds or milliseconds since 1970."""
    names = frozenset(fields)
    allowed = {"timezone", *EPOCHS, *(FRACTIONS if "epochseconds" in names else ())}
    if set(EPOCHS) <= names or names - allowed:
        raise Untranslated(f"datetime() of {', '.join(sorted(names))}")
    operands = _numbers(DATETIME, fields)
    fraction = _nanos_of_fields(names & set(FRACTIONS), None)
    second = "t.epochseconds"
    if "epochmillis" in names:
        second = _floor("t.epochmillis", 1000)
        fraction = f"{_rest('t.epochmillis', 1000)} * 1000000"
    steps = _filled(_start((), **operands), DATETIME, operands)
    steps = _located(steps.then(s=second, f=fraction, o="CAST(0 AS BIGINT)", z="''"))
    value = _written(steps, DATETIME)
    return _moved(value, fields["timezone"]) if "timezone" in fields else value


AMOUNTS = {
    "years": ("m", 12), "quarters": ("m", 3), "months": ("m", 1), "weeks": ("d", 7),
    "days": ("d", 1), "hours": ("s", 3600), "minutes": ("s", 60), "seconds": ("s", 1),
    "milliseconds": ("n", 1_000_000), "microseconds": ("n", 1_000), "nanoseconds": ("n", 1),
}  # fmt: skip
"""Amounts of a duration: what each counts into, and how many."""


def _duration_of_map(fields: Mapping[str, Value]) -> Value:
    """Build a duration of amounts, which may be fractions."""
    if not fields or set(fields) - AMOUNTS.keys():
        raise Untranslated(f"duration() of {', '.join(sorted(fields))}")
    if any(not value.type.is_number for value in fields.values()):
        raise Untranslated("duration() of what is no number")
    whole = all(value.type == INT for value in fields.values())
    groups = {name: ["0"] for name in "mdsn"}
    for name in fields:
        group, size = AMOUNTS[name]
        groups[group].append(f"t.{name} * {size}")
    operands = {name: value.cast(INT if whole else FLOAT) for name, value in fields.items()}
    steps = _filled(_start((), **operands), DURATION, operands)
    build = _duration if whole else _approximate
    return build(steps, *(" + ".join(terms) for terms in groups.values()))


# --- functions


def _day_part(own: ValueType, sql: str) -> str:
    if own in (LOCAL_TIME, TIME) or own not in INSTANTS:
        raise Untranslated(f"date of {own.name}")
    return sql if own == DATE else f"{sql}._date"


def _nanos_part(own: ValueType, sql: str) -> str:
    if own == DATE or own not in INSTANTS:
        raise Untranslated(f"time of {own.name}")
    return f"{sql}._nanos"


def _now(to: ValueType) -> Value:
    """Build the present, in UTC."""
    day, nanos = _later(EPOCH, "epoch_us(now()) // 86400000000"), "epoch_us(now()) % 86400000000"
    if to == DATE:
        return Value(day, DATE)
    return _written(_start((), d=day, n=f"({nanos}) * 1000"), to)


def _converted(scope: Values, to: ValueType, value: Value) -> Value:
    """Build a value of a text or another date or time."""
    if value.type in (NULL, to):
        return value
    if value.type == TEXT:
        literal = _literal(scope, value)
        if to == DURATION:
            return _period(value.sql, literal)
        return _parsed(scope, to, value.sql, literal)
    if to == DURATION or value.type not in INSTANTS:
        raise Untranslated(f"{to.name}() of {value.type.name}")
    if to == DATE:
        return Value(f"struct_extract({value.sql}, '{_day_part(value.type, '')[1:]}')", DATE)
    if to in (LOCAL_TIME, TIME):
        return _of_map(to, {"time": value})
    if value.type in (LOCAL_DATETIME, DATETIME):
        return _of_map(to, {"datetime": value})
    raise Untranslated(f"{to.name}() of {value.type.name}")


def _constructor(to: ValueType) -> Callable[[Values, Syntax], Value]:
    def rule(scope: Values, syntax: Syntax) -> Value:
        if not syntax.parts and to != DURATION:
            return _now(to)
        if len(syntax.parts) != 1:
            raise Untranslated(f"{syntax.name}() of {len(syntax.parts)} values")
        fields = _fields(scope, syntax.parts[0])
        if fields is not None:
            return _of_map(to, fields)
        return _converted(scope, to, scope.value(syntax.parts[0]))

    return rule


def _fields(scope: Values, syntax: Syntax) -> dict[str, Value] | None:
    """List the fields of a map; None of what is no map."""
    if syntax.kind == "map":
        entries = {part.name: scope.value(part.parts[0]) for part in syntax.parts}
    else:
        value = scope.value(syntax)
        if value.type.name != "map":
            return None
        quoted = {name: name.replace("'", "''") for name, _ in value.type.fields}
        entries = {
            name: Value(f"struct_extract({value.sql}, '{quoted[name]}')", own)
            for name, own in value.type.fields
        }
    fields = {ALIASES.get(name.lower(), name.lower()): value for name, value in entries.items()}
    if len(fields) < len(entries):
        raise Untranslated("map that has a part twice")
    return fields


def _clock(to: ValueType) -> Callable[[Values, Syntax], Value]:
    def rule(scope: Values, syntax: Syntax) -> Value:
        if not syntax.parts:
            return _now(to)
        zone = scope.value(syntax.parts[0])
        if zone.type == NULL:
            return zone
        raise Untranslated(f"{syntax.name}() of a zone")

    return rule


def _from_epoch(scope: Values, syntax: Syntax) -> Value:
    names = (
        ("epochseconds", "nanosecond") if syntax.name.lower().endswith("h") else ("epochmillis",)
    )
    values = [scope.value(part) for part in syntax.parts]
    if any(value.type == NULL for value in values):
        return Value("NULL", NULL)
    if len(values) != len(names):
        raise Untranslated(f"{syntax.name}() of {len(values)} values")
    return _of_epoch(dict(zip(names, values, strict=True)))


UNITS = ("millennium", "century", "decade", "year", "weekyear", "quarter", "month", "week", "day")
SIZES = {"hour": 3600 * NANOS, "minute": 60 * NANOS, "second": NANOS,
         "millisecond": 1_000_000, "microsecond": 1_000}  # fmt: skip


def _truncate(to: ValueType) -> Callable[[Values, Syntax], Value]:
    def rule(scope: Values, syntax: Syntax) -> Value:
        if not 1 <= len(syntax.parts) <= 3:
            raise Untranslated(f"{syntax.name}() of {len(syntax.parts)} values")
        unit = (_literal(scope, scope.value(syntax.parts[0])) or "").lower()
        value = scope.value(syntax.parts[1]) if len(syntax.parts) > 1 else _now(to)
        fields = _fields(scope, syntax.parts[2]) if len(syntax.parts) > 2 else {}
        if value.type == NULL:
            return value
        allowed = [*UNITS, *SIZES]
        if to in (LOCAL_TIME, TIME):
            allowed = ["day", *SIZES]
        elif DATE in (to, value.type):
            allowed = list(UNITS)
        if unit not in allowed or fields is None or value.type not in INSTANTS:
            raise Untranslated(f"{syntax.name}() of {unit or 'a unit'} and {value.type.name}")
        cut = _cut(to, unit, value, fields.pop("timezone", None))
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
        selector = {DATE: "date", LOCAL_TIME: "time", TIME: "time"}.get(to, "datetime")
        return _of_map(to, {selector: cut, **fields})

    return rule


def _cut(to: ValueType, unit: str, value: Value, zone: Value | None) -> Value:
    """Build a value cut to a unit."""
    if zone is not None and (zone.type != TEXT or to not in (TIME, DATETIME)):
        raise Untranslated(f"truncating a {to.name} with a zone that is {zone.type.name}")
    values = {"n": "CAST(0 AS BIGINT)"}
    if to not in (LOCAL_TIME, TIME):
        own = _day_part(value.type, "t.x")
        years = {"millennium": 1000, "century": 100, "decade": 10}
        if unit in years:
            values["d"] = f"make_date(year({own}) // {years[unit]} * {years[unit]}, 1, 1)"
        elif unit == "weekyear":
            values["d"] = f"CAST(date_trunc('week', make_date(isoyear({own}), 1, 4)) AS DATE)"
        elif unit in UNITS and unit != "day":
            values["d"] = f"CAST(date_trunc('{unit}', {own}) AS DATE)"
        else:
            values["d"] = own
    if unit in SIZES:
        own = _nanos_part(value.type, "t.x")
        values["n"] = f"{own} - {own} % {SIZES[unit]}"
    if to in (TIME, DATETIME) and value.type in (TIME, DATETIME):
        values["o"] = "t.x._offset"
        if value.type == to == DATETIME and zone is None:
            values["z"] = "t.x._zone"
    if zone is None:
        steps = _start(x=value.sql).then(**values)
    else:
        steps = _with_zone(_start(x=value.sql, y=zone.sql).then(**values), "t.y")
    if to == DATETIME and "z" in steps.names:
        steps = _resolved(steps)
    return _written(steps, to)


# --- differences


def _between(kind: str) -> Callable[[Values, Syntax], Value]:
    def rule(scope: Values, syntax: Syntax) -> Value:
        values = [scope.value(part) for part in syntax.parts]
        if len(values) != 2:
            raise Untranslated(f"{syntax.name}() of {len(values)} values")
        if any(value.type == NULL for value in values):
            return Value("NULL", NULL)
        for value in values:
            if value.type not in INSTANTS:
                raise Untranslated(f"{syntax.name}() of {value.type.name}")
        return _difference(kind, *values)

    return rule


def _difference(kind: str, start: Value, end: Value) -> Value:
    """Write the duration from one to another.

    A date has the time 0:00, and one that lacks a date or zone takes that of the other.
    """
    steps = _start(x=start.sql, y=end.sql)
    dated = [value.type not in (LOCAL_TIME, TIME) for value in (start, end)]
    zoned = [value.type in (TIME, DATETIME) for value in (start, end)]
    if kind in ("months", "days") and not all(dated):
        return _duration(steps, "0", "0", "0", "0")
    values: dict[str, str] = {}
    for place, name in enumerate("xy"):
        day_of = place if dated[place] else 1 - place
        zone_of = place if zoned[place] else 1 - place
        pair = [(start, "t.x"), (end, "t.y")]
        dates, zones = pair[day_of], pair[zone_of]
        values[name + "d"] = _day_part(dates[0].type, dates[1]) if any(dated) else EPOCH
        own = pair[place]
        values[name + "n"] = "CAST(0 AS BIGINT)" if own[0].type == DATE else f"{own[1]}._nanos"
        if any(zoned):
            values[name + "o"] = f"{zones[1]}._offset"
            values[name + "z"] = f"{zones[1]}._zone" if zones[0].type == DATETIME else "''"
    steps = steps.then(**values)
    return _of_instants(kind, all(dated), steps) if any(zoned) else (
        _of_locals(kind, all(dated), steps)
    )  # fmt: skip


def _until(unit: str) -> str:
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


def _of_locals(kind: str, dated: bool, steps: _Steps) -> Value:
    """Write the difference of two that have no zone."""
    if kind == "months":
        return _duration(steps, _until("months"), "0", "0", "0")
    if kind == "days":
        return _duration(steps, "0", _until("days"), "0", "0")
    nanos = "t.yn - t.xn"
    if kind == "seconds" or not dated:
        return _duration(steps, "0", "0", f"(t.yd - t.xd) * {DAY_SECONDS}", nanos)
    steps = steps.then(m=_until("months")).then(xd=_months_later("t.xd", "t.m"))
    steps = steps.then(k=_until("days"))
    return _duration(steps, "t.m", "t.k", f"(t.yd - t.xd - t.k) * {DAY_SECONDS}", nanos)


def _of_instants(kind: str, dated: bool, steps: _Steps) -> Value:
    """Write the difference of two that have zones; months and days are those in the first's."""
    steps = _resolved(_resolved(steps, "x"), "y")
    exact = ("t.ys - t.xs", "t.yf - t.xf")
    if kind == "seconds" or not dated:
        return _duration(steps, "0", "0", *exact)
    steps = _located(steps.then(yo="t.xo", yz="t.xz"), "y")
    if kind in ("months", "days"):
        return _of_locals(kind, dated, steps)
    steps = steps.then(m=_until("months")).then(xd=_months_later("t.xd", "t.m"))
    steps = steps.then(k=_until("days")).then(xd=_later("t.xd", "t.k"))
    return _duration(_resolved(steps, "x"), "t.m", "t.k", *exact)


FUNCTIONS: dict[str, Callable[[Values, Syntax], Value]] = {
    **{own.name: _constructor(own) for own in TYPES},
    **{f"{own.name}.{clock}": _clock(own) for own in INSTANTS
       for clock in ("transaction", "statement", "realtime")},
    **{f"{own.name}.truncate": _truncate(own) for own in INSTANTS},
    "datetime.fromepoch": _from_epoch, "datetime.fromepochmillis": _from_epoch,
    "duration.between": _between("all"), "duration.inmonths": _between("months"),
    "duration.indays": _between("days"), "duration.inseconds": _between("seconds"),
}  # fmt: skip
"""The rule of each function, by its name in small letters."""

# --- operators


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
    steps = _start(x=left.sql, y=right.sql)
    if left.type == DURATION:
        return _duration(steps, *(f"t.x.{name} {sign} t.y.{name}" for name in UNITED))
    if left.type in (LOCAL_TIME, TIME):
        change = f"(t.y._seconds % {DAY_SECONDS} * {NANOS} + t.y._nanos)"
        steps = steps.then(n=_rest(f"t.x._nanos {sign} {change}", DAY))
        return _written(steps.then(o="t.x._offset") if left.type == TIME else steps, left.type)
    own = _day_part(left.type, "t.x")
    day = _later(_months_later(own, f"{sign}t.y._months"), f"{sign}t.y._days")
    if left.type == DATE:
        day = _later(day, f"{sign}(t.y._seconds // {DAY_SECONDS})")
        return _written(steps.then(d=day), DATE)
    values = {"o": "CAST(0 AS BIGINT)", "z": "''"}
    if left.type == DATETIME:
        values = {"o": "t.x._offset", "z": "t.x._zone"}
    steps = _resolved(steps.then(d=day, n="t.x._nanos", **values))
    fraction = f"t.f {sign} t.y._nanos"
    steps = steps.then(
        s=f"t.s {sign} t.y._seconds + {_floor(fraction, NANOS)}", f=_rest(fraction, NANOS)
    )
    return _written(_located(steps), left.type)


UNITED = ("_months", "_days", "_seconds", "_nanos")


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
        steps = _start(x=left.sql, y=right.sql)
        return _duration(steps, *(f"t.x.{name} * t.y" for name in UNITED))
    steps = _start(x=left.sql, y=right.cast(FLOAT))
    if sign == "/":
        steps = steps.then(y=_if("t.y <> 0", "t.y", "/ by zero"))
    return _approximate(steps, *(f"t.x.{name} {sign} t.y" for name in UNITED))


# --- components

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
    low, own = name.lower(), owner.type
    if own == DATE and low in DAY_COMPONENTS:
        return Value(f"CAST({DAY_COMPONENTS[low].format(owner.sql)} AS BIGINT)", INT)
    steps = _start(x=owner.sql)
    if own in (DATETIME, TIME) and low in ("offset", "timezone"):
        text = _offset_text("t.x._offset")
        if own == DATETIME and low == "timezone":
            text = f"CASE WHEN t.x._zone = '' THEN {text} ELSE t.x._zone END"
        return Value(steps.write(text), TEXT)
    if own == DURATION:
        pattern, part = DURATION_COMPONENTS.get(low), "t.x"
    elif own in (DATETIME, LOCAL_DATETIME) and low in DAY_COMPONENTS:
        pattern, part = DAY_COMPONENTS[low], "t.x._date"
    elif own != DATE and low in NANO_COMPONENTS:
        pattern, part = NANO_COMPONENTS[low], "t.x._nanos"
    elif own == DATETIME or (own == TIME and low.startswith("offset")):
        pattern, part = ZONE_COMPONENTS.get(low), "t.x"
    else:
        pattern, part = None, ""
    if pattern is None:
        raise Untranslated(f"{name} of {own.name}")
    return Value(steps.write(pattern.format(part)), INT)


# --- text


def _offset_text(seconds: str) -> str:
    odd = f"CASE WHEN {seconds} % 60 = 0 THEN '' ELSE printf(':%02d', abs({seconds}) % 60) END"
    sign = f"CASE WHEN {seconds} < 0 THEN '-' ELSE '+' END"
    digits = f"printf('%02d:%02d', abs({seconds}) // 3600, abs({seconds}) // 60 % 60)"
    return f"CASE WHEN {seconds} = 0 THEN 'Z' ELSE {sign} || {digits} || {odd} END"


def _fraction_text(nanos: str) -> str:
    return f"CASE WHEN {nanos} = 0 THEN '' ELSE rtrim(printf('.%09d', {nanos}), '0') END"


def as_text(value: Value) -> str:
    """Write a date, time or duration as Neo4j's ``toString()`` does."""
    own = value.type
    if own == DATE:
        return f"CAST({value.sql} AS VARCHAR)"
    if own == DURATION:
        return _duration_text(_start(x=value.sql))
    n = "t.x._nanos"
    clock = f"{n} // {3600 * NANOS}, {n} // {60 * NANOS} % 60, {n} // {NANOS} % 60"
    parts = [f"printf('%02d:%02d:%02d', {clock})", _fraction_text(f"({n} % {NANOS})")]
    if own in (DATETIME, LOCAL_DATETIME):
        parts.insert(0, "CAST(t.x._date AS VARCHAR) || 'T'")
    if own in (DATETIME, TIME):
        parts.append(_offset_text("t.x._offset"))
    if own == DATETIME:
        parts.append("CASE WHEN t.x._zone = '' THEN '' ELSE '[' || t.x._zone || ']' END")
    return _start(x=value.sql).write(" || ".join(f"({part})" for part in parts))


def _duration_text(steps: _Steps) -> str:
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


# --- rows

SHAPES = frozenset(
    frozenset(re.findall(r"_\w+", sql_type(own))) for own in TYPES if own != DATE
)  # fmt: skip
"""Names of the fields of each type that is a struct."""


def neutral(value: Any) -> Any:
    """Convert a date, time or duration of a row to its text, as every store gives it.

    >>> import datetime
    >>> neutral(datetime.date(2024, 2, 29)), neutral({"_nanos": 1_500_000_000})
    ('2024-02-29', '00:00:01.500000000')
    """
    if isinstance(value, datetime.date):
        return value.isoformat()
    if not is_temporal(value):
        return value
    if "_months" in value:
        return _neutral_duration(*(value[name] for name in UNITED))
    seconds, fraction = divmod(value["_nanos"], NANOS)
    text = f"{_clock_text(seconds)}.{fraction:09d}"
    if "_date" in value:
        text = f"{value['_date'].isoformat()}T{text}"
    if "_offset" in value:
        sign = "-" if value["_offset"] < 0 else "+"
        text += sign + _clock_text(abs(value["_offset"])).removesuffix(":00")
    return text


def is_temporal(value: Any) -> bool:
    """Tell if a value of a row is a time or duration."""
    return isinstance(value, dict) and "_nanos" in value and frozenset(value) in SHAPES


def _clock_text(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _neutral_duration(months: int, days: int, seconds: int, nanos: int) -> str:
    """Write a duration: what is below zero has a sign in each of its amounts."""
    total = seconds * NANOS + nanos
    whole, fraction = divmod(abs(total), NANOS)
    amounts = [
        (months, abs(months) // 12, "Y"), (months, abs(months) % 12, "M"), (days, abs(days), "D"),
        (total, whole // 3600, "H"), (total, whole // 60 % 60, "M"),
    ]  # fmt: skip
    texts = [f"{'-' if sign < 0 else ''}{n}{unit}" if n else "" for sign, n, unit in amounts]
    days_text, time_text = "".join(texts[:3]), "".join(texts[3:])
    if whole % 60 or fraction:
        digits = f".{fraction:09d}".rstrip("0") if fraction else ""
        time_text += f"{'-' if total < 0 else ''}{whole % 60}{digits}S"
    if not days_text and not time_text:
        return "PT0S"
    return f"P{days_text}T{time_text}" if time_text else f"P{days_text}"
