"""Times and durations of rows, as every store gives them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from graphkit.stores.duck.temporal.values import DURATION_FIELDS, NANOS, TYPES
from graphkit.stores.duck.types import DATE, sql_type

SHAPES = frozenset(
    frozenset(re.findall(r"_\w+", sql_type(type_))) for type_ in TYPES if type_ != DATE
)  # fmt: skip
"""Names of the fields of each type that is a struct."""


def neutral_text(value: Mapping[str, Any]) -> str:
    """Convert a time or duration of a row to its text, as every store gives it.

    >>> neutral_text({"_nanos": 1_500_000_000})
    '00:00:01.500000000'
    """
    if "_months" in value:
        return _neutral_duration(*(value[name] for name in DURATION_FIELDS))
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
    texts = [
        f"{'-' if sign < 0 else ''}{number}{unit}" if number else ""
        for sign, number, unit in amounts
    ]
    days_text, time_text = "".join(texts[:3]), "".join(texts[3:])
    if whole % 60 or fraction:
        digits = f".{fraction:09d}".rstrip("0") if fraction else ""
        time_text += f"{'-' if total < 0 else ''}{whole % 60}{digits}S"
    if not days_text and not time_text:
        return "PT0S"
    return f"P{days_text}T{time_text}" if time_text else f"P{days_text}"
