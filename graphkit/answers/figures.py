"""Figures as people read them: shares, money, amounts and counts."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

SHARE_UNIT = re.compile(r"0 to 1(, |$)")
"""The unit of a share, which people read in percent."""
DIFFERENCE = "-1 to 1"
"""The unit of a difference of two shares, which people read in percentage points."""


def unit_of(field: pa.Field) -> str:
    """Return the unit in a field's metadata."""
    unit: bytes = (field.metadata or {}).get(b"unit", b"")
    return unit.decode()


def is_json(field: pa.Field) -> bool:
    """Tell if the text of a column is JSON: nodes, relationships, paths and maps."""
    return (field.metadata or {}).get(b"graphkit") == b"json"


def is_number(field: pa.Field) -> bool:
    """Return True for a column of numbers."""
    return bool(pa.types.is_floating(field.type) or pa.types.is_integer(field.type))


IN_SOME_ROWS = ", in some rows"
"""End of the unit of a column that is not for every row: nothing is unknown where it is empty."""


def full_text(value: Any) -> str:
    """Write a value with every digit; null becomes empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "; ".join(map(full_text, value))
    return str(value)


def short_text(value: Any, unit: str = "") -> str:
    """Write a value for people: shares in percent, money abbreviated.

    >>> short_text(0.8024, "0 to 1"), short_text(268850565.0, "USD")
    ('80.2 %', '268.9 M')
    >>> short_text(None, "USD"), short_text(None), short_text(-0.52, "percentage points")
    ('unknown', '', '-0.5')
    """
    if value is None:
        return "unknown" if unit and not unit.endswith(IN_SOME_ROWS) else ""
    if not isinstance(value, float):
        return full_text(value)
    if not math.isfinite(value):
        return "no number" if math.isnan(value) else str(value)
    if SHARE_UNIT.match(unit):
        return percent(value)
    if unit == "percentage points":
        return f"{value:+z.1f}"
    if unit == DIFFERENCE:
        return f"{100 * value:+z.1f}"
    if unit.startswith(("USD", "EUR")) and "/" not in unit:
        return money(value)
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"


HALF = 0.5
"""Share from which one country has a product in its hands."""
UNFIT = ("proxy", "basket")
"""Fits of figures that also count other goods: nothing certain follows from them."""
_DUST = 1e-9
"""Percent by which a share may miss a whole number as stored."""


def floor_percent(share: float) -> int:
    """Round a share down to whole percent."""
    return math.floor(100 * share + _DUST)


def ceiling_percent(share: float) -> int:
    """Round a share up to whole percent."""
    return math.ceil(100 * share - _DUST)


def percent(share: float) -> str:
    """Write a share in percent, a tiny one as ``<0.1 %``."""
    return "<0.1 %" if 0 < share < 0.0005 else f"{100 * share:z.1f} %"


def number_of(count: int, noun: str, several: str = "") -> str:
    """Write a number of things.

    >>> number_of(1, "product"), number_of(1200, "country", "countries")
    ('1 product', '1,200 countries')
    """
    return f"{count:,} {noun if count == 1 else several or noun + 's'}"


def money(value: float) -> str:
    """Write a sum of money in thousands, millions or billions."""
    for size, unit in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if round(abs(value) / size, 1) >= 1:
            return f"{value / size:,.1f} {unit}"
    return f"{value:,.0f}"


FEW = 3
"""Names of a list that a line gives."""


def first_few(texts: Sequence[str]) -> str:
    """List the first texts, and count the others.

    >>> first_few(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    rest = f" and {len(texts) - FEW} more" if len(texts) > FEW else ""
    return f"{', '.join(texts[:FEW])}{rest}"
