"""Arrow columns with a unit, and the plain and coded text between them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.kinds import Type

UNIT = {"usd": "USD", "tonnes": "t"}
"""Unit of each measure of a flow."""
SHARE = "0 to 1"
INDEX = "0 to 10,000"
POINTS = "percentage points"
VALUED = {
    "fob": "free on board",
    "cif": "with cost, insurance and freight",
    None: "at an unstated border",
}
"""Valuation of a flow, in words."""


def number(name: str, unit: str | None = None) -> pa.Field:
    """Return a column of numbers."""
    return pa.field(name, pa.float64(), metadata={"unit": unit} if unit else None)


def texts(*names: str) -> list[pa.Field]:
    """Return columns of text."""
    return [pa.field(name, pa.string()) for name in names]


def counts(*names: str) -> list[pa.Field]:
    """Return columns of whole numbers."""
    return [pa.field(name, pa.int64()) for name in names]


def flags(*names: str) -> list[pa.Field]:
    """Return columns of true, false or unknown."""
    return [pa.field(name, pa.bool_()) for name in names]


def lists(*names: str) -> list[pa.Field]:
    """Return columns of lists of text."""
    return [pa.field(name, pa.list_(pa.string())) for name in names]


ARROW = {
    Type.TEXT: pa.string(),
    Type.PERIOD: pa.string(),
    Type.DATE: pa.string(),
    Type.NUMBER: pa.float64(),
    Type.INTEGER: pa.int64(),
    Type.FLAG: pa.bool_(),
    Type.TEXTS: pa.list_(pa.string()),
}
"""Arrow type of each type of property."""


def numbers(values: np.ndarray[Any, Any]) -> pa.Array:
    """Take an array of numbers as it is, NaN as null.

    :func:`pyarrow.array` would do the same, after an import of :mod:`numpy.ma` (15 ms).

    >>> numbers(np.array([1.5, np.nan])).to_pylist()
    [1.5, None]
    """
    buffer = pa.py_buffer(np.ascontiguousarray(values))
    kind = pa.from_numpy_dtype(values.dtype)
    found = pa.Array.from_buffers(kind, len(values), [None, buffer])
    return pc.if_else(pc.is_nan(found), None, found) if pa.types.is_floating(kind) else found


def coded(table: pa.Table) -> pa.Table:
    """Encode the text columns of a table as dictionaries."""
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            codes = table[field.name].combine_chunks().dictionary_encode()
            table = table.set_column(place, field.name, codes)
    return table


def plain(table: pa.Table) -> pa.Table:
    """Decode the dictionary columns of a table to plain text."""
    types = (f.type.value_type if pa.types.is_dictionary(f.type) else f.type for f in table.schema)
    fields = [field.with_type(kind) for field, kind in zip(table.schema, types, strict=True)]
    return table.cast(pa.schema(fields))


def in_order(table: pa.Table, keys: Iterable[str]) -> pa.Table:
    """Sort rows by columns of text, nulls first; equal rows keep their order."""
    columns = {key: pc.fill_null(table[key].cast(pa.string()), "") for key in keys}
    order = [(key, "ascending") for key in columns]
    return table.take(pc.sort_indices(pa.table(columns), sort_keys=order))


LINKS = pa.schema([
    *texts("consumer", "product", "stage", "maker", "next_stage", "next_maker"),
    number("share", SHARE),
])  # fmt: skip
"""Columns of the shares that each maker of a stage passed to the makers of the next one."""
