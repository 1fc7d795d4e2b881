"""Days: so many days or months after another, or of a week, a quarter or a year."""

from __future__ import annotations

from graphkit.stores.duck.temporal.steps import checked

YEARS = 9999


def days_later(day: str, days: str) -> str:
    """Write the date so many days after another."""
    return f"({day} + CAST({days} AS INTEGER))"


def months_later(day: str, months: str) -> str:
    """Write the date so many months after another, or the last of that month."""
    return f"CAST({day} + to_months(CAST({months} AS INTEGER)) AS DATE)"


def in_years(day: str) -> str:
    """Write a date that must lie in the years that there are."""
    years = f"{day} BETWEEN DATE '0001-01-01' AND DATE '{YEARS}-12-31'"
    return checked(years, day, f"a year beyond 1 to {YEARS}")


def week_date(year: str, week: str, day: str) -> str:
    """Write the date of a day of a week of a year, as ISO 8601 counts both."""
    last = f"weekofyear(make_date({year}, 12, 28))"
    first = f"CAST(date_trunc('week', make_date({year}, 1, 4)) AS DATE)"
    exists = f"{week} BETWEEN 1 AND {last} AND {day} BETWEEN 1 AND 7"
    return checked(exists, days_later(first, f"({week} - 1) * 7 + {day} - 1"), "no such week")


def quarter_date(year: str, quarter: str, day: str) -> str:
    """Write the date of a day of a quarter of a year."""
    first = f"make_date({year}, {quarter} * 3 - 2, 1)"
    exists = f"{day} BETWEEN 1 AND ({months_later(first, '3')} - {first})"
    return checked(exists, days_later(first, f"{day} - 1"), "no such day of a quarter")


def ordinal_date(year: str, day: str) -> str:
    """Write the date of a day of a year."""
    exists = f"{day} BETWEEN 1 AND dayofyear(make_date({year}, 12, 31))"
    date = days_later(f"make_date({year}, 1, 1)", f"{day} - 1")
    return checked(exists, date, "no such day of a year")
