"""The totals of a product in two periods, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphkit.render.values import money


def total_line(row: Mapping[str, Any]) -> str:
    """Amounts, concentration and partners of two periods, as a comparison returns them."""
    sells = "supplier" in row
    parts = [
        _amount(row, "usd", "USD"),
        _amount(row, "tonnes", "t"),
        _pair(row, "hhi_usd", "HHI by value"),
        _pair(row, "hhi_tonnes", "by weight"),
        _pair(row, "partners", "buyers" if sells else "suppliers"),
    ]
    said = f"{row['product']}, {row['before']} and {row['after']}: {'; '.join(parts)}"
    if row["missing"]:
        return f"{said}; {row['missing']}."
    return f"{said}; new {_listed(row['new'])}; lost {_listed(row['lost'])}."


def _amount(row: Mapping[str, Any], name: str, unit: str) -> str:
    """A total of both periods; a rate where they differ in length."""
    write = money if unit == "USD" else "{:,.0f}".format
    ends = [row[f"{name}_before"], row[f"{name}_after"]]
    first, second = ("unknown" if end is None else f"{write(end)} {unit}" for end in ends)
    if row["months_before"] == row["months_after"]:
        return f"{first}, then {second}{_rise(row[f'{name}_ratio'], '')}"
    return f"{first}, then {second}{_rise(row[f'{name}_per_month_ratio'], ' a month')}"


def _rise(ratio: float | None, per: str) -> str:
    return "" if ratio is None else f" ({100 * (ratio - 1):+,.1f} %{per})"


def _pair(row: Mapping[str, Any], name: str, called: str) -> str:
    ends = [row[f"{name}_before"], row[f"{name}_after"]]
    first, second = ("unknown" if end is None else f"{end:,.0f}" for end in ends)
    return f"{called} {first}, then {second}"


SHOWN = 12
"""How many codes a line shows."""


def _listed(codes: list[str]) -> str:
    more = f" and {len(codes) - SHOWN} more" if len(codes) > SHOWN else ""
    return f"{', '.join(codes[:SHOWN])}{more}" if codes else "none"
