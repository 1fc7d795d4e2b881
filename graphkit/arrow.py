"""Arrow columns with a unit, and the plain and coded text between them."""

from __future__ import annotations

import pyarrow as pa

UNIT = {"usd": "USD", "tonnes": "t"}
"""The unit of each measure of a flow."""
SHARE = "0 to 1"
INDEX = "0 to 10,000"
VALUED = {
    "fob": "free on board",
    "cif": "with cost, insurance and freight",
    None: "at a border that is not said",
}
"""Where the value of a flow is taken, in words."""


def number(name: str, unit: str | None = None) -> pa.Field:
    """A column of numbers."""
    return pa.field(name, pa.float64(), metadata={"unit": unit} if unit else None)


def texts(*names: str) -> list[pa.Field]:
    """Columns of text."""
    return [pa.field(name, pa.string()) for name in names]


def counts(*names: str) -> list[pa.Field]:
    """Columns of whole numbers."""
    return [pa.field(name, pa.int64()) for name in names]


def flags(*names: str) -> list[pa.Field]:
    """Columns of true, false or unknown."""
    return [pa.field(name, pa.bool_()) for name in names]


def lists(*names: str) -> list[pa.Field]:
    """Columns of lists of text."""
    return [pa.field(name, pa.list_(pa.string())) for name in names]
