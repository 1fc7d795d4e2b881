"""One value as text: as people read it, or as data."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

SHARE = re.compile(r"0 to 1(, |$)")
"""The unit of a share; people read it in percent."""


def unit_of(field: pa.Field) -> str:
    """The unit in a field's metadata."""
    unit: bytes = (field.metadata or {}).get(b"unit", b"")
    return unit.decode()


def is_number(field: pa.Field) -> bool:
    """Whether a column holds numbers."""
    return bool(pa.types.is_floating(field.type) or pa.types.is_integer(field.type))


def data(value: Any) -> str:
    """A value as data: in full, empty where nothing is known."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "; ".join(map(data, value))
    return str(value)


def shown(value: Any, unit: str = "") -> str:
    """A value as people read it: shares in percent, money in short.

    >>> shown(0.8024, "0 to 1"), shown(268850565.0, "USD"), shown(7762.38, "0 to 10,000")
    ('80.2 %', '268.9 M', '7,762')
    >>> shown(None, "USD"), shown(None), shown(-0.52, "percentage points")
    ('unknown', '', '-0.5')
    """
    if value is None:
        return "unknown" if unit else ""
    if not isinstance(value, float):
        return data(value)
    if not math.isfinite(value):
        return "no number" if math.isnan(value) else str(value)
    if SHARE.match(unit):
        return percent(value)
    if unit == "percentage points":
        return f"{value:+.1f}"
    if unit.startswith("USD") and "/" not in unit:
        return money(value)
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"


def percent(share: float) -> str:
    """A share in percent; what would round to nothing is no zero."""
    return "<0.1 %" if 0 < share < 0.0005 else f"{100 * share:.1f} %"


def money(value: float) -> str:
    """A sum of money in thousands, millions or billions."""
    for size, unit in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if round(abs(value) / size, 1) >= 1:
            return f"{value / size:,.1f} {unit}"
    return f"{value:,.0f}"


def given(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row without what it does not say."""
    return {name: value for name, value in row.items() if value is not None}
