"""Dates of Cypher as those of DuckDB, which are all of time that the file has.

Every date of the graph is a text. Years go from 1 to 9999, as in a text of four digits.
"""

from __future__ import annotations

from collections.abc import Sequence

from graphkit.errors import Untranslated
from graphkit.stores.duck.types import (
    DATE,
    INT,
    NULL,
    TEXT,
    UNSURE,
    Value,
    entry,
    once,
    unsure,
)

TODAY = "(DATE '1970-01-01' + CAST(epoch_us(now()) // 86400000000 AS INTEGER))"
"""Date of the present, in UTC."""
FORMS = "2024, 2024-01 or 2024-01-31"
DATE_OF_TEXT = (
    "CASE WHEN regexp_full_match(o.x, '[0-9]{4}(-[0-9]{2}){0,2}') AND o.x >= '0001' "
    "THEN CAST(left(o.x || '-01-01', 10) AS DATE) "
    # Neo4j reads texts of these signs too: weeks, quarters, days of a year and distant years.
    "WHEN regexp_full_match(o.x, '[-+0-9WQ]+') "
    f"THEN error('{UNSURE}date of a text other than {FORMS}: found ' || o.x) "
    f"WHEN o.x IS NOT NULL THEN error('found \"' || o.x || '\", wanted a date: {FORMS}') END"
)
PARTS = ("year", "month", "day")
FIELDS = {
    "year": "year({})", "quarter": "quarter({})", "month": "month({})", "week": "weekofyear({})",
    "weekyear": "isoyear({})", "day": "day({})", "ordinalday": "dayofyear({})",
    "dayofweek": "isodow({})", "weekday": "isodow({})",
    "dayofquarter": "(date_diff('day', CAST(date_trunc('quarter', {0}) AS DATE), {0}) + 1)",
}  # fmt: skip
"""SQL of each field of a date, by its name in small letters."""
OTHERS = frozenset((
    "datetime", "duration", "duration_between", "local_datetime", "local_time", "localdatetime",
    "localtime", "time", "zoned_datetime", "zoned_time",
))  # fmt: skip
"""Functions of time, besides date(), and namespaces of such."""


def date(arguments: Sequence[Value]) -> Value:
    """Compile date(): of nothing, a text, a map of year, month and day, or a date.

    Raises
    ------
    Untranslated
        It is of something else.
    """
    if not arguments:
        return Value(TODAY, DATE)
    if len(arguments) > 1:
        raise Untranslated(f"date() of {len(arguments)} values")
    value = arguments[0]
    if value.type in (NULL, DATE):
        return value
    if value.type == TEXT:
        return Value(once({"x": value.sql}, DATE_OF_TEXT), DATE)
    if value.type.name == "map":
        return Value(once({"x": value.sql}, _date_of_map(value)), DATE)
    raise Untranslated(f"date() of {value.type.name}")


def _date_of_map(value: Value) -> str:
    types = dict(value.type.fields)
    wanted = PARTS[: len(types)]
    if not types or types.keys() != set(wanted) or value.type.sparse:
        names = ", ".join(types)
        raise Untranslated(f"date() of {{{names}}}: wanted year, month and day")
    for name in wanted:
        if types[name] != INT:
            raise Untranslated(f"date() of {name} that is {types[name].name}")
    numbers = [entry("o.x", name) for name in wanted]
    null = " OR ".join(f"{number} IS NULL" for number in numbers)
    parts = ", ".join([*numbers, "1", "1"][:3])
    return (
        f"CASE WHEN o.x IS NULL THEN NULL WHEN {null} THEN {unsure('date of a part that is null')} "
        f"WHEN {numbers[0]} NOT BETWEEN 1 AND 9999 THEN {unsure('year beyond 1 to 9999')} "
        f"ELSE make_date({parts}) END"
    )


def field(owner: Value, name: str) -> Value:
    """Take a field of a date by its name.

    Raises
    ------
    Untranslated
        A date has no such field.
    """
    if name.lower() not in FIELDS:
        raise Untranslated(f"{name} of {owner.type.name}")
    return Value(f"CAST({FIELDS[name.lower()].format(owner.sql)} AS BIGINT)", INT)


def refuse_others(name: str) -> None:
    """Refuse the other functions of time, and name what the graph has in their place.

    Raises
    ------
    Untranslated
        The function is one of these.
    """
    namespace, _, method = name.partition(".")
    if namespace.lower() in OTHERS or (method and namespace.lower() == "date"):
        raise Untranslated(
            f"function of time but date(): found {name}(); dates of the graph are texts, which "
            "compare as they are (c.since >= '2024-02', left(c.since, 4))"
        )
