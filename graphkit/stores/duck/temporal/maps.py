"""Dates, times and durations from the fields of maps."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from graphkit.errors import Untranslated
from graphkit.stores.duck.temporal.days import days_later, ordinal_date, quarter_date, week_date
from graphkit.stores.duck.temporal.steps import Steps, begin, checked, quotient, remainder
from graphkit.stores.duck.temporal.values import (
    NANOS,
    approximate_duration,
    day_of,
    exact_duration,
    nanos_of,
    present,
    write_instant,
)
from graphkit.stores.duck.temporal.zones import in_zone, locate, resolve, with_zone
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
    unsure,
)

FAMILIES = (("month", "day"), ("week", "dayofweek"), ("quarter", "dayofquarter"), ("ordinalday",))
CLOCK = ("hour", "minute", "second")
FRACTIONS = ("millisecond", "microsecond", "nanosecond")
SELECTORS = ("date", "time", "datetime")
EPOCHS = ("epochseconds", "epochmillis")


def _clamp(year: str, months: Sequence[str], day: str) -> str:
    """Write a date, or the last one of the month if that is shorter, as each step leaves it."""
    lengths = ", ".join(f"day(last_day(make_date({year}, {month}, 1)))" for month in months)
    return f"make_date({year}, {months[-1]}, least({day}, {lengths}))"


def _day_of_fields(names: frozenset[str]) -> str:
    """Write the date of the fields of a map that has no date, as ``t.name``."""
    if "week" in names:
        return week_date("t.year", "t.week", _field(names, "dayofweek", "1"))
    if "quarter" in names:
        return quarter_date("t.year", "t.quarter", _field(names, "dayofquarter", "1"))
    if "ordinalday" in names:
        return ordinal_date("t.year", "t.ordinalday")
    return f"make_date(t.year, {_field(names, 'month', '1')}, {_field(names, 'day', '1')})"


def _day_with_fields(names: frozenset[str], base: str) -> str:
    """Write a date of which fields are replaced."""
    year = _field(names, "year", f"year({base})")
    month, day = f"month({base})", f"day({base})"
    moved = _clamp(year, [month], day) if "year" in names else base
    if "week" in names:
        week_year = _field(names, "year", f"isoyear({base})")
        return week_date(week_year, "t.week", _field(names, "dayofweek", f"isodow({base})"))
    if "dayofweek" in names:
        monday = f"CAST(date_trunc('week', {moved}) AS DATE)"
        exists = "t.dayofweek BETWEEN 1 AND 7"
        return checked(exists, days_later(monday, "t.dayofweek - 1"), "no such day of a week")
    if "dayofquarter" in names:
        return quarter_date(year, _field(names, "quarter", f"quarter({base})"), "t.dayofquarter")
    if "quarter" in names:
        quarter_month = f"(t.quarter - 1) * 3 + ({month} - 1) % 3 + 1"
        return _clamp(year, [month, quarter_month], day)
    if "ordinalday" in names:
        return ordinal_date(year, "t.ordinalday")
    if "day" in names:
        return f"make_date({year}, {_field(names, 'month', month)}, t.day)"
    if "month" in names:
        return _clamp(year, [month, "t.month"], day)
    return moved


def _nanos_of_fields(names: frozenset[str], base: str | None) -> str:
    """Write the nanoseconds of a day of the fields of a map, and for the rest of a base."""
    sizes = {"hour": (3600 * NANOS, 24), "minute": (60 * NANOS, 60), "second": (NANOS, 60)}
    terms, exists = [], []
    for name, (size, count) in sizes.items():
        whole = "0" if base is None else f"({base} // {size} % {count})"
        terms.append(f"{_field(names, name, whole)} * {size}")
        exists += [f"t.{name} BETWEEN 0 AND {count - 1}"] if name in names else []
    fractions = [name for name in FRACTIONS if name in names]
    for name in fractions:
        size = 1_000 ** (2 - FRACTIONS.index(name))
        # Alone it counts the whole fraction of a second, else its own thousand.
        count = NANOS // size if fractions == [name] else 1_000
        terms.append(f"t.{name} * {size}")
        exists.append(f"t.{name} BETWEEN 0 AND {count - 1}")
    if not fractions and base is not None:
        terms.append(f"{base} % {NANOS}")
    total = " + ".join(terms)
    return checked(" AND ".join(exists), total, "no such time of day") if exists else f"({total})"


def _field(names: frozenset[str], name: str, default: str) -> str:
    return f"t.{name}" if name in names else default


def _check_fields(target: ValueType, names: frozenset[str]) -> None:
    """Refuse maps that Neo4j refuses: of two kinds of dates, with gaps, of what there is not."""
    days = {"year", *(name for family in FAMILIES for name in family)}
    times = {*CLOCK, *FRACTIONS}
    allowed = set(names & {"datetime", "date", "time", "timezone"} | names & (days | times))
    if target in (LOCAL_TIME, TIME):
        allowed -= {"datetime", "date"} | days
    if target == DATE:
        allowed -= {"datetime", "time"} | times
    if target in (DATE, LOCAL_TIME, LOCAL_DATETIME):
        allowed -= {"timezone"}
    families = [family for family in FAMILIES if names & set(family)]
    selected = names & set(SELECTORS)
    wrong = names - allowed or len(families) > 1 or (len(selected) > 1 and "datetime" in selected)
    if not wrong and not {"date", "datetime"} & names and target not in (LOCAL_TIME, TIME):
        order = ["year", *(families[0] if families else ())]
        full = bool(families) and set(order) <= names
        wrong = _gap(order, names) or (bool(names & times) and not full)
    if not wrong and not {"time", "datetime"} & names and names & times:
        fraction = frozenset({"fraction"}) if names & set(FRACTIONS) else frozenset()
        wrong = _gap([*CLOCK, "fraction"], names | fraction)
    if not wrong and target in (LOCAL_TIME, TIME):
        wrong = not names & {"time", "hour"}
    if wrong:
        raise Untranslated(f"{target.name}() of {', '.join(sorted(names))}")


def _gap(order: Sequence[str], names: frozenset[str]) -> bool:
    """Tell if the first is missing, or one before another that is there."""
    presence = [name in names for name in order]
    return not presence[0] or presence != sorted(presence, reverse=True)


def _numbers(target: ValueType, fields: Mapping[str, Value]) -> dict[str, str]:
    """Write the numbers of a map."""
    numbers = {}
    for name, value in fields.items():
        if name in (*SELECTORS, "timezone"):
            continue
        if value.type != INT:
            raise Untranslated(f"{target.name}() of {name} that is {value.type.name}")
        numbers[name] = value.sql
    return numbers


def _refuse_null(steps: Steps, target: ValueType, operands: Mapping[str, str]) -> Steps:
    """Refuse an operand that turns out to be null."""
    parts = [f"t.{n} IS NOT NULL" for n, sql in operands.items() if not CONSTANT.fullmatch(sql)]
    if not parts:
        return steps
    name = next(iter(operands))
    refusal = unsure(f"{target.name} with a part that is null")
    condition = " AND ".join(parts)
    return steps.then(**{name: f"CASE WHEN {condition} THEN t.{name} ELSE {refusal} END"})


CONSTANT = re.compile(r"CAST\((-?\d+|\$p\d+) AS \w+\)")


def from_fields(target: ValueType, fields: Mapping[str, Value]) -> Value:
    """Build a value of the fields of a map."""
    names = frozenset(fields)
    if target == DURATION:
        return _duration_of_map(fields)
    if target == DATETIME and names & set(EPOCHS):
        return from_epoch(fields)
    if target == DATETIME and names == {"timezone"}:
        return in_zone(present(DATETIME), fields["timezone"])
    _check_fields(target, names)
    day_base = fields.get("datetime", fields.get("date"))
    time_base = fields.get("datetime", fields.get("time"))
    bases = {n: base for n, base in (("p", day_base), ("r", time_base)) if base is not None}
    if any(base.type == NULL for base in bases.values()):
        return Value("NULL", NULL)
    operands = _numbers(target, fields)
    zone = fields.get("timezone")
    zoned = time_base is not None and time_base.type in (TIME, DATETIME)
    if zone is not None and zone.type != TEXT:
        raise Untranslated(f"zone that is {zone.type.name}")
    if zone is not None and not zoned:
        operands["timezone"] = zone.sql
    steps = begin(tuple(bases), **operands, **{name: base.sql for name, base in bases.items()})
    steps = _refuse_null(steps, target, operands)
    values = {}
    if target not in (LOCAL_TIME, TIME):
        values["d"] = _day_of_fields(names) if day_base is None else (
            _day_with_fields(names, day_of(day_base.type, "t.p"))
        )  # fmt: skip
    if target != DATE:
        nanos = None if time_base is None else nanos_of(time_base.type, "t.r")
        values["n"] = _nanos_of_fields(names, nanos)
    if target in (TIME, DATETIME) and zoned and time_base is not None:
        values["o"] = "t.r._offset"
        if time_base.type == target == DATETIME:
            values["z"] = "t.r._zone"
    steps = steps.then(**values)
    if "timezone" in operands:
        steps = with_zone(steps, "t.timezone")
    if target == DATETIME and "z" in steps.names:
        steps = resolve(steps)
    value = write_instant(steps, target)
    return in_zone(value, zone) if zoned and zone is not None else value


def from_epoch(fields: Mapping[str, Value]) -> Value:
    """Build a datetime of seconds or milliseconds since 1970."""
    names = frozenset(fields)
    allowed = {"timezone", *EPOCHS, *(FRACTIONS if "epochseconds" in names else ())}
    if set(EPOCHS) <= names or names - allowed:
        raise Untranslated(f"datetime() of {', '.join(sorted(names))}")
    operands = _numbers(DATETIME, fields)
    fraction = _nanos_of_fields(names & set(FRACTIONS), None)
    second = "t.epochseconds"
    if "epochmillis" in names:
        second = quotient("t.epochmillis", 1000)
        fraction = f"{remainder('t.epochmillis', 1000)} * 1000000"
    steps = _refuse_null(begin((), **operands), DATETIME, operands)
    steps = locate(steps.then(s=second, f=fraction, o="CAST(0 AS BIGINT)", z="''"))
    value = write_instant(steps, DATETIME)
    return in_zone(value, fields["timezone"]) if "timezone" in fields else value


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
    steps = _refuse_null(begin((), **operands), DURATION, operands)
    build = exact_duration if whole else approximate_duration
    return build(steps, *(" + ".join(terms) for terms in groups.values()))
