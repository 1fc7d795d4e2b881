"""Dates, times and durations from texts."""

from __future__ import annotations

import re
from collections.abc import Mapping

from graphkit.errors import Untranslated
from graphkit.stores.duck.scope import BoundValues
from graphkit.stores.duck.temporal.days import (
    YEARS,
    in_years,
    ordinal_date,
    quarter_date,
    week_date,
)
from graphkit.stores.duck.temporal.steps import Steps, begin, checked, failing
from graphkit.stores.duck.temporal.values import (
    NANOS,
    approximate_duration,
    exact_duration,
    write_instant,
)
from graphkit.stores.duck.temporal.zones import locate, resolve, with_zone
from graphkit.stores.duck.types import (
    DATE,
    DATETIME,
    DURATION,
    LOCAL_DATETIME,
    LOCAL_TIME,
    TIME,
    Value,
    ValueType,
)

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


def parse_instant(scope: BoundValues, target: ValueType, text: str, literal: str | None) -> Value:
    """Write a date or time that a text is; another text is an error of the engine."""
    parts = (
        DAY_PARTS if target not in (LOCAL_TIME, TIME) else "",
        TIME_PARTS if target != DATE else "",
    )
    names = [part + form for group in parts for form in "12" for part in group]
    names += ["o", "z"] if target in (DATETIME, TIME) else []
    first = (parts[0] or parts[1])[0]
    problem = f"a text that is no {target.name}"
    if literal is not None:
        match = re.fullmatch(TEXTS[target][1:-1], literal)
        if match is None:
            return failing(target, problem)
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
        return _instant_of_parts(target, None, numbers, f"'{texts.get('o', '')}'", zone)
    listed = ", ".join(f"'{name}'" for name in names)
    steps = begin(x=text).then(p=f"regexp_extract(t.x, '{TEXTS[target]}', [{listed}])")
    steps = steps.then(x=checked(f"t.p.{first}1 || t.p.{first}2 <> ''", "t.x", problem))
    digits = {part: f"t.p.{part}1 || t.p.{part}2" for part in "".join(parts)}
    if "f" in digits:
        digits["f"] = f"rpad({digits['f']}, 9, '0')"
    steps = steps.then(**{
        part: f"CAST(nullif({sql}, '') AS BIGINT)" for part, sql in digits.items()
    })  # fmt: skip
    numbers = {part: f"t.{part}" for part in digits}
    value = _instant_of_parts(target, steps, numbers, "t.p.o", "t.p.z")
    if target != DATE or not re.fullmatch(r"[\w.]+", text):
        return value
    # Most texts of a column are of one form, which the engine reads ten times as fast.
    plain = f"regexp_full_match({text}, '{PLAIN_DATE}')"
    return Value(f"CASE WHEN {plain} THEN CAST({text} AS DATE) ELSE {value.sql} END", DATE)


def _instant_of_parts(
    target: ValueType, steps: Steps | None, parts: Mapping[str, str], offset: str, zone: str
) -> Value:
    """Write a value of the parts of a text, which are NULL where the text has none."""
    values = {}
    if "y" in parts:
        values["d"] = _day_of_parts(parts)
        if target == DATE and steps is None:
            return Value(in_years(values["d"]), DATE)
    if "h" in parts:
        hour, minute, second, fraction = (f"coalesce({parts[part]}, 0)" for part in TIME_PARTS)
        clock = f"{hour} < 24 AND {minute} < 60 AND {second} < 60"
        nanos = f"(({hour} * 60 + {minute}) * 60 + {second}) * {NANOS} + {fraction}"
        values["n"] = checked(clock, nanos, "no such time of day")
    if target in (DATETIME, TIME):
        values |= {"a": offset, "c": zone}
    steps = begin((), **values) if steps is None else steps.then(**values)
    if target not in (DATETIME, TIME):
        return write_instant(steps, target)
    if offset == zone == "''":
        return write_instant(steps, target)
    steps = with_zone(steps, "CASE WHEN t.a = '' THEN 'Z' ELSE t.a END")
    # A zone may have had two offsets at one local time: the text tells which.
    steps = steps.then(z="t.c", a="CASE WHEN t.a <> '' THEN t.o END")
    if target == TIME or zone == "''":
        return write_instant(steps, target)
    steps = resolve(steps)
    second = "CASE WHEN t.z = '' OR t.a IS NULL THEN t.s ELSE t.w - t.a END"
    steps = locate(steps.then(s=second))
    fits = "t.z = '' OR t.a IS NULL OR t.a = t.o"
    offset = checked(fits, "t.o", "an offset that the zone does not have")
    return write_instant(steps.then(o=offset), target)


def _day_of_parts(parts: Mapping[str, str]) -> str:
    """Write the date of the parts of a text."""
    year = parts["y"]
    month, day, week_day, quarter_day = (f"coalesce({parts[name]}, 1)" for name in "mdke")
    forms = {
        "w": week_date(year, parts["w"], week_day),
        "q": quarter_date(year, parts["q"], quarter_day),
        "r": ordinal_date(year, parts["r"]),
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
NO_DURATION = "^[-+]?P$|T$|[.,][0-9]+[YMWDH]T?[-+0-9]"
"""Texts without an amount, or with a fraction that is not the last."""


def parse_duration(text: str, literal: str | None) -> Value:
    """Write the duration that a text is: ``P1Y2M``, ``PT1.5H`` or ``P2012-02-02T14:37``."""
    problem = "a text that is no duration"
    if literal is not None:
        low = literal.upper()
        match = re.fullmatch(UNITS_TEXT, low) or re.fullmatch(DATED_TEXT, low)
        if match is None or re.search(NO_DURATION, low):
            return failing(DURATION, problem)
        dated = len(match.groups()) == len(DATED_PARTS)
        names = DATED_PARTS if dated else UNITS_PARTS
        texts = {name: group or "" for name, group in zip(names, match.groups(), strict=True)}
        parts = {name: f"'{text}'" for name, text in texts.items()}
        groups = _duration_parts(parts)
        exact = not any(sign in low for sign in ".,") or texts["f"]
        build = exact_duration if exact else approximate_duration
        steps = begin((), x=checked(_within_ranges(parts), "TRUE", problem) if dated else "TRUE")
        return build(steps, *groups)
    units, dates = (
        f"regexp_extract(t.x, '^(?:{pattern})$', [{', '.join(map(repr, names))}])"
        for pattern, names in ((UNITS_TEXT, UNITS_PARTS), (DATED_TEXT, DATED_PARTS))
    )
    amounts = f"NOT regexp_matches(t.x, '{NO_DURATION}')"
    steps = begin(x=f"upper({text})").then(
        p=units, q=dates,
        u=f"{amounts} AND regexp_full_match(t.x, '{UNITS_TEXT}')",
        w=f"{amounts} AND regexp_full_match(t.x, '{DATED_TEXT}')",
    )  # fmt: skip
    parts = {name: f"t.p.{name}" for name in UNITS_PARTS}
    dated_parts = {name: f"t.q.{name}" for name in DATED_PARTS}
    fits = f"t.u OR (t.w AND {_within_ranges(dated_parts)})"
    steps = steps.then(u=checked(fits, "t.u", problem))
    pairs = zip(_duration_parts(parts), _duration_parts(dated_parts), strict=True)
    return approximate_duration(steps, *(f"CASE WHEN t.u THEN {a} ELSE {b} END" for a, b in pairs))


def _number(part: str) -> str:
    return f"coalesce(CAST(nullif(replace({part}, ',', '.'), '') AS DOUBLE), 0)"


def _duration_parts(parts: Mapping[str, str]) -> list[str]:
    """Write months, days, seconds and nanoseconds of the parts of a text."""
    number = {name: _number(part) for name, part in parts.items() if name not in "gkf"}
    signs = [f"CASE WHEN {parts[n]} = '-' THEN -1 ELSE 1 END" for n in "gk" if n in parts]
    sign, seconds_sign = signs[0], " * ".join(signs)
    weeks = f"{number['w']} * 7 + " if "w" in number else ""
    return [
        f"{sign} * ({number['y']} * 12 + {number['m']})",
        f"{sign} * ({weeks}{number['d']})",
        f"({sign} * ({number['h']} * 3600 + {number['i']} * 60) + {seconds_sign} * {number['s']})",
        f"{seconds_sign} * CAST(rpad({parts['f']}, 9, '0') AS BIGINT)",
    ]


def _within_ranges(parts: Mapping[str, str]) -> str:
    limits = {"m": 12, "d": 31, "h": 24, "i": 60, "s": 60}
    return " AND ".join(f"{_number(parts[name])} <= {limit}" for name, limit in limits.items())
